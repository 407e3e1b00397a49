"""GitLab, JUnit and Checkstyle: read back by what is not written here."""

from __future__ import annotations

import json
import re

import jsonschema
import pytest
from junitparser import Error, Failure, JUnitXml, Skipped
from lxml import etree
from reports import EMPTY, HOSTILE, REPORTS, RICH, SECRET, SETTING, UNREAD, finding, hostile, report

from halint.output.checkstyle import render_checkstyle
from halint.output.gitlab import render_gitlab
from halint.output.junit import render_junit
from halint.output.paths import Paths
from halint.output.setting import Setting
from halint.source import Location

# GitLab's documentation, "Code Quality report format": the fields an entry must have, and what they may be
GITLAB = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "properties": {
            "description": {"type": "string", "minLength": 1},
            "check_name": {"type": "string", "minLength": 1},
            "fingerprint": {"type": "string", "minLength": 1},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "properties": {
                    "path": {"type": "string", "pattern": r"^(?!\./)"},
                    "lines": {"required": ["begin"], "properties": {"begin": {"type": "integer", "minimum": 1}}},
                },
            },
        },
    },
}
ALL = pytest.mark.parametrize("given", REPORTS.values(), ids=REPORTS)
ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@ALL
def test_gitlab(given):
    text = render_gitlab(given, SETTING)
    issues = json.loads(text.encode())
    jsonschema.validate(issues, GITLAB)
    assert len({issue["fingerprint"] for issue in issues}) == len(issues)
    assert len(issues) == len(given.findings) + len(given.trouble)
    assert SECRET not in text


def test_gitlab_entries():
    assert render_gitlab(EMPTY, SETTING) == "[]\n"
    setting = Setting(paths=Paths(cwd="/builds/g/p/sub", root="/builds/g/p"))
    (issue,) = json.loads(render_gitlab(report(finding(4, severity="warning")), setting))
    assert len(issue.pop("fingerprint")) == 64
    assert issue == {
        "description": "two-node-flag-wrong-size: two_node is on, but the nodelist has 3 nodes",
        "check_name": "two-node-flag-wrong-size",
        "severity": "minor",
        "location": {"path": "sub/prod/cib.xml", "lines": {"begin": 5}},
    }
    (issue,) = json.loads(render_gitlab(UNREAD, SETTING))
    assert (issue["severity"], issue["location"]["path"]) == ("blocker", "bad.xml")
    assert issue["description"] == "input-unreadable: cannot be read: does not exist"


def test_gitlab_fingerprints_do_not_follow_lines():
    marks = [
        [issue["fingerprint"] for issue in json.loads(render_gitlab(report(*rows), SETTING))]
        for rows in (
            [finding(1), finding(2, subject="object-1")],
            [finding(8, subject="object-1"), finding(9, subject="object-1")],
        )
    ]
    assert marks[0] == marks[1]


@ALL
def test_junit(given):
    text = render_junit(given, SETTING)
    assert not ILLEGAL.search(text)
    assert SECRET not in text
    document = JUnitXml.fromstring(text.encode())
    cases = [case for suite in document for case in suite]
    results = [result for case in cases for result in case.result]
    counts = [sum(isinstance(r, kind) for r in results) for kind in (Failure, Error, Skipped)]
    assert counts == [
        sum(f.severity != "info" for f in given.findings),
        len(given.trouble),
        len(given.suppressed),
    ]
    assert [document.failures, document.errors, document.skipped] == counts
    assert document.tests == len(cases) == max(len(given.all()) + len(given.trouble), 1)
    assert [suite.tests for suite in document] == [len(list(suite)) for suite in document]


def test_junit_of_a_clean_run_holds_a_case_that_passed():
    (suite,) = JUnitXml.fromstring(render_junit(EMPTY, SETTING).encode())
    (case,) = suite
    assert (case.name, case.is_passed) == ("no problems found", True)


def test_junit_cases():
    suites = {suite.name: list(suite) for suite in JUnitXml.fromstring(render_junit(RICH, SETTING).encode())}
    cases = suites["prod/cib.xml"]
    assert cases[0].name == "two-node-flag-wrong-size prod/cib.xml:1:3"
    assert cases[0].classname == "halint.quorum.two-node-flag-wrong-size"
    (failure,) = cases[0].result
    assert (failure.message, failure.type) == ("two_node is on, but the nodelist has 3 nodes", "error")
    assert failure.text.splitlines()[:2] == [
        "error[two-node-flag-wrong-size]: two_node is on, but the nodelist has 3 nodes",
        " --> prod/cib.xml:1:3",
    ]
    info = next(case for case in cases if case.system_out)
    assert info.is_passed
    assert info.system_out.startswith("info[two-node-flag-wrong-size]: ")
    assert [r.message for case in cases for r in case.result if isinstance(r, Skipped)] == [
        "comment: a lab",
        "baseline: ",
    ]
    assert [suite for suite in suites if ":" in suite] == ["sos.tar.xz:etc/corosync/corosync.conf"]
    ((unread,),) = JUnitXml.fromstring(render_junit(UNREAD, SETTING).encode())
    assert [(type(r), r.message) for r in unread.result] == [(Error, "cannot be read: does not exist")]


@ALL
def test_checkstyle(given):
    text = render_checkstyle(given, SETTING)
    assert not ILLEGAL.search(text)
    assert SECRET not in text
    root = etree.fromstring(text.encode())
    assert (root.tag, root.get("version")) == ("checkstyle", "4.3")
    assert {child.tag for child in root} <= {"file"}
    names = [file.get("name") for file in root]
    assert len(set(names)) == len(names)
    errors = [error for file in root for error in file]
    assert len(errors) == len(given.findings) + len(given.trouble)
    assert {error.get("severity") for error in errors} <= {"error", "warning", "info"}
    assert all(int(error.get("line")) > 0 and error.get("message") and error.get("source") for error in errors)


def test_checkstyle_entries():
    (file,) = etree.fromstring(render_checkstyle(report(finding(4)), SETTING).encode())
    assert file.get("name") == "prod/cib.xml"
    assert dict(file[0].attrib) == {
        "line": "5",
        "column": "3",
        "severity": "error",
        "message": "two_node is on, but the nodelist has 3 nodes",
        "source": "halint.quorum.two-node-flag-wrong-size",
    }
    (file,) = etree.fromstring(render_checkstyle(UNREAD, SETTING).encode())
    assert (file.get("name"), file[0].get("message")) == ("bad.xml", "cannot be read: does not exist")


@pytest.mark.parametrize("text", [text for text in HOSTILE if not ILLEGAL.search(text)])
def test_texts_come_back_as_they_were(text):
    given = hostile(text)
    (error,) = etree.fromstring(render_checkstyle(given, SETTING).encode())[0]
    assert error.get("message") == f"says {text}"
    cases = [case for suite in JUnitXml.fromstring(render_junit(given, SETTING).encode()) for case in suite]
    assert cases[0].result[0].message == f"says {text}"
    assert json.loads(render_gitlab(given, SETTING))[0]["description"] == f"two-node-flag-wrong-size: says {text}"


def test_a_place_of_standard_input_is_a_dash():
    given = report(finding(location=Location("-", 1, 1, 1, 2)))
    assert json.loads(render_gitlab(given, SETTING))[0]["location"]["path"] == "-"
    assert etree.fromstring(render_checkstyle(given, SETTING).encode())[0].get("name") == "-"
