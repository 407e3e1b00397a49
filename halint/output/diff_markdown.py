"""A comparison as a comment on a pull request: what is grave first, tables, what is long folded away."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from halint.diff.change import RISKS
from halint.diff.outcome import Assessed, Danger, Effect, Outcome, Push
from halint.diff.wording import ARROW, effect_words, full_name, visible
from halint.output.diff_changes import symbol, texts_of
from halint.output.diff_effects import verb, where, why
from halint.output.diff_text import name_of
from halint.output.layout import plural
from halint.output.markdown import MOST
from halint.output.markup import code, fenced, folded, text
from halint.report import Finding
from halint.source import Mark

_MARKS = {"high": "🔴 high", "medium": "🟠 medium", "low": "low"}
_ROWS = (200, 100, 50, 20, 5)
"""Rows of each table and list, tried in this order where the whole is too long."""
_LONGEST = 2000
"""Characters of a row that may stand in a page that is too long."""
_OPEN = 30
"""With more changes than this those of low risk are folded away."""


def render_markdown(outcome: Outcome, *, show_noise: bool = False, show_secrets: bool = False) -> str:
    """GitHub-flavoured Markdown, in the end with a few rows of each table; what is left out is counted."""
    sections = [
        _head(outcome),
        list(_dangers(outcome.dangers)),
        list(_changes(outcome, show_secrets=show_secrets)),
        list(_effects(outcome)) if outcome.changes else [],
        list(_findings(outcome)) if outcome.changes else [],
        list(_pushes(outcome.pushes)) if outcome.changes else [],
        _simulation(outcome.simulation),
        list(_noise(outcome, shown=show_noise)),
    ]
    made = _joined(sections)
    for rows in _ROWS:
        if len(made) <= MOST:
            break
        made = _joined([list(_short(lines, rows)) for lines in sections])
    return made


def _joined(sections: Sequence[list[str]]) -> str:
    return "\n\n".join("\n".join(lines) for lines in sections if lines) + "\n"


def _short(lines: Sequence[str], most: int) -> Iterator[str]:
    """The lines with so many rows of each table and list, the first ones that are of a bearable length."""
    for is_row, run in groupby(lines, key=lambda line: line.startswith(("| ", "- "))):
        found = list(run)
        fit = [line for line in found if len(line) <= _LONGEST][:most] if is_row else found
        yield from fit
        if len(fit) < len(found):
            yield from ("", f"{plural(len(found) - len(fit), 'more line')} not shown here; halint diff prints all")


def _head(outcome: Outcome) -> list[str]:
    before, after = name_of(outcome.comparison.before), name_of(outcome.comparison.after)
    if not outcome.changes:
        return [f"### {text(before)} and {text(after)} have the same meaning"]
    counts = [f"{n} {risk}" for risk in RISKS if (n := sum(one.risk == risk for one in outcome.changes))]
    return [
        f"### Cluster configuration: {plural(len(outcome.changes), 'change')} ({', '.join(counts)})",
        "",
        f"{code(before)} {ARROW} {code(after)}",
    ]


def _dangers(dangers: Sequence[Danger]) -> Iterator[str]:
    if not dangers:
        return
    yield "> [!CAUTION]"
    for danger in dangers:
        place = f" ({_place(danger.at)})" if danger.at is not None else ""
        yield f"> - **{text(danger.message)}**{place}"


def _changes(outcome: Outcome, *, show_secrets: bool) -> Iterator[str]:
    found = outcome.changes
    low = [one for one in found if one.risk == "low"] if len(found) > _OPEN else []
    opened = [one for one in found if not low or one.risk != "low"]
    if opened:
        yield from _table(opened, show_secrets=show_secrets)
    if low:
        yield from folded(f"{plural(len(low), 'change')} of low risk", _table(low, show_secrets=show_secrets))


def _table(found: Sequence[Assessed], *, show_secrets: bool) -> Iterator[str]:
    yield "| risk | | what | change | effect | where |"
    yield "|---|---|---|---|---|---|"
    for one in found:
        change = one.change
        values = f" {ARROW} ".join(map(code, texts_of(change, show_secrets=show_secrets)))
        effect = text(effect_words(one.effect, certain=one.certain))
        where = "<br>".join(_place(mark) for mark in (change.before_at, change.after_at) if mark is not None)
        sign = symbol(change).replace("-", "−").replace("~", "\\~")
        cells = (_MARKS[one.risk], sign, text(full_name(change)), values, effect, where)
        yield f"| {' | '.join(cells)} |"


def _place(mark: Mark) -> str:
    place = mark.location()
    return text(f"{place.file}:{place.line}:{place.column}")


def _effects(outcome: Outcome) -> Iterator[str]:
    effects = [effect for effect in outcome.forecast.effects if effect.action != "none" and not effect.pending]
    yield "#### What happens"
    yield ""
    for effect in effects:
        yield f"- {_effect(effect)}"
    if not effects:
        known = outcome.forecast.from_status
        yield "Nothing stops, starts, restarts or moves." if known else "No effect is known."
    if outcome.forecast.basis:
        yield ""
        yield f"<sub>{text(outcome.forecast.basis)}</sub>"


def _effect(effect: Effect) -> str:
    place, reason = where(effect), why(effect)
    there = f" ({text(place.removeprefix('on '))})" if place else ""
    told = f"**{verb(effect)}** {text(effect.subject)}{there}"
    return f"{told}: {text(reason)}" if reason else told


def _findings(outcome: Outcome) -> Iterator[str]:
    for title, found in (("Introduced", outcome.introduced), ("Resolved", outcome.resolved)):
        if found:
            yield f"#### {title} findings"
            yield ""
            yield from (f"- {_finding(finding)}" for finding in found)
            yield ""


def _finding(finding: Finding) -> str:
    place = finding.location
    where = text(f"{place.file}:{place.line}:{place.column}")
    rule = f"[{finding.rule}]({finding.url})" if finding.url else code(finding.rule)
    return f"**{finding.severity}** {rule}: {text(finding.message)} ({where})"


def _pushes(pushes: Sequence[Push]) -> Iterator[str]:
    if not pushes:
        return
    yield "#### Push"
    yield ""
    for push in pushes:
        yield f"- **{push.way}**: {push.verdict}{' (recommended)' if push.recommended else ''}"
        yield from (f"  - {text(remark.message)}" for remark in push.reasons)
        yield from (f"  - ⚠ {text(remark.message)}" for remark in push.hazards)
    best = next((push for push in pushes if push.recommended), None)
    if best is None:
        yield ""
        yield "**No way of pushing is recommended.**"
    else:
        yield from ("", *fenced([visible(best.command)]))


def _simulation(lines: Sequence[str]) -> list[str]:
    return list(folded("What crm_simulate says", iter(fenced([visible(line) for line in lines])))) if lines else []


def _noise(outcome: Outcome, *, shown: bool) -> Iterator[str]:
    if not outcome.noise:
        return
    count = f"{plural(len(outcome.noise), 'difference')} without meaning"
    if not shown:
        yield f"<sub>{count} not shown</sub>"
        return
    lines = (f"- {text(one.sort)}: {text(one.subject)}: {text(one.text)}" for one in outcome.noise)
    yield from folded(count, lines)
