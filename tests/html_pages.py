"""Reads pages back with parsers that are not written here."""

from __future__ import annotations

import json
import re
from typing import Any

import html5lib
from lxml import html

NAMESPACE = "{http://www.w3.org/1999/xhtml}"


def parsed(text: str) -> Any:
    """The page as lxml has it; fails where the rules of HTML are broken, or an id or a link leads nowhere."""
    parser = html5lib.HTMLParser(strict=True)
    parser.parse(text)
    tree = html.document_fromstring(text)
    ids = tree.xpath("//@id")
    assert len(ids) == len(set(ids)), "an id occurs twice"
    assert {link[1:] for link in tree.xpath("//@href[starts-with(., '#')]")} <= set(ids), "a link leads nowhere"
    assert not self_made(tree), self_made(tree)
    return tree


def self_made(tree: Any) -> list[str]:
    """What only a value that became markup could bring into a page: handlers, foreign addresses, further scripts."""
    found = [name for one in tree.iter("*") for name in one.attrib if name.lower().startswith("on")]
    links = tree.xpath("//@href | //@src | //@action | //@srcset | //@data")
    found += [link for link in links if not re.match(r"https?://|#", link)]
    scripts = [one.get("type") for one in tree.xpath("//script")]
    found += [] if sorted(scripts, key=str) in ([None], [None, "application/json"]) else ["scripts"]
    return found + [one.tag for one in tree.xpath("//img | //iframe | //object | //embed | //base")]


def embedded(tree: Any) -> Any:
    """The JSON in a page."""
    (text,) = tree.xpath("//script[@type='application/json']/text()")
    return json.loads(text)


def words(element: Any) -> str:
    """The text of an element, blanks put together."""
    return " ".join(" ".join(element.itertext()).split())
