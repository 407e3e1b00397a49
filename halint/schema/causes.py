"""One problem for each cause: what follows from another mistake is told with it, or not at all."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from halint.record import record
from halint.schema.lexical import SPACE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from halint.model.cib_tree import Element
    from halint.schema.explain import SchemaProblem

_STRAY = frozenset({"unknown-element", "misplaced-element"})
_NO_PLACE = _STRAY | {"element-not-in-schema"}
"""Mistakes of an element that is where none of its name may be; the last: in this schema."""

_NO_ATTRIBUTE = frozenset({"unknown-attribute", "attribute-not-in-schema"})


def by_cause(problems: Iterable[SchemaProblem]) -> tuple[SchemaProblem, ...]:
    """The problems in their order, where one name that may not be and one that is missing beside it make one.

    A child that is missing is not told where an element of its name stands in a wrong place.
    """
    told = list(problems)
    if len(told) < 2:
        return tuple(told)
    astray = {str(p.element.tag) for p in told if p.code == "misplaced-element"}
    told = [p for p in told if p.code != "missing-element" or p.lacks not in astray]
    return tuple(_joined(told))


def _joined(problems: list[SchemaProblem]) -> Iterator[SchemaProblem]:
    strange: dict[_Place, list[SchemaProblem]] = defaultdict(list)
    lacking: dict[_Place, list[SchemaProblem]] = defaultdict(list)
    for problem in problems:
        (lacking if problem.lacks else strange)[_place(problem)].append(problem)
    for problem in problems:
        place = _place(problem)
        pair = place.of is not None and len(strange[place]) == len(lacking[place]) == 1
        if pair and not problem.lacks:
            yield replace(problem, message=f"{problem.message}; {lacking[place][0].message}")
        elif not pair:
            yield problem


class _Place(NamedTuple):
    """The element in which a name may not be or is missing, None for other mistakes; whether it is an attribute's."""

    of: Element | None
    attribute: bool = False


def _place(problem: SchemaProblem) -> _Place:
    if problem.code in _STRAY:
        return _Place(problem.element.getparent())
    if problem.lacks:
        return _Place(problem.element, attribute=problem.attribute is not None)
    return _Place(problem.element, attribute=True) if problem.code == "unknown-attribute" else _Place(None)


@record
class Excused:
    """What is a mistake itself, so that what is wrong with it, and what refers to it, is no second one.

    `ids` are those that stand there, `elements` have no place or are one too many, with all that is in them,
    `attributes` are none of their element.
    """

    ids: frozenset[str] = frozenset()
    elements: frozenset[Element] = frozenset()
    attributes: frozenset[tuple[Element, str]] = frozenset()

    def covers(self, element: Element | None) -> bool:
        """Whether an element is one of `elements`, or in one of them."""
        if element is None or not self.elements:
            return False
        return element in self.elements or any(outer in self.elements for outer in element.iterancestors())


def excused(problems: Iterable[SchemaProblem]) -> Excused:
    """What the mistakes by a schema leave to be excused."""
    ids: set[str] = set()
    elements: set[Element] = set()
    attributes: set[tuple[Element, str]] = set()
    for problem in problems:
        if problem.code in _NO_PLACE:
            elements.add(problem.element)
            ids.update(inner.get("id", "").strip(SPACE) for inner in problem.element.iter("*"))
        elif problem.code == "repeated-element":
            elements.add(problem.element)
        elif problem.code in _NO_ATTRIBUTE and problem.attribute is not None:
            attributes.add((problem.element, problem.attribute))
            ids.add(problem.element.get(problem.attribute, "").strip(SPACE))
    return Excused(ids=frozenset(ids - {""}), elements=frozenset(elements), attributes=frozenset(attributes))
