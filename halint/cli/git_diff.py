"""`halint git-diff`: git's external diff for CIBs, one pair of files a call (git(1), GIT_EXTERNAL_DIFF)."""

from __future__ import annotations

import difflib
import os
import sys
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from halint.cli.check import style_for
from halint.cli.main import OK
from halint.errors import HalintError
from halint.output.frame import masked_line
from halint.output.style import Style
from halint.parse.cib import CibFile, read_cib
from halint.parse.xml_secrets import secret_spans
from halint.source import Source

_NOTHING = "/dev/null"
_EMPTY = b"<cib><configuration><crm_config/><nodes/><resources/><constraints/></configuration></cib>"


class _Call(NamedTuple):
    """What git hands over: the path, and for both sides the file, its hash and mode; `new` after a rename."""

    path: str
    old_file: str
    old_hash: str
    old_mode: str
    new_file: str
    new_hash: str
    new_mode: str
    new: str


def git_diff(arguments: Sequence[str]) -> int:
    """Print what changed between two versions of a file; 0 always, as git demands, but for wrong use."""
    if len(arguments) == 1:
        sys.stdout.write(f"* Unmerged path {arguments[0]}\n")
        return OK
    if len(arguments) not in (7, 9):
        raise HalintError(f"git-diff: git calls it with 7 arguments, or 9 after a rename; here are {len(arguments)}")
    path, *sides = arguments[:7]
    call = _Call(path, *sides, new=arguments[7] if len(arguments) == 9 else path)  # type: ignore[misc]  # counted above
    style = _style()
    sys.stdout.writelines(f"{line}\n" for line in _lines(call, style))
    return OK


def _style() -> Style:
    """Colour as for a terminal where git shows it through its pager, or on one."""
    paged = {"FORCE_COLOR": "1"} if os.environ.get("GIT_PAGER_IN_USE") else {}
    return style_for("auto", {**paged, **os.environ})


def _lines(call: _Call, style: Style) -> Iterator[str]:
    yield style.paint(f"diff --halint a/{call.path} b/{call.new}", "strong")
    if call.new != call.path:
        yield from (f"rename from {call.path}", f"rename to {call.new}")
    one_sided = _NOTHING in (call.old_file, call.new_file)
    if one_sided:
        yield f"new file mode {call.new_mode}" if call.old_file == _NOTHING else f"deleted file mode {call.old_mode}"
    elif call.old_mode != call.new_mode:
        yield from (f"old mode {call.old_mode}", f"new mode {call.new_mode}")
    old, new = _read(call.old_file), _read(call.new_file)
    if old == new:
        return
    try:
        sides = _cib(old, f"a/{call.path}"), _cib(new, f"b/{call.new}")
    except HalintError as error:
        yield f"{error}; the text differs:"
        yield from _as_text(call, old, new)
        return
    yield from _as_cibs(*sides, style, one_sided=one_sided)


def _read(file: str) -> bytes:
    try:
        return _EMPTY if file == _NOTHING else Path(file).read_bytes()
    except OSError as error:
        raise HalintError(f"{file}: cannot be read: {error.strerror}") from None


def _cib(data: bytes, name: str) -> CibFile:
    """The CIB, its `root` there. Raises HalintError with a clause that says why it is none."""
    file = read_cib(data, name)
    if file.root is None:
        problem = file.source.problems[0]
        raise HalintError(f"{name}: {problem.message} (line {problem.span.line})")
    return file


def _as_cibs(old: CibFile, new: CibFile, style: Style, *, one_sided: bool) -> Iterator[str]:
    """The changes; what they do, too, unless there is no cluster before or none after."""
    from halint.diff.assess import assess  # noqa: PLC0415 - not for text
    from halint.diff.compare import compare  # noqa: PLC0415 - as above
    from halint.diff.dangers import dangers  # noqa: PLC0415 - as above
    from halint.diff.forecast import forecast  # noqa: PLC0415 - as above
    from halint.diff.outcome import NO_FORECAST  # noqa: PLC0415 - as above
    from halint.diff.side import Side  # noqa: PLC0415 - as above
    from halint.output.diff_text import render_text  # noqa: PLC0415 - as above

    comparison = compare(Side(file=old), Side(file=new))
    if not comparison.changes:
        yield "the meaning is the same"
        return
    outcome = assess(
        comparison,
        forecast=NO_FORECAST if one_sided else forecast(comparison),
        pushes=(),
        dangers=() if one_sided else dangers(comparison),
        sources={file.source.path: file.source for file in (new, old)},
    )
    yield from render_text(outcome, style, quiet=True).rstrip("\n").split("\n")


def _as_text(call: _Call, old: bytes, new: bytes) -> Iterator[str]:
    """A unified diff of what is no CIB, secrets masked."""
    before, after = ([] if data == _EMPTY else _masked(data) for data in (old, new))
    old_name = _NOTHING if call.old_file == _NOTHING else f"a/{call.path}"
    new_name = _NOTHING if call.new_file == _NOTHING else f"b/{call.new}"
    yield from difflib.unified_diff(before, after, old_name, new_name, lineterm="")


def _masked(data: bytes) -> list[str]:
    """The lines as a terminal may have them, secrets masked as in any XML, well-formed or not."""
    text = data.decode("utf-8", "replace")
    source = Source(path="", kind="cib", text=text, find_secrets=partial(secret_spans, text))
    return [masked_line(source, number, sys.maxsize) for number in range(1, len(source.lines) + 1)]
