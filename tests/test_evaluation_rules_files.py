"""The evaluation rules that concern corosync.conf, node names and what was supplied; the CIB's stand apart."""

from __future__ import annotations

import pytest
from examples import whole_cib
from test_inputs import HOSTS, corosync, lay

from halint.cli.check import make_report
from halint.cli.options import CheckOptions
from halint.inputs.read import read


def cluster_of(folder, files):
    lay(folder, {name: whole_cib(text) if name.endswith("cib.xml") else text for name, text in files.items()})
    (case,) = read([str(folder)]).cases
    return case.cluster


def test_10_the_last_plain_key_wins_sections_merge_and_nodes_repeat(tmp_path):
    text = corosync("n1", "n2") + "totem {\n    token: 5000\n    token: 9000\n    nonsense: 1\n}\n"
    conf = cluster_of(tmp_path, {"corosync.conf": text}).corosync
    assert conf.totem.token == 9000
    assert conf.totem.cluster_name == "web"
    assert [n.name for n in conf.nodes] == ["n1", "n2"]
    assert conf.value("totem.nonsense") == "1"
    assert conf.totem.token_at.location().line == text.split("\n").index("    token: 9000") + 1


def test_10_absent_keys_have_their_defaults(tmp_path):
    conf = cluster_of(tmp_path, {"corosync.conf": corosync("n1", "n2")}).corosync
    assert (conf.totem.transport, conf.totem.token, conf.totem.consensus) == ("knet", 3000, 3600)
    assert not conf.quorum.wait_for_all
    two = corosync("n1", "n2").replace("votequorum\n", "votequorum\n    two_node: 1\n")
    assert cluster_of(tmp_path, {"corosync.conf": two}).corosync.quorum.wait_for_all


@pytest.mark.parametrize(
    ("nodes", "keys", "token", "consensus"),
    [
        (2, "", 3000, 3600),
        (3, "", 3650, 4380),
        (5, "    token: 5000\n", 6950, 8340),
        (4, "    token_coefficient: 0\n", 3000, 3600),
        (3, "    token: 0\n", 3650, 4380),
    ],
)
def test_11_the_token_in_use(tmp_path, nodes, keys, token, consensus):
    text = corosync(*(f"n{i}" for i in range(1, nodes + 1))).replace("totem {\n", f"totem {{\n{keys}")
    totem = cluster_of(tmp_path, {"corosync.conf": text}).corosync.totem
    assert (totem.token, totem.consensus) == (token, consensus)


def test_12_names_that_differ_in_case_are_one_host_but_two_names(tmp_path):
    files = {
        "corosync.conf": corosync("n1", "n2"),
        "cib.xml": '<nodes><node id="1" uname="N1"/><node id="2" uname="n2"/></nodes>',
    }
    cluster = cluster_of(tmp_path, files)
    assert [n.name for n in cluster.nodes] == ["N1", "n2"]
    assert cluster.node("n1") is cluster.nodes[0]
    assert cluster.nodes[0].in_corosync


def test_13_members_remote_and_guest_nodes_are_told_apart(tmp_path):
    resources = """<nodes><node id="1" uname="n1"/><node id="r1" uname="r1" type="remote"/></nodes><resources>
      <primitive id="r1" class="ocf" provider="pacemaker" type="remote"/>
      <primitive id="vm" class="ocf" provider="heartbeat" type="VirtualDomain"><meta_attributes id="m">
        <nvpair id="g" name="remote-node" value="guest1"/></meta_attributes></primitive></resources>"""
    cluster = cluster_of(tmp_path, {"cib.xml": resources})
    assert sorted((n.name, n.kind) for n in cluster.nodes) == [("guest1", "guest"), ("n1", "member"), ("r1", "remote")]
    assert [n.name for n in cluster.members()] == ["n1"]


@pytest.mark.parametrize("name", ["n1", "N1", "n1.example.com", "192.0.2.1", "front1"])
def test_14_one_map_of_all_names_of_a_node(tmp_path, name):
    files = {
        "corosync.conf": corosync("n1", "n2"),
        "cib.xml": '<nodes><node id="1" uname="n1.example.com"/><node id="2" uname="n2.example.com"/></nodes>',
        "n1/hosts": "192.0.2.1 n1.example.com n1 front1\n192.0.2.2 n2.example.com n2 vip\n",
    }
    node = cluster_of(tmp_path, files).node(name)
    assert (node.name, node.nodeid) == ("n1.example.com", 1)


def test_15_live_values_are_no_verdict(tmp_path):
    """What the status section and the header say of the moment makes no finding."""
    text = whole_cib("<resources/>").replace("<cib ", '<cib have-quorum="0" dc-uuid="7" ')
    lay(tmp_path, {"cib.xml": text})
    findings = make_report(CheckOptions(paths=(str(tmp_path),))).findings
    assert not [f for f in findings if "have-quorum" in f.message or "dc-uuid" in f.message]


def test_16_a_missing_file_is_not_a_missing_setting(tmp_path):
    lay(tmp_path, {"corosync.conf": corosync("n1", "n2"), "n1/hosts": HOSTS})
    report = make_report(CheckOptions(paths=(str(tmp_path),)))
    skipped = {s.rule: s.reason for s in report.skipped}
    assert skipped["stonith-disabled"] == "needs cib"
    assert skipped["systemd-resource-enabled-at-boot"] == "needs cib and units"
    assert skipped["hosts-entry-differs"] == "needs hosts of two nodes or more"
    assert "two-node-flag-missing" not in skipped
    assert not {f.rule for f in report.findings} & set(skipped)
