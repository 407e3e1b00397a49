"""Findings for programs that read line by line: a JSON object a line, as `schemas/check-lines.json` describes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from halint import __version__
from halint.output.json import VERSION, finding_object, summary_object
from halint.output.setting import Setting
from halint.report import Report


def render_jsonl(report: Report, setting: Setting) -> str:
    """A line a finding; before them one of the run, after them what was not asked, what was read, and the counts."""
    # in ASCII: some readers take further characters for the end of a line
    return "".join(f"{json.dumps(line)}\n" for line in _lines(report, setting))


def _lines(report: Report, setting: Setting) -> Iterator[dict[str, Any]]:
    yield {"type": "run", "version": VERSION, "tool": {"name": "halint", "version": __version__}}
    yield from ({"type": "finding", **finding_object(finding)} for finding in report.all())
    yield from ({"type": "fixed", **finding_object(finding)} for finding in report.fixed or ())
    yield from ({"type": "skipped", **one._asdict()} for one in report.skipped)
    yield from ({"type": "input", **one._asdict()} for one in report.inputs)
    yield from ({"type": "trouble", "message": line} for line in report.trouble)
    yield {"type": "summary", **summary_object(report), "exit_status": setting.status}
