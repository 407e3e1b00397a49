"""What each node's own files say: hosts entries, unit states, SBD, booth, settings, fstab, exports, DRBD, packages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cached_property

from halint.record import record
from halint.source import Mark, Source


@record
class HostsEntry:
    """One name on one line of /etc/hosts. `address` is canonical text (IPv6 with its zone)."""

    address: str
    name: str
    canonical: bool
    """Whether the name stands first on its line."""
    at: Mark
    line_at: Mark


class HostsEntries(tuple[HostsEntry, ...]):  # noqa: SLOT001 - cached_property needs a __dict__
    """Entries in file order, which can be asked by name: every rule on names does, of every file."""

    @cached_property
    def by_name(self) -> Mapping[str, tuple[HostsEntry, ...]]:
        """The entries of each name in lower case."""
        found: dict[str, list[HostsEntry]] = {}
        for entry in self:
            found.setdefault(entry.name.lower(), []).append(entry)
        return {name: tuple(entries) for name, entries in found.items()}


@record
class Hosts:
    """One hosts file; entries in file order. `node` is None for a file that stands for every node."""

    node: str | None
    source: Source
    entries: HostsEntries

    def lookup(self, name: str) -> tuple[HostsEntry, ...]:
        """The entries of a name, in file order; host names are compared without case (hosts(5), RFC 1123)."""
        return self.entries.by_name.get(name.lower(), ())


@record
class Unit:
    """One unit file and its state, as systemctl prints it: enabled, enabled-runtime, disabled, static,
    alias, masked, masked-runtime, indirect, generated, linked, transient, bad.

    `alias_of` is the target of an alias, else "".
    """

    name: str
    state: str
    at: Mark
    alias_of: str = ""


@record
class Uidgid:
    """One file of the folder uidgid.d beside corosync.conf; what corosync refuses is among the source's problems."""

    node: str | None
    source: Source


@record
class ListedFile:
    """A file as a listing has it: path below the root without the first slash, `-rw-------`, owner and group as names
    or numbers, size in bytes."""

    path: str
    mode: str
    owner: str
    group: str
    size: int
    at: Mark

    @property
    def is_roots(self) -> bool:
        """Whether root owns it."""
        return self.owner in ("root", "0")

    @property
    def is_open(self) -> bool:
        """Whether others than the owner may read or write it; a group that is root's own does not count."""
        group = self.mode[4:7] if self.group not in ("root", "0") else ""
        return any(sign in "rw" for sign in group + self.mode[7:10])


@record
class NodeFiles:
    """The files of one node's cluster folders by path, without content. `complete` are the folders known whole:
    what is not listed there is missing."""

    node: str | None
    source: Source
    files: Mapping[str, ListedFile]
    complete: frozenset[str]

    def lacks(self, path: str) -> bool:
        """Whether a file is missing for certain."""
        return path not in self.files and path.rpartition("/")[0] in self.complete

    @property
    def keeps_owners(self) -> bool:
        """Whether owners and modes are those of the node: a copy that somebody else unpacked has lost them."""
        conf = self.files.get("etc/corosync/corosync.conf")
        return conf is not None and conf.is_roots


@record
class InterfaceAddress:
    """One address of an interface in its shortest form; `dynamic` where it has a limited lifetime, as DHCP gives."""

    interface: str
    address: str
    dynamic: bool
    at: Mark


@record
class Addresses:
    """The addresses of one node's interfaces (ip-address(8))."""

    node: str | None
    source: Source
    entries: tuple[InterfaceAddress, ...]


@record
class Modules:
    """Kernel modules of one node by name: those that are loaded (`kind` modules), or those that one file of
    modules-load.d loads at boot (modules-load)."""

    kind: str
    node: str | None
    source: Source
    names: Mapping[str, Mark]


@record
class Collected:
    """When one node's files were collected, by the node's own clock, without its time zone."""

    node: str | None
    source: Source
    moment: datetime
    at: Mark


@record
class MultipathMap:
    """One multipath map: its name below /dev/mapper, its WWID, and its paths, kernel names of disks such as sda."""

    name: str
    wwid: str
    disks: Mapping[str, Mark]
    at: Mark


@record
class Multipath:
    """The multipath maps of one node (multipath(8))."""

    node: str | None
    source: Source
    maps: tuple[MultipathMap, ...]


@record
class Variable:
    """One NAME=value of a sysconfig file."""

    name: str
    value: str
    at: Mark


@record
class DropIn:
    """One `.conf` file that adds settings to a unit (systemd.unit(5)); the last of a setting's name."""

    unit: str
    source: Source
    variables: Mapping[str, Variable]
    at: Mark


