"""Checks of firewalld: whether the zones that were changed let the cluster through."""

from __future__ import annotations

from typing import TYPE_CHECKING

from halint.checks.sbd_settings import is_no_member, same_node
from halint.checks.services import unit_lists, where
from halint.engine.hit import Hit
from halint.listing import listed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from halint.model.cluster import Cluster
    from halint.model.host import Zone

_STARTS = ("enabled", "enabled-runtime")
# the service of firewalld opens 2224, 3121, 5403, 9929 and 21064 for tcp, 5404 to 5412 and 9929 for udp
_SERVICE = "high-availability"
_COROSYNC = range(5404, 5413)


def blocked(cluster: Cluster) -> Iterator[Hit]:
    """Members with firewalld whose changed zones let corosync in nowhere. A node without changed zones says nothing:
    its zones are the distribution's, and files outside /etc are not read."""
    for units in unit_lists(cluster):
        unit = units.get("firewalld")
        if unit is None or unit.state not in _STARTS or (units.node is not None and is_no_member(cluster, units.node)):
            continue
        zones = [z for z in cluster.zones if z.node is None or same_node(cluster, z.node, units.node)]
        if not zones or any(_lets_in(zone) for zone in zones):
            continue
        values = {"where": where(units), "zones": listed(zone.name for zone in zones)}
        related = ((unit.at, f"firewalld is {unit.state}"),)
        yield Hit(at=zones[0].at, subject=units.node or "firewalld", values=values, related=related)


def _lets_in(zone: Zone) -> bool:
    """Whether the zone lets corosync in, or may do so by rules of its own."""
    return zone.target == "ACCEPT" or zone.rich or _SERVICE in zone.services or any(map(_is_corosync, zone.ports))


def _is_corosync(port: str) -> bool:
    numbers, _, protocol = port.partition("/")
    first, _, last = numbers.partition("-")
    if protocol != "udp" or not first.isdigit() or not (last or first).isdigit():
        return False
    return any(int(first) <= number <= int(last or first) for number in _COROSYNC)
