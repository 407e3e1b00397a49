"""Checks of the quorum device on the nodes: its service, and the host it runs on (corosync-qdevice(8))."""

from __future__ import annotations

from typing import TYPE_CHECKING

from halint.checks.names import is_numeric, known_nodes, node_called
from halint.checks.sbd_settings import is_no_member
from halint.checks.services import unit_lists, where
from halint.engine.hit import Hit
from halint.model.resolve_nodes import same_host

if TYPE_CHECKING:
    from collections.abc import Iterator

    from halint.model.cluster import Cluster, Node
    from halint.model.corosync import Key
    from halint.model.host import Units

_STARTS = ("enabled", "enabled-runtime")
_UNIT = "corosync-qdevice"


def _members(cluster: Cluster) -> Iterator[Units]:
    return (u for u in unit_lists(cluster) if u.node is None or not is_no_member(cluster, u.node))


def service_disabled(cluster: Cluster) -> Iterator[Hit]:
    """A quorum device is configured, and its daemon does not start. Cases: off, missing."""
    corosync = cluster.corosync
    device = corosync.quorum.device_at if corosync and corosync.quorum.device else None
    if device is None:
        return
    for units in _members(cluster):
        unit = units.get(_UNIT)
        if (unit is None and units.selection) or (unit is not None and unit.state in (*_STARTS, "static")):
            continue
        values = {"where": where(units), "state": unit.state if unit else ""}
        case = "off" if unit else "missing" if units.complete else "link"
        related = ((device, "the quorum device"),) if unit else ()
        yield Hit(
            at=unit.at if unit else device, subject=units.node or _UNIT, case=case, values=values, related=related
        )


def service_without_config(cluster: Cluster) -> Iterator[Hit]:
    """The daemon starts, and there is no quorum device."""
    if cluster.corosync is None or cluster.corosync.quorum.device_at is not None or not cluster.corosync.keys:
        return
    for units in _members(cluster):
        unit = units.get(_UNIT)
        if unit is not None and unit.state in _STARTS:
            yield Hit(at=unit.at, subject=units.node or _UNIT, values={"where": where(units), "state": unit.state})


def qnetd_on_node(cluster: Cluster) -> Iterator[Hit]:
    """The arbiter's daemon on a cluster node. Cases: own (this cluster's device), other."""
    host = cluster.corosync.keys.get("quorum.device.net.host") if cluster.corosync else None
    for units in _members(cluster):
        unit = units.get("corosync-qnetd")
        node = cluster.node(units.node) if units.node else None
        if unit is None or unit.state not in _STARTS or node is None:
            continue
        own = host is not None and _node_of(cluster, host) is node
        if not own:
            yield Hit(at=unit.at, subject=node.name, values={"node": node.name, "state": unit.state})


def host_is_node(cluster: Cluster) -> Iterator[Hit]:
    """The quorum device runs on a node of the cluster, by name, ring address or hosts file."""
    host = cluster.corosync.keys.get("quorum.device.net.host") if cluster.corosync else None
    node = _node_of(cluster, host) if host is not None else None
    if host is not None and node is not None:
        told = "" if host.value.lower() == node.name.lower() else f", which is the node {node.name}"
        case = "name" if not told else "address"
        values = {"host": host.value, "node": node.name}
        related = ((node.at, f"the node {node.name}"),)
        yield Hit(at=host.at, subject=node.name, case=case, values=values, related=related)


def _node_of(cluster: Cluster, host: Key) -> Node | None:
    """The node that the device's host is."""
    nodes = known_nodes(cluster)
    found = node_called(nodes, host.value)
    if found is not None or is_numeric(host.value):
        return found or next((n for n in nodes if _has_address(cluster, n, host.value)), None)
    addresses = {e.address for hosts in cluster.hosts for e in hosts.lookup(host.value)}
    return next((n for n in nodes if addresses & set(n.addresses)), None)


def _has_address(cluster: Cluster, node: Node, address: str) -> bool:
    """Whether a hosts file gives the node this address."""
    return any(e.address == address and same_host(e.name, node.name) for hosts in cluster.hosts for e in hosts.entries)
