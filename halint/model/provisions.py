"""Which primitive makes available what another one works on: volumes, devices, mounts, targets."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from halint.model.agents import AgentTraits, traits
from halint.record import record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from halint.model.cib import Resource
    from halint.model.host import DrbdResource
    from halint.source import Mark

_DRBD_LINK = re.compile(r"/dev/drbd/by-res/([^/]+)")
_DRBD_DEVICE = re.compile(r"/dev/drbd[0-9]+(p[0-9]+)?")
_ISCSI_LINK = re.compile(r"/dev/disk/by-path/.*-iscsi-(.+)-lun-[0-9]+(-part[0-9]+)?")


@record
class Provision:
    """`user` works on `what` (a device or a path, as written at `at`), which `provider` makes available."""

    user: Resource
    provider: Resource
    what: str
    at: Mark


@record
class _Known:
    resource: Resource
    traits: AgentTraits

    def value(self, parameter: str) -> str:
        """The certain value of a parameter, "" where there is none."""
        return (self.resource.parameter(parameter) or "").strip() if parameter else ""

    def path(self, parameter: str) -> str:
        """As `value`, for a path: without doubled and closing slashes."""
        value = self.value(parameter)
        return posixpath.normpath(value) if value.startswith("/") else value


def volumes(resources: Iterable[Resource], drbd: Iterable[DrbdResource] = ()) -> Iterator[Provision]:
    """Devices that primitives work on and that other primitives make available."""
    known = _known(resources)
    names = _drbd_names(known, drbd)
    for user in known:
        device = user.path(user.traits.device)
        for provider in known if device else ():
            if provider is not user and _gives_device(provider, user, device, names):
                yield _provision(user, provider, user.traits.device)


def mounts(resources: Iterable[Resource]) -> Iterator[Provision]:
    """Folders and files that primitives need and that lie below the mount of another primitive."""
    known = _known(resources)
    holders = [(k, k.path(k.traits.directory)) for k in known if k.traits.directory]
    for user in known:
        for parameter in (*user.traits.paths, user.traits.directory, user.traits.device):
            path = user.path(parameter)
            for provider, directory in holders if path.startswith("/") and not path.startswith("/dev/") else ():
                if provider is not user and _inside(path, directory, itself=parameter in user.traits.paths):
                    yield _provision(user, provider, parameter)


def usual_mounts(resources: Iterable[Resource]) -> Iterator[Provision]:
    """Mounts, by other primitives, of folders that servers use where none of their path parameters is set."""
    known = _known(resources)
    for user in known:
        told = any(user.path(p) and not user.path(p).startswith("/etc/") for p in user.traits.paths)
        for provider in known if user.traits.usual and not told else ():
            directory = provider.path(provider.traits.directory)
            if any(directory == place or _inside(directory, place, itself=False) for place in user.traits.usual):
                yield Provision(user=user.resource, provider=provider.resource, what=directory, at=user.resource.at)


def targets(resources: Iterable[Resource]) -> Iterator[Provision]:
    """Logical units of iSCSI and the target, by its name, that they belong to."""
    known = _known(resources)
    for user in known:
        name = user.value("target_iqn")
        for provider in known if name else ():
            if provider.traits.name == "ocf:heartbeat:iSCSITarget" and provider.value("iqn") == name:
                yield _provision(user, provider, "target_iqn")


def _known(resources: Iterable[Resource]) -> list[_Known]:
    return [_Known(resource=r, traits=t) for r in resources if (t := traits(r.agent)) is not None]


def _provision(user: _Known, provider: _Known, parameter: str) -> Provision:
    at = user.resource.parameters[parameter].at
    return Provision(user=user.resource, provider=provider.resource, what=user.value(parameter), at=at)


def _inside(path: str, directory: str, *, itself: bool) -> bool:
    if len(directory) < 2 or not directory.startswith("/"):
        return False
    return path.startswith(f"{directory}/") or (itself and path == directory)


def _gives_device(provider: _Known, user: _Known, device: str, drbd: Mapping[str, str]) -> bool:
    known = provider.traits
    return (
        device == provider.path(known.provides)
        or _in_group(device, provider.value(known.volume_group), provider.value("lvname"))
        or (
            bool(known.mapping)
            and device == f"/dev/mapper/{provider.value(known.mapping).removeprefix('/dev/mapper/')}"
        )
        or _in_pool(user, device, provider.value(known.pool))
        or (bool(known.drbd) and _drbd_name(device, drbd) == provider.value(known.drbd))
        or _of_target(device, provider.value(known.target))
    )


def _in_group(device: str, group: str, volume: str) -> bool:
    """Whether a device is a logical volume of a group, or the one volume that is activated; lvm(8), VALID NAMES."""
    if not group:
        return False
    of_group = device.startswith((f"/dev/{group}/", f"/dev/mapper/{_escaped(group)}-"))
    one = (f"/dev/{group}/{volume}", f"/dev/mapper/{_escaped(group)}-{_escaped(volume)}")
    # A single hyphen parts group and volume; `vg-lv` of group `vg` must not match group `vg-lv` nor `vg--x`
    if not volume and device.startswith("/dev/mapper/"):
        return re.fullmatch(rf"/dev/mapper/{re.escape(_escaped(group))}-(?!-)(?:[^-]|--)+", device) is not None
    return device in one if volume else of_group


def _escaped(name: str) -> str:
    return name.replace("-", "--")


def _in_pool(user: _Known, device: str, pool: str) -> bool:
    return bool(pool) and user.value("fstype") == "zfs" and (device == pool or device.startswith(f"{pool}/"))


def _drbd_names(known: list[_Known], drbd: Iterable[DrbdResource]) -> dict[str, str]:
    """DRBD's devices and the resources they belong to: from its files, else all the only resource's."""
    names = {device: r.name for r in drbd for device in r.devices}
    managed = {name for k in known if (name := k.value(k.traits.drbd))}
    devices = [device for k in known if _DRBD_DEVICE.fullmatch(device := k.path(k.traits.device))]
    return names if names or len(managed) != 1 else dict.fromkeys(devices, *managed)


def _drbd_name(device: str, names: Mapping[str, str]) -> str | None:
    link = _DRBD_LINK.match(device)
    return link[1] if link else names.get(device)


def _of_target(device: str, target: str) -> bool:
    link = _ISCSI_LINK.fullmatch(device)
    return bool(target) and link is not None and link[1] == target
