"""A picture as text for mermaid, a flowchart."""

from __future__ import annotations

import re
from collections.abc import Iterator

from halint.picture import palette
from halint.picture.labels import cut, edge_label, legend, lines
from halint.picture.picture import BOXES, Edge, Picture, Shape

_OUTLINES = {
    "member": ("[[", "]]"), "remote": ("[[", "]]"), "guest": ("[[", "]]"), "unknown": ("[[", "]]"),
    "device": ("{{", "}}"), "level": (">", "]"), "location": ("([", "])"), "colocation": ("([", "])"),
    "order": ("([", "])"), "ticket": ("{", "}"),
}  # fmt: skip
_ARROWS = {
    "order": ("==>", "==="), "colocation": ("-.->", "-.-"), "location": ("-->", "---"), "ban": ("--x", "---"),
    "ticket": ("-->", "---"), "covers": ("--o", "---"), "level": ("-.->", "-.-"), "member": ("-->", "---"),
    "host": ("--o", "---"),
}  # fmt: skip
# What starts a list in Markdown, which mermaid refuses in a label
_LIST = re.compile(r"\s*(?:\d+[.)]|[-+*])")
_PLAIN = frozenset(" .,:/()+-_=")


def render_mermaid(picture: Picture) -> str:
    """A flowchart that mermaid draws; no value in it can be anything but text."""
    return "\n".join(_Mermaid(picture).text()) + "\n"


def escaped(text: str) -> str:
    """A label between quotes: what may mean something to mermaid, Markdown or HTML becomes its number."""
    start = _LIST.match(text)
    sign = start.end() - 1 if start else -1
    return "".join(
        c if (c.isalnum() or c in _PLAIN) and place != sign else f"#{ord(c)};" for place, c in enumerate(text)
    )


class _Mermaid:
    def __init__(self, picture: Picture) -> None:
        self._picture = picture
        self._children, self._names = picture.members(), picture.short_names()
        self._parents = {shape.anchor: shape.parent for shape in picture.shapes}

    def text(self) -> Iterator[str]:
        yield "---"
        yield f'title: "{escaped(cut(self._picture.title, 90))}"'
        yield "---"
        yield "flowchart LR"
        for shape in self._children.get(None, []):
            yield from self._shape(shape, "  ")
        yield from self._legend()
        for number, edge in enumerate(self._picture.edges):
            yield from self._edge(edge, number)
        yield from self._classes()

    def _shape(self, shape: Shape, indent: str) -> Iterator[str]:
        label = "<br/>".join(map(escaped, lines(shape)))
        name = self._names[shape.anchor]
        members = self._children.get(shape.anchor, [])
        if shape.kind in BOXES and members:
            yield f'{indent}subgraph {name}["{label}"]'
            for member in members:
                yield from self._shape(member, indent + "  ")
            yield f"{indent}end"
            return
        left, right = _OUTLINES.get(shape.kind, ("[", "]"))
        yield f'{indent}{name}{left}"{label}"{right}'

    def _edge(self, edge: Edge, number: int) -> Iterator[str]:
        label = escaped(edge_label(edge))
        arrow = _ARROWS[edge.kind][0 if edge.directed else 1]
        text = f'|"{label}"|' if label else ""
        source, target = self._end(edge.source, edge.target), self._end(edge.target, edge.source)
        yield f"  {source} {arrow}{text} {target}"
        tone = palette.STATES[edge.state] if edge.state else palette.EDGES[edge.kind]
        yield f"  linkStyle {number} stroke:{tone.light}"

    def _end(self, anchor: str, other: str) -> str:
        """The shape, or what is inside where the other end is too: mermaid has no edge into a box from within."""
        here: str | None = other
        while here is not None and here != anchor:
            here = self._parents[here]
        if here == anchor and self._children.get(anchor):
            return self._end(self._children[anchor][0].anchor, other)
        return self._names[anchor]

    def _legend(self) -> Iterator[str]:
        kinds = {edge.kind for edge in self._picture.edges}
        states = self._picture.states()
        rows = [escaped(text) for _, text in legend(kinds, states, self._picture.notes)]
        if rows:
            yield f'  legend["{"<br/>".join(rows)}"]:::legend'

    def _classes(self) -> Iterator[str]:
        shapes = self._picture.shapes
        looks = {kind: f"fill:{tone.light},stroke:{palette.LINE.light}" for kind, tone in palette.FILLS.items()}
        kinds = sorted({s.kind for s in shapes if s.kind in looks and s.kind not in BOXES})
        yield from (f"  classDef {kind} {looks[kind]},color:{palette.TEXT.light}" for kind in kinds)
        yield f"  classDef legend fill:none,stroke:{palette.LINE.light},text-align:left"
        for prefix, tones in (("sev", palette.SEVERITIES), ("state", palette.STATES)):
            for name, tone in tones.items():
                dash = ",stroke-dasharray:5 3" if name == "removed" else ""
                yield f"  classDef {prefix}-{name} stroke:{tone.light},stroke-width:3px{dash}"
        for shape in shapes:
            names = [shape.kind] if shape.kind in kinds else []
            names += [f"sev-{shape.flag.severity}"] if shape.flag.severity else []
            names += [f"state-{shape.state}"] if shape.state else []
            yield from (f"  class {self._names[shape.anchor]} {name}" for name in names)
