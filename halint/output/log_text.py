"""A history for people: a line a step, the newest last; with `full` every change on a line of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from halint.diff.wording import visible
from halint.history.entry import Entry
from halint.history.history import ClusterHistory, History, Step, Told
from halint.history.phrases import author, between, closing, nothing, of_step, plural, title, when, who
from halint.history.phrases import names as names_of
from halint.output.style import Style

_ROLES = {"high": "error", "medium": "warning"}
_LONGEST = 160
"""How much of one change the line of a step shows; `full` shows all of it."""

_SUBJECT = 50
"""How much of a commit's subject the line of a step shows."""


def render_text(history: History, style: Style, *, full: bool = False) -> str:
    """Every cluster with its steps, and the closing counts. `!` stands before changes of high risk."""
    sentence = nothing(history)
    if sentence:
        return f"{sentence}\n"
    shown = [cluster for cluster in history.clusters if cluster.steps or not cluster.hidden]
    blocks = ["\n".join(_cluster(cluster, style, full=full)) for cluster in shown]
    return "\n\n".join([*blocks, closing(history)]) + "\n"


def _cluster(cluster: ClusterHistory, style: Style, *, full: bool) -> Iterator[str]:
    yield style.paint(title(cluster), "strong")
    names = names_of(cluster)
    columns = _Columns(cluster, style, names)
    for step in cluster.steps:
        if full and step.before:
            yield ""
        yield columns.line(step, full=full)
        if full:
            yield from (f"    {note}" for note in _notes(step, names, style))
        yield from _asides(of_step(step), style)
        if full:
            yield from (f"    {_change(told, style)}" for told in step.changes)
    rest = between(cluster.quiet, cluster.missing, cluster.remarks, last=True)
    yield from _asides(rest, style)


def _asides(lines: list[str], style: Style) -> Iterator[str]:
    return (f"    {style.paint(f'· {line}', 'faint')}" for line in lines)


class _Columns:
    """Lines of steps with date, version and author below one another."""

    def __init__(self, cluster: ClusterHistory, style: Style, names: Mapping[Entry, str]) -> None:
        entries = [step.after for step in cluster.steps]
        self._style = style
        self._names = names
        self._when = max((len(when(entry.when)) for entry in entries), default=0)
        self._dotted = max((len(entry.dotted) for entry in entries), default=0)
        self._who = max((len(author(entry)) for entry in entries if len(author(entry)) <= 40), default=0)

    def line(self, step: Step, *, full: bool) -> str:
        entry = step.after
        style = self._style
        date, version, person = when(entry.when), entry.dotted, author(entry)
        lead = [date.ljust(self._when), version.ljust(self._dotted), person.ljust(self._who)]
        painted = [lead[0], style.paint(lead[1], "strong"), style.paint(lead[2], "frame")]
        name = self._names[entry] + _subject(entry, full=full)
        room = style.width - sum(len(part) + 2 for part in lead) - len(name) - 4
        place = style.paint(f"[{name}]", "faint")
        return "  ".join([*painted, self._summary(step, room, full=full), place])

    def _summary(self, step: Step, room: int, *, full: bool) -> str:
        if step.before is None:
            return "the history begins here"
        count = plural(len(step.changes), "change")
        return count if full else f"{count}: {_most_important(step.changes, room - len(count) - 2, self._style)}"


def _subject(entry: Entry, *, full: bool) -> str:
    """What stands behind a commit's id; in full it has a line of its own."""
    return f" {_clipped(visible(entry.commit.subject), _SUBJECT)}" if entry.commit and not full else ""


def _most_important(changes: tuple[Told, ...], room: int, style: Style) -> str:
    """As many changes as there is room for, at least one, the highest risk first."""
    shown: list[str] = []
    for number, told in enumerate(changes):
        text = _clipped(f"! {told.line}" if told.risk == "high" else told.line, _LONGEST)
        room -= len(text) + 2
        if number and room < (len(f"and {len(changes)} more") if number + 1 < len(changes) else 0):
            break
        shown.append(style.paint(text, _ROLES[told.risk]) if told.risk in _ROLES else text)
    left = len(changes) - len(shown)
    return "; ".join([*shown, f"and {left} more"] if left else shown)


def _clipped(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"


def _change(told: Told, style: Style) -> str:
    mark = "!" if told.risk == "high" else " "
    text = f"{mark} {told.line}"
    return style.paint(text, _ROLES[told.risk]) if told.risk in _ROLES else text


def _notes(step: Step, names: Mapping[Entry, str], style: Style) -> Iterator[str]:
    """Of a commit its subject and who wrote the CIB; of a file which one it is compared with."""
    commit = step.after.commit
    if commit is not None:
        yield style.paint(visible(commit.subject), "strong")
        yield style.paint(f"CIB written {when(step.after.written)} by {who(step.after)}", "faint")
    if step.before is not None:
        yield style.paint(f"compared with {names[step.before]} ({step.before.dotted})", "faint")
