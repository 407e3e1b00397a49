"""Checks of the CIB as a document: its XML, ids and references, its signature, and whether anything is in it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from halint.checks.cib_excused import without_excused
from halint.engine.hit import Hit
from halint.listing import listed
from halint.source import Mark

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

    from halint.model.cib import Cib
    from halint.model.cluster import Cluster

# Their `id` is not an XML ID of its own: a node's, or a reference (Pacemaker's schemas)
_NO_ID = frozenset({"node", "acl_target", "acl_group", "obj_ref", "resource_ref", "role", "role_ref"})

_SHOWN = 4
"""So many ids are named where one copy repeats more."""


def not_wellformed(cluster: Cluster) -> Iterator[Hit]:
    """CIBs that could not be read as XML."""
    for source in cluster.sources:
        for problem in source.problems:
            if problem.rule == "xml-not-wellformed":
                yield Hit(at=Mark(source, span=problem.span), subject=source.path, values={"problem": problem.message})


def no_cib(cluster: Cluster) -> Iterator[Hit]:
    """Files that are to be CIBs, and are XML of another kind."""
    for source in cluster.sources:
        for problem in source.problems:
            if problem.rule == "root-not-cib":
                yield Hit(at=Mark(source, span=problem.span), subject=source.path, values={"problem": problem.message})


def no_resources(cluster: Cluster) -> Iterator[Hit]:
    """A CIB that manages nothing."""
    cib = cluster.needed_cib()
    if not cib.resources:
        section = _configuration(cib, "resources")
        yield Hit(at=cib.at if section is None else Mark(cib.at.source, element=section), subject="resources")


def signature(cluster: Cluster) -> Iterator[Hit]:
    """A CIB file that is not what its signature was made for."""
    found = cluster.signature
    if found is not None and found.recorded not in found.computed:
        name = found.at.source.path.replace("\\", "/").rpartition("/")[2]
        values = {"file": name, "recorded": found.recorded[:64], "computed": found.computed[0]}
        yield Hit(at=found.at, subject=name, values=values)


def broken_references(cluster: Cluster) -> Iterator[Hit]:
    """Ids given twice, and references to ids that nothing, or nothing fitting, has; constraints' own are elsewhere."""
    cib = cluster.needed_cib()
    yield from without_excused(cib, _broken(cib))


def _broken(cib: Cib) -> Iterator[tuple[Hit, str]]:
    """Each with the id that is referred to, "" for one that is given twice."""
    owners: dict[str, list[_Element]] = {}
    described = _configuration(cib)
    if described is None:
        return
    referring: list[_Element] = []
    for element in described.iter("*"):
        name, tag = element.get("id"), element.tag
        if name is not None and tag not in _NO_ID:
            owners.setdefault(name, []).append(element)
        if tag in _REFERRING or element.get("id-ref") is not None:
            referring.append(element)
    for hit in _duplicates(cib, {name: found for name, found in owners.items() if len(found) > 1}):
        yield hit, ""
    tags = _checks_tags(cib)
    for element in referring:
        for reference in _references(element, tags=tags):
            for hit in _dangling(cib, element, reference, owners):
                yield hit, element.get(reference[0]) or ""


def _duplicates(cib: Cib, owners: dict[str, list[_Element]]) -> Iterator[Hit]:
    """Ids given more than once; those that came with one copy, from one element to another, are told together."""
    repeated = {element for first, *others in owners.values() for element in others}
    copies: dict[tuple[str, str], list[tuple[_Element, _Element]]] = {}
    for name, (first, *others) in owners.items():
        # a copy of a primitive repeats the ids of all that is in it, too
        if not any(repeated.isdisjoint(e.iterancestors()) for e in others):
            continue
        if len(others) == 1:
            # what stands in nothing that has an id is told by itself
            key = (_outer(first) or name, _outer(others[0]) or name)
            copies.setdefault(key, []).append((first, others[0]))
            continue
        related = tuple((_mark(cib, e, "id"), f"the other: {_place(e)}") for e in (first, *others[1:]))
        values = {"id": name, "count": len(others) + 1}
        yield Hit(at=_mark(cib, others[0], "id"), subject=name, case="often", values=values, related=related)
    for (source, copy), pairs in copies.items():
        yield _copied(cib, source, copy, pairs)


def _copied(cib: Cib, source: str, copy: str, pairs: list[tuple[_Element, _Element]]) -> Hit:
    names = [first.get("id") or "" for first, _ in pairs]
    one, other = pairs[0]
    values = {
        "id": names[0],
        "one": _place(one),
        "other": _place(other),
        "source": source,
        "copy": copy,
        "ids": listed(names, last=", ", most=_SHOWN),
    }
    case = "twice" if len(pairs) == 1 else "copied" if source != copy else "same"
    related = tuple((_mark(cib, first, "id"), f"the other: {_place(first)}") for first, _ in pairs)
    return Hit(at=_mark(cib, other, "id"), subject=names[0], case=case, values=values, related=related)


def _dangling(
    cib: Cib, element: _Element, reference: tuple[str, str], owners: dict[str, list[_Element]]
) -> Iterator[Hit]:
    attribute, wanted = reference
    target = element.get(attribute)
    if target is None or any(wanted in ("", o.tag) and o is not element for o in owners.get(target, ())):
        return
    other = next(iter(owners.get(target, ())), None)
    case = "missing" if other is None else "itself" if other is element else "wrong"
    if case == "wrong" and wanted == "acl_role":
        case = "wrong-role"
    values = {
        "element": element.tag,
        "owner": _owner(element),
        "attribute": attribute,
        "target": target,
        "wanted": wanted or "element",
        "other": "" if other is None else other.tag,
    }
    yield Hit(at=_mark(cib, element, attribute), subject=_owner(element), case=case, values=values)


def _checks_tags(cib: Cib) -> bool:
    """Whether the schema wants what a tag refers to to exist: up to pacemaker-3.2 it does."""
    version = re.fullmatch(r"pacemaker-(\d+)\.(\d+)", cib.validate_with)
    return version is not None and (int(version[1]), int(version[2])) <= (3, 2)


_REFERRING = frozenset({"primitive", "role", "role_ref", "obj_ref", "acl_permission"})


def _references(element: _Element, *, tags: bool) -> Iterator[tuple[str, str]]:
    """The attributes of an element that refer to an id, each with the element that must have it ("" for any)."""
    if element.get("id-ref") is not None:
        yield "id-ref", str(element.tag)
    if element.tag == "primitive":
        yield "template", "template"
    elif element.tag in ("role", "role_ref"):
        yield "id", "acl_role"
    elif element.tag == "obj_ref" and tags:
        yield "id", ""
    elif element.tag == "acl_permission":
        yield "reference", ""


def _place(element: _Element) -> str:
    """An element for a message: what it is, and in what."""
    outer = _outer(element)
    return f"{element.tag} in {outer}" if outer else str(element.tag)


def _outer(element: _Element) -> str:
    """The id of what an element is in, "" where nothing around it has one."""
    return next((name for h in element.iterancestors() if (name := h.get("id"))), "")


def _owner(element: _Element) -> str:
    """The nearest id upward."""
    for holder in (element, *element.iterancestors()):
        name = holder.get("id")
        if name and holder.tag not in _NO_ID:
            return name
    return str(element.tag)


def _mark(cib: Cib, element: _Element, attribute: str) -> Mark:
    return Mark(cib.at.source, element=element).on(attribute)


def _configuration(cib: Cib, section: str = "") -> _Element | None:
    root = cib.at.element
    path = f"configuration/{section}" if section else "configuration"
    return None if root is None else root.find(path)
