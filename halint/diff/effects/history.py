"""Where a resource runs and in which role, from what a node recorded it did; and what failed.

Which results count as a failure and what is done then was measured with crm_simulate 2.1.5.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from halint.model.status import Operation

_OK, _NOT_RUNNING, _PROMOTED, _FAILED_PROMOTED, _UNKNOWN = 0, 7, 8, 9, 193
_HARD = (2, 3, 4, 5, 6)
"""Results that keep a resource from this node (2 to 5) or from all (6)."""


class Found(NamedTuple):
    """A resource on a node: its role, whether an operation failed and how that is answered, and what is under way.

    `answer` is the `on-fail` of what failed ("" where nothing did), `migrating` the node it is moving to or from.
    """

    role: str
    answer: str = ""
    failed_task: str = ""
    pending: str = ""
    banned: str = ""
    migrating: str = ""


def found(
    operations: Iterable[Operation], answer: Callable[[str, int], str], expired: Callable[[Operation], bool]
) -> Found:
    """The state after all operations; `answer` gives the effective `on-fail` of a task and interval."""
    state = Found("Stopped")
    for op in operations:
        state = _after(state, op, answer, expired)
    return state


_IGNORED = ("notify", "meta-data", "reload", "reload-agent", "cancel", "delete")
_CANCELLED, _NOT_INSTALLED_HERE = 1, 7


def _after(
    state: Found, op: Operation, answer: Callable[[str, int], str], expired: Callable[[Operation], bool]
) -> Found:
    if op.task in _IGNORED or op.status == _CANCELLED:
        return state
    if op.status == -1 or op.result == _UNKNOWN:
        return _pending(state, op)
    if _succeeded(op):
        return _done(state, op)
    probe = op.task == "monitor" and op.interval == 0
    if op.status == _NOT_INSTALLED_HERE or (probe and op.result in _HARD):
        return state._replace(banned="never" if probe else "node")
    return state if expired(op) else _failed(state, op, answer(op.task, op.interval))


def _pending(state: Found, op: Operation) -> Found:
    if op.task == "start":
        return state._replace(role="Started", pending="start")
    if op.task == "promote":
        return state._replace(role="Promoted", pending="promote")
    if op.task in ("stop", "demote", "migrate_to"):
        return state._replace(pending=op.task, migrating=op.migrate_target)
    return state


def _succeeded(op: Operation) -> bool:
    if op.status > 1 and op.result == _NOT_RUNNING:
        return op.task == "stop" or (op.task == "monitor" and op.interval == 0)
    if op.status > 1:
        return False
    if op.task == "monitor":
        if op.interval == 0:
            return op.result in (_OK, _NOT_RUNNING, _PROMOTED)
        return op.result in (_OK, _PROMOTED) and (op.expected in (None, -1, op.result) or op.result == _PROMOTED)
    return op.result == _OK or (op.task == "stop" and op.result == _NOT_RUNNING) or op.result == op.expected


_LEADS_TO = {
    "start": "Started",
    "migrate_from": "Started",
    "promote": "Promoted",
    "demote": "Unpromoted",
    "stop": "Stopped",
    "migrate_to": "Stopped",
}


def _done(state: Found, op: Operation) -> Found:
    if op.task == "monitor":
        if op.result == _NOT_RUNNING:
            return Found("Stopped", banned=state.banned)
        if op.result == _PROMOTED:
            return state._replace(role="Promoted")
        return state._replace(role="Started" if state.role == "Stopped" else state.role)
    role = _LEADS_TO.get(op.task)
    if role is None:
        return state
    return Found(role, migrating=op.migrate_target if op.task == "migrate_to" else "")


def _failed(state: Found, op: Operation, answer: str) -> Found:
    role = state.role
    if op.task in ("start", "migrate_from") or (op.task == "monitor" and role == "Stopped"):
        role = "Started"
    elif op.task in ("promote", "demote"):
        role = "Promoted"
    if op.task == "monitor" and op.result == _FAILED_PROMOTED:
        role = "Promoted"
    if op.task == "stop" and role == "Stopped":
        role = "Started"
    return state._replace(role=role, answer=answer, failed_task=op.task)
