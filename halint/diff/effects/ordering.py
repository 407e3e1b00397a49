"""What orderings, groups and remote connections carry on: who restarts, stops or is demoted because another does.

Measured with crm_simulate 2.1.5: a mandatory order restarts what comes later, also where the first is a clone on the
same node only; without `interleave` a clone restarts as a whole; an asymmetrical order never touches what runs.
"""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from halint.diff.effects.items import Item, World
from halint.model.cib import INFINITY
from halint.model.status import number
from halint.model.values import parse_bool

if TYPE_CHECKING:
    from collections.abc import Iterator

    from halint.model.cib import Cib


@dataclass(slots=True, eq=False, kw_only=True)
class Relation:
    """`then_action` of `then` comes after `first_action` of `first`.

    `firsts` are alternatives where `least` of their instances are enough; nothing restarts with one of them, nor with
    a colocation's primary (`needs_only`).
    """

    first: Item
    then: Item
    first_action: str = "start"
    then_action: str = "start"
    symmetrical: bool = True
    firsts: tuple[Item, ...] = ()
    least: int = 1
    needs_only: bool = False


def carry_on(world: World, cib: Cib) -> None:
    """Decide the actions of every primitive and instance, from its place and from what it depends on."""
    for leaf in world.leaves:
        _own(world, leaf)
    relations = [
        *_from_orders(world, cib),
        *_from_groups(world.items),
        *_from_bundles(world),
        *_from_guests(world),
    ]
    touching: dict[Item, list[Relation]] = defaultdict(list)
    for relation in relations:
        for item in (relation.first, relation.then, *relation.firsts):
            for leaf in item.leaves():
                touching[leaf].append(relation)
    queue = deque(relations)
    queued = set(map(id, relations))
    steps = 0
    while queue and steps < 50 * len(relations) + 1000:
        steps += 1
        relation = queue.popleft()
        queued.discard(id(relation))
        for leaf in _carry(relation):
            for other in touching[leaf]:
                if id(other) not in queued:
                    queued.add(id(other))
                    queue.append(other)


def _own(world: World, leaf: Item) -> None:
    """The actions that follow from the place alone."""
    _without_quorum(world, leaf)
    if leaf.blocked:
        return
    if not leaf.managed:
        leaf.runnable = bool(leaf.running)
        return
    _wait(world, leaf)
    if world.options.no_device and leaf.node is not None:
        _without_device(leaf)
    elif leaf.running:
        _again(leaf)
    elif leaf.node is not None and leaf.runnable:
        leaf.start = True
    _roles(leaf)


def _without_quorum(world: World, leaf: Item) -> None:
    """Fence devices keep running without quorum, nothing new starts."""
    options = world.options
    if leaf.node is None or options.quorum or not leaf.managed or (leaf.fencing and leaf.running):
        return
    if options.no_quorum in ("stop", "suicide") or (options.no_quorum == "freeze" and not leaf.running):
        leaf.runnable = False
        leaf.why = "the cluster has no quorum"
    elif options.no_quorum == "demote" and leaf.next_role == "Promoted":
        leaf.next_role = "Unpromoted"


def _wait(world: World, leaf: Item) -> None:
    if leaf.running or leaf.clone is not None or leaf.node is None:
        return
    if any(node.pending and node.online for node in world.nodes.values()):
        leaf.runnable, leaf.why = False, "a node has not joined yet, so it is not known where it runs"


def _without_device(leaf: Item) -> None:
    """Fencing without a device: what runs stays as it is, nothing starts (measured)."""
    leaf.runnable = bool(leaf.running)
    if not leaf.running:
        leaf.why = "fencing is on and there is no fence device, so nothing starts"
        return
    leaf.node, leaf.failed, leaf.restart = leaf.running[0], False, False
    if leaf.next_role == "Promoted":
        leaf.next_role = leaf.role


def _again(leaf: Item) -> None:
    """Whether what runs stops, and starts again."""
    if leaf.role == "Promoted" and (leaf.clone is None or not leaf.clone.promotable) and not leaf.orphan:
        leaf.restart = True  # what is promoted without being promotable stops first
    several = len(leaf.running) > 1
    if leaf.node not in leaf.running or several or leaf.failed or leaf.restart or not leaf.runnable:
        leaf.stop = True
    leaf.start = leaf.stop and leaf.node is not None and leaf.runnable


def _roles(leaf: Item) -> None:
    leaf.demote = leaf.role == "Promoted" and (leaf.stop or leaf.next_role != "Promoted")
    leaf.promote = leaf.runnable and leaf.next_role == "Promoted" and (leaf.start or leaf.role != "Promoted")


