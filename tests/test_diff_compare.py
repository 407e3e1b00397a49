"""What the comparison says of hand-made pairs: one change for each thing done, and nothing for what means nothing."""

from __future__ import annotations

import pytest

from halint.diff.compare import compare
from halint.diff.side import Side
from halint.parse.cib import read_cib

IP = 'class="ocf" provider="heartbeat" type="IPaddr2"'
DUMMY = 'class="ocf" provider="heartbeat" type="Dummy"'


def side(inside: str, name: str, attributes: str = "") -> Side:
    """A side from what is in `configuration`."""
    text = (
        f'<cib admin_epoch="0" epoch="1" num_updates="0" {attributes}><configuration>{inside}</configuration></cib>'
        if not inside.startswith("<cib")
        else inside
    )
    return Side(file=read_cib(text.encode(), name))


def resources(*inside: str) -> str:
    return f"<resources>{''.join(inside)}</resources>"


def constraints(*inside: str) -> str:
    return f"<constraints>{''.join(inside)}</constraints>"


def dummy(name: str, inside: str = "") -> str:
    return f'<primitive id="{name}" {DUMMY}>{inside}</primitive>'


def ip(name: str, address: str, more: str = "") -> str:
    pairs = f'<nvpair id="{name}-ip" name="ip" value="{address}"/>{more}'
    return f'<primitive id="{name}" {IP}><instance_attributes id="{name}-ia">{pairs}</instance_attributes></primitive>'


def meta(owner: str, name: str, value: str) -> str:
    return (
        f'<meta_attributes id="{owner}-m"><nvpair id="{owner}-{name}" name="{name}" value="{value}"/></meta_attributes>'
    )


def group(name: str, *members: str) -> str:
    return f'<group id="{name}">{"".join(members)}</group>'


def clone(name: str, *inside: str) -> str:
    return f'<clone id="{name}">{"".join(inside)}</clone>'


A, B, C, D = (dummy(name) for name in "abcd")
A1, B1, C1, D1 = (ip(name, f"10.0.0.{i}") for i, name in enumerate("abcd", 1))
PROPERTY = (
    '<crm_config><cluster_property_set id="s"><nvpair id="n" name="stonith-enabled" value="{}"/></cluster_property_set>'
    "</crm_config>"
)
SET = '<rsc_order id="o"><resource_set id="s"><resource_ref id="{}"/><resource_ref id="{}"/></resource_set></rsc_order>'
RULE = '<rule id="r{0}" score="5"><expression id="e{0}" attribute="#uname" operation="eq" value="n1"/></rule>'
WITH_TEMPLATE = (
    f'<template id="t" {IP}><instance_attributes id="t-ia"><nvpair id="t-n" name="nic" value="eth0"/>'
    '</instance_attributes></template><primitive id="a" template="t"/>'
)

