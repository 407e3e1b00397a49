"""Resources by pcs: created, deleted, changed, and put into and taken out of groups and clones.

How the commands behave was measured with pcs 0.11.5 (pcs -f).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from halint.diff.commands.blocks import BLOCKS, Block, InexpressibleError, only
from halint.diff.commands.edits import Trees
from halint.diff.commands.pcs_words import Word, differences, options, pair, pairs, pcs
from halint.diff.commands.writing import Secrets, Text
from halint.diff.side import RESOURCE_TAGS, Side
from halint.model.cib_tree import Element

_AGENT = ("class", "provider", "type")
_OP = ("id", "name", "interval", "timeout", "role", "on-fail", "enabled", "record-pending", "start-delay")


class PcsResource:
    """Commands for one resource by itself, whatever it is in."""

    def __init__(self, trees: Trees, secrets: Secrets) -> None:
        self._trees = trees
        self._secrets = secrets

    def create(self, element: Element) -> list[str]:
        """A new primitive, at the outermost level."""
        only(element, ("id", *_AGENT), (*BLOCKS, "operations"))
        name = element.get("id") or ""
        after = self._trees.after
        words: list[Word] = [*_kind(element), "create", name, _agent(element)]
        words += pairs(Block(after, element, "instance_attributes"), self._secrets)
        ops = self._operations(after, element)
        if "monitor" not in {op.get("name") for op in ops.values()}:
            raise InexpressibleError("a resource without a monitor operation, which it adds")
        for op in ops.values():
            words += ["op", op.get("name") or "", *self._operation_words(after, op, "id")]
        meta = pairs(Block(after, element, "meta_attributes"), self._secrets)
        words += ["meta", *meta] if meta else []
        if element.get("class") != "stonith":
            words.append("--no-default-ops")
        used = pairs(Block(after, element, "utilization"), self._secrets)
        return [
            pcs(*words, "--force"),
            *([pcs("resource", "utilization", name, *used)] if used else []),
        ]

    def delete(self, element: Element) -> str:
        """A resource with all that is in it."""
        return pcs(*_kind(element), "delete", element.get("id") or "")

    def change(self, before: Element, after: Element) -> Iterator[str]:
        """What is different in a primitive."""
        if self._trees.same(before, after):
            return
        for side, element in ((self._trees.before, before), (self._trees.after, after)):
            only(element, ("id", *_AGENT, "description", "template"), (*BLOCKS, "operations"))
            self._operations(side, element)
        for name in (*_AGENT, "template", "description"):
            if before.get(name) != after.get(name):
                raise InexpressibleError(f"another {name} for a resource that is there")
        name = after.get("id") or ""
        changed = self._differences(before, after, "instance_attributes")
        if changed:
            yield pcs(*_kind(after), "update", name, *changed, "--force")
        yield from self.meta(before, after)
        used = self._differences(before, after, "utilization")
        if used:
            yield pcs("resource", "utilization", name, *used)
        yield from self._changed_operations(before, after)

    def meta(self, before: Element, after: Element) -> Iterator[str]:
        """What is different in the meta-attributes of a primitive, group or clone."""
        changed = self._differences(before, after, "meta_attributes")
        if changed:
            yield pcs(*_kind(after), "meta", after.get("id") or "", *changed, "--force")

    def meta_words(self, element: Element) -> list[Text]:
        """All meta-attributes of a new resource."""
        return pairs(Block(self._trees.after, element, "meta_attributes"), self._secrets)

    def _differences(self, before: Element, after: Element, tag: str) -> list[Text]:
        old, new = Block(self._trees.before, before, tag), Block(self._trees.after, after, tag)
        return differences(old, new, self._secrets)

    def _changed_operations(self, before: Element, after: Element) -> Iterator[str]:
        old, new = self._operations(self._trees.before, before), self._operations(self._trees.after, after)
        name = after.get("id") or ""
        same = {i for i in old.keys() & new.keys() if self._trees.same(old[i], new[i])}
        for i in old:
            if i not in same:
                yield pcs("resource", "op", "delete", i)
        for i, op in new.items():
            if i not in same:
                words = self._operation_words(self._trees.after, op)
                yield pcs("resource", "op", "add", name, op.get("name") or "", *words, "--force")

    def _operations(self, side: Side, element: Element) -> Mapping[str, Element]:
        blocks = list(element.iterchildren("operations"))
        if len(blocks) > 1:
            raise InexpressibleError("several operations blocks in one resource")
        ops = [op for block in blocks for op in block]
        for block in blocks:
            only(block, (), ("op",))
        for op in ops:
            self._operation_words(side, op)
        keys = [(op.get("name"), op.get("interval")) for op in ops]
        if len(set(keys)) < len(keys):
            raise InexpressibleError("two operations of the same name and interval")
        return {op.get("id") or "": op for op in ops}

    def _operation_words(self, side: Side, op: Element, *leave_out: str) -> list[Text]:
        only(op, _OP, ("instance_attributes",))
        if op.get("id-ref") or not op.get("interval"):
            raise InexpressibleError("an operation without an interval")
        words = options([(str(n), str(v)) for n, v in op.items()], "name", *leave_out)
        level = Block(side, op, "instance_attributes")
        if set(level.names()) - {"OCF_CHECK_LEVEL"}:
            raise InexpressibleError("parameters of an operation other than OCF_CHECK_LEVEL")
        return words + [pair(name, level.text(name, self._secrets)) for name in level.names()]


def _kind(element: Element) -> tuple[str, ...]:
    return ("stonith",) if element.get("class") == "stonith" else ("resource",)


def _agent(element: Element) -> str:
    if element.get("class") == "stonith":
        return element.get("type") or ""
    return ":".join(part for name in _AGENT if (part := element.get(name)))


def members(element: Element) -> list[str]:
    """The ids of what a container holds."""
    return [child.get("id") or "" for child in element.iterchildren(*RESOURCE_TAGS)]
