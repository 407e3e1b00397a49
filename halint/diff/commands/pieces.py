"""The objects of the configuration that differ."""

from __future__ import annotations

from collections.abc import Iterator

from halint.diff.commands.edits import Trees, ambiguous, key
from halint.diff.commands.order import Piece
from halint.model.cib_tree import Element


def pieces(trees: Trees) -> list[Piece] | None:
    """What differs, object by object; None where objects cannot be told apart or a side has no configuration.

    An object is a child of a section, and each property of a property set that is on both sides.
    """
    before, after = trees.before.configuration, trees.after.configuration
    if before is None or after is None or ambiguous(before) or ambiguous(after):
        return None
    if any(map(ambiguous, before)) or any(map(ambiguous, after)):
        return None
    return list(_sections(trees, before, after))


def _sections(trees: Trees, before: Element, after: Element) -> Iterator[Piece]:
    new = {key(section): section for section in after}
    for section in before:
        other = new.pop(key(section), None)
        if other is None:
            yield from (Piece(section=section.tag, before=child, after=None) for child in section)
            yield Piece(section="configuration", before=section, after=None)
        else:
            yield from _objects(trees, section, other)
    for section in new.values():
        yield Piece(section="configuration", before=None, after=section)
        yield from (Piece(section=section.tag, before=None, after=child) for child in section)


def _objects(trees: Trees, before: Element, after: Element) -> Iterator[Piece]:
    new = {key(child): child for child in after}
    for child in before:
        other = new.pop(key(child), None)
        if other is None:
            yield Piece(section=before.tag, before=child, after=None)
        elif not trees.same(child, other):
            yield from _object(trees, before.tag, child, other)
    yield from (Piece(section=before.tag, before=None, after=child) for child in new.values())


def _object(trees: Trees, section: str, before: Element, after: Element) -> Iterator[Piece]:
    if not _only_properties_differ(trees, before, after):
        yield Piece(section=section, before=before, after=after)
        return
    new = {key(pair): pair for pair in after}
    for pair in before:
        other = new.pop(key(pair), None)
        if other is None or not trees.same(pair, other):
            yield Piece(section=section, before=pair, after=other)
    yield from (Piece(section=section, before=None, after=pair) for pair in new.values())


def _only_properties_differ(trees: Trees, before: Element, after: Element) -> bool:
    """Whether two property sets differ in properties only, each of which is there once and says its own value."""
    if before.tag != "cluster_property_set" or not trees.same_attributes(before, after):
        return False
    for side in (before, after):
        names = [pair.get("name") for pair in side]
        if ambiguous(side) or len(set(names)) < len(names) or any(p.tag != "nvpair" or p.get("id-ref") for p in side):
            return False
    return True
