"""Checks of rules, wherever they stand: their shape, their expressions, and their dates.

What each release makes of a wrong one was measured with 2.1.5 and 3.0.2: up to 2.1 most are guessed at silently, from
3.0.0 on they are errors and the rule does not hold.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from halint.checks.cib_elements import label, mark, owner, referenced, section, within
from halint.checks.pacemaker_release import is_from, is_known_from
from halint.engine.hit import Hit
from halint.model.pacemaker_dates import is_date
from halint.model.values import parse_duration_ms, parse_role, parse_score

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

    from halint.model.cib import Cib
    from halint.model.cluster import Cluster

_CONDITIONS = ("rule", "expression", "date_expression", "rsc_expression", "op_expression")
_NAMED = (*_CONDITIONS, "date_spec", "duration")
_COMPARING = ("lt", "gt", "lte", "gte", "eq", "ne")
_DEFINED = ("defined", "not_defined")
_SOURCES = ("literal", "param", "meta")
_TYPES = ("string", "integer", "number", "version")
_DATES = ("gt", "lt", "in_range", "date_spec")
_FIELDS = (
    "years", "months", "monthdays", "hours", "minutes", "seconds", "yeardays", "weekyears", "weeks", "weekdays",
)  # fmt: skip
_LENGTHS = ("years", "months", "weeks", "days", "hours", "minutes", "seconds")
_RANGE = re.compile(r"[0-9]+|[0-9]+-[0-9]*|-[0-9]+")
_WHOLE = re.compile(r"\s*([+-]?[0-9]+)")
_DECIMAL = re.compile(r"\s*[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")
_INT = 2**31 - 1
_BLOCKS = ("meta_attributes", "instance_attributes", "utilization", "cluster_property_set")


def _hit(cib: Cib, element: _Element, attribute: str, case: str, **values: object) -> Hit:
    known = {"what": label(element), "value": element.get(attribute), "attribute": attribute, "id": owner(element)}
    known["constraint"] = next((e.get("id") for e in element.iterancestors("rsc_location")), None) or owner(element)
    return Hit(at=mark(cib, element, attribute), subject=owner(element), case=case, values={**known, **values})


def _written(cib: Cib, *tags: str) -> Iterator[_Element]:
    """Elements of rules as written, without those that only refer to another."""
    return (e for e in within(cib, *tags) if e.get("id-ref") is None and _in_rule(e))


def _in_rule(element: _Element) -> bool:
    """Whether it is a rule or part of one; `lifetime` may hold a date expression by itself."""
    return element.tag == "rule" or any(
        e.tag in ("rule", "lifetime", "date_expression") for e in element.iterancestors()
    )


def shape(cluster: Cluster) -> Iterator[Hit]:
    """Rules that are empty, join their parts in an unknown way or hold what is none; parts without an id."""
    cib = cluster.needed_cib()
    for rule in _written(cib, "rule"):
        parts = list(rule.iterchildren("*"))
        if not parts:
            yield _hit(cib, rule, "id", "empty")
        for part in parts:
            if part.tag not in _CONDITIONS:
                yield _hit(cib, part, "id", "condition", rule=label(rule), tag=part.tag)
        if (rule.get("boolean-op") or "and").lower() not in ("and", "or"):
            yield _hit(cib, rule, "boolean-op", "join")
    for element in _written(cib, *_NAMED):
        if not element.get("id"):
            yield _hit(cib, element, "id", "no-id")


def location_rule(cluster: Cluster) -> Iterator[Hit]:
    """The outer rules of location constraints: without a score, with none, or with an unknown role."""
    cib = cluster.needed_cib()
    for constraint in section(cib, "constraints"):
        for written in constraint.iterchildren("rule") if constraint.tag == "rsc_location" else ():
            rule = referenced(cib, written)
            if rule is written and written.get("id-ref") is not None:
                continue  # it leads nowhere, which has a rule of its own
            score = rule.get("score")
            if score is None and rule.get("score-attribute") is None:
                yield _hit(cib, written, "id", "no-score", constraint=owner(constraint), rule=rule.get("id"))
            if score is not None and parse_score(score) is None:
                yield _hit(cib, rule, "score", "score")
            if rule.get("role") is not None and parse_role(rule.get("role")) is None:
                yield _hit(cib, rule, "role", "role", constraint=owner(constraint))


def expressions(cluster: Cluster) -> Iterator[Hit]:
    """Comparisons that lack something, have too much, or use an unknown word."""
    cib = cluster.needed_cib()
    for element in _written(cib, "expression"):
        if not element.get("attribute"):
            yield _hit(cib, element, "attribute", "no-attribute")
        yield from _bad_operation(cib, element)
        for name, known, case in (("value-source", _SOURCES, "source"), ("type", _TYPES, "type")):
            value = element.get(name)
            if value is not None and value.lower() not in known:
                yield _hit(cib, element, name, case)
    for element in _written(cib, "op_expression"):
        if not element.get("name"):
            yield _hit(cib, element, "name", "no-name")
        if element.get("interval") is not None and parse_duration_ms(element.get("interval")) is None:
            yield _hit(cib, element, "interval", "interval")


def _bad_operation(cib: Cib, element: _Element) -> Iterator[Hit]:
    operation = (element.get("operation") or "").lower()
    if element.get("operation") is None:
        yield _hit(cib, element, "operation", "no-operation")
    elif operation not in (*_COMPARING, *_DEFINED):
        yield _hit(cib, element, "operation", "operation")
    elif operation in _DEFINED and element.get("value") is not None:
        case = "too-much" if is_from(cib, "3.0.0") else "too-much-later"
        yield _hit(cib, element, "value", case, operation=operation)
    elif operation in _COMPARING and element.get("value") is None:
        yield _hit(cib, element, "operation", "no-value", operation=operation)


def not_a_number(cluster: Cluster) -> Iterator[Hit]:
    """Comparisons as numbers with what is none."""
    cib = cluster.needed_cib()
    for element in _written(cib, "expression"):
        kind, value = (element.get("type") or "").lower(), element.get("value")
        literal = (element.get("value-source") or "literal").lower() == "literal"
        number = {"integer": _WHOLE, "number": _DECIMAL}.get(kind)
        if value is not None and literal and number is not None and not number.match(value):
            yield _hit(cib, element, "value", "", kind=kind)


def node_attribute(cluster: Cluster) -> Iterator[Hit]:
    """Rules of operations that ask for a node attribute."""
    cib = cluster.needed_cib()
    for element in _written(cib, "expression"):
        around = next((e for e in element.iterancestors("op", "op_defaults")), None)
        if around is not None:
            case = "warned" if is_known_from(cib, "2.1.8") else ""
            yield _hit(cib, element, "attribute", case, around=label(around) if around.tag == "op" else "op_defaults")


def block_scores(cluster: Cluster) -> Iterator[Hit]:
    """Attribute sets whose score is none."""
    cib = cluster.needed_cib()
    for element in within(cib, *_BLOCKS):
        if element.get("score") is not None and parse_score(element.get("score")) is None:
            yield _hit(cib, element, "score", "")


def dates(cluster: Cluster) -> Iterator[Hit]:
    """Date expressions whose bounds, fields or durations cannot be read."""
    cib = cluster.needed_cib()
    for element in _written(cib, "date_expression"):
        operation = (element.get("operation") or "in_range").lower()
        if operation not in _DATES:
            yield _hit(cib, element, "operation", "operation")
        elif operation == "date_spec":
            if element.find("date_spec") is None:
                yield _hit(cib, element, "operation", "no-spec")
        else:
            yield from _bounds(cib, element, operation)
    yield from _numbers(cib)


def _numbers(cib: Cib) -> Iterator[Hit]:
    """Fields of a date_spec and lengths of a duration that are none."""
    for element in _written(cib, "date_spec"):
        for name in _FIELDS:
            if element.get(name) is not None and not _RANGE.fullmatch(element.get(name) or ""):
                yield _hit(cib, element, name, "field")
    for element in _written(cib, "duration"):
        for name in _LENGTHS:
            number = _WHOLE.match(element.get(name) or "0")
            if number is None or abs(int(number[1][:12])) > _INT:
                yield _hit(cib, element, name, "duration")


def _bounds(cib: Cib, element: _Element, operation: str) -> Iterator[Hit]:
    used = {"gt": ("start",), "lt": ("end",)}.get(operation, ("start", "end"))
    if all(element.get(name) is None for name in used):
        bounds = " and ".join(used) if len(used) == 1 else "neither start nor end"
        yield _hit(cib, element, "operation", "no-bound", operation=operation, bounds=bounds)
    for name in used:
        if element.get(name) is not None and not is_date(element.get(name) or ""):
            yield _hit(cib, element, name, "date")
