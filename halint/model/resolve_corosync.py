"""From the stored keys of a corosync.conf to the values corosync 3.1 works with.

Formulas: corosync.conf(5), votequorum(5), and totemconfig.c and votequorum.c of corosync 3.1.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from halint.model.corosync import Corosync, Interface, Key, NodelistNode, Quorum, RingAddress, Totem
from halint.parse.corosync import CorosyncFile
from halint.parse.corosync_release import Release
from halint.source import Mark

TOKEN_MS = 3000
OLD_TOKEN_MS = 1000
"""Before corosync 3.1."""
PORT = 5405
TOKEN_COEFFICIENT_MS = 650
JOIN_MS = 50

_NODE = re.compile(r"nodelist\.node\.(\d+)\.(.+)")
_LINK = re.compile(r"totem\.interface\.([0-7])")
# sscanf("ring%u_addr"): leading zeros count for nothing
_RING = re.compile(r"ring0*(\d{1,9})_addr")


def resolve_corosync(file: CorosyncFile) -> Corosync:
    """What the file means. A number that is not readable counts as not written."""
    keys = _Keys({path: key for path, key in file.keys.items() if path not in file.untyped})
    nodes = tuple(_nodes(file))
    totem = _totem(keys, file, nodes)
    return Corosync(
        totem=totem,
        quorum=_quorum(keys, file.sections, nodes),
        nodes=nodes,
        nodelist_at=file.sections.get("nodelist"),
        keys=file.keys,
        at=file.tree.at,
        release=file.release,
        interfaces=tuple(_interfaces(keys, file, nodes, totem)),
        sections=file.sections,
        repeats=file.repeats,
        nodelists=file.nodelists,
        untyped=file.untyped,
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


def _totem(keys: _Keys, file: CorosyncFile, nodes: tuple[NodelistNode, ...]) -> Totem:
    base = keys.timer("totem.token", TOKEN_MS if file.release >= (3, 1) else OLD_TOKEN_MS)
    written = keys.number("totem.token_coefficient")
    coefficient = TOKEN_COEFFICIENT_MS if written is None else written
    transport = keys.text("totem.transport", "knet" if file.release >= (3,) else "udp")
    # the coefficient counts the nodes of link 0, and wraps at 32 bits; measured with 3.1.7: udp and udpu count a node
    # whose id they make themselves twice
    members = [node for node in nodes if any(a.link == 0 for a in node.addresses)]
    on_link_0 = len(members) + (0 if transport == "knet" else sum(node.nodeid_at is None for node in members))
    token = (base + max(on_link_0 - 2, 0) * coefficient) % 2**32
    cipher, digest = _crypto(keys, file.release)
    retransmits = keys.timer("totem.token_retransmits_before_loss_const", 4)
    retransmit = keys.timer("totem.token_retransmit", token * 10 // (retransmits * 10 + 2))
    warning = keys.number("totem.token_warning")
    return Totem(
        cluster_name=keys.text("totem.cluster_name") or None,
        cluster_name_at=keys.at("totem.cluster_name"),
        transport=transport,
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
        ip_version=keys.text("totem.ip_version") or _ip_version(transport),
        at=file.sections.get("totem"),
        token_retransmit=retransmit,
        retransmits=retransmits,
        hold=keys.timer("totem.hold", max(retransmit * 8 // 10 - 10, 0)),
        merge=keys.timer("totem.merge", 200),
        downcheck=keys.timer("totem.downcheck", 1000),
        max_network_delay=keys.timer("totem.max_network_delay", 50),
        token_warning=75 if warning is None else warning,
        mtu=keys.timer("totem.netmtu", 65536 if transport == "knet" else 1500),
        key_bytes=file.key_bytes,
    )


def _interfaces(keys: _Keys, file: CorosyncFile, nodes: tuple[NodelistNode, ...], totem: Totem) -> Iterable[Interface]:
    """The links that nodes have addresses on, or that a file without nodelist has interface sections for."""
    places = {a.link: a.at for node in reversed(nodes) for a in node.addresses}
    if not places:
        sections = ((_LINK.fullmatch(path), at) for path, at in file.sections.items())
        places = {int(match[1]): at for match, at in sections if match is not None}
    for link in sorted(places):
        path = f"totem.interface.{link}"
        pongs = keys.timer(f"{path}.knet_pong_count", 2) % 256 or 2
        broadcast = totem.transport == "udp" and keys.text(f"{path}.broadcast") == "yes"
        yield Interface(
            link=link,
            port=keys.timer(f"{path}.mcastport", PORT + link * (2 if broadcast else 1)),
            transport=keys.text(f"{path}.knet_transport", "udp"),
            priority=keys.timer(f"{path}.knet_link_priority", 1),
            ping_interval=_signed(keys, f"{path}.knet_ping_interval", totem.token // (2 * pongs)),
            ping_timeout=_signed(keys, f"{path}.knet_ping_timeout", totem.token // pongs),
            ping_precision=_signed(keys, f"{path}.knet_ping_precision", 2048),
            pong_count=pongs,
            at=places[link],
        )


def _signed(keys: _Keys, path: str, default: int) -> int:
    """A number that corosync drops where it has no room for it as a signed one."""
    number = keys.timer(path, default)
    return number if number < 2**31 else default


def _ip_version(transport: str) -> str:
    return "ipv4" if transport == "udp" else "ipv6-4"


def _crypto(keys: _Keys, release: Release) -> tuple[str, str]:
    """Cipher and hash: only the word `on` makes secauth switch them on; what is written for them wins.

    corosync 2 encrypts unless secauth is the word `off`.
    """
    secauth = keys.text("totem.secauth")
    secure = secauth != "off" if release < (3,) else secauth == "on" and release >= (3, 0, 2)
    cipher = keys.text("totem.crypto_cipher", "aes256" if secure else "none")
    digest = keys.text("totem.crypto_hash", ("sha1" if release < (3,) else "sha256") if secure else "none")
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
        quorum=1 if two_node and len(nodes) <= 2 else ((written or votes) + 2) // 2,
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
