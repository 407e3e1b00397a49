"""Edits of a CIB that change its meaning, one at a time, each with the one change that must be reported.

An edit takes the `cib` element and a source of chance and changes the element in place; None where it cannot.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from typing import NamedTuple

from cib_rewrites import Element, fresh_id, ids_in, mentions, plain, template_extracted
from lxml import etree


class Edit(NamedTuple):
    """The change to be reported: of which kind, of what, on which path (`ANY` stands for any part).

    `old` and `new` are ids of the elements where it must be placed in BEFORE and AFTER; "" for no such place,
    `ANY` where the element has no id.
    """

    kind: str
    type: str
    id: str
    path: tuple[str, ...]
    old: str
    new: str


EditFunction = Callable[[Element, random.Random], "Edit | None"]
ANY = "*"
EDITS: dict[str, EditFunction] = {}
DUMMY = {"class": "ocf", "provider": "pacemaker", "type": "Dummy"}
CONTAINERS = ("group", "clone", "master", "bundle")


def edit(function: EditFunction) -> EditFunction:
    EDITS[function.__name__.replace("_", " ")] = function
    return function


# --- finding things --------------------------------------------------------------------------------------------


def resources(root: Element) -> Element:
    return root.find("configuration/resources")


def primitives(root: Element, *, templated: bool = False) -> list[Element]:
    """Primitives whose sets are simple and not referred to."""
    named = mentions(root)
    return [
        p
        for p in (resources(root).iter("primitive") if resources(root) is not None else ())
        if plain(p) and (templated or p.get("template") is None) and not named & (ids_in(p) - {p.get("id")})
    ]


def top(root: Element, *tags: str) -> list[Element]:
    return [] if resources(root) is None else [e for e in resources(root) if e.tag in tags]


def unmentioned(root: Element, elements: Iterable[Element]) -> list[Element]:
    """Those that nothing refers to, with all in them."""
    named = mentions(root)
    named |= {d.strip() for level in root.iter("fencing-level") for d in (level.get("devices") or "").split(",")}
    named |= {p.get("template") for p in root.iter("primitive") if p.get("template")}
    named |= {r.get("id") for r in root.iter("role")}
    texts = " ".join(e.get("xpath") or "" for e in root.iter("acl_permission", "read", "write", "deny"))
    patterns = any(e.get("rsc-pattern") for e in root.iter("rsc_location"))
    return [e for e in elements if not patterns and not named & ids_in(e) and not any(i in texts for i in ids_in(e))]


def pick(rng: random.Random, found: list[Element]) -> Element | None:
    return rng.choice(found) if found else None


def section(root: Element, name: str) -> Element:
    found = root.find(f"configuration/{name}")
    return etree.SubElement(root.find("configuration"), name) if found is None else found


def dummy(root: Element, stem: str = "rsc") -> Element:
    primitive = etree.Element("primitive", id=fresh_id(root, stem), **DUMMY)
    params = etree.SubElement(primitive, "instance_attributes", id=f"{primitive.get('id')}-ia")
    etree.SubElement(params, "nvpair", id=f"{primitive.get('id')}-fake", name="fake", value=primitive.get("id"))
    return primitive


def changed(element: Element, kind: str, name: str, path: tuple[str, ...], at: str | None = None) -> Edit:
    place = at if at is not None else element.get("id") or ANY
    return Edit("changed", kind, name, path, place, place)


def added(element: Element, kind: str) -> Edit:
    return Edit("added", kind, element.get("id"), (), "", element.get("id"))


def removed(element: Element, kind: str) -> Edit:
    element.getparent().remove(element)
    return Edit("removed", kind, element.get("id"), (), element.get("id"), "")


# --- in a primitive --------------------------------------------------------------------------------------------


def _pair(root: Element, rng: random.Random, tag: str, *names: str) -> tuple[Element, Element] | None:
    """A primitive and an nvpair in its set with this tag."""
    found = [
        (p, pair)
        for p in primitives(root, templated=True)
        for block in p.findall(tag)
        for pair in block.iterchildren("nvpair")
        if pair.get("value") is not None and (not names or pair.get("name") in names)
    ]
    return rng.choice(found) if found else None


@edit
def parameter_changed(root: Element, rng: random.Random) -> Edit | None:
    found = _pair(root, rng, "instance_attributes")
    if found is None:
        return None
    found[1].set("value", found[1].get("value") + "-2")
    return changed(found[1], "primitive", found[0].get("id"), ("instance_attributes", found[1].get("name")))


@edit
def boolean_parameter_respelt(root: Element, rng: random.Random) -> Edit | None:
    """Agents' parameters are texts: another spelling is another value (measured: reload or restart)."""
    able = [p for p in primitives(root) if p.find("instance_attributes") is not None]
    found = [(p, n) for p in able for n in p.find("instance_attributes") if n.get("value") in ("true", "false", "1")]
    if not found:
        return None
    primitive, pair = rng.choice(found)
    pair.set("value", {"true": "1", "1": "true", "false": "no"}[pair.get("value")])
    return changed(pair, "primitive", primitive.get("id"), ("instance_attributes", pair.get("name")))


