"""Constraints of a manual move or ban that AFTER brings back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from halint.diff.change import Comparison
from halint.diff.constraint_things import MARKERS
from halint.diff.live_cluster import shown
from halint.diff.outcome import Danger
from halint.diff.side import Side
from halint.diff.wording import visible
from halint.model.cib_tree import Element, parse_date


def move_dangers(comparison: Comparison) -> Iterator[Danger]:
    """Constraints that a move or ban has left in AFTER and that BEFORE does not have."""
    before, after = comparison.before, comparison.after
    known = {element.get("id") for element in before.tree.section("constraints")}
    for element in after.tree.section("constraints"):
        name = element.get("id") or ""
        if element.tag == "rsc_location" and name.startswith(MARKERS) and name not in known:
            path = shown(after, "after.xml")
            message = f"{path} brings back {visible(name)}, left by a manual move or ban: {_move(before, element)}"
            yield Danger(code="move-constraint-back", message=message, subject=name, at=after.mark(element, "id"))


def _move(before: Side, element: Element) -> str:
    resource = visible(element.get("rsc") or "its resource")
    node = element.get("node") or _rule_node(element)
    where = visible(node) if node else "some nodes"
    kept = "is kept off" if (element.get("id") or "").startswith(("cli-ban-", "cli-standby-")) else "is drawn to"
    return f"{resource} {kept} {where}{_expiry(before.tree.written, element)}"


def _rule_node(element: Element) -> str:
    found = (e.get("value") or "" for e in element.iter("expression") if e.get("attribute") == "#uname")
    return next(found, "")


def _expiry(now: datetime | None, element: Element) -> str:
    text = next((e.get("end") for e in element.iter("date_expression") if e.get("end")), None)
    end = parse_date(text)
    if text is None or end is None:
        return ", without an end"
    if now is None:
        return f", until {visible(text)}"
    return f", but it expired on {visible(text)}" if end <= now else f", until {visible(text)}"
