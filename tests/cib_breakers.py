"""Mistakes by class, each put into a CIB that has a place for it: one fact broken, the rest as it was."""

from __future__ import annotations

import random
from collections.abc import Callable

from lxml import etree

Element = etree._Element
Breaker = Callable[["Cib"], bool]
"""Breaks one fact; False where the CIB has no place for it."""


class Cib:
    """A CIB that is to be broken, and the source of chance that chooses where."""

    def __init__(self, root: Element, chance: random.Random) -> None:
        self.root = root
        self.chance = chance
        self._made = 0

    def section(self, name: str) -> Element:
        """A section of the configuration, made where it is missing."""
        configuration = self.root.find("configuration")
        assert configuration is not None
        found = configuration.find(name)
        if found is None:
            found = etree.Element(name)
            # the order of the sections is free but for schemas before 1.2
            configuration.append(found)
        return found

    def id(self) -> str:
        """An id that nothing has."""
        self._made += 1
        return f"broken-{self._made}"

    def pick(self, path: str) -> Element | None:
        """One of the elements of the configuration that an XPath finds."""
        found = self.root.xpath(f"/cib/configuration{path}")
        return self.chance.choice(found) if found else None

    def names(self) -> list[str]:
        """The ids of resources that constraints may name."""
        found = self.root.xpath("/cib/configuration/resources/*[not(self::template)]/@id")
        return [str(name) for name in found]

    def option(self, name: str, value: str) -> bool:
        """Set a cluster option, before all that is set already."""
        crm_config = self.section("crm_config")
        block = crm_config.find("cluster_property_set[@id='cib-bootstrap-options']")
        block = crm_config.find("cluster_property_set") if block is None else block
        if block is None:
            block = etree.SubElement(crm_config, "cluster_property_set", id=self.id())
        for pair in block.findall(f"nvpair[@name='{name}']"):
            block.remove(pair)
        etree.SubElement(block, "nvpair", id=self.id(), name=name, value=value)
        return True

    def meta(self, element: Element | None, name: str, value: str) -> bool:
        """Set a meta-attribute of a resource, or of a section of defaults, before all that is set already."""
        if element is None:
            return False
        block = etree.Element("meta_attributes", id=self.id())
        etree.SubElement(block, "nvpair", id=self.id(), name=name, value=value)
        element.insert(0, block)
        return True

    def constraint(self, tag: str, **attributes: str) -> bool:
        """Add a constraint."""
        pairs = {name.replace("_", "-"): value for name, value in attributes.items()}
        etree.SubElement(self.section("constraints"), tag, {"id": self.id(), **pairs})
        return True

    def operation(self, **attributes: str) -> bool:
        """Add an operation to a primitive that has some."""
        holder = self.pick("/resources//primitive[not(@template)]/operations[not(@id-ref)]")
        if holder is None:
            return False
        etree.SubElement(holder, "op", {"id": self.id(), **{k.replace("_", "-"): v for k, v in attributes.items()}})
        return True


def _no_fencing_device(cib: Cib) -> bool:
    for device in cib.root.xpath("//primitive[@class='stonith']"):
        device.set("class", "ocf")
        device.set("provider", "heartbeat")
    return cib.option("stonith-enabled", "true") and cib.option("have-watchdog", "false")


def _option_invalid(cib: Cib) -> bool:
    names = ("batch-limit", "no-quorum-policy", "symmetric-cluster", "cluster-delay", "placement-strategy")
    return cib.option(cib.chance.choice(names), cib.chance.choice(("", "perhaps", "none", "x9")))


def _quorum_policy(cib: Cib) -> bool:
    return cib.option("no-quorum-policy", "suicide") and cib.option("stonith-enabled", "false")


def _node_name_twice(cib: Cib) -> bool:
    node = cib.pick("/nodes/node[@uname]")
    if node is None:
        return False
    etree.SubElement(cib.section("nodes"), "node", id=cib.id(), uname=node.get("uname", ""), type="member")
    return True


