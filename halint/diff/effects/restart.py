"""Which resources restart or reload because their parameters are no longer those they were started with.

Each recorded operation carries a digest of the parameters it ran with: `op-digest` of all, `op-restart-digest` of
those named in `op-force-restart`. A digest is the MD5 of the parameters as one sorted XML element, so the answer is
in the status and needs no agent (measured with crm_simulate 2.1.5 and on a live cluster).
"""

from __future__ import annotations

from hashlib import md5
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from halint.model.values import parse_duration_ms

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from halint.diff.effects.items import World
    from halint.diff.side import Side
    from halint.model.cib import Resource, Setting
    from halint.model.status import History, Operation

_QUOTED = {'"': "&quot;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;"}
_STARTING = ("start", "promote", "migrate_from")


def digest(parameters: Mapping[str, str]) -> str:
    """The digest of parameters."""
    inside = "".join(f' {name}="{escape(value, _QUOTED)}"' for name, value in sorted(parameters.items()))
    return md5(f" <parameters{inside}/>\n".encode(), usedforsecurity=False).hexdigest()


def parameters_of(side: Side, settings: Mapping[str, Setting]) -> dict[str, str]:
    """True values, as the agent gets them. They are for comparing and never shown."""
    found = {}
    for name, setting in settings.items():
        if setting.value is not None:
            element = setting.at.element
            true = side.raw(element, "value") if element is not None else None
            found[name] = setting.value if true is None else true
    return found


def mark_changed(side: Side, world: World, histories: Mapping[tuple[str, str], History]) -> None:
    """Set `restart` or `reload` on what runs with other parameters than `side` gives it."""
    for leaf in world.leaves:
        resource = leaf.resource
        if not leaf.running or resource is None or leaf.orphan or leaf.implied in ("member", "part"):
            continue
        history = histories.get((leaf.name, leaf.running[0])) or histories.get((leaf.id, leaf.running[0]))
        if history is None:
            continue
        how = _verdict(side, resource, history)
        if how == "restart" or (how == "reload" and leaf.fencing):
            leaf.restart = True
        elif how == "reload":
            leaf.reload = True


def _verdict(side: Side, resource: Resource, history: History) -> str:
    agent = resource.agent
    if agent is not None and history.agent[2] and (agent.standard, agent.provider, agent.type) != history.agent:
        return "restart"
    operations = list(_current(history.operations))
    if not any(op.digest for op in operations):
        return ""
    parameters = parameters_of(side, resource.parameters)
    found = ""
    for op in operations:
        if not op.digest:
            continue
        given = _with_own(side, resource, op, parameters)
        if given is None:
            continue
        if op.restarts is not None and op.restart_digest:
            forced = {n: v for n, v in given.items() if n in op.restarts}
            if digest(forced) != op.restart_digest:
                return "restart"
        if op.interval or digest(given) == op.digest:
            continue
        if op.restarts is None or not op.restart_digest:
            return "restart"
        found = "reload"
    return found


def _current(operations: Iterable[Operation]) -> list[Operation]:
    """What happened since the resource was stopped last."""
    kept: list[Operation] = []
    for op in operations:
        if op.task == "stop" and op.status == 0:
            kept.clear()
        elif op.task in _STARTING or op.task == "monitor":
            kept.append(op)
    return kept


def _with_own(side: Side, resource: Resource, op: Operation, parameters: dict[str, str]) -> dict[str, str] | None:
    """The parameters with those of the operation itself; None for a recurring one that is not configured."""
    same = [o for o in resource.operations if o.name == op.task and (o.interval or 0) == op.interval]
    if op.interval:
        if not same:
            return None
        timeout = same[0].timeout if same[0].timeout is not None else parse_duration_ms("20s")
        return {**parameters, "CRM_meta_timeout": str(timeout)}
    own = parameters_of(side, same[0].settings) if same else {}
    own = {n: v for n, v in own.items() if n.startswith("OCF_")}
    return {**parameters, **own} if own else parameters
