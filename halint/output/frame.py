"""Source frames: the line of a finding with its culprit underlined, secrets masked."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

from halint.secrets import MASK, url_passwords
from halint.source import Location, Source

_TAB = " "


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
    cells = list(_cells(source, location.line, line))
    before = "".join(shown for index, shown in cells if index < start)
    culprit = "".join(shown for index, shown in cells if start <= index < max(end, start + 1))
    after = "".join(shown for index, shown in cells if index >= max(end, start + 1))
    return _cut(location.line, before, culprit, after, width)


def snippet(source: Source, location: Location, most: int = 400) -> str:
    """What stands at a location, its first line, at most so many characters of it; secrets masked, "" where nothing."""
    if not 1 <= location.line <= len(source.lines):
        return ""
    line = source.lines[location.line - 1]
    end = location.end_column - 1 if location.end_line == location.line else len(line)
    cells = _cells(source, location.line, line)
    return "".join(shown for index, shown in cells if location.column - 1 <= index < end)[:most]


def masked_line(source: Source, number: int, most: int = 400) -> str:
    """A whole line as it may be shown, cut after so many characters; "" where the file has no such line."""
    if not 1 <= number <= len(source.lines):
        return ""
    return "".join(shown for _, shown in _cells(source, number, source.lines[number - 1]))[:most]


def _cells(source: Source, number: int, line: str) -> Iterator[tuple[int, str]]:
    """What is shown for each character, with its index; a secret is shown at the index it starts at."""
    hidden = _hidden(source, number, line)
    index = 0
    while index < len(line):
        if index in hidden:
            yield index, MASK
            index = max(hidden[index], index + 1)
            continue
        yield index, _visible(line[index])
        index += 1


def _hidden(source: Source, number: int, line: str) -> dict[int, int]:
    """Where what must not be shown begins and ends, by its beginning; what overlaps is one."""
    secrets = [(s.column - 1, s.end_column - 1) for s in source.secrets if s.line == number]
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
