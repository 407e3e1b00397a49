"""Constraints in a picture: an edge where one relates two things, else a small shape with spokes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from halint.diff.constraint_things import CONSTRAINTS, rule_words
from halint.model.cib import Cib
from halint.model.cib_tree import CibTree, Element
from halint.model.resolve_constraints import Names, ResourceSet
from halint.model.values import INFINITY, parse_score
from halint.picture.picture import Edge, Shape, anchor

Drawn = Iterator[Shape | Edge]
_End = tuple[str, str]
"""A resource's id, and what is written at the spoke to it."""


def constraints(cib: Cib, tree: CibTree) -> Drawn:
    """Every constraint, once; ends are named by anchors, whether there is such a thing or not."""
    drawing = _Drawing(cib, tree)
    for element in tree.section("constraints"):
        if element.tag in CONSTRAINTS:
            yield from drawing.draw(element)


def node_anchor(name: str) -> str:
    """The anchor of a node; names of nodes are the same in any case (measured, 2.1.5)."""
    return anchor(name.lower(), "node")


class _Drawing:
    def __init__(self, cib: Cib, tree: CibTree) -> None:
        self._names = Names(tree, cib.by_id, cib.templates, cib.tags)
        self._patterns = {one.id: one.resources for one in cib.locations if one.pattern is not None}

    def draw(self, element: Element) -> Drawn:
        kind = element.tag.removeprefix("rsc_")
        yield from getattr(self, f"_{kind}")(element)

    def _named(self, name: str | None) -> tuple[str, ...]:
        """The resources that a name means, itself where nothing has it."""
        return self._names.expand(name) or ((name,) if name and not self._names.known(name) else ())

    def _ends(self, sets: Iterable[ResourceSet], *, numbered: bool) -> list[_End]:
        found = []
        for number, one in enumerate(sets, 1):
            words = [str(number)] if numbered else []
            if numbered and one.sequential and len(one.refs) > 1:
                places = [f"{number}.{place}" for place in range(1, len(one.refs) + 1)]
            else:
                places = words * len(one.refs)
            places = places or [""] * len(one.refs)
            extra = [text for text in (one.role, one.element.get("action"), _set_score(one)) if text]
            for (ref, _), place in zip(one.refs, places, strict=True):
                label = " ".join([place, *extra]).strip()
                found += [(name, label) for name in self._named(ref)]
        return found

    def _location(self, element: Element) -> Drawn:
        sets = self._names.sets(element)
        role = element.get("role") or ""
        pattern = element.get("rsc-pattern")
        if sets:
            ends = self._ends(sets, numbered=False)
        elif pattern is not None:
            ends = [(name, role) for name in self._patterns.get(element.get("id") or "", ())]
        else:
            ends = [(name, role) for name in self._named(element.get("rsc"))]
        rules = [self._names.tree.referenced(rule) for rule in element.iterchildren("rule")]
        node = element.get("node")
        score = element.get("score") or ""
        kind = "ban" if _is_ban(score) else "location"
        label = _words(_score_words(score), role, _limits(element))
        if node and not rules and not sets and pattern is None and len(ends) == 1:
            yield _edge(element, anchor(ends[0][0]), node_anchor(node), kind, label)
            return
        what = [f"every resource like {pattern}"] if pattern is not None else []
        lines = [*what, *map(rule_words, rules)] or [label]
        hub = _hub(element, "location", [*lines, *([_limits(element)] if rules and _limits(element) else [])])
        yield hub
        for name, text in ends:
            yield Edge(source=anchor(name), target=hub.anchor, kind=kind, label=text, directed=False)
        if node and not rules:
            yield Edge(source=hub.anchor, target=node_anchor(node), kind=kind)

    def _colocation(self, element: Element) -> Drawn:
        sets = self._names.sets(element)
        score = element.get("score") or "0"
        kind = "ban" if _is_ban(score) else "colocation"
        attribute = element.get("node-attribute") or ""
        extra = _words(f"same {attribute}" if attribute not in ("", "#uname") else "", _limits(element))
        if sets:
            hub = _hub(element, "colocation", [_words(f"together {score}", extra)])
            yield hub
            for name, label in self._ends(sets, numbered=True):
                yield Edge(source=hub.anchor, target=anchor(name), kind=kind, label=label, directed=False)
            return
        rsc, other = self._named(element.get("rsc")), self._named(element.get("with-rsc"))
        roles = element.get("rsc-role") or "", element.get("with-rsc-role") or ""
        role = f"{roles[0] or 'any'} with {roles[1] or 'any'}" if any(roles) else ""
        word = f"apart {score}" if score.startswith("-") else f"with {score}"
        yield from _pair(element, kind, (rsc, other), _words(word, role, extra))

    def _order(self, element: Element) -> Drawn:
        kind = element.get("kind") or _order_kind(element)
        one_way = (element.get("symmetrical") or "").lower() in ("false", "off", "no", "n", "0")
        words = _words(kind, "not symmetrical" if one_way else "", _limits(element))
        sets = self._names.sets(element)
        if sets:
            hub = _hub(element, "order", [f"order {words}"])
            yield hub
            for name, label in self._ends(sets, numbered=True):
                yield Edge(source=hub.anchor, target=anchor(name), kind="order", label=label)
            return
        first_action = element.get("first-action") or "start"
        then_action = element.get("then-action") or first_action
        actions = "" if first_action == then_action == "start" else f"{first_action} then {then_action}"
        first, then = self._named(element.get("first")), self._named(element.get("then"))
        yield from _pair(element, "order", (first, then), _words(words, actions))

    def _ticket(self, element: Element) -> Drawn:
        sets = self._names.sets(element)
        role = element.get("rsc-role") or ""
        ends = self._ends(sets, numbered=False) if sets else [(name, role) for name in self._named(element.get("rsc"))]
        policy = element.get("loss-policy") or "stop"
        hub = _hub(element, "ticket", [f"ticket {element.get('ticket') or ''}", f"lost: {policy}"])
        yield hub
        for name, label in ends:
            yield Edge(source=hub.anchor, target=anchor(name), kind="ticket", label=label)


