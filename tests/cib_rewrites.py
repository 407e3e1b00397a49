"""Rewrites of a CIB that keep its meaning: layout, ids, order, templates and references; see also cib_respellings.

A rewrite takes the `cib` element and a source of chance, changes the element in place, and says what it did; None
where there is nothing it could do. All were checked against crm_simulate of 2.1.5 (test_diff_rewrites).
"""

from __future__ import annotations

import copy
import random
import re
from collections import Counter
from collections.abc import Callable, Iterable
from typing import NamedTuple

from cib_respellings import RESPELLINGS, chosen, fresh_id, name_of, named_pairs
from lxml import etree

Element = etree._Element


class Rewrite(NamedTuple):
    """`sorts` are those of the noise that the comparison may file it under; `planned`: the scheduler sees it."""

    apply: Callable[[Element, random.Random], str | None]
    sorts: tuple[str, ...]
    planned: bool = True


RESOURCES = ("primitive", "group", "clone", "master", "bundle")
ANONYMOUS = [
    "nvpair",
    "op",
    "instance_attributes",
    "meta_attributes",
    "utilization",
    "cluster_property_set",
    "operations",
    "rule",
    "expression",
    "date_expression",
    "date_spec",
    "duration",
    "resource_set",
    "rsc_location",
    "rsc_order",
    "rsc_colocation",
    "rsc_ticket",
    "fencing-level",
    "acl_permission",
    "op_expression",
    "rsc_expression",
    "lifetime",
    "network",
    "port-mapping",
    "storage-mapping",
    "recipient",
]
MARKED = ("cli-ban-", "cli-prefer-", "cli-standby-")


# --- layout ----------------------------------------------------------------------------------------------------


def attribute_order(root: Element, rng: random.Random) -> str | None:
    for element in root.iter(etree.Element):
        pairs = list(element.attrib.items())
        rng.shuffle(pairs)
        element.attrib.clear()
        element.attrib.update(pairs)
    return "attributes in another order"


def white_space(root: Element, rng: random.Random) -> str | None:
    for element in root.iter(etree.Element):
        if len(element):
            element.text = rng.choice(["", "\n", "\n\t", "  "])
        if element.getparent() is not None:
            element.tail = rng.choice(["", "\n", "\n    ", "\r\n"])
    return "other white space"


def comments(root: Element, rng: random.Random) -> str | None:
    places = list(root.find("configuration").iter(etree.Element))
    for place in rng.sample(places, min(4, len(places))):
        place.insert(rng.randint(0, len(place)), etree.Comment(" <nvpair/> checked "))
    return "comments"


# --- ids -------------------------------------------------------------------------------------------------------


def _ids(root: Element, rng: random.Random, kinds: Iterable[str]) -> str | None:
    configuration = root.find("configuration")
    within = [e for e in configuration.iter(*kinds) if e.get("id") and not _is_marked(e)]
    places = " ".join(str(value) for e in configuration.iter() for key, value in e.attrib.items() if key == "xpath")
    named = {e.get("id") for e in configuration.iter("obj_ref", "resource_ref", "role")}
    once = Counter(e.get("id") for e in configuration.iter(etree.Element) if e.tag not in ("obj_ref", "resource_ref"))
    new: dict[str, str] = {}
    for element in within:
        old = element.get("id")
        special = old == "cib-bootstrap-options" or old in named or once[old] > 1 or old in places
        if not special and rng.random() < 0.7:
            new[old] = f"renewed-{rng.randrange(10**6)}-{len(new)}"
            element.set("id", new[old])
    for element in configuration.iter(etree.Element):
        for key in ("id-ref", "reference", "ref"):
            if element.get(key) in new:
                element.set(key, new[element.get(key)])
    return f"{len(new)} ids" if new else None


def _is_marked(element: Element) -> bool:
    return any((e.get("id") or "").startswith(MARKED) for e in (element, *element.iterancestors()))


def ids_of_nvpairs(root: Element, rng: random.Random) -> str | None:
    return _ids(root, rng, ("nvpair", "instance_attributes", "meta_attributes", "utilization", "cluster_property_set"))


