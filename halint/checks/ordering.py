"""Checks of what colocation and order constraints say together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from halint.engine.hit import Hit
from halint.listing import listed
from halint.model.agents import rank, traits
from halint.model.cib import INFINITY
from halint.model.relations import Relations
from halint.model.start_order import StartOrder
from halint.model.values import parse_score

if TYPE_CHECKING:
    from collections.abc import Iterator

    from halint.model.cib import Cib, Colocation, Order, Resource
    from halint.model.cib_tree import Element
    from halint.model.cluster import Cluster

_DEVICE, _MOUNT, _ADDRESS, _SERVICE = 2, 4, 5, 6
_FIRM = frozenset({1, _DEVICE, 3, _MOUNT, _SERVICE})
"""Places in the start order that are firm; an address may come before or after what it belongs to."""


def colocation_without_order(cluster: Cluster) -> Iterator[Hit]:
    """What must share a node with its storage, but may start before it."""
    cib = cluster.needed_cib()
    relations = Relations(cib)
    seen = set()
    for colocation in _mandatory(cib):
        user, base = cib.by_id[colocation.resource], cib.by_id[colocation.with_resource]
        if (user.id, base.id) in seen or colocation.with_role or base.promotable is not False:
            continue
        seen.add((user.id, base.id))
        pair = _depends(user, base)
        if pair is None or _ordered_at_all(relations, user, base):
            continue
        values = {"constraint": colocation.id, "user": user.id, "base": base.id, **_named(*pair)}
        yield Hit(at=colocation.at, subject=colocation.id, values=values)


def _depends(user: Resource, base: Resource) -> tuple[Resource, Resource] | None:
    """A primitive of `base` that one of `user` usually needs to be running first."""
    for inner in base.walk():
        for outer in user.walk():
            low, high = rank(inner), rank(outer)
            if low in _FIRM and high in _FIRM and low is not None and high is not None and low < min(high, _SERVICE):
                return outer, inner
    return None


def _ordered_at_all(relations: Relations, one: Resource, other: Resource) -> bool:
    """Whether anything in one is ordered before or after anything in the other."""
    return any(relations.ordered(a, b) or relations.ordered(b, a) for a in one.walk() for b in other.walk())


def order_without_colocation(cluster: Cluster) -> Iterator[Hit]:
    """What starts after its storage or address, but may start on another node."""
    cib = cluster.needed_cib()
    relations = Relations(cib)
    seen = set()
    for order in cib.orders:
        base, user = cib.by_id[order.first], cib.by_id[order.then]
        if (base.id, user.id) in seen or order.kind != "Mandatory" or not _starts(order) or order.conditional:
            continue
        seen.add((base.id, user.id))
        if cib.clone_of(base) or cib.clone_of(user) or relations.together(base, user) or relations.apart(base, user):
            continue
        pair = _serves(user, base)
        if pair is not None:
            values = {"constraint": order.id, "user": user.id, "base": base.id, **_named(*pair)}
            yield Hit(at=order.at, subject=order.id, values=values)


def _starts(order: Order) -> bool:
    return (order.first_action, order.then_action) == ("start", "start") and order.require_all


def _serves(user: Resource, base: Resource) -> tuple[Resource, Resource] | None:
    """A primitive of `user` and one of `base` that serves it; none where `base` may hold a service, used from afar."""
    below = [r for r in base.walk() if r.kind == "primitive" and not _idle(r)]
    above = [r for r in user.walk() if rank(r) is not None]
    if any((rank(r) or _SERVICE) >= _SERVICE for r in below):
        return None
    for inner in below:
        for outer in above:
            low, high = rank(inner) or 0, rank(outer) or 0
            if _DEVICE <= low < high and high in _FIRM:
                return outer, inner
    return None


def _idle(resource: Resource) -> bool:
    """Whether it only stands for something or gives notice."""
    known = traits(resource.agent)
    return known is not None and known.monitor_optional


def promoted_role_missing(cluster: Cluster) -> Iterator[Hit]:
    """What must be with a promotable clone, but not with its promoted instance."""
    cib = cluster.needed_cib()
    seen = set()
    for colocation in _mandatory(cib):
        clone = cib.by_id[colocation.with_resource]
        user = cib.by_id[colocation.resource]
        if colocation.with_role or clone.promotable is not True or (user.id, clone.id) in seen:
            continue
        seen.add((user.id, clone.id))
        told = any(
            c.with_resource == clone.id and c.resource == user.id and c.with_role and (c.score or 0) > 0
            for c in cib.colocations
        )
        if told or cib.clone_of(user) or not _one_promoted(clone) or not _runs_one_way(clone):
            continue
        needing = next((r for r in user.walk() if (rank(r) or 0) in (3, _MOUNT, _ADDRESS, _SERVICE)), None)
        if needing is not None:
            values = {"constraint": colocation.id, "user": user.id, "clone": clone.id, "agent": str(needing.agent)}
            yield Hit(at=colocation.at, subject=colocation.id, values=values)


def _one_promoted(clone: Resource) -> bool:
    """Whether some instances stay unpromoted, as far as the clone's options tell."""
    names = ("promoted-max", "master-max")
    settings = [clone.meta[name] for name in names if name in clone.meta]
    if any(not s.certain for s in settings):
        return False
    maximum = parse_score(settings[0].value) if settings else 1
    if clone.container is not None:
        maximum = clone.container.promoted_max or 1
    return maximum == 1


def _runs_one_way(clone: Resource) -> bool:
    """Whether the promoted instance is the one that serves: so with the agents made for promotable clones."""
    agents = [traits(r.agent) for r in clone.walk() if r.kind == "primitive"]
    return any(t is not None and t.promotable for t in agents)


