"""Reads /etc/exports and files of /etc/exports.d (exports(5))."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from halint.model.host import Export, Exports
from halint.parse.decoding import decode
from halint.source import Mark, Source, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

_FIELD = re.compile(r'"[^"]*"\S*|[^\s#]\S*')
# exports(5): a blank in a path is quoted or written as \040
_OCTAL = re.compile(r"\\([0-3][0-7]{2})")


def read_exports(data: bytes, path: str, node: str | None = None) -> Exports:
    """The directories and their clients; a line that ends in a backslash goes on in the next one."""
    source = Source(path=path, kind="exports", text=decode(data), node=node)
    return Exports(node=node, source=source, entries=tuple(_entries(source)))


def _entries(source: Source) -> Iterator[Export]:
    for number, line in _joined(source.lines):
        fields = list(_FIELD.finditer(line.partition(" #")[0]))
        if not fields or line.lstrip().startswith("#"):
            continue
        directory = _OCTAL.sub(lambda match: chr(int(match[1], 8)), fields[0].group().replace('"', ""))
        end = min(fields[-1].end(), len(source.lines[number - 1]))
        at = Mark(source, Span(number, fields[0].start() + 1, number, max(end, fields[0].start() + 1) + 1))
        clients = [f.group().partition("(")[0] or "*" for f in fields[1:] if not f.group().startswith("-")] or ["*"]
        yield from (Export(directory=directory, client=client, at=at) for client in clients)


def _joined(lines: tuple[str, ...]) -> Iterator[tuple[int, str]]:
    """Logical lines, each with the number of its first line."""
    start, parts = 1, ""
    for number, line in enumerate(lines, 1):
        if not parts:
            start = number
        if line.endswith("\\"):
            parts += line[:-1] + " "
            continue
        yield start, parts + line
        parts = ""
    if parts:
        yield start, parts
