"""Findings as Checkstyle 4.3 wrote them: what Jenkins, reviewdog and many editors read."""

from __future__ import annotations

from lxml import etree

from halint.output.setting import Setting
from halint.output.troubles import RULE, troubles
from halint.output.xml_document import child, document
from halint.report import Report


def render_checkstyle(report: Report, setting: Setting) -> str:
    """A file an element, findings below; suppressed ones are left out. What could not be read is an error on line 1."""
    root = etree.Element("checkstyle", version="4.3")
    files: dict[str, etree._Element] = {}

    def file(shown: str) -> etree._Element:
        name = setting.paths.relative(shown)
        if name not in files:
            files[name] = child(root, "file", name=name)
        return files[name]

    for finding in report.findings:
        child(
            file(finding.location.file),
            "error",
            line=finding.location.line,
            column=finding.location.column,
            severity=finding.severity,
            message=finding.message,
            source=f"halint.{finding.topic}.{finding.rule}",
        )
    for one in troubles(report):
        child(file(one.file or "."), "error", line=1, severity="error", message=one.message, source=f"halint.{RULE}")
    return document(root)