# --- where relations come from


def _from_orders(world: World, cib: Cib) -> Iterator[Relation]:
    either: dict[tuple[str, str, str], list[Item]] = defaultdict(list)
    for order in cib.orders:
        first, then = world.by_id.get(order.first), world.by_id.get(order.then)
        if first is None or then is None or first is then:
            continue
        least = _least(first)
        if order.kind != "Mandatory" and not (least and order.kind == "Optional"):
            continue
        if not order.require_all or (least and order.first_action == "start"):
            key = (order.id, order.then, order.then_action) if order.from_set else (order.id, order.then, order.first)
            either[key].append(first)
            continue
        yield Relation(
            first=first,
            then=then,
            first_action=order.first_action,
            then_action=order.then_action,
            symmetrical=order.symmetrical,
        )
    for (_, name, action), firsts in either.items():
        then = world.by_id[name]
        least = max(1, _least(firsts[0]))
        yield Relation(
            first=firsts[0],
            then=then,
            then_action=action if action in _PAST else "start",
            firsts=tuple(firsts),
            least=least,
        )
    for link in world.colocations:
        if link.score >= INFINITY and link.attribute == "#uname":
            yield Relation(
                first=link.primary,
                then=link.dependent,
                first_action="promote" if link.primary_role == "Promoted" else "start",
                then_action="promote" if link.role == "Promoted" else "start",
                symmetrical=False,
                needs_only=True,
            )


def _least(clone: Item) -> int:
    """How many instances of a clone must run for it to count as started; 0 for any."""
    resource = clone.resource
    return number(resource.meta_value("clone-min"), 0) if clone.kind == "clone" and resource is not None else 0


def _from_groups(items: list[Item]) -> Iterator[Relation]:
    for item in items:
        if item.kind == "clone":
            yield from _from_groups(item.children)
        elif item.kind == "group" and (
            item.resource is None or parse_bool(item.resource.meta_value("ordered")) is not False
        ):
            for first, then in zip(item.children, item.children[1:], strict=False):
                yield Relation(first=first, then=then)


def _from_bundles(world: World) -> Iterator[Relation]:
    for container, connection in world.guests:
        yield Relation(first=container, then=connection)
    for item in world.items:
        if item.kind == "bundle":
            for replica in item.children:
                parts = sorted(replica.children, key=lambda part: "-ip-" not in part.name)
                for first, then in pairwise(parts):
                    yield Relation(first=first, then=then)


def _from_guests(world: World) -> Iterator[Relation]:
    """What runs on a guest or remote node needs its connection."""
    connected = {n.name: (n, world.by_id.get(n.connection)) for n in world.nodes.values() if n.connection}
    if not connected:
        return
    for leaf in world.leaves:
        for node in {leaf.node, *leaf.running}:
            guest, connection = connected.get(node or "", (None, None))
            if guest is not None and connection is not None and connection is not leaf:
                remote = guest.kind == "remote"
                yield Relation(first=connection, then=leaf, symmetrical=not remote, needs_only=remote)


# --- one relation


def _carry(relation: Relation) -> list[Item]:
    """Apply a relation; the leaves whose actions changed."""
    changed = []
    for leaf in relation.then.leaves():
        if leaf.blocked or not leaf.managed:
            changed.extend(_held(relation, leaf))
            continue
        if leaf.held:
            changed.extend(_held(relation, leaf))
        if _forward(relation, leaf) or (relation.symmetrical and _backward(relation, leaf)):
            changed.append(leaf)
    return changed


def _held(relation: Relation, leaf: Item) -> list[Item]:
    """What may not stop since it would have to wait for one that stays."""
    if not leaf.running or not relation.symmetrical or relation.first_action != "start" or relation.firsts:
        return []
    held = [f for f in _on(relation.first, relation, leaf, leaf.running[0]) if f.stop and not f.held]
    for first in held:
        first.held = True
    return held


def _forward(relation: Relation, leaf: Item) -> bool:
    """Whether what the relation asks for changes anything for `leaf`; if so it is changed."""
    running = bool(leaf.running) and not leaf.stop
    asymmetrical = not relation.symmetrical and not relation.needs_only
    if relation.first_action not in ("start", "promote") or (asymmetrical and running):
        return False
    if relation.firsts:
        up = sum(1 for first in relation.firsts for _ in _up(first))
        return up < relation.least and _unready(relation, leaf)
    if not _ready(relation, relation.first, leaf):
        return _unready(relation, leaf)
    if relation.then_action != "start" or leaf.node is None or not running or relation.needs_only:
        return False
    firsts = _on(relation.first, relation, leaf, leaf.node)
    cause = next((f for f in firsts if _happens(f, relation.first_action)), None)
    if cause is not None:
        _restart(leaf, cause)
    return cause is not None


