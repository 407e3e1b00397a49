"""Edits of which resources there are, in what, in which order, and under which names."""

from __future__ import annotations

import copy
import random

from cib_edits import (
    ANY,
    CONTAINERS,
    Edit,
    added,
    changed,
    dummy,
    edit,
    pick,
    removed,
    resources,
    section,
    top,
    unmentioned,
)
from cib_rewrites import Element, fresh_id
from lxml import etree

RESOURCES = ("primitive", *CONTAINERS)


def moved(element: Element, kind: str) -> Edit:
    return Edit("moved", kind, element.get("id"), (), element.get("id"), element.get("id"))


def members(group: Element) -> list[Element]:
    return group.findall("primitive")


def groups(root: Element, least: int = 1) -> list[Element]:
    return [g for g in top(root, "group") if len(members(g)) >= least]


# --- coming and going ------------------------------------------------------------------------------------------


@edit
def primitive_added(root: Element, rng: random.Random) -> Edit | None:
    primitive = dummy(root)
    section(root, "resources").append(primitive)
    return added(primitive, "primitive")


@edit
def primitive_removed(root: Element, rng: random.Random) -> Edit | None:
    primitive = pick(rng, unmentioned(root, top(root, "primitive")))
    return None if primitive is None else removed(primitive, "primitive")


@edit
def group_member_added(root: Element, rng: random.Random) -> Edit | None:
    group = pick(rng, groups(root))
    if group is None:
        return None
    primitive = dummy(root)
    rng.choice(members(group)).addprevious(primitive)
    return added(primitive, "primitive")


@edit
def group_member_removed(root: Element, rng: random.Random) -> Edit | None:
    member = pick(rng, unmentioned(root, [m for g in groups(root, 3) for m in members(g)]))
    return None if member is None else removed(member, "primitive")


def _container(root: Element, tag: str, number: int) -> Element:
    container = etree.Element(tag, id=fresh_id(root, tag))
    for index in range(number):
        container.append(dummy(root, f"in{index}"))
    section(root, "resources").append(container)
    return container


@edit
def group_added(root: Element, rng: random.Random) -> Edit | None:
    return added(_container(root, "group", rng.randint(1, 3)), "group")


@edit
def clone_added(root: Element, rng: random.Random) -> Edit | None:
    return added(_container(root, "clone", 1), "clone")


@edit
def bundle_added(root: Element, rng: random.Random) -> Edit | None:
    bundle = etree.Element("bundle", id=fresh_id(root, "bundle"))
    etree.SubElement(bundle, "docker", image="registry/one:1")
    section(root, "resources").append(bundle)
    return added(bundle, "bundle")


def _container_removed(root: Element, rng: random.Random, *tags: str) -> Edit | None:
    container = pick(rng, unmentioned(root, top(root, *tags)))
    return None if container is None else removed(container, "clone" if container.tag == "master" else container.tag)


@edit
def group_removed(root: Element, rng: random.Random) -> Edit | None:
    return _container_removed(root, rng, "group")


@edit
def clone_removed(root: Element, rng: random.Random) -> Edit | None:
    return _container_removed(root, rng, "clone", "master")


@edit
def bundle_removed(root: Element, rng: random.Random) -> Edit | None:
    return _container_removed(root, rng, "bundle")


# --- moving ----------------------------------------------------------------------------------------------------


@edit
def moved_into_a_group(root: Element, rng: random.Random) -> Edit | None:
    group, primitive = pick(rng, groups(root)), pick(rng, top(root, "primitive"))
    if group is None or primitive is None or primitive.get("class") == "stonith":
        return None
    rng.choice(members(group)).addnext(primitive)
    return moved(primitive, "primitive")


@edit
def moved_out_of_a_group(root: Element, rng: random.Random) -> Edit | None:
    group = pick(rng, groups(root, 2))
    if group is None or group.find("meta_attributes") is not None:
        return None
    primitive = rng.choice(members(group))
    resources(root).append(primitive)
    return moved(primitive, "primitive")


@edit
def moved_between_groups(root: Element, rng: random.Random) -> Edit | None:
    able = [g for g in groups(root, 2) if g.find("meta_attributes") is None]
    if len(able) < 2:
        return None
    source, target = rng.sample(able, 2)
    primitive = rng.choice(members(source))
    rng.choice(members(target)).addnext(primitive)
    return moved(primitive, "primitive")


@edit
def primitive_cloned(root: Element, rng: random.Random) -> Edit | None:
    primitive = pick(rng, [p for p in top(root, "primitive") if p.get("class") != "stonith"])
    return None if primitive is None else _wrapped(root, primitive, "clone")


def _wrapped(root: Element, element: Element, tag: str) -> Edit:
    container = etree.Element(tag, id=fresh_id(root, tag))
    element.getparent().replace(element, container)
    container.append(element)
    return moved(element, element.tag)


