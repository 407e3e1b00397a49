"""Colocations and orders as pairs, as Pacemaker makes them of tags, templates and resource sets.

How sets turn into pairs was measured with the trace log of crm_simulate 2.1.5 (`tests/test_constraint_pairs.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, pairwise, product

from halint.model.cib import Colocation, Order
from halint.model.cib_tree import Element
from halint.model.resolve_constraints import Names, ResourceSet, constraint_role, is_true, lifetime
from halint.model.values import parse_score

_Pair = tuple[str, str]


def colocations(names: Names) -> Iterator[Colocation]:
    """Every colocated pair, the dependent first. What a lifetime has ended is left out."""
    for element in names.tree.section("constraints"):
        if element.tag != "rsc_colocation":
            continue
        conditional, over = lifetime(names.tree, element)
        if not over:
            yield from _colocation(names, element, conditional)


def _colocation(names: Names, element: Element, conditional: bool) -> Iterator[Colocation]:
    score = parse_score(element.get("score"))
    sets = names.sets(element)
    if not sets:
        pairs: Iterator[_Pair] = product(names.expand(element.get("rsc")), names.expand(element.get("with-rsc")))
        roles = constraint_role(element.get("rsc-role")), constraint_role(element.get("with-rsc-role"))
        yield from _colocated(names, element, pairs, (roles, score, False, conditional))
    for part in sets:
        own = part.element.get("score")
        inner = score if own is None else parse_score(own)
        pairs = _within(part, inner or 0)
        yield from _colocated(names, element, pairs, ((part.role, part.role), inner, True, conditional))
    for left, right in pairwise(sets):
        dependents = left.resources[:1] if left.sequential else left.resources
        primaries = right.resources[-1:] if right.sequential else right.resources
        roles = left.role, right.role
        yield from _colocated(names, element, product(dependents, primaries), (roles, score, True, conditional))


def _within(part: ResourceSet, score: int) -> Iterator[_Pair]:
    """Pairs inside one set: each with the one before; apart, each from all before; nothing without sequence."""
    if not part.sequential or not score:
        return
    if score < 0:
        yield from ((b, a) for a, b in combinations(part.resources, 2))
    elif (part.element.get("ordering") or "group").lower() == "group":
        yield from ((b, a) for a, b in pairwise(part.resources))
    else:
        yield from pairwise(part.resources)


def _colocated(
    names: Names, element: Element, pairs: Iterator[_Pair], told: tuple[tuple[str, str], int | None, bool, bool]
) -> Iterator[Colocation]:
    (role, with_role), score, from_set, conditional = told
    for resource, other in pairs:
        names.tree.spend()
        yield Colocation(
            id=element.get("id") or "",
            resource=resource,
            with_resource=other,
            role=role,
            with_role=with_role,
            score=score,
            from_set=from_set,
            conditional=conditional,
            node_attribute=element.get("node-attribute") or "#uname",
            at=names.tree.mark(element),
        )


def orders(names: Names) -> Iterator[Order]:
    """Every ordered pair. What a lifetime has ended is left out."""
    for element in names.tree.section("constraints"):
        if element.tag != "rsc_order":
            continue
        conditional, over = lifetime(names.tree, element)
        if not over:
            yield from _order(names, element, conditional)


def _order(names: Names, element: Element, conditional: bool) -> Iterator[Order]:
    kind = _kind(element)
    sets = names.sets(element)
    if not sets:
        first, then = names.expand(element.get("first")), names.expand(element.get("then"))
        first_action = element.get("first-action") or "start"
        actions = first_action, element.get("then-action") or first_action
        require_all = is_true(element.get("require-all"), default=True)
        yield from _ordered(names, element, product(first, then), (actions, kind, require_all, conditional))
    for part in sets:
        inner = part.element.get("kind") or kind
        actions = (_action(part), _action(part))
        yield from _ordered(names, element, _sequence(part, inner), (actions, inner, True, conditional))
    for left, right in pairwise(sets):
        actions = _action(left), _action(right)
        require_all = is_true(left.element.get("require-all"), default=True)
        pairs = product(left.resources, right.resources)
        yield from _ordered(names, element, pairs, (actions, kind, require_all, conditional))


def _action(part: ResourceSet) -> str:
    return part.element.get("action") or "start"


def _sequence(part: ResourceSet, kind: str) -> Iterator[_Pair]:
    if kind == "Serialize":
        yield from combinations(part.resources, 2)
    elif part.sequential:
        yield from pairwise(part.resources)


def _kind(element: Element) -> str:
    """`kind`, else what the older `score` meant, else Mandatory."""
    score = element.get("score")
    if element.get("kind") is None and score is not None:
        return "Optional" if not parse_score(score) else "Mandatory"
    return element.get("kind") or "Mandatory"


def _ordered(
    names: Names, element: Element, pairs: Iterator[_Pair], told: tuple[tuple[str, str], str, bool, bool]
) -> Iterator[Order]:
    (first_action, then_action), kind, require_all, conditional = told
    symmetrical = is_true(element.get("symmetrical"), default=True) and kind != "Serialize"
    for first, then in pairs:
        names.tree.spend()
        yield Order(
            id=element.get("id") or "",
            first=first,
            then=then,
            first_action=first_action,
            then_action=then_action,
            kind=kind,
            symmetrical=symmetrical,
            require_all=require_all,
            from_set=element.find("resource_set") is not None,
            conditional=conditional,
            at=names.tree.mark(element),
        )
