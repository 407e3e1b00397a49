"""Checks of virtual addresses: doubled, taken by a node, unreadable, or tied to nothing."""

from __future__ import annotations

import ipaddress
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from halint.engine.hit import Hit
from halint.listing import listed
from halint.model.agents import AgentTraits, is_service, rank, traits
from halint.model.relations import Relations
from halint.model.values import parse_bool

if TYPE_CHECKING:
    from collections.abc import Iterator

    from halint.model.cib import Cib, Resource, Setting
    from halint.model.cluster import Cluster
    from halint.source import Mark

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
# IPaddr2 and IPv6addr cut the prefix off an IPv6 address (run in a network namespace); IPsrcaddr does not
_TAKE_PREFIX = frozenset({"ocf:heartbeat:IPaddr2", "ocf:heartbeat:IPv6addr"})
_ADDRESS_RANK = 5


class _Holder(NamedTuple):
    """A resource that brings an address up; `helper` where it moves it in a provider's network."""

    resource: Resource
    setting: Setting
    address: _Address
    helper: bool


def _holders(cib: Cib) -> Iterator[_Holder]:
    """Every resource with an address of its own that can be read and is certain."""
    for resource in cib.primitives():
        known = traits(resource.agent)
        setting = None if known is None else resource.parameters.get(known.address or known.cloud_address)
        if known is None or setting is None or not setting.certain or resource.meta_value("target-role") == "Stopped":
            continue
        address = _parse((setting.value or "").strip().partition("/")[0])
        if address is not None and not address.is_unspecified:
            yield _Holder(resource, setting, address, helper=not known.address)


def _parse(text: str) -> _Address | None:
    """An address literal in its one form, also of IPv4 mapped into IPv6; None where it is none."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def duplicate(cluster: Cluster) -> Iterator[Hit]:
    """Addresses that two resources bring up, unless one is the provider's side of the other."""
    cib = cluster.cib
    if cib is None:
        return
    same: dict[tuple[object, ...], list[_Holder]] = defaultdict(list)
    for holder in _holders(cib):
        if not _on_loopback(holder.resource):
            same[_network(holder)].append(holder)
    relations = Relations(cib)
    for holders in same.values():
        clash = [h for h in holders if any(_clash(relations, h, other) for other in holders if other is not h)]
        if not clash:
            continue
        names = [h.resource.id for h in clash]
        second = clash[1]
        values = {
            "ip": second.address,
            "resources": listed(names),
            "id": second.resource.id,
            "parameter": second.setting.name,
        }
        related = tuple((h.setting.at, f"{h.resource.id} has {h.address} as well") for h in clash if h is not second)
        yield Hit(at=second.setting.at, subject=second.resource.id, values=values, related=related)


def _network(holder: _Holder) -> tuple[object, ...]:
    """Where an address must be unique: its network namespace, of a link-local one also its interface."""
    resource = holder.resource
    nic = resource.parameter("nic") if holder.address.is_link_local else None
    return holder.address, resource.parameter("network_namespace"), nic


def _on_loopback(resource: Resource) -> bool:
    """Whether the address answers no ARP: real servers of LVS hold the director's address on lo."""
    return resource.parameter("nic") in ("lo", "dummy0") or parse_bool(resource.parameter("lvs_support")) is True


def _clash(relations: Relations, one: _Holder, other: _Holder) -> bool:
    """Both are up at once wherever they run, so that being kept apart is no excuse."""
    return not ((one.helper or other.helper) and relations.together(one.resource, other.resource))


class _NodeAddress(NamedTuple):
    """An address a node has, what it is there, and where that is written."""

    address: _Address
    what: str
    at: Mark


def equals_node_address(cluster: Cluster) -> Iterator[Hit]:
    """Virtual addresses that some host has of its own: on a ring, by its name in a hosts file, a remote node, qnetd."""
    cib = cluster.cib
    if cib is None:
        return
    taken: dict[_Address, list[_NodeAddress]] = defaultdict(list)
    for own in (*_ring_addresses(cluster), *_hosts_addresses(cluster), *_remote_addresses(cluster, cib)):
        if not own.address.is_loopback:
            taken[own.address].append(own)
    for holder in _holders(cib):
        owners = taken.get(holder.address)
        if not owners:
            continue
        values = {
            "id": holder.resource.id,
            "ip": holder.address,
            "what": owners[0].what,
            "parameter": holder.setting.name,
        }
        related = tuple((own.at, own.what) for own in owners)
        yield Hit(at=holder.setting.at, subject=holder.resource.id, values=values, related=related)


