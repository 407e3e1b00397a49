"""Settings of the CIB that vendors' guides ask for and Pacemaker itself does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from halint.engine.hit import Hit
from halint.listing import listed
from halint.model.fencing import delays, devices
from halint.model.properties import fencing_enabled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from halint.model.cib import Cib, Resource
    from halint.model.cluster import Cluster

_PRIORITY_DELAY_SINCE = (2, 0, 4)  # Pacemaker's ChangeLog


def priority_delay_missing(cluster: Cluster) -> Iterator[Hit]:
    """Two nodes with a promotable clone and delays of the devices alone: the node that loses may be the promoted one.

    Where no device waits either, that is stonith-two-node-no-delay's.
    """
    cib, corosync = cluster.needed_cib(), cluster.corosync
    if corosync is None or len(corosync.nodes) != 2 or corosync.quorum.device or fencing_enabled(cib) is not True:
        return
    if "priority-fencing-delay" in cib.properties or (cib.version and cib.version < _PRIORITY_DELAY_SINCE):
        return
    promotable = next((r for top in cib.resources for r in top.walk() if r.promotable is True), None)
    waiting = [d for d in devices(cib) if d.isolates and not d.disabled and delays(d)]
    if promotable is None or not waiting:
        return
    related = ((waiting[0].resource.at, "the delay here does not ask where resources run"),)
    yield Hit(at=promotable.at, subject=promotable.id, values={"resource": promotable.id}, related=related)


def migration_threshold_missing(cluster: Cluster, wanted: int) -> Iterator[Hit]:
    """Resources that restart in place for ever: neither they nor rsc_defaults set migration-threshold.

    Left out are fence devices and clones of which every node runs a copy: they have nowhere to go.
    """
    cib = cluster.needed_cib()
    found = [r for r in cib.primitives() if "migration-threshold" not in r.meta and _can_move(cib, r)]
    if found:
        ids = listed([resource.id for resource in found])
        yield Hit(at=found[0].at, subject=found[0].id, values={"resources": ids, "wanted": wanted})


def _can_move(cib: Cib, resource: Resource) -> bool:
    if resource.agent is None or resource.agent.standard == "stonith" or resource.meta_value("is-managed") == "false":
        return False
    return all(outer.kind != "clone" or outer.promotable is True for outer in cib.ancestors(resource))
