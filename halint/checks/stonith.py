"""Checks of fencing: is it on, does it reach every node, and can two nodes shoot each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from halint.engine.hit import Hit
from halint.listing import listed
from halint.model.fencing import SBD_AGENTS, FenceDevice, delays, devices, has_watchdog
from halint.model.node_names import NodeNames
from halint.model.properties import (
    fencing_enabled,
    fencing_timeout_ms,
    property_setting,
    property_value,
    watchdog_timeout_ms,
)
from halint.model.values import format_duration, parse_duration_ms, parse_timeout_ms
from halint.schema_data import load

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from halint.model.cib import Cib
    from halint.model.cluster import Cluster, Node
    from halint.source import Mark


def disabled(cluster: Cluster) -> Iterator[Hit]:
    """The switch that turns all fencing off."""
    cib = cluster.needed_cib()
    setting = property_setting(cib, "stonith-enabled")
    if setting is not None and fencing_enabled(cib) is False:
        yield Hit(at=setting.at, subject=setting.name, values={"name": setting.name, "value": setting.value})


def no_devices(cluster: Cluster) -> Iterator[Hit]:
    """Fencing that is on, and nothing to do it with. Cases: disabled (devices there are), new (no resources),
    watchdog (sbd runs unused), none.
    """
    cib = cluster.needed_cib()
    found = list(devices(cib))
    if fencing_enabled(cib) is not True or any(not d.disabled for d in found):
        return
    if watchdog_timeout_ms(cib) != 0 and has_watchdog(cib) is not False:
        return
    setting = property_setting(cib, "stonith-enabled")
    how = "by default" if setting is None else f"by {setting.name}={setting.value}"
    if found:
        values = {"devices": listed([d.resource.id for d in found]), "device": found[0].resource.id}
        yield Hit(at=found[0].resource.meta["target-role"].at, subject="fencing", case="disabled", values=values)
        return
    case = "watchdog" if has_watchdog(cib) else "none" if cib.resources else "new"
    yield Hit(at=setting.at if setting else _resources(cib), subject="fencing", case=case, values={"how": how})


def node_not_covered(cluster: Cluster) -> Iterator[Hit]:
    """Nodes that no device lists, where every device has a fixed list and nothing else fences."""
    found = _lists(cluster)
    uncovered = list(_uncovered(cluster, found))
    # what is meant for them is in the lists under a wrong name, and stonith-host-list-unknown-node tells it
    for node in () if _misnamed(cluster, found) else uncovered:
        values = {
            "node": node.name,
            "devices": listed([d.resource.id for d in found]),
            "device": found[0].resource.id,
        }
        related = tuple((_list_mark(d), f"{d.resource.id} fences {listed(d.listed, last=', ')}") for d in found)
        yield Hit(at=node.at, subject=node.name, values=values, related=related)


def _misnamed(cluster: Cluster, found: list[FenceDevice]) -> list[str]:
    """The nodes that no list has, where the lists have as many names that look like no node's."""
    names = NodeNames(cluster)
    uncovered = [node.name for node in _uncovered(cluster, found)]
    strange = {name.lower() for d in found for name in _unknown(d.listed, names)}
    return uncovered if len(strange) >= len(uncovered) else []


def _lists(cluster: Cluster) -> list[FenceDevice]:
    """The devices that fence, where these and their fixed lists are all there is; else none."""
    cib = cluster.needed_cib()
    found = [d for d in devices(cib) if d.isolates and not d.disabled]
    alone = fencing_enabled(cib) is True and watchdog_timeout_ms(cib) == 0 and all(d.static for d in found)
    return found if alone else []


def _uncovered(cluster: Cluster, found: list[FenceDevice]) -> Iterator[Node]:
    """Nodes in none of the lists, not even under a name that was meant for them."""
    cib, names = cluster.needed_cib(), NodeNames(cluster)
    covered = {name.lower() for d in found for name in d.listed}
    meant = [names.meant(n) for d in found for n in d.listed if not names.known(n)]
    for node in cluster.nodes if found and names.complete else ():
        stale = cluster.corosync is not None and node.kind == "member" and not node.in_corosync
        left_over = node.kind == "remote" and node.name not in cib.by_id
        if node.kind == "guest" or stale or left_over:
            continue
        if node.name.lower() not in covered and node not in meant:
            yield node


def unknown_node(cluster: Cluster) -> Iterator[Hit]:
    """Names in host lists that are no node's, one hit for each list; a name that is in both is told once."""
    names = NodeNames(cluster)
    found = list(devices(cluster.needed_cib())) if names.complete else []
    covered = {name.lower() for d in found if d.isolates and not d.disabled for name in d.listed}
    missed = _misnamed(cluster, _lists(cluster))
    for device in found:
        told: set[str] = set()
        for parameter, given in device.names.items() if device.static else ():
            wrong = [name for name in given if not names.known(name) and name not in told]
            told.update(wrong)
            if not wrong:
                continue
            meant = _meant(wrong, device, names)
            values = {
                "device": device.resource.id,
                "parameter": parameter,
                "names": listed(wrong),
                "nodes": names.listed(),
                "meant": _question(meant, wrong),
                "missed": listed(missed) if missed else "",
            }
            case = "extra"
            if meant:
                case = "covered" if covered.issuperset(node.lower() for node in meant.values()) else "near"
            elif missed and _unknown(wrong, names):
                case = "missed"
            at = device.resource.parameters[parameter].at
            yield Hit(at=at, subject=device.resource.id, case=case, values=values)


