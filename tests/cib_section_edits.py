"""Edits of constraints, properties, defaults, nodes, tags, fencing levels, ACLs, alerts and the cib element."""

from __future__ import annotations

import random
from collections.abc import Callable

from cib_edits import ANY, EDITS, Edit, added, changed, edit, pick, removed, section, unmentioned
from cib_rewrites import MARKED, Element, fresh_id
from cib_structure_edits import renamed
from lxml import etree


def within(root: Element, *tags: str) -> list[Element]:
    return list(root.find("configuration").iter(*tags))


def some_resource(root: Element, rng: random.Random) -> str | None:
    found = [e.get("id") for e in root.findall("configuration/resources/*") if e.tag != "template" and e.get("id")]
    return rng.choice(found) if found else None


# --- constraints -----------------------------------------------------------------------------------------------


def _added(root: Element, tag: str, **attributes: str) -> Edit:
    names = {key.replace("_", "-"): value for key, value in attributes.items()}
    element = etree.SubElement(section(root, "constraints"), tag, id=fresh_id(root, tag), **names)
    return added(element, tag)


@edit
def location_added(root: Element, rng: random.Random) -> Edit | None:
    rsc = some_resource(root, rng)
    return None if rsc is None else _added(root, "rsc_location", rsc=rsc, node="x-new-node", score="171")


@edit
def ban_added(root: Element, rng: random.Random) -> Edit | None:
    rsc = some_resource(root, rng)
    if rsc is None:
        return None
    name = f"cli-ban-{rsc}-on-x-new"
    values = {"id": name, "rsc": rsc, "node": "x-new", "score": "-INFINITY"}
    return added(etree.SubElement(section(root, "constraints"), "rsc_location", **values), "rsc_location")


@edit
def colocation_added(root: Element, rng: random.Random) -> Edit | None:
    rsc, other = some_resource(root, rng), some_resource(root, rng)
    return None if rsc in (None, other) else _added(root, "rsc_colocation", rsc=rsc, with_rsc=other, score="171")


@edit
def order_added(root: Element, rng: random.Random) -> Edit | None:
    rsc, other = some_resource(root, rng), some_resource(root, rng)
    return None if rsc in (None, other) else _added(root, "rsc_order", first=rsc, then=other, kind="Optional")


@edit
def ticket_added(root: Element, rng: random.Random) -> Edit | None:
    rsc = some_resource(root, rng)
    return None if rsc is None else _added(root, "rsc_ticket", rsc=rsc, ticket="x-new-ticket", loss_policy="freeze")


def _removal(tag: str) -> Callable[[Element, random.Random], Edit | None]:
    def remove(root: Element, rng: random.Random) -> Edit | None:
        element = pick(rng, unmentioned(root, within(root, tag)))
        return None if element is None else removed(element, tag)

    return remove


def _attribute(
    tag: str, name: str, value: str, path: tuple[str, ...] = (), parent: str = ""
) -> Callable[[Element, random.Random], Edit | None]:
    """Sets an attribute that is there to another value."""

    def change(root: Element, rng: random.Random) -> Edit | None:
        able = [e for e in within(root, tag) if e.get(name) not in (None, value)]
        able = [e for e in able if not (e.get("id") or "").startswith(MARKED)]
        element = pick(rng, able)
        if element is None:
            return None
        element.set(name, value)
        owner = next(element.iterancestors(parent)) if parent else element
        return changed(element, owner.tag, owner.get("id"), path or (name,))

    return change


EDITS |= {
    **{f"{tag} removed": _removal(tag) for tag in ("rsc_location", "rsc_colocation", "rsc_order", "rsc_ticket")},
    "location score changed": _attribute("rsc_location", "score", "4711"),
    "location node changed": _attribute("rsc_location", "node", "x-moved"),
    "colocation score changed": _attribute("rsc_colocation", "score", "-4711"),
    "colocation role changed": _attribute("rsc_colocation", "with-rsc-role", "Slave"),
    "order kind changed": _attribute("rsc_order", "kind", "Serialize"),
    "order action changed": _attribute("rsc_order", "first-action", "demote"),
    "ticket changed": _attribute("rsc_ticket", "ticket", "x-elsewhere"),
    "loss policy changed": _attribute("rsc_ticket", "loss-policy", "demote"),
    "fencing level index changed": _attribute("fencing-level", "index", "7"),
    "fencing level target changed": _attribute("fencing-level", "target", "x-moved"),
    "alert path changed": _attribute("alert", "path", "/usr/local/bin/other"),
    "recipient changed": _attribute("recipient", "value", "x@example.org", ("recipient", ANY, ANY), "alert"),
}


