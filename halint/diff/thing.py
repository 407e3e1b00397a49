"""Things as they are compared: facts in one spelling, under paths, with what was written and where."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from halint.model.cib_tree import Element
from halint.source import Mark

Path = tuple[str, ...]


class Fact(NamedTuple):
    """One fact about a thing.

    `value` decides whether two are equal, `text` is what was written, secrets masked, with the true text in `raw`.
    `loose` is the value without its order, where order counts. `origin` is "" for what the thing says itself,
    `template:ID` or `ref:ID` for what it takes from there. `element` and `attribute` say where it stands.
    """

    value: Hashable
    text: str
    element: Element | None = None
    attribute: str | None = None
    raw: str | None = None
    loose: Hashable = None
    origin: str = ""
    written: str = ""
    """The name as written, where that is not the last part of the path."""


Fallback = Callable[[Path], Hashable | None]
"""What is in force where a thing has no fact of that path; None where nothing is."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Thing:
    """An object of the configuration, or a part of one.

    `key` is its identity among its kind, `loose` a weaker one for what changed its key. `label` is its name for
    people, `text` what it is in a few words. `fallback` gives the defaults.
    """

    kind: str
    id: str
    element: Element
    key: Hashable = None
    loose: Hashable = None
    label: str = ""
    text: str = ""
    facts: Mapping[Path, Fact]
    parts: tuple[Thing, ...] = ()
    origin: str = ""
    fallback: Fallback = field(default=lambda _path: None)

    def content(self) -> Hashable:
        """Everything it says, for comparing as a whole; equal for two things that differ in their ids only."""
        parts = frozenset((part.kind, part.content()) for part in self.parts)
        return self.kind, frozenset((path, fact.value) for path, fact in self.facts.items()), parts


def value_of(thing: Thing, path: Path) -> Hashable | None:
    """The value in force: what the thing says, else the default."""
    fact = thing.facts.get(path)
    return thing.fallback(path) if fact is None else fact.value


def mark_of(source: Callable[[Element, str | None], Mark], fact: Fact | None) -> Mark | None:
    """The mark of a fact, by a side's own way of marking."""
    return None if fact is None or fact.element is None else source(fact.element, fact.attribute)
