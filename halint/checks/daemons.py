"""Checks of the daemons of a cluster node: which start at boot, which may not stand beside each other."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, NamedTuple

from halint.checks.names import is_outsider
from halint.checks.sbd_settings import enabled_units, is_no_member, same_node
from halint.checks.services import unit_lists, where
from halint.engine.hit import Hit
from halint.listing import listed
from halint.schema_data import load

if TYPE_CHECKING:
    from collections.abc import Iterator

    from halint.model.cib import Resource
    from halint.model.cluster import Cluster
    from halint.model.host import Unit, Units

_STARTS = ("enabled", "enabled-runtime")
_OFF = ("disabled", "indirect")
_TIME = (
    "chronyd",
    "chrony",
    "ntpd",
    "ntp",
    "ntpsec",
    "openntpd",
    "systemd-timesyncd",
)
# These set the clock from a network card or the hypervisor
_OTHER_TIME = ("phc2sys", "ptp4l", "timemaster", "vmtoolsd", "open-vm-tools", "vboxadd-service", "vboxservice")
_WATCHDOG = ("watchdog", "wd_keepalive", "hp-asrd", "hpasmd", "ipmi-watchdog", "bmc-watchdog")
_UPDATES = (
    "unattended-upgrades.service",
    "dnf-automatic-install.timer",
    "dnf-automatic.timer",
    "dnf5-automatic.timer",
    "yum-cron.service",
    "transactional-update.timer",
)
_INITIATORS = ("iscsi.service", "open-iscsi.service", "iscsid.service")
_STORAGE = frozenset(
    ("ocf:heartbeat:LVM-activate", "ocf:heartbeat:LVM", "ocf:heartbeat:Filesystem", "ocf:heartbeat:Raid1")
)


def _member_lists(cluster: Cluster) -> list[Units]:
    return [u for u in unit_lists(cluster) if u.node is None or not is_no_member(cluster, u.node)]


def _starts(units: Units, name: str) -> Unit | None:
    """The unit of that name where it starts at boot."""
    unit = units.get(name)
    return unit if unit is not None and unit.state in _STARTS else None


def _known_off(units: Units, name: str) -> bool:
    """Whether it is known that the unit does not start at boot."""
    unit = units.get(name)
    return unit.state in _OFF if unit is not None else not units.complete and not units.selection


def not_enabled(cluster: Cluster) -> Iterator[Hit]:
    """Pacemaker starts on no node; some of them is another rule's."""
    lists = _member_lists(cluster)
    off = [u for u in lists if _known_off(u, "pacemaker") and u.get("pacemaker") is not None]
    if not off or len(off) != len(lists):
        return
    first = off[0].units["pacemaker.service"]
    places = tuple((u.units["pacemaker.service"].at, f"disabled {where(u)}") for u in off[1:])
    nodes = f"on {listed(u.node for u in off if u.node)}" if off[0].node else "on every node"
    yield Hit(at=first.at, subject="pacemaker", values={"where": nodes}, related=places)


def corosync_alone(cluster: Cluster) -> Iterator[Hit]:
    """Corosync starts at boot and Pacemaker does not; nodes that differ from each other are another rule's."""
    lists = _member_lists(cluster)
    if any(_starts(u, "pacemaker") for u in lists):
        return
    for units in lists:
        corosync, pacemaker = _starts(units, "corosync"), units.get("pacemaker")
        if corosync is not None and pacemaker is not None and pacemaker.state in _OFF:
            related = ((pacemaker.at, f"pacemaker is {pacemaker.state}"),)
            yield Hit(at=corosync.at, subject=units.node or "corosync", values={"where": where(units)}, related=related)


def both_daemons(cluster: Cluster) -> Iterator[Hit]:
    """Pacemaker and pacemaker_remote start on one host."""
    for units in unit_lists(cluster):
        full, remote = _starts(units, "pacemaker"), _starts(units, "pacemaker_remote")
        if full is not None and remote is not None:
            related = ((full.at, f"pacemaker is {full.state}"),)
            yield Hit(
                at=remote.at, subject=units.node or "pacemaker_remote", values={"where": where(units)}, related=related
            )