@edit
def colocation_partner_changed(root: Element, rng: random.Random) -> Edit | None:
    """With another primitive; a clone and what is in it would be one to Pacemaker."""
    others = [p.get("id") for p in root.findall("configuration/resources/primitive")]
    able = [c for c in within(root, "rsc_colocation") if c.get("with-rsc")]
    constraint = pick(rng, able)
    others = (
        []
        if constraint is None
        else [o for o in others if o not in (constraint.get("rsc"), constraint.get("with-rsc"))]
    )
    if not others:
        return None
    constraint.set("with-rsc", rng.choice(others))
    return changed(constraint, "rsc_colocation", constraint.get("id"), ("with-rsc",))


@edit
def location_rule_changed(root: Element, rng: random.Random) -> Edit | None:
    rules = [r for c in within(root, "rsc_location") for r in c.iterchildren("rule") if r.get("id")]
    mentioned = {r.get("id-ref") for r in within(root, "rule")}
    able = [r for r in rules if r.find("expression[@value]") is not None and r.get("id") not in mentioned]
    rule = pick(rng, [r for r in able if not r.getparent().get("id").startswith(MARKED)])
    if rule is None:
        return None
    rule.find("expression[@value]").set("value", "x-other-value")
    constraint = rule.getparent()
    return changed(rule, "rsc_location", constraint.get("id"), ("rule",), ANY)


@edit
def sets_reordered(root: Element, rng: random.Random) -> Edit | None:
    able = [c for c in within(root, "rsc_order", "rsc_colocation") if len(c.findall("resource_set")) > 1]
    able = [
        c for c in able if len({_set(s) for s in c.findall("resource_set")}) > 1 and not any(s.get("id-ref") for s in c)
    ]
    constraint = pick(
        rng, [c for c in able if _set(c.findall("resource_set")[0]) != _set(c.findall("resource_set")[-1])]
    )
    if constraint is None:
        return None
    sets = constraint.findall("resource_set")
    sets[0].addprevious(sets[-1])
    return Edit("reordered", constraint.tag, constraint.get("id"), ("resource_set",), ANY, ANY)


def _set(element: Element) -> tuple[object, ...]:
    attributes = tuple(sorted((k, v) for k, v in element.attrib.items() if k != "id"))
    return attributes, tuple(ref.get("id") for ref in element)


def _sequential(root: Element) -> list[Element]:
    tags = ("rsc_order", "rsc_colocation")
    sets = [s for c in within(root, *tags) for s in c.iterchildren("resource_set") if not s.get("id-ref")]
    return [s for s in sets if s.get("sequential") in (None, "true") and len(s) > 1]


@edit
def set_members_reordered(root: Element, rng: random.Random) -> Edit | None:
    one = pick(rng, _sequential(root))
    if one is None:
        return None
    one[0].addprevious(one[-1])
    return Edit("reordered", one.getparent().tag, one.getparent().get("id"), ("resource_set",), ANY, ANY)


@edit
def set_member_removed(root: Element, rng: random.Random) -> Edit | None:
    one = pick(rng, _sequential(root))
    if one is None:
        return None
    one.remove(one[-1])
    return changed(one, one.getparent().tag, one.getparent().get("id"), ("resource_set",), ANY)


# --- properties and defaults -----------------------------------------------------------------------------------


def _single(root: Element, place: str, tag: str) -> list[Element]:
    """Pairs in plain sets of a section, whose name occurs once there."""
    blocks = [b for s in root.findall(f"configuration/{place}") for b in s.iter(tag)]
    if any(b.get("id-ref") for b in blocks):
        return []
    pairs = [p for b in blocks for p in b.iterchildren("nvpair")]
    names = [p.get("name") for p in pairs]
    mentioned = {e.get("id-ref") for e in within(root, "nvpair", "meta_attributes", "cluster_property_set")}
    plain = [p for p in pairs if p.getparent().find("rule") is None and p.get("id") not in mentioned]
    return [p for p in plain if names.count(p.get("name")) == 1 and p.get("value") is not None]


WRITTEN = (
    "dc-version",
    "cluster-infrastructure",
    "cluster-name",
    "have-watchdog",
    "last-lrm-refresh",
    "expected-quorum-votes",
)


@edit
def property_changed(root: Element, rng: random.Random) -> Edit | None:
    pair = pick(rng, [p for p in _single(root, "crm_config", "cluster_property_set") if p.get("name") not in WRITTEN])
    if pair is None:
        return None
    low = pair.get("value").lower()
    new = {"true": "false", "false": "true", "1": "0", "0": "1", "on": "off"}.get(low, "1717")
    pair.set("value", new)
    return changed(pair, "property", pair.get("name"), ())


