"""Checks of hosts files: of each alone, against the nodes, and against each other."""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import TYPE_CHECKING, NamedTuple

from halint.checks.names import (
    Answer,
    Disagreement,
    disagreement,
    is_boilerplate,
    is_host_name,
    is_loopback,
    is_numeric,
    is_own_file,
    is_shared_address,
    known_nodes,
    node_called,
    ring_names,
    taken_by_corosync,
)
from halint.checks.ring_names import LoopbackRing, contradictions, loopback_rings
from halint.engine.hit import Hit
from halint.listing import listed
from halint.model.resolve_nodes import same_host, short_name
from halint.source import Mark, Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from halint.model.cluster import Cluster, Node
    from halint.model.corosync import NodelistNode
    from halint.model.host import Hosts, HostsEntry


def syntax(cluster: Cluster) -> Iterator[Hit]:
    """What the C library passes over or cannot mean what it says."""
    for hosts in cluster.hosts:
        for problem in hosts.source.problems:
            line = hosts.source.lines[problem.span.line - 1]
            subject = line[problem.span.column - 1 : problem.span.end_column - 1]
            yield Hit(at=Mark(hosts.source, problem.span), subject=subject, values={"problem": problem.message})


def multiple_addresses(cluster: Cluster) -> Iterator[Hit]:
    """Names with several IPv4 or several IPv6 addresses in one file; names of the same lines are told once."""
    for hosts in cluster.hosts:
        told: set[tuple[Mark, ...]] = set()
        for entries in _index(hosts).names.values():
            several = _several(entries) if len(entries) > 1 else []
            lines = tuple(e.line_at for e in several)
            if not several or lines in told:
                continue
            told.add(lines)
            addresses = listed(e.address for e in several)
            yield Hit(
                at=several[1].at,
                subject=several[0].name,
                values={"name": several[0].name, "addresses": addresses},
                related=tuple((e.at, f"{e.name} is {e.address}") for e in (several[0], *several[2:])),
            )


def _several(entries: tuple[HostsEntry, ...]) -> list[HostsEntry]:
    """The entries of one family where that has more than one address that other hosts can use."""
    for colon in (False, True):
        family = [e for e in entries if (":" in e.address) is colon and is_shared_address(e.address)]
        distinct = list({e.address: e for e in reversed(family)}.values())[::-1]
        if len(distinct) > 1:
            return distinct
    return []


class _Index(NamedTuple):
    """One file's entries by name in lower case, in file order."""

    hosts: Hosts
    names: Mapping[str, tuple[HostsEntry, ...]]


def _index(hosts: Hosts) -> _Index:
    return _Index(hosts, hosts.entries.by_name)


def node_loopback(cluster: Cluster) -> Iterator[Hit]:
    """Node names on loopback, once a file and node, unless that is what spoils a ring address."""
    ring, nodes = list(loopback_rings(cluster)), known_nodes(cluster)
    for hosts in cluster.hosts:
        spoilt = [r for r in ring if r.hosts is hosts]
        told: set[str] = set()
        for entry in hosts.entries:
            if not is_loopback(entry.address) or is_boilerplate(entry.name):
                continue
            node = node_called(nodes, entry.name)
            if node is None or node.name in told or any(_spoils(r, entry) for r in spoilt):
                continue
            told.add(node.name)
            yield _loopback_hit(cluster, hosts, entry, node)


def _spoils(ring: LoopbackRing, entry: HostsEntry) -> bool:
    """Whether the finding about a ring address is about this entry as well."""
    return same_host(ring.ring.name, entry.name) or ring.entry.line_at == entry.line_at


def _loopback_hit(cluster: Cluster, hosts: Hosts, entry: HostsEntry, node: Node) -> Hit:
    own = hosts.node is not None and is_own_file(cluster, hosts, node.name)
    where = "its own hosts file" if own else f"the hosts file of {hosts.node}" if hosts.node else "the hosts file"
    connects = not own and node.kind != "member" and same_host(_server(cluster, node), entry.name)
    return Hit(
        at=entry.at,
        subject=node.name,
        case="server" if connects else "name",
        values={
            "name": entry.name,
            "address": entry.address,
            "where": where,
            "on": f" of {hosts.node}" if hosts.node else "",
            "kind": node.kind,
            "node": node.name,
        },
        related=((node.at, f"the {node.kind} node {node.name}"),) if connects else (),
    )


def _server(cluster: Cluster, node: Node) -> str:
    """The name or address under which the cluster connects to a remote or guest node (Pacemaker Remote)."""
    for resource in cluster.cib.primitives() if cluster.cib else ():
        if resource.id == node.name and resource.agent and str(resource.agent) == "ocf:pacemaker:remote":
            return resource.parameter("server", "addr") or node.name
        if resource.meta_value("remote-node") == node.name:
            return resource.meta_value("remote-addr") or node.name
    return node.name


