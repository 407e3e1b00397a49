"""What the rules' examples cannot show: options, releases, and the table of keys itself."""

from __future__ import annotations

import pytest

from halint.checks.corosync import token
from halint.checks.corosync_release import corosync_release, is_for_corosync_2
from halint.cli.check import make_report
from halint.cli.options import CheckOptions
from halint.errors import HalintError
from halint.inputs.read import read
from halint.model.resolve_corosync import resolve_corosync
from halint.parse.corosync import read_corosync
from halint.parse.corosync_release import TARGETS as TARGET
from halint.schema_data import load

NODES = "nodelist {\nnode {\nring0_addr: 10.0.0.1\nname: n1\nnodeid: 1\n}\n}\n"


def cluster_of(folder, text, package=""):
    (folder / "n1").mkdir()
    (folder / "corosync.conf").write_text(f"{text}{NODES}", encoding="utf-8")
    if package:
        (folder / "n1" / "rpm-qa.txt").write_text(f"{package}\npacemaker-2.1.7-1.x86_64\n", encoding="utf-8")
    (case,) = read([str(folder)]).cases
    return case.cluster


@pytest.mark.parametrize(
    ("totem", "minimum", "cases"),
    [
        ("", 3000, []),
        ("", 30000, ["default"]),
        ("token: 5000\n", 3000, []),
        ("token: 5000\n", 30000, ["written"]),
        ("token: 30000\n", 30000, []),
        ("token: 5s\n", 30000, []),
    ],
)
def test_token_minimum(totem, minimum, cases, tmp_path):
    cluster = cluster_of(tmp_path, f"totem {{\nversion: 2\n{totem}}}\n")
    assert [hit.case for hit in token(cluster, minimum)] == cases


@pytest.mark.parametrize(
    ("totem", "package", "release", "two"),
    [
        ("", "", (), False),
        ("transport: udpu\n", "", (), False),
        ("transport: udpu\nsecauth: on\n", "", (), True),
        ("secauth: on\n", "", (), False),
        ("rrp_mode: none\n", "", (), True),
        ("rrp_mode: none\n", "corosync-3.1.7-1.el9.x86_64", (3, 1, 7), False),
        ("", "corosync-2.4.6-12.el7.x86_64", (2, 4, 6), True),
    ],
)
def test_release(totem, package, release, two, tmp_path):
    cluster = cluster_of(tmp_path, f"totem {{\nversion: 2\n{totem}}}\n", package)
    assert corosync_release(cluster) == release
    assert is_for_corosync_2(cluster, cluster.corosync) is two


def test_table_of_keys():
    rows = load("corosync-keys")["keys"]
    paths = [(row["section"], row["key"]) for row in rows]
    assert len(paths) == len(set(paths))
    fields = {"section", "key", "type", "unit", "range", "values", "default", "since", "state", "after", "by"}
    fields |= {"values_since", "values_until", "checked", "until", "wrong", "case"}
    for row in rows:
        assert set(row) <= fields
        assert row["type"] in ("u8", "u16", "u32", "i32", "u64", "dscp", "enum", "text")
        assert row["type"] != "enum" or row["values"]
        assert row.get("state") in (None, "deprecated", "obsolete")
        assert all(isinstance(v, str) for v in [row.get("default", ""), *row.get("values", [])])


TARGETS = [
    # a file that some releases refuse: totem section, then by target the rules that say corosync refuses it
    ("netmtu: 1500\n", {"2.4": [], "3.0": [], "3.1": [], "3.1.10": []}),
    ("ip_dscp: 99\n", {"2.4": [], "3.1": [], "3.1.8": [], "3.1.10": ["corosync-value-invalid"]}),
    (":5000\n", {"3.1.8": [], "3.1.10": ["corosync-syntax"]}),
    ("knet_compression_model: none\n", {"2.4": [], "3.0": [], "3.1": ["corosync-value-invalid"]}),
    ("transport: iba\n", {"2.4": [], "3.0": ["transport-unknown"], "3.1.10": ["transport-unknown"]}),
    ("interface {\nknet_pong_count: 256\n}\n", {"3.1.7": [], "3.1.8": ["knet-ping-pair"]}),
]


