"""Which cluster and which node each input belongs to."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from halint.inputs.found import Found
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
    the nearest such folder above it. What was collected by a tool comes with its cluster and its node.
    """
    reports: dict[Path, list[Placed]] = {}
    placed: list[Placed] = []
    for found in inputs:
        if found.origin is None:
            placed.append(Placed(found, base_folder(found)))
        else:
            reports.setdefault(found.origin.cluster or found.origin.folder, []).append(
                Placed(found, found.origin.folder)
            )
    placed = _not_beside(reports, placed) if reports else placed
    homes = Homes(placed, nodes)
    clusters: dict[Home, list[Placed]] = {}
    for item in placed:
        clusters.setdefault(homes.of(item), []).append(item)
    clusters = _merged(clusters, placed)
    groups = [_group(home.folder, part, nodes) for home, items in sorted(clusters.items()) for part in parts(items)]
    return (*groups, *(_of_report(folder, items, nodes) for folder, items in sorted(reports.items())))


def one_group(name: str, inputs: Iterable[Found], nodes: Mapping[Path, str]) -> Group:
    """Inputs that are one cluster by the user's word, wherever they lie."""
    placed = [Placed(found, base_folder(found)) for found in inputs]
    folder = Path(os.path.commonpath([item.base for item in placed]))
    known = _one_form_each({n for item in placed for n in item.names} | {node for node in nodes.values() if node})
    owned = []
    for item in placed:
        host = _known(_host(item.found), known) if item.found.origin is not None else ""
        owned.append(Owned(found=item.found, node=host or _node_of(item, folder, known, nodes) or None))
    return Group(name=name, folder=folder, files=tuple(owned))


def _not_beside(reports: dict[Path, list[Placed]], placed: list[Placed]) -> list[Placed]:
    """Put files that were named one by one to the one report that is of their nodes; the others are returned."""
    told = {
        folder: (
            {short(name) for item in items for name in (*item.names, _host(item.found)) if name},
            {item.cluster for item in items if item.cluster},
        )
        for folder, items in reports.items()
    }
    rest: list[Placed] = []
    for item in placed:
        alone = item.found.named and item.found.root is None
        fits = [f for f, (names, calls) in told.items() if alone and _is_of_report(item, names, calls)]
        (reports[fits[0]] if len(fits) == 1 else rest).append(item)
    return rest


def _is_of_report(item: Placed, names: set[str], calls: set[str]) -> bool:
    if not item.shared:
        return node_in_path(item.found.real.parts[-3:], names) is not None
    apart = item.cluster and calls and item.cluster not in calls
    return not apart and bool(names & {short(name) for name in item.names})


def _of_report(folder: Path, items: list[Placed], nodes: Mapping[Path, str]) -> Group:
    """A cluster of what tools have collected, which `halint.inputs.collected` has told apart."""
    known = _one_form_each(name for item in items for name in item.names)
    owned = []
    for item in items:
        by_tool = item.found.origin is not None
        node = _known(_host(item.found), known) if by_tool else _node_of(item, item.base, known, nodes)
        owned.append(Owned(found=item.found, node=node or None))
    calls = [item.cluster for item in items if item.cluster]
    return Group(name=calls[0] if calls else folder.name or "cluster", folder=folder, files=tuple(owned))


def _host(found: Found) -> str:
    return found.origin.host if found.origin is not None else ""


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
