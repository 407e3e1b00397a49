"""The rules by which a CIB's values are evaluated; where Pacemaker's tools are installed they are asked too."""

from __future__ import annotations

import json
import re

import pytest
from cibs import DUMMY, dummies, meta, model, nvpairs, params, real_meta, real_parameter, simulate

from halint.model.properties import (
    fencing_enabled,
    fencing_timeout_ms,
    property_setting,
    property_value,
    watchdog_timeout_ms,
)


def config(*sets):
    return f"<crm_config>{''.join(sets)}</crm_config>"


def properties(name, score=None, rule="", **values):
    return meta(name, score, rule, **values).replace("meta_attributes", "cluster_property_set")


PAST = '<rule id="r-{0}" score="INFINITY"><date_expression id="e-{0}" operation="lt" end="2001-01-01"/></rule>'
NODE = '<rule id="r-{0}" score="INFINITY"><expression id="e-{0}" attribute="#uname" operation="eq" value="n1"/></rule>'


def test_1_several_property_sets_bootstrap_first_then_score_then_the_later_one():
    cib = model(
        config(
            properties("a", 5, stop_all_resources="a", batch_limit="1"),
            properties("b", 9, stop_all_resources="b", migration_limit="1"),
            properties("c", 9, migration_limit="2"),
            properties("cib-bootstrap-options", batch_limit="7"),
            properties("d", 99, NODE.format("d"), batch_limit="8", node_health_base="3"),
        )
    )
    got = {name: s.value for name, s in cib.properties.items()}
    assert got == {"stop-all-resources": "b", "batch-limit": "7", "migration-limit": "2", "node-health-base": None}
    assert cib.properties["batch-limit"].certain
    assert not cib.properties["node-health-base"].certain
    assert cib.properties["node-health-base"].alternatives == ("3",)


def test_2_new_property_name_then_old_one_then_the_default():
    assert fencing_enabled(model("<resources/>")) is True
    assert fencing_enabled(model(config(properties("p", stonith_enabled="N")))) is False
    both = {"stonith_enabled": "false", "fencing_enabled": "on"}
    assert fencing_enabled(model(config(properties("p", dc_version="3.0.2", **both)))) is True
    assert fencing_enabled(model(config(properties("p", **both)))) is False  # by its feature set a CIB of 2.1.5
    assert fencing_enabled(model(config(properties("p", stonith_enabled="maybe")))) is True
    assert fencing_enabled(model(config(properties("p", 0, NODE.format("p"), stonith_enabled="false")))) is None
    assert property_value(model("<resources/>"), "stonith-timeout") == "60s"
    assert fencing_timeout_ms(model(config(properties("p", dc_version="3.0.2", fencing_timeout="2min")))) == 120_000


def test_2_before_3_0_2_the_new_names_do_nothing():
    cib = model(config(properties("p", dc_version="2.1.5-8.el9", fencing_enabled="false", stonith_action="off")))
    assert cib.version == (2, 1, 5)
    assert fencing_enabled(cib) is True
    assert property_setting(cib, "fencing-action").value == "off"


@pytest.mark.parametrize(("text", "ms"), [("10s", 10_000), ("0", 0), ("-1", -1), ("x", -1), (None, 0)])
def test_2_watchdog_timeout(text, ms):
    cib = model(config(properties("p", stonith_watchdog_timeout=text))) if text is not None else model("<resources/>")
    assert watchdog_timeout_ms(cib) == ms


TEMPLATED = f"""<resources>
<template id="T" {DUMMY}>{params("Tp", state="t", fake="t", mode="t")}{params("Ts", 5, fake="t5")}
<operations><op id="T10" name="monitor" interval="10s"/><op id="T20" name="monitor" interval="20s"/>
<op id="Tst" name="monitor" interval="21s" role="Stopped"/><op id="Tstart" name="start" interval="0" timeout="44"/>
</operations></template>
<primitive id="a" template="T">{params("ap", state="own", fake="own")}
<operations><op id="a30" name="monitor" interval="30s" role="Started"/></operations></primitive>
<primitive id="b" template="T"/>
</resources>"""


def test_3_template_sets_compete_by_score_and_lose_ties(tmp_path):
    a = model(TEMPLATED).by_id["a"]
    got = {name: (s.value, s.origin) for name, s in a.parameters.items()}
    assert got == {"state": ("own", "own"), "fake": ("t5", "template"), "mode": ("t", "template")}
    assert str(a.agent) == "ocf:pacemaker:Dummy"
    for name, (value, _) in got.items():
        assert real_parameter(TEMPLATED, tmp_path, "a", name) == value