@edit
def group_cloned(root: Element, rng: random.Random) -> Edit | None:
    group = pick(rng, groups(root))
    return None if group is None else _wrapped(root, group, "clone")


@edit
def primitive_into_a_group_of_its_own(root: Element, rng: random.Random) -> Edit | None:
    primitive = pick(rng, [p for p in top(root, "primitive") if p.get("class") != "stonith"])
    return None if primitive is None else _wrapped(root, primitive, "group")


@edit
def clone_taken_away(root: Element, rng: random.Random) -> Edit | None:
    """The child stays where the clone was; nothing names the clone."""
    able = [c for c in top(root, "clone") if c.find("meta_attributes") is None and c.find("primitive") is not None]
    clone = pick(rng, [c for c in able if not _is_named(root, c)])
    if clone is None:
        return None
    child = clone.find("primitive")
    clone.getparent().replace(clone, child)
    return moved(child, "primitive")


def _is_named(root: Element, element: Element) -> bool:
    return not unmentioned(root, [etree.Element("x", id=element.get("id"))])


@edit
def group_around_two(root: Element, rng: random.Random) -> Edit | None:
    able = [p for p in top(root, "primitive") if p.get("class") != "stonith"]
    if len(able) < 2:
        return None
    start = rng.randrange(len(able) - 1)
    first, second = able[start : start + 2]
    if first.getnext() is not second:
        return None
    _wrapped(root, first, "group")
    first.addnext(second)
    group = first.getparent()
    return added(group, "group")


@edit
def group_dissolved(root: Element, rng: random.Random) -> Edit | None:
    able = [g for g in groups(root, 2) if g.find("meta_attributes") is None and not _is_named(root, g)]
    group = pick(rng, able)
    if group is None:
        return None
    for member in members(group):
        group.addprevious(member)
    return removed(group, "group")


@edit
def group_split(root: Element, rng: random.Random) -> Edit | None:
    """The last members are a group of their own; of one alone it is said that it moved."""
    group = pick(rng, [g for g in groups(root, 2) if g.find("meta_attributes") is None])
    if group is None:
        return None
    new = etree.Element("group", id=fresh_id(root, "group"))
    gone = members(group)[rng.randint(1, len(members(group)) - 1) :]
    new.extend(gone)
    group.addnext(new)
    return moved(gone[0], "primitive") if len(gone) == 1 else Edit("moved", "group", group.get("id"), (), ANY, ANY)


@edit
def groups_merged(root: Element, rng: random.Random) -> Edit | None:
    """The second group goes, its members follow the first's."""
    able = [g for g in groups(root, 2) if g.find("meta_attributes") is None]
    if len(able) < 2:
        return None
    first, second = able[:2]
    if _is_named(root, second) or first.find("operations") is not None:
        return None
    first.extend(members(second))
    second.getparent().remove(second)
    return Edit("moved", "group", ANY, (), ANY, ANY)


# --- order -----------------------------------------------------------------------------------------------------


@edit
def members_reordered(root: Element, rng: random.Random) -> Edit | None:
    group = pick(rng, groups(root, 2))
    if group is None:
        return None
    first, *_, last = members(group)
    first.addprevious(last)
    return Edit("reordered", "group", group.get("id"), (), group.get("id"), group.get("id"))


@edit
def resources_reordered(root: Element, rng: random.Random) -> Edit | None:
    outermost = top(root, *RESOURCES)
    if len(outermost) < 2:
        return None
    one = rng.choice(outermost[1:])
    outermost[0].addprevious(one)
    return Edit("reordered", "resources", ANY, (), ANY, ANY)


# --- clones and bundles ----------------------------------------------------------------------------------------


@edit
def promotable_changed(root: Element, rng: random.Random) -> Edit | None:
    found = [
        (clone, pair)
        for clone in top(root, "clone")
        if len(clone.findall("meta_attributes")) == 1
        for pair in clone.iterfind("meta_attributes/nvpair")
        if pair.get("name") == "promotable" and pair.get("value") == "true"
    ]
    if not found:
        return None
    clone, pair = rng.choice(found)
    pair.set("value", "false")
    return changed(pair, "clone", clone.get("id"), ("meta_attributes", "promotable"))


@edit
def clone_max_added(root: Element, rng: random.Random) -> Edit | None:
    able = [
        c
        for c in top(root, "clone", "master")
        if not c.findall(".//nvpair[@name='clone-max']") and len(c.findall("meta_attributes")) == 1
    ]
    clone = pick(rng, [c for c in able if not c.find("meta_attributes").get("id-ref")])
    if clone is None:
        return None
    pair = etree.SubElement(
        clone.find("meta_attributes"), "nvpair", id=fresh_id(root, "max"), name="clone-max", value="17"
    )
    return changed(pair, "clone", clone.get("id"), ("meta_attributes", "clone-max"))._replace(old="")


