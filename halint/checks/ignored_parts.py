"""Checks of parts of a CIB that Pacemaker takes without a word and then passes over, or that can never hold."""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv4Network
from typing import TYPE_CHECKING

from halint.checks.cib_elements import label, mark, owner, section, within
from halint.engine.hit import Hit
from halint.errors import did_you_mean
from halint.model.values import parse_score

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

    from halint.model.cib import Resource, Setting
    from halint.model.cluster import Cluster

_BLOCKS = ("meta_attributes", "instance_attributes", "utilization", "cluster_property_set")
_INSTANCES = ("rsc-instance", "with-rsc-instance", "first-instance", "then-instance")
_PORTS = 65535
_NUMBER = re.compile(r"[0-9]{1,12}")
_PREFIX = re.compile(r"[1-9]|[12][0-9]|30")
"""Lengths of networks with room for several addresses."""
_FIELDS = {
    "months": (1, 12),
    "monthdays": (1, 31),
    "hours": (0, 23),
    "minutes": (0, 59),
    "seconds": (0, 59),
    "yeardays": (1, 366),
    "weeks": (1, 53),
    "weekdays": (1, 7),
}
"""Least and greatest number that a field of a date can have."""
_NO_LENGTHS = ("monthdays", "weekdays", "yearsdays", "yeardays", "weekyears", "moon")
_LAST_IN_BYTE = 254
"""Pacemaker goes from .254 to .1 of the next byte as it counts the addresses of a bundle (measured)."""


def instance_attributes(cluster: Cluster) -> Iterator[Hit]:
    """Colocations and orders that name an instance of a clone by number."""
    cib = cluster.needed_cib()
    for constraint in section(cib, "constraints"):
        for name in _INSTANCES if constraint.tag in ("rsc_colocation", "rsc_order") else ():
            if constraint.get(name) is not None:
                values = {"what": label(constraint), "name": name, "value": constraint.get(name)}
                yield Hit(at=mark(cib, constraint, name), subject=owner(constraint), values=values)
                break


def tag_references(cluster: Cluster) -> Iterator[Hit]:
    """Tags of what there is not; those that constraints use are told with the constraint."""
    cib = cluster.needed_cib()
    used = {reference.target for reference in cib.references}
    tags = [e for e in section(cib, "tags") if e.tag == "tag" and e.get("id") and e.get("id") not in used]
    ids = {e.get(key) for e in within(cib, "*") if e.tag != "obj_ref" for key in ("id", "uname")} if tags else set()
    for tag in tags:
        for reference in tag.iterchildren("obj_ref"):
            name = reference.get("id")
            if not name or (name in ids and name != tag.get("id")):
                continue
            case = "self" if name == tag.get("id") else ""
            near = did_you_mean(name, cib.by_id)
            values = {"tag": tag.get("id"), "name": name, "near": near}
            yield Hit(at=mark(cib, reference, "id"), subject=owner(tag), case=case, values=values)


def node_ids(cluster: Cluster) -> Iterator[Hit]:
    """Node entries with the id of an earlier one."""
    cib = cluster.needed_cib()
    seen: dict[str, _Element] = {}
    for node in section(cib, "nodes"):
        name = node.get("id")
        if node.tag != "node" or not name:
            continue
        first = seen.setdefault(name, node)
        if first is not node:
            values = {"id": name, "node": node.get("uname") or "", "first": first.get("uname") or ""}
            related = ((mark(cib, first), "the first of them"),)
            yield Hit(at=mark(cib, node, "id"), subject=node.get("uname") or name, values=values, related=related)


def repeated_names(cluster: Cluster) -> Iterator[Hit]:
    """Names that stand in one block a second time with another value; the first counts."""
    cib = cluster.needed_cib()
    for block in within(cib, *_BLOCKS):
        seen: dict[str, _Element] = {}
        for pair in block.iterchildren("nvpair"):
            name, value = pair.get("name"), pair.get("value")
            if name is None or value is None:
                continue
            first = seen.setdefault(name, pair)
            if first.get("value") != value:
                values = {"name": name, "value": value, "first": first.get("value"), "block": label(block)}
                related = ((mark(cib, first), "this one counts"),)
                yield Hit(at=mark(cib, pair), subject=owner(block), values=values, related=related)


def values_missing(cluster: Cluster) -> Iterator[Hit]:
    """Names without a value, which count as not written."""
    cib = cluster.needed_cib()
    for block in within(cib, *_BLOCKS):
        for pair in block.iterchildren("nvpair"):
            if pair.get("value") is None and pair.get("id-ref") is None and pair.get("name"):
                values = {"name": pair.get("name"), "block": label(block)}
                yield Hit(at=mark(cib, pair), subject=owner(block), values=values)


