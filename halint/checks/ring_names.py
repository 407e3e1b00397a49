"""Checks of ring addresses that are written as names, against the hosts files."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from halint.checks.names import (
    Answer,
    Disagreement,
    RingName,
    disagreement,
    is_boilerplate,
    is_loopback,
    is_own_file,
    ring_names,
    taken_by_corosync,
)
from halint.engine.hit import Hit
from halint.listing import listed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from halint.model.cluster import Cluster
    from halint.model.host import Hosts, HostsEntry


class LoopbackRing(NamedTuple):
    """A ring name that corosync takes for a loopback address because of this entry."""

    ring: RingName
    hosts: Hosts
    entry: HostsEntry


def loopback_rings(cluster: Cluster) -> Iterator[LoopbackRing]:
    """Every ring name that a hosts file puts on loopback, its own node's or another's."""
    for ring in ring_names(cluster):
        # localhost needs no hosts file to be wrong: nodelist-address-loopback
        for hosts in () if is_boilerplate(ring.name) else cluster.hosts:
            entries = taken_by_corosync(hosts, ring.name, _ip_version(cluster))
            if entries and is_loopback(entries[0].address):
                yield LoopbackRing(ring, hosts, entries[0])


def loopback(cluster: Cluster) -> Iterator[Hit]:
    """Ring names on loopback, at the line of the hosts file."""
    for ring, hosts, entry in loopback_rings(cluster):
        if hosts.node is None:
            where = "the hosts file"
        elif is_own_file(cluster, hosts, ring.node.label):
            where = "its own hosts file"
        else:
            where = f"the hosts file of {hosts.node}"
        yield Hit(
            at=entry.at,
            subject=ring.node.label,
            values={
                **_values(ring),
                "address": entry.address,
                "where": where,
                "on": f" of {hosts.node}" if hosts.node else "",
            },
            related=((ring.ring.at, f"{ring.key} is the name {ring.name}"),),
        )


def unresolvable(cluster: Cluster) -> Iterator[Hit]:
    """Ring names that no hosts file defines."""
    if not cluster.hosts:
        return
    where = "the hosts file" if len(cluster.hosts) == 1 else f"any of the {len(cluster.hosts)} hosts files"
    for ring in ring_names(cluster):
        if not any(hosts.lookup(ring.name) for hosts in cluster.hosts):
            yield Hit(at=ring.ring.at, subject=ring.node.label, values={**_values(ring), "where": where})


def contradictions(cluster: Cluster) -> Iterator[tuple[RingName, Disagreement]]:
    """Ring names that are different addresses on different nodes; loopback addresses have a rule of their own."""
    for ring in ring_names(cluster):
        answers = (Answer(h, taken_by_corosync(h, ring.name, _ip_version(cluster))) for h in cluster.hosts)
        sound = [a for a in answers if a.entries and not is_loopback(a.entries[0].address)]
        found = disagreement(cluster, sound, ring.node.label)
        if found is not None:
            yield ring, found


def resolves_differently(cluster: Cluster) -> Iterator[Hit]:
    """Ring names that are different addresses on different nodes."""
    for ring, found in contradictions(cluster):
        yield Hit(
            at=found.at,
            subject=ring.node.label,
            values={**_values(ring), "told": found.told(), "nodes": listed(_nodes(found))},
            related=(*found.related(), (ring.ring.at, f"{ring.key} is the name {ring.name}")),
        )


def _nodes(found: Disagreement) -> list[str]:
    return [answer.hosts.node or answer.hosts.source.path for answer in found.deviating]


def _values(ring: RingName) -> dict[str, object]:
    return {"key": ring.key, "name": ring.name, "node": ring.node.label}


def _ip_version(cluster: Cluster) -> str:
    return cluster.corosync.totem.ip_version if cluster.corosync else ""
