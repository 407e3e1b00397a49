"""Resource sets, tags and templates as pairs: by table, and against the trace log of crm_simulate."""

from __future__ import annotations

import re

import pytest
from cibs import DUMMY, dummies, model, simulate

RESOURCES = f"""<resources>{dummies(*"ABCDEF")}<template id="T" {DUMMY}/>
<primitive id="p" template="T"/><primitive id="q" template="T"/></resources>"""
TAGS = '<tags><tag id="t"><obj_ref id="A"/><obj_ref id="B"/></tag></tags>'


def refs(number, names, **attributes):
    given = "".join(f' {k.replace("_", "-")}="{v}"' for k, v in attributes.items())
    inner = "".join(f'<resource_ref id="{n}"/>' for n in names)
    return f'<resource_set id="s{number}"{given}>{inner}</resource_set>'


def colocated(*sets, attributes='score="INFINITY"'):
    return f'<rsc_colocation id="c" {attributes}>{"".join(sets)}</rsc_colocation>'


def ordered(*sets, attributes=""):
    return f'<rsc_order id="o" {attributes}>{"".join(sets)}</rsc_order>'


OVER = '<rule id="r" score="1"><date_expression id="d" operation="lt" end="2001-01-01"/></rule>'
APART = 'score="-INFINITY"'
LOOSE = {"sequential": "false"}
COLOCATIONS = {
    "one set": (colocated(refs(1, "ABC")), "BA CB"),
    "two sets": (colocated(refs(1, "AB"), refs(2, "CD")), "BA DC AD"),
    "first loose": (colocated(refs(1, "AB", **LOOSE), refs(2, "CD")), "DC AD BD"),
    "second loose": (colocated(refs(1, "AB"), refs(2, "CD", **LOOSE)), "BA AC AD"),
    "both loose": (colocated(refs(1, "AB", **LOOSE), refs(2, "CD", **LOOSE)), "AC AD BC BD"),
    "three sets": (colocated(refs(1, "A"), refs(2, "B"), refs(3, "C")), "AB BC"),
    "apart": (colocated(refs(1, "ABC"), attributes=APART), "BA CA CB"),
    "apart, loose": (colocated(refs(1, "ABC", **LOOSE), attributes=APART), ""),
    "apart, two sets": (colocated(refs(1, "AB"), refs(2, "CD"), attributes=APART), "BA DC AD"),
    "listed": (colocated(refs(1, "ABC", ordering="listed")), "AB BC"),
    "set score only": (colocated(refs(1, "AB", score="5"), refs(2, "CD"), attributes=""), "BA"),
    "tag": ('<rsc_colocation id="c" rsc="t" with-rsc="C" score="INFINITY"/>', "AC BC"),
    "tag in a set": (colocated(refs(1, ["C", "t", "D"])), "AC BA DB"),
    "template": ('<rsc_colocation id="c" rsc="T" with-rsc="C" score="INFINITY"/>', "pC qC"),
    "lifetime over": (
        '<rsc_colocation id="c" rsc="A" with-rsc="B" score="5"><lifetime>' + OVER + "</lifetime></rsc_colocation>",
        "",
    ),
}
ORDERS = {
    "plain": ('<rsc_order id="o" first="A" then="B"/>', "AB"),
    "one set": (ordered(refs(1, "ABC")), "AB BC"),
    "one loose set": (ordered(refs(1, "ABC", **LOOSE)), ""),
    "two sets": (ordered(refs(1, "AB"), refs(2, "CD")), "AB CD AC AD BC BD"),
    "first loose": (ordered(refs(1, "AB", **LOOSE), refs(2, "CD")), "CD AC AD BC BD"),
    "serialize": (ordered(refs(1, "ABC"), attributes='kind="Serialize"'), "AB AC BC"),
    "serialize, loose": (ordered(refs(1, "ABC", **LOOSE), attributes='kind="Serialize"'), "AB AC BC"),
    "a set's own kind": (ordered(refs(1, "ABC", kind="Serialize")), "AB AC BC"),
    "actions": (ordered(refs(1, "AB", action="promote"), refs(2, "C", action="start")), "AB AC BC"),
    "tag": ('<rsc_order id="o" first="t" then="C"/>', "AC BC"),
    "tag in a set": (ordered(refs(1, ["C", "t", "D"])), "CA AB BD"),
    "template": ('<rsc_order id="o" first="T" then="C"/>', "pC qC"),
}


