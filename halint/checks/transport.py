"""Links, transport, multicast and encryption of corosync (corosync.conf(5))."""

from __future__ import annotations

import ipaddress
import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice

from halint.checks.corosync_release import corosync_release, is_for_corosync_2
from halint.checks.names import known_address
from halint.engine.hit import Hit
from halint.model.cluster import Cluster
from halint.model.corosync import Corosync, NodelistNode
from halint.source import Mark

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# Networks that hide the redundancy below the machine: their vendors ask for one link (Azure, Google Cloud)
_ONE_LINK_CLOUD = re.compile(r"fence_(azure_arm|gce)|azure-(lb|events.*)|gcp-.*")
_INTERFACE = re.compile(r"totem\.interface\.(\d+)\.mcastaddr")
# IANA's registry of IPv4 multicast addresses by first octet: 224/8 holds the control blocks (corosync.conf(5) warns of
# it), 232/8 is source-specific, 233/8 and 234/8 go with AS numbers and unicast prefixes, the rest is kept in reserve
_RESERVED = (
    (224, 224, "224.0.0.0/8"),
    (225, 231, "225.0.0.0 to 231.255.255.255"),
    (232, 232, "232.0.0.0/8"),
    (233, 234, "233.0.0.0 to 234.255.255.255"),
    (235, 238, "235.0.0.0 to 238.255.255.255"),
)


def literal(text: str) -> Address | None:
    """An address as corosync resolves a literal one, an IPv6 zone left out; None for names."""
    try:
        return ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None


def single_link(cluster: Cluster) -> Iterator[Hit]:
    """One link for all nodes."""
    corosync = cluster.corosync
    if corosync is None or len(corosync.nodes) < 2 or len(corosync.links()) != 1 or _wants_one_link(cluster):
        return
    at = corosync.nodelist_at or corosync.at
    yield Hit(at=at, subject="nodelist", values={"link": corosync.links()[0]})


def _wants_one_link(cluster: Cluster) -> bool:
    agents = (p.agent for p in cluster.cib.primitives()) if cluster.cib else ()
    return any(agent is not None and _ONE_LINK_CLOUD.fullmatch(agent.type) for agent in agents)


def same_subnet(cluster: Cluster) -> Iterator[Hit]:
    """Two links whose addresses share a network, guessed as /24 and /64. Cases: mixed, apart."""
    corosync = cluster.corosync
    if corosync is None:
        return
    links = corosync.links()
    for position, second in enumerate(links):
        hits = (_shared(cluster, corosync, first, second) for first in links[:position])
        yield from islice((hit for hit in hits if hit is not None), 1)


def _shared(cluster: Cluster, corosync: Corosync, first: int, second: int) -> Hit | None:
    """A hit where some node has addresses of one network on both links."""
    on_both = [(n, _on_link(cluster, n, first), _on_link(cluster, n, second)) for n in corosync.nodes]
    # an address that stands twice is nodelist-address-duplicate's
    counts = Counter(literal(known_address(cluster, a.address)) for n in corosync.nodes for a in n.addresses)
    pairs = [(n, a, b) for n, a, b in on_both if a is not None and b is not None and counts[a] == counts[b] == 1]
    same = next(((n, _network(a)) for n, a, b in pairs if _network(a) == _network(b)), None)
    if same is None:
        return None
    node, network = same
    apart = _can_be_apart([a for _, a, _ in pairs], [b for _, _, b in pairs])
    places = {a.link: a for a in node.addresses}
    values = {"first": first, "second": second, "node": node.label, "network": network}
    related = ((places[first].at, f"the address on link {first}"),)
    case = "apart" if apart else "mixed"
    return Hit(at=places[second].at, subject=f"link {second}", case=case, values=values, related=related)


def _on_link(cluster: Cluster, node: NodelistNode, link: int) -> Address | None:
    """The address on a link; a link-local one tells nothing, as fe80::/64 is on every interface (RFC 4291)."""
    address = next((literal(known_address(cluster, a.address)) for a in node.addresses if a.link == link), None)
    return None if address is None or address.is_link_local else address


def _network(address: Address) -> object:
    return ipaddress.ip_network((address, 24 if address.version == 4 else 64), strict=False)


def _can_be_apart(first: list[Address], second: list[Address]) -> bool:
    """Whether some longer prefix puts each link into a network of its own."""
    bits = first[0].max_prefixlen
    # RFC 3021 and RFC 6164: two hosts may have a /31 or a /127 to themselves
    for prefix in range(25 if bits == 32 else 65, bits):
        networks = [{ipaddress.ip_network((a, prefix), strict=False) for a in link} for link in (first, second)]
        if all(len(found) == 1 for found in networks) and networks[0] != networks[1]:
            return True
    return False


def deprecated(cluster: Cluster) -> Iterator[Hit]:
    """Transport udp or udpu. Cases: deprecated, corosync2, multicast, multicast2."""
    corosync = cluster.corosync
    if corosync is None:
        return
    release = corosync_release(cluster)
    if release and release < (3,):
        return
    totem = corosync.totem
    values = {"transport": totem.transport}
    old = is_for_corosync_2(cluster, corosync)
    if totem.transport in ("udp", "udpu") and totem.transport_at is not None:
        case = "corosync2" if old else "deprecated"
        yield Hit(at=totem.transport_at, subject="transport", case=case, values=values)
    elif totem.transport_at is None and not corosync.nodes:
        bound = next(
            (k for p, k in corosync.keys.items() if re.fullmatch(r"totem\.interface\.\d+\.bindnetaddr", p)), None
        )
        if bound is not None:
            case = "multicast2" if old else "multicast"
            yield Hit(at=bound.at, subject="transport", case=case, values={"address": bound.value})


