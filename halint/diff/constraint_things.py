"""Constraints as things: what they relate, with roles, actions, scores and kinds in one spelling."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping

from halint.diff.identity import order_counts
from halint.diff.reader import Reader, rule_text
from halint.diff.spelling import normal
from halint.diff.thing import Fact, Path, Thing
from halint.model.cib_tree import Element
from halint.model.values import INFINITY, parse_role, parse_score

CONSTRAINTS = ("rsc_location", "rsc_colocation", "rsc_order", "rsc_ticket")

_REFERENCES = ("rsc", "with-rsc", "first", "then")
_TYPES = {
    "score": "score",
    "role": "role",
    "rsc-role": "role",
    "with-rsc-role": "role",
    "symmetrical": "boolean",
    "require-all": "boolean",
    "sequential": "boolean",
    "influence": "boolean",
    "kind": "enum",
    "loss-policy": "enum",
    "resource-discovery": "enum",
    "ordering": "enum",
}
# Pacemaker Explained, Resource Constraints: what an attribute that is not written stands for
_DEFAULTS: Mapping[str, Mapping[str, Hashable]] = {
    "rsc_location": {"resource-discovery": ("enum", "always")},
    "rsc_colocation": {"node-attribute": "#uname", "score": ("score", 0)},
    "rsc_order": {"require-all": ("boolean", True), "first-action": "start"},
    "rsc_ticket": {},
}
_SET_DEFAULTS: Mapping[str, Hashable] = {
    "sequential": ("boolean", True),
    "require-all": ("boolean", True),
    "ordering": ("enum", "group"),
}
_ANY_ROLE = ("rsc_location", "rsc_colocation")
_LEFT_OUT = frozenset({"id", "id-ref", "description"})
MARKERS = ("cli-ban-", "cli-prefer-", "cli-standby-")
"""How the ids begin of constraints that a manual move or ban has left."""


def constraint_thing(reader: Reader, element: Element) -> Thing:
    """The thing of a constraint element."""
    facts = dict(_facts(reader, element))
    kind = element.tag
    values = {path[0]: fact.value for path, fact in facts.items()}
    defaults = dict(_DEFAULTS.get(kind, {}))
    if kind == "rsc_order":
        order_kind = values.get("kind", ("enum", "mandatory"))
        defaults |= {
            "kind": ("enum", "mandatory"),
            "symmetrical": ("boolean", order_kind != ("enum", "serialize")),
            "then-action": values.get("first-action", "start"),
        }
    if kind == "rsc_ticket":
        defaults["loss-policy"] = ("enum", "stop")
    return Thing(
        kind=kind,
        id=element.get("id") or "",
        element=element,
        key=_relation(kind, values),
        label=element.get("id") or "",
        text=constraint_text(element),
        facts=facts,
        fallback=lambda path: defaults.get(path[0]),
    )


def _relation(kind: str, values: Mapping[str, Hashable]) -> Hashable:
    """What a constraint relates: its identity where the id is another one."""
    names = ("rsc", "rsc-pattern", "node", "with-rsc", "first", "then", "ticket", "resource_set")
    return kind, tuple(values.get(name) for name in names)


def _facts(reader: Reader, element: Element) -> Iterator[tuple[Path, Fact]]:
    for name in map(str, element.attrib):
        text = element.get(name) or ""
        if name in _LEFT_OUT or (element.tag == "rsc_order" and name == "score"):
            continue
        if name in _REFERENCES:
            yield (name,), reader.fact(element, name, reader.reference(text))
        elif name == "node":
            yield (name,), reader.fact(element, name, reader.node(text))
        elif not _says_any(element.tag, name, text):
            yield (name,), reader.fact(element, name, normal(_TYPES.get(name, "text"), text))
    if element.tag == "rsc_order" and element.get("score") is not None and element.get("kind") is None:
        kind = "mandatory" if parse_score(element.get("score")) else "optional"
        yield ("kind",), reader.fact(element, "score", ("enum", kind))
    if (element.get("id") or "").startswith(MARKERS):
        yield ("id",), reader.fact(element, "id")
    if element.get("description") is not None:
        yield ("description",), reader.fact(element, "description")
    yield from _children(reader, element)


def _says_any(kind: str, name: str, text: str) -> bool:
    """Whether an attribute is a role that stands for any: Started, where promotable instances count as started."""
    return name.endswith("role") and kind in (*_ANY_ROLE, "rsc_ticket") and parse_role(text) == "Started"


def _children(reader: Reader, element: Element) -> Iterator[tuple[Path, Fact]]:
    rules = list(element.iterchildren("rule"))
    if rules:
        words = "; ".join(rule_words(reader.tree.referenced(rule)) for rule in rules)
        yield ("rule",), Fact(value=_counted(map(reader.rule, rules)), text=words, element=rules[0])
    lifetimes = list(element.iterchildren("lifetime"))
    if lifetimes:
        rules = [rule for one in lifetimes for rule in one.iterchildren("rule")]
        dates = frozenset(reader.rule(one) for one in lifetimes) if not rules else frozenset(map(reader.rule, rules))
        yield ("lifetime",), Fact(value=dates, text="; ".join(map(rule_text, rules)), element=lifetimes[0])
    sets = [reader.tree.referenced(one) for one in element.iterchildren("resource_set")]
    if sets:
        values = [_set_value(reader, element.tag, one) for one in sets]
        loose = tuple(sorted((repr((head, tuple(sorted(refs)))) for head, refs in values)))
        ordered = order_counts(element.tag, "resource_set")
        value = tuple(values) if ordered else tuple(sorted(values, key=repr))
        yield ("resource_set",), Fact(value=value, text=" ".join(map(set_text, sets)), element=sets[0], loose=loose)


def _counted(rules: Iterable[Hashable]) -> Hashable:
    """Rules in any order; each counts, and so one that is there twice counts twice (measured, 2.1.5)."""
    return frozenset(Counter(rules).items())


def _set_value(reader: Reader, kind: str, element: Element) -> tuple[Hashable, tuple[str, ...]]:
    """A set's attributes in one spelling, and its references, in order where that counts."""
    refs = [reader.reference(ref.get("id") or "") for ref in element.iterchildren("resource_ref")]
    values = {
        name: normal(_TYPES.get(name, "text"), element.get(name) or "")
        for name in map(str, element.attrib)
        if name not in _LEFT_OUT and not _says_any(kind, name, element.get(name) or "")
    }
    values = {name: value for name, value in values.items() if _SET_DEFAULTS.get(name) != value}
    sequential = values.get("sequential") is None and order_counts(kind, "resource_set")
    return tuple(sorted(values.items(), key=repr)), tuple(refs if sequential else sorted(refs))


