"""A script for pcs or crm: the tool's own commands where it has them, calls of cibadmin for the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Protocol

from halint.diff.change import Comparison
from halint.diff.commands.blocks import InexpressibleError
from halint.diff.commands.cibadmin import CibadminSteps, settings_actions
from halint.diff.commands.edits import Key, Trees, key
from halint.diff.commands.order import Piece, Step, ids, in_order, references
from halint.diff.commands.pieces import pieces
from halint.diff.commands.script import Action
from halint.diff.commands.writing import Secrets
from halint.diff.side import RESOURCE_TAGS
from halint.model.cib_tree import Element


class Tool(Protocol):
    """What a tool can do. `followed` are pieces that commands given before do on the side."""

    followed: set[Piece]

    def commands(self, step: Step) -> list[str]:
        """The commands for a step; raises InexpressibleError."""


def tool_actions(
    comparison: Comparison, secrets: Secrets, make: Callable[[Trees, Secrets, list[Piece]], Tool]
) -> list[Action]:
    """All that is to be done, in order, in a tool's commands as far as it has any."""
    trees = Trees(comparison.before, comparison.after)
    xml = CibadminSteps(trees, secrets)
    first, last = settings_actions(trees)
    first, last = ([a._replace(lacks="attributes of the cib element") for a in part] for part in (first, last))
    found = pieces(trees)
    if found is None:
        whole = [a._replace(lacks="objects that nothing tells apart") for a in xml.everything()]
        return [*first, *whole, *last]
    tool = make(trees, secrets, found)
    rows = list(_Script(trees, xml, tool).actions(in_order(found)))
    return [*first, *rows, *_order(comparison, trees, xml), *last]


class _Script:
    def __init__(self, trees: Trees, xml: CibadminSteps, tool: Tool) -> None:
        self._trees = trees
        self._xml = xml
        self._tool = tool
        configurations = (trees.before.configuration, trees.after.configuration)
        self._pointed = {
            name
            for configuration in configurations
            if configuration is not None
            for element in configuration.iter("*")
            if (name := element.get("id-ref"))
        }
        self._waiting: dict[str, Action] = {}

    def actions(self, steps: list[Step]) -> Iterator[Action]:
        for step in steps:
            sections = [p for p in step.pieces if p.section == "configuration"]
            if sections and len(sections) == len(step.pieces):
                # a section that is needed is made by the tool itself; an empty one that stays means nothing
                made = self._xml.action(step)
                self._waiting |= {p.element.tag: made for p in sections if p.before is None}
                continue
            if step.pieces[0] in self._tool.followed and len(step.pieces) == 1:
                self._xml.follow(step)
                continue
            yield from self._action(step)

    def _action(self, step: Step) -> Iterator[Action]:
        needed = {piece.section for piece in step.pieces} & self._waiting.keys()
        waiting = [self._waiting.pop(section) for section in sorted(needed)]
        try:
            lines = self._commands(step)
        except InexpressibleError as error:
            yield from (action._replace(lacks="an empty section") for action in waiting)
            yield self._xml.action(step)._replace(lacks=str(error))
            return
        self._xml.follow(step)
        yield Action(says=self._xml.says(step), commands=tuple(lines), step=step)

    def _commands(self, step: Step) -> list[str]:
        for piece in step.pieces:
            for element in (piece.before, piece.after):
                if (ids(element) - {piece.element.get("id")}) & self._pointed:
                    raise InexpressibleError("something that other objects refer to by id-ref")
        return self._tool.commands(step)


def _order(comparison: Comparison, trees: Trees, xml: CibadminSteps) -> Iterator[Action]:
    """The outermost resources in order, where those that were there before are in another one, or have another name."""
    before, after = (
        None if side.configuration is None else side.configuration.find("resources")
        for side in (trees.before, trees.after)
    )
    if before is None or after is None:
        return
    there = [key(child) for child in before]
    wanted = [key(child) for child in after]
    # what is wrapped, taken out or renamed is put at the end by the tools; of what is new the place does not matter
    anew = [key(child) for child in after if _made_of_old(comparison, child, set(there))]
    kept = set(wanted)
    put = [k for k in there if k in kept] + anew
    moved = set(put)
    if put != [k for k in wanted if k in moved]:
        yield xml.order(after, None)._replace(lacks="the order of the outermost resources")


def _made_of_old(comparison: Comparison, element: Element, outermost: set[Key]) -> bool:
    """Whether an outermost resource of AFTER is none in BEFORE, but has in it, or is, what was there."""
    if key(element) in outermost:
        return False
    known = comparison.before.resources.keys() | set(comparison.renamed.values())
    return any(one.get("id") in known for one in element.iter(*RESOURCE_TAGS))


def removed_with(found: list[Piece], piece: Piece) -> bool:
    """Whether a constraint goes because a resource that it names goes, with all that is in that."""
    if piece.section != "constraints" or piece.before is None or piece.after is not None or len(piece.before):
        return False
    gone = {name for p in found if p.section == "resources" and p.after is None for name in ids(p.before)}
    staying = {name for p in found for name in ids(p.after)}
    return bool(references(piece.before) & (gone - staying))
