"""What constraints, stickiness and fail-counts give each node before anything is placed, and who is placed by whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from halint.diff.effects.items import Colocation, Item, Node, Options, World, add_scores
from halint.diff.effects.rules import holds
from halint.model.cib import INFINITY
from halint.model.status import Status, number
from halint.model.values import parse_bool, parse_duration_ms, parse_role, parse_score

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from halint.model.cib import Cib, Location, Ticket

_HIDDEN = -INFINITY


def prepare(world: World, cib: Cib, status: Status) -> None:
    """Fill in scores and colocations."""
    for location in cib.locations:
        if not location.expired:
            _locate(world, location)
    for item in world.items:
        _group_links(world, item)
    _colocations(world, cib)
    for leaf in world.leaves:
        _threshold(world, leaf, status)
        _stick(world, leaf)
        _kinds(world, leaf)
    _tickets(world, cib, status)


def facts_of(node: Node) -> dict[str, str]:
    """What a rule may ask of a node."""
    kind = {"member": "cluster", "remote": "remote", "guest": "container"}[node.kind]
    return {
        **node.attributes,
        "#uname": node.name,
        "#id": node.id,
        "#kind": kind,
        "#is_dc": "true" if node.is_dc else "false",
    }


def _locate(world: World, location: Location) -> None:
    given = node_scores(world, location)
    for name in location.resources:
        item = world.by_id.get(name)
        if item is None:
            continue
        promoted = given if location.role == "Promoted" else node_scores(world, location, "Promoted")
        if promoted and (location.role == "Promoted" or location.node is None):
            world.promotions.setdefault(item.id, []).append(promoted)
        if location.role == "Promoted":
            continue
        apply_location(item, given, location.discovery == "exclusive")
        if item.kind in ("clone", "bundle"):
            for child in item.children:
                apply_location(child, given, location.discovery == "exclusive")


def node_scores(world: World, location: Location, role: str = "") -> dict[str, int]:
    """Node name to score, of the constraint's node or of every node that its rules take. `role` asks for one role."""
    if location.node is not None:
        wanted = location.node.lower()
        return {n: location.score or 0 for n in world.nodes if n.lower() == wanted}
    given: dict[str, int] = {}
    for rule in location.rules:
        if location.role != "Promoted" and (rule.role == "Promoted") != (role == "Promoted"):
            continue
        for node in world.nodes.values():
            facts = facts_of(node)
            if not holds(rule, facts, world.options.now):
                continue
            score = rule.score
            if rule.score_attribute:
                score = parse_score(facts.get(rule.score_attribute))
            given[node.name] = add_scores(given.get(node.name, 0), score or 0)
    return given


def apply_location(item: Item, given: dict[str, int], exclusive: bool = False) -> None:
    """Add a constraint's scores; in a colocated group they count for its first member."""
    _apply(item, given, exclusive)
    if item.kind == "group":
        for place, member in enumerate(item.children):
            _apply(member, given if place == 0 else dict.fromkeys(given, 0), exclusive)


def _apply(item: Item, given: dict[str, int], exclusive: bool) -> None:
    for node, score in given.items():
        item.allowed[node] = add_scores(item.allowed.get(node, 0), score)
    if exclusive:
        item.exclusive.update(given)


def _link(world: World, colocation: Colocation) -> None:
    world.colocations.append(colocation)
    dependent, primary = colocation.dependent, colocation.primary
    for child in _ends(dependent, first=True):
        child.this_with.append(colocation)
    for child in _ends(primary, first=False):
        child.with_this.append(colocation)


def _ends(item: Item, *, first: bool) -> list[Item]:
    """Where a colocation of a group counts: its first member as dependent, its last one as primary.

    Those of a clone reach its instances when they are placed.
    """
    if item.kind == "group" and item.children:
        return [item, item.children[0 if first else -1]]
    return [item]


def _group_links(world: World, item: Item) -> None:
    if item.kind in ("clone", "bundle"):
        for child in item.children:
            _group_links(world, child)
        return
    if item.kind != "group" or (
        item.resource is not None and parse_bool(item.resource.meta_value("collocated", "colocated")) is False
    ):
        return
    for one, other in zip(item.children, item.children[1:], strict=False):
        if other.implied not in ("", "member", "part"):
            continue
        link = Colocation(id=item.id, dependent=other, primary=one, score=INFINITY, influence=other.critical)
        other.this_with.append(link)
        one.with_this.append(link)


def _colocations(world: World, cib: Cib) -> None:
    for pair in cib.colocations:
        dependent, primary = world.by_id.get(pair.resource), world.by_id.get(pair.with_resource)
        if dependent is None or primary is None or dependent is primary or not pair.score:
            continue
        influence = _influence(pair.at.element.get("influence") if pair.at.element is not None else None, dependent)
        _link(
            world,
            Colocation(
                id=pair.id,
                dependent=dependent,
                primary=primary,
                score=pair.score,
                role=pair.role,
                primary_role=pair.with_role,
                attribute=pair.node_attribute,
                influence=influence,
            ),
        )
    for item in (*world.items, *world.leaves):
        item.this_with.sort(key=lambda c: (-c.primary.priority,))
        item.with_this.sort(key=lambda c: (-c.dependent.priority,))


