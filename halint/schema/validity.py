"""Whether a CIB keeps to a schema, exactly as Pacemaker's own RELAX NG says, and each mistake where it does not.

One walk over the tree against `structure`: an arrangement of attributes and children that was right once is looked
up, so a CIB with thousands of resources costs little; what is not right goes to `explain`. Ids and references are
judged as libxml2 does with Pacemaker's schemas: an id is unique among the ids of the configuration (node and
acl_target have none, status neither), and a reference may name any of them, whatever element it is on. Text between
elements is no mistake: Pacemaker drops it before it validates (crm_verify and cibadmin 2.1.5 take it anywhere).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from halint.schema.causes import by_cause
from halint.schema.explain import SchemaProblem, label, misarranged, nearest, wrong_value
from halint.schema.lexical import SPACE, collapse, is_id
from halint.schema.structure import ElementType, Structure, structure
from halint.schema.versions import known_versions, newest_version

if TYPE_CHECKING:
    from halint.model.cib_tree import Element

__all__ = ["SchemaProblem", "is_valid", "known_versions", "newest_version", "problems_as_read", "schema_problems"]

_XML_ID = "{http://www.w3.org/XML/1998/namespace}id"

_GUESSES = 100_000
"""How many pairs of ids are compared for what was meant; beyond that, references are only named."""


def schema_problems(root: Element, version: str) -> tuple[SchemaProblem, ...]:
    """Each mistake of the CIB under `root` by a schema ("pacemaker-3.9"), none if it is valid.

    First what is wrong with elements, in document order, then references.
    The schema "none" allows everything. Raises ValueError for a schema that is not in `known_versions`.
    """
    if version == "none":
        return ()
    return by_cause(_problems(root, structure(version)))


@lru_cache(maxsize=1)
def problems_as_read(root: Element, version: str) -> tuple[SchemaProblem, ...]:
    """As `schema_problems`, of a tree that nobody changes any more: several ask for those of one CIB in a row."""
    return schema_problems(root, version)


def is_valid(root: Element, version: str) -> bool:
    """Whether `schema_problems` would be empty; stops at the first mistake."""
    return version == "none" or next(_problems(root, structure(version)), None) is None


class _Ids:
    """The ids and references met so far.

    `excused` are ids in what is itself a mistake: a reference to one of them is no second mistake.
    """

    def __init__(self) -> None:
        self.found: set[str] = set()
        self.references: list[tuple[Element, str, str]] = []
        self.excused: set[str] = set()


def _problems(root: Element, schema: Structure) -> Iterator[SchemaProblem]:
    if root.tag != "cib":
        message = f"the document is {root.tag}, not cib"
        yield SchemaProblem(element=root, attribute=None, code="not-a-cib", message=message)
        return
    ids = _Ids()
    stack = [(root, schema.types["cib"])]
    while stack:
        element, kind = stack.pop()
        if kind.anything:
            continue
        shape: tuple[object, ...] = tuple(element.keys())
        children: list[Element] = []
        if len(element):
            children = [child for child in element if isinstance(child.tag, str)]
            tags = [child.tag for child in children]
            shape = (*shape, None, *tags)
            below = zip(children, map(kind.children.get, tags), strict=True)
            stack += reversed([(child, schema.types[known.type]) for child, known in below if known])
        if kind.watched:
            shape = (*shape, None, *map(element.get, kind.watched))
        if shape not in kind.sound:
            problems = _arrangement(element, children, kind, schema, ids)
            if not problems:
                kind.sound.add(shape)
            yield from problems
        yield from _values(element, kind, schema, ids)
    yield from _dangling(root, ids)


def _arrangement(
    element: Element, children: list[Element], kind: ElementType, schema: Structure, ids: _Ids
) -> list[SchemaProblem]:
    problems = misarranged(element, children, kind, schema)
    if not problems:
        return problems
    strangers = [child for child in children if child.tag not in kind.children]
    ids.excused.update(value.strip(SPACE) for name, value in _attributes(element) if name not in kind.attributes)
    ids.excused.update(inner.get("id", "").strip(SPACE) for child in strangers for inner in child.iter("*"))
    return problems


def _values(element: Element, kind: ElementType, schema: Structure, ids: _Ids) -> list[SchemaProblem]:
    """The values that are wrong by themselves; ids and references are noted down."""
    problems: list[SchemaProblem] = []
    for name, test in kind.checked:
        value = element.get(name)
        if value is None:
            continue
        if test is is_id:
            spelt = value.strip(SPACE)
            if spelt in ids.found or not is_id(spelt):
                problems.append(_bad_id(element, name, spelt))
            ids.found.add(spelt)
        elif test is None:
            ids.references.append((element, name, value))
        elif not test(value):
            problems.append(wrong_value(element, name, value, kind, schema))
    if (kind.refused or kind.refused_values) and element.get("id") is not None:
        problems += _refused(element, kind, schema)
    return problems


def _attributes(element: Element) -> list[tuple[str, str]]:
    return [(str(name), str(value)) for name, value in element.items()]


def _bad_id(element: Element, name: str, value: str) -> SchemaProblem:
    if not is_id(value):
        said = f'{element.tag}: "{value}" cannot be an id: letters, digits, "_", "-" and ".", a letter or "_" first'
        return SchemaProblem(element=element, attribute=name, code="bad-id", message=said)
    said = f'{element.tag}: id "{value}" is taken by an element before it; an id may be given once'
    return SchemaProblem(element=element, attribute=name, code="duplicate-id", message=said)


def _refused(element: Element, kind: ElementType, schema: Structure) -> Iterator[SchemaProblem]:
    name, value = element.get("name", ""), element.get("value")
    spelt = collapse(name)
    if spelt in kind.refused:
        dashed = spelt.replace("_", "-")
        meant = f'; did you mean "{dashed}"?' if kind.name == "property" and dashed not in kind.refused else ""
        said = f'{schema.version} does not allow the name "{spelt}" here{meant}'
        yield SchemaProblem(element=element, attribute="name", code="refused-name", message=said)
    words = kind.refused_values.get(spelt)
    if words is None:
        return
    if name != spelt:
        said = f'the name "{name}" may have no white space around it'
        yield SchemaProblem(element=element, attribute="name", code="refused-name", message=said)
    elif value is None:
        said = f'{label(element)}: "{spelt}" needs a value'
        yield SchemaProblem(element=element, attribute="value", code="missing-attribute", message=said)
    elif collapse(value) in words:
        said = f'{schema.version} does not allow "{collapse(value)}" for "{spelt}"'
        yield SchemaProblem(element=element, attribute="value", code="refused-value", message=said)


def _dangling(root: Element, ids: _Ids) -> Iterator[SchemaProblem]:
    missing = [row for row in ids.references if row[2].strip(SPACE) not in ids.found]
    if not missing:
        return
    named = ids.excused.union(element.get(_XML_ID, "") for element in root.iter("*")) - {""}
    known = ids.found if len(missing) * len(ids.found) < _GUESSES else ()
    for element, name, value in missing:
        spelt = value.strip(SPACE)
        if spelt in named:
            continue
        near = nearest(spelt, known)
        what = element.tag if name == "id" else f"{label(element)}: {name}"
        said = f'{what} "{spelt}" names nothing in the configuration{near}'
        yield SchemaProblem(element=element, attribute=name, code="dangling-reference", message=said)
