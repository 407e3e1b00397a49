"""Which CIBs are of one cluster: by the cluster's name and by its nodes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from halint.history.entry import Entry


class Group:
    """CIBs of one cluster: those with its name and at least one of its nodes."""

    def __init__(self, name: str, nodes: Iterable[str]) -> None:
        self.name = name
        self.nodes = set(nodes)
        self.entries: list[Entry] = []

    def takes(self, name: str, nodes: frozenset[str]) -> bool:
        """Whether a CIB with this cluster name and these nodes may be of this cluster."""
        same_name = not (name and self.name) or name == self.name
        return same_name and (not nodes or not self.nodes or not self.nodes.isdisjoint(nodes))


def by_cluster(entries: Sequence[Entry]) -> list[Group]:
    """The entries told apart by cluster, by name, then nodes. A CIB without nodes and name joins an only cluster.

    The nodes of a cluster change in its history, so those that share nodes with a third one of the same name are one.
    """
    kinds: dict[tuple[str, frozenset[str]], list[Entry]] = {}
    for entry in entries:
        kinds.setdefault((entry.cluster, entry.nodes), []).append(entry)
    groups: list[Group] = []
    for name, nodes in sorted(kinds, key=lambda kind: (not kind[0], not kind[1], kind[0], sorted(kind[1]))):
        group = _group(groups, name, nodes)
        group.entries += kinds[name, nodes]
    return sorted(groups, key=lambda group: (group.name, sorted(group.nodes)))


def _group(groups: list[Group], name: str, nodes: frozenset[str]) -> Group:
    """The group that these belong to; a new one where there is none. Groups that they link become one."""
    fitting = [group for group in groups if group.takes(name, nodes)]
    if not nodes and len(fitting) > 1:
        fitting = []
    if not name and len({group.name for group in fitting}) > 1:
        fitting = [max(fitting, key=lambda group: len(group.nodes & nodes))]
    if not fitting:
        groups.append(Group(name, nodes))
        return groups[-1]
    first, *others = fitting
    for other in others:
        first.entries += other.entries
        first.nodes |= other.nodes
        groups.remove(other)
    first.nodes |= nodes
    return first
