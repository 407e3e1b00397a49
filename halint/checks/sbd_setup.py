"""Checks of how SBD is set up: its settings one by one, node against node, and against CIB and corosync.conf."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from halint.checks.sbd_settings import (
    Use,
    devices,
    diskless_use,
    enabled_units,
    file_of,
    member_files,
    node_name,
    place,
    sbd_resources,
    text,
    watchdog_setting,
)
from halint.checks.services import unit_lists, where
from halint.engine.hit import Hit
from halint.listing import listed
from halint.model.fencing import SBD_AGENTS
from halint.model.properties import fencing_enabled, property_setting, property_value, watchdog_timeout_ms
from halint.model.resolve_nodes import same_host
from halint.model.values import parse_bool

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from halint.model.cluster import Cluster
    from halint.model.host import Sbd

_STARTS = ("enabled", "enabled-runtime")
_ACTIONS = frozenset(("flush", "noflush", "reboot", "crashdump", "off"))
# defaults of the sysconfig file of sbd 1.5, in which an unset variable counts
_DEFAULTS = {
    "SBD_PACEMAKER": "yes",
    "SBD_STARTMODE": "always",
    "SBD_DELAY_START": "no",
    "SBD_WATCHDOG_DEV": "/dev/watchdog",
    "SBD_WATCHDOG_TIMEOUT": "5",
    "SBD_TIMEOUT_ACTION": "flush,reboot",
    "SBD_MOVE_TO_ROOT_CGROUP": "auto",
    "SBD_SYNC_RESOURCE_STARTUP": "yes",
    "SBD_OPTS": "",
}
_NODE_OPTION = re.compile(r"(^|\s)-n\s*\S+")


def enabled_unused(cluster: Cluster) -> Iterator[Hit]:
    """SBD starts, has no device and no property that makes the cluster rely on it. Cases: unused, guard."""
    cib = cluster.cib
    if cib is None or watchdog_timeout_ms(cib) != 0 or any(sbd_resources(cib)) or _lacks_fencing(cluster):
        return
    fence = [r for r in cib.primitives() if r.agent is not None and r.agent.standard == "stonith"]
    for units in enabled_units(cluster):
        sbd, unit = file_of(cluster, units.node), units.get("sbd")
        if sbd is not None and unit is not None and not devices(sbd):
            case = "guard" if fence and fencing_enabled(cib) is not False else "unused"
            yield Hit(at=unit.at, subject=units.node or "sbd", case=case, values={"where": where(units)})


def _lacks_fencing(cluster: Cluster) -> bool:
    """Whether fencing is on without a device: then the property is missing, not SBD too much."""
    cib = cluster.cib
    if cib is None or fencing_enabled(cib) is False:
        return False
    return not any(r.agent is not None and r.agent.standard == "stonith" for r in cib.primitives())


def watchdog_timeout_missing(cluster: Cluster) -> Iterator[Hit]:
    """SBD without devices is all the fencing there is, but the property that uses it is not set."""
    cib = cluster.cib
    if cib is None or watchdog_timeout_ms(cib) != 0 or not _lacks_fencing(cluster) or not any(cib.primitives()):
        return
    use = diskless_use(cluster)
    if use is None:
        return
    setting = property_setting(cib, "stonith-watchdog-timeout")
    at = use.at if setting is None else setting.at
    values = {"state": "not set" if setting is None else setting.value, "use": use.told}
    yield Hit(at=at, subject="stonith-watchdog-timeout", values=values)


def watchdog_timeout_with_disks(cluster: Cluster) -> Iterator[Hit]:
    """The property of watchdog fencing is set although SBD has devices."""
    setting = watchdog_setting(cluster)
    sbd = next((s for s in member_files(cluster) if devices(s)), None)
    if setting is None or sbd is None:
        return
    yield Hit(
        at=setting.at,
        subject=setting.name,
        values={"property": setting.name, "value": setting.value, "where": place(sbd)},
        related=((sbd.variables["SBD_DEVICE"].at, "SBD_DEVICE is set"),),
    )


def watchdog_timeout_negative(cluster: Cluster) -> Iterator[Hit]:
    """The property is left to Pacemaker to compute, on each node from its own file. Cases: differs, plain."""
    setting = watchdog_setting(cluster)
    value = watchdog_timeout_ms(cluster.cib) if cluster.cib else None
    if setting is None or value is None or value >= 0:
        return
    files = [s for s in member_files(cluster) if not devices(s)]
    timeouts = {s.node: text(s, "SBD_WATCHDOG_TIMEOUT", _DEFAULTS["SBD_WATCHDOG_TIMEOUT"]) for s in files if s.node}
    told = listed(f"{t} on {n}" for n, t in timeouts.items()) if timeouts else ""
    yield Hit(
        at=setting.at,
        subject=setting.name,
        case="differs" if len(set(timeouts.values())) > 1 else "plain",
        values={"property": setting.name, "value": setting.value, "told": told},
    )


def config_differs(cluster: Cluster) -> Iterator[Hit]:
    """Settings that members do not share, one finding a setting. Cases: differs, hardware, device, header."""
    files = [s for s in member_files(cluster) if s.node]
    if len(files) < 2:
        return
    names = dict.fromkeys(n for s in files for n in (*s.variables, *_DEFAULTS) if n.startswith("SBD_"))
    for name in names:
        values = {s.node or "": _meaning(s, name) for s in files}
        if len(set(values.values())) < 2:
            continue
        if name == "SBD_DEVICE" and len({len(devices(s)) for s in files}) > 1:
            continue  # a rule of its own
        yield _difference(name, values, files)


def _meaning(sbd: Sbd, name: str) -> str:
    """A setting as SBD takes it: defaults filled in, booleans alike, the node's own name left out of the options."""
    value = text(sbd, name, _DEFAULTS.get(name, ""))
    if name == "SBD_DEVICE":
        return ";".join(sorted(devices(sbd)))
    if name == "SBD_OPTS":
        return " ".join(_NODE_OPTION.sub(" ", value).split())
    if name == "SBD_TIMEOUT_ACTION":
        return ",".join(sorted(value.split(",")))
    flag = None if name == "SBD_DELAY_START" and value != "1" and value.isdigit() else parse_bool(value)
    return value if flag is None or name == "SBD_WATCHDOG_TIMEOUT" else "yes" if flag else "no"


