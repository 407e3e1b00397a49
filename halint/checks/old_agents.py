"""Checks of agents that others have taken the place of, for clusters that stay on their distribution."""

from __future__ import annotations

from typing import TYPE_CHECKING

from halint.checks.pacemaker_release import is_from
from halint.engine.hit import Hit
from halint.source import Mark

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from halint.model.cib import Resource
    from halint.model.cluster import Cluster

_ADDRESSES = dict.fromkeys(
    ("ocf:heartbeat:IPaddr", "ocf:heartbeat:IPv6addr", "ocf:heartbeat:VIPArip"), "ocf:heartbeat:IPaddr2"
)
_VOLUMES = {"ocf:heartbeat:LVM": "ocf:heartbeat:LVM-activate", "ocf:heartbeat:clvm": "ocf:heartbeat:lvmlockd"}
_VOLUMES_SINCE = "2.0.0"
"""The distributions that came with Pacemaker 2 have the new agents; with 1.1 only the last releases did."""
_PLUG_IN = "external/"
_FENCING = {
    "external/sbd": "fence_sbd",
    "external/ec2": "fence_aws",
    "external/ipmi": "fence_ipmilan",
    "external/libvirt": "fence_virsh",
    "external/vcenter": "fence_vmware_soap",
}


def addresses(cluster: Cluster) -> Iterator[Hit]:
    """Virtual addresses of agents older than IPaddr2."""
    return _replaced(cluster, _ADDRESSES)


def volumes(cluster: Cluster) -> Iterator[Hit]:
    """Volume groups of the agents before LVM-activate, where the newer are there for sure."""
    return _replaced(cluster, _VOLUMES if is_from(cluster.needed_cib(), _VOLUMES_SINCE) else {})


def _replaced(cluster: Cluster, instead: Mapping[str, str]) -> Iterator[Hit]:
    for resource in cluster.needed_cib().primitives():
        agent = str(resource.agent)
        if agent in instead:
            values = {"id": resource.id, "agent": agent, "instead": instead[agent]}
            yield Hit(at=_type(resource), subject=resource.id, values=values)


def fence_plug_ins(cluster: Cluster) -> Iterator[Hit]:
    """Fence devices that are plug-ins of cluster-glue."""
    for resource in cluster.needed_cib().primitives():
        agent = resource.agent
        if agent is not None and agent.standard == "stonith" and agent.type.startswith(_PLUG_IN):
            instead = _FENCING.get(agent.type, "")
            values = {"id": resource.id, "agent": agent, "instead": instead}
            yield Hit(at=_type(resource), subject=resource.id, case="instead" if instead else "", values=values)


def _type(resource: Resource) -> Mark:
    return resource.at.on("type")