def test_3_template_operations_are_replaced_by_name_and_role():
    cib = model(TEMPLATED)
    assert [op.id for op in cib.by_id["a"].operations] == ["a30", "Tst", "Tstart"]
    assert [op.id for op in cib.by_id["b"].operations] == ["T10", "T20", "Tst", "Tstart"]
    assert {op.origin for op in cib.by_id["b"].operations} == {"template"}
    assert cib.by_id["b"].operations[3].timeout == 44_000


def test_3_template_operations_as_crm_simulate_runs_them(tmp_path):
    out = simulate(TEMPLATED, tmp_path, "-S")
    ran = {(r, int(ms)) for r, ms in re.findall(r"Resource action: (\w)\s+monitor=(\d+)", out)}
    assert ran == {("a", 21_000), ("a", 30_000), ("b", 10_000), ("b", 20_000), ("b", 21_000)}


def test_3_id_refs_of_sets_nvpairs_operations_and_rules():
    cib = model(
        f"""<resources>
        <primitive id="a" {DUMMY}>{meta("am", target_role="Stopped")}
        <operations id="ao"><op id="am10" name="monitor" interval="10s"/></operations></primitive>
        <primitive id="b" {DUMMY}><meta_attributes id-ref="am"/><operations id-ref="ao"/>
        <instance_attributes id="bp"><nvpair id-ref="am-target_role" name="x"/><nvpair id-ref="none"/>
        </instance_attributes></primitive></resources>
        <constraints><rsc_location id="l1" rsc="a"><rule id="r" score="7"><expression id="e" attribute="x"
        operation="defined"/></rule></rsc_location><rsc_location id="l2" rsc="b"><rule id-ref="r"/></rsc_location>
        </constraints>"""
    )
    b = cib.by_id["b"]
    assert b.meta_value("target-role") == "Stopped"
    assert [op.id for op in b.operations] == ["am10"]
    assert b.parameter("x") == "Stopped"
    assert cib.locations[1].rules[0].score == 7
    assert cib.locations[1].rules[0].expressions[0].attribute == "x"


def test_3_nesting_groups_clones_masters_and_bundles():
    cib = model(
        f"""<resources><group id="g">{dummies("g1", "g2")}</group>
        <clone id="c"><group id="cg">{dummies("cg1")}</group></clone>
        <master id="m"><primitive id="mp" class="ocf" provider="pacemaker" type="Stateful"/></master>
        <clone id="p">{meta("pm", promotable="TRUE")}{dummies("pp")}</clone>
        <clone id="q">{meta("qm", 0, NODE.format("q"), promotable="true")}{dummies("qp")}</clone>
        <bundle id="b"><podman image="i:1" replicas="3" promoted-max="1"/>
        <network ip-range-start="10.0.0.5" control-port="9"/>
        <storage><storage-mapping id="s" source-dir="/a" target-dir="/b"/></storage>{dummies("bp")}</bundle>
        </resources>"""
    )
    assert [p.id for p in cib.primitives()] == ["g1", "g2", "cg1", "mp", "pp", "qp", "bp"]
    assert [r.id for r in cib.ancestors(cib.by_id["cg1"])] == ["cg", "c"]
    assert [cib.by_id[i].promotable for i in "cmpqb"] == [False, True, True, None, True]
    container = cib.by_id["b"].container
    assert (container.engine, container.replicas, container.ip_range_start) == ("podman", 3, "10.0.0.5")
    assert container.storage[0].target == "/b"
    assert cib.clone_of(cib.by_id["bp"]).id == "b"


INHERITED = f"""<resources>
<group id="g">{meta("gm", priority="5", is_managed="false")}{params("gp", mode="3")}
<primitive id="a" {DUMMY}>{meta("a1", priority="1")}{meta("a2", priority="2")}{meta("a3", 3, priority="3")}</primitive>
<primitive id="b" {DUMMY}>{params("bp", mode="4")}</primitive></group>
<primitive id="c" {DUMMY}><meta_attributes id="cm">{nvpairs("c1", priority="8")}{nvpairs("c2", priority="9")}
</meta_attributes></primitive>
</resources><rsc_defaults>{meta("d", priority="7", failure_timeout="60s")}</rsc_defaults>"""


