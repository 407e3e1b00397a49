"""A history for programs: version 1 of the JSON that `schemas/log.json` describes."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from halint import __version__
from halint.diff.side import VERSION as COUNTERS
from halint.history.entry import Entry
from halint.history.history import ClusterHistory, History, Step, Told
from halint.output.json import change_object

VERSION = 1


def render_json(history: History) -> str:
    """The history as one JSON document. What is unknown is null. Secrets are masked."""
    document = {
        "version": VERSION,
        "tool": {"name": "halint", "version": __version__},
        "clusters": [_cluster(cluster) for cluster in history.clusters],
        "skipped": [{"path": left.path, "reason": left.reason} for left in history.skipped],
        "unreadable": [{"path": left.path, "reason": left.reason} for left in history.unreadable],
        "summary": _summary(history),
    }
    text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    return text.encode("utf-8", "backslashreplace").decode()


def _cluster(cluster: ClusterHistory) -> dict[str, Any]:
    return {
        "name": cluster.name or None,
        "nodes": list(cluster.nodes),
        "cibs": cluster.cibs,
        "duplicates": cluster.duplicates,
        "hidden": cluster.hidden,
        "steps": [_step(step) for step in cluster.steps],
        "rest": _between(cluster),
    }


def _step(step: Step) -> dict[str, Any]:
    return {
        "before": _cib(step.before) if step.before else None,
        "after": _cib(step.after),
        **_between(step),
        "changes": [_change(told) for told in step.changes],
    }


def _between(part: Step | ClusterHistory) -> dict[str, Any]:
    return {
        "without_change": part.quiet,
        "missing_epochs": [gap._asdict() for gap in part.missing],
        "remarks": list(part.remarks),
    }


def _cib(entry: Entry) -> dict[str, Any]:
    commit = entry.commit
    return {
        "path": entry.path,
        **{name: None if number < 0 else number for name, number in zip(COUNTERS, entry.version, strict=True)},
        "written": _date(entry.written),
        "user": entry.user or None,
        "client": entry.client or None,
        "origin": entry.origin or None,
        "commit": None
        if commit is None
        else {"id": commit.id, "author": commit.author, "date": _date(commit.date), "subject": commit.subject},
    }


def _date(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _change(told: Told) -> dict[str, Any]:
    change = told.change
    return {
        **change_object(change, change.before, change.after),
        "secret": change.secret,
        "risk": told.risk,
        "message": told.line,
    }


def _summary(history: History) -> dict[str, int]:
    steps = [step for cluster in history.clusters for step in cluster.steps if step.before]
    return {
        "clusters": len(history.clusters),
        "cibs": sum(cluster.cibs for cluster in history.clusters),
        "steps": len(steps),
        "changes": sum(len(step.changes) for step in steps),
        "duplicates": sum(cluster.duplicates for cluster in history.clusters),
        "hidden": sum(cluster.hidden for cluster in history.clusters),
    }
