"""What a change usually does, where no status tells more; measured on a live 2.1.5 cluster. Nothing here is certain."""

from __future__ import annotations

from typing import TYPE_CHECKING

from halint.diff.effects.attribution import CLUSTER_WIDE, NONE, SILENT_META
from halint.diff.effects.subjects import CONSTRAINTS, CONTAINERS, Subjects
from halint.diff.outcome import EFFECTS, Effect
from halint.model.properties import fencing_enabled
from halint.model.values import parse_bool, parse_role, parse_score

if TYPE_CHECKING:
    from collections.abc import Sequence

    from halint.diff.change import Change, Comparison
    from halint.diff.effects.attribution import Words

_OBJECTS = {"added": "start", "removed": "stop"}


def usual(change: Change, comparison: Comparison) -> Words:
    """The words for a change, as in `Forecast.of_change`; ("none", True) where it never does anything at once."""
    word = _word(change, comparison)
    return NONE if word == "none" else ((word, False),)


def _word(change: Change, comparison: Comparison) -> str:
    head = change.path[0] if change.path else ""
    if change.type in CONSTRAINTS:
        return _constraint(change, comparison)
    if change.type == "property":
        return "cluster-wide" if change.id in CLUSTER_WIDE else "none"
    if change.type == "node":
        return _node(change, comparison)
    if change.type == "rsc_defaults":
        return _meta(change.id, change.after)
    if change.type in ("primitive", "template", *CONTAINERS):
        return _resource(change, head)
    return "none"


def _resource(change: Change, head: str) -> str:
    if not change.path:
        if change.type != "primitive" and change.kind in _OBJECTS:
            return "restart" if change.members else "none" if change.type == "template" else _OBJECTS[change.kind]
        return {"moved": "move", "renamed": "restart", "reordered": "restart"}.get(
            change.kind, _OBJECTS.get(change.kind, "unknown")
        )
    if head in ("instance_attributes", "agent"):
        return "restart"
    if head == "meta_attributes":
        return _meta(change.path[-1], change.after)
    if head in ("operations", "description"):
        return "none"
    return "move" if head == "utilization" else "restart"


def _meta(name: str, after: str | None) -> str:
    if name in SILENT_META:
        return "none"
    if name == "target-role":
        return {"Stopped": "stop", "Unpromoted": "demote"}.get(parse_role(after) or "", "start")
    if name in ("is-managed", "maintenance"):
        quiet = parse_bool(after) is (name == "maintenance")
        return "none" if quiet else "unknown"
    if name in ("resource-stickiness", "priority"):
        return "move"
    return {"clone-max": "stop", "promotable": "restart", "globally-unique": "restart", "promoted-max": "demote"}.get(
        name, "none"
    )


def _constraint(change: Change, comparison: Comparison) -> str:
    if change.type == "rsc_order":
        return "none"
    if change.type == "rsc_ticket":
        return "none" if change.kind == "removed" and not change.path else "stop"
    if change.type == "rsc_location" and change.kind == "removed" and not change.path:
        scores = [c.score for c in comparison.before.cib.locations if c.id == change.id]
        return "none" if all(score is not None and score >= 0 for score in scores) else "move"
    return "none" if change.path == ("score",) and parse_score(change.after) == parse_score(change.before) else "move"


def _node(change: Change, comparison: Comparison) -> str:
    if not change.path:
        return "fence" if change.kind == "added" and fencing_enabled(comparison.after.cib) is not False else "none"
    if change.path[-1] == "standby":
        return "move"
    return "none" if change.path[-1] == "maintenance" else "move"


def usual_effects(comparison: Comparison, words: Sequence[Words]) -> tuple[Effect, ...]:
    """An effect for each resource or node that a change is about, none of them certain."""
    found: dict[tuple[str, str], Effect] = {}
    subjects = Subjects(comparison)
    for change, of_change in zip(comparison.changes, words, strict=True):
        for word, _ in of_change:
            if word in ("none", "cluster-wide", "unknown"):
                continue
            names = {change.id} if word == "fence" else subjects.of(change)
            for name in names:
                effect = Effect(subject=name, action=word, certain=False, chain=(name,))
                found.setdefault((name, word), effect)
    return tuple(sorted(found.values(), key=lambda e: (EFFECTS.index(e.action), e.subject)))
