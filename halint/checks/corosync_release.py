"""Which corosync a file was written for, as far as the inputs tell."""

from __future__ import annotations

import re

from halint.model.cluster import Cluster
from halint.model.corosync import Corosync

# corosync 1 was configured with these; corosync 2 and 3 read none of them
_ONE = ("service.", "aisexec.", "amf.", "compatibility")


def corosync_release(cluster: Cluster) -> tuple[int, ...]:
    """The lowest corosync release in the package lists, as numbers; () where none is known."""
    versions = [p.versions["corosync"].value for p in cluster.packages if "corosync" in p.versions]
    return min((_numbers(v) for v in versions), default=())


def judged_for_3(cluster: Cluster) -> bool:
    """Whether there is a file, it is judged for corosync 3, and no package list says that the nodes run corosync 2."""
    corosync, release = cluster.corosync, corosync_release(cluster)
    return corosync is not None and corosync.release >= (3,) and (not release or release >= (3,))


def is_for_corosync_1(corosync: Corosync) -> bool:
    """Whether the file has sections that only corosync 1 knew, and no nodelist, which that did not know."""
    return not corosync.nodes and any(path.startswith(_ONE) for path in corosync.keys)


def is_for_corosync_2(cluster: Cluster, corosync: Corosync) -> bool:
    """Whether the nodes run corosync 1 or 2, or the file says what only those read.

    Without package lists: Pacemaker 1; redundant rings, which corosync 3 replaced by links; encryption or
    several rings with udp or udpu, with which corosync 3 does not start; and what pcs 0.9 wrote.
    """
    release = corosync_release(cluster)
    if release:
        return release < (3,)
    if _ran_pacemaker_1(cluster):
        return True
    if corosync.value("totem.transport") == "knet":
        # which corosync 2 does not have
        return False
    plain = corosync.totem.transport in ("udp", "udpu")
    encrypted = plain and (corosync.totem.encrypted or corosync.value("totem.secauth") == "on")
    return (
        "totem.rrp_mode" in corosync.keys
        or "totem.interface.ringnumber" in corosync.keys
        or encrypted
        or (plain and len(corosync.links()) > 1)
        or (plain and _is_of_pcs_0_9(corosync))
        or is_for_corosync_1(corosync)
    )


def _ran_pacemaker_1(cluster: Cluster) -> bool:
    """Whether the CIB was last run by Pacemaker 1, which distributions paired with corosync 1 and 2."""
    version = cluster.cib.properties.get("dc-version") if cluster.cib else None
    return version is not None and (version.value or "").startswith("1.")


def _is_of_pcs_0_9(corosync: Corosync) -> bool:
    """Whether the nodelist has no names beside secauth; what writes files for corosync 3 names the nodes."""
    return "totem.secauth" in corosync.keys and bool(corosync.nodes) and not any(n.name for n in corosync.nodes)


def _numbers(version: str) -> tuple[int, ...]:
    """The numbers of a package version, its epoch left out."""
    match = re.match(r"(?:\d+:)?(\d+(?:\.\d+)*)", version)
    return tuple(int(part) for part in match[1].split(".")) if match else ()
