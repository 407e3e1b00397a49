"""How well a change of a constraint explains what a resource does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from halint.model.values import parse_score

if TYPE_CHECKING:
    from halint.diff.change import Change
    from halint.diff.outcome import Effect
    from halint.model.cib_tree import Element

_PLACED = ("move", "start", "stop")
_WELL, _PERHAPS, _HARDLY = 3, 2, 1


def fit(change: Change, effect: Effect) -> int:
    """0 where the constraint does not lead there, more for a better cause."""
    if change.type == "rsc_location" and effect.action in _PLACED:
        return max(
            _location(_written(change, after=True), effect, 1), _location(_written(change, after=False), effect, -1)
        )
    if change.type == "rsc_colocation":
        return _HARDLY if change.kind == "removed" else _PERHAPS
    return _HARDLY


def _written(change: Change, *, after: bool) -> Element | None:
    mark = change.after_at if after else change.before_at
    element = None if mark is None else mark.element
    while element is not None and element.tag != "rsc_location":
        element = element.getparent()
    return element


def _location(element: Element | None, effect: Effect, sign: int) -> int:
    """A preference draws to its node, a ban drives away; one that is gone (`sign` -1) the other way round."""
    if element is None:
        return 0
    node, score = element.get("node"), parse_score(element.get("score"))
    if node is None or score is None:
        return _PERHAPS
    draws = score * sign > 0
    left, reached = effect.nodes[:1], effect.nodes[-1:]
    if effect.action == "stop":
        return 0 if draws else _WELL
    if effect.action == "start":
        return _WELL if draws == (reached == (node,)) else 0
    return _WELL if (draws and reached == (node,)) or (not draws and left == (node,)) else 0
