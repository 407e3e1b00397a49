"""From a configuration and a status to one action a resource."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from halint.diff.effects.items import Item, World
from halint.diff.effects.ordering import carry_on
from halint.diff.effects.placement import Placer
from halint.diff.effects.restart import mark_changed
from halint.diff.effects.scores import prepare
from halint.diff.effects.world import build

if TYPE_CHECKING:
    from collections.abc import Mapping

    from halint.diff.side import Side
    from halint.model.status import Status


class Action(NamedTuple):
    """What one primitive or instance does; `nodes` from, and to where they differ."""

    id: str
    action: str
    nodes: tuple[str, ...]
    why: str
    chain: tuple[str, ...]


class Plan(NamedTuple):
    """All actions, the nodes that are fenced with why, and the world they come from."""

    actions: tuple[Action, ...]
    fenced: Mapping[str, str]
    world: World


def plan(before: Side, side: Side, status: Status) -> Plan:
    """What the cluster does with `side`'s configuration."""
    world = build(before, side, status)
    prepare(world, side.cib, status)
    Placer(world).place_all()
    histories = {(h.name, node.name): h for node in status.nodes.values() for h in node.histories}
    mark_changed(side, world, histories)
    carry_on(world, side.cib)
    actions = [a for leaf in world.leaves if (a := action_of(leaf)) is not None]
    fenced = dict(world.fenced)
    options = world.options
    if options.fencing and not options.no_device:
        free = options.quorum or options.no_quorum == "ignore"
        lost = [n for n in world.nodes.values() if n.unclean and n.kind != "guest" and (free or n.online)]
        fenced.update((n.name, n.reason) for n in lost)
    return Plan(tuple(actions), fenced, world)


def action_of(leaf: Item) -> Action | None:
    """The one word for what it does, None for nothing."""
    if leaf.blocked or leaf.held or not leaf.managed:
        return None
    node = leaf.node if leaf.runnable else None
    if leaf.running:
        word, nodes = _from_running(leaf, node)
    else:
        rises = leaf.promote and leaf.next_role == "Promoted"
        word, nodes = ("promote" if rises else "start", (node,)) if node is not None else ("", ())
    return Action(leaf.id, word, nodes, leaf.why or _why(leaf, word), leaf.chain) if word else None


def _from_running(leaf: Item, node: str | None) -> tuple[str, tuple[str, ...]]:
    """What a resource that runs does; a failed one recovers, wherever it starts again."""
    here = leaf.running[0]
    if node is None:
        return "stop", tuple(leaf.running)
    if node in leaf.running and leaf.role == "Promoted" and leaf.next_role != "Promoted":
        word = "restart" if leaf.restart or leaf.failed else "demote"
        return word, (node,)
    if node in leaf.running and leaf.role != "Promoted" and leaf.promote:
        return "promote", (node,)
    if leaf.failed and leaf.start:
        return "restart", tuple(dict.fromkeys((here, node)))
    if node != here:
        return "move", (here, node)
    word = "restart" if leaf.stop else "reload" if leaf.reload else ""
    return word, (node,)


def _why(leaf: Item, word: str) -> str:
    """A clause for what the place, or what is recorded, leads to."""
    if word == "stop" and leaf.orphan:
        return "it is not configured" if leaf.resource is None else "there are fewer instances"
    if word == "stop" and leaf.target == "Stopped":
        return "its target-role is Stopped"
    if word == "restart" and leaf.failed:
        return "it failed"
    if word in ("restart", "reload") and (leaf.restart or leaf.reload):
        return "its parameters change"
    return {
        "stop": "no node may run it",
        "move": f"{leaf.node} is the better node now",
        "demote": "it may not be promoted here",
        "promote": "it is the one to be promoted",
    }.get(word, "")
