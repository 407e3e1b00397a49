"""What the status section records of operations, entry by entry, as Pacemaker's own reader takes it.

What each malformed entry does was measured with crm_verify 2.1.5; 3.0.2 reports what 2.1.5 logs.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from halint.checks.cib_elements import mark
from halint.engine.hit import Hit
from halint.model.status import node_states

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

    from halint.model.cib import Cib
    from halint.model.cluster import Cluster
    from halint.source import Mark

_NUMBER = re.compile(r"\s*[+-]?[0-9]+")
_KEY = re.compile(r"\s*[+-]?[0-9]+:\s*[+-]?[0-9]+:\s*[+-]?[0-9]+:\s*\S")
"""transition-key: action, transition, expected result, and the id of the one who asked."""

_PENDING, _CANCELLED, _LAST = -1, 1, 11
"""Of the numbers that `op-status` may be, -1 to 11 (enum pcmk_exec_status)."""


class _Entry(NamedTuple):
    """A recorded operation, and the name of the node that it is recorded on, "" where it has none."""

    element: _Element
    node: str


def without_id(cluster: Cluster) -> Iterator[Hit]:
    """Entries that say neither what they are nor of which operation. Cases: id, operation."""
    cib = cluster.needed_cib()
    for entry in _operations(cib):
        operation = entry.element
        for attribute in ("id", "operation"):
            if not operation.get(attribute):
                yield _hit(cib, entry, "", attribute)


def results(cluster: Cluster) -> Iterator[Hit]:
    """Results that are none. Cases: status, none, cancelled, code."""
    cib = cluster.needed_cib()
    for entry in _operations(cib):
        operation = entry.element
        status, code = operation.get("op-status"), operation.get("rc-code")
        case = _status_case(status)
        if case:
            yield _hit(cib, entry, "op-status", case, value=status)
        if code is not None and not _NUMBER.match(code):
            yield _hit(cib, entry, "rc-code", "code", value=code)


def _status_case(text: str | None) -> str:
    number = _number(text)
    if number is None:
        return "none" if text is None else "status"
    if number == _CANCELLED:
        return "cancelled"
    return "" if _PENDING <= number <= _LAST else "status"


def duplicates(cluster: Cluster) -> Iterator[Hit]:
    """Entries of one resource on one node that have the same id."""
    cib = cluster.needed_cib()
    first: dict[tuple[_Element | None, str], _Element] = {}
    for entry in _operations(cib):
        operation = entry.element
        name = operation.get("id")
        other = first.setdefault((operation.getparent(), name), operation) if name else operation
        if other is not operation:
            yield _hit(cib, entry, "", related=((mark(cib, other), "the first of them"),))


def migrations(cluster: Cluster) -> Iterator[Hit]:
    """Migrations that do not say between which nodes, or name another node than the one they are recorded on.

    Pacemaker looks at each `migrate_to` that is over, and at a `migrate_from` that failed.
    """
    cib = cluster.needed_cib()
    for entry in _operations(cib):
        operation = entry.element
        task = operation.get("operation")
        if task not in ("migrate_to", "migrate_from") or not _is_looked_at(operation):
            continue
        lacking = [name for name in ("migrate_source", "migrate_target") if not operation.get(name)]
        own = "migrate_source" if task == "migrate_to" else "migrate_target"
        if lacking:
            yield _hit(cib, entry, "", "lacking", lacking=" and ".join(lacking))
        elif (operation.get(own) or "").lower() != entry.node.lower():
            yield _hit(cib, entry, own, "other", attribute=own, value=operation.get(own))


def _is_looked_at(operation: _Element) -> bool:
    status = _number(operation.get("op-status")) or 0
    if operation.get("operation") == "migrate_to":
        return status != _PENDING
    return status > 0 or (status == 0 and (_number(operation.get("rc-code")) or 0) != 0)


def expectations(cluster: Cluster) -> Iterator[Hit]:
    """Operations that are over, of which nobody can say what result was expected. Cases: missing, malformed."""
    cib = cluster.needed_cib()
    for entry in _operations(cib):
        operation = entry.element
        key = operation.get("transition-key")
        if key is not None and _KEY.match(key):
            continue
        if operation.get("operation") not in (None, "notify") and _number(operation.get("op-status")) != _PENDING:
            case = "missing" if key is None else "malformed"
            yield _hit(cib, entry, "transition-key", case, value=key)


def _operations(cib: Cib) -> Iterator[_Entry]:
    """Every operation that the status section records of a node."""
    for node, state in () if cib.at.element is None else node_states(cib.at.element):
        for element in state.iter("lrm_rsc_op"):
            yield _Entry(element, node)


def _number(text: str | None) -> int | None:
    """The leading number of a text, None where there is none."""
    match = _NUMBER.match(text or "")
    return int(match[0]) if match and len(match[0]) < 20 else None


def _hit(
    cib: Cib,
    entry: _Entry,
    on: str,
    case: str = "",
    related: tuple[tuple[Mark, str], ...] = (),
    **values: object,
) -> Hit:
    """A finding, with whose operation it is: `resource`, `node`, and the operation's own name in `entry`."""
    operation = entry.element
    resource = next((e.get("id") for e in operation.iterancestors("lrm_resource")), None) or "a resource without an id"
    name = operation.get("id") or operation.get("operation_key") or operation.get("operation") or "without an id"
    values |= {"resource": resource, "node": entry.node or "a node without a name", "entry": name}
    return Hit(at=mark(cib, operation, on), subject=resource, case=case, values=values, related=related)
