"""A picture as text for Graphviz's dot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from math import isqrt

from halint.picture import palette
from halint.picture.labels import cut, edge_label, legend, lines, tooltip
from halint.picture.picture import BOXES, CONSTRAINTS, Edge, Picture, Shape

_OUTLINES = {
    "member": "box3d", "remote": "box3d", "guest": "box3d", "unknown": "box3d",
    "device": "tab", "level": "box", "ticket": "diamond",
    "location": "note", "colocation": "ellipse", "order": "ellipse",
}  # fmt: skip
_STYLES = {
    "order": {"style": "solid", "penwidth": "1.6"},
    "colocation": {"style": "dashed"},
    "location": {"style": "dotted", "penwidth": "1.8"},
    "ban": {"style": "dotted", "penwidth": "1.8", "arrowhead": "tee"},
    "ticket": {"style": "solid", "arrowhead": "odiamond"},
    "covers": {"style": "solid", "arrowhead": "none", "arrowtail": "dot", "dir": "back"},
    "level": {"style": "dashed", "arrowhead": "dot"},
    "host": {"style": "solid", "arrowhead": "odot"},
    "member": {"style": "solid", "arrowhead": "vee", "arrowsize": "0.6", "constraint": "false"},
}
_NODES = ("member", "remote", "guest", "unknown")
_LARGE = 150
"""From so many shapes on, straight lines and less search: dot's time grows faster than the picture."""


def render_dot(picture: Picture) -> str:
    """Text that dot draws; no value in it can be anything but text."""
    return "\n".join(_Dot(picture).text()) + "\n"


def quoted(text: str, line_end: str = "\\n") -> str:
    """A string of dot: nothing in it ends it, is an escape of dot or an entity. `line_end` is one of dot's escapes."""
    safe = text.replace("&", "&amp;").replace("\\", "\\\\").replace('"', '\\"')
    return '"' + safe.replace("\r", " ").replace("\n", line_end) + '"'


def _attributes(values: Mapping[str, str], line_end: str = "\\n") -> str:
    return "[" + ", ".join(f"{name}={quoted(value, line_end)}" for name, value in values.items()) + "]"


