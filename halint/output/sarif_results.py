"""A finding as a SARIF result: where it is, what stands there, what belongs to it, what mends it."""

from __future__ import annotations

import re
from typing import Any

from halint.output.frame import masked_line, snippet
from halint.output.paths import STDIN, Paths, whole
from halint.report import Finding, Related, Report
from halint.source import Location, Source, Span

LEVELS = {"error": "error", "warning": "warning", "info": "note"}
_BRACKETS = re.compile(r"[\[\]\\]")


def result_object(
    finding: Finding, report: Report, paths: Paths, *, index: int, mark: str, baseline: bool
) -> dict[str, Any]:
    """One result. `index` is that of its rule in the run, `mark` its fingerprint."""
    sources = report.sources
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": index,
        "kind": "fail",
        "level": LEVELS[finding.severity],
        "message": {"text": _message(finding)},
        "locations": [_location(finding, sources.get(finding.location.file), paths)],
        "partialFingerprints": {"halint/v1": mark},
        "suppressions": _suppressions(finding),
        "properties": _properties(finding),
    }
    if finding.related:
        result["relatedLocations"] = [
            _related(number, one, sources.get(one.location.file), paths) for number, one in enumerate(finding.related)
        ]
    if baseline:
        kept = finding.suppressed is not None and finding.suppressed.kind == "baseline"
        result["baselineState"] = "unchanged" if kept else "new"
    if finding.fix.edit is not None:
        result["fixes"] = [_fix(finding, paths)]
    return result


def artifact_location(shown: str, paths: Paths) -> dict[str, Any]:
    """Where a file lies: from the root of the repository where it is in there."""
    if shown == STDIN:
        return {"uri": STDIN, "description": {"text": "standard input"}}
    uri = paths.uri(shown)
    return {"uri": uri.text, "uriBaseId": "SRCROOT"} if uri.relative else {"uri": uri.text}


def _message(finding: Finding) -> str:
    """The message, and a link to each place that belongs to it."""
    links = ", ".join(f"[{_linked(one.message)}]({number})" for number, one in enumerate(finding.related))
    message = whole(finding.message)
    # what looks like a link is none (SARIF 2.1.0, 3.11.6)
    plain = _BRACKETS.sub(r"\\\g<0>", message) if "](" in message else message
    return f"{plain}. See {links}" if links else plain


def _linked(text: str) -> str:
    return _BRACKETS.sub(r"\\\g<0>", whole(text)) or "here"


def _location(finding: Finding, source: Source | None, paths: Paths) -> dict[str, Any]:
    names = [name for name in (finding.cluster, finding.node, finding.subject) if name]
    place: dict[str, Any] = {"physicalLocation": _physical(finding.location, source, paths)}
    if finding.subject:
        place["logicalLocations"] = [
            {"name": whole(finding.subject), "fullyQualifiedName": whole("/".join(names)), "kind": "object"}
        ]
    return place


def _related(number: int, one: Related, source: Source | None, paths: Paths) -> dict[str, Any]:
    return {
        "id": number,
        "message": {"text": whole(one.message) or "here"},
        "physicalLocation": _physical(one.location, source, paths),
    }


def _physical(place: Location, source: Source | None, paths: Paths) -> dict[str, Any]:
    region: dict[str, Any] = _region(Span(*place[1:]))
    physical: dict[str, Any] = {"artifactLocation": artifact_location(place.file, paths), "region": region}
    line = masked_line(source, place.line) if source else ""
    if source and line:
        region["snippet"] = {"text": whole(snippet(source, place))}
        context = {"startLine": place.line, "endLine": max(place.line, place.end_line)}
        physical["contextRegion"] = {**context, "snippet": {"text": whole(line)}}
    return physical


def _region(span: Span) -> dict[str, int]:
    return {
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
    }


def _suppressions(finding: Finding) -> list[dict[str, str]]:
    """An empty list says that it is not suppressed (3.27.23)."""
    if finding.suppressed is None:
        return []
    kind = "inSource" if finding.suppressed.kind == "comment" else "external"
    told = {"kind": kind, "status": "accepted"}
    return [told | ({"justification": whole(finding.suppressed.reason)} if finding.suppressed.reason else {})]


def _properties(finding: Finding) -> dict[str, Any]:
    return {
        "topic": finding.topic,
        "confidence": finding.confidence,
        "cluster": whole(finding.cluster),
        **({"node": whole(finding.node)} if finding.node else {}),
        "consequence": finding.consequence,
        "fix": {
            "text": whole(finding.fix.text),
            "pcs": list(map(whole, finding.fix.pcs)),
            "crm": list(map(whole, finding.fix.crm)),
        },
        "peers": list(finding.peers),
        "url": finding.url,
    }


def _fix(finding: Finding, paths: Paths) -> dict[str, Any]:
    changes = finding.fix.edit.changes if finding.fix.edit else ()
    replacements = [
        {"deletedRegion": _region(change.span), "insertedContent": {"text": whole(change.text)}} for change in changes
    ]
    artifact = artifact_location(finding.location.file, paths)
    return {
        "description": {"text": whole(finding.fix.text)},
        "artifactChanges": [{"artifactLocation": artifact, "replacements": replacements}],
    }