@edit
def property_added(root: Element, rng: random.Random) -> Edit | None:
    block = root.find("configuration/crm_config/cluster_property_set")
    if block is None or block.get("id-ref") or block.find("rule") is not None:
        return None
    if any(p.get("name") == "x-site" for p in within(root, "nvpair")):
        return None
    pair = etree.SubElement(block, "nvpair", id=fresh_id(root, "property"), name="x-site", value="east")
    return Edit("added", "property", "x-site", (), "", pair.get("id"))


@edit
def property_removed(root: Element, rng: random.Random) -> Edit | None:
    """Some whose value is not what is so without them."""
    names = {
        "cluster-recheck-interval": "15min",
        "shutdown-lock": "false",
        "stonith-enabled": "true",
        "no-quorum-policy": "stop",
        "symmetric-cluster": "true",
        "cluster-delay": "60s",
    }
    pairs = _single(root, "crm_config", "cluster_property_set")
    pair = pick(rng, [p for p in pairs if p.get("value") not in ("60s", names.get(p.get("name"), p.get("value")))])
    if pair is None:
        return None
    pair.getparent().remove(pair)
    return Edit("removed", "property", pair.get("name"), (), pair.get("id"), "")


def _default(place: str, name: str, what: str) -> Callable[[Element, random.Random], Edit | None]:
    def change(root: Element, rng: random.Random) -> Edit | None:
        if what == "added":
            blocks = [b for b in root.findall(f"configuration/{place}/meta_attributes") if b.find("rule") is None]
            if not blocks or blocks[0].get("id-ref"):
                return None
            values = {"id": fresh_id(root, "default"), "name": "x-note", "value": "1"}
            pair = etree.SubElement(blocks[0], "nvpair", **values)
            return Edit("added", place, "x-note", (), "", pair.get("id"))
        pair = pick(rng, [p for p in _single(root, place, "meta_attributes") if p.get("name") == name])
        if pair is None:
            return None
        if what == "removed":
            pair.getparent().remove(pair)
            return Edit("removed", place, name, (), pair.get("id"), "")
        pair.set("value", "1717")
        return changed(pair, place, name, ())

    return change


EDITS |= {
    f"{place} {what}": _default(place, name, what)
    for place, name in (("rsc_defaults", "migration-threshold"), ("op_defaults", "timeout"))
    for what in ("added", "changed", "removed")
}


def _conditional(root: Element, rng: random.Random) -> Element | None:
    blocks = root.findall("configuration/rsc_defaults/meta_attributes")
    return pick(rng, [b for b in blocks if b.find("rule/date_expression[@start]") is not None and not b.get("id-ref")])


@edit
def conditional_defaults_added(root: Element, rng: random.Random) -> Edit | None:
    block = etree.SubElement(section(root, "rsc_defaults"), "meta_attributes", id=fresh_id(root, "night"))
    rule = etree.SubElement(block, "rule", id=fresh_id(root, "rule"), score="INFINITY")
    expression = etree.SubElement(rule, "date_expression", id=fresh_id(root, "date"), operation="date_spec")
    etree.SubElement(expression, "date_spec", id=fresh_id(root, "spec"), hours="1-5")
    etree.SubElement(block, "nvpair", id=fresh_id(root, "nv"), name="resource-stickiness", value="17")
    return added(block, "rsc_defaults")


@edit
def conditional_defaults_removed(root: Element, rng: random.Random) -> Edit | None:
    block = _conditional(root, rng)
    return None if block is None else removed(block, "rsc_defaults")


@edit
def rule_of_defaults_changed(root: Element, rng: random.Random) -> Edit | None:
    block = _conditional(root, rng)
    if block is None:
        return None
    block.find("rule/date_expression").set("start", "2033-03-03")
    return changed(block, "rsc_defaults", block.get("id"), ("rule",), ANY)


@edit
def value_under_a_rule_changed(root: Element, rng: random.Random) -> Edit | None:
    block = _conditional(root, rng)
    pair = None if block is None else block.find("nvpair[@value]")
    if pair is None:
        return None
    pair.set("value", "1717")
    return changed(pair, "rsc_defaults", block.get("id"), (pair.get("name"),))


# --- nodes -----------------------------------------------------------------------------------------------------


def _nodes(root: Element) -> list[Element]:
    return [n for n in root.findall("configuration/nodes/node") if n.get("uname")]