def remote_runs_cluster(cluster: Cluster) -> Iterator[Hit]:
    """A remote node with the daemons of a member, or with a corosync.conf. Cases: unit, file."""
    for units in unit_lists(cluster):
        node = cluster.node(units.node) if units.node else None
        if node is None or node.kind == "member" or _starts(units, "pacemaker_remote"):
            continue
        for name in ("pacemaker", "corosync"):
            unit = _starts(units, name)
            if unit is not None:
                values = {"unit": unit.name, "state": unit.state, "node": node.name, "kind": node.kind}
                related = ((node.at, f"the {node.kind} node {node.name}"),)
                yield Hit(at=unit.at, subject=node.name, case="unit", values=values, related=related)
                break
    for file in cluster.corosyncs:
        node = cluster.node(file.node) if file.node else None
        if node is not None and node.kind != "member" and not node.in_corosync:
            values = {"node": node.name, "kind": node.kind}
            yield Hit(at=file.corosync.at, subject=node.name, case="file", values=values)


class _Managed(NamedTuple):
    """What the cluster starts, and the unit that starts it at boot as well."""

    resource: Resource
    unit: Unit
    units: Units


def _managed(cluster: Cluster, table: str) -> Iterator[_Managed]:
    """Units of a table of agents that start at boot on a member, each once a node."""
    agents: dict[str, list[str]] = load("agent-daemons")[table]
    for units in _member_lists(cluster):
        told: set[str] = set()
        for resource in cluster.cib.primitives() if cluster.cib else ():
            for name in agents.get(str(resource.agent), ()):
                unit = _starts(units, name)
                if unit is not None and unit.name not in told:
                    told.add(unit.name)
                    yield _Managed(resource, unit, units)


def _managed_hits(cluster: Cluster, table: str) -> Iterator[Hit]:
    for found in _managed(cluster, table):
        yield Hit(
            at=found.unit.at,
            subject=found.resource.id,
            values={
                "unit": found.unit.name,
                "state": found.unit.state,
                "where": where(found.units),
                "resource": found.resource.id,
                "agent": str(found.resource.agent),
            },
            related=((found.resource.at, f"the resource {found.resource.id}"),),
        )


def daemon_conflicts(cluster: Cluster) -> Iterator[Hit]:
    """Lock managers and other daemons that the cluster starts itself."""
    return _managed_hits(cluster, "daemons")


def drbd(cluster: Cluster) -> Iterator[Hit]:
    """DRBD's own service beside a resource that brings DRBD up."""
    return _managed_hits(cluster, "drbd")


def libvirt_guests(cluster: Cluster) -> Iterator[Hit]:
    """The service that starts and stops virtual machines beside VirtualDomain resources."""
    return _managed_hits(cluster, "guests")


def booth_unit(cluster: Cluster) -> Iterator[Hit]:
    """Booth's own unit beside a booth-site resource."""
    resource = (
        next((r for r in cluster.cib.primitives() if str(r.agent) == "ocf:pacemaker:booth-site"), None)
        if cluster.cib
        else None
    )
    if resource is None:
        return
    for units in _member_lists(cluster):
        for unit in units.units.values():
            known = units.node is None or cluster.node(units.node) is not None  # an arbitrator runs it by design
            if (
                known
                and unit.state in _STARTS
                and unit.name.startswith(("booth@", "booth.service", "booth-arbitrator"))
            ):
                values = {"unit": unit.name, "state": unit.state, "where": where(units), "resource": resource.id}
                related = ((resource.at, f"the resource {resource.id}"),)
                yield Hit(at=unit.at, subject=resource.id, values=values, related=related)
                break


def time_missing(cluster: Cluster) -> Iterator[Hit]:
    """No daemon that sets the clock starts at boot; asked where all units of a node are known."""
    for units in unit_lists(cluster):
        if units.selection or not units.units or any(_starts(units, name) for name in (*_TIME, *_OTHER_TIME)):
            continue
        if not units.complete and not _is_whole(units):
            continue
        installed = next((u for name in _TIME if (u := units.get(name)) is not None and u.state in _OFF), None)
        at = installed.at if installed else next(iter(units.units.values())).at
        case = "disabled" if installed else "none"
        values = {"where": where(units), "unit": installed.name if installed else ""}
        yield Hit(at=at, subject=units.node or "time", case=case, values=values)


def _is_whole(units: Units) -> bool:
    """Whether a tree of links looks like that of a whole host and not like a few links copied for the cluster."""
    return len(units.units) > 15


def time_multiple(cluster: Cluster) -> Iterator[Hit]:
    """Two daemons that set the clock."""
    for units in unit_lists(cluster):
        found = {id(u): u for name in _TIME if (u := _starts(units, name)) is not None}
        real = [u for u in found.values() if u.alias_of not in units.units]
        if len(real) > 1:
            names = listed(u.name for u in real)
            related = tuple((u.at, u.name) for u in real[1:])
            values = {"names": names, "where": where(units)}
            yield Hit(at=real[0].at, subject=units.node or "time", values=values, related=related)


