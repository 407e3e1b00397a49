"""Checks of SBD's times: the watchdog, the delay at start, and the times of corosync and the quorum device."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from halint.checks.sbd_settings import (
    devices,
    diskless_use,
    largest_msgwait,
    mark,
    member_files,
    place,
    same_node,
    sbd_resources,
    seconds,
    text,
    watchdog_seconds,
)
from halint.checks.services import unit_lists
from halint.engine.hit import Hit
from halint.model.values import format_duration, parse_bool, parse_timeout_ms

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from halint.model.cluster import Cluster
    from halint.model.host import Sbd, Variable

# systemd-system.conf(5), DefaultTimeoutStartSec
_START_TIMEOUT = 90_000
_SYNC_TIMEOUT = 30_000
"""quorum.device.sync_timeout where it is not set (corosync-qdevice(8)), milliseconds."""


def diskless_watchdog(cluster: Cluster, minimum: int) -> Iterator[Hit]:
    """SBD_WATCHDOG_TIMEOUT of nodes without devices, in seconds, below what the hardware and the load ask for."""
    if diskless_use(cluster) is None:
        return
    for sbd in member_files(cluster):
        value, at = watchdog_seconds(sbd), mark(sbd, "SBD_WATCHDOG_TIMEOUT")
        if value is not None and value < minimum and at is not None:
            values = {"value": value, "where": place(sbd), "minimum": minimum}
            yield Hit(at=at, subject=sbd.node or "sbd", values=values)


def qdevice_sync(cluster: Cluster) -> Iterator[Hit]:
    """Diskless SBD whose watchdog fires while corosync still waits for the quorum device."""
    corosync = cluster.corosync
    if corosync is None or not corosync.quorum.device or diskless_use(cluster) is None:
        return
    key = corosync.keys.get("quorum.device.sync_timeout")
    sync = int(key.value) if key and key.value.isascii() and key.value.isdigit() and len(key.value) < 10 else None
    if key is not None and sync is None:
        return
    wait = _SYNC_TIMEOUT if sync is None else sync
    for sbd in member_files(cluster):
        value, at = watchdog_seconds(sbd), mark(sbd, "SBD_WATCHDOG_TIMEOUT")
        if value is None or at is None or value * 1000 > wait:
            continue
        device = key.at if key else corosync.quorum.device_at
        yield Hit(
            at=at,
            subject=sbd.node or "sbd",
            values={
                "value": value,
                "where": place(sbd),
                "sync": format_duration(wait),
                "needed": wait // 1000 + 5,
            },
            related=((device, "the quorum device"),) if device else (),
        )


def token(cluster: Cluster, minimum: int) -> Iterator[Hit]:
    """A token timeout, in milliseconds, shorter than SBD's disks are advised to have."""
    corosync = cluster.corosync
    sbd = next((s for s in member_files(cluster) if devices(s)), None)
    if corosync is None or sbd is None or corosync.totem.token >= minimum:
        return
    at = corosync.totem.token_at or corosync.totem.at or corosync.at
    case = "written" if corosync.totem.token_at else "default"
    values = {"token": corosync.totem.token, "minimum": minimum, "where": place(sbd)}
    related = ((sbd.variables["SBD_DEVICE"].at, "SBD_DEVICE is set"),)
    yield Hit(at=at, subject="totem", case=case, values=values, related=related)


def delay_equals_one(cluster: Cluster) -> Iterator[Hit]:
    """SBD_DELAY_START=1, which means yes."""
    for sbd in cluster.sbd:
        variable = sbd.variables.get("SBD_DELAY_START")
        if variable is not None and variable.value.strip() == "1":
            yield Hit(at=variable.at, subject=sbd.node or "sbd", values={"where": place(sbd)})


class _Sum(NamedTuple):
    """A time in milliseconds and how it adds up."""

    total: int
    told: str