def _influence(text: str | None, dependent: Item) -> bool:
    value = parse_bool(text)
    return dependent.critical if value is None else value


def _stick(world: World, leaf: Item) -> None:
    if not leaf.managed or leaf.stickiness < 1 or len(leaf.running) != 1:
        return
    node = leaf.running[0]
    if world.options.symmetric or node in leaf.allowed:
        leaf.allowed[node] = add_scores(leaf.allowed.get(node, 0), leaf.stickiness)


def _kinds(world: World, leaf: Item) -> None:
    """Connections and fence devices run on members only; exclusive discovery leaves no other node."""
    members_only = leaf.remote or leaf.fencing or leaf.implied == "member"
    guest = leaf.implied == "part" or (leaf.resource is not None and "remote-node" in leaf.resource.own_meta)
    exclusive = set().union(*(outer.exclusive for outer in (leaf, *leaf.around())))
    if leaf.implied not in ("", "part"):
        exclusive = set()
    for node in world.nodes.values():
        wrong = (members_only and node.kind != "member") or (guest and node.kind == "guest")
        if wrong or (exclusive and node.name not in exclusive):
            leaf.allowed[node.name] = _HIDDEN
    if leaf.implied in world.nodes and world.nodes[leaf.implied].kind == "guest":
        leaf.allowed = {leaf.implied: max(0, leaf.allowed.get(leaf.implied, 0))}


def _threshold(world: World, leaf: Item, status: Status) -> None:
    resource = leaf.resource
    if resource is None or not leaf.managed:
        return
    threshold = parse_score(resource.meta_value("migration-threshold"))
    threshold = INFINITY if threshold is None else threshold
    if threshold <= 0:
        return
    expiry = parse_duration_ms(resource.meta_value("failure-timeout"))
    clone = leaf.clone
    for name, state in status.nodes.items():
        if name not in world.nodes:
            continue
        count = _fail_count(state.attributes, leaf, expiry, world.options)
        if count >= threshold:
            leaf.allowed[name] = _HIDDEN
            if clone is not None and not clone.unique:
                clone.allowed[name] = _HIDDEN


def _fail_count(attributes: Mapping[str, str], leaf: Item, expiry: int | None, options: Options) -> int:
    """Failures on one node, of all operations; before feature set 3.0.13 they were not told apart."""
    unique = leaf.clone is not None and leaf.clone.unique
    total = newest = 0
    for key, value in attributes.items():
        kind = next((k for k in ("fail-count-", "last-failure-") if key.startswith(k)), "")
        name, mark, _ = key.removeprefix(kind).partition("#")
        if not kind or bool(mark) == options.legacy:
            continue
        if name != leaf.name and (unique or name.partition(":")[0] != leaf.id):
            continue
        if kind == "fail-count-":
            total = add_scores(total, parse_score(value) or 0)
        else:
            newest = max(newest, number(value, 0))
    return 0 if expiry and newest and newest + expiry / 1000 < options.now else total


def _tickets(world: World, cib: Cib, status: Status) -> None:
    """Without its ticket a resource may not start; what runs stops or is demoted, as loss-policy says."""
    for ticket in cib.tickets:
        state = status.tickets.get(ticket.ticket)
        if state is not None and state.granted and not state.standby:
            continue
        lost = state is None or not state.granted
        for role, name in _held(ticket):
            item = world.by_id.get(name)
            for leaf in item.leaves() if item is not None else ():
                _without(world, leaf, ticket, role, lost=lost)


def _held(ticket: Ticket) -> Iterator[tuple[str, str]]:
    """Role and id of what a ticket holds; each set may name its own role."""
    element = ticket.at.element
    sets = [] if element is None else element.findall("resource_set")
    roles = {r.get("id"): parse_role(s.get("role")) or "" for s in sets for r in s.iterchildren("resource_ref")}
    for name in ticket.resources:
        yield roles.get(name, ticket.role), name


def _without(world: World, leaf: Item, ticket: Ticket, role: str, *, lost: bool) -> None:
    policy = ticket.loss_policy
    leaf.no_promotion = True
    if lost and leaf.running and policy == "freeze":
        leaf.managed = False
        return
    if lost and leaf.running and policy == "fence":
        world.fenced.update((node, f"{leaf.id} runs there without its ticket {ticket.ticket}") for node in leaf.running)
    elif role == "Promoted" and policy != "stop":
        return
    leaf.allowed = dict.fromkeys(world.nodes, _HIDDEN)
    leaf.why = leaf.why or f"ticket {ticket.ticket} is not granted"
