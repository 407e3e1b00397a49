"""Secrets in a CIB's text: the values of nvpairs with telling names, and passwords in URLs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from halint.parse.xml_text import TagSpans
from halint.secrets import is_secret
from halint.source import Span

# Without the help of a parser, so that it also works where a quote or a bracket is missing
_NVPAIR = re.compile(r"<nvpair\b[^<]*")
_NAME = re.compile(r"""\bname\s*=\s*["']?([^"'\s>]*)""")
_VALUE = re.compile(r"""\bvalue\s*=\s*(?:"([^"<]*)|'([^'<]*)|([^\s"'<>]+))""")
_URL_PASSWORD = re.compile(r"://[^/\s:@\"'<>]*:([^/\s@\"'<>]+)(?=@)")


def secret_spans(text: str) -> tuple[Span, ...]:
    """The spans of secret values in an XML text, well-formed or not; each on a single line, in order."""
    places = TagSpans(text)
    spans = (places.between(*part) for found in _secrets(text) for part in _by_line(text, *found))
    return tuple(sorted(set(spans)))


def _secrets(text: str) -> Iterator[tuple[int, int]]:
    for tag in _NVPAIR.finditer(text):
        name = _NAME.search(text, *tag.span())
        value = _VALUE.search(text, *tag.span())
        if name and value and is_secret(_unescape(name.group(1)), value.group(value.lastindex or 0)):
            yield value.span(value.lastindex or 0)
    if "://" in text:
        yield from (m.span(1) for m in _URL_PASSWORD.finditer(text))


def _unescape(name: str) -> str:
    if "&" not in name:
        return name
    from html import unescape  # noqa: PLC0415 - a large table, and names hardly ever hold an entity

    return unescape(name)


def _by_line(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The stretch without its line ends, one piece a line."""
    while start < end:
        stop = text.find("\n", start, end)
        stop = end if stop < 0 else stop
        if stop > start:
            yield start, stop
        start = stop + 1