def ids_of_operations(root: Element, rng: random.Random) -> str | None:
    return _ids(root, rng, ("op", "operations"))


def ids_of_constraints(root: Element, rng: random.Random) -> str | None:
    return _ids(root, rng, ("rsc_location", "rsc_order", "rsc_colocation", "rsc_ticket", "resource_set"))


def ids_of_rules(root: Element, rng: random.Random) -> str | None:
    return _ids(root, rng, ("rule", "expression", "date_expression", "date_spec", "duration", "lifetime"))


def ids_of_others(root: Element, rng: random.Random) -> str | None:
    kinds = ("fencing-level", "acl_permission", "recipient", "network", "port-mapping", "storage-mapping")
    return _ids(root, rng, kinds)


# --- order -----------------------------------------------------------------------------------------------------


def _shuffle(parents: Iterable[Element], tags: tuple[str, ...], rng: random.Random) -> str | None:
    """Shuffle the children with these tags, each parent's among their own places."""
    done = None
    for parent in parents:
        children = [c for c in parent if c.tag in tags]
        mixed = children[:]
        rng.shuffle(mixed)
        if mixed == children:
            continue
        done = f"{parent.tag} shuffled"
        kept = iter(mixed)
        parent[:] = [next(kept) if c.tag in tags else c for c in parent]
    return done


def order_of_constraints(root: Element, rng: random.Random) -> str | None:
    return _shuffle(root.iter("constraints"), ("rsc_location", "rsc_order", "rsc_colocation", "rsc_ticket"), rng)


def order_of_nodes(root: Element, rng: random.Random) -> str | None:
    return _shuffle(root.find("configuration").iter("nodes"), ("node",), rng)


def order_of_operations(root: Element, rng: random.Random) -> str | None:
    def unique(operations: Element) -> bool:
        keys = Counter(op.get("name") for op in operations.iter("op"))
        return max(keys.values(), default=0) == 1

    return _shuffle((o for o in root.iter("operations") if unique(o)), ("op",), rng)


def order_in_sets(root: Element, rng: random.Random) -> str | None:
    def unique(block: Element) -> bool:
        names = [name_of(root, pair) for pair in block.iter("nvpair")]
        return len(set(names)) == len(names)

    configuration = root.find("configuration")
    blocks = configuration.iter("instance_attributes", "meta_attributes", "utilization", "cluster_property_set")
    return _shuffle((b for b in blocks if unique(b)), ("nvpair",), rng)


def order_of_sections(root: Element, rng: random.Random) -> str | None:
    sections = [e.tag for e in root.find("configuration").iterchildren(etree.Element)]
    return _shuffle([root.find("configuration")], tuple(sections), rng)


def order_of_blocks(root: Element, rng: random.Random) -> str | None:
    """Children of a primitive or a clone of different kinds; of several of one kind the later may win."""

    def apart(resource: Element) -> bool:
        return max(Counter(c.tag for c in resource).values(), default=0) == 1

    parents = (r for r in root.find("configuration").iter("primitive", "clone", "master", "template") if apart(r))
    tags = ("instance_attributes", "meta_attributes", "utilization", "operations", "primitive", "group")
    return _shuffle(parents, tags, rng)


def order_of_tagged(root: Element, rng: random.Random) -> str | None:
    return _shuffle(root.iter("tag"), ("obj_ref",), rng)


def order_of_unordered_members(root: Element, rng: random.Random) -> str | None:
    loose = [s for s in root.iter("resource_set") if (s.get("sequential") or "") in ("false", "0")]
    return _shuffle(loose, ("resource_ref",), rng)


def order_of_ticket_sets(root: Element, rng: random.Random) -> str | None:
    return _shuffle(root.iter("rsc_ticket"), ("resource_set",), rng)


def order_of_ports(root: Element, rng: random.Random) -> str | None:
    return _shuffle(root.iter("network"), ("port-mapping",), rng)


