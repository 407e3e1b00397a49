"""corosync.conf itself: syntax, keys, timers, the nodelist, and the files of several nodes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from halint.checks.corosync_links import address_of
from halint.checks.corosync_values import problems
from halint.checks.names import is_boilerplate, known_address
from halint.checks.transport import literal
from halint.engine.hit import Hit
from halint.listing import listed
from halint.model.cluster import Cluster
from halint.model.corosync import Corosync, NodelistNode, RingAddress

DEFAULT_TOKEN = 3000
_NO_ID = 0xFFFFFFFF


def syntax(cluster: Cluster) -> Iterator[Hit]:
    """What corosync's reader refuses."""
    yield from problems(cluster, "corosync-syntax")


def uidgid(cluster: Cluster) -> Iterator[Hit]:
    """What corosync's reader refuses in the files of uidgid.d."""
    yield from problems(cluster, "corosync-uidgid-invalid")


def token(cluster: Cluster, minimum: int) -> Iterator[Hit]:
    """A token below the minimum in ms; corosync's own default counts only below a higher minimum.

    Cases: written, default.
    """
    corosync = cluster.corosync
    if corosync is None or corosync.totem.token >= minimum:
        return
    totem = corosync.totem
    text = corosync.value("totem.token") or "0"
    written = text != "0"
    # a token that is no number is corosync-syntax's
    if not text.isdigit() or (not written and minimum <= DEFAULT_TOKEN):
        return
    at = (totem.token_at if written else None) or totem.at or corosync.at
    values = {"token": totem.token, "minimum": minimum}
    yield Hit(at=at, subject="totem.token", case="written" if written else "default", values=values)


def consensus(cluster: Cluster) -> Iterator[Hit]:
    """A written consensus below what token or join need. Cases: join, join_derived, token, margin, two."""
    corosync = cluster.corosync
    if corosync is None:
        return
    totem = corosync.totem
    at = totem.consensus_at
    if at is None or not corosync.number("totem.consensus"):
        if totem.consensus < totem.join:
            values = {"consensus": totem.consensus, "token": totem.token_told, "join": totem.join, "wanted": totem.join}
            yield Hit(at=corosync.place("totem.join"), subject="totem.join", case="join_derived", values=values)
        return
    wanted = totem.token * 12 // 10
    if totem.consensus < totem.join:
        case = "join"
    elif totem.consensus < totem.token:
        case = "token"
    elif totem.consensus < wanted:
        # corosync.conf(5): clusters of two nodes get along with less; crmsh writes 1.2 times the token of two nodes
        fits_two = totem.consensus * 10 >= totem.token_base * 12
        case = "two" if len(corosync.nodes) == 2 or fits_two else "margin"
    else:
        return
    values = {"consensus": totem.consensus, "token": totem.token_told, "join": totem.join, "wanted": wanted}
    yield Hit(at=at, subject="totem.consensus", case=case, values=values)


def nodeid_missing(cluster: Cluster) -> Iterator[Hit]:
    """Nodes without a node id where corosync needs one. Cases: missing, zero."""
    corosync = cluster.corosync
    if corosync is None:
        return
    for node in corosync.nodes:
        # a nodeid that is no number is corosync-syntax's
        if not node.addresses or node.nodeid or (node.nodeid is None and node.nodeid_at is not None):
            continue
        if corosync.totem.transport in ("udp", "udpu") and not _makes_no_id(corosync, node):
            continue
        case = "missing" if node.nodeid_at is None else "zero"
        yield Hit(at=node.nodeid_at or node.at, subject=node.label, case=case, values={"node": node.label})


def _makes_no_id(corosync: Corosync, node: NodelistNode) -> bool:
    """Whether no id can be made: the address on link 0 is IPv6 or missing, or gives the number that stands for none
    (255.255.255.255, measured, 3.1.7); a name may resolve to anything."""
    first = next((a.address for a in node.addresses if a.link == 0), None)
    address = address_of(first or "")
    return first is None or (address is not None and address.version == 6) or _made_id(corosync, node) == _NO_ID


def _made_id(corosync: Corosync, node: NodelistNode) -> int:
    """The id that udp and udpu make of an IPv4 address, short forms (`1`, `10.1`) too, where none is written; 0 where
    there is none to make."""
    address = next((address_of(a.address) for a in node.addresses if a.link == 0), None)
    if corosync.totem.transport == "knet" or node.nodeid_at is not None or address is None or address.version == 6:
        return 0
    return int(address) & (0x7FFFFFFF if corosync.value("totem.clear_node_high_bit") == "yes" else 0xFFFFFFFF)


