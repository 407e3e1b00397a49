"""The meaning of a CIB, from its XML."""

from __future__ import annotations

from collections.abc import Iterator

from halint.model.cib import Cib, CibNode, FencingLevel, Resource, Tag
from halint.model.cib_tree import CibTree, Element
from halint.model.pacemaker_release import Release, release_named
from halint.model.resolve_constraints import Names, locations, references, tickets
from halint.model.resolve_operations import OperationDefaults
from halint.model.resolve_pairs import colocations, orders
from halint.model.resolve_resources import ResourceReader
from halint.model.resolve_settings import layer, settings
from halint.parse.cib import CibFile


def resolve_cib(file: CibFile, target: Release = ()) -> Cib:
    """Everything one CIB says, whatever is wrong with it.

    `target` is the Pacemaker to judge for, () for the one that the CIB names. `file.root` must not be None.
    Raises HalintError for a CIB whose references multiply beyond all measure.
    """
    if file.root is None:
        raise ValueError("a CIB without a cib element")
    tree = CibTree(file.source, file.root)
    # a set may stand in several op_defaults or rsc_defaults sections; Pacemaker's schema allows one of each
    rsc_defaults = layer(tree, _places(tree, "rsc_defaults"), "meta_attributes")
    op_defaults = layer(tree, _places(tree, "op_defaults"), "meta_attributes")
    reader = ResourceReader(tree, rsc_defaults, OperationDefaults(tree=tree, layer=op_defaults))
    resources = tuple(reader.resources())
    templates = tuple(reader.templates())
    tags = tuple(_tags(tree))
    by_id = _by_id(resources)
    names = Names(tree, by_id, templates, tags)
    properties = settings(tree, [layer(tree, _places(tree, "crm_config"), "cluster_property_set")])
    written_by = properties.get("dc-version")
    named = release_named(written_by.value if written_by else None, file.root.get("crm_feature_set"))
    return Cib(
        at=tree.mark(file.root),
        version=target or named,
        targeted=bool(target),
        validate_with=file.root.get("validate-with") or "",
        has_status=file.root.find("status") is not None,
        properties=properties,
        nodes=tuple(_nodes(tree)),
        resources=resources,
        templates=templates,
        tags=tags,
        locations=tuple(locations(names, resources)),
        colocations=tuple(colocations(names)),
        orders=tuple(orders(names)),
        tickets=tuple(tickets(names)),
        references=tuple(references(names)),
        levels=tuple(_levels(tree)),
        rsc_defaults=settings(tree, [rsc_defaults]),
        op_defaults=settings(tree, [op_defaults]),
        by_id=by_id,
        inmost=tuple(inner for outer in resources for inner in outer.walk() if inner.kind == "primitive"),
    )


def _places(tree: CibTree, section: str) -> list[tuple[Element, str]]:
    origin = "set" if section == "crm_config" else section
    found = tree.configuration.iterchildren(section) if tree.configuration is not None else ()
    return [(element, origin) for element in found]


def _by_id(resources: tuple[Resource, ...]) -> dict[str, Resource]:
    found: dict[str, Resource] = {}
    for outer in resources:
        for resource in outer.walk():
            found.setdefault(resource.id, resource)
    return found


def _nodes(tree: CibTree) -> Iterator[CibNode]:
    for element in tree.section("nodes"):
        if element.tag != "node":
            continue
        kind = (element.get("type") or "member").lower()
        yield CibNode(
            id=element.get("id") or "",
            uname=element.get("uname") or "",
            kind="member" if kind == "normal" else kind,
            attributes=settings(tree, [layer(tree, [(element, "own")], "instance_attributes")]),
            at=tree.mark(element),
        )


def _tags(tree: CibTree) -> Iterator[Tag]:
    for element in tree.section("tags"):
        refs = tuple(r.get("id") or "" for r in element.iterchildren("obj_ref"))
        if element.tag == "tag":
            yield Tag(id=element.get("id") or "", references=refs, at=tree.mark(element))


def _levels(tree: CibTree) -> Iterator[FencingLevel]:
    for element in tree.section("fencing-topology"):
        if element.tag != "fencing-level":
            continue
        index = element.get("index") or ""
        name = element.get("target-attribute")
        value = element.get("target-value")
        yield FencingLevel(
            id=element.get("id") or "",
            index=int(index) if index.isascii() and index.isdigit() and len(index) < 10 else None,
            target=element.get("target"),
            target_pattern=element.get("target-pattern"),
            target_attribute=f"{name}={value or ''}" if name is not None else None,
            devices=tuple(d for part in (element.get("devices") or "").split(",") if (d := part.strip())),
            at=tree.mark(element),
        )
