"""What constraints and groups say about two resources: kept together, started in order, kept apart."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from halint.model.cib import INFINITY
from halint.model.values import parse_bool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from halint.model.cib import Cib, Location, Resource


class Relations:
    """The relations of one CIB: groups are ordered and colocated, a constraint counts for all inside its resource."""

    def __init__(self, cib: Cib) -> None:
        self._cib = cib
        self._beside: dict[str, set[str]] = defaultdict(set)
        self._after: dict[str, set[str]] = defaultdict(set)
        self._apart = {(c.resource, c.with_resource) for c in cib.colocations if (c.score or 0) <= -INFINITY}
        for colocation in cib.colocations:
            if (colocation.score or 0) > 0:
                self._join(colocation.resource, colocation.with_resource)
        for resource in cib.by_id.values():
            if resource.parent is not None:
                self._join(resource.id, resource.parent)
        for order in cib.orders:
            if order.kind != "Serialize":
                self._after[order.first].add(order.then)

    def _join(self, one: str, other: str) -> None:
        self._beside[one].add(other)
        self._beside[other].add(one)

    def together(self, one: Resource, other: Resource) -> bool:
        """Whether groups and colocations of positive score, however indirect, tie the two to each other."""
        return other.id in _reached(one.id, lambda name: self._beside.get(name, ()))

    def ordered(self, first: Resource, then: Resource) -> bool:
        """Whether groups and orders, however indirect, start `then` after `first`."""
        return then.id in _reached(first.id, self._later)

    def _later(self, name: str) -> Iterator[str]:
        """What starts after a resource: what is ordered after it, the rest of its group, and the whole it is in."""
        for then in self._after.get(name, ()):
            resource = self._cib.by_id.get(then)
            if resource is not None:
                yield from (inner.id for inner in resource.walk())
        resource = self._cib.by_id.get(name)
        parent = None if resource is None else resource.parent
        if parent is None:
            return
        yield parent
        outer = self._cib.by_id[parent]
        if outer.kind == "group" and parse_bool(outer.meta_value("ordered")) is not False:
            ids = [member.id for member in outer.members]
            yield from ids[ids.index(name) + 1 :]

    def constrained(self, resource: Resource) -> bool:
        """Whether the resource, or what holds it, is part of a group, a colocation or an order."""
        chain = self._chain(resource)
        pairs = [(c.resource, c.with_resource) for c in self._cib.colocations]
        pairs += [(o.first, o.then) for o in self._cib.orders]
        return any(self._cib.by_id[i].kind == "group" for i in chain) or any(not chain.isdisjoint(p) for p in pairs)

    def apart(self, one: Resource, other: Resource) -> bool:
        """Whether the two never share a node, or may not, as far as rules leave it open."""
        left, right = self._chain(one), self._chain(other)
        if any((a, b) in self._apart or (b, a) in self._apart for a in left for b in right):
            return True
        allowed = self._allowed(left), self._allowed(right)
        return allowed[0] is None or allowed[1] is None or allowed[0].isdisjoint(allowed[1])

    def _chain(self, resource: Resource) -> set[str]:
        return {resource.id, *(outer.id for outer in self._cib.ancestors(resource))}

    def _allowed(self, chain: set[str]) -> set[str] | None:
        """The nodes a resource may run on, None where rules decide; "" stands for nodes no constraint names."""
        placed = [c for c in self._cib.locations if not chain.isdisjoint(c.resources) and not c.expired]
        if any(_undecided(c) for c in placed):
            return None
        banned = {c.node for c in placed if c.score is not None and c.score <= -INFINITY}
        wanted = {c.node for c in placed if c.score is not None and c.score >= 0}
        symmetric = self._cib.properties.get("symmetric-cluster")
        if symmetric is not None and parse_bool(symmetric.value) is False:
            return {node for node in wanted - banned if node}
        return ({"", *self._nodes()} if not self._cib.nodes else self._nodes()) - {n for n in banned if n}

    def _nodes(self) -> set[str]:
        return {n.uname for n in self._cib.nodes} | {c.node for c in self._cib.locations if c.node}


def _undecided(location: Location) -> bool:
    """Whether a constraint may forbid nodes in a way that only the running cluster can tell."""
    if location.conditional:
        return True
    return any(rule.score is None or abs(rule.score) >= INFINITY for rule in location.rules if not rule.expired)


def _reached(start: str, step: Callable[[str], Iterable[str]]) -> set[str]:
    """Everything that steps from `start` lead to."""
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        for name in step(waiting.pop()):
            if name not in seen:
                seen.add(name)
                waiting.append(name)
    return seen
