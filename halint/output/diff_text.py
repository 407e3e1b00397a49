"""A comparison of two CIBs for people: dangers, changes by object, what happens, what a push meets, the counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from halint.diff.change import RISKS, Noise
from halint.diff.outcome import Danger, Outcome, Push
from halint.diff.running import running
from halint.diff.side import VERSION, Side
from halint.diff.wording import visible
from halint.output.diff_changes import ROLES, changes
from halint.output.diff_effects import effect_lines, verb
from halint.output.frame import columns
from halint.output.layout import pad, plural, wrapped
from halint.output.style import Style
from halint.report import Finding

_ALL_WAYS = 3
_NO_RESTORE = "crm configure load"
"""crmsh deletes no running resource, and so does less than the others; its hazard says so."""


def render_text(
    outcome: Outcome,
    style: Style,
    *,
    show_noise: bool = False,
    show_secrets: bool = False,
    show_status: bool = False,
    quiet: bool = False,
) -> str:
    """Everything that is known of the comparison; with `quiet` dangers and changes only."""
    sections = [list(_dangers(outcome.dangers, style)), changes(outcome, style, show_secrets=show_secrets)]
    if not quiet:
        sections = [list(_header(outcome, style)), *sections, *_rest(outcome, style, show_status=show_status)]
        sections.append(list(_noise(outcome.noise, style, shown=show_noise)))
        sections.append(list(_closing(outcome, style)))
    blocks = ["\n".join(lines) for lines in sections if lines]
    return "\n\n".join(blocks) + "\n" if blocks else ""


def _rest(outcome: Outcome, style: Style, *, show_status: bool) -> list[list[str]]:
    """What follows from the changes; nothing of it is said where there are none."""
    if not outcome.changes:
        return []
    return [
        list(_status(outcome, style)) if show_status else [],
        _effects(outcome, style),
        list(_simulation(outcome.simulation, style)),
        list(_findings(outcome, style)),
        list(_pushes(outcome, style)),
    ]


def _header(outcome: Outcome, style: Style) -> Iterator[str]:
    sides = (outcome.comparison.before, outcome.comparison.after)
    width = max(columns(name_of(side)) for side in sides)
    versions = [version_of(side) for side in sides]
    beside = 11 + width + max(map(columns, versions)) <= style.width
    for name, sign, side, version in zip(("BEFORE", "AFTER"), "-+", sides, versions, strict=True):
        path = name_of(side)
        lead = (
            f"{style.paint(f'{name:<6}', 'strong')} {style.paint(sign, 'frame')} {pad(path, width) if beside else path}"
        )
        yield f"{lead}  {style.paint(version, 'faint')}" if beside else lead
        if not beside:
            yield from (f"         {style.paint(line, 'faint')}" for line in wrapped(version, style.width - 9))


def name_of(side: Side) -> str:
    """The file's name for people."""
    return "standard input" if side.path == "-" else visible(side.path)


def version_of(side: Side) -> str:
    """The counters and when and by whom it was written: `version 0.42.7, written Fri Nov 20 10:12:33 2026 by root`."""
    root = side.root
    words = f"version {'.'.join(root.get(name) or '?' for name in VERSION)}"
    if root.get("cib-last-written"):
        words += f", written {root.get('cib-last-written')}"
    if root.get("update-user"):
        words += f" by {root.get('update-user')}"
    if root.get("update-origin"):
        words += f" on {root.get('update-origin')}"
    return visible(words)


def _dangers(dangers: Sequence[Danger], style: Style) -> Iterator[str]:
    for danger in dangers:
        head = f"danger[{danger.code}]:"
        place = ""
        if danger.at is not None:
            location = danger.at.location()
            place = f"{location.file}:{location.line}:{location.column}"
        ways = "" if len(danger.ways) == _ALL_WAYS else f"(only in a push of: {', '.join(danger.ways)})"
        lines = wrapped(f"{head} {visible(danger.message)} {ways}".rstrip(), style.width, "  ")
        yield style.paint(head, "error") + style.paint(lines[0].removeprefix(head), "strong")
        yield from (style.paint(line, "strong") for line in lines[1:])
        if place:
            yield f"  {style.paint('-->', 'frame')} {place}"


def _status(outcome: Outcome, style: Style) -> Iterator[str]:
    yield title("what runs now, by the status in BEFORE", style)
    rows = running(outcome)
    if not rows:
        yield "  BEFORE has no status section"
    names = max((columns(visible(name)) for name, _ in rows), default=0)
    for name, state in rows:
        lines = wrapped(visible(state), style.width - names - 4)
        yield f"  {style.paint(pad(visible(name), names), 'strong')}  {lines[0]}"
        yield from (f"{' ' * (names + 4)}{line}" for line in lines[1:])


