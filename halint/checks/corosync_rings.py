"""Redundant rings of corosync 2, and interface sections that are meant for different links."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from halint.checks.corosync_links import family, is_malformed
from halint.checks.corosync_release import corosync_release, is_for_corosync_2, judged_for_3
from halint.checks.names import is_numeric
from halint.engine.hit import Hit
from halint.listing import listed
from halint.source import Mark, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from halint.model.cluster import Cluster
    from halint.model.corosync import Corosync, NodelistNode

_SETTING = re.compile(r"totem\.interface\.(\d+)\..+")
_RINGNUMBER = "totem.interface.ringnumber"


def active(cluster: Cluster) -> Iterator[Hit]:
    """rrp_mode active, in a file that corosync 2 reads."""
    corosync = cluster.corosync
    if corosync is None or corosync.value("totem.rrp_mode") != "active":
        return
    if corosync.release < (3,) or is_for_corosync_2(cluster, corosync):
        yield Hit(at=corosync.place("totem.rrp_mode"), subject="totem.rrp_mode")


def obsolete(cluster: Cluster) -> Iterator[Hit]:
    """rrp_mode where corosync 3 runs: by the package lists, or by transport knet in the file."""
    corosync = cluster.corosync
    if corosync is None or "totem.rrp_mode" not in corosync.keys or not judged_for_3(cluster):
        return
    if not is_for_corosync_2(cluster, corosync):
        release = corosync_release(cluster)
        values = {
            "value": corosync.value("totem.rrp_mode"),
            "links": len(corosync.links()),
            "why": f"corosync {'.'.join(map(str, release))}" if release else "transport knet",
        }
        yield Hit(at=corosync.place("totem.rrp_mode"), subject="totem.rrp_mode", values=values)


def linknumber_twice(cluster: Cluster) -> Iterator[Hit]:
    """Two interface sections for one link, whose settings corosync merges. Cases: link, default, ring."""
    corosync = cluster.corosync
    if corosync is None:
        return
    if _RINGNUMBER in corosync.keys:
        yield from _ringnumber_twice(corosync)
        return
    first: dict[str, Mark] = {}
    told: set[Mark] = set()
    for link, mark in sorted(_settings(corosync), key=lambda setting: setting[1].location().line):
        section = _section(mark)
        known = first.setdefault(link, section)
        if known == section or section in told:
            continue
        told.add(section)
        # without linknumber a section is for link 0: two that say nothing were hardly meant for one link
        silent = [m for m in (known, section) if not _says_linknumber(m)]
        related = ((known, "the first of them"),)
        case = "default" if silent else "link"
        yield Hit(at=section, subject=f"totem.interface.{link}", case=case, values={"link": link}, related=related)


def _ringnumber_twice(corosync: Corosync) -> Iterator[Hit]:
    """A ringnumber that two sections have; which one corosync stored last says nothing."""
    seen: dict[str, Mark] = {}
    marks = {m for path, lost, won in corosync.repeats if path == _RINGNUMBER for m in (lost, won)}
    for mark in sorted(marks, key=lambda m: m.location().line):
        ring = mark.source.lines[mark.location().line - 1].partition(":")[2].strip()
        known = seen.setdefault(ring, mark)
        if known is not mark:
            related = ((known, "the first of them"),)
            yield Hit(at=mark, subject=_RINGNUMBER, case="ring", values={"link": ring}, related=related)


def _settings(corosync: Corosync) -> Iterator[tuple[str, Mark]]:
    """Every setting of a link, those that lost to a later one too: link and line."""
    for path, key in corosync.keys.items():
        match = _SETTING.fullmatch(path)
        if match is not None:
            yield match[1], key.at
    for path, lost, _ in corosync.repeats:
        match = _SETTING.fullmatch(path)
        if match is not None:
            yield match[1], lost


def _section(mark: Mark) -> Mark:
    """The line that opens the interface section around a setting."""
    source = mark.source
    for number in range(mark.location().line, 0, -1):
        text = source.lines[number - 1]
        if "{" in text and text.partition("{")[0].strip(" \t:") == "interface":
            start = len(text) - len(text.lstrip())
            return Mark(source, span=Span(number, start + 1, number, len(text.rstrip()) + 1))
    return mark


def _says_linknumber(section: Mark) -> bool:
    for text in section.source.lines[section.location().line :]:
        if "}" in text and not text.partition("}")[0].strip():
            return False
        if re.match(r"\s*linknumber\s*:", text):
            return True
    return False


def host_names(cluster: Cluster) -> Iterator[Hit]:
    """Addresses of links that are names, other than the node's own, which tools write; one hit a link."""
    corosync = cluster.corosync
    if corosync is None:
        return
    for link in corosync.links():
        rings = [(n, a) for n in corosync.nodes for a in n.addresses if a.link == link and a.address]
        named = [(n, a) for n, a in rings if _is_name(a.address) and not _is_own(n, a.address)]
        if not named or any(node.name is None for node, _ in named):
            continue
        related = tuple((a.at, f"the address of {n.label}") for n, a in named[1:])
        values = {"link": link, "names": listed((a.address for _, a in named), last=", ")}
        case = "one" if len(named) == 1 else "several"
        yield Hit(at=named[0][1].at, subject=f"link {link}", case=case, values=values, related=related)


def _is_name(text: str) -> bool:
    """Whether this can be looked up; what is neither address nor name is nodelist-address-invalid's."""
    return not is_numeric(text) and not is_malformed(text)


def _is_own(node: NodelistNode, address: str) -> bool:
    """Whether an address is the node's name, long or short."""
    return (node.name or "").lower().partition(".")[0] == address.lower().partition(".")[0]


def without_first_ring(cluster: Cluster) -> Iterator[Hit]:
    """Nodes that have an address, but none on ring 0, where corosync 2 reads the file."""
    corosync = cluster.corosync
    if corosync is None or judged_for_3(cluster):
        return
    for node in corosync.nodes:
        if node.addresses and not any(a.link == 0 for a in node.addresses):
            yield Hit(at=node.at, subject=node.label, case="first_ring", values={"node": node.label})


def mixed_rings(cluster: Cluster) -> Iterator[Hit]:
    """Rings of different address families, where corosync 2 reads the file; one hit, at the second ring's address."""
    corosync = cluster.corosync
    if corosync is None or judged_for_3(cluster):
        return
    found = [(n, a, version) for n in corosync.nodes for a in n.addresses if (version := family(a.address))]
    for node, ring, version in found:
        other = next(((n, a) for n, a, v in found if v != version and a.link < ring.link), None)
        if other is not None:
            first_node, first = other
            values = {"node": node.label, "address": ring.address, "link": ring.link}
            values |= {"first": first_node.label, "other": first.address, "before": first.link}
            related = ((first.at, f"the address of {first_node.label}"),)
            yield Hit(at=ring.at, subject=f"ring {ring.link}", case="rings", values=values, related=related)
            return
