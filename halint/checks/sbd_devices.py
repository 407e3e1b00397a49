"""Checks of SBD's devices: how they are written, what else uses them, and their headers (sbd(8); measured, 1.5.2)."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from halint.checks.fstab import canonical_device
from halint.checks.sbd_settings import (
    devices,
    member_files,
    place,
    sbd_resources,
    text,
)
from halint.engine.hit import Hit
from halint.listing import listed
from halint.model.properties import fencing_enabled
from halint.model.values import parse_bool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from halint.model.cib import Resource
    from halint.model.cluster import Cluster
    from halint.model.host import Sbd, SbdHeader, Variable
    from halint.source import Mark

# More than one path in one item: parted by comma, blank or colon; by-path names hold colons of their own
_JOINED = re.compile(r"[,:\s]\s*/|\s")
_KERNEL_NAME = re.compile(r"/dev/(?:sd[a-z]+|vd[a-z]+|xvd[a-z]+|hd[a-z]+|dasd[a-z]+|nvme\d+n\d+|dm-\d+)(?:p?\d+)?")
# sda1 is a partition of sda, nvme0n1p1 of nvme0n1
_PARTITION = re.compile(r"(?<=[a-z])\d+$|(?<=\d)p\d+$")
_MIRRORED = re.compile(r"/dev/(?:(md)\d|(md)/|(drbd)\d|(drbd)/)")
# agents and the parameters of theirs that hold block devices
_DATA = {
    "ocf:heartbeat:Filesystem": ("device",),
    "ocf:heartbeat:iSCSILogicalUnit": ("path",),
    "ocf:heartbeat:Raid1": ("raiddev",),
    "ocf:heartbeat:sg_persist": ("devs",),
    "ocf:heartbeat:mpathpersist": ("devs",),
    "ocf:heartbeat:raw": ("device",),
    "stonith:fence_scsi": ("devices",),
    "stonith:fence_mpath": ("devices",),
}
_VOLUME_GROUP = {
    "ocf:heartbeat:LVM-activate": "vgname",
    "ocf:heartbeat:LVM": "volgrpname",
}


def _each(cluster: Cluster) -> Iterator[tuple[Sbd, Variable, list[str]]]:
    """Every file that names devices, the variable, and the devices."""
    for sbd in cluster.sbd:
        if devices(sbd):
            yield sbd, sbd.variables["SBD_DEVICE"], devices(sbd)


def _hit(sbd: Sbd, variable: Variable, case: str = "", **values: object) -> Hit:
    return Hit(at=variable.at, subject=sbd.node or "sbd", case=case, values={"where": place(sbd), **values})


def _of_each_device(cluster: Cluster, wrong: Callable[[str], str | None]) -> Iterator[Hit]:
    """A hit for each device that is wrong, with the word for it as the case."""
    for sbd, variable, named in _each(cluster):
        for device in dict.fromkeys(named):
            case = wrong(device)
            if case is not None:
                yield _hit(sbd, variable, case, device=device)


def relative(cluster: Cluster) -> Iterator[Hit]:
    """Devices whose path does not start at the root."""
    return _of_each_device(cluster, lambda d: None if d.startswith("/") or _JOINED.search(d) else "")


def separator(cluster: Cluster) -> Iterator[Hit]:
    """Several paths in one item, a path that is a folder, and items that are empty."""

    def wrong(device: str) -> str | None:
        if _JOINED.search(device):
            return "joined"
        return "folder" if device.endswith("/") else None

    yield from _of_each_device(cluster, wrong)
    for sbd, variable, _ in _each(cluster):
        items = variable.value.strip().rstrip(";").split(";")
        if any(not item.strip() for item in items):
            yield _hit(sbd, variable, "empty", value=variable.value)


def unstable(cluster: Cluster) -> Iterator[Hit]:
    """Names that the kernel gives anew at each boot."""
    return _of_each_device(cluster, lambda d: "" if _KERNEL_NAME.fullmatch(d) else None)


def under_multipath(cluster: Cluster) -> Iterator[Hit]:
    """Devices that are one path of a multipath map of their node, or of any node where the file stands for all."""
    for sbd, variable, named in _each(cluster):
        maps = [one for listed in cluster.multipath if sbd.node in (None, listed.node) for one in listed.maps]
        for device in dict.fromkeys(named):
            disk = _PARTITION.sub("", device.removeprefix("/dev/"))
            found = next((one for one in maps if disk in one.disks), None)
            if found is not None:
                values = {"where": place(sbd), "device": device, "map": found.name}
                related = ((found.disks[disk], f"a path of {found.name}"),)
                yield Hit(at=variable.at, subject=sbd.node or "sbd", values=values, related=related)


def count(cluster: Cluster) -> Iterator[Hit]:
    """One, two, or more devices than SBD takes; files that say the same are told once."""
    told: set[tuple[str, ...]] = set()
    for sbd, variable, named in _each(cluster):
        if tuple(named) in told or len(set(named)) == 3 or any(_JOINED.search(d) for d in named):
            continue
        told.add(tuple(named))
        case = {1: "one", 2: "two"}.get(len(set(named)), "many")
        yield _hit(sbd, variable, case, count=len(set(named)))


def count_differs(cluster: Cluster) -> Iterator[Hit]:
    """Members with different numbers of devices."""
    files = [s for s in member_files(cluster) if s.node]
    counts = {s.node or "": len(devices(s)) for s in files}
    if len(set(counts.values())) < 2:
        return
    usual = Counter(counts.values()).most_common(1)[0][0]
    odd = next(s for s in files if len(devices(s)) != usual)
    told = listed(
        f"{number} on {listed(n for n, c in counts.items() if c == number)}" for number in sorted(set(counts.values()))
    )
    at = odd.variables["SBD_DEVICE"].at if "SBD_DEVICE" in odd.variables else _first(files)
    related = tuple(
        (s.variables["SBD_DEVICE"].at, f"{counts[s.node or '']} on {s.node}")
        for s in files
        if s is not odd and devices(s)
    )
    yield Hit(at=at, subject=odd.node or "sbd", values={"told": told}, related=related)


def _first(files: list[Sbd]) -> Mark:
    return next(s.variables["SBD_DEVICE"].at for s in files if devices(s))


def duplicate(cluster: Cluster) -> Iterator[Hit]:
    """A device that stands in the list twice."""
    for sbd, variable, named in _each(cluster):
        counts = Counter(canonical_device(d) for d in named)
        for device, number in counts.items():
            if number > 1:
                yield _hit(sbd, variable, device=device)


def mirrored(cluster: Cluster) -> Iterator[Hit]:
    """Devices that are mirrored, or that the cluster activates itself. Cases: md, drbd, volume."""
    groups = _managed_groups(cluster)
    for sbd, variable, named in _each(cluster):
        for device in dict.fromkeys(named):
            match = _MIRRORED.match(device)
            if match:
                yield _hit(sbd, variable, next(filter(None, match.groups())), device=device)
                continue
            group = canonical_device(device).removeprefix("/dev/").split("/")[0]
            owner = groups.get(group) if canonical_device(device).count("/") == 3 else None
            if owner is not None:
                yield Hit(
                    at=variable.at,
                    subject=owner.id,
                    case="volume",
                    values={"where": place(sbd), "device": device, "group": group, "resource": owner.id},
                    related=((owner.at, f"the resource {owner.id}"),),
                )


def _managed_groups(cluster: Cluster) -> dict[str, Resource]:
    """The volume groups that resources activate."""
    found: dict[str, Resource] = {}
    for resource in cluster.cib.primitives() if cluster.cib else ():
        group = resource.parameter(_VOLUME_GROUP.get(str(resource.agent), ""))
        if group:
            found.setdefault(group, resource)
    return found


def used_as_data(cluster: Cluster) -> Iterator[Hit]:
    """Devices that a resource uses for something else."""
    used = dict(_data_devices(cluster))
    for sbd, variable, named in _each(cluster):
        for device in dict.fromkeys(named):
            owner = used.get(canonical_device(device))
            if owner is not None:
                yield Hit(
                    at=variable.at,
                    subject=owner.id,
                    values={"where": place(sbd), "device": device, "resource": owner.id, "agent": str(owner.agent)},
                    related=((owner.at, f"the resource {owner.id}"),),
                )


def _data_devices(cluster: Cluster) -> Iterator[tuple[str, Resource]]:
    for resource in cluster.cib.primitives() if cluster.cib else ():
        for name in _DATA.get(str(resource.agent), ()):
            for device in re.split(r"[,\s]+", resource.parameter(name) or ""):
                if device.startswith("/dev/"):
                    yield canonical_device(device), resource


def no_fence_resource(cluster: Cluster) -> Iterator[Hit]:
    """Devices are set up, but no fence device writes to them."""
    if cluster.cib is None or fencing_enabled(cluster.cib) is False or any(sbd_resources(cluster.cib)):
        return
    files = [s for s in member_files(cluster) if devices(s)]
    if files:
        first = files[0]
        where = listed(s.node for s in files if s.node) if first.node else "every node"
        yield Hit(at=first.variables["SBD_DEVICE"].at, subject="sbd", values={"where": where})


def resource_without_device(cluster: Cluster) -> Iterator[Hit]:
    """A fence device that takes its disks from SBD_DEVICE, where that is empty."""
    empty = [s for s in member_files(cluster) if not devices(s)]
    for resource in sbd_resources(cluster.cib):
        named = [resource.parameters[n] for n in ("devices", "sbd_device") if n in resource.parameters]
        if named or not empty:
            continue
        first = empty[0]
        where = f"on {listed(s.node for s in empty if s.node)}" if first.node else "on every node"
        marks = [(s.variables["SBD_DEVICE"].at, "SBD_DEVICE is empty") for s in empty if "SBD_DEVICE" in s.variables]
        values = {"resource": resource.id, "agent": resource.agent.type if resource.agent else "", "where": where}
        yield Hit(at=resource.at, subject=resource.id, values=values, related=tuple(marks))


def cib_mismatch(cluster: Cluster) -> Iterator[Hit]:
    """Devices in the CIB that are not those of SBD_DEVICE; their order does not matter."""
    for resource in sbd_resources(cluster.cib):
        name = next((n for n in ("devices", "sbd_device") if n in resource.parameters), None)
        setting = resource.parameters.get(name) if name else None
        if setting is None or setting.value is None or not setting.certain:
            continue
        written = {canonical_device(d) for d in re.split(r"[,;\s]+", setting.value) if d}
        for sbd in member_files(cluster):
            own = {canonical_device(d) for d in devices(sbd)}
            if own and own != written:
                yield Hit(
                    at=setting.at,
                    subject=resource.id,
                    values={
                        "resource": resource.id,
                        "parameter": setting.name,
                        "devices": listed(sorted(written)),
                        "own": listed(sorted(own)),
                        "listed": ",".join(devices(sbd)),
                        "where": place(sbd),
                    },
                    related=((sbd.variables["SBD_DEVICE"].at, "SBD_DEVICE"),),
                )
                break


def uuid_differs(cluster: Cluster) -> Iterator[Hit]:
    """One path with different headers on different nodes; paths that differ from node to node say nothing."""
    by_device: dict[str, dict[str, SbdHeader]] = {}
    for header in cluster.sbd_headers:
        if header.device and header.uuid and header.node:
            by_device.setdefault(header.device, {}).setdefault(header.uuid, header)
    for device, headers in by_device.items():
        first, *others = headers.values()
        for other in others:
            yield Hit(
                at=other.uuid_at or other.at,
                subject=device,
                values={
                    "device": device,
                    "node": other.node,
                    "uuid": other.uuid,
                    "reference": first.node,
                    "own": first.uuid,
                },
                related=((first.uuid_at or first.at, f"{first.uuid} on {first.node}"),),
            )


def metadata_differs(cluster: Cluster) -> Iterator[Hit]:
    """Timeouts that are not the same on all devices. Values: the timeout's name and what it is where."""
    for name in ("watchdog", "msgwait"):
        found: dict[int, SbdHeader] = {}
        for header in cluster.sbd_headers:
            value = getattr(header, name)
            if value is not None:
                found.setdefault(value, header)
        if len(found) > 1:
            (_, first), *others = found.items()
            worst = others[0][1]
            told = listed(f"{value} s for {_device(cluster, header)}" for value, header in found.items())
            yield Hit(
                at=getattr(worst, f"{name}_at") or worst.at,
                subject=_device(cluster, worst),
                values={"name": name, "told": told},
                related=((getattr(first, f"{name}_at") or first.at, f"{name} of {_device(cluster, first)}"),),
            )


