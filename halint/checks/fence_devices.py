"""Checks of what pacemaker-fenced reads of a fence device: maps, host checks, delays, and the watchdog's own device.

How it reads them was measured with pacemaker-fenced 2.1.5 standing alone and stonith_admin.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from halint.checks.pacemaker_release import is_from, is_known_from
from halint.engine.hit import Hit
from halint.errors import did_you_mean
from halint.listing import listed
from halint.model.fencing import devices
from halint.model.properties import fencing_enabled, fencing_timeout_ms, property_setting, watchdog_timeout_ms
from halint.model.values import format_duration, parse_timeout_ms

if TYPE_CHECKING:
    from collections.abc import Iterator

    from halint.model.cib import Setting
    from halint.model.cluster import Cluster
    from halint.model.fencing import FenceDevice

_CHECKS = ("dynamic-list", "static-list", "status", "none")
_PAIR = re.compile(r"[^:=]+[:=][^:=]+")
_QUERIES = ("pcmk_list_timeout", "pcmk_status_timeout")
_ESCAPES_ENDED = "3.0.2"
_WATCHDOG, _WATCHDOG_AGENT = "watchdog", "fence_watchdog"
_WATCHDOG_SINCE = "2.1.0"


def _given(device: FenceDevice, name: str) -> tuple[Setting, str] | None:
    """A parameter that is set for certain, and its text."""
    setting = device.resource.parameters.get(name)
    if setting is None or not setting.certain or setting.value is None:
        return None
    return setting, setting.value


def host_map_syntax(cluster: Cluster) -> Iterator[Hit]:
    """Entries of pcmk_host_map that name no plug or several, which the fencer passes over."""
    cib = cluster.needed_cib()
    for device in devices(cib):
        given = _given(device, "pcmk_host_map")
        if given is None or ("\\" in given[1] and not is_known_from(cib, _ESCAPES_ENDED)):
            continue
        setting, text = given
        entries = [entry for entry in re.split(r"[\s;]+", text) if entry]
        wrong = [entry for entry in entries if not _PAIR.fullmatch(entry)]
        if not wrong and entries:
            continue
        commas = any(all(_PAIR.fullmatch(part) for part in entry.split(",")) for entry in wrong)
        values = {"device": device.resource.id, "entries": listed(wrong) if wrong else ""}
        case = "empty" if not entries else "commas" if commas else ""
        yield Hit(at=setting.at, subject=device.resource.id, case=case, values=values)


def host_check(cluster: Cluster) -> Iterator[Hit]:
    """Values of pcmk_host_check that the fencer does not know; letter case does not count."""
    for device in devices(cluster.needed_cib()):
        given = _given(device, "pcmk_host_check")
        if given is None or given[1].lower() in _CHECKS:
            continue
        setting, text = given
        values = {"device": device.resource.id, "value": text or "empty", "near": did_you_mean(text.lower(), _CHECKS)}
        yield Hit(at=setting.at, subject=device.resource.id, values=values)


def delay_map(cluster: Cluster) -> Iterator[Hit]:
    """Delays by node that lack a value or hold none, so that the device does not wait for this node."""
    for device in devices(cluster.needed_cib()):
        given = _given(device, "pcmk_delay_base")
        if given is None:
            continue
        setting, text = given
        entries = [entry for entry in re.split(r"[\s;]+", text) if entry]
        if len(entries) < 2 and not any(mark in text for mark in ":="):
            continue
        wrong = [entry for entry in entries if not _delays_node(entry)]
        if wrong:
            values = {"device": device.resource.id, "entries": listed(wrong)}
            case = "equals" if all(_delays_node(entry.replace("=", ":")) for entry in wrong) else ""
            yield Hit(at=setting.at, subject=device.resource.id, case=case, values=values)


def _delays_node(entry: str) -> bool:
    node, colon, delay = entry.partition(":")
    return bool(node and colon) and parse_timeout_ms(delay) is not None


def delay_above_max(cluster: Cluster) -> Iterator[Hit]:
    """Fixed delays that are longer than the longest delay allowed; a longest of 0 is none."""
    for device in devices(cluster.needed_cib()):
        base, most = _given(device, "pcmk_delay_base"), _given(device, "pcmk_delay_max")
        limit = parse_timeout_ms(most[1]) if most is not None else None
        if base is None or most is None or not limit:
            continue
        texts = [entry.rpartition(":")[2] for entry in re.split(r"[\s;]+", base[1]) if entry]
        longest = max((ms for text in texts if (ms := parse_timeout_ms(text)) is not None), default=0)
        if longest > limit:
            values = {
                "device": device.resource.id,
                "base": format_duration(longest),
                "most": format_duration(limit),
                "seconds": -(-longest // 1000),
            }
            related = ((most[0].at, "the longest delay"),)
            yield Hit(at=base[0].at, subject=device.resource.id, values=values, related=related)


def query_timeout(cluster: Cluster) -> Iterator[Hit]:
    """Devices that may take longer to say whom they fence than the whole fencing may take."""
    cib = cluster.needed_cib()
    timeout = fencing_timeout_ms(cib)
    if timeout is None or fencing_enabled(cib) is not True:
        return
    name = setting.name if (setting := property_setting(cib, "stonith-timeout")) else "stonith-timeout"
    for device in devices(cib):
        for parameter in () if device.static else _QUERIES:
            given = _given(device, parameter)
            needed = parse_timeout_ms(given[1]) if given is not None else None
            if given is None or needed is None or needed <= timeout or not _asked(device, parameter):
                continue
            values = {
                "device": device.resource.id,
                "parameter": parameter,
                "time": format_duration(needed),
                "property": name,
                "timeout": format_duration(timeout),
                "seconds": -(-needed // 1000),
            }
            yield Hit(at=given[0].at, subject=device.resource.id, values=values)


def _asked(device: FenceDevice, parameter: str) -> bool:
    """Whether the device is asked in this way; without pcmk_host_check its agent decides."""
    check = (device.resource.parameter("pcmk_host_check") or "").lower()
    return check in ("", "dynamic-list" if parameter == "pcmk_list_timeout" else "status")


def watchdog_device(cluster: Cluster) -> Iterator[Hit]:
    """Devices called watchdog with another agent, with the watchdog's agent under another id, or with no timeout."""
    cib = cluster.needed_cib()
    for device in devices(cib) if is_from(cib, _WATCHDOG_SINCE) else ():
        called, own = device.resource.id == _WATCHDOG, device.agent == _WATCHDOG_AGENT
        unset = called and own and watchdog_timeout_ms(cib) == 0
        case = "timeout" if unset else "agent" if called and not own else "id" if own and not called else ""
        if case:
            values = {"device": device.resource.id, "agent": device.agent}
            yield Hit(at=device.resource.at, subject=device.resource.id, case=case, values=values)
