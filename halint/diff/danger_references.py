"""References in AFTER to what BEFORE has and AFTER lacks.

The schema refuses some of them; others it takes for plain text: the devices of a fencing level, nodes, what a tag
names.
"""

from __future__ import annotations

from collections.abc import Iterator

from halint.diff.change import Comparison
from halint.diff.live_cluster import shown
from halint.diff.outcome import Danger
from halint.diff.side import Side
from halint.diff.wording import visible
from halint.model.cib_tree import Element

_REFERENCES = {
    "rsc_location": ("rsc",),
    "rsc_colocation": ("rsc", "with-rsc"),
    "rsc_order": ("first", "then"),
    "rsc_ticket": ("rsc",),
    "resource_ref": ("id",),
    "obj_ref": ("id",),
    "role": ("id",),
    "primitive": ("template",),
    "acl_permission": ("reference",),
    "fencing-level": ("devices",),
}
_NODES = {"rsc_location": "node", "fencing-level": "target"}
_POINTERS = frozenset({"resource_ref", "obj_ref", "role"})


def reference_dangers(comparison: Comparison) -> Iterator[Danger]:
    """What still names a removed resource, role, template, fence device or node."""
    before, after = comparison.before, comparison.after
    if all(change.path for change in comparison.changes) and next(after.tree.section("acls"), None) is None:
        return  # nothing came or went but inside of objects; only ACLs refer to what is there
    gone = _ids(before) - _ids(after) - set(comparison.renamed)
    gone_nodes = _nodes(before) - _nodes(after)
    if not gone and not gone_nodes:
        return
    for element in _elements(after):
        for attribute in _REFERENCES.get(element.tag, ()):
            for target in _targets(element, attribute):
                if target in gone:
                    yield _danger(comparison, element, attribute, target)
        node = _NODES.get(element.tag)
        if node is not None and element.get(node) in gone_nodes:
            yield _danger(comparison, element, node, f"node {element.get(node)}")


def _danger(comparison: Comparison, element: Element, attribute: str, target: str) -> Danger:
    after = comparison.after
    holder = element
    if element.tag in _POINTERS:
        holder = next((e for e in element.iterancestors() if e.get("id") and e.tag != "resource_set"), element)
    name = visible(holder.get("id") or "")
    message = (
        f"{holder.tag} {name} of {shown(after, 'after.xml')} names {visible(target)}, which "
        f"{shown(comparison.before, 'before.xml')} has and it has not"
    )
    subject = holder.get("id") or ""
    return Danger(code="reference-to-removed", message=message, subject=subject, at=after.mark(element, attribute))


def _targets(element: Element, attribute: str) -> list[str]:
    text = element.get(attribute) or ""
    return [part.strip() for part in text.split(",")] if attribute == "devices" else [text]


def _elements(side: Side) -> Iterator[Element]:
    configuration = side.configuration
    return iter(()) if configuration is None else configuration.iter("*")


def _ids(side: Side) -> set[str]:
    return {e.get("id") or "" for e in _elements(side) if e.tag not in _POINTERS and e.tag != "node"} - {""}


def _nodes(side: Side) -> set[str]:
    """Names of nodes: members, and what a resource makes one (a remote node's connection, a guest's meta-attribute)."""
    names = {e.get("uname") or "" for e in side.tree.section("nodes")}
    guests = {e.get("value") or "" for e in _elements(side) if e.get("name") == "remote-node"}
    return (names | guests | set(side.resources)) - {""}