def slots(cluster: Cluster) -> Iterator[Hit]:
    """Slots of a device that do not cover the members, or hold a message. Cases: missing, message."""
    for header in cluster.sbd_headers:
        names = {slot.name.lower() for slot in header.slots}
        members = [n for n in cluster.members() if n.in_cib]
        if not names or not any(n.name.lower() in names for n in members):
            continue
        missing = [n.name for n in members if n.name.lower() not in names]
        device = header.device or "the SBD device"
        if missing:
            values = {"device": device, "nodes": listed(missing)}
            yield Hit(at=header.slots[0].at, subject=device, case="missing", values=values)
        for slot in header.slots:
            if slot.state != "clear":
                values = {"device": device, "node": slot.name, "state": slot.state}
                yield Hit(at=slot.at, subject=slot.name, case="message", values=values)


def _device(cluster: Cluster, header: SbdHeader) -> str:
    name = header.device or "the SBD device"
    return f"{name} on {header.node}" if header.node and cluster.node(header.node) else name


def crash_dump(cluster: Cluster) -> Iterator[Hit]:
    """A crash dump that only the fence device or only SBD is told of. Cases: resource, options."""
    resources = list(sbd_resources(cluster.cib))
    wants = next((r for r in resources if parse_bool(r.parameter("crashdump")) is True), None)
    uncertain = any("crashdump" in r.parameters and r.parameter("crashdump") is None for r in resources)
    for sbd in member_files(cluster):
        options = sbd.variables.get("SBD_OPTS")
        gives = re.search(r"(?:^|\s)-C\s*[1-9]", text(sbd, "SBD_OPTS")) is not None
        if wants is not None and not gives:
            setting = wants.parameters["crashdump"]
            related = ((options.at, "SBD_OPTS"),) if options else ()
            values = {"resource": wants.id, "where": place(sbd)}
            yield Hit(at=setting.at, subject=wants.id, case="resource", values=values, related=related)
            return
        if wants is None and gives and resources and not uncertain and options is not None:
            values = {"resource": resources[0].id, "where": place(sbd), "options": options.value}
            related = ((resources[0].at, f"the resource {resources[0].id}"),)
            yield Hit(at=options.at, subject=sbd.node or "sbd", case="options", values=values, related=related)
            return


def header_watchdog(cluster: Cluster, minimum: int, maximum: int) -> Iterator[Hit]:
    """Watchdog timeouts in headers that are too long or too short; seconds. Cases: short, long."""
    told: set[tuple[str, int]] = set()
    for header in cluster.sbd_headers:
        value = header.watchdog
        if value is None or minimum <= value <= maximum or (header.device, value) in told:
            continue
        told.add((header.device, value))
        values = {
            "device": header.device or "the SBD device",
            "watchdog": value,
            "minimum": minimum,
            "maximum": maximum,
        }
        at = header.watchdog_at or header.at
        yield Hit(at=at, subject=header.device or "sbd", case="short" if value < minimum else "long", values=values)


def watchdog_too_short(cluster: Cluster, minimum: int) -> Iterator[Hit]:
    """Watchdog timeouts in headers below the profile's."""
    return header_watchdog(cluster, minimum, 10**9)


def watchdog_too_long(cluster: Cluster, maximum: int) -> Iterator[Hit]:
    """Watchdog timeouts in headers that few watchdogs can count to."""
    return header_watchdog(cluster, 0, maximum)
