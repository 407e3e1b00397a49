"""What the sysconfig file of SBD says on each node, and whether and how the cluster uses SBD.

Which values SBD takes was measured with sbd 1.5.2 of Debian 12.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from halint.checks.names import is_outsider
from halint.checks.services import unit_lists, where
from halint.model.fencing import SBD_AGENTS
from halint.model.properties import property_setting, watchdog_timeout_ms

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from halint.model.cib import Cib, Resource, Setting
    from halint.model.cluster import Cluster
    from halint.model.host import Sbd, SbdHeader, Units
    from halint.source import Mark

DEFAULT_WATCHDOG = 5
"""Seconds; in force where SBD_WATCHDOG_TIMEOUT is not set and there is no device."""
_STARTS = ("enabled", "enabled-runtime")
_CRASHDUMP = re.compile(r"(?:^|\s)-C\s*(\d{1,6})\b")
_NODE_NAME = re.compile(r"(?:^|\s)-n\s*([^\s]+)")


def devices(sbd: Sbd) -> list[str]:
    """The devices of one node's SBD: parted by `;`, blanks around them and empty ones left out, as sbd does."""
    variable = sbd.variables.get("SBD_DEVICE")
    return [part for part in map(str.strip, variable.value.split(";")) if part] if variable else []


def member_files(cluster: Cluster) -> list[Sbd]:
    """The files of full cluster nodes, and those that stand for every node."""
    return [s for s in cluster.sbd if s.node is None or not is_no_member(cluster, s.node)]


def is_no_member(cluster: Cluster, name: str) -> bool:
    """Whether this is a remote or guest node, or a host that is none of the nodes."""
    node = cluster.node(name)
    return is_outsider(cluster, name) if node is None else node.kind != "member"


def text(sbd: Sbd, name: str, default: str = "") -> str:
    """The value of a variable without blanks around it, the default where it is not set."""
    variable = sbd.variables.get(name)
    return default if variable is None else variable.value.strip()


def seconds(sbd: Sbd, name: str) -> int | None:
    """The value of a variable as whole seconds; None where it is not set or no number."""
    value = text(sbd, name)
    return int(value) if value.isascii() and value.isdigit() and len(value) < 7 else None


def watchdog_seconds(sbd: Sbd) -> int | None:
    """SBD_WATCHDOG_TIMEOUT in force without devices; None where it is no number."""
    return seconds(sbd, "SBD_WATCHDOG_TIMEOUT") if "SBD_WATCHDOG_TIMEOUT" in sbd.variables else DEFAULT_WATCHDOG


def crash_dump_seconds(sbd: Sbd) -> int:
    """The time that SBD_OPTS grants a crash dump (sbd(8), -C)."""
    match = _CRASHDUMP.search(text(sbd, "SBD_OPTS"))
    return int(match[1]) if match else 0


def node_name(sbd: Sbd) -> str:
    """The node name that SBD_OPTS sets (sbd(8), -n), or nothing."""
    match = _NODE_NAME.search(text(sbd, "SBD_OPTS"))
    return match[1].strip("\"'") if match else ""


def place(sbd: Sbd) -> str:
    """Where a file counts, after "is 5": on a node, or on every node."""
    return f"on {sbd.node}" if sbd.node else "on every node"


def mark(sbd: Sbd, *names: str) -> Mark | None:
    """The place of the first of these variables that is set, else of any."""
    found = (sbd.variables[name].at for name in names if name in sbd.variables)
    return next(found, None) or next((v.at for v in sbd.variables.values()), None)


def sbd_resources(cib: Cib | None) -> Iterator[Resource]:
    """The fence devices that write to SBD's disks."""
    for resource in cib.primitives() if cib else ():
        if resource.agent is not None and resource.agent.standard == "stonith" and resource.agent.type in SBD_AGENTS:
            yield resource


def enabled_units(cluster: Cluster) -> Iterator[Units]:
    """The lists of units of members where sbd starts with the cluster."""
    for units in unit_lists(cluster):
        if units.state("sbd") in _STARTS and (units.node is None or not is_no_member(cluster, units.node)):
            yield units


def file_of(cluster: Cluster, node: str | None) -> Sbd | None:
    """SBD's settings on that node, else those that stand for every node."""
    own = next((s for s in cluster.sbd if s.node is not None and same_node(cluster, s.node, node)), None)
    return own or next((s for s in cluster.sbd if s.node is None or node is None), None)


def same_node(cluster: Cluster, one: str | None, other: str | None) -> bool:
    """Whether two names mean one node."""
    if one is None or other is None:
        return one is other
    node = cluster.node(one)
    return one == other or (node is not None and node.is_called(other))


class Use(NamedTuple):
    """What shows that the cluster runs SBD, in words, and where."""

    told: str
    at: Mark


def diskless_use(cluster: Cluster) -> Use | None:
    """What shows that SBD runs without a device on the members; None where it has one, or is not known to run."""
    files = member_files(cluster)
    if not files or any(devices(s) for s in files):
        return None
    setting = watchdog_setting(cluster)
    if setting is not None:
        return Use(f"{setting.name} is {setting.value}", setting.at)
    units = next(enabled_units(cluster), None)
    unit = units.get("sbd") if units else None
    return Use(f"sbd.service is enabled {where(units)}", unit.at) if units and unit else None


def watchdog_setting(cluster: Cluster) -> Setting | None:
    """The property stonith-watchdog-timeout (or its new name) where it is set and not 0."""
    if cluster.cib is None or watchdog_timeout_ms(cluster.cib) in (None, 0):
        return None
    return property_setting(cluster.cib, "stonith-watchdog-timeout")


def largest_msgwait(headers: Iterable[SbdHeader]) -> SbdHeader | None:
    """The header with the longest msgwait."""
    known = [h for h in headers if h.msgwait is not None]
    return max(known, key=lambda h: h.msgwait or 0, default=None)
