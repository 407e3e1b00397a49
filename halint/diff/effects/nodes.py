"""The nodes as the scheduler sees them: which are online, unclean, in standby, in maintenance."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from halint.diff.effects.items import Node, Options
from halint.model.status import NodeStatus, Status, is_shutting_down, number, standing
from halint.model.values import parse_bool, parse_score

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from halint.diff.side import Side
    from halint.model.cib import Cib


def node_order(name: str) -> tuple[object, ...]:
    """Nodes are sorted by name, runs of digits by their value, without regard to case."""
    return tuple((0, int(p), "") if p.isdigit() else (1, 0, p) for p in re.findall(r"[0-9]+|[^0-9]+", name.lower()))


def read_nodes(side: Side, status: Status, options: Options) -> dict[str, Node]:
    """Every node by name, sorted by name; remote and guest nodes get their state once their connections are known."""
    cib = side.cib
    nodes: dict[str, Node] = {}
    for entry in cib.nodes:
        if entry.kind == "ping" or not entry.uname:
            continue
        kind = "remote" if entry.kind == "remote" else "member"
        node = nodes.setdefault(entry.uname, Node(name=entry.uname, id=entry.id, kind=kind))
        node.attributes.update((n, s.value) for n, s in entry.attributes.items() if s.value is not None)
    _unlisted(nodes, status)
    _connections(nodes, cib)
    _capacities(side, nodes)
    ordered = {name: nodes[name] for name in sorted(nodes, key=node_order)}
    for node in ordered.values():
        _state(node, status.nodes.get(node.name), options)
    return ordered


def _unlisted(nodes: dict[str, Node], status: Status) -> None:
    """A member that only the status knows stays: the cluster adds its entry again (measured)."""
    ids = {node.id for node in nodes.values()}
    for name, state in status.nodes.items():
        if name not in nodes and not state.remote and state.id not in ids and state.id != name:
            nodes[name] = Node(name=name, id=state.id)


def _connections(nodes: dict[str, Node], cib: Cib) -> None:
    for resource in cib.primitives():
        agent = resource.agent
        if agent and (agent.standard, agent.provider, agent.type) == ("ocf", "pacemaker", "remote"):
            _remote(nodes, resource.id, "remote", resource.id)
        guest = resource.own_meta.get("remote-node")
        if guest is not None and guest.value:
            _remote(nodes, guest.value, "guest", guest.value)
    for resource in cib.by_id.values():
        if resource.kind == "bundle" and resource.container and resource.members:
            for number_ in range(resource.container.replicas or resource.container.promoted_max or 1):
                name = f"{resource.id}-{number_}"
                _remote(nodes, name, "guest", name)


def _remote(nodes: dict[str, Node], name: str, kind: str, connection: str) -> None:
    node = nodes.setdefault(name, Node(name=name, id=name))
    node.kind, node.connection = kind, connection


def _capacities(side: Side, nodes: dict[str, Node]) -> None:
    for element in side.tree.section("nodes"):
        node = nodes.get(element.get("uname") or "")
        if node is None:
            continue
        for pair in element.iterfind("utilization/nvpair"):
            node.capacity.setdefault(pair.get("name") or "", number(pair.get("value"), 0))


def _state(node: Node, state: NodeStatus | None, options: Options) -> None:
    if state is not None:
        node.attributes.update(state.attributes)
        node.unseen = False
    standby = node.attributes.get("standby")
    node.standby = parse_bool(standby) is True
    node.maintenance = options.maintenance or parse_bool(node.attributes.get("maintenance")) is True
    node.shutdown = is_shutting_down(node.attributes)
    known = {h.name for h in state.histories} if state is not None else set()
    node.promotions = dict(_promotions(node.attributes, known))
    if node.kind != "member":
        return
    if state is None:
        node.unclean = options.fencing and options.startup_fencing
        node.reason = "node is unknown to the status and so is fenced when the cluster starts" if node.unclean else ""
    else:
        found = standing(state, node.attributes, fencing=options.fencing)
        node.online, node.pending, node.unclean, node.reason = found


def _promotions(attributes: Mapping[str, str], known: set[str]) -> Iterator[tuple[str, int]]:
    """A numbered score counts for any instance where the node knows the resource by that number."""
    for key, value in attributes.items():
        for prefix in ("master-", "promotion-"):
            if key.startswith(prefix):
                score = parse_score(value) or 0
                name = key.removeprefix(prefix)
                yield name, score
                if name in known:
                    yield name.partition(":")[0], score
