"""Constraints by pcs. One that changes is deleted and added again with its id (pcs changes none in place)."""

from __future__ import annotations

from collections.abc import Iterator

from halint.diff.commands.blocks import InexpressibleError, only
from halint.diff.commands.pcs_words import Word, options, pcs, score
from halint.diff.commands.writing import Text
from halint.model.cib_tree import Element

_RELATED = ("rsc", "rsc-pattern", "with-rsc", "first", "then", "node", "ticket")
_ROLES = ("rsc-role", "with-rsc-role")


def add_constraint(element: Element) -> list[str]:
    """The commands that add a constraint; raises InexpressibleError."""
    match element.tag:
        case "rsc_location":
            return [_location(element)]
        case "rsc_colocation":
            return [_colocation(element)]
        case "rsc_order":
            return [_order(element)]
        case "rsc_ticket":
            return [_ticket(element)]
    raise InexpressibleError(f"a {element.tag}")


def delete_constraint(element: Element) -> str:
    """The command that removes a constraint."""
    return pcs("constraint", "delete", element.get("id") or "")


def related(element: Element) -> tuple[str, ...]:
    """What a constraint relates; pcs takes no two constraints that have this in common."""
    return (
        element.tag,
        *(element.get(name) or "" for name in _RELATED),
        *(r.get("id") or "" for r in element.iter("resource_ref")),
    )


def _given(element: Element, *names: str) -> tuple[str, ...]:
    values = tuple(element.get(name) or "" for name in names)
    for name, value in zip(names, values, strict=True):
        if not value:
            raise InexpressibleError(f"a {element.tag} without {name}")
    return values


def _options(element: Element, *leave_out: str) -> list[Text]:
    return options([(str(n), str(v)) for n, v in element.items()], *leave_out)


def _location(element: Element) -> str:
    only(element, ("id", "rsc", "rsc-pattern", "node", "score", "resource-discovery"), ("rule",))
    pattern = element.get("rsc-pattern")
    what = element.get("rsc") if pattern is None else f"regexp%{pattern}"
    if not what:
        raise InexpressibleError("a location constraint for a set of resources")
    if len(element):
        return _rule(element, what)
    name, node, value = _given(element, "id", "node", "score")
    return pcs(
        *("constraint", "location", "add", name, what, node),
        *score(value),
        *_options(element, "id", "rsc", "rsc-pattern", "node", "score"),
    )


def _rule(element: Element, what: str) -> str:
    rules = list(element)
    if len(rules) > 1 or element.get("node") is not None:
        raise InexpressibleError("a location constraint with several rules")
    (rule,) = rules
    only(rule, ("id", "role", "score", "score-attribute", "boolean-op"), ("expression",))
    words: list[Word] = ["constraint", "location", what, "rule"]
    words += [*_options(rule, "boolean-op"), (f"constraint-id={element.get('id') or ''}",)]
    words += _options(element, "id", "rsc", "rsc-pattern")
    joint = (rule.get("boolean-op") or "and").lower()
    if rule.get("score") is None and rule.get("score-attribute") is None:
        raise InexpressibleError("a rule without a score")
    for number, expression in enumerate(rule):
        words += [joint] if number else []
        words += _expression(expression)
    return pcs(*words)


def _expression(element: Element) -> list[str]:
    only(element, ("id", "attribute", "operation", "value", "type"))
    attribute, operation = _given(element, "attribute", "operation")
    value = element.get("value")
    if operation in ("defined", "not_defined"):
        if value is not None or element.get("type") is not None:
            raise InexpressibleError("a value beside defined or not_defined")
        return [operation, attribute]
    if not value or element.get("type") not in (None, "string", "integer", "number", "version"):
        raise InexpressibleError("an expression without a value")
    kind = element.get("type")
    return [attribute, operation, *([kind] if kind else []), value]


def _colocation(element: Element) -> str:
    if len(element):
        only(element, ("id", "score"), ("resource_set",))
        return pcs("constraint", "colocation", *_sets(element), "setoptions", *_options(element))
    names = ("id", "rsc", "with-rsc", "score", "node-attribute", "influence", *_ROLES)
    only(element, names)
    if (element.get("rsc-role") is None) != (element.get("with-rsc-role") is None):
        raise InexpressibleError("a role for one of the two resources only")
    what, beside, value = _given(element, "rsc", "with-rsc", "score")
    roles = [[role] if (role := element.get(name)) else [] for name in _ROLES]
    return pcs(
        *("constraint", "colocation", "add", *roles[0], what, "with", *roles[1], beside),
        *score(value),
        *_options(element, "rsc", "with-rsc", "score", *_ROLES),
    )


def _order(element: Element) -> str:
    if len(element):
        only(element, ("id", "kind", "symmetrical"), ("resource_set",))
        return pcs("constraint", "order", *_sets(element), "setoptions", *_options(element))
    only(element, ("id", "first", "then", "first-action", "then-action", "kind", "symmetrical", "require-all"))
    first, then, does, done = _given(element, "first", "then", "first-action", "then-action")
    rest = _options(element, "first", "then", "first-action", "then-action")
    return pcs("constraint", "order", does, first, "then", done, then, *rest)


def _ticket(element: Element) -> str:
    (ticket,) = _given(element, "ticket")
    if len(element):
        only(element, ("id", "ticket", "loss-policy"), ("resource_set",))
        return pcs("constraint", "ticket", *_sets(element), "setoptions", *_options(element))
    only(element, ("id", "ticket", "rsc", "rsc-role", "loss-policy"))
    (what,) = _given(element, "rsc")
    role = [element.get("rsc-role") or ""] if element.get("rsc-role") else []
    return pcs("constraint", "ticket", "add", ticket, *role, what, *_options(element, "ticket", "rsc", "rsc-role"))


def _sets(element: Element) -> Iterator[Word]:
    for one in element:
        only(one, ("id", "action", "role", "sequential", "require-all"), ("resource_ref",))
        yield "set"
        yield from (ref.get("id") or "" for ref in one)
        yield from _options(one, "id")