@edit
def node_added(root: Element, rng: random.Random) -> Edit | None:
    node = etree.SubElement(section(root, "nodes"), "node", id=fresh_id(root, "node"), uname="x-new-node")
    return added(node, "node")._replace(id="x-new-node")


@edit
def node_removed(root: Element, rng: random.Random) -> Edit | None:
    node = pick(rng, unmentioned(root, _nodes(root)))
    return None if node is None else removed(node, "node")._replace(id=node.get("uname"))


@edit
def node_renamed(root: Element, rng: random.Random) -> Edit | None:
    """Another uname under the same id; constraints and fencing levels follow."""
    node = pick(rng, _nodes(root))
    if node is None or node.get("uname") == node.get("id"):
        return None
    old = node.get("uname")
    if any(e.get("value") == old for e in within(root, "expression", "nvpair")):
        return None
    for one in within(root, "node", "rsc_location", "fencing-level"):
        for key in ("uname", "node", "target"):
            if one.get(key) == old:
                one.set(key, "x-renamed-node")
    return Edit("renamed", "node", old, (), node.get("id"), node.get("id"))


def _node_pair(name: str, value: str) -> Callable[[Element, random.Random], Edit | None]:
    def change(root: Element, rng: random.Random) -> Edit | None:
        able = [n for n in _nodes(root) if not any(p.get("name") == name for p in n.iter("nvpair"))]
        able = [n for n in able if len(n.findall("instance_attributes")) < 2 and not n.findall(".//rule")]
        node = pick(rng, [n for n in able if not n.findall("instance_attributes[@id-ref]")])
        if node is None:
            return None
        block = node.find("instance_attributes")
        if block is None:
            block = etree.SubElement(node, "instance_attributes", id=fresh_id(root, "attributes"))
        pair = etree.SubElement(block, "nvpair", id=fresh_id(root, "attribute"), name=name, value=value)
        return changed(pair, "node", node.get("uname"), ("instance_attributes", name))._replace(old="")

    return change


EDITS |= {"node standby": _node_pair("standby", "on"), "node attribute added": _node_pair("x-rack", "7")}


@edit
def node_attribute_changed(root: Element, rng: random.Random) -> Edit | None:
    found = [
        (node, pair)
        for node in _nodes(root)
        if len(node.findall("instance_attributes")) == 1 and not node.findall(".//rule")
        for pair in node.iterfind("instance_attributes/nvpair[@value]")
        if pair.get("name") not in ("standby", "maintenance")
    ]
    if not found:
        return None
    node, pair = rng.choice(found)
    pair.set("value", pair.get("value") + "7")
    return changed(pair, "node", node.get("uname"), ("instance_attributes", pair.get("name")))


# --- tags, fencing levels --------------------------------------------------------------------------------------


@edit
def tag_reference_removed(root: Element, rng: random.Random) -> Edit | None:
    tag = pick(rng, [t for t in within(root, "tag") if len(t) > 1])
    if tag is None:
        return None
    tag.remove(tag[-1])
    return changed(tag, "tag", tag.get("id"), ("obj_ref",))


@edit
def tag_added(root: Element, rng: random.Random) -> Edit | None:
    rsc = some_resource(root, rng)
    if rsc is None:
        return None
    tag = etree.SubElement(section(root, "tags"), "tag", id=fresh_id(root, "tag"))
    etree.SubElement(tag, "obj_ref", id=rsc)
    return added(tag, "tag")


@edit
def tag_removed(root: Element, rng: random.Random) -> Edit | None:
    tag = pick(rng, [t for t in within(root, "tag") if unmentioned(root, [etree.Element("x", id=t.get("id"))])])
    return None if tag is None else removed(tag, "tag")


@edit
def tag_renamed(root: Element, rng: random.Random) -> Edit | None:
    tag = pick(rng, within(root, "tag"))
    return None if tag is None else renamed(root, tag, "tag")


def _levels(root: Element) -> list[Element]:
    return within(root, "fencing-level")


@edit
def devices_reordered(root: Element, rng: random.Random) -> Edit | None:
    level = pick(rng, [e for e in _levels(root) if "," in (e.get("devices") or "")])
    if level is None:
        return None
    devices = level.get("devices").split(",")
    level.set("devices", ",".join(devices[::-1]))
    return Edit("reordered", "fencing-level", level.get("id"), ("devices",), level.get("id"), level.get("id"))


@edit
def device_added(root: Element, rng: random.Random) -> Edit | None:
    level = pick(rng, _levels(root))
    if level is None:
        return None
    level.set("devices", level.get("devices") + ",x-more")
    return changed(level, "fencing-level", level.get("id"), ("devices",))