CHANGED = {
    "a parameter": (
        resources(ip("a", "10.0.0.1")),
        resources(ip("a", "10.0.0.2")),
        [("changed", "primitive", "a", ("instance_attributes", "ip"), "10.0.0.1", "10.0.0.2")],
    ),
    "a boolean parameter spelt differently is another text": (
        resources(ip("a", "10.0.0.1", '<nvpair id="x" name="run_arping" value="true"/>')),
        resources(ip("a", "10.0.0.1", '<nvpair id="x" name="run_arping" value="yes"/>')),
        [("changed", "primitive", "a", ("instance_attributes", "run_arping"), "true", "yes")],
    ),
    "a parameter's default stated": (
        resources(A1),
        resources(ip("a", "10.0.0.1", '<nvpair id="x" name="run_arping" value="false"/>')),
        [("changed", "primitive", "a", ("instance_attributes", "run_arping"), None, "false")],
    ),
    "target-role": (
        resources(A),
        resources(dummy("a", meta("a", "target-role", "Stopped"))),
        [("changed", "primitive", "a", ("meta_attributes", "target-role"), None, "Stopped")],
    ),
    "an operation's timeout": (
        resources(dummy("a", '<operations><op id="o" name="monitor" interval="10s" timeout="20s"/></operations>')),
        resources(dummy("a", '<operations><op id="p" name="monitor" interval="10s" timeout="30s"/></operations>')),
        [("changed", "primitive", "a", ("operations", "monitor 10s", "timeout"), "20s", "30s")],
    ),
    "an operation's interval": (
        resources(dummy("a", '<operations><op id="o" name="monitor" interval="10s"/></operations>')),
        resources(dummy("a", '<operations><op id="o" name="monitor" interval="11s"/></operations>')),
        [("changed", "primitive", "a", ("operations", "monitor 10s", "interval"), "10s", "11s")],
    ),
    "an operation more": (
        resources(A),
        resources(dummy("a", '<operations><op id="o" name="monitor" interval="10s"/></operations>')),
        [("changed", "primitive", "a", ("operations", "monitor 10s"), None, "monitor interval=10s")],
    ),
    "another agent": (
        resources(A),
        resources(f'<primitive id="a" {IP}/>'),
        [("changed", "primitive", "a", ("agent",), "ocf:heartbeat:Dummy", "ocf:heartbeat:IPaddr2")],
    ),
    "a template's parameter, told once": (
        resources(WITH_TEMPLATE),
        resources(WITH_TEMPLATE.replace("eth0", "eth1")),
        [("changed", "template", "t", ("instance_attributes", "nic"), "eth0", "eth1")],
    ),
    "a resource added": (
        resources(A),
        resources(A, B1),
        [("added", "primitive", "b", (), None, "ocf:heartbeat:IPaddr2")],
    ),
    "a resource added to a group": (
        resources(group("g", A, B)),
        resources(group("g", A, C1, B)),
        [("added", "primitive", "c", (), None, "ocf:heartbeat:IPaddr2 in group g (after a)")],
    ),
    "a resource removed": (
        resources(A, B),
        resources(A),
        [("removed", "primitive", "b", (), "ocf:heartbeat:Dummy", None)],
    ),
    "a group added with its members": (
        resources(A),
        resources(A, group("g", B, C)),
        [("added", "group", "g", (), None, "b, c")],
    ),
    "a clone removed with what is in it": (
        resources(A, clone("c1", group("g", B, C))),
        resources(A),
        [("removed", "clone", "c1", (), "g", None)],
    ),
    "a renaming": (
        resources(A1) + constraints('<rsc_location id="l" rsc="a" node="n1" score="100"/>'),
        resources(ip("z", "10.0.0.1")) + constraints('<rsc_location id="l" rsc="z" node="n1" score="100"/>'),
        [("renamed", "primitive", "a", (), "a", "z")],
    ),
    "a renaming that constraints do not follow is another resource": (
        resources(A) + constraints('<rsc_location id="l" rsc="a" node="n1" score="100"/>'),
        resources(dummy("z")),
        [
            ("removed", "primitive", "a", (), "ocf:heartbeat:Dummy", None),
            ("added", "primitive", "z", (), None, "ocf:heartbeat:Dummy"),
            ("removed", "rsc_location", "l", (), "a on n1: 100", None),
        ],
    ),
    "a group renamed": (
        resources(group("g", A, B)),
        resources(group("h", A, B)),
        [("renamed", "group", "g", (), "g", "h")],
    ),
    "a group and a member renamed": (
        resources(group("g", A1, B1)),
        resources(group("h", A1, ip("z", "10.0.0.2"))),
        [("renamed", "group", "g", (), "g", "h"), ("renamed", "primitive", "b", (), "b", "z")],
    ),
    "into a group": (
        resources(A, group("g", B, C)),
        resources(group("g", B, A, C)),
        [("moved", "primitive", "a", (), "top level", "group g (after b)")],
    ),
    "out of a group": (
        resources(group("g", A, B, C)),
        resources(group("g", A, C), B),
        [("moved", "primitive", "b", (), "group g (after a)", "top level")],
    ),
    "from group to group": (
        resources(group("g", A, B), group("h", C, D)),
        resources(group("g", A), group("h", C, D, B)),
        [("moved", "primitive", "b", (), "group g (after a)", "group h (after d)")],
    ),
    "into a clone": (
        resources(A),
        resources(clone("c1", A)),
        [("moved", "primitive", "a", (), "top level", "clone c1")],
    ),
    "out of a clone": (
        resources(clone("c1", A)),
        resources(A),
        [("moved", "primitive", "a", (), "clone c1", "top level")],
    ),
    "a group into a clone": (
        resources(group("g", A, B)),
        resources(clone("c1", group("g", A, B))),
        [("moved", "group", "g", (), "top level", "clone c1")],
    ),
    "one into a group of its own": (
        resources(A, B),
        resources(group("g", A), B),
        [("moved", "primitive", "a", (), "top level", "group g")],
    ),
    "a group around two": (
        resources(A, B),
        resources(group("g", A, B)),
        [("added", "group", "g", (), None, "a, b")],
    ),
    "a group dissolved": (
        resources(group("g", A, B)),
        resources(A, B),
        [("removed", "group", "g", (), "a, b", None)],
    ),
    "a cloned group dissolved": (
        resources(clone("c1", group("g", A, B))),
        resources(A, B),
        [("removed", "group", "g", (), "a, b in clone c1", None)],
    ),
    "a group split": (
        resources(group("g", A, B, C, D)),
        resources(group("g", A, B), group("h", C, D)),
        [("moved", "group", "g", (), "g: a b c d", "g: a b; h: c d")],
    ),
    "two groups become one": (
        resources(group("g", A, B), group("h", C, D)),
        resources(group("g", A, B, C, D)),
        [("moved", "group", "h", (), "h: c d", "g: a b c d")],
    ),
    "members in another order": (
        resources(group("g", A, B, C)),
        resources(group("g", B, A, C)),
        [("reordered", "group", "g", (), "a b c", "b a c")],
    ),
    "outermost resources in another order": (
        resources(A, B, C),
        resources(C, A, B),
        [("reordered", "resources", "resources", (), "a b c", "c a b")],
    ),
    "a property": (
        PROPERTY.format("true"),
        PROPERTY.format("false"),
        [("changed", "property", "stonith-enabled", (), "true", "false")],
    ),
    "a constraint's score": (
        constraints('<rsc_location id="l" rsc="a" node="n1" score="100"/>'),
        constraints('<rsc_location id="l" rsc="a" node="n1" score="200"/>'),
        [("changed", "rsc_location", "l", ("score",), "100", "200")],
    ),
    "a constraint of another id with another score": (
        constraints('<rsc_colocation id="c" rsc="a" with-rsc="b" score="100"/>'),
        constraints('<rsc_colocation id="d" rsc="a" with-rsc="b" score="INFINITY"/>'),
        [("changed", "rsc_colocation", "c", ("score",), "100", "INFINITY")],
    ),
    "a set's members in another order": (
        constraints(SET.format("a", "b")),
        constraints(SET.format("b", "a")),
        [("reordered", "rsc_order", "o", ("resource_set",), "{ a b }", "{ b a }")],
    ),
    "a fencing level's devices in another order": (
        '<fencing-topology><fencing-level id="l" target="n1" index="1" devices="f1,f2"/></fencing-topology>',
        '<fencing-topology><fencing-level id="l" target="n1" index="1" devices="f2,f1"/></fencing-topology>',
        [("reordered", "fencing-level", "l", ("devices",), "f1,f2", "f2,f1")],
    ),
    "a node renamed, constraints follow": (
        '<nodes><node id="1" uname="n1"/></nodes>' + constraints('<rsc_location id="l" rsc="a" node="n1" score="1"/>'),
        '<nodes><node id="1" uname="n2"/></nodes>' + constraints('<rsc_location id="l" rsc="a" node="n2" score="1"/>'),
        [("renamed", "node", "n1", (), "n1", "n2")],
    ),
    "standby": (
        '<nodes><node id="1" uname="n1"/></nodes>',
        '<nodes><node id="1" uname="n1"><instance_attributes id="x"><nvpair id="y" name="standby" value="on"/>'
        "</instance_attributes></node></nodes>",
        [("changed", "node", "n1", ("instance_attributes", "standby"), None, "on")],
    ),
    "an operation becomes another under its id": (
        resources(dummy("a", '<operations><op id="o" name="stop" interval="0s" timeout="40s"/></operations>')),
        resources(dummy("a", '<operations><op id="o" name="start" interval="0s" timeout="40s"/></operations>')),
        [("changed", "primitive", "a", ("operations", "stop", "name"), "stop", "start")],
    ),
    "a rule more, equal to one that was there": (
        constraints(f'<rsc_location id="l" rsc="a">{RULE.format(1)}</rsc_location>'),
        constraints(f'<rsc_location id="l" rsc="a">{RULE.format(1)}{RULE.format(2)}</rsc_location>'),
        [
            (
                "changed",
                "rsc_location",
                "l",
                ("rule",),
                "5 where #uname eq n1",
                "5 where #uname eq n1; 5 where #uname eq n1",
            )
        ],
    ),
    "a template that is still used removed": (
        resources(WITH_TEMPLATE),
        resources('<primitive id="a" template="t"/>'),
        [("removed", "template", "t", (), "ocf:heartbeat:IPaddr2", None)],
    ),
    "a misspelt element, which no schema has": (
        resources(A, "<primitve id='b'/>"),
        resources(A),
        [("removed", "primitve", "b", (), '<primitve id="b"></primitve>', None)],
    ),
}


