"""Steps, and the order in which each leaves a configuration that is valid and no worse than the one before."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from halint.model.cib_tree import Element

# RELAX NG of the CIB: attributes of the type IDREF, of every element
_REFERENCES = ("rsc", "with-rsc", "first", "then", "template", "id-ref", "reference")
_REFERRING = frozenset({"obj_ref", "resource_ref", "role", "role_ref"})
"""Elements whose `id` refers to another."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Piece:
    """An object of the configuration that differs: what it is on both sides (None: not there), and in which section.

    A section that comes or goes is one itself, without its content; then `section` is `configuration`.
    """

    section: str
    before: Element | None
    after: Element | None

    @property
    def element(self) -> Element:
        """The element of the newer side that has one."""
        element = self.before if self.after is None else self.after
        if element is None:
            raise ValueError("an object that is on neither side")
        return element


@dataclass(frozen=True, kw_only=True, eq=False)
class Step:
    """Pieces that change together: one, or several that no row of single steps could change."""

    pieces: tuple[Piece, ...]
    rank: int = 0


def ids(element: Element | None) -> frozenset[str]:
    """The ids that an element and its content define."""
    if element is None:
        return frozenset()
    return frozenset(e.get("id") or "" for e in element.iter("*") if e.tag not in _REFERRING and e.get("id"))


def references(element: Element | None) -> frozenset[str]:
    """The ids that an element and its content refer to."""
    return frozenset() if element is None else frozenset(_references(element))


def _references(element: Element) -> Iterator[str]:
    for one in element.iter("*"):
        for name in _REFERENCES:
            value = one.get(name)
            if value:
                yield value
        if one.tag in _REFERRING:
            yield one.get("id") or ""


class _Marks:
    """What a step adds and drops, ids and references."""

    def __init__(self, step: Step) -> None:
        old = [_marks(piece, piece.before) for piece in step.pieces]
        new = [_marks(piece, piece.after) for piece in step.pieces]
        had, has = frozenset[str]().union(*(i for i, _ in old)), frozenset[str]().union(*(i for i, _ in new))
        meant, means = frozenset[str]().union(*(r for _, r in old)), frozenset[str]().union(*(r for _, r in new))
        self.adds, self.drops = has - had, had - has
        self.refers, self.forgets = means - meant, meant - means


def _marks(piece: Piece, element: Element | None) -> tuple[frozenset[str], frozenset[str]]:
    if element is None:
        return frozenset(), frozenset()
    if piece.section == "configuration":
        return frozenset({f"section {element.tag}"}), frozenset()
    return ids(element), references(element) | {f"section {piece.section}"}


def in_order(pieces: Iterable[Piece]) -> list[Step]:
    """The steps, each with one piece where that is possible, in a safe order.

    An id is there before anything refers to it, and as long as anything does; one that comes to another place goes and
    comes in one step. Within that the rank decides: fencing first on, last off; constraints before the resources.
    """
    steps = [Step(pieces=(piece,), rank=_rank(piece)) for piece in pieces]
    steps = _together(steps, _moved(steps))
    while True:
        after = _dependencies(steps)
        sorter = TopologicalSorter(after)
        try:
            sorter.prepare()
        except CycleError as error:
            steps = _together(steps, [set(error.args[1])])
            continue
        return [steps[number] for number in _by_rank(sorter, steps)]


def _by_rank(sorter: TopologicalSorter[int], steps: Sequence[Step]) -> Iterator[int]:
    ready: list[tuple[int, int]] = []
    while sorter.is_active():
        for number in sorter.get_ready():
            heapq.heappush(ready, (steps[number].rank, number))
        _, number = heapq.heappop(ready)
        yield number
        sorter.done(number)


def _moved(steps: Sequence[Step]) -> list[set[int]]:
    """Steps that an id leaves or comes to."""
    marks = [_Marks(step) for step in steps]
    dropped = {name: number for number, mark in enumerate(marks) for name in mark.drops}
    return [{dropped[name], number} for number, mark in enumerate(marks) for name in mark.adds & dropped.keys()]


def _together(steps: Sequence[Step], groups: Iterable[set[int]]) -> list[Step]:
    """The steps with each of the groups made one; groups that overlap are one."""
    leader = list(range(len(steps)))

    def find(number: int) -> int:
        while leader[number] != number:
            number = leader[number]
        return number

    for group in groups:
        first = find(min(group))
        for number in group:
            leader[find(number)] = first
    members: defaultdict[int, list[int]] = defaultdict(list)
    for number in range(len(steps)):
        members[find(number)].append(number)
    return [
        Step(pieces=tuple(p for m in row for p in steps[m].pieces), rank=min(steps[m].rank for m in row))
        for row in members.values()
    ]


def _dependencies(steps: Sequence[Step]) -> Mapping[int, set[int]]:
    """The steps that each step comes after."""
    marks = [_Marks(step) for step in steps]
    adding: defaultdict[str, set[int]] = defaultdict(set)
    forgetting: defaultdict[str, set[int]] = defaultdict(set)
    for number, mark in enumerate(marks):
        for name in mark.adds:
            adding[name].add(number)
        for name in mark.forgets:
            forgetting[name].add(number)
    after: dict[int, set[int]] = {}
    for number, mark in enumerate(marks):
        first = {n for name in mark.refers for n in adding[name]} | {n for name in mark.drops for n in forgetting[name]}
        after[number] = first - {number}
    return after


_OFF = ("false", "no", "off", "n", "0")


def _rank(piece: Piece) -> int:
    """Fencing first on (devices, levels, the property), last off (the other way round), the rest between.

    Constraints before the resources that are changed, those removed after; resources removed last.
    """
    element, removed = piece.element, piece.after is None
    if element.tag == "nvpair" and element.get("name") in ("stonith-enabled", "fencing-enabled"):
        off = not removed and (element.get("value") or "").lower() in _OFF
        return 10 if off else 2
    if element.get("class") == "stonith":
        return 9 if removed else 0
    places = {"fencing-topology": (1, 8), "constraints": (4, 6), "resources": (5, 7)}
    comes, goes = places.get(piece.section, (3, 6))
    return goes if removed else comes
