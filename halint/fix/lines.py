"""What corosync reads differently from how it looks: odd blanks, and comments behind keys and braces.

corosync takes only space and tab for blanks (3.1.8 and newer also the byte A0), and a comment only at the beginning
of a line; measured with corosync -t, 3.1.7.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from halint.fix.proposal import Proposal
from halint.fix.written import Written, stretch
from halint.report import Finding, Replacement

_SPACES = "\x0b\x0c\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_NOTHING = "\xad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
_SPACE, _INVISIBLE = re.compile(f"[{_SPACES}]"), re.compile(f"[{_NOTHING}]")
_ODD = re.compile(f"[{_SPACES}{_NOTHING}]")
_BLANKS = rf"[ \t{_SPACES}{_NOTHING}]*"
# Where blanks count for nothing: around the line, and around the first brace or colon
_EDGES = re.compile(rf"({_BLANKS})(?:([^{{:]*?)({_BLANKS}[{{:]{_BLANKS}))?(.*?)({_BLANKS})", re.DOTALL)
_VALUE = re.compile(r"[^:{]*:[ \t]*(.*)")
_COMMENT = re.compile(r"[ \t]+#.*|(?<=\{)#.*", re.DOTALL)
_LONGEST = 4096
"""Lines beyond this many characters are left alone; corosync reads none of more than 510 bytes."""


def odd_blanks(finding: Finding, written: Written) -> Iterator[Proposal]:
    """Plain blanks for white space that corosync does not know, nothing for what has no width.

    Free text keeps what stands between its words.
    """
    for line in _lines(finding):
        changes = tuple(_blanks(written, line))
        if changes and not written.holds_secret(line):
            yield Proposal(changes=changes)


def blanks_in_values(finding: Finding, written: Written) -> Iterator[Proposal]:
    """Plain blanks also between the words of a value, which makes it another value."""
    for line in _lines(finding):
        text = written.line(line)
        found = _VALUE.fullmatch(text) if len(text) <= _LONGEST and not written.holds_secret(line) else None
        if found is None or text.lstrip().startswith("#"):
            continue
        odd = list(_SPACE.finditer(text, found.start(1)))
        if odd:
            yield Proposal(changes=tuple(Replacement(stretch(line, m.start(), m.end()), " ") for m in odd))


def trailing_comment(finding: Finding, written: Written) -> Iterator[Proposal]:
    """The comment on a line of its own above the key, section or brace it stands behind."""
    for line in _lines(finding):
        changes = _comment(written, line)
        if changes and not written.holds_secret(line):
            yield Proposal(changes=changes)
            blanks = _blanks(written, line, end=changes[-1].span.column - 1)
            both = (*changes, *blanks)
            if len(both) > len(changes):
                yield Proposal(changes=both)


def _lines(finding: Finding) -> range:
    place = finding.location
    return range(place.line, place.end_line + 1)


def _blanks(written: Written, line: int, end: int | None = None) -> Iterator[Replacement]:
    """The odd blanks of a line that can be mended, up to an index."""
    text = written.line(line)[:end]
    match = _EDGES.fullmatch(text) if len(text) <= _LONGEST and _ODD.search(text) else None
    if match is None:
        return
    if text[match.end(1) :].startswith("#"):
        edges = [match.span(1)]
    else:
        edges = [match.span(group) for group in (1, 3, 5) if match.start(group) >= 0]
    for index, char in enumerate(text):
        at_edge = any(start <= index < stop for start, stop in edges)
        if at_edge and _SPACE.match(char):
            yield Replacement(stretch(line, index, index + 1), " ")
        elif _INVISIBLE.match(char) and (at_edge or _in_plain_word(text, index, match)):
            yield Replacement(stretch(line, index, index + 1), "")


def _in_plain_word(text: str, index: int, match: re.Match[str]) -> bool:
    """Whether a character without width stands in a name, or in a value that is one word of ASCII without it."""
    for group in (2, 4):
        start, stop = match.span(group)
        if start <= index < stop and not text[match.end(1) :].startswith("#"):
            rest = _INVISIBLE.sub("", text[start:stop])
            return rest.isascii() and not re.search(r"\s", rest)
    return False


def _comment(written: Written, line: int) -> tuple[Replacement, ...]:
    """A line for the comment, and the line without it."""
    text = written.line(line)
    body = text.lstrip(" \t")
    found = _COMMENT.search(text, len(text) - len(body)) if len(text) <= _LONGEST else None
    if found is None or body.startswith("#") or not any(c in text[: found.start()] for c in "{}:"):
        return ()
    value = _VALUE.fullmatch(text[: found.start()])
    if value and any(value[1].count(quote) % 2 for quote in "\"'"):
        return ()  # within quotes, as in a command of the heuristics
    indent = text[: len(text) - len(body)]
    moved = indent + found.group().lstrip(" \t") + written.end_of_line(line)
    start = found.start()
    return (Replacement(stretch(line, 0, 0), moved), Replacement(stretch(line, start, len(text)), ""))
