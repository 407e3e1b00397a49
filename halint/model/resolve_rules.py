"""Rules: what they say, and whether the document alone decides them.

Nothing is guessed: a verdict is True or False only where no run-time fact can change it any more, else None.
Dates decide for good once they are past (a day is left for the time zone); `rsc_expression` and `op_expression`
depend on the configuration only. What 2.1.5 and 3.0 read differently counts as undecided.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from halint.model.cib import Agent, Expression, Rule
from halint.model.cib_tree import CibTree, Element, parse_date
from halint.model.values import parse_duration_ms, parse_role, parse_score
from halint.record import record

MAX_DEPTH = 12
"""Rules nested deeper than this are left out; nobody writes them, and an id-ref may point at its own ancestor."""

_SLACK = timedelta(days=1)
_EXPRESSIONS = frozenset({"expression", "date_expression", "rsc_expression", "op_expression"})


@record
class Subject:
    """What a rule is asked about: a resource (`agent` None for a group, clone or bundle) and perhaps an operation."""

    agent: Agent | None = None
    operation: str | None = None
    interval: int | None = None


def verdict(tree: CibTree, rule: Element, subject: Subject | None, depth: int = 0) -> bool | None:
    """Whether the rule holds for `subject` (None: for the cluster), now and later."""
    rule = tree.referenced(rule)
    tree.spend()
    if depth > MAX_DEPTH:
        return None
    parts = [
        verdict(tree, part, subject, depth + 1) if part.tag == "rule" else _holds(tree, part, subject)
        for part in rule.iterchildren("*")
        if part.tag in _EXPRESSIONS or part.tag == "rule"
    ]
    return _joined(parts, (rule.get("boolean-op") or "and").lower())


def any_holds(tree: CibTree, rules: Iterable[Element], subject: Subject | None) -> bool | None:
    """Whether one of several rules side by side holds."""
    return _joined([verdict(tree, rule, subject) for rule in rules], "or")


def _joined(parts: list[bool | None], operator: str) -> bool | None:
    decisive = operator == "or"
    if decisive in parts:
        return decisive
    return None if None in parts or not parts else not decisive


def _holds(tree: CibTree, expression: Element, subject: Subject | None) -> bool | None:
    if expression.tag == "date_expression":
        return date_verdict(tree, expression)
    if subject is None:
        return None
    if expression.tag == "rsc_expression":
        return _matches_agent(expression, subject.agent)
    if expression.tag == "op_expression" and subject.operation is not None:
        return _matches_operation(expression, subject)
    return None


def _matches_agent(expression: Element, agent: Agent | None) -> bool | None:
    has = (agent.standard, agent.provider, agent.type) if agent else ("", "", "")
    wanted = [expression.get(name) for name in ("class", "provider", "type")]
    if any(w is not None and w != h for w, h in zip(wanted, has, strict=True)):
        return False
    # 2.1.5 takes an absent provider for "the resource has none", later releases for "any"
    return None if wanted[1] is None and has[1] else True


def _matches_operation(expression: Element, subject: Subject) -> bool | None:
    if expression.get("name") != subject.operation:
        return False
    interval = expression.get("interval")
    if interval is None:
        return True
    wanted = parse_duration_ms(interval)
    return None if wanted is None else wanted == (subject.interval or 0)


def date_verdict(tree: CibTree, expression: Element) -> bool | None:
    """False for a date expression whose time is over, True for one that begun and never ends, else None."""
    if tree.written is None:
        return None
    operation = (expression.get("operation") or "in_range").lower()
    start, end = parse_date(expression.get("start")), parse_date(expression.get("end"))
    if operation == "gt" and start is not None:
        return True if start + _SLACK < tree.written else None
    if operation == "lt" and end is not None:
        return False if end + _SLACK < tree.written else None
    if operation == "in_range":
        return _in_range(expression, start, end, tree.written)
    return _spec_over(expression, tree.written) if operation == "date_spec" else None


def _in_range(expression: Element, start: datetime | None, end: datetime | None, now: datetime) -> bool | None:
    duration = expression.find("duration")
    if end is None and duration is not None and start is not None:
        end = _later(start, duration)
    elif end is None and expression.get("end") is None and duration is None and start is not None:
        return True if start + _SLACK < now else None
    return False if end is not None and end + _SLACK < now else None


def _later(start: datetime, duration: Element) -> datetime | None:
    """The end of a duration, rounded up where months and years differ in length."""
    days = {
        "years": 366,
        "months": 31,
        "weeks": 7,
        "days": 1,
        "hours": 1 / 24,
        "minutes": 1 / 1440,
        "seconds": 1 / 86400,
    }
    try:
        return start + timedelta(days=sum(int(duration.get(name) or "0") * length for name, length in days.items()))
    except (ValueError, OverflowError):
        return None


def _spec_over(expression: Element, now: datetime) -> bool | None:
    """False where the years of a `date_spec` are past."""
    spec = expression.find("date_spec")
    last = (spec.get("years") or "" if spec is not None else "").rpartition("-")[2]
    over = last.isascii() and last.isdigit() and len(last) == 4 and int(last) < (now - _SLACK).year
    return False if over else None


def resolve_rule(tree: CibTree, element: Element, depth: int = 0) -> Rule:
    """A location rule as the model shows it."""
    mark = tree.mark(element)
    element = tree.referenced(element)
    tree.spend()
    inner: Iterable[Element] = element.iterchildren("rule") if depth < MAX_DEPTH else ()
    return Rule(
        id=element.get("id") or "",
        score=parse_score(element.get("score")),
        score_attribute=element.get("score-attribute"),
        role=parse_role(element.get("role")) or "",
        boolean_op="or" if (element.get("boolean-op") or "").lower() == "or" else "and",
        expressions=tuple(_expression(tree, e) for e in element.iterchildren("*") if e.tag in _EXPRESSIONS),
        rules=tuple(resolve_rule(tree, rule, depth + 1) for rule in inner),
        at=mark,
    )


def _expression(tree: CibTree, element: Element) -> Expression:
    return Expression(
        kind=element.tag,
        attribute=element.get("attribute") or "",
        operation=(element.get("operation") or "").lower(),
        value=element.get("value"),
        expired=element.tag == "date_expression" and date_verdict(tree, element) is False,
        at=tree.mark(element),
    )
