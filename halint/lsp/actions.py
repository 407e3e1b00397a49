"""Quick fixes: the edit that mends a finding, and the comment that sets it aside."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from lsprotocol import types

from halint.lsp.checker import Told
from halint.lsp.documents import Document
from halint.lsp.text import Text
from halint.report import Edit, Finding

_XML = ("cib", "firewalld")
_UNREADABLE = ("xml-not-wellformed", "root-not-cib")
"""Rules about files that no comment can be read from."""
_NEVER = "suppressions"
"""The topic of rules about such comments, which none can set aside."""
_DECLARATION = re.compile(r"\ufeff?<\?xml.*?\?>[ \t]*(\r?\n)?", re.DOTALL)


def actions(
    document: Document, wanted: types.Range, told: Iterable[Told], edits: Mapping[tuple[object, ...], Edit]
) -> list[types.CodeAction]:
    """The actions for the findings within a range; `edits` are those of the file, by the finding's sort key."""
    found = []
    for one in told:
        if _meet(one.diagnostic.range, wanted):
            edit = edits.get(one.finding.sort_key())
            found += [_mend(document, one, edit)] if edit is not None else []
            found += _set_aside(document, one)
    return found


def _mend(document: Document, one: Told, edit: Edit) -> types.CodeAction:
    changes = [types.TextEdit(document.text.of(change.span), change.text) for change in edit.changes]
    title = (
        f"mend: {one.finding.message}"
        if edit.safe
        else f"mend, and change what the cluster does: {one.finding.message}"
    )
    return _action(document, one, title, changes, preferred=edit.safe)


def _set_aside(document: Document, one: Told) -> Iterator[types.CodeAction]:
    change = ignoring(document.text, document.kind, one.finding)
    if change is not None:
        yield _action(document, one, f"ignore {one.finding.rule} here, with a comment", [change])


def _action(
    document: Document, one: Told, title: str, changes: list[types.TextEdit], *, preferred: bool = False
) -> types.CodeAction:
    return types.CodeAction(
        title=title,
        kind=types.CodeActionKind.QuickFix,
        diagnostics=[one.diagnostic],
        is_preferred=preferred or None,
        edit=types.WorkspaceEdit(changes={document.uri: changes}),
    )


def ignoring(text: Text, kind: str, finding: Finding) -> types.TextEdit | None:
    """The edit that puts in the comment by which a finding is ignored; None where none would be read."""
    if finding.rule in _UNREADABLE or finding.topic == _NEVER:
        return None
    whole = finding.location[1:] == (1, 1, 1, 1)
    said = f"halint: {'ignore-file' if whole else 'ignore'}[{finding.rule}] reason"
    comment = f"<!-- {said} -->" if kind in _XML else f"# {said}"
    if whole:
        declaration = _DECLARATION.match(text.text) if kind in _XML else None
        at = declaration.end() if declaration is not None else 0
        return types.TextEdit(text.range(at, at), f"{comment}{_line_end(text.text)}")
    start = text.start_of(finding.location)
    if kind in _XML:
        return _above_tag(text, start, comment)
    return _above_line(text, start, comment)


def _above_tag(text: Text, start: int, comment: str) -> types.TextEdit:
    tag = start if text.text[start : start + 1] == "<" else max(text.text.rfind("<", 0, start), 0)
    indent = _indent(text.text, tag)
    behind = f"{_line_end(text.text)}{indent}" if indent is not None else ""
    return types.TextEdit(text.range(tag, tag), f"{comment}{behind}")


def _above_line(text: Text, start: int, comment: str) -> types.TextEdit:
    line = text.text.rfind("\n", 0, start) + 1
    while line and text.text[:line].rstrip("\r\n").endswith("\\"):  # what is continued begins further up
        line = text.text.rfind("\n", 0, line - 1) + 1
    rest = text.text[line:]
    indent = rest[: len(rest) - len(rest.lstrip(" \t"))]
    return types.TextEdit(text.range(line, line), f"{indent}{comment}{_line_end(text.text)}")


def _indent(text: str, at: int) -> str | None:
    """The blanks between the beginning of a line and a place; None where something stands there."""
    before = text[text.rfind("\n", 0, at) + 1 : at]
    return before if not before.strip() else None


def _line_end(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _meet(one: types.Range, other: types.Range) -> bool:
    return _key(one.start) <= _key(other.end) and _key(other.start) <= _key(one.end)


def _key(position: types.Position) -> tuple[int, int]:
    return (position.line, position.character)