def order_of_levels(root: Element, rng: random.Random) -> str | None:
    return _shuffle(root.iter("fencing-topology"), ("fencing-level",), rng)


def order_of_expressions(root: Element, rng: random.Random) -> str | None:
    rules = [r for r in root.find("configuration").iter("rule") if r.get("id")]
    return _shuffle(rules, ("expression", "date_expression", "rule"), rng)


def order_of_alerts(root: Element, rng: random.Random) -> str | None:
    found = [_shuffle(root.iter("alerts"), ("alert",), rng), _shuffle(root.iter("alert"), ("recipient",), rng)]
    return found[0] or found[1]


# --- bookkeeping -----------------------------------------------------------------------------------------------


def counters(root: Element, rng: random.Random) -> str | None:
    for name in ("admin_epoch", "epoch", "num_updates"):
        root.set(name, str(rng.randint(0, 999)))
    values = {
        "cib-last-written": "Thu Jan  1 12:00:00 2026",
        "update-origin": "other",
        "update-client": "cibadmin",
        "update-user": "root",
        "dc-uuid": "77",
        "have-quorum": rng.choice("01"),
        "crm_feature_set": "3.16.1",
    }
    for name in rng.sample(sorted(values), 3):
        root.set(name, values[name])
    return "version counters and who wrote it"


def status(root: Element, rng: random.Random) -> str | None:
    section = root.find("status")
    if section is None:
        section = etree.SubElement(root, "status")
    if len(section) and rng.random() < 0.5:
        section[:] = []
    else:
        node = etree.SubElement(section, "node_state", id="99", uname="elsewhere", crmd="online")
        attributes = etree.SubElement(node, "transient_attributes", id="99")
        block = etree.SubElement(attributes, "instance_attributes", id="status-99")
        etree.SubElement(block, "nvpair", id="status-99-standby", name="standby", value="on")
    return "status"


def cluster_written(root: Element, rng: random.Random) -> str | None:
    block = next((b for b in root.iter("cluster_property_set") if not b.findall("rule")), None)
    if block is None or block.get("id-ref"):
        return None
    known = named_pairs(root, "crm_config")
    values = {
        "last-lrm-refresh": str(rng.randint(10**9, 2 * 10**9)),
        "cluster-name": "renamed",
        "have-watchdog": rng.choice(["true", "false"]),
        "cluster-infrastructure": "corosync",
    }
    name = rng.choice(sorted(values))
    pair = next((p for p in known.get(name, ()) if p.get("value")), None)
    if pair is None:
        etree.SubElement(block, "nvpair", id=fresh_id(root, name), name=name, value=values[name])
    elif pair.get("value") == values[name]:
        return None
    else:
        pair.set("value", values[name])
    return name


# --- empty sets ------------------------------------------------------------------------------------------------


def empty_set_added(root: Element, rng: random.Random) -> str | None:
    resource = chosen(root.find("configuration/resources"), rng, "primitive", "group", "clone")
    tag = rng.choice(["meta_attributes", "instance_attributes"])
    if resource is None or resource.get("id") is None:
        return None
    if resource.tag == "primitive" and rng.random() < 0.3:
        tag = rng.choice(["utilization", "operations"])
        if tag == "operations" and resource.find("operations") is not None:
            return None
    element = etree.Element(tag)
    if tag != "operations":
        element.set("id", fresh_id(root, tag))
    resource.insert(0, element)
    return f"empty {tag}"


def empty_section_added(root: Element, rng: random.Random) -> str | None:
    configuration = root.find("configuration")
    absent = [
        t
        for t in ("tags", "alerts", "acls", "fencing-topology", "rsc_defaults", "op_defaults")
        if configuration.find(t) is None
    ]
    if not absent:
        return None
    etree.SubElement(configuration, rng.choice(absent))
    return "empty section"


