"""Checks of constraints: what they name, and where they let resources run."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from halint.checks.cib_excused import without_excused
from halint.engine.hit import Hit
from halint.listing import listed
from halint.model.cib import INFINITY
from halint.model.node_names import NodeNames
from halint.model.placement import Placement

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from halint.model.cib import Cib, Location, Resource
    from halint.model.cluster import Cluster
    from halint.model.placement import Places
    from halint.source import Mark

_BY_HAND = ("cli-ban-", "cli-prefer-", "cli-standby-")
"""The ids that `crm_resource --ban`, `--move` and the shells' move commands give (crm_resource(8))."""


def unknown_resource(cluster: Cluster) -> Iterator[Hit]:
    """Ids in constraints that no resource, template or tag has; members of tags included."""
    cib = cluster.needed_cib()
    yield from without_excused(cib, _unknown(cib))


def _unknown(cib: Cib) -> Iterator[tuple[Hit, str]]:
    """Each with the id that nothing has."""
    tags = {t.id: t for t in reversed(cib.tags)}
    for reference in cib.references:
        values = {"constraint": reference.constraint, "target": reference.target}
        if not reference.known:
            yield Hit(at=reference.at, subject=reference.constraint, case="unknown", values=values), reference.target
            continue
        tag = tags.get(reference.target) if reference.target not in cib.by_id else None
        for member in tag.references if tag else ():
            if member not in cib.by_id:
                values = {**values, "member": member}
                related = ((tag.at, f"the tag {tag.id}"),) if tag else ()
                hit = Hit(at=reference.at, subject=reference.constraint, case="tag", values=values, related=related)
                yield hit, member


def unknown_node(cluster: Cluster) -> Iterator[Hit]:
    """Nodes named by location constraints that the cluster does not have; leftovers of moves have their own rule."""
    names = NodeNames(cluster)
    ids = {n.id for n in cluster.needed_cib().nodes}
    seen = set()
    for location in cluster.needed_cib().locations:
        if not names.complete or location.expired or location.id.startswith(_BY_HAND):
            continue
        for name, at, case in _named_nodes(location, ids, names):
            if (location.id, name, at) in seen:
                continue
            seen.add((location.id, name, at))
            meant = names.meant(name)
            hint = f"; did you mean {meant.name}?" if meant else ""
            values = {"constraint": location.id, "node": name, "nodes": names.listed(), "hint": hint}
            yield Hit(at=at, subject=location.id, case=case, values=values)


def _named_nodes(location: Location, ids: set[str], names: NodeNames) -> Iterator[tuple[str, Mark, str]]:
    if location.node is not None and not names.known(location.node):
        yield location.node, location.at.on("node"), "node"
    for rule in location.rules:
        for expression in rule.walk():
            element = expression.at.element
            if expression.operation not in ("eq", "ne") or not expression.value or element is None:
                continue
            if element.get("value-source") not in (None, "literal"):
                continue
            wrong = (expression.attribute == "#uname" and not names.known(expression.value)) or (
                expression.attribute == "#id" and ids and expression.value not in ids
            )
            if wrong:
                yield expression.value, expression.at.on("value"), expression.operation


def cli_leftover(cluster: Cluster) -> Iterator[Hit]:
    """Constraints that a manual move or ban left behind, and that still hold."""
    cib = cluster.needed_cib()
    placement = Placement(cluster, cib)
    for location in cib.locations:
        if not location.id.startswith(_BY_HAND) or location.expired or _timed(location):
            continue
        resource = next((cib.by_id[r] for r in location.resources), None)
        if resource is None:
            continue
        places = placement.places(cib.outermost(resource))
        ban = not location.id.startswith("cli-prefer-")
        alone = ban and places is not None and len(places.nodes) == 1 and len(list(cluster.members())) > 1
        node = location.node or _node_of_rule(location)
        values = {
            "constraint": location.id,
            "resource": resource.id,
            "where": f" {'off' if ban else 'on'} {node}" if node else "",
            "node": places.nodes[0].name if places and places.nodes else "",
        }
        # `crm_resource --clear` asks for bans of the nodes there are, and knows no id of before Pacemaker 1.1.9
        cleared = not location.id.startswith("cli-standby-") and (not node or cluster.node(node) is not None)
        case = ("only" if alone else "ban" if cleared else "old") if ban else "prefer"
        yield Hit(at=location.at, subject=location.id, case=case, values=values)


def _timed(location: Location) -> bool:
    """Whether a date ends it; then it goes away by itself."""
    return location.conditional or any(e.kind == "date_expression" for r in location.rules for e in r.walk())


def _node_of_rule(location: Location) -> str:
    values = [e.value for r in location.rules for e in r.walk() if e.attribute == "#uname" and e.operation == "eq"]
    return values[0] or "" if values else ""


