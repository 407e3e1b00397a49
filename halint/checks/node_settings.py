"""Checks of what sysconfig files, logind, kdump and the hostname of each node say beside the cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

from halint.checks.names import is_numeric
from halint.checks.sbd_settings import is_no_member, same_node
from halint.checks.services import node_unit_lists, unit_lists, where
from halint.engine.hit import Hit
from halint.listing import listed
from halint.model.resolve_nodes import same_host
from halint.model.values import parse_bool
from halint.source import Mark, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from halint.model.cib import Resource
    from halint.model.cluster import Cluster
    from halint.model.host import NodeSettings

_SAP = ("SAPHana", "SAPHanaController", "SAPInstance", "SAPDatabase")
_TRACES = (
    "PCMK_trace_functions",
    "PCMK_trace_files",
    "PCMK_trace_formats",
    "PCMK_trace_tags",
    "PCMK_trace_blackbox",
)
# where logs and traces go, and what is a node's own: its address, key and certificate
_MAY_DIFFER = (
    "PCMK_log",
    "PCMK_debug",
    "PCMK_trace",
    "PCMK_blackbox",
    "PCMK_remote_address",
    "PCMK_cert_file",
    "PCMK_key_file",
)
_UNDER_TOOLS = ("PCMK_valgrind_enabled", "PCMK_callgrind_enabled")
# Boards in the machine itself, which a short press of their power button asks the operating system to shut down
_ON_BOARD = frozenset(
    (
        "fence_ipmilan",
        "fence_idrac",
        "fence_drac",
        "fence_drac5",
        "fence_ilo",
        "fence_ilo2",
        "fence_ilo3",
        "fence_ilo4",
        "fence_ilo5",
        "fence_ilo_moonshot",
        "fence_ilo_mp",
        "fence_imm",
        "fence_redfish",
        "fence_rsa",
        "fence_rsb",
        "fence_cisco_ucs",
        "fence_bladecenter",
        "fence_hpblade",
        "external/ipmi",
        "external/riloe",
    )
)
_KDUMP = ("kdump.service", "kdump-tools.service")


def _place(settings: NodeSettings) -> str:
    return f"on {settings.node}" if settings.node else "on every node"


def fail_fast(cluster: Cluster) -> Iterator[Hit]:
    """PCMK_fail_fast in a cluster that runs SAP."""
    sap = next((r for r in _primitives(cluster) if r.agent is not None and r.agent.type in _SAP), None)
    for settings in cluster.settings_of("sysconfig-pacemaker") if sap is not None else ():
        variable = settings.variables.get("PCMK_fail_fast")
        if variable is not None and parse_bool(variable.value.strip()) is True:
            continue
        at = variable.at if variable else next((v.at for v in settings.variables.values()), None)
        if at is not None and sap is not None:
            value = f"is {variable.value}" if variable else "is not set"
            yield Hit(at=at, subject=settings.node or "pacemaker", values={"value": value, "where": _place(settings)})


def _primitives(cluster: Cluster) -> Iterator[Resource]:
    return cluster.cib.primitives() if cluster.cib is not None else iter(())


def debug_on(cluster: Cluster) -> Iterator[Hit]:
    """Debug messages, traces, or daemons that run under valgrind."""
    for settings in cluster.settings_of("sysconfig-pacemaker"):
        for name in ("PCMK_debug", *_TRACES, *_UNDER_TOOLS):
            variable = settings.variables.get(name)
            value = variable.value.strip() if variable else ""
            if variable is None or not value or (name not in _TRACES and parse_bool(value) is False):
                continue
            values = {"name": name, "value": value, "where": _place(settings)}
            yield Hit(at=variable.at, subject=settings.node or name, values=values)


def authkey_location(cluster: Cluster) -> Iterator[Hit]:
    """Another place for Pacemaker Remote's key, which bundles do not know."""
    bundle = next((r for r in (cluster.cib.resources if cluster.cib else ()) if r.kind == "bundle"), None)
    for settings in cluster.settings_of("sysconfig-pacemaker") if bundle is not None else ():
        variable = settings.variables.get("PCMK_authkey_location")
        if variable is None or bundle is None or variable.value.strip() in ("", "/etc/pacemaker/authkey"):
            continue
        values = {"value": variable.value, "where": _place(settings), "bundle": bundle.id}
        related = ((bundle.at, f"the bundle {bundle.id}"),)
        yield Hit(at=variable.at, subject=settings.node or bundle.id, values=values, related=related)


