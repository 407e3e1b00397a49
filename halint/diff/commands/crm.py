"""The script of crm commands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from halint.diff.change import Comparison
from halint.diff.commands.blocks import InexpressibleError
from halint.diff.commands.cibadmin import PUSH, schema_number
from halint.diff.commands.crm_definitions import Definitions, quoted, word
from halint.diff.commands.crm_structure import CrmStructure
from halint.diff.commands.edits import Trees
from halint.diff.commands.order import Piece, Step
from halint.diff.commands.script import Action, Frame, whole_script
from halint.diff.commands.shell import comment
from halint.diff.commands.tool import removed_with, tool_actions
from halint.diff.commands.writing import Secrets
from halint.diff.side import RESOURCE_TAGS
from halint.model.cib_tree import Element

FRAME = Frame(query='cibadmin --query >"$cib"', push=PUSH, says="crm")
"""How a script for crm begins and ends."""
_SECTIONS = ("resources", "constraints", "tags", "nodes", "rsc_defaults", "op_defaults", "acls", "alerts")
UPDATE, CONFIGURE = "update", "configure"


def crm_script(comparison: Comparison, secrets: Secrets) -> str:
    """A script of crmsh 4.4 commands; what is not written for crm is named in it and left to cibadmin."""
    actions = list(_joined(tool_actions(comparison, secrets, _Crm)))
    return whole_script(comparison, FRAME, actions, secrets)


class _Crm:
    """Commands are lines of a kind: `update ` and a definition, or `configure ` and a command of that level."""

    def __init__(self, trees: Trees, secrets: Secrets, found: list[Piece]) -> None:
        self._trees = trees
        self._new = Definitions(trees.after, secrets)
        self._structure = CrmStructure(trees, self._new, found)
        self.followed = self._structure.followed
        self.followed |= {piece for piece in found if removed_with(found, piece)}

    def commands(self, step: Step) -> list[str]:
        """The commands for a step; raises InexpressibleError."""
        schema = self._trees.before.root.get("validate-with") or ""
        if schema_number(schema) < (2,):
            # measured with 4.4.1: its commit ends in an error where crm_mon has to upgrade the CIB
            raise InexpressibleError(f"a CIB of the schema {schema}")
        if len(step.pieces) > 1:
            return self._structure.commands(step)
        piece = step.pieces[0]
        if piece.section == "crm_config":
            return self._property(piece)
        if piece.section not in _SECTIONS:
            raise InexpressibleError(f"the section {piece.section}")
        if piece.section == "nodes" and (piece.before is None or piece.after is None):
            raise InexpressibleError("a node that comes or goes, outside a live cluster")
        if piece.after is None:
            return [f"{CONFIGURE} delete {' '.join(_with_content(piece.element))}"]
        if piece.section == "resources" and piece.before is not None and piece.after.tag in ("group", "clone"):
            return self._structure.commands(step)
        return [f"{UPDATE} {line}" for line in self._new.definitions(piece.after)]

    def _property(self, piece: Piece) -> list[str]:
        configuration = self._trees.before.configuration
        sets = [] if configuration is None else list(configuration.iterfind("crm_config/cluster_property_set"))
        if piece.after is None or piece.after.tag != "nvpair" or len(sets) != 1:
            raise InexpressibleError("a property that goes, or one in several sets")
        if piece.before is not None and piece.before.get("name") != piece.after.get("name"):
            raise InexpressibleError("another name under the same id")
        if self._trees.after.is_masked(piece.after, "value"):
            raise InexpressibleError("a secret property")
        return [f"{CONFIGURE} property {word(piece.after.get('name'))}={quoted(piece.after.get('value') or '')}"]


def _with_content(element: Element) -> list[str]:
    """The ids of an object and of the resources in it: deleting a group or clone leaves these."""
    inside = [] if element.tag == "tag" else list(element.iterdescendants(*RESOURCE_TAGS))
    return [word(one.get("id")) for one in (element, *inside)]


def _joined(actions: Sequence[Action]) -> Iterator[Action]:
    """The actions, with neighbours that are of one kind in one call of crm."""
    for kind, row in groupby(actions, _kind):
        group = list(row)
        if not kind:
            yield from group
            continue
        lines = []
        for action in group:
            lines.append(comment(action.says))
            lines += [command.removeprefix(f"{kind} ") for command in action.commands]
        if kind == UPDATE:
            call = ["crm -F configure load update - <<'EOF'", *lines, "EOF"]
        else:
            call = ["crm -F configure <<'EOF'", *lines, "commit", "EOF"]
        yield Action(says=f"{len(group)} in one go" if len(group) > 1 else group[0].says, commands=("\n".join(call),))


def _kind(action: Action) -> str:
    kinds = {command.split(" ", 1)[0] for command in action.commands}
    return kinds.pop() if len(kinds) == 1 and kinds <= {UPDATE, CONFIGURE} else ""