def _template_of_itself(cib: Cib) -> bool:
    primitive = cib.pick("/resources/primitive[@class]")
    if primitive is None:
        return False
    for name in ("class", "provider", "type"):
        primitive.attrib.pop(name, "")
    primitive.set("template", primitive.get("id", ""))
    return True


def _meta(kind: str, name: str, *values: str) -> Breaker:
    return lambda cib: cib.meta(cib.pick(f"/resources//{kind}"), name, cib.chance.choice(values))


def _newest(breaker: Breaker) -> Breaker:
    """By a newer schema, which has what is to be broken."""

    def newer(cib: Cib) -> bool:
        if not str(cib.root.get("validate-with")).startswith("pacemaker-3."):
            return False
        cib.root.set("validate-with", "pacemaker-3.9")
        return breaker(cib)

    return newer


def _without_fencing(breaker: Breaker) -> Breaker:
    return lambda cib: cib.option("stonith-enabled", "false") and breaker(cib)


def _promotable_service(cib: Cib) -> bool:
    clone = cib.pick("/resources/clone[primitive[@class='ocf']]")
    if clone is None:
        return False
    primitive = clone.find("primitive")
    assert primitive is not None
    primitive.set("class", "systemd")
    primitive.attrib.pop("provider", "")
    return cib.meta(clone, "promotable", "true")


def _unique_service(cib: Cib) -> bool:
    clone = cib.pick("/resources/clone[primitive[@class='lsb' or @class='systemd' or @class='service']]")
    if clone is None:
        clone = cib.pick("/resources/clone[primitive[@class='ocf']]")
        primitive = None if clone is None else clone.find("primitive")
        if primitive is None:
            return False
        primitive.set("class", "systemd")
        primitive.attrib.pop("provider", "")
    return cib.meta(clone, "globally-unique", "true")


def _bundle_without_network(cib: Cib) -> bool:
    network = cib.pick("/resources/bundle[primitive]/network")
    parent = None if network is None else network.getparent()
    if network is None or parent is None:
        return False
    parent.remove(network)
    return True


def _bundle_control_port(cib: Cib) -> bool:
    network = cib.pick("/resources/bundle/network")
    parent = None if network is None else network.getparent()
    if network is None or parent is None:
        return False
    network.attrib.pop("ip-range-start", "")
    network.set("control-port", "9999")
    container = parent.find("docker")
    container = parent.find("podman") if container is None else container
    if container is None:
        return False
    container.set("replicas-per-host", "2")
    return True


def _inside_a_clone(cib: Cib) -> bool:
    inner = cib.pick("/resources/clone/group | /cib/configuration/resources/bundle/primitive")
    node = cib.pick("/nodes/node[@uname]")
    if inner is None or node is None:
        return False
    return cib.constraint("rsc_location", rsc=inner.get("id", ""), node=node.get("uname", ""), score="5")


def _names_an_operation(cib: Cib) -> bool:
    operation = cib.pick("/resources//op[@id]")
    names = cib.names()
    if operation is None or not names:
        return False
    there, here = operation.get("id", ""), cib.chance.choice(names)
    tag = cib.chance.choice(("rsc_colocation", "rsc_order", "rsc_ticket"))
    if tag == "rsc_ticket":
        return cib.constraint(tag, rsc=there, ticket="T")
    pair = ("rsc", "with_rsc") if tag == "rsc_colocation" else ("first", "then")
    values = [here, there]
    cib.chance.shuffle(values)
    return cib.constraint(tag, **dict(zip(pair, values, strict=True)), **({"score": "7"} if tag != "rsc_order" else {}))


def _set_names_an_operation(cib: Cib) -> bool:
    operation = cib.pick("/resources//op[@id]")
    if operation is None or not cib.names() or not cib.constraint("rsc_order"):
        return False
    block = etree.SubElement(cib.section("constraints")[-1], "resource_set", id=cib.id())
    etree.SubElement(block, "resource_ref", id=cib.chance.choice(cib.names()))
    etree.SubElement(block, "resource_ref", id=operation.get("id", ""))
    return True


