"""Says where XML stops being well-formed, and why, in words that do not repeat the file's content."""

from __future__ import annotations

from xml.parsers import expat

from halint.parse.xml_text import TagSpans
from halint.source import Span

_MISMATCH = expat.errors.codes[expat.errors.XML_ERROR_TAG_MISMATCH]
_CUT_OFF = (
    expat.errors.codes[expat.errors.XML_ERROR_NO_ELEMENTS],
    expat.errors.codes[expat.errors.XML_ERROR_UNCLOSED_TOKEN],
)
_WORDS = {
    expat.errors.XML_ERROR_SYNTAX: "there is no XML here",
    expat.errors.XML_ERROR_INVALID_TOKEN: "this does not belong here, or a quote, bracket or blank is missing",
    expat.errors.XML_ERROR_JUNK_AFTER_DOC_ELEMENT: "more text follows after the end of the document",
    expat.errors.XML_ERROR_DUPLICATE_ATTRIBUTE: "an attribute is given twice in one element",
    expat.errors.XML_ERROR_UNDEFINED_ENTITY: "XML does not know the name between & and ; (& itself is written &amp;)",
    expat.errors.XML_ERROR_BAD_CHAR_REF: "a character reference (&#…;) names no character",
    expat.errors.XML_ERROR_MISPLACED_XML_PI: "the XML declaration does not stand at the very beginning",
}


def explain(text: str) -> tuple[str, Span] | None:
    """What is wrong and where, None where expat finds nothing wrong."""
    open_tags: list[tuple[str, int]] = []
    parser = expat.ParserCreate("utf-8")
    parser.StartElementHandler = lambda name, _: open_tags.append((name, parser.CurrentLineNumber))
    parser.EndElementHandler = lambda _: open_tags.pop()
    data = text.encode("utf-8", "replace")
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        offset = len(data[: parser.ErrorByteIndex].decode("utf-8", "replace"))
        return _words(error.code, open_tags), TagSpans(text).between(offset, min(offset + 1, len(text)))
    return None


def _words(code: int, open_tags: list[tuple[str, int]]) -> str:
    name, line = open_tags[-1] if open_tags else ("", 0)
    if code == _MISMATCH and name:
        return f"this closing tag does not fit {name}, which line {line} opens"
    if code in _CUT_OFF and name:
        return f"the file ends inside {name}, which line {line} opens"
    message = expat.errors.messages[code]
    return _WORDS.get(message, message)
