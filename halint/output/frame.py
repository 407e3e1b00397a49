"""Source frames: the line of a finding with its culprit underlined, secrets masked."""

from __future__ import annotations

import unicodedata
from array import array
from functools import lru_cache
from typing import NamedTuple

from halint.secrets import MASK, url_passwords
from halint.source import Location, Source

_TAB = " "
_WIDEST = 4
"""Characters a column that are looked at on either side of a culprit: some take no column."""


class Frame(NamedTuple):
    """One line as shown, and where in it the culprit is: offset and length in terminal columns."""

    number: int
    text: str
    offset: int
    length: int


def frame(source: Source, location: Location, width: int) -> Frame | None:
    """The first line of a location, cut to `width` columns around the culprit; None where the file has no such line."""
    if not 1 <= location.line <= len(source.lines):
        return None
    line = source.lines[location.line - 1]
    start = min(location.column - 1, len(line))
    end = min(location.end_column - 1, len(line)) if location.end_line == location.line else len(line.rstrip())
    shown = _shown(line, _secrets(source, location.line))
    first, last = shown.offsets[start], shown.offsets[min(max(end, start + 1), len(line))]
    most = _WIDEST * max(width, 20)
    before, after = shown.text[max(first - most, 0) : first], shown.text[last : last + most]
    return _cut(location.line, before, shown.text[first:last], after, width)


def snippet(source: Source, location: Location, most: int = 400) -> str:
    """What stands at a location, its first line, at most so many characters of it; secrets masked, "" where nothing."""
    if not 1 <= location.line <= len(source.lines):
        return ""
    line = source.lines[location.line - 1]
    end = location.end_column - 1 if location.end_line == location.line else len(line)
    shown = _shown(line, _secrets(source, location.line))
    first, last = (shown.offsets[min(max(at, 0), len(line))] for at in (location.column - 1, end))
    return shown.text[first:last][:most]


def masked_line(source: Source, number: int, most: int = 400) -> str:
    """A whole line as it may be shown, cut after so many characters; "" where the file has no such line."""
    if not 1 <= number <= len(source.lines):
        return ""
    return _shown(source.lines[number - 1], _secrets(source, number)).text[:most]


class _Shown(NamedTuple):
    """A line as it may be shown, and the offset in it of each character of the line and of its end.

    A secret stands at the offset of its first character; its others have the offset behind it.
    """

    text: str
    offsets: array[int]


def _secrets(source: Source, number: int) -> tuple[tuple[int, int], ...]:
    return tuple((s.column - 1, s.end_column - 1) for s in source.secrets if s.line == number)


@lru_cache(maxsize=64)
def _shown(line: str, secrets: tuple[tuple[int, int], ...]) -> _Shown:
    """Made once for all findings of a line: a CIB may be one line of megabytes."""
    hidden = _hidden(line, secrets)
    parts, offsets, offset, index = [], array("Q"), 0, 0
    while index < len(line):
        offsets.append(offset)
        if index in hidden:
            parts.append(MASK)
            offset += len(MASK)
            covered = min(max(hidden[index], index + 1), len(line))
            offsets.extend([offset] * (covered - index - 1))
            index = covered
        else:
            parts.append(_visible(line[index]))
            offset += 1
            index += 1
    offsets.append(offset)
    return _Shown("".join(parts), offsets)


def _hidden(line: str, secrets: tuple[tuple[int, int], ...]) -> dict[int, int]:
    """Where what must not be shown begins and ends, by its beginning; what overlaps is one."""
    hidden: dict[int, int] = {}
    first, reached = -1, -1
    for start, end in sorted([*secrets, *url_passwords(line)]):
        if start >= reached:
            first = start
        reached = max(reached, end)
        hidden[first] = reached
    return hidden


def _visible(char: str) -> str:
    """A character as a terminal may have it: tabs as a blank, control and direction characters as U+FFFD."""
    if char == "\t":
        return _TAB
    return char if char.isprintable() else "\ufffd"


def columns(text: str) -> int:
    """How many terminal columns a text takes (Unicode Standard Annex 11)."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in ("W", "F") else 1 for c in text
    )


def _cut(number: int, before: str, culprit: str, after: str, width: int) -> Frame:
    """Leave out what does not fit: first behind the culprit, then before it, last of itself."""
    room = max(width, 20)
    culprit = culprit if columns(culprit) <= room else f"{culprit[: room - 1]}…"
    behind = min(columns(after), room // 3)
    keep = room - columns(culprit) - behind
    if columns(before) > keep:
        before = f"…{before[len(before) - max(keep - 1, 0) :]}"
    rest = max(room - columns(before) - columns(culprit), 0)
    after = after if columns(after) <= rest else f"{after[: max(rest - 1, 0)]}…"
    return Frame(number, f"{before}{culprit}{after}".rstrip(), columns(before), max(columns(culprit), 1))