def _effects(outcome: Outcome, style: Style) -> list[str]:
    forecast = outcome.forecast
    lines = [title("what happens", style)]
    if not any(e.action != "none" and not e.pending for e in forecast.effects):
        known = forecast.from_status
        lines.append(f"  {'nothing stops, starts, restarts or moves' if known else 'no effect is known'}")
    lines += effect_lines(forecast.effects, style)
    if forecast.basis:
        lines += [style.paint(line, "faint") for line in wrapped(f"  {visible(forecast.basis)}", style.width, "  ")]
    return lines


def _simulation(lines: Sequence[str], style: Style) -> Iterator[str]:
    if lines:
        yield title("what crm_simulate says", style)
        yield from (f"  {visible(line)}" for line in lines)


def _findings(outcome: Outcome, style: Style) -> Iterator[str]:
    for words, sign, found in (
        ("findings that AFTER brings in", "+", outcome.introduced),
        ("findings that AFTER resolves", "-", outcome.resolved),
    ):
        if found:
            yield title(words, style)
            for finding in found:
                yield from _finding(finding, sign, style)


def _finding(finding: Finding, sign: str, style: Style) -> Iterator[str]:
    place = finding.location
    head = f"{finding.severity}[{finding.rule}]"
    tail = f"({place.file}:{place.line}:{place.column})"
    lines = wrapped(f"  {sign} {head} {visible(finding.message)} {tail}", style.width, "      ")
    painted = style.paint(head, finding.severity if sign == "+" else "faint")
    yield lines[0].replace(head, painted, 1)
    yield from lines[1:]


def _pushes(outcome: Outcome, style: Style) -> Iterator[str]:
    pushes = outcome.pushes
    if not pushes:
        return
    yield title("push", style)
    ways = max(len(push.way) for push in pushes)
    for push in pushes:
        verdict = style.paint(push.verdict, "command" if push.verdict == "accepted" else "error")
        mark = style.paint("*" if push.recommended else " ", "strong")
        yield f"  {mark} {style.paint(f'{push.way:<{ways}}', 'strong')}  {verdict}"
        for remark in push.reasons:
            yield from _item(" ", remark.message, style)
        for remark in push.hazards:
            yield from _item(style.paint("!", "warning"), remark.message, style)
    yield from _advice(pushes, style, dangerous=bool(outcome.dangers))


def _item(sign: str, text: str, style: Style) -> Iterator[str]:
    lines = wrapped(visible(text), style.width - 8)
    yield f"      {sign} {lines[0]}"
    yield from (f"        {line}" for line in lines[1:])


def _advice(pushes: Sequence[Push], style: Style, *, dangerous: bool) -> Iterator[str]:
    """The one command to copy; a command is never broken."""
    best = next((push for push in pushes if push.recommended), None)
    if best is None:
        refused = all(push.verdict == "refused" for push in pushes)
        words = "no way of pushing is accepted" if refused else "no way of pushing is recommended"
        yield style.paint(f"  {words}", "error")
        return
    first = ", once the dangers above are dealt with" if dangerous else ""
    yield style.paint(f"  * recommended{first}:", "strong")
    yield f"      {style.paint(visible(best.command), 'command')}"
    for other in (other for other in best.others if not other.startswith(_NO_RESTORE)):
        yield f"      {style.paint('or:', 'faint')} {style.paint(visible(other), 'command')}"


def _noise(noise: Sequence[Noise], style: Style, *, shown: bool) -> Iterator[str]:
    if not noise:
        return
    count = f"{plural(len(noise), 'difference')} without meaning"
    if not shown:
        yield style.paint(f"{count} not shown (--show-noise)", "faint")
        return
    yield title(count, style)
    sorts = max(columns(one.sort) for one in noise)
    for one in noise:
        yield f"  {pad(one.sort, sorts)}  {visible(': '.join(part for part in (one.subject, one.text) if part))}"


def _closing(outcome: Outcome, style: Style) -> Iterator[str]:
    if not outcome.changes:
        before, after = name_of(outcome.comparison.before), name_of(outcome.comparison.after)
        yield style.paint(f"{before} and {after} have the same meaning", "strong")
        return
    counts = [
        style.paint(f"{number} {risk}", ROLES[risk])
        for risk in RISKS
        if (number := sum(one.risk == risk for one in outcome.changes))
    ]
    if outcome.dangers:
        codes = ", ".join(dict.fromkeys(danger.code for danger in outcome.dangers))
        lines = wrapped(f"{plural(len(outcome.dangers), 'danger')}: {codes}", style.width, "  ")
        yield from (style.paint(line, "error") for line in lines)
    happening = Counter(verb(e) for e in outcome.forecast.effects if e.action != "none" and not e.pending)
    if happening:
        yield f"effects: {', '.join(f'{number} {what}' for what, number in happening.items())}"
    yield f"{plural(len(outcome.changes), 'change')}: {', '.join(counts)}"


def title(text: str, style: Style) -> str:
    """The heading of a section."""
    return style.paint(text, "strong")
