"""Nodes, their addresses, and links of corosync.conf, as corosync's totem configuration judges them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import IPv4Address

from halint.checks.corosync_release import is_for_corosync_2, judged_for_3
from halint.checks.transport import Address, literal
from halint.engine.hit import Hit
from halint.listing import listed
from halint.model.cluster import Cluster
from halint.model.corosync import Corosync, NodelistNode, RingAddress
from halint.source import Mark

MAX_LINK = 7
KNET_IDS = 65536
_NAME = re.compile(r"[A-Za-z0-9_-]([A-Za-z0-9._-]*[A-Za-z0-9_.-])?")
# inet_aton(3): one to four numbers, decimal, octal or hexadecimal
_ATON = re.compile(r"(0[xX][0-9a-fA-F]*|\d+)(\.(0[xX][0-9a-fA-F]*|\d+)){0,3}")
_SETTING = re.compile(r"totem\.interface\.(\d+)\.(.+)")


def family(text: str) -> int | None:
    """4 or 6 for an address as the resolver reads it, short and odd forms too; None for names and nonsense."""
    address = literal(text)
    if address is not None:
        # leading zeros and IPv6 zones are fine with the resolver
        return address.version
    return 4 if _ATON.fullmatch(text) and _fits(text) else None


def address_of(text: str) -> Address | None:
    """The address that the resolver makes of a text, short and odd forms too; None for names and nonsense."""
    address = literal(text)
    if address is not None or family(text) is None:
        return address
    *first, last = (_part(part) for part in text.split("."))
    return IPv4Address(sum(value << (24 - 8 * i) for i, value in enumerate(first)) + last)


def _fits(text: str) -> bool:
    """Whether the parts of an inet_aton(3) form are in range: the last one fills the bytes that are left."""
    *first, last = text.split(".")
    try:
        values = [_part(part) for part in first]
        return all(v < 256 for v in values) and _part(last) < 256 ** (4 - len(first))
    except ValueError:
        return False


def _part(text: str) -> int:
    if text[:2] in ("0x", "0X"):
        return int(text[2:] or "0", 16)
    return int(text, 8) if text.startswith("0") and len(text) > 1 else int(text)


def is_malformed(text: str) -> bool:
    """Whether this can be neither an address nor a name that some hosts file or name server might know."""
    if family(text) is not None:
        return False
    return not _NAME.fullmatch(text) or re.fullmatch(r"[0-9.]+", text) is not None


def nodelist_missing(cluster: Cluster) -> Iterator[Hit]:
    """No node for corosync to start with. Cases: empty, missing, old, addresses."""
    corosync = cluster.corosync
    if corosync is None or not corosync.keys or not judged_for_3(cluster) or any(n.addresses for n in corosync.nodes):
        return
    if corosync.nodes:
        yield Hit(at=corosync.nodes[0].at, subject="nodelist", case="addresses")
    elif is_for_corosync_2(cluster, corosync) or any(_SETTING.fullmatch(p) for p in corosync.keys):
        at = next((k.at for p, k in corosync.keys.items() if _SETTING.fullmatch(p)), corosync.totem.at or corosync.at)
        yield Hit(at=at, subject="nodelist", case="old")
    else:
        case = "missing" if corosync.nodelist_at is None else "empty"
        yield Hit(at=corosync.nodelist_at or corosync.at, subject="nodelist", case=case)


def unrecognised(cluster: Cluster) -> Iterator[Hit]:
    """Nodes with neither name nor address on link 0. Cases: first (the daemon aborts), all, other."""
    corosync = cluster.corosync
    if corosync is None or not judged_for_3(cluster):
        return
    nodes = [n for n in corosync.nodes if n.addresses or n.nodeid is not None]
    lost = [n for n in nodes if not n.name and not any(a.link == 0 for a in n.addresses)]
    for node in lost:
        case = "all" if len(lost) == len(nodes) else "first" if node.index == 0 else "other"
        yield Hit(at=node.at, subject=f"node entry {node.index + 1}", case=case, values={"node": node.label})


def without_address(cluster: Cluster) -> Iterator[Hit]:
    """Nodes without any address, which vote and never become members."""
    corosync = cluster.corosync
    if corosync is None or not any(n.addresses for n in corosync.nodes):
        return
    for node in corosync.nodes:
        if not node.addresses and (node.name or node.nodeid is not None):
            label = node.name or f"with nodeid {node.nodeid}"
            yield Hit(at=node.at, subject=label, values={"node": label})


def nodeid_invalid(cluster: Cluster) -> Iterator[Hit]:
    """Ids that knet does not take, or that udp and udpu cannot make. Cases: big, none."""
    corosync = cluster.corosync
    if corosync is None:
        return
    knet = corosync.totem.transport == "knet"
    for node in corosync.nodes:
        if node.addresses and knet and (node.nodeid or 0) >= KNET_IDS and corosync.release >= (3, 1, 5):
            values = {"node": node.label, "nodeid": node.nodeid}
            yield Hit(at=node.nodeid_at or node.at, subject=node.label, case="big", values=values)


def address_empty(cluster: Cluster) -> Iterator[Hit]:
    """Addresses that are empty."""
    for node, ring in _rings(cluster.corosync):
        if not ring.address:
            values = {"node": node.name or f"entry {node.index + 1}", "link": ring.link}
            yield Hit(at=ring.at, subject=node.label or "node", values=values)


def address_invalid(cluster: Cluster) -> Iterator[Hit]:
    """Addresses that are none, or that no other host can reach. Cases: malformed, port, prefix, special."""
    for node, ring in _rings(cluster.corosync):
        text = ring.address
        values = {"node": node.label, "address": text, "link": ring.link}
        if text and is_malformed(text):
            case = "malformed"
            if re.fullmatch(r"\d+(\.\d+){3}:\d+|\[.*\]:\d+", text):
                case = "port"
            elif "/" in text and literal(text.partition("/")[0]) is not None:
                case = "prefix"
            yield Hit(at=ring.at, subject=node.label, case=case, values=values)
            continue
        address = literal(text)
        if address is not None and (address.is_unspecified or address.is_multicast or text == "255.255.255.255"):
            yield Hit(at=ring.at, subject=node.label, case="special", values=values)


def link_numbers(cluster: Cluster) -> Iterator[Hit]:
    """Link numbers that corosync has no room for. Cases: node, interface."""
    corosync = cluster.corosync
    if corosync is None:
        return
    for node, ring in _rings(corosync):
        if ring.link > MAX_LINK:
            values = {"node": node.label, "link": ring.link, "highest": MAX_LINK}
            yield Hit(at=ring.at, subject=node.label, case="node", values=values)
    told = set()
    for path, key in corosync.keys.items():
        match = _SETTING.fullmatch(path)
        if match is not None and int(match[1]) > MAX_LINK and match[1] not in told:
            told.add(match[1])
            at = corosync.sections.get(f"totem.interface.{match[1]}") or key.at
            values = {"link": match[1], "highest": MAX_LINK}
            yield Hit(at=at, subject=f"totem.interface.{match[1]}", case="interface", values=values)


def used_links(corosync: Corosync) -> set[int]:
    """The links that addresses or settings name, as corosync counts them."""
    settings = (_SETTING.fullmatch(path) for path in corosync.keys)
    named = {int(m[1]) for m in settings if m is not None}
    return {n for n in (*corosync.links(), *named) if n <= MAX_LINK}


def link_count(cluster: Cluster) -> Iterator[Hit]:
    """Nodes that lack an address on a link others have, or have two. Cases: lacking, twice."""
    corosync = cluster.corosync
    if corosync is None or not judged_for_3(cluster):
        return
    members = [n for n in corosync.nodes if n.addresses]
    for link in (n for n in corosync.links() if n <= MAX_LINK):
        have = [n for n in members if any(a.link == link for a in n.addresses)]
        indexes = {n.index for n in have}
        lacking = [n for n in members if n.index not in indexes]
        twice = _written_twice(members, link)
        if twice is not None:
            values = {"link": link, "nodes": twice.label}
            yield Hit(at=twice.at, subject=f"link {link}", case="twice", values=values)
        elif lacking and len(used_links(corosync)) > 1:
            names = listed((n.label for n in lacking), last=", ")
            at = lacking[0].at
            related = tuple((a.at, f"the address of {have[0].label}") for a in have[0].addresses if a.link == link)
            values = {"link": link, "nodes": names, "verb": "has" if len(lacking) == 1 else "have"}
            yield Hit(at=at, subject=f"link {link}", case="lacking", values=values, related=related)


def _written_twice(members: list[NodelistNode], link: int) -> NodelistNode | None:
    """The node that has two addresses on a link: `ring01_addr` is `ring1_addr` to corosync."""
    return next((n for n in members if sum(a.link == link for a in n.addresses) > 1), None)


def interface_without_address(cluster: Cluster) -> Iterator[Hit]:
    """Settings for a link that no node has an address on."""
    corosync = cluster.corosync
    if corosync is None or not judged_for_3(cluster) or not corosync.links():
        return
    for link in sorted(used_links(corosync) - set(corosync.links())):
        at = corosync.sections.get(f"totem.interface.{link}")
        first = next(k.at for p, k in corosync.keys.items() if p.startswith(f"totem.interface.{link}."))
        yield Hit(at=at or first, subject=f"link {link}", values={"link": link})


def name_missing(cluster: Cluster) -> Iterator[Hit]:
    """Nodes without a name. Cases: links (corosync refuses), entry (so it does an empty one), one (link)."""
    corosync = cluster.corosync
    if corosync is None or not judged_for_3(cluster):
        return
    # several links with udp or udpu are refused for that
    if corosync.totem.transport != "knet":
        return
    asked = _asked_for_names(corosync)
    for node in corosync.nodes:
        if node.addresses and not node.name:
            case = "links" if node.index in asked and node.name_at is None else "one"
            yield Hit(at=node.name_at or node.at, subject=node.label, case=case, values={"node": node.label})
    listed = {node.index for node in corosync.nodes if node.addresses or node.name_at is not None}
    for index in asked:
        if index not in listed:
            at = corosync.sections.get(f"nodelist.node.{index}") or corosync.nodelist_at or corosync.at
            yield Hit(at=at, subject=f"entry {index + 1}", case="entry", values={"node": f"entry {index + 1}"})


def _asked_for_names(corosync: Corosync) -> range:
    """The places in the nodelist where corosync wants a name: with several links as many as the first has members."""
    links = sorted(used_links(corosync))
    if len(links) < 2:
        return range(0)
    return range(sum(any(a.link == links[0] for a in node.addresses) for node in corosync.nodes))


def name_duplicate(cluster: Cluster) -> Iterator[Hit]:
    """Nodes that share a name. Cases: same, capitals."""
    corosync = cluster.corosync
    seen: dict[str, NodelistNode] = {}
    for node in corosync.nodes if corosync else ():
        if not node.name:
            continue
        first = seen.setdefault(node.name.lower(), node)
        if first is not node:
            case = "same" if first.name == node.name else "capitals"
            related = ((first.name_at or first.at, "the other node"),)
            values = {"name": node.name, "other": first.name}
            yield Hit(at=node.name_at or node.at, subject=node.name, case=case, values=values, related=related)


def name_characters(cluster: Cluster) -> Iterator[Hit]:
    """Node names that are no host names. An address may be one; a comment in a name has a rule of its own."""
    corosync = cluster.corosync
    for node in corosync.nodes if corosync else ():
        if node.name and " #" not in node.name and not _NAME.fullmatch(node.name) and literal(node.name) is None:
            yield Hit(at=node.name_at or node.at, subject=node.name, values={"name": node.name})


def mixed_families(cluster: Cluster) -> Iterator[Hit]:
    """IPv4 and IPv6 on one link."""
    corosync = cluster.corosync
    first: dict[int, tuple[NodelistNode, RingAddress]] = {}
    told = set()
    for node, ring in _rings(corosync):
        version = family(ring.address)
        if version is None or ring.link in told:
            continue
        other_node, other = first.setdefault(ring.link, (node, ring))
        if family(other.address) != version:
            told.add(ring.link)
            values = {
                "link": ring.link,
                "address": ring.address,
                "node": node.label,
                "other": other.address,
                "first": other_node.label,
            }
            related = ((other.at, f"the address of {other_node.label}"),)
            yield Hit(at=ring.at, subject=f"link {ring.link}", values=values, related=related)


def version_conflict(cluster: Cluster) -> Iterator[Hit]:
    """Addresses of another family than ip_version asks for. Cases: written, udp."""
    corosync = cluster.corosync
    if corosync is None or corosync.totem.ip_version not in ("ipv4", "ipv6"):
        return
    wanted = int(corosync.totem.ip_version[-1])
    for node, ring in _rings(corosync):
        version = family(ring.address)
        if version is not None and version != wanted:
            values = {"node": node.label, "address": ring.address, "version": corosync.totem.ip_version}
            case = "written" if "totem.ip_version" in corosync.keys else "udp"
            yield Hit(at=ring.at, subject=node.label, case=case, values=values)


def bind_address(cluster: Cluster) -> Iterator[Hit]:
    """A bindnetaddr that is no address. It is not read where nodes have addresses on the link (measured, 3.1.7)."""
    corosync = cluster.corosync
    given = corosync.links() if corosync else ()
    for path, key in corosync.keys.items() if corosync else ():
        match = _SETTING.fullmatch(path)
        if match is not None and match[2] == "bindnetaddr" and is_malformed(key.value) and int(match[1]) not in given:
            yield Hit(at=key.at, subject=path, values={"address": key.value, "link": match[1]})


def too_many_links(cluster: Cluster) -> Iterator[Hit]:
    """Several links with udp or udpu. Cases: refused, old (as corosync 2 has them)."""
    corosync = cluster.corosync
    if corosync is None or not judged_for_3(cluster) or corosync.totem.transport not in ("udp", "udpu"):
        return
    links = sorted(used_links(corosync))
    if len(links) > 1:
        second = next((a.at for _, a in _rings(corosync) if a.link == links[1]), None)
        at = second or corosync.place(f"totem.interface.{links[1]}.x")
        values = {"transport": corosync.totem.transport, "count": len(links)}
        case = "old" if is_for_corosync_2(cluster, corosync) else "refused"
        yield Hit(at=at, subject="totem.transport", case=case, values=values)


def no_multicast_address(cluster: Cluster) -> Iterator[Hit]:
    """Multicast with nothing to make a multicast address of."""
    corosync = cluster.corosync
    if corosync is None or corosync.totem.transport != "udp" or "totem.cluster_name" in corosync.keys:
        return
    for link in corosync.links():
        place = f"totem.interface.{link}"
        broadcast = corosync.value(f"{place}.broadcast") == "yes"
        if f"{place}.mcastaddr" not in corosync.keys and not broadcast:
            at: Mark = corosync.totem.transport_at or corosync.totem.at or corosync.at
            yield Hit(at=at, subject="totem.transport", values={"link": link})


def settings_of_udp(cluster: Cluster) -> Iterator[Hit]:
    """Settings of udp with another transport. Cases: ttl (refused), ignored, bind (the nodelist wins)."""
    corosync = cluster.corosync
    if corosync is None or not judged_for_3(cluster) or not corosync.nodes:
        return
    if corosync.totem.transport not in ("knet", "udpu"):
        return
    for path, key in corosync.keys.items():
        match = _SETTING.fullmatch(path)
        if match is None or match[2] not in ("ttl", "mcastaddr", "broadcast", "bindnetaddr"):
            continue
        values = {"key": match[2], "value": key.value, "link": match[1], "transport": corosync.totem.transport}
        if match[2] == "ttl":
            if key.value != "1" and int(match[1]) <= MAX_LINK:
                yield Hit(at=key.at, subject=path, case="ttl", values=values)
        elif match[2] != "bindnetaddr":
            yield Hit(at=key.at, subject=path, case="ignored", values=values)


def bind_with_nodelist(cluster: Cluster) -> Iterator[Hit]:
    """A bindnetaddr beside a nodelist, which wins. Cases: bound, old."""
    corosync = cluster.corosync
    if corosync is None or not corosync.links():
        return
    for path, key in corosync.keys.items():
        match = _SETTING.fullmatch(path)
        if match is not None and match[2] == "bindnetaddr" and int(match[1]) in corosync.links():
            case = "old" if is_for_corosync_2(cluster, corosync) else "bound"
            yield Hit(at=key.at, subject=path, case=case, values={"address": key.value, "link": match[1]})


def settings_of_knet(cluster: Cluster) -> Iterator[Hit]:
    """Settings of knet with udp or udpu. Cases: priority (refused), ignored."""
    corosync = cluster.corosync
    if corosync is None or not judged_for_3(cluster) or corosync.totem.transport not in ("udp", "udpu"):
        return
    for path, key in corosync.keys.items():
        match = _SETTING.fullmatch(path)
        name = match[2] if match else path.removeprefix("totem.")
        values = {"key": name, "transport": corosync.totem.transport, "value": key.value}
        if match and name == "knet_link_priority":
            if key.value not in ("0", "1") and int(match[1]) <= MAX_LINK:
                yield Hit(at=key.at, subject=path, case="priority", values=values)
        elif name.startswith("knet_") or path == "totem.link_mode":
            yield Hit(at=key.at, subject=path, case="ignored", values=values)


def _rings(corosync: Corosync | None) -> Iterator[tuple[NodelistNode, RingAddress]]:
    return ((node, ring) for node in (corosync.nodes if corosync else ()) for ring in node.addresses)


def bind_twice(cluster: Cluster) -> Iterator[Hit]:
    """Two rings with one bindnetaddr, where no nodelist decides."""
    corosync = cluster.corosync
    seen: dict[str, str] = {}
    if corosync is None or corosync.links():
        return
    for path, key in corosync.keys.items():
        match = _SETTING.fullmatch(path)
        if match is None or match[2] != "bindnetaddr" or not key.value:
            continue
        first = seen.setdefault(key.value, match[1])
        if first != match[1]:
            values = {"first": first, "second": match[1], "address": key.value}
            yield Hit(at=key.at, subject=path, values=values)