def empty_removed(root: Element, rng: random.Random) -> str | None:
    tags = (
        "instance_attributes",
        "meta_attributes",
        "utilization",
        "operations",
        "tags",
        "alerts",
        "acls",
        "fencing-topology",
        "rsc_defaults",
        "op_defaults",
    )
    mentioned = {e.get("id-ref") for e in root.iter(etree.Element)}
    empty = [
        e
        for e in root.find("configuration").iter(*tags)
        if not len(e) and not e.get("id-ref") and e.get("id") not in mentioned - {None}
    ]
    if not empty:
        return None
    victim = rng.choice(empty)
    victim.getparent().remove(victim)
    return f"empty {victim.tag} removed"


# --- master, templates, references ---------------------------------------------------------------------------


def master_to_clone(root: Element, rng: random.Random) -> str | None:
    master = chosen(root.find("configuration"), rng, "master")
    if master is None or len(master.findall("meta_attributes")) > 1:
        return None
    if any(name_of(root, p) == "promotable" for b in master.findall("meta_attributes") for p in b.iter("nvpair")):
        return None
    master.tag = "clone"
    block = next((b for b in master.findall("meta_attributes") if not b.get("id-ref") and b.find("rule") is None), None)
    if block is None:
        block = etree.Element("meta_attributes", id=fresh_id(root, "meta"))
        master.insert(0, block)
    etree.SubElement(block, "nvpair", id=fresh_id(root, "promotable"), name="promotable", value="true")
    return f"master {master.get('id')} as clone"


def clone_to_master(root: Element, rng: random.Random) -> str | None:
    clones = [c for c in root.find("configuration").iter("clone") if len(c.findall("meta_attributes")) == 1]
    rng.shuffle(clones)
    for clone in clones:
        block = clone.find("meta_attributes")
        pairs = [p for p in block.iter("nvpair") if p.get("name") == "promotable" and p.get("value") == "true"]
        mentioned = {e.get("id-ref") for e in root.iter(etree.Element)}
        if len(pairs) == 1 and block.find("rule") is None and pairs[0].get("id") not in mentioned:
            clone.tag = "master"
            if rng.random() < 0.5:
                block.remove(pairs[0])
            return f"clone {clone.get('id')} as master"
    return None


_BLOCKS = ("instance_attributes", "meta_attributes", "utilization")


def plain(resource: Element) -> bool:
    """Whether its sets are at most one of a kind, without rules, references or scores."""
    for tag in _BLOCKS:
        blocks = resource.findall(tag)
        if len(blocks) > 1 or any(b.get("id-ref") or b.get("score") or b.find("rule") is not None for b in blocks):
            return False
        names = [p.get("name") for b in blocks for p in b.iter("nvpair")]
        # a remote-node from a template or a reference is not seen (measured, 2.1.5)
        if None in names or "remote-node" in names or len(set(names)) != len(names):
            return False
    operations = resource.find("operations")
    inside = [] if operations is None else list(operations)
    if operations is not None and (operations.get("id-ref") or any(o.get("id-ref") for o in inside)):
        return False
    return len({(o.get("name"), o.get("interval")) for o in inside}) == len(inside)


def mentions(root: Element) -> set[str]:
    configuration = root.find("configuration")
    names = ("rsc", "with-rsc", "first", "then", "id-ref", "reference")
    found = {e.get(name) for e in configuration.iter(etree.Element) for name in names}
    found |= {e.get("id") for e in configuration.iter("obj_ref", "resource_ref")}
    return {one for one in found if one}


def ids_in(element: Element) -> set[str | None]:
    return {e.get("id") for e in element.iter(etree.Element) if e.get("id")}


def _renew(root: Element, element: Element) -> None:
    """New ids for a copy that is not in the tree yet."""
    taken = {e.get("id") for e in root.iter(etree.Element)}
    number = 0
    for one in element.iter(etree.Element):
        if one.get("id"):
            while f"copied-{number}" in taken:
                number += 1
            one.set("id", f"copied-{number}")
            number += 1


