"""What each node's own files say: hosts entries, unit states, SBD, fstab, DRBD, packages."""

from __future__ import annotations

from collections.abc import Mapping
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
class Units:
    """The unit files of one node. `complete` is False where only what is enabled can be seen
    (a tree of .wants links): a unit that is missing there is not enabled, but may not be installed.
    `selection` is True where some units were asked for: one that is missing may be in any state."""

    node: str | None
    source: Source
    units: Mapping[str, Unit]
    complete: bool
    selection: bool = False

    def state(self, name: str) -> str | None:
        """The state of a unit (`.service` may be left out), None where it is not listed."""
        unit = self.get(name)
        return None if unit is None else unit.state

    def get(self, name: str) -> Unit | None:
        """The unit of that name (`.service` may be left out)."""
        return self.units.get(name) or self.units.get(f"{name}.service")


@record
class Variable:
    """One NAME=value of a sysconfig file."""

    name: str
    value: str
    at: Mark


@record
class Sbd:
    """/etc/sysconfig/sbd or /etc/default/sbd; the last assignment of a name wins, as in the shell."""

    node: str | None
    source: Source
    variables: Mapping[str, Variable]


@record
class SbdHeader:
    """The on-disk header of one SBD device as `sbd -d DEVICE dump` prints it; seconds."""

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
