"""A comparison for programs: version 1 of the JSON that `schemas/diff.json` describes."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from halint import __version__
from halint.diff.change import RISKS
from halint.diff.outcome import Assessed, Danger, Outcome, Push, Remark
from halint.diff.wording import shown
from halint.output.json import VERSION, change_object, finding_object, place_object
from halint.report import Finding
from halint.source import Mark


def render_json(outcome: Outcome, *, show_secrets: bool = False) -> str:
    """The comparison as one JSON document; two runs give the same bytes."""
    noise = sorted(outcome.noise)
    document = {
        "version": VERSION,
        "tool": {"name": "halint", "version": __version__},
        "changes": [_change(one, show_secrets=show_secrets) for one in outcome.changes],
        "push": [_push(push) for push in outcome.pushes],
        "dangers": [_danger(danger) for danger in outcome.dangers],
        "findings": {"introduced": _findings(outcome.introduced), "resolved": _findings(outcome.resolved)},
        "hidden": {"count": len(noise), "what": [one._asdict() for one in noise]},
        "summary": {risk: sum(one.risk == risk for one in outcome.changes) for risk in RISKS},
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _change(one: Assessed, *, show_secrets: bool) -> dict[str, Any]:
    change = one.change
    before, after = shown(change, show_secrets=show_secrets)
    return {
        **change_object(change, before, after),
        "risk": one.risk,
        "effect": list(one.effect),
        "before_at": _at(change.before_at),
        "after_at": _at(change.after_at),
        "message": one.message,
    }


def _at(mark: Mark | None) -> dict[str, Any] | None:
    return None if mark is None else place_object(mark.location())


def _push(push: Push) -> dict[str, Any]:
    return {
        "way": push.way,
        "verdict": push.verdict,
        "reasons": _remarks(push.reasons),
        "hazards": _remarks(push.hazards),
        "command": push.command,
        "recommended": push.recommended,
    }


def _remarks(remarks: Iterable[Remark]) -> list[dict[str, str]]:
    return [{"code": remark.code, "message": remark.message} for remark in remarks]


def _danger(danger: Danger) -> dict[str, Any]:
    return {
        "code": danger.code,
        "message": danger.message,
        "subject": danger.subject,
        "at": _at(danger.at),
        "ways": list(danger.ways),
    }


def _findings(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    return [finding_object(finding) for finding in sorted(findings, key=Finding.sort_key)]
