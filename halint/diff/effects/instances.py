"""Places the instances of clones: where they run as long as they may, then the rest; and chooses who is promoted."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from halint.diff.effects.items import Colocation, Item, add_scores
from halint.diff.effects.placement import Placer, places_of
from halint.diff.effects.world import clone_number
from halint.model.cib import INFINITY

if TYPE_CHECKING:
    from collections.abc import Callable


def assign_instances(placer: Placer, clone: Item) -> None:
    """Place every instance of a clone."""
    for colocation in clone.this_with:
        placer.assign(colocation.primary)
    for colocation in clone.with_this:
        if colocation.dependent.provisional and colocation.influence and colocation.primary_role != "Promoted":
            factor = colocation.score / INFINITY
            if colocation.role != "Promoted":
                merged = placer.merge(colocation.dependent, clone.allowed, colocation.attribute, factor, clone)
                clone.allowed = merged
    if clone.promotable:
        _promotion_scores(placer, clone)
    limits = _limits(clone, len(placer.world.nodes))
    _distribute(placer, clone, limits.instances, limits.each)
    if clone.promotable:
        _promote(placer, clone)


def _inherit(clone: Item, child: Item, *, every: bool) -> None:
    """The clone's colocations that an instance heeds: all where there are fewer instances than nodes."""
    first, last = _head(child), child.children[-1] if child.kind == "group" and child.children else child
    for link in clone.this_with:
        if every or link.score < 0 or link.score >= INFINITY:
            first.this_with.append(link)
    for link in clone.with_this:
        if (every or link.score < 0) and (link.influence or not child.place):
            last.with_this.append(link)


def _heads(child: Item) -> list[Item]:
    return child.children[:1] if child.kind == "group" else [child]


