"""How a failed operation is answered, and whether it has been forgotten already."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from halint.diff.effects.items import Options
    from halint.model.cib import Resource
    from halint.model.status import Operation


class Answers:
    """The `on-fail` in force for a resource's operations."""

    def __init__(self, resource: Resource | None, options: Options) -> None:
        self._resource = resource
        self._options = options

    def __call__(self, task: str, interval: int) -> str:
        """The effective `on-fail` of an operation that failed."""
        own = "" if self._resource is None else self._own(self._resource, task, interval)
        if own in ("restart-container", "demote"):
            return "restart"
        if own == "fence" and not self._options.fencing:
            own = "stop"
        if task == "stop" and own not in ("ignore", "block", "fence", "standby"):
            return "fence" if self._options.fencing else "block"
        return own if own and own != "nothing" else "ignore" if own == "nothing" else "restart"

    @staticmethod
    def _own(resource: Resource, task: str, interval: int) -> str:
        found_ = [op for op in resource.operations if op.name == task]
        exact = [op for op in found_ if (op.interval or 0) == interval]
        return (exact or found_)[0].on_fail.lower() if exact or found_ else ""


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
