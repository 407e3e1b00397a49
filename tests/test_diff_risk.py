"""How grave each kind of change is."""

from __future__ import annotations

import pytest
from examples import whole_cib

from halint.diff.change import Change, Comparison
from halint.diff.compare import compare
from halint.diff.risk import risk
from halint.diff.side import Side
from halint.parse.cib import read_cib


def side(text: str, name: str = "before.xml") -> Side:
    return Side(file=read_cib(whole_cib(text).encode(), name))


def comparison(before: str = "", after: str = "") -> Comparison:
    return compare(side(before or " <crm_config/>"), side(after or " <crm_config/>", "after.xml"))


NOTHING = comparison()


def changed(kind: str, before: str | None, after: str | None, *path: str, id: str = "x") -> Change:  # noqa: A002
    return Change(kind="changed", type=kind, id=id, path=path, before=before, after=after)


PROPERTIES = [
    ("stonith-enabled", "true", "false", "high"),
    ("stonith-enabled", None, "off", "high"),
    ("fencing-enabled", "true", "false", "high"),
    ("fencing-enabled", "false", "true", "low"),
    ("stonith-enabled", "false", None, "low"),  # the default is on
    ("stonith-enabled", "true", "ture", "high"),
    ("stonith-action", "reboot", "off", "high"),
    ("fencing-action", "off", "reboot", "high"),
    ("stonith-timeout", "60s", "30s", "high"),
    ("stonith-timeout", "60", "2min", "low"),
    ("fencing-timeout", None, "10s", "high"),  # the default is 60s
    ("stonith-max-attempts", "10", "3", "high"),
    ("stonith-watchdog-timeout", "10s", "0", "high"),
    ("fence-reaction", "panic", "stop", "high"),
    ("priority-fencing-delay", "30s", None, "high"),
    ("priority-fencing-delay", "0", "30s", "low"),
    ("concurrent-fencing", "true", "false", "high"),
    ("startup-fencing", None, "false", "high"),
    ("no-quorum-policy", "stop", "ignore", "high"),
    ("no-quorum-policy", "ignore", "stop", "high"),
    ("maintenance-mode", "false", "true", "high"),
    ("maintenance-mode", "true", None, "high"),
    ("stop-all-resources", None, "true", "high"),
    ("stop-all-resources", "true", "false", "medium"),
    ("symmetric-cluster", "true", "false", "high"),
    ("stop-orphan-resources", "false", "true", "high"),
    ("stop-removed-resources", "true", "false", "low"),
    ("batch-limit", "0", "30", "low"),
    ("cluster-recheck-interval", "15min", "5min", "low"),
]


@pytest.mark.parametrize("name, before, after, expected", PROPERTIES)
def test_properties_by_old_and_new_name(name, before, after, expected):
    assert risk(changed("property", before, after, id=name), ("none",), NOTHING) == expected


