"""Effective values: what corosync works with, its own defaults applied."""

from __future__ import annotations

import pytest

from halint.model.resolve_corosync import resolve_corosync
from halint.parse.corosync import read_corosync


def resolve(text):
    return resolve_corosync(read_corosync(text.encode(), "corosync.conf"))


def nodelist(count, extra=""):
    nodes = "".join(
        f"node {{\nname: n{i}\nnodeid: {i}\nring0_addr: 10.0.0.{i}\n{extra}}}\n" for i in range(1, count + 1)
    )
    return f"nodelist {{\n{nodes}}}\n"


TOTEM = [
    # totem section, nodes, token, consensus
    ("", 0, 3000, 3600),
    ("", 2, 3000, 3600),
    ("", 3, 3650, 4380),
    ("token: 5000\n", 5, 6950, 8340),
    ("token: 5000\nconsensus: 6000\n", 5, 6950, 6000),
    ("token: 0\n", 2, 3000, 3600),
    ("token: x\n", 2, 3000, 3600),
    ("token: 4294967296\n", 2, 3000, 3600),
    ("token_coefficient: 0\n", 4, 3000, 3600),
    ("token: 4294967295\n", 3, 649, 778),
]


@pytest.mark.parametrize(("totem", "nodes", "token", "consensus"), TOTEM)
def test_timers(totem, nodes, token, consensus):
    found = resolve(f"totem {{\n{totem}}}\n{nodelist(nodes)}").totem
    assert (found.token, found.consensus, found.join) == (token, consensus, 50)


def test_coefficient_counts_nodes_of_link_0():
    text = "".join(f"node {{\nnodeid: {i}\nring1_addr: 10.0.0.{i}\n}}\n" for i in range(1, 4))
    assert resolve(f"nodelist {{\n{text}}}\n").totem.token == 3000


CRYPTO = [
    ("", "none", "none", False),
    ("secauth: on\n", "aes256", "sha256", True),
    ("secauth: yes\n", "none", "none", False),
    ("secauth: on\ncrypto_cipher: none\n", "none", "sha256", False),
    ("crypto_cipher: aes128\ncrypto_hash: sha1\n", "aes128", "sha1", True),
    ("crypto_hash: sha1\n", "none", "sha1", False),
]


@pytest.mark.parametrize(("totem", "cipher", "digest", "encrypted"), CRYPTO)
def test_crypto(totem, cipher, digest, encrypted):
    found = resolve(f"totem {{\n{totem}}}\n").totem
    assert (found.cipher, found.hash, found.encrypted) == (cipher, digest, encrypted)


QUORUM = [
    # quorum section, nodes, two_node, wait_for_all, votes, expected, device votes
    ("two_node: 1\n", 2, True, True, 2, 2, 0),
    ("two_node: 1\nwait_for_all: 0\n", 2, True, False, 2, 2, 0),
    ("two_node: 7\n", 2, True, True, 2, 2, 0),
    ("two_node: yes\n", 2, False, False, 2, 2, 0),
    ("two_node: 256\n", 2, False, False, 2, 2, 0),
    ("wait_for_all: 1\n", 3, False, True, 3, 3, 0),
    ("expected_votes: 5\n", 3, False, False, 3, 5, 0),
    ("expected_votes: 0\n", 3, False, False, 3, 3, 0),
    ("device {\nmodel: net\n}\n", 3, False, False, 5, 5, 2),
    ("device {\nmodel: net\nvotes: 1\n}\n", 2, False, False, 3, 3, 1),
    ("device {\nvotes: 1\n}\n", 2, False, False, 2, 2, 0),
    ("", 0, False, False, 0, 0, 0),
]


@pytest.mark.parametrize(("quorum", "nodes", "expected"), [(q, n, e) for q, n, *e in QUORUM])
def test_quorum(quorum, nodes, expected):
    found = resolve(f"quorum {{\n{quorum}}}\n{nodelist(nodes)}").quorum
    assert [found.two_node, found.wait_for_all, found.votes, found.expected_votes, found.device_votes] == expected


def test_device_without_votes_counts_nothing_where_nodes_weigh_differently():
    nodes = nodelist(2, "quorum_votes: 3\n")
    assert resolve(f"quorum {{\ndevice {{\nmodel: net\n}}\n}}\n{nodes}").quorum.votes == 6


def test_nodes():
    text = "nodelist {\nnode {\n}\nnode {\nring01_addr: 10.1.0.2\nring0_addr: web\nnodeid: x\nquorum_votes: 2\n}\n}\n"
    corosync = resolve(text)
    (node,) = corosync.nodes
    assert (node.index, node.name, node.nodeid, node.votes, node.label) == (1, None, None, 2, "web")
    assert [(a.link, a.address) for a in node.addresses] == [(0, "web"), (1, "10.1.0.2")]
    assert node.nodeid_at.location().line == 7
    assert node.at.location().line == 4
    assert corosync.links() == (0, 1)


def test_defaults_of_an_empty_file():
    corosync = resolve("")
    assert corosync.totem.transport == "knet"
    assert corosync.totem.ip_version == "ipv6-4"
    assert corosync.quorum.provider == ""
    assert corosync.quorum.at is None
    assert corosync.nodelist_at is None


def test_udp_resolves_to_ipv4():
    assert resolve("totem {\ntransport: udp\n}\n").totem.ip_version == "ipv4"
