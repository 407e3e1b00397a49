"""Constraints that a tool makes point to another resource, when that takes the place of the one they pointed to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from halint.diff.commands.blocks import InexpressibleError
from halint.diff.commands.edits import Trees
from halint.diff.commands.order import Piece
from halint.diff.commands.writing import attributes
from halint.model.cib_tree import Element

_POINTERS = ("rsc", "with-rsc", "first", "then")


class Following:
    """Knows the constraints of BEFORE, and what becomes of them."""

    def __init__(self, trees: Trees, found: Iterable[Piece]) -> None:
        self._trees = trees
        self._constraints = {
            piece.before.get("id") or "": piece
            for piece in found
            if piece.section == "constraints" and piece.before is not None
        }

    def of(self, old: str, new: str) -> set[Piece]:
        """The constraints that the tool makes point to `new` in the place of `old`; they must do so in AFTER too."""
        configuration = self._trees.before.configuration
        section = None if configuration is None else configuration.find("constraints")
        found: set[Piece] = set()
        for constraint in [] if section is None else section:
            if old not in _pointed(constraint):
                continue
            piece = self._constraints.get(constraint.get("id") or "")
            if piece is not None and piece.after is None:
                continue
            if piece is None or piece.after is None or not self._follows(constraint, piece.after, old, new):
                raise InexpressibleError(f"{new} in the place of {old} without its constraints")
            found.add(piece)
        return found

    def _follows(self, before: Element, after: Element, old: str, new: str) -> bool:
        if len(before) or len(after):
            return False
        expected = {
            name: new if name in _POINTERS and value == old else value
            for name, value in attributes(self._trees.before, before).items()
        }
        return expected == attributes(self._trees.after, after)


def _pointed(constraint: Element) -> set[str]:
    names: Mapping[str, str] = {str(k): str(v) for k, v in constraint.items()}
    sets = {ref.get("id") or "" for ref in constraint.iter("resource_ref")}
    return {names[name] for name in _POINTERS if name in names} | sets