def template_inlined(root: Element, rng: random.Random) -> str | None:
    mentioned = mentions(root)
    templates = {t.get("id"): t for t in root.iter("template") if plain(t) and not mentioned & ids_in(t)}
    users = [p for p in root.iter("primitive") if p.get("template") in templates and plain(p)]
    if not users:
        return None
    user = rng.choice(users)
    template = templates[user.attrib.pop("template")]
    for name in ("class", "provider", "type"):
        if template.get(name):
            user.set(name, template.get(name))
    for tag in (*_BLOCKS, "operations"):
        _merge(root, user, copy.deepcopy(template.find(tag)) if template.find(tag) is not None else None)
    if rng.random() < 0.5 and all(p.get("template") != template.get("id") for p in root.iter("primitive")):
        template.getparent().remove(template)
    return f"template in {user.get('id')} written out"


def _merge(root: Element, user: Element, block: Element | None) -> None:
    """Put what a template says into a primitive, but for what this says itself."""
    if block is None:
        return
    _renew(root, block)
    own = user.find(block.tag)
    if own is None:
        user.insert(0, block)
        return
    said = {_key(e) for e in own}
    for child in list(block):
        if _key(child) not in said:
            own.append(child)


def _key(element: Element) -> tuple[str | None, str | None]:
    """What an op or nvpair overrides a template's by; measured: of an op the name and the role, not the interval."""
    role = {"Slave": None, "Unpromoted": None, "Started": None, "Master": "Promoted"}
    return element.get("name"), role.get(element.get("role") or "", element.get("role"))


def template_extracted(root: Element, rng: random.Random) -> str | None:
    """A new template with the agent and some of what a primitive says."""
    able = [
        p
        for p in root.find("configuration").iter("primitive")
        if p.get("template") is None and p.get("class") and p.get("type") and plain(p)
    ]
    mentioned = mentions(root)
    able = [p for p in able if not mentioned & (ids_in(p) - {p.get("id")})]
    if not able:
        return None
    primitive = rng.choice(able)
    template = etree.Element("template", id=fresh_id(root, "template"))
    for name in ("class", "provider", "type"):
        if primitive.get(name):
            template.set(name, primitive.attrib.pop(name))
    primitive.set("template", template.get("id"))
    for tag in _BLOCKS:
        block = primitive.find(tag)
        if block is not None and rng.random() < 0.7:
            half = etree.SubElement(template, tag, id=fresh_id(root, tag))
            for pair in list(block):
                if pair.tag == "nvpair" and rng.random() < 0.6:
                    half.append(pair)
    operations = primitive.find("operations")
    if operations is not None and rng.random() < 0.6:
        template.append(operations)
    resources = root.find("configuration/resources")
    resources.insert(rng.choice([0, len(resources)]), template)
    return f"template for {primitive.get('id')}"


def reference_written_out(root: Element, rng: random.Random) -> str | None:
    """A set, a pair, a rule or operations that only refer to another, as a copy of it."""
    configuration = root.find("configuration")
    there = {e.get("id"): e for e in configuration.iter(etree.Element) if e.get("id")}
    tags = (*_BLOCKS, "operations", "nvpair", "rule")
    users = [
        e
        for e in configuration.iter(*tags)
        if e.get("id-ref") in there and not len(e) and (e.tag != "nvpair" or e.get("name") is None)
    ]
    if not users:
        return None
    user = rng.choice(users)
    expanded = copy.deepcopy(there[user.get("id-ref")])
    if expanded.tag != user.tag:
        return None
    _renew(root, expanded)
    expanded.tail = user.tail
    user.getparent().replace(user, expanded)
    return f"{user.tag} written out"


def reference_made(root: Element, rng: random.Random) -> str | None:
    """Of two equal sets, operations or pairs the later refers to the first."""
    seen: dict[object, Element] = {}
    found: list[tuple[Element, str]] = []
    mentioned = mentions(root)
    for element in root.find("configuration").iter(*_BLOCKS, "operations", "nvpair"):
        if element.get("id-ref") or element.find(".//*[@id-ref]") is not None:
            continue
        if any(name_of(root, pair) == "remote-node" for pair in element.iter("nvpair")):
            continue
        first = seen.setdefault(_said(element), element)
        inside = {e.get("id") for e in element.iter(etree.Element)}
        again = first is not element and first.get("id") and (len(element) or element.tag == "nvpair")
        capacity = element.tag == "nvpair" and element.getparent().tag == "utilization"
        if again and not inside & mentioned and not capacity:
            found.append((element, first.get("id")))
    if not found:
        return None
    element, target = rng.choice(found)
    reference = etree.Element(element.tag, {"id-ref": target})
    reference.tail = element.tail
    element.getparent().replace(element, reference)
    return f"{element.tag} by reference"


