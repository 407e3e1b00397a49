"""Checks of storage: order inside groups, volumes and their filesystems, clones of local filesystems, DRBD policies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from halint.engine.hit import Hit
from halint.model.provisions import Provision, mounts, targets, usual_mounts, volumes
from halint.model.relations import Relations
from halint.model.values import parse_bool

if TYPE_CHECKING:
    from collections.abc import Iterator

    from halint.model.cib import Cib, Order, Resource
    from halint.model.cluster import Cluster
    from halint.model.host import DrbdResource

_FILESYSTEM = "ocf:heartbeat:Filesystem"
# Filesystem refuses these in a clone whatever the options, and the others unless mounted read-only
_JOURNALLING = frozenset({"ext3", "ext4", "ext4dev", "xfs", "jfs", "reiserfs", "reiser4"})
_LOCAL = _JOURNALLING | {"ext2", "btrfs"}
_DRBD_AGENTS = frozenset({"ocf:linbit:drbd", "ocf:heartbeat:drbd"})


def group_order(cluster: Cluster) -> Iterator[Hit]:
    """Members of a group that start before the member they need."""
    cib = cluster.cib
    for group in cib.by_id.values() if cib is not None else ():
        if group.kind != "group" or parse_bool(group.meta_value("ordered")) is False:
            continue
        place = {member.id: i for i, member in enumerate(group.members)}
        wrong: dict[str, list[Provision]] = {}
        for need in _needs(group, cluster.drbd):
            if place[need.user.id] < place[need.provider.id]:
                wrong.setdefault(need.user.id, []).append(need)
        for needs in wrong.values():
            yield _misplaced(group, max(needs, key=lambda n: place[n.provider.id]))
        for need in usual_mounts(group.members):
            if need.user.id not in wrong and place[need.user.id] < place[need.provider.id]:
                yield _misplaced(group, need, "usual")


def _needs(group: Resource, drbd: tuple[DrbdResource, ...]) -> Iterator[Provision]:
    """What members need of each other, as far as parameters prove it."""
    yield from volumes(group.members, drbd)
    yield from mounts(group.members)
    yield from targets(group.members)
    yield from _exports(group.members)
    yield from _unblocks(group.members)


def _exports(members: tuple[Resource, ...]) -> Iterator[Provision]:
    """Exports and notices need the NFS server: its start drops what was exported before (exports(5), exportfs -r)."""
    servers = [m for m in members if str(m.agent) == "ocf:heartbeat:nfsserver"]
    for member in members:
        if str(member.agent) in ("ocf:heartbeat:exportfs", "ocf:heartbeat:nfsnotify"):
            for server in servers:
                yield Provision(user=member, provider=server, what="the NFS server", at=member.at)


def _unblocks(members: tuple[Resource, ...]) -> Iterator[Provision]:
    """A port is blocked first and unblocked last."""
    ports = [m for m in members if str(m.agent) == "ocf:heartbeat:portblock"]
    for member in ports:
        for other in ports:
            same = all(member.parameter(name) == other.parameter(name) for name in ("portno", "protocol", "ip"))
            if same and member.parameter("action") == "unblock" and other.parameter("action") == "block":
                yield Provision(user=member, provider=other, what=f"port {member.parameter('portno')}", at=member.at)


def _misplaced(group: Resource, need: Provision, case: str = "") -> Hit:
    values = {
        "group": group.id,
        "user": need.user.id,
        "provider": need.provider.id,
        "what": need.what,
        "agent": need.user.agent,
    }
    related = ((need.provider.at, f"{need.provider.id} ({need.provider.agent})"),)
    return Hit(at=need.user.at, subject=need.user.id, values=values, case=case, related=related)


def volume_apart(cluster: Cluster) -> Iterator[Hit]:
    """Filesystems on a volume of another resource, with neither order nor colocation between the two, or before it."""
    cib = cluster.cib
    if cib is None:
        return
    relations = Relations(cib)
    needs: dict[str, list[Provision]] = {}
    for need in volumes(cib.primitives(), cluster.drbd):
        if str(need.user.agent) == _FILESYSTEM:
            needs.setdefault(need.user.id, []).append(need)
    for alternatives in needs.values():
        if any(_linked(cib, relations, n.provider, n.user) for n in alternatives):
            backwards = next((o for n in alternatives if (o := _backwards(cib, n)) is not None), None)
            if backwards is not None and not any(relations.ordered(n.provider, n.user) for n in alternatives):
                yield _apart(cib, alternatives[0], backwards)
        else:
            yield _apart(cib, alternatives[0])


def _backwards(cib: Cib, need: Provision) -> Order | None:
    """A mandatory order that starts the filesystem before its volume; groups' own order is another rule's matter."""
    users, providers = ({r.id, *(outer.id for outer in cib.ancestors(r))} for r in (need.user, need.provider))
    for order in cib.orders:
        starts = order.first_action == "start" and order.then_action == "start" and order.kind == "Mandatory"
        if starts and order.first in users - providers and order.then in providers - users:
            return order
    return None


def _apart(cib: Cib, need: Provision, backwards: Order | None = None) -> Hit:
    values = {
        "id": need.user.id,
        "device": need.what,
        "provider": need.provider.id,
        "volume": cib.outermost(need.provider).id,
        "filesystem": cib.outermost(need.user).id,
    }
    related = ((need.provider.at, f"{need.provider.id} makes it available"),)
    if backwards is not None:
        values["order"] = backwards.id
        return Hit(at=backwards.at, subject=need.user.id, values=values, case="backwards", related=related)
    case = "drbd" if str(need.provider.agent) in _DRBD_AGENTS else ""
    return Hit(at=need.at, subject=need.user.id, values=values, case=case, related=related)


def _linked(cib: Cib, relations: Relations, provider: Resource, user: Resource) -> bool:
    """Tied in either way; a pair with one of the two constraints is a matter of its own."""
    same = cib.outermost(provider).id == cib.outermost(user).id
    return same or relations.together(provider, user) or relations.ordered(provider, user)


def cloned_local(cluster: Cluster) -> Iterator[Hit]:
    """Filesystems that one node alone may mount, inside a clone."""
    cib = cluster.cib
    for resource in cib.primitives() if cib is not None else ():
        clone = None if cib is None else cib.clone_of(resource)
        if str(resource.agent) != _FILESYSTEM or clone is None or clone.kind != "clone":
            continue
        kind = resource.parameter("fstype") or ""
        if kind not in _LOCAL or not _several(clone):
            continue
        read_only = "ro" in (resource.parameter("options") or "").split(",")
        forced = parse_bool(resource.parameter("force_clones"))
        if read_only and (forced or kind not in _JOURNALLING):
            continue
        values = {
            "id": resource.id,
            "clone": clone.id,
            "fstype": kind,
            "device": resource.parameter("device") or "its device",
        }
        case = "forced" if forced and kind in _JOURNALLING else ""
        related = ((clone.at, f"clone {clone.id}"),)
        at = resource.parameters["fstype"].at
        yield Hit(at=at, subject=resource.id, values=values, case=case, related=related)


def _several(clone: Resource) -> bool:
    """Whether more than one instance runs, for certain."""
    setting = clone.meta.get("clone-max")
    return setting is None or (setting.certain and setting.value not in ("0", "1"))


def drbd_no_fencing(cluster: Cluster) -> Iterator[Hit]:
    """DRBD resources of the cluster that neither fence a lost peer nor ask for quorum."""
    cib = cluster.cib
    managed = {
        name: resource
        for resource in (cib.primitives() if cib is not None else ())
        if str(resource.agent) in _DRBD_AGENTS and (name := resource.parameter("drbd_resource")) is not None
    }
    told = set()
    for drbd in cluster.drbd:
        case = _unfenced(drbd)
        if drbd.name not in managed or case is None or drbd.name in told:
            continue
        told.add(drbd.name)
        values = {"name": drbd.name, "id": managed[drbd.name].id, "fencing": _fencing(drbd)}
        yield Hit(at=drbd.at, subject=drbd.name, values=values, case=case)


def _fencing(drbd: DrbdResource) -> str:
    """The fencing policy: of section net in DRBD 9, of section disk before (drbd.conf(5))."""
    return drbd.options.get("net.fencing") or drbd.options.get("disk.fencing") or "dont-care"


def _unfenced(drbd: DrbdResource) -> str | None:
    """What is missing: `handler` or `policy`; None where a mechanism is complete."""
    if drbd.options.get("options.quorum", "off") != "off":
        return None
    if _fencing(drbd) == "dont-care":
        return "policy"
    handler = drbd.options.get("handlers.fence-peer") or drbd.options.get("handlers.outdate-peer")
    return None if handler else "handler"
