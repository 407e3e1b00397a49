"""Checks of configurations, all of them valid by the schema, that have the scheduler die or plan for minutes.

Each was measured with crm_verify 2.1.5. An order of a resource with itself is `ordering.order_self`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from halint.checks.cib_elements import mark, owner, within
from halint.engine.hit import Hit
from halint.model.values import parse_score

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

    from halint.model.cib import Cib, Setting
    from halint.model.cluster import Cluster


def rule_inside_itself(cluster: Cluster) -> Iterator[Hit]:
    """Rules that hold a reference to themselves, or to a rule that holds one back."""
    cib = cluster.needed_cib()
    rules = {rule.get("id"): rule for rule in within(cib, "rule") if rule.get("id-ref") is None and rule.get("id")}
    told: set[str] = set()
    for name, rule in rules.items():
        circle = _circle(name or "", rules)
        if circle and told.isdisjoint(circle):
            told.update(circle)
            values = {"rule": name, "circle": " → ".join((*circle, circle[0])), "constraint": _holder(rule)}
            case = "" if len(circle) == 1 else "several"
            yield Hit(at=mark(cib, rule), subject=owner(rule), case=case, values=values)


def _circle(start: str, rules: dict[str | None, _Element]) -> list[str]:
    """The rules on the shortest way from one through references back to it; empty where there is none."""
    ways = [[start]]
    seen = {start}
    for way in ways:
        inner = [r.get("id-ref") or r.get("id") or "" for r in rules[way[-1]].iter("rule") if r is not rules[way[-1]]]
        if start in inner:
            return way
        ways += [[*way, name] for name in dict.fromkeys(inner) if name in rules and name not in seen]
        seen.update(inner)
    return []


def _holder(rule: _Element) -> str:
    """What the outermost rule stands in."""
    around = next((e for e in rule.iterancestors() if e.tag != "rule"), rule)
    return owner(around)


def container_cycle(cluster: Cluster) -> Iterator[Hit]:
    """Resources that are each other's container, by the internal meta-attribute or as guest node and host."""
    cib = cluster.needed_cib()
    inside = _containers(cib)
    told: set[str] = set()
    for name in inside:
        way = [name]
        while (outer := inside.get(way[-1])) is not None and outer not in way:
            way.append(outer)
        if outer != name or len(way) < 2 or told & set(way):
            continue
        told.update(way)
        first, setting = next(found for n in way if (found := _tie(cib, n)) is not None)
        values = {"id": first, "circle": " → ".join((*way, way[0]))}
        yield Hit(at=setting.at, subject=first, values=values)


def _tie(cib: Cib, name: str) -> tuple[str, Setting] | None:
    """A resource of this name and the setting that ties it to another."""
    resource = cib.by_id.get(name)
    if resource is None:
        return None
    settings = (resource.meta.get(key) for key in ("container", "remote-node"))
    return next(((name, setting) for setting in settings if setting is not None), None)


def _containers(cib: Cib) -> dict[str, str]:
    """Each resource, or guest node's connection, and what it runs in."""
    found: dict[str, str] = {}
    for resource in cib.primitives():
        guest = resource.meta_value("remote-node")
        if guest:
            found.setdefault(guest, resource.id)
        container = resource.meta_value("container")
        if container:
            found[resource.id] = container
    return found


def instances_excessive(cluster: Cluster, clones: int, replicas: int) -> Iterator[Hit]:
    """Clones and bundles of so many instances that the scheduler is busy for seconds or longer."""
    for resource in (inner for outer in cluster.needed_cib().resources for inner in outer.walk()):
        container = resource.container
        if container is not None and (container.replicas or 0) > replicas:
            values = {"id": resource.id, "count": container.replicas, "name": "replicas"}
            yield Hit(at=container.at.on("replicas"), subject=resource.id, values=values)
        setting = resource.meta.get("clone-max") if resource.kind == "clone" else None
        if setting is not None and setting.certain and (count := parse_score(setting.value) or 0) > clones:
            values = {"id": resource.id, "count": count, "name": "clone-max"}
            yield Hit(at=setting.at, subject=resource.id, values=values)
