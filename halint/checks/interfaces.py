"""Checks of the addresses that a node's interfaces have against those of its links."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address, ip_address

from halint.checks.corosync_profiles import cloud
from halint.engine.hit import Hit
from halint.listing import listed
from halint.model.cluster import Cluster
from halint.model.corosync import RingAddress
from halint.model.host import Addresses, InterfaceAddress
from halint.model.resolve_nodes import same_host


def not_on_node(cluster: Cluster) -> Iterator[Hit]:
    """Link addresses of a node that none of its interfaces has; a family of which nothing was listed says nothing."""
    for addresses, ring, wanted in _links(cluster):
        same = [e.address for e in addresses.entries if _is_seen(e, wanted)]
        if same and str(wanted) not in {e.address for e in addresses.entries}:
            values = {"node": addresses.node, "address": ring.address, "link": ring.link, "has": listed(same)}
            related = ((_first(addresses, same[0]).at, f"{addresses.node} has {listed(same)}"),)
            yield Hit(at=ring.at, subject=addresses.node or "", values=values, related=related)


def from_dhcp(cluster: Cluster) -> Iterator[Hit]:
    """Link addresses, IPv4, with a limited lifetime, which DHCP gives; clouds reserve theirs."""
    if cluster.cib is None or cloud(cluster.cib):
        return
    for addresses, ring, wanted in _links(cluster):
        own = next((e for e in addresses.entries if e.address == str(wanted)), None)
        if own is not None and own.dynamic and wanted.version == 4:
            values = {"node": addresses.node, "address": ring.address, "link": ring.link, "interface": own.interface}
            yield Hit(at=own.at, subject=addresses.node or "", values=values, related=((ring.at, "the link"),))


def _links(cluster: Cluster) -> Iterator[tuple[Addresses, RingAddress, IPv4Address | IPv6Address]]:
    """The links of each node whose interfaces are known; addresses only, as names may mean anything."""
    for addresses in cluster.addresses:
        for node in cluster.corosync.nodes if cluster.corosync is not None else ():
            if addresses.node is None or node.name is None or not same_host(node.name, addresses.node):
                continue
            for ring in node.addresses:
                try:
                    yield addresses, ring, ip_address(ring.address)
                except ValueError:
                    continue


def _is_seen(entry: InterfaceAddress, wanted: IPv4Address | IPv6Address) -> bool:
    """Whether an address is one of the family that another node could reach."""
    address = ip_address(entry.address)
    return address.version == wanted.version and not (address.is_loopback or address.is_link_local)


def _first(addresses: Addresses, address: str) -> InterfaceAddress:
    return next(e for e in addresses.entries if e.address == address)
