"""Where a resource runs and in which role, from what a node recorded it did; what failed, and how that is answered.

Which results count as a failure and what is done then was measured with crm_simulate 2.1.5.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from halint.model.cib import Resource
    from halint.model.status import History, Operation

_OK, _NOT_RUNNING, _PROMOTED, _FAILED_PROMOTED = 0, 7, 8, 9
_NOT_HERE = (2, 5)
"""Results of a probe that mean that the resource cannot run on the node, so that it does not."""
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
    operations: Iterable[Operation],
    answer: Callable[[str, int], str],
    expired: Callable[[Operation], bool],
    *,
    managed: bool = True,
) -> Found:
    """The state after all operations; `answer` gives the effective `on-fail` of a task and interval.

    What does not run counts as stopped where the resource is not `managed`, else as failed.
    """
    state = Found("Stopped")
    for op in operations:
        if op.task not in _IGNORED and op.status != _CANCELLED:
            state = _after(state, op, answer, expired, managed=managed)
    return state


def settled(state: Found, there: Iterable[History], *, known: bool) -> Found:
    """The state of what left for a node, by its histories `there`: where it never arrived it is still where it was.

    `known` says whether that node is one of the cluster's.
    """
    if not state.migrating or state.role != "Stopped" or state.pending:
        return state
    operations = [op for history in there for op in history.operations]
    arrived = any(op.task in ("migrate_from", "start") and op.result == _OK for op in operations)
    failed = any(op.task == "migrate_from" and op.result > _OK for op in operations)
    if arrived or (failed and not known):
        return state
    return state._replace(role="Started", answer="restart" if failed else "", failed_task="migrate_from")


def plainly_found(operations: Iterable[Operation]) -> Found:
    """The state after all operations, where it does not matter how the configuration answers a failure."""
    return found(operations, lambda _task, _interval: "restart", lambda _operation: False)


_IGNORED = ("notify", "meta-data", "reload", "reload-agent", "cancel", "delete")
_PENDING, _DONE, _CANCELLED, _ERROR, _NOT_INSTALLED = -1, 0, 1, 4, 7
"""What became of an operation, as `op-status` has it."""


def _after(
    state: Found,
    op: Operation,
    answer: Callable[[str, int], str],
    expired: Callable[[Operation], bool],
    *,
    managed: bool,
) -> Found:
    probe = op.task == "monitor" and op.interval == 0
    if op.status == _PENDING:
        return _pending(state, op)
    if probe and (op.status == _NOT_INSTALLED or op.result in _NOT_HERE):
        return Found("Stopped", banned="never")
    if _succeeded(op, managed=managed):
        return _done(state, op)
    after = state if expired(op) else _failed(state, op, answer(op.task, op.interval))
    return after._replace(banned="never") if probe and op.result in _HARD else after


def _pending(state: Found, op: Operation) -> Found:
    if op.task == "start":
        return state._replace(role="Started", pending="start")
    if op.task == "promote":
        return state._replace(role="Promoted", pending="promote")
    if op.task in ("stop", "demote", "migrate_to"):
        return state._replace(pending=op.task, migrating=op.migrate_target)
    return state


def _succeeded(op: Operation, *, managed: bool) -> bool:
    """Whether the result is the expected one; a probe may find anything."""
    if op.status not in (_DONE, _ERROR):
        return False
    if op.task == "monitor" and op.interval == 0:
        return op.result in (_OK, _NOT_RUNNING, _PROMOTED)
    return op.result == op.expected or (op.result == _NOT_RUNNING and not managed)


_LEADS_TO = {
    "start": "Started",
    "migrate_from": "Started",
    "promote": "Promoted",
    "demote": "Unpromoted",
    "stop": "Stopped",
    "migrate_to": "Stopped",
}


def _done(state: Found, op: Operation) -> Found:
    if op.result == _NOT_RUNNING:
        return Found("Stopped", banned=state.banned)
    if op.task == "monitor":
        if op.result == _PROMOTED:
            return state._replace(role="Promoted")
        return state._replace(role="Started" if state.role == "Stopped" else state.role)
    role = _LEADS_TO.get(op.task)
    if role is None:
        return state
    migrating = op.migrate_target if op.task == "migrate_to" else ""
    kept = state if state.answer in _KEPT else Found("Stopped")
    return Found(role, answer=kept.answer, failed_task=kept.failed_task, migrating=migrating)


_ANSWERS = ("", "ignore", "restart", "block", "stop", "standby", "fence", "reset-remote")
"""By gravity: of several failures the gravest answer counts."""

_KEPT = ("stop", "standby", "fence")
"""Answers that hold even though an operation has succeeded since."""


def _failed(state: Found, op: Operation, answer: str) -> Found:
    role = "Started" if state.role == "Stopped" else state.role
    if op.task in ("start", "migrate_from"):
        role = "Started"
    elif op.task in ("promote", "demote") or (op.task == "monitor" and op.result in (_PROMOTED, _FAILED_PROMOTED)):
        role = "Promoted"
    elif op.task == "stop" and op.status in (_DONE, _ERROR) and op.result in _HARD[:-1]:
        role = "Stopped"
    if _gravity(answer) < _gravity(state.answer):
        return state._replace(role=role)
    return state._replace(role=role, answer=answer, failed_task=op.task)


def _gravity(answer: str) -> int:
    return _ANSWERS.index(answer) if answer in _ANSWERS else _ANSWERS.index("restart")


class Answers:
    """The `on-fail` in force for a resource's operations.

    What is `contained` is restarted with its container or virtual machine; of a connection to a `remote` node, what
    fails but its start is answered by "reset-remote": the node is fenced.
    """

    def __init__(
        self, resource: Resource | None, *, fencing: bool, contained: bool = False, remote: bool = False
    ) -> None:
        self._resource = resource
        self._fencing = fencing
        self._contained = contained
        self._remote = remote

    def __call__(self, task: str, interval: int) -> str:
        """The effective `on-fail` of an operation that failed."""
        own = "" if self._resource is None else self._own(self._resource, task, interval)
        if own in ("restart-container", "demote") or (self._contained and not own):
            return "restart"
        if self._remote and not own and task != "start" and (task, interval) != ("monitor", 0):
            return "reset-remote"
        if own == "fence" and not self._fencing:
            own = "stop"
        if task == "stop" and own not in ("ignore", "block", "fence", "standby"):
            return "fence" if self._fencing else "block"
        return own if own and own != "nothing" else "ignore" if own == "nothing" else "restart"

    @staticmethod
    def _own(resource: Resource, task: str, interval: int) -> str:
        named = (op for op in resource.operations if op.enabled and op.name == task and (op.interval or 0) == interval)
        return next((op.on_fail.lower() for op in named), "")


class Expiry:
    """Whether a failure is older than the resource's failure-timeout."""

    def __init__(self, timeout: int | None, now: float) -> None:
        self._timeout = timeout
        self._now = now

    def __call__(self, operation: Operation) -> bool:
        """Whether the failure is forgotten."""
        if not self._timeout or operation.finished <= 0:
            return False
        return operation.finished + self._timeout / 1000 < self._now