def _meant(wrong: list[str], device: FenceDevice, names: NodeNames) -> dict[str, str]:
    """The nodes that wrong names were probably meant for, unless the device has these too."""
    own = {name.lower() for name in device.listed}
    nodes = {name: node.name for name in wrong if (node := names.meant(name)) is not None}
    return {name: node for name, node in nodes.items() if node.lower() not in own}


def _question(meant: dict[str, str], wrong: list[str]) -> str:
    """What to ask: the node, or which node for which of several names."""
    if len(wrong) == 1:
        return "".join(meant.values())
    return listed(f"{node} for {name}" for name, node in meant.items()) if meant else ""


def _unknown(given: Iterable[str], names: NodeNames) -> list[str]:
    """The names that look like no node's."""
    return [name for name in given if not names.known(name) and names.meant(name) is None]


def two_node_no_delay(cluster: Cluster) -> Iterator[Hit]:
    """Two nodes that both keep quorum when they lose each other, and no device that lets one be first."""
    cib, corosync = cluster.needed_cib(), cluster.corosync
    if corosync is None or len(corosync.nodes) != 2 or corosync.quorum.device or fencing_enabled(cib) is not True:
        return
    if not corosync.quorum.two_node and (property_value(cib, "no-quorum-policy") or "").lower() != "ignore":
        return
    found = [d for d in devices(cib) if not d.disabled]
    isolating = [d for d in found if d.isolates]
    if not isolating or any(d.agent == "fence_heuristics_ping" for d in found) or any(delays(d) for d in isolating):
        return
    setting = cib.properties.get("priority-fencing-delay")
    if setting is not None and (not setting.certain or parse_duration_ms(setting.value) != 0):
        return
    ids = [d.resource.id for d in isolating]
    related = tuple((d.resource.at, "this one does not wait either") for d in isolating[1:])
    yield Hit(
        at=isolating[0].resource.at,
        subject="fencing",
        values={"devices": listed(ids), "device": ids[0]},
        case="one" if len(ids) == 1 else "several",
        related=related,
    )


def timeout_too_small(cluster: Cluster) -> Iterator[Hit]:
    """A fencing timeout that ends before the slowest device can be done."""
    cib = cluster.needed_cib()
    timeout = fencing_timeout_ms(cib)
    if timeout is None or fencing_enabled(cib) is not True:
        return
    active = [d for d in devices(cib) if not d.disabled]
    needs = [(need, device) for device in active if (need := _needed(cluster, cib, device)) is not None]
    slowest = max(needs, key=lambda n: n[0][0], default=None)
    if slowest is None or slowest[0][0] <= timeout:
        return
    (needed, told), device = slowest
    setting = property_setting(cib, "stonith-timeout")
    values = {
        "name": setting.name if setting else "stonith-timeout",
        "timeout": format_duration(timeout) + ("" if setting else " by default"),
        "device": device.resource.id,
        "agent": device.agent,
        "need": format_duration(needed),
        "sum": told,
        # a fifth more than is needed, in whole ten seconds
        "advised": -(-needed * 12 // 100_000) * 10,
    }
    yield Hit(at=setting.at if setting else device.resource.at, subject="fencing", values=values)


def _needed(cluster: Cluster, cib: Cib, device: FenceDevice) -> tuple[int, str] | None:
    """How long one device may take in milliseconds, and the sum; None where that is unknown or set on the device."""
    action = (property_value(cib, "stonith-action") or "reboot").lower()
    if device.resource.parameters.get(f"pcmk_{action}_timeout") is not None:
        return None
    if device.agent in SBD_AGENTS:
        waits = [h.msgwait for h in cluster.sbd_headers if h.msgwait]
        return (max(waits) * 1200, f"1.2 × msgwait {max(waits)} s") if waits else None
    facts = load("fence-agents").get(device.agent)
    if facts is None:
        return None
    parts = [(name, _seconds(device, name, facts)) for name in ("power_timeout", "power_wait", "delay")]
    if any(ms is None for _, ms in parts):
        return None
    told = [(name, ms) for name, ms in parts if ms]
    return sum(ms for _, ms in told), " + ".join(f"{name} {format_duration(ms)}" for name, ms in told)


def _seconds(device: FenceDevice, name: str, facts: dict[str, int]) -> int | None:
    setting = device.resource.parameters.get(name)
    if setting is None:
        return facts[name] * 1000
    return parse_timeout_ms(setting.value) if setting.certain else None


def _resources(cib: Cib) -> Mark:
    """The resources section, where a thing that is missing should stand."""
    root = cib.at.element
    section = None if root is None else root.find("configuration/resources")
    return cib.at if section is None else type(cib.at)(cib.at.source, element=section)


def _list_mark(device: FenceDevice) -> Mark:
    for name in ("pcmk_host_list", "pcmk_host_map"):
        setting = device.resource.parameters.get(name)
        if setting is not None:
            return setting.at
    return device.resource.at
