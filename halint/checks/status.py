"""What the status section says of nodes, tickets and promotion scores."""

from __future__ import annotations

from typing import TYPE_CHECKING

from halint.checks.cib_elements import mark
from halint.engine.hit import Hit
from halint.model.fencing import devices, has_watchdog
from halint.model.properties import fencing_enabled, property_bool, property_value, watchdog_timeout_ms
from halint.model.status import node_states, node_status, standing, transient_pairs
from halint.model.values import parse_bool, parse_score

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

    from halint.model.cib import Cib
    from halint.model.cluster import Cluster
    from halint.source import Mark

_PROMOTION = ("master-", "promotion-")


def without_id(cluster: Cluster) -> Iterator[Hit]:
    """States of nodes and resources without an id. Cases: node, resource."""
    cib = cluster.needed_cib()
    for name, state in _states(cib):
        if not state.get("id"):
            node = name or "without a name"
            yield Hit(at=mark(cib, state), subject=node, case="node", values={"node": node})
        for resource in state.iterfind("lrm/lrm_resources/lrm_resource"):
            if not resource.get("id"):
                values = {"node": name, "agent": _agent(resource)}
                yield Hit(at=mark(cib, resource), subject=name, case="resource", values=values)


def _agent(resource: _Element) -> str:
    parts = (resource.get(part) for part in ("class", "provider", "type"))
    return ":".join(part for part in parts if part) or "no agent"


def unclean(cluster: Cluster) -> Iterator[Hit]:
    """Members that are gone and that nothing makes sure of. Cases: off, devices, quorum.

    Where fencing is on a node can be fenced with a device, and in a partition with quorum or within the own membership
    (crm_verify 2.1.5 with each combination of `in_ccm`, `crmd`, `join` and `expected`).
    """
    cib = cluster.needed_cib()
    fencing = fencing_enabled(cib)
    if fencing is None:
        return
    why = "off" if not fencing else "devices" if not _has_device(cib) else "" if _may_fence(cib) else "quorum"
    if not why:
        return
    for name, at, online, reason in _unclean(cib, fencing=fencing):
        if why != "quorum" or not online:
            yield Hit(at=at, subject=name, case=why, values={"node": name, "reason": reason})


def _has_device(cib: Cib) -> bool:
    return any(True for _ in devices(cib)) or (watchdog_timeout_ms(cib) != 0 and has_watchdog(cib) is not False)


def _may_fence(cib: Cib) -> bool:
    root = cib.at.element
    quorate = root is not None and parse_bool(root.get("have-quorum")) is True
    policy = property_value(cib, "no-quorum-policy")
    return quorate or policy is None or policy.lower() == "ignore"


def _unclean(cib: Cib, *, fencing: bool) -> Iterator[tuple[str, Mark, bool, str]]:
    """Name, place, whether it is in the membership, and why, of each unclean member."""
    states = dict(reversed(list(_states(cib))))
    for node in cib.nodes:
        state = states.get(node.uname)
        if node.kind != "member" or not node.uname:
            continue
        if state is None:
            if fencing and property_bool(cib, "startup-fencing") is True:
                yield node.uname, node.at, False, "the cluster has not seen it yet"
            continue
        status = node_status(state, node.uname)
        own = {name: setting.value for name, setting in node.attributes.items() if setting.value is not None}
        found = standing(status, {**own, **status.attributes}, fencing=fencing)
        if found.unclean:
            yield node.uname, mark(cib, state), found.online, found.reason


def tickets(cluster: Cluster) -> Iterator[Hit]:
    """Tickets whose time of granting is none."""
    cib = cluster.needed_cib()
    root = cib.at.element
    for ticket in () if root is None else root.iterfind("status/tickets/ticket_state"):
        granted = ticket.get("last-granted")
        if granted is not None and parse_score(granted) is None:
            name = ticket.get("id") or "without an id"
            values = {"ticket": name, "value": granted}
            yield Hit(at=mark(cib, ticket, "last-granted"), subject=name, values=values)


def promotion_scores(cluster: Cluster) -> Iterator[Hit]:
    """Promotion scores of known resources that are none."""
    cib = cluster.needed_cib()
    for node, state in _states(cib):
        for pair in transient_pairs(state):
            name, value = pair.get("name") or "", pair.get("value")
            resource = next((name.removeprefix(p) for p in _PROMOTION if name.startswith(p)), "").partition(":")[0]
            if resource in cib.by_id and parse_score(value) is None:
                values = {"node": node, "name": name, "value": value or "", "resource": resource}
                yield Hit(at=mark(cib, pair, "value"), subject=resource, values=values)


def _states(cib: Cib) -> Iterator[tuple[str, _Element]]:
    return iter(()) if cib.at.element is None else node_states(cib.at.element)