INSIDE = [
    ("primitive", ("meta_attributes", "target-role"), "Started", "Stopped", "high"),
    ("primitive", ("meta_attributes", "target-role"), "Stopped", None, "medium"),
    ("clone", ("meta_attributes", "target-role"), "Master", "Slave", "medium"),
    ("group", ("meta_attributes", "is-managed"), None, "false", "high"),
    ("primitive", ("meta_attributes", "maintenance"), "true", "false", "high"),
    ("primitive", ("meta_attributes", "requires"), "fencing", "quorum", "high"),
    ("primitive", ("meta_attributes", "requires"), "quorum", None, "low"),
    ("primitive", ("meta_attributes", "requires"), "quorum", "fencing", "low"),
    ("clone", ("meta_attributes", "master-max"), "1", "2", "high"),
    ("clone", ("meta_attributes", "promoted-max"), None, "2", "high"),
    ("clone", ("meta_attributes", "promoted-max"), "2", "1", "low"),
    ("primitive", ("meta_attributes", "priority"), "1", "2", "low"),
    ("primitive", ("meta_attributes", "requires"), None, "nothing", "high"),
    ("primitive", ("meta_attributes", "requires"), "quorum", "nothing", "low"),
    ("primitive", ("operations", "stop", "on-fail"), None, "block", "high"),
    ("primitive", ("operations", "stop", "on-fail"), "block", "fence", "low"),
    ("primitive", ("operations", "stop", "on-fail"), "block", None, "low"),
    ("primitive", ("operations", "stop"), None, "timeout=20s on-fail=ignore", "high"),
    ("primitive", ("operations", "stop"), None, "timeout=20s", "low"),
    ("primitive", ("operations", "monitor 10s"), "timeout=20s", None, "medium"),
    ("primitive", ("operations", "monitor 10s"), None, "timeout=20s", "low"),
    ("primitive", ("operations", "monitor 10s", "on-fail"), None, "block", "low"),
    ("primitive", ("operations", "monitor 10s", "on-fail"), "fence", "restart", "high"),
    ("primitive", ("operations", "monitor 10s", "on-fail"), "restart", "fence", "low"),
    ("primitive", ("operations", "monitor 10s", "enabled"), "true", "false", "medium"),
    ("primitive", ("operations", "monitor 10s", "timeout"), "20s", "30s", "low"),
    ("primitive", ("description",), "a", "b", "low"),
    ("bundle", ("container", "promoted-max"), "1", "2", "high"),
    ("bundle", ("container", "image"), "a", "b", "low"),
    ("rsc_defaults", (), "Started", "Stopped", "low"),  # the name is in the id, see below
    ("node", ("instance_attributes", "maintenance"), None, "true", "high"),
    ("node", ("instance_attributes", "standby"), None, "on", "medium"),
    ("node", ("instance_attributes", "rack"), "a", "b", "low"),
    ("node", ("type",), "member", "remote", "high"),
    ("fencing-level", ("devices",), "a,b", "a", "high"),
    ("rsc_ticket", ("loss-policy",), "fence", "freeze", "high"),
    ("rsc_order", ("kind",), "Mandatory", "Optional", "medium"),
    ("cib", ("no-quorum-panic",), "true", "false", "high"),
    ("cib", ("validate-with",), "pacemaker-3.7", "pacemaker-3.9", "low"),
    ("alert", ("path",), "/a", "/b", "low"),
]


@pytest.mark.parametrize("kind, path, before, after, expected", INSIDE)
def test_what_is_inside_an_object(kind, path, before, after, expected):
    assert risk(changed(kind, before, after, *path), ("none",), NOTHING) == expected


@pytest.mark.parametrize(
    "kind, name, before, after, expected",
    [
        ("rsc_defaults", "target-role", None, "Stopped", "high"),
        ("rsc_defaults", "is-managed", None, "false", "high"),
        ("rsc_defaults", "resource-stickiness", "0", "100", "low"),
        ("op_defaults", "on-fail", "fence", "ignore", "high"),
        ("op_defaults", "timeout", "20s", "60s", "low"),
    ],
)
def test_defaults(kind, name, before, after, expected):
    assert risk(changed(kind, before, after, id=name), ("none",), NOTHING) == expected


@pytest.mark.parametrize(
    "effects, expected",
    [
        (("none",), "low"),
        (("reload",), "low"),
        (("start",), "low"),
        (("restart",), "medium"),
        (("move",), "medium"),
        (("demote", "promote"), "medium"),
        (("unknown",), "medium"),
        (("cluster-wide",), "medium"),
        (("restart", "stop"), "high"),
        (("fence",), "high"),
    ],
)
def test_an_effect_makes_a_harmless_change_graver(effects, expected):
    assert risk(changed("tag", "a", "b", "obj_ref"), effects, NOTHING) == expected


def test_an_effect_never_makes_a_change_milder():
    assert risk(changed("property", "true", "false", id="stonith-enabled"), ("none",), NOTHING) == "high"


DUMMY = '<primitive id="{}" class="ocf" provider="pacemaker" type="Dummy"/>'
A, B = DUMMY.format("A"), DUMMY.format("B")
FENCE = (
    '<primitive id="F" class="stonith" type="fence_ipmilan"><instance_attributes id="i">'
    '<nvpair id="n" name="{}" value="{}"/></instance_attributes></primitive>'
)
FILESYSTEM = (
    '<primitive id="FS" class="ocf" provider="heartbeat" type="Filesystem"><instance_attributes id="i">'
    '<nvpair id="n" name="{}" value="{}"/></instance_attributes></primitive>'
)


def resources(text: str) -> str:
    return f"<resources>{text}</resources>"


def constraints(text: str) -> str:
    return f"<resources>{A}{B}</resources><constraints>{text}</constraints>"