def set_text(element: Element) -> str:
    """A resource set in words: `{ a b }`, `{ a b } sequential=false`."""
    refs = " ".join(ref.get("id") or "" for ref in element.iterchildren("resource_ref"))
    rest = "".join(f" {key!s}={value!s}" for key, value in element.items() if key not in _LEFT_OUT)
    return f"{{ {refs} }}{rest}"


def rule_words(rule: Element) -> str:
    """A location rule with its score: `INFINITY where #uname eq node1`."""
    score = rule.get("score") or rule.get("score-attribute") or ""
    role = f" {rule.get('role')}" if rule.get("role") else ""
    return f"{score}{role} where {rule_text(rule)}"


def constraint_text(element: Element) -> str:
    """What a constraint says, in a few words."""
    sets = " ".join(set_text(one) for one in element.iterchildren("resource_set"))
    given = element.get
    words = {
        "rsc_location": _location_text,
        "rsc_colocation": _colocation_text,
        "rsc_order": _order_text,
        "rsc_ticket": _ticket_text,
    }.get(element.tag)
    return words(element, sets) if words else given("id") or ""


def _location_text(element: Element, sets: str) -> str:
    pattern = element.get("rsc-pattern")
    what = sets or (element.get("rsc") or "" if pattern is None else f"/{pattern}/")
    if element.get("role"):
        what = f"{element.get('role')} {what}"
    rules = "; ".join(rule_words(rule) for rule in element.iterchildren("rule"))
    if rules:
        return f"{what}: {rules}"
    score = parse_score(element.get("score"))
    node = element.get("node") or ""
    if score is not None and score <= -INFINITY:
        return f"{what} never on {node}"
    return f"{what} on {node}: {element.get('score') or ''}"


def _colocation_text(element: Element, sets: str) -> str:
    score = element.get("score") or "0"
    if sets:
        return f"{sets} together: {score}"
    one = _with_role(element.get("rsc"), element.get("rsc-role"))
    other = _with_role(element.get("with-rsc"), element.get("with-rsc-role"))
    number = parse_score(score)
    if number is not None and number <= -INFINITY:
        return f"{one} never with {other}"
    return f"{one} with {other}: {score}"


def _order_text(element: Element, sets: str) -> str:
    kind = element.get("kind") or "Mandatory"
    if sets:
        return f"{sets} in order: {kind}"
    first_action = element.get("first-action") or "start"
    then_action = element.get("then-action") or first_action
    return f"{first_action} {element.get('first') or ''} then {then_action} {element.get('then') or ''}: {kind}"


def _ticket_text(element: Element, sets: str) -> str:
    return f"{sets or element.get('rsc') or ''} with ticket {element.get('ticket') or ''}"


def _with_role(name: str | None, role: str | None) -> str:
    return f"{role} {name or ''}" if role else name or ""