def configuration(constraint):
    return f"{RESOURCES}<constraints>{constraint}</constraints>{TAGS}"


def cib(constraint):
    text = f"<configuration>{configuration(constraint)}</configuration>"
    return model(f'<cib cib-last-written="2021-09-01 10:00:00">{text}</cib>')


@pytest.mark.parametrize(("constraint", "pairs"), COLOCATIONS.values(), ids=COLOCATIONS)
def test_colocation_pairs(constraint, pairs, tmp_path):
    got = [c.resource + c.with_resource for c in cib(constraint).colocations if c.score]
    assert sorted(got) == sorted(pairs.split())
    log = simulate(configuration(constraint), tmp_path, "-S", "-VVVVVV")
    assert sorted(a + b for a, b in re.findall(r"pcmk__new_colocation\)\s+trace: (\w) ==> (\w) ", log)) == sorted(got)


@pytest.mark.parametrize(("constraint", "pairs"), ORDERS.values(), ids=ORDERS)
def test_order_pairs(constraint, pairs, tmp_path):
    got = [o.first + o.then for o in cib(constraint).orders]
    assert sorted(got) == sorted(pairs.split())
    log = simulate(configuration(constraint), tmp_path, "-S", "-VVVVVV")
    made = re.findall(r"Created ordering \d+ for (\w)_(?:start|promote)_0 then (\w)_(?:start|promote)_0", log)
    assert sorted(a + b for a, b in made) == sorted(got)


def test_order_kinds_actions_and_symmetry():
    orders = cib(
        '<rsc_order id="a" first="A" then="B" score="0"/><rsc_order id="b" first="A" then="B" score="INFINITY"/>'
        '<rsc_order id="c" first="A" then="B" kind="Serialize"/>'
        '<rsc_order id="d" first="A" then="B" first-action="promote"/>'
        '<rsc_order id="e" first="A" then="B" first-action="promote" then-action="start" symmetrical="false"/>'
        '<rsc_order id="f">'
        + refs(1, "AB", **LOOSE, require_all="false", action="promote")
        + refs(2, "C")
        + "</rsc_order>"
    ).orders
    by_id = {o.id: o for o in orders}
    assert [by_id[i].kind for i in "abc"] == ["Optional", "Mandatory", "Serialize"]
    assert [by_id[i].symmetrical for i in "abce"] == [True, True, False, False]
    assert (by_id["d"].first_action, by_id["d"].then_action) == ("promote", "promote")
    assert (by_id["e"].first_action, by_id["e"].then_action) == ("promote", "start")
    assert [(o.first, o.then, o.first_action, o.then_action, o.require_all) for o in orders if o.id == "f"] == [
        ("A", "C", "promote", "start", False),
        ("B", "C", "promote", "start", False),
    ]


def test_colocation_scores_roles_and_attribute():
    cib_ = cib(
        '<rsc_colocation id="a" rsc="A" with-rsc="B"/>'
        '<rsc_colocation id="b" rsc="A" with-rsc="B" score="0" node-attribute="site"/>'
        + colocated(refs(1, "AB", role="Master"), refs(2, "CD", role="Started", score="7"))
    )
    got = [(c.resource + c.with_resource, c.score, c.role, c.with_role, c.node_attribute) for c in cib_.colocations]
    assert got == [
        ("AB", None, "", "", "#uname"),
        ("AB", 0, "", "", "site"),
        ("BA", 1_000_000, "Promoted", "Promoted", "#uname"),
        ("DC", 7, "", "", "#uname"),
        ("AD", 1_000_000, "Promoted", "", "#uname"),
    ]


PATTERNS = ["^[a-z]+$", "!^[A-E]", "A|B", "[[:upper:]]", "^(p|q)$", "^.{1}$", "x?", "("]


@pytest.mark.parametrize("pattern", PATTERNS)
def test_patterns_match_as_in_pacemaker(pattern, tmp_path):
    constraint = f'<rsc_location id="l" rsc-pattern="{pattern}" node="n1" score="5"/>'
    got = set(cib(constraint).locations[0].resources)
    log = simulate(configuration(constraint), tmp_path, "-S", "-VVVVVV")
    assert set(re.findall(r"'(\w)' (?:matched|is an inverted match of) '", log)) == got
