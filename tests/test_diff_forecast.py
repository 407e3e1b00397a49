"""The forecast on small clusters: what happens, where, why, along which chain, and what each change does itself."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from halint.diff.compare import compare
from halint.diff.effects.restart import digest
from halint.diff.forecast import effects, forecast
from halint.diff.side import Side
from halint.diff.simulate import simulate
from halint.errors import HalintError
from halint.model.status import read_status
from halint.parse.cib import read_cib

KEY = "1:1:0:11111111-2222-3333-4444-555555555555"
DUMMY = 'class="ocf" provider="pacemaker" type="Dummy"'


def primitive(name: str, inside: str = "") -> str:
    return f'<primitive id="{name}" {DUMMY}>{inside}</primitive>'


def parameters(name: str, **values: str) -> str:
    pairs = "".join(f'<nvpair id="{name}-{k}" name="{k}" value="{v}"/>' for k, v in values.items())
    return f'<instance_attributes id="{name}-ia">{pairs}</instance_attributes>'


def meta(name: str, **values: str) -> str:
    pairs = "".join(f'<nvpair id="{name}-{k}" name="{k.replace("_", "-")}" value="{v}"/>' for k, v in values.items())
    return f'<meta_attributes id="{name}-ma">{pairs}</meta_attributes>'


def started(name: str, forced: str = "", call: int = 1, **values: str) -> str:
    """A resource that was started with these parameters; `forced` are those whose change restarts it."""
    some = {k: v for k, v in values.items() if k in forced.split()}
    restart = f'op-force-restart=" {forced} " op-restart-digest="{digest(some)}"' if forced else ""
    return (
        f'<lrm_resource id="{name}" {DUMMY}><lrm_rsc_op id="{name}_last_0" operation="start" interval="0" '
        f'op-status="0" rc-code="0" call-id="{call}" op-digest="{digest(values)}" {restart} '
        f'transition-key="{KEY}" transition-magic="0:0;{KEY}" crm_feature_set="3.16.2"/></lrm_resource>'
    )


def cluster(
    resources: str,
    constraints: str = "",
    running: dict[str, str] | None = None,
    properties: str = "",
    nodes: str = "",
    attributes: str = "",
) -> str:
    """Two online nodes without fencing. `running` are the histories of ha1 and ha2; None for no status."""
    listed = nodes or '<node id="1" uname="ha1"/><node id="2" uname="ha2"/>'
    states = "".join(
        f'<node_state id="{number}" uname="ha{number}" in_ccm="true" crmd="online" join="member" expected="member">'
        f'<lrm id="{number}"><lrm_resources>{(running or {}).get(f"ha{number}", "")}</lrm_resources></lrm>'
        f"{attributes if number == 2 else ''}</node_state>"
        for number in (1, 2)
    )
    status = "" if running is None else f"<status>{states}</status>"
    return (
        '<cib validate-with="pacemaker-3.9" epoch="3" num_updates="0" admin_epoch="0" crm_feature_set="3.16.2" '
        'have-quorum="1" dc-uuid="1" cib-last-written="Tue Oct  6 08:00:00 2026"><configuration>'
        '<crm_config><cluster_property_set id="cib-bootstrap-options">'
        f'<nvpair id="f" name="stonith-enabled" value="false"/>{properties}</cluster_property_set></crm_config>'
        f"<nodes>{listed}</nodes><resources>{resources}</resources><constraints>{constraints}</constraints>"
        f"</configuration>{status}</cib>"
    )


def side(text: str, name: str = "before.xml") -> Side:
    return Side(file=read_cib(text.encode(), name))


def told(before: str, after: str) -> list[tuple[str, str, tuple[str, ...], tuple[str, ...]]]:
    """Action, subject, nodes and chain of what is new."""
    found = effects(side(before), side(after, "after.xml"), {})
    return [(e.action, e.subject, e.nodes, e.chain) for e in found if not e.pending]


A = started("a", state="/1")
B = started("b")
STICKY = '<nvpair id="p" name="maintenance-mode" value="true"/>'
ONE = primitive("a", parameters("a", state="/1"))
TWO = ONE + primitive("b")
GROUP = f'<group id="g">{TWO}</group>'
ORDER = '<rsc_order id="o" first="a" then="b"/>'
KEPT = ONE + primitive("b", meta("b", resource_stickiness="1"))
BOTH = {"ha1": A + B}

CASES = {
    "a parameter of an agent that cannot reload": (
        cluster(ONE, running={"ha1": A}),
        cluster(primitive("a", parameters("a", state="/2"))),
        [("restart", "a", ("ha1",), ("a",))],
    ),
    "a parameter that needs no restart": (
        cluster(
            primitive("a", parameters("a", state="/1", fake="x")),
            running={"ha1": started("a", "state", state="/1", fake="x")},
        ),
        cluster(primitive("a", parameters("a", state="/1", fake="y"))),
        [("reload", "a", ("ha1",), ("a",))],
    ),
    "a parameter that needs a restart, of an agent that can reload": (
        cluster(
            primitive("a", parameters("a", state="/1", fake="x")),
            running={"ha1": started("a", "state", state="/1", fake="x")},
        ),
        cluster(primitive("a", parameters("a", state="/2", fake="x"))),
        [("restart", "a", ("ha1",), ("a",))],
    ),
    "what is ordered after it restarts with it": (
        cluster(TWO, ORDER, running={"ha1": A, "ha2": B}),
        cluster(primitive("a", parameters("a", state="/2")) + primitive("b"), ORDER),
        [("restart", "a", ("ha1",), ("a",)), ("restart", "b", ("ha2",), ("a", "b"))],
    ),
    "an optional order restarts nothing else": (
        cluster(TWO, ORDER.replace("/>", ' kind="Optional"/>'), running={"ha1": A, "ha2": B}),
        cluster(
            primitive("a", parameters("a", state="/2")) + primitive("b"), ORDER.replace("/>", ' kind="Optional"/>')
        ),
        [("restart", "a", ("ha1",), ("a",))],
    ),
    "later members of a group restart with an earlier one": (
        cluster(GROUP, running=BOTH),
        cluster(f'<group id="g">{primitive("a", parameters("a", state="/2"))}{primitive("b")}</group>'),
        [("restart", "a", ("ha1",), ("a",)), ("restart", "b", ("ha1",), ("a", "b"))],
    ),
    "an earlier member does not restart with a later one": (
        cluster(f'<group id="g">{primitive("b")}{ONE}</group>', running=BOTH),
        cluster(f'<group id="g">{primitive("b")}{primitive("a", parameters("a", state="/2"))}</group>'),
        [("restart", "a", ("ha1",), ("a",))],
    ),
    "target-role Stopped stops it and what needs it": (
        cluster(TWO, ORDER, running={"ha1": A, "ha2": B}),
        cluster(primitive("a", meta("a", target_role="Stopped") + parameters("a", state="/1")) + primitive("b"), ORDER),
        [("stop", "a", ("ha1",), ("a",)), ("stop", "b", ("ha2",), ("a", "b"))],
    ),
    "a resource that is removed stops": (
        cluster(TWO, running=BOTH),
        cluster(primitive("b")),
        [("stop", "a", ("ha1",), ("a",))],
    ),
    "one that is removed stays under maintenance-mode": (
        cluster(TWO, running=BOTH),
        cluster(primitive("b"), properties=STICKY),
        [],
    ),
    "a ban of its node moves it": (
        cluster(ONE, running={"ha1": A}),
        cluster(ONE, '<rsc_location id="l" rsc="a" node="ha1" score="-INFINITY"/>'),
        [("move", "a", ("ha1", "ha2"), ("a",))],
    ),
    "a preference below its stickiness does not": (
        cluster(primitive("a", meta("a", resource_stickiness="100")), running={"ha1": started("a")}),
        cluster(
            primitive("a", meta("a", resource_stickiness="100")),
            '<rsc_location id="l" rsc="a" node="ha2" score="50"/>',
        ),
        [],
    ),
    "a ban of both nodes stops it": (
        cluster(ONE, running={"ha1": A}),
        cluster(
            ONE,
            '<rsc_location id="l" rsc="a" node="ha1" score="-INFINITY"/>'
            '<rsc_location id="m" rsc="a" node="ha2" score="-INFINITY"/>',
        ),
        [("stop", "a", ("ha1",), ("a",))],
    ),
    "standby empties the node": (
        cluster(ONE, running={"ha1": A}),
        cluster(
            ONE,
            nodes='<node id="1" uname="ha1"><instance_attributes id="n"><nvpair id="s" name="standby" value="on"/>'
            '</instance_attributes></node><node id="2" uname="ha2"/>',
        ),
        [("move", "a", ("ha1", "ha2"), ("a",))],
    ),
    "an agent of another type": (
        cluster(ONE, running={"ha1": A}),
        cluster(ONE.replace("Dummy", "Stateful")),
        [("restart", "a", ("ha1",), ("a",))],
    ),
    "an operation's timeout": (
        cluster(
            primitive("a", '<operations><op id="m" name="monitor" interval="10s"/></operations>'),
            running={"ha1": started("a")},
        ),
        cluster(primitive("a", '<operations><op id="m" name="monitor" interval="10s" timeout="9s"/></operations>')),
        [],
    ),
    "a new resource": (
        cluster(ONE, running={"ha1": A}),
        cluster(TWO),
        [("start", "b", ("ha2",), ("b",))],
    ),
    "clone-max lowered": (
        cluster(f'<clone id="c">{primitive("b")}</clone>', running={"ha1": B, "ha2": B}),
        cluster(f'<clone id="c">{meta("c", clone_max="1")}{primitive("b")}</clone>'),
        [("stop", "b", ("ha2",), ("b",))],
    ),
    "stop-all-resources": (
        cluster(TWO, running=BOTH),
        cluster(TWO, properties='<nvpair id="p" name="stop-all-resources" value="true"/>'),
        [("stop", "a", ("ha1",), ("a",)), ("stop", "b", ("ha1",), ("b",))],
    ),
    "a ticket that is not granted": (
        cluster(ONE, running={"ha1": A}),
        cluster(ONE, '<rsc_ticket id="t" rsc="a" ticket="T" loss-policy="stop"/>'),
        [("stop", "a", ("ha1",), ("a",))],
    ),
    "kept apart from now on": (
        cluster(KEPT, running=BOTH),
        cluster(KEPT, '<rsc_colocation id="k" rsc="b" with-rsc="a" score="-INFINITY"/>'),
        [("move", "a", ("ha1", "ha2"), ("a",))],
    ),
    "nothing changes": (cluster(TWO, running=BOTH), cluster(TWO), []),
}


@pytest.mark.parametrize(("before", "after", "expected"), CASES.values(), ids=CASES.keys())
def test_effects(before: str, after: str, expected: list[object]) -> None:
    assert told(before, after) == expected


@pytest.mark.parametrize(("before", "after", "expected"), CASES.values(), ids=CASES.keys())
def test_the_scheduler_says_the_same(before: str, after: str, expected: list[tuple[str, str]]) -> None:
    if shutil.which("crm_simulate") is None:
        pytest.skip("crm_simulate is not installed")
    lines = simulate(compare(side(before), side(after, "after.xml")))
    words = {"recover": "restart", "migrate": "move"}
    planned = {tuple(line.split()[:2]) for line in lines if "due already" not in line}
    planned.discard(("no", "action"))
    acts = {(words.get(action, action), name.partition(":")[0]) for action, name in planned}
    assert acts == {(action, name) for action, name, *_ in expected}


def test_a_node_that_fails_to_answer_is_due_already() -> None:
    """What BEFORE alone would do is told apart."""
    before = cluster(primitive("a", meta("a", target_role="Stopped")), running={"ha1": started("a")})
    (effect,) = effects(side(before), side(before), {})
    assert (effect.action, effect.subject, effect.pending, effect.chain) == ("stop", "a", True, ())


def test_failures_under_a_threshold_keep_a_resource_away() -> None:
    failed = (
        '<transient_attributes id="2"><instance_attributes id="s2">'
        '<nvpair id="s2-f" name="fail-count-a#monitor_10000" value="3"/></instance_attributes></transient_attributes>'
    )
    one = primitive("a", meta("a", migration_threshold="3"))
    before = cluster(one, running={"ha1": started("a")}, attributes=failed)
    after = cluster(one, '<rsc_location id="l" rsc="a" node="ha1" score="-INFINITY"/>')
    assert told(before, after) == [("stop", "a", ("ha1",), ("a",))]


def test_a_node_unknown_to_the_status_is_fenced() -> None:
    fencing = primitive("f").replace(DUMMY, 'class="stonith" type="fence_xvm"')
    more = '<node id="1" uname="ha1"/><node id="2" uname="ha2"/><node id="3" uname="ha3"/>'
    before = cluster(fencing, running={"ha1": started("f")}).replace('value="false"', 'value="true"')
    after = cluster(fencing, nodes=more).replace('value="false"', 'value="true"')
    fenced = [e for e in effects(side(before), side(after), {}) if e.action == "fence"]
    assert [(e.subject, e.reason) for e in fenced] == [
        ("ha3", "node is unknown to the status and so is fenced when the cluster starts")
    ]


OF_CHANGE = {
    "parameter": (
        cluster(TWO, ORDER, running=BOTH),
        cluster(primitive("a", parameters("a", state="/2")) + primitive("b"), ORDER),
        [(("restart", True),)],
    ),
    "two parameters, one of which reloads": (
        cluster(
            primitive("a", parameters("a", state="/1", fake="x")),
            running={"ha1": started("a", "state", state="/1", fake="x")},
        ),
        cluster(primitive("a", parameters("a", state="/2", fake="y"))),
        [(("reload", True),), (("restart", True),)],
    ),
    "a silent property": (
        cluster(TWO, running=BOTH),
        cluster(TWO, properties='<nvpair id="p" name="batch-limit" value="9"/>'),
        [(("none", True),)],
    ),
    "maintenance-mode": (cluster(TWO, running=BOTH), cluster(TWO, properties=STICKY), [(("cluster-wide", True),)]),
    "an order between what runs": (cluster(TWO, running=BOTH), cluster(TWO, ORDER), [(("none", True),)]),
    "removed": (cluster(TWO, running=BOTH), cluster(primitive("b")), [(("stop", True),)]),
    "without a status, a parameter": (
        cluster(ONE),
        cluster(primitive("a", parameters("a", state="/2"))),
        [(("restart", False),)],
    ),
    "without a status, a removal": (cluster(TWO), cluster(primitive("b")), [(("stop", False),)]),
    "without a status, an operation": (
        cluster(primitive("a", '<operations><op id="m" name="monitor" interval="10s"/></operations>')),
        cluster(primitive("a", '<operations><op id="m" name="monitor" interval="10s" timeout="9s"/></operations>')),
        [(("none", True),)],
    ),
}


@pytest.mark.parametrize(("before", "after", "expected"), OF_CHANGE.values(), ids=OF_CHANGE.keys())
def test_of_change(before: str, after: str, expected: list[object]) -> None:
    assert list(forecast(compare(side(before), side(after, "after.xml"))).of_change) == expected


def test_reasons_name_the_change() -> None:
    before = cluster(TWO, ORDER, running={"ha1": A, "ha2": B})
    after = cluster(primitive("a", parameters("a", state="/2")) + primitive("b"), ORDER)
    found = forecast(compare(side(before), side(after, "after.xml")))
    assert [(e.subject, e.reason) for e in found.effects] == [
        ("a", "its parameter state changes"),
        ("b", "it depends on a"),
    ]
    assert found.basis == "forecast from the status in before.xml, written last Tue Oct  6 08:00:00 2026"
    assert found.from_status


def test_without_a_status_the_basis_says_so() -> None:
    found = forecast(compare(side(cluster(ONE)), side(cluster(""), "after.xml")))
    assert not found.from_status
    assert found.basis == "before.xml has no status: these are the effects that such changes usually have"
    assert [(e.action, e.subject, e.certain) for e in found.effects] == [("stop", "a", False)]


def test_the_status_is_read() -> None:
    status = read_status(side(cluster(ONE, running={"ha1": started("a", "state fake", state="/1")})).root)
    assert status is not None
    (history,) = status.nodes["ha1"].histories
    assert history.operations[0].restarts == {"state", "fake"}
    assert read_status(side(cluster(ONE)).root) is None


def test_simulate_never_shows_a_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The program gets true values in a file of its own, which is gone afterwards; the lines have none."""
    program = tmp_path / "crm_simulate"
    seen = tmp_path / "seen"
    program.write_text(
        f'#!/bin/sh\ncp "$4" {seen}; echo "$4" > {seen}.path\n'
        'echo \'<pacemaker-result><actions><rsc_action action="stop" resource="f" node="ha1"/></actions>'
        "</pacemaker-result>'\n"
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    secret = primitive("f", parameters("f", passwd="geheim")).replace(  # noqa: S106 - made up
        DUMMY, 'class="stonith" type="fence_xvm"'
    )
    comparison = compare(side(cluster(secret, running={})), side(cluster(secret.replace("geheim", "neu7"))))
    assert simulate(comparison) == ("stop f on ha1 (due already)",)
    assert "neu7" in seen.read_text()
    assert not Path(Path(f"{seen}.path").read_text().strip()).exists()


@pytest.mark.parametrize(
    ("running", "message"),
    [
        (None, "before.xml: has no status, so there is nothing to simulate from; pcs cluster cib has one"),
        ({}, "crm_simulate is not on this machine (package pacemaker or pacemaker-cli-utils)"),
    ],
)
def test_simulate_says_what_is_missing(
    running: dict[str, str] | None, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    comparison = compare(side(cluster(ONE, running=running)), side(cluster(TWO)))
    with pytest.raises(HalintError) as caught:
        simulate(comparison)
    assert str(caught.value) == message


def test_a_connection_that_is_cloned_is_a_connection_still() -> None:
    """A connection cannot be cloned, but somebody may try; its instance has another name than the remote node."""
    remote = primitive("rem").replace('type="Dummy"', 'type="remote"')
    state = (
        '<node_state id="rem" uname="rem" remote_node="true" in_ccm="true" crmd="online"><lrm id="rem"><lrm_resources>'
        f"{started('d')}</lrm_resources></lrm></node_state></status>"
    )
    running = {"ha1": started("rem").replace('type="Dummy"', 'type="remote"')}
    before = cluster(f'<clone id="c">{remote}</clone>{primitive("d")}', running=running).replace("</status>", state)
    gone = before.replace(primitive("d"), "")
    assert [e.action for e in effects(side(before), side(gone, "after.xml"), {}) if e.subject == "d"] == ["stop"]
