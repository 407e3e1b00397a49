"""Checks of booth.conf (boothd(8)): its peers and tickets, against CIB, packages and the other nodes' copies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from halint.engine.hit import Hit
from halint.listing import listed
from halint.model.values import parse_bool
from halint.source import Mark, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from halint.model.cluster import Cluster
    from halint.model.host import Booth, BoothPeer

# Red Hat's builds, which use the key only where they are told to (pcs booth enable-authfile)
_ASKS = (".el7", ".el8")
_PACKAGES = ("booth", "booth-core", "booth-site")


def syntax(cluster: Cluster) -> Iterator[Hit]:
    """Lines that boothd stops at."""
    return _problems(cluster, "booth-syntax")


def tickets(cluster: Cluster) -> Iterator[Hit]:
    """Tickets and their settings that boothd stops at, or takes for something else."""
    return _problems(cluster, "booth-ticket-invalid")


def _problems(cluster: Cluster, rule: str) -> Iterator[Hit]:
    for booth in cluster.booth:
        for problem in booth.source.problems:
            if problem.rule == rule:
                line = booth.source.lines[problem.span.line - 1]
                subject = line[problem.span.column - 1 : problem.span.end_column - 1] or booth.name
                yield Hit(at=Mark(booth.source, problem.span), subject=subject, values={"problem": problem.message})


def even_peers(cluster: Cluster) -> Iterator[Hit]:
    """An even number of peers, which a split halves; tickets a person grants need no majority. Cases: two, more."""
    for booth in cluster.booth:
        peers = len(booth.peers)
        sites = sum(peer.kind == "site" for peer in booth.peers)
        if peers % 2 or sites < 2 or (booth.tickets and all(t.mode.lower() == "manual" for t in booth.tickets)):
            continue
        values = {"peers": peers, "sites": sites, "arbitrators": peers - sites}
        related = tuple((peer.at, f"{peer.kind} {peer.address}") for peer in booth.peers[:-1])
        yield Hit(
            at=booth.peers[-1].at,
            subject=booth.name,
            case="two" if peers == 2 else "more",
            values=values,
            related=related,
        )


def sites(cluster: Cluster) -> Iterator[Hit]:
    """Fewer than two sites, and addresses that stand twice. Cases: none, one, duplicate."""
    for booth in cluster.booth:
        named = [peer for peer in booth.peers if peer.kind == "site"]
        if len(named) < 2:
            at = named[0].at if named else _first(booth)
            yield Hit(at=at, subject=booth.name, case="one" if named else "none")
        seen: dict[str, BoothPeer] = {}
        for peer in booth.peers:
            first = seen.setdefault(peer.canonical or peer.address.lower(), peer)
            if first is not peer:
                values = {"address": peer.address, "kind": peer.kind, "first": first.kind}
                related = ((first.at, f"{first.kind} {first.address}"),)
                yield Hit(at=peer.at, subject=peer.address, case="duplicate", values=values, related=related)


def _first(booth: Booth) -> Mark:
    return Mark(booth.source, Span(1, 1, 1, len(booth.source.lines[0]) + 1))


def authfile(cluster: Cluster) -> Iterator[Hit]:
    """A key that the installed build does not use, or a setting it does not know. Cases: unused, unsupported."""
    versions = [p.versions[name].value for p in cluster.packages for name in _PACKAGES if name in p.versions]
    if not versions:
        return
    asks = all(any(release in version for release in _ASKS) for version in versions)
    for booth in cluster.booth:
        key, switch = booth.variables.get("authfile"), booth.variables.get("enable-authfile")
        if asks and key is not None and (switch is None or parse_bool(switch.value) is not True):
            related = ((switch.at, f"enable-authfile is {switch.value}"),) if switch else ()
            values = {"file": key.value, "version": versions[0]}
            yield Hit(at=key.at, subject=booth.name, case="unused", values=values, related=related)
        elif switch is not None and not asks and not any(".el" in version for version in versions):
            values = {"file": "", "version": versions[0]}
            yield Hit(at=switch.at, subject=booth.name, case="unsupported", values=values)


def unknown_ticket(cluster: Cluster) -> Iterator[Hit]:
    """Tickets of constraints that no booth.conf has."""
    known = {ticket.name for booth in cluster.booth for ticket in booth.tickets}
    told: set[str] = set()
    for constraint in cluster.cib.tickets if cluster.cib else ():
        if constraint.ticket and constraint.ticket not in known and constraint.ticket not in told:
            told.add(constraint.ticket)
            values = {
                "ticket": constraint.ticket,
                "constraint": constraint.id,
                "known": listed(sorted(known)) if known else "no ticket",
            }
            yield Hit(at=constraint.at, subject=constraint.id, values=values)


def files_differ(cluster: Cluster) -> Iterator[Hit]:
    """Copies of one booth.conf that mean different things; where the key lies may differ."""
    by_name: dict[str, list[Booth]] = {}
    for booth in cluster.booth:
        if booth.node is not None:
            by_name.setdefault(booth.name, []).append(booth)
    for copies in by_name.values():
        first = copies[0]
        for other in copies[1:]:
            case = _difference(first, other)
            if case:
                at = (other.peers[0].at if other.peers else _first(other)) if case == "peers" else _first(other)
                values = {"name": first.name, "node": other.node, "first": first.node, "what": case}
                related = ((_first(first), f"booth.conf of {first.node}"),)
                yield Hit(at=at, subject=first.name, values=values, related=related)


def _difference(one: Booth, other: Booth) -> str:
    """What two copies differ in, in words; nothing where they mean the same."""
    if [(p.kind, p.canonical or p.address.lower()) for p in one.peers] != [
        (p.kind, p.canonical or p.address.lower()) for p in other.peers
    ]:
        return "peers"
    meanings = [
        {(t.name, t.mode.lower() or "auto", t.expire, t.renewal, t.timeout, t.retries) for t in b.tickets}
        for b in (one, other)
    ]
    if meanings[0] != meanings[1]:
        return "tickets"
    for name in ("port", "transport", "maxtimeskew"):
        values = {b.variables[name].value.lower() if name in b.variables else None for b in (one, other)}
        if len(values) > 1 and values != {None, {"port": "9929", "transport": "udp", "maxtimeskew": "600"}[name]}:
            return name
    return "authfile" if ("authfile" in one.variables) != ("authfile" in other.variables) else ""
