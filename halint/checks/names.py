"""What names mean in hosts files: whose they are, and which address glibc and corosync take."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from ipaddress import ip_address
from typing import TYPE_CHECKING, NamedTuple

from halint.listing import listed
from halint.model.cluster import Node
from halint.model.resolve_nodes import same_host
from halint.source import Mark, Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from halint.model.cluster import Cluster
    from halint.model.corosync import NodelistNode, RingAddress
    from halint.model.host import Hosts, HostsEntry

# inet_aton(3) takes short forms such as 10.1, and so does corosync
_NUMERIC = re.compile(r"[0-9.]+|[0-9a-fA-F:.]*:.*")
_NAME = re.compile(r"[A-Za-z0-9._-]+")
_LOCAL = re.compile(r"(localhost[46]?(\..*)?|ip6-\w+|ipv6-\w+|broadcasthost)", re.IGNORECASE)


class RingName(NamedTuple):
    """A ring address that is written as a name, and the nodelist's node it belongs to."""

    node: NodelistNode
    ring: RingAddress

    @property
    def name(self) -> str:
        """The name as written."""
        return self.ring.address

    @property
    def key(self) -> str:
        """The key of corosync.conf that holds it."""
        return f"ring{self.ring.link}_addr"


def is_numeric(text: str) -> bool:
    """Whether this is an address, which needs no name lookup."""
    return bool(_NUMERIC.fullmatch(text))


@lru_cache(maxsize=1 << 16)
def is_loopback(address: str) -> bool:
    """Whether a canonical address is in 127.0.0.0/8 or ::1."""
    return ip_address(address).is_loopback


@lru_cache(maxsize=1 << 16)
def is_shared_address(address: str) -> bool:
    """Whether an address can mean the same host to others: neither loopback, link-local, multicast nor unspecified."""
    parsed = ip_address(address)
    return not (parsed.is_loopback or parsed.is_link_local or parsed.is_multicast or parsed.is_unspecified)


def is_boilerplate(name: str) -> bool:
    """Whether this is one of the names distributions put into every hosts file."""
    return bool(_LOCAL.fullmatch(name))


def known_nodes(cluster: Cluster) -> tuple[Node, ...]:
    """The nodes of CIB and nodelist; without either, the hosts whose files are given and who are named in one."""
    if cluster.nodes:
        return cluster.nodes
    named = {e.name.lower() for hosts in cluster.hosts for e in hosts.entries}
    owners = {h.node: h for h in reversed(cluster.hosts) if h.node and h.node.lower() in named}
    return tuple(_host(name, hosts) for name, hosts in sorted(owners.items()))


def _host(name: str, hosts: Hosts) -> Node:
    return Node(
        name=name,
        kind="member",
        nodeid=None,
        in_cib=False,
        in_corosync=False,
        addresses=(),
        aliases=(name,),
        at=Mark(hosts.source, Span(1, 1, 1, 1)),
    )


def is_outsider(cluster: Cluster, name: str) -> bool:
    """Whether a host is none of the nodes, as an arbiter whose files lie beside theirs.

    Where the nodes are known by addresses only, or not at all, a host of any name may be one of them.
    """
    if not cluster.nodes or cluster.node(name) is not None:
        return False
    return not any(is_numeric(node.name) or same_host(node.name, name) for node in cluster.nodes)


def node_called(nodes: Iterable[Node], name: str) -> Node | None:
    """The node of that name, short or long."""
    nodes = tuple(nodes)
    exact = next((n for n in nodes if n.is_called(name)), None)
    return exact or next((n for n in nodes if same_host(n.name, name)), None)


def is_host_name(text: str) -> bool:
    """Whether a hosts file could hold this name; addresses and a template's blanks cannot stand there."""
    return bool(_NAME.fullmatch(text)) and not is_numeric(text)


def ring_names(cluster: Cluster) -> Iterator[RingName]:
    """The ring addresses that are names."""
    for node in cluster.corosync.nodes if cluster.corosync else ():
        for ring in node.addresses:
            if is_host_name(ring.address):
                yield RingName(node, ring)


def taken_by_corosync(hosts: Hosts, name: str, ip_version: str) -> tuple[HostsEntry, ...]:
    """The entries among which corosync finds the address of a name; none where the file does not tell it.

    Observed with corosync 3.1.7 on glibc 2.36: the family is chosen first (ip_version), asked for IPv4 glibc takes
    ::1 for 127.0.0.1, and within a family it puts loopback addresses before all others, whatever line they are on.
    """
    entries = hosts.lookup(name)
    six = [e for e in entries if ":" in e.address]
    four = [e for e in entries if ":" not in e.address or e.address == "::1"]
    families = {"ipv4": [four], "ipv6": [six], "ipv4-6": [four, six]}.get(ip_version, [six, four])
    family = next((f for f in families if f), [])
    return tuple(e for e in family if is_loopback(e.address)) or tuple(family)


