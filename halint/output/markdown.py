"""Findings as a comment on a pull request or the summary of a job: a table, and each in full folded away."""

from __future__ import annotations

from collections.abc import Iterator

from halint.output.layout import place_text, plural
from halint.output.markup import code, fenced, folded, text
from halint.output.setting import Setting
from halint.output.style import Style
from halint.output.text import closing, finding_text
from halint.output.troubles import troubles
from halint.report import Finding, Report

MOST = 65_000
"""Characters: GitHub takes comments of 65,536."""
_MARKS = {"error": "🔴 error", "warning": "🟠 warning", "info": "info"}
_NOTE = 200
"""Characters kept free for the sentence that says what was left out."""


def render_markdown(report: Report, setting: Setting) -> str:
    """GitHub-flavoured Markdown of at most MOST characters; what does not fit is counted."""
    page = _Page(_head(report, setting))
    for one in troubles(report):
        page.add(f"- {text(f'{one.file}: {one.message}' if one.file else one.message)}")
    findings = sorted(report.findings, key=Finding.gravest_first)
    if findings:
        page.add("", "| | rule | what | where |", "|---|---|---|---|")
        left = [finding for finding in findings if not page.add(_row(finding, setting))]
        if left:
            page.close(f"{plural(len(left), 'more finding')} not shown here")
        page.add("")
        for finding in findings:
            page.add(*_details(finding, report))
    if report.suppressed:
        page.add("", f"<sub>{plural(len(report.suppressed), 'finding')} suppressed</sub>")
    return page.text()


class _Page:
    """Lines, as long as there is room for them."""

    def __init__(self, head: list[str]) -> None:
        self._lines = head
        self._size = sum(len(line) + 1 for line in head)

    def add(self, *lines: str) -> bool:
        """Add lines, all or none of them."""
        size = sum(len(line) + 1 for line in lines)
        if self._size + size > MOST - _NOTE:
            return False
        self._lines += lines
        self._size += size
        return True

    def close(self, sentence: str) -> None:
        """Say what did not fit, for which there is always room."""
        self._lines += ["", sentence]
        self._size += len(sentence) + 2

    def text(self) -> str:
        return "\n".join(self._lines) + "\n"


def _head(report: Report, setting: Setting) -> list[str]:
    return [f"### halint: {text(closing(report, Style(), setting.fixable))}", ""]


def _row(finding: Finding, setting: Setting) -> str:
    place = finding.location
    where = place_text(place._replace(file=setting.paths.relative(place.file)))
    rule = f"[{finding.rule}]({finding.url})" if finding.url else code(finding.rule)
    return f"| {_MARKS[finding.severity]} | {rule} | {text(finding.message)} | {text(where)} |"


def _details(finding: Finding, report: Report) -> Iterator[str]:
    title = f"{finding.rule}: {place_text(finding.location)}"
    yield from folded(code(title), fenced(finding_text(finding, report, Style(width=100)).split("\n")))
