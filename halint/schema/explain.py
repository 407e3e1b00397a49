"""What is wrong with an element that a schema does not allow, in words: one problem for each mistake."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from halint.record import record
from halint.schema.lexical import TESTS, collapse
from halint.schema.structure import ANY_CHILD, Choice, Clause, ElementType, Form, Structure, clauses, forms, words_of
from halint.schema.versions import known_versions, position
from halint.schema_data import load

if TYPE_CHECKING:
    from halint.model.cib_tree import Element


_QUOTED = 60
"""So many characters of a value are quoted."""

_LISTED = 16
"""So many allowed names are listed where none is near."""


@record
class SchemaProblem:
    """A mistake by a schema.

    `element` is the offending element, or the parent of what is missing; `attribute` the attribute at fault or
    missing, None where it is none. `code` is a kebab-case name of the kind of mistake. `message` is one line.
    `needs` is the oldest newer schema that allows it ("pacemaker-3.7"), "" where none does. `lacks` names what is
    missing, "" where nothing is.
    """

    element: Element
    attribute: str | None
    code: str
    message: str
    needs: str = ""
    lacks: str = ""


def misarranged(element: Element, children: list[Element], kind: ElementType, schema: Structure) -> list[SchemaProblem]:
    """What is wrong with the names of an element's attributes and children, their number and their order."""
    attributes = {str(name) for name in element.attrib}
    meant: set[str] = set()
    problems = [
        *_strange_attributes(element, kind, schema, meant),
        *_strange_children(element, children, kind, schema, meant),
    ]
    tags = Counter(str(child.tag) for child in children if child.tag in kind.children)
    present = frozenset(attributes & set(kind.attributes)) | {f"<{tag}>" for tag in tags} | meant
    if children:
        present |= {ANY_CHILD}
    problems += _missing(element, kind, present)
    problems += _too_many(element, children, kind, tags)
    problems += _disordered(element, children, kind)
    for choice in kind.choices:
        problems += _unfit(element, choice, kind, schema, present)
    return problems


def wrong_value(element: Element, name: str, value: str, kind: ElementType, schema: Structure) -> SchemaProblem:
    """A value that its attribute does not take."""
    known = kind.attributes[name]
    at = position(schema.number)
    words = words_of(known, at)
    spelt = collapse(value)
    shown = f'{label(element)}: {name}="{shortened(value)}"'
    needs = ""
    if spelt in words_of(known):
        listed = load("cib-structure")["names" if known == "schema-name" else "values"]
        row = (listed if known == "schema-name" else listed[known])[spelt]
        said, needs = _elsewhere(clauses(row), schema)
        message, code = f"{shown} {said}", "value-not-in-schema"
    elif words:
        message = f"{shown} is none of {', '.join(words)}{nearest(spelt, words)}"
        code = "bad-value"
    else:
        message, code = f"{shown} is not {TESTS[known][1]}", "bad-value"
    return SchemaProblem(element=element, attribute=name, code=code, message=message, needs=needs)


def shortened(value: str) -> str:
    """A value as a message quotes it."""
    return value if len(value) <= _QUOTED else f"{value[:_QUOTED]}…"


def label(element: Element) -> str:
    """An element as messages name it: its tag, and its id where it has one."""
    own = element.get("id")
    return f'{element.tag} "{shortened(own)}"' if own else str(element.tag)


def nearest(name: str, known: Iterable[str]) -> str:
    """The question after the nearest known name, "" where none is near."""
    near = _near(name, known)
    return f'; did you mean "{near}"?' if near else ""


def _near(name: str, known: Iterable[str]) -> str:
    from difflib import get_close_matches  # noqa: PLC0415 - only for a name that is wrong

    plain = {other.lower(): other for other in known}
    near = get_close_matches(name.lower(), list(plain), n=1, cutoff=0.66)
    return plain[near[0]] if near else ""