def test_4_own_then_template_then_parent_then_defaults(tmp_path):
    cib = model(INHERITED)
    expected = {
        ("a", "priority"): ("3", "own"),
        ("b", "priority"): ("5", "parent"),
        ("c", "priority"): ("8", "own"),
        ("a", "is-managed"): ("false", "parent"),
        ("c", "failure-timeout"): ("60s", "rsc_defaults"),
    }
    for (resource, name), (value, origin) in expected.items():
        setting = cib.by_id[resource].meta[name]
        assert (setting.value, setting.origin) == (value, origin), (resource, name)
    assert "priority" not in cib.by_id["b"].own_meta
    assert cib.by_id["b"].parameter("mode") == "4"
    assert cib.by_id["a"].parameter("mode") == "3"
    for (resource, name), (value, _) in expected.items():
        assert real_meta(INHERITED, tmp_path, resource, name) == value
    assert real_parameter(INHERITED, tmp_path, "a", "mode") == "3"


TIMEOUTS = f"""<resources><primitive id="a" {DUMMY}><operations>
<op id="m" name="monitor" interval="10s" timeout="11"><meta_attributes id="mm">{nvpairs("mm", timeout="12")}
</meta_attributes></op>
<op id="s" name="start" interval="0"><meta_attributes id="sm">{nvpairs("sm", timeout="13")}</meta_attributes></op>
<op id="t" name="stop" interval="0"/>
</operations></primitive><primitive id="b" class="ocf" provider="heartbeat" type="IPaddr2">
<operations><op id="bm" name="monitor" interval="10s"/></operations></primitive></resources>
<op_defaults>{meta("od", timeout="33s")}<meta_attributes id="oe" score="9">
<rule id="or" score="INFINITY"><op_expression id="ox" name="monitor" interval="10s"/>
<rsc_expression id="oy" class="ocf" provider="heartbeat" type="IPaddr2"/></rule>{nvpairs("oe", timeout="44s")}
</meta_attributes></op_defaults>"""


def test_5_operation_timeout_attribute_then_meta_then_defaults_then_20_seconds(tmp_path):
    cib = model(TIMEOUTS)
    ops = {op.id: op for r in cib.primitives() for op in r.operations}
    assert {name: op.timeout for name, op in ops.items()} == {"m": 11_000, "s": 13_000, "t": 33_000, "bm": 44_000}
    assert [ops[i].timeout_setting.origin for i in ("m", "s", "t")] == ["own", "own", "op_defaults"]
    assert all(op.timeout_certain for op in ops.values())
    plain = model(
        f'<resources><primitive id="a" {DUMMY}><operations><op id="x" name="stop"/></operations></primitive>'
        "</resources>"
    )
    assert plain.by_id["a"].operations[0].timeout == 20_000
    assert plain.by_id["a"].operations[0].timeout_setting is None


def test_5_op_defaults_as_crm_simulate_applies_them(tmp_path):
    graph = tmp_path / "graph.xml"
    simulate(TIMEOUTS, tmp_path, "-S", "-G", str(graph))
    found = dict(re.findall(r'operation_key="(\w+)".*?CRM_meta_timeout="(\d+)"', graph.read_text(), re.DOTALL))
    assert found["a_monitor_10000"] == "11000"
    assert found["a_start_0"] == "13000"
    assert found["b_monitor_10000"] == "44000"


def test_5_a_timeout_that_a_rule_may_change_is_not_certain():
    cib = model(
        TIMEOUTS.replace('<rsc_expression id="oy" class="ocf" provider="heartbeat" type="IPaddr2"/>', NODE.format("n"))
    )
    ops = {op.id: op for r in cib.primitives() for op in r.operations}
    assert not ops["bm"].timeout_certain
    assert ops["bm"].timeout == 33_000
    assert ops["m"].timeout_certain
    assert ops["t"].timeout_certain


def test_5_unreadable_timeouts_are_none():
    text = TIMEOUTS.replace('timeout="11"', 'timeout="soon"')
    assert model(text).by_id["a"].operations[0].timeout is None


def test_6_scores_and_durations_in_the_model():
    cib = model(
        f"""<resources>{dummies("a", "b")}</resources><constraints>
        <rsc_location id="l" rsc="a" node="n1" score="-INFINITY"/>
        <rsc_location id="l2" rsc="a" node="n1" score="2000000"/>
        <rsc_location id="l3" rsc="a" node="n1" score="much"/>
        <rsc_colocation id="c" rsc="a" with-rsc="b" score="5x"/></constraints>"""
    )
    assert [c.score for c in cib.locations] == [-1_000_000, 1_000_000, None]
    assert cib.colocations[0].score == 5


