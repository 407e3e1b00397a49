"""The findings of a check as one page."""

from __future__ import annotations

import json
from collections.abc import Sequence

from halint.output.html.filters import Facet, filters
from halint.output.html.finding import finding_card
from halint.output.html.markup import Html, code, folded, joined, table, tag, text
from halint.output.html.page import Part, page, theme_button
from halint.output.html.pictures import Entry, finding_entry, pictures, way_back
from halint.output.html.rules import rules
from halint.output.json import render_json
from halint.output.layout import plural
from halint.output.setting import Drawing, Setting
from halint.output.style import Style
from halint.output.text import closing, shown
from halint.output.troubles import troubles
from halint.report import SEVERITIES, Finding, Report

MANY = 200
"""From more cards on, a browser lays out those that it shows only."""
_FACETS = (Facet("rule", "rule"), Facet("file", "file"), Facet("node", "node"), Facet("cluster", "cluster"))


def render_html(report: Report, setting: Setting) -> str:
    """The report as one HTML document, the gravest findings first, with pictures of its clusters."""
    found = sorted(shown(report, setting), key=Finding.gravest_first)
    places = [_objects(finding, setting.drawings) for finding in found]
    parts = [
        Part("trouble", "Not everything could be checked", _trouble(report)),
        Part("picture", "Picture", pictures(setting.drawings, _entries(found, places), "Findings")),
        Part("findings", "Findings", _findings(found, report, setting, places)),
        Part("fixed", "Fixed", _fixed(report)),
        Part(
            "rules", "Rules", rules({one.rule: setting.pages[one.rule] for one in found if one.rule in setting.pages})
        ),
        Part("inputs", "Inputs", _inputs(report)),
        Part("skipped", "Rules not asked", _skipped(report)),
    ]
    title = f"halint: {closing(report, Style(), setting.fixable)}"
    style = next((one.style for one in setting.drawings if one.style), "")
    return page(title, _header(report, setting), parts, data=json.loads(render_json(report)), style=style)


def _header(report: Report, setting: Setting) -> list[Html]:
    counts = (
        tag("li", tag("strong", str(report.count(severity))), f" {severity}", class_=f"tile {severity}")
        for severity in reversed(SEVERITIES)
    )
    return [
        tag("h1", "halint check"),
        theme_button(),
        tag("p", closing(report, Style(), setting.fixable), class_="verdict"),
        tag("ul", counts, class_="tiles"),
    ]


def _objects(finding: Finding, drawings: Sequence[Drawing]) -> list[str]:
    """The anchors of a finding's object, one in each picture that shows it."""
    return [
        one.anchors[finding.subject]
        for one in drawings
        if finding.cluster == one.cluster and finding.location.file in one.files and finding.subject in one.anchors
    ]


def _entries(found: Sequence[Finding], places: Sequence[Sequence[str]]) -> dict[str, list[Entry]]:
    """Links to the findings of each object; a finding's card is called `f` and its number."""
    entries: dict[str, list[Entry]] = {}
    for number, (finding, anchors) in enumerate(zip(found, places, strict=True), 1):
        for anchor in anchors:
            entries.setdefault(anchor, []).append(finding_entry(f"f{number}", finding))
    return entries


def _findings(found: Sequence[Finding], report: Report, setting: Setting, places: Sequence[Sequence[str]]) -> Html:
    if not found:
        return tag("p", "No problems found.")
    levels = [severity for severity in reversed(SEVERITIES) if any(f.severity == severity for f in found)]
    cards = (
        finding_card(
            finding,
            report.sources,
            name=f"f{number}",
            object_at=way_back(next(iter(anchors), ""), setting.drawings),
            has_page=finding.rule in setting.pages,
        )
        for number, (finding, anchors) in enumerate(zip(found, places, strict=True), 1)
    )
    form = filters("findings", levels, _FACETS, controls="list")
    return joined((form, tag("div", cards, id="list", class_="many" if len(found) > MANY else "few")))


def _trouble(report: Report) -> Html:
    told = [f"{one.file}: {one.message}" if one.file else one.message for one in troubles(report)]
    if not told:
        return Html("")
    return tag("ul", (tag("li", one) for one in told))


def _fixed(report: Report) -> Html:
    if not report.fixed:
        return Html("")
    items = (tag("li", code(f.rule), ": ", text(f.message)) for f in report.fixed)
    return tag("ul", items)


def _inputs(report: Report) -> Html:
    rows = [(code(one.path), one.kind, one.cluster, one.node or "", one.status) for one in report.inputs]
    if not rows:
        return Html("")
    heads = ("path", "kind", "cluster", "node", "status")
    return folded(plural(len(rows), "input"), table(heads, rows, "What was read"))


def _skipped(report: Report) -> Html:
    rows = [(code(one.rule), one.reason) for one in report.skipped]
    if not rows:
        return Html("")
    content = table(("rule", "reason"), rows, "Rules that could not be asked")
    return folded(plural(len(rows), "rule"), content)