def _elsewhere(rows: list[Clause], schema: Structure) -> tuple[str, str]:
    """Which schemas have what this one has not: "needs validate-with pacemaker-3.7 or newer, not pacemaker-3.6".

    The second is the oldest newer schema that has it, "" where only older ones have.
    """
    at = position(schema.number)
    later = [row.since for row in rows if row.since > at]
    names = known_versions()
    if later:
        needs = names[min(later)]
        return f"needs validate-with {needs} or newer, not {schema.version}", needs
    last = max(row.until for row in rows)
    return f"is allowed up to validate-with {names[last]}, not with {schema.version}", ""


def _asked(near: str, known: Iterable[str]) -> str:
    """The nearest name, or else all there are where they are few."""
    names = sorted(known)
    if near:
        return f'; did you mean "{near}"?'
    if not names:
        return "; it takes none"
    return f"; allowed are {', '.join(names)}" if len(names) <= _LISTED else ""


def _raw(kind: ElementType, what: str) -> Mapping[str, str | list[str]]:
    described: Mapping[str, str | list[str]] = (load("cib-structure")["types"][kind.name] or {}).get(what, {})
    return described


def _strange_attributes(
    element: Element, kind: ElementType, schema: Structure, meant: set[str]
) -> Iterator[SchemaProblem]:
    every = _raw(kind, "attributes")
    free = [name for name in kind.attributes if name not in element.attrib]
    for name in element.attrib:
        plain = str(name)
        if plain in kind.attributes:
            continue
        needs = ""
        if plain in every:
            meant.add(plain)
            said, needs = _elsewhere(clauses(every[plain]), schema)
            message, code = f'{label(element)}: attribute "{plain}" {said}', "attribute-not-in-schema"
        else:
            near = _near(plain, free)
            meant |= {near} - {""}
            message = f'{label(element)} has no attribute "{shortened(plain)}"{_asked(near, kind.attributes)}'
            code = "unknown-attribute"
        yield SchemaProblem(element=element, attribute=plain, code=code, message=message, needs=needs)


def _strange_children(
    element: Element, children: list[Element], kind: ElementType, schema: Structure, meant: set[str]
) -> Iterator[SchemaProblem]:
    every = _raw(kind, "children")
    for child in children:
        tag = str(child.tag)
        if tag in kind.children:
            continue
        needs = ""
        if tag in every:
            meant.add(f"<{tag}>")
            said, needs = _elsewhere(clauses(every[tag]), schema)
            message, code = f"{label(child)} {said}", "element-not-in-schema"
        elif parents := _parents(tag, schema):
            message, code = f"{label(child)} has no place in {element.tag}, only in {parents}", "misplaced-element"
        else:
            near = _near(tag, kind.children)
            meant |= {f"<{near}>"} if near else set()
            message = f'{element.tag} has no element "{shortened(tag)}"{_asked(near, kind.children)}'
            code = "unknown-element"
        yield SchemaProblem(element=child, attribute=None, code=code, message=message, needs=needs)


def _parents(tag: str, schema: Structure) -> str:
    """The elements that may hold one of this name in a schema, in words."""
    holders = {kind.name for kind in schema.types.values() if tag in kind.children}
    tags = {name for kind in schema.types.values() for name, child in kind.children.items() if child.type in holders}
    return _one_of(sorted(tags | ({"cib"} & holders)))


def _one_of(names: list[str]) -> str:
    """`a, b or c`."""
    return " or ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _missing(element: Element, kind: ElementType, present: frozenset[str]) -> Iterator[SchemaProblem]:
    for name in kind.required:
        if name not in present:
            yield _lacks(element, [name])
    for tag, child in kind.children.items():
        if child.required and f"<{tag}>" not in present:
            yield _lacks(element, [f"<{tag}>"])


