"""What a corosync.conf means: the values corosync works with, its own defaults applied."""

from __future__ import annotations

from collections.abc import Mapping

from halint.record import record
from halint.source import Mark


@record
class Key:
    """One stored key: dotted path as corosync stores it, value as text, and its line."""

    path: str
    value: str
    at: Mark


@record
class RingAddress:
    """`ringN_addr` of a node: link number, address or name as written, and its line."""

    link: int
    address: str
    at: Mark


@record
class NodelistNode:
    """One `node` section of the nodelist. `nodeid` is None where absent or not a number."""

    index: int
    name: str | None
    nodeid: int | None
    votes: int
    addresses: tuple[RingAddress, ...]
    at: Mark
    name_at: Mark | None = None
    nodeid_at: Mark | None = None

    @property
    def label(self) -> str:
        """How to call the node: its name, else its first address, else its place in the list."""
        if self.name:
            return self.name
        return self.addresses[0].address if self.addresses else f"node entry {self.index + 1}"


@record
class Totem:
    """Totem settings in force; times in milliseconds. `token` includes token_coefficient.

    `*_at` marks the written key, None where the value is a default.
    """

    cluster_name: str | None
    cluster_name_at: Mark | None
    transport: str
    transport_at: Mark | None
    token: int
    token_base: int
    token_coefficient: int
    token_at: Mark | None
    consensus: int
    consensus_at: Mark | None
    join: int
    cipher: str
    hash: str
    encrypted: bool
    ip_version: str
    at: Mark | None


@record
class Quorum:
    """Quorum settings in force.

    `votes` is the sum of the votes of nodes and device, `expected_votes` what corosync expects.

    `wait_for_all` is in force (two_node implies it). `device` is the model of the quorum device or "".
    """

    provider: str
    two_node: bool
    wait_for_all: bool
    auto_tie_breaker: bool
    last_man_standing: bool
    expected_votes: int
    votes: int
    device: str
    device_votes: int
    at: Mark | None
    provider_at: Mark | None = None
    two_node_at: Mark | None = None
    wait_for_all_at: Mark | None = None
    expected_votes_at: Mark | None = None
    device_at: Mark | None = None


@record
class Corosync:
    """One corosync.conf. `keys` are the stored keys by path, after merging and last-one-wins."""

    totem: Totem
    quorum: Quorum
    nodes: tuple[NodelistNode, ...]
    nodelist_at: Mark | None
    keys: Mapping[str, Key]
    at: Mark

    def links(self) -> tuple[int, ...]:
        """The link numbers that some node has an address on, ascending."""
        return tuple(sorted({a.link for n in self.nodes for a in n.addresses}))

    def value(self, path: str) -> str | None:
        """The stored text of a key, None where it is not set."""
        key = self.keys.get(path)
        return None if key is None else key.value
