"""Places in files: their lines with what is meant marked in them, as the text format underlines it."""

from __future__ import annotations

from collections.abc import Mapping

from halint.output.frame import Frame, columns, frame
from halint.output.html.markup import Html, tag, text
from halint.output.layout import place_text
from halint.report import Related
from halint.source import Source

_WIDTH = 160
"""Columns of a line; more are cut around what is meant."""


def place(where: Related, sources: Mapping[str, Source], severity: str) -> Html:
    """One place: where it is, the line, and what is said of it; `severity` is "" for a place that is only related."""
    at = where.location
    source = sources.get(at.file)
    shown = frame(source, at, _WIDTH) if source else None
    label = [tag("span", where.message, class_="label")] if where.message else []
    caption = tag("figcaption", tag("span", place_text(at), class_="place"), label)
    line = [_line(shown, severity or "related")] if shown is not None and shown.text else []
    return tag("figure", caption, line, class_="frame")


def _line(shown: Frame, role: str) -> Html:
    before, culprit, after = parts(shown)
    number = tag("span", str(shown.number), class_="number", aria_hidden="true")
    marked = tag("mark", culprit, class_=role) if culprit else Html("")
    # a tabindex lets the keyboard scroll a long line
    return tag("pre", number, tag("code", text(before.lstrip()), marked, text(after)), tabindex="0")


def parts(shown: Frame) -> tuple[str, str, str]:
    """What is before the culprit, the culprit, and what is behind it; frames count in terminal columns."""
    start = _index(shown.text, shown.offset)
    end = _index(shown.text, shown.offset + shown.length)
    return shown.text[:start], shown.text[start:end], shown.text[end:]


def _index(line: str, offset: int) -> int:
    """The character at so many columns, past what combines with the one before."""
    if line.isascii():
        return min(offset, len(line))
    used = 0
    for index, character in enumerate(line):
        width = columns(character)
        if used >= offset and width:
            return index
        used += width
    return len(line)
