"""Finds the comments by which users set findings aside, and the stretch of the file that each speaks of.

In XML, `<!-- halint: ignore[RULE] reason -->` speaks of the element directly below it, with all that stands in it. One
that is the first thing in an element, or has no element below it, speaks of that element's own start tag too. Elsewhere
`# halint: ignore[RULE] reason` on its own line speaks of the next line that is neither blank nor a comment: of the
whole section where this line opens one, of all of a line that is continued. `ignore-file[RULE] reason`, above the first
setting, speaks of the file. `until 2026-12-31` before the reason lets it end with that day.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from halint.parse.xml_text import TagSpans
from halint.record import record
from halint.source import Source, Span

_SAID = re.compile(r"\s*halint:\s*(?P<verb>[^\s\[]*)\s*(\[(?P<names>[^\]]*)\])?(?P<rest>.*)", re.DOTALL | re.IGNORECASE)
_UNTIL = re.compile(r"until\s+(?P<date>\d{4}-\d{2}-\d{2})(?![\w-])(?P<reason>.*)", re.DOTALL | re.IGNORECASE)
_BETWEEN = ":,;-\u2013\u2014 \t\r\n"
"""What may stand between the rules and the reason."""
_VERBS = ("ignore", "ignore-file")
_XML_KINDS = ("cib", "firewalld")


@record
class Ignore:
    """One such comment. `span` is where it stands, `stretches` what it speaks of.

    `problem` says why it does not hold, as a case of the rule suppression-malformed; "" where it does. `said` is the
    part of it that is wrong. `until` is a date as written. `top`: nothing but comments stands before it.
    """

    names: tuple[str, ...]
    reason: str
    until: str
    span: Span
    stretches: tuple[Span, ...]
    whole_file: bool
    top: bool
    problem: str = ""
    said: str = ""


def ignores(source: Source) -> tuple[Ignore, ...]:
    """The comments of a file that speak to halint, in their order."""
    if is_xml(source):
        return tuple(_in_xml(source.text))
    return tuple(_in_lines(source.lines, source.kind))


def is_xml(source: Source) -> bool:
    """Whether a file is written in XML."""
    return source.kind in _XML_KINDS


def _ignore(comment: str, span: Span, stretches: tuple[Span, ...], *, top: bool, problem: str = "") -> Ignore | None:
    """What a comment's text says; None where it does not speak to halint."""
    said = _SAID.fullmatch(comment)
    if said is None:
        return None
    verb = said.group("verb").lower()
    names = tuple(name.strip() for name in (said.group("names") or "").split(",") if name.strip())
    until, reason = "", said.group("rest").strip().lstrip(_BETWEEN)
    dated = _UNTIL.fullmatch(reason)
    if dated:
        until, reason = dated.group("date"), dated.group("reason").lstrip(_BETWEEN)
    whole = verb == "ignore-file"
    if verb not in _VERBS:
        problem = "verb"
    elif not names:
        problem = "no-rule"
    elif not reason:
        problem = "no-reason"
    elif whole:
        problem = problem if problem == "behind" else "" if top else "late"
    return Ignore(
        names=names,
        reason=" ".join(reason.split()),
        until=until,
        span=span,
        stretches=stretches,
        whole_file=whole,
        top=top,
        problem=problem,
        said=(said.group("verb") or comment.strip()) if problem == "verb" else "",
    )


_TOKEN = re.compile(
    r"""<!--(?P<comment>.*?)-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>|(?P<end></[^>]*>)"""
    r"""|(?P<start><[^\s/>!?"'<=]+(?:[^>"']|"[^"]*"|'[^']*')*>)""",
    re.DOTALL,
)


@dataclass(kw_only=True)
class _Element:
    """An element while it is read: offsets of its start tag, and of its end."""

    start: int
    tag_end: int
    end: int
    children: int = 0


@dataclass(kw_only=True)
class _Comment:
    """A comment while what follows it is not read yet."""

    text: str
    start: int
    end: int
    around: _Element | None
    first: bool
    top: bool
    below: _Element | None = None


@dataclass(kw_only=True)
class _Tree:
    """The comments of an XML text and the elements around and below them, read in one pass."""

    text: str
    comments: list[_Comment] = field(default_factory=list)
    _open: list[_Element] = field(default_factory=list)
    _waiting: list[_Comment] = field(default_factory=list)
    _tags: int = 0

    def read(self) -> None:
        """Read the whole text."""
        for token in _TOKEN.finditer(self.text):
            if token.group("start"):
                self._start(token)
            elif token.group("end"):
                self._waiting = []
                if self._open:
                    self._open.pop().end = token.end()
            elif token.group("comment") is not None and _SAID.fullmatch(token.group("comment")):
                self._comment(token)

    def _start(self, token: re.Match[str]) -> None:
        self._tags += 1
        closed = token.group().endswith("/>")
        element = _Element(start=token.start(), tag_end=token.end(), end=token.end() if closed else len(self.text))
        if self._open:
            self._open[-1].children += 1
        for comment in self._waiting:
            comment.below = element
        self._waiting = []
        if not closed:
            self._open.append(element)

    def _comment(self, token: re.Match[str]) -> None:
        around = self._open[-1] if self._open else None
        first = around is not None and around.children == 0
        # the outermost element may be a cib, or pacemaker-result with the cib in it
        top = self._tags == len(self._open) <= 2
        comment = _Comment(
            text=token.group("comment"), start=token.start(), end=token.end(), around=around, first=first, top=top
        )
        self.comments.append(comment)
        self._waiting.append(comment)