def _distribute(placer: Placer, clone: Item, largest: int, each: int) -> None:
    used: dict[str, int] = dict.fromkeys(placer.world.nodes, 0)
    available = [n for n, s in clone.allowed.items() if s >= 0 and placer.usable(n)]
    loop = max(1, largest // len(available)) if available else 1
    loop = max(1, min(loop, each)) if each else 0
    for child in clone.children:
        _inherit(clone, child, every=largest < len(available))
    done = 0
    order = sorted(clone.children, key=lambda child: _rank(placer, child))
    for child in order:
        here = child.place
        if (
            done >= largest
            or here is None
            or used.get(here, 0) >= loop
            or _head(child).allowed.get(here, -INFINITY) < 0
        ):
            continue
        if not placer.usable(here) and _managed(child):
            continue
        done += _assign(placer, child, here, used, each)
    for child in order:
        if not child.provisional:
            continue
        if done >= largest:
            _ban(child)
            placer.assign(child)
        else:
            done += _assign(placer, child, None, used, each)


def _managed(child: Item) -> bool:
    return all(leaf.managed for leaf in child.leaves())


def _head(child: Item) -> Item:
    return _heads(child)[0] if _heads(child) else child


def _rank(placer: Placer, child: Item) -> tuple[object, ...]:
    """Instances that run where they may stay come first, those liked better there before others.

    Those on a lost node come last: an empty instance takes the free node before them (measured).
    """
    here = child.place
    head = _head(child)
    stays = here is not None and placer.usable(here)
    score = head.allowed.get(here, -INFINITY) if here is not None else 0
    lost = here is not None and (placer.world.nodes[here].unclean or not placer.world.nodes[here].online)
    return (3 if lost else 2 if here is None else 0 if stays else 1, -child.promotion, -score, child.order)


def _assign(placer: Placer, child: Item, prefer: str | None, used: dict[str, int], each: int) -> int:
    """Place an instance; 1 where it got a node. Where it does not get the preferred one it waits for its turn."""
    leaves = list(child.leaves())
    kept = [dict(leaf.allowed) for leaf in leaves]
    for leaf in leaves:
        for node, count in used.items():
            if count >= each and node in leaf.allowed:
                leaf.allowed[node] = -INFINITY
    placer.assign(child, prefer)
    got = child.decided
    if prefer is not None and got != prefer:
        for leaf, allowed in zip(leaves, kept, strict=True):
            placer.release(leaf)
            leaf.allowed = allowed
        child.provisional = True
        return 0
    if got is None:
        return 0
    used[got] = used.get(got, 0) + 1
    return 1


def _ban(child: Item) -> None:
    for leaf in child.leaves():
        leaf.allowed = dict.fromkeys(leaf.allowed, -INFINITY)


# --- promotion


def promotion_score(placer: Placer, child: Item, node: str) -> int | None:
    """The node's attribute for the instance, None where it has none."""
    found = placer.world.nodes.get(node)
    if found is None or not found.promotions:
        return None
    unique = child.clone is not None and child.clone.unique
    for leaf in child.leaves():
        if leaf.implied in ("member", "part"):
            continue
        own = found.promotions.get(leaf.name if unique else leaf.id)
        if own is not None:
            return own
    return None


def _role_node(child: Item) -> str | None:
    """Where the role counts: in a bundle the guest node, else the node itself."""
    inner = child.children[-1] if child.children else child
    return inner.node if inner.implied else child.decided


def _promotion_scores(placer: Placer, clone: Item) -> None:
    if clone.kind == "bundle":
        return
    for child in clone.children:
        head = _head(child)
        for node, score in list(head.allowed.items()):
            if score < 0 or not placer.usable(node):
                continue
            own = promotion_score(placer, child, node)
            if own is None or own <= 0:
                continue
            head.allowed[node] = add_scores(score, own)
            child.promotion = max(child.promotion, own)


def _promote(placer: Placer, clone: Item) -> None:
    limits = _limits(clone, len(placer.world.nodes))
    ranked = sorted(clone.children, key=_better(placer, clone))
    used: dict[str, int] = {}
    promoted = 0
    for child in ranked:
        node = _role_node(child)
        if node is None:
            continue
        wanted = child.promotion >= 0 and _may(placer, child)
        wanted = wanted and promoted < limits.promoted and used.get(node, 0) < limits.promoted_each
        role = "Promoted" if wanted else "Unpromoted"
        for leaf in child.leaves():
            if leaf.node is not None and leaf.implied not in ("member", "part"):
                leaf.next_role = role if leaf.managed else leaf.role
        if any(leaf.next_role == "Promoted" for leaf in child.leaves()):
            promoted += 1
            used[node] = used.get(node, 0) + 1


def _may(placer: Placer, child: Item) -> bool:
    options = placer.options
    if any(leaf.no_promotion or leaf.target == "Unpromoted" for leaf in child.leaves()):
        return False
    return options.quorum or options.no_quorum in ("ignore", "freeze")


def _better(placer: Placer, clone: Item) -> Callable[[Item], tuple[object, ...]]:
    extra = _role_scores(placer, clone)

    def key(child: Item) -> tuple[object, ...]:
        node = _role_node(child)
        if node is None:
            return (True, 0, 0, 0)
        own = promotion_score(placer, child, node)
        score = -1 if own is None else own
        for given in extra.get(node, ()):
            score = given if own is None and score == -1 and given > 0 else add_scores(score, given)
        child.promotion = score
        head = _head(child)
        current = any(leaf.role == "Promoted" for leaf in child.leaves())
        return (False, -score, not current, -head.allowed.get(node, 0), child.order)

    return key


def _role_scores(placer: Placer, clone: Item) -> dict[str, list[int]]:
    """What constraints on the promoted role give each node."""
    world = placer.world
    found: dict[str, list[int]] = {}
    for given in world.promotions.get(clone.id, ()):
        for node, score in given.items():
            found.setdefault(node, []).append(score)
    for colocation in clone.this_with:
        if colocation.role == "Promoted":
            _by_primary(placer, colocation, found)
    for colocation in clone.with_this:
        if colocation.primary_role == "Promoted" and colocation.dependent.provisional and colocation.influence:
            merged = placer.merge(
                colocation.dependent,
                dict.fromkeys(world.nodes, 0),
                colocation.attribute,
                colocation.score / INFINITY,
                clone,
            )
            for node, score in merged.items():
                if score > 0:
                    found.setdefault(node, []).append(score)
    return found


def _by_primary(placer: Placer, colocation: Colocation, found: dict[str, list[int]]) -> None:
    primary = colocation.primary
    placer.assign(primary)
    places = places_of(primary, colocation) if primary.kind in ("clone", "bundle") else [primary.decided]
    for node in placer.world.nodes:
        if node in places:
            found.setdefault(node, []).append(colocation.score)
        elif colocation.score >= INFINITY:
            found.setdefault(node, []).append(-INFINITY)


class _Limits(NamedTuple):
    """How many instances there are and how many a node takes, in all and promoted."""

    instances: int
    each: int
    promoted: int
    promoted_each: int


def _limits(clone: Item, nodes: int) -> _Limits:
    resource = clone.resource
    container = None if resource is None else resource.container
    if resource is None or container is not None:
        replicas = len(clone.children)
        each = container.replicas_per_host if container is not None else None
        most = container.promoted_max if container is not None else None
        return _Limits(replicas, each or 1, most or 1, 1)
    return _Limits(
        clone_number(resource, "clone-max", max(1, nodes)),
        clone_number(resource, "clone-node-max", 1),
        clone_number(resource, "promoted-max", 1),
        clone_number(resource, "promoted-node-max", 1),
    )
