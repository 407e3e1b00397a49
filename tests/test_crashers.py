"""CIBs that crash or hang Pacemaker's scheduler: halint does neither, and says what it is.

What crm_verify 2.1.5 does with each stands in the tables and is asked of the real one. 3.0.2 dies (signal 11) also of
templates that are none and of elements that are no resource, which 2.1.5 refuses; of op_defaults, rules with unknown
parts and references to other elements it logs failed assertions and goes on.
"""

from __future__ import annotations

import re
import subprocess
import time
from pathlib import Path
from typing import NamedTuple

import pytest
from cibs import ONLINE, dummies, meta, tool

from halint.cli.main import main
from halint.engine.rules import built_in
from halint.engine.run import run
from halint.inputs.read import read

ABORT, SEGMENT = -6, -11
HANGS = "longer than the time given"
SECONDS = 5
"""How long crm_verify may take where it is to hang."""
OUR_SECONDS = 20
"""How long halint may take on a busy machine; usually it is less than one."""
A = dummies("a")
AB = dummies("a", "b")


class Case(NamedTuple):
    """A CIB, what crm_verify 2.1.5 ends with, and the rule that tells it."""

    text: str
    ends: int | str
    rule: str


def cib(resources: str, constraints: str = "", *, more: str = "", crm: str = "", schema: str = "pacemaker-3.9") -> str:
    """Two nodes that are online, no fencing; what is not given is empty."""
    nodes, status = ONLINE
    return (
        f'<cib validate-with="{schema}" crm_feature_set="3.16.1" admin_epoch="0" epoch="1" num_updates="0"'
        ' have-quorum="1"><configuration><crm_config><cluster_property_set id="cib-bootstrap-options">'
        f'<nvpair id="off" name="stonith-enabled" value="false"/>{crm}</cluster_property_set></crm_config>'
        f"{nodes}<resources>{resources}</resources><constraints>{constraints}</constraints>{more}</configuration>"
        f"{status}</cib>"
    )


def order(first: str, then: str, more: str = "") -> str:
    return f'<rsc_order id="o" first="{first}" then="{then}" {more}/>'


def sets(*members: str, more: str = "", part: str = "") -> str:
    """An order with these sets; the members are named by one letter each."""
    held = ("".join(f'<resource_ref id="{m}"/>' for m in ms) for ms in members)
    parts = (f'<resource_set id="s{i}" {part}>{refs}</resource_set>' for i, refs in enumerate(held))
    return f'<rsc_order id="o" {more}>{"".join(parts)}</rsc_order>'


def tag(*held: str) -> str:
    refs = "".join(f'<obj_ref id="{h}"/>' for h in held)
    return f'<tags><tag id="t">{refs}</tag></tags>'


def primitive(name: str, inside: str, agent: str = 'class="ocf" provider="pacemaker" type="Dummy"') -> str:
    return f'<primitive id="{name}" {agent}>{inside}</primitive>'


def promotable(kind: str = "Stateful") -> str:
    primitive = f'<primitive id="a" class="ocf" provider="pacemaker" type="{kind}"/>'
    return f'<clone id="c">{meta("m", promotable="true")}{primitive}</clone>'


def in_container(name: str, container: str) -> str:
    return primitive(name, meta(f"m{name}", container=container))


def utilization(value: str) -> str:
    return f'<utilization id="u"><nvpair id="cpu" name="cpu" value="{value}"/></utilization>'


def location(rule: str) -> str:
    return f'<rsc_location id="l" rsc="a">{rule}</rsc_location>'


GROUP, CLONE = f'<group id="g">{AB}</group>', f'<clone id="c">{A}</clone>'
TEMPLATE = '<template id="t" class="ocf" provider="pacemaker" type="Dummy"/><primitive id="a" template="t"/>'
BALANCED = '<nvpair id="placement" name="placement-strategy" value="balanced"/>'
USER = primitive("a", utilization("two"))
VM = 'class="ocf" provider="heartbeat" type="VirtualDomain"'
MONITOR = '<operations><op id="op" name="monitor" interval="10s"/></operations>'
BUNDLE = f'<bundle id="b"><podman image="i:1" replicas="1000"/><network ip-range-start="10.0.0.1"/>{A}</bundle>'
MANY = f'<clone id="c">{meta("m", clone_max="100000")}{A}</clone>'

