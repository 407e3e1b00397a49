"""Quorum: two_node, votes, provider and device (votequorum(5))."""

from __future__ import annotations

from collections.abc import Iterator

from halint.checks.corosync_release import is_for_corosync_1, is_for_corosync_2
from halint.checks.sbd_settings import devices, member_files
from halint.engine.hit import Hit
from halint.listing import listed
from halint.model.cluster import Cluster
from halint.model.corosync import Corosync
from halint.source import Mark

PROVIDER = "corosync_votequorum"


def two_node_missing(cluster: Cluster) -> Iterator[Hit]:
    """Two nodes that need each other for quorum. Cases: missing, zero, expected."""
    corosync = cluster.corosync
    if corosync is None or corosync.quorum.provider != PROVIDER or _has_two_node_word(corosync):
        return
    quorum = corosync.quorum
    # a device section without model is no device, but is meant as one
    if quorum.two_node or quorum.auto_tie_breaker or quorum.device_at is not None:
        return
    if not corosync.nodes:
        if quorum.expected_votes == 2:
            yield Hit(at=_place(corosync, quorum.two_node_at), subject="quorum", case="expected")
        return
    majority = quorum.votes // 2 + 1
    if len(corosync.nodes) != 2 or any(node.votes >= majority for node in corosync.nodes):
        return
    case = "missing" if quorum.two_node_at is None else "zero"
    yield Hit(at=_place(corosync, quorum.two_node_at), subject="quorum", case=case)


def two_node_wrong_size(cluster: Cluster) -> Iterator[Hit]:
    """two_node without two nodes. Cases: one, many, expected."""
    corosync = cluster.corosync
    if corosync is None or not corosync.quorum.two_node:
        return
    quorum, nodes = corosync.quorum, len(corosync.nodes)
    at = _place(corosync, quorum.two_node_at)
    if nodes and nodes != 2:
        third = tuple((node.at, f"node {node.label}") for node in corosync.nodes[2:3])
        case = "one" if nodes == 1 else "many"
        yield Hit(at=at, subject="quorum", case=case, values={"nodes": nodes}, related=third)
    elif not nodes and quorum.expected_votes_at is not None and quorum.expected_votes not in (0, 2):
        yield Hit(at=at, subject="quorum", case="expected", values={"votes": quorum.expected_votes})


def expected_votes(cluster: Cluster) -> Iterator[Hit]:
    """expected_votes that is not the sum of the votes there are. Cases: fewer, more."""
    corosync = cluster.corosync
    at = corosync.quorum.expected_votes_at if corosync else None
    if corosync is None or not corosync.nodes or at is None:
        return
    quorum = corosync.quorum
    # without its votes written, corosync refuses a device beside expected_votes: the sum is unknown
    if quorum.device and not _is_number(corosync, "quorum.device.votes", 2**32):
        return
    if quorum.expected_votes == quorum.votes:
        return
    who = "nodes and the quorum device" if quorum.device else "nodes"
    yield Hit(
        at=at,
        subject="quorum",
        case="fewer" if quorum.expected_votes < quorum.votes else "more",
        values={"expected": quorum.expected_votes, "votes": quorum.votes, "who": who},
    )


def expected_votes_redundant(cluster: Cluster) -> Iterator[Hit]:
    """expected_votes that says what the nodelist says anyway; tools for corosync 2 and for udp always write it."""
    corosync = cluster.corosync
    if corosync is None or not corosync.nodes or is_for_corosync_2(cluster, corosync):
        return
    quorum, old = corosync.quorum, corosync.release < (3,) or corosync.totem.transport in ("udp", "udpu")
    at = quorum.expected_votes_at
    # 0 is the same as not set; with a device crmsh counts its votes in and writes the sum
    if at is None or old or quorum.device_at is not None or not corosync.number("quorum.expected_votes"):
        return
    if quorum.expected_votes == quorum.votes:
        yield Hit(at=at, subject="quorum.expected_votes", values={"votes": quorum.votes, "nodes": len(corosync.nodes)})


def single_node(cluster: Cluster) -> Iterator[Hit]:
    """One node in the nodelist."""
    corosync = cluster.corosync
    if corosync is None or len(corosync.nodes) != 1:
        return
    node = corosync.nodes[0]
    yield Hit(at=node.at, subject=node.label, values={"node": node.label})


def two_nodes_alone(cluster: Cluster) -> Iterator[Hit]:
    """Two nodes under two_node without a third vote: neither a quorum device nor SBD with three devices."""
    corosync = cluster.corosync
    if corosync is None or corosync.quorum.provider != PROVIDER or len(corosync.nodes) != 2:
        return
    quorum = corosync.quorum
    # two_node and auto_tie_breaker go ill together, which two-node-with-auto-tie-breaker tells
    if not quorum.two_node or quorum.device_at is not None or quorum.auto_tie_breaker:
        return
    if any(len(devices(sbd)) > 2 for sbd in member_files(cluster)):
        return
    at = _place(corosync, quorum.two_node_at)
    yield Hit(at=at, subject="quorum", values={"nodes": listed(node.label for node in corosync.nodes)})


def provider(cluster: Cluster) -> Iterator[Hit]:
    """No votequorum. Cases: section, missing, ykd (the other provider that corosync has), other."""
    corosync = cluster.corosync
    # a file that sets nothing is corosync-syntax's
    if corosync is None or not corosync.keys or is_for_corosync_1(corosync):
        return
    quorum = corosync.quorum
    if quorum.at is None and not quorum.provider:
        yield Hit(at=corosync.at, subject="quorum", case="section")
    elif not quorum.provider:
        yield Hit(at=_place(corosync, quorum.provider_at), subject="quorum", case="missing")
    elif quorum.provider != PROVIDER:
        at = _place(corosync, quorum.provider_at)
        case = "ykd" if quorum.provider == "corosync_ykd" else "other"
        yield Hit(at=at, subject="quorum", case=case, values={"provider": quorum.provider})


def _has_two_node_word(corosync: Corosync) -> bool:
    """Whether two_node is set to something that is no number, which corosync-syntax tells."""
    return "quorum.two_node" in corosync.keys and not _is_number(corosync, "quorum.two_node")


def _is_number(corosync: Corosync, path: str, below: int = 2**8) -> bool:
    text = corosync.value(path) or ""
    return text.isascii() and text.isdigit() and len(text) < 20 and int(text) < below


def _place(corosync: Corosync, at: Mark | None) -> Mark:
    return at or corosync.quorum.at or corosync.at
