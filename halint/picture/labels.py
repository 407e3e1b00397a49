"""What is written on shapes and edges: short, visible, with the whole as a tooltip."""

from __future__ import annotations

from textwrap import wrap

from halint.diff.wording import visible
from halint.picture.picture import CONSTRAINTS, Edge, Shape

_SIGNS = {"added": "+ ", "removed": "\N{MINUS SIGN} ", "changed": "~ "}
_FLAGS = {"error": "\N{BALLOT X}", "warning": "\N{BLACK UP-POINTING TRIANGLE}", "info": "\N{BLACK CIRCLE}"}
WIDTH = 32
"""Characters of a line; more are cut."""
ROWS = 5
"""Lines that a rule may take."""

KEY = (
    ("order", "\N{RIGHTWARDS ARROW} order: first to then"),
    ("colocation", "\N{BOX DRAWINGS LIGHT TRIPLE DASH HORIZONTAL} colocation: resource to what it is placed with"),
    ("location", "\N{HORIZONTAL ELLIPSIS} location: preference for a node, or rule"),
    ("ban", "\N{RIGHT TACK} never: apart, or not on this node"),
    ("ticket", "\N{WHITE DIAMOND} ticket"),
    ("covers", "\N{BLACK CIRCLE} the device fences the node"),
    ("host", "\N{WHITE CIRCLE} the resource is the node's connection, or holds it"),
    ("level", "\N{BLACK CIRCLE} fencing level: node, then devices"),
)
"""Kinds of edges, with what the legend says of each."""


def cut(text: str, width: int = WIDTH) -> str:
    """Text on one line, its middle left out where it is too long: ids differ at their ends."""
    text = visible(text)
    if len(text) <= width:
        return text
    head = width * 3 // 5
    return f"{text[:head]}\N{HORIZONTAL ELLIPSIS}{text[len(text) - (width - head - 1) :]}"


def lines(shape: Shape) -> list[str]:
    """The lines of a shape, the first with its state, the last about its findings."""
    if shape.kind in CONSTRAINTS:  # what it asks is all there is to read
        shown = [line for text in shape.lines for line in wrap(cut(text, WIDTH * ROWS), WIDTH)]
    else:
        shown = [cut(line) for line in shape.lines]
    first = _SIGNS.get(shape.state, "") + (shown[0] if shown else "")
    return [first, *shown[1:], *flag_lines(shape)]


def flag_lines(one: Shape | Edge) -> list[str]:
    """The findings of an object in a line; none where it has none."""
    return [f"{_FLAGS[one.flag.severity]} {one.flag.text()}"] if one.flag.count else []


def edge_label(edge: Edge) -> str:
    """What is written at an edge, with its state and findings."""
    text = cut(edge.label, 40) if edge.label else ""
    return " ".join([_SIGNS.get(edge.state, "") + text, *flag_lines(edge)]).strip()


def tooltip(one: Shape | Edge) -> str:
    """Everything about an object, uncut."""
    said = one.lines if isinstance(one, Shape) else (one.label,)
    parts = [one.id, one.kind, *said, one.state, one.flag.text()]
    return "; ".join(dict.fromkeys(visible(part) for part in parts if part))


def legend(kinds: set[str], states: set[str], notes: tuple[str, ...]) -> list[tuple[str, str]]:
    """Lines of the legend, each with the kind of edge it is about, or ""."""
    found = [(kind, text) for kind, text in KEY if kind in kinds]
    found += [("", f"{_SIGNS[state].strip()} {state}") for state in _SIGNS if state in states]
    return [*found, *(("", visible(note)) for note in notes)]
