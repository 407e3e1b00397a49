"""Which collected trees belong to one cluster: archives and folders of reports, wherever they lie."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from halint.inputs.found import Found, Origin
from halint.inputs.homes import Placed
from halint.inputs.layout import ONE_EACH
from halint.inputs.names import node_in_path, short
from halint.record import record

LAYOUT_ORDER = ("root", "sosreport", "supportconfig", "crm_report", "pcs backup")
"""Whose copy of a file counts where several have it: the node's own first, the one with least around it last."""


@record
class _Report:
    """What a tree, or the trees of one cluster, say: short node names, cluster names, and whose trees they are."""

    folder: Path
    names: frozenset[str]
    clusters: frozenset[str]
    hosts: frozenset[tuple[str, str]]
    """Of each tree its layout and its host."""

    def joins(self, other: _Report) -> bool:
        """Whether both are of one cluster: a node in common, no other cluster name, and no node twice in one form."""
        apart = self.clusters and other.clusters and not self.clusters & other.clusters
        twice = {pair for pair in self.hosts & other.hosts if pair[1]}
        return bool(self.names & other.names) and not apart and not twice

    def with_(self, other: _Report) -> _Report:
        """Both together."""
        return _Report(
            folder=self.folder,
            names=self.names | other.names,
            clusters=self.clusters | other.clusters,
            hosts=self.hosts | other.hosts,
        )


def arrange(found: Iterable[Found], nodes: Mapping[Path, str]) -> list[Found]:
    """The inputs; those of collected trees with their cluster and their node under the name the cluster has for it.

    `nodes` are the user's own attributions, of archives and of folders.
    """
    inputs = list(found)
    trees: dict[Path, list[Found]] = {}
    for one in inputs:
        if one.origin is not None:
            trees.setdefault(one.origin.folder, []).append(one)
    home, names = _clusters(_report(folder, items) for folder, items in sorted(trees.items()))
    settled = [one if one.origin is None else _settled(one, one.origin, home, names, nodes) for one in inputs]
    running = {one.origin.cluster for one in settled if _is_nodes_cib(one) and one.origin and not one.origin.stopped}
    return [_in_force(one, running) for one in _each_once(settled)]


def _is_nodes_cib(one: Found) -> bool:
    return one.kind == "cib" and _counts(one)


def _in_force(one: Found, running: set[Path | None]) -> Found:
    """A CIB, unless it was collected from a stopped node while another node ran: that may be an old one."""
    if not _is_nodes_cib(one) or one.origin is None or not one.origin.stopped or one.origin.cluster not in running:
        return one
    why = f"{one.origin.host} was stopped when it was collected, so its copy may be old; that of a running node is read"
    return replace(one, data=b"", skipped=why)


def _each_once(found: list[Found]) -> Iterator[Found]:
    """The inputs; of files that two reports have of one node the better copy."""
    best: dict[tuple[object, ...], Found] = {}
    for one in sorted(found, key=_rank):
        if one.kind in ONE_EACH and _counts(one):
            best.setdefault(_key(one), one)
    for one in found:
        other = best.get(_key(one)) if one.kind in ONE_EACH and _counts(one) else one
        yield one if other is None or other is one else replace(one, data=b"", skipped=f"{other.path} is read instead")


def _counts(one: Found) -> bool:
    return one.origin is not None and bool(one.origin.host) and not (one.trouble or one.skipped or one.tree)


def _key(one: Found) -> tuple[object, ...]:
    return (one.origin.cluster, short(one.origin.host), one.kind) if one.origin else ()


def _rank(one: Found) -> int:
    return LAYOUT_ORDER.index(one.origin.layout) if one.origin is not None else 0


def _report(folder: Path, items: list[Found]) -> _Report:
    placed = [Placed(one, folder) for one in items if not (one.trouble or one.skipped)]
    hosts = {one.origin.host for one in items if one.origin is not None and one.origin.host}
    shared = {short(name) for one in placed for name in one.names}
    first = items[0].origin
    layout = first.layout if first is not None else ""
    return _Report(
        folder=folder,
        names=frozenset(shared | {short(host) for host in hosts}),
        clusters=frozenset(one.cluster for one in placed if one.cluster),
        hosts=frozenset((layout, short(host)) for host in hosts),
    )


def _clusters(reports: Iterable[_Report]) -> tuple[dict[Path, Path], dict[Path, frozenset[str]]]:
    """For each tree the folder of its cluster's first one, and for that the names of the cluster's nodes."""
    clusters: list[_Report] = []
    home: dict[Path, Path] = {}
    by_name: dict[str, list[int]] = {}
    for report in reports:
        known = sorted({number for name in report.names for number in by_name.get(name, ())})
        number = next((n for n in known if clusters[n].joins(report)), len(clusters))
        if number == len(clusters):
            clusters.append(report)
        else:
            clusters[number] = clusters[number].with_(report)
        home[report.folder] = clusters[number].folder
        for name in report.names:
            by_name.setdefault(name, []).append(number)
    return home, {cluster.folder: cluster.names for cluster in clusters}


def _settled(
    one: Found,
    origin: Origin,
    home: Mapping[Path, Path],
    names: Mapping[Path, frozenset[str]],
    nodes: Mapping[Path, str],
) -> Found:
    cluster = home[origin.folder]
    told = next((nodes[path] for path in (one.real, *one.real.parents) if path in nodes), "")
    host = told or origin.host
    if not host and origin.layout != "pcs backup":
        host = node_in_path([origin.folder.name], names[cluster]) or ""
    return replace(one, origin=replace(origin, host=host, cluster=cluster))
