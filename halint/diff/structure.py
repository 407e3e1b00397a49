"""What happened to resources as a whole: added, removed, renamed, moved, put in another order; one change each."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence

from halint.diff.change import Change
from halint.diff.identity import order_counts
from halint.diff.shape import TOP, Shape
from halint.diff.side import Side
from halint.model.cib_tree import Element

_SHOWN = 8
"""More ids than these are not all named when an order is told."""

Text = Callable[[Element], str]


class Structure:
    """Compares the two shapes. `pairs` maps keys of AFTER to those of BEFORE; `text` says what a resource is."""

    def __init__(
        self,
        before: tuple[Side, Shape, Text],
        after: tuple[Side, Shape, Text],
        pairs: Mapping[str, str],
    ) -> None:
        self._before, self._old, self._old_text = before
        self._after, self._new, self._new_text = after
        self._to_old = pairs
        self._to_new = {old: new for new, old in pairs.items()}
        self._told: set[str] = set()  # keys of BEFORE whose new place is told
        self._gone_told: set[str] = set()  # keys only in BEFORE that need no change of their own
        self._new_told: set[str] = set()  # keys only in AFTER that need no change of their own

    def changes(self) -> list[Change]:
        """All of them, in no particular order."""
        found = [*self._renamed(), *self._new_containers(), *self._gone_containers(), *self._moved()]
        return [*found, *self._removed(), *self._added(), *self._orders()]

    def _renamed(self) -> Iterator[Change]:
        for new, old in self._to_old.items():
            if new != old:
                yield self._change("renamed", old, new, before=old, after=new, old_id=old, new_id=new)

    def _new_containers(self) -> Iterator[Change]:
        for key in [k for k in self._new.members if k != TOP and k not in self._to_old]:
            existing = [self._to_old[k] for k in self._new.members[key] if k in self._to_old]
            inside = list(self._new.inside(key))
            if not any(k in self._to_old for k in inside):
                if key not in self._new_told:
                    self._new_told |= {*inside, key}
                    yield self._added_change(key, tuple(inside))
                continue
            self._new_told.add(key)
            if existing:
                yield from self._around(key, existing)

    def _around(self, key: str, existing: list[str]) -> Iterator[Change]:
        """A new container around resources that were there before."""
        self._told |= set(existing)
        if len(existing) == 1:
            yield self._move(existing[0])
            return
        sources = list(dict.fromkeys(self._old.parent[k] for k in existing))
        groups = [s for s in sources if s != TOP and self._old.kind(s) == "group"]
        if len(groups) == len(sources) and (len(groups) == 1 or self._emptied(groups, existing)):
            self._gone_told |= {g for g in groups if g not in self._to_new}
            yield self._regrouped(groups, [*(self._to_new[g] for g in groups if g in self._to_new), key], existing)
            return
        yield self._added_change(key, tuple(existing))

    def _emptied(self, groups: list[str], members: list[str]) -> bool:
        """Whether these groups are gone, and all that is left of them is among the members."""
        left = [k for g in groups for k in self._old.members[g] if k in self._to_new]
        return all(g not in self._to_new for g in groups) and set(left) == set(members)

    def _gone_containers(self) -> Iterator[Change]:
        for key in [k for k in self._old.members if k != TOP and k not in self._to_new and k not in self._gone_told]:
            inside = list(self._old.inside(key))
            if not any(k in self._to_new for k in inside):
                if key not in self._gone_told:
                    self._gone_told |= {*inside, key}
                    yield self._removed_change(key, tuple(inside))
                continue
            self._gone_told.add(key)
            left = [k for k in self._old.members[key] if k in self._to_new and k not in self._told]
            if left:
                yield from self._let_go(key, left)

    def _let_go(self, key: str, left: list[str]) -> Iterator[Change]:
        """A container that is gone while resources in it are still there."""
        places = {self._place(k) for k in left}
        if len(left) == 1 and len([k for k in self._old.members[key] if k in self._to_new]) == 1:
            self._told.add(left[0])
            yield self._move(left[0])
        elif len(places) == 1 and self._is_group(next(iter(places))):
            self._told |= set(left)
            yield self._regrouped([key], [next(iter(places))], left)
        else:
            free = [k for k in left if self._to_old.get(self._place(k), TOP) in (TOP, self._old.parent[key])]
            self._told |= set(free)
            yield self._removed_change(key, tuple(free))

    def _place(self, old: str) -> str:
        """The key of AFTER of what a resource of BEFORE is in now."""
        return self._new.parent[self._to_new[old]]

    def _is_group(self, new: str) -> bool:
        return new != TOP and self._new.kind(new) == "group"

    def _moved(self) -> Iterator[Change]:
        for new, old in self._to_old.items():
            there = self._new.parent[new]
            if old not in self._told and self._to_old.get(there, there) != self._old.parent[old]:
                self._told.add(old)
                yield self._move(old)

    def _removed(self) -> Iterator[Change]:
        for key in self._old.elements:
            if key not in self._to_new and key not in self._gone_told:
                yield self._removed_change(key, ())

    def _added(self) -> Iterator[Change]:
        for key in self._new.elements:
            if key not in self._to_old and key not in self._new_told:
                yield self._added_change(key, ())

    def _orders(self) -> Iterator[Change]:
        for new, members in self._new.members.items():
            old = TOP if new == TOP else self._to_old.get(new)
            if old is None or (new != TOP and not order_counts(self._new.kind(new), "members")):
                continue
            after = [self._to_old[k] for k in members if k in self._to_old and self._old.parent[self._to_old[k]] == old]
            stayed = set(after)
            before = [k for k in self._old.members[old] if k in stayed]
            if before == after:
                continue
            if new == TOP:
                yield self._outermost(before, after)
            else:
                texts = (" ".join(self._old.members[old]), " ".join(members))
                yield self._change("reordered", old, new, before=texts[0], after=texts[1])

    def _outermost(self, before: list[str], after: list[str]) -> Change:
        """The order of resources that are in nothing."""
        kept = _kept(before, after)
        strayed = [k for k in after if k not in kept]
        if len(before) <= _SHOWN:
            texts = [" ".join(before), " ".join(after)]
        else:
            texts = [_neighbours(strayed, order) for order in (before, after)]
        return Change(
            kind="reordered",
            type="resources",
            id="resources",
            name="order of resources",
            before=texts[0],
            after=texts[1],
            before_at=self._before.mark(self._old.elements[strayed[0]]),
            after_at=self._after.mark(self._new.elements[self._to_new[strayed[0]]]),
        )

    def _regrouped(self, sources: list[str], targets: list[str], members: list[str]) -> Change:
        """Members of groups that are in other groups together now: a split, or a merger."""
        first = sources[0]
        before = "; ".join(f"{g}: {' '.join(self._old.members[g])}" for g in sources)
        after = "; ".join(f"{g}: {' '.join(self._new.members[g])}" for g in targets)
        return Change(
            kind="moved",
            type="group",
            id=first,
            name=first,
            before=before,
            after=after,
            members=tuple(members),
            before_at=self._before.mark(self._old.elements[first]),
            after_at=self._after.mark(self._new.elements[targets[-1]]),
            old_id=first,
            new_id=targets[-1],
        )

    def _move(self, old: str) -> Change:
        new = self._to_new[old]
        return self._change("moved", old, new, before=self._old.place(old), after=self._new.place(new))

    def _change(
        self, kind: str, old: str, new: str, *, before: str, after: str, old_id: str = "", new_id: str = ""
    ) -> Change:
        return Change(
            kind=kind,
            type=self._old.kind(old),
            id=old,
            name=old,
            before=before,
            after=after,
            old_id=old_id,
            new_id=new_id,
            before_at=self._before.mark(self._old.elements[old]),
            after_at=self._after.mark(self._new.elements[new]),
        )

    def _added_change(self, key: str, members: tuple[str, ...]) -> Change:
        element = self._new.elements[key]
        return Change(
            kind="added",
            type=self._new.kind(key),
            id=element.get("id") or "",
            name=key,
            after=_with_place(self._new_text(element), self._new, key),
            members=members,
            after_at=self._after.mark(element),
        )

    def _removed_change(self, key: str, members: tuple[str, ...]) -> Change:
        element = self._old.elements[key]
        return Change(
            kind="removed",
            type=self._old.kind(key),
            id=element.get("id") or "",
            name=key,
            before=_with_place(self._old_text(element), self._old, key),
            members=members,
            before_at=self._before.mark(element),
        )


def _with_place(text: str, shape: Shape, key: str) -> str:
    return text if shape.parent[key] == TOP else f"{text} in {shape.place(key)}"


def _neighbours(keys: Sequence[str], order: Sequence[str]) -> str:
    """Where these ids are in that order: `b first, c after a`."""
    number = {key: i for i, key in enumerate(order)}
    shown = sorted(keys[:_SHOWN], key=lambda k: number[k])
    words = [f"{k} after {order[number[k] - 1]}" if number[k] else f"{k} first" for k in shown]
    return ", ".join(words) + (f" and {len(keys) - _SHOWN} more" if len(keys) > _SHOWN else "")


def _kept(before: Sequence[str], after: Sequence[str]) -> set[str]:
    """The most ids of `after` that are in the same order in `before`."""
    number = {key: i for i, key in enumerate(before)}
    return {after[i] for i in _longest_rising([number[k] for k in after])}


def _longest_rising(numbers: Sequence[int]) -> list[int]:
    """The places of a longest rising subsequence."""
    ends: list[int] = []
    places: list[int] = []
    previous: list[int] = []
    for place, number in enumerate(numbers):
        at = bisect_left(ends, number)
        previous.append(places[at - 1] if at else -1)
        if at == len(ends):
            ends.append(number)
            places.append(place)
        else:
            ends[at] = number
            places[at] = place
    found = []
    place = places[-1] if places else -1
    while place >= 0:
        found.append(place)
        place = previous[place]
    return found[::-1]
