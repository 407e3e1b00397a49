"""A comparison of two CIBs as one page: whether and how to push, what is grave, what happens, every change."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from halint.diff.change import RISKS
from halint.diff.outcome import Danger, Effect, Outcome
from halint.diff.running import running
from halint.diff.side import Side
from halint.output.diff_effects import verb, where, why
from halint.output.diff_json import render_json
from halint.output.diff_text import name_of, version_of
from halint.output.html.changes import change_cards, groups, of_objects
from halint.output.html.filters import Facet, filters
from halint.output.html.finding import finding_card
from halint.output.html.markup import Html, code, folded, joined, table, tag, text
from halint.output.html.page import Part, page, theme_button
from halint.output.html.pictures import Entry, finding_entry, pictures, way_back
from halint.output.html.push import best_push, pushes, verdict
from halint.output.layout import place_text, plural
from halint.output.setting import Drawing
from halint.report import Finding

_FACETS = (Facet("type", "type"), Facet("effect", "effect"))
_ROLES = {"fence": "error", "stop": "error", "restart": "warning", "move": "warning", "demote": "warning"}
_ALL_WAYS = 3


def render_html(
    outcome: Outcome,
    *,
    drawing: Drawing | None = None,
    show_noise: bool = False,
    show_secrets: bool = False,
    show_status: bool = False,
) -> str:
    """The comparison as one HTML document; with `drawing` the picture of both CIBs is part of it."""
    drawings = (drawing,) if drawing is not None and outcome.changes else ()
    parts = [Part("dangers", "Dangers", _dangers(outcome.dangers))]
    if outcome.changes:
        parts += [
            Part("push", "Push", best_push(outcome)),
            Part("effects", "What happens", _effects(outcome)),
            Part("status", "What runs now", _status(outcome) if show_status else Html("")),
            Part("changes", "Changes", _changes(outcome, drawing, show_secrets=show_secrets)),
            Part("picture", "Picture", pictures(drawings, _entries(outcome, drawing), "Changes and findings")),
            Part("introduced", "Findings that AFTER brings in", _findings(outcome, "in", drawing)),
            Part("resolved", "Findings that AFTER resolves", _findings(outcome, "out", None)),
            Part("ways", "Ways to push", pushes(outcome.pushes)),
            Part("simulation", "What crm_simulate says", _lines(outcome.simulation)),
        ]
    parts.append(Part("noise", "Without meaning", _noise(outcome, shown=show_noise)))
    data = json.loads(render_json(outcome, show_secrets=show_secrets))
    title = f"halint diff: {_counts(outcome)}"
    return page(title, _header(outcome), parts, data=data, style=drawing.style if drawing is not None else "")


def _counts(outcome: Outcome) -> str:
    if not outcome.changes:
        return f"{name_of(outcome.comparison.before)} and {name_of(outcome.comparison.after)} have the same meaning"
    return plural(len(outcome.changes), "change")


def _header(outcome: Outcome) -> list[Html]:
    sides = (("BEFORE", outcome.comparison.before), ("AFTER", outcome.comparison.after))
    parts = [
        tag("h1", "halint diff"),
        theme_button(),
        tag("dl", (part for word, side in sides for part in _side(word, side)), class_="sides"),
    ]
    if not outcome.changes:
        return [*parts, tag("p", _counts(outcome), class_="verdict")]
    return [*parts, tag("p", verdict(outcome), class_="verdict"), tag("ul", _tiles(outcome), class_="tiles")]


def _side(word: str, side: Side) -> tuple[Html, Html]:
    version = tag("span", version_of(side), class_="faint")
    return tag("dt", word), tag("dd", code(name_of(side)), Html(" "), version)


def _tiles(outcome: Outcome) -> Iterator[Html]:
    for risk in RISKS:
        number = sum(one.risk == risk for one in outcome.changes)
        yield tag("li", tag("strong", str(number)), f" {risk} risk", class_=f"tile {risk}")
    happening = [e for e in outcome.forecast.effects if e.action != "none" and not e.pending]
    for action in dict.fromkeys(map(verb, happening)):
        number = sum(verb(effect) == action for effect in happening)
        yield tag("li", tag("strong", str(number)), f" {action}", class_="tile quiet")


def _dangers(dangers: Sequence[Danger]) -> Html:
    return tag("ul", map(_danger, dangers)) if dangers else Html("")


def _danger(danger: Danger) -> Html:
    ways = "" if len(danger.ways) == _ALL_WAYS else f" (only in a push of: {', '.join(danger.ways)})"
    at = [tag("div", tag("span", place_text(danger.at.location()), class_="place"))] if danger.at is not None else []
    return tag("li", tag("span", danger.code, class_="badge error"), f" {danger.message}{ways}", at)


def _effects(outcome: Outcome) -> Html:
    happening = [effect for effect in outcome.forecast.effects if effect.action != "none"]
    now, due = [e for e in happening if not e.pending], [e for e in happening if e.pending]
    parts = [_effect_table(now, "What the push brings about")] if now else []
    if not now:
        known = outcome.forecast.from_status
        parts.append(tag("p", "Nothing stops, starts, restarts or moves." if known else "No effect is known."))
    if due:
        parts.append(_effect_table(due, "Due already, whatever is pushed"))
    if outcome.forecast.basis:
        parts.append(tag("p", outcome.forecast.basis, class_="faint"))
    return joined(parts)


def _effect_table(effects: Sequence[Effect], caption: str) -> Html:
    rows = (
        (
            tag("span", verb(one), class_=f"badge {_ROLES.get(one.action, 'info')}"),
            code(one.subject),
            where(one).removeprefix("on "),
            why(one),
        )
        for one in effects
    )
    return table(("what", "who", "where", "why"), rows, caption)


def _status(outcome: Outcome) -> Html:
    rows = [(code(name), state) for name, state in running(outcome)]
    if not rows:
        return tag("p", "BEFORE has no status section.")
    return table(("what", "state"), rows, "By the status in BEFORE")


def _changes(outcome: Outcome, drawing: Drawing | None, *, show_secrets: bool) -> Html:
    risks = [risk for risk in RISKS if any(one.risk == risk for one in outcome.changes)]
    form = filters("objects", risks, _FACETS, controls="list")
    cards = change_cards(outcome, drawing, show_secrets=show_secrets)
    return joined((form, tag("div", cards, id="list")))


def _found(outcome: Outcome, name: str) -> list[tuple[str, Finding]]:
    """The findings that came (`in`) or went (`out`), each with its id in the page."""
    found = outcome.introduced if name == "in" else outcome.resolved
    return [(f"{name}{number}", one) for number, one in enumerate(sorted(found, key=Finding.gravest_first), 1)]


def _findings(outcome: Outcome, name: str, drawing: Drawing | None) -> Html:
    sign = {"in": "+", "out": "−"}[name]
    drawings = (drawing,) if drawing is not None else ()
    return joined(
        finding_card(
            finding,
            outcome.sources,
            name=own,
            sign=sign,
            object_at=way_back(drawing.anchors.get(finding.subject, ""), drawings) if drawing is not None else "",
        )
        for own, finding in _found(outcome, name)
    )


def _entries(outcome: Outcome, drawing: Drawing | None) -> dict[str, list[Entry]]:
    """Links to the changes of each object in the picture, and to the findings that came."""
    entries = of_objects(groups(outcome.changes), drawing)
    for name, finding in _found(outcome, "in"):
        place = drawing.anchors.get(finding.subject, "") if drawing is not None else ""
        if place:
            entries.setdefault(place, []).append(finding_entry(name, finding))
    return entries


def _lines(lines: Sequence[str]) -> Html:
    return tag("pre", tag("code", Html("\n".join(map(text, lines)))), tabindex="0") if lines else Html("")


def _noise(outcome: Outcome, *, shown: bool) -> Html:
    if not outcome.noise:
        return Html("")
    count = f"{plural(len(outcome.noise), 'difference')} without meaning"
    if not shown:
        return tag("p", f"{count} not shown (--show-noise)", class_="faint")
    rows = ((one.sort, code(one.subject) if one.subject else "", one.text) for one in outcome.noise)
    return folded(count, table(("sort", "of", "what"), rows, "Differences without meaning"), opened=True)
