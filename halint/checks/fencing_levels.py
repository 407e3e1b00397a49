"""Checks of a fencing topology against the nodes and devices that there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from halint.engine.hit import Hit
from halint.errors import did_you_mean
from halint.listing import listed
from halint.model.fencing import devices
from halint.model.node_names import NodeNames

if TYPE_CHECKING:
    from collections.abc import Iterator

    from halint.model.cluster import Cluster


def unknown_node(cluster: Cluster) -> Iterator[Hit]:
    """Levels for a node that the cluster does not have, one hit for each name."""
    names = NodeNames(cluster)
    told: set[str] = set()
    for level in cluster.needed_cib().levels if names.complete else ():
        target = level.target
        if not target or names.known(target) or target in told:
            continue
        told.add(target)
        meant = names.meant(target)
        near = f"; did you mean {meant.name}?" if meant is not None else ""
        values = {"level": level.id, "index": level.index, "node": target, "nodes": names.listed(), "near": near}
        yield Hit(at=level.at.on("target"), subject=level.id, values=values)


def unknown_device(cluster: Cluster) -> Iterator[Hit]:
    """Levels with devices that are no resource."""
    cib = cluster.needed_cib()
    known = [device.resource.id for device in devices(cib)]
    for level in cib.levels:
        missing = [name for name in level.devices if name and name not in cib.by_id]
        if missing:
            near = did_you_mean(missing[0], known) if len(missing) == 1 else ""
            left = [name for name in level.devices if name in known]
            values = {"level": level.id, "index": level.index, "devices": listed(missing), "near": near}
            case = "" if left else "all"
            yield Hit(at=level.at.on("devices"), subject=level.id, case=case, values=values)


def not_stonith(cluster: Cluster) -> Iterator[Hit]:
    """Levels with resources that are no fence devices."""
    cib = cluster.needed_cib()
    fencing = {device.resource.id for device in devices(cib)}
    for level in cib.levels:
        others = [name for name in level.devices if name in cib.by_id and name not in fencing]
        # a primitive whose class cannot be told may be a device
        others = [name for name in others if cib.by_id[name].kind != "primitive" or cib.by_id[name].agent is not None]
        if others:
            values = {"level": level.id, "index": level.index, "devices": listed(others)}
            yield Hit(at=level.at.on("devices"), subject=level.id, values=values)