@pytest.mark.parametrize(("totem", "refused"), TARGETS)
def test_targets(totem, refused, tmp_path):
    (tmp_path / "corosync.conf").write_text(
        f"totem {{\nversion: 2\ncluster_name: shop\n{totem}}}\n{NODES}", encoding="utf-8"
    )
    for target, rules in refused.items():
        report = make_report(CheckOptions(paths=(str(tmp_path),), target=(f"corosync={target}",)))
        assert [f.rule for f in report.findings if "corosync" in f.peers] == rules, target
        assert report.trouble == ()


@pytest.mark.parametrize("target", ["corosync", "corosync=9", "corosync=3.1.9"])
def test_target_is_checked(target):
    with pytest.raises(HalintError, match=r"must be corosync= and one of 2\.4, 3\.0, 3\.1, "):
        make_report(CheckOptions(paths=(".",), target=(target,)))


def test_older_defaults():
    text = f"totem {{\nversion: 2\n}}\n{NODES}".encode()
    found = {
        name: resolve_corosync(read_corosync(text, "c", release=TARGET[name])).totem for name in ("2.4", "3.0", "3.1")
    }
    assert {name: (t.token, t.transport, t.cipher) for name, t in found.items()} == {
        "2.4": (1000, "udp", "aes256"),
        "3.0": (1000, "knet", "none"),
        "3.1": (3000, "knet", "none"),
    }


def test_effective_values():
    """Measured, 3.1.7: cmap of a running daemon has 714 and 561 with the default token; ports do not follow link 0."""
    nodes = "".join(
        f"node {{\nring0_addr: 10.0.0.{i}\nring1_addr: 10.1.0.{i}\nname: n{i}\nnodeid: {i}\n}}\n" for i in range(1, 5)
    )
    links = "interface {\nlinknumber: 0\nmcastport: 5500\nknet_pong_count: 5\n}\n"
    text = f"totem {{\nversion: 2\n{links}}}\nnodelist {{\n{nodes}}}\nquorum {{\nprovider: corosync_votequorum\n}}\n"
    found = resolve_corosync(read_corosync(text.encode(), "c"))
    totem = found.totem
    assert f"{totem.token_told}" == "3000 ms + 2 × 650 ms = 4300 ms"
    assert (totem.token, totem.consensus, totem.token_retransmit, totem.hold) == (4300, 5160, 1023, 808)
    assert (found.quorum.expected_votes, found.quorum.quorum) == (4, 3)
    assert [(n.link, n.port, n.ping_interval, n.ping_timeout, n.pong_count) for n in found.interfaces] == [
        (0, 5500, 430, 860, 5),
        (1, 5406, 1075, 2150, 2),
    ]
    assert totem.mtu == 65536


def test_default_timers_of_the_running_daemon():
    totem = resolve_corosync(read_corosync(f"totem {{\nversion: 2\n}}\n{NODES}".encode(), "c")).totem
    assert (totem.token_retransmit, totem.hold, totem.consensus) == (714, 561, 3600)


@pytest.mark.parametrize(
    ("nodes", "token"),
    [
        ("nodeid: 1|nodeid: 2", 3000),
        ("nodeid: 1|", 3650),
        ("|", 4300),
        ("nodeid: 1|nodeid: 0", 3000),
        ("nodeid: 1||", 4950),
    ],
)
def test_udpu_counts_nodes_without_id_twice(nodes, token):
    """Measured with corosync 3.1.7 -t, by the token timeout that it refuses; the manual says nothing of it."""
    sections = "".join(f"node {{\nring0_addr: 10.0.0.{i}\n{n}\n}}\n" for i, n in enumerate(nodes.split("|"), 1))
    text = f"totem {{\nversion: 2\ntransport: udpu\n}}\nnodelist {{\n{sections}}}\n"
    assert resolve_corosync(read_corosync(text.encode(), "c")).totem.token == token
