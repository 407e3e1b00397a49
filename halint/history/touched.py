"""Which objects a change touches: its own, those that a constraint names, containers and what is in them."""

from __future__ import annotations

from collections.abc import Iterator

from halint.diff.change import Change
from halint.diff.side import RESOURCE_TAGS
from halint.model.cib_tree import Element
from halint.source import Mark

_SECTIONS = frozenset({"constraints", "tags", "fencing-topology", "acls"})
_NAMING = ("rsc", "with-rsc", "first", "then", "node", "target", "devices", "reference")
_LISTED = frozenset({"resource_ref", "obj_ref", "role"})
_CONTAINERS = tuple(tag for tag in RESOURCE_TAGS if tag != "primitive")


def touched(change: Change) -> frozenset[str]:
    """The names of the objects that a change touches, on both sides; needs the change's marks."""
    names = {change.id, change.old_id, change.new_id, *change.members}
    for mark in (change.before_at, change.after_at):
        names.update(_by_element(change, mark))
    return frozenset(names - {""})


def _by_element(change: Change, mark: Mark | None) -> Iterator[str]:
    if mark is None or mark.element is None:
        return
    for element in (mark.element, *mark.element.iterancestors()):
        if element.tag in RESOURCE_TAGS:
            yield from _around(change, element)
            return
        parent = element.getparent()
        if parent is not None and parent.tag in _SECTIONS:
            yield from _named(element)
            return


def _around(change: Change, resource: Element) -> Iterator[str]:
    """What is in a container that changed; where a resource as a whole came, went or moved, also what holds it."""
    yield resource.get("id") or ""
    for inner in resource.iterdescendants(*RESOURCE_TAGS):
        yield inner.get("id") or ""
    if change.whole:
        for outer in resource.iterancestors(*_CONTAINERS):
            yield outer.get("id") or ""


def _named(top: Element) -> Iterator[str]:
    """What a constraint, tag, fencing level or ACL entry names."""
    for element in top.iter("*"):
        for attribute in _NAMING:
            yield from (name.strip() for name in (element.get(attribute) or "").split(","))
        if element.tag in _LISTED:
            yield element.get("id") or ""