def nodeid_duplicate(cluster: Cluster) -> Iterator[Hit]:
    """Nodes with one id; one hit an id, at the second node that has it."""
    corosync = cluster.corosync
    by_id: dict[int, list[NodelistNode]] = {}
    for node in corosync.nodes if corosync else ():
        nodeid = node.nodeid or (_made_id(corosync, node) if corosync else 0)
        if nodeid and any(a.link == 0 for a in node.addresses):
            by_id.setdefault(nodeid, []).append(node)
    for nodeid, (first, *others) in by_id.items():
        if not others:
            continue
        labels = listed(node.label for node in (first, *others))
        nodes = f"{labels} {'both' if len(others) == 1 else 'all'}"
        places = tuple((n.nodeid_at or n.at, f"node {n.label}") for n in (first, *others[1:]))
        second = others[0]
        values = {"nodeid": nodeid, "nodes": nodes, "second": second.label}
        case = "" if _is_noticed({n.index for n in (first, *others)}, corosync) else "start"
        if case and corosync is not None and corosync.release < (3, 1, 8):
            case = "overlooked"
        at = second.nodeid_at or second.at
        yield Hit(at=at, subject=second.label, case=case or "refused", values=values, related=places)


def _is_noticed(same: set[int], corosync: Corosync | None) -> bool:
    """Whether corosync's validation finds one of several nodes with one id, given their places in the list.

    It walks the nodes in the order of their places as text (0, 1, 10, 11, 2 …) and stops at the first that is not
    before the one it compares (measured, 3.1.7).
    """
    listed = sorted((n.index for n in (corosync.nodes if corosync else ()) if n.addresses), key=str)
    for later in same:
        for index in listed:
            if index >= later:
                break
            if index in same:
                return True
    return False


def address_duplicate(cluster: Cluster) -> Iterator[Hit]:
    """One address on two links or two nodes. Cases: nodes, links."""
    corosync = cluster.corosync
    seen: dict[object, tuple[NodelistNode, RingAddress]] = {}
    for node, ring in _rings(corosync):
        if not ring.address:
            continue
        address = known_address(cluster, ring.address)
        first_node, first = seen.setdefault(literal(address) or address.lower(), (node, ring))
        if first is ring:
            continue
        values = {
            "address": address,
            "first": first_node.label,
            "second": node.label,
            "link": first.link,
            "other": ring.link,
        }
        related = ((first.at, f"the address of node {first_node.label} on link {first.link}"),)
        case = "links" if first_node is node else "nodes"
        yield Hit(at=ring.at, subject=node.label, case=case, values=values, related=related)


def loopback(cluster: Cluster) -> Iterator[Hit]:
    """A loopback address as a node's address in a cluster of several nodes."""
    corosync = cluster.corosync
    if corosync is None or len(corosync.nodes) < 2:
        return
    for node, ring in _rings(corosync):
        if _is_loopback(ring.address):
            values = {"node": node.label, "address": ring.address, "link": ring.link}
            yield Hit(at=ring.at, subject=node.label, values=values)


def _is_loopback(text: str) -> bool:
    """Whether an address as written, short forms such as 127.1 and the name localhost too, means the host itself."""
    if is_boilerplate(text):
        return True
    address = literal(text)
    mapped = getattr(address, "ipv4_mapped", None)
    if address is None:
        # inet_aton(3): the first of several parts is the first byte
        return re.fullmatch(r"0*127(\.\d+){1,2}", text) is not None
    return bool((mapped or address).is_loopback)


def _rings(corosync: Corosync | None) -> Iterator[tuple[NodelistNode, RingAddress]]:
    return ((node, ring) for node in (corosync.nodes if corosync else ()) for ring in node.addresses)


def cluster_name(cluster: Cluster) -> Iterator[Hit]:
    """The name in corosync.conf and the one in the CIB differ."""
    if cluster.corosync is None or cluster.cib is None:
        return
    totem, recorded = cluster.corosync.totem, cluster.cib.properties.get("cluster-name")
    if recorded is None or not recorded.certain or not recorded.value or totem.cluster_name_at is None:
        return
    if totem.cluster_name and totem.cluster_name != recorded.value:
        values = {"corosync": totem.cluster_name, "cib": recorded.value}
        related = ((recorded.at, "the name in the CIB"),)
        yield Hit(at=totem.cluster_name_at, subject="cluster-name", values=values, related=related)
