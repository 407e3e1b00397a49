"""Findings as a JUnit report, for CI that knows tests only: a suite a file, a case a finding."""

from __future__ import annotations

from lxml import etree

from halint.output.layout import place_text
from halint.output.setting import Setting
from halint.output.style import Style
from halint.output.text import finding_text
from halint.output.troubles import RULE, Trouble, troubles
from halint.output.xml_document import child, document
from halint.report import Finding, Report

_COUNTED = {"tests": "testcase", "failures": "failure", "errors": "error", "skipped": "skipped"}


def render_junit(report: Report, setting: Setting) -> str:
    """Errors and warnings are failures, info passes, what is suppressed is skipped, what cannot be read is an error.

    A report with nothing to tell holds one case, which passed: readers take an empty one for a mistake.
    """
    root = etree.Element("testsuites", name="halint")
    suites: dict[str, etree._Element] = {}

    def suite(shown: str) -> etree._Element:
        name = setting.paths.relative(shown)
        if name not in suites:
            suites[name] = child(root, "testsuite", name=name)
        return suites[name]

    for finding in report.all():
        _case(suite(finding.location.file), finding, report, setting)
    for one in troubles(report):
        _unread(suite(one.file or "."), one)
    if not suites:
        child(suite("."), "testcase", name="no problems found", classname="halint", time="0")
    for element in (*suites.values(), root):
        for name, tag in _COUNTED.items():
            element.set(name, str(sum(1 for _ in element.iter(tag))))
    return document(root)


def _case(suite: etree._Element, finding: Finding, report: Report, setting: Setting) -> None:
    place = finding.location
    case = child(
        suite,
        "testcase",
        name=f"{finding.rule} {place_text(place._replace(file=setting.paths.relative(place.file)))}",
        classname=f"halint.{finding.topic}.{finding.rule}",
        file=setting.paths.relative(place.file),
        line=place.line,
        time="0",
    )
    text = finding_text(finding, report, Style(width=100))
    if finding.suppressed is not None:
        child(case, "skipped", message=f"{finding.suppressed.kind}: {finding.suppressed.reason}")
    elif finding.severity == "info":
        child(case, "system-out", text)
    else:
        child(case, "failure", text, message=finding.message, type=finding.severity)


def _unread(suite: etree._Element, one: Trouble) -> None:
    case = child(suite, "testcase", name=RULE, classname=f"halint.{RULE}", time="0")
    child(case, "error", one.message, message=one.message, type=RULE)