def test_7_old_role_names_mean_the_new_ones_and_started_means_any():
    cib = model(
        f"""<resources>{dummies("a", "b")}</resources><constraints>
        <rsc_colocation id="c1" rsc="a" with-rsc="b" score="1" with-rsc-role="Master" rsc-role="Slave"/>
        <rsc_colocation id="c2" rsc="a" with-rsc="b" score="1" with-rsc-role="Started"/>
        <rsc_colocation id="c3" rsc="a" with-rsc="b" score="1"/>
        <rsc_location id="l" rsc="a" role="promoted" node="n" score="1"/></constraints>"""
    )
    assert [(c.role, c.with_role) for c in cib.colocations] == [("Unpromoted", "Promoted"), ("", ""), ("", "")]
    assert cib.locations[0].role == "Promoted"


WRITTEN = 'cib-last-written="Wed Sep  1 10:00:00 2021"'


def conditional(rule, written=WRITTEN):
    cib = model(
        f"""<cib epoch="1" {written}><configuration><crm_config/><nodes/><resources>
        <primitive id="a" {DUMMY}>{meta("m", 1, rule, target_role="Stopped")}{meta("n", target_role="Started")}
        </primitive></resources><constraints/></configuration></cib>"""
    )
    setting = cib.by_id["a"].meta["target-role"]
    return setting.value, setting.certain, setting.alternatives


def dated(inner):
    return f'<rule id="r" score="INFINITY">{inner}</rule>'


RANGE = '<date_expression id="d" operation="in_range" start="{}"><duration id="u" {}/></date_expression>'
SPEC = '<date_expression id="d" operation="date_spec"><date_spec id="s" {}/></date_expression>'


@pytest.mark.parametrize(
    ("inner", "holds"),
    [
        ('<date_expression id="d" operation="lt" end="2021-08-01"/>', False),
        ('<date_expression id="d" operation="lt" end="2021-09-01 09:00:00"/>', None),
        ('<date_expression id="d" operation="lt" end="2031-01-01"/>', None),
        ('<date_expression id="d" operation="gt" start="2021-08-01"/>', True),
        ('<date_expression id="d" operation="gt" start="2021-09-02"/>', None),
        ('<date_expression id="d" operation="in_range" start="2020-01-01" end="2020-02-01"/>', False),
        (RANGE.format("2020-01-01", 'months="2"'), False),
        (RANGE.format("2021-08-20", 'years="2"'), None),
        (SPEC.format('years="2018-2020"'), False),
        (SPEC.format('hours="9-16"'), None),
        ('<expression id="e" attribute="x" operation="defined"/>', None),
        ('<rsc_expression id="x" class="ocf" provider="pacemaker" type="Dummy"/>', True),
        ('<rsc_expression id="x" class="ocf" provider="heartbeat"/>', False),
        ('<rsc_expression id="x" type="Dummy"/>', None),
        ('<expression id="e" attribute="x" operation="defined"/>' + SPEC.format('years="2000"'), False),
    ],
)  # fmt: skip
def test_8_only_what_can_no_longer_change_is_decided(inner, holds):
    expected = {
        True: ("Stopped", True, ()),
        False: ("Started", True, ()),
        None: ("Started", False, ("Stopped",)),
    }
    assert conditional(dated(inner)) == expected[holds]


def test_8_without_a_time_in_the_document_no_date_is_past():
    rule = dated('<date_expression id="d" operation="lt" end="1999-01-01"/>')
    assert conditional(rule, "") == ("Started", False, ("Stopped",))
    assert conditional(rule, 'cib-last-written="2021-09-01 10:00:00"')[1]


def test_8_an_alternative_of_the_same_value_changes_nothing():
    rule = dated('<expression id="e" attribute="x" operation="defined"/>')
    cib = model(
        f'<resources><primitive id="a" {DUMMY}>{meta("m", 1, rule, priority="1")}{meta("n", priority="1")}'
        "</primitive></resources>"
    )
    assert cib.by_id["a"].meta["priority"].certain


