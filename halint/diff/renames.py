"""Resources that have another id in AFTER and are otherwise what they were."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping

from halint.diff.resource_things import ResourceThings
from halint.diff.shape import TOP, Shape
from halint.diff.side import Side

_MENTIONS = ("rsc", "with-rsc", "first", "then", "id")


class Renames:
    """Pairs of keys of BEFORE and AFTER. `pairs` maps a key of AFTER to that of BEFORE, same ids included."""

    def __init__(self, before: tuple[Side, Shape, ResourceThings], after: tuple[Side, Shape, ResourceThings]) -> None:
        _, self._old, self._old_things = before
        _, self._new, self._new_things = after
        self._sides = (before[0], after[0])
        self.pairs = {k: k for k in self._new.elements if k in self._old.elements and self._same_kind(k, k)}
        self._gone = [k for k in self._old.elements if k not in self.pairs]
        self._added = [k for k in self._new.elements if k not in self.pairs]
        if self._gone and self._added:
            self._primitives()
            for kind in ("group", "clone", "bundle"):
                self._containers(kind)

    @property
    def names(self) -> Mapping[str, str]:
        """Ids of AFTER that BEFORE has under another name."""
        return {new: old for new, old in self.pairs.items() if new != old}

    def _same_kind(self, old: str, new: str) -> bool:
        return self._old.kind(old) == self._new.kind(new)

    def _pair(self, old: str, new: str) -> None:
        self.pairs[new] = old
        self._gone.remove(old)
        self._added.remove(new)

    def _primitives(self) -> None:
        """Primitives with the same content in the same place, as near in order as can be, whose references followed."""
        olds = _by_content(self._gone, self._old, self._old_things)
        news = _by_content(self._added, self._new, self._new_things)
        mentions: tuple[Mapping[str, Counter[Hashable]], ...] = ()
        for content in [c for c in olds if c in news]:
            mentions = mentions or tuple(map(_mentions, self._sides))
            candidates = [
                (-_shared(mentions, old, new), abs(i - j), i, old, new)
                for i, old in enumerate(olds[content])
                for j, new in enumerate(news[content])
                if self._same_place(old, new) and _followed(mentions, old, new)
            ]
            for *_, old, new in sorted(candidates):
                if old in self._gone and new in self._added:
                    self._pair(old, new)

    def _same_place(self, old: str, new: str) -> bool:
        here, there = self._old.parent[old], self._new.parent[new]
        if TOP in (here, there):
            return here == there
        return self.pairs.get(there) == here or (
            here in self._gone and there in self._added and self._same_kind(here, there)
        )

    def _containers(self, kind: str) -> None:
        """Containers with the same members, so far as these are on both sides at all."""
        for old in [k for k in self._gone if self._old.kind(k) == kind]:
            left = {k for k in self._old.members[old] if k not in self._gone}
            if not left:
                continue
            for new in self._added:
                here = {self.pairs[k] for k in self._new.members.get(new, ()) if k in self.pairs}
                if self._new.kind(new) == kind and here == left:
                    self._pair(old, new)
                    break


def _by_content(keys: Iterable[str], shape: Shape, things: ResourceThings) -> dict[Hashable, list[str]]:
    found: defaultdict[Hashable, list[str]] = defaultdict(list)
    for key in keys:
        if shape.kind(key) == "primitive":
            found[things.thing(shape.elements[key]).content()].append(key)
    return dict(found)


def _mentions(side: Side) -> Mapping[str, Counter[Hashable]]:
    """How constraints mention each id, in terms that a renaming leaves alone."""
    found: defaultdict[str, Counter[Hashable]] = defaultdict(Counter)
    for section in ("constraints", "tags"):
        for element in side.tree.section(section):
            for part in element.iter("*"):
                if part.tag in ("resource_ref", "obj_ref") or part is element:
                    names = ("id",) if part is not element else _MENTIONS[:-1]
                    for name in names:
                        if part.get(name):
                            how = (element.tag, part.tag, name, element.get("score"), element.get("node"))
                            found[part.get(name) or ""][how] += 1
    return found


def _shared(mentions: tuple[Mapping[str, Counter[Hashable]], ...], old: str, new: str) -> int:
    before, after = mentions
    return (before.get(old, Counter()) & after.get(new, Counter())).total()


def _followed(mentions: tuple[Mapping[str, Counter[Hashable]], ...], old: str, new: str) -> bool:
    return _shared(mentions, old, new) > 0 or not (mentions[0].get(old) or mentions[1].get(new))