DEADLY = {
    **{
        f"an order with itself, {kind}": Case(cib(A, order("a", "a", f'kind="{kind}"')), ABORT, "order-self")
        for kind in ("Mandatory", "Optional", "Serialize")
    },
    "an order with itself, by the old score": Case(cib(A, order("a", "a", 'score="0"')), ABORT, "order-self"),
    "an order with itself, one way": Case(cib(A, order("a", "a", 'symmetrical="false"')), ABORT, "order-self"),
    "stops of itself": Case(cib(A, order("a", "a", 'first-action="stop"')), ABORT, "order-self"),
    "a group with itself": Case(cib(GROUP, order("g", "g")), ABORT, "order-self"),
    "a member with itself": Case(cib(GROUP, order("a", "a")), ABORT, "order-self"),
    "a clone with itself": Case(cib(CLONE, order("c", "c", 'require-all="false"')), ABORT, "order-self"),
    "promotions of itself": Case(cib(promotable(), order("c", "c", 'first-action="promote"')), ABORT, "order-self"),
    "a tag with the other side": Case(cib(AB, order("t", "b"), more=tag("a", "b")), ABORT, "order-self"),
    "a tag with itself": Case(cib(AB, order("t", "t"), more=tag("a")), ABORT, "order-self"),
    "a template with what uses it": Case(cib(TEMPLATE, order("t", "a")), ABORT, "order-self"),
    "twice in a row": Case(cib(A, sets("aa")), ABORT, "order-self"),
    "twice in a row, optional": Case(cib(A, sets("aa", more='kind="Optional"')), ABORT, "order-self"),
    "twice in a row by a tag": Case(cib(A, sets("ta"), more=tag("a")), ABORT, "order-self"),
    "end and beginning": Case(cib(dummies(*"abc"), sets("ab", "bc")), ABORT, "order-self"),
    "sets that share one": Case(cib(dummies(*"abc"), sets("ab", "bc", part='sequential="false"')), ABORT, "order-self"),
    "a rule inside itself": Case(
        cib(A, location('<rule id="r" score="1"><rule id-ref="r"/></rule>')), SEGMENT, "rule-inside-itself"
    ),
    "rules inside each other": Case(
        cib(
            A,
            location('<rule id="r" score="1"><rule id-ref="q"/></rule>')
            + location('<rule id="q" score="1"><rule id-ref="r"/></rule>').replace('id="l"', 'id="k"'),
        ),
        SEGMENT,
        "rule-inside-itself",
    ),
    "containers of each other": Case(cib(in_container("a", "b") + in_container("b", "a")), SEGMENT, "container-cycle"),
    "three containers": Case(
        cib(in_container("a", "b") + in_container("b", "c") + in_container("c", "a")), SEGMENT, "container-cycle"
    ),
    "a host in its own guest": Case(
        cib(
            in_container("a", "guest").replace("<nvpair", '<nvpair id="g" name="remote-node" value="guest"/><nvpair', 1)
        ),
        SEGMENT,
        "container-cycle",
    ),
    "utilization that is no number": Case(cib(USER, crm=BALANCED), SEGMENT, "utilization-not-integer"),
    "a clone of very many": Case(cib(MANY), HANGS, "clone-instances-excessive"),
    "a bundle of very many": Case(cib(BUNDLE), HANGS, "clone-instances-excessive"),
}
"""What kills the scheduler of 2.1.5, or keeps it busy."""

