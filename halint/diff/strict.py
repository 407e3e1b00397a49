"""Compares two CIBs as they are written: every element and attribute of the configuration, in its order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from halint.diff.change import Change, Comparison
from halint.diff.noise import bookkeeping
from halint.diff.side import BOOKKEEPING, Side
from halint.model.cib_tree import Element


def strictly(before: Side, after: Side) -> Comparison:
    """Differences as written. Counters, the status section and layout are noise here too."""
    changes = tuple(_Strict(before, after).changes())
    noise = tuple(n for n in bookkeeping(before, after) if n.sort != "cluster-written")
    return Comparison(before=before, after=after, changes=changes, noise=noise, renamed={})


class _Strict:
    """One comparison under way."""

    def __init__(self, before: Side, after: Side) -> None:
        self._before = before
        self._after = after

    def changes(self) -> Iterator[Change]:
        """All of them, in document order."""
        yield from self._element(self._before.root, self._after.root)

    def _element(self, old: Element, new: Element) -> Iterator[Change]:
        yield from self._attributes(old, new)
        pairs, gone, added = _children(old, new)
        for element in gone:
            yield self._one_sided("removed", element)
        for element in added:
            yield self._one_sided("added", element)
        places = {other: place for place, (_, other) in enumerate(pairs)}
        if [places[child] for child in new if child in places] != list(range(len(pairs))):
            yield self._change("reordered", old, new, (), (_names(old), _names(new)))
        for one, other in pairs:
            yield from self._element(one, other)

    def _attributes(self, old: Element, new: Element) -> Iterator[Change]:
        skipped = frozenset(BOOKKEEPING) if old is self._before.root else frozenset[str]()
        names = [n for n in dict.fromkeys(map(str, (*old.attrib, *new.attrib))) if n not in skipped]
        for name in names:
            texts = (self._before.raw(old, name), self._after.raw(new, name))
            if texts[0] != texts[1]:
                yield self._attribute(old, new, name, texts)
        orders = [[str(n) for n in e.attrib if n in names] for e in (old, new)]
        if orders[0] != orders[1] and sorted(orders[0]) == sorted(orders[1]):
            yield self._change("reordered", old, new, ("attributes",), (" ".join(orders[0]), " ".join(orders[1])))

    def _attribute(self, old: Element, new: Element, name: str, texts: tuple[str | None, str | None]) -> Change:
        secret = self._before.is_masked(old, name) or self._after.is_masked(new, name)
        return Change(
            kind="changed",
            type=old.tag,
            id=_name(old),
            path=(name,),
            name=name,
            before=old.get(name),
            after=new.get(name),
            secret=secret,
            raw_before=texts[0] if secret else None,
            raw_after=texts[1] if secret else None,
            before_at=self._before.mark(old, name),
            after_at=self._after.mark(new, name),
        )

    def _change(self, kind: str, old: Element, new: Element, path: tuple[str, ...], texts: tuple[str, str]) -> Change:
        return Change(
            kind=kind,
            type=old.tag,
            id=_name(old),
            path=path,
            name=path[-1] if path else _name(old),
            before=texts[0],
            after=texts[1],
            before_at=self._before.mark(old),
            after_at=self._after.mark(new),
        )

    def _one_sided(self, kind: str, element: Element) -> Change:
        gone = kind == "removed"
        mark = (self._before if gone else self._after).mark(element)
        text = " ".join([element.tag, *(f"{key!s}={value!s}" for key, value in element.items())])
        return Change(
            kind=kind,
            type=element.tag,
            id=_name(element),
            name=_name(element),
            before=text if gone else None,
            after=None if gone else text,
            before_at=mark if gone else None,
            after_at=None if gone else mark,
        )


def _children(old: Element, new: Element) -> tuple[list[tuple[Element, Element]], list[Element], list[Element]]:
    """The children on both sides in the order of BEFORE, those only there, those only in AFTER; status left out."""
    waiting: defaultdict[tuple[str, str | None], list[Element]] = defaultdict(list)
    for child in new:
        waiting[child.tag, child.get("id")].append(child)
    pairs: list[tuple[Element, Element]] = []
    gone: list[Element] = []
    for child in old:
        others = waiting[child.tag, child.get("id")]
        if others:
            pairs.append((child, others.pop(0)))
        else:
            gone.append(child)
    left = {child for others in waiting.values() for child in others}
    return (
        [(one, other) for one, other in pairs if one.tag != "status"],
        [child for child in gone if child.tag != "status"],
        [child for child in new if child in left and child.tag != "status"],
    )


def _name(element: Element) -> str:
    """An element's id; without one its name, else that of what it is in."""
    holder: Element | None = element
    while holder is not None:
        name = holder.get("id") or holder.get("name")
        if name:
            return name
        holder = holder.getparent()
    return element.tag


def _names(element: Element) -> str:
    return " ".join(child.get("id") or child.tag for child in element)