def test_8_expired_location_rules():
    cib = model(
        f"""<cib epoch="1" {WRITTEN}><configuration><resources>{dummies("a")}</resources><constraints>
        <rsc_location id="cli-ban-a" rsc="a"><rule id="r" score="-INFINITY" boolean-op="and">
        <expression id="e" attribute="#uname" operation="eq" value="n1" type="string"/>
        <date_expression id="d" operation="lt" end="2021-01-01 00:00:00Z"/></rule></rsc_location>
        <rsc_location id="l" rsc="a"><rule id="r2" score="1" boolean-op="or">
        <expression id="e2" attribute="x" operation="defined"/>
        <date_expression id="d2" operation="lt" end="2021-01-01"/></rule></rsc_location>
        <rsc_location id="t" rsc="a" node="n1" score="1"><lifetime><rule id="r3" score="INFINITY">
        <date_expression id="d3" operation="lt" end="2001-01-01"/></rule></lifetime></rsc_location>
        </constraints></configuration></cib>"""
    )
    assert [(c.expired, c.conditional) for c in cib.locations] == [(True, False), (False, False), (True, True)]


def test_9_constraint_targets():
    cib = model(
        f"""<resources><template id="T" {DUMMY}/><primitive id="t1" template="T"/><primitive id="t2" template="T"/>
        <group id="web-g">{dummies("web-1")}</group>{dummies("db-1")}</resources>
        <constraints><rsc_location id="l1" rsc="T" node="n1" score="1"/>
        <rsc_location id="l2" rsc="x" node="n1" score="1"/>
        <rsc_location id="l3" rsc-pattern="^(web|db)-" node="n1" score="1"/>
        <rsc_location id="l4" rsc-pattern="!^t" node="n1" score="1"/>
        <rsc_location id="l5" node="n1" score="1"><resource_set id="s" role="Promoted" score="9">
        <resource_ref id="db-1"/><resource_ref id="gone"/></resource_set></rsc_location>
        <rsc_ticket id="k" ticket="A" rsc="x"/></constraints>
        <tags><tag id="x"><obj_ref id="db-1"/><obj_ref id="t1"/><obj_ref id="n1"/></tag></tags>"""
    )
    assert [c.resources for c in cib.locations] == [
        ("t1", "t2"),
        ("db-1", "t1"),
        ("web-g", "db-1"),
        ("web-g", "db-1"),
        ("db-1",),
    ]
    assert (cib.locations[4].role, cib.locations[4].score) == ("Promoted", 9)
    assert cib.tickets[0].resources == ("db-1", "t1")
    assert [(r.constraint, r.target) for r in cib.references if not r.known] == [("l5", "gone")]


def test_15_what_the_cluster_writes_itself():
    cib = model(
        '<cib validate-with="pacemaker-3.9" have-quorum="1"><configuration>'
        + config(properties("p", dc_version="3.0.2-1", have_watchdog="true"))
        + "</configuration><status/></cib>"
    )
    assert (cib.version, cib.validate_with, cib.has_status) == ((3, 0, 2), "pacemaker-3.9", True)


def test_rsc_defaults_rules_as_crm_simulate_applies_them(tmp_path):
    rule = '<rule id="r" score="INFINITY"><rsc_expression id="x" class="ocf" provider="pacemaker" type="Dummy"/></rule>'
    text = (
        f'<resources><group id="g">{dummies("a")}</group>'
        '<primitive id="s" class="ocf" provider="pacemaker" type="Stateful"/></resources>'
        f"<rsc_defaults>{meta('d', target_role='Started')}{meta('e', 5, rule, target_role='Stopped')}</rsc_defaults>"
    )
    cib = model(text)
    assert [cib.by_id[i].meta_value("target-role") for i in "gas"] == ["Started", "Stopped", "Started"]
    out = simulate(text, tmp_path)
    assert [bool(re.search(rf"\b{i}\t.*disabled", out)) for i in "as"] == [True, False]


def test_the_corpus_resolves(corpus):
    from halint.errors import HalintError
    from halint.model.resolve_cib import resolve_cib
    from halint.parse.cib import read_cib

    count = 0
    for path in [*(corpus / "cts").glob("*.xml"), *(corpus / "cib").glob("*.xml"), *corpus.glob("bundles/*/cib*.xml")]:
        try:
            file = read_cib(path.read_bytes(), str(path))
        except HalintError:
            continue
        if file.root is not None:
            resolve_cib(file)
            count += 1
    assert count > 450


def test_cases_of_the_case_collection_resolve(corpus):
    for line in (corpus / "pacemaker-cases.jsonl").read_text().splitlines():
        case = json.loads(line)
        text = next((v for v in case.values() if isinstance(v, str) and "<cib" in v), None)
        if text is not None and "<!" not in text:
            from halint.model.resolve_cib import resolve_cib
            from halint.parse.cib import read_cib

            file = read_cib(text.encode(), "cib.xml")
            if file.root is not None:
                resolve_cib(file)
