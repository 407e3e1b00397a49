"""Which cluster and which node each input belongs to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from halint.inputs.discover import Found
from halint.inputs.homes import SHARED, Home, Homes, Placed, base_folder, hostname
from halint.inputs.names import node_in_path, short
from halint.inputs.parts import parts
from halint.record import record

_NODE_BESIDE_KIND = re.compile(r"(?:hosts|units|fstab|sbd)[._-]([\w.-]+)|([\w-]+)\.(?:hosts|units|fstab|sbd)")


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


def group(inputs: Iterable[Found], nodes: Mapping[Path, str]) -> tuple[Group, ...]:
    """Sort inputs into clusters. `nodes` are the user's own attributions: file or folder to node name.

    A folder with a CIB or a corosync.conf, or whose node folders have one, is a cluster; any other file belongs to
    the nearest such folder above it.
    """
    placed = [Placed(found, base_folder(found)) for found in inputs]
    homes = Homes(placed, nodes)
    clusters: dict[Home, list[Placed]] = {}
    for item in placed:
        clusters.setdefault(homes.of(item), []).append(item)
    clusters = _merged(clusters, placed)
    return tuple(_group(home.folder, part, nodes) for home, items in sorted(clusters.items()) for part in parts(items))


def _merged(clusters: dict[Home, list[Placed]], placed: list[Placed]) -> dict[Home, list[Placed]]:
    """Join what was named file by file: folders that add to each other and speak of the same nodes."""
    merged: dict[Home, list[Placed]] = {}
    named = {p.base for p in placed if p.found.named and not p.found.root}
    for home, items in sorted(clusters.items()):
        if not all(item.found.named and item.base in named for item in items):
            merged[home] = items
            continue
        partner = next((h for h, other in merged.items() if _add_up(items, other)), None)
        merged.setdefault(home if partner is None else partner, []).extend(items)
    return merged


def _add_up(one: list[Placed], other: list[Placed]) -> bool:
    """Whether two sets of named files are parts of one cluster: no kind of shared file twice, and a node in common."""
    kinds = [{i.found.kind for i in items if i.shared} for items in (one, other)]
    if not all(i.found.named for i in (*one, *other)) or kinds[0] & kinds[1]:
        return False
    if not kinds[0] or not kinds[1]:
        return True
    names = [{short(n) for i in items for n in i.names} for items in (one, other)]
    return bool(names[0] & names[1])


def _group(folder: Path, items: list[Placed], nodes: Mapping[Path, str]) -> Group:
    names = {name for item in items for name in item.names}
    names |= {name for name in nodes.values() if name}
    known = _one_form_each(names)
    owned = tuple(Owned(found=i.found, node=_node_of(i, folder, known, nodes)) for i in items)
    calls = [i.cluster for i in items if i.cluster]
    return Group(name=calls[0] if calls else folder.name or "cluster", folder=folder, files=owned)


def _one_form_each(names: Iterable[str]) -> tuple[str, ...]:
    """Names with the short and the long name of one node told once, the shorter form kept."""
    forms: dict[str, str] = {}
    for name in sorted(names, key=len):
        forms.setdefault(short(name), name)
    return tuple(sorted(forms.values()))


def _node_of(item: Placed, folder: Path, names: tuple[str, ...], nodes: Mapping[Path, str]) -> str | None:
    for path in (item.found.real, *item.found.real.parents):
        if path in nodes:
            return _known(nodes[path], names)
    in_tree = item.base != item.found.real.parent or item.found.tree
    tree = (item.base.name, hostname(item.base) or "") if in_tree else ()
    above = next((f for f in (folder, folder.parent) if item.found.real.is_relative_to(f)), None)
    inside = item.found.real.relative_to(above).parts if above else ()
    # the folder's name is the collector's word; a cloned machine's own hostname may be that of another node
    listed = next((n for called in tree for n in names if short(n) == short(called)), None)
    found = listed or node_in_path(inside or item.found.real.parts[-3:], names)
    if found is None and item.found.named and not item.shared:
        # of files named one by one the first one's folder stands for the cluster's
        found = node_in_path([item.found.real.parent.name], names)
    return found or (tree[1] if tree and tree[1] else _unlisted(item, folder, names))


def _known(name: str, names: tuple[str, ...]) -> str:
    """The form under which the cluster knows this name."""
    return next((n for n in names if short(n) == short(name)), name)


def _unlisted(item: Placed, folder: Path, names: tuple[str, ...]) -> str | None:
    """A node that no file lists: the part of the name beside `hosts` and the like, else its folder."""
    if item.found.kind in SHARED:
        return None
    match = _NODE_BESIDE_KIND.fullmatch(item.found.real.name)
    if match:
        return match.group(1) or match.group(2)
    own_folder = item.base != folder and item.base.parent == folder and item.found.kind != "drbd"
    return item.base.name if own_folder and not names else None
