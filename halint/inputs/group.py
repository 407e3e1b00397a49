"""Which cluster and which node each input belongs to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from halint.inputs.discover import Found
from halint.inputs.names import cluster_name_in, names_in, node_in_path, short
from halint.inputs.text import decode, uncompressed_head
from halint.record import record

# Where a file lies in a node's own root tree; what stands before it is the tree's folder
_IN_ROOT_TREE = re.compile(
    r"(?:^|/)(?:etc/(?:hosts|hostname|fstab|corosync/[^/]+|sysconfig/[^/]+|default/[^/]+|drbd\.d/[^/]+|drbd\.conf|booth/[^/]+)"
    r"|var/lib/pacemaker/(?:cib|pengine|scheduler)/[^/]+)$"
)
_NODE_BESIDE_KIND = re.compile(r"(?:hosts|units|fstab|sbd)[._-]([\w.-]+)|([\w-]+)\.(?:hosts|units|fstab|sbd)")
_SHARED = ("cib", "corosync")


@record
class Owned:
    """An input and whose it is: `node` None for a file of the whole cluster."""

    found: Found
    node: str | None


@record
class Group:
    """The inputs of one cluster, in the order they are reported. `folder` tells clusters of one name apart."""

    name: str
    folder: Path
    files: tuple[Owned, ...]


@dataclass(frozen=True)
class _Placed:
    """An input with the folder it counts for: its own, or that of the root tree it lies in."""

    found: Found
    base: Path

    @cached_property
    def text(self) -> str:
        """The text of a shared file, for its node names."""
        return decode(uncompressed_head(self.found.data)) if self.found.kind in _SHARED else ""

    @cached_property
    def names(self) -> frozenset[str]:
        """The node names it speaks of."""
        return names_in(self.found.kind, self.text)

    @property
    def shared(self) -> bool:
        """Whether it is a CIB or a corosync.conf that could be read."""
        return self.found.kind in _SHARED and not self.found.trouble


def group(inputs: Iterable[Found], nodes: Mapping[Path, str]) -> tuple[Group, ...]:
    """Sort inputs into clusters. `nodes` are the user's own attributions: file or folder to node name.

    A folder with a CIB or a corosync.conf, or whose node folders have one, is a cluster; any other file belongs to
    the nearest such folder above it.
    """
    placed = [_Placed(found, base_folder(found)) for found in inputs]
    homes = _homes(placed, nodes)
    clusters: dict[Path, list[_Placed]] = {}
    for item in placed:
        clusters.setdefault(_home_of(item, homes, placed), []).append(item)
    clusters = _merged(clusters, placed)
    return tuple(_group(folder, items, nodes) for folder, items in sorted(clusters.items()))


def base_folder(found: Found) -> Path:
    """The folder a file counts for: of `X/etc/hosts` it is `X`, else the file's own folder."""
    if found.tree:
        return found.real
    match = _IN_ROOT_TREE.search(found.real.as_posix())
    return Path(found.real.as_posix()[: match.start()] or "/") if match else found.real.parent


def _homes(placed: list[_Placed], nodes: Mapping[Path, str]) -> dict[Path, Path]:
    """For each folder that holds a shared file, the cluster's folder: itself, or its parent for a node's folder."""
    bases: dict[Path, set[str]] = {}
    for item in placed:
        if item.shared:
            bases.setdefault(item.base, set()).update(item.names)
    around: dict[Path, set[str]] = {}
    for base, names in bases.items():
        around.setdefault(base, set()).update(names)
        around.setdefault(base.parent, set()).update(names)
    return {b: b.parent if _is_node_folder(b, around[b.parent] | around[b], nodes, placed) else b for b in bases}


def _is_node_folder(folder: Path, names: set[str], nodes: Mapping[Path, str], placed: list[_Placed]) -> bool:
    """Whether a folder is called after a node and holds no other node's files; `backup-n2` may hold a cluster."""
    if folder in nodes:
        return True
    if _holds_nodes(folder, names, placed):
        return False
    own = {short(folder.name), *(short(name) for name in (_hostname(folder),) if name)}
    return any(short(name) in own for name in names) or node_in_path([folder.name], names) is not None


