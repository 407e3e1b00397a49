"""Findings for people: in full, with source frames, or a line each."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from halint.output.frame import frame
from halint.output.style import Style
from halint.report import SEVERITIES, Finding, Related, Report


def render_full(report: Report, style: Style) -> str:
    """Every finding with its frames, consequence and fix, and the closing line."""
    blocks = ["\n".join(_finding(finding, report, style)) for finding in report.findings]
    return "\n\n".join([*blocks, _closing(report, style)]) + "\n"


def render_concise(report: Report, style: Style) -> str:
    """A line a finding: `file:line:column: severity rule message`."""
    return "".join(f"{_concise(finding, style)}\n" for finding in report.findings)


def _concise(finding: Finding, style: Style) -> str:
    place = finding.location
    severity = style.paint(finding.severity, finding.severity)
    return f"{place.file}:{place.line}:{place.column}: {severity} {finding.rule} {finding.message}"


def _finding(finding: Finding, report: Report, style: Style) -> Iterator[str]:
    head = style.paint(f"{finding.severity}[{finding.rule}]", finding.severity)
    yield f"{head}{style.paint(':', 'strong')} {style.paint(finding.message, 'strong')}"
    places = [finding.location, *(related.location for related in finding.related)]
    gutter = max(len(str(place.line)) for place in places)
    yield from _place(Related(finding.location, ""), report, style, gutter, role=finding.severity)
    for related in finding.related:
        yield from _place(related, report, style, gutter, role="frame")
    yield from _notes(finding, style, gutter)


def _place(where: Related, report: Report, style: Style, gutter: int, *, role: str) -> Iterator[str]:
    """One place: a primary one has no label and is underlined with carets, a related one with dashes."""
    place, label = where
    arrow = style.paint(":::" if label else "-->", "frame")
    yield f"{' ' * gutter}{arrow} {place.file}:{place.line}:{place.column}"
    source = report.sources.get(place.file)
    shown = frame(source, place, style.width - gutter - 3) if source else None
    bar = style.paint("|", "frame")
    if shown is None or not shown.text:
        if label:
            yield f"{' ' * gutter} {bar} {label}"
        return
    yield f"{' ' * gutter} {bar}"
    yield f"{style.paint(str(place.line).rjust(gutter), 'frame')} {bar} {shown.text}"
    underline = style.paint(("-" if label else "^") * shown.length, role)
    yield f"{' ' * gutter} {bar} {' ' * shown.offset}{underline}{f' {label}' if label else ''}"


def _notes(finding: Finding, style: Style, gutter: int) -> Iterator[str]:
    yield from _note("why", finding.consequence, style, gutter)
    yield from _note("fix", finding.fix.text, style, gutter)
    for shell, commands in (("pcs", finding.fix.pcs), ("crm", finding.fix.crm)):
        for command in commands:
            yield f"{' ' * (gutter + 3)}{style.paint(f'{shell}:', 'faint')} {style.paint(command, 'command')}"
    yield from _note("help", f"halint explain {finding.rule}", style, gutter)


def _note(title: str, text: str, style: Style, gutter: int) -> Iterator[str]:
    indent = " " * (gutter + 3 + len(title) + 2)
    lines = textwrap.wrap(text, max(style.width - len(indent), 30), break_long_words=False, break_on_hyphens=False)
    for number, line in enumerate(lines):
        lead = f"{' ' * gutter} {style.paint('=', 'frame')} {style.paint(f'{title}:', 'strong')} "
        yield f"{lead}{line}" if number == 0 else f"{indent}{line}"


def _closing(report: Report, style: Style) -> str:
    read = sum(one.status == "read" for one in report.inputs)
    files = _plural(read, "file")
    where = f"{files} of {_plural(report.clusters, 'cluster')}" if report.clusters > 1 else files
    counts = [
        style.paint(_plural(number, severity), severity)
        for severity in reversed(SEVERITIES)
        if (number := report.count(severity))
    ]
    unread = sum(one.status.startswith("unreadable") for one in report.inputs)
    rest = f"; {_plural(unread, 'input')} could not be read" if unread else ""
    return f"{', '.join(counts) or 'no problems found'} in {where}{rest}"


def _plural(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 or noun == "info" else f"{number} {noun}s"