def watchdog_contention(cluster: Cluster) -> Iterator[Hit]:
    """Another user of the watchdog beside SBD. Cases: unit, systemd."""
    for units in enabled_units(cluster):
        sbd = units.get("sbd")
        related = ((sbd.at, f"sbd.service is {sbd.state}"),) if sbd else ()
        for name in _WATCHDOG:
            unit = _starts(units, name)
            if unit is not None:
                values = {"unit": unit.name, "state": unit.state, "where": where(units)}
                yield Hit(at=unit.at, subject=units.node or unit.name, case="unit", values=values, related=related)
        for settings in cluster.settings_of("systemd-system"):
            variable = settings.variables.get("RuntimeWatchdogSec")
            own = settings.node is None or units.node is None or same_node(cluster, settings.node, units.node)
            if variable is None or not own or variable.value.lower() in ("", "0", "off", "infinity", "0s"):
                continue
            if "WatchdogDevice" in settings.variables:
                continue  # it may be another one than SBD's
            values = {"value": variable.value, "where": where(units)}
            yield Hit(at=variable.at, subject=units.node or "systemd", case="systemd", values=values, related=related)


def automatic_updates(cluster: Cluster) -> Iterator[Hit]:
    """Services that install updates by themselves."""
    for units in unit_lists(cluster):
        for name in _UPDATES:
            unit = _starts(units, name)
            if unit is not None:
                values = {"unit": unit.name, "state": unit.state, "where": where(units)}
                yield Hit(at=unit.at, subject=units.node or unit.name, values=values)
                break


def file_sync(cluster: Cluster) -> Iterator[Hit]:
    """Csync2, which SUSE's tools copy the files of the cluster with, is installed and does not listen."""
    for units in _member_lists(cluster):
        unit = units.get("csync2.socket")
        if unit is not None and unit.state in _OFF:
            yield Hit(at=unit.at, subject=units.node or unit.name, values={"state": unit.state, "where": where(units)})


def storage_not_ordered(cluster: Cluster) -> Iterator[Hit]:
    """Disks over iSCSI that the cluster mounts, and nothing that orders the two; asked where the tree is known."""
    resource = next((r for r in cluster.cib.primitives() if _on_disk(r)), None) if cluster.cib else None
    if resource is None:
        return
    for units in _member_lists(cluster):
        if not any(not u.complete and same_node(cluster, u.node, units.node) for u in cluster.units):
            continue
        unit = next((u for name in _INITIATORS if (u := _starts(units, name)) is not None), None)
        targets = ("resource-agents-deps.target", "pacemaker.service", "corosync.service")
        if unit is None or any(d.unit in targets and _orders(d.variables) for d in units.drop_ins):
            continue
        values = {"unit": unit.name, "where": where(units), "resource": resource.id}
        yield Hit(
            at=unit.at,
            subject=units.node or unit.name,
            values=values,
            related=((resource.at, f"the resource {resource.id}"),),
        )


def _orders(variables: object) -> bool:
    return isinstance(variables, dict) and bool({"After", "Requires", "Wants"} & variables.keys())


def _on_disk(resource: Resource) -> bool:
    """Whether the resource needs a block device: not a network share, nor a bound folder."""
    if str(resource.agent) not in _STORAGE:
        return False
    device = resource.parameter("device")
    return device is None or device.startswith(("/dev/", "UUID=", "LABEL=", "-U", "-L"))


def exported_twice(cluster: Cluster) -> Iterator[Hit]:
    """Directories of /etc/exports that an exportfs resource exports."""
    exports = [r for r in cluster.cib.primitives() if str(r.agent) == "ocf:heartbeat:exportfs"] if cluster.cib else []
    managed = {
        posixpath.normpath(directory): r for r in exports for directory in (r.parameter("directory") or "").split()
    }
    for file in cluster.exports:
        if file.node is not None and is_outsider(cluster, file.node):
            continue
        told: set[str] = set()
        for entry in file.entries:
            resource = managed.get(posixpath.normpath(entry.directory))
            if resource is None or entry.directory in told:
                continue
            told.add(entry.directory)
            node = f"on {file.node}" if file.node else "on every node"
            values = {"directory": entry.directory, "where": node, "resource": resource.id}
            related = ((resource.at, f"the resource {resource.id}"),)
            yield Hit(at=entry.at, subject=resource.id, values=values, related=related)
