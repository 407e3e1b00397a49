"""Findings as workflow commands of GitHub Actions, which shows them at their lines in a pull request.

GitHub shows about ten of each kind for a step: the gravest come first. Format and escapes: "Workflow commands for
GitHub Actions", and the runner's ActionCommand, which undoes them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from halint.output.paths import STDIN, Paths, whole
from halint.output.setting import Setting
from halint.output.troubles import troubles
from halint.report import Finding, Report
from halint.source import Location

KINDS = {"error": "error", "warning": "warning", "info": "notice"}
_MESSAGE = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_PROPERTY = {**_MESSAGE, ":": "%3A", ",": "%2C"}
_CONTROL = re.compile("[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def render_github(report: Report, setting: Setting) -> str:
    """A command a line: what could not be read, then findings from errors down; suppressed ones are left out."""
    unread = [
        command("error", {"title": "halint"}, f"{one.file}: {one.message}" if one.file else one.message)
        for one in troubles(report)
    ]
    gravest = sorted(report.findings, key=Finding.gravest_first)
    return "".join(f"{line}\n" for line in (*unread, *(annotation(f, setting.paths) for f in gravest)))


def annotation(finding: Finding, paths: Paths) -> str:
    """The command that shows a finding: its message, the consequence and the fix."""
    properties = {"title": f"halint ({finding.rule})", **place(finding.location, paths)}
    fix = f"fix: {finding.fix.text}" if finding.fix.text else ""
    text = "\n".join(part for part in (finding.message, finding.consequence, fix) if part)
    return command(KINDS[finding.severity], properties, text)


def place(where: Location, paths: Paths) -> dict[str, str]:
    """The properties of a place; columns only of one line, as GitHub takes no others."""
    if where.file == STDIN:
        return {}
    told = {"file": paths.relative(where.file), "line": str(where.line), "endLine": str(where.end_line)}
    if where.line == where.end_line:
        # ends are exclusive here, and inclusive there
        last = max(where.end_column - 1, where.column)
        told |= {"col": str(where.column), "endColumn": str(last)}
    return told


def command(kind: str, properties: Mapping[str, str], message: str) -> str:
    """One workflow command, in which nothing of the text can begin another."""
    told = ",".join(f"{name}={_escaped(value, _PROPERTY)}" for name, value in properties.items())
    return f"::{kind} {told}::{_escaped(message, _MESSAGE)}"


def _escaped(text: str, table: Mapping[str, str]) -> str:
    plain = _CONTROL.sub("\ufffd", whole(text))
    return "".join(table.get(c, c) for c in plain)