def _difference(name: str, values: Mapping[str, str], files: list[Sbd]) -> Hit:
    by_value: dict[str, list[str]] = {}
    for node, value in values.items():
        by_value.setdefault(value, []).append(node)
    usual = max(by_value, key=lambda v: len(by_value[v]))
    odd = next(s for s in files if values[s.node or ""] != usual)
    setting = [s for s in (odd, *files) if name in s.variables]
    at = setting[0].variables[name].at
    others = [s for s in setting[1:] if s is not setting[0]]
    related = tuple((s.variables[name].at, f"{name} on {s.node}") for s in others)
    told = listed(f"{_shown(value)} on {listed(nodes)}" for value, nodes in by_value.items())
    case = {"SBD_WATCHDOG_DEV": "hardware", "SBD_DEVICE": "device"}.get(name, "differs")
    if name == "SBD_WATCHDOG_TIMEOUT" and all(devices(s) for s in files):
        case = "header"  # the devices' headers decide (sbd(8))
    return Hit(at=at, subject=name, case=case, values={"name": name, "told": told}, related=related)


def _shown(value: str) -> str:
    return value or "empty"


def integration_off(cluster: Cluster) -> Iterator[Hit]:
    """SBD_PACEMAKER is not on; -P in the options goes before it."""
    for sbd in cluster.sbd:
        variable = sbd.variables.get("SBD_PACEMAKER")
        overridden = re.search(r"(^|\s)-P+(\s|$)", text(sbd, "SBD_OPTS"))
        if variable is not None and parse_bool(variable.value.strip()) is not True and not overridden:
            values = {"value": variable.value.strip() or "empty", "where": place(sbd)}
            yield Hit(at=variable.at, subject=sbd.node or "sbd", values=values)


def start_mode(cluster: Cluster, wanted: str) -> Iterator[Hit]:
    """SBD_STARTMODE that means nothing, has no effect without a device, or is not the one wanted (always, clean, or ""
    for either). Cases: unknown, diskless, other, default.
    """
    yield from _other_mode(cluster, wanted)
    for sbd in cluster.sbd:
        variable = sbd.variables.get("SBD_STARTMODE")
        value = variable.value.strip() if variable else ""
        if variable is None or value in ("always", ""):
            continue
        case = "unknown" if value != "clean" else "diskless"
        if case == "unknown" or (not devices(sbd) and diskless_use(cluster)):
            yield Hit(
                at=variable.at, subject=sbd.node or "sbd", case=case, values={"value": value, "where": place(sbd)}
            )


def _other_mode(cluster: Cluster, wanted: str) -> Iterator[Hit]:
    for sbd in cluster.sbd if wanted else ():
        variable = sbd.variables.get("SBD_STARTMODE")
        value = (variable.value.strip() if variable else "") or "always"  # sbd(8): the default
        at = variable.at if variable else next((v.at for v in sbd.variables.values()), None)
        diskless = not devices(sbd) and diskless_use(cluster)
        if at is None or value == wanted or value not in ("always", "clean") or diskless:
            continue
        values = {"value": value, "wanted": wanted, "where": place(sbd)}
        yield Hit(at=at, subject=sbd.node or "sbd", case="other" if variable else "default", values=values)