def pacemaker_differs(cluster: Cluster) -> Iterator[Hit]:
    """Settings of Pacemaker that members do not share; where the logs go may differ."""
    files = [s for s in cluster.settings_of("sysconfig-pacemaker") if s.node and not is_no_member(cluster, s.node)]
    if len(files) < 2:
        return
    for name in dict.fromkeys(n for s in files for n in s.variables):
        if not name.startswith("PCMK_") or name.startswith(_MAY_DIFFER):
            continue
        values = {s.node or "": s.variables[name].value.strip() if name in s.variables else None for s in files}
        meanings = {node: _meaning(value) for node, value in values.items()}
        if len(set(meanings.values())) < 2:
            continue
        by_value: dict[str, list[str]] = {}
        for node, value in values.items():
            by_value.setdefault("not set" if value is None else value or "empty", []).append(node)
        odd = next(s for s in files if name in s.variables)
        told = listed(f"{value} on {listed(nodes)}" for value, nodes in by_value.items())
        related = tuple(
            (s.variables[name].at, f"{name} on {s.node}") for s in files if s is not odd and name in s.variables
        )
        yield Hit(at=odd.variables[name].at, subject=name, values={"name": name, "told": told}, related=related)


def _meaning(value: str | None) -> object:
    flag = parse_bool(value)
    return flag if flag is not None else value or None


def pcsd_exposed(cluster: Cluster) -> Iterator[Hit]:
    """Pcsd with weakened TLS, or with debug messages. Cases: options, ciphers, debug."""
    for settings in cluster.settings_of("sysconfig-pcsd"):
        bound = settings.variables.get("PCSD_BIND_ADDR")
        for name, case in (("PCSD_SSL_OPTIONS", "options"), ("PCSD_SSL_CIPHERS", "ciphers"), ("PCSD_DEBUG", "debug")):
            variable = settings.variables.get(name)
            if variable is None or not _weakens(name, variable.value):
                continue
            if name != "PCSD_DEBUG" and bound is not None and bound.value.strip():
                continue
            values = {"value": variable.value, "where": _place(settings)}
            yield Hit(at=variable.at, subject=settings.node or "pcsd", case=case, values=values)


def _weakens(name: str, value: str) -> bool:
    """Whether a setting lets old TLS in; the defaults of pcs forbid SSL 2 and 3, TLS 1.0 and 1.1."""
    if name == "PCSD_DEBUG":
        return parse_bool(value.strip()) is True
    if name == "PCSD_SSL_OPTIONS":
        options = {option.strip() for option in value.split(",")}
        return bool(value.strip()) and not {"OP_NO_SSLv3", "OP_NO_TLSv1", "OP_NO_TLSv1_1"} <= options
    weak = {part.strip().upper() for part in value.split(":")} & {
        "ALL",
        "LOW",
        "EXP",
        "EXPORT",
        "RC4",
        "DES",
        "NULL",
        "ANULL",
        "ENULL",
        "3DES",
    }
    return bool(weak) or "SECLEVEL=0" in value.upper()


def power_button(cluster: Cluster) -> Iterator[Hit]:
    """A board that presses the power button, and a node that shuts down in order when it is pressed."""
    device = next((r for r in _primitives(cluster) if _presses(r)), None)
    nodes = dict.fromkeys(s.node for s in cluster.settings_of("logind")) if device is not None else {}
    for node in nodes:
        files = sorted((s for s in cluster.settings_of("logind") if s.node == node), key=_drop_ins_last)
        keys = [s.variables["HandlePowerKey"] for s in files if "HandlePowerKey" in s.variables]
        if (keys and keys[-1].value.lower() == "ignore") or device is None:
            continue
        at = keys[-1].at if keys else _first(files[0])
        state = f"is {keys[-1].value}" if keys else "is not set, which means poweroff,"
        values = {
            "state": state,
            "where": _place(files[0]),
            "device": device.id,
            "agent": device.agent.type if device.agent else "",
        }
        related = ((device.at, f"the fence device {device.id}"),)
        yield Hit(at=at, subject=node or "logind", values=values, related=related)


