"""Checks of SBD: its service, and its timeouts against each other."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from halint.checks.sbd_settings import crash_dump_seconds, devices, member_files
from halint.checks.services import node_unit_lists, where
from halint.engine.hit import Hit
from halint.model.properties import property_setting, watchdog_timeout_ms
from halint.model.values import format_duration

if TYPE_CHECKING:
    from collections.abc import Iterator

    from halint.model.cluster import Cluster, Node
    from halint.model.host import Sbd, SbdHeader, Units
    from halint.source import Mark

_AGENTS = frozenset(("fence_sbd", "external/sbd"))
# sysconfig file of sbd 1.5: in force where SBD_WATCHDOG_TIMEOUT is not set and there is no device
_DEFAULT_WATCHDOG = 5
_CRASHDUMP = re.compile(r"(?:^|\s)-C\s*(\d{1,6})\b")
_OFF = ("disabled", "indirect")


class _Use(NamedTuple):
    """What shows that the cluster uses SBD, in words, and where."""

    told: str
    at: Mark


def service_disabled(cluster: Cluster) -> Iterator[Hit]:
    """Nodes where SBD is used and its service does not start; masked is another rule's."""
    for units in node_unit_lists(cluster):
        node = cluster.node(units.node) if units.node else None
        use = _use(cluster, units, node)
        service = "sbd" if node is None or node.kind == "member" else "sbd_remote"
        unit = units.get(service)
        if use is None or (unit is None and (units.selection or service == "sbd_remote")):
            continue
        if unit is not None and unit.state not in _OFF:
            continue
        missing = "is not enabled" if not units.complete else "is not installed"
        yield Hit(
            at=use.at if unit is None else unit.at,
            subject=units.node or "sbd",
            values={
                "unit": f"{service}.service",
                "state": missing if unit is None else f"is {unit.state}",
                "where": where(units),
                "use": use.told,
            },
            related=() if unit is None else ((use.at, use.told),),
        )


def _use(cluster: Cluster, units: Units, node: Node | None) -> _Use | None:
    """What shows that this node uses SBD: its own settings; of members also the CIB, or others' where it gave none."""
    own = [s for s in cluster.sbd if s.node is None or s.node == units.node or (node and node.is_called(s.node))]
    member = node is None or node.kind == "member"
    for sbd in own or (cluster.sbd if member else ()):
        if devices(sbd):
            return _Use("SBD_DEVICE is set", sbd.variables["SBD_DEVICE"].at)
    return _use_in_cib(cluster) if member else None


def _use_in_cib(cluster: Cluster) -> _Use | None:
    if cluster.cib is None:
        return None
    setting = property_setting(cluster.cib, "stonith-watchdog-timeout")
    if setting is not None and watchdog_timeout_ms(cluster.cib) not in (None, 0):
        return _Use(f"{setting.name} is {setting.value}", setting.at)
    for resource in cluster.cib.primitives():
        if resource.agent is not None and resource.agent.type in _AGENTS and resource.agent.standard == "stonith":
            return _Use(f"{resource.id} is a {resource.agent.type} device", resource.at)
    return None


class _Watchdog(NamedTuple):
    """SBD's watchdog timeout on one node, and where it is written."""

    seconds: int
    place: str
    at: Mark


def stonith_watchdog_timeout(cluster: Cluster) -> Iterator[Hit]:
    """The property against the longest watchdog timeout of the nodes. Negative is computed by Pacemaker."""
    setting = property_setting(cluster.cib, "stonith-watchdog-timeout") if cluster.cib else None
    value = watchdog_timeout_ms(cluster.cib) if cluster.cib else None
    watchdogs = list(_watchdogs(cluster))
    if setting is None or value is None or value <= 0 or not watchdogs:
        return
    longest = max(watchdogs, key=lambda w: w.seconds)
    dump = max((crash_dump_seconds(s) for s in member_files(cluster)), default=0)
    needed = max(2 * longest.seconds, longest.seconds + dump)
    if value >= 1000 * needed:
        return
    case = "refused" if value <= 1000 * longest.seconds else "tight" if value < 2000 * longest.seconds else "dump"
    yield Hit(
        at=setting.at,
        subject=setting.name,
        case=case,
        values={
            "property": setting.name,
            "value": format_duration(value),
            "watchdog": format_duration(1000 * longest.seconds),
            "place": longest.place,
            "twice": needed,
            "dump": dump,
        },
        related=((longest.at, f"the watchdog timeout is {longest.seconds} s"),),
    )


def _watchdogs(cluster: Cluster) -> Iterator[_Watchdog]:
    """The watchdog timeouts in force; where there are devices their headers decide (sbd(8)), unknown without them."""
    for header in cluster.sbd_headers:
        if header.watchdog is not None:
            yield _Watchdog(header.watchdog, f"in the header of {_device(header)}", header.watchdog_at or header.at)
    for sbd in cluster.sbd:
        variable = sbd.variables.get("SBD_WATCHDOG_TIMEOUT")
        text = variable.value.strip() if variable else str(_DEFAULT_WATCHDOG)
        if devices(sbd) or not (text.isascii() and text.isdigit() and len(text) < 7):
            continue
        at = variable.at if variable else _any_line(sbd)
        if at is not None:
            yield _Watchdog(int(text), f"on {sbd.node}" if sbd.node else "on every node", at)


def _any_line(sbd: Sbd) -> Mark | None:
    return next((v.at for v in sbd.variables.values()), None)


def _device(header: SbdHeader) -> str:
    return header.device or "the SBD device"


def msgwait(cluster: Cluster) -> Iterator[Hit]:
    """Devices whose msgwait is less than twice the watchdog timeout and a crash dump need, once a device."""
    told: set[tuple[str, int, int]] = set()
    for header in cluster.sbd_headers:
        if header.watchdog is None or header.msgwait is None:
            continue
        dump = _crash_dump(cluster, header)
        needed = 2 * header.watchdog + dump
        same = (header.device or header.source.path, header.watchdog, header.msgwait)
        if header.msgwait >= needed or same in told:
            continue
        told.add(same)
        yield Hit(
            at=header.msgwait_at or header.at,
            subject=_device(header),
            case="dump" if dump else "",
            values={
                "device": _device(header),
                "msgwait": header.msgwait,
                "watchdog": header.watchdog,
                "needed": needed,
                "dump": dump,
            },
            related=((header.watchdog_at, f"the watchdog timeout is {header.watchdog} s"),)
            if header.watchdog_at
            else (),
        )


def _crash_dump(cluster: Cluster, header: SbdHeader) -> int:
    """Seconds that SBD_OPTS grants a crash dump (sbd(8), -C), the longest of the nodes the device may serve."""
    options = (s.variables.get("SBD_OPTS") for s in cluster.sbd if header.node in (None, s.node) or s.node is None)
    found = (_CRASHDUMP.search(o.value) for o in options if o is not None)
    return max((int(match[1]) for match in found if match), default=0)
