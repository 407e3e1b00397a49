"""Checks of the nodes one by one: their entries and attributes, and remote and guest nodes against the members."""

from __future__ import annotations

from typing import TYPE_CHECKING

from halint.checks.names import known_address
from halint.engine.hit import Hit
from halint.listing import listed
from halint.model.resolve_nodes import is_address
from halint.model.values import parse_bool

if TYPE_CHECKING:
    from collections.abc import Iterator

    from halint.model.cib import CibNode, Resource, Setting
    from halint.model.cluster import Cluster, Node, NodeCorosync
    from halint.model.corosync import NodelistNode
    from halint.source import Mark

# Agents that start something a Pacemaker Remote can run in
_HOSTS_OF_GUESTS = frozenset(
    ("VirtualDomain", "Xen", "lxc", "lxd-info", "ManageVE", "docker", "podman", "rkt", "vmware", "anything")
)


def standby(cluster: Cluster) -> Iterator[Hit]:
    """Nodes in standby for good."""
    return _attribute(cluster, "standby")


def maintenance(cluster: Cluster) -> Iterator[Hit]:
    """Nodes in maintenance."""
    return _attribute(cluster, "maintenance")


def _attribute(cluster: Cluster, name: str) -> Iterator[Hit]:
    for node in cluster.cib.nodes if cluster.cib else ():
        setting = node.attributes.get(name)
        if setting is not None and setting.certain and parse_bool(setting.value) is True:
            yield Hit(at=setting.at, subject=node.uname, values={"node": node.uname, "value": setting.value})


def duplicate_names(cluster: Cluster) -> Iterator[Hit]:
    """Node entries whose names are the same without case. Cases: same, case."""
    seen: dict[str, CibNode] = {}
    for node in cluster.cib.nodes if cluster.cib else ():
        first = seen.setdefault(node.uname.lower(), node)
        if first is not node and node.uname and {first.kind, node.kind} != {"member", "remote"}:
            case = "same" if first.uname == node.uname else "case"
            values = {"node": node.uname, "other": first.uname, "id": node.id, "first": first.id}
            related = ((first.at, f"node {first.uname}, id {first.id}"),)
            yield Hit(at=node.at, subject=node.uname, case=case, values=values, related=related)


def count(cluster: Cluster, maximum: int) -> Iterator[Hit]:
    """More members than vendors support."""
    nodes = cluster.corosync.nodes if cluster.corosync else ()
    if len(nodes) > maximum and cluster.corosync is not None:
        at = cluster.corosync.nodelist_at or cluster.corosync.at
        related = ((nodes[maximum].at, f"node {maximum + 1}"),)
        yield Hit(at=at, subject="nodelist", values={"nodes": len(nodes), "maximum": maximum}, related=related)


def _others(cluster: Cluster) -> list[Node]:
    return [n for n in cluster.nodes if n.kind != "member"]


def name_conflicts(cluster: Cluster) -> Iterator[Hit]:
    """Names of remote and guest nodes that something else has. Cases: member, remote, resource."""
    cib = cluster.cib
    members = {} if cib is None else {n.uname.lower(): n for n in cib.nodes if n.kind == "member"}
    listed_names = {n.name.lower(): n for n in (cluster.corosync.nodes if cluster.corosync else ()) if n.name}
    seen: dict[str, Node] = {}
    for node in _others(cluster):
        first = seen.setdefault(node.name.lower(), node)
        if first is not node:
            yield _conflict(node, "remote", first.at, f"the {first.kind} node {first.name}")
            continue
        resource = cib.by_id.get(node.name) if cib is not None else None
        if node.kind == "guest" and resource is not None:
            yield _conflict(node, "resource", resource.at, f"the resource {resource.id}")
        entry = listed_names.get(node.name.lower())
        known = members.get(node.name.lower())
        if entry is None and known is not None and known.id.isdigit():
            yield _conflict(node, "member", known.at, f"the node {known.uname}")


def _conflict(node: Node, case: str, at: Mark, told: str) -> Hit:
    values = {"node": node.name, "kind": node.kind}
    return Hit(at=node.at, subject=node.name, case=case, values=values, related=((at, told),))


def in_corosync(cluster: Cluster) -> Iterator[Hit]:
    """Remote and guest nodes that the nodelist has as well, by name."""
    for entry in cluster.corosync.nodes if cluster.corosync else ():
        names = {name.lower() for name in (entry.name, *(a.address for a in entry.addresses)) if name}
        for node in _others(cluster):
            if node.name.lower() in names:
                values = {"node": node.name, "kind": node.kind, "entry": entry.label}
                related = ((entry.at, f"{entry.label} in the nodelist"),)
                yield Hit(at=node.at, subject=node.name, values=values, related=related)
                break