def _happens(first: Item, action: str) -> bool:
    return first.start if action == "start" else first.promote


def _ready(relation: Relation, first: Item, leaf: Item) -> bool:
    leaves = list(first.leaves())
    if relation.first_action == "promote":
        return any(_will(f) and f.next_role == "Promoted" and f.promotable_now for f in leaves)
    if first.kind in ("clone", "bundle"):
        if _paired(first, relation.then):
            return any(_will(f) and f.node == leaf.node for f in leaves)
        return any(_will(f) for f in leaves)
    return bool(leaves) and all(_will(f) for f in leaves)


def _up(first: Item) -> Iterator[Item]:
    """What counts of an alternative: the instances of a clone that will run, else itself where all of it will."""
    leaves = list(first.leaves())
    if first.kind in ("clone", "bundle"):
        yield from (leaf for leaf in leaves if _will(leaf))
    elif leaves and all(_will(leaf) for leaf in leaves):
        yield first


def _will(leaf: Item) -> bool:
    """Whether it runs when all is done; what cannot stop cannot start again either."""
    if leaf.held:
        return False
    if not leaf.managed or leaf.blocked:
        return bool(leaf.running) and not (leaf.blocked and leaf.failed)
    return leaf.node is not None and leaf.runnable


def _unready(relation: Relation, leaf: Item) -> bool:
    if relation.then_action == "promote":
        if not leaf.promotable_now or leaf.next_role != "Promoted":
            return False
        leaf.promotable_now = False
        leaf.promote = False
        leaf.next_role = "Unpromoted"
        leaf.demote = leaf.role == "Promoted"
        leaf.why = leaf.why or f"{relation.first.id} is not {_PAST[relation.first_action]}"
        leaf.chain = leaf.chain or (relation.first.id, leaf.id)
        return True
    if relation.then_action != "start" or not leaf.runnable:
        return False
    leaf.runnable = False
    leaf.start = leaf.promote = False
    leaf.stop = bool(leaf.running)
    leaf.demote = leaf.role == "Promoted"
    cause = next(relation.first.leaves(), None)
    leaf.why = f"{relation.first.id}, which it needs, does not run"
    leaf.chain = (*(cause.chain if cause and cause.chain else (relation.first.id,)), leaf.id)
    return True


_PAST = {"start": "started", "promote": "promoted"}


def _on(first: Item, relation: Relation, leaf: Item, node: str | None) -> list[Item]:
    """The leaves of `first` that matter for `leaf`: of a clone those on its node, all where both are clones apart."""
    leaves = list(first.leaves())
    if first.kind not in ("clone", "bundle"):
        return leaves
    if leaf.clone is not None and not _paired(first, relation.then):
        return leaves
    return [f for f in leaves if node is not None and (f.node == node or node in f.running)]


def _paired(first: Item, then: Item) -> bool:
    mine = then.clone
    return mine is not None and mine.interleave and first.kind in ("clone", "bundle") and mine is not first


def _backward(relation: Relation, leaf: Item) -> bool:
    """The inverse: what comes later stops before the first stops, or is demoted before it is."""
    if relation.firsts:
        return False
    here = leaf.running[0] if leaf.running else None
    if here is None:
        return False
    firsts = _on(relation.first, relation, leaf, here)
    stops = relation.first_action == "start"
    cause = next((f for f in firsts if (f.stop if stops else f.demote)), None)
    if cause is None:
        return False
    if relation.then_action == "start" and not leaf.stop:
        _restart(leaf, cause)
        return True
    if relation.then_action == "promote" and leaf.role == "Promoted" and not leaf.demote:
        leaf.demote = True
        leaf.promote = leaf.next_role == "Promoted"
        leaf.chain = (*(cause.chain or (cause.id,)), leaf.id)
        return True
    return False


def _restart(leaf: Item, cause: Item) -> None:
    leaf.stop = True
    leaf.start = leaf.node is not None and leaf.runnable
    _roles(leaf)
    leaf.chain = (*(cause.chain or (cause.id,)), leaf.id)
    leaf.why = leaf.why or f"it depends on {cause.id}"
