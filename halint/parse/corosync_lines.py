"""The lines of a corosync.conf: what opens a section, what closes one, what is a key and its value.

Follows the reader of corosync 3.1 to the letter (corosync-checks in short: a brace anywhere opens, else a colon
anywhere makes a key, else a brace closes) and goes on after mistakes: a mistake is one problem, and what follows
is read as its writer meant it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from halint.parse.corosync_release import DEFAULT, Release, shown_release
from halint.source import Problem, Span

RULE = "corosync-syntax"
LATER = "corosync-refused-by-newer"
STRICT: Release = (3, 0)
"""corosync 2 passed over junk lines, text around braces, long lines and names it could not store."""
BLANKS = " \t"
LINE_BYTES = 510
"""The longest line corosync reads, in bytes, its line feed not counted."""

TOP_LEVEL = ("totem", "quorum", "nodelist", "logging", "system", "resources", "nozzle", "uidgid")
_SIBLINGS = ("node", "interface", "logger_subsys", "logging_daemon")
_BOM = "\ufeff"
_SHOWN = 40
_STRAY = "a closing brace where no section is open"
_SECRET_NAME = re.compile(r"key\b", re.IGNORECASE)


class Event(NamedTuple):
    """Something a line does. `kind` is `open`, `entry` or `close`; `span` is the text without blanks around it.

    `value_span` is where an entry's value stands.
    """

    kind: str
    name: str
    value: str
    span: Span
    value_span: Span


class Reading(NamedTuple):
    """What the lines say: events in file order, sections balanced; what was wrong; where secrets stand."""

    events: list[Event]
    problems: list[Problem]
    secrets: list[Span]


def problem(span: Span, message: str, release: Release, *, since: Release = (), rule: str = RULE) -> Problem:
    """What the reader refuses; a release before `since` passes it, which is told of the later ones."""
    if release >= since:
        return Problem(rule, span, message)
    return Problem(LATER, span, f"corosync {shown_release(since)} and later refuse this: {message}")


def read_lines(lines: Sequence[str], encoding: str, release: Release = DEFAULT) -> Reading:
    """Read all lines (without their line feeds; a carriage return may be left). `encoding` is the file's.

    Where a section is never closed the file is read again with sections closed where one begins that
    cannot stand inside them.
    """
    first = _Lexer(encoding, release)
    first.read(lines)
    if not first.stack:
        return first.reading()
    again = _Lexer(encoding, release, closing=True)
    again.read(lines)
    again.problems += [p for p in first.problems if p.message == _STRAY]
    missing = again.unclosed or (again.stack or first.stack)[-1]
    message = f"section {shown(missing.name)}, opened in line {missing.span.line}, is never closed"
    again.problems.append(Problem(RULE, _last_line(lines), message))
    return again.reading()


def shown(text: str) -> str:
    """A name of the file as messages quote it: short, nothing that could upset a terminal, no secret."""
    if _SECRET_NAME.match(text):
        return text[:3]
    plain = "".join(c if c.isprintable() else "\ufffd" for c in text)
    return plain if len(plain) <= _SHOWN else f"{plain[: _SHOWN - 1]}…"


def is_secret_name(name: str) -> bool:
    """Whether the value of a key of this name is the cluster's key (corosync.conf(5), totem.key)."""
    return bool(_SECRET_NAME.match(name))