@edit
def secret_changed(root: Element, rng: random.Random) -> Edit | None:
    found = _pair(root, rng, "instance_attributes", "passwd", "password")
    if found is None:
        return None
    found[1].set("value", "Geheim-2")
    return changed(found[1], "primitive", found[0].get("id"), ("instance_attributes", found[1].get("name")))


@edit
def parameter_added(root: Element, rng: random.Random) -> Edit | None:
    found = _pair(root, rng, "instance_attributes")
    if found is None:
        return None
    pair = etree.SubElement(found[1].getparent(), "nvpair", id=fresh_id(root, "p"), name="x_new", value="1")
    return changed(pair, "primitive", found[0].get("id"), ("instance_attributes", "x_new"))._replace(old="")


@edit
def parameter_removed(root: Element, rng: random.Random) -> Edit | None:
    found = _pair(root, rng, "instance_attributes")
    if found is None or found[0].get("template") is not None:
        return None
    found[1].getparent().remove(found[1])
    told = changed(found[1], "primitive", found[0].get("id"), ("instance_attributes", found[1].get("name")))
    return told._replace(new="")


@edit
def meta_changed(root: Element, rng: random.Random) -> Edit | None:
    found = _pair(root, rng, "meta_attributes")
    if found is None or found[1].get("name") == "remote-node":
        return None
    values = {"target-role": "Stopped", "is-managed": "false", "priority": "13", "resource-stickiness": "1313"}
    value = values.get(found[1].get("name"), "77")
    if found[1].get("value") in (value, "#default"):  # the latter takes a value away: there is none before
        return None
    found[1].set("value", value)
    return changed(found[1], "primitive", found[0].get("id"), ("meta_attributes", found[1].get("name")))


@edit
def meta_added(root: Element, rng: random.Random) -> Edit | None:
    found = _pair(root, rng, "meta_attributes")
    if found is None:
        return None
    pair = etree.SubElement(found[1].getparent(), "nvpair", id=fresh_id(root, "m"), name="x-note", value="1")
    return changed(pair, "primitive", found[0].get("id"), ("meta_attributes", "x-note"))._replace(old="")


@edit
def meta_removed(root: Element, rng: random.Random) -> Edit | None:
    """What stays in force without it must be something else: rsc_defaults and parents are silent, the value not 0."""
    found = _pair(root, rng, "meta_attributes", "priority", "resource-stickiness")
    if found is None or found[0].get("template") is not None or found[1].get("value") in ("0", "1"):
        return None
    others = [n for n in root.find("configuration").iter("nvpair") if n.get("name") == found[1].get("name")]
    if len(others) > 1:
        return None
    found[1].getparent().remove(found[1])
    told = changed(found[1], "primitive", found[0].get("id"), ("meta_attributes", found[1].get("name")))
    return told._replace(new="")


@edit
def utilization_changed(root: Element, rng: random.Random) -> Edit | None:
    found = _pair(root, rng, "utilization")
    if found is None:
        return None
    found[1].set("value", found[1].get("value") + "3")
    return changed(found[1], "primitive", found[0].get("id"), ("utilization", found[1].get("name")))


@edit
def agent_changed(root: Element, rng: random.Random) -> Edit | None:
    primitive = pick(rng, [p for p in primitives(root) if p.get("type")])
    if primitive is None:
        return None
    primitive.set("type", primitive.get("type") + "2")
    return changed(primitive, "primitive", primitive.get("id"), ("agent",))


@edit
def description_added(root: Element, rng: random.Random) -> Edit | None:
    primitive = pick(rng, [p for p in primitives(root) if p.get("description") is None])
    if primitive is None:
        return None
    primitive.set("description", "the web address")
    return changed(primitive, "primitive", primitive.get("id"), ("description",))._replace(old=ANY)


def label(op: Element) -> str:
    interval = op.get("interval") or ""
    shown = "" if interval in ("", "0", "0s") else interval
    return " ".join(word for word in (op.get("name"), shown, op.get("role")) if word)


