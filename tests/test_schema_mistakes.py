"""What is said of each mistake by a schema, what the newest schemas allow, and which schemas a cluster knows."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from halint.schema.validity import SchemaProblem, is_valid, known_versions, newest_version, schema_problems

INSTALLED = Path("/usr/share/pacemaker")


def cib(resources: str = "", constraints: str = "", more: str = "", crm_config: str = "", nodes: str = "") -> str:
    """A small CIB around what a case is about."""
    return (
        '<cib validate-with="pacemaker-3.9" admin_epoch="0" epoch="1" num_updates="0"><configuration>'
        f"<crm_config>{crm_config}</crm_config><nodes>{nodes}</nodes>"
        f"<resources>{PRIMITIVE}{resources}</resources><constraints>{constraints}</constraints>{more}"
        "</configuration><status/></cib>"
    )


PRIMITIVE = '<primitive id="p" class="ocf" provider="pacemaker" type="Dummy"/>'


def meta(name: str, value: str = "1", kind: str = "meta_attributes") -> str:
    pair = f'<nvpair id="n" name="{name}" value="{value}"/>'
    return f'<primitive id="m" class="lsb" type="x"><{kind} id="s">{pair}</{kind}></primitive>'


def option(name: str, value: str) -> str:
    pair = f'<nvpair id="n" name="{name}" value="{value}"/>'
    return cib(crm_config=f'<cluster_property_set id="o">{pair}</cluster_property_set>')


MISTAKES = {
    "a misspelt attribute is one mistake, not also a missing one": (
        cib('<primitive id="q" clas="lsb" type="x"/>'),
        "3.9", "primitive", "clas", "unknown-attribute", 'primitive "q" has no attribute "clas"; did you mean "class"?',
    ),
    "so is a misspelt id, and what refers to it": (
        cib('<primitive idd="q" class="lsb" type="x"/>', '<rsc_location id="l" rsc="q" node="a" score="1"/>'),
        "3.9", "primitive", "idd", "unknown-attribute", 'primitive has no attribute "idd"; did you mean "id"?',
    ),
    "a misspelt element, and what refers to its id": (
        cib('<primtive id="q" class="lsb" type="x"/>', '<rsc_location id="l" rsc="q" node="a" score="1"/>'),
        "3.9", "primtive", None, "unknown-element", 'resources has no element "primtive"; did you mean "primitive"?',
    ),
    "an element in the wrong place": (
        cib('<group id="g">' + PRIMITIVE.replace('"p"', '"q"') + '<group id="h"/></group>'),
        "3.9", "group", None, "misplaced-element",
        'group "h" has no place in group, only in clone, master or resources',
    ),
    "an attribute that is newer": (
        cib(constraints='<rsc_colocation id="c" rsc="p" with-rsc="p" influence="true"/>'),
        "3.5", "rsc_colocation", "influence", "attribute-not-in-schema",
        'rsc_colocation "c": attribute "influence" needs validate-with pacemaker-3.6 or newer, not pacemaker-3.5',
    ),
    "an attribute that is gone": (
        cib(constraints='<rsc_colocation id="c" rsc="p" with-rsc="p" score-attribute="x"/>'),
        "3.9", "rsc_colocation", "score-attribute", "attribute-not-in-schema",
        'rsc_colocation "c": attribute "score-attribute" is allowed up to validate-with pacemaker-2.10, '
        "not with pacemaker-3.9",
    ),
    "an element that is newer": (
        cib('<bundle id="b"><podman image="x"/></bundle>'),
        "3.1", "podman", None, "element-not-in-schema",
        "podman needs validate-with pacemaker-3.2 or newer, not pacemaker-3.1",
    ),
    "a value that is newer": (
        cib(constraints='<rsc_location id="l" rsc="p" role="Promoted" node="a" score="1"/>'),
        "3.6", "rsc_location", "role", "value-not-in-schema",
        'rsc_location "l": role="Promoted" needs validate-with pacemaker-3.7 or newer, not pacemaker-3.6',
    ),
    "a value that no schema has": (
        cib(constraints='<rsc_ticket id="t" rsc="p" ticket="x" loss-policy="feeze"/>'),
        "3.9", "rsc_ticket", "loss-policy", "bad-value",
        'rsc_ticket "t": loss-policy="feeze" is none of stop, demote, fence, freeze; did you mean "freeze"?',
    ),
    "a score that is none": (
        cib(constraints='<rsc_location id="l" rsc="p" node="a" score="inf"/>'),
        "3.9", "rsc_location", "score", "bad-value",
        'rsc_location "l": score="inf" is not a whole number, INFINITY or -INFINITY',
    ),
    "a missing attribute": (
        cib('<primitive id="q" class="ocf" type="x"/>'),
        "3.9", "primitive", "provider", "missing-attribute", 'primitive "q" lacks provider',
    ),
    "one of several missing": (
        cib(constraints='<rsc_location id="l" node="a" score="1"/>'),
        "3.9", "rsc_location", "rsc", "missing-attribute", 'rsc_location "l" lacks rsc, rsc-pattern or resource_set',
    ),
    "those that an older schema lacks are not offered": (
        cib(constraints='<rsc_location id="l" node="a" score="1"/>'),
        "1.0", "rsc_location", "rsc", "missing-attribute", 'rsc_location "l" lacks rsc',
    ),
    "a name that may not be, and one that is missing": (
        cib('<primitive id="q" class="lsb" sort="x"/>'),
        "3.9", "primitive", "sort", "unknown-attribute",
        'primitive "q" has no attribute "sort"; allowed are class, description, id, provider, template, type; '
        'primitive "q" lacks type',
    ),
    "an element that may not be, and one that is missing": (
        cib('<clone id="c"><op id="o" name="monitor" interval="1s"/></clone>'),
        "3.9", "op", None, "misplaced-element",
        'op "o" has no place in clone, only in operations; clone "c" lacks primitive or group',
    ),
    "a section in a section": (
        cib(more="<tags><constraints/></tags>").replace("<constraints></constraints>", ""),
        "3.9", "constraints", None, "misplaced-element", "constraints has no place in tags, only in configuration",
    ),
    "a missing section": (
        cib().replace("<constraints></constraints>", ""),
        "3.9", "configuration", None, "missing-element", "configuration lacks constraints",
    ),
    "two attributes that exclude each other": (
        cib(constraints='<rsc_order id="o" first="p" then="p" kind="Optional" score="1"/>'),
        "3.9", "rsc_order", "kind", "conflicting-names", 'rsc_order "o": kind cannot stand beside score',
    ),
    "a provider where none may be": (
        cib('<primitive id="q" class="systemd" provider="x" type="x"/>'),
        "3.9", "primitive", "provider", "conflicting-names",
        'primitive "q": provider cannot stand beside class "systemd", only class ocf',
    ),
    "what an older schema did not allow together": (
        cib('<primitive id="q" class="lsb" type="x"><meta_attributes id="m"><rule id="r">'
            '<expression id="e" attribute="a" operation="defined"/></rule></meta_attributes></primitive>'),
        "3.8", "rule", "score", "combination-not-in-schema",
        'rule "r" lacks score or score-attribute; '
        "as written it needs validate-with pacemaker-3.9 or newer, not pacemaker-3.8",
    ),
    "a second one where one may be": (
        cib('<clone id="c">' + PRIMITIVE.replace('"p"', '"q"') + PRIMITIVE.replace('"p"', '"r"') + "</clone>"),
        "3.9", "primitive", None, "repeated-element", 'clone "c" may hold one primitive, and primitive "r" is another',
    ),
    "children in the wrong order": (
        cib(constraints='<rsc_order id="o"><resource_set id="s"><resource_ref id="p"/></resource_set><lifetime>'
            '<rule id="r" score="1"><expression id="e" attribute="a" operation="defined"/></rule>'
            "</lifetime></rsc_order>"),
        "3.9", "lifetime", None, "element-order", 'rsc_order "o": lifetime must stand before resource_set',
    ),
    "an id twice": (
        cib(PRIMITIVE),
        "3.9", "primitive", "id", "duplicate-id",
        'primitive: id "p" is taken by an element before it; an id may be given once',
    ),
    "an id that cannot be one": (
        cib('<primitive id="1q" class="lsb" type="x"/>', '<rsc_location id="l" rsc="1q" node="a" score="1"/>'),
        "3.9", "primitive", "id", "bad-id",
        'primitive: "1q" cannot be an id: letters, digits, "_", "-" and ".", a letter or "_" first',
    ),
    "a reference to nothing": (
        cib('<primitive id="WebVIP" class="lsb" type="x"/>', '<rsc_location id="l" rsc="WebVip" node="a" score="1"/>'),
        "3.9", "rsc_location", "rsc", "dangling-reference",
        'rsc_location "l": rsc "WebVip" names nothing in the configuration; did you mean "WebVIP"?',
    ),
    "a tag of a node, before tags could name any": (
        cib(more='<tags><tag id="t"><obj_ref id="node1"/></tag></tags>', nodes='<node id="node1" uname="a"/>'),
        "3.2", "obj_ref", "id", "dangling-reference", 'obj_ref "node1" names nothing in the configuration',
    ),
    "an option name that 3.x refuses": (
        option("stonith_enabled", "true"),
        "3.0", "nvpair", "name", "refused-name",
        'pacemaker-3.0 does not allow the name "stonith_enabled" here; did you mean "stonith-enabled"?',
    ),
    "an option value that 3.x refuses": (
        option("cluster-infrastructure", "cman"),
        "3.0", "nvpair", "value", "refused-value",
        'pacemaker-3.0 does not allow "cman" for "cluster-infrastructure"',
    ),
    "a name that no release knows in validate-with": (
        cib().replace("pacemaker-3.9", "pacemaker-9.9"),
        "3.9", "cib", "validate-with", "bad-value",
        'cib: validate-with="pacemaker-9.9" is none of none, pacemaker-0.6, transitional-0.6, pacemaker-0.7, '
        "pacemaker-1.1, pacemaker-next, " + ", ".join(known_versions()) + '; did you mean "pacemaker-3.9"?',
    ),
    "another document": (
        "<crm_mon/>", "3.9", "crm_mon", None, "not-a-cib", "the document is crm_mon, not cib",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", MISTAKES)
def test_each_mistake_is_one_problem_that_names_it(case: str) -> None:
    text, number, tag, attribute, code, message = MISTAKES[case]
    root = etree.fromstring(text)
    problems = schema_problems(root, f"pacemaker-{number}")
    assert [shown(problem) for problem in problems] == [(tag, attribute, code, message)]
    if INSTALLED.is_dir():
        own = etree.RelaxNG(etree.parse(INSTALLED / f"pacemaker-{number}.rng"))
        assert not own.validate(etree.fromstring(text))


def shown(problem: SchemaProblem) -> tuple[str, str | None, str, str]:
    return str(problem.element.tag), problem.attribute, problem.code, problem.message


RULE = '<rule id="{}" score="1"><expression id="{}e" attribute="a" operation="defined"/></rule>'


def location(inside: str) -> str:
    return cib(constraints=f'<rsc_location id="l" rsc="p">{inside}</rsc_location>')


# What 3.10 has and 4.0 has not, and the reverse, as Pacemaker 3.0.2 judges it; no schema to compare with is installed.
NEWEST = {
    "plain": (cib(), True, True),
    "master": (cib('<master id="x">' + PRIMITIVE.replace('"p"', '"q"') + "</master>"), True, False),
    "bundle masters": (cib('<bundle id="b"><docker image="i" masters="1"/></bundle>'), True, False),
    "bundle promoted-max": (cib('<bundle id="b"><docker image="i" promoted-max="1"/></bundle>'), True, True),
    "rkt": (cib('<bundle id="b"><rkt image="i"/></bundle>'), True, False),
    "nagios": (cib('<primitive id="q" class="nagios" type="x"/>'), True, False),
    "upstart": (cib('<primitive id="q" class="upstart" type="x"/>'), True, False),
    "ping node": (cib(nodes='<node id="9" uname="x" type="ping"/>'), True, False),
    "remote node": (cib(nodes='<node id="9" uname="x" type="remote"/>'), True, True),
    "one rule": (location(RULE.format("r", "r")), True, True),
    "two rules": (location(RULE.format("r", "r") + RULE.format("s", "s")), True, False),
    "lifetime": (location(RULE.format("r", "r") + f"<lifetime>{RULE.format('s', 's')}</lifetime>"), True, False),
    "moon": (
        location('<rule id="r"><date_expression id="d" operation="date_spec"><date_spec id="e" moon="1"/>'
                 "</date_expression></rule>"), True, False),
    "moon in a duration": (
        location('<rule id="r"><date_expression id="d" operation="in_range" start="x"><duration id="e" moon="1"/>'
                 "</date_expression></rule>"), True, True),
    "nvpair without value": (cib(meta("x").replace(' value="1"', "")), True, False),
    "nvpair by id-ref": (cib(meta("x") + meta("x").replace('"m"', '"k"').replace('"s"', '"s2"').replace(
        '<nvpair id="n" name="x" value="1"/>', '<nvpair id-ref="n"/>')), True, True),
    "nvpair by id-ref with a name": (cib(meta("x") + meta("x").replace('"m"', '"k"').replace('"s"', '"s2"').replace(
        '<nvpair id="n" name="x" value="1"/>', '<nvpair id-ref="n" name="y"/>')), True, False),
    "fencing level 9": (
        cib(more='<fencing-topology><fencing-level id="f" target="a" index="9" devices="p"/></fencing-topology>'),
        True, True),
    "fencing level 10": (
        cib(more='<fencing-topology><fencing-level id="f" target="a" index="10" devices="p"/></fencing-topology>'),
        True, False),
    "restart-type": (cib(meta("restart-type")), True, False),
    "can_fail": (
        cib('<primitive id="q" class="lsb" type="x"><operations><op id="o" name="start" interval="0">'
            '<meta_attributes id="s"><nvpair id="n" name="can_fail" value="1"/></meta_attributes>'
            "</op></operations></primitive>"),
        True, False),
    "remove-after-stop": (option("remove-after-stop", "true"), True, False),
    "crmd-transition-delay": (option("crmd-transition-delay", "1"), True, False),
    "stonith-action poweroff": (option("stonith-action", "poweroff"), True, False),
    "stonith-action off": (option("stonith-action", "off"), True, True),
    "no_quorum_policy is nothing special again": (option("no_quorum_policy", "stop"), False, True),
    "cman is nothing special again": (option("cluster-infrastructure", "cman"), False, True),
    "isolation is nothing special again": (cib(meta("isolation")), False, True),
    "validate-with left out": (cib().replace(' validate-with="pacemaker-3.9"', ""), True, False),
    "validate-with pacemaker-next": (cib().replace("pacemaker-3.9", "pacemaker-next"), True, False),
}  # fmt: skip


@pytest.mark.parametrize("case", NEWEST)
def test_what_the_newest_schemas_allow(case: str) -> None:
    text, by_3_10, by_4_0 = NEWEST[case]
    root = etree.fromstring(text)
    assert (is_valid(root, "pacemaker-3.10"), is_valid(root, "pacemaker-4.0")) == (by_3_10, by_4_0)
    assert (len(schema_problems(root, "pacemaker-3.10")), len(schema_problems(root, "pacemaker-4.0"))) == (
        int(not by_3_10), int(not by_4_0),
    )  # fmt: skip


def test_text_is_no_mistake() -> None:
    """Pacemaker drops text before it validates: crm_verify 2.1.5 accepts it, though its schemas as such would not."""
    assert schema_problems(etree.fromstring(cib("stray text")), "pacemaker-3.9") == ()


def test_versions() -> None:
    versions = known_versions()
    assert len(versions) == 26
    assert versions[:3] == ("pacemaker-1.0", "pacemaker-1.2", "pacemaker-1.3")
    assert versions.index("pacemaker-2.10") == versions.index("pacemaker-2.9") + 1
    assert versions[-2:] == ("pacemaker-3.10", "pacemaker-4.0")
    assert schema_problems(etree.fromstring("<nonsense/>"), "none") == ()
    with pytest.raises(ValueError, match=r"no schema is called 'pacemaker-1\.1'"):
        schema_problems(etree.fromstring("<cib/>"), "pacemaker-1.1")


@pytest.mark.parametrize(
    ("feature_set", "dc_version", "newest"),
    [
        ("3.16.1", "2.1.5-a3f44794f94", "3.9"),  # measured with Pacemaker 2.1.5
        ("3.16.1", "", "3.9"),
        ("", "2.1.5", "3.9"),
        ("", "1.1.8-7.el6-394e906", "1.2"),
        ("", "1.1.18-11.el7_5.3-2b07d5c5a9", "2.10"),
        ("", "2.0.3-5.el8_2.1-4b1f869f0f", "3.2"),
        ("", "2.1.7-5.fc39", "3.9"),
        ("3.19.7", "2.1.8-3", "3.10"),
        ("3.20.5", "3.0.2", "4.0"),
        ("3.19.0", "", "3.9"),
        ("3.0.14", "", "2.10"),
        ("3.0.10", "", "2.3"),  # 1.1.13 to 1.1.15 have it: the newest that all three know
        ("3.6.1", "", "3.5"),
        ("3.15.0", "", "3.8"),
        ("3.0.5", "1.1.6-9971ebba4494", ""),
        ("3.0.5", "", ""),
        ("", "", ""),
        ("x", "unknown", ""),
        ("3.16.1", "unknown", "3.9"),
    ],
)
def test_newest_version_that_a_cluster_knows(feature_set: str, dc_version: str, newest: str) -> None:
    assert newest_version(feature_set, dc_version) == (f"pacemaker-{newest}" if newest else "")
