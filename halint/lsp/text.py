"""A text as editors count it: lines from 0, characters in the units that client and server have agreed on."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from functools import cached_property

from lsprotocol import types

from halint.source import Location, Span

_END_OF_LINE = re.compile(r"\r\n|\n|\r")


class Text:
    """A text and its positions. Offsets count code points from 0; `encoding` is what a character's position counts."""

    def __init__(self, text: str, encoding: str = "utf-16") -> None:
        self.text = text
        self.encoding = encoding

    def position(self, offset: int) -> types.Position:
        """An offset as line and character."""
        offset = min(max(offset, 0), len(self.text))
        line = bisect_right(self._starts, offset) - 1
        return types.Position(line, self._units(self.text[self._starts[line] : offset]))

    def offset(self, position: types.Position) -> int:
        """A position as offset; one behind the end of its line, or of the text, is that end."""
        if position.line >= len(self._starts):
            return len(self.text)
        start = self._starts[max(position.line, 0)]
        line = _END_OF_LINE.split(self.text[start : self._end(position.line)], maxsplit=1)[0]
        if self.encoding == "utf-32" or line.isascii():
            return start + min(position.character, len(line))
        units = 0
        for number, character in enumerate(line):
            if units >= position.character:
                return start + number
            units += self._units(character)
        return start + len(line)

    def range(self, start: int, end: int) -> types.Range:
        """The range between two offsets."""
        return types.Range(self.position(start), self.position(end))

    def of(self, span: Span | Location) -> types.Range:
        """A span of halint's, whose lines end at LF only."""
        return self.range(self.start_of(span), self._halints(span.end_line, span.end_column))

    def start_of(self, span: Span | Location) -> int:
        """The offset at which a span of halint's begins."""
        return self._halints(span.line, span.column)

    def end_of(self, span: Span | Location) -> int:
        """The offset behind a span of halint's."""
        return self._halints(span.end_line, span.end_column)

    def changed(self, changes: Iterable[types.TextDocumentContentChangeEvent]) -> Text:
        """The text after a client's changes, each made to what the one before it left."""
        text = self
        for change in changes:
            if isinstance(change, types.TextDocumentContentChangePartial):
                start, end = text.offset(change.range.start), text.offset(change.range.end)
                text = Text(text.text[:start] + change.text + text.text[max(start, end) :], self.encoding)
            else:
                text = Text(change.text, self.encoding)
        return text

    def _halints(self, line: int, column: int) -> int:
        if line > len(self._line_feeds):
            return len(self.text)
        return min(self._line_feeds[line - 1] + column - 1, len(self.text))

    def _units(self, text: str) -> int:
        if text.isascii() or self.encoding == "utf-32":
            return len(text)
        if self.encoding == "utf-8":
            return len(text.encode("utf-8", "surrogatepass"))
        return len(text.encode("utf-16-le", "surrogatepass")) // 2

    def _end(self, line: int) -> int:
        return self._starts[line + 1] if line + 1 < len(self._starts) else len(self.text)

    @cached_property
    def _starts(self) -> list[int]:
        """Where lines begin for editors, which also end them at a lone CR."""
        return [0, *(end.end() for end in _END_OF_LINE.finditer(self.text))]

    @cached_property
    def _line_feeds(self) -> list[int]:
        """Where lines begin for halint."""
        return [0, *(end.end() for end in re.finditer("\n", self.text))]