def node_missing(cluster: Cluster) -> Iterator[Hit]:
    """Members that a hosts file does not name; ring names that no file has are another rule's."""
    nowhere = {r.name.lower() for r in ring_names(cluster) if not any(h.lookup(r.name) for h in cluster.hosts)}
    members = [n for n in known_nodes(cluster) if n.kind == "member" and is_host_name(n.name)]
    members = [n for n in members if n.name.lower() not in nowhere]
    for hosts in cluster.hosts:
        missing = [
            n for n in members if not (hosts.lookup(n.name) or any(same_host(e.name, n.name) for e in hosts.entries))
        ]
        where = f"the hosts file of {hosts.node}" if hosts.node else "the hosts file"
        neighbours = [e for e in hosts.entries if any(same_host(e.name, n.name) for n in members)]
        at = neighbours[-1].line_at if neighbours else _first_line(hosts)
        case = _whole_case(hosts, len(members), len(missing), names=bool(neighbours))
        if case:
            values = {"nodes": listed(n.name for n in missing), "where": where}
            yield Hit(at=at, subject=hosts.node or hosts.source.path, case=case, values=values)
            continue
        for node in missing:
            related = ((node.at, f"the node {node.name}"),)
            yield Hit(at=at, subject=node.name, case="one", values={"node": node.name, "where": where}, related=related)


def _whole_case(hosts: Hosts, members: int, missing: int, *, names: bool) -> str:
    """Which way the whole file leaves names to DNS: `none` of the nodes is in it, or of several only the `own`."""
    if missing and not names and members > 1:
        return "none"
    return "own" if hosts.node and missing > 1 and missing == members - 1 else ""


def _first_line(hosts: Hosts) -> Mark:
    return Mark(hosts.source, Span(1, 1, 1, len(hosts.source.lines[0]) + 1))


def entry_differs(cluster: Cluster) -> Iterator[Hit]:
    """Names of nodes that are different addresses on different nodes, once a node."""
    for node, name, found in _node_disagreements(cluster):
        yield Hit(
            at=found.at,
            subject=node.name,
            values={"name": name, "told": found.told()},
            related=found.related(),
        )


def _node_disagreements(cluster: Cluster) -> Iterator[tuple[Node, str, Disagreement]]:
    """What hosts files contradict each other about and no rule on ring addresses tells already."""
    ring_lines = {line for _, found in contradictions(cluster) for line in found.lines()}
    files = [_index(hosts) for hosts in cluster.hosts]
    for node in known_nodes(cluster):
        for name in _names_of(cluster, node):
            found = disagreement(cluster, _answers(files, name), node.name)
            if found is not None and not found.lines() <= ring_lines:
                yield node, name, found
                break


def _names_of(cluster: Cluster, node: Node) -> list[str]:
    """The names of a node that hosts files have, its own name first, as they are written there."""
    written = {e.name.lower(): e.name for h in cluster.hosts for e in h.entries if not is_boilerplate(e.name)}
    own = [name for low, name in written.items() if node.is_called(low) or same_host(low, node.name)]
    return sorted(own, key=lambda name: name.lower() != node.name.lower())


def _answers(files: Iterable[_Index], name: str) -> list[Answer]:
    """What each hosts file says of a name, addresses that mean the host itself left out."""
    low = name.lower()
    return [Answer(f.hosts, tuple(e for e in f.names.get(low, ()) if is_shared_address(e.address))) for f in files]


def _answers_with_loopback(files: Iterable[_Index], name: str, nodes: list[str]) -> list[Answer]:
    """As `_answers`, loopback too, except on lines that put a node's name there, which are told already."""

    def counts(index: _Index, entry: HostsEntry) -> bool:
        beside = (e.name for e in index.hosts.entries if e.line_at == entry.line_at)
        return is_shared_address(entry.address) or (
            is_loopback(entry.address) and not any(same_host(n, node) for n in beside for node in nodes)
        )

    return [Answer(f.hosts, tuple(e for e in f.names.get(name.lower(), ()) if counts(f, e))) for f in files]


def ring_mismatch(cluster: Cluster) -> Iterator[Hit]:
    """Nodes whose name is an address that none of their links uses; what files contradict is told elsewhere."""
    told_already = {node.name for node, _, _ in _node_disagreements(cluster)}
    for listed_node in cluster.corosync.nodes if cluster.corosync else ():
        node = cluster.node(listed_node.label)
        if node is None or node.name in told_already or is_numeric(node.name):
            continue
        others = [o for hosts in cluster.hosts for o in _beside_ring(cluster, hosts, node, listed_node)]
        if others:
            yield Hit(
                at=others[0].at,
                subject=node.name,
                values={
                    "name": others[0].name,
                    "address": others[0].address,
                    "rings": listed(dict.fromkeys(r.address for r in listed_node.addresses)),
                },
                related=(
                    *((r.at, f"ring{r.link}_addr is {r.address}") for r in listed_node.addresses),
                    *((o.at, f"{o.name} is {o.address}") for o in others[1:]),
                ),
            )