def _rule(cib: Cib, **attributes: str) -> bool:
    names = cib.names()
    if not names or not cib.constraint("rsc_location", rsc=cib.chance.choice(names)):
        return False
    rule = etree.SubElement(cib.section("constraints")[-1], "rule", {"id": cib.id(), **attributes})
    etree.SubElement(rule, "expression", id=cib.id(), attribute="a", operation="defined")
    return True


def _lifetime(cib: Cib) -> bool:
    constraint = cib.pick("/constraints/rsc_location[@rsc and @node and @score and not(*)]")
    if constraint is None:
        return False
    rule = etree.SubElement(etree.SubElement(constraint, "lifetime"), "rule", id=cib.id(), score="5")
    etree.SubElement(rule, "expression", id=cib.id(), attribute="a", operation="defined")
    return True


def _pattern(cib: Cib) -> bool:
    node = cib.pick("/nodes/node[@uname]")
    if node is None:
        return False
    return cib.constraint("rsc_location", rsc_pattern="(web", node=node.get("uname", ""), score="5")


def _two(tag: str, first: str, second: str, **attributes: str) -> Breaker:
    def breaker(cib: Cib) -> bool:
        names = cib.names()
        if len(names) < 2:
            return False
        one, other = cib.chance.sample(names, 2)
        return cib.constraint(tag, **{first: one, second: other}, **attributes)

    return breaker


def _two_tags(cib: Cib) -> bool:
    names = cib.names()
    if len(names) < 2:
        return False
    made = []
    for name in cib.chance.sample(names, 2):
        tag = etree.SubElement(cib.section("tags"), "tag", id=cib.id())
        etree.SubElement(tag, "obj_ref", id=name)
        made.append(tag.get("id", ""))
    return cib.constraint("rsc_colocation", rsc=made[0], with_rsc=made[1], score="5")


def _interleave(cib: Cib) -> bool:
    clones = cib.root.xpath("/cib/configuration/resources/clone[primitive]")
    if len(clones) < 2:
        return False
    one, other = cib.chance.sample(clones, 2)
    cib.meta(one, "interleave", "true")
    cib.meta(one, "globally-unique", "true")
    cib.meta(one, "clone-node-max", "2")
    return cib.constraint("rsc_colocation", rsc=one.get("id", ""), with_rsc=other.get("id", ""), score="INFINITY")


def _with_loose_group(cib: Cib) -> bool:
    group = cib.pick("/resources/group")
    others = [name for name in cib.names() if group is None or name != group.get("id")]
    if group is None or not others or not cib.meta(group, "collocated", "false"):
        return False
    return cib.constraint(
        "rsc_colocation", rsc=cib.chance.choice(others), with_rsc=group.get("id", ""), score="INFINITY"
    )


def _require_all(cib: Cib) -> bool:
    clone = cib.pick("/resources/clone")
    others = [name for name in cib.names() if clone is None or name != clone.get("id")]
    if clone is None or not others:
        return False
    return cib.constraint("rsc_order", first=clone.get("id", ""), then=cib.chance.choice(others), require_all="false")


def _ticket(cib: Cib) -> bool:
    names = cib.names()
    if not names:
        return False
    cib.option("stonith-enabled", "false")
    return cib.constraint("rsc_ticket", rsc=cib.chance.choice(names), ticket="T", loss_policy="fence")


def _operation_twice(cib: Cib) -> bool:
    operation = cib.pick("/resources//primitive/operations/op[@name='monitor'][@interval != '0']")
    parent = None if operation is None else operation.getparent()
    if operation is None or parent is None:
        return False
    attributes = {"id": cib.id(), "name": "monitor", "interval": operation.get("interval", ""), "timeout": "77s"}
    etree.SubElement(parent, "op", attributes)
    return True


def _on_fail_default(cib: Cib) -> bool:
    return cib.meta(cib.section("op_defaults"), "on-fail", cib.chance.choice(("explode", "standby", "demote")))


def _id_twice(cib: Cib) -> bool:
    one, other = cib.pick("/resources//primitive"), cib.pick("/resources//op")
    if one is None or other is None:
        return False
    other.set("id", one.get("id", ""))
    return True