@record
class Units:
    """The unit files of one node. `complete` is False where only what is enabled can be seen
    (a tree of .wants links): a unit that is missing there is not enabled, but may not be installed.
    `selection` is True where some units were asked for: one that is missing may be in any state."""

    node: str | None
    source: Source
    units: Mapping[str, Unit]
    complete: bool
    selection: bool = False
    drop_ins: tuple[DropIn, ...] = ()

    def state(self, name: str) -> str | None:
        """The state of a unit (`.service` may be left out), None where it is not listed."""
        unit = self.get(name)
        return None if unit is None else unit.state

    def get(self, name: str) -> Unit | None:
        """The unit of that name (`.service` may be left out)."""
        return self.units.get(name) or self.units.get(f"{name}.service")


@record
class Sbd:
    """/etc/sysconfig/sbd or /etc/default/sbd; the last assignment of a name wins, as in the shell."""

    node: str | None
    source: Source
    variables: Mapping[str, Variable]


@record
class SbdSlot:
    """One slot of an SBD device as `sbd -d DEVICE list` prints it; `state` is clear or the message that waits."""

    name: str
    state: str
    at: Mark


@record
class SbdHeader:
    """The on-disk header of one SBD device as `sbd -d DEVICE dump` prints it; seconds.

    `slots` are those that a list in the same file tells, where one device was dumped.
    """

    node: str | None
    source: Source
    device: str
    watchdog: int | None
    allocate: int | None
    loop: int | None
    msgwait: int | None
    at: Mark
    watchdog_at: Mark | None = None
    msgwait_at: Mark | None = None
    uuid: str = ""
    uuid_at: Mark | None = None
    slots: tuple[SbdSlot, ...] = ()


@record
class NodeSettings:
    """A file of NAME=value lines on one node, the last of a name. `kind` says which: sysconfig-pacemaker,
    sysconfig-pcsd, logind, systemd-system, kdump, or hostname, whose name is the variable `hostname`."""

    kind: str
    node: str | None
    source: Source
    variables: Mapping[str, Variable]


@record
class BoothPeer:
    """One `site` or `arbitrator` of a booth.conf; `address` as written, `canonical` in its shortest form where it
    is an address."""

    kind: str
    address: str
    canonical: str
    at: Mark


@record
class BoothTicket:
    """One `ticket` of a booth.conf; times in milliseconds. `mode` is as written, "" where not set."""

    name: str
    mode: str
    expire: int
    renewal: int
    timeout: int
    retries: int
    at: Mark


@record
class Booth:
    """One booth.conf (boothd(8)). What boothd refuses is among the source's problems.

    `settings` are the keys before and beside peers and tickets: port, transport, authfile and the like.
    """

    node: str | None
    source: Source
    name: str
    peers: tuple[BoothPeer, ...]
    tickets: tuple[BoothTicket, ...]
    variables: Mapping[str, Variable]


@record
class Export:
    """One directory and client of /etc/exports (exports(5)); a client that is left out is `*`."""

    directory: str
    client: str
    at: Mark


@record
class Exports:
    """One exports file."""

    node: str | None
    source: Source
    entries: tuple[Export, ...]


@record
class Zone:
    """One zone of firewalld below /etc (firewalld.zone(5)); `ports` are `2224/tcp`, `5404-5412/udp`.

    `target` is ACCEPT where everything is let in, "" by default. `rich` says that it has rules of its own.
    """

    node: str | None
    source: Source
    name: str
    target: str
    services: tuple[str, ...]
    ports: tuple[str, ...]
    rich: bool
    at: Mark


@record
class FstabEntry:
    """One line of fstab; octal escapes resolved."""

    device: str
    directory: str
    type: str
    options: tuple[str, ...]
    at: Mark


@record
class Fstab:
    """One fstab."""

    node: str | None
    source: Source
    entries: tuple[FstabEntry, ...]


@record
class DrbdResource:
    """One `resource` section of a DRBD configuration with `common` applied; keys are `section.option`
    (`net.fencing`, `disk.fencing`, `handlers.fence-peer`, `options.quorum`, `options.on-no-quorum`)."""

    node: str | None
    source: Source
    name: str
    options: Mapping[str, str]
    devices: tuple[str, ...]
    hosts: tuple[str, ...]
    at: Mark


@record
class Packages:
    """Versions of installed packages of one node, by name (`rpm -qa`, `dpkg -l`, `dpkg-query -W`)."""

    node: str | None
    source: Source
    versions: Mapping[str, Variable]
