"""Whatever a CIB holds, it resolves: garbage, loops of references, and references that multiply."""

from __future__ import annotations

import contextlib

import pytest
from cibs import DUMMY, dummies, model
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from halint.document import Document
from halint.engine.rule import rule_from
from halint.engine.run import Case, run
from halint.errors import HalintError
from halint.model.cluster import Cluster
from halint.model.pattern import Pattern, PatternError
from halint.model.resolve_cib import resolve_cib
from halint.model.resolve_nodes import resolve_nodes
from halint.parse.cib import read_cib
from halint.schema_data import load_rules

RULES = [rule_from(data) for data in load_rules()]
ELEMENTS = [
    "crm_config", "cluster_property_set", "nvpair", "nodes", "node", "resources", "primitive", "template", "group",
    "clone", "master", "bundle", "docker", "network", "storage", "storage-mapping", "operations", "op",
    "meta_attributes", "instance_attributes", "rule", "expression", "date_expression", "date_spec", "duration",
    "rsc_expression", "op_expression", "constraints", "rsc_location", "rsc_colocation", "rsc_order", "rsc_ticket",
    "resource_set", "resource_ref", "lifetime", "tags", "tag", "obj_ref", "fencing-topology", "fencing-level",
    "rsc_defaults", "op_defaults", "status",
]  # fmt: skip
ATTRIBUTES = [
    "id", "id-ref", "name", "value", "score", "rsc", "with-rsc", "first", "then", "node", "uname", "type", "class",
    "provider", "template", "interval", "timeout", "role", "rsc-pattern", "sequential", "action", "kind",
    "boolean-op", "operation", "start", "end", "years", "replicas", "promoted-max", "devices", "index", "target",
    "attribute", "score-attribute", "symmetrical", "with-rsc-role", "ordering", "node-attribute",
]  # fmt: skip
VALUES = [
    "a", "b", "c", "a", "b", "c", "INFINITY", "-INFINITY", "0", "1", "5", "-1", "10s", "P1D", "true", "false",
    "Master", "Started", "start", "promote", "eq", "lt", "gt", "in_range", "date_spec", "2020-01-01", "9999-12-31",
    "0001-01-01", "Serialize", "or", "ocf", "pacemaker", "remote", "Dummy", "remote-node", "promotable", "^(a|b)",
    "(", "target-role", "cib-bootstrap-options", "99999999999999999999", "ä", "#default",
]  # fmt: skip


def element(children):
    attributes = st.dictionaries(st.sampled_from(ATTRIBUTES), st.sampled_from(["", *VALUES]), max_size=6)
    inner = st.just([]) if children is None else st.lists(children, max_size=5)
    return st.builds(_built, st.sampled_from(ELEMENTS), attributes, inner)


def _built(tag, attributes, children):
    made = etree.Element(tag, attributes)
    made.extend(children)
    return made


TREES = st.recursive(element(None), element, max_leaves=40)
SECTIONS = st.lists(element(TREES), max_size=8)


@settings(max_examples=300, deadline=None)
@given(SECTIONS, st.sampled_from(["", "Wed Sep  1 10:00:00 2021", "x", "Sun Feb 31 99:00:00 2021"]))
def test_any_tree_resolves(sections, written):
    root = etree.Element("cib", {"cib-last-written": written})
    etree.SubElement(root, "configuration").extend(sections)
    cib = model(etree.tostring(root, encoding="unicode"))
    for resource in cib.by_id.values():
        assert cib.outermost(resource).parent is None
    for location in cib.locations:
        assert isinstance(location.expired, bool)
        assert all(list(rule.walk()) is not None for rule in location.rules)
    for colocation in cib.colocations:
        assert {colocation.resource, colocation.with_resource} <= set(cib.by_id)
    for node in resolve_nodes(cib, None, ()):
        assert node.name or not node.aliases


