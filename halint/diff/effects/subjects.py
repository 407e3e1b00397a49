"""Which primitives a change is about. Read from the trees: a large CIB is not resolved for the few that changed."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from halint.diff.change import Change, Comparison
    from halint.diff.side import Side
    from halint.model.cib_tree import Element

CONSTRAINTS = ("rsc_location", "rsc_colocation", "rsc_order", "rsc_ticket")
CONTAINERS = ("group", "clone", "bundle")
_REFERENCES = ("rsc", "with-rsc", "first", "then")


class Subjects:
    """The primitives behind the ids of both sides of a comparison."""

    def __init__(self, comparison: Comparison) -> None:
        self._sides = (comparison.before, comparison.after)

    def of(self, change: Change) -> set[str]:
        """The ids of the primitives that a change is about, on either side; parts of bundles by their own names."""
        names = {change.id, change.old_id, change.new_id, *change.members}
        if change.type in CONSTRAINTS:
            names |= self._constrained.get(change.id, set())
        found = {inner for side in self._sides for name in names for inner in _inside(side, name)}
        return found | self._users.get(change.id, set()) if change.type == "template" else found

    @cached_property
    def _constrained(self) -> dict[str, set[str]]:
        """The resources that each constraint names, by its id."""
        found: defaultdict[str, set[str]] = defaultdict(set)
        for side in self._sides:
            tags = {t.get("id") or "": [r.get("id") or "" for r in t] for t in side.tree.section("tags")}
            for element in side.tree.section("constraints"):
                for name in _named(side, element):
                    found[element.get("id") or ""].update(tags.get(name, ()), (name,))
        return dict(found)

    @cached_property
    def _users(self) -> dict[str, set[str]]:
        """The primitives that use each template, by its id."""
        found: defaultdict[str, set[str]] = defaultdict(set)
        for side in self._sides:
            for name, element in side.resources.items():
                found[element.get("template") or ""].add(name)
        return dict(found)


def _named(side: Side, constraint: Element) -> Iterator[str]:
    if constraint.get("rsc-pattern") is not None:
        name = constraint.get("id")
        yield from (r for location in side.cib.locations if location.id == name for r in location.resources)
    yield from (constraint.get(name) or "" for name in _REFERENCES if constraint.get(name) is not None)
    for one in constraint.iterchildren("resource_set"):
        yield from (ref.get("id") or "" for ref in side.tree.referenced(one).iterchildren("resource_ref"))


def _inside(side: Side, name: str) -> Iterator[str]:
    element = side.resources.get(name)
    for inner in element.iter("primitive", "bundle") if element is not None else ():
        identifier = inner.get("id") or ""
        if inner.tag == "primitive":
            yield identifier
            continue
        bundle = side.cib.by_id.get(identifier)
        if bundle is not None and bundle.container is not None:
            for place in range(bundle.container.replicas or bundle.container.promoted_max or 1):
                yield f"{identifier}-{place}"
                yield f"{identifier}-{bundle.container.engine}-{place}"