def known_address(cluster: Cluster, text: str) -> str:
    """A ring address, or the one address that the hosts files have for its name; loopback has rules of its own."""
    if is_numeric(text):
        return text
    version = cluster.corosync.totem.ip_version if cluster.corosync else ""
    found = {e.address for hosts in cluster.hosts for e in taken_by_corosync(hosts, text, version)}
    return found.pop() if len(found) == 1 and not any(is_loopback(a) for a in found) else text


def is_own_file(cluster: Cluster, hosts: Hosts, node_name: str) -> bool:
    """Whether a hosts file is that node's own; one that stands for every node is."""
    if hosts.node is None:
        return True
    node = node_called(cluster.nodes, node_name)
    return same_host(hosts.node, node_name) if node is None else node_called(cluster.nodes, hosts.node) is node


def place(hosts: Hosts) -> str:
    """Where a hosts file counts, after "is 10.0.0.1": on a node, or in a file that belongs to none."""
    return f"on {hosts.node}" if hosts.node else f"in {hosts.source.path.rpartition('/')[2]}"


class Answer(NamedTuple):
    """What one hosts file says of a name."""

    hosts: Hosts
    entries: tuple[HostsEntry, ...]

    @property
    def addresses(self) -> frozenset[str]:
        """The addresses of the name in this file."""
        return frozenset(e.address for e in self.entries)

    def contradicts(self, other: Answer) -> bool:
        """Whether the two files have no address in common, or none of a family that both have."""
        pairs = [({a for a in x.addresses if ":" in a}, x.addresses) for x in (self, other)]
        (six, every), (other_six, other_every) = pairs
        families = ((six, other_six), (every - six, other_every - other_six))
        return not every & other_every or any(a and b and not a & b for a, b in families)

    def told(self) -> str:
        """The addresses and where they stand: `10.0.0.1 on n1`."""
        return f"{listed(dict.fromkeys(e.address for e in self.entries))} {place(self.hosts)}"


class Disagreement(NamedTuple):
    """Files that contradict the others about a name; `agreed` is what most say."""

    agreed: tuple[Answer, ...]
    deviating: tuple[Answer, ...]

    @property
    def at(self) -> Mark:
        """The first line that deviates."""
        return self.deviating[0].entries[0].at

    def lines(self) -> set[Mark]:
        """The lines that deviate."""
        return {e.line_at for answer in self.deviating for e in answer.entries}

    def told(self) -> str:
        """Both sides in words: `10.0.0.1 on n1 and n3 but 10.0.0.9 on n2`."""
        return f"{_side(self.agreed)} but {_side(self.deviating)}"

    def related(self) -> tuple[tuple[Mark, str], ...]:
        """The lines that say otherwise, and further ones that deviate."""
        answers = (*self.agreed, *self.deviating[1:])
        return tuple((answer.entries[0].at, answer.told()) for answer in answers)


def _side(answers: tuple[Answer, ...]) -> str:
    by_address: dict[str, list[str]] = {}
    for answer in answers:
        addresses = listed(dict.fromkeys(e.address for e in answer.entries))
        by_address.setdefault(addresses, []).append(place(answer.hosts))
    return listed(f"{addresses} {_places(places)}" for addresses, places in by_address.items())


def _places(places: list[str]) -> str:
    """`on n1 and n2`; the preposition once where it is the same."""
    return listed([places[0], *(p.removeprefix("on ") if places[0].startswith("on ") else p for p in places[1:])])


def disagreement(cluster: Cluster, answers: Iterable[Answer], node_name: str = "") -> Disagreement | None:
    """Who contradicts whom about a name. Most files are right; of as many, those of the node `node_name` itself."""
    known = [answer for answer in answers if answer.entries]
    alike = Counter(answer.addresses for answer in known)
    if len(alike) < 2:
        return None

    def weight(answer: Answer) -> tuple[int, bool, bool]:
        own = bool(answer.hosts.node and node_name) and is_own_file(cluster, answer.hosts, node_name)
        elsewhere = not any(is_loopback(address) for address in answer.addresses)
        return alike[answer.addresses], own, elsewhere

    reference = max(known, key=weight)
    deviating = tuple(answer for answer in known if answer.contradicts(reference))
    if not deviating:
        return None
    return Disagreement(tuple(a for a in known if a not in deviating), deviating)