def multicast_address(cluster: Cluster) -> Iterator[Hit]:
    """Multicast addresses that are none. Cases: malformed, unicast, family, broadcast."""
    corosync = cluster.corosync
    if corosync is None:
        return
    for text, link, at in _multicast(corosync):
        place = f"totem.interface.{link}"
        values = {"address": text, "link": link, "bind": corosync.value(f"{place}.bindnetaddr")}
        bound = next((a.address for n in corosync.nodes for a in n.addresses if str(a.link) == link), values["bind"])
        values["bind"] = bound
        from halint.checks.corosync_links import address_of  # noqa: PLC0415 - which uses this module

        address, bind = address_of(text), literal(bound or "")
        if address is None:
            if _is_malformed(text):
                yield Hit(at=at, subject=place, case="malformed", values=values)
        elif not _uses_multicast(corosync):
            continue
        elif corosync.value(f"{place}.broadcast") == "yes":
            yield Hit(at=at, subject=place, case="broadcast", values=values)
        elif bind is not None and bind.version != address.version:
            yield Hit(at=at, subject=place, case="family", values=values)
        elif not address.is_multicast:
            yield Hit(at=at, subject=place, case="unicast", values=values)


def _is_malformed(text: str) -> bool:
    """Whether this can be neither an address nor a name, which might resolve to anything."""
    if re.fullmatch(r"[0-9A-Fa-f:]*:[0-9A-Fa-f:]*", text):
        return True
    import socket  # noqa: PLC0415 - few files name a multicast address

    try:
        # short forms such as 239.1 are addresses to the resolver
        socket.inet_aton(text or "-")
    except OSError:
        return re.fullmatch(r"[0-9.]*", text) is not None
    return False


def reserved_multicast(cluster: Cluster) -> Iterator[Hit]:
    """Multicast addresses that belong to somebody else. Cases: special, owned, unassigned."""
    corosync = cluster.corosync
    if corosync is None or not _uses_multicast(corosync):
        return
    for text, link, at in _multicast(corosync):
        address = literal(text)
        if address is None or not address.is_multicast:
            continue
        block = _reserved(address)
        if block:
            values = {"address": text, "block": block}
            first = 0 if address.version == 6 else address.packed[0]
            case = "special" if first in (0, 224, 232) else "owned" if first in (233, 234) else "unassigned"
            yield Hit(at=at, subject=f"totem.interface.{link}", case=case, values=values)


def _reserved(address: Address) -> str:
    if isinstance(address, ipaddress.IPv4Address):
        return next((name for first, last, name in _RESERVED if first <= address.packed[0] <= last), "")
    # RFC 4291: scopes 0 and F are reserved
    scope = address.packed[1] & 0x0F
    return f"scope {scope:x}" if scope in (0, 15) else ""


def _multicast(corosync: Corosync) -> Iterator[tuple[str, str, Mark]]:
    for path, key in corosync.keys.items():
        match = _INTERFACE.fullmatch(path)
        if match is not None:
            yield key.value, match[1], key.at


def _uses_multicast(corosync: Corosync) -> bool:
    """Whether mcastaddr counts: with udp, or in a file of corosync 2, whose default that was."""
    totem = corosync.totem
    return totem.transport == "udp" or (totem.transport_at is None and not corosync.nodes)


def encryption_off(cluster: Cluster) -> Iterator[Hit]:
    """Traffic that anyone can read. Cases: default, off, secauth, hash, plain."""
    corosync = cluster.corosync
    # a file that sets nothing is corosync-syntax's
    if corosync is None or not corosync.keys or corosync.totem.encrypted:
        return
    case = _plain_case(cluster, corosync)
    if case is None:
        return
    totem = corosync.totem
    keys = ("totem.crypto_cipher", "totem.secauth", "totem.crypto_hash")
    written = next((corosync.keys[k].at for k in keys if k in corosync.keys), None)
    at = totem.transport_at if case == "plain" else written
    values = {"transport": totem.transport, "hash": totem.hash, "secauth": corosync.value("totem.secauth")}
    yield Hit(at=at or totem.at or corosync.at, subject="totem", case=case, values=values)


def _plain_case(cluster: Cluster, corosync: Corosync) -> str | None:
    """How the file comes to leave encryption off; None where it may be on."""
    secauth, written = corosync.value("totem.secauth"), "totem.crypto_cipher" in corosync.keys
    off = written or secauth == "off"
    if is_for_corosync_2(cluster, corosync):
        # which encrypts with any transport, unless told otherwise
        return "off" if off else None
    if corosync.totem.transport in ("udp", "udpu"):
        return "plain"
    if corosync.totem.hash != "none":
        return "hash"
    if off:
        return "off"
    if secauth is not None:
        return "secauth"
    # the release after 3.1.10 encrypts by default
    return None if corosync_release(cluster) > (3, 1, 10) else "default"
