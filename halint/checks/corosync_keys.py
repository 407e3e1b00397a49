"""Keys of corosync.conf that corosync does not know, or not where they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from typing import NamedTuple

from halint.checks.pacemaker_release import allowed
from halint.engine.hit import Hit
from halint.model.cluster import Cluster
from halint.model.corosync import Key
from halint.schema_data import load
from halint.source import Mark, Span

# Stored paths hold numbers and names that stand in for what is written: node 0, link 1, the logger's name
_WRITTEN = (
    (re.compile(r"nodelist\.node\.\d+\.(.+)"), r"nodelist.node.\1"),
    (re.compile(r"totem\.interface\.\d+\.member\.\d+"), "totem.interface.member.memberaddr"),
    (re.compile(r"totem\.interface\.\d+\.(.+)"), r"totem.interface.\1"),
    (re.compile(r"logging\.(logger_subsys|logging_daemon)\..+\.([^.]+)"), r"logging.\1.\2"),
    (re.compile(r"uidgid\.config\.(uid|gid)\..+"), r"uidgid.\1"),
    (re.compile(r"nodelist\.node\.ring\d+_addr"), "nodelist.node.ring0_addr"),
)


class _Stranger(NamedTuple):
    """A key or section that stands where corosync does not read it; `homes` are the sections where it would."""

    section: str
    name: str
    is_section: bool
    homes: tuple[str, ...]
    at: Mark

    def hit(self, case: str, **values: object) -> Hit:
        subject = f"{self.section}.{self.name}".lstrip(".")
        return Hit(
            at=self.at, subject=subject, case=case, values={"name": self.name, "section": self.section, **values}
        )


def unknown(cluster: Cluster, allow: str) -> Iterator[Hit]:
    """Keys and sections that corosync knows nowhere. Cases: key, top or section, `_near` where a known name is near.

    `allow` are patterns of names that are meant, as `totem.acme` or, in any section, `acme`; a section with its keys.
    """
    for stranger in _strangers(cluster):
        section = stranger.section
        path = f"{section}.{stranger.name}" if section else stranger.name
        known = (path, stranger.name, *(section.split(".") if section else ()), section)
        if stranger.homes or any(allowed(name, allow) for name in known if name):
            continue
        near = _nearest(stranger)
        case = "section" if stranger.is_section else "key" if stranger.section else "top"
        yield stranger.hit(f"{case}_near" if near else case, near=near)


def misplaced(cluster: Cluster) -> Iterator[Hit]:
    """Keys and sections that corosync knows elsewhere. Cases: key, top, section, section_top."""
    for stranger in _strangers(cluster):
        if not stranger.homes:
            continue
        case = "section" if stranger.is_section else "key"
        top = {"section": "section_top", "key": "top"}
        homes = " or ".join(f"in {home}" if home else "at the top level" for home in stranger.homes)
        yield stranger.hit(case if stranger.section else top[case], homes=homes)


def _strangers(cluster: Cluster) -> Iterator[_Stranger]:
    told = set()
    for path, key in cluster.corosync.keys.items() if cluster.corosync else ():
        section, name, is_section = _stranger(as_written(path))
        if not name or (section, name) in told or _is_left_over(section, name, is_section=is_section):
            continue
        told.add((section, name))
        if is_section:
            yield _Stranger(section, name, True, _section_homes(name), _opening(key, name))
        else:
            # `votes` in a node is quorum_votes misspelt, though keys elsewhere are called so
            homes = _key_homes(name)
            homes = () if len(homes) > 1 and _longer(section, name) else homes
            yield _Stranger(section, name, False, homes, key.at)


def _is_left_over(section: str, name: str, *, is_section: bool) -> bool:
    """Whether corosync 1 or 2 knew the name, or the whole section: not misspelt, only old."""
    rows = load("corosync-keys")["keys"]
    if section in _table() and section and all(_old(row) for row in rows if row["section"] == section):
        return True
    return not is_section and any(row["key"] == name for row in rows) and not _key_homes(name)


def _old(row: Mapping[str, str]) -> bool:
    return row.get("state") == "obsolete"


def _opening(key: Key, name: str) -> Mark:
    """The line that opens the section of this name around a key."""
    source, line = key.at.source, key.at.location().line
    for number in range(line, 0, -1):
        text = source.lines[number - 1]
        if text.partition("{")[0].strip(" \t:") == name and "{" in text:
            start = len(text) - len(text.lstrip())
            return Mark(source, span=Span(number, start + 1, number, len(text.rstrip()) + 1))
    return key.at


def _stranger(path: str) -> tuple[str, str, bool]:
    """The first part of a path that is unknown: section, name, is it a section; no name where all is known."""
    parts = path.split(".")
    section = ""
    for part in parts[:-1]:
        inner = _section_of(f"{section}.{part}".lstrip("."))
        if inner is None:
            return section, part, True
        section = inner
    known = _table().get(section, ())
    name = parts[-1]
    matches = name in known or any(k.endswith("*") and name.startswith(k[:-1]) for k in known)
    return section, "" if matches else name, False


@lru_cache(maxsize=1 << 14)
def as_written(path: str) -> str:
    """A stored path as the table of keys has it: without the numbers and names that stand for what is written."""
    for stored, written in _WRITTEN:
        match = stored.fullmatch(path)
        if match:
            path = match.expand(written)
    return path


def _nearest(stranger: _Stranger) -> str:
    if stranger.is_section:
        prefix = f"{stranger.section}.".lstrip(".")
        names = {s.removeprefix(prefix).split(".")[0] for s in _table() if s.startswith(prefix)}
    else:
        longer = _longer(stranger.section, stranger.name)
        if longer:
            return longer
        names = set(_table().get(stranger.section, ()))
    plain = sorted(n for n in names if n and "*" not in n)
    from difflib import get_close_matches  # noqa: PLC0415 - only for a key that is wrong

    near = get_close_matches(stranger.name.lower(), plain, n=1, cutoff=0.75)
    return near[0] if near else ""


def _longer(section: str, name: str) -> str:
    """A key of the section that the name is a word of."""
    return next((known for known in _table().get(section, ()) if name in known.split("_")), "")


@cache
def _table() -> Mapping[str, tuple[str, ...]]:
    """Known keys by section, obsolete ones included."""
    table: dict[str, list[str]] = {}
    for row in load("corosync-keys")["keys"]:
        table.setdefault(row["section"], []).append(row["key"])
    return {section: tuple(keys) for section, keys in table.items()}


@cache
def _section_of(path: str) -> str | None:
    """The section of the table that a path is, or is on the way to; None where no key is in it."""
    for known in _table():
        pattern = re.escape(known).replace(r"\*", r"[^.]+")
        if re.fullmatch(pattern, path):
            return known
    return path if any(known.startswith(f"{path}.") for known in _table()) else None


@cache
def _key_homes(name: str) -> tuple[str, ...]:
    """The sections in which corosync 3 reads a key of this name."""
    rows = load("corosync-keys")["keys"]
    return tuple(dict.fromkeys(row["section"] for row in rows if row["key"] == name and not _old(row)))


@cache
def _section_homes(name: str) -> tuple[str, ...]:
    """The sections in which corosync 3 reads a section of this name."""
    paths = [row["section"].split(".") for row in load("corosync-keys")["keys"] if not _old(row)]
    found = (".".join(path[:i]) for path in paths for i, part in enumerate(path) if part == name)
    return tuple(dict.fromkeys(found))