DEMOTE = f"<op_defaults>{meta('od', on_fail='demote')}</op_defaults>"
REFUSED, LOGGED = 78, 0
SURVIVED = {
    "its own template": Case(cib('<primitive id="a" template="a"/>'), REFUSED, "xml-idref-broken"),
    "a template that is none": Case(
        cib('<primitive id="a" template="b"/>' + dummies("b")), REFUSED, "xml-idref-broken"
    ),
    "a template that is an operation": Case(
        cib('<primitive id="a" template="op"/>' + primitive("b", MONITOR)),
        REFUSED,
        "xml-idref-broken",
    ),
    "an element that is no resource": Case(
        cib(f'<weird id="w"/>{A}', schema="none"), REFUSED, "resource-unknown-element"
    ),
    "a condition that is none": Case(
        cib(A, location('<rule id="r" score="1"><foo id="f"/></rule>'), schema="none"),
        LOGGED,
        "rule-condition-unknown",
    ),
    "a date_spec that is not there": Case(
        cib(
            A,
            location('<rule id="r" score="1"><date_expression id="d" operation="date_spec"/></rule>'),
            schema="none",
        ),
        LOGGED,
        "date-operation-invalid",
    ),
    "demote for every operation": Case(cib(A, more=DEMOTE), REFUSED, "op-on-fail-invalid"),
    "an nvpair that is a primitive": Case(
        cib(
            '<primitive id="a" class="ocf" provider="pacemaker" type="Dummy">'
            f'<meta_attributes id="m"><nvpair id-ref="b"/></meta_attributes></primitive>{dummies("b")}'
        ),
        LOGGED,
        "xml-idref-broken",
    ),
}
"""What 2.1.5 refuses or only logs as failed assertions, and another release dies of."""

HARMLESS = {
    "start, then stop of itself": cib(A, order("a", "a", 'then-action="stop" symmetrical="false"')),
    "start, then promote of itself": cib(promotable(), order("c", "c", 'then-action="promote"')),
    "promotions of what has none": cib(A, order("a", "a", 'first-action="promote"')),
    "twice without a sequence": cib(A, sets("aa", part='sequential="false"')),
    "once more at the end": cib(AB, sets("aba")),
    "a tag with the same twice": cib(A, sets("t"), more=tag("a", "a")),
    "one of a set is enough": cib(dummies(*"abc"), sets("ab", "bc", part='sequential="false" require-all="false"')),
}
"""Neighbours of orders with themselves that the scheduler takes."""


@pytest.fixture(scope="module")
def crm_verify() -> str:
    path = tool("crm_verify")
    version = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout
    if not re.search(r"\b2\.1\.5\b", version):
        pytest.skip(f"what {version.splitlines()[0]} dies of is not listed")
    return path


def ending(program: str, text: str, folder: Path) -> int | str:
    """How crm_verify ends: an exit status, a signal as a negative number, or not in the time given."""
    (folder / "cib.xml").write_text(text)
    try:
        done = subprocess.run(
            [program, "-VV", "-x", "cib.xml"], cwd=folder, capture_output=True, check=False, timeout=SECONDS
        )
    except subprocess.TimeoutExpired:
        return HANGS
    return done.returncode


def rules_that_fire(text: str, folder: Path) -> set[str]:
    """The rules with findings, found in reasonable time and without an error of halint's own."""
    (folder / "cib.xml").write_text(text)
    began = time.monotonic()
    outcome = run([rule for rule in built_in() if not rule.asked_last], read([str(folder / "cib.xml")]).cases)
    assert time.monotonic() - began < OUR_SECONDS
    assert outcome.trouble == ()
    return {finding.rule for finding in outcome.findings}


ALL = {**DEADLY, **SURVIVED}


@pytest.mark.parametrize("name", ALL)
def test_halint_says_what_kills_the_scheduler(name, tmp_path):
    assert ALL[name].rule in rules_that_fire(ALL[name].text, tmp_path)


@pytest.mark.parametrize("name", ALL)
def test_crm_verify_ends_as_the_table_says(name, crm_verify, tmp_path):
    assert ending(crm_verify, ALL[name].text, tmp_path) == ALL[name].ends


@pytest.mark.parametrize("name", HARMLESS)
def test_what_the_scheduler_takes_is_no_order_with_itself(name, crm_verify, tmp_path):
    assert "order-self" not in rules_that_fire(HARMLESS[name], tmp_path)
    assert ending(crm_verify, HARMLESS[name], tmp_path) in (LOGGED, REFUSED)


