"""What each element of a CIB may hold in one schema, from the table `cib-structure`.

The table describes all schemas at once, each name with the first and the last schema that has it; a `Structure` is
the part that holds for one of them. The table and not an XSD, because half of what a CIB must keep to (`provider` only
and always with class ocf, `rsc` or sets, `id-ref` alone, sets and members in any order) is beyond XSD 1.0, and because
the same rows say what a mistake is: which name was meant, and which schema has it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import field
from functools import cache
from typing import Any

from halint.record import record
from halint.schema.lexical import TESTS, collapse, is_id
from halint.schema.versions import PREFIX, known_versions, position
from halint.schema_data import load

ANY_CHILD = "<*>"
"""In a form: any child element."""


@record
class Clause:
    """One row of the table: `text, required, since 1.2`."""

    what: str
    since: int
    until: int
    flags: Mapping[str, tuple[int, int]]
    """`required` and `single`, each with the first and the last schema it holds for."""


@record
class Child:
    """How often a child element may stand in its parent, and the type it has there."""

    type: str
    required: bool
    single: bool


@record
class Form:
    """One of the ways in which names may go together in an element."""

    needs: frozenset[str]
    allows: frozenset[str]
    """With `needs`."""
    words: tuple[tuple[str, str, bool], ...]
    """Attribute, word, and whether its value must be the word or anything else."""

    def fits(self, present: frozenset[str], values: Mapping[str, str]) -> bool:
        """Whether the names are those of this form."""
        return self.needs <= present <= self.allows and self.says(values)

    def says(self, values: Mapping[str, str]) -> bool:
        """Whether the values are those of this form."""
        return all((collapse(values.get(name, "")) == word) is same for name, word, same in self.words)


@record
class Choice:
    """Forms of which exactly one fits, and all names that any of them uses in any schema."""

    names: frozenset[str]
    forms: tuple[Form, ...]
    row: tuple[str, ...]
    """The forms of all schemas as the table has them."""


@record
class ElementType:
    """What an element may hold in one schema."""

    name: str
    anything: bool
    attributes: Mapping[str, str]
    """Attribute to type: text, ID, IDREF, one of `lexical.TESTS`, or a list of words."""
    required: tuple[str, ...]
    children: Mapping[str, Child]
    ranks: Mapping[str, int]
    """Children to their place where order counts."""
    choices: tuple[Choice, ...]
    refused: frozenset[str]
    refused_values: Mapping[str, frozenset[str]]
    tests: Mapping[str, Callable[[str], bool]]
    """Attributes whose values are more than text; ids and references are not among them."""
    watched: tuple[str, ...]
    """Attributes whose values decide which form holds."""
    checked: tuple[tuple[str, Callable[[str], bool] | None], ...]
    """Attributes with more than text and their tests: `is_id` for ids, None for references."""
    sound: set[tuple[object, ...]] = field(default_factory=set)
    """Arrangements of attributes and children already found right: most of a CIB repeats a few."""


@record
class Structure:
    """One schema: its name and its types."""

    version: str
    number: str
    types: Mapping[str, ElementType]


@cache
def structure(version: str) -> Structure:
    """The structure of a CIB in a schema, "pacemaker-3.9". Raises ValueError for a schema that halint does not know."""
    if version not in known_versions():
        raise ValueError(f"no schema is called {version!r}")
    number = version.removeprefix(PREFIX)
    at = position(number)
    types = {name: _type(name, described or {}, at) for name, described in load("cib-structure")["types"].items()}
    return Structure(version=version, number=number, types=types)


def clauses(row: str | list[str]) -> list[Clause]:
    """The rows of the table for one name; several where its type changed."""
    return [_clause(text) for text in ([row] if isinstance(row, str) else row)]


def forms(row: Iterable[str], at: int | None = None) -> tuple[Form, ...]:
    """The forms of a choice that hold in a schema; all where none is given."""
    found = [(_clause(text), text.split(",")[0]) for text in row]
    return tuple(_form(words) for clause, words in found if at is None or clause.since <= at <= clause.until)


def words_of(kind: str, at: int | None = None) -> tuple[str, ...]:
    """The words of a list in a schema, or in any; () where the type is no list."""
    if kind == "schema-name":
        return (*(word for word, row in load("cib-structure")["names"].items() if _holds(row, at)), *known_versions())
    listed = load("cib-structure")["values"].get(kind, {})
    return tuple(word for word, row in listed.items() if _holds(row, at))


@cache
def _clause(text: str) -> Clause:
    what, *rest = text.split(", ")
    if what.startswith(("since ", "until ")):
        what, rest = "", [what, *rest]
    limits = [part for part in rest if part.startswith(("since ", "until "))]
    flags = {part.split()[0]: _span(part.split()[1:]) for part in rest if part not in limits}
    since, until = _span(" ".join(limits).split())
    return Clause(what=what, since=since, until=until, flags=flags)


def _span(limits: list[str]) -> tuple[int, int]:
    """The first and the last schema of `since V until V`, either of which may be missing."""
    said = dict(zip(limits[::2], limits[1::2], strict=True))
    last = len(known_versions()) - 1
    return position(said["since"]) if "since" in said else 0, position(said["until"]) if "until" in said else last


def _flagged(clause: Clause, flag: str, at: int) -> bool:
    since, until = clause.flags.get(flag, (0, -1))
    return since <= at <= until


def _holds(row: str | None, at: int | None) -> bool:
    if row is None or at is None:
        return True
    clause = _clause(row)
    return clause.since <= at <= clause.until


def _form(text: str) -> Form:
    needs: set[str] = set()
    may: set[str] = set()
    words: list[tuple[str, str, bool]] = []
    for part in text.split():
        name, equals, word = part.partition("=")
        if equals:
            same = not name.endswith("!")
            name = name.removesuffix("!")
            words.append((name, word, same))
        (may if name.endswith("?") else needs).add(name.removesuffix("?"))
    return Form(needs=frozenset(needs), allows=frozenset(needs | may), words=tuple(words))


def _choice(row: list[str], at: int) -> Choice:
    every = forms(row)
    names = frozenset().union(*(form.allows for form in every))
    return Choice(names=names, forms=forms(row, at), row=tuple(row))


def _child(row: str, at: int) -> Child | None:
    clause = _clause(row)
    if not clause.since <= at <= clause.until:
        return None
    often, _, kind = clause.what.partition(" ")
    single = often in ("one", "optional") or _flagged(clause, "single", at)
    return Child(type=kind, required=often in ("one", "some"), single=single)


def _type(name: str, described: Mapping[str, Any], at: int) -> ElementType:
    rows = [
        (key, clause)
        for key, row in described.get("attributes", {}).items()
        for clause in clauses(row)
        if clause.since <= at <= clause.until
    ]
    attributes = {key: clause.what for key, clause in rows}
    tests = {key: _test(kind, at) for key, kind in attributes.items() if kind not in ("text", "ID", "IDREF")}
    tested = tests | {key: is_id for key, kind in attributes.items() if kind == "ID"}
    choices = tuple(_choice(row, at) for row in described.get("choices", ()))
    names, values = _refused(described.get("refused", ()), at)
    return ElementType(
        name=name,
        anything=bool(described.get("anything")),
        attributes=attributes,
        required=tuple(key for key, clause in rows if _flagged(clause, "required", at)),
        children=_children(described.get("children", {}), at),
        ranks=_ranks(described, at),
        choices=choices,
        refused=names,
        refused_values=values,
        tests=tests,
        checked=tuple((key, tested.get(key)) for key, kind in attributes.items() if kind != "text"),
        watched=tuple(sorted({word[0] for choice in choices for form in choice.forms for word in form.words})),
    )


def _children(rows: Mapping[str, str], at: int) -> dict[str, Child]:
    found = {key: _child(row, at) for key, row in rows.items()}
    return {
        key: Child(type=child.type or key, required=child.required, single=child.single)
        for key, child in found.items()
        if child
    }


def _ranks(described: Mapping[str, Any], at: int) -> dict[str, int]:
    if "order-until" in described and at > position(described["order-until"]):
        return {}
    return {key: rank for rank, keys in enumerate(described.get("order", ())) for key in keys}


def _refused(rows: Iterable[Mapping[str, Any]], at: int) -> tuple[frozenset[str], dict[str, frozenset[str]]]:
    for row in rows:
        if position(row["since"]) <= at <= position(row.get("until", known_versions()[-1].removeprefix(PREFIX))):
            return frozenset(row["names"]), {key: frozenset(words) for key, words in row.get("values", {}).items()}
    return frozenset(), {}


def _test(kind: str, at: int) -> Callable[[str], bool]:
    if kind in TESTS:
        return TESTS[kind][0]
    words = frozenset(words_of(kind, at))
    return lambda value: value in words or collapse(value) in words
