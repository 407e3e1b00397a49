"""Draws a cluster: nodes, resources in their groups, clones and bundles, constraints, fencing, findings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise

from halint.model.cib import Cib, Resource
from halint.model.cib_tree import CibTree
from halint.model.cluster import Node
from halint.model.fencing import FenceDevice, devices
from halint.model.resolve_nodes import resolve_nodes
from halint.picture.constraints import Drawn, constraints, node_anchor
from halint.picture.flags import Flags
from halint.picture.picture import Edge, Picture, Shape, anchor, name_of
from halint.report import Finding

_MANY = 6
"""From so many nodes on, a device names them in place of a line to each."""


def picture(cib: Cib, findings: Iterable[Finding] = (), *, title: str = "", nodes: Iterable[Node] = ()) -> Picture:
    """The picture of one CIB. `nodes` are the cluster's where more than the CIB is known; secrets are never in it."""
    if cib.at.element is None:
        raise ValueError("a CIB without its element")
    tree = CibTree(cib.at.source, cib.at.element)
    known = tuple(nodes) or resolve_nodes(cib, None, ())
    drawn = [*_nodes(known), *_resources(cib), *_fencing(cib, known), *constraints(cib, tree)]
    shapes, edges = _complete(drawn)
    flags = Flags(findings, tree.root)
    shapes, edges = flags.on(shapes, edges)
    return Picture(title=title, shapes=tuple(shapes), edges=tuple(edges), notes=flags.notes())


def _nodes(nodes: Iterable[Node]) -> Iterator[Shape]:
    for node in nodes:
        kind = {"member": "node"}.get(node.kind, f"{node.kind} node")
        yield Shape(anchor=node_anchor(node.name), id=node.name, kind=node.kind, lines=(node.name, kind))


def _resources(cib: Cib) -> Drawn:
    fencing = {device.resource.id: device for device in devices(cib)}
    for outer in cib.resources:
        for resource in outer.walk():
            yield _resource(resource, fencing.get(resource.id))
            guest = resource.own_meta.get("remote-node")
            name = resource.id if str(resource.agent) == "ocf:pacemaker:remote" else guest.value if guest else None
            if name:
                yield Edge(source=anchor(resource.id), target=node_anchor(name), kind="host")
            if resource.kind == "group" and resource.meta_value("ordered") != "false":
                for one, other in pairwise(resource.members):
                    yield Edge(source=anchor(one.id), target=anchor(other.id), kind="member")


def _resource(resource: Resource, device: FenceDevice | None) -> Shape:
    lines = [resource.id]
    if resource.kind != "primitive":
        lines.append(_kind_words(resource))
    elif resource.agent is not None:
        lines.append(str(resource.agent).removeprefix("ocf:heartbeat:"))
    if resource.template:
        lines.append(f"template {resource.template}")
    if (resource.meta_value("target-role") or "").lower() == "stopped":
        lines.append("target-role Stopped")
    if device is not None:
        lines += _coverage(device)
    kind = "device" if device is not None else resource.kind
    parent = anchor(resource.parent) if resource.parent else None
    return Shape(anchor=anchor(resource.id), id=resource.id, kind=kind, lines=tuple(lines), parent=parent)


def _kind_words(resource: Resource) -> str:
    if resource.kind == "clone":
        return "promotable clone" if resource.promotable else "clone"
    container = resource.container
    if resource.kind == "bundle" and container is not None:
        replicas = f", {container.replicas} replicas" if container.replicas else ""
        return f"bundle, {container.engine}{replicas}"
    return resource.kind


def _coverage(device: FenceDevice) -> Iterator[str]:
    if device.resource.parameter("pcmk_host_map"):
        yield "host map"
    if not device.isolates:
        yield "does not isolate"
    if not device.listed:
        yield "finds its nodes at run time"
    elif not device.static:
        yield "names are not all it fences"
    if len(device.listed) >= _MANY:
        yield f"fences {len(device.listed)} nodes: {', '.join(device.listed)}"


def _fencing(cib: Cib, nodes: Iterable[Node]) -> Drawn:
    called = {name.lower(): node.name for node in nodes for name in (*node.aliases, node.name)}
    levelled = {(level.target.lower(), name) for level in cib.levels if level.target for name in level.devices}
    for device in devices(cib):
        if len(device.listed) < _MANY:
            for name in device.listed:
                if (name.lower(), device.resource.id) in levelled:
                    continue  # the level shows it
                node = node_anchor(called.get(name.lower(), name))
                yield Edge(source=node, target=anchor(device.resource.id), kind="covers")
    for level in cib.levels:
        where = level.target or level.target_pattern or level.target_attribute or ""
        number = "?" if level.index is None else str(level.index)
        lines = [f"fencing level {number}"]
        if not level.target:
            lines.append(f"nodes like {where}" if level.target_pattern else f"nodes with {where}")
        here = anchor(level.id)
        yield Shape(anchor=here, id=level.id, kind="level", lines=tuple(lines))
        if level.target:
            yield Edge(source=node_anchor(called.get(where.lower(), where)), target=here, kind="level", directed=False)
        for name in dict.fromkeys(level.devices):
            yield Edge(source=here, target=anchor(name), kind="level")


def _complete(drawn: Iterable[Shape | Edge]) -> tuple[list[Shape], list[Edge]]:
    """Shapes and edges apart, every anchor once, and a shape for each end that nothing else is."""
    shapes: dict[str, Shape] = {}
    edges: list[Edge] = []
    taken: set[str] = set()
    for one in drawn:
        name, number = one.anchor, 1
        while name and name in taken:  # ids that occur twice, in a CIB that no cluster takes
            number += 1
            name = f"{one.anchor}~~{number}"
        taken.add(name)
        if isinstance(one, Edge):
            edges.append(replace(one, anchor=name))
        else:
            shapes[name] = replace(one, anchor=name)
    for edge in edges:
        for end in (edge.source, edge.target):
            if end not in shapes:
                shapes[end] = _missing(end)
    return list(shapes.values()), edges


def _missing(name: str) -> Shape:
    is_node = name.startswith(anchor("", "node"))
    said = name_of(name)
    if is_node:
        return Shape(anchor=name, id=said, kind="unknown", lines=(said, "not a node of this cluster"))
    return Shape(anchor=name, id=said, kind="missing", lines=(said, "no such resource"))
