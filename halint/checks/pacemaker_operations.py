"""Checks of operations: recurring ones that cannot be, reactions to failure, roles, times and names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from halint.checks.pacemaker_release import allowed, nearest, outlived, removed, table
from halint.engine.hit import Hit
from halint.model.properties import fencing_enabled, property_setting
from halint.model.values import format_duration, parse_bool, parse_duration_ms, parse_role, parse_timeout_ms
from halint.source import Mark

if TYPE_CHECKING:
    from collections.abc import Iterator

    from halint.model.cib import Cib, Operation, Resource
    from halint.model.cib_tree import Element
    from halint.model.cluster import Cluster

_NEVER_RECUR = frozenset({"start", "stop", "promote", "demote", "reload-agent", "migrate_to", "migrate_from"})
_NOT_FOR_STOP = ("standby", "demote", "stop")
_OP_DEFAULTS = "op_defaults"

# "Pacemaker Explained", Date/Time data type: a date, a time, or both; checked by form, not by calendar
_TIME = r"([01]?[0-9]|2[0-4])(:[0-5]?[0-9]){0,2}|[0-9]{4}([0-9]{2})?"
_ZONE = r"(Z|[+-][0-9]{1,2}(:?[0-9]{2})?)?"
_DATE = r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}|[0-9]{8}|[0-9]{4}-[0-9]{3}|[0-9]{4}-?W[0-9]{1,2}-?[0-9]"
_MOMENT = re.compile(rf"epoch|({_DATE})([ T]({_TIME})\s*{_ZONE})?|T({_TIME})\s*{_ZONE}|[0-9]{{1,2}}:[0-9:]+\s*{_ZONE}")


def _operations(cib: Cib) -> Iterator[tuple[Resource, Operation]]:
    """Every operation in force, each `op` element once."""
    told: set[Element | None] = set()
    for resource in cib.primitives():
        for op in resource.operations:
            if op.at.element not in told:
                told.add(op.at.element)
                yield resource, op


def _base(resource: Resource, op: Operation) -> dict[str, object]:
    interval = "0s" if op.interval is None else f"{op.interval // 1000}s"
    return {"id": resource.id, "op": op.id, "action": op.name, "interval": interval}


def cannot_recur(cluster: Cluster) -> Iterator[Hit]:
    """Actions with an interval that only ever run once; also where the operation is disabled (crm_verify 2.1.5)."""
    for resource, op in _operations(cluster.needed_cib()):
        if op.interval and op.name in _NEVER_RECUR:
            values = _base(resource, op) | {"every": format_duration(op.interval)}
            yield Hit(at=op.at.on("interval"), subject=resource.id, values=values)


class _OnFail(NamedTuple):
    """What is to happen when an action fails, and where that is written; `op` is None where no `op` names it."""

    resource: Resource
    action: str
    op: Operation | None
    value: str
    at: Mark
    by_default: bool


def _reactions(cib: Cib) -> Iterator[_OnFail]:
    """The on-fail in force of every operation, and of starts, stops and probes that have none.

    An operation that is switched off still decides for an action that runs once (crm_verify 2.1.5, measured).
    """
    default = cib.op_defaults.get("on-fail")
    for resource in cib.primitives():
        for op in resource.operations:
            if not op.on_fail or (op.interval and not op.enabled):
                continue
            own = op.settings.get("on-fail")
            written = op.at.element is not None and op.at.element.get("on-fail") is not None
            by_default = not written and own is None
            if by_default and default is None:
                continue
            at = default.at if by_default and default else (op.at.on("on-fail") if written or own is None else own.at)
            yield _OnFail(resource, op.name, op, op.on_fail.lower(), at, by_default)
        if default is None or not default.certain or default.value is None:
            continue
        named = {op.name if op.name != "monitor" else "" if op.interval else "probe" for op in resource.operations}
        for action in ("start", "stop", "probe"):
            if action not in named:
                yield _OnFail(resource, action, None, default.value.lower(), default.at, True)


def on_fail_invalid(cluster: Cluster) -> Iterator[Hit]:
    """Reactions that Pacemaker does not know, or not for this action."""
    told: set[Element | None] = set()
    known = table("operation")["on-fail"]["values"]
    fencing = fencing_enabled(cluster.needed_cib())
    for reaction in _reactions(cluster.needed_cib()):
        case = _refused(reaction, known)
        if not case or reaction.at.element in told:
            continue
        told.add(reaction.at.element)
        op = reaction.op
        values = {
            "id": reaction.resource.id,
            "op": "" if op is None else op.id,
            "action": reaction.action,
            "interval": "0s" if op is None or op.interval is None else f"{op.interval // 1000}s",
            "value": reaction.value,
            "known": ", ".join(k for k in known if k not in ("nothing", "migrate")),
            "usual": "restart" if reaction.action != "stop" else "block" if fencing is False else "fence",
        }
        subject = _OP_DEFAULTS if reaction.by_default else reaction.resource.id
        yield Hit(at=reaction.at, subject=subject, values=values, case=f"{case}{'-default' * reaction.by_default}")


def _refused(reaction: _OnFail, known: list[str]) -> str:
    if reaction.value not in known:
        return "unknown"
    if reaction.action == "stop" and reaction.value in _NOT_FOR_STOP:
        return "stop"
    if reaction.value != "demote" or reaction.action == "promote":
        return ""
    op = reaction.op
    promoted = op is not None and op.name == "monitor" and op.interval and op.role == "Promoted"
    return "" if promoted else "demote"


def on_fail_fence(cluster: Cluster) -> Iterator[Hit]:
    """on-fail=fence in a cluster that never fences."""
    cib = cluster.needed_cib()
    if fencing_enabled(cib) is not False:
        return
    told: set[Element | None] = set()
    switch = property_setting(cib, "fencing-enabled")
    related = () if switch is None else ((switch.at, f"{switch.name} is {switch.value}"),)
    for reaction in _reactions(cib):
        if reaction.value != "fence" or reaction.at.element in told:
            continue
        told.add(reaction.at.element)
        values = {
            "id": reaction.resource.id,
            "action": reaction.action,
            "op": "" if reaction.op is None else reaction.op.id,
            "switch": "fencing-enabled" if switch is None else switch.name,
        }
        subject = _OP_DEFAULTS if reaction.by_default else reaction.resource.id
        case = "default" if reaction.by_default else ""
        yield Hit(at=reaction.at, subject=subject, values=values, case=case, related=related)


def role_invalid(cluster: Cluster) -> Iterator[Hit]:
    """Recurring operations for a role that does not exist."""
    for resource, op in _operations(cluster.needed_cib()):
        role = None if op.at.element is None else op.at.element.get("role")
        if role is not None and op.interval and parse_role(role) is None:
            yield Hit(at=op.at.on("role"), subject=resource.id, values=_base(resource, op) | {"role": role})


def _value(op: Operation, name: str) -> tuple[str, Mark] | None:
    """An option of an operation, as attribute or meta-attribute, and where it is written."""
    written = None if op.at.element is None else op.at.element.get(name)
    if written is not None:
        return written, op.at.on(name)
    setting = op.settings.get(name)
    return None if setting is None or setting.value is None else (setting.value, setting.at)


def interval_origin(cluster: Cluster) -> Iterator[Hit]:
    """interval-origin that is no date, or that start-delay stands beside."""
    for resource, op in _operations(cluster.needed_cib()):
        origin, delay = _value(op, "interval-origin"), _value(op, "start-delay")
        if origin is None or not op.interval or not op.enabled:
            continue
        values = _base(resource, op) | {"value": origin[0], "delay": "" if delay is None else delay[0]}
        if _MOMENT.fullmatch(origin[0].strip()) is None:
            yield Hit(at=origin[1], subject=resource.id, values=values)
        elif delay is not None:
            related = ((delay[1], f"start-delay of {op.id}"),)
            yield Hit(at=origin[1], subject=resource.id, values=values, case="both", related=related)


def time_invalid(cluster: Cluster) -> Iterator[Hit]:
    """Times of operations that are none: interval, timeout and start-delay."""
    cib = cluster.needed_cib()
    for resource, op in _operations(cib):
        for name, parse in (
            ("interval", parse_duration_ms),
            ("timeout", parse_timeout_ms),
            ("start-delay", parse_duration_ms),
        ):
            found = _value(op, name)
            if found is not None and parse(found[0]) is None:
                values = _base(resource, op) | {"value": found[0], "name": name}
                yield Hit(at=found[1], subject=resource.id, values=values, case=name)
    setting = cib.op_defaults.get("timeout")
    if setting is not None and setting.value is not None and parse_timeout_ms(setting.value) is None:
        yield Hit(at=setting.at, subject=_OP_DEFAULTS, values={"value": setting.value}, case="default")


def pending_not_recorded(cluster: Cluster) -> Iterator[Hit]:
    """record-pending switched off."""
    cib = cluster.needed_cib()
    for resource, op in _operations(cib):
        found = _value(op, "record-pending")
        if found is not None and parse_bool(found[0]) is False:
            yield Hit(at=found[1], subject=resource.id, values=_base(resource, op))
    setting = cib.op_defaults.get("record-pending")
    if setting is not None and setting.certain and parse_bool(setting.value) is False:
        yield Hit(at=setting.at, subject=_OP_DEFAULTS, case="default")


def failure_timeout_with_block(cluster: Cluster) -> Iterator[Hit]:
    """Failures that are to expire on a resource that stays blocked when it fails."""
    for resource in cluster.needed_cib().primitives():
        setting = resource.meta.get("failure-timeout")
        blocked = [op for op in resource.operations if op.enabled and op.on_fail.lower() == "block"]
        if setting is None or not setting.certain or not parse_duration_ms(setting.value) or not blocked:
            continue
        values = {
            "id": resource.id,
            "value": setting.value,
            "actions": ", ".join(dict.fromkeys(o.name for o in blocked)),
        }
        related = tuple((op.at, f"on-fail=block of {op.name}") for op in blocked)
        yield Hit(at=setting.at, subject=resource.id, values=values, related=related)


def unknown(cluster: Cluster, allow: str) -> Iterator[Hit]:
    """Names in meta_attributes of operations and in op_defaults that mean nothing; `allow` are patterns of names."""
    cib = cluster.needed_cib()
    root = cib.at.element
    if root is None:
        return
    known, gone = {*table("operation"), "name", "id"}, removed("operation")
    for place in ("configuration/resources//op", "configuration/op_defaults"):
        for pair in root.iterfind(f"{place}/meta_attributes/nvpair"):
            name = pair.get("name") or ""
            # schemas up to 2.10 have it moved to the resource, those of 3 refuse it, pacemaker-4.0 lets it stand again
            leftover = name in gone and cib.validate_with.startswith("pacemaker-4.")
            if not name or (name in known and not leftover) or allowed(name, allow):
                continue
            owner = next((e for e in pair.iterancestors("op", "op_defaults")), None)
            subject = _OP_DEFAULTS if owner is None else owner.get("id") or str(owner.tag)
            values = {"id": subject, "name": name, "near": nearest(name, known), "last": "", "instead": ""}
            case = "near" if values["near"] else ""
            if name in gone:
                values |= {"last": gone[name]["last"], "instead": gone[name].get("instead", "nothing")}
                case = "removed"
                if not outlived(cib, values["last"]):
                    continue
            yield Hit(at=Mark(cib.at.source, element=pair), subject=subject, values=values, case=case)


def stopped_on_anonymous_clone(cluster: Cluster) -> Iterator[Hit]:
    """Monitors for the role Stopped in a clone whose instances are all alike."""
    cib = cluster.needed_cib()
    for resource, op in _operations(cib):
        clone = cib.clone_of(resource)
        if clone is None or clone.kind != "clone" or op.role != "Stopped" or not op.interval or not op.enabled:
            continue
        unique = clone.meta.get("globally-unique")
        if unique is None or (unique.certain and parse_bool(unique.value) is not True):
            yield Hit(at=op.at.on("role"), subject=resource.id, values=_base(resource, op) | {"clone": clone.id})