def _bundle(root: Element, rng: random.Random, tag: str) -> tuple[Element, Element] | None:
    found = [(b, part) for b in top(root, "bundle") if (part := b.find(tag)) is not None]
    return rng.choice(found) if found else None


@edit
def image_changed(root: Element, rng: random.Random) -> Edit | None:
    found = _bundle(root, rng, "docker") or _bundle(root, rng, "podman")
    if found is None:
        return None
    found[1].set("image", "registry/other:2")
    return changed(found[1], "bundle", found[0].get("id"), (ANY, "image"))


@edit
def replicas_changed(root: Element, rng: random.Random) -> Edit | None:
    found = _bundle(root, rng, "docker") or _bundle(root, rng, "podman")
    if found is None or found[1].get("replicas") is None:
        return None
    found[1].set("replicas", "17")
    return changed(found[1], "bundle", found[0].get("id"), (ANY, "replicas"))


@edit
def network_changed(root: Element, rng: random.Random) -> Edit | None:
    found = _bundle(root, rng, "network")
    if found is None or found[1].get("control-port") is None:
        return None
    found[1].set("control-port", "1717")
    return changed(found[1], "bundle", found[0].get("id"), ("network", "control-port"))


@edit
def port_changed(root: Element, rng: random.Random) -> Edit | None:
    found = _bundle(root, rng, "network")
    port = None if found is None else found[1].find("port-mapping[@port]")
    if port is None:
        return None
    port.set("port", "8088")
    return changed(port, "bundle", found[0].get("id"), ("network", "port-mapping"), ANY)


@edit
def storage_reordered(root: Element, rng: random.Random) -> Edit | None:
    found = _bundle(root, rng, "storage")
    if found is None or len(found[1]) < 2:
        return None
    found[1][0].addprevious(found[1][-1])
    return Edit("reordered", "bundle", found[0].get("id"), ("storage",), ANY, ANY)


@edit
def storage_changed(root: Element, rng: random.Random) -> Edit | None:
    found = _bundle(root, rng, "storage")
    if found is None or not len(found[1]):
        return None
    found[1][0].set("target-dir", "/elsewhere")
    return Edit("changed", "bundle", found[0].get("id"), ("storage",), ANY, ANY)


# --- names -----------------------------------------------------------------------------------------------------


def renamed(root: Element, element: Element, kind: str) -> Edit:
    """Another id, and everything that names the element follows."""
    old, new = element.get("id"), fresh_id(root, "renamed")
    element.set("id", new)
    for one in root.find("configuration").iter(etree.Element):
        for key in ("rsc", "with-rsc", "first", "then", "template", "reference"):
            if one.get(key) == old:
                one.set(key, new)
        if one.tag in ("obj_ref", "resource_ref", "role") and one.get("id") == old:
            one.set("id", new)
        if one.tag == "fencing-level":
            one.set("devices", ",".join(new if d == old else d for d in (one.get("devices") or "").split(",")))
    return Edit("renamed", kind, old, (), old, new)


def _renamed(root: Element, rng: random.Random, *tags: str) -> Edit | None:
    """Any resource whose content is its own, so that nothing else could be the one renamed."""
    found = [] if resources(root) is None else list(resources(root).iter(*tags))
    if any(e.get("rsc-pattern") for e in root.iter("rsc_location")):
        return None
    counts: dict[object, int] = {}
    for one in found:
        counts[_content(one)] = counts.get(_content(one), 0) + 1
    element = pick(rng, [e for e in found if counts[_content(e)] == 1 and not (e.get("id") or "").startswith("cli-")])
    if element is None:
        return None
    return renamed(root, element, "clone" if element.tag == "master" else element.tag)


def _content(element: Element) -> str:
    bare = copy.deepcopy(element)
    for one in bare.iter(etree.Element):
        if one.tag != "primitive" or one is bare:
            one.attrib.pop("id", None)
        one.text = one.tail = None
    return etree.tostring(bare, method="c14n").decode()


@edit
def primitive_renamed(root: Element, rng: random.Random) -> Edit | None:
    return _renamed(root, rng, "primitive")


@edit
def group_renamed(root: Element, rng: random.Random) -> Edit | None:
    return _renamed(root, rng, "group")


@edit
def clone_renamed(root: Element, rng: random.Random) -> Edit | None:
    return _renamed(root, rng, "clone", "master")


@edit
def bundle_renamed(root: Element, rng: random.Random) -> Edit | None:
    return _renamed(root, rng, "bundle")


@edit
def template_renamed(root: Element, rng: random.Random) -> Edit | None:
    return _renamed(root, rng, "template")