def _beside_ring(cluster: Cluster, hosts: Hosts, node: Node, listed_node: NodelistNode) -> list[HostsEntry]:
    """The first entry of the node's name where it has no address of a link; not asked of links on loopback."""
    entries = [e for e in hosts.lookup(node.name) if is_shared_address(e.address)]
    links: set[str] = set()
    for ring in listed_node.addresses:
        resolved = {ring.address} if is_numeric(ring.address) else _resolved(cluster, hosts, ring.address)
        if not any(is_shared_address(address) for address in resolved):
            return []
        links |= resolved
    families = {":" in link for link in links}
    compared = [e for e in entries if (":" in e.address) in families]
    return compared[:1] if links and not {e.address for e in compared} & _canonical(links) else []


def _resolved(cluster: Cluster, hosts: Hosts, name: str) -> set[str]:
    version = cluster.corosync.totem.ip_version if cluster.corosync else ""
    return {e.address for e in taken_by_corosync(hosts, name, version)}


def _canonical(addresses: set[str]) -> set[str]:
    """Literal addresses in the form hosts entries have."""
    known = set()
    for address in addresses:
        try:
            known.add(str(ip_address(address)))
        except ValueError:
            known.add(address)
    return known


def files_differ(cluster: Cluster) -> Iterator[Hit]:
    """Names that are no node's and not the same in all files; names of the same lines are told once."""
    ring_lines = {line for _, found in contradictions(cluster) for line in found.lines()}
    ring_lines |= {ring.entry.line_at for ring in loopback_rings(cluster)}
    nodes = [n.name for n in known_nodes(cluster)]
    for files in [list(cluster.hosts)] if cluster.nodes else _related_files(cluster):
        indexed = [_index(hosts) for hosts in files]
        told: set[tuple[Mark, ...]] = set()
        for name in _other_names(files, nodes):
            answers = _answers_with_loopback(indexed, name, nodes)
            lines = tuple(e.line_at for a in answers for e in a.entries)
            without = [f.hosts for f in indexed if name.lower() not in f.names]
            hit = _difference(name, disagreement(cluster, answers), answers, without)
            if hit is not None and lines not in told and not set(lines) & ring_lines:
                told.add(lines)
                yield hit


def _difference(name: str, found: Disagreement | None, answers: list[Answer], without: list[Hosts]) -> Hit | None:
    if found is not None:
        values = {"name": name, "told": found.told()}
        return Hit(at=found.at, subject=name, case="different", values=values, related=found.related())
    return _missing_hit(name, [a for a in answers if a.entries], without) if without else None


def _related_files(cluster: Cluster) -> list[list[Hosts]]:
    """Where nothing tells that files are of one cluster: those that have half of their entries in common."""
    groups: list[list[Hosts]] = []
    pairs = {
        id(h): {(e.address, e.name.lower()) for e in h.entries if is_shared_address(e.address)} for h in cluster.hosts
    }

    def alike(one: Hosts, other: Hosts) -> bool:
        first, second = pairs[id(one)], pairs[id(other)]
        return 2 * len(first & second) >= max(len(first), len(second), 1)

    for hosts in cluster.hosts:
        group = next((g for g in groups if any(alike(hosts, other) for other in g)), None)
        if group is None:
            groups.append([hosts])
        else:
            group.append(hosts)
    return groups


def _missing_hit(name: str, answers: list[Answer], without: list[Hosts]) -> Hit:
    return Hit(
        at=answers[0].entries[0].at,
        subject=name,
        case="own" if _is_of_one_node(name, answers) else "missing",
        values={
            "name": name,
            "told": answers[0].told(),
            "without": listed(hosts.node or hosts.source.path.rpartition("/")[2] for hosts in without),
        },
        related=tuple((a.entries[0].at, a.told()) for a in answers[1:]),
    )


def _is_of_one_node(name: str, answers: list[Answer]) -> bool:
    """Whether only one node's file has the name and it is made from the node's own, as `n1-ilo` is."""
    node = answers[0].hosts.node if len(answers) == 1 else None
    return bool(node) and re.match(rf"{re.escape(short_name(node or ''))}[-_.]", name, re.IGNORECASE) is not None


def _other_names(files: list[Hosts], nodes: list[str]) -> list[str]:
    """Every name of the files that is no node's and not a distribution's, as first written."""
    names: dict[str, str] = {}
    for hosts in files:
        for entry in hosts.entries:
            if is_shared_address(entry.address) and not is_boilerplate(entry.name):
                names.setdefault(entry.name.lower(), entry.name)
    return [name for name in names.values() if not any(same_host(name, node) for node in nodes)]