APART = '<rsc_colocation id="c" rsc="A" with-rsc="B" score="{}"/>'
REAL = {
    "a primitive is removed": (resources(A + B), resources(A), "high"),
    "a primitive is added": (resources(A), resources(A + B), "low"),
    "a group is removed with its members": (resources(f'<group id="g">{A}{B}</group>'), resources(""), "high"),
    "a group is removed, its members stay": (resources(f'<group id="g">{A}{B}</group>'), resources(A + B), "low"),
    "a fence device's parameter": (
        resources(FENCE.format("pcmk_host_list", "n1 n2")),
        resources(FENCE.format("pcmk_host_list", "n1")),
        "high",
    ),
    "a fence device's password": (
        resources(FENCE.format("password", "one")),
        resources(FENCE.format("password", "two")),
        "high",
    ),
    "a file system's device": (
        resources(FILESYSTEM.format("device", "/dev/sda")),
        resources(FILESYSTEM.format("device", "/dev/sdb")),
        "high",
    ),
    "a file system's options": (
        resources(FILESYSTEM.format("options", "rw")),
        resources(FILESYSTEM.format("options", "ro")),
        "low",
    ),
    "what kept two apart is gone": (constraints(APART.format("-INFINITY")), constraints(""), "high"),
    "a wish to keep apart is gone": (constraints(APART.format("-100")), constraints(""), "high"),
    "what kept two apart keeps them together": (
        constraints(APART.format("-INFINITY")),
        constraints(APART.format("INFINITY")),
        "high",
    ),
    "what kept two apart is a wish": (constraints(APART.format("-INFINITY")), constraints(APART.format("-5")), "high"),
    "a wish to keep apart becomes a must": (
        constraints(APART.format("-5")),
        constraints(APART.format("-INFINITY")),
        "low",
    ),
    "what kept two together is gone": (constraints(APART.format("INFINITY")), constraints(""), "medium"),
    "what keeps two apart is added": (constraints(""), constraints(APART.format("-INFINITY")), "low"),
    "a file system is cloned": (
        resources(FILESYSTEM.format("device", "/dev/sda")),
        resources(f'<clone id="c">{FILESYSTEM.format("device", "/dev/sda")}</clone>'),
        "high",
    ),
    "what is no file system is cloned": (resources(A), resources(f'<clone id="c">{A}</clone>'), "low"),
    "a ban is gone": (
        constraints('<rsc_location id="l" rsc="A" node="n1" score="-INFINITY"/>'),
        constraints(""),
        "medium",
    ),
    "a preference is gone": (
        constraints('<rsc_location id="l" rsc="A" node="n1" score="50"/>'),
        constraints(""),
        "low",
    ),
    "a property under a rule": (
        " <crm_config/>",
        '<crm_config><cluster_property_set id="s"><rule id="r" score="0"><expression id="e" attribute="#uname"'
        ' operation="eq" value="n1"/></rule><nvpair id="p" name="maintenance-mode" value="true"/>'
        "</cluster_property_set></crm_config>",
        "high",
    ),
    "a mandatory order is gone": (constraints('<rsc_order id="o" first="A" then="B"/>'), constraints(""), "medium"),
    "an optional order is gone": (
        constraints('<rsc_order id="o" first="A" then="B" kind="Optional"/>'),
        constraints(""),
        "low",
    ),
    "a ticket is gone": (constraints('<rsc_ticket id="t" rsc="A" ticket="T"/>'), constraints(""), "high"),
    "a node is added": (
        '<nodes><node id="1" uname="n1"/></nodes>',
        '<nodes><node id="1" uname="n1"/><node id="2" uname="n2"/></nodes>',
        "high",
    ),
}


@pytest.mark.parametrize("before, after, expected", REAL.values(), ids=REAL.keys())
def test_one_edit_of_a_cib(before, after, expected):
    found = comparison(before, after)
    assert len(found.changes) == 1, found.changes
    assert risk(found.changes[0], ("none",), found) == expected


def test_a_fence_device_made_from_a_template_is_one():
    def cib(value: str) -> str:
        device = FENCE.format("ip", value).replace('class="stonith" type="fence_ipmilan"', 'template="T"')
        return resources(f'<template id="T" class="stonith" type="fence_ipmilan"/>{device}')

    found = comparison(cib("10.0.0.1"), cib("10.0.0.2"))
    assert [risk(change, ("none",), found) for change in found.changes] == ["high"]
