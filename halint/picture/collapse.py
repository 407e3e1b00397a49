"""Large clusters: groups, clones and bundles put together, so that the picture can still be read."""

from __future__ import annotations

from dataclasses import replace

from halint.listing import listed
from halint.picture.picture import BOXES, Picture, Shape

LIMIT = 150
"""From more shapes on, what is inside boxes is put away."""


def collapsed(picture: Picture, limit: int = LIMIT) -> Picture:
    """The picture, its outermost boxes as shapes that name what they hold, where it has more than `limit` shapes.

    Boxes in which something was added, removed or changed stay open.
    """
    if len(picture.shapes) <= limit:
        return picture
    outer = _outermost(picture)
    open_ = {outer[s.anchor] for s in picture.shapes if s.state}
    into = {name: box for name, box in outer.items() if name != box and box not in open_}
    if not into:
        return picture
    inside: dict[str, list[Shape]] = {}
    for shape in picture.shapes:
        if shape.anchor in into:
            inside.setdefault(into[shape.anchor], []).append(shape)
    shapes = [_closed(s, inside.get(s.anchor, [])) for s in picture.shapes if s.anchor not in into]
    ends = [(into.get(e.source, e.source), into.get(e.target, e.target)) for e in picture.edges]
    edges = [replace(e, source=one, target=other) for e, (one, other) in zip(picture.edges, ends, strict=True)]
    note = f"{len(into)} resources inside {len(inside)} groups, clones and bundles are put together"
    return replace(
        picture,
        shapes=tuple(shapes),
        edges=tuple(e for e in edges if e.anchor or e.source != e.target),
        notes=(*picture.notes, note),
    )


def _outermost(picture: Picture) -> dict[str, str]:
    outer: dict[str, str] = {}
    for shape in picture.shapes:
        outer[shape.anchor] = shape.anchor if shape.parent is None else outer[shape.parent]
    return outer


def _closed(shape: Shape, inside: list[Shape]) -> Shape:
    """A box as a shape: its own lines, and the ids of the primitives in it."""
    if shape.kind not in BOXES or not inside:
        return shape
    flag = shape.flag
    for one in inside:
        flag = flag.plus(one.flag)
    ids = [one.id for one in inside if one.kind not in BOXES]
    names = listed(ids, last=", ", most=3)
    return replace(shape, lines=(*shape.lines, names), flag=flag, holds=tuple(one.anchor for one in inside))
