"""The script of cibadmin steps, and the steps that stand in for what pcs or crm cannot express."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from halint.diff.change import Comparison
from halint.diff.commands.edits import Edit, Key, Trees, arrange, key, path_of, step
from halint.diff.commands.merging import Merging, deletion
from halint.diff.commands.order import Piece, Step, in_order
from halint.diff.commands.patch import patch_lines, settings
from halint.diff.commands.pieces import pieces
from halint.diff.commands.script import Action, Frame, whole_script
from halint.diff.commands.shell import cibadmin, cibadmin_patch
from halint.diff.commands.words import said
from halint.diff.commands.writing import Secrets, Text, Writer, wrap
from halint.diff.side import SECTIONS
from halint.model.cib_tree import Element

_REPLACED_WHOLE = frozenset(
    {
        *("rsc_location", "rsc_colocation", "rsc_order", "rsc_ticket", "tag", "fencing-level", "alert"),
        *("acl_role", "acl_target", "acl_group", "acl_user", "nvpair", "meta_attributes"),
    }
)
_ORDER_COUNTS = ("resources", "crm_config", "rsc_defaults", "op_defaults")
"""Sections whose order counts: a tie-break in placement, and in which of equal sets wins."""

PUSH = """crm_diff --no-version --original "$before" --new "$cib" >"$patch" || [ $? = 1 ]
if [ -s "$patch" ]; then cibadmin --patch --xml-file "$patch"; fi"""
"""What pushes the difference between `$before` and `$cib`; crm_diff ends with 1 where there is one."""

_FRAME = Frame(query='cibadmin --query >"$cib"', push=PUSH, says="cibadmin")


def cibadmin_script(comparison: Comparison, secrets: Secrets) -> str:
    """A script of cibadmin steps; it expresses everything."""
    return whole_script(comparison, _FRAME, actions(comparison, secrets), secrets)


def actions(comparison: Comparison, secrets: Secrets) -> list[Action]:
    """All that is to be done, in order, as calls of cibadmin."""
    trees = Trees(comparison.before, comparison.after)
    steps = CibadminSteps(trees, secrets)
    found = pieces(trees)
    first, last = settings_actions(trees)
    if found is None:
        return [*first, *steps.everything(), *last]
    rows = [steps.action(one) for one in in_order(found)]
    return [*first, *rows, *steps.reordered(), *last]


def settings_actions(trees: Trees) -> tuple[list[Action], list[Action]]:
    """What sets the attributes of the cib element: a newer schema first, an older one last."""
    old, new = settings(trees.before), settings(trees.after)
    first: list[Action] = []
    last: list[Action] = []
    for name in [n for n in new if old.get(n) != new[n]]:
        xml = wrap("cib", {name: (new[name],)})
        action = Action(says=f"set {name} of the CIB to {new[name]}", commands=(cibadmin("modify", "", xml),))
        lowered = name == "validate-with" and schema_number(new[name]) < schema_number(old.get(name, ""))
        (last if lowered else first).append(action)
    for name in [n for n in old if n not in new]:
        edit = f"""cibadmin --query | sed '/^ *<cib /s/ {name}="[^"]*"//' | cibadmin --replace --xml-pipe"""
        first.append(Action(says=f"take {name} of the CIB away", commands=(edit,)))
    return first, last


def schema_number(name: str) -> tuple[int, ...]:
    """How new a schema is; none, which checks nothing, counts as the newest."""
    numbers = name.removeprefix("pacemaker-").split(".")
    return tuple(map(int, numbers)) if all(number.isdigit() for number in numbers) else (1000,)


class CibadminSteps:
    """Turns steps into calls of cibadmin, one after the other, as they follow in the script."""

    def __init__(self, trees: Trees, secrets: Secrets) -> None:
        self._trees = trees
        self._secrets = secrets
        self._merging = Merging(trees, secrets)
        self._new = Writer(trees.after, secrets)
        self._rows: dict[str, list[Key]] = {}
        configuration = trees.before.configuration
        sections = [] if configuration is None else list(configuration)
        for section in sections:
            self._rows[section.tag] = [key(child) for child in section]
        self._counts = Counter(key(element) for section in sections for element in section.iter("*"))

    def everything(self) -> Iterator[Action]:
        """One patch for the whole configuration."""
        before, after = self._trees.before.configuration, self._trees.after.configuration
        if after is None:
            return
        edits = [Edit("create", "/cib", None, after, 0)]
        if before is not None:
            edits = list(self._trees.edits(before, after, "/cib/configuration"))
        if edits:
            yield Action(says="change the configuration as a whole", commands=(self._patch(edits),))

    def action(self, step_: Step) -> Action:
        """The calls for one step."""
        one = step_.pieces[0] if len(step_.pieces) == 1 else None
        commands = None if one is None else self._single(one)
        if commands is None:
            commands = [self._patch(self._edits(step_))]
        self.follow(step_)
        return Action(says=self.says(step_), commands=tuple(commands), step=step_)

    def says(self, step_: Step) -> str:
        """What the step does, in words."""
        return "; ".join(
            said(
                self._trees,
                p.before,
                p.after,
                self._piece_edits(p) if p.before is not None and p.after is not None else (),
            )
            if p.section != "configuration"
            else f"{'add' if p.before is None else 'remove'} the section {p.element.tag}"
            for p in step_.pieces
        )

    def reordered(self) -> Iterator[Action]:
        """What puts the children of sections in order, where that counts."""
        configuration = self._trees.after.configuration
        for section in [] if configuration is None else configuration:
            row = self._rows.get(section.tag, [])
            wanted = [key(child) for child in section]
            if section.tag not in _ORDER_COUNTS or row == wanted or set(row) != set(wanted):
                continue
            yield self.order(section, row)

    def order(self, section: Element, row: list[Key] | None) -> Action:
        """What brings the children of a section of AFTER from the order `row` (None: any) into theirs."""
        elements = {key(child): child for child in section}
        path = f"/cib/configuration/{section.tag}"
        placed = [("move", k, n) for n, k in enumerate(elements)] if row is None else arrange(row, list(elements))
        moves = [Edit(done, step(path, elements[k]), elements[k], elements[k], n) for done, k, n in placed]
        return Action(says=f"put {section.tag} in order", commands=(self._patch(moves),))

    def follow(self, step_: Step) -> None:
        """Keep account of what is in each section."""
        for piece in step_.pieces:
            row = self._rows.setdefault(piece.section, [])
            if piece.before is not None and piece.after is None and key(piece.before) in row:
                row.remove(key(piece.before))
        for piece in step_.pieces:
            if piece.before is None and piece.element.tag != "nvpair":
                self._rows[piece.section].append(key(piece.element))

    def _single(self, piece: Piece) -> list[str] | None:
        if piece.section == "configuration":
            return [_section(piece)]
        if piece.section not in SECTIONS:
            return None
        if piece.before is None:
            return [self._created(piece)]
        if self._counts[key(piece.before)] > 1:
            return None
        if piece.after is None:
            return None if not piece.before.get("id") else [cibadmin("delete", piece.section, deletion(piece.before))]
        return self._changed(piece.section, piece.before, piece.after)

    def _created(self, piece: Piece) -> str:
        xml = self._new.element(piece.element)
        parent = piece.element.getparent()
        if piece.element.tag != "nvpair" or parent is None:
            return cibadmin("create", piece.section, xml)
        return cibadmin("modify", piece.section, wrap(parent.tag, {"id": (parent.get("id") or "",)}, [xml]))

    def _changed(self, section: str, before: Element, after: Element) -> list[str] | None:
        merge = self._merging.merge(before, after)
        if merge is None:
            if before.tag not in _REPLACED_WHOLE:
                return None
            return [cibadmin("replace", section, self._new.element(after))]
        if any(self._counts[key(element)] > 1 for element in (*merge.replaced, *merge.deleted)):
            return None
        commands = [] if merge.xml is None else [cibadmin("modify", section, merge.alone or merge.xml)]
        commands += [cibadmin("replace", section, self._new.element(element)) for element in merge.replaced]
        commands += [cibadmin("delete", section, deletion(element)) for element in merge.deleted]
        return commands

    def _edits(self, step_: Step) -> Iterator[Edit]:
        gone = {piece.section: 0 for piece in step_.pieces}
        for piece in step_.pieces:
            if piece.before is not None:
                gone[piece.section] += piece.after is None
                yield from self._piece_edits(piece)
        for piece in step_.pieces:
            parent = piece.element.getparent()
            if piece.before is None and parent is not None:
                row = self._rows.get(piece.section, [])
                place = len(parent) if piece.element.tag == "nvpair" else len(row) - gone[piece.section]
                gone[piece.section] -= 1
                yield Edit("create", path_of(parent), None, piece.after, place)

    def _piece_edits(self, piece: Piece) -> Iterable[Edit]:
        if piece.before is None:
            return ()
        if piece.after is None:
            return (Edit("delete", path_of(piece.before), piece.before, None),)
        return self._trees.edits(piece.before, piece.after, path_of(piece.before))

    def _patch(self, edits: Iterable[Edit]) -> str:
        return cibadmin_patch(patch_lines(self._trees, edits, self._secrets))


def _section(piece: Piece) -> str:
    empty: Text = wrap(piece.element.tag, {})
    if piece.before is not None:
        return cibadmin("delete", "configuration", empty)
    return cibadmin("modify", "configuration", wrap("configuration", {}, [empty]))
