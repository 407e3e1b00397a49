"""Which folder is the home of a cluster, and which home each input has."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from halint.inputs.found import Found
from halint.inputs.names import cluster_name_in, names_in, node_in_path, short
from halint.inputs.text import decode, uncompressed_head

# Where a file lies in a node's own root tree; what stands before it is the tree's folder
_IN_ROOT_TREE = re.compile(
    r"(?:^|/)(?:etc/(?:hosts|hostname|fstab|exports|exports\.d/[^/]+|kdump\.conf|modules-load\.d/[^/]+|corosync/[^/]+|corosync/uidgid\.d/[^/]+|sysconfig/[^/]+"
    r"|default/[^/]+|drbd\.d/[^/]+|drbd\.conf|booth/[^/]+|firewalld/zones/[^/]+"
    r"|systemd/(?:logind|system)\.conf(?:\.d/[^/]+)?)"
    r"|var/lib/pacemaker/(?:cib|pengine|scheduler)/[^/]+)$"
)
SHARED = ("cib", "corosync")
"""Kinds of files that are the cluster's, not a node's."""


class Home(NamedTuple):
    """Where a cluster is at home. `part` tells clusters apart whose node folders lie in one folder."""

    folder: Path
    part: str = ""


@dataclass(frozen=True)
class Placed:
    """An input with the folder it counts for: its own, or that of the root tree it lies in."""

    found: Found
    base: Path

    @cached_property
    def text(self) -> str:
        """The text of a shared file, for its node names."""
        return decode(uncompressed_head(self.found.data)) if self.found.kind in SHARED else ""

    @cached_property
    def names(self) -> frozenset[str]:
        """The node names it speaks of."""
        return names_in(self.found.kind, self.text)

    @cached_property
    def cluster(self) -> str | None:
        """The cluster's own name, where it says one."""
        return cluster_name_in(self.found.kind, self.text)

    @property
    def shared(self) -> bool:
        """Whether it is a CIB or a corosync.conf that could be read."""
        return self.found.kind in SHARED and not self.found.trouble


@dataclass(frozen=True)
class _Folder:
    """What the shared files of one folder say: short node names, cluster names, which kinds there are."""

    path: Path
    names: frozenset[str]
    clusters: frozenset[str]
    kinds: frozenset[str]

    def shares_nodes(self, other: _Folder) -> bool:
        """Whether both speak of one node at least, or one of them of none."""
        return bool(self.names & other.names) or not self.names or not other.names

    def contradicts(self, other: _Folder) -> bool:
        """Whether both name their cluster, and differently."""
        return bool(self.clusters and other.clusters) and not self.clusters & other.clusters


def base_folder(found: Found) -> Path:
    """The folder a file counts for: of `X/etc/hosts` it is `X`, else the file's own folder."""
    if found.tree:
        return found.real
    match = _IN_ROOT_TREE.search(found.real.as_posix())
    if match is None and found.kind == "corosync-uidgid":
        return found.real.parent.parent  # it counts for the corosync.conf beside its folder
    return Path(found.real.as_posix()[: match.start()] or "/") if match else found.real.parent


class Homes:
    """The homes of all clusters among the inputs. `nodes` are the user's own attributions."""

    def __init__(self, placed: list[Placed], nodes: Mapping[Path, str]) -> None:
        self._placed = placed
        self._nodes = nodes
        self._with_shared = {item.found.root for item in placed if item.shared}
        self._by_base = self._all()
        self._names: dict[Home, set[str]] = {}
        for item in placed:
            if item.base in self._by_base:
                self._names.setdefault(self._by_base[item.base], set()).update(item.names)
        self._in: dict[Path, list[Home]] = {}
        self._below: dict[Path, list[Home]] = {}
        for home in self._names:
            self._in.setdefault(home.folder, []).append(home)
            self._below.setdefault(home.folder.parent, []).append(home)

    def of(self, item: Placed) -> Home:
        """The home of an input: a folder with a shared file, the nearest above it, or one it lies beside."""
        root = item.found.root
        for folder in (item.base, *item.base.parents):
            home = self._by_base.get(folder) or self._holding(folder, item)
            if home is not None:
                return home
            if folder == root:
                break
        if root is not None and root not in self._with_shared:
            return Home(root)
        return self._beside(item) or Home(item.base)

    def _holding(self, folder: Path, item: Placed) -> Home | None:
        """The cluster whose node folders lie in this folder; of several the one that has the item's node."""
        homes = self._in.get(folder, [])
        return homes[0] if len(homes) == 1 else self._only(homes, item)

    def _beside(self, item: Placed) -> Home | None:
        """The cluster for a node's folder that lies beside the folder of the shared files."""
        homes = self._below.get(item.base.parent, [])
        return self._only(homes, item) if item.found.root is not None else None

    def _only(self, homes: list[Home], item: Placed) -> Home | None:
        """The one of these homes that has a node the item is called after."""
        parts = (item.base.name, item.found.real.name)
        fits = [home for home in homes if node_in_path(parts, self._names[home]) is not None]
        return fits[0] if len(fits) == 1 else None

    def _all(self) -> dict[Path, Home]:
        """For each folder that holds a shared file, its cluster's home."""
        folders = _folders(self._placed)
        around = _names_around(folders.values())
        below = _parts_below(self._placed, folders)
        inner: dict[Path, list[_Folder]] = {}
        homes: dict[Path, Home] = {}
        for folder in folders.values():
            if self._is_node_folder(folder.path, folder.names | around[folder.path.parent], below[folder.path]):
                inner.setdefault(folder.path.parent, []).append(folder)
            else:
                homes[folder.path] = Home(folder.path)
        _join_kinds([folders[path] for path in homes], homes)
        outer = dict(homes)
        for parent, of_nodes in inner.items():
            homes.update(_homes_of_nodes(parent, of_nodes, folders, outer))
        return homes

    def _is_node_folder(self, folder: Path, names: frozenset[str], below: list[tuple[str, ...]]) -> bool:
        """Whether a folder is called after a node and holds no other node's files; `backup-n2` may hold a cluster."""
        if folder in self._nodes:
            return True
        if _holds_nodes(folder, names, below):
            return False
        own = {short(folder.name), *(short(name) for name in (hostname(folder),) if name)}
        return any(short(name) in own for name in names) or node_in_path([folder.name], names) is not None


