"""The changes of a comparison as a table: an object at a time, its risk, what it is now, the effect, the places."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from halint.diff.assess import staying
from halint.diff.change import Change
from halint.diff.outcome import Assessed, Outcome
from halint.diff.wording import (
    ARROW,
    came,
    detail,
    effect_words,
    full_name,
    is_value,
    move,
    object_name,
    order_of,
    rename,
    there,
    values,
    went,
)
from halint.output.frame import columns
from halint.output.layout import pad, pieces
from halint.output.style import Style
from halint.source import Mark

ROLES = {"high": "error", "medium": "warning", "low": "info"}
"""The colour of a risk."""

SYMBOLS = {"moved": "→", "renamed": "»", "reordered": "↕"}
_GRAVE = frozenset({"fence", "stop"})
_RISK = 6
_LEFT = _RISK + 4
"""Columns before a name: the risk, the symbol, and what is between."""
_ROWS = 8
"""Lines that one value may take; of a longer one the part around the difference is shown."""


class Row(NamedTuple):
    """A change as shown: two texts where it has a value before and after, else one. `inner` stands below its object."""

    one: Assessed | None
    symbol: str
    name: str
    texts: tuple[str, ...]
    inner: bool


def changes(outcome: Outcome, style: Style, *, show_secrets: bool = False) -> list[str]:
    """All changes, the gravest object first."""
    rows = [row for group in grouped(outcome.changes) for row in _rows(group, outcome, show_secrets=show_secrets)]
    table = _Table(style, rows)
    return [line for row in rows for line in table.lines(row)]


def grouped(found: Sequence[Assessed]) -> list[list[Assessed]]:
    """The changes of each object together, in the order of their first ones."""
    objects: dict[tuple[str, str], list[Assessed]] = {}
    for one in found:
        objects.setdefault((one.change.type, one.change.id), []).append(one)
    return list(objects.values())


def symbol(change: Change) -> str:
    """+ came, - went, → moved, » renamed, ↕ reordered, ~ changed."""
    sign = SYMBOLS.get(change.kind)
    return sign or ("+" if came(change) else "-" if went(change) else "~")


def texts_of(change: Change, *, show_secrets: bool = False) -> tuple[str, ...]:
    """What there is to say beside the name: one text, or one before and one after."""
    if change.kind == "moved" and not change.members:
        return (move(change),)
    if change.kind == "renamed":
        return (rename(change),)
    if change.kind in ("moved", "reordered"):
        return values(change, show_secrets=show_secrets)
    if came(change) or went(change):
        text = there(change, show_secrets=show_secrets)
        word = "added" if came(change) else "removed"
        if is_value(change):
            return (f"{word}: {text}" if came(change) else f"{word}, was {text}",)
        return (f"{word}  ({text})" if text else word,)
    return values(change, show_secrets=show_secrets)


def places(before: Mark | None, after: Mark | None) -> tuple[str, str]:
    """Line and column on both sides, `-12:9 +14:9`, and the lines alone, `-12 +14`."""
    told = [(sign, mark.location()) for sign, mark in (("-", before), ("+", after)) if mark is not None]
    full = " ".join(f"{sign}{place.line}:{place.column}" for sign, place in told)
    return full, " ".join(f"{sign}{place.line}" for sign, place in told)


def _rows(group: Sequence[Assessed], outcome: Outcome, *, show_secrets: bool) -> Iterator[Row]:
    """One row for an object with one change; else a row for the object and one for each change in it."""
    if len(group) == 1:
        yield _row(group[0], outcome, inner=False, show_secrets=show_secrets)
        return
    whole = [one for one in group if one.change.whole and one.change.kind != "changed"]
    if whole:
        yield _row(whole[0], outcome, inner=False, show_secrets=show_secrets)
    else:
        yield Row(None, "~", object_name(group[0].change), (), inner=False)
    for one in group:
        if not whole or one is not whole[0]:
            yield _row(one, outcome, inner=True, show_secrets=show_secrets)


def _row(one: Assessed, outcome: Outcome, *, inner: bool, show_secrets: bool) -> Row:
    change = one.change
    texts = texts_of(change, show_secrets=show_secrets)
    left = staying(change, outcome.comparison)
    if left:
        texts = (f"{texts[0]}; {', '.join(left)} {'stays' if len(left) == 1 else 'stay'}",)
    name = (detail(change) if inner else full_name(change)) or ("" if inner else object_name(change))
    if change.kind == "reordered" and not inner:
        name = order_of(change)
    return Row(one, symbol(change), name, texts, inner)


def _text(row: Row) -> str:
    return f" {ARROW} ".join(row.texts)


def _effect(row: Row) -> str:
    return "" if row.one is None else effect_words(row.one.effect, certain=row.one.certain)


def _effect_role(row: Row) -> str:
    return "error" if row.one is not None and _GRAVE.intersection(row.one.effect) else "warning"


class _Table:
    """Lays rows out: risk, symbol, name, text, and at the right the effect and the places."""

    def __init__(self, style: Style, rows: Sequence[Row]) -> None:
        self._style = style
        widest = max((columns(row.name) + 2 * row.inner for row in rows if row.texts), default=0)
        self._names = min(widest, style.width * 3 // 10)
        effects = max((columns(_effect(row)) for row in rows), default=0)
        room = style.width - _LEFT - self._names - 2 - effects - 2
        texts = max((w for row in rows if (w := columns(_text(row))) <= room), default=0)
        self._effects_at = _LEFT + self._names + 2 + texts + 2

    def lines(self, row: Row) -> Iterator[str]:
        """The lines of one row."""
        head, used = self._head(row)
        text, effect = _text(row), _effect(row)
        if used + 2 + columns(text) + (2 + columns(effect) if effect else 0) <= self._style.width:
            end = used + 2 + columns(text) if text else used
            yield from self._right(f"{head}  {self._painted(row)}" if text else head, end, row)
            return
        yield from self._right(head, used, row)
        yield from self._below(row, text)

    def _head(self, row: Row) -> tuple[str, int]:
        """Risk, symbol and name, and the columns they take."""
        risk = "" if row.one is None else row.one.risk
        indent = "  " if row.inner else ""
        name = pad(row.name, self._names - len(indent)) if row.texts else row.name
        sign_role = {"+": "command", "-": "error"}.get(row.symbol, "strong")
        head = (
            f"{self._style.paint(pad(risk, _RISK), ROLES.get(risk, 'strong'))}  {indent}"
            f"{self._style.paint(row.symbol, sign_role)} {self._style.paint(name, 'strong')}"
        )
        return head, _LEFT + len(indent) + columns(name)

    def _painted(self, row: Row) -> str:
        if len(row.texts) != 2:
            return " ".join(row.texts)
        return f"{row.texts[0]} {self._style.paint(ARROW, 'frame')} {self._style.paint(row.texts[1], 'strong')}"

    def _right(self, line: str, used: int, row: Row) -> Iterator[str]:
        """The effect in its column, the places at the right edge; what has no room goes to a line of its own."""
        effect, width = _effect(row), self._style.width
        if effect and used + 2 + columns(effect) > width:
            yield line.rstrip()
            line, used = "", 0
        if effect:
            gap = max(min(self._effects_at - used, width - used - columns(effect)), 2)
            line += f"{' ' * gap}{self._style.paint(effect, _effect_role(row))}"
            used += gap + columns(effect)
        full, short = ("", "") if row.one is None else places(row.one.change.before_at, row.one.change.after_at)
        for place in (full, short):
            if place and width - used - len(place) >= 2:
                yield f"{line}{' ' * (width - used - len(place))}{self._style.paint(place, 'faint')}"
                return
        yield line.rstrip()
        if full:
            yield f"{' ' * max(width - len(full), 0)}{self._style.paint(full, 'faint')}"

    def _below(self, row: Row, text: str) -> Iterator[str]:
        """A text that has no room beside its name: on the next line, or before and after side by side."""
        indent = " " * (_LEFT + 2 * row.inner + 2)
        room = max(self._style.width - len(indent), 24)
        if columns(text) <= room:
            yield f"{indent}{self._painted(row)}"
        elif len(row.texts) == 2:
            yield from (f"{indent}{line}" for line in self._beside(row.texts[0], row.texts[1], room))
        else:
            yield from (f"{indent}{line}" for line in pieces(text, room))

    def _beside(self, before: str, after: str, room: int) -> Iterator[str]:
        half = (room - 3) // 2
        bar = self._style.paint("│", "frame")
        left, right = (pieces(value, half) for value in excerpts(before, after, half * _ROWS))
        yield f"{pad('before', half)} {bar} after".rstrip()
        for number in range(max(len(left), len(right))):
            one = left[number] if number < len(left) else ""
            other = right[number] if number < len(right) else ""
            yield f"{pad(one, half)} {bar} {self._style.paint(other, 'strong')}".rstrip()


def excerpts(before: str, after: str, limit: int) -> tuple[str, str]:
    """Both texts, cut to `limit` characters from shortly before the first difference where one is longer."""
    if max(len(before), len(after)) <= limit:
        return before, after
    same = next(
        (i for i, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), min(len(before), len(after))
    )
    start = max(same - 40, 0)
    return _cut(before, start, limit), _cut(after, start, limit)


def _cut(text: str, start: int, limit: int) -> str:
    shown = ("…" if start else "") + text[start:]
    return shown if len(shown) <= limit else f"{shown[: limit - 1]}…"
