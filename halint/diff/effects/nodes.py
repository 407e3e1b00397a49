"""The nodes as the scheduler sees them: which are online, unclean, in standby, in maintenance.

Which combinations of `in_ccm`, `crmd`, `join` and `expected` mean what was measured with crm_simulate 2.1.5.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from halint.diff.effects.items import Node, Options
from halint.model.status import NodeStatus, Status, number
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
    node.shutdown = number(node.attributes.get("shutdown"), 0) != 0
    known = {h.name for h in state.histories} if state is not None else set()
    node.promotions = dict(_promotions(node.attributes, known))
    if node.kind != "member":
        return
    if state is None:
        node.unclean = options.fencing and options.startup_fencing
        node.reason = "node is unknown to the status and so is fenced when the cluster starts" if node.unclean else ""
    elif options.fencing:
        _with_fencing(node, state)
    else:
        _without_fencing(node, state)


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


def _with_fencing(node: Node, state: NodeStatus) -> None:
    online, peer = state.in_ccm == "true", state.crmd == "online"
    terminate = parse_bool(node.attributes.get("terminate")) is True or number(node.attributes.get("terminate"), 0) > 0
    node.online = online
    expected = state.expected or "down"
    if node.shutdown:
        node.online = peer
    elif not state.in_ccm:
        node.unclean, node.reason = True, "node has not been seen by the cluster"
    elif state.join == "nack":
        node.unclean, node.reason = True, "node does not meet the membership criteria"
    elif not terminate and expected == "down":
        node.pending = online or peer
    elif terminate and state.join == "down" and not online and not peer:
        node.online = False
    elif not online:
        node.unclean, node.reason = True, "node is no longer part of the cluster"
    elif not peer:
        node.unclean, node.reason = True, "pacemaker on the node is no longer there"
    elif terminate:
        node.unclean, node.reason = True, "its fencing was asked for"
    elif state.join != "member":
        node.pending = True


def _without_fencing(node: Node, state: NodeStatus) -> None:
    if state.in_ccm == "true" and state.crmd == "online":
        node.online = state.join == "member"
    elif state.expected == "member":
        node.unclean = True
