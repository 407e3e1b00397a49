"""Chooses a node for every resource, in the scheduler's order, each after those that it is colocated with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from halint.diff.effects.items import Colocation, Item, Scores, World, add_scores
from halint.diff.effects.nodes import node_order
from halint.model.cib import INFINITY

if TYPE_CHECKING:
    from collections.abc import Iterable


class Placer:
    """Places the items of one world; `place_all` fills in `node` of every primitive and instance."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.options = world.options
        self._rank = {name: place for place, name in enumerate(sorted(world.nodes, key=node_order))}

    def place_all(self) -> None:
        """Connections of remote nodes first, then by priority and document order."""
        for node in self.world.nodes.values():
            node.count = 0
        items = sorted(self.world.items, key=self._turn)
        for item in [i for i in items if i.remote] + [i for i in items if not i.remote]:
            self.assign(item)

    def _turn(self, item: Item) -> tuple[int, ...]:
        """By priority; where utilization counts, what runs and may stay comes first, then by scores node by node."""
        if self.options.placement == "default":
            return (-item.priority,)
        here = item.place
        end = item.children[0] if item.children else item
        stays = here is not None and self.usable(here)
        current = -end.allowed.get(here or "", -INFINITY) if stays else INFINITY + 1
        return (-item.priority, current, *(-end.allowed.get(name, -INFINITY) for name in self._rank))

    # --- one resource

    def assign(self, item: Item, prefer: str | None = None) -> None:
        """Place an item and, before it, what decides about it."""
        if not item.provisional or item.allocating:
            return
        outer = item.parent
        if outer is not None and outer.provisional and not outer.allocating:
            self.assign(outer)
            if not item.provisional:
                return
        item.allocating = True
        if item.kind == "group":
            for member in item.children:
                self.assign(member, prefer if member.implied in ("", "part") else None)
        elif item.kind in ("clone", "bundle"):
            from halint.diff.effects.instances import assign_instances  # noqa: PLC0415 - the two need each other

            assign_instances(self, item)
        else:
            self._primitive(item, prefer)
        item.allocating = item.provisional = False

    def _primitive(self, item: Item, prefer: str | None) -> None:
        self._follow(item)
        self._heed(item)
        options = self.options
        if item.target == "Stopped" or item.orphan:
            item.allowed = dict.fromkeys(item.allowed, -INFINITY)
        if not item.managed:
            self._settle(item, item.place, item.role if item.running else "Stopped")
        elif options.stop_all:
            self._settle(item, None, "Stopped")
        else:
            self._choose(item, prefer)

    def _follow(self, item: Item) -> None:
        for colocation in self.before(item):
            primary = colocation.primary
            kept = dict(item.allowed) if colocation.role == "Promoted" or -INFINITY < colocation.score < 0 else None
            self.assign(primary)
            apply(self.world, item, primary, colocation)
            if kept is not None and not self.anywhere(item.allowed):
                item.allowed = kept

    def before(self, item: Item) -> Iterable[Colocation]:
        """The colocations that place `item`; those of its clone count for each instance."""
        return [c for c in item.this_with if c.role != "Promoted"]

    def _heed(self, item: Item) -> None:
        """Where those that follow this one would like it to be."""
        for colocation in item.with_this:
            dependent = colocation.dependent
            if dependent.implied == "member":
                continue
            if not (colocation.influence or not item.running) or not dependent.provisional:
                continue
            if colocation.primary_role == "Promoted" or colocation.role == "Promoted":
                continue
            item.allowed = self.merge(dependent, item.allowed, colocation.attribute, colocation.score / INFINITY, item)

    def merge(self, source: Item, scores: Scores, attribute: str, factor: float, asker: Item) -> Scores:
        """`scores` with what `source`, and those that follow it, add; as they were where nothing would be left."""
        if source.merging or source is asker:
            return scores
        source.merging = True
        try:
            work = self._matching(source, dict(scores), attribute, factor)
            if not self.anywhere(work):
                return scores
            end = source.children[0] if source.kind == "group" and source.children else source
            for colocation in end.with_this if end is source else _both(source, end):
                other = colocation.dependent
                if other.implied == "member" or other.merging or not (colocation.influence or not source.running):
                    continue
                if colocation.role == "Promoted" or colocation.primary_role == "Promoted":
                    continue
                step = factor * colocation.score / INFINITY
                work = self.merge(other, work, colocation.attribute, step, asker)
            return work
        finally:
            source.merging = False

    def _matching(self, source: Item, work: Scores, attribute: str, factor: float) -> Scores:
        own = source.children[0].allowed if source.kind == "group" and source.children else source.allowed
        for name in work:
            score = self._best(own, name, attribute)
            if factor < 0 and score < 0:
                continue
            work[name] = add_scores(work[name], _times(score, factor))
        return work

    def _best(self, scores: Scores, name: str, attribute: str) -> int:
        if attribute == "#uname":
            return scores.get(name, -INFINITY)
        nodes = self.world.nodes
        value = nodes[name].attributes.get(attribute) if name in nodes else None
        same = [s for n, s in scores.items() if nodes[n].attributes.get(attribute) == value and nodes[n].available]
        return max(same, default=-INFINITY)

    def anywhere(self, scores: Scores) -> bool:
        """Whether any node is left."""
        nodes = self.world.nodes
        return any(score >= 0 and n in nodes and nodes[n].available for n, score in scores.items())

    # --- the choice

    def ranked(self, item: Item) -> list[str]:
        """The nodes that could take it, the best first."""
        nodes = self.world.nodes
        usable = [n for n, s in item.allowed.items() if s >= 0 and n in nodes and self.usable(n)]
        usable = [n for n in usable if self._fits(item, n)]
        here = item.place

        def key(name: str) -> tuple[object, ...]:
            node = nodes[name]
            room = sum(node.capacity.values()) if self.options.placement == "balanced" else 0
            load = 0 if self.options.placement == "minimal" else node.count
            return (-item.allowed[name], -room, load, name != here, self._rank[name])

        return sorted(usable, key=key)

    def usable(self, name: str) -> bool:
        """Whether a node takes resources: a remote one only while its connection has a place."""
        node = self.world.nodes[name]
        return node.available

    def _fits(self, item: Item, name: str) -> bool:
        if self.options.placement == "default" or not item.utilization:
            return True
        capacity = self.world.nodes[name].capacity
        return all(capacity.get(k, 0) >= amount for k, amount in item.utilization.items())

    def _choose(self, item: Item, prefer: str | None) -> None:
        order = self.ranked(item)
        if prefer is not None:
            if prefer in order and item.allowed[prefer] >= item.allowed[order[0]]:
                order = [prefer]
            elif prefer not in order:
                self._settle(item, None, "Stopped")
                return
        if not order:
            self._settle(item, None, "Stopped")
            return
        best = order[0]
        here = item.place
        top = item.allowed[best]
        unique = item.clone is not None and item.clone.unique
        if here in order and here is not None and item.allowed[here] == top and top > 0 and not unique:
            best = here
        if prefer is None and best != here and len([n for n in order if item.allowed[n] == top]) > 1:
            self.world.uncertain.add(item.id)
        self._settle(item, best, "Started")

    def release(self, item: Item) -> None:
        """Take a placement back."""
        place = self.world.nodes.get(item.node or "")
        if place is not None:
            place.count -= 1
            for name, amount in item.utilization.items():
                place.capacity[name] = place.capacity.get(name, 0) + amount
        item.node, item.next_role, item.provisional = None, "", True

    def _settle(self, item: Item, node: str | None, role: str) -> None:
        world = self.world
        item.provisional = False
        item.node = node
        item.next_role = role if node is not None else "Stopped"
        if node is not None and node in world.nodes:
            place = world.nodes[node]
            place.count += 1
            for name, amount in item.utilization.items():
                place.capacity[name] = place.capacity.get(name, 0) - amount
        guest = world.nodes.get(item.name)
        if guest is not None and guest.connection == item.name:
            if node is None:
                guest.shutdown = True
            else:
                guest.online = True
                if guest.unseen:
                    guest.unclean = False


