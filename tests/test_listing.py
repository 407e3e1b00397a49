"""Lists of names in messages stay short, however large the cluster is."""

from __future__ import annotations

from pathlib import Path

import pytest

from halint.engine.rule import rule_from
from halint.engine.rulefile import compiled, read_rule
from halint.engine.run import run
from halint.inputs.cib_case import cib_case
from halint.listing import listed
from halint.model.resolve_cib import resolve_cib
from halint.parse.cib import read_cib

RULES = Path(__file__).parent.parent / "rules"
MANY = 60
LONGEST = 300
"""So many characters a message may have about a cluster of which each part is there sixty times."""


@pytest.mark.parametrize(
    ("names", "given", "text"),
    [
        ("", {}, ""),
        ("a", {}, "a"),
        ("ab", {}, "a and b"),
        ("abc", {"last": ", "}, "a, b, c"),
        ("abcde", {}, "a, b, c, d and e"),
        ("abcdef", {}, "a, b, c, d, e and 1 more"),
        ("abcd", {"most": 2}, "a, b and 2 more"),
        ("abca", {"between": " > ", "last": " > "}, "a > b > c > a"),
    ],
)
def test_listed(names: str, given: dict[str, object], text: str) -> None:
    assert listed(names, **given) == text


def primitive(name: str, agent: str, **parameters: str) -> str:
    pairs = "".join(f'<nvpair id="{name}-{k}" name="{k}" value="{v}"/>' for k, v in parameters.items())
    return (
        f'<primitive id="{name}" {agent}><instance_attributes id="{name}-i">{pairs}</instance_attributes></primitive>'
    )


def large() -> bytes:
    """One address sixty times, devices for nodes that are none, a group in which all mount the same, circles."""
    strange = " ".join(f"x{i}" for i in range(MANY))
    resources, constraints, members = [], [], []
    for i in range(MANY):
        after = (i + 1) % MANY
        resources.append(primitive(f"p{i}", 'class="ocf" provider="heartbeat" type="IPaddr2"', ip="10.0.0.1"))
        resources.append(primitive(f"f{i}", 'class="stonith" type="fence_ipmilan"', pcmk_host_list=strange))
        mounted = {"device": "/dev/sda1", "directory": "/srv", "fstype": "xfs"}
        members.append(primitive(f"g{i}", 'class="ocf" provider="heartbeat" type="Filesystem"', **mounted))
        constraints += [
            f'<rsc_location id="l{i}" rsc="p{i}" node="y{i}" score="-INFINITY"/>',
            f'<rsc_location id="m{i}" rsc="p0" node="n{i}" score="-INFINITY"/>',
            f'<rsc_order id="o{i}" first="p{i}" then="p{after}"/>',
            f'<rsc_colocation id="c{i}" rsc="p{i}" with-rsc="p{after}" score="-INFINITY"/>',
        ]
    nodes = "".join(f'<node id="{i + 1}" uname="n{i}"/>' for i in range(MANY))
    return (
        '<cib validate-with="pacemaker-3.9" admin_epoch="0" epoch="1" num_updates="0"><configuration><crm_config/>'
        f'<nodes>{nodes}</nodes><resources>{"".join(resources)}<group id="g">{"".join(members)}</group></resources>'
        f"<constraints>{''.join(constraints)}</constraints></configuration><status/></cib>"
    ).encode()


def test_messages_about_a_large_cluster_are_short() -> None:
    data = [read_rule(path) for path in sorted(RULES.glob("*/*.yaml"))]
    rules = [rule_from(compiled(rule)) for rule in data if rule["needs"] == ["cib"]]
    file = read_cib(large(), "cib.xml")
    assert file.root is not None
    outcome = run(rules, [cib_case(file, file.root, resolve_cib(file))])
    assert outcome.trouble == ()
    assert {f.rule: f.message for f in outcome.findings if len(f.message) > LONGEST} == {}
    cut = {f.rule for f in outcome.findings if " more" in f.message}
    assert cut >= {"resource-stickiness-missing", "migration-threshold-missing", "vip-duplicate", "order-cycle"}
