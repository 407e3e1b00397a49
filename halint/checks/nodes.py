"""Checks of the nodes: the CIB's list against corosync's."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from halint.checks.names import is_numeric
from halint.engine.hit import Hit
from halint.model.resolve_nodes import same_host

if TYPE_CHECKING:
    from collections.abc import Iterator

    from halint.model.cib import CibNode
    from halint.model.cluster import Cluster
    from halint.model.corosync import NodelistNode


class _Pair(NamedTuple):
    """A node of the nodelist and the CIB's node that is the same one, or one of both."""

    listed: NodelistNode | None
    known: CibNode | None


def mismatch(cluster: Cluster) -> Iterator[Hit]:
    """Members of CIB and nodelist that do not correspond. A CIB without nodes, as a new one is, says nothing."""
    if cluster.cib is None or cluster.corosync is None or not cluster.corosync.nodes:
        return
    known = [n for n in cluster.cib.nodes if n.kind == "member" and _is_member(cluster, n)]
    for pair in _pairs(list(cluster.corosync.nodes), known) if known else ():
        if pair.listed is None and pair.known is not None:
            yield Hit(at=pair.known.at, subject=pair.known.uname, case="extra", values={"node": pair.known.uname})
        elif pair.known is None and pair.listed is not None:
            label = pair.listed.label
            at = pair.listed.name_at or pair.listed.at
            yield Hit(at=at, subject=label, case="missing", values={"node": label})
        elif pair.listed is not None and pair.known is not None:
            yield from _differences(pair.listed, pair.known)


def _is_member(cluster: Cluster, node: CibNode) -> bool:
    """Whether no remote or guest node has this name; old CIBs list those without a type."""
    return all(n.kind == "member" or n.name != node.uname for n in cluster.nodes)


def _pairs(listed: list[NodelistNode], known: list[CibNode]) -> Iterator[_Pair]:
    """Nodes paired by name, then by id; nodes of the nodelist without name and id could be any that is left."""
    rest = list(known)
    for node in listed:
        same = next((k for k in known if _name(node) and k.uname.lower() == _name(node).lower()), None)
        if same is not None and same in rest:
            rest.remove(same)
            yield _Pair(node, same)
    by_name = [n for n in listed if any(k.uname.lower() == _name(n).lower() for k in known)]
    unknown = 0
    for node in listed:
        if node in by_name:
            continue
        same = next((k for k in rest if node.nodeid is not None and _id(k) == node.nodeid), None)
        if same is not None:
            rest.remove(same)
        elif not _name(node):
            unknown += 1
            continue
        yield _Pair(node, same)
    if not unknown:
        yield from (_Pair(None, k) for k in rest)


def _name(node: NodelistNode) -> str:
    """The name Pacemaker gives the node: `name`, else ring0_addr where that is a name; "" where it asks the host."""
    if node.name:
        return node.name
    first = next((a.address for a in node.addresses if a.link == 0), "")
    return "" if is_numeric(first) else first


def _id(node: CibNode) -> int | None:
    """The node's id; Heartbeat's and hand-written ones are no numbers."""
    return int(node.id) if node.id.isascii() and node.id.isdigit() and len(node.id) < 11 else None


def _differences(listed: NodelistNode, known: CibNode) -> Iterator[Hit]:
    name = _name(listed)
    if name and name.lower() != known.uname.lower():
        values = {"node": known.uname, "name": name, "id": known.id}
        case = "long" if same_host(name, known.uname) else "renamed"
    elif listed.nodeid is not None and _id(known) not in (None, listed.nodeid):
        values = {"node": known.uname, "id": known.id, "nodeid": str(listed.nodeid)}
        case = "renumbered"
    else:
        return
    at = (listed.nodeid_at if case == "renumbered" else listed.name_at) or listed.at
    told = f"nodeid {listed.nodeid} in corosync.conf" if case == "renumbered" else f"{name} in corosync.conf"
    yield Hit(at=known.at, subject=known.uname, case=case, values=values, related=((at, told),))