def delay_too_short(cluster: Cluster) -> Iterator[Hit]:
    """A delay in seconds that is over before the others have given the node up for dead."""
    for sbd in member_files(cluster):
        variable, delay = sbd.variables.get("SBD_DELAY_START"), seconds(sbd, "SBD_DELAY_START")
        needed = _needed(cluster, sbd)
        if variable is None or delay is None or delay < 2 or needed is None or delay * 1000 >= needed.total:
            continue
        values = {
            "delay": delay,
            "where": place(sbd),
            "sum": needed.told,
            "needed": format_duration(needed.total),
            "advised": -(-needed.total // 1000),
        }
        yield Hit(at=variable.at, subject=sbd.node or "sbd", values=values)


def _needed(cluster: Cluster, sbd: Sbd) -> _Sum | None:
    """How long a node should wait after its boot, as sbd's sysconfig file and crmsh add it up."""
    corosync = cluster.corosync
    if corosync is None:
        return None
    parts = [("token", corosync.totem.token), ("consensus", corosync.totem.consensus)]
    if devices(sbd):
        header = largest_msgwait(cluster.sbd_headers)
        if header is None or header.msgwait is None:
            return None
        parts.append(("msgwait", 1000 * header.msgwait))
        if _delay_max(cluster):
            parts.append(("pcmk_delay_max", _delay_max(cluster)))
    else:
        watchdog = watchdog_seconds(sbd)
        if watchdog is None or diskless_use(cluster) is None:
            return None
        parts.append(("twice SBD_WATCHDOG_TIMEOUT", 2000 * watchdog))
    total = sum(value for _, value in parts)
    return _Sum(total, " + ".join(f"{name} {format_duration(value)}" for name, value in parts))


def _delay_max(cluster: Cluster) -> int:
    """The longest random delay of a fence device that uses the disks, in milliseconds."""
    delays = (parse_timeout_ms(r.parameter("pcmk_delay_max")) for r in sbd_resources(cluster.cib))
    return max((d for d in delays if d is not None), default=0)


def unit_start_timeout(cluster: Cluster) -> Iterator[Hit]:
    """A delay at start that systemd does not wait for. Only where the tree tells that no drop-in gives more time."""
    for units in unit_lists(cluster):
        sbd = next((s for s in cluster.sbd if s.node is None or same_node(cluster, s.node, units.node)), None)
        tree = any(not u.complete and same_node(cluster, u.node, units.node) for u in cluster.units)
        delay = _delay(cluster, sbd) if sbd is not None and tree else None
        if sbd is None or delay is None:
            continue
        written = [d for d in units.drop_ins if d.unit == "sbd.service" and "TimeoutStartSec" in d.variables]
        written += [d for d in units.drop_ins if d.unit == "sbd.service" and "TimeoutSec" in d.variables]
        limit = _limit(written[-1].variables) if written else _default_limit(cluster, units.node)
        if limit is None or limit >= 1.2 * delay:
            continue
        variable = sbd.variables["SBD_DELAY_START"]
        values = {
            "delay": format_duration(delay),
            "where": place(sbd),
            "limit": format_duration(limit),
            "needed": -(-12 * delay // 10_000),
        }
        related = ((written[-1].at, "TimeoutStartSec"),) if written else ()
        case = "set" if written else "default"
        yield Hit(at=variable.at, subject=sbd.node or "sbd", case=case, values=values, related=related)


def _delay(cluster: Cluster, sbd: Sbd) -> int | None:
    """How long SBD waits at start, milliseconds: a number of seconds, or msgwait where it only says yes."""
    value = text(sbd, "SBD_DELAY_START", "no")
    number = seconds(sbd, "SBD_DELAY_START")
    if number is not None and number > 1:
        return 1000 * number
    header = largest_msgwait(cluster.sbd_headers)
    if parse_bool(value) is not True:
        return None
    if devices(sbd):
        return 1000 * header.msgwait if header is not None and header.msgwait else None
    watchdog = watchdog_seconds(sbd)
    return None if watchdog is None else 2000 * watchdog


def _limit(variables: Mapping[str, Variable]) -> int | None:
    """TimeoutStartSec in milliseconds; None where systemd waits for ever or the value is not plain."""
    variable = variables.get("TimeoutStartSec") or variables.get("TimeoutSec")
    return _systemd_time(variable.value) if variable is not None else None


def _default_limit(cluster: Cluster, node: str | None) -> int | None:
    for settings in cluster.settings_of("systemd-system"):
        variable = settings.variables.get("DefaultTimeoutStartSec")
        if variable is not None and same_node(cluster, settings.node, node):
            return _systemd_time(variable.value)
    return _START_TIMEOUT


_UNITS = {"": 1000, "s": 1000, "sec": 1000, "ms": 1, "m": 60_000, "min": 60_000, "h": 3_600_000}


def _systemd_time(value: str) -> int | None:
    """A time span of systemd.time(7) in milliseconds; None for infinity, 0 and what is not plain."""
    parts = re.findall(r"\s*(\d{1,9})\s*([a-z]*)", value)
    if not parts or re.sub(r"\s*\d+\s*[a-z]*", "", value).strip() or any(unit not in _UNITS for _, unit in parts):
        return None
    total = sum(int(number) * _UNITS[unit] for number, unit in parts)
    return total or None
