"""Attribute sets: which value of a name wins.

Measured with Pacemaker 2.1.5 and 3.0: within a set the first nvpair of a name wins; among sets of one place the higher
score, then the later one; `cib-bootstrap-options` beats every other property set. A template's sets compete with the
primitive's own and lose ties. What is inherited or a default only fills gaps.
"""

from __future__ import annotations

from collections.abc import Iterable

from halint.model.cib import Setting
from halint.model.cib_tree import CibTree, Element
from halint.model.resolve_rules import Subject, any_holds
from halint.model.values import parse_score
from halint.record import record

BOOTSTRAP = "cib-bootstrap-options"


@record
class Block:
    """One attribute set: its nvpairs, whose it is, how it ranks, and its rules; any of them lets it hold.

    `element` is the set as written, `pairs` are name, value and nvpair, of the set and the nvpair an id-ref means.
    """

    element: Element
    origin: str
    rank: tuple[bool, int, int]
    rules: tuple[Element, ...]
    pairs: tuple[tuple[str, str, Element], ...]


Layer = tuple[Block, ...]
"""The sets of one place, the strongest first."""


def layer(tree: CibTree, places: Iterable[tuple[Element, str]], tag: str) -> Layer:
    """The sets called `tag` directly under the places, each with its origin; on a tie the later place wins."""
    found = [(child, origin) for element, origin in places for child in element.iterchildren(tag)]
    blocks = [_block(tree, element, origin, number) for number, (element, origin) in enumerate(found)]
    return tuple(sorted(blocks, key=lambda b: b.rank, reverse=True))


def _block(tree: CibTree, written: Element, origin: str, number: int) -> Block:
    element = tree.referenced(written)
    score = parse_score(element.get("score")) or 0
    bootstrap = element.tag == "cluster_property_set" and element.get("id") == BOOTSTRAP
    pairs: dict[str, tuple[str, str, Element]] = {}
    for pair in element.iterchildren("nvpair"):
        source = tree.referenced(pair)
        name = pair.get("name") or source.get("name")
        value = source.get("value") if pair.get("value") is None else pair.get("value")
        if name and value is not None and value != "#default":
            pairs.setdefault(name, (name, value, source))
    tree.spend(len(pairs) + 1)
    rules = tuple(element.iterchildren("rule"))
    return Block(
        element=written, origin=origin, rank=(bootstrap, score, number), rules=rules, pairs=tuple(pairs.values())
    )


def inherited(layers: Iterable[Layer]) -> tuple[Layer, ...]:
    """The layers as a member sees its parent's."""
    return tuple(
        tuple(Block(element=b.element, origin="parent", rank=b.rank, rules=b.rules, pairs=b.pairs) for b in blocks)
        for blocks in layers
    )


def settings(tree: CibTree, layers: Iterable[Layer], subject: Subject | None = None) -> dict[str, Setting]:
    """The effective settings of `subject` (None: the cluster), the strongest layer first."""
    found: dict[str, Setting] = {}
    waiting: dict[str, list[tuple[str, Setting]]] = {}
    for blocks in layers:
        for block in blocks:
            holds = any_holds(tree, block.rules, subject) if block.rules else True
            if holds is False:
                continue
            tree.spend(len(block.pairs))
            for name, value, element in block.pairs:
                if name in found:
                    continue
                setting = Setting(name=name, value=value, origin=block.origin, at=tree.mark(element))
                if holds:
                    found[name] = _weighed(setting, waiting.pop(name, []))
                else:
                    waiting.setdefault(name, []).append((value, setting))
    for name, options in waiting.items():
        found[name] = _conditional(options)
    return found


def _weighed(setting: Setting, options: list[tuple[str, Setting]]) -> Setting:
    """What holds unconditionally, with the stronger values that a rule may put in its place."""
    others = tuple(dict.fromkeys(value for value, _ in options if value != setting.value))
    if not others:
        return setting
    return Setting(
        name=setting.name, value=setting.value, origin=setting.origin, at=setting.at, certain=False, alternatives=others
    )


def _conditional(options: list[tuple[str, Setting]]) -> Setting:
    """A name that only sets with rules give a value."""
    first = options[0][1]
    values = tuple(dict.fromkeys(value for value, _ in options))
    return Setting(name=first.name, value=None, origin=first.origin, at=first.at, certain=False, alternatives=values)
