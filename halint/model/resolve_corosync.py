"""From the stored keys of a corosync.conf to the values corosync 3.1 works with.

Formulas: corosync.conf(5), votequorum(5), and totemconfig.c and votequorum.c of corosync 3.1.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from halint.model.corosync import Corosync, Key, NodelistNode, Quorum, RingAddress, Totem
from halint.parse.corosync import CorosyncFile
from halint.source import Mark

TOKEN_MS = 3000
TOKEN_COEFFICIENT_MS = 650
JOIN_MS = 50

_NODE = re.compile(r"nodelist\.node\.(\d+)\.(.+)")
# sscanf("ring%u_addr"): leading zeros count for nothing
_RING = re.compile(r"ring0*(\d{1,2})_addr")


def resolve_corosync(file: CorosyncFile) -> Corosync:
    """What the file means. A number that is not readable counts as not written."""
    keys = _Keys(file.keys)
    nodes = tuple(_nodes(file))
    return Corosync(
        totem=_totem(keys, file.sections.get("totem"), nodes),
        quorum=_quorum(keys, file.sections, nodes),
        nodes=nodes,
        nodelist_at=file.sections.get("nodelist"),
        keys=file.keys,
        at=file.tree.at,
    )


class _Keys:
    """Typed access to stored keys."""

    def __init__(self, keys: Mapping[str, Key]) -> None:
        self._keys = keys

    def text(self, path: str, default: str = "") -> str:
        key = self._keys.get(path)
        return default if key is None else key.value

    def number(self, path: str, bits: int = 32) -> int | None:
        """A number that corosync's reader takes; None where absent or refused."""
        text = self.text(path)
        number = int(text) if text.isascii() and text.isdigit() and len(text) <= 20 else -1
        return number if 0 <= number < 2**bits else None

    def switch(self, path: str) -> bool | None:
        """A switch of the quorum section: an 8-bit number, 0 is off."""
        number = self.number(path, 8)
        return None if number is None else bool(number)

    def timer(self, path: str, default: int) -> int:
        """A time in ms; 0 asks for the default."""
        return self.number(path) or default

    def at(self, path: str) -> Mark | None:
        key = self._keys.get(path)
        return None if key is None else key.at


def _nodes(file: CorosyncFile) -> Iterable[NodelistNode]:
    """Nodes by index. An entry without any key is no node to corosync."""
    entries: dict[int, dict[str, Key]] = {}
    for path, key in file.keys.items():
        match = _NODE.fullmatch(path)
        if match is not None and len(match[1]) < 10:
            entries.setdefault(int(match[1]), {})[match[2]] = key
    for index, entry in sorted(entries.items()):
        yield _node(index, _Keys(entry), entry, file)


def _node(index: int, keys: _Keys, entry: Mapping[str, Key], file: CorosyncFile) -> NodelistNode:
    votes = keys.number("quorum_votes")
    return NodelistNode(
        index=index,
        name=keys.text("name") or None,
        nodeid=keys.number("nodeid"),
        votes=1 if votes is None else votes,
        addresses=tuple(sorted(_addresses(entry), key=lambda a: a.link)),
        at=file.sections.get(f"nodelist.node.{index}") or next(iter(entry.values())).at,
        name_at=keys.at("name"),
        nodeid_at=keys.at("nodeid"),
    )


def _addresses(entry: Mapping[str, Key]) -> Iterable[RingAddress]:
    for name, key in entry.items():
        match = _RING.fullmatch(name)
        if match is not None:
            yield RingAddress(link=int(match[1]), address=key.value, at=key.at)


def _totem(keys: _Keys, at: Mark | None, nodes: tuple[NodelistNode, ...]) -> Totem:
    base = keys.timer("totem.token", TOKEN_MS)
    written = keys.number("totem.token_coefficient")
    coefficient = TOKEN_COEFFICIENT_MS if written is None else written
    # the coefficient counts the nodes of link 0, and wraps at 32 bits
    on_link_0 = sum(any(a.link == 0 for a in node.addresses) for node in nodes)
    token = (base + max(on_link_0 - 2, 0) * coefficient) % 2**32
    cipher, digest = _crypto(keys)
    return Totem(
        cluster_name=keys.text("totem.cluster_name") or None,
        cluster_name_at=keys.at("totem.cluster_name"),
        transport=keys.text("totem.transport", "knet"),
        transport_at=keys.at("totem.transport"),
        token=token,
        token_base=base,
        token_coefficient=coefficient,
        token_at=keys.at("totem.token"),
        consensus=keys.timer("totem.consensus", token * 12 // 10),
        consensus_at=keys.at("totem.consensus"),
        join=keys.timer("totem.join", JOIN_MS),
        cipher=cipher,
        hash=digest,
        encrypted=cipher != "none",
        ip_version=keys.text("totem.ip_version") or _ip_version(keys.text("totem.transport", "knet")),
        at=at,
    )


def _ip_version(transport: str) -> str:
    return "ipv4" if transport == "udp" else "ipv6-4"


def _crypto(keys: _Keys) -> tuple[str, str]:
    """Cipher and hash: only the word `on` makes secauth switch them on; what is written for them wins."""
    secure = keys.text("totem.secauth") == "on"
    cipher = keys.text("totem.crypto_cipher", "aes256" if secure else "none")
    digest = keys.text("totem.crypto_hash", "sha256" if secure else "none")
    return cipher or "none", digest or "none"


def _quorum(keys: _Keys, sections: Mapping[str, Mark], nodes: tuple[NodelistNode, ...]) -> Quorum:
    written = keys.number("quorum.expected_votes")
    two_node = bool(keys.switch("quorum.two_node"))
    wait_for_all = keys.switch("quorum.wait_for_all")
    # without a model there is no device, and its votes do not count
    device = keys.text("quorum.device.model")
    device_votes = _device_votes(keys, nodes) if device else 0
    votes = sum(node.votes for node in nodes) + device_votes
    return Quorum(
        provider=keys.text("quorum.provider"),
        two_node=two_node,
        wait_for_all=two_node if wait_for_all is None else wait_for_all,
        auto_tie_breaker=bool(keys.switch("quorum.auto_tie_breaker")),
        last_man_standing=bool(keys.switch("quorum.last_man_standing")),
        expected_votes=written or votes,
        votes=votes,
        device=device,
        device_votes=device_votes,
        at=sections.get("quorum"),
        provider_at=keys.at("quorum.provider"),
        two_node_at=keys.at("quorum.two_node"),
        wait_for_all_at=keys.at("quorum.wait_for_all"),
        expected_votes_at=keys.at("quorum.expected_votes"),
        device_at=sections.get("quorum.device"),
    )


def _device_votes(keys: _Keys, nodes: tuple[NodelistNode, ...]) -> int:
    """The device's votes; where they are not written, one less than the nodes, which all have one vote then."""
    written = keys.number("quorum.device.votes")
    if written is not None:
        return written
    if keys.at("quorum.expected_votes") is not None or any(node.votes != 1 for node in nodes):
        return 0
    return max(len(nodes) - 1, 0)
