"""Checks of hosts files against the names the cluster uses: forms, case, remote nodes, SAP, quorum device, booth."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from halint.checks.names import is_boilerplate, is_host_name, is_loopback, is_numeric, known_nodes
from halint.checks.sbd_settings import is_no_member
from halint.engine.hit import Hit
from halint.listing import listed
from halint.model.resolve_nodes import same_host
from halint.source import Mark, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from halint.model.cluster import Cluster
    from halint.model.host import Hosts

# SAPInstance: SID_INSTANCE_HOST, and a start profile that ends in the same three parts
_INSTANCE = re.compile(r"[A-Z][A-Z0-9]{2}_[A-Z]+\d{2}_(?P<host>[A-Za-z0-9.-]+)")


def _files(cluster: Cluster) -> list[Hosts]:
    """The files of members that name a member at all; others leave all names to DNS, which another rule tells."""
    members = [n.name for n in known_nodes(cluster) if n.kind == "member"]
    owners = [h for h in cluster.hosts if h.node is None or not is_no_member(cluster, h.node)]
    return [h for h in owners if any(h.lookup(m) or any(same_host(e.name, m) for e in h.entries) for m in members)]


def _where(hosts: Hosts) -> str:
    return f"the hosts file of {hosts.node}" if hosts.node else "the hosts file"


def address_twice(cluster: Cluster) -> Iterator[Hit]:
    """One address on several lines under different first names."""
    for hosts in cluster.hosts:
        firsts = [e for e in hosts.entries if e.canonical and not is_loopback(e.address)]
        by_address: dict[str, list[int]] = {}
        for index, entry in enumerate(firsts):
            by_address.setdefault(entry.address, []).append(index)
        for address, places in by_address.items():
            entries = [firsts[i] for i in places]
            names = list(dict.fromkeys(e.name.lower() for e in entries))
            if len(names) < 2 or all(same_host(names[0], name) for name in names[1:]):
                continue
            values = {
                "address": address,
                "names": listed(dict.fromkeys(e.name for e in entries)),
                "where": _where(hosts),
            }
            related = tuple((e.line_at, f"{e.name} is {e.address}") for e in (entries[0], *entries[2:]))
            yield Hit(at=entries[1].line_at, subject=address, values=values, related=related)


def other_form(cluster: Cluster) -> Iterator[Hit]:
    """Members that a hosts file has only by their long name, or only by their short one. Cases: long, short."""
    for hosts in cluster.hosts:
        for node in known_nodes(cluster):
            if node.kind != "member" or not is_host_name(node.name) or hosts.lookup(node.name):
                continue
            entry = next(
                (e for e in hosts.entries if same_host(e.name, node.name) and not is_loopback(e.address)), None
            )
            if entry is None:
                continue
            case = "long" if len(entry.name) > len(node.name) else "short"
            values = {"node": node.name, "name": entry.name, "where": _where(hosts), "address": entry.address}
            related = ((node.at, f"the node {node.name}"),)
            yield Hit(at=entry.at, subject=node.name, case=case, values=values, related=related)


def letter_case(cluster: Cluster) -> Iterator[Hit]:
    """Names that differ from the node's only by case."""
    for hosts in cluster.hosts:
        for node in known_nodes(cluster):
            entries = hosts.lookup(node.name)
            if not entries or any(e.name == node.name for e in entries):
                continue
            values = {"node": node.name, "name": entries[0].name, "where": _where(hosts)}
            related = ((node.at, f"the node {node.name}"),)
            yield Hit(at=entries[0].at, subject=node.name, values=values, related=related)


def remote_missing(cluster: Cluster) -> Iterator[Hit]:
    """Remote and guest nodes that the cluster connects to by a name which no hosts file has."""
    for resource in cluster.cib.primitives() if cluster.cib else ():
        guest = resource.own_meta.get("remote-node")
        if str(resource.agent) == "ocf:pacemaker:remote":
            kind, node = "remote", resource.id
            given = resource.parameters.get("server") or resource.parameters.get("addr")
        elif guest is not None and guest.value:
            kind, node, given = "guest", guest.value, resource.meta.get("remote-addr")
        else:
            continue
        if given is not None and (given.value is None or not given.certain):
            continue
        name = given.value if given is not None and given.value else node
        without = [h for h in _files(cluster) if not h.lookup(name)]
        if is_numeric(name) or not without:
            continue
        where = listed(_where(h) for h in without)
        values = {"kind": kind, "node": node, "name": name, "where": where}
        at = given.at if given is not None else guest.at if guest is not None else resource.at
        yield Hit(at=at, subject=node, values=values, related=tuple((_first(h), _where(h)) for h in without))


def _first(hosts: Hosts) -> Mark:
    return Mark(hosts.source, Span(1, 1, 1, len(hosts.source.lines[0]) + 1))


def virtual_host(cluster: Cluster) -> Iterator[Hit]:
    """Virtual hosts of SAP instances that a hosts file does not have, or has otherwise. Cases: missing, differs."""
    for resource in cluster.cib.primitives() if cluster.cib else ():
        if resource.agent is None or resource.agent.type != "SAPInstance":
            continue
        setting = resource.parameters.get("InstanceName")
        match = _INSTANCE.fullmatch(setting.value or "") if setting is not None and setting.certain else None
        if setting is None or match is None:
            continue
        host = match["host"]
        without = [h for h in _files(cluster) if not h.lookup(host)]
        related = tuple((_first(h), _where(h)) for h in without)
        values = {"resource": resource.id, "host": host, "where": listed(_where(h) for h in without) if without else ""}
        if without:
            yield Hit(at=setting.at, subject=resource.id, case="missing", values=values, related=related)


def arbiter_missing(cluster: Cluster) -> Iterator[Hit]:
    """The host of the quorum device or a peer of booth, by a name that a hosts file does not have."""
    files = _files(cluster) if cluster.nodes else list(cluster.hosts)
    for told, name, at in _arbiters(cluster):
        without = [h for h in files if not h.lookup(name) and not any(same_host(e.name, name) for e in h.entries)]
        if without and not is_boilerplate(name):
            values = {"what": told, "name": name, "where": listed(_where(h) for h in without)}
            yield Hit(at=at, subject=name, values=values, related=tuple((_first(h), _where(h)) for h in without))


def _arbiters(cluster: Cluster) -> Iterator[tuple[str, str, Mark]]:
    key = cluster.corosync.keys.get("quorum.device.net.host") if cluster.corosync else None
    if key is not None and is_host_name(key.value):
        yield "the quorum device", key.value, key.at
    told: set[str] = set()
    for booth in cluster.booth:
        for peer in booth.peers:
            if not peer.canonical and is_host_name(peer.address) and peer.address not in told:
                told.add(peer.address)
                yield f"the booth {peer.kind}", peer.address, peer.at
