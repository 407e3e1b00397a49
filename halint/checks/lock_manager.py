"""The DLM: the distributed lock manager of GFS2, OCFS2 and clustered LVM, and what it asks of the cluster."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from halint.engine.hit import Hit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from halint.model.cib import Cib, Resource
    from halint.model.cluster import Cluster

# ocf:pacemaker:controld runs it; the others need it, whatever the class and provider of their agent
_AGENTS = frozenset({"controld", "dlm", "lvmlockd", "clvm", "clvmd", "o2cb"})
_FILESYSTEMS = frozenset({"gfs2", "ocfs2"})
_LVM_MODES = frozenset({"lvmlockd", "clvmd"})
# gfs2(5), mkfs.gfs2(8): the name in front of the lock table's colon
_LONGEST_NAME = 32
# What pcs takes as a name at all
_LONGEST = 256
_NAME = re.compile(r"[A-Za-z0-9_-]+")


def lock_manager_users(cib: Cib) -> Iterator[Resource]:
    """The primitives that run the DLM or need it, in document order."""
    for resource in cib.primitives():
        agent = resource.agent
        if agent is None:
            continue
        on_filesystem = agent.type == "Filesystem" and (resource.parameter("fstype") or "").lower() in _FILESYSTEMS
        volume = agent.type == "LVM-activate" and resource.parameter("vg_access_mode") in _LVM_MODES
        if agent.type in _AGENTS or on_filesystem or volume:
            yield resource


def freeze_needed(cluster: Cluster) -> Iterator[Hit]:
    """Another no-quorum-policy than freeze beside the DLM. Cases: many, many_unset, two, two_unset."""
    cib = cluster.needed_cib()
    user = next(lock_manager_users(cib), None)
    setting = cib.properties.get("no-quorum-policy")
    nodes = len(cluster.corosync.nodes) if cluster.corosync else len(list(cluster.members()))
    if user is None or nodes < 2 or (setting is not None and not setting.certain):
        return
    value = "stop" if setting is None else setting.value or ""
    # fence and its old name leave nobody who could hold a lock
    if value.lower() in ("freeze", "fence", "suicide"):
        return
    case = "two" if nodes == 2 else "many"
    values = {"value": value, "user": user.id, "nodes": nodes}
    if setting is None:
        yield Hit(at=user.at, subject="no-quorum-policy", case=f"{case}_unset", values=values)
    else:
        related = ((user.at, f"{user.id} needs the DLM"),)
        yield Hit(at=setting.at, subject="no-quorum-policy", case=case, values=values, related=related)


def freeze_unneeded(cluster: Cluster) -> Iterator[Hit]:
    """no-quorum-policy freeze in a CIB whose resources, all known, do without the DLM."""
    cib = cluster.needed_cib()
    setting = cib.properties.get("no-quorum-policy")
    resources = list(cib.primitives())
    if setting is None or not setting.certain or (setting.value or "").lower() != "freeze" or not resources:
        return
    if any(resource.agent is None for resource in resources) or next(lock_manager_users(cib), None) is not None:
        return
    yield Hit(at=setting.at, subject="no-quorum-policy", values={"value": setting.value})


def cluster_name(cluster: Cluster) -> Iterator[Hit]:
    """A cluster's name that the DLM's lock tables cannot hold. Cases: longest, long, characters."""
    corosync, user = cluster.corosync, next(lock_manager_users(cluster.needed_cib()), None)
    name = corosync.totem.cluster_name if corosync else None
    if corosync is None or name is None or user is None:
        return
    if len(name) > _LONGEST:
        case = "longest"
    elif len(name) > _LONGEST_NAME:
        case = "long"
    elif not _NAME.fullmatch(name):
        case = "characters"
    else:
        return
    values = {"name": name if len(name) < 80 else f"{name[:77]}...", "length": len(name), "user": user.id}
    related = ((user.at, f"{user.id} needs the DLM"),)
    at = corosync.place("totem.cluster_name")
    yield Hit(at=at, subject="totem.cluster_name", case=case, values=values, related=related)
