"""What a picture shows, as plain data: shapes, nested in boxes, and edges between them."""

from __future__ import annotations

import re

from halint.record import record
from halint.report import SEVERITIES

BOXES = ("group", "clone", "bundle")
"""Kinds of shapes that hold others; drawn as a shape of their own where they hold none."""
CONSTRAINTS = ("location", "colocation", "order", "ticket")
"""Kinds of constraints: of edges, and of the small shapes that stand for one with many ends."""
STATES = ("", "added", "removed", "changed")


@record
class Flag:
    """How many findings an object has, and the severity of the gravest ("" where none)."""

    count: int = 0
    severity: str = ""

    def plus(self, other: Flag) -> Flag:
        """Both together."""
        gravest = max(self.severity, other.severity, key=lambda s: SEVERITIES.index(s) if s else -1)
        return Flag(count=self.count + other.count, severity=gravest)

    def text(self) -> str:
        """In words, `2 findings, error`; "" where there are none."""
        if not self.count:
            return ""
        return self.severity if self.count == 1 else f"{self.count} findings, {self.severity}"


@record
class Shape:
    """One object: a node, a resource, a fence device, a fencing level, or a constraint with many ends.

    `anchor` is unique in a picture and the same in every picture of the cluster. `kind` is member, remote, guest,
    unknown (a node that is only named), primitive, group, clone, bundle, missing (a resource that is only named),
    device, level, or one of CONSTRAINTS. `lines` are what is written on it, the id first. `parent` is the anchor of
    the box around it. `state` is one of STATES. `holds` are the anchors of what was put away into it.
    """

    anchor: str
    id: str
    kind: str
    lines: tuple[str, ...]
    parent: str | None = None
    flag: Flag = Flag()
    state: str = ""
    holds: tuple[str, ...] = ()


@record
class Edge:
    """A line between two shapes, by their anchors.

    `id` and `anchor` are those of the constraint that the edge is; "" for all other edges: spokes of one that is a
    shape, what a device covers, the order in a group. `kind` is one of CONSTRAINTS, ban, covers, level, member (the
    order in a group) or host (a remote or guest node and its resource).
    `directed` says that it has an arrow at the target.
    """

    source: str
    target: str
    kind: str
    label: str = ""
    id: str = ""
    anchor: str = ""
    directed: bool = True
    flag: Flag = Flag()
    state: str = ""


@record
class Picture:
    """A whole picture. `shapes` come with boxes before what they hold. `notes` are lines for the legend."""

    title: str
    shapes: tuple[Shape, ...]
    edges: tuple[Edge, ...]
    notes: tuple[str, ...] = ()

    def states(self) -> set[str]:
        """The states of all that is in it."""
        return {shape.state for shape in self.shapes} | {edge.state for edge in self.edges}

    def members(self) -> dict[str | None, list[Shape]]:
        """The shapes by the anchor of the box they are in, None for the outermost."""
        found: dict[str | None, list[Shape]] = {}
        for shape in self.shapes:
            found.setdefault(shape.parent, []).append(shape)
        return found

    def short_names(self) -> dict[str, str]:
        """A plain name for each shape, by its anchor: what languages of pictures take without quotes."""
        return {shape.anchor: f"n{number}" for number, shape in enumerate(self.shapes)}


def anchor(name: str, scope: str = "") -> str:
    """The anchor of an object, usable as an XML id: `object-vip`; `object-node~n1` in the scope `node`.

    What is not a letter, a digit, `.`, `_` or `-` becomes its number between tildes, so no two names meet.
    """
    safe = re.sub(r"[^A-Za-z0-9._-]", lambda found: f"~{ord(found[0]):x}~", name)
    return f"object-{scope}~{safe}" if scope else f"object-{safe}"


def name_of(name: str) -> str:
    """The object's name that an anchor was made of."""
    plain = name.removeprefix(anchor("", "node")).removeprefix("object-")
    return re.sub(r"~([0-9a-f]+)~", lambda found: chr(int(found[1], 16)), plain)