def only_one_node(cluster: Cluster) -> Iterator[Hit]:
    """Resources that constraints keep on a single node of several."""
    cib = cluster.needed_cib()
    if len(list(cluster.members())) < 2:
        return
    placement = Placement(cluster, cib)
    told = [(resource, id(ban.location)) for resource, _, ban in _contradictions(cib)]
    pinned = [(r, p) for r in cib.resources if (p := placement.places(r)) is not None and len(p.nodes) == 1]
    kept: dict[tuple[int, ...], list[tuple[Resource, Places]]] = {}
    for resource, places in pinned:
        if _node_local(resource, places, pinned) or _gives_way(cib, resource):
            continue
        # what a ban against a preference or a manual move does is told by their own rules
        contradicted = any((inner.id, id(c)) in told for inner in resource.walk() for c in places.deciding)
        if not contradicted and not any(c.id.startswith(_BY_HAND) for c in places.deciding):
            kept.setdefault(tuple(id(c) for c in places.deciding), []).append((resource, places))
    for together in kept.values():
        yield _kept([resource for resource, _ in together], together[0][1])


def _kept(resources: list[Resource], places: Places) -> Hit:
    """One hit for all that the same constraints keep on the same node."""
    first, *others = places.deciding
    ids = listed([r.id for r in resources])
    values = {
        "resources": f"{resources[0].kind} {ids}" if len(resources) == 1 else ids,
        "node": places.nodes[0].name,
        "constraint": first.id,
        "constraints": listed(dict.fromkeys(c.id for c in places.deciding)),
    }
    related = tuple((c.at, f"constraint {c.id}") for c in others)
    return Hit(at=first.at, subject=resources[0].id, values=values, related=related)


def _node_local(resource: Resource, places: Places, pinned: Iterable[tuple[Resource, Places]]) -> bool:
    """Whether a resource belongs to its node: a fence device, stopped, or with a like one kept on another node."""
    agents = _agents(resource)
    if not agents or any(a.startswith("stonith:") or a == "ocf:pacemaker:remote" for a in agents):
        return True
    if (resource.meta_value("target-role") or "").lower() == "stopped":
        return True
    return any(
        _agents(other) == agents and elsewhere.nodes != places.nodes
        for other, elsewhere in pinned
        if other is not resource
    )


def _gives_way(cib: Cib, resource: Resource) -> bool:
    """Whether it may not be where another resource is: a lesser system on the node that is spare for a greater one."""
    return any(c.resource == resource.id and (c.score or 0) <= -INFINITY for c in cib.colocations)


def _agents(resource: Resource) -> list[str]:
    return [str(r.agent) for r in resource.walk() if r.kind == "primitive"]


def contradiction(cluster: Cluster) -> Iterator[Hit]:
    """A node that one constraint prefers and another forbids for the same resource and role."""
    for resource, wish, ban in _contradictions(cluster.needed_cib()):
        values = {
            "resource": resource,
            "node": wish.node,
            "ban": ban.location.id,
            "wish": wish.location.id,
            "score": "INFINITY" if wish.score == INFINITY else wish.score,
        }
        related = ((ban.location.at, f"{ban.location.id} forbids {ban.node}"),)
        yield Hit(at=wish.location.at, subject=resource, values=values, related=related)


class _Score(NamedTuple):
    """The score that a constraint gives a node it names, in an attribute or in a rule that asks for nothing else."""

    location: Location
    node: str
    score: int
    role: str


def _contradictions(cib: Cib) -> Iterator[tuple[str, _Score, _Score]]:
    """A resource, a score that prefers a node, and the ban of that node for the same role; one for each node."""
    by_place: dict[tuple[str, str, str], list[_Score]] = {}
    for location in cib.locations:
        if location.conditional or location.expired or location.id.startswith(_BY_HAND):
            continue
        for score in _scores(location):
            for resource in location.resources:
                by_place.setdefault((resource, score.node.lower(), score.role), []).append(score)
    for (resource, _, _), found in by_place.items():
        ban = next((s for s in found if s.score <= -INFINITY), None)
        wish = next((s for s in found if s.score > 0), None)
        if ban is not None and wish is not None:
            yield resource, wish, ban


def _scores(location: Location) -> Iterator[_Score]:
    if location.node is not None:
        yield _Score(location, location.node, location.score or 0, location.role)
    for rule in location.rules:
        expressions = list(rule.walk())
        named = all(e.attribute == "#uname" and e.operation == "eq" for e in expressions)
        if named and not rule.rules and rule.score is not None and (rule.boolean_op == "or" or len(expressions) == 1):
            for expression in expressions:
                yield _Score(location, expression.value or "", rule.score, rule.role or location.role)
