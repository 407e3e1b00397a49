"""The edits that turn one tree of elements into another exactly: elements modified, created, deleted, moved.

How they are applied was measured with cibadmin 2.1.5 (patch format 2): deletions and modifications at once, in their
order; then creations and moves, by position. A position counts from 0 among the children that are there at that time;
an element that moves towards the end is put after the one at its position, any other before it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from halint.diff.commands.writing import attributes
from halint.diff.side import Side
from halint.model.cib_tree import Element

Key = tuple[str, str | None]


class Edit(NamedTuple):
    """One edit. `path` leads to the element, of a creation to its parent; `position` counts for create and move."""

    operation: str
    path: str
    before: Element | None
    after: Element | None
    position: int = -1


class Trees:
    """Both sides, compared element by element as written, with true values."""

    def __init__(self, before: Side, after: Side) -> None:
        self.before = before
        self.after = after

    def same_attributes(self, before: Element, after: Element) -> bool:
        """Whether two elements have the same attributes."""
        return attributes(self.before, before) == attributes(self.after, after)

    def same(self, before: Element, after: Element) -> bool:
        """Whether two elements are the same with all that is in them, order included."""
        return (
            before.tag == after.tag
            and len(before) == len(after)
            and self.same_attributes(before, after)
            and all(self.same(old, new) for old, new in zip(before, after, strict=True))
        )

    def edits(self, before: Element, after: Element, path: str) -> Iterator[Edit]:
        """What turns the content and attributes of an element, which is at that path, into those of another."""
        if not self.same_attributes(before, after):
            yield Edit("modify", path, before, after)
        yield from self.edits_inside(before, after, path)

    def edits_inside(self, before: Element, after: Element, path: str) -> Iterator[Edit]:
        """What turns the children of one element into those of another."""
        old = {key(child): child for child in before}
        new = {key(child): child for child in after}
        if len(old) < len(before) or len(new) < len(after):
            # two children that no path tells apart
            if len(before) != len(after) or not all(map(self.same, before, after)):
                yield from self._all_anew(before, after, path)
            return
        rebuilt = {k for k in old.keys() & new.keys() if self._must_rebuild(old[k], new[k])}
        for k, child in old.items():
            if k not in new or k in rebuilt:
                yield Edit("delete", step(path, child), child, None)
            else:
                yield from self.edits(child, new[k], step(path, child))
        kept = [k for k in old if k in new and k not in rebuilt]
        for operation, k, position in arrange(kept, list(new)):
            where = path if operation == "create" else step(path, old[k])
            yield Edit(operation, where, old.get(k), new[k], position)

    def _must_rebuild(self, before: Element, after: Element) -> bool:
        """Whether an element can only be replaced, because its children cannot be told apart by paths."""
        return (ambiguous(before) or ambiguous(after)) and not self.same(before, after)

    def _all_anew(self, before: Element, after: Element, path: str) -> Iterator[Edit]:
        for tag in {child.tag: None for child in before}:
            yield from (Edit("delete", f"{path}/{tag}", child, None) for child in before.iterchildren(tag))
        for position, child in enumerate(after):
            yield Edit("create", path, None, child, position)


def key(element: Element) -> Key:
    """What tells an element from the others around it."""
    return element.tag, element.get("id")


def step(path: str, element: Element) -> str:
    """The path of a child of what is at `path`."""
    name = element.get("id")
    if name is None:
        return f"{path}/{element.tag}"
    quote = '"' if "'" in name else "'"
    return f"{path}/{element.tag}[@id={quote}{name}{quote}]"


def ambiguous(element: Element) -> bool:
    """Whether a path cannot tell its children apart: two with the same name and id, or an id that cannot be quoted."""
    keys = [key(child) for child in element]
    unquotable = any(name is not None and "'" in name and '"' in name for _, name in keys)
    return unquotable or len(set(keys)) < len(keys) or _unnamed_beside_named(keys)


def _unnamed_beside_named(keys: Sequence[Key]) -> bool:
    unnamed = {tag for tag, name in keys if name is None}
    return any(name is not None and tag in unnamed for tag, name in keys)


def path_of(element: Element) -> str:
    """The path of an element from the cib element."""
    path = "/cib"
    for ancestor in [*reversed([a for a in element.iterancestors() if a.tag != "cib"]), element]:
        path = step(path, ancestor)
    return path


def arrange(kept: Sequence[Key], wanted: Sequence[Key]) -> list[tuple[str, Key, int]]:
    """The creations and moves, by position, that turn the one row into the other; `kept` are all in `wanted`."""
    places = {k: place for place, k in enumerate(wanted)}
    there = set(kept)
    stay = {wanted[place] for place in _longest_rising([places[k] for k in kept])}
    few = [("move" if k in there else "create", k, position) for position, k in enumerate(wanted) if k not in stay]
    return few if _applied(kept, few) == list(wanted) else _from_the_front(kept, wanted)


def _longest_rising(numbers: Sequence[int]) -> list[int]:
    """The longest rising row of numbers among these."""
    heads: list[int] = []  # the smallest number that ends a row of each length
    before: dict[int, int] = {}
    for number in numbers:
        at = bisect_left(heads, number)
        if at:
            before[number] = heads[at - 1]
        heads[at : at + 1] = [number]
    row = heads[-1:]
    while row and row[-1] in before:
        row.append(before[row[-1]])
    return row


def _applied(kept: Sequence[Key], edits: Sequence[tuple[str, Key, int]]) -> list[Key]:
    """What comes of the edits, as cibadmin applies them."""
    row = list(kept)
    for operation, k, position in edits:
        if operation == "move":
            old = row.index(k)
            row.pop(old)
        row.insert(position, k)
    return row


def _from_the_front(kept: Sequence[Key], wanted: Sequence[Key]) -> list[tuple[str, Key, int]]:
    """More moves than needed, but each brings an element forward to a place behind which nothing is touched again."""
    row = list(kept)
    there = set(kept)
    edits = []
    for position, k in enumerate(wanted):
        if position < len(row) and row[position] == k:
            continue
        edits.append(("move" if k in there else "create", k, position))
        if k in there:
            row.remove(k)
        row.insert(position, k)
    return edits