def _folders(placed: list[Placed]) -> dict[Path, _Folder]:
    """The folders that hold shared files."""
    items: dict[Path, list[Placed]] = {}
    for item in placed:
        if item.shared:
            items.setdefault(item.base, []).append(item)
    return {
        path: _Folder(
            path=path,
            names=frozenset(short(name) for item in here for name in item.names),
            clusters=frozenset(item.cluster for item in here if item.cluster),
            kinds=frozenset(item.found.kind for item in here),
        )
        for path, here in items.items()
    }


def _names_around(folders: Iterable[_Folder]) -> dict[Path, frozenset[str]]:
    """By folder: the node names that it and the folders in it speak of."""
    around: dict[Path, set[str]] = {}
    for folder in folders:
        around.setdefault(folder.path, set()).update(folder.names)
        around.setdefault(folder.path.parent, set()).update(folder.names)
    return {path: frozenset(names) for path, names in around.items()}


def _parts_below(placed: list[Placed], folders: Iterable[Path]) -> dict[Path, list[tuple[str, ...]]]:
    """By folder: the parts of the paths of all inputs below it."""
    below: dict[Path, list[tuple[str, ...]]] = {path: [] for path in folders}
    for item in placed:
        parts = item.found.real.parts
        for folder in item.found.real.parents:
            if folder in below:
                below[folder].append(parts[len(folder.parts) :])
    return below


def _homes_of_nodes(
    parent: Path, of_nodes: list[_Folder], folders: Mapping[Path, _Folder], homes: Mapping[Path, Home]
) -> Iterator[tuple[Path, Home]]:
    """The homes of the node folders in one folder: what it holds itself, what holds `nodes/n1`, else the folder."""
    clusters = _clusters(sorted(of_nodes, key=lambda f: f.path))
    for cluster in clusters:
        first = cluster[0]
        outer = [folders[p] for p in (parent, parent.parent) if p in homes and p in folders]
        above = next((f for f in outer if f.shares_nodes(first) and _may_hold(f, first)), None)
        part = first.path.name if len(clusters) > 1 else ""
        home = homes[above.path] if above else Home(parent, part)
        yield from ((folder.path, home) for folder in cluster)


def _may_hold(outer: _Folder, inner: _Folder) -> bool:
    """Whether a node's folder may belong to a cluster's folder above it; further up the names must agree."""
    return outer.path == inner.path.parent or not outer.contradicts(inner)


def _clusters(folders: Iterable[_Folder]) -> list[list[_Folder]]:
    """Node folders by cluster: those that speak of the same nodes, each node once; of several, by cluster name."""
    clusters: list[list[_Folder]] = []
    for folder in folders:
        fits = [c for c in clusters if any(f.shares_nodes(folder) for f in c) and not _has_node(c, folder)]
        best = max(fits, key=lambda c: not c[0].contradicts(folder), default=None)
        if best is None:
            clusters.append([folder])
        else:
            best.append(folder)
    return clusters


def _has_node(cluster: list[_Folder], folder: _Folder) -> bool:
    """Whether the cluster has another folder of the same node."""
    names = folder.names.union(*(f.names for f in cluster))
    node = node_in_path([folder.path.name], names)
    return node is not None and any(node_in_path([f.path.name], names) == node for f in cluster)


def _join_kinds(folders: list[_Folder], homes: dict[Path, Home]) -> None:
    """Folders beside each other that hold one kind each, of one cluster by its name and nodes, are one home."""
    told: dict[tuple[Path, str], list[_Folder]] = {}
    for folder in sorted((f for f in folders if len(f.clusters) == 1), key=lambda f: f.path):
        beside = [f for name in folder.clusters for f in told.get((folder.path.parent, name), [])]
        first = next((f for f in beside if f.names & folder.names and not f.kinds & folder.kinds), None)
        if first is not None:
            homes[folder.path] = homes[first.path]
        for name in folder.clusters:
            told.setdefault((folder.path.parent, name), []).append(folder)


def _holds_nodes(folder: Path, names: frozenset[str], below: list[tuple[str, ...]]) -> bool:
    """Whether inputs below a folder are called after a node that the folder itself is not called after."""
    own = node_in_path([folder.name], names)
    return any(node is not None and node != own for node in (node_in_path(parts, names) for parts in below))


def hostname(folder: Path) -> str | None:
    """What `etc/hostname` or `hostname` of a root tree says."""
    for name in ("etc/hostname", "hostname"):
        path = folder / name
        try:
            text = path.read_text(encoding="ascii", errors="replace")[:256] if not path.is_symlink() else ""
        except OSError:
            continue
        if text.split():
            return text.split()[0]
    return None
