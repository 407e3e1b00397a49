"""Checks of colocations that do nothing, or that another one takes back.

What comes of them was measured with crm_simulate 2.1.5.
"""

from __future__ import annotations

from collections import deque
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING

from halint.checks.cib_elements import mark, owner, referenced, section
from halint.engine.hit import Hit
from halint.model.cib import INFINITY
from halint.model.values import parse_score

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

    from halint.model.cib import Cib, Colocation
    from halint.model.cluster import Cluster

_SCORES = ("score", "score-attribute", "score-attribute-mangle")


def score_missing(cluster: Cluster) -> Iterator[Hit]:
    """Colocations without a score, or with one of 0; a set may have a score of its own."""
    cib = cluster.needed_cib()
    for constraint in section(cib, "constraints"):
        if constraint.tag != "rsc_colocation":
            continue
        sets = [referenced(cib, part) for part in constraint.iterchildren("resource_set")]
        if any(_counts(part) for part in (constraint, *sets)):
            continue
        zero = next((e for e in (constraint, *sets) if e.get("score") is not None), None)
        values = {"constraint": owner(constraint), "score": zero.get("score") if zero is not None else ""}
        case = "" if zero is None else "zero"
        yield Hit(at=mark(cib, constraint, "score"), subject=owner(constraint), case=case, values=values)


def _counts(element: _Element) -> bool:
    """Whether it has a score that is not 0; one that is none has a rule of its own."""
    return any(element.get(name) is not None and parse_score(element.get(name)) != 0 for name in _SCORES)


def of_itself(cluster: Cluster) -> Iterator[Hit]:
    """Colocations of a resource with itself, or of a group with one of its own members, each constraint once."""
    cib = cluster.needed_cib()
    told = set()
    for pair in cib.colocations:
        one, other = cib.by_id[pair.resource], cib.by_id[pair.with_resource]
        outer, inner = (one, other) if one.kind == "group" else (other, one)
        same = one.id == other.id and pair.role == pair.with_role
        inside = outer.kind == "group" and inner.parent == outer.id
        if not (same or inside) or pair.at.element in told:
            continue
        told.add(pair.at.element)
        values = {"constraint": pair.id, "resource": inner.id, "group": outer.id}
        apart = (pair.score or 0) < 0
        case = ("" if same else "inside") if not apart or same else "torn"
        yield Hit(at=pair.at, subject=pair.id, case=case, values=values)


def contradiction(cluster: Cluster) -> Iterator[Hit]:
    """Resources that must be together by one constraint or their group, and apart by another."""
    cib = cluster.needed_cib()
    firm = [c for c in cib.colocations if not c.conditional]
    together: dict[frozenset[str], list[Colocation]] = {}
    for c in firm:
        if (c.score or 0) >= INFINITY and c.resource != c.with_resource:
            together.setdefault(_units(cib, c), []).append(c)
    told = set()
    for apart in firm:
        if (apart.score or 0) > -INFINITY or apart.resource == apart.with_resource or apart.at.element in told:
            continue
        one, other = _unit(cib, apart.resource), _unit(cib, apart.with_resource)
        values = {"apart": apart.id, "resource": apart.resource, "other": apart.with_resource, "group": one}
        # a group and a member of its own is colocation-self's
        if one == other and one not in (apart.resource, apart.with_resource):
            told.add(apart.at.element)
            yield Hit(at=apart.at, subject=apart.id, case="group", values=values)
            continue
        near = together.get(_units(cib, apart), ())
        found = next(((c, way) for c in near if (way := _same_pair(cib, c, apart))), None)
        if found is not None:
            told.add(apart.at.element)
            pair, case = found
            related = ((pair.at, f"{pair.id} wants them together"),)
            yield Hit(at=apart.at, subject=apart.id, case=case, values={**values, "pair": pair.id}, related=related)


def _unit(cib: Cib, name: str) -> str:
    """The group that keeps a resource together with others, else the resource."""
    outer = cib.outermost(cib.by_id[name])
    return outer.id if outer.kind == "group" else name


def _units(cib: Cib, pair: Colocation) -> frozenset[str]:
    """What the two sides of a colocation are units of, whichever depends."""
    return frozenset((_unit(cib, pair.resource), _unit(cib, pair.with_resource)))


def _same_pair(cib: Cib, pair: Colocation, apart: Colocation) -> str:
    """`same` or `reverse` where both speak of the same two in the same roles, else ""."""
    if pair.node_attribute != apart.node_attribute:
        return ""
    mine = (_unit(cib, pair.resource), pair.role), (_unit(cib, pair.with_resource), pair.with_role)
    its = (_unit(cib, apart.resource), apart.role), (_unit(cib, apart.with_resource), apart.with_role)
    return "same" if mine == its else "reverse" if mine == its[::-1] else ""


def cycle(cluster: Cluster) -> Iterator[Hit]:
    """Mandatory colocations that lead back to where they start; each of these is told of in one hit only."""
    cib = cluster.needed_cib()
    edges: dict[str, list[Colocation]] = {}
    for c in cib.colocations:
        plain = not c.conditional and not c.role and not c.with_role and c.node_attribute == "#uname"
        if plain and (c.score or 0) >= INFINITY and c.resource != c.with_resource:
            edges.setdefault(c.resource, []).append(c)
    told: set[str] = set()
    for pairs in list(edges.values()) if _go_in_a_circle(edges) else ():
        for pair in pairs:
            way = _way(edges, pair)
            if not way or told.intersection(c.id for c in way):
                continue
            told.update(c.id for c in way)
            circle = " → ".join((pair.resource, *(c.with_resource for c in way)))
            related = tuple((c.at, f"{c.resource} with {c.with_resource}") for c in way[1:])
            values = {"constraint": pair.id, "circle": circle}
            yield Hit(at=pair.at, subject=pair.id, values=values, related=related)


def _go_in_a_circle(edges: dict[str, list[Colocation]]) -> bool:
    """Whether any of the colocations do, which is quickly told."""
    try:
        TopologicalSorter({name: [c.with_resource for c in pairs] for name, pairs in edges.items()}).prepare()
    except CycleError:
        return True
    return False


def _way(edges: dict[str, list[Colocation]], start: Colocation) -> list[Colocation]:
    """The colocations of the shortest way from the end of one back to its beginning, itself first."""
    ways, seen = deque([[start]]), {start.with_resource}
    while ways:
        way = ways.popleft()
        if way[-1].with_resource == start.resource:
            return way
        for c in edges.get(way[-1].with_resource, ()):
            if c.with_resource not in seen:
                seen.add(c.with_resource)
                ways.append([*way, c])
    return []
