"""What a corosync.conf means: the values corosync works with, its own defaults applied."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import NamedTuple

from halint.parse.corosync_release import DEFAULT, Release, shown_release
from halint.record import record
from halint.source import Mark


@record
class Key:
    """One stored key: dotted path as corosync stores it, value as text, and its line."""

    path: str
    value: str
    at: Mark


class Repeat(NamedTuple):
    """A key that is set twice: the line without effect, and the line that counts."""

    path: str
    lost: Mark
    won: Mark


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

    `retransmits` is token_retransmits_before_loss_const, `mtu` netmtu in bytes, `key_bytes` the length of `key`.
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
    token_retransmit: int = 0
    retransmits: int = 4
    hold: int = 0
    merge: int = 200
    downcheck: int = 1000
    max_network_delay: int = 50
    token_warning: int = 75
    mtu: int = 65536
    key_bytes: int | None = None

    @property
    def token_told(self) -> str:
        """How the token comes about, for messages: `3000 ms + 2 × 650 ms = 4300 ms`."""
        grown = self.token - self.token_base
        if grown <= 0 or not self.token_coefficient:
            return f"{self.token} ms"
        times = grown // self.token_coefficient
        return f"{self.token_base} ms + {times} × {self.token_coefficient} ms = {self.token} ms"


@record
class Interface:
    """One link as corosync runs it: its port, and for knet how it is watched; times in milliseconds."""

    link: int
    port: int
    transport: str
    priority: int
    ping_interval: int
    ping_timeout: int
    ping_precision: int
    pong_count: int
    at: Mark


@record
class Quorum:
    """Quorum settings in force.

    `votes` is the sum of the votes of nodes and device, `expected_votes` what corosync expects, and `quorum` how many
    of them make a cluster quorate.

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
    quorum: int = 0
    provider_at: Mark | None = None
    two_node_at: Mark | None = None
    wait_for_all_at: Mark | None = None
    expected_votes_at: Mark | None = None
    device_at: Mark | None = None


@record
class Corosync:
    """One corosync.conf. `keys` are the stored keys by path, after merging and last-one-wins.

    `release` is the corosync it is judged for, `interfaces` are the links by number, `repeats` keys that
    are set twice, `nodelists` the places of all nodelist sections, `untyped` numbers that corosync keeps as text.
    """

    totem: Totem
    quorum: Quorum
    nodes: tuple[NodelistNode, ...]
    nodelist_at: Mark | None
    keys: Mapping[str, Key]
    at: Mark
    release: Release = DEFAULT
    interfaces: tuple[Interface, ...] = ()
    sections: Mapping[str, Mark] = field(default_factory=dict)
    repeats: tuple[Repeat, ...] = ()
    nodelists: tuple[Mark, ...] = ()
    untyped: frozenset[str] = frozenset()

    @property
    def release_told(self) -> str:
        """The release as messages name it."""
        return shown_release(self.release)

    def number(self, path: str, default: int = 0) -> int:
        """The stored number of a key, the default where it is absent or refused by the reader."""
        text = "" if path in self.untyped else self.value(path) or ""
        return int(text) if text.isascii() and text.isdigit() and len(text) <= 20 else default

    def place(self, path: str) -> Mark:
        """Where a key stands, else the nearest section around it, else the file."""
        if path in self.keys:
            return self.keys[path].at
        while path:
            path = path.rpartition(".")[0]
            if path in self.sections:
                return self.sections[path]
        return self.at

    def links(self) -> tuple[int, ...]:
        """The link numbers that some node has an address on, ascending."""
        return tuple(sorted({a.link for n in self.nodes for a in n.addresses}))

    def value(self, path: str) -> str | None:
        """The stored text of a key, None where it is not set."""
        key = self.keys.get(path)
        return None if key is None else key.value
