"""Checks of resource operations: monitors, their intervals and roles, timeouts against the agent's advice."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from halint.engine.hit import Hit
from halint.model.agents import traits
from halint.model.values import format_duration, parse_bool, parse_timeout_ms

if TYPE_CHECKING:
    from collections.abc import Iterator

    from halint.model.cib import Cib, Operation, Resource
    from halint.model.cluster import Cluster

# "Pacemaker Explained", Resource Operations: where neither op nor op_defaults give a timeout
_BUILT_IN_TIMEOUT = 20_000


def _primitives(cluster: Cluster) -> Iterator[tuple[Cib, Resource]]:
    """Every primitive of a known class that is no fence device."""
    cib = cluster.cib
    for resource in cib.primitives() if cib is not None else ():
        if cib is not None and resource.agent is not None and resource.agent.standard != "stonith":
            yield cib, resource


def _monitors(resource: Resource) -> list[Operation]:
    """Recurring monitors that run; one with an unreadable interval counts."""
    return [op for op in resource.operations if op.name == "monitor" and op.enabled and op.interval != 0]


def monitor_missing(cluster: Cluster) -> Iterator[Hit]:
    """Primitives, or the template of several, without an enabled recurring monitor."""
    told = set()
    for cib, resource in _primitives(cluster):
        known = traits(resource.agent)
        if _monitors(resource) or (known is not None and known.monitor_optional):
            continue
        written = next((t for t in cib.templates if t.id == resource.template), resource)
        if written.id in told:
            continue
        told.add(written.id)
        idle = next((op for op in resource.operations if op.name == "monitor"), None)
        case = "template" if written is not resource else ""
        if idle is not None and not case:
            case = "zero" if idle.enabled else "disabled"
        clone = cib.clone_of(resource)
        if not case and clone is not None and clone.promotable:
            case = "promotable"
        values = {
            "id": written.id,
            "primitive": resource.id,
            "agent": resource.agent,
            "operation": "" if idle is None else idle.id,
            "timeout": _advised(resource, ""),
        }
        yield Hit(at=written.at if idle is None else idle.at, subject=written.id, values=values, case=case)


def monitor_role_missing(cluster: Cluster) -> Iterator[Hit]:
    """Primitives of promotable clones and bundles whose monitors leave the promoted or the unpromoted instances out.

    A monitor without a role runs on unpromoted instances, one for the Started role on none of a promotable clone
    (crm_simulate shows it).
    """
    for cib, resource in _primitives(cluster):
        clone = cib.clone_of(resource)
        known = traits(resource.agent)
        if clone is None or not clone.promotable or (known and not known.promotable):
            continue
        monitors = _monitors(resource)
        roles = {op.role for op in monitors}
        missing = [
            r for r, there in (("Promoted", {"Promoted"}), ("Unpromoted", {"", "Unpromoted"})) if not roles & there
        ]
        if monitors and missing:
            free = _free_intervals(monitors)
            values = {
                "id": resource.id,
                "clone": clone.id,
                "kind": "bundle" if clone.kind == "bundle" else "clone",
                "role": missing[0],
                "interval": f"{free[0]}s",
                "next": f"{free[1]}s",
                "timeout": _advised(resource, missing[0]),
            }
            case = "both" if len(missing) > 1 else ""
            yield Hit(at=monitors[0].at, subject=resource.id, values=values, case=case)


def _advised(resource: Resource, role: str) -> str:
    """The timeout for a new monitor: what the agent advises, else the built-in one."""
    known = traits(resource.agent)
    advised = None if known is None else known.advised_timeout("monitor", role)
    return f"{(advised or _BUILT_IN_TIMEOUT) // 1000}s"


def _free_intervals(monitors: list[Operation]) -> list[int]:
    """Two intervals, in seconds, near the one in use that no monitor has."""
    taken = {op.interval for op in monitors}
    start = (monitors[0].interval or 10_000) // 1000 + 1
    return [s for s in range(start, start + len(monitors) + 2) if s * 1000 not in taken][:2]


def interval_duplicate(cluster: Cluster) -> Iterator[Hit]:
    """Recurring operations of one primitive with the same name and interval; roles and levels do not matter."""
    cib = cluster.cib
    for resource in cib.primitives() if cib is not None else ():
        seen: dict[tuple[str, int], Operation] = {}
        for op in resource.operations:
            if not op.interval:
                continue
            first = seen.setdefault((op.name, op.interval), op)
            if first is op:
                continue
            values = {
                "id": resource.id,
                "name": op.name,
                "interval": format_duration(op.interval),
                "first": first.id,
                "second": op.id,
                "free": f"{op.interval // 1000 + 1}s",
                "role": op.role,
                "timeout": f"{(op.timeout or _BUILT_IN_TIMEOUT) // 1000}s",
            }
            related = ((first.at, f"operation {first.id}, the same interval"),)
            case = "role" if op.role and op.role != first.role else ""
            yield Hit(at=op.at.on("interval"), subject=resource.id, values=values, case=case, related=related)


def _in_seconds(ms: int) -> str:
    """Timeouts stand side by side here, so they have one unit, the one they are written in."""
    return f"{ms // 1000} s" if ms % 1000 == 0 else f"{ms} ms"


class _Short(NamedTuple):
    """An operation whose effective timeout is below the advised one; milliseconds."""

    name: str
    timeout: int
    advised: int
    op: Operation | None

    def __str__(self) -> str:
        role = f" of {self.op.role}" if self.op is not None and self.op.role else ""
        return f"{self.name}{role} {_in_seconds(self.timeout)} ({_in_seconds(self.advised)} advised)"


def timeout_below_advised(cluster: Cluster) -> Iterator[Hit]:
    """Primitives, one hit each, with operations whose effective timeout is below what their agent advises."""
    told = set()
    for cib, resource in _primitives(cluster):
        short = list(_short(cib, resource))
        if not short:
            continue
        worst = next((s for s in short if s.name == "stop"), short[0])
        written = resource.template if worst.op is not None and worst.op.origin == "template" else None
        subject = written or resource.id
        values = {
            "id": subject,
            "primitive": resource.id,
            "agent": resource.agent,
            "timeouts": ", ".join(str(s) for s in short),
            **_enough(cib, resource),
            **_monitor_values(short),
            "xml": _raised(resource, written, short),
        }
        if (subject, values["timeouts"]) in told:
            continue
        told.add((subject, values["timeouts"]))
        at = resource.at if worst.op is None else worst.op.at.on("timeout")
        yield Hit(at=at, subject=subject, values=values, case=_case({s.name for s in short}, str(values["role"])))


def _raised(resource: Resource, template: str | None, short: list[_Short]) -> str:
    """The operations with the advised timeouts as XML that `cibadmin --modify --allow-create` merges in."""
    from html import escape  # noqa: PLC0415 - only for a finding

    tag, owner = ("template", template) if template else ("primitive", resource.id)
    ops = []
    for one in short:
        there = one.op is not None and bool(one.op.id)
        op_id = one.op.id if one.op is not None and there else f"{owner}-{one.name}-interval-0s"
        more = "" if there else f' name="{one.name}" interval="0s"'
        ops.append(f'<op id="{escape(op_id)}"{more} timeout="{one.advised // 1000}s"/>')
    return f'<{tag} id="{escape(owner)}"><operations>{"".join(ops)}</operations></{tag}>'


def _case(names: set[str], role: str) -> str:
    """Which commands mend it."""
    if names & {"promote", "demote"}:
        return "promotable"
    if names & {"migrate_to", "migrate_from"}:
        return "migrate"
    if "monitor" not in names:
        return ""
    if names == {"monitor"}:
        return "monitor-role" if role else "monitor"
    return "" if role else "start-and-monitor"


def _enough(cib: Cib, resource: Resource) -> dict[str, str]:
    """For each action but monitor, a timeout that is neither below the one in force nor below the advised one."""
    known = traits(resource.agent)
    there = {op.name: op.timeout or _BUILT_IN_TIMEOUT for op in resource.operations}
    default = _default_timeout(cib) or _BUILT_IN_TIMEOUT
    actions = ("start", "stop", "promote", "demote", "migrate_to", "migrate_from")
    advised = {a: (known.advised_timeout(a) if known else None) or 0 for a in actions}
    return {a: f"{max(advised[a], there.get(a, default)) // 1000}s" for a in actions}


def _monitor_values(short: list[_Short]) -> dict[str, str]:
    """Interval, role and advised timeout of the first monitor that is short; pcs finds a monitor by its interval."""
    found = next((s for s in short if s.name == "monitor"), None)
    if found is None or found.op is None:
        return {"interval": "0s", "monitor": "0s", "role": ""}
    return {
        "interval": f"{(found.op.interval or 0) // 1000}s",
        "monitor": f"{found.advised // 1000}s",
        "role": found.op.role,
    }


def _short(cib: Cib, resource: Resource) -> Iterator[_Short]:
    known = traits(resource.agent)
    if known is None or known.monitor_optional:
        return
    for name, op in _operations(cib, resource):
        timeout = _default_timeout(cib) if op is None else (op.timeout if op.timeout_certain else None)
        role = op.role if op is not None else ""
        advised = known.advised_timeout(name, role)
        if timeout and advised and timeout < advised:
            yield _Short(name, timeout, advised, op)


def _operations(cib: Cib, resource: Resource) -> Iterator[tuple[str, Operation | None]]:
    """What the cluster will run for a primitive: the action and its op, None where it has none."""
    clone = cib.clone_of(resource)
    names = ["start", "stop"]
    if clone is not None and clone.promotable:
        names += ["promote", "demote"]
    if parse_bool(resource.meta_value("allow-migrate")):
        names += ["migrate_to", "migrate_from"]
    for name in names:
        written = [op for op in resource.operations if op.name == name and op.enabled]
        yield from ((name, op) for op in written or (None,))
    yield from (("monitor", op) for op in _monitors(resource))


def _default_timeout(cib: Cib) -> int | None:
    setting = cib.op_defaults.get("timeout")
    if setting is None:
        return _BUILT_IN_TIMEOUT
    return parse_timeout_ms(setting.value) if setting.certain else None