def promote_missing(cluster: Cluster) -> Iterator[Hit]:
    """What runs with a promoted instance, but does not wait for the promotion."""
    cib = cluster.needed_cib()
    relations = Relations(cib)
    seen = set()
    for colocation in cib.colocations:
        clone, user = cib.by_id[colocation.with_resource], cib.by_id[colocation.resource]
        relevant = colocation.with_role == "Promoted" and (colocation.score or 0) > 0 and not colocation.conditional
        if not relevant or (user.id, clone.id) in seen or cib.clone_of(user) is not None or clone.promotable is False:
            continue
        seen.add((user.id, clone.id))
        needing = _waits_for(user, clone)
        if needing is None:
            continue
        orders = [
            o for o in cib.orders if o.first in {r.id for r in clone.walk()} and _leads_to(cib, relations, o, user)
        ]
        idle = next((o for o in orders if _promotes_nothing(cib, o)), None)
        if any(o.first_action == "promote" and not _promotes_nothing(cib, o) for o in orders):
            continue
        wrong = idle or next((o for o in orders if o.first_action == "start" and o.then_action == "start"), None)
        if wrong is None and rank(needing) == _ADDRESS:
            continue
        values = {"user": user.id, "clone": clone.id, "agent": str(needing.agent), "order": wrong.id if wrong else ""}
        related = ((colocation.at, f"{user.id} runs where {clone.id} is promoted"),) if wrong else ()
        at = wrong.at if wrong else colocation.at
        case = "idle" if idle else "start" if wrong else "none"
        yield Hit(at=at, subject=user.id, case=case, values=values, related=related)


def _promotes_nothing(cib: Cib, order: Order) -> bool:
    """Whether what waits is a promotion that never comes: an unset then-action is the first one (crm_simulate)."""
    then = cib.by_id[order.then]
    clone = cib.clone_of(then)
    return order.then_action == "promote" and (clone is None or clone.promotable is False)


def _waits_for(user: Resource, clone: Resource) -> Resource | None:
    """A primitive that needs the promoted instance: storage and services on a device, addresses and services else."""
    device = min((r for p in clone.walk() if (r := rank(p)) is not None), default=None)
    if any(str(r.agent).startswith(_NO_PROMOTE_ORDER) for r in clone.walk()):
        return None
    wanted = {3, _MOUNT, _SERVICE, _ADDRESS} if device == _DEVICE else {_ADDRESS, _SERVICE}
    ranked = [r for r in user.walk() if rank(r) in wanted]
    return next((r for r in ranked if rank(r) != _ADDRESS), ranked[0] if ranked else None)


# SAP HANA's own guides start the address without waiting for the promotion
_NO_PROMOTE_ORDER = ("ocf:suse:SAPHana", "ocf:heartbeat:SAPHana")


def _leads_to(cib: Cib, relations: Relations, order: Order, user: Resource) -> bool:
    """Whether what the order starts is the resource, or part of it, or something it starts after."""
    then = cib.by_id[order.then]
    inside = {r.id for r in user.walk()} | {r.id for r in cib.ancestors(user)}
    return then.id in inside or any(relations.ordered(then, r) for r in user.walk())


_STATIONS = 8
"""So many resources of a circle are named."""


def order_cycle(cluster: Cluster) -> Iterator[Hit]:
    """Orders that wait for each other."""
    cib = cluster.needed_cib()
    for circle in StartOrder(cib).circles():
        first, *others = circle.orders
        if first.first == first.then and first.first_action == first.then_action:
            continue  # where this does harm it is order-self's
        way = listed(circle.resources, between=" → ", last=" → ", most=_STATIONS)
        values = {"order": first.id, "resource": first.first, "circle": way}
        related = tuple((o.at, f"{o.id} starts {o.then} after {o.first}") for o in others)
        yield Hit(at=first.at, subject=first.id, case=_shape(first, len(circle.orders)), values=values, related=related)


def _shape(order: Order, count: int) -> str:
    if order.first == order.then:
        return "self"
    return "circle" if count > 1 else "group"


def order_self(cluster: Cluster) -> Iterator[Hit]:
    """Orders that put an action of a resource before the same action of this resource, each constraint once."""
    cib = cluster.needed_cib()
    told: set[Element | None] = set()
    for order in cib.orders:
        if not _is_of_itself(cib, order) or order.at.element in told:
            continue
        told.add(order.at.element)
        written = order.at.element is not None and order.at.element.get("first") == order.first
        case = "set" if order.from_set else "" if written else "meant"
        values = {"order": order.id, "resource": order.first, "action": order.first_action}
        yield Hit(at=order.at, subject=order.id, case=case, values=values)


def _is_of_itself(cib: Cib, order: Order) -> bool:
    """Whether both sides are one action that the resource has: those for which the scheduler aborts (measured)."""
    if order.first != order.then or order.first_action != order.then_action:
        return False
    if order.from_set and (not order.require_all or any(t.references.count(order.first) > 1 for t in cib.tags)):
        return False  # one of the others in the set is enough; what a tag names twice counts once
    clone = cib.clone_of(cib.by_id[order.first])
    return order.first_action in ("start", "stop") or (clone is not None and clone.promotable is not False)


def _mandatory(cib: Cib) -> Iterator[Colocation]:
    """Pairs that must be on the same node."""
    for colocation in cib.colocations:
        same_node = colocation.node_attribute == "#uname" and not colocation.conditional
        if same_node and (colocation.score or 0) >= INFINITY:
            yield colocation


def _named(user: Resource, base: Resource) -> dict[str, str]:
    """How a message tells what depends on what."""
    return {
        "user_agent": user.agent.type if user.agent else "",
        "base_agent": base.agent.type if base.agent else "",
    }