def address_conflicts(cluster: Cluster) -> Iterator[Hit]:
    """Addresses of remote and guest nodes that another node has; other ports are other nodes on one host."""
    owners: dict[str, tuple[str, Mark]] = {}
    members = {n.name for n in cluster.members()}
    for entry in cluster.corosync.nodes if cluster.corosync else ():
        for address in entry.addresses:
            owners.setdefault(known_address(cluster, address.address).lower(), (f"the node {entry.label}", address.at))
    seen: dict[tuple[str, str], tuple[str, Mark]] = {}
    for resource, name, setting, port in _connections(cluster):
        if name in members:
            continue
        target = known_address(cluster, setting.value or "").lower()
        owner = owners.get(target) or seen.get((target, port))
        if owner is not None and is_address(target):
            values = {
                "node": name,
                "parameter": setting.name,
                "address": setting.value,
                "owner": owner[0],
                "resource": resource.id,
            }
            yield Hit(at=setting.at, subject=name, values=values, related=((owner[1], owner[0]),))
        seen.setdefault((target, port), (f"the node {name}", setting.at))


def _connections(cluster: Cluster) -> Iterator[tuple[Resource, str, Setting, str]]:
    """The remote and guest nodes that have an address of their own: resource, node, address, port."""
    for resource in cluster.cib.primitives() if cluster.cib else ():
        if str(resource.agent) == "ocf:pacemaker:remote":
            setting = next((resource.parameters[n] for n in ("server", "addr") if n in resource.parameters), None)
            name, port = resource.id, resource.parameter("port") or "3121"
        else:
            guest = resource.own_meta.get("remote-node")
            setting = resource.meta.get("remote-addr")
            name, port = (guest.value or "") if guest else "", resource.meta_value("remote-port") or "3121"
        if setting is not None and setting.certain and setting.value and name:
            yield resource, name, setting, port


def no_reconnect(cluster: Cluster) -> Iterator[Hit]:
    """Remote connections that are given up for good once they fail."""
    for resource in cluster.cib.primitives() if cluster.cib else ():
        if str(resource.agent) == "ocf:pacemaker:remote" and "reconnect_interval" not in resource.parameters:
            yield Hit(at=resource.at, subject=resource.id, values={"node": resource.id})


def odd_guests(cluster: Cluster) -> Iterator[Hit]:
    """Guest nodes on resources that are no machine."""
    for resource in cluster.cib.primitives() if cluster.cib else ():
        guest = resource.own_meta.get("remote-node")
        agent = resource.agent
        if (
            guest is None
            or not guest.value
            or agent is None
            or agent.type in _HOSTS_OF_GUESTS
            or agent.provider
            not in (
                "heartbeat",
                "pacemaker",
                "",
            )
        ):
            continue
        values = {"node": guest.value, "resource": resource.id, "agent": str(agent)}
        yield Hit(at=guest.at, subject=resource.id, values=values)


def data_missing(cluster: Cluster) -> Iterator[Hit]:
    """Members of which no file of their own was given, where other members gave one."""
    owners = {s.node for s in cluster.sources if s.node is not None}
    members = [n for n in cluster.members() if n.in_corosync or cluster.corosync is None]
    given = [n for n in members if any(n.is_called(owner) for owner in owners)]
    missing = [n for n in members if n not in given]
    if given and missing and len(members) > 1:
        values = {"nodes": listed(n.name for n in missing), "given": listed(n.name for n in given)}
        yield Hit(at=missing[0].at, subject=missing[0].name, values=values)


def different_clusters(cluster: Cluster) -> Iterator[Hit]:
    """corosync.conf files of nodes that name different clusters, or have no node in common. Cases: name, nodes."""
    files = [c for c in cluster.corosyncs if c.node]
    names: dict[str, NodeCorosync] = {}
    for file in files:
        if file.corosync.totem.cluster_name:
            names.setdefault(file.corosync.totem.cluster_name, file)
    if len(names) > 1:
        (name, first), (other, second), *_ = names.items()
        at = second.corosync.totem.cluster_name_at or second.corosync.at
        first_at = first.corosync.totem.cluster_name_at or first.corosync.at
        values = {"node": second.node, "name": other, "first": first.node, "other": name}
        yield Hit(
            at=at,
            subject=second.node or "",
            case="name",
            values=values,
            related=((first_at, f"{name} on {first.node}"),),
        )
        return
    for file in files[1:]:
        if not _labels(file.corosync.nodes) or not _labels(files[0].corosync.nodes):
            continue
        if not _labels(file.corosync.nodes) & _labels(files[0].corosync.nodes):
            values = {"node": file.node, "first": files[0].node}
            at = file.corosync.nodelist_at or file.corosync.at
            related = ((files[0].corosync.nodelist_at or files[0].corosync.at, f"the nodelist on {files[0].node}"),)
            yield Hit(at=at, subject=file.node or "", case="nodes", values=values, related=related)


def _labels(nodes: tuple[NodelistNode, ...]) -> set[str]:
    """What the nodes of a nodelist go by."""
    found: set[str] = set()
    for node in nodes:
        found.update(a.address.lower() for a in node.addresses)
        found.add(node.label.lower())
    return found
