"""What makes two things of BEFORE and AFTER the same, and where order counts: one table for every kind.

Measured with 2.1.5 on CIBs of Pacemaker's scheduler tests: renaming the ids of anonymous elements changed no decision,
nor did any order but those listed here. Devices of a fencing level are used in their order (pacemaker-fenced(7)).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import NamedTuple

from halint.diff.thing import Thing


class Identity(NamedTuple):
    """How the things of a kind are recognised.

    `by` are the marks of identity, the strongest first: id, key (what the thing is among its kind), content (all it
    says), loose (a weaker key; counts only where no other has the same). `named` tells whether the id means
    something to people and to other elements, so that another id for the same content is a renaming. `ordered` names
    what inside has an order that counts.
    """

    by: tuple[str, ...]
    named: bool = False
    ordered: frozenset[str] = frozenset()


_CONSTRAINT = ("same", "content", "id", "key")
_SET = ("key", "id", "loose")

IDENTITY: Mapping[str, Identity] = {
    "primitive": Identity(("id", "content"), named=True),
    "template": Identity(("id", "content"), named=True),
    "group": Identity(("id", "members"), named=True, ordered=frozenset({"members"})),
    "clone": Identity(("id", "members"), named=True),
    "bundle": Identity(("id", "members"), named=True, ordered=frozenset({"storage"})),
    "operations": Identity(_SET),
    "instance_attributes": Identity(_SET),
    "meta_attributes": Identity(_SET),
    "utilization": Identity(_SET),
    "rsc_location": Identity(_CONSTRAINT),
    "rsc_colocation": Identity(_CONSTRAINT, ordered=frozenset({"resource_set"})),
    "rsc_order": Identity(_CONSTRAINT, ordered=frozenset({"resource_set"})),
    "rsc_ticket": Identity(_CONSTRAINT),
    "property": Identity(_SET),
    "rsc_defaults": Identity(_SET),
    "op_defaults": Identity(_SET),
    "cib": Identity(("key",)),
    "node": Identity(("key", "loose"), named=True),
    "tag": Identity(("id", "content"), named=True),
    "fencing-level": Identity(("key", "content", "id"), ordered=frozenset({"devices"})),
    "acl_role": Identity(("id", "content"), named=True),
    "acl_target": Identity(("id", "content"), named=True),
    "acl_group": Identity(("id", "content"), named=True),
    "acl_user": Identity(("id", "content"), named=True),
    "acl_permission": Identity(("key", "loose")),
    "alert": Identity(("id", "content"), named=True),
    "recipient": Identity(("key", "loose")),
}
"""Kinds of things, with their identity. Other kinds are recognised by their id."""

_OTHER = Identity(("id",))

_MARKS: Mapping[str, Callable[[Thing], Hashable | None]] = {
    "id": lambda thing: thing.id or None,
    "key": lambda thing: thing.key,
    "loose": lambda thing: thing.loose or None,
    "content": Thing.content,
    "same": lambda thing: (thing.id, thing.content()),
}


def identity(kind: str) -> Identity:
    """The identity of a kind."""
    return IDENTITY.get(kind, _OTHER)


def order_counts(kind: str, part: str) -> bool:
    """Whether the order of that part of a thing of that kind counts."""
    return part in identity(kind).ordered


class Matched(NamedTuple):
    """The things that are on both sides, only in BEFORE, only in AFTER; each in the order of its side."""

    pairs: tuple[tuple[Thing, Thing], ...]
    gone: tuple[Thing, ...]
    new: tuple[Thing, ...]


def match(before: Iterable[Thing], after: Iterable[Thing]) -> Matched:
    """Pair the things of the two sides, kind by kind."""
    kinds: dict[str, tuple[list[Thing], list[Thing]]] = {}
    for side, things in enumerate((before, after)):
        for thing in things:
            kinds.setdefault(thing.kind, ([], []))[side].append(thing)
    pairs: list[tuple[Thing, Thing]] = []
    gone: list[Thing] = []
    new: list[Thing] = []
    for kind, sides in kinds.items():
        left, right = sides
        for mark in identity(kind).by:
            found, left, right = _pair(left, right, mark)
            pairs += found
        gone += left
        new += right
    return Matched(tuple(pairs), tuple(gone), tuple(new))


def _pair(
    before: list[Thing], after: list[Thing], mark: str
) -> tuple[list[tuple[Thing, Thing]], list[Thing], list[Thing]]:
    """The pairs with the same mark, and what is left of both."""
    if not before or not after:
        return [], before, after
    of = _MARKS[mark]
    waiting: defaultdict[Hashable, list[Thing]] = defaultdict(list)
    for thing in after:
        value = of(thing)
        if value is not None:
            waiting[value].append(thing)
    counts: defaultdict[Hashable, int] = defaultdict(int)
    if mark == "loose":
        for thing in before:
            counts[of(thing)] += 1
    pairs: list[tuple[Thing, Thing]] = []
    left: list[Thing] = []
    taken: set[int] = set()
    for thing in before:
        value = of(thing)
        others = waiting.get(value, []) if value is not None else []
        if not others or (mark == "loose" and (counts[value] > 1 or len(others) > 1)):
            left.append(thing)
            continue
        other = others.pop(0)
        taken.add(id(other))
        pairs.append((thing, other))
    return pairs, left, [thing for thing in after if id(thing) not in taken]
