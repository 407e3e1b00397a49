"""Findings for people: under the file they stand in, a line each."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from halint.output.frame import columns
from halint.output.layout import visible
from halint.output.setting import Setting
from halint.output.style import Style
from halint.output.text import closing, shown, suppression
from halint.output.troubles import troubles
from halint.report import Finding, Report


def render_grouped(report: Report, setting: Setting) -> str:
    """A block a file: its name, and below it `line:column  severity  rule  message`."""
    blocks = [
        "\n".join(_block(file, list(findings), setting.style))
        for file, findings in groupby(shown(report, setting), key=lambda finding: finding.location.file)
    ]
    if setting.alone:
        blocks += [f"{visible(one.file or 'halint')}:\n  {visible(one.message)}" for one in troubles(report)]
    if not setting.quiet:
        blocks.append(closing(report, setting.style, setting.fixable))
    return "\n\n".join(blocks) + "\n" if blocks else ""


def _block(file: str, findings: list[Finding], style: Style) -> Iterator[str]:
    yield f"{style.paint(visible(file), 'strong')}:"
    places = [f"{finding.location.line}:{finding.location.column}" for finding in findings]
    wide, severe, ruled = (
        max(map(columns, texts)) for texts in (places, [f.severity for f in findings], [f.rule for f in findings])
    )
    for place, finding in zip(places, findings, strict=True):
        severity = style.paint(finding.severity.ljust(severe), finding.severity)
        rule = style.link(finding.rule, finding.url) + " " * (ruled - columns(finding.rule))
        yield f"  {place.rjust(wide)}  {severity}  {rule}  {visible(finding.message)}{suppression(finding, style)}"
