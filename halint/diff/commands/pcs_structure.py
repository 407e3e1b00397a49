"""Groups and clones by pcs: what goes, comes, moves in and out, in an order that pcs takes.

Measured with pcs 0.11.5: clone and unclone make the constraints of what is cloned follow; group add moves a resource
out of another group; deleting a resource takes its constraints with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from halint.diff.commands.blocks import InexpressibleError, only
from halint.diff.commands.edits import Trees
from halint.diff.commands.following import Following
from halint.diff.commands.order import Piece, Step
from halint.diff.commands.pcs_resources import PcsResource, members
from halint.diff.commands.pcs_words import pcs
from halint.diff.commands.writing import Secrets
from halint.model.cib_tree import Element


@dataclass(frozen=True, kw_only=True, eq=False)
class _Shape:
    """The resources of some pieces on one side, by id."""

    primitives: dict[str, Element] = field(default_factory=dict)
    groups: dict[str, Element] = field(default_factory=dict)
    clones: dict[str, Element] = field(default_factory=dict)


class PcsStructure:
    """Commands for steps on resources. `followed` are constraint pieces that pcs changes on its own."""

    def __init__(self, trees: Trees, secrets: Secrets, found: Iterable[Piece]) -> None:
        self._trees = trees
        self._resource = PcsResource(trees, secrets)
        self._following = Following(trees, found)
        self.followed: set[Piece] = set()

    def commands(self, step: Step) -> list[str]:
        """All commands for the step; raises InexpressibleError."""
        if any(piece.section != "resources" for piece in step.pieces):
            raise InexpressibleError("resources and what refers to them, changed at once")
        before = _shape(piece.before for piece in step.pieces)
        after = _shape(piece.after for piece in step.pieces)
        followed: set[Piece] = set()
        lines = [
            *self._gone(step, before, after),
            *self._unwrapped(before, after, followed),
            *self._created(before, after),
            *self._grouped(before, after),
            *self._cloned(before, after, followed),
            *self._changed(before, after),
        ]
        if not lines:
            raise InexpressibleError("another way to write the same")
        self.followed |= followed
        return lines

    def _gone(self, step: Step, before: _Shape, after: _Shape) -> Iterator[str]:
        kept = after.primitives.keys()
        whole: set[str] = set()
        for piece in step.pieces:
            inside = _primitives(piece.before)
            if piece.before is not None and not inside & kept:
                whole |= inside
                yield self._resource.delete(piece.before)
        for name, element in before.primitives.items():
            if name not in kept and name not in whole:
                yield self._resource.delete(element)

    def _unwrapped(self, before: _Shape, after: _Shape, followed: set[Piece]) -> Iterator[str]:
        for name, element in before.clones.items():
            child = members(element)[0]
            if name in after.clones:
                if members(after.clones[name]) != [child]:
                    raise InexpressibleError("another resource in a clone that is there")
            elif _primitives(element) & after.primitives.keys():
                followed |= self._following.of(name, child)
                yield pcs("resource", "unclone", child)
        for name, element in before.groups.items():
            staying = [m for m in members(element) if m in after.primitives]
            if name not in after.groups:
                if staying:
                    yield pcs("resource", "ungroup", name)
                continue
            outside = [m for m in staying if not any(m in members(g) for g in after.groups.values())]
            yield from (pcs("resource", "group", "remove", name, m) for m in outside)

    def _created(self, before: _Shape, after: _Shape) -> Iterator[str]:
        for name, element in after.primitives.items():
            if name not in before.primitives:
                yield from self._resource.create(element)

    def _grouped(self, before: _Shape, after: _Shape) -> Iterator[str]:
        there = {name: _still_there(element, after) for name, element in before.groups.items()}
        for name, element in after.groups.items():
            wanted = members(element)
            if name not in there:
                yield pcs("resource", "group", "add", name, *wanted)
                meta = self._resource.meta_words(element)
                if meta:
                    yield pcs("resource", "meta", name, *meta, "--force")
                continue
            row = [m for m in there[name] if any(m in members(g) for g in after.groups.values())]
            if not row:
                raise InexpressibleError("a group all of whose members are replaced")
            for place, member in enumerate(wanted):
                if row[place : place + 1] == [member]:
                    continue
                where = ("--after", wanted[place - 1]) if place else ("--before", row[0])
                yield pcs("resource", "group", "add", name, member, *where)
                if member in row:
                    row.remove(member)
                row.insert(place, member)

    def _cloned(self, before: _Shape, after: _Shape, followed: set[Piece]) -> Iterator[str]:
        for name, element in after.clones.items():
            if name in before.clones:
                continue
            child = members(element)[0]
            followed |= self._following.of(child, name)
            meta = self._resource.meta_words(element)
            yield pcs("resource", "clone", child, name, *(("meta",) if meta else ()), *meta, "--force")

    def _changed(self, before: _Shape, after: _Shape) -> Iterator[str]:
        for name, element in after.primitives.items():
            if name in before.primitives:
                yield from self._resource.change(before.primitives[name], element)
        for old, new in ((before.groups, after.groups), (before.clones, after.clones)):
            for name in old.keys() & new.keys():
                yield from self._resource.meta(old[name], new[name])


def _shape(elements: Iterable[Element | None]) -> _Shape:
    shape = _Shape()
    for element in elements:
        if element is not None:
            _take(shape, element)
    return shape


def _take(shape: _Shape, element: Element) -> None:
    name = element.get("id") or ""
    match element.tag:
        case "primitive":
            shape.primitives[name] = element
        case "group":
            only(element, ("id",), ("primitive", "meta_attributes"))
            shape.groups[name] = element
        case "clone":
            only(element, ("id",), ("primitive", "group", "meta_attributes"))
            shape.clones[name] = element
        case _:
            raise InexpressibleError(f"a {element.tag}")
    for child in element.iterchildren("primitive", "group"):
        _take(shape, child)


def _still_there(group: Element, after: _Shape) -> list[str]:
    return [member for member in members(group) if member in after.primitives]


def _primitives(element: Element | None) -> set[str]:
    return set() if element is None else {e.get("id") or "" for e in element.iter("primitive")}
