"""Checks of constraints that Pacemaker makes when it reads them: what they name, and the values they hold."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from halint.checks.cib_elements import label, mark, owner, referenced, section
from halint.checks.cib_excused import spelt
from halint.checks.pacemaker_release import is_from, is_known_from
from halint.engine.hit import Hit
from halint.listing import listed
from halint.model.cib import INFINITY
from halint.model.properties import fencing_enabled
from halint.model.values import parse_bool, parse_role, parse_score

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

    from halint.model.cib import Cib, Resource, Tag
    from halint.model.cluster import Cluster

_KINDS = ("rsc_location", "rsc_colocation", "rsc_order", "rsc_ticket")
_REFERRING = {
    "rsc_location": ("rsc",),
    "rsc_colocation": ("rsc", "with-rsc"),
    "rsc_order": ("first", "then"),
    "rsc_ticket": ("rsc",),
}
_ROLES = {"rsc_location": ("role",), "rsc_colocation": ("rsc-role", "with-rsc-role"), "rsc_ticket": ("rsc-role",)}
_ACTIONS = ("start", "stop", "promote", "demote")
_ORDER_KINDS = ("Mandatory", "Optional", "Serialize")
_DISCOVERIES = ("always", "never", "exclusive")
_LOSS_POLICIES = ("stop", "demote", "fence", "freeze")


def _constraints(cib: Cib, *tags: str) -> Iterator[_Element]:
    return (e for e in section(cib, "constraints") if e.tag in (tags or _KINDS))


def _sets(cib: Cib, constraint: _Element) -> Iterator[_Element]:
    """The resource sets of a constraint, id-refs resolved."""
    return (referenced(cib, e) for e in constraint.iterchildren("resource_set"))


def _hit(cib: Cib, element: _Element, attribute: str, case: str = "", **values: object) -> Hit:
    known = {"what": label(element), "value": element.get(attribute), "attribute": attribute, "id": owner(element)}
    return Hit(at=mark(cib, element, attribute), subject=owner(element), case=case, values={**known, **values})


class _Usable:
    """Which ids a constraint may name: what is not inside a clone or bundle (measured, 2.1.5)."""

    def __init__(self, cib: Cib) -> None:
        self._cib = cib
        self.tags: dict[str, Tag] = {t.id: t for t in reversed(cib.tags)}
        self._used = {r.template for r in cib.primitives() if r.template}
        self._templates = {t.id for t in cib.templates}
        root = cib.at.element
        status = () if root is None else root.iterfind("status")
        self.history = {e.get("id") for s in status for e in s.iter("lrm_resource") if e.find("lrm_rsc_op") is not None}

    def holder(self, name: str) -> Resource | None:
        """The outermost clone or bundle that hides a resource of this id, None where nothing does."""
        resource = self._cib.by_id.get(name)
        if resource is None:
            return None
        return next((r for r in self._cib.ancestors(resource) if r.kind in ("clone", "bundle")), None)

    def unused(self, name: str) -> bool:
        """Whether it is a template that no primitive uses."""
        return name in self._templates and name not in self._used and name not in self._cib.by_id


def unusable_reference(cluster: Cluster) -> Iterator[Hit]:
    """Ids in constraints that exist, but mean nothing there: inside clones and bundles, and unused templates."""
    cib = cluster.needed_cib()
    usable = _Usable(cib)
    for reference in cib.references:
        values = {"constraint": reference.constraint, "target": reference.target}
        tag = usable.tags.get(reference.target) if reference.target not in cib.by_id else None
        if usable.unused(reference.target) and tag is None:
            yield Hit(at=reference.at, subject=reference.constraint, case="template", values=values)
        for name in (reference.target,) if tag is None else tag.references:
            holder = usable.holder(name)
            if holder is None:
                continue
            case = "history" if name in usable.history else "tag" if tag else "inside"
            values = {**values, "member": name, "holder": holder.id, "kind": holder.kind}
            related = ((tag.at, f"the tag {tag.id}"),) if tag else ()
            yield Hit(at=reference.at, subject=reference.constraint, case=case, values=values, related=related)


@spelt
def no_id(cluster: Cluster) -> Iterator[Hit]:
    """Constraints and resource sets without an id."""
    cib = cluster.needed_cib()
    for constraint in _constraints(cib):
        if not constraint.get("id"):
            yield _hit(cib, constraint, "id", "constraint", tag=constraint.tag)
        for part in constraint.iterchildren("resource_set"):
            if not part.get("id") and part.get("id-ref") is None:
                yield _hit(cib, part, "id", "set", constraint=owner(constraint))


def unknown_type(cluster: Cluster) -> Iterator[Hit]:
    """Elements in the constraints section that are none."""
    cib = cluster.needed_cib()
    for element in section(cib, "constraints"):
        if element.tag not in _KINDS:
            yield _hit(cib, element, "id", tag=element.tag)


def bad_role(cluster: Cluster) -> Iterator[Hit]:
    """Roles in constraints and their sets that Pacemaker does not know."""
    cib = cluster.needed_cib()
    for constraint in _constraints(cib):
        for name in _ROLES.get(str(constraint.tag), ()):
            if constraint.get(name) is not None and parse_role(constraint.get(name)) is None:
                yield _hit(cib, constraint, name, "location" if constraint.tag == "rsc_location" else "other")
        for part in _sets(cib, constraint):
            if part.get("role") is not None and parse_role(part.get("role")) is None:
                yield _hit(cib, part, "role", "location" if constraint.tag == "rsc_location" else "other")


def bad_location_score(cluster: Cluster) -> Iterator[Hit]:
    """Location constraints, and sets of them, whose score is none."""
    return _bad_scores(cluster.needed_cib(), "rsc_location")


def bad_colocation_score(cluster: Cluster) -> Iterator[Hit]:
    """Colocations, and sets of them, whose score is none."""
    return _bad_scores(cluster.needed_cib(), "rsc_colocation")


def _bad_scores(cib: Cib, tag: str) -> Iterator[Hit]:
    for constraint in _constraints(cib, tag):
        for element in (constraint, *_sets(cib, constraint)):
            if element.get("score") is not None and parse_score(element.get("score")) is None:
                yield _hit(cib, element, "score")


def bad_discovery(cluster: Cluster) -> Iterator[Hit]:
    """Location constraints with a resource-discovery that Pacemaker does not know."""
    cib = cluster.needed_cib()
    for constraint in _constraints(cib, "rsc_location"):
        value = constraint.get("resource-discovery")
        if value is not None and value.lower() not in _DISCOVERIES:
            yield _hit(cib, constraint, "resource-discovery")


def lifetimes(cluster: Cluster) -> Iterator[Hit]:
    """Constraints that a lifetime limits."""
    cib = cluster.needed_cib()
    for constraint in _constraints(cib):
        lifetime = constraint.find("lifetime")
        if lifetime is not None:
            case = "location" if constraint.tag == "rsc_location" else "other"
            case += "-dropped" if is_from(cib, "3.0.0") else ""
            values = {"constraint": owner(constraint)}
            yield Hit(at=mark(cib, lifetime), subject=owner(constraint), case=case, values=values)


def bad_pattern(cluster: Cluster) -> Iterator[Hit]:
    """Location constraints whose rsc-pattern is no regular expression, or matches nothing."""
    from halint.model.pattern import Pattern, PatternError  # noqa: PLC0415 - few configurations have a pattern

    cib = cluster.needed_cib()
    for constraint in _constraints(cib, "rsc_location"):
        pattern = constraint.get("rsc-pattern")
        if pattern is None or constraint.get("rsc") is not None:
            continue
        try:
            expression = Pattern(pattern.removeprefix("!"))
        except PatternError as error:
            if str(error) not in _OWN_LIMITS or _refers_to_no_group(pattern):
                yield _hit(cib, constraint, "rsc-pattern", "invalid", problem=error)
            continue
        if not any(expression.search(r.id) != pattern.startswith("!") for r in cib.resources):
            yield _hit(cib, constraint, "rsc-pattern", "nothing")


# what regcomp(3) of glibc takes all the same (measured)
_OWN_LIMITS = frozenset(
    ("too large", "nested too deep", "a repetition repeated", "an escape that cannot be matched here", "unmatched )")
)


def _refers_to_no_group(pattern: str) -> bool:
    """Whether a back-reference counts more groups than were opened before it."""
    tokens = re.findall(r"\\.|.", pattern)
    opened = [tokens[:place].count("(") for place in range(len(tokens))]
    return any(len(t) == 2 and t[1] in "123456789" and int(t[1]) > n for t, n in zip(tokens, opened, strict=True))


def influence(cluster: Cluster) -> Iterator[Hit]:
    """Colocations whose influence is no boolean."""
    cib = cluster.needed_cib()
    for constraint in _constraints(cib, "rsc_colocation"):
        if constraint.get("influence") is not None and parse_bool(constraint.get("influence")) is None:
            yield _hit(cib, constraint, "influence")


def set_ordering(cluster: Cluster) -> Iterator[Hit]:
    """Sets of a colocation that another ordering than `group` turns round."""
    cib = cluster.needed_cib()
    for constraint in _constraints(cib, "rsc_colocation"):
        for part in _sets(cib, constraint):
            score = parse_score(part.get("score", constraint.get("score")))
            if part.get("ordering") is not None and (part.get("ordering") or "").lower() != "group" and score:
                case = "warned" if is_known_from(cib, "2.1.7") else ""
                yield _hit(cib, part, "ordering", case, constraint=owner(constraint))


def symmetrical(cluster: Cluster) -> Iterator[Hit]:
    """Colocations with an attribute of orders."""
    cib = cluster.needed_cib()
    for constraint in _constraints(cib, "rsc_colocation"):
        if constraint.get("symmetrical") is not None:
            yield _hit(cib, constraint, "symmetrical")


def two_templates(cluster: Cluster) -> Iterator[Hit]:
    """Colocations of two things that each stand for several resources."""
    cib = cluster.needed_cib()
    usable = _Usable(cib)
    many = {t.id for t in cib.templates if not usable.unused(t.id)} | set(usable.tags)
    for constraint in _constraints(cib, "rsc_colocation"):
        one, other = constraint.get("rsc"), constraint.get("with-rsc")
        if all(name in many and name not in cib.by_id for name in (one, other)):
            kinds = ["template" if n not in usable.tags else "tag" for n in (one or "", other or "")]
            yield _hit(cib, constraint, "with-rsc", one=one, other=other, kind=kinds[0], other_kind=kinds[1])


def interleave_mismatch(cluster: Cluster) -> Iterator[Hit]:
    """Clones that interleave with one of another number of instances a node."""
    cib = cluster.needed_cib()
    seen = set()
    for colocation in cib.colocations:
        one, other = cib.by_id[colocation.resource], cib.by_id[colocation.with_resource]
        promoted = "Promoted" in (colocation.role, colocation.with_role)
        if promoted or not colocation.score or (colocation.id, one.id, other.id) in seen:
            continue
        if one.kind not in ("clone", "bundle") or other.kind not in ("clone", "bundle"):
            continue
        seen.add((colocation.id, one.id, other.id))
        interleaves = one.kind == "bundle" or parse_bool(one.meta_value("interleave")) is True
        numbers = _per_node(one), _per_node(other)
        if interleaves and None not in numbers and numbers[0] != numbers[1]:
            values = {"constraint": colocation.id, "one": one.id, "other": other.id}
            values |= {"number": str(numbers[0]), "other_number": str(numbers[1])}
            yield Hit(at=colocation.at, subject=colocation.id, values=values)


def _per_node(resource: Resource) -> int | None:
    """How many instances of a clone or bundle a node may run; None where a rule decides."""
    if resource.kind == "bundle":
        return 1 if resource.container is None else resource.container.replicas_per_host or 1
    setting = resource.meta.get("clone-node-max")
    if setting is None:
        return 1
    return parse_score(setting.value) if setting.certain else None


def noncolocated_group(cluster: Cluster) -> Iterator[Hit]:
    """Mandatory colocations with a group whose members may be anywhere."""
    cib = cluster.needed_cib()
    seen = set()
    for colocation in cib.colocations:
        if (colocation.score or 0) < INFINITY or colocation.id in seen:
            continue
        for name, case in ((colocation.with_resource, "with"), (colocation.resource, "dependent")):
            if _scattered(cib.by_id[name]):
                seen.add(colocation.id)
                values = {"constraint": colocation.id, "group": name}
                yield Hit(at=colocation.at, subject=colocation.id, case=case, values=values)
                break


def promotable_noncolocated(cluster: Cluster) -> Iterator[Hit]:
    """Promotable clones of a group whose members may be anywhere."""
    cib = cluster.needed_cib()
    for resource in cib.by_id.values():
        if resource.kind == "clone" and resource.promotable and resource.members and _scattered(resource.members[0]):
            group = resource.members[0]
            yield Hit(
                at=group.meta["collocated"].at, subject=resource.id, values={"clone": resource.id, "group": group.id}
            )


def _scattered(resource: Resource) -> bool:
    return resource.kind == "group" and parse_bool(resource.meta_value("collocated")) is False


def order_values(cluster: Cluster) -> Iterator[Hit]:
    """Orders whose kind or actions Pacemaker does not know, or whose symmetry their kind rules out."""
    cib = cluster.needed_cib()
    for constraint in _constraints(cib, "rsc_order"):
        parts = list(_sets(cib, constraint))
        kind = constraint.get("kind")
        for element in (constraint, *parts):
            own = element.get("kind")
            if own is not None and own not in _ORDER_KINDS:
                # up to 2.1.7 letter case did not matter, but the schema never took another
                other_case = own.lower() in [k.lower() for k in _ORDER_KINDS]
                unvalidated = cib.validate_with == "none"
                yield _hit(cib, element, "kind", "spelling" if other_case and unvalidated else "kind")
        for element in parts:
            yield from _bad_actions(cib, element, ("action",))
        yield from _bad_actions(cib, constraint, ("first-action", "then-action"))
        if (kind or "").lower() == "serialize" and parse_bool(constraint.get("symmetrical")) is True:
            yield _hit(cib, constraint, "symmetrical", "symmetrical")


def _bad_actions(cib: Cib, element: _Element, names: tuple[str, ...]) -> Iterator[Hit]:
    for name in names:
        if element.get(name) is not None and element.get(name) not in _ACTIONS:
            yield _hit(cib, element, name, "action")


def order_score(cluster: Cluster) -> Iterator[Hit]:
    """Orders with a score in place of a kind."""
    cib = cluster.needed_cib()
    for constraint in _constraints(cib, "rsc_order"):
        if constraint.get("score") is not None and constraint.get("kind") is None:
            kind = "Mandatory" if parse_score(constraint.get("score")) else "Optional"
            yield _hit(cib, constraint, "score", kind=kind)


def order_attributes(cluster: Cluster) -> Iterator[Hit]:
    """Orders without sets that lack one of their two sides."""
    cib = cluster.needed_cib()
    for constraint in _constraints(cib, "rsc_order"):
        if constraint.find("resource_set") is None:
            for name in ("first", "then"):
                if constraint.get(name) is None:
                    yield _hit(cib, constraint, name)


def require_all(cluster: Cluster) -> Iterator[Hit]:
    """Orders after a clone that say how many instances must run, where the clone itself could."""
    cib = cluster.needed_cib()
    for constraint in _constraints(cib, "rsc_order"):
        first = cib.by_id.get(constraint.get("first") or "")
        if constraint.get("require-all") is None or first is None or first.kind != "clone":
            continue
        if constraint.find("resource_set") is None and "clone-min" not in first.meta:
            case = "all" if parse_bool(constraint.get("require-all")) else "one"
            yield _hit(cib, constraint, "require-all", case, clone=first.id)


def ticket_attributes(cluster: Cluster) -> Iterator[Hit]:
    """Ticket constraints without a ticket, or without anything that needs it."""
    cib = cluster.needed_cib()
    for constraint in _constraints(cib, "rsc_ticket"):
        if constraint.get("ticket") is None:
            yield _hit(cib, constraint, "ticket")
        elif constraint.get("rsc") is None and constraint.find("resource_set") is None:
            yield _hit(cib, constraint, "rsc")


def loss_policy(cluster: Cluster) -> Iterator[Hit]:
    """Ticket constraints whose loss-policy Pacemaker does not know, or cannot follow."""
    cib = cluster.needed_cib()
    off = fencing_enabled(cib) is False
    for constraint in _constraints(cib, "rsc_ticket"):
        policy = constraint.get("loss-policy")
        if policy is not None and policy.lower() not in _LOSS_POLICIES:
            yield _hit(cib, constraint, "loss-policy", "unknown")
        elif policy is not None and policy.lower() == "fence" and off:
            yield _hit(cib, constraint, "loss-policy", "fence")
        elif policy is not None and policy.lower() == "demote":
            yield from _not_promotable(cib, constraint)


def _not_promotable(cib: Cib, constraint: _Element) -> Iterator[Hit]:
    names = next((t.resources for t in cib.tickets if t.at.element is constraint), ())
    if names and all(cib.by_id[n].promotable is False for n in names):
        yield _hit(cib, constraint, "loss-policy", "demote", resource=listed(names))
