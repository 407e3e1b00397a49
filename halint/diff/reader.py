"""What all things are read with: ids across renames, attribute sets, and attributes in one spelling."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping

from lxml import etree

from halint.diff.side import RESOURCE_TAGS, Side
from halint.diff.spelling import Option, newer_names, normal, options
from halint.diff.thing import Fact, Path, Thing
from halint.model.cib_tree import Element
from halint.model.resolve_settings import Block, layer
from halint.model.values import parse_role

MAX_DEPTH = 12
"""Rules nested deeper than this are compared as text; an id-ref may point at its own ancestor."""

_LETTERS = {"operation", "boolean-op"}  # read in any letter case
_BEFORE_DATES = frozenset({"id", "id-ref"})


class Reader:
    """Reads one side.

    `names` maps ids of AFTER to those of BEFORE where something was renamed, `unames` does for nodes; empty for BEFORE.
    """

    def __init__(
        self, side: Side, names: Mapping[str, str] | None = None, unames: Mapping[str, str] | None = None
    ) -> None:
        self.side = side
        self.tree = side.tree
        self.names = names or {}
        self.unames = unames or {}

    def name(self, identifier: str) -> str:
        """An id as BEFORE has it."""
        return self.names.get(identifier, identifier)

    def node(self, uname: str) -> str:
        """A node's name as BEFORE has it."""
        return self.unames.get(uname, uname)

    def reference(self, identifier: str) -> str:
        """What an id in a constraint means: Pacemaker takes the child of a clone for the clone.

        So the two are one; the child stands for both (measured: re-pointing a constraint starts no action).
        """
        element = self.side.resources.get(identifier)
        while element is not None and element.tag in ("clone", "master"):
            child = next((c for c in element.iterchildren(*RESOURCE_TAGS)), None)
            if child is None:
                break
            element = child
        return self.name(identifier if element is None else element.get("id") or "")

    def fact(self, element: Element, attribute: str, value: Hashable | None = None) -> Fact:
        """An attribute as a fact; its value is its text unless another is given."""
        text = element.get(attribute) or ""
        raw = self.side.raw(element, attribute) if self.side.is_masked(element, attribute) else None
        return Fact(
            value=(raw if raw is not None else text) if value is None else value,
            text=text,
            element=element,
            attribute=attribute,
            raw=raw,
        )

    def sets(
        self, places: Iterable[tuple[Element, str]], tag: str, tables: tuple[str, ...] = ()
    ) -> tuple[dict[Path, Fact], list[Thing]]:
        """The attribute sets called `tag` at these places: what holds without condition, and the sets with rules.

        `places` are elements with their origin (as in Fact), the weakest first. `tables` name the options that tell
        types and older names; without any a value is a text, as with the parameters of an agent.
        """
        blocks = layer(self.tree, places, tag)
        facts: dict[Path, Fact] = {}
        conditional: list[Thing] = []
        for block in blocks:
            if block.rules:
                # what a stronger set without a rule says wins whatever the rule says
                over = frozenset(path[-1] for path in facts)
                conditional.append(self._conditional(block, tag, tables, over))
                continue
            for path, fact in self._pairs(block, tag, tables):
                facts.setdefault(path, fact)
        return facts, conditional

    def _pairs(self, block: Block, tag: str, tables: tuple[str, ...]) -> Iterable[tuple[Path, Fact]]:
        named = {name for name, _, _ in block.pairs}
        for name, _, pair in block.pairs:
            option, newer = _option(name, tables, named)
            fact = self.fact(pair, "value")
            if option is not None:
                fact = fact._replace(value=normal(option.type, str(fact.value)))
            yield (tag, newer), fact._replace(origin=self._origin(block, pair), written=name)

    def _origin(self, block: Block, pair: Element) -> str:
        holder = pair.getparent()
        if holder is not None and holder is not block.element:
            return f"ref:{self.name(holder.get('id') or '')}"
        return block.origin

    def _conditional(self, block: Block, tag: str, tables: tuple[str, ...], over: frozenset[str]) -> Thing:
        rules = frozenset(self.rule(rule) for rule in block.rules)
        facts: dict[Path, Fact] = {(path[-1],): fact for path, fact in self._pairs(block, tag, tables)}
        words = " or ".join(rule_text(self.tree.referenced(rule)) for rule in block.rules)
        facts["rule",] = Fact(value=rules, text=words, element=block.element)
        hidden = sorted(over & {path[-1] for path in facts})
        if hidden:
            facts["overridden",] = Fact(value=tuple(hidden), text=" ".join(hidden), element=block.element)
        if block.element.get("score") is not None:
            facts["score",] = self.fact(block.element, "score", normal("score", block.element.get("score") or ""))
        return Thing(
            kind=tag,
            id=block.element.get("id") or "",
            element=block.element,
            key=(tag, rules),
            loose=tag,
            label=f"where {words}",
            text=", ".join(f"{name}={value}" for name, value, _ in block.pairs),
            facts=facts,
            origin=block.origin,
            fallback=lambda path: ("score", 0) if path == ("score",) else None,
        )

    def rule(self, rule: Element, depth: int = 0) -> Hashable:
        """A rule in one spelling: equal for two that say the same in another order, under other ids."""
        rule = self.tree.referenced(rule)
        self.tree.spend()
        if depth > MAX_DEPTH:
            return etree.tostring(rule)
        inner = frozenset(
            self.rule(part, depth + 1) if part.tag == "rule" else self._expression(part)
            for part in rule.iterchildren("*")
        )
        score = rule.get("score")
        return (
            "rule",
            None if score is None else normal("score", score),
            rule.get("score-attribute"),
            parse_role(rule.get("role")) or rule.get("role"),
            (rule.get("boolean-op") or "and").lower(),
            inner,
        )

    def _expression(self, element: Element) -> Hashable:
        values = {key: _spelt(str(key), str(value)) for key, value in element.items() if key not in _BEFORE_DATES}
        if element.tag == "expression":
            values.setdefault("value-source", "literal")
            if element.get("attribute") == "#uname":
                values["value"] = self.node(element.get("value") or "")
        inner = frozenset(self._expression(child) for child in element.iterchildren("*"))
        return element.tag, frozenset(values.items()), inner


