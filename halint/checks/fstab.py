"""Checks of fstab: file systems that the cluster mounts."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, NamedTuple

from halint.checks.names import is_outsider
from halint.engine.hit import Hit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from halint.model.cib import Cib, Resource
    from halint.model.cluster import Cluster
    from halint.model.host import FstabEntry

# ocf:heartbeat:Filesystem and mount(8): tag=value, -U and -L, and the links udev makes for them
_TAG = re.compile(r"(?:(UUID|LABEL|PARTUUID|PARTLABEL)=|-([UL])\s*|/dev/disk/by-(uuid|label|partuuid|partlabel)/)(.+)")
_SHORT = {"U": "UUID", "L": "LABEL"}
_MAPPER = re.compile(r"/dev/mapper/(?P<group>(?:[^-]|--)+)-(?P<volume>(?:[^-]|--)+)")
_NETWORK = re.compile(r"nfs4?|cifs|smb3?|ceph|glusterfs|fuse\..*|lustre|afs|9p|beegfs|gpfs")
# fstab(5), systemd.mount(5): these do not mount at boot
_NOT_AT_BOOT = frozenset(("noauto", "x-systemd.automount"))


class _Mount(NamedTuple):
    """A Filesystem resource: device and directory, canonical, "" where not known; whether it is a network share."""

    resource: Resource
    device: str
    directory: str
    network: bool


def also_in_fstab(cluster: Cluster) -> Iterator[Hit]:
    """Fstab lines that mount at boot what a Filesystem resource mounts."""
    mounts = list(_mounts(cluster.cib))
    for fstab in cluster.fstab:
        if fstab.node is not None and is_outsider(cluster, fstab.node):
            continue
        for entry in fstab.entries:
            if _NOT_AT_BOOT & set(entry.options):
                continue
            found = next(((m, case) for m in mounts if (case := _same(m, entry))), None)
            if found is None:
                continue
            mount, case = found
            yield Hit(
                at=entry.at,
                subject=mount.resource.id,
                case=case,
                values={
                    "resource": mount.resource.id,
                    "device": entry.device,
                    "directory": entry.directory,
                    "where": f"on {fstab.node}" if fstab.node else "on every node",
                },
                related=((mount.resource.at, f"the resource {mount.resource.id}"),),
            )


def _mounts(cib: Cib | None) -> Iterator[_Mount]:
    """The Filesystem resources, without network file systems that are mounted on every node alike."""
    for resource in cib.primitives() if cib else ():
        if resource.agent is None or str(resource.agent) != "ocf:heartbeat:Filesystem":
            continue
        device, directory = resource.parameter("device") or "", resource.parameter("directory") or ""
        network = _is_network(device, resource.parameter("fstype") or "")
        if network and cib is not None and cib.clone_of(resource) is not None:
            continue
        yield _Mount(resource, canonical_device(device), _path(directory), network)


def _same(mount: _Mount, entry: FstabEntry) -> str:
    """`directory` or `device` where the line mounts what the resource mounts, else "".

    A network share or a bound folder may well be mounted in two places; a block device should not.
    """
    if mount.directory and mount.directory == _path(entry.directory):
        return "directory"
    device = canonical_device(entry.device)
    is_block = device.startswith("/dev/") or "=" in device
    if mount.device == device and is_block and not mount.network and not _is_network(entry.device, entry.type):
        return "device"
    return ""


def _is_network(device: str, kind: str) -> bool:
    return bool(_NETWORK.fullmatch(kind)) or device.startswith("//") or ":/" in device


def canonical_device(text: str) -> str:
    """A device under one name: `UUID=…` for tags, -U, -L and by-* links, /dev/GROUP/VOLUME for logical volumes."""
    text = text.strip().replace('"', "").replace("'", "")
    tag = _TAG.fullmatch(text)
    if tag is not None:
        kind = tag[1] or _SHORT.get(tag[2] or "") or (tag[3] or "").upper()
        value = tag[4].lower() if kind in ("UUID", "PARTUUID") else tag[4]
        return f"{kind}={value}"
    volume = _MAPPER.fullmatch(text)
    if volume is not None:
        return "/dev/" + "/".join(part.replace("--", "-") for part in (volume["group"], volume["volume"]))
    return _path(text)


def _path(text: str) -> str:
    """A path without doubled and trailing slashes."""
    return re.sub("^/+", "/", posixpath.normpath(text)) if text.startswith("/") else text
