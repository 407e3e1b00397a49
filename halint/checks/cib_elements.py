"""The CIB's elements as written, for checks of what the schema or Pacemaker's own reader asks of single attributes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from halint.source import Mark

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

    from halint.model.cib import Cib


def section(cib: Cib, *path: str) -> Iterator[_Element]:
    """The children of every `configuration/PATH` element, in document order."""
    root = cib.at.element
    for element in () if root is None else root.iterfind("/".join(("configuration", *path))):
        yield from element.iterchildren("*")


def within(cib: Cib, *tags: str) -> Iterator[_Element]:
    """Every element of these names below `configuration`, in document order."""
    root = cib.at.element
    for configuration in () if root is None else root.iterchildren("configuration"):
        yield from configuration.iter(*tags)


def mark(cib: Cib, element: _Element, attribute: str = "") -> Mark:
    """The place of an element, or of its attribute where it has that."""
    there = Mark(cib.at.source, element=element)
    return there.on(attribute) if attribute else there


def owner(element: _Element) -> str:
    """The nearest id upward, the element's own included; its tag where nothing around it has one."""
    found = (e.get("id") for e in (element, *element.iterancestors()) if e.tag != "cib")
    return next((name for name in found if name), str(element.tag))


def label(element: _Element) -> str:
    """An element for a message: its tag and its id; without one, what it stands in."""
    own = element.get("id")
    if own:
        return f"{element.tag} {own}"
    parent = element.getparent()
    around = owner(parent) if parent is not None else ""
    return f"{element.tag} in {around}" if around else str(element.tag)


def referenced(cib: Cib, element: _Element) -> _Element:
    """The element of the same name that `id-ref` means, one step only; itself where there is none."""
    target = element.get("id-ref")
    if target is None:
        return element
    return next((e for e in within(cib, str(element.tag)) if e.get("id") == target), element)