def timeout_action(cluster: Cluster) -> Iterator[Hit]:
    """SBD_TIMEOUT_ACTION with a word that SBD does not know: it does not start (measured, 1.5.2)."""
    for sbd in cluster.sbd:
        variable = sbd.variables.get("SBD_TIMEOUT_ACTION")
        words = [w for w in re.split(r"[,\s]+", variable.value) if w] if variable else []
        if variable is not None and not set(words) <= _ACTIONS:
            wrong = next(w for w in words if w not in _ACTIONS)
            values = {"value": variable.value, "word": wrong, "where": place(sbd)}
            yield Hit(at=variable.at, subject=sbd.node or "sbd", values=values)


def watchdog_device(cluster: Cluster) -> Iterator[Hit]:
    """No watchdog device, which the options (-w) do not give either."""
    for sbd in cluster.sbd:
        variable = sbd.variables.get("SBD_WATCHDOG_DEV")
        value = variable.value.strip() if variable else "/dev/watchdog"
        if variable is None or value not in ("", "/dev/null") or re.search(r"(^|\s)-w", text(sbd, "SBD_OPTS")):
            continue
        yield Hit(at=variable.at, subject=sbd.node or "sbd", values={"value": value or "empty", "where": place(sbd)})


def name_option(cluster: Cluster) -> Iterator[Hit]:
    """A name in SBD_OPTS that is not the node's. Cases: other (another node's), unknown."""
    if not cluster.nodes:
        return
    for sbd in cluster.sbd:
        name, options = node_name(sbd), sbd.variables.get("SBD_OPTS")
        if not name or options is None:
            continue
        if sbd.node is None:
            if len(list(cluster.members())) > 1:
                yield Hit(at=options.at, subject=name, case="shared", values={"name": name})
            continue
        node = cluster.node(sbd.node)
        if node is None or node.name == name:
            continue
        other = next((n for n in cluster.nodes if n.name == name), None)
        case = "other" if other is not None else "form" if same_host(node.name, name) else "unknown"
        yield Hit(at=options.at, subject=node.name, case=case, values={"name": name, "node": node.name})


def too_few_votes(cluster: Cluster) -> Iterator[Hit]:
    """Diskless SBD with two nodes and nobody to ask."""
    use = _needs_quorum(cluster)
    if use is not None and cluster.corosync is not None and len(cluster.corosync.nodes) == 2:
        at = cluster.corosync.quorum.at or cluster.corosync.at
        yield Hit(at=at, subject="quorum", values={"use": use.told}, related=((use.at, use.told),))


def even_without_tie_breaker(cluster: Cluster) -> Iterator[Hit]:
    """Diskless SBD with four, six and more nodes, which a split may halve."""
    use, corosync = _needs_quorum(cluster), cluster.corosync
    if use is None or corosync is None or corosync.quorum.auto_tie_breaker:
        return
    nodes = len(corosync.nodes)
    if nodes > 2 and corosync.quorum.votes % 2 == 0:
        at = corosync.quorum.at or corosync.at
        yield Hit(at=at, subject="quorum", values={"nodes": nodes, "use": use.told}, related=((use.at, use.told),))


def _needs_quorum(cluster: Cluster) -> Use | None:
    """The use of SBD without devices, where no quorum device decides."""
    if cluster.corosync is None or not cluster.corosync.nodes or cluster.corosync.quorum.device_at is not None:
        return None
    return diskless_use(cluster)


def ignores_quorum(cluster: Cluster) -> Iterator[Hit]:
    """Diskless SBD that is never told of a lost quorum."""
    use = diskless_use(cluster)
    setting = property_setting(cluster.cib, "no-quorum-policy") if cluster.cib else None
    if use is None or setting is None or cluster.cib is None:
        return
    if (property_value(cluster.cib, "no-quorum-policy") or "").lower() == "ignore":
        yield Hit(at=setting.at, subject=setting.name, values={"use": use.told}, related=((use.at, use.told),))


def remote_nodes(cluster: Cluster) -> Iterator[Hit]:
    """Watchdog fencing in use, and a remote node whose SBD does not start."""
    setting = watchdog_setting(cluster)
    if setting is None or _has_other_device(cluster):
        return
    for units in unit_lists(cluster):
        node = cluster.node(units.node) if units.node else None
        if node is None or node.kind == "member":
            continue
        own = file_of(cluster, units.node)
        if own is not None and own.node is not None and devices(own):
            continue  # sbd-service-disabled asks about it
        unit = units.get("sbd_remote")
        if (unit is None and units.selection) or (unit is not None and unit.state in _STARTS):
            continue
        at = setting.at if unit is None else unit.at
        state = "not enabled" if unit is None else unit.state
        values = {"node": units.node, "state": state, "property": setting.name, "value": setting.value}
        yield Hit(at=at, subject=node.name, values=values, related=((setting.at, setting.name),))


def _has_other_device(cluster: Cluster) -> bool:
    """Whether a fence device other than SBD may cover the remote nodes."""
    fence = [r for r in cluster.cib.primitives() if r.agent and r.agent.standard == "stonith"] if cluster.cib else []
    return any(r.agent is not None and r.agent.type not in (*SBD_AGENTS, "fence_watchdog") for r in fence)
