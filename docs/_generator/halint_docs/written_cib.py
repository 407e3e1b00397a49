"""The elements and attributes of a CIB as written, from halint's description of its schemas."""

from __future__ import annotations

from dataclasses import field

from halint.record import record
from halint.schema_data import load


@record
class WrittenElement:
    """An element of the CIB: what it stands in, and its attributes, each with its types and schemas."""

    inside: list[str] = field(default_factory=list)
    attributes: dict[str, list[str]] = field(default_factory=dict)


def written_elements() -> dict[str, WrittenElement]:
    """The elements by name, the outermost first; one that has several types has the attributes of all."""
    types = load("cib-structure")["types"]
    found: dict[str, WrittenElement] = {}
    waiting, seen = [("cib", "cib", "cluster")], set()
    while waiting:
        name, kind, inside = waiting.pop(0)
        element = found.setdefault(name, WrittenElement())
        if inside not in element.inside:
            element.inside.append(inside)
        if (name, kind) in seen:
            continue
        seen.add((name, kind))
        for key, told in types[kind].get("attributes", {}).items():
            known = element.attributes.setdefault(key, [])
            known += [one for one in (told if isinstance(told, list) else [told]) if one not in known]
        for child, told in types[kind].get("children", {}).items():
            waiting += [(child, one, name) for one in _kinds(child, told)]
    return found


def _kinds(child: str, told: str | list[str]) -> list[str]:
    """The types that a child has: `many TYPE, since V`, or its own name where none is said."""
    words = [one.partition(",")[0].split() for one in (told if isinstance(told, list) else [told])]
    return [word[1] if len(word) > 1 else child for word in words]


def status_names() -> list[str]:
    """The further names that the status section has: elements and attributes."""
    known = written_elements()
    names = load("cib-names")
    told = {*known, *(name for element in known.values() for name in element.attributes)}
    return sorted({*names["elements"], *names["attributes"]} - told)