def _said(element: Element) -> object:
    attributes = tuple(sorted((k, v) for k, v in element.attrib.items() if k != "id"))
    return element.tag, attributes, tuple(_said(c) for c in element.iterchildren(etree.Element))


REWRITES: dict[str, Rewrite] = {
    "attribute order": Rewrite(attribute_order, ("attribute-order",)),
    "white space": Rewrite(white_space, ("layout",)),
    "comments": Rewrite(comments, ("layout",)),
    "ids of nvpairs": Rewrite(ids_of_nvpairs, ("ids",)),
    "ids of operations": Rewrite(ids_of_operations, ("ids",)),
    "ids of constraints": Rewrite(ids_of_constraints, ("ids",)),
    "ids of rules": Rewrite(ids_of_rules, ("ids",)),
    "ids of others": Rewrite(ids_of_others, ("ids",)),
    "order of constraints": Rewrite(order_of_constraints, ("order",)),
    "order of nodes": Rewrite(order_of_nodes, ("order",)),
    "order of operations": Rewrite(order_of_operations, ("order",)),
    "order in sets": Rewrite(order_in_sets, ("order",)),
    "order of sections": Rewrite(order_of_sections, ("order",)),
    "order of blocks": Rewrite(order_of_blocks, ("order",)),
    "order of tagged": Rewrite(order_of_tagged, ("order",)),
    "order of unordered members": Rewrite(order_of_unordered_members, ("order",)),
    "order of ticket sets": Rewrite(order_of_ticket_sets, ("order",)),
    "order of ports": Rewrite(order_of_ports, ("order",)),
    "order of levels": Rewrite(order_of_levels, ("order",)),
    "order of expressions": Rewrite(order_of_expressions, ("order",)),
    "order of alerts": Rewrite(order_of_alerts, ("order",)),
    "counters": Rewrite(counters, ("counters",), planned=False),
    "status": Rewrite(status, ("status",), planned=False),
    "cluster-written": Rewrite(cluster_written, ("cluster-written",), planned=False),
    "empty set added": Rewrite(empty_set_added, ("empty-sets",)),
    "empty section added": Rewrite(empty_section_added, ("empty-sets",)),
    "empty removed": Rewrite(empty_removed, ("empty-sets",)),
    "master to clone": Rewrite(master_to_clone, ("spelling", "old-names", "template")),
    "clone to master": Rewrite(clone_to_master, ("spelling", "old-names", "template")),
    "template inlined": Rewrite(template_inlined, ("template",)),
    "template extracted": Rewrite(template_extracted, ("template",)),
    "reference written out": Rewrite(reference_written_out, ("template",)),
    "reference made": Rewrite(reference_made, ("template",)),
    **{name: Rewrite(apply, sorts) for name, (apply, sorts) in RESPELLINGS.items()},
}


_ATTRIBUTE = re.compile(rb' ([\w:-]+)="([^"\']*)"')


def layout_of_text(data: bytes, rng: random.Random) -> bytes:
    """The file with other quotes, line breaks between attributes and an XML declaration."""
    joint = rng.choice([b"\n      ", b"  ", b"\t"])
    quote = rng.choice([b'"', b"'"])
    tags = re.split(rb"(<!--.*?-->)", data, flags=re.DOTALL)
    tags[::2] = [_ATTRIBUTE.sub(joint + rb"\1 = " + quote + rb"\2" + quote, tag) for tag in tags[::2]]
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + b"".join(tags) + b"\n"