def _pair(element: Element, kind: str, ends: tuple[tuple[str, ...], tuple[str, ...]], label: str) -> Drawn:
    sources, targets = ends
    if len(sources) == len(targets) == 1:
        yield _edge(element, anchor(sources[0]), anchor(targets[0]), kind, label)
        return
    hub = _hub(element, "colocation" if kind == "ban" else kind, [label])
    yield hub
    for name in sources:
        yield Edge(source=anchor(name), target=hub.anchor, kind=kind, directed=False)
    for name in targets:
        yield Edge(source=hub.anchor, target=anchor(name), kind=kind)


def _edge(element: Element, source: str, target: str, kind: str, label: str) -> Edge:
    name = element.get("id") or ""
    return Edge(source=source, target=target, kind=kind, label=label, id=name, anchor=anchor(name))


def _hub(element: Element, kind: str, lines: list[str]) -> Shape:
    name = element.get("id") or ""
    return Shape(anchor=anchor(name), id=name, kind=kind, lines=tuple(lines))


def _order_kind(element: Element) -> str:
    """Without a kind a score of 0 means Optional, any other Mandatory."""
    return "Optional" if parse_score(element.get("score")) == 0 else "Mandatory"


def _is_ban(score: str) -> bool:
    number = parse_score(score)
    return number is not None and number <= -INFINITY


def _score_words(score: str) -> str:
    return "never" if _is_ban(score) else score


def _set_score(one: ResourceSet) -> str:
    return one.element.get("score") or ""


def _limits(element: Element) -> str:
    return "limited in time" if element.find("lifetime") is not None else ""


def _words(*parts: str) -> str:
    return ", ".join(part for part in parts if part)
