"""Reads the files of the folder uidgid.d beside corosync.conf, which name users that may talk to corosync.

corosync reads every regular file there, whatever its name, and takes nothing in them but sections uidgid with the keys
uid and gid; anything else keeps it from starting (corosync(8); measured, 3.1.7: hidden files and links as well, broken
links, folders and empty files not).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from halint.model.host import Uidgid
from halint.parse.corosync_lines import RULE as SYNTAX
from halint.parse.corosync_lines import Event, read_lines, shown
from halint.parse.corosync_release import DEFAULT, Release
from halint.parse.corosync_store import is_user_or_group, quoted
from halint.source import Problem, Source

RULE = "corosync-uidgid-invalid"
_KEYS = ("uidgid.uid", "uidgid.gid")


def read_uidgid(data: bytes, path: str, node: str | None = None, release: Release = DEFAULT) -> Uidgid:
    """One file of uidgid.d; what corosync refuses in it is among the source's problems."""
    text, encoding = _decoded(data)
    reading = read_lines(text.removesuffix("\n").split("\n"), encoding, release)
    # what a later release alone refuses keeps its own rule
    told = [Problem(RULE, p.span, p.message) if p.rule == SYNTAX else p for p in reading.problems]
    problems = sorted((*told, *_misplaced(reading.events)), key=lambda p: p.span)
    if not any(event.kind == "open" and event.name == "uidgid" for event in reading.events):
        problems = problems[:1]  # some other file that lies there: its first line says enough
    secrets = tuple(reading.secrets)
    source = Source(
        path=path,
        kind="corosync-uidgid",
        text=text,
        node=node,
        problems=tuple(problems),
        find_secrets=lambda: secrets,
    )
    return Uidgid(node=node, source=source)


def _decoded(data: bytes) -> tuple[str, str]:
    """The text with its byte order mark, which corosync takes for text, and the encoding."""
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return data.decode("latin-1"), "latin-1"


def _misplaced(events: Iterable[Event]) -> Iterator[Problem]:
    """Sections other than uidgid, keys other than uid and gid in it, and values that name nobody."""
    sections: list[str] = []
    for event in events:
        if event.kind == "close":
            sections.pop()
            continue
        path = ".".join((*sections, event.name))
        if event.kind == "open":
            sections.append(event.name)
            if path != "uidgid":
                inside = f" inside {shown(sections[-2])}" if sections[:-1] else ""
                yield Problem(RULE, event.span, f"section {shown(event.name)}{inside} in a file of uidgid.d")
        elif path not in _KEYS:
            where = f" in section {shown(sections[-1])}" if sections else " outside of any section"
            yield Problem(RULE, event.span, f"key {shown(event.name)}{where} in a file of uidgid.d")
        elif not is_user_or_group(event.value):
            name = path.rpartition(".")[2]
            yield Problem(RULE, event.span, f"{name} is {quoted(event.value)}, not a name or a number below 4294967295")
