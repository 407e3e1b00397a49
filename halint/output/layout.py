"""Lines and columns of text output."""

from __future__ import annotations

import textwrap

from halint.output.frame import columns
from halint.source import Location


def pad(text: str, width: int) -> str:
    """Text filled with blanks to a width in terminal columns."""
    return text + " " * max(width - columns(text), 0)


def wrapped(text: str, width: int, indent: str = "") -> list[str]:
    """Text in lines no longer than `width`; the indent goes before all but the first. Never empty."""
    lines = textwrap.wrap(text, max(width, 20), subsequent_indent=indent, break_on_hyphens=False)
    return lines or [""]


def pieces(text: str, width: int) -> list[str]:
    """Text in lines of at most `width` characters, broken at blanks, commas or where need be; blanks are kept."""
    lines = []
    while len(text) > width:
        cut = max(text.rfind(sign, width // 3, width) for sign in " ,;") + 1 or width
        lines.append(text[:cut])
        text = text[cut:]
    return [*lines, text]


def plural(number: int, noun: str) -> str:
    """A number with its noun."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def visible(text: str) -> str:
    """Text on one line, with what a terminal would act on, or not show, as escapes."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def place_text(place: Location) -> str:
    """A place as editors and people read it: `file:line:column`."""
    return f"{visible(place.file)}:{place.line}:{place.column}"
