"""XML as text: from bytes by byte order mark and declaration, and where its start tags stand."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import cached_property
from itertools import islice

from halint.source import Span

# The character sets that XML processors commonly know; Python's other codecs are not character sets of files
_ENCODING = re.compile(
    r"(utf-?8|utf-?16(-?[lb]e)?|utf-?32(-?[lb]e)?|us-ascii|ascii|iso-?8859-\d{1,2}|latin-?\d|windows-125\d|cp125\d|koi8-[ru]"
    r"|gb2312|gbk|gb18030|big5|shift[_-]jis|euc-(jp|kr))",
    re.IGNORECASE,
)
_DECLARED = re.compile(rb"""<\?xml\s[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
# UTF-16 and UTF-32 begin with one of these; the longer marks come first
_MARKS = (
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
    (b"<\x00?\x00", "utf-16-le"),
    (b"\x00<\x00?", "utf-16-be"),
)

_MARKUP = re.compile(
    r"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>|</[^>]*>"
    r"""|(?P<start><[^\s/>!?"'<=]+(?:[^>"']|"[^"]*"|'[^']*')*>)""",
    re.DOTALL,
)
_ATTRIBUTE = re.compile(r"""([^\s=/<>"']+)\s*=\s*("[^"]*"|'[^']*')""")


def decode(data: bytes) -> tuple[str, str]:
    """The text of an XML file, and what is wrong with its encoding ("" if nothing).

    Bytes that are not of the encoding become U+FFFD, so that there is always a text to show.
    """
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), "")
    if not encoding:
        declared = _DECLARED.match(data)
        encoding = declared.group(1).decode("ascii") if declared else "utf-8"
    if not _ENCODING.fullmatch(encoding.removesuffix("-sig")):
        return data.decode("utf-8", "replace"), f"the encoding {encoding} is not known"
    try:
        return data.decode(encoding).removeprefix("\ufeff"), ""
    except UnicodeDecodeError:
        return data.decode(encoding, "replace").removeprefix("\ufeff"), f"there are bytes that are not {encoding}"
    except LookupError:
        return data.decode("utf-8", "replace"), f"the encoding {encoding} is not known"


def has_doctype(text: str) -> bool:
    """Whether a document type declaration stands before the root element."""
    position = 0
    while True:
        while text[position : position + 1].isspace():
            position += 1
        opening = text[position : position + 4]
        end = "?>" if opening.startswith("<?") else "-->" if opening == "<!--" else ""
        if not end:
            return text[position : position + 9].upper() == "<!DOCTYPE"
        position = text.find(end, position)
        if position < 0:
            return False
        position += len(end)


_NO_TAGS = (("<!--", "-->"), ("<![CDATA[", "]]>"))
"""Text in which no tag is one, by how it begins and ends."""


class TagSpans:
    """Where the start tags of a well-formed XML text stand, found in one pass when first asked."""

    def __init__(self, text: str) -> None:
        self._text = text

    def span(self, index: int, attribute: str | None = None) -> Span:
        """The start tag of the element with this number in document order, from 0, or one attribute as written."""
        if index >= len(self._tags):
            return Span(1, 1, 1, 1)
        return self._within(*self._tags[index], attribute)

    def lone(self, tag: str, identifier: str, attribute: str | None = None) -> Span | None:
        """As `span`, by the element's id, without reading the whole text; None where the id is not there just once."""
        written = f' id="{identifier}"'
        at = self._text.find(written)
        if at < 0 or self._text.find(written, at + 1) >= 0:
            return None
        start = self._text.rfind("<", 0, at)
        found = _MARKUP.match(self._text, start) if start >= 0 else None
        if found is None or not found.group("start") or not re.match(rf"<{re.escape(tag)}[\s/>]", found.group()):
            return None
        if any(self._text.rfind(opening, 0, start) > self._text.rfind(end, 0, start) for opening, end in _NO_TAGS):
            return None
        return self._within(start, found.end(), attribute)

    def _within(self, start: int, end: int, attribute: str | None) -> Span:
        """The start tag text[start:end], or one attribute in it."""
        if attribute is not None:
            for found in _attributes(self._text, start, end):
                if found.group(1) == attribute:
                    return self.between(found.start(), found.end())
        return self.between(start, end)

    def between(self, start: int, end: int) -> Span:
        """The span of text[start:end]."""
        return Span(*self._place(start), *self._place(end))

    @cached_property
    def _tags(self) -> list[tuple[int, int]]:
        return [m.span() for m in _MARKUP.finditer(self._text) if m.group("start")]

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *(m.end() for m in re.finditer("\n", self._text))]

    def _place(self, offset: int) -> tuple[int, int]:
        line = bisect_right(self._line_starts, offset)
        return line, offset - self._line_starts[line - 1] + 1


def _attributes(text: str, start: int, end: int) -> Iterator[re.Match[str]]:
    """The attributes of the start tag text[start:end]."""
    return islice(_ATTRIBUTE.finditer(text, start + 1, end), 10_000)
