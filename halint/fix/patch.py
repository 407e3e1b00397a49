"""The unified patch of a rewrite: exact bytes, for patch(1) and git apply, and without lines that hold a secret."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import NamedTuple

from halint.fix.plan import Rewrite

_CONTEXT = 3
_SHOWN = re.compile(r"[^\S\n\t ]|[\x00-\x08\x0e-\x1f\x7f-\x9f\xad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


class _Change(NamedTuple):
    """Lines before and after, as half-open ranges from 0."""

    start: int
    end: int
    new_start: int
    new_end: int


def patch(rewrite: Rewrite) -> bytes:
    """The patch, with `a/` and `b/` before the path as git has them."""
    before, after = _lines(rewrite.before), _lines(rewrite.after)
    head = f"--- {_name('a', rewrite.path)}\n+++ {_name('b', rewrite.path)}\n".encode()
    hunks = [_hunk(before, after, group, rewrite.secret_lines) for group in _groups(before, after, rewrite)]
    return head + b"".join(hunks)


def for_terminal(patch_bytes: bytes, encoding: str) -> str:
    """A patch to look at: what no terminal shows, or would obey, as its code point."""
    text = patch_bytes.decode(encoding, errors="replace").replace("\r\n", "\n")
    return _SHOWN.sub(lambda match: f"<U+{ord(match.group()):04X}>", text)


def _lines(data: bytes) -> list[bytes]:
    """Lines with their LF, as patch(1) counts them."""
    return [line + b"\n" for line in data.split(b"\n")[:-1]] + (
        [data.rpartition(b"\n")[2]] if data[-1:] != b"\n" else []
    )


def _name(side: str, path: str) -> str:
    name = f"{side}/{path.lstrip('/')}"
    return f"{name}\t" if " " in name else name


def _groups(before: list[bytes], after: list[bytes], rewrite: Rewrite) -> Iterator[list[_Change]]:
    """Changes whose contexts meet; a secret between two keeps them apart."""
    group: list[_Change] = []
    for tag, *place in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        change = _Change(*place)
        if group:
            between = range(group[-1].end, change.start)
            if len(between) > 2 * _CONTEXT or any(line + 1 in rewrite.secret_lines for line in between):
                yield group
                group = []
        group.append(change)
    if group:
        yield group


def _hunk(before: list[bytes], after: list[bytes], group: list[_Change], secret: frozenset[int]) -> bytes:
    first, last = group[0], group[-1]
    leading = _context(range(first.start - 1, -1, -1), secret)
    trailing = _context(range(last.end, len(before)), secret)
    if leading and trailing:
        # where one side is shorter, and the file does not end there, patch(1) would look for its start or end
        if leading < trailing and first.start - leading > 0:
            trailing = leading
        elif trailing < leading and last.end + trailing < len(before):
            leading = trailing
    start, new_start = first.start - leading, first.new_start - leading
    end, new_end = last.end + trailing, last.new_end + trailing
    body, position = [], start
    for change in group:
        body += [b" " + line for line in before[position : change.start]]
        body += [b"-" + line for line in before[change.start : change.end]]
        body += [b"+" + line for line in after[change.new_start : change.new_end]]
        position = change.end
    body += [b" " + line for line in before[position:end]]
    ended = (line if line.endswith(b"\n") else line + b"\n\\ No newline at end of file\n" for line in body)
    return f"@@ -{_range(start, end)} +{_range(new_start, new_end)} @@\n".encode() + b"".join(ended)


def _context(lines: range, secret: frozenset[int]) -> int:
    """How many of the lines, going away from a change, can be shown."""
    shown = 0
    for line in lines[:_CONTEXT]:
        if line + 1 in secret:
            break
        shown += 1
    return shown


def _range(start: int, end: int) -> str:
    """A range as the format has it: an empty one is named by the line before it."""
    length = end - start
    if length == 1:
        return f"{start + 1}"
    return f"{start + 1 if length else start},{length}"