def _presses(resource: Resource) -> bool:
    """Whether the fence device switches the machine by its own board, other than by a cold cycle."""
    agent = resource.agent
    return (
        agent is not None
        and agent.standard == "stonith"
        and agent.type in _ON_BOARD
        and resource.parameter("method") != "cycle"
    )


def _drop_ins_last(settings: NodeSettings) -> tuple[bool, str]:
    return ".conf.d/" in settings.source.path, settings.source.path


def _first(settings: NodeSettings) -> Mark:
    return Mark(settings.source, Span(1, 1, 1, len(settings.source.lines[0]) + 1))


def kdump(cluster: Cluster) -> Iterator[Hit]:
    """A fence_kdump device, and a node that writes no dump or tells nobody. Cases: unit, nodes."""
    device = next((r for r in _primitives(cluster) if str(r.agent) == "stonith:fence_kdump"), None)
    if device is None:
        return
    related = ((device.at, f"the fence device {device.id}"),)
    for units in node_unit_lists(cluster):
        unit = next((u for name in _KDUMP if (u := units.get(name)) is not None), None)
        if unit is not None and unit.state in ("disabled", "masked", "masked-runtime"):
            values = {"unit": unit.name, "state": unit.state, "where": where(units), "device": device.id}
            yield Hit(at=unit.at, subject=units.node or "kdump", case="unit", values=values, related=related)
    for settings in cluster.settings_of("kdump"):
        if "fence_kdump_nodes" not in settings.variables:
            values = {"where": _place(settings), "device": device.id}
            yield Hit(
                at=_first(settings), subject=settings.node or "kdump", case="nodes", values=values, related=related
            )


def _asks_host(cluster: Cluster) -> bool:
    """Whether Pacemaker takes a node's name from the host: the nodelist has neither a name nor a name as ring0_addr."""
    nodes = cluster.corosync.nodes if cluster.corosync else ()
    first = [address.address for node in nodes for address in node.addresses if address.link == 0]
    return bool(nodes) and not any(n.name for n in nodes) and all(is_numeric(address) for address in first)


def _runs_cluster(cluster: Cluster, settings: NodeSettings) -> bool:
    """Whether a host that no file lists has a corosync.conf, or starts the cluster; an arbiter has and does neither."""
    units = (u for u in unit_lists(cluster) if u.node == settings.node)
    starts = any(u.state(name) in ("enabled", "enabled-runtime") for u in units for name in ("corosync", "pacemaker"))
    return starts or any(file.node == settings.node for file in cluster.corosyncs)


def hostname(cluster: Cluster) -> Iterator[Hit]:
    """A host whose own name is no node's. Cases: named (corosync.conf gives names), host (Pacemaker asks the host)."""
    members = list(cluster.members())
    if not members:
        return
    named = not _asks_host(cluster)
    for settings in cluster.settings_of("hostname"):
        variable = settings.variables.get("hostname")
        node = cluster.node(settings.node) if settings.node else None
        if variable is None or variable.value in ("localhost", "localhost.localdomain"):
            continue
        if any(same_host(n.name, variable.value) or is_numeric(n.name) for n in members):
            other = next((n for n in members if same_host(n.name, variable.value)), None)
            if node is None or other is None or same_node(cluster, settings.node, other.name):
                continue
        if (node is not None and node.kind != "member") or (node is None and not _runs_cluster(cluster, settings)):
            continue
        values = {
            "hostname": variable.value,
            "node": node.name if node else "",
            "nodes": listed(n.name for n in members),
        }
        case = "other" if node is None else "named" if named else "host"
        yield Hit(at=variable.at, subject=variable.value, case=case, values=values)
