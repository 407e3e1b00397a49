"""What the status section says of nodes, tickets and promotion scores."""

from __future__ import annotations

from typing import TYPE_CHECKING

from halint.checks.cib_elements import mark
from halint.engine.hit import Hit
from halint.model.fencing import devices, has_watchdog
from halint.model.properties import fencing_enabled, property_bool, property_value, watchdog_timeout_ms
from halint.model.status import node_states, transient_pairs
from halint.model.unclean import is_managed, unclean_nodes
from halint.model.values import parse_bool, parse_score

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

    from halint.model.cib import Cib
    from halint.model.cluster import Cluster

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
    """Nodes that are lost and that nothing makes sure of. Cases: off, devices, watchdog, unmanaged, quorum.

    Where fencing is on a node can be fenced with a device, in a partition with quorum or within the own membership, and
    as long as the cluster manages anything (crm_verify 2.1.5).
    """
    cib = cluster.needed_cib()
    why = _hindrance(cib)
    if not why:
        return
    places = {node.uname: node.at for node in cib.nodes}
    for node in unclean_nodes(cib):
        if why != "quorum" or not node.online:
            at = places.get(node.node, cib.at) if node.state is None else mark(cib, node.state)
            yield Hit(at=at, subject=node.node, case=why, values={"node": node.node, "reason": node.reason})


def _hindrance(cib: Cib) -> str:
    """Why nodes cannot be fenced, "" where they can or where nobody can tell."""
    fencing = fencing_enabled(cib)
    if fencing is None:
        return ""
    if not fencing:
        return "off"
    if not _has_device(cib):
        return "watchdog" if has_watchdog(cib) else "devices"
    if not any(is_managed(resource) for resource in cib.primitives()) or property_bool(cib, "maintenance-mode") is True:
        return "unmanaged"
    return "" if _may_fence(cib) else "quorum"


def _has_device(cib: Cib) -> bool:
    return any(True for _ in devices(cib)) or (watchdog_timeout_ms(cib) != 0 and has_watchdog(cib) is not False)


def _may_fence(cib: Cib) -> bool:
    root = cib.at.element
    quorate = root is not None and parse_bool(root.get("have-quorum")) is True
    policy = property_value(cib, "no-quorum-policy")
    return quorate or policy is None or policy.lower() == "ignore"


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