def _op(root: Element, rng: random.Random, *names: str) -> tuple[Element, Element] | None:
    """A primitive and an op in it, the only one of its name."""
    found = []
    for primitive in primitives(root):
        ops = [op for op in primitive.iter("op") if op.get("id-ref") is None and len(op) == 0]
        counts = [op.get("name") for op in ops]
        found += [(primitive, op) for op in ops if op.get("name") in names and counts.count(op.get("name")) == 1]
    return rng.choice(found) if found else None


@edit
def operation_added(root: Element, rng: random.Random) -> Edit | None:
    primitive = pick(rng, primitives(root))
    if primitive is None:
        return None
    operations = primitive.find("operations")
    operations = etree.SubElement(primitive, "operations") if operations is None else operations
    op = etree.SubElement(operations, "op", id=fresh_id(root, "op"), name="monitor", interval="171s", timeout="9s")
    return changed(op, "primitive", primitive.get("id"), ("operations", "monitor 171s"))._replace(old="")


@edit
def operation_removed(root: Element, rng: random.Random) -> Edit | None:
    found = _op(root, rng, "monitor")
    if found is None or label(found[1]) == "monitor":
        return None
    found[1].getparent().remove(found[1])
    return changed(found[1], "primitive", found[0].get("id"), ("operations", label(found[1])))._replace(new="")


@edit
def operation_timeout_changed(root: Element, rng: random.Random) -> Edit | None:
    found = _op(root, rng, "monitor", "start", "stop")
    if found is None or found[1].get("timeout") is None:
        return None
    found[1].set("timeout", "1717s")
    return changed(found[1], "primitive", found[0].get("id"), ("operations", label(found[1]), "timeout"))


@edit
def operation_interval_changed(root: Element, rng: random.Random) -> Edit | None:
    found = _op(root, rng, "monitor")
    if found is None or label(found[1]) == "monitor":
        return None
    path = ("operations", label(found[1]), "interval")
    found[1].set("interval", "1717s")
    return changed(found[1], "primitive", found[0].get("id"), path)


@edit
def operation_disabled(root: Element, rng: random.Random) -> Edit | None:
    found = _op(root, rng, "monitor")
    if found is None or found[1].get("enabled") is not None:
        return None
    found[1].set("enabled", "false")
    path = ("operations", label(found[1]), "enabled")
    return changed(found[1], "primitive", found[0].get("id"), path)._replace(old=ANY)


@edit
def conditional_set_added(root: Element, rng: random.Random) -> Edit | None:
    primitive = pick(rng, primitives(root))
    if primitive is None:
        return None
    block = etree.SubElement(primitive, "meta_attributes", id=fresh_id(root, "cond"), score="5")
    rule = etree.SubElement(block, "rule", id=fresh_id(root, "rule"), score="0")
    etree.SubElement(rule, "date_expression", id=fresh_id(root, "date"), operation="gt", start="2031-01-01")
    etree.SubElement(block, "nvpair", id=fresh_id(root, "nv"), name="priority", value="3")
    return changed(block, "primitive", primitive.get("id"), ("meta_attributes", ANY))._replace(old="")


# --- templates -------------------------------------------------------------------------------------------------


@edit
def template_parameter_changed(root: Element, rng: random.Random) -> Edit | None:
    templates = [t for t in root.iter("template") if plain(t) and t.find("instance_attributes/nvpair") is not None]
    template = pick(rng, [t for t in templates if not mentions(root) & (ids_in(t) - {t.get("id")})])
    if template is None:
        return None
    pair = template.find("instance_attributes/nvpair")
    pair.set("value", (pair.get("value") or "") + "-2")
    return changed(pair, "template", template.get("id"), ("instance_attributes", pair.get("name")))


@edit
def template_given_with_more(root: Element, rng: random.Random) -> Edit | None:
    """A primitive is refactored into a template, and one parameter more is in this."""
    if template_extracted(root, rng) is None:
        return None
    template = next(t for t in root.iter("template") if t.get("id").startswith("new-"))
    user = next(p for p in root.iter("primitive") if p.get("template") == template.get("id"))
    block = template.find("instance_attributes")
    if block is None:
        block = etree.SubElement(template, "instance_attributes", id=fresh_id(root, "block"))
    pair = etree.SubElement(block, "nvpair", id=fresh_id(root, "extra"), name="x_new", value="1")
    return changed(pair, "primitive", user.get("id"), ("instance_attributes", "x_new"))._replace(old="")


@edit
def template_added(root: Element, rng: random.Random) -> Edit | None:
    template = etree.Element("template", id=fresh_id(root, "tpl"), **DUMMY)
    section(root, "resources").append(template)
    return added(template, "template")


@edit
def template_removed(root: Element, rng: random.Random) -> Edit | None:
    template = pick(rng, unmentioned(root, list(root.iter("template"))))
    return None if template is None else removed(template, "template")
