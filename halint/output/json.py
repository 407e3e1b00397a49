"""Findings for programs: version 1 of the JSON that `schemas/check.json` describes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from halint import __version__
from halint.report import SEVERITIES, Edit, Finding, Report
from halint.source import Location

if TYPE_CHECKING:
    from halint.diff.change import Change
    from halint.output.setting import Setting

VERSION = 1


def render_json(report: Report) -> str:
    """The report as one JSON document."""
    document = {
        "version": VERSION,
        "tool": {"name": "halint", "version": __version__},
        "findings": [finding_object(finding) for finding in report.all()],
        **({} if report.fixed is None else {"fixed": [finding_object(finding) for finding in report.fixed]}),
        "skipped": [{"rule": s.rule, "reason": s.reason} for s in report.skipped],
        "inputs": [one._asdict() for one in report.inputs],
        "summary": summary_object(report),
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def render(report: Report, setting: Setting) -> str:  # noqa: ARG001 - what every format takes
    """As `render_json`, for the table of formats."""
    return render_json(report)


def finding_object(finding: Finding) -> dict[str, Any]:
    """A finding as the contract has it."""
    return {
        "rule": finding.rule,
        "topic": finding.topic,
        "severity": finding.severity,
        "confidence": finding.confidence,
        "message": finding.message,
        "subject": finding.subject,
        **place_object(finding.location),
        "end_line": finding.location.end_line,
        "end_column": finding.location.end_column,
        "cluster": finding.cluster,
        "node": finding.node,
        "related": [{**place_object(related.location), "message": related.message} for related in finding.related],
        "fix": {
            "text": finding.fix.text,
            "pcs": list(finding.fix.pcs),
            "crm": list(finding.fix.crm),
            "edit": None if finding.fix.edit is None else edit_object(finding.fix.edit),
        },
        "peers": list(finding.peers),
        "url": finding.url,
        "suppressed": None if finding.suppressed is None else finding.suppressed._asdict(),
    }


def edit_object(edit: Edit) -> dict[str, Any]:
    """What mends a finding in its file: new text for stretches of it, all to be made together."""
    changes = [{**change.span._asdict(), "text": change.text} for change in edit.changes]
    return {"safe": edit.safe, "changes": changes}


def place_object(place: Location) -> dict[str, Any]:
    """Where a place begins."""
    return {"file": place.file, "line": place.line, "column": place.column}


def change_object(change: Change, before: str | None, after: str | None) -> dict[str, Any]:
    """What a change is, for diff and log; the values as they are to be shown."""
    return {
        "kind": change.kind,
        "type": change.type,
        "id": change.id,
        "path": list(change.path),
        "name": change.name,
        "before": before,
        "after": after,
    }


def summary_object(report: Report) -> dict[str, int]:
    """How many findings of each severity there are, and files and clusters that were read."""
    counts = {severity: report.count(severity) for severity in reversed(SEVERITIES)}
    files = sum(one.status == "read" for one in report.inputs)
    return {**counts, "suppressed": len(report.suppressed), "files": files, "clusters": report.clusters}