def _spelt(key: str, value: str) -> Hashable:
    return value.lower() if key in _LETTERS else normal("interval", value) if key == "interval" else value


def _option(name: str, tables: tuple[str, ...], named: set[str]) -> tuple[Option | None, str]:
    """The option a name stands for, and its newer name; an older name gives way where the newer one is there too."""
    for table in reversed(tables):
        newer = newer_names(table).get(name, name)
        if newer != name and newer in named:
            return None, name
        option = options(table).get(newer)
        if option is not None:
            return option, newer
    return None, name


def rule_text(rule: Element, depth: int = 0) -> str:
    """A rule in a line: `#uname eq node1 and date lt 2026-01-01`."""
    joint = f" {(rule.get('boolean-op') or 'and').lower()} "
    parts = []
    for part in rule.iterchildren("*"):
        if part.tag == "rule" and depth < MAX_DEPTH:
            parts.append(f"({rule_text(part, depth + 1)})")
        else:
            parts.append(expression_text(part))
    return joint.join(parts) or "nothing"


def expression_text(element: Element) -> str:
    """One expression of a rule in words, as pcs and crm write it."""
    given = element.get
    if element.tag == "expression":
        value = given("value")
        tail = "" if value is None else f" {value}"
        return f"{given('attribute') or ''} {given('operation') or ''}{tail}".strip()
    if element.tag == "date_expression":
        limits = [f"{name} {given(name)}" for name in ("start", "end") if given(name) is not None]
        inner = [
            f"{c.tag} {' '.join(f'{k!s}={v!s}' for k, v in c.items() if k != 'id')}" for c in element.iterchildren("*")
        ]
        return f"date {given('operation') or 'in_range'} {' '.join([*limits, *inner])}".strip()
    rest = " ".join(f"{key!s}={value!s}" for key, value in element.items() if key not in ("id", "id-ref"))
    return f"{element.tag.removesuffix('_expression')} {rest}".strip()
