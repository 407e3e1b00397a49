"""What Pacemaker can detect, row by row of its catalogue: each row is a rule, a case of one, or left out with a reason.

The table stands here by itself. Where `HALINT_REFERENCE` names the folder with the catalogue (`pacemaker-checks.md`),
the table is compared with the page: no row of the sections 5 to 9 is missing.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from cibs import dummies, meta
from examples import whole_cib

from halint.engine.rules import built_in
from halint.engine.run import run
from halint.inputs.read import read
from halint.parse.targets import parse_targets

RULES = {rule.name: rule for rule in built_in()}

SAME_5 = """
xml-not-wellformed root-not-cib schema-upgrade-drops-construct feature-set-too-new startup-fencing-disabled
node-no-id node-type-invalid node-score-invalid resource-no-id resource-unknown-element container-unknown
requires-unfencing-on-fence-device target-role-not-promotable role-name-legacy utilization-not-integer
clone-node-max-anonymous constraint-unknown-type location-lifetime location-score-invalid
location-pattern-invalid location-resource-discovery-invalid colocation-influence-invalid
colocation-set-ordering-deprecated colocation-symmetrical colocation-two-templates-or-tags
colocation-interleave-mismatch promotable-noncolocated-group order-resource-attr-missing
order-score-deprecated order-require-all-deprecated order-guest-and-host ticket-attr-missing
op-rule-node-attribute nvset-score-invalid op-role-invalid fencing-level-no-id acl-xpath-syntax
history-op-duplicate-id history-migration-names history-expected-result-missing
"""
TOLD_5 = {
    **{name: name for name in SAME_5.split()},
    "schema-violation": "schema-violation xml-id-not-ncname schema-upgrade-impossible",
    "xml-idref-broken": (
        "xml-id-duplicate idref-dangling idref-wrong-element-type template-missing template-self-reference "
        "acl-role-duplicate acl-role-ref-not-a-role"
    ),
    "cib-schema-none": "validate-with-missing-or-unknown validate-with-none",
    "cib-schema-newer-than-software": "validate-with-newer-than-pacemaker",
    "fencing-deprecated-property-name": "cluster-option-legacy-name",
    "cluster-property-invalid": "cluster-option-invalid load-threshold-without-percent node-health-strategy-invalid",
    "cluster-property-deprecated": (
        "enable-startup-probes-false concurrent-fencing-false stop-removed-resources-false cancel-removed-actions-false"
    ),
    "no-quorum-policy-fence-without-fencing": "no-quorum-policy-needs-fencing",
    "stonith-no-devices": "no-fencing-device",
    "node-uname-duplicate": "node-duplicate-name",
    "node-resource-discovery-on-cluster-node": (
        "node-resource-discovery-on-cluster-node node-resource-discovery-deprecated "
        "node-resource-discovery-needs-fencing"
    ),
    "bundle-container-unsupported": "resource-ignored",
    "meta-value-default": "meta-value-hash-default meta-value-default",
    "requires-fencing-while-disabled": "requires-fencing-while-disabled requires-unfencing-while-disabled",
    "resource-meta-invalid": (
        "requires-invalid priority-invalid resource-stickiness-invalid migration-threshold-invalid "
        "multiple-active-invalid target-role-invalid target-role-invalid-display"
    ),
    "clone-empty": "group-empty clone-empty",
    "group-ordered-or-colocated-false": "group-ordered-collocated-deprecated",
    "clone-globally-unique-unsupported": "clone-unique-unsupported-standard",
    "clone-promotable-unsupported": "clone-promotable-unsupported-standard",
    "clone-master-element": "clone-master-max-legacy clone-master-node-max-legacy",
    "bundle-option-invalid": (
        "bundle-control-port-replicas-per-host bundle-port-mapping-invalid bundle-storage-mapping-invalid"
    ),
    "bundle-not-accessible": "bundle-primitive-without-network",
    "constraint-no-id": "constraint-no-id resource-set-no-id",
    "constraint-unknown-resource": "constraint-unknown-name",
    "constraint-ref-not-resource": (
        "constraint-ref-not-resource set-ref-not-resource location-set-resource-missing "
        "colocation-set-resource-missing order-set-resource-missing ticket-set-resource-missing"
    ),
    "constraint-role-invalid": "constraint-role-invalid location-role-invalid",
    "location-rule-invalid": "location-rule-no-score location-rule-score-invalid location-rule-role-invalid",
    "rule-condition-unknown": (
        "location-rule-boolean-op-invalid rule-empty rule-no-id rule-boolean-op-invalid rule-condition-unknown"
    ),
    "colocation-score-invalid": "colocation-score-invalid colocation-set-score-invalid",
    "colocation-with-noncolocated-group": (
        "colocation-noncolocated-group-dependent colocation-with-noncolocated-group"
    ),
    "order-kind-invalid": "order-action-unknown order-kind-invalid order-serialize-symmetrical",
    "ticket-loss-policy": "ticket-loss-policy-needs-fencing",
    "expression-operation-invalid": (
        "expression-attribute-missing expression-operation-missing expression-operation-invalid "
        "expression-value-source-invalid expression-value-with-defined expression-value-missing "
        "expression-type-invalid op-expression-name-missing op-expression-interval-invalid"
    ),
    "date-operation-invalid": (
        "date-operation-invalid date-gt-start date-lt-end date-in-range-bounds date-duration-invalid "
        "date-spec-range-invalid date-spec-missing"
    ),
    "op-monitor-interval-duplicate": "op-duplicate-name-interval",
    "op-start-stop-interval": "op-cannot-recur",
    "op-on-fail-invalid": "op-stop-on-fail-invalid op-on-fail-demote-invalid op-on-fail-invalid",
    "op-on-fail-fence-disabled": "op-on-fail-fence-while-disabled",
    "op-interval-origin-conflict": "op-interval-origin-invalid",
    "failure-timeout-with-block": "failure-timeout-with-on-fail-block",
    "op-record-pending-off": "record-pending-deprecated",
    "fencing-topology-index-range": "fencing-level-index-invalid fencing-level-index-range",
    "tag-no-id": "tag-no-id tag-ref-no-id",
    "acl-permission-ambiguous": (
        "acl-xpath-with-other-criteria acl-attribute-without-object-type acl-reference-with-object-type "
        "acl-permission-kind-invalid acl-permission-no-criteria"
    ),
    "acl-permission-kind-missing": "acl-permission-no-id acl-permission-kind-missing acl-permission-outside-role",
    "acl-target-no-name": "acl-role-ref-no-id acl-target-no-name acl-group-no-name",
    "alert-incomplete": "alert-timeout-invalid alert-no-id alert-no-path",
    "node-unclean-cannot-be-fenced": "node-unclean-cannot-be-fenced integrity-not-guaranteed",
    "node-state-no-id": "node-state-no-id lrm-resource-no-id",
    "history-op-status-invalid": "history-op-status-invalid history-rc-code-invalid",
    "history-op-no-id": "history-op-no-id history-op-no-operation",
}
"""Section 5, what Pacemaker reports as an error or a warning of the configuration: rule to the rows it tells."""

NOT_REACHED = "defensive code of Pacemaker's: no configuration comes there"
LEFT_OUT = {
    "schema-upgrade-partial": NOT_REACHED + " while 4.0 is the only schema of its series",
    "template-internal": NOT_REACHED,
    "bundle-unpack-failed": NOT_REACHED + " but for another mistake, which is told",
    "constraint-resource-gone": NOT_REACHED + " but behind checks that are told, or with validation off",
    "op-history-no-id": NOT_REACHED,
}
"""Rows that no rule tells, and why."""

SAME_6 = """
port-invalid health-attribute-invalid terminate-attribute-invalid score-attribute-value-invalid
rule-compare-not-number stopped-monitor-on-anonymous-clone promotion-score-invalid ticket-last-granted-invalid
template-unused delay-base-map-malformed delay-base-above-max list-timeout-above-fencing-timeout
startup-fencing-disabled
"""
TOLD_6 = {
    **{name: name for name in SAME_6.split()},
    "op-time-value-invalid": "interval-invalid timeout-invalid",
    "resource-meta-invalid": "clone-count-invalid",
    "date-operation-invalid": "date-parse",
    "stonith-host-map-syntax": "host-map-malformed",
    "stonith-host-check-invalid": "host-check-invalid",
    "watchdog-device-wrong-agent": (
        "watchdog-device-without-timeout watchdog-device-wrong-agent watchdog-device-wrong-id"
    ),
    "fencing-topology-target-missing": "topology-level-no-target",
    "sbd-stonith-watchdog-timeout-too-small": "watchdog-timeout-vs-sbd",
    "cluster-property-invalid": "fencing-reaction-invalid",
}
"""Section 6, what Pacemaker only logs."""


A, AB = dummies("a"), dummies("a", "b")
NEXT = '<rule id="r" score="1"><date_expression id="d" operation="gt" start="2040-01-01"/></rule>'
LIFETIME = f"<lifetime>{NEXT}</lifetime>"
STATUS = (
    "needs the status section: a node_state without a node says nothing of the configuration, and 3.0 only notes it"
)


def set_(**values: str) -> str:
    """A cluster property set; underscores in names become hyphens."""
    inner = meta("cib-bootstrap-options", **values).replace("meta_attributes", "cluster_property_set")
    return f"<crm_config>{inner}</crm_config>"


def primitive(inside: str) -> str:
    return (
        f'<resources><primitive id="a" class="ocf" provider="pacemaker" type="Dummy">{inside}</primitive></resources>'
    )


def clone(inside: str) -> str:
    return f'<resources><clone id="c">{inside}{A}</clone></resources>'


def constraint(text: str, resources: str = AB) -> str:
    return f"<resources>{resources}</resources><constraints>{text}</constraints>"


def level(target: str, devices: str) -> str:
    inner = f'<fencing-level id="f" target="{target}" index="1" devices="{devices}"/>'
    return f"{NODES}<resources>{A}</resources><fencing-topology>{inner}</fencing-topology>"


def dated(inside: str, operation: str = 'operation="date_spec"') -> str:
    date = f'<date_expression id="d" {operation}>{inside}</date_expression>'
    return constraint(f'<rsc_location id="l" rsc="a"><rule id="r" score="1">{date}</rule></rsc_location>')


def bundle(network: str, replicas: int) -> str:
    parts = f'<podman image="i:1" replicas="{replicas}"/><network {network}/>'
    return f'<resources><bundle id="b1">{parts}</bundle></resources>'


def unchecked(inside: str, schema: str = "none") -> str:
    """A whole CIB of another schema, or of none."""
    return whole_cib(inside).replace(VALIDATE, f'validate-with="{schema}"', 1)


VALIDATE = re.search(r'validate-with="[^"]*"', whole_cib(A))[0]  # type: ignore[index] - every CIB of the tests has it
NODES = '<nodes><node id="1" uname="n1"/><node id="2" uname="n2"/></nodes>'
OP = '<operations><op id="o" name="monitor" interval="10s">{}</op></operations>'
FENCE = f'<primitive id="f" class="stonith" type="fence_ipmilan">{meta("off", target_role="Stopped")}</primitive>'
VM = '<primitive id="{0}" class="ocf" provider="heartbeat" type="VirtualDomain">{1}</primitive>'

ONLY_2 = {
    "`lifetime`": [
        (
            constraint(f'<rsc_location id="l" rsc="a" node="n1" score="1">{LIFETIME}</rsc_location>'),
            "location-lifetime",
        ),
        (constraint(f'<rsc_order id="l" first="a" then="b">{LIFETIME}</rsc_order>'), "location-lifetime"),
    ],
    "ping node": [('<nodes><node id="1" uname="n1" type="ping"/></nodes>', "node-type-invalid")],
    "unknown node type": [('<nodes><node id="1" uname="n1" type="weird"/></nodes>', "node-type-invalid")],
    "`stonith-action=poweroff`": [(set_(stonith_action="poweroff"), "cluster-property-deprecated")],
    "`remove-after-stop`": [(set_(remove_after_stop="true"), "schema-upgrade-drops-construct")],
    "`restart-type`": [(primitive(meta("m", restart_type="restart")), "schema-upgrade-drops-construct")],
    "`can_fail`": [
        (
            primitive(
                OP.format(f'<meta_attributes id="m"><nvpair id="n" name="{name}" value="Stopped"/></meta_attributes>')
            ),
            "schema-upgrade-drops-construct",
        )
        for name in ("can_fail", "role_after_failure")
    ],
    "`rsc-instance`": [
        (
            unchecked(constraint('<rsc_colocation id="k" rsc="a" with-rsc="b" with-rsc-instance="0" score="1"/>')),
            "constraint-instance-attribute",
        ),
        (
            unchecked(constraint('<rsc_order id="o" first="a" first-instance="0" then="b"/>'), "pacemaker-next"),
            "constraint-instance-attribute",
        ),
        (constraint('<rsc_order id="o" first="a" first-instance="0" then="b"/>'), "schema-violation"),
    ],
    "`pacemaker-next`": [(unchecked(A, "pacemaker-next"), "cib-schema-none")],
    "rule without score": [(dated('<date_spec id="s" hours="1"/>').replace(' score="1"', ""), "location-rule-invalid")],
    "negative `migration-threshold`": [(primitive(meta("m", migration_threshold="-1")), "resource-meta-invalid")],
    "recorded node state": STATUS,
    "`record-pending`": [(f"<op_defaults>{meta('m', record_pending='false')}</op_defaults>", "op-record-pending-off")],
}
"""Section 7, what only 2.1 reports: CIBs with the rule that tells each, or why none does."""

CRASHES = {
    "`order-self`": "order-self",
    "whose `template` is its own `id`": "xml-idref-broken",
    "unknown element in `resources`": "resource-unknown-element",
    "non-integer utilization": "utilization-not-integer",
    "rule with an unknown condition": "rule-condition-unknown date-operation-invalid",
    "`on-fail=demote`": "op-on-fail-invalid",
    "`nvpair/@id-ref`": "xml-idref-broken",
}
"""Section 8, what crashes Pacemaker: test_crashers.py has the CIBs."""

BOOLEANS = ("is-managed", "maintenance", "critical", "allow-migrate", "remote-allow-migrate")
OF_CLONES = ("notify", "interleave", "ordered", "promotable", "globally-unique")
TWICE = '<nvpair id="x1" name="fake" value="1"/><nvpair id="x2" name="fake" value="2"/>'
SILENT = {
    "non-boolean in `is-managed`": [
        *((primitive(meta("m", **{name.replace("-", "_"): "flase"})), "resource-meta-invalid") for name in BOOLEANS),
        *((clone(meta("m", **{name.replace("-", "_"): "flase"})), "resource-meta-invalid") for name in OF_CLONES),
    ],
    "unknown cluster option": [
        (set_(no_quorum_polcy="stop"), "cluster-property-unknown"),
        (primitive(meta("m", resource_stickyness="1")), "meta-attribute-unknown"),
        (primitive(OP.format(meta("m", on_fial="block"))), "operation-attribute-unknown"),
    ],
    "new option names": [(set_(fencing_timeout="90s", dc_version="2.1.5-1"), "cluster-property-unknown")],
    "naming an unknown node": [
        (NODES + constraint('<rsc_location id="l" rsc="a" node="n7" score="1"/>'), "location-unknown-node"),
        (constraint('<rsc_location id="l" rsc-pattern="zz.*" node="n1" score="1"/>'), "location-pattern-invalid"),
    ],
    "unknown device or unknown target": [
        (level("n9", "a"), "fencing-topology-unknown-node"),
        (level("n1", "nope"), "fencing-topology-unknown-device"),
        (level("n1", "a"), "fencing-topology-not-stonith"),
    ],
    "`obj_ref` to a non-existing ID": [
        (f'<resources>{A}</resources><tags><tag id="t"><obj_ref id="nope"/></tag></tags>', "tag-unknown-reference")
    ],
    "order cycle": [
        (constraint('<rsc_order id="o" first="a" then="b"/><rsc_order id="p" first="b" then="a"/>'), "order-cycle")
    ],
    "colocation cycle": [
        (constraint("".join(f'<rsc_colocation id="{i}" {way} score="{s}"/>' for i, way, s in pairs)), rule)
        for pairs, rule in (
            (
                (("k", 'rsc="a" with-rsc="b"', "INFINITY"), ("q", 'rsc="b" with-rsc="a"', "INFINITY")),
                "colocation-cycle",
            ),
            (
                (("k", 'rsc="a" with-rsc="b"', "INFINITY"), ("q", 'rsc="a" with-rsc="b"', "-INFINITY")),
                "colocation-contradiction",
            ),
            ((("k", 'rsc="a" with-rsc="a"', "INFINITY"),), "colocation-self"),
        )
    ],
    "without `score`, or score 0": [
        (constraint('<rsc_colocation id="k" rsc="a" with-rsc="b"/>'), "colocation-score-missing"),
        (constraint('<rsc_colocation id="k" rsc="a" with-rsc="b" score="0"/>'), "colocation-score-missing"),
    ],
    "only fencing device disabled": [(f"<resources>{FENCE}</resources>", "stonith-no-devices")],
    "guest `remote-node`": [
        (f"<resources>{VM.format('v', meta('m', remote_node=name))}{more}</resources>", "remote-node-name-conflict")
        for name, more in (("a", A), ("v", ""), ("g", VM.format("w", meta("n", remote_node="g"))))
    ],
    "two `node` elements with one ID": [
        ('<nodes><node id="1" uname="n1"/><node id="1" uname="n2"/></nodes>', "node-id-duplicate"),
        (primitive(f'<instance_attributes id="p">{TWICE}</instance_attributes>'), "nvset-name-repeated"),
    ],
    "bundle `ip-range-start` IPv6": [
        (bundle('ip-range-start="fd00::1"', 2), "bundle-ip-range-invalid"),
        (bundle('ip-range-start="10.0.0.250" host-netmask="24"', 9), "bundle-ip-range-invalid"),
        (clone(meta("m", clone_max="-1")), "resource-meta-invalid"),
        (clone(meta("m", promotable="true", promoted_node_max="2")), "promoted-node-max-above-promoted-max"),
    ],
    "`nvpair` without `value`": [
        (
            primitive('<instance_attributes id="p"><nvpair id="n" name="fake"/></instance_attributes>'),
            "nvpair-value-missing",
        )
    ],
    "`rsc_expression`/`op_expression`": [
        (constraint(f'<rsc_location id="l" rsc="a"><rule id="r" score="1">{e}</rule></rsc_location>'), rule)
        for e, rule in (
            ('<rsc_expression id="e" class="ocf"/>', "location-rule-foreign-condition"),
            ('<op_expression id="e" name="start"/>', "location-rule-foreign-condition"),
        )
    ],
    "out-of-range or reversed": [
        (dated('<date_spec id="s" hours="25"/>'), "date-spec-never-holds"),
        (dated('<date_spec id="s" hours="17-9"/>'), "date-spec-never-holds"),
    ],
    "`duration` with `monthdays`": [
        (
            dated('<duration id="u" monthdays="3"/>', 'operation="in_range" start="2040-01-01"'),
            "duration-field-ignored",
        )
    ],
    "`loss-policy` unknown": [
        (unchecked(constraint('<rsc_ticket id="t" rsc="a" ticket="T" loss-policy="explode"/>')), "ticket-loss-policy")
    ],
    "schema 4.0: `isolation`": [
        (unchecked(primitive(meta("m", isolation="docker")), "pacemaker-4.0"), "meta-attribute-unknown"),
        (unchecked(set_(default_resource_stickiness="1"), "pacemaker-4.0"), "cluster-property-unknown"),
        (
            unchecked(f"<op_defaults>{meta('m', requires='quorum')}</op_defaults>", "pacemaker-4.0"),
            "operation-attribute-unknown",
        ),
    ],
}
"""Section 9, what no release says a word about.