def _ring_addresses(cluster: Cluster) -> Iterator[_NodeAddress]:
    if cluster.corosync is None:
        return
    for node in cluster.corosync.nodes:
        for ring in node.addresses:
            for address in _resolve(cluster, ring.address):
                yield _NodeAddress(address, f"the address of {node.label} on link {ring.link}", ring.at)
    host = cluster.corosync.keys.get("quorum.device.net.host")
    for address in _resolve(cluster, host.value) if host is not None else ():
        if host is not None:
            yield _NodeAddress(address, "the address of the qnetd host", host.at)


def _hosts_addresses(cluster: Cluster) -> Iterator[_NodeAddress]:
    names = [node.name for node in cluster.nodes]
    for hosts in cluster.hosts:
        for name in names:
            for entry in hosts.lookup(name):
                address = _parse(entry.address)
                if address is not None:
                    yield _NodeAddress(address, f"the address of {name} in {hosts.source.path}", entry.at)


def _remote_addresses(cluster: Cluster, cib: Cib) -> Iterator[_NodeAddress]:
    for resource in cib.primitives():
        setting = resource.meta.get("remote-addr")
        if str(resource.agent) == "ocf:pacemaker:remote":
            setting = resource.parameters.get("server") or resource.parameters.get("addr")
        elif "remote-node" not in resource.meta:
            continue
        for address in _resolve(cluster, setting.value or "") if setting is not None and setting.certain else ():
            if setting is not None:
                yield _NodeAddress(address, f"the address of the remote node of {resource.id}", setting.at)


def _resolve(cluster: Cluster, text: str) -> set[_Address]:
    """A literal, or what the hosts files say about a name."""
    literal = _parse(text)
    if literal is not None:
        return {literal}
    found = (_parse(entry.address) for hosts in cluster.hosts for entry in hosts.lookup(text))
    return {address for address in found if address is not None}


def invalid(cluster: Cluster) -> Iterator[Hit]:
    """Addresses that the agent refuses when it starts: with a prefix attached, a host name, no address at all."""
    cib = cluster.cib
    for resource in cib.primitives() if cib is not None else ():
        known = traits(resource.agent)
        setting = None if known is None else resource.parameters.get(known.address or known.source_address)
        if known is None or setting is None or not setting.certain or not (setting.value or "").strip():
            continue
        value = (setting.value or "").strip()
        case = _fault(known, value)
        if case is None:
            continue
        bare, _, prefix = value.partition("/")
        values = {"id": resource.id, "agent": known.name, "parameter": setting.name, "value": value}
        values |= {"ip": bare, "prefix": prefix}
        yield Hit(at=setting.at, subject=resource.id, values=values, case=case)


def _fault(known: AgentTraits, value: str) -> str | None:
    """Which way the value is wrong: `prefix`, `name` or `garbage`; None where it is right."""
    bare, slash, prefix = value.partition("/")
    address = _parse(bare)
    if address is None:
        return "name" if not slash and _like_a_name(value) else "garbage"
    if not slash or (address.version == 6 and known.name in _TAKE_PREFIX):
        return None
    return "prefix" if prefix else "garbage"


def _like_a_name(value: str) -> bool:
    letters = any(c.isalpha() for c in value)
    return letters and all(c.isalnum() or c in "-._" for c in value)


def standalone(cluster: Cluster) -> Iterator[Hit]:
    """Virtual addresses that no group, colocation or order ties to a service, though the cluster runs some."""
    cib = cluster.cib
    if cib is None:
        return
    services = [r for r in cib.primitives() if _movable_service(cib, r)]
    relations = Relations(cib)
    for holder in _holders(cib) if services else ():
        resource = holder.resource
        tied = relations.constrained(resource) or _follows_an_attribute(cib, resource)
        if holder.helper or cib.clone_of(resource) is not None or tied:
            continue
        values = {"id": resource.id, "ip": holder.address, "service": services[0].id}
        yield Hit(at=resource.at, subject=resource.id, values=values)


def _follows_an_attribute(cib: Cib, resource: Resource) -> bool:
    """Whether a rule places it by an attribute of nodes, such as those that agents write about their state."""
    rules = (rule for location in cib.locations if resource.id in location.resources for rule in location.rules)
    return any(e.kind == "expression" and not e.attribute.startswith("#") for rule in rules for e in rule.walk())


def _movable_service(cib: Cib, resource: Resource) -> bool:
    """Whether it is a service that runs on one node at a time; what runs everywhere needs no address beside it."""
    clone = cib.clone_of(resource)
    if clone is not None and not clone.promotable:
        return False
    agent = resource.agent
    known = traits(agent)
    if agent is None or agent.standard == "stonith" or rank(resource) == _ADDRESS_RANK:
        return False
    return is_service(resource) or known is None or agent.standard != "ocf"