@pytest.mark.parametrize("name", CHANGED)
def test_change(name):
    before, after, expected = CHANGED[name]
    found = compare(side(before, "before.xml"), side(after, "after.xml"))
    assert [(c.kind, c.type, c.id, c.path, c.before, c.after) for c in found.changes] == expected
    for change in found.changes:
        assert (change.before_at is None) == (change.kind == "added" or (change.path != () and change.before is None))
        assert (change.after_at is None) == (change.kind == "removed" or (change.path != () and change.after is None))


def test_the_other_way_round_there_are_as_many_changes():
    for before, after, expected in CHANGED.values():
        assert len(compare(side(after, "a"), side(before, "b")).changes) == len(expected)


SAME = {
    "an id": (resources(A1), resources(A1.replace('id="a-ip"', 'id="other"')), "ids"),
    "attribute order": (resources(A), resources(f'<primitive {DUMMY} id="a"/>'), "attribute-order"),
    "an empty set": (resources(A), resources(dummy("a", '<meta_attributes id="m"/>')), "empty-sets"),
    "a default": (resources(A), resources(dummy("a", meta("a", "is-managed", "true"))), "defaults"),
    "a spelling": (
        resources(dummy("a", meta("a", "is-managed", "false"))),
        resources(dummy("a", meta("a", "is-managed", "No"))),
        "spelling",
    ),
    "a master element": (
        resources(f'<master id="m">{A}</master>'),
        resources(clone("m", A, meta("m", "promotable", "true"))),
        "old-names",
    ),
    "a template and its expansion": (
        resources(WITH_TEMPLATE),
        resources(
            f'<primitive id="a" {IP}><instance_attributes id="t-ia"><nvpair id="t-n" name="nic" value="eth0"/>'
            "</instance_attributes></primitive>"
        ),
        "template",
    ),
    "a comment": (resources(A), resources(A, "<!-- the ip -->"), "layout"),
    "the order of constraints": (
        constraints('<rsc_location id="l" rsc="a" node="n1" score="1"/>', '<rsc_order id="o" first="a" then="b"/>'),
        constraints('<rsc_order id="o" first="a" then="b"/>', '<rsc_location id="l" rsc="a" node="n1" score="1"/>'),
        "order",
    ),
    "a clone's child stands for it in a constraint": (
        resources(clone("c", A)) + constraints('<rsc_order id="o" first="c" then="b"/>'),
        resources(clone("c", A)) + constraints('<rsc_order id="o" first="a" then="b"/>'),
        "spelling",
    ),
}


