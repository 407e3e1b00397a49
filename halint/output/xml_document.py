"""XML that every parser reads, whatever the texts in it hold."""

from __future__ import annotations

import re

from lxml import etree

# XML 1.0, production 2 (Char): what a document may hold; the rest has no spelling in it, not even as a reference
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def legal(text: str) -> str:
    """Text in which characters that XML 1.0 cannot hold, and lone surrogates, are U+FFFD."""
    return _ILLEGAL.sub("\ufffd", text)


def child(parent: etree._Element, tag: str, text: str = "", **attributes: str | int) -> etree._Element:
    """A new element below another."""
    element = etree.SubElement(parent, tag, {name: legal(str(value)) for name, value in attributes.items()})
    element.text = legal(text) or None
    return element


def document(root: etree._Element) -> str:
    """The document with its declaration, in UTF-8 when it is written."""
    etree.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{etree.tostring(root, encoding="unicode")}\n'
