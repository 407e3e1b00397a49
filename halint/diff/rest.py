"""What no reader of the comparison knows: elements and attributes outside every released schema, compared as text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet

from lxml import etree

from halint.diff.change import Change
from halint.diff.constraint_things import CONSTRAINTS
from halint.diff.section_things import ROOT_SETTINGS
from halint.diff.side import BOOKKEEPING, RESOURCE_TAGS, SECTIONS, Side
from halint.model.cib_tree import Element

_RESOURCE = ("meta_attributes", "instance_attributes", "utilization", "operations")
_NESTED = frozenset({*_RESOURCE, *RESOURCE_TAGS})
_RULES = frozenset({"rule"})
_PAIRS = frozenset({"nvpair", "rule"})
_CHILDREN: Mapping[str, frozenset[str]] = {
    "cib": frozenset({"configuration", "status"}),
    "configuration": frozenset(SECTIONS),
    "crm_config": frozenset({"cluster_property_set"}),
    "rsc_defaults": frozenset({"meta_attributes"}),
    "op_defaults": frozenset({"meta_attributes"}),
    "nodes": frozenset({"node"}),
    "resources": frozenset({*RESOURCE_TAGS, "template"}),
    "constraints": frozenset(CONSTRAINTS),
    "tags": frozenset({"tag"}),
    "fencing-topology": frozenset({"fencing-level"}),
    "acls": frozenset({"acl_role", "acl_target", "acl_group", "acl_user"}),
    "alerts": frozenset({"alert"}),
    "node": frozenset({"instance_attributes", "utilization"}),
    "primitive": _NESTED,
    "template": _NESTED,
    "group": _NESTED,
    "clone": _NESTED,
    "master": _NESTED,
    "bundle": _NESTED | {"docker", "podman", "rkt", "network", "storage"},
    "network": frozenset({"port-mapping"}),
    "storage": frozenset({"storage-mapping"}),
    "operations": frozenset({"op"}),
    "op": frozenset({"meta_attributes", "instance_attributes"}),
    "cluster_property_set": _PAIRS,
    "instance_attributes": _PAIRS,
    "meta_attributes": _PAIRS,
    "utilization": _PAIRS,
    "tag": frozenset({"obj_ref"}),
    "alert": frozenset({"meta_attributes", "instance_attributes", "recipient", "select"}),
    "recipient": frozenset({"meta_attributes", "instance_attributes"}),
}
"""The elements whose children are read one by one, with those that are known."""

_NAMED = frozenset({"id", "description"})
_SET_ATTRIBUTES = frozenset({"id", "id-ref", "score"})
_ATTRIBUTES: Mapping[str, frozenset[str]] = {
    "cib": frozenset({*BOOKKEEPING, *ROOT_SETTINGS}),
    "configuration": frozenset(),
    **{name: frozenset({"id"}) for name in SECTIONS},
    "operations": frozenset({"id", "id-ref"}),
    "cluster_property_set": _SET_ATTRIBUTES,
    "instance_attributes": _SET_ATTRIBUTES,
    "meta_attributes": _SET_ATTRIBUTES,
    "utilization": _SET_ATTRIBUTES,
    "nvpair": frozenset({"id", "id-ref", "name", "value"}),
    "node": _NAMED | {"uname", "type", "score"},
    "tag": _NAMED,
    "alert": _NAMED | {"path"},
    "recipient": _NAMED | {"value"},
    "fencing-level": frozenset(
        {"id", "index", "devices", "target", "target-pattern", "target-attribute", "target-value"}
    ),
}
"""The attributes of elements that are not compared attribute by attribute."""

_WHOLE = frozenset({"rule", "select", "status"})
"""Elements that are compared with all that is in them, or not at all."""


def rest(before: Side, after: Side, alike: AbstractSet[Element] = frozenset()) -> Iterator[Change]:
    """Changes of what is not known, each element or attribute as an object of its own.

    `alike` are primitives of both sides that are written alike and so need no look.
    """
    olds, news = _strangers(before, alike), _strangers(after, alike)
    for gone, side, counts in ((True, before, olds - news), (False, after, news - olds)):
        for (kind, name, text), number in counts.items():
            element = _where(side, name)
            mark = None if element is None else side.mark(element)
            for _ in range(number):
                yield Change(
                    kind="removed" if gone else "added",
                    type=kind,
                    id=name,
                    name=name,
                    before=text if gone else None,
                    after=None if gone else text,
                    before_at=mark if gone else None,
                    after_at=None if gone else mark,
                )


def _strangers(side: Side, alike: AbstractSet[Element]) -> Counter[tuple[str, str, str]]:
    found: Counter[tuple[str, str, str]] = Counter()
    _collect(side.root, found, alike)
    return found


def _collect(element: Element, found: Counter[tuple[str, str, str]], alike: AbstractSet[Element]) -> None:
    known = _ATTRIBUTES.get(element.tag)
    if known is not None and not known.issuperset(element.attrib):
        for name in sorted(set(map(str, element.attrib)) - known):
            found[f"{element.tag} attribute", _name(element), f"{name}={element.get(name)}"] += 1
    children = _CHILDREN.get(element.tag)
    if children is None:
        return
    for child in element:
        if child.tag in children:
            if child.tag not in _WHOLE and child not in alike:
                _collect(child, found, alike)
        else:
            found[child.tag, _name(child), _canonical(child)] += 1


def _name(element: Element) -> str:
    holder: Element | None = element
    while holder is not None:
        if holder.get("id"):
            return holder.get("id") or ""
        holder = holder.getparent()
    return element.tag


def _where(side: Side, name: str) -> Element | None:
    return next((e for e in side.root.iter("*") if e.get("id") == name), None)


def _canonical(element: Element) -> str:
    return etree.tostring(element, method="c14n", with_tail=False).decode()
