"""Where in a CIB's text a position is, in text that need not be well-formed: read backwards from there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from halint.model.pacemaker_release import Release, release_named
from halint.record import record
from halint.schema.versions import known_versions

_NO_TAGS = re.compile(r"<!--.*?(?:-->|\Z)|<!\[CDATA\[.*?(?:\]\]>|\Z)|<\?.*?(?:\?>|\Z)", re.DOTALL)
_OPENING = re.compile(r"<([^\s/>!?\"'<=]*)")
_ATTRIBUTE = re.compile(r"""\s*([^\s=/<>"']+)\s*=\s*("[^"<]*"|'[^'<]*')""")
_IN_VALUE = re.compile(r"""\s*([^\s=/<>"']+)\s*=\s*(["'])([^"'<>]*)\Z""")
_IN_NAME = re.compile(r"""\s+([^\s=/<>"']*)\Z""")
_TAG = re.compile(r"""<(/?)([^\s/>!?"'<=]+)((?:[^<>"']|"[^"<]*"|'[^'<]*')*)>""")
_REST_OF_VALUE = re.compile(r"""[^"'<>\n]*""")
_REST_OF_NAME = re.compile(r"""[^\s=/<>"']*""")
_DC_VERSION = re.compile(
    r"""name=["']dc-version["'][^<>]*?\bvalue=["']([^"']*)|\bvalue=["']([^"']*)["'][^<>]*?name=["']dc-version"""
)


class Tag(NamedTuple):
    """An element's start tag: its name, and its attributes as far as they can be read."""

    name: str
    attributes: Mapping[str, str]


@record
class CibPlace:
    """The start tag that a position is in, and the attribute it names or gives a value to.

    `in_value`: within the quotes. `start` to `end` is the value, or the attribute's name, as it stands. `around` are
    the elements around, the innermost first; `text` what stands before the tag, its comments blanked.
    """

    tag: Tag
    attribute: str
    in_value: bool
    start: int
    end: int
    before: str

    def around(self) -> Iterator[Tag]:
        """The elements around the tag, the innermost first, found as they are asked for."""
        return _around(self.before)


def cib_place(text: str, offset: int) -> CibPlace | None:
    """The place of an offset; None where it is in no start tag, behind its name."""
    before = _NO_TAGS.sub(lambda found: " " * len(found.group()), text[:offset])
    start = before.rfind("<")
    opening = _OPENING.match(before, start) if start >= 0 else None
    if opening is None or not opening.group(1):
        return None
    attributes, position = _attributes_from(before, opening.end())
    in_value, in_name = _IN_VALUE.match(before, position), _IN_NAME.match(before, position)
    if in_value:
        name, first = in_value.group(1), in_value.start(3)
        end, behind = _end_of_value(text, offset, in_value.group(2))
        attributes[name] = text[first:end]
    elif in_name:
        first, end = in_name.start(1), _end(_REST_OF_NAME, text, offset)
        name, behind = text[first:end], end
    else:
        return None
    return CibPlace(
        tag=Tag(opening.group(1), {**_attributes_from(text, behind)[0], **attributes}),
        attribute=name,
        in_value=bool(in_value),
        start=first,
        end=end,
        before=before[:start],
    )


def _end_of_value(text: str, offset: int, quote: str) -> tuple[int, int]:
    """Where a value ends, and what follows it begins; at the offset itself where no quote closes it."""
    end = _end(_REST_OF_VALUE, text, offset)
    return (end, end + 1) if text[end : end + 1] == quote else (offset, offset)


def _end(pattern: re.Pattern[str], text: str, offset: int) -> int:
    found = pattern.match(text, offset)
    return found.end() if found is not None else offset


def _attributes_from(text: str, position: int) -> tuple[dict[str, str], int]:
    """The attributes that stand there one after the other, and where the last one ends."""
    attributes = {}
    while found := _ATTRIBUTE.match(text, position):
        attributes[found.group(1)] = found.group(2)[1:-1]
        position = found.end()
    return attributes, position


def release_of(text: str) -> Release:
    """The Pacemaker that wrote a CIB, as it says; () where it does not."""
    said = _DC_VERSION.search(text)
    features = re.search(r"""<cib\b[^<>]*\bcrm_feature_set=["']([^"']*)""", text[:4096])
    return release_named((said.group(1) or said.group(2)) if said else None, features.group(1) if features else None)


def schema_of(text: str) -> str:
    """The schema that a CIB names; the newest where it names none that is known."""
    said = re.search(r"""<cib\b[^<>]*\bvalidate-with=["']([^"']*)""", text[:4096])
    return said.group(1) if said and said.group(1) in known_versions() else known_versions()[-1]


def agent_of(text: str, resource: Tag) -> str:
    """The agent of a primitive or template, "ocf:heartbeat:IPaddr2", through its template; "" where it names none."""
    attributes = resource.attributes
    if "template" in attributes:
        name = re.escape(attributes["template"])
        found = re.search(rf"""<template\b[^<>]*\bid=["']{name}["'][^<>]*>""", text)
        tag = _TAG.match(found.group()) if found else None
        attributes = _attributes(tag.group(3)) if tag else {}
    parts = [attributes.get(part, "") for part in ("class", "provider", "type")]
    return ":".join(part for part in parts if part) if attributes.get("type") else ""


def _attributes(text: str) -> dict[str, str]:
    return {found.group(1): found.group(2)[1:-1] for found in _ATTRIBUTE.finditer(text)}


def _around(before: str) -> Iterator[Tag]:
    closed: list[str] = []
    position = len(before)
    while (position := before.rfind("<", 0, position)) >= 0:
        tag = _TAG.match(before, position)
        if tag is None:
            continue  # not finished
        end, name, rest = tag.groups()
        if end:
            closed.append(name)
        elif rest.endswith("/"):
            continue
        elif name in closed:
            while closed.pop() != name:  # an end without its start
                pass
        else:
            yield Tag(name, _attributes(rest))
