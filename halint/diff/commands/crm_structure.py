"""Groups and clones by crm, with what crm does to the constraints of what goes into them.

Measured with crmsh 4.4.1: a clone or group that is defined around a resource takes over its constraints, and deleting
one gives them to what was in it.
"""

from __future__ import annotations

from collections.abc import Iterable

from halint.diff.commands.blocks import InexpressibleError
from halint.diff.commands.crm_definitions import Definitions, word
from halint.diff.commands.edits import Trees
from halint.diff.commands.following import Following
from halint.diff.commands.order import Piece, Step
from halint.diff.commands.shell import arguments
from halint.diff.side import RESOURCE_TAGS
from halint.model.cib_tree import Element


class CrmStructure:
    """Commands for steps on groups and clones. `followed` are constraint pieces that crm changes on its own."""

    def __init__(self, trees: Trees, definitions: Definitions, found: Iterable[Piece]) -> None:
        self._trees = trees
        self._definitions = definitions
        self._following = Following(trees, found)
        self.followed: set[Piece] = set()

    def commands(self, step: Step) -> list[str]:
        """All commands for the step; raises InexpressibleError."""
        if any(piece.section != "resources" for piece in step.pieces):
            raise InexpressibleError("resources and what refers to them, changed at once")
        if len(step.pieces) == 1:
            return self._changed(step.pieces[0])
        before = {e.get("id") or "": e for p in step.pieces if (e := p.before) is not None}
        after = {e.get("id") or "": e for p in step.pieces if (e := p.after) is not None}
        if len(step.pieces) == 2 and len(before) == len(after) == 1:  # one outermost resource becomes another
            (old,), (new,) = before.values(), after.values()
            if self._cloned(old, new):
                return self._wrapped(old, new)
            if self._uncloned(old, new):
                self.followed |= self._following.of(old.get("id") or "", new.get("id") or "")
                return [f"configure delete {word(old.get('id'))}"]
        raise InexpressibleError("resources that move between groups and clones")

    def _wrapped(self, old: Element, new: Element) -> list[str]:
        self.followed |= self._following.of(old.get("id") or "", new.get("id") or "")
        return [f"configure {self._definitions.definitions(new)[-1]}"]

    def _cloned(self, old: Element, new: Element) -> bool:
        """Whether `new` is a clone or group of just `old`, unchanged."""
        inside = list(new.iterchildren(*RESOURCE_TAGS))
        return new.tag in ("clone", "group") and len(inside) == 1 and self._trees.same(old, inside[0])

    def _uncloned(self, old: Element, new: Element) -> bool:
        """Whether `new` is what was alone in the clone `old`, unchanged."""
        inside = list(old.iterchildren(*RESOURCE_TAGS))
        return old.tag == "clone" and len(inside) == 1 and self._trees.same(inside[0], new)

    def _changed(self, piece: Piece) -> list[str]:
        before, after = piece.before, piece.after
        if before is None or after is None or before.tag != after.tag:
            raise InexpressibleError("another kind of resource under the same id")
        if _inside(before) != _inside(after):
            raise InexpressibleError("resources that come to, or go from, a group or clone that stays")
        if before.find("meta_attributes") is None and after.find("meta_attributes") is not None:
            return self._meta(before, after)
        return [f"update {line}" for line in self._definitions.definitions(after)]

    def _meta(self, before: Element, after: Element) -> list[str]:
        """Meta-attributes for a group or clone that had none; a definition would put them before its members."""
        rest = [child for child in after if child.tag != "meta_attributes"]
        if not self._trees.same_attributes(before, after) or not all(map(self._trees.same, before, rest)):
            raise InexpressibleError("new meta-attributes beside other changes")
        pairs = [pair.split("=", 1) for pair in self._definitions.pairs(after, "meta_attributes")]
        return [arguments("crm", "resource", "meta", word(after.get("id")), "set", *pair) for pair in pairs]


def _inside(element: Element) -> set[str]:
    return {e.get("id") or "" for e in element.iter(*RESOURCE_TAGS)}
