"""Which primitives a change is about."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from halint.diff.change import Change, Comparison
    from halint.model.cib import Cib

CONSTRAINTS = ("rsc_location", "rsc_colocation", "rsc_order", "rsc_ticket")
CONTAINERS = ("group", "clone", "bundle")


class Subjects:
    """The primitives behind the ids of both sides of a comparison."""

    def __init__(self, comparison: Comparison) -> None:
        self._cibs = (comparison.before.cib, comparison.after.cib)
        self._constrained: dict[str, set[str]] | None = None
        self._templates: dict[str, set[str]] | None = None

    def of(self, change: Change) -> set[str]:
        """The ids of the primitives that a change is about, on either side; parts of bundles by their own names."""
        names = {change.id, change.old_id, change.new_id, *change.members}
        if change.type in CONSTRAINTS:
            names |= self._named_by(change.id)
        found = {inner for cib in self._cibs for name in names for inner in _inside(cib, name)}
        return found | self._users(change.id) if change.type == "template" else found

    def _named_by(self, constraint: str) -> set[str]:
        if self._constrained is None:
            self._constrained = defaultdict(set)
            for cib in self._cibs:
                for name, resource in _constrained(cib):
                    self._constrained[name].add(resource)
        return self._constrained.get(constraint, set())

    def _users(self, template: str) -> set[str]:
        if self._templates is None:
            self._templates = defaultdict(set)
            for cib in self._cibs:
                for primitive in cib.primitives():
                    self._templates[primitive.template or ""].add(primitive.id)
        return self._templates.get(template, set())


def _inside(cib: Cib, name: str) -> Iterator[str]:
    resource = cib.by_id.get(name)
    for inner in resource.walk() if resource is not None else ():
        if inner.kind == "primitive":
            yield inner.id
        if inner.kind == "bundle" and inner.container is not None:
            for place in range(inner.container.replicas or inner.container.promoted_max or 1):
                yield f"{inner.id}-{place}"
                yield f"{inner.id}-{inner.container.engine}-{place}"


def _constrained(cib: Cib) -> Iterator[tuple[str, str]]:
    for location in cib.locations:
        yield from ((location.id, resource) for resource in location.resources)
    for colocation in cib.colocations:
        yield from ((colocation.id, colocation.resource), (colocation.id, colocation.with_resource))
    for order in cib.orders:
        yield from ((order.id, order.first), (order.id, order.then))
    for ticket in cib.tickets:
        yield from ((ticket.id, resource) for resource in ticket.resources)
