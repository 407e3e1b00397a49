"""Findings as SARIF 2.1.0 (OASIS), for GitHub code scanning, editors and the tools that collect such reports.

One run, since GitHub tells runs apart by `automationDetails.id` and keeps the latest of each: it names the cluster
where the report is of one only.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from halint import __version__
from halint.output.fingerprint import fingerprints
from halint.output.paths import whole
from halint.output.sarif_results import artifact_location, result_object
from halint.output.sarif_rules import descriptor
from halint.output.setting import Setting
from halint.output.troubles import troubles
from halint.report import Finding, Report

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
HOME = "https://halint.readthedocs.io/"
SRCROOT = "SRCROOT"


def render_sarif(report: Report, setting: Setting) -> str:
    """The report as one SARIF log with one run; the same report gives the same bytes."""
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [_run(report, setting)]}
    # in ASCII: some readers take a file's encoding from the machine
    return json.dumps(log, indent=2) + "\n"


def _run(report: Report, setting: Setting) -> dict[str, Any]:
    findings = report.all()
    told = {finding.rule: finding for finding in findings}
    indexes = {name: index for index, name in enumerate(sorted(told))}
    return {
        "tool": {
            "driver": {
                "name": "halint",
                "semanticVersion": __version__,
                "informationUri": HOME,
                "rules": [descriptor(told[name], setting.pages.get(name)) for name in indexes],
            }
        },
        "automationDetails": {"id": _category(report)},
        "originalUriBaseIds": {SRCROOT: {"uri": setting.paths.root_uri()}},
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(report, setting)],
        "results": list(_results(findings, report, setting, indexes)),
    }


def _results(
    findings: tuple[Finding, ...], report: Report, setting: Setting, indexes: dict[str, int]
) -> Iterator[dict[str, Any]]:
    for finding, mark in zip(findings, fingerprints(findings, setting.paths), strict=True):
        yield result_object(
            finding, report, setting.paths, index=indexes[finding.rule], mark=mark, baseline=setting.baseline
        )


def _category(report: Report) -> str:
    """What tells the uploads of one repository's clusters apart; it ends with a slash, as the run has no name."""
    names = {one.cluster for one in report.inputs if one.cluster}
    return f"halint/{quote(whole(names.pop()), safe=' ')}/" if len(names) == 1 else "halint/"


def _invocation(report: Report, setting: Setting) -> dict[str, Any]:
    told: dict[str, Any] = {"executionSuccessful": not report.trouble, "exitCode": setting.status}
    unread = [_unread(one.file, one.message, setting) for one in troubles(report)]
    left = [
        _unread(one.path, one.status, setting, "note") for one in report.inputs if one.status.startswith("skipped: ")
    ]
    unasked = [
        {
            "descriptor": {"id": "rule-not-asked"},
            "associatedRule": {"id": one.rule},
            "level": "note",
            "message": {"text": whole(f"not asked: {one.rule}: {one.reason}")},
        }
        for one in report.skipped
    ]
    told |= {"toolExecutionNotifications": unread + left} if unread or left else {}
    return told | ({"toolConfigurationNotifications": unasked} if unasked else {})


def _unread(file: str, message: str, setting: Setting, level: str = "error") -> dict[str, Any]:
    text = f"{file}: {message}" if file else message
    told: dict[str, Any] = {
        "descriptor": {"id": ("input-unreadable" if level == "error" else "input-skipped") if file else "trouble"},
        "level": level,
        "message": {"text": whole(text)},
    }
    if file:
        told["locations"] = [{"physicalLocation": {"artifactLocation": artifact_location(file, setting.paths)}}]
    return told
