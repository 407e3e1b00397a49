"""Rules as they hold at one moment on one node; everything they ask for is in the CIB, or they do not hold.

Comparisons as Pacemaker makes them (Pacemaker Explained, Rules; measured with crm_simulate 2.1.5).
"""

from __future__ import annotations

import operator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from halint.model.cib_tree import Element, parse_date

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from halint.model.cib import Expression, Rule

_DEPTH = 20


def holds(rule: Rule, attributes: Mapping[str, str], now: float, depth: int = 0) -> bool:
    """Whether a rule holds on the node that has these attributes; an empty rule does not."""
    if depth > _DEPTH:
        return False
    parts = [_expression(e, attributes, now) for e in rule.expressions]
    parts += [holds(r, attributes, now, depth + 1) for r in rule.rules]
    return any(parts) if rule.boolean_op == "or" else all(parts)


def _expression(expression: Expression, attributes: Mapping[str, str], now: float) -> bool:
    element = expression.at.element
    if element is None or expression.kind not in ("expression", "date_expression"):
        return False
    if expression.kind == "date_expression":
        return date_holds(element, now)
    actual, wanted = attributes.get(expression.attribute), expression.value
    if expression.operation in ("defined", "not_defined"):
        return (actual is not None) == (expression.operation == "defined")
    if actual is None or wanted is None:
        return expression.operation == "ne" and actual is not wanted
    kind = element.get("type") or ("string" if expression.operation in ("eq", "ne") else "number")
    test = _TESTS.get(expression.operation)
    return test is not None and test(_compare(actual, wanted, kind), 0)


_TESTS: Mapping[str, Callable[[int, int], bool]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "lt": operator.lt,
    "lte": operator.le,
    "gt": operator.gt,
    "gte": operator.ge,
}


def _compare(one: str, other: str, kind: str) -> int:
    if kind == "version":
        return _sign(_version(one), _version(other))
    if kind in ("number", "integer"):
        try:
            return _sign((float(one),), (float(other),))
        except ValueError:
            pass
    return (one.lower() > other.lower()) - (one.lower() < other.lower())


def _sign(left: tuple[float, ...], right: tuple[float, ...]) -> int:
    return (left > right) - (left < right)


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".") if part.isdigit())


def date_holds(element: Element, now: float) -> bool:
    """Whether a date_expression holds at `now`, in seconds since 1970."""
    moment = datetime.fromtimestamp(now, UTC)
    operation = (element.get("operation") or "in_range").lower()
    start, end = parse_date(element.get("start")), parse_date(element.get("end"))
    if operation == "gt":
        return start is not None and moment > start
    if operation == "lt":
        return end is not None and moment < end
    if operation == "in_range":
        duration = element.find("duration")
        if end is None and start is not None and duration is not None:
            end = start + _duration(duration)
        return (start is None or moment >= start) and (end is None or moment <= end) and (start or end) is not None
    if operation == "date_spec":
        spec = element.find("date_spec")
        return spec is not None and _spec(spec, moment)
    return False


def _duration(element: Element) -> timedelta:
    days = {"years": 365, "months": 30, "weeks": 7, "days": 1, "hours": 1 / 24, "minutes": 1 / 1440}
    try:
        return timedelta(days=sum(int(element.get(n) or 0) * d for n, d in days.items()))
    except (ValueError, OverflowError):
        return timedelta()


def _spec(spec: Element, moment: datetime) -> bool:
    week = moment.isocalendar()
    parts = {
        "seconds": moment.second,
        "minutes": moment.minute,
        "hours": moment.hour,
        "monthdays": moment.day,
        "weekdays": week.weekday,
        "yeardays": moment.timetuple().tm_yday,
        "months": moment.month,
        "weeks": week.week,
        "years": moment.year,
        "weekyears": week.year,
    }
    return all(_within(spec.get(name), value) for name, value in parts.items())


def _within(text: str | None, value: int) -> bool:
    if text is None:
        return True
    low, dash, high = text.partition("-")
    try:
        first = int(low)
        last = first if not dash else int(high) if high else value
    except ValueError:
        return False
    return first <= value <= last
