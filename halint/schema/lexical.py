"""The spellings that the schemas allow for values: scores, numbers, booleans, ids.

Measured with the schemas of Pacemaker 2.1.5 and libxml2 2.14: words and numbers may have white space around them,
text with a pattern may not; a score is an integer of any length or INFINITY with an optional sign, in capitals.
libxml2 2.9 refuses integers of more than 24 digits, newer ones take them; so does halint.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

SPACE = " \t\r\n"
"""White space in XML; no other character counts as such."""

_RUN = re.compile("[ \t\r\n]+")
_ASCII_ID = re.compile(r"[A-Za-z_][A-Za-z0-9_.\-]*")
_DEVICE = r"[a-zA-Z0-9_.\-]+"


def collapse(value: str) -> str:
    """A value as words are compared: no white space around it, one space for each run inside."""
    return _RUN.sub(" ", value.strip(SPACE))


def is_id(value: str) -> bool:
    """Whether a value can be an XML id: letters, digits, `_`, `-`, `.`, the first a letter or `_`."""
    value = value.strip(SPACE)
    return bool(_ASCII_ID.fullmatch(value)) or (not value.isascii() and _is_name(value))


def _matcher(pattern: str) -> Callable[[str], bool]:
    compiled = re.compile(pattern)
    return lambda value: compiled.fullmatch(value.strip(SPACE)) is not None


def _exact(pattern: str) -> Callable[[str], bool]:
    compiled = re.compile(pattern)
    return lambda value: compiled.fullmatch(value) is not None


TESTS: dict[str, tuple[Callable[[str], bool], str]] = {
    "boolean": (_matcher("true|false|1|0"), "true, false, 1 or 0"),
    "integer": (_matcher("[+-]?[0-9]+"), "a whole number"),
    "non-negative": (_matcher(r"\+?[0-9]+|-0+"), "a whole number, 0 or more"),
    "positive": (_matcher(r"\+?0*[1-9][0-9]*"), "a whole number, 1 or more"),
    "1-9": (_matcher(r"\+?0*[1-9]"), "a number from 1 to 9"),
    "score": (_matcher(r"[+-]?[0-9]+|[+-]?INFINITY"), "a whole number, INFINITY or -INFINITY"),
    "devices": (_exact(f"{_DEVICE}(?:,{_DEVICE})*"), "device ids with commas and no spaces between them"),
    "port-range": (_exact(r"[0-9\-]+"), "digits with a hyphen between them"),
}
"""The types of the structure table that are no lists of words: a test for a value, and what it may be."""


@cache
def _is_name(value: str) -> bool:
    """Whether letters beyond ASCII make an XML name, by the tables of libxml2 itself."""
    from lxml import etree  # noqa: PLC0415 - ids beyond ASCII are rare

    grammar = (
        '<element name="v" xmlns="http://relaxng.org/ns/structure/1.0" '
        'datatypeLibrary="http://www.w3.org/2001/XMLSchema-datatypes"><data type="NCName"/></element>'
    )
    holder = etree.Element("v")
    holder.text = value
    return bool(etree.RelaxNG(etree.XML(grammar)).validate(holder))
