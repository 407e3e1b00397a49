"""The picture of a comparison: both CIBs in one, with what was added, removed and changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from halint.diff.change import Change, Comparison
from halint.diff.constraint_things import CONSTRAINTS as CONSTRAINT_TAGS
from halint.picture.build import picture
from halint.picture.picture import CONSTRAINTS, Edge, Picture, Shape, anchor
from halint.report import Finding
from halint.source import Mark

_DRAWN = ("primitive", "group", "clone", "bundle", "node", "fencing-level", *CONSTRAINT_TAGS)
"""Types of changes whose objects are in a picture."""


def compared(comparison: Comparison, findings: Iterable[Finding] = (), *, title: str = "") -> Picture:
    """AFTER's picture with what is only in BEFORE added to it; `findings` are those of AFTER."""
    before = picture(comparison.before.cib)
    after = picture(comparison.after.cib, findings, title=title)
    return _Both(comparison, before, after).picture()


class _Both:
    def __init__(self, comparison: Comparison, before: Picture, after: Picture) -> None:
        self._before, self._after = before, after
        self._new_name = {anchor(old): anchor(new) for old, new in comparison.renamed.items()}
        self._states: dict[str, str] = {}
        self._gone: set[str] = set()
        drawn = [change for change in comparison.changes if change.type in _DRAWN]
        for change in drawn:
            self._note(change)
        self._others = len(comparison.changes) - len(drawn)

    def _note(self, change: Change) -> None:
        kind = change.kind if change.kind in ("added", "removed") and change.whole else "changed"
        if kind == "removed":
            self._gone.add(place_of(change.before_at, change))
        else:
            self._states[place_of(change.after_at, change)] = kind

    def picture(self) -> Picture:
        old = {self._new_name.get(s.anchor, s.anchor) for s in self._before.shapes}
        shapes = [replace(s, state=self._state(s, old)) for s in self._after.shapes]
        here = {s.anchor for s in shapes}
        gone = [s for s in self._before.shapes if self._is_gone(s, here)]
        left = {s.anchor for s in gone}
        shapes += [replace(s, state="removed", parent=self._parent(s, here | left)) for s in gone]
        edges = [replace(e, state=self._edge_state(e)) for e in self._after.edges]
        edges += self._gone_edges(edges, left)
        known = here | left
        edges = [e for e in edges if e.source in known and e.target in known]
        return replace(self._after, shapes=tuple(_boxes_first(shapes)), edges=tuple(edges), notes=self._notes())

    def _notes(self) -> tuple[str, ...]:
        changes = "change is" if self._others == 1 else "changes are"
        rest = (f"{self._others} further {changes} not about an object shown",) if self._others else ()
        return (*self._after.notes, *rest)

    def _state(self, shape: Shape, old: set[str]) -> str:
        if shape.kind in CONSTRAINTS or shape.kind == "level":
            return self._states.get(shape.anchor, "")
        if shape.kind in ("missing", "unknown"):
            return ""
        return self._states.get(shape.anchor, "") if shape.anchor in old else "added"

    def _is_gone(self, shape: Shape, here: set[str]) -> bool:
        if shape.kind in CONSTRAINTS or shape.kind == "level":
            return shape.anchor in self._gone
        return self._new(shape.anchor) not in here

    def _new(self, name: str) -> str:
        return self._new_name.get(name, name)

    def _parent(self, shape: Shape, known: set[str]) -> str | None:
        parent = None if shape.parent is None else self._new(shape.parent)
        return parent if parent in known else None

    def _edge_state(self, edge: Edge) -> str:
        return self._states.get(edge.anchor or edge.source, "") if edge.anchor else ""

    def _gone_edges(self, edges: list[Edge], left: set[str]) -> Iterator[Edge]:
        taken = {edge.anchor for edge in edges if edge.anchor}
        for edge in self._before.edges:
            spoke = edge.source in left or edge.target in left
            gone = edge.anchor in self._gone if edge.anchor else spoke
            if gone and edge.anchor not in taken:
                yield replace(edge, state="removed", source=self._new(edge.source), target=self._new(edge.target))


def place_of(mark: Mark | None, change: Change) -> str:
    """The anchor of the object that a change is about, in the CIB that its mark is in."""
    if change.type == "node":
        return anchor((change.new_id or change.id).lower(), "node")
    element = None if mark is None else mark.element
    while element is not None and element.tag not in (change.type, "master"):
        element = element.getparent()
    return anchor((element.get("id") if element is not None else None) or change.new_id or change.id)


def _boxes_first(shapes: Iterable[Shape]) -> list[Shape]:
    """Shapes in order, none before the box it is in."""
    waiting = list(shapes)
    done: dict[str, Shape] = {}
    while waiting:
        later = []
        for shape in waiting:
            if shape.parent is None or shape.parent in done:
                done[shape.anchor] = shape
            else:
                later.append(shape)
        waiting = later
    return list(done.values())