def _holds_nodes(folder: Path, names: set[str], placed: list[_Placed]) -> bool:
    """Whether inputs below a folder are called after a node that the folder itself is not called after."""
    own = node_in_path([folder.name], names)
    inner = (i.found.real.relative_to(folder).parts for i in placed if i.found.real.is_relative_to(folder))
    return any(node is not None and node != own for node in (node_in_path(parts, names) for parts in inner))


def _hostname(folder: Path) -> str | None:
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


def _home_of(item: _Placed, homes: dict[Path, Path], placed: list[_Placed]) -> Path:
    if item.base in homes:
        return homes[item.base]
    known = set(homes.values())
    for folder in (item.base, *item.base.parents):
        if folder in known:
            return folder
        if folder == item.found.root:
            break
    if item.found.root is not None and not any(p.shared for p in placed if p.found.root == item.found.root):
        return item.found.root
    return item.base


def _merged(clusters: dict[Path, list[_Placed]], placed: list[_Placed]) -> dict[Path, list[_Placed]]:
    """Join what was named file by file: folders that add to each other and speak of the same nodes."""
    merged: dict[Path, list[_Placed]] = {}
    named = {p.base for p in placed if p.found.named and not p.found.root}
    for folder, items in sorted(clusters.items()):
        if not all(item.found.named and item.base in named for item in items):
            merged[folder] = items
            continue
        partner = next((f for f, other in merged.items() if _add_up(items, other)), None)
        merged.setdefault(folder if partner is None else partner, []).extend(items)
    return merged


def _add_up(one: list[_Placed], other: list[_Placed]) -> bool:
    """Whether two sets of named files are parts of one cluster: no kind of shared file twice, and a node in common."""
    kinds = [{i.found.kind for i in items if i.shared} for items in (one, other)]
    if not all(i.found.named for i in (*one, *other)) or kinds[0] & kinds[1]:
        return False
    if not kinds[0] or not kinds[1]:
        return True
    names = [{short(n) for i in items for n in i.names} for items in (one, other)]
    return bool(names[0] & names[1])


def _group(folder: Path, items: list[_Placed], nodes: Mapping[Path, str]) -> Group:
    names = {name for item in items for name in item.names}
    names |= {name for name in nodes.values() if name}
    known = _one_form_each(names)
    owned = tuple(Owned(found=i.found, node=_node_of(i, folder, known, nodes)) for i in items)
    calls = [name for i in items if (name := cluster_name_in(i.found.kind, i.text))]
    return Group(name=calls[0] if calls else folder.name or "cluster", folder=folder, files=owned)


def _one_form_each(names: Iterable[str]) -> tuple[str, ...]:
    """Names with the short and the long name of one node told once, the shorter form kept."""
    forms: dict[str, str] = {}
    for name in sorted(names, key=len):
        forms.setdefault(short(name), name)
    return tuple(sorted(forms.values()))


def _node_of(item: _Placed, folder: Path, names: tuple[str, ...], nodes: Mapping[Path, str]) -> str | None:
    for path in (item.found.real, *item.found.real.parents):
        if path in nodes:
            return _known(nodes[path], names)
    in_tree = item.base != item.found.real.parent or item.found.tree
    tree = (item.base.name, _hostname(item.base) or "") if in_tree else ()
    inside = item.found.real.relative_to(folder).parts if item.found.real.is_relative_to(folder) else ()
    # the folder's name is the collector's word; a cloned machine's own hostname may be that of another node
    listed = next((n for called in tree for n in names if short(n) == short(called)), None)
    found = listed or node_in_path(inside or item.found.real.parts[-3:], names)
    return found or (tree[1] if tree and tree[1] else _unlisted(item, folder, names))


def _known(name: str, names: tuple[str, ...]) -> str:
    """The form under which the cluster knows this name."""
    return next((n for n in names if short(n) == short(name)), name)


def _unlisted(item: _Placed, folder: Path, names: tuple[str, ...]) -> str | None:
    """A node that no file lists: the part of the name beside `hosts` and the like, else its folder."""
    if item.found.kind in _SHARED:
        return None
    match = _NODE_BESIDE_KIND.fullmatch(item.found.real.name)
    if match:
        return match.group(1) or match.group(2)
    own_folder = item.base != folder and item.base.parent == folder and item.found.kind != "drbd"
    return item.base.name if own_folder and not names else None