Of what pacemaker-4.0 allows again, words of cluster-infrastructure are left out: Pacemaker itself writes them.
"""

SECTIONS = {7: ONLY_2, 8: CRASHES, 9: SILENT}


@pytest.mark.parametrize("told", [TOLD_5, TOLD_6], ids=["5", "6"])
def test_every_row_is_a_name_of_its_rule(told):
    wrong = [(row, rule) for rule, rows in told.items() for row in rows.split() if row not in RULES[rule].names()]
    assert wrong == []


def test_no_row_stands_twice_and_none_that_is_left_out_is_a_rule():
    rows = [row for rows in TOLD_5.values() for row in rows.split()]
    assert len(rows) == len(set(rows)) == 173 - len(LEFT_OUT)
    names = {name for rule in RULES.values() for name in rule.names()}
    assert not names & LEFT_OUT.keys()
    assert all(LEFT_OUT.values())


def test_the_rules_of_crashes_are_rules():
    assert all(name in RULES for names in CRASHES.values() for name in names.split())


def _written() -> Iterator[object]:
    for section in (ONLY_2, SILENT):
        for row, examples in section.items():
            assert examples, row
            for text, rule in examples if isinstance(examples, list) else ():
                yield pytest.param(text, rule, id=f"{row}: {rule}")


@pytest.mark.parametrize(("text", "name"), list(_written()))
def test_what_pacemaker_passes_over_is_told(text, name, tmp_path):
    (tmp_path / "cib.xml").write_text(whole_cib(text))
    target = ["pacemaker=3.0"] if "pacemaker-4.0" in text else []
    outcome = run([RULES[name]], read([str(tmp_path / "cib.xml")], targets=parse_targets(target)).cases)
    assert [finding.rule for finding in outcome.findings], outcome.trouble


def _page() -> dict[int, list[str]]:
    """The first cells of the tables of each section of the catalogue."""
    folder = os.environ.get("HALINT_REFERENCE")
    if not folder:
        pytest.skip("HALINT_REFERENCE does not name the folder of the catalogue")
    found: dict[int, list[str]] = {}
    number = 0
    for line in (Path(folder) / "pacemaker-checks.md").read_text(encoding="utf-8").splitlines():
        heading = re.match(r"## (\d+)\.", line)
        number = int(heading[1]) if heading else number
        if line.startswith("| ") and number in range(5, 10):
            found.setdefault(number, []).append(line.split(" | ")[0].removeprefix("| ").rstrip(" |"))
    return found


HEADINGS = {"Rule", "Suggested rule", "Message topic", "Configuration"}


@pytest.mark.parametrize(("number", "told"), [(5, TOLD_5), (6, TOLD_6)])
def test_the_table_has_every_named_row_of_the_page(number, told):
    rows = {cell.strip("`") for cell in _page()[number] if cell not in HEADINGS}
    listed = {row for rows in told.values() for row in rows.split()}
    assert rows == listed | (LEFT_OUT.keys() if number == 5 else set())


@pytest.mark.parametrize("number", SECTIONS)
def test_the_table_has_every_row_of_the_page(number):
    """Each row's text holds the words of one row of the table, and of this one only."""
    cells = [cell for cell in _page()[number] if cell not in HEADINGS]
    assert len(cells) == len(SECTIONS[number])
    assert [
        (cell, found) for cell in cells if len(found := [key for key in SECTIONS[number] if key in cell]) != 1
    ] == []
