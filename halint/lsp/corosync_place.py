"""Where in a corosync.conf a position is, in text that may be half typed."""

from __future__ import annotations

from halint.parse.corosync_lines import TOP_LEVEL
from halint.record import record

_BLANKS = " \t\r"


@record
class CorosyncPlace:
    """The section around, as a path ("totem.interface"), and the key of the line; `end` are offsets behind.

    `in_value`: the position is behind the colon. `start` to `end` is the word that it is in or at the end of.
    """

    section: str
    key: str
    in_value: bool
    start: int
    end: int
    has_colon: bool


def corosync_place(text: str, offset: int) -> CorosyncPlace | None:
    """The place of an offset; None in a comment, and behind a brace."""
    start = text.rfind("\n", 0, offset) + 1
    end = text.find("\n", offset)
    line = text[start : end if end >= 0 else len(text)]
    before = line[: offset - start]
    if line.lstrip(_BLANKS).startswith("#") or "{" in before or "}" in before:
        return None
    name, colon, value = line.partition(":")
    in_value = ":" in before
    word = value if in_value else name.partition("{")[0]
    first = start + (len(name) + 1 if in_value else 0) + len(word) - len(word.lstrip(_BLANKS))
    last = max(first, start + (len(name) + 1 if in_value else 0) + len(word.rstrip(_BLANKS)))
    return CorosyncPlace(
        section=_section(text[:start]),
        key=name.partition("{")[0].strip(_BLANKS),
        in_value=in_value,
        start=min(first, offset),
        end=max(last, offset) if offset >= first else offset,
        has_colon=bool(colon) or "{" in line,
    )


def _section(before: str) -> str:
    """The section that is open at the end of the lines: a brace opens, else a colon makes a key, else a brace closes.

    A section that stands at the top level only closes what was left open before it.
    """
    path: list[str] = []
    for raw in before.split("\n"):
        line = raw.strip(_BLANKS)
        if line.startswith("#"):
            continue
        name, brace, rest = line.partition("{")
        if brace and ":" not in name.rstrip(_BLANKS + ":"):
            word = name.rstrip(_BLANKS + ":")
            path = [] if word in TOP_LEVEL and path != ["resources"] else path
            path += [word] if not rest.rstrip(_BLANKS).endswith("}") else []
        elif ":" not in line and line.startswith("}"):
            path = path[:-1]
    return ".".join(path)
