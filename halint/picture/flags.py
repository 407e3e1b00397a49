"""Findings at the objects they are about."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from halint.model.cib_tree import Element
from halint.picture.picture import Edge, Flag, Shape
from halint.report import SEVERITIES, Finding


class Flags:
    """Findings by the id of their object; those of a part (an operation, an nvpair) count for what holds it."""

    def __init__(self, findings: Iterable[Finding], root: Element) -> None:
        self._findings = tuple(findings)
        self._root = root
        self._placed = 0

    def on(self, shapes: Iterable[Shape], edges: Iterable[Edge]) -> tuple[list[Shape], list[Edge]]:
        """The shapes and edges with their findings."""
        shapes, edges = list(shapes), list(edges)
        nodes = {s.id.lower(): s.anchor for s in shapes if s.kind in ("member", "remote", "guest", "unknown")}
        drawn: tuple[Shape | Edge, ...] = (*edges, *shapes)
        objects = {one.id: one.anchor for one in drawn if one.id and one.anchor not in nodes.values()}
        owners = self._owners(objects) if self._findings else {}
        flags: dict[str, Flag] = {}
        for finding in self._findings:
            name = finding.subject
            place = objects.get(name) or nodes.get(name.lower()) or owners.get(name)
            if place is not None:
                self._placed += 1
                flags[place] = flags.get(place, Flag()).plus(Flag(count=1, severity=finding.severity))
        return (
            [replace(s, flag=flags[s.anchor]) if s.anchor in flags else s for s in shapes],
            [replace(e, flag=flags[e.anchor]) if e.anchor in flags else e for e in edges],
        )

    def _owners(self, objects: dict[str, str]) -> dict[str, str]:
        owners: dict[str, str] = {}
        for element in self._root.iter("*"):
            name = element.get("id")
            outer: Element | None = element
            while name and outer is not None and outer.get("id") not in objects:
                outer = outer.getparent()
            if name and outer is not None:
                owners.setdefault(name, objects[outer.get("id") or ""])
        return owners

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
