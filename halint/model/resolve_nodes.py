"""The nodes of a cluster, each once, with every name and address it goes by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from halint.model.cib import Cib, CibNode, Resource
from halint.model.cluster import Node
from halint.model.corosync import Corosync, NodelistNode
from halint.model.host import Hosts
from halint.source import Mark


@dataclass(slots=True)
class _Found:
    """One node while its sources are put together; `strong` names are its own, `weak` ones are given up when shared."""

    name: str
    kind: str
    at: Mark
    nodeid: int | None = None
    in_cib: bool = False
    in_corosync: bool = False
    addresses: tuple[str, ...] = ()
    strong: list[str] = field(default_factory=list)
    weak: list[str] = field(default_factory=list)


def resolve_nodes(cib: Cib | None, corosync: Corosync | None, hosts: tuple[Hosts, ...]) -> tuple[Node, ...]:
    """Members of CIB and nodelist merged, then remote and guest nodes; in document order, the CIB's first.

    A nodelist entry is a CIB node by name, else by nodeid, else by short and long name, else by an address that is its
    name or that a hosts file gives its name; each only where exactly one node fits.
    """
    found = list(_remotes(cib)) if cib else []
    remote = {f.name for f in found}
    members = [_from_cib(n) for n in cib.nodes if n.kind == "member" and n.uname not in remote] if cib else []
    for entry in corosync.nodes if corosync else ():
        match = _match(entry, [m for m in members if not m.in_corosync], hosts)
        if match is None:
            match = _Found(name=entry.label, kind="member", at=entry.at)
            members.append(match)
        _add_corosync(match, entry)
    left_over = [_from_cib(n) for n in cib.nodes if n.kind == "remote" and n.uname not in remote] if cib else []
    return tuple(_named([*members, *found, *left_over], hosts))


def _from_cib(node: CibNode) -> _Found:
    nodeid = int(node.id) if node.id.isascii() and node.id.isdigit() and len(node.id) < 11 else None
    name = node.uname or node.id
    return _Found(name=name, kind=node.kind, at=node.at, nodeid=nodeid, in_cib=True, strong=[name])


def _remotes(cib: Cib) -> Iterator[_Found]:
    """Remote nodes by their connection resource, guest nodes by the resource that holds them."""
    for resource in cib.primitives():
        if _is_remote(resource):
            address = resource.parameter("server", "addr") or resource.id
            yield _Found(
                name=resource.id,
                kind="remote",
                at=resource.at,
                in_cib=True,
                addresses=(address,),
                strong=[resource.id, address],
            )
        guest = resource.own_meta.get("remote-node")
        if guest is not None and guest.value:
            address = resource.meta_value("remote-addr") or guest.value
            yield _Found(
                name=guest.value,
                kind="guest",
                at=guest.at,
                in_cib=True,
                addresses=(address,),
                strong=[guest.value, address],
            )


def _is_remote(resource: Resource) -> bool:
    return str(resource.agent) == "ocf:pacemaker:remote"


def _match(entry: NodelistNode, members: list[_Found], hosts: tuple[Hosts, ...]) -> _Found | None:
    names = [entry.name] if entry.name else []
    addresses = [a.address for a in entry.addresses]
    given = [e.name for h in hosts for e in h.entries if e.address in addresses]
    tests = (
        lambda m: m.name in names,
        lambda m: m.name.lower() in [n.lower() for n in names],
        lambda m: entry.nodeid is not None and m.nodeid == entry.nodeid,
        lambda m: any(same_host(m.name, n) for n in names),
        lambda m: any(same_host(m.name, a) for a in addresses),
        lambda m: any(same_host(m.name, g) for g in given),
    )
    for test in tests:
        fits = [m for m in members if test(m)]
        if len(fits) == 1:
            return fits[0]
    return None


def _add_corosync(node: _Found, entry: NodelistNode) -> None:
    node.in_corosync = True
    node.nodeid = entry.nodeid if entry.nodeid is not None else node.nodeid
    node.addresses = tuple(a.address for a in entry.addresses)
    node.strong += [*([entry.name] if entry.name else []), *node.addresses]


def _named(found: list[_Found], hosts: tuple[Hosts, ...]) -> Iterator[Node]:
    """The nodes with their aliases; a short name or a hosts entry that fits two nodes belongs to neither."""
    for node in found:
        given = [e.name for h in hosts for e in h.entries if e.address in node.addresses]
        node.weak = [w for name in (*node.strong, *given) for w in (name, short_name(name))]
    own = {name.lower(): node for node in reversed(found) for name in node.strong}
    shared = Counter(name for node in found for name in {w.lower() for w in node.weak})
    for node in found:
        extra = (w for w in node.weak if shared[w.lower()] == 1 and own.get(w.lower(), node) is node)
        yield Node(
            name=node.name,
            kind=node.kind,
            nodeid=node.nodeid,
            in_cib=node.in_cib,
            in_corosync=node.in_corosync,
            addresses=node.addresses,
            aliases=_unique([node.name, *node.strong, *extra]),
            at=node.at,
        )


def _unique(names: Iterable[str]) -> tuple[str, ...]:
    return tuple({name.lower(): name for name in reversed([n for n in names if n])}.values())[::-1]


def short_name(name: str) -> str:
    """The host name without its domain; an address stays as it is."""
    return name if is_address(name) else name.partition(".")[0]


def same_host(one: str, other: str) -> bool:
    """Whether two names can mean the same host: equal, or one the short form of the other; without case."""
    one, other = one.lower(), other.lower()
    return one == other or other == short_name(one) or one == short_name(other)


def is_address(text: str) -> bool:
    """Whether the text is an IPv4 or IPv6 address."""
    if not text or (":" not in text and not text[0].isdigit()):
        return False
    import ipaddress  # noqa: PLC0415 - few names look like an address

    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