class _Dot:
    def __init__(self, picture: Picture) -> None:
        self._picture = picture
        self._children, self._names = picture.members(), picture.short_names()
        self._shapes = {shape.anchor: shape for shape in picture.shapes}

    def text(self) -> Iterator[str]:
        picture = self._picture
        head = {"label": cut(picture.title, 90), "labelloc": "t", "fontsize": "18", "rankdir": "LR", "compound": "true",
                "bgcolor": "transparent", "fontname": "Helvetica", "nodesep": "0.22", "ranksep": "0.9",
                "tooltip": picture.title, "fontcolor": palette.TEXT.light}  # fmt: skip
        if len(picture.shapes) >= _LARGE:
            head |= {"splines": "polyline", "nslimit": "4", "nslimit1": "4", "mclimit": "0.3"}
        yield "digraph cluster {"
        yield f"graph {_attributes(head)}"
        yield 'node [fontname="Helvetica", fontsize="11", style="filled", shape="box", margin="0.12,0.06"]'
        yield 'edge [fontname="Helvetica", fontsize="9"]'
        for shape in self._children.get(None, []):
            yield from self._shape(shape)
        nodes = [s for s in self._children.get(None, []) if s.kind in _NODES]
        yield "{ rank=same; " + " ".join(f"{self._names[s.anchor]};" for s in nodes) + " }"
        yield from self._loose()
        for edge in picture.edges:
            yield self._edge(edge)
        yield from self._legend()
        yield "}"

    def _is_box(self, shape: Shape) -> bool:
        return shape.kind in BOXES and bool(self._children.get(shape.anchor))

    def _shape(self, shape: Shape) -> Iterator[str]:
        look = _look(shape)
        if not self._is_box(shape):
            look["shape"] = _OUTLINES.get(shape.kind, "box")
            yield f"{self._names[shape.anchor]} {_attributes(look)}"
            return
        look |= {"labeljust": "l", "fontsize": "11"}
        yield f"subgraph cluster_{self._names[shape.anchor]} {{"
        look["label"] += "\n"
        yield "graph " + _attributes(look, line_end="\\l")
        for member in self._children[shape.anchor]:
            yield from self._shape(member)
        yield "}"

    def _loose(self) -> Iterator[str]:
        """Resources that nothing ties to anything go into rows, not into one long column."""
        tied = {end for edge in self._picture.edges for end in (edge.source, edge.target)}
        loose = [s.anchor for s in self._children.get(None, []) if s.anchor not in tied and not self._is_box(s)]
        width = max(isqrt(len(loose) // 2), 1)
        for number, (one, other) in enumerate(pairwise(loose), 1):
            if number % width:
                yield f'{self._names[one]} -> {self._names[other]} [style="invis"]'

    def _inner(self, anchor: str) -> str:
        """The node to draw an edge to: the shape, or the first in the box."""
        shape = self._shapes[anchor]
        while self._is_box(shape):
            shape = self._children[shape.anchor][0]
        return self._names[shape.anchor]

    def _holds(self, box: str, anchor: str) -> bool:
        here: str | None = anchor
        while here is not None and here != box:
            here = self._shapes[here].parent
        return here == box

    def _edge(self, edge: Edge) -> str:
        look = dict(_STYLES[edge.kind])
        color = palette.STATES[edge.state].light if edge.state else palette.EDGES[edge.kind].light
        look |= {"color": color, "fontcolor": color, "class": _class("edge", edge)}
        if self._shapes[edge.source].kind == "device" and self._shapes[edge.target].kind in _NODES:
            look["constraint"] = "false"  # devices stand behind the nodes
        label = edge_label(edge)
        if label:
            look["label"] = label
        look["tooltip"] = look["labeltooltip"] = tooltip(edge)
        if edge.anchor:
            look["id"] = edge.anchor
        if not edge.directed:
            look["arrowhead"] = "none"
        if edge.state or _grave(edge):
            look["penwidth"] = "2.6"
        ends = [edge.source, edge.target]
        if self._is_reversed(edge):
            ends.reverse()
            look |= {"dir": "back", "arrowtail": look.pop("arrowhead", "normal")}
        for name, at, other in (("ltail", ends[0], ends[1]), ("lhead", ends[1], ends[0])):
            if self._is_box(self._shapes[at]) and not self._holds(at, other):
                look[name] = f"cluster_{self._names[at]}"
        return f"{self._inner(ends[0])} -> {self._inner(ends[1])} {_attributes(look)}"

    def _is_reversed(self, edge: Edge) -> bool:
        """Whether dot gets an edge the other way round, with its arrow at the tail.

        A colocation goes with the order that mostly belongs to it; between neighbours in a column edges go up, and
        what starts first in a group belongs on top.
        """
        between = self._shapes[edge.target].kind not in (*_NODES, *CONSTRAINTS)
        return edge.kind == "member" or (edge.kind in ("colocation", "ban") and bool(edge.anchor) and between)

    def _legend(self) -> Iterator[str]:
        edges = self._picture.edges
        states = self._picture.states()
        rows = legend({edge.kind for edge in edges}, states, self._picture.notes)
        if rows:
            cells = "".join(_row(kind, text) for kind, text in rows)
            yield (
                f'legend [id="legend", class="shape legend", tooltip="Legend", shape="box", style="filled,rounded", '
                f'fillcolor="{palette.FILLS["note"].light}", color="{palette.LINE.light}", '
                f'label=<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="1">{cells}</TABLE>>]'
            )


def _row(kind: str, text: str) -> str:
    """A row of the legend in dot's HTML."""
    color = palette.EDGES[kind].light if kind else palette.TEXT.light
    safe = "".join(c if c.isalnum() or c in " ,:()" else f"&#{ord(c)};" for c in text)
    return f'<TR><TD ALIGN="LEFT"><FONT COLOR="{color}" POINT-SIZE="10">{safe}</FONT></TD></TR>'


def _look(shape: Shape) -> dict[str, str]:
    color = palette.LINE.light
    if _grave(shape):
        color = palette.SEVERITIES[shape.flag.severity].light
    if shape.state:
        color = palette.STATES[shape.state].light
    fill = palette.FILLS.get(shape.kind, palette.FILLS["note"] if shape.kind in _OUTLINES else palette.PLAIN)
    styles = ["filled"]
    if shape.kind in BOXES or shape.kind == "primitive":
        styles.append("rounded")
    if shape.state == "removed" or shape.kind in ("missing", "unknown"):
        styles.append("dashed")
    return {
        "label": "\n".join(lines(shape)),
        "id": shape.anchor,
        "class": _class("shape", shape),
        "tooltip": tooltip(shape),
        "style": ",".join(styles),
        "fillcolor": fill.light,
        "color": color,
        "fontcolor": palette.TEXT.light,
        "penwidth": "2.6" if shape.state or _grave(shape) else "1",
    }


def _grave(one: Shape | Edge) -> bool:
    return one.flag.severity in ("error", "warning")


def _class(word: str, one: Shape | Edge) -> str:
    note = "note" if word == "shape" and one.kind in _OUTLINES and one.kind not in palette.FILLS else ""
    parts = [
        word,
        one.kind,
        note,
        f"sev-{one.flag.severity}" if _grave(one) else "",
        f"state-{one.state}" if one.state else "",
    ]
    return " ".join(part for part in parts if part)
