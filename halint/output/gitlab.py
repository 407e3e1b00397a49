"""Findings as a GitLab Code Quality report: a JSON array, empty where there is nothing to tell.

Fields: "Code Quality", section "Code Quality report format" of GitLab's documentation.
"""

from __future__ import annotations

import json
from typing import Any

from halint.output.fingerprint import digest, fingerprints
from halint.output.paths import whole
from halint.output.setting import Setting
from halint.output.troubles import RULE, troubles
from halint.report import Finding, Report

SEVERITY = {"error": "major", "warning": "minor", "info": "info"}


def render_gitlab(report: Report, setting: Setting) -> str:
    """An object a finding; suppressed ones are left out. What could not be read blocks."""
    marks = fingerprints(report.findings, setting.paths)
    issues = [_issue(f, mark, setting) for f, mark in zip(report.findings, marks, strict=True)]
    for one in troubles(report):
        path = setting.paths.relative(one.file) if one.file else "."
        mark = digest(RULE, path, one.message)
        issues.append(_object(RULE, one.message, mark, "blocker", path=path, line=1))
    return json.dumps(issues, indent=2, ensure_ascii=False) + "\n"


def _issue(finding: Finding, mark: str, setting: Setting) -> dict[str, Any]:
    path = setting.paths.relative(finding.location.file)
    return _object(
        finding.rule, finding.message, mark, SEVERITY[finding.severity], path=path, line=finding.location.line
    )


def _object(rule: str, message: str, mark: str, severity: str, *, path: str, line: int) -> dict[str, Any]:
    # the rule stands in the description too: GitLab does not show the check's name
    return {
        "description": whole(f"{rule}: {message}"),
        "check_name": rule,
        "fingerprint": mark,
        "severity": severity,
        "location": {"path": whole(path), "lines": {"begin": line}},
    }
