"""A corosync.conf as it is rewritten: its text, where things stand in it, and replacements that keep the rest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import NamedTuple

from halint.model.corosync import Corosync
from halint.model.resolve_corosync import resolve_corosync
from halint.parse.corosync import CorosyncFile, Entry, Section, read_corosync
from halint.parse.corosync_lines import is_secret_name
from halint.parse.corosync_release import DEFAULT, Release
from halint.report import Replacement
from halint.source import Span


class OverlapError(ValueError):
    """Two replacements of one stretch of text."""


class Place(NamedTuple):
    """An entry, the sections it stands in from the outermost on, and the keys beside it."""

    sections: tuple[str, ...]
    entry: Entry
    beside: tuple[str, ...]


class Written:
    """A text of a corosync.conf under the path shown to the user. `text` keeps its line ends."""

    def __init__(
        self, text: str, encoding: str, path: str, node: str | None = None, release: Release = DEFAULT
    ) -> None:
        """`release` is the corosync the file is judged for. What the text says is read when first asked."""
        self.text = text
        self.encoding = encoding
        self.path = path
        self.node = node
        self.release = release

    def with_text(self, text: str) -> Written:
        """The same file with another text."""
        return Written(text, self.encoding, self.path, self.node, self.release)

    def data(self) -> bytes:
        """The text in the file's encoding."""
        return self.text.encode(self.encoding)

    @cached_property
    def file(self) -> CorosyncFile:
        """The text as corosync's reader takes it."""
        return read_corosync(self.data(), self.path, self.node, self.release)

    @cached_property
    def corosync(self) -> Corosync:
        """What the text means."""
        return resolve_corosync(self.file)

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """The lines without LF and CR."""
        return tuple(line.removesuffix("\r") for line in self.text.split("\n"))

    def line(self, number: int) -> str:
        """A line by its number from 1; empty where there is none."""
        return self.lines[number - 1] if 0 < number <= len(self.lines) else ""

    def end_of_line(self, number: int) -> str:
        """How a line ends; the last one as the line before it."""
        ends = self.text.split("\n")
        last = min(number, len(ends) - 1) or number
        return "\r\n" if ends[last - 1].endswith("\r") else "\n"

    def place(self, line: int) -> Place | None:
        """The key and value on a line."""
        return self._places.get(line)

    def section_name(self, line: int) -> tuple[tuple[str, ...], str] | None:
        """The section that a line opens: those around it, and its name."""
        return self._openings.get(line)

    def holds_secret(self, line: int) -> bool:
        """Whether the cluster's key stands on the line; glyphs in front of it count for nothing."""
        plain = "".join(c for c in self.line(line) if c.isascii() and c.isprintable())
        return is_secret_name(plain.lstrip())

    @cached_property
    def _places(self) -> dict[int, Place]:
        found = {}
        for path, section in _sections((), self.file.tree):
            names = [entry.key for entry in section.entries()]
            for number, entry in enumerate(section.entries()):
                beside = (*names[:number], *names[number + 1 :])
                found[entry.at.location().line] = Place(path, entry, beside)
        return found

    @cached_property
    def _openings(self) -> dict[int, tuple[tuple[str, ...], str]]:
        return {s.at.location().line: (p[:-1], s.name) for p, s in _sections((), self.file.tree) if p}


def decode(data: bytes) -> tuple[str, str]:
    """Text and encoding of a corosync.conf: UTF-8, or else Latin-1, which gives every byte a character."""
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return data.decode("latin-1"), "latin-1"


def replaced(text: str, changes: Iterable[Replacement]) -> str:
    """The text with all replacements made. Raises OverlapError where two of them meet; equal ones count once."""
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)

    def offset(line: int, column: int) -> int:
        return starts[line - 1] + column - 1

    pieces, position = [], 0
    for change in sorted(set(changes)):
        start = offset(change.span.line, change.span.column)
        if start < position:
            raise OverlapError(change.span)
        pieces += [text[position:start], change.text]
        position = offset(change.span.end_line, change.span.end_column)
    return "".join([*pieces, text[position:]])


def stretch(line: int, start: int, end: int) -> Span:
    """The characters of a line from index `start` up to `end`, counted from 0."""
    return Span(line, start + 1, line, end + 1)


def whole_line(line: int) -> Span:
    """A line with its end."""
    return Span(line, 1, line + 1, 1)


def _sections(path: tuple[str, ...], section: Section) -> Iterator[tuple[tuple[str, ...], Section]]:
    pending = [(path, section)]
    while pending:
        here, one = pending.pop()
        yield here, one
        pending += [((*here, inner.name), inner) for inner in one.sections()]
