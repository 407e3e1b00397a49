"""Bundles: for each replica an address, a container, the connection into it, and the resource inside."""

from __future__ import annotations

from typing import TYPE_CHECKING

from halint.diff.effects.items import Item
from halint.model.status import number
from halint.model.values import parse_bool

if TYPE_CHECKING:
    from halint.diff.effects.world import Builder
    from halint.model.cib import Container, Resource


def bundle(builder: Builder, resource: Resource) -> Item:
    """A bundle as a clone of replicas, each a group of what it is made of."""
    item = builder.new(resource, None)
    item.promotable = bool(resource.promotable) or parse_bool(resource.meta_value("promotable")) is True
    builder.know(resource.id, item)
    container = resource.container
    inner = resource.members[0] if resource.members else None
    if inner is not None:
        builder.know(inner.id, item)
    if container is None:
        return item
    replicas = container.replicas or container.promoted_max or 1
    for place in range(replicas):
        item.children.append(_replica(builder, item, (resource, container, inner), place))
    return item


def _replica(builder: Builder, item: Item, what: tuple[Resource, Container, Resource | None], place: int) -> Item:
    resource, container, inner = what
    replica = builder.new(resource, item, f":{place}")
    replica.kind = "group"
    names = [f"{resource.id}-{container.engine}-{place}"]
    if container.ip_range_start:
        names.append(f"{resource.id}-ip-{_address(container.ip_range_start, place)}")
    if inner is not None:
        names.append(f"{resource.id}-{place}")
    for name in names:
        part = builder.new(resource, replica)
        part.id = part.name = name
        part.kind, part.implied, part.order = "primitive", "part", place
        part.target = item.target
        if name == f"{resource.id}-{place}":
            part.implied = "member"
            part.allowed = dict.fromkeys(builder.nodes, 0)
        builder.place(part, builder.seen(name, None))
        builder.know(name, part)
        replica.children.append(part)
    if inner is not None:
        replica.children.append(_inside(builder, replica, inner, f"{resource.id}-{place}", place))
    return replica


def _inside(builder: Builder, replica: Item, inner: Resource, node: str, place: int) -> Item:
    child = builder.new(inner, replica, f":{place}")
    child.implied = node
    child.allowed = {node: 0}
    builder.place(child, [s for s in builder.seen(inner.id, inner) if s.node == node])
    child.allowed = {node: child.allowed.get(node, 0)}
    return child


def _address(start: str, place: int) -> str:
    head, dot, last = start.rpartition(".")
    return f"{head}{dot}{number(last, 0) + place}"
