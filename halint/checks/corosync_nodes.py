"""The corosync.conf files of several nodes, compared by what they mean."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from typing import NamedTuple

from halint.engine.hit import Hit
from halint.model.cluster import Cluster, NodeCorosync
from halint.model.corosync import Corosync
from halint.schema_data import load
from halint.source import Mark, Source

_SHOWN = 3
# A node's own: the network it binds to, the id it had before nodelists, the file it logs to
_OWN = re.compile(r"totem\.interface\.\d+\.bindnetaddr|totem\.nodeid|logging\.(.+\.)?logfile")
_LOGGING = re.compile(r"logging\..+")
_LISTED = re.compile(r"nodelist\.node\.[^.]+")
_NODE = re.compile(r"nodelist\.node\.(\d+)\.(.+)")


class _Item(NamedTuple):
    """Something a file says: `what` names it for a message; one node that is listed is one item more."""

    what: str
    value: str
    at: Mark


_NOTHING = _Item("", "not set", Mark(Source(path="", kind="", text="")))


Meaning = Mapping[str, _Item]
"""Items by path, nodes named by their id or name: their order in the list means nothing."""


def differing(cluster: Cluster) -> Iterator[Hit]:
    """Files that mean something else than what most nodes have, or the cluster's, else the first, where none leads.

    Cases: differs, logging.
    """
    own = [file for file in cluster.corosyncs if file.node is not None]
    shared = [file for file in cluster.corosyncs if file.node is None]
    # of several that no node has, nothing tells which one is in force
    files = [*(shared if len(shared) == 1 else ()), *own] if own else []
    meanings = [_meaning(file.corosync) for file in files]
    said = [frozenset((path, item.value) for path, item in meaning.items()) for meaning in meanings]
    if len(set(said)) < 2:
        return
    counts = Counter(said)
    model = max(range(len(files)), key=lambda i: (counts[said[i]], -i))
    for file, meaning in zip(files, meanings, strict=True):
        paths = _differences(meaning, meanings[model])
        if paths:
            yield _hit(file, meaning, files[model], meanings[model], paths)


def _hit(file: NodeCorosync, here: Meaning, model: NodeCorosync, there: Meaning, paths: list[str]) -> Hit:
    place = f"on {model.node}" if model.node else "in the cluster's"
    shown = [_shown(here.get(p), there.get(p), place) for p in paths[:_SHOWN]]
    more = f"; {len(paths) - _SHOWN} more differ" if len(paths) > _SHOWN else ""
    first = next((here[p].at for p in paths if p in here), file.corosync.at)
    other = next((there[p].at for p in paths if p in there), model.corosync.at)
    return Hit(
        at=first,
        subject=_whose(file),
        case="logging" if all(_LOGGING.fullmatch(p) for p in paths) else "differs",
        values={
            "file": _whose(file),
            "other": f"that of {model.node}" if model.node else "the cluster's",
            "node": file.node or "the cluster",
            "model": model.node or "the cluster",
            "differences": "; ".join(shown) + more,
        },
        related=((other, place),),
    )


def _whose(file: NodeCorosync) -> str:
    return f"corosync.conf of {file.node}" if file.node else "the cluster's corosync.conf"


def _shown(here: _Item | None, there: _Item | None, place: str) -> str:
    what, value, _ = here or there or _NOTHING
    missing = "not listed" if value == "listed" else _NOTHING.value
    return f"{what} is {here.value if here else missing}, {place} {there.value if there else missing}"


def _differences(here: Meaning, there: Meaning) -> list[str]:
    """The paths of differing items, what concerns the cluster before what concerns the log."""
    paths = {p for p in (*here, *there) if here.get(p, _NOTHING).value != there.get(p, _NOTHING).value}
    missing = tuple(f"{p}." for p in paths if _LISTED.fullmatch(p))
    kept = (p for p in paths if not p.startswith(missing))
    return sorted(kept, key=lambda p: (bool(_LOGGING.fullmatch(p)), p))


def _meaning(corosync: Corosync) -> Meaning:
    """What the keys say, without those that only say what is so anyway."""
    nodes = {str(node.index): node for node in corosync.nodes}
    names = {index: str(node.nodeid or node.name or index) for index, node in nodes.items()}
    if len(set(names.values())) < len(names):
        names = {index: index for index in nodes}
    items = {}
    for path, key in corosync.keys.items():
        match = _NODE.fullmatch(path)
        if _OWN.fullmatch(path) or _defaults().get(_plain(path)) == key.value:
            continue
        if match is None or match[1] not in nodes:
            items[path] = _Item(path, key.value or "empty", key.at)
            continue
        node = nodes[match[1]]
        place = f"nodelist.node.{names[match[1]]}"
        items[place] = _Item(f"node {node.label}", "listed", node.at)
        items[f"{place}.{match[2]}"] = _Item(f"{match[2]} of node {node.label}", key.value or "empty", key.at)
    return items


def _plain(path: str) -> str:
    """The path as the table of keys has it."""
    return re.sub(r"^(totem\.interface|nodelist\.node)\.[^.]+\.", r"\1.", path)


@cache
def _defaults() -> Mapping[str, str]:
    rows = load("corosync-keys")["keys"]
    return {f"{row['section']}.{row['key']}": row["default"] for row in rows if "default" in row}