BIG = "9" * 5000
DEEP = 3000
BIG_CLONE = (
    f'<clone id="c">{meta("m", clone_max=BIG, clone_node_max=BIG, promoted_max=BIG)}'
    + primitive(
        "a",
        f"{meta('p', priority=BIG, failure_timeout=BIG)}"
        f'<operations><op id="op" name="monitor" interval="{BIG}" timeout="{BIG}s"/></operations>',
    )
    + "</clone>"
)
BIG_BUNDLE = (
    f'<bundle id="b"><podman image="i" replicas="{BIG}" replicas-per-host="{BIG}"/>'
    f'<network ip-range-start="10.0.0.1" host-netmask="{BIG}" control-port="{BIG}"/></bundle>'
)
BIG_DATES = (
    '<date_expression id="d" operation="in_range" start="2020-01-01">'
    f'<duration id="u" years="{BIG}"/></date_expression>'
    '<date_expression id="e" operation="date_spec">'
    f'<date_spec id="s" hours="{BIG}" years="{BIG}-{BIG}"/></date_expression>'
)
ODD = {
    "groups in groups in groups": cib("<group id='g'>" * DEEP + A + "</group>" * DEEP, schema="none"),
    "rules in rules in rules": cib(
        A, location("".join(f'<rule id="r{i}" score="1">' for i in range(240)) + "<rule/>" + "</rule>" * 240)
    ),
    "numbers of 5000 digits": cib(
        BIG_CLONE + BIG_BUNDLE,
        f'<rsc_location id="l" rsc="c" node="n1" score="{BIG}"/>'
        f'<rsc_location id="k" rsc="c"><rule id="r" score="{BIG}">{BIG_DATES}</rule></rsc_location>',
        crm=f'<nvpair id="bl" name="batch-limit" value="{BIG}"/>',
        more=f'<fencing-topology><fencing-level id="f" target="n1" index="{BIG}" devices="a"/></fencing-topology>',
    ),
    "no names at all": cib(
        '<primitive id="" class="" provider="" type="" template=""/><group id=""/><bundle/>'
        '<clone id=""><primitive/></clone>',
        '<rsc_order id="" first="" then=""/><rsc_colocation rsc="" with-rsc=""/><rsc_location rsc="" node=""/>'
        '<rsc_location id="p" rsc-pattern=""/><rsc_ticket/>'
        '<rsc_order id="s"><resource_set><resource_ref id=""/><resource_ref/></resource_set></rsc_order>',
        more='<tags><tag id=""><obj_ref id=""/></tag></tags>'
        '<fencing-topology><fencing-level devices="" index=""/></fencing-topology>',
        schema="none",
    ),
    "tags of tags": cib(
        A, order("t", "u"), more=tag("u").replace("</tags>", '<tag id="u"><obj_ref id="t"/></tag></tags>')
    ),
    "references in a circle": cib(
        primitive(
            "a",
            '<meta_attributes id="m1" id-ref="m2"/><meta_attributes id="m2" id-ref="m1"/>'
            '<operations id="x" id-ref="y"/>',
        )
        + primitive("b", '<operations id="y" id-ref="x"/>'),
        schema="none",
    ),
    "templates of each other": cib(
        '<template id="t" template="u"/><template id="u" template="t"/><primitive id="a" template="t"/>'
    ),
    "colocations in a circle": cib(
        AB,
        "".join(
            f'<rsc_colocation id="k{i}" rsc="{x}" with-rsc="{y}" score="INFINITY"/>'
            for i, (x, y) in enumerate(("ab", "ba", "aa", "bb"))
        ),
    ),
    "orders in a circle, each twice": cib(
        AB, "".join(f'<rsc_order id="o{i}" first="{x}" then="{y}"/>' for i, (x, y) in enumerate(("ab", "ba") * 2))
    ),
    "guests on each other": cib(
        primitive("a", meta("m1", remote_node="x"), VM) + primitive("b", meta("m2", remote_node="y"), VM),
        '<rsc_location id="l1" rsc="a" node="y" score="INFINITY"/>'
        '<rsc_location id="l2" rsc="b" node="x" score="INFINITY"/>',
    ),
}
"""What no release is known to die of, and a reader of such files might."""


@pytest.mark.parametrize("name", ODD)
def test_whatever_stands_there_halint_comes_back_with_an_answer(name, tmp_path, capsys):
    (tmp_path / "cib.xml").write_text(ODD[name])
    began = time.monotonic()
    status = main(["check", str(tmp_path / "cib.xml")])
    assert time.monotonic() - began < OUR_SECONDS
    said = "".join(capsys.readouterr())
    assert status in (0, 1), said
    assert "internal error" not in said