def _lacks(element: Element, *ways: Iterable[str]) -> SchemaProblem:
    """What must be there and is not: attributes (`name`) and children (`<name>`), in one of several ways."""
    attribute = next((name for name in sorted(ways[0]) if not name.startswith("<")), None)
    code = "missing-attribute" if attribute else "missing-element"
    said = _one_of([_listed(way) for way in ways])
    message = f"{label(element)} lacks {said}"
    return SchemaProblem(element=element, attribute=attribute, code=code, message=message, lacks=said)


def _too_many(
    element: Element, children: list[Element], kind: ElementType, tags: Mapping[str, int]
) -> Iterator[SchemaProblem]:
    for tag, count in tags.items():
        if count > 1 and kind.children[tag].single:
            for extra in [child for child in children if child.tag == tag][1:]:
                message = f"{label(element)} may hold one {tag}, and {label(extra)} is another"
                yield SchemaProblem(element=extra, attribute=None, code="repeated-element", message=message)


def _disordered(element: Element, children: list[Element], kind: ElementType) -> Iterator[SchemaProblem]:
    reached, last = 0, ""
    for child in children:
        rank = kind.ranks.get(str(child.tag), reached)
        if rank < reached:
            message = f"{label(element)}: {child.tag} must stand before {last}"
            yield SchemaProblem(element=child, attribute=None, code="element-order", message=message)
            return
        if rank > reached or not last:
            reached, last = rank, str(child.tag)


def _unfit(
    element: Element, choice: Choice, kind: ElementType, schema: Structure, present: frozenset[str]
) -> Iterator[SchemaProblem]:
    """What keeps the names of a choice from being one of its forms."""
    names = present & choice.names
    values = {name: element.get(name, "") for name in kind.watched}
    if any(form.fits(names, values) for form in choice.forms) or choice.names & set(kind.required) - present:
        return
    if any(name in kind.tests and not kind.tests[name](values[name]) for name in kind.watched if name in names):
        return  # the value is reported, and which form it was to be cannot be known
    known = {*kind.attributes, *(f"<{tag}>" for tag in kind.children), ANY_CHILD}
    problem = _nearest_form(element, [form for form in choice.forms if form.needs <= known], names, values)
    elsewhere = [
        Clause(what="", since=at, until=at, flags={})
        for at in range(len(known_versions()))
        if any(form.fits(names, values) for form in forms(choice.row, at))
    ]
    if elsewhere:
        said, needs = _elsewhere(elsewhere, schema)
        message, code = f"{problem.message}; as written it {said}", "combination-not-in-schema"
        problem = replace(problem, code=code, message=message, needs=needs)
    yield problem


def _nearest_form(
    element: Element, known: list[Form], names: frozenset[str], values: Mapping[str, str]
) -> SchemaProblem:
    """What is missing from, or too much for, the form that comes nearest."""
    cost = {form: len(form.needs - names) + len(names - form.allows) + 3 * (not form.says(values)) for form in known}
    best = [form for form in known if cost[form] == min(cost.values())]
    form = best[0]
    extra = sorted(names - form.allows)
    if not extra:
        ways = [other.needs - names for other in best if not names - other.allows]
        return _lacks(element, *(way for at, way in enumerate(ways) if way not in ways[:at]))
    attribute = next((name for name in extra if not name.startswith("<")), None)
    beside = sorted(form.needs & names)
    why = f"cannot stand beside {_listed(beside)}" if beside else "has no place here"
    for name, word, same in form.words:
        why = f'cannot stand beside {name} "{collapse(values[name])}"' + (f", only {name} {word}" if not same else "")
    message = f"{label(element)}: {_listed(extra)} {why}"
    child = None if attribute or extra[0] == ANY_CHILD else element.find(extra[0].strip("<>"))
    at = element if child is None else child
    return SchemaProblem(element=at, attribute=attribute, code="conflicting-names", message=message)


def _listed(names: Iterable[str]) -> str:
    """Attributes and children of a form, in words."""
    plain = sorted(name.replace(ANY_CHILD, "a child element").strip("<>") for name in names)
    return " and ".join(plain)
