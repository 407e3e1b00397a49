"""One node under many names: merging CIB, nodelist and hosts files."""

from __future__ import annotations

import pytest
from cibs import DUMMY, meta, model

from halint.model.resolve_corosync import resolve_corosync
from halint.model.resolve_nodes import resolve_nodes, same_host, short_name
from halint.parse.corosync import read_corosync
from halint.parse.hosts import read_hosts


def corosync(*nodes):
    text = "nodelist {\n"
    for node in nodes:
        text += "  node {\n" + "".join(f"    {k}: {v}\n" for k, v in node.items()) + "  }\n"
    return resolve_corosync(read_corosync((text + "}\n").encode(), "corosync.conf"))


def cib(*nodes, resources=""):
    inner = "".join(f'<node id="{i}" uname="{name}"{more}/>' for i, name, more in ((*n, "")[:3] for n in nodes))
    return model(f"<nodes>{inner}</nodes><resources>{resources}</resources>")


def nodes(cib_model, corosync_model, *hosts):
    files = tuple(read_hosts(text.encode(), "hosts") for text in hosts)
    return resolve_nodes(cib_model, corosync_model, files)


@pytest.mark.parametrize(
    "entry",
    [
        {"ring0_addr": "10.0.0.1", "name": "n1", "nodeid": "7"},
        {"ring0_addr": "10.0.0.1", "name": "N1"},
        {"ring0_addr": "10.0.0.1", "name": "other", "nodeid": "1"},
        {"ring0_addr": "10.0.0.1", "name": "n1.example.com"},
        {"ring0_addr": "n1"},
        {"ring0_addr": "10.0.0.9"},
    ],
)
def test_a_nodelist_entry_is_the_cib_node_it_fits(entry):
    found = nodes(cib(("1", "n1"), ("2", "n2")), corosync(entry), "10.0.0.9 n1.example.com n1\n")
    assert [(n.name, n.in_cib, n.in_corosync) for n in found] == [("n1", True, True), ("n2", True, False)]


def test_two_nodes_are_never_one():
    found = nodes(
        cib(("1", "web.east"), ("2", "web.west")),
        corosync(
            {"ring0_addr": "10.0.0.1", "name": "web"}, {"ring0_addr": "10.0.0.2", "name": "web.west", "nodeid": "1"}
        ),
        "10.0.0.1 shared a\n10.0.0.2 shared b\n",
    )
    assert [(n.name, n.in_cib, n.in_corosync) for n in found] == [
        ("web.east", True, False),
        ("web.west", True, True),
        ("web", False, True),
    ]
    west = found[1]
    assert west.is_called("B")
    assert west.is_called("10.0.0.2")
    assert not west.is_called("web")
    assert not west.is_called("shared")
    assert found[2].is_called("web")


def test_aliases_short_long_and_addresses():
    (node,) = nodes(
        None, corosync({"ring0_addr": "10.0.0.1", "ring1_addr": "ha1.lan", "name": "ha1.example.com", "nodeid": "3"})
    )
    assert node.nodeid == 3
    assert node.addresses == ("10.0.0.1", "ha1.lan")
    for name in ("ha1.example.com", "HA1", "10.0.0.1", "ha1.lan"):
        assert node.is_called(name)
    assert not node.is_called("10")


def test_a_node_without_a_name_is_called_by_its_address():
    (node,) = nodes(None, corosync({"ring0_addr": "10.0.0.1"}))
    assert (node.name, node.in_cib) == ("10.0.0.1", False)


def test_remote_and_guest_nodes():
    resources = (
        '<primitive id="far" class="ocf" provider="pacemaker" type="remote"><instance_attributes id="i">'
        '<nvpair id="s" name="server" value="10.9.9.9"/></instance_attributes></primitive>'
        f'<primitive id="vm" {DUMMY}>{meta("m", remote_node="guest1", remote_addr="10.9.9.8")}</primitive>'
    )
    found = nodes(
        cib(("1", "n1"), ("far", "far", ' type="remote"'), ("old", "old", ' type="remote"'), resources=resources), None
    )
    assert [(n.name, n.kind, n.addresses) for n in found] == [
        ("n1", "member", ()),
        ("far", "remote", ("10.9.9.9",)),
        ("guest1", "guest", ("10.9.9.8",)),
        ("old", "remote", ()),
    ]
    assert found[1].is_called("10.9.9.9")


def test_nothing_at_all():
    assert nodes(None, None) == ()


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("n1", "N1.lan", True),
        ("n1.a", "n1.b", False),
        ("10.0.0.1", "10", False),
        ("n1", "n2", False),
        ("::1", "::1", True),
    ],
)
def test_same_host(one, other, same):
    assert same_host(one, other) is same
    assert same_host(other, one) is same


def test_short_name_of_an_address_is_the_address():
    assert [short_name(n) for n in ("a.b.c", "10.0.0.1", "fe80::1")] == ["a", "10.0.0.1", "fe80::1"]