def _in_xml(text: str) -> Iterator[Ignore]:
    tree = _Tree(text=text)
    tree.read()
    spans = TagSpans(text)
    for one in tree.comments:
        stretches = [spans.between(one.start, one.below.end if one.below else one.end)]
        if one.around and (one.first or one.below is None):
            stretches.append(spans.between(one.around.start, one.around.tag_end))
        nothing = one.below is None and one.around is None
        place = spans.between(one.start, one.end)
        found = _ignore(one.text, place, tuple(stretches), top=one.top, problem="nothing-below" if nothing else "")
        if found:
            yield found


_BEHIND_ALLOWED = ("hosts", "drbd", "sbd", "sysconfig-pacemaker", "sysconfig-pcsd", "kdump", "exports")
"""Kinds in which a comment may follow a setting on its line."""
_BRACED = ("corosync", "drbd")
_HEADED: Mapping[str, re.Pattern[str]] = {
    "booth": re.compile(r"\s*ticket\s*="),
    "logind": re.compile(r"\s*\["),
    "systemd-system": re.compile(r"\s*\["),
    "units": re.compile(r"\s*\["),
}
"""How a section begins where it lasts until the next one."""


def _in_lines(lines: tuple[str, ...], kind: str) -> Iterator[Ignore]:
    layout = _Layout(lines, kind)
    for number, line in enumerate(lines):
        start = _comment_in(line)
        if start < 0:
            continue
        behind = _is_setting(line)
        below = number if behind else layout.setting_below(number)
        problem = "nothing-below" if below is None else "behind" if behind and kind not in _BEHIND_ALLOWED else ""
        last = number if below is None or behind else layout.last_of(below)
        place = Span(number + 1, start + 1, number + 1, len(line) + 1)
        stretch = Span(number + 1, 1, last + 2, 1)
        found = _ignore(line[start:].lstrip("#"), place, (stretch,), top=number < layout.first, problem=problem)
        if found:
            yield found


def _comment_in(line: str) -> int:
    """Where in a line a comment that may speak to halint begins; -1 for none."""
    said = line.lower().find("halint:")
    before = line[: max(said, 0)].rstrip()
    return len(before.rstrip("#")) if before.endswith("#") else -1


def _is_setting(line: str) -> bool:
    stripped = line.strip()
    return bool(stripped) and not stripped.startswith("#")


class _Layout:
    """The lines that hold settings, and where the sections that they open end; numbers count from 0."""

    def __init__(self, lines: tuple[str, ...], kind: str) -> None:
        self._lines = lines
        self._settings = [number for number, line in enumerate(lines) if _is_setting(line)]
        self.first = self._settings[0] if self._settings else len(lines)
        self._last = _braced(lines, self._settings) if kind in _BRACED else {}
        head = _HEADED.get(kind)
        heads = [number for number in self._settings if head and head.match(lines[number])]
        self._last |= {one: following - 1 for one, following in pairwise([*heads, len(lines)])}

    def setting_below(self, number: int) -> int | None:
        """The next line with a setting."""
        index = bisect_right(self._settings, number)
        return self._settings[index] if index < len(self._settings) else None

    def last_of(self, number: int) -> int:
        """The last line of what a line begins: a section, a continued line, or the line itself."""
        if number in self._last:
            return self._last[number]
        while self._lines[number].endswith("\\") and number + 1 < len(self._lines):
            number += 1
        return number


def _braced(lines: tuple[str, ...], settings: list[int]) -> dict[int, int]:
    """For each line that opens a section, or stands above the brace that does, the line of the brace that closes it."""
    last: dict[int, int] = {}
    opened: list[int] = []
    before = 0
    for number in settings:
        code = lines[number].partition("#")[0].strip()
        for brace in re.findall("[{}]", code):
            if brace == "{":
                opened.append(before if code.startswith("{") else number)
            elif opened:
                last[opened.pop()] = number
        before = number
    return last | dict.fromkeys(opened, len(lines) - 1)


_ATTRIBUTE = re.compile(r"""\s(id|uname)\s*=\s*("[^"]*"|'[^']*')""")


class Tags:
    """The start tags of an XML text by what their elements are called."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._spans = TagSpans(text)
        self._starts = [0, *(end.end() for end in re.finditer("\n", text))]
        self._called: dict[str, int] | None = None

    def called(self, name: str) -> Span | None:
        """The start of the first element of this id, or uname, or, where there is no such, of this tag."""
        if self._called is None:
            self._called = {}
            for token in _TOKEN.finditer(self._text):
                if token.group("start"):
                    for key in (*_names_of(token.group()), _tag_key(token.group())):
                        self._called.setdefault(key, token.start())
        found = self._called.get(name, self._called.get(f"<{name}"))
        return None if found is None else self._spans.between(found, found + 1)

    def id_at(self, line: int, column: int) -> str:
        """The id of the element in whose start tag a place is, or that begins there; "" for none."""
        offset = self._starts[line - 1] + column - 1
        start = self._text.rfind("<", 0, offset + 1)
        tag = _TOKEN.match(self._text, start) if start >= 0 else None
        if tag is None or not tag.group("start") or tag.end() <= offset:
            return ""
        return next((m.group(2)[1:-1] for m in _ATTRIBUTE.finditer(tag.group()) if m.group(1) == "id"), "")


def _names_of(tag: str) -> list[str]:
    return [found.group(2)[1:-1] for found in _ATTRIBUTE.finditer(tag)]


def _tag_key(tag: str) -> str:
    name = re.match(r"<[^\s/>]+", tag)
    return name.group() if name else "<"
