"""The script of pcs commands."""

from __future__ import annotations

from collections import defaultdict

from halint.diff.change import Comparison
from halint.diff.commands.blocks import InexpressibleError
from halint.diff.commands.edits import Trees
from halint.diff.commands.order import Piece, Step, ids, references
from halint.diff.commands.pcs_constraints import add_constraint, delete_constraint, related
from halint.diff.commands.pcs_settings import PcsSettings
from halint.diff.commands.pcs_structure import PcsStructure
from halint.diff.commands.script import Frame, whole_script
from halint.diff.commands.tool import removed_with, tool_actions
from halint.diff.commands.writing import Secrets
from halint.model.cib_tree import Element

FRAME = Frame(
    query='pcs cluster cib "$cib"',
    push='pcs cluster cib-push "$cib" diff-against="$before"',
    says="pcs",
    note="--force: what AFTER has is taken as it is, also where an agent is not installed here.",
)
"""How a script for pcs begins and ends."""


def pcs_script(comparison: Comparison, secrets: Secrets) -> str:
    """A script of pcs 0.11 commands; what pcs cannot express is named in it and left to cibadmin."""
    return whole_script(comparison, FRAME, tool_actions(comparison, secrets, _Pcs), secrets)


class _Pcs:
    def __init__(self, trees: Trees, secrets: Secrets, found: list[Piece]) -> None:
        self._structure = PcsStructure(trees, secrets, found)
        self._after = trees.after
        self._settings = PcsSettings(trees, secrets)
        self._devices = {
            device.strip()
            for level in trees.after.tree.section("fencing-topology")
            for device in (level.get("devices") or "").split(",")
        }
        self._relations: defaultdict[tuple[str, ...], set[str | None]] = defaultdict(set)
        for side in (trees.before, trees.after):
            for constraint in side.tree.section("constraints"):
                self._relations[related(constraint)].add(constraint.get("id"))
        self.followed = self._structure.followed
        self.followed |= {piece for piece in found if removed_with(found, piece)}

    def commands(self, step: Step) -> list[str]:
        """The commands for a step; raises InexpressibleError."""
        piece = step.pieces[0]
        if len(step.pieces) > 1 or piece.section == "resources":
            if any((ids(p.before) - ids(p.after)) & self._devices for p in step.pieces):
                raise InexpressibleError("a fence device that goes while a fencing level names it")
            return self._structure.commands(step)
        if piece.section != "constraints":
            return self._settings.commands(piece)
        if piece.after is not None and self._relations[related(piece.after)] - {piece.after.get("id")}:
            raise InexpressibleError("several constraints of one kind between the same resources")
        removed = [] if piece.before is None else [delete_constraint(piece.before)]
        return removed if piece.after is None else [*removed, *self._added(piece.after)]

    def _added(self, element: Element) -> list[str]:
        """The commands that add a constraint; pcs wants --force for what is inside a clone or bundle."""
        resources = self._after.resources
        named = [resources[name] for name in references(element) if name in resources]
        inside = any(True for one in named for _ in one.iterancestors("clone", "master", "bundle"))
        lines = add_constraint(element)
        return [line.replace('"$cib"', '"$cib" --force', 1) for line in lines] if inside else lines