def foreign_conditions(cluster: Cluster) -> Iterator[Hit]:
    """Conditions on resources and operations in the rules of location constraints, which never hold there."""
    cib = cluster.needed_cib()
    kinds = {"rsc_expression": "resource", "op_expression": "operation"}
    for constraint in section(cib, "constraints"):
        for condition in constraint.iter(*kinds) if constraint.tag == "rsc_location" else ():
            values = {"constraint": owner(constraint), "condition": owner(condition), "kind": kinds[str(condition.tag)]}
            yield Hit(at=mark(cib, condition), subject=owner(constraint), values=values)


def dates_never(cluster: Cluster) -> Iterator[Hit]:
    """Fields of a date_spec that no date has: out of range, or the greater number first."""
    cib = cluster.needed_cib()
    for spec in within(cib, "date_spec"):
        for name, text in spec.attrib.items():
            low, dash, high = str(text).partition("-")
            if not all(_NUMBER.fullmatch(part) for part in (low, high) if part) or not (low or high):
                continue
            least, most = _FIELDS.get(str(name), (0, 10**9))
            start = int(low) if low else least
            end = int(high) if high else most if dash else start
            case = "reversed" if start > end and low and high else "" if start > most or end < least else None
            if case is not None:
                values = {"spec": owner(spec), "name": name, "value": text, "least": least, "most": most}
                yield Hit(at=mark(cib, spec, str(name)), subject=owner(spec), case=case, values=values)


def duration_fields(cluster: Cluster) -> Iterator[Hit]:
    """Attributes of a duration that the schema allows and nothing reads."""
    cib = cluster.needed_cib()
    for duration in within(cib, "duration"):
        names = [name for name in _NO_LENGTHS if duration.get(name) is not None]
        if names:
            values = {"duration": owner(duration), "names": ", ".join(names)}
            yield Hit(at=mark(cib, duration, names[0]), subject=owner(duration), values=values)


def ports(cluster: Cluster) -> Iterator[Hit]:
    """Ports of remote nodes, guest nodes and remote access to the CIB that are no port numbers."""
    cib = cluster.needed_cib()
    for resource in cib.primitives():
        remote = str(resource.agent) == "ocf:pacemaker:remote"
        places = [resource.parameters.get("port") if remote else None, resource.meta.get("remote-port")]
        for setting in places:
            if setting is not None and setting.certain and not _is_port(setting.value):
                values = {"id": resource.id, "name": setting.name, "value": setting.value or "empty"}
                yield Hit(at=setting.at, subject=resource.id, values=values)
    root = cib.at.element
    for name in ("remote-tls-port", "remote-clear-port"):
        value = root.get(name) if root is not None else None
        if value is not None and not _is_port(value):
            values = {"id": "cib", "name": name, "value": value or "empty"}
            yield Hit(at=cib.at.on(name), subject="cib", case="cib", values=values)


def _is_port(text: str | None) -> bool:
    return text is not None and _NUMBER.fullmatch(text) is not None and int(text) <= _PORTS


def bundle_addresses(cluster: Cluster) -> Iterator[Hit]:
    """Bundles whose replicas do not all get an address of their network."""
    for bundle in cluster.needed_cib().resources:
        container = bundle.container
        if container is None or not container.ip_range_start or container.ip_range_start_at is None:
            continue
        count, start = container.replicas or container.promoted_max or 1, container.ip_range_start
        values = {"id": bundle.id, "start": start, "count": count, "mask": container.host_netmask}
        case = _address_case(start, container.host_netmask, count)
        if case:
            yield Hit(at=container.ip_range_start_at, subject=bundle.id, case=case, values=values)


def _address_case(start: str, mask: str, count: int) -> str:
    """`family`, `last` or "" where all is well; what is no address at all the schema leaves to others."""
    try:
        first = IPv4Address(start)
    except ValueError:
        return "family" if ":" in start and count > 1 else ""
    if not _PREFIX.fullmatch(mask):
        return ""
    network = IPv4Network((int(first), int(mask)), strict=False)
    last = int(first)
    for _ in range(min(count, 10_000) - 1):
        last += 1 if last % 256 < _LAST_IN_BYTE else 3
    # beyond 255.255.255.255 there are no addresses
    return "" if last < int(network.broadcast_address) else "last"


def promoted_per_node(cluster: Cluster) -> Iterator[Hit]:
    """Clones that may have more promoted instances on one node than in all."""
    for clone in (inner for outer in cluster.needed_cib().resources for inner in outer.walk()):
        if clone.kind != "clone" or clone.promotable is not True:
            continue
        node, most = (
            _setting(clone, "promoted-node-max", "master-node-max"),
            _setting(clone, "promoted-max", "master-max"),
        )
        per_node = parse_score(node.value) if node is not None else 1
        in_all = parse_score(most.value) if most is not None else 1
        if node is not None and per_node is not None and in_all is not None and per_node > in_all > 0:
            values = {"id": clone.id, "name": node.name, "value": per_node, "most": in_all}
            yield Hit(at=node.at, subject=clone.id, values=values)


def _setting(clone: Resource, *names: str) -> Setting | None:
    found = (clone.meta.get(name) for name in names)
    return next((s for s in found if s is not None and s.certain), None)