@pytest.mark.parametrize("name", SAME)
def test_no_change(name):
    before, after, sort = SAME[name]
    found = compare(side(before, "before.xml"), side(after, "after.xml"))
    assert found.changes == ()
    assert sort in {noise.sort for noise in found.noise}
    assert compare(side(before, "before.xml"), side(after, "after.xml"), strict=True).changes or sort == "layout"


def test_counters_and_status_are_noise():
    one = side("<cib epoch='1' num_updates='3'><configuration/><status><node_state id='1'/></status></cib>", "b")
    other = side("<cib epoch='7' num_updates='3'><configuration/><status/></cib>", "a")
    found = compare(one, other)
    assert (found.changes, [n.sort for n in found.noise]) == ((), ["counters", "status"])
    assert compare(one, other, strict=True).changes == ()


def test_a_secret_is_compared_and_not_shown():
    pair = '<nvpair id="p" name="passwd" value="{}"/>'
    one, other = (side(resources(ip("a", "1", pair.format(word))), word) for word in ("abcd1", "efgh2"))
    for strict in (False, True):
        (change,) = compare(one, other, strict=strict).changes
        assert change.secret
        assert (change.raw_before, change.raw_after) == ("abcd1", "efgh2")
        assert "abcd1" not in f"{change.before} {change.after}"
    assert compare(one, one).changes == ()
