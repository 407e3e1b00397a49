"""What the text of a corosync.conf says twice, or not as its writer meant it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from halint.checks.corosync_keys import as_written
from halint.checks.corosync_release import is_for_corosync_2
from halint.engine.hit import Hit
from halint.model.cluster import Cluster
from halint.schema_data import load
from halint.source import Mark, Span

_COMMENT = re.compile(r"\s#")
# Commands may hold anything, and no secret is quoted
_COMMAND = re.compile(r"\.exec_|^totem\.key")
# What is judged by a rule of its own, which shows the value with its comment
_JUDGED = re.compile(r"(ring\d+_addr|bindnetaddr|mcastaddr|tie_breaker|provider|transport|auto_tie_breaker_node)")
_GLYPHS = {"\xa0": "a no-break space", "\u2007": "a figure space", "\u202f": "a narrow no-break space"}
_NODE = re.compile(r"nodelist\.node\.\d+\.")


def repeated(cluster: Cluster) -> Iterator[Hit]:
    """Keys that are set twice with different values. Cases: key, first (where the first counts), nodelist, rings."""
    corosync = cluster.corosync
    if corosync is None:
        return
    again = corosync.nodelists[1:]
    for mark in again:
        related = ((corosync.nodelists[0], "the first nodelist"),)
        yield Hit(at=mark, subject="nodelist", case="nodelist", related=related)
    rings = next((won for path, _, won in corosync.repeats if path == "totem.interface.ringnumber"), None)
    if rings is not None:
        case = "rings_old" if is_for_corosync_2(cluster, corosync) else "rings"
        yield Hit(at=rings, subject="totem.interface", case=case)
    for path, lost, won in corosync.repeats:
        if rings is not None and path.startswith("totem.interface."):
            continue
        if again and _NODE.match(path):
            continue
        if _value(lost) == _value(won):
            continue
        first = won.location() < lost.location()
        values = {"path": path, "value": _shown(path, won), "other": _shown(path, lost)}
        related = ((won, "the line that counts"),)
        yield Hit(at=lost, subject=path, case="first" if first else "key", values=values, related=related)


def _value(mark: Mark) -> str:
    return mark.source.lines[mark.location().line - 1].partition(":")[2].strip()


def _shown(path: str, mark: Mark) -> str:
    return "another" if path == "totem.key" else _value(mark) or "empty"


def swallowed_comment(cluster: Cluster) -> Iterator[Hit]:
    """Values that end in what was meant as a comment."""
    corosync = cluster.corosync
    for path, key in corosync.keys.items() if corosync else ():
        match = _COMMENT.search(key.value)
        if match is None or _COMMAND.search(path) or _is_judged(path):
            continue
        values = {"path": path, "value": key.value, "meant": key.value[: match.start()].strip()}
        yield Hit(at=key.at, subject=path, values=values)


def _is_judged(path: str) -> bool:
    """Whether another rule refuses the value, the comment in it being the reason."""
    written = as_written(path)
    section, _, name = written.rpartition(".")
    row = next((r for r in load("corosync-keys")["keys"] if (r["section"], r["key"]) == (section, name)), None)
    return bool(_JUDGED.fullmatch(name)) or (row is not None and (row["type"] != "text" or "wrong" in row))


def encoding(cluster: Cluster) -> Iterator[Hit]:
    """Blanks that are none, in values that corosync reads. Cases: glyph, lost (3.1.8 cuts the last byte off)."""
    corosync = cluster.corosync
    if corosync is None:
        return
    for path, key in corosync.keys.items():
        glyph = next((c for c in key.value if c in _GLYPHS), None)
        if glyph is not None:
            values = {"path": path, "what": _GLYPHS[glyph]}
            yield Hit(at=key.at, subject=path, case="glyph", values=values)
        elif key.value and key.value.encode()[-1:] == b"\xa0":
            yield Hit(at=key.at, subject=path, case="lost", values={"path": path, "what": key.value[-1]})


def other_readers(cluster: Cluster) -> Iterator[Hit]:
    """Lines that pcs or crmsh read otherwise. Cases: section, brace."""
    corosync = cluster.corosync
    if corosync is None:
        return
    source = corosync.at.source
    for number, line in enumerate(source.lines, 1):
        name = line.strip().removesuffix("{").rstrip()
        if name == line.strip() or not name.endswith(":") or name[0] in "#:" or "{" in name:
            continue
        name = name.rstrip(": \t")
        start = len(line) - len(line.lstrip())
        at = Mark(source, span=Span(number, start + 1, number, len(line.rstrip()) + 1))
        yield Hit(at=at, subject=name, case="section", values={"name": name})
    for path, key in corosync.keys.items():
        if "}" in key.value and path != "totem.key":
            yield Hit(at=key.at, subject=path, case="brace", values={"path": path})
