"""Findings for people: in full, with source frames, or a line each."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from halint.output.frame import frame
from halint.output.layout import place_text, visible
from halint.output.setting import Setting
from halint.output.style import Style
from halint.output.troubles import troubles
from halint.report import SEVERITIES, Finding, Related, Report, Suppression


def full(report: Report, setting: Setting) -> str:
    """As `render_full`, with what could not be read where nothing else tells it; without the closing line if quiet."""
    blocks = [finding_text(finding, report, setting.style) for finding in shown(report, setting)]
    blocks += ["\n".join(_troubles(report))] if setting.alone and report.trouble else []
    blocks += [] if setting.quiet else [closing(report, setting.style, setting.fixable)]
    return "\n\n".join(blocks) + "\n" if blocks else ""


def concise(report: Report, setting: Setting) -> str:
    """As `render_concise`, with what could not be read where nothing else tells it."""
    unread = "".join(f"{line}\n" for line in _troubles(report)) if setting.alone else ""
    return "".join(f"{_concise(finding, setting.style)}\n" for finding in shown(report, setting)) + unread


def shown(report: Report, setting: Setting) -> tuple[Finding, ...]:
    """The findings that a text tells: those that count, or all."""
    return report.all() if setting.show_suppressed else report.findings


def _troubles(report: Report) -> Iterator[str]:
    yield from (f"{visible(one.file or 'halint')}: {visible(one.message)}" for one in troubles(report))


def render_full(report: Report, style: Style) -> str:
    """Every finding with its frames, consequence and fix, and the closing line."""
    return full(report, Setting(style=style))


def render_concise(report: Report, style: Style) -> str:
    """A line a finding: `file:line:column: severity rule message`."""
    return concise(report, Setting(style=style))


def _concise(finding: Finding, style: Style) -> str:
    severity = style.paint(finding.severity, finding.severity)
    rule = style.link(finding.rule, finding.url)
    return f"{place_text(finding.location)}: {severity} {rule} {visible(finding.message)}{suppression(finding, style)}"


def suppression(finding: Finding, style: Style) -> str:
    """The mark of a finding that is set aside, with a blank before it; "" for others."""
    if finding.suppressed is None:
        return ""
    return " " + style.paint(f"[suppressed by {_by(finding.suppressed)}]", "faint")


def _by(why: Suppression) -> str:
    by = {"comment": "a comment", "config": "the configuration", "baseline": "the baseline"}.get(why.kind, why.kind)
    return visible(f"{by}: {why.reason}" if why.reason else by)


def finding_text(finding: Finding, report: Report, style: Style) -> str:
    """One finding in full."""
    return "\n".join(_finding(finding, report, style))


def frames_text(finding: Finding, report: Report, style: Style) -> str:
    """One finding with its places only."""
    return "\n".join(_frames(finding, report, style, _gutter(finding)))


def _finding(finding: Finding, report: Report, style: Style) -> Iterator[str]:
    gutter = _gutter(finding)
    yield from _frames(finding, report, style, gutter)
    yield from _notes(finding, style, gutter)


def _gutter(finding: Finding) -> int:
    places = [finding.location, *(related.location for related in finding.related)]
    return max(len(str(place.line)) for place in places)


def _frames(finding: Finding, report: Report, style: Style, gutter: int) -> Iterator[str]:
    rule = style.link(finding.rule, finding.url)
    head = style.paint(f"{finding.severity}[{rule}]", finding.severity)
    message = style.paint(visible(finding.message), "strong")
    yield f"{head}{style.paint(':', 'strong')} {message}{suppression(finding, style)}"
    yield from _place(Related(finding.location, ""), report, style, gutter, role=finding.severity)
    for related in finding.related:
        yield from _place(related, report, style, gutter, role="frame")


def _place(where: Related, report: Report, style: Style, gutter: int, *, role: str) -> Iterator[str]:
    """One place: a primary one has no label and is underlined with carets, a related one with dashes."""
    place, label = where.location, visible(where.message)
    arrow = style.paint(":::" if label else "-->", "frame")
    yield f"{' ' * gutter}{arrow} {place_text(place)}"
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
            yield f"{' ' * (gutter + 3)}{style.paint(f'{shell}:', 'faint')} {style.paint(visible(command), 'command')}"
    yield from _note("help", f"halint explain {finding.rule}", style, gutter)


def _note(title: str, text: str, style: Style, gutter: int) -> Iterator[str]:
    indent = " " * (gutter + 3 + len(title) + 2)
    width = max(style.width - len(indent), 30)
    lines = textwrap.wrap(visible(text), width, break_long_words=False, break_on_hyphens=False)
    for number, line in enumerate(lines):
        lead = f"{' ' * gutter} {style.paint('=', 'frame')} {style.paint(f'{title}:', 'strong')} "
        yield f"{lead}{line}" if number == 0 else f"{indent}{line}"


def closing(report: Report, style: Style, fixable: int = 0) -> str:
    """The last line: how many findings of each severity, in how many files; what is set aside, fixable, or unread."""
    read = sum(one.status == "read" for one in report.inputs)
    files = _plural(read, "file")
    where = f"{files} of {_plural(report.clusters, 'cluster')}" if report.clusters > 1 else files
    counts = [
        style.paint(_plural(number, severity), severity)
        for severity in reversed(SEVERITIES)
        if (number := report.count(severity))
    ]
    unread = sum(one.status.startswith("unreadable") for one in report.inputs)
    rest = f"; {len(report.suppressed)} suppressed" if report.suppressed else ""
    rest += f"; {fixable} can be fixed with --fix" if fixable else ""
    rest += f"; {_plural(unread, 'input')} could not be read" if unread else ""
    return f"{', '.join(counts) or 'no problems found'} in {where}{rest}"


def _plural(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 or noun == "info" else f"{number} {noun}s"