@dataclass
class _Lexer:
    """Reads lines one by one. `closing` closes sections where one begins that cannot stand inside them."""

    encoding: str
    release: Release
    closing: bool = False
    unclosed: Event | None = None
    stack: list[Event] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    _events: list[Event] = field(default_factory=list)
    _secrets: list[Span] = field(default_factory=list)
    _headless: tuple[str, Span] = ("", Span(1, 1, 1, 1))
    """The line before, where it was a bare word: perhaps a section whose brace is missing or on the next line."""
    _blanks: str = BLANKS

    def __post_init__(self) -> None:
        """Since 3.1.8 the byte A0 is a blank; in UTF-8 it is only a part of characters."""
        if self.encoding == "latin-1" and self.release >= (3, 1, 8):
            self._blanks = BLANKS + "\xa0"

    def read(self, lines: Sequence[str]) -> None:
        """Read every line."""
        for number, raw in enumerate(lines, 1):
            text = raw.removesuffix("\r")
            if "\0" in text:
                text = self._cut_at_nul(text, number, last=number == len(lines))
            elif _bytes(raw, self.encoding) > LINE_BYTES:
                self._problem(_span(number, text), f"the line is longer than {LINE_BYTES} bytes")
            if number == 1 and text.startswith(_BOM):
                self._problem(Span(1, 1, 1, 2), "a byte order mark: corosync takes it for part of the first line")
                text = " " + text[1:]
            self._line(text.rstrip(self._blanks), number)

    def reading(self) -> Reading:
        """What was read, with open sections closed at the end."""
        end = self._events[-1].span if self._events else Span(1, 1, 1, 1)
        tail = [Event("close", section.name, "", end, end) for section in reversed(self.stack)]
        return Reading([*self._events, *tail], self.problems, self._secrets)

    def _cut_at_nul(self, text: str, number: int, *, last: bool) -> str:
        """The text before a NUL byte, where C ends it; the reader then misses the line feed and gives up."""
        kept = text[: text.index("\0")]
        if kept and not last:
            self._problem(_span(number, text), "the line holds a NUL byte")
        return kept

    def _problem(self, span: Span, message: str, since: Release = STRICT) -> None:
        self.problems.append(problem(span, message, self.release, since=since))

    def _line(self, text: str, number: int) -> None:
        stripped = text.lstrip(self._blanks)
        if not stripped or stripped.startswith("#"):
            return
        span = _span(number, text)
        (headless, headless_at), self._headless = self._headless, ("", span)
        if headless in (*TOP_LEVEL, *_SIBLINGS) and stripped != "{":
            self._open(headless, headless_at)
        if "{" in text:
            self._brace(text, span, headless)
        elif ":" in text:
            self._entry(text, span)
        elif "}" in text:
            self._closing(stripped, span)
        else:
            self._neither(stripped, span)

    def _brace(self, text: str, span: Span, headless: str) -> None:
        """A line with an opening brace: a section, or a value with a brace in it."""
        name, rest = _split(text, "{", self._blanks)
        if rest and not rest.startswith("#") and ":" in text.partition("{")[0]:
            self._problem(span, "an opening brace in a value: corosync takes the line for the start of a section")
            self._entry(text, span)
            return
        if headless and span.end_column - span.column == 1:
            name = headless
        elif not name or name == "{":
            self._problem(span, "no section name before the opening brace")
        elif rest:
            self._problem(span, f"text after the opening brace of section {shown(name)}")
        self._open(name, span)
        if rest.startswith("#"):
            return
        if rest.endswith("{"):
            self._open(_split(rest, "{", self._blanks)[0], span)
        if rest.endswith("}"):
            self._close(span)

    def _open(self, name: str, span: Span) -> None:
        if self.closing:
            self._close_for(name, span)
        self.stack.append(Event("open", name, "", span, span))
        self._events.append(self.stack[-1])

    def _close_for(self, name: str, span: Span) -> None:
        """Close what `name` cannot stand in: a top-level section in anything, a sibling in its like."""
        while self.stack:
            outer = self.stack[-1].name
            nested = name == "system" and outer == "resources"  # resources.system
            if nested or not (name in TOP_LEVEL or (name in _SIBLINGS and outer == name)):
                return
            self.unclosed = self.unclosed or self.stack[-1]
            self._close(span)

    def _close(self, span: Span) -> None:
        section = self.stack.pop()
        self._events.append(Event("close", section.name, "", span, span))

    def _entry(self, text: str, span: Span) -> None:
        key, value = _split(text, ":", self._blanks)
        start = len(text) - len(value) + 1
        value_span = Span(span.line, start, span.line, len(text) + 1)
        if not key:
            self._problem(span, "no key before the colon", (3, 1, 10))
            return
        if is_secret_name(key) and len(key.split()) > 1:
            # perhaps the secret itself: it must not become a name
            self._secrets.append(span._replace(column=span.column + len("key")))
            self._problem(span, "text between key and its colon")
            return
        if value and is_secret_name(key):
            self._secrets.append(value_span)
        self._events.append(Event("entry", key, value, span, value_span))

    def _closing(self, stripped: str, span: Span) -> None:
        braces = stripped.count("}") if not stripped.strip(BLANKS + "}") else 1
        if stripped != "}":
            self._problem(span, "text around a closing brace")
        elif not self.stack and not self.closing:
            self._problem(span, _STRAY, ())
        for _ in range(min(braces, len(self.stack))):
            self._close(span)

    def _neither(self, stripped: str, span: Span) -> None:
        if is_secret_name(stripped) and len(stripped) > len("key"):
            self._secrets.append(span._replace(column=span.column + len("key")))
        before, equals, _ = stripped.partition("=")
        if equals:
            self._problem(span, f"{shown(before.strip(BLANKS))} is followed by = where a colon belongs")
        elif len(stripped.split()) > 1:
            self._problem(span, f"neither a section nor a key with a colon: {shown(stripped)}")
        else:
            self._headless = (stripped, span)
            self._problem(span, f"{shown(stripped)} stands alone, without a colon and without a brace")


def _split(text: str, separator: str, blanks: str) -> tuple[str, str]:
    """Name and rest around the first separator, as corosync cuts them.

    Where blanks follow it the separator stays with the name until the name is trimmed, and a name's
    first character is never trimmed: `: 5` is a key called `:`.
    """
    before, _, after = text.partition(separator)
    rest = after.lstrip(blanks)
    left = (before if len(rest) == len(after) else before + separator).lstrip(blanks)
    return left[:1] + left[1:].rstrip(blanks + ":{"), rest


def _span(number: int, text: str) -> Span:
    """The line's text without blanks around it."""
    body = text.rstrip(BLANKS)
    start = len(body) - len(body.lstrip(BLANKS))
    return Span(number, start + 1, number, len(body) + 1)


def _last_line(lines: Sequence[str]) -> Span:
    """The last line with something on it."""
    number = next((i for i in range(len(lines), 1, -1) if lines[i - 1].strip()), 1)
    return _span(number, lines[number - 1].removesuffix("\r"))


def _bytes(text: str, encoding: str) -> int:
    return len(text) if text.isascii() else len(text.encode(encoding))
