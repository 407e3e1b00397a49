"""Findings at the objects they are about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from halint.model.cib_tree import Element
from halint.picture.picture import Edge, Flag, Shape
from halint.report import SEVERITIES, Finding

_NODES = ("member", "remote", "guest", "unknown")


def places_of(subjects: Iterable[str], drawn: Iterable[Edge | Shape], root: Element | None) -> dict[str, str]:
    """The anchor of what each subject is: an object that is drawn, a node, else what holds the element of that id."""
    drawn = tuple(drawn)
    nodes = {one.id.lower(): one.anchor for one in drawn if isinstance(one, Shape) and one.kind in _NODES}
    objects = {one.id: one.anchor for one in drawn if one.id and one.anchor not in nodes.values()}
    elements: dict[str, Element] | None = None
    found = {}
    for subject in dict.fromkeys(subject for subject in subjects if subject):
        place = objects.get(subject) or nodes.get(subject.lower())
        if place is None and root is not None:
            if elements is None:
                elements = {name: e for e in reversed(list(root.iter("*"))) if (name := e.get("id"))}
            place = _owner(elements.get(subject), objects)
        if place:
            found[subject] = place
    return found


def _owner(element: Element | None, objects: Mapping[str, str]) -> str | None:
    while element is not None and element.get("id") not in objects:
        element = element.getparent()
    return objects[element.get("id") or ""] if element is not None else None


class Flags:
    """Findings by the id of their object; those of a part (an operation, an nvpair) count for what holds it."""

    def __init__(self, findings: Iterable[Finding], root: Element) -> None:
        self._findings = tuple(findings)
        self._root = root
        self._placed = 0

    def on(self, shapes: Iterable[Shape], edges: Iterable[Edge]) -> tuple[list[Shape], list[Edge]]:
        """The shapes and edges with their findings."""
        shapes, edges = list(shapes), list(edges)
        places = places_of((finding.subject for finding in self._findings), (*edges, *shapes), self._root)
        flags: dict[str, Flag] = {}
        for finding in self._findings:
            place = places.get(finding.subject)
            if place is not None:
                self._placed += 1
                flags[place] = flags.get(place, Flag()).plus(Flag(count=1, severity=finding.severity))
        return (
            [replace(s, flag=flags[s.anchor]) if s.anchor in flags else s for s in shapes],
            [replace(e, flag=flags[e.anchor]) if e.anchor in flags else e for e in edges],
        )

    def notes(self) -> tuple[str, ...]:
        """What the legend says of findings."""
        if not self._findings:
            return ()
        parts = [(s, sum(f.severity == s for f in self._findings)) for s in reversed(SEVERITIES)]
        counts = ", ".join(_counted(number, severity) for severity, number in parts if number)
        elsewhere = len(self._findings) - self._placed
        rest = (f"{elsewhere} not about an object shown",) if elsewhere else ()
        return (f"findings: {counts}", *rest)


def _counted(number: int, severity: str) -> str:
    return f"{number} {severity}" if number == 1 or severity == "info" else f"{number} {severity}s"