@settings(max_examples=60, deadline=None)
@given(SECTIONS)
def test_every_rule_survives_any_tree(sections):
    root = etree.Element("cib")
    etree.SubElement(root, "configuration").extend(sections)
    file = read_cib(etree.tostring(root), "cib.xml")
    cib = resolve_cib(file)
    cluster = Cluster(
        name="", given=frozenset({"cib"}), sources=(file.source,), nodes=resolve_nodes(cib, None, ()), cib=cib
    )
    case = Case(cluster=cluster, document=lambda: Document(cluster, {"cib": file.root}, {}))
    assert run(RULES, [case]).trouble == ()


def test_a_rule_inside_itself_ends():
    cib = model(
        f"""<resources>{dummies("a")}</resources><constraints><rsc_location id="l" rsc="a">
        <rule id="r" score="1"><expression id="e" attribute="x" operation="defined"/><rule id-ref="r"/></rule>
        </rsc_location></constraints>"""
    )
    assert len(list(cib.locations[0].rules[0].walk())) < 50


def test_rules_that_multiply_are_refused_in_a_sentence():
    rules = "".join(
        f'<rsc_location id="l{i}" rsc="a"><rule id="r{i}" score="1">'
        + f'<rule id-ref="r{i + 1}"/>' * 20
        + "</rule></rsc_location>"
        for i in range(20)
    )
    with pytest.raises(HalintError, match=r"cib.xml: its references expand to more than \d+ values"):
        model(f"<resources>{dummies('a')}</resources><constraints>{rules}</constraints>")


def test_sets_that_multiply_are_refused_in_a_sentence():
    refs = '<resource_ref id="t"/>' * 100
    tags = '<tags><tag id="t">' + '<obj_ref id="a"/>' * 100 + "</tag></tags>"
    sets = f'<resource_set id="s1" sequential="false">{refs}</resource_set><resource_set id="s2">{refs}</resource_set>'
    order = f"<rsc_order id='o'>{sets}</rsc_order>"
    with pytest.raises(HalintError, match="expand to more than"):
        model(f"<resources>{dummies('a')}</resources><constraints>{order}</constraints>{tags}")


def test_duplicate_and_missing_ids():
    cib = model(
        f"""<resources><group id="a"><primitive id="a" {DUMMY}/><primitive {DUMMY}/></group>
        <clone><primitive id="b" {DUMMY}/></clone><primitive id="b" template="gone"/></resources>
        <constraints><rsc_location rsc="b"/><rsc_order/></constraints>"""
    )
    assert [r.id for outer in cib.resources for r in outer.walk()] == ["a", "a", "", "", "b", "b"]
    assert cib.by_id["b"].agent is not None


def test_without_a_configuration():
    cib = model("<cib/>")
    assert (cib.resources, cib.properties, cib.has_status) == ((), {}, False)


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="ab.*+?()|^$[]{}1,-:\\", max_size=25), st.text(alphabet="ab-", max_size=30))
def test_any_pattern_matches_or_is_refused(pattern, text):
    with contextlib.suppress(PatternError):
        assert Pattern(pattern).search(text) in (True, False)


@pytest.mark.parametrize(
    ("pattern", "text", "matches"),
    [
        ("^a+$", "aaa", True),
        ("^(web|db)[0-9]{2,3}$", "web0123", False),
        ("[[:digit:]]$", "a1", True),
        ("^[^-]+-vip$", "x-vip", True),
        (r"a\.c", "abc", False),
        ("a{0}b", "b", True),
        ("^a{2,}$", "a", False),
        ("", "x", True),
        ("[]a]", "]", True),
        ("(a|)b$", "b", True),
        ("(a+)+$", "a" * 5000 + "!", False),
    ],
)
def test_patterns(pattern, text, matches):
    assert Pattern(pattern).search(text) is matches


@pytest.mark.parametrize(
    "pattern", ["(", "a)", "[", "*a", "a{", "a{3,2}", "a{999}", "\\", "[[:foo:]]", "((a{255}){255}){255}"]
)
def test_what_is_no_pattern(pattern):
    with pytest.raises(PatternError):
        Pattern(pattern)
