"""Blocks of nvpairs as the command languages of pcs and crm see them: one block of a kind, each name once."""

from __future__ import annotations

from collections.abc import Iterable

from halint.diff.commands.writing import Secrets, Text
from halint.diff.side import Side
from halint.model.cib_tree import Element

BLOCKS = ("instance_attributes", "meta_attributes", "utilization")


class InexpressibleError(Exception):
    """A tool has no command for a change; the message is a clause that says what it is."""


class Block:
    """The nvpairs of an element's block of that kind; raises InexpressibleError for what is more than that."""

    def __init__(self, side: Side, owner: Element | None, tag: str) -> None:
        self._side = side
        self._pairs: dict[str, Element] = {}
        blocks = [] if owner is None else list(owner.iterchildren(tag))
        if len(blocks) > 1:
            raise InexpressibleError(f"several {tag} blocks in one object")
        for block in blocks:
            if set(map(str, block.keys())) - {"id"}:
                raise InexpressibleError(f"a {block.tag} block with a score or a reference")
            self.take(block)

    def take(self, block: Element) -> None:
        """Take in the nvpairs of a block."""
        for pair in block:
            name = pair.get("name")
            if pair.tag != "nvpair" or pair.get("id-ref") or not name or pair.get("value") is None:
                raise InexpressibleError(f"a {block.tag} block with a rule or a reference")
            if name in self._pairs:
                raise InexpressibleError(f"{name} twice in one block")
            self._pairs[name] = pair

    def names(self) -> list[str]:
        """The names in it."""
        return list(self._pairs)

    def true(self, name: str) -> str | None:
        """The true value of a name; None where it is not there."""
        pair = self._pairs.get(name)
        return None if pair is None else self._side.raw(pair, "value")

    def text(self, name: str, secrets: Secrets) -> Text:
        """The value of a name as it is written."""
        return secrets.value(self._side, self._pairs[name], "value")


def only(element: Element, attributes: Iterable[str], children: Iterable[str] = ()) -> None:
    """Raise InexpressibleError where the element has attributes or children other than these."""
    more = set(map(str, element.keys())) - set(attributes)
    if more:
        raise InexpressibleError(f"{min(more)} of {element.tag}")
    strange = {child.tag for child in element} - set(children)
    if strange:
        raise InexpressibleError(f"{min(strange)} in {element.tag}")
