"""The order in which resources start, as a graph, and the circles in it.

Every resource has four moments: `start`, `started`, `promote`, `promoted`. A group is started when its last member is,
a clone or bundle when its child is. Mandatory orders connect moments; optional and serialising ones force nothing, and
a set that does not require all may do without its members.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from halint.model.values import parse_bool
from halint.record import record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from halint.model.cib import Cib, Order, Resource

Moment = tuple[str, str]

_BEFORE = {"start": "started", "promote": "promoted"}


@record
class Circle:
    """Orders that wait for each other, in turn, and the resources they go through, the first again last."""

    orders: tuple[Order, ...]
    resources: tuple[str, ...]


class StartOrder:
    """The start order of one CIB."""

    def __init__(self, cib: Cib) -> None:
        self._edges: dict[Moment, list[tuple[Moment, Order | None]]] = {}
        for outer in cib.resources:
            for resource in outer.walk():
                self._add_resource(resource)
        self.orders = [o for o in cib.orders if _forces(o)]
        for order in self.orders:
            self._add((order.first, _BEFORE[order.first_action]), (order.then, order.then_action), order)

    def _add(self, before: Moment, after: Moment, order: Order | None = None) -> None:
        self._edges.setdefault(before, []).append((after, order))

    def _add_resource(self, resource: Resource) -> None:
        name = resource.id
        self._add((name, "started"), (name, "promote"))
        self._add((name, "promote"), (name, "promoted"))
        inner = [m.id for m in resource.members]
        if not inner:
            self._add((name, "start"), (name, "started"))
        in_turn = resource.kind != "group" or parse_bool(resource.meta_value("ordered")) is not False
        for position, member in enumerate(inner):
            self._add((name, "start"), (member, "start"))
            self._add((member, "started"), (name, "started"))
            if in_turn and position:
                self._add((inner[position - 1], "started"), (member, "start"))

    def circles(self) -> Iterator[Circle]:
        """One circle for each knot of orders that wait for each other; the shortest through its first order."""
        told: set[int] = set()
        for order in self.orders:
            if id(order) in told:
                continue
            path = self._way_back(order)
            if path is None:
                continue
            told.update(id(o) for o in self._knot(order))
            yield Circle(orders=tuple(path), resources=_stations(path))

    def _way_back(self, order: Order) -> list[Order] | None:
        """The orders of the shortest way from the end of `order` to its beginning, itself first."""
        start, goal = (order.then, order.then_action), (order.first, _BEFORE[order.first_action])
        came: dict[Moment, tuple[Moment, Order | None]] = {}
        todo = deque([start])
        while todo:
            moment = todo.popleft()
            for after, by in self._edges.get(moment, ()):
                if after not in came and after != start:
                    came[after] = (moment, by)
                    todo.append(after)
        if goal not in came:
            return None
        orders = []
        moment = goal
        while moment != start:
            moment, by = came[moment]
            if by is not None:
                orders.append(by)
        return [order, *reversed(orders)]

    def _knot(self, order: Order) -> list[Order]:
        """Every order that is reached from this one and leads back to it."""
        after = _reached(self._edges, (order.then, order.then_action))
        backwards: dict[Moment, list[tuple[Moment, Order | None]]] = {}
        for before, following in self._edges.items():
            for moment, by in following:
                backwards.setdefault(moment, []).append((before, by))
        before_it = _reached(backwards, (order.first, _BEFORE[order.first_action]))
        return [
            o
            for o in self.orders
            if (o.first, _BEFORE[o.first_action]) in after and (o.then, o.then_action) in before_it
        ] + [order]


def _stations(path: list[Order]) -> tuple[str, ...]:
    names = [name for order in path for name in (order.first, order.then)] + [path[0].first]
    return tuple(name for i, name in enumerate(names) if i == 0 or name != names[i - 1])


def _reached(edges: dict[Moment, list[tuple[Moment, Order | None]]], start: Moment) -> set[Moment]:
    seen = {start}
    todo = [start]
    while todo:
        for moment, _ in edges.get(todo.pop(), ()):
            if moment not in seen:
                seen.add(moment)
                todo.append(moment)
    return seen


def _forces(order: Order) -> bool:
    starts = order.first_action in _BEFORE and order.then_action in _BEFORE
    return starts and order.kind == "Mandatory" and order.require_all and not order.conditional