def _attribute_misspelt(cib: Cib) -> bool:
    primitive = cib.pick("/resources//primitive[@type]")
    if primitive is None:
        return False
    primitive.set("typ", primitive.attrib.pop("type"))
    return True


BREAKERS: dict[str, tuple[Breaker, ...]] = {
    "no-fencing-device": (_no_fencing_device,),
    "cluster-option-invalid": (_option_invalid,),
    "no-quorum-policy-needs-fencing": (_quorum_policy,),
    "deprecated-construct": (
        lambda cib: cib.option("remove-after-stop", "true"),
        _meta("primitive", "restart-type", "restart", "ignore"),
    ),
    "stonith-action-poweroff": (lambda cib: cib.option("stonith-action", "poweroff"),),
    "node-duplicate-name": (_node_name_twice,),
    "template-self-reference": (_template_of_itself,),
    "container-unknown": (_meta("primitive", "container", "nothing"),),
    "requires-unfencing-on-fence-device": (_meta("primitive[@class='stonith']", "requires", "unfencing"),),
    "requires-fencing-while-disabled": (_without_fencing(_meta("primitive", "requires", "fencing", "unfencing")),),
    "requires-invalid": (_meta("primitive", "requires", "", "luck"),),
    "migration-threshold-invalid": (_meta("primitive", "migration-threshold", "-1", "-INFINITY"),),
    "multiple-active-invalid": (_meta("primitive", "multiple-active", "", "dance"),),
    "target-role-not-promotable": (
        _meta(
            "primitive[not(ancestor::*[self::clone or self::master or self::bundle])]",
            "target-role",
            "Promoted",
            "Slave",
        ),
    ),
    "target-role-invalid": (_meta("primitive", "target-role", "", "Begun"),),
    "group-ordered-collocated-deprecated": (_meta("group", "ordered", "false"), _meta("group", "collocated", "no")),
    "clone-node-max-anonymous": (_meta("clone", "clone-node-max", "2"),),
    "clone-unique-unsupported-standard": (_unique_service,),
    "clone-promotable-unsupported-standard": (_promotable_service,),
    "bundle-control-port-replicas-per-host": (_bundle_control_port,),
    "bundle-primitive-without-network": (_bundle_without_network,),
    "constraint-ref-not-resource": (_inside_a_clone, _names_an_operation, _set_names_an_operation),
    "location-rule-no-score": (_newest(_rule),),
    "location-rule-role-invalid": (lambda cib: _rule(cib, score="5", role="Boss"),),
    "location-lifetime": (_lifetime,),
    "location-pattern-invalid": (_pattern,),
    "colocation-influence-invalid": (
        _newest(_two("rsc_colocation", "rsc", "with_rsc", score="5", influence="perhaps")),
    ),
    "colocation-two-templates-or-tags": (_two_tags,),
    "colocation-interleave-mismatch": (_interleave,),
    "colocation-with-noncolocated-group": (_with_loose_group,),
    "order-serialize-symmetrical": (_two("rsc_order", "first", "then", kind="Serialize", symmetrical="true"),),
    "order-score-deprecated": (_two("rsc_order", "first", "then", score="INFINITY"),),
    "order-require-all-deprecated": (_require_all,),
    "ticket-loss-policy-needs-fencing": (_ticket,),
    "op-duplicate-name-interval": (_operation_twice,),
    "op-cannot-recur": (lambda cib: cib.operation(name="start", interval="33s"),),
    "op-on-fail-invalid": (
        lambda cib: cib.operation(name="start", interval="0", on_fail="demote", enabled="false"),
        _on_fail_default,
    ),
    "op-on-fail-fence-while-disabled": (
        _without_fencing(lambda cib: cib.operation(name="monitor", interval="37s", on_fail="fence")),
        _without_fencing(lambda cib: cib.meta(cib.section("op_defaults"), "on-fail", "fence")),
    ),
    "op-interval-origin-invalid": (lambda cib: cib.operation(name="monitor", interval="39s", interval_origin="dawn"),),
    "schema-violation": (_id_twice, _attribute_misspelt),
}
"""Ways to break a CIB, by the class of what crm_verify says then."""