@edit
def fencing_level_added(root: Element, rng: random.Random) -> Edit | None:
    values = {"id": fresh_id(root, "level"), "target": "x-new-node", "index": "5", "devices": "x-device"}
    return added(etree.SubElement(section(root, "fencing-topology"), "fencing-level", **values), "fencing-level")


@edit
def fencing_level_removed(root: Element, rng: random.Random) -> Edit | None:
    level = pick(rng, _levels(root))
    return None if level is None else removed(level, "fencing-level")


# --- ACLs and alerts -------------------------------------------------------------------------------------------


@edit
def acl_role_added(root: Element, rng: random.Random) -> Edit | None:
    role = etree.SubElement(section(root, "acls"), "acl_role", id=fresh_id(root, "role"))
    values = {"id": fresh_id(root, "permission"), "kind": "read", "xpath": "//tags"}
    etree.SubElement(role, "acl_permission", **values)
    return added(role, "acl_role")


@edit
def acl_role_removed(root: Element, rng: random.Random) -> Edit | None:
    role = pick(rng, unmentioned(root, within(root, "acl_role")))
    return None if role is None else removed(role, "acl_role")


@edit
def acl_role_renamed(root: Element, rng: random.Random) -> Edit | None:
    role = pick(rng, within(root, "acl_role"))
    return None if role is None else renamed(root, role, "acl_role")


@edit
def permission_added(root: Element, rng: random.Random) -> Edit | None:
    role = pick(rng, [r for r in within(root, "acl_role") if r.find("acl_permission") is not None])
    if role is None:
        return None
    values = {"id": fresh_id(root, "permission"), "kind": "deny", "xpath": "//alerts"}
    permission = etree.SubElement(role, "acl_permission", **values)
    return changed(permission, "acl_role", role.get("id"), ("acl_permission", ANY))._replace(old="")


@edit
def permission_changed(root: Element, rng: random.Random) -> Edit | None:
    permission = pick(rng, [p for p in within(root, "acl_permission") if p.get("kind") != "deny"])
    if permission is None:
        return None
    permission.set("kind", "deny")
    return changed(permission, "acl_role", permission.getparent().get("id"), ("acl_permission", ANY))


@edit
def acl_target_changed(root: Element, rng: random.Random) -> Edit | None:
    roles = [r.get("id") for r in within(root, "acl_role")]
    target = pick(rng, [t for t in within(root, "acl_target") if t.find("role") is not None])
    others = [] if target is None else [r for r in roles if r not in {one.get("id") for one in target}]
    if not others:
        return None
    target.find("role").set("id", others[0])
    return changed(target, "acl_target", target.get("id"), ("roles",))


@edit
def alert_added(root: Element, rng: random.Random) -> Edit | None:
    values = {"id": fresh_id(root, "alert"), "path": "/usr/local/bin/new"}
    return added(etree.SubElement(section(root, "alerts"), "alert", **values), "alert")


@edit
def alert_removed(root: Element, rng: random.Random) -> Edit | None:
    alert = pick(rng, within(root, "alert"))
    return None if alert is None else removed(alert, "alert")


@edit
def recipient_added(root: Element, rng: random.Random) -> Edit | None:
    alert = pick(rng, within(root, "alert"))
    if alert is None:
        return None
    recipient = etree.SubElement(alert, "recipient", id=fresh_id(root, "recipient"), value="new@example.org")
    return changed(recipient, "alert", alert.get("id"), ("recipient", ANY))._replace(old="")


@edit
def alert_timeout_changed(root: Element, rng: random.Random) -> Edit | None:
    pairs = [
        p for a in within(root, "alert") for p in a.iterfind("meta_attributes/nvpair") if p.get("name") == "timeout"
    ]
    pair = pick(rng, pairs)
    if pair is None:
        return None
    pair.set("value", "1717s")
    alert = next(pair.iterancestors("alert"))
    return changed(pair, "alert", alert.get("id"), ("meta_attributes", "timeout"))


# --- the cib element -------------------------------------------------------------------------------------------


@edit
def schema_changed(root: Element, rng: random.Random) -> Edit | None:
    if root.get("validate-with") != "pacemaker-3.7":
        return None
    root.set("validate-with", "pacemaker-3.8")
    return Edit("changed", "cib", ANY, (), ANY, ANY)


@edit
def remote_port_added(root: Element, rng: random.Random) -> Edit | None:
    if root.get("remote-tls-port"):
        return None
    root.set("remote-tls-port", "1234")
    return Edit("added", "cib", ANY, (), "", ANY)
