"""The cluster as checks see it: one shared configuration and each node's own files."""

from __future__ import annotations

from collections.abc import Iterator

from halint.model.cib import Cib
from halint.model.corosync import Corosync
from halint.model.distribution import Distribution
from halint.model.host import (
    Addresses,
    Booth,
    Collected,
    DrbdResource,
    Exports,
    Fstab,
    Hosts,
    Modules,
    Multipath,
    NodeFiles,
    NodeSettings,
    Packages,
    Sbd,
    SbdHeader,
    Uidgid,
    Units,
    Zone,
)
from halint.record import record
from halint.source import Mark, Source


@record
class Node:
    """One node under all its names. `kind` is member, remote or guest.

    `name` is Pacemaker's: the uname of the CIB, else the nodelist's name, else its first address.
    `aliases` are all names and addresses it is known by: short and long names, ring addresses.
    """

    name: str
    kind: str
    nodeid: int | None
    in_cib: bool
    in_corosync: bool
    addresses: tuple[str, ...]
    aliases: tuple[str, ...]
    at: Mark

    def is_called(self, name: str) -> bool:
        """Whether `name` means this node; without case, short and long names alike."""
        low = name.lower()
        return any(low == a.lower() for a in self.aliases)


@record
class NodeCorosync:
    """The corosync.conf found on one node."""

    node: str | None
    source: Source
    corosync: Corosync


@record
class CibCopy:
    """The CIB found on one node: its version counters (admin_epoch, epoch, num_updates), and a digest of its
    configuration."""

    node: str
    version: tuple[int, ...]
    digest: str
    at: Mark


@record
class Signature:
    """A `.sig` file beside a CIB: the digest it holds, and those that Pacemaker's releases give for the CIB."""

    recorded: str
    computed: tuple[str, ...]
    at: Mark


@record
class Cluster:
    """Everything known of one cluster. Files of a kind that was not given are None or empty.

    `given` are the kinds of input that were read, each `kind` once, and `kind*` where two nodes or
    more gave it; `status` where the CIB records the state of the cluster. `sources` are all its files, whether they
    could be parsed or not.
    `distribution` is the release of one that it is to run on, None where none was named.
    """

    name: str
    given: frozenset[str]
    sources: tuple[Source, ...]
    nodes: tuple[Node, ...]
    corosync: Corosync | None = None
    cib: Cib | None = None
    signature: Signature | None = None
    corosyncs: tuple[NodeCorosync, ...] = ()
    hosts: tuple[Hosts, ...] = ()
    units: tuple[Units, ...] = ()
    sbd: tuple[Sbd, ...] = ()
    sbd_headers: tuple[SbdHeader, ...] = ()
    fstab: tuple[Fstab, ...] = ()
    drbd: tuple[DrbdResource, ...] = ()
    packages: tuple[Packages, ...] = ()
    booth: tuple[Booth, ...] = ()
    exports: tuple[Exports, ...] = ()
    zones: tuple[Zone, ...] = ()
    uidgids: tuple[Uidgid, ...] = ()
    files: tuple[NodeFiles, ...] = ()
    addresses: tuple[Addresses, ...] = ()
    modules: tuple[Modules, ...] = ()
    multipath: tuple[Multipath, ...] = ()
    collected: tuple[Collected, ...] = ()
    settings: tuple[NodeSettings, ...] = ()
    cib_copies: tuple[CibCopy, ...] = ()
    distribution: Distribution | None = None

    def settings_of(self, kind: str) -> Iterator[NodeSettings]:
        """The nodes' settings files of one kind."""
        return (s for s in self.settings if s.kind == kind)

    def needed_cib(self) -> Cib:
        """The CIB, for checks of rules that need one. Raises ValueError where none was given."""
        if self.cib is None:
            raise ValueError("the rule needs a CIB")
        return self.cib

    def members(self) -> Iterator[Node]:
        """The full cluster nodes, without remote and guest nodes."""
        return (n for n in self.nodes if n.kind == "member")

    def node(self, name: str) -> Node | None:
        """The node that goes by this name or address, short or long, without case."""
        return next((n for n in self.nodes if n.is_called(name)), None)
