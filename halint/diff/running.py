"""What the status section of BEFORE says runs where, as context for a forecast."""

from __future__ import annotations

from collections.abc import Iterable

from halint.diff.outcome import Outcome
from halint.diff.side import Side
from halint.model.histories import plainly_found
from halint.model.status import NodeStatus, Status, read_status


def running(outcome: Outcome) -> tuple[tuple[str, str], ...]:
    """Names with their state: every node, then each primitive that a change or an effect concerns.

    `("ha1", "online")`, `("VIP", "started on ha1")`, `("Web", "stopped; monitor failed on ha2")`. () without a status.
    """
    side = outcome.comparison.before
    status = read_status(side.root)
    if status is None:
        return ()
    nodes = [(name, _node_state(node)) for name, node in sorted(status.nodes.items())]
    return (*nodes, *((name, _state(name, status)) for name in concerned(outcome, side)))


def concerned(outcome: Outcome, side: Side) -> list[str]:
    """The ids of the primitives of BEFORE that something changes in, or that do something; in document order."""
    named = {one.change.id for one in outcome.changes} | {effect.subject for effect in outcome.forecast.effects}
    wanted = {
        primitive.get("id")
        for name in named & side.resources.keys()
        for primitive in side.resources[name].iter("primitive")
    }
    return [name for name in side.resources if name in wanted]


def _node_state(node: NodeStatus) -> str:
    words = ["remote" if node.remote else node.crmd or "state unknown"]
    words += [
        f"{name}={value}" for name, value in sorted(node.attributes.items()) if name in ("standby", "maintenance")
    ]
    return ", ".join(words)


def _state(name: str, status: Status) -> str:
    """The roles that the instances of a primitive have, where, and what failed."""
    roles: dict[str, list[str]] = {}
    failures: list[str] = []
    for node in status.nodes.values():
        for history in node.histories:
            if history.name.partition(":")[0] != name:
                continue
            # the forecast asks the configuration how a failure is answered; what runs where does not depend on it
            state = plainly_found(history.operations)
            if state.role != "Stopped":
                roles.setdefault(state.role.lower(), []).append(node.name)
            if state.failed_task:
                failures.append(f"{state.failed_task} failed on {node.name}")
    told = [f"{role} on {_listed(nodes)}" for role, nodes in sorted(roles.items())] or ["stopped"]
    return "; ".join([*told, *sorted(failures)])


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(set(names)))