def _both(group: Item, member: Item) -> list[Colocation]:
    return [*member.with_this, *(c for c in group.with_this if c not in member.with_this)]


def _times(score: int, factor: float) -> int:
    """A score times a factor, away from zero, so that a weak preference stays one."""
    if abs(score) >= INFINITY and abs(factor) >= 1:
        return INFINITY if (score > 0) == (factor > 0) else -INFINITY
    product = score * factor
    if not product:
        return 0
    sign = 1 if product > 0 else -1
    return sign * max(1, int(abs(product) + 0.5))


def apply(world: World, item: Item, primary: Item, colocation: Colocation) -> None:
    """What the place of `primary` means for the scores of `item`."""
    if primary.kind in ("clone", "bundle"):
        _with_clone(world, item, primary, colocation)
        return
    if primary.kind == "group" and primary.children:
        primary = primary.children[-1 if colocation.score >= INFINITY else 0]
    if primary.provisional or _apart(world, item, primary):
        return
    other_role = bool(colocation.primary_role) and primary.next_role != colocation.primary_role
    if other_role and (colocation.primary_role == "Promoted" or primary.next_role == "Stopped"):
        return
    if colocation.role and colocation.role != item.next_role and colocation.role == "Promoted":
        return
    _apply_node(world, item, primary.node, colocation)


def _apart(world: World, item: Item, primary: Item) -> bool:
    """The connection into a container on a remote node runs on any member."""
    host = world.nodes.get(primary.node or "")
    return item.implied == "member" and host is not None and host.kind == "remote"


def _apply_node(world: World, item: Item, node: str | None, colocation: Colocation) -> None:
    score = colocation.score
    if node is None and score < 0:
        return
    work = dict(item.allowed)
    value = _value(world, node, colocation.attribute)
    for name, own in item.allowed.items():
        same = node is not None and _value(world, name, colocation.attribute) == value
        if same and score < INFINITY:
            work[name] = add_scores(own, score)
        elif not same and (node is None or score >= INFINITY):
            work[name] = add_scores(own, -score)
    nodes = world.nodes
    left = any(s >= 0 and n in nodes and nodes[n].available for n, s in work.items())
    if abs(score) >= INFINITY or left:
        item.allowed = work


def _value(world: World, node: str | None, attribute: str) -> str | None:
    if node is None or attribute == "#uname":
        return node
    found = world.nodes.get(node)
    return None if found is None else found.attributes.get(attribute)


def _with_clone(world: World, item: Item, clone: Item, colocation: Colocation) -> None:
    places = places_of(clone, colocation)
    if colocation.score >= INFINITY:
        item.allowed = {n: (s if n in places else -INFINITY) for n, s in item.allowed.items()}
        return
    for node in places:
        if colocation.primary_role:
            if node in item.allowed:
                item.allowed[node] = add_scores(item.allowed[node], colocation.score)
        else:
            _apply_node(world, item, node, colocation)


def places_of(clone: Item, colocation: Colocation) -> list[str]:
    """The nodes where a clone has instances in the role that a colocation asks for."""
    found: list[str] = []
    for child in clone.children:
        node = child.decided
        if node is None:
            continue
        roles = {leaf.next_role for leaf in child.leaves()}
        wanted = colocation.primary_role
        unpromoted = wanted == "Unpromoted" and "Promoted" not in roles
        if wanted in ("", "Started") or wanted in roles or unpromoted:
            found.append(node)
    return found
