"""Several clusters whose files lie in one folder: told apart by the nodes they speak of."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from halint.inputs.homes import Placed
from halint.inputs.names import node_in_path, short


def parts(items: list[Placed]) -> list[list[Placed]]:
    """The inputs of one folder, by cluster.

    Shared files that have no node in common belong to different clusters where two of one kind are so; a single CIB
    beside a single corosync.conf stays with it, whatever they say. Other files go with the nodes they are called
    after, and where they are called after none stay by themselves.
    """
    clusters = _clusters(item for item in items if item.shared and item.names)
    if not _are_apart(clusters):
        return [items]
    names = [frozenset(name for item in cluster for name in item.names) for cluster in clusters]
    rest: list[Placed] = []
    for item in items:
        if item.shared and item.names:
            continue
        fits = [i for i, known in enumerate(names) if node_in_path(item.found.real.parts[-3:], known) is not None]
        (clusters[fits[0]] if len(fits) == 1 else rest).append(item)
    return [*clusters, *([rest] if rest else [])]


def _clusters(shared: Iterable[Placed]) -> list[list[Placed]]:
    """Files that are connected by common nodes."""
    clusters: list[list[_Named]] = []
    for item in shared:
        named = _Named(item, frozenset(map(short, item.names)))
        joined = [c for c in clusters if any(_connected(named, other) for other in c)]
        clusters = [c for c in clusters if c not in joined]
        clusters.append([*(other for c in joined for other in c), named])
    return [[named.item for named in cluster] for cluster in clusters]


class _Named(NamedTuple):
    """A file with the short names of the nodes that it speaks of."""

    item: Placed
    nodes: frozenset[str]


def _connected(named: _Named, against: _Named) -> bool:
    """Whether two files speak of a common node, and not, side by side, of clusters with different names."""
    if named.nodes.isdisjoint(against.nodes):
        return False
    one, other = named.item, against.item
    beside = one.base == other.base and one.found.kind == other.found.kind
    return not (beside and one.cluster and other.cluster and one.cluster != other.cluster)


def _are_apart(clusters: list[list[Placed]]) -> bool:
    """Whether some kind of file stands in more than one of the clusters."""
    kinds = [kind for cluster in clusters for kind in {item.found.kind for item in cluster}]
    return len(kinds) > len(set(kinds))
