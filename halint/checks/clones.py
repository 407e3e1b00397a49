"""Checks of clones: interleave, notify, and whether instances can be promoted at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from halint.engine.hit import Hit
from halint.model.agents import traits
from halint.model.values import parse_bool

if TYPE_CHECKING:
    from collections.abc import Iterator

    from halint.model.cib import Cib, Order, Resource
    from halint.model.cluster import Cluster
    from halint.source import Mark

_UPWARD = ("", "start", "promote")
# Its notify action does nothing; the guide of its vendor asks for notifications, those for SUSE's own agent do not
_ADVISED = frozenset({"ocf:heartbeat:SAPHana"})


def interleave_missing(cluster: Cluster) -> Iterator[Hit]:
    """Clones that must wait for every instance of another clone, as they do not interleave.

    It is the dependent clone's own interleave that decides; that of the clone it waits for has no say (crm_simulate).
    """
    cib = cluster.cib
    told = set()
    for order in cib.orders if cib is not None else ():
        if cib is None or not _waits(order):
            continue
        first, then = _clone(cib, order.first), _clone(cib, order.then)
        if (
            first is None
            or then is None
            or first is then
            or then.id in told
            or _interleaves(then)
            or _harmless(first, then)
        ):
            continue
        told.add(then.id)
        setting = then.meta.get("interleave")
        at = then.at if setting is None else setting.at
        values = {
            "clone": then.id,
            "first": first.id,
            "order": order.id,
            "value": "unset" if setting is None else "false",
        }
        yield Hit(at=at, subject=then.id, values=values, related=((order.at, f"order {order.id}"),))


def _waits(order: Order) -> bool:
    upward = order.first_action in _UPWARD and order.then_action in _UPWARD
    return upward and order.kind == "Mandatory" and order.require_all and not order.conditional


def _clone(cib: Cib, name: str) -> Resource | None:
    """The clone that a constraint on this id speaks of: itself, or the one around it."""
    resource = cib.by_id.get(name)
    clone = None if resource is None else cib.clone_of(resource)
    return clone if clone is not None and clone.kind == "clone" else None


def _interleaves(clone: Resource) -> bool:
    """Whether it does, or might: a rule may decide."""
    setting = clone.meta.get("interleave")
    if setting is None:
        return False
    return not setting.certain or parse_bool(setting.value) is True


def _harmless(*clones: Resource) -> bool:
    """Whether one of them has a single instance, or fences: restarting a fence device interrupts nothing."""
    agents = [inner.agent for clone in clones for inner in clone.walk() if inner.agent is not None]
    fences = any(agent.standard == "stonith" for agent in agents)
    return fences or any(clone.meta_value("clone-max") == "1" for clone in clones)


def notify_missing(cluster: Cluster) -> Iterator[Hit]:
    """Promotable clones without notify=true whose agent works by notifications.

    On the primitive it has no effect in a clone, but has in a bundle (crm_simulate plans notify actions or none).
    """
    for cib, resource, clone in _promotable(cluster):
        known = traits(resource.agent)
        if known is None or not known.needs_notify or parse_bool(resource.parameter("ignore_missing_notifications")):
            continue
        bundle = clone.kind == "bundle"
        setting = (resource if bundle else clone).meta.get("notify")
        if setting is not None and (not setting.certain or parse_bool(setting.value)):
            continue
        inner = resource.own_meta.get("notify")
        inside = inner is not None and parse_bool(inner.value) is True
        values = {"clone": clone.id, "id": resource.id, "agent": resource.agent}
        at = clone.at if setting is None else setting.at
        related = ((inner.at, f"notify on {resource.id}"),) if inner is not None and inside else ()
        case = "vendor" if known.name in _ADVISED else "bundle" if bundle else "inside" if inside else ""
        yield Hit(at=at, subject=cib.outermost(clone).id, values=values, case=case, related=related)


def promotable_unsupported(cluster: Cluster) -> Iterator[Hit]:
    """Promotable clones around a primitive that cannot be promoted."""
    for _, resource, clone in _promotable(cluster):
        agent = resource.agent
        known = traits(agent)
        if agent is None or (agent.standard == "ocf" and (known is None or known.promotable)):
            continue
        values = {"clone": clone.id, "id": resource.id, "agent": agent, "standard": agent.standard}
        related = ((resource.at, f"{resource.id} is {agent}"),)
        case = f"{'' if agent.standard == 'ocf' else 'class'}{'-bundle' if clone.kind == 'bundle' else ''}"
        yield Hit(at=_told_promotable(clone), subject=clone.id, values=values, case=case, related=related)


def _told_promotable(clone: Resource) -> Mark:
    """Where a clone or bundle is said to be promotable."""
    if clone.container is not None:
        at = clone.container.at
        written = (
            () if at.element is None else (n for n in ("promoted-max", "masters") if at.element.get(n) is not None)
        )
        return next((at.on(n) for n in written), at)
    setting = clone.own_meta.get("promotable")
    return clone.at if setting is None else setting.at


def _promotable(cluster: Cluster) -> Iterator[tuple[Cib, Resource, Resource]]:
    """Every primitive in a clone or bundle that is promotable for certain, with that."""
    cib = cluster.cib
    for resource in cib.primitives() if cib is not None else ():
        clone = None if cib is None else cib.clone_of(resource)
        if cib is not None and clone is not None and clone.promotable:
            yield cib, resource, clone
