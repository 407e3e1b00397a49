"""Orders between a resource on a guest node and the resource that hosts that guest node."""

from __future__ import annotations

from typing import TYPE_CHECKING

from halint.engine.hit import Hit
from halint.model.cib import INFINITY
from halint.model.histories import plainly_found
from halint.model.status import node_states, read_histories

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from halint.model.cib import Cib, Resource
    from halint.model.cluster import Cluster


def ordered_with_host(cluster: Cluster) -> Iterator[Hit]:
    """Orders that Pacemaker drops: their resource runs on the guest node, or may run there alone, whose host is the
    other one (2.1.5, in each direction, kind and action). Cases: before, after.
    """
    cib = cluster.needed_cib()
    hosts = {resource.id: guest for resource in cib.primitives() if (guest := resource.own_meta.get("remote-node"))}
    if not hosts or not cib.orders:
        return
    running = _running(cib, {str(guest.value) for guest in hosts.values()})
    for order in cib.orders:
        for host, other, case in ((order.then, order.first, "before"), (order.first, order.then, "after")):
            guest, resource = hosts.get(host), cib.by_id.get(other)
            if guest is None or not guest.certain or not guest.value or resource is None:
                continue
            how = _tied_to(cib, resource, guest.value, running)
            if how:
                values = {"order": order.id, "host": host, "resource": other, "guest": guest.value, "how": how}
                yield Hit(at=order.at, subject=order.id, case=case, values=values)


def _tied_to(cib: Cib, resource: Resource, guest: str, running: Mapping[str, set[str]]) -> str:
    """How a resource is tied to a guest node, "" where nothing says that it is."""
    if any(inner.id in running.get(guest, ()) for inner in resource.walk()):
        return "runs on"
    names = {resource.id, cib.outermost(resource).id}
    pinned = (
        location
        for location in cib.locations
        if location.node == guest and (location.score or 0) >= INFINITY and not location.conditional
    )
    return "is to run on" if any(names.intersection(location.resources) for location in pinned) else ""


def _running(cib: Cib, guests: set[str]) -> dict[str, set[str]]:
    """What the status records as running on each guest node."""
    found: dict[str, set[str]] = {}
    for node, state in () if cib.at.element is None else node_states(cib.at.element):
        if node in guests:
            active = (h for h in read_histories(state) if plainly_found(h.operations).role != "Stopped")
            found[node] = {history.name.partition(":")[0] for history in active}
    return found
