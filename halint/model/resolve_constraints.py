"""Constraints: which resources they mean, as Pacemaker expands tags, templates, patterns and sets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from halint.model.cib import Location, Reference, Resource, Tag, Ticket
from halint.model.cib_tree import CibTree, Element
from halint.model.resolve_rules import date_verdict, resolve_rule, verdict
from halint.model.values import parse_role, parse_score
from halint.record import record
from halint.source import Mark

_ATTRIBUTES = {
    "rsc_location": ("rsc",),
    "rsc_colocation": ("rsc", "with-rsc"),
    "rsc_order": ("first", "then"),
    "rsc_ticket": ("rsc",),
}


@record
class ResourceSet:
    """A resource_set with its references expanded in place; `refs` are the ids as written."""

    element: Element
    resources: tuple[str, ...]
    refs: tuple[tuple[str, Mark], ...]
    sequential: bool
    role: str


class Names:
    """What an id in a constraint stands for: a resource, or those of a tag or of a template's users."""

    def __init__(
        self, tree: CibTree, by_id: Mapping[str, Resource], templates: Iterable[Resource], tags: Iterable[Tag]
    ) -> None:
        self.tree = tree
        self._by_id = by_id
        self._many = {t.id: t.references for t in reversed(list(tags))}
        users: dict[str, list[str]] = {t.id: [] for t in templates}
        for resource in by_id.values():
            if resource.template in users:
                users[resource.template].append(resource.id)
        self._many.update((name, tuple(ids)) for name, ids in users.items())

    def known(self, name: str) -> bool:
        """Whether a resource, template or tag has this id."""
        return bool(name) and (name in self._by_id or name in self._many)

    def expand(self, name: str | None) -> tuple[str, ...]:
        """The resources' ids; tags are not followed into tags (measured)."""
        if not name or name in self._by_id:
            return (name,) if name else ()
        found = tuple(n for n in self._many.get(name, ()) if n in self._by_id)
        self.tree.spend(len(found))
        return found

    def sets(self, constraint: Element) -> tuple[ResourceSet, ...]:
        """The resource sets of a constraint, id-refs resolved."""
        return tuple(self._set(e) for e in constraint.iterchildren("resource_set"))

    def _set(self, written: Element) -> ResourceSet:
        element = self.tree.referenced(written)
        refs = tuple((r.get("id") or "", self.tree.mark(r, "id")) for r in element.iterchildren("resource_ref"))
        return ResourceSet(
            element=element,
            resources=tuple(name for ref, _ in refs for name in self.expand(ref)),
            refs=refs,
            sequential=is_true(element.get("sequential"), default=True),
            role=constraint_role(element.get("role")),
        )


def is_true(text: str | None, *, default: bool) -> bool:
    """A boolean of the XML schema, or in any spelling where nothing validated it."""
    return default if text is None else text.lower() in ("true", "on", "yes", "y", "1")


def constraint_role(text: str | None) -> str:
    """A role in a constraint; Started means any role there."""
    role = parse_role(text) or ""
    return "" if role == "Started" else role


def lifetime(tree: CibTree, constraint: Element) -> tuple[bool, bool]:
    """Whether a `lifetime` limits the constraint, and whether it is over."""
    element = constraint.find("lifetime")
    if element is None:
        return False, False
    rules = [verdict(tree, r, None) for r in element.iterchildren("rule")]
    dates = [date_verdict(tree, d) for d in element.iterchildren("date_expression")]
    parts = [*rules, *dates]
    return True, bool(parts) and all(part is False for part in parts)


def references(names: Names) -> Iterator[Reference]:
    """Every id that a constraint names, as written."""
    for constraint in names.tree.section("constraints"):
        for target, at in _named(names, constraint):
            yield Reference(
                constraint=constraint.get("id") or "",
                kind=constraint.tag,
                target=target,
                known=names.known(target),
                at=at,
            )


def _named(names: Names, constraint: Element) -> Iterator[tuple[str, Mark]]:
    for attribute in _ATTRIBUTES.get(constraint.tag, ()):
        target = constraint.get(attribute)
        if target is not None:
            yield target, names.tree.mark(constraint, attribute)
    for element in constraint.iterchildren("resource_set"):
        for ref in element.iterchildren("resource_ref"):
            yield ref.get("id") or "", names.tree.mark(ref, "id")


def locations(names: Names, outermost: Iterable[Resource]) -> Iterator[Location]:
    """Location constraints; one with sets gives one Location a set, as each may have its own role and score."""
    top = tuple(r.id for r in outermost)
    for element in names.tree.section("constraints"):
        if element.tag != "rsc_location":
            continue
        sets = names.sets(element)
        for part in sets:
            yield _location(names, element, part, part.resources)
        if not sets:
            pattern = element.get("rsc-pattern")
            found = names.expand(element.get("rsc")) if pattern is None else _matching(pattern, top)
            yield _location(names, element, None, found)


def _location(names: Names, element: Element, part: ResourceSet | None, resources: tuple[str, ...]) -> Location:
    tree = names.tree
    rules = tuple(resolve_rule(tree, r) for r in element.iterchildren("rule"))
    conditional, over = lifetime(tree, element)
    score = element.get("score") if part is None else part.element.get("score") or element.get("score")
    rsc = element.get("rsc")
    own = ((rsc, tree.mark(element, "rsc")),) if rsc is not None else ()
    node = element.get("node")
    return Location(
        id=element.get("id") or "",
        resources=resources,
        references=own if part is None else part.refs,
        pattern=element.get("rsc-pattern"),
        node=node if not rules else None,
        score=parse_score(score) if not rules else None,
        role=(part.role if part else "") or constraint_role(element.get("role")),
        discovery=element.get("resource-discovery") or "always",
        rules=rules,
        conditional=conditional,
        expired=over or (bool(rules) and all(r.expired for r in rules)),
        at=tree.mark(element),
    )


def _matching(pattern: str, ids: tuple[str, ...]) -> tuple[str, ...]:
    """The outermost resources that a pattern means; a leading ! inverts it (measured: members are not asked)."""
    from halint.model.pattern import Pattern, PatternError  # noqa: PLC0415 - few configurations have a pattern

    inverted = pattern.startswith("!")
    try:
        expression = Pattern(pattern.removeprefix("!"))
    except PatternError:
        return ()
    return tuple(name for name in ids if expression.search(name) != inverted)


def tickets(names: Names) -> Iterator[Ticket]:
    """Ticket constraints."""
    for element in names.tree.section("constraints"):
        if element.tag != "rsc_ticket":
            continue
        sets = names.sets(element)
        resources = [r for s in sets for r in s.resources] if sets else names.expand(element.get("rsc"))
        yield Ticket(
            id=element.get("id") or "",
            ticket=element.get("ticket") or "",
            resources=tuple(resources),
            role=constraint_role(element.get("rsc-role")),
            loss_policy=element.get("loss-policy") or "stop",
            at=names.tree.mark(element),
        )
