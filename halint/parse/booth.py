"""Reads booth.conf as boothd does (boothd(8); what it refuses was measured with booth 1.0-283 of Debian 12)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from socket import inet_aton
from typing import NamedTuple

from halint.model.host import Booth, BoothPeer, BoothTicket, Variable
from halint.parse.decoding import decode
from halint.parse.hosts import canonical_address
from halint.source import Mark, Problem, Source, Span

_KEY = re.compile(r"\s*(?P<key>[A-Za-z0-9_-]+)\s*(?P<equals>=?)\s*", re.ASCII)
_TICKET_NAME = re.compile(r"[A-Za-z0-9/-]+")
_TIME = re.compile(r"\s*([+-]?\d{1,12})(ms)?", re.ASCII)
_WEIGHTS = re.compile(r"[\s,;:+\d-]*")
_HOST = re.compile(r"[A-Za-z0-9._-]+")
_LONGEST = 63
_LONGEST_TICKET = 63
_DEFAULTS = "__defaults__"

# keys that belong to no ticket; only builds of Red Hat know enable-authfile
_GLOBAL = frozenset(
    (
        "transport",
        "port",
        "name",
        "authfile",
        "maxtimeskew",
        "site-user",
        "site-group",
        "arbitrator-user",
        "arbitrator-group",
        "debug",
        "enable-authfile",
    )
)
_TICKET = frozenset(
    (
        "expire",
        "timeout",
        "retries",
        "renewal-freq",
        "acquire-after",
        "before-acquire-handler",
        "attr-prereq",
        "mode",
        "weights",
    )
)


class _Line(NamedTuple):
    key: str
    value: str
    number: int
    key_at: Span
    value_at: Span


# settings of a ticket that are times, and where a draft keeps them
_TIMES = {"expire": "expire", "timeout": "timeout", "renewal-freq": "renewal", "acquire-after": ""}


@dataclass
class _Draft:
    """A ticket while its lines are read, with boothd's defaults; times in milliseconds."""

    name: str = ""
    mode: str = ""
    expire: int = 600_000
    renewal: int = 0
    timeout: int = 5000
    retries: int = 10
    span: Span = field(default=Span(1, 1, 1, 1))


def read_booth(data: bytes, path: str, node: str | None = None) -> Booth:
    """The peers, tickets and settings; lines boothd stops at are problems of the source (`booth-syntax`,
    `booth-ticket-invalid`). Reading goes on behind them."""
    text = decode(data)
    reader = _Reader(text)
    source = Source(path=path, kind="booth", text=text, node=node, problems=tuple(reader.problems))
    name = reader.settings["name"].value if "name" in reader.settings else PurePosixPath(path).stem
    return Booth(
        node=node,
        source=source,
        name=name,
        peers=tuple(_peer(line, source) for line in reader.peers),
        tickets=tuple(_ticket(draft, source) for draft in reader.tickets),
        variables={
            key: Variable(name=key, value=line.value, at=Mark(source, line.value_at))
            for key, line in reader.settings.items()
        },
    )


def _peer(line: _Line, source: Source) -> BoothPeer:
    canonical = canonical_address(line.value) or ""
    return BoothPeer(kind=line.key, address=line.value, canonical=canonical, at=Mark(source, line.value_at))


def _ticket(draft: _Draft, source: Source) -> BoothTicket:
    return BoothTicket(
        name=draft.name,
        mode=draft.mode,
        expire=draft.expire,
        renewal=draft.renewal or draft.expire // 2,
        timeout=draft.timeout,
        retries=draft.retries,
        at=Mark(source, draft.span),
    )


class _Reader:
    """Goes through the lines in order, as boothd does; a ticket's settings follow its `ticket` line."""

    def __init__(self, text: str) -> None:
        self.problems: list[Problem] = []
        self.peers: list[_Line] = []
        self.tickets: list[_Draft] = []
        self.settings: dict[str, _Line] = {}
        self._defaults = _Draft()
        self._current: _Draft | None = None
        for number, line in enumerate(text.split("\n"), 1):
            parsed = self._line(number, line)
            if parsed is not None:
                self._take(parsed)
        self._finish()

    def _line(self, number: int, line: str) -> _Line | None:
        """The key and value of a line; None for blanks, comments and what cannot be read."""
        if not line.strip() or line.lstrip().startswith("#"):
            return None
        match = _KEY.match(line)
        whole = Span(number, len(line) - len(line.lstrip()) + 1, number, len(line.rstrip()) + 1)
        if match is None:
            self._refuse(whole, f"the line has no key: {line.strip()[:60]}")
            return None
        key_at = Span(number, match.start("key") + 1, number, match.end("key") + 1)
        if not match["equals"]:
            self._refuse(whole, f"{match['key']} is not followed by =")
            return None
        start = match.end()
        rest = line[start:].rstrip()
        value, wrong = _unquoted(rest)
        if wrong:
            self._refuse(whole, f"{wrong} after {match['key']}")
            return None
        quoted = bool(rest[:1] in ("'", '"'))
        begin = start + 1 + quoted
        return _Line(match["key"], value, number, key_at, Span(number, begin, number, begin + max(len(value), 1)))

    def _refuse(self, span: Span, message: str, rule: str = "booth-syntax") -> None:
        self.problems.append(Problem(rule, span, message))

    def _take(self, line: _Line) -> None:
        if len(line.value) > _LONGEST + 1:
            self._refuse(line.value_at, f"the value of {line.key} is longer than {_LONGEST} characters")
        elif line.key in ("site", "arbitrator"):
            self._add_peer(line)
        elif line.key == "ticket":
            self._add_ticket(line)
        elif line.key in _GLOBAL:
            self._set(line)
        elif line.key not in _TICKET:
            what = "booth.conf" if self._current is None else f"booth.conf or ticket {self._current.name or _DEFAULTS}"
            self._refuse(line.key_at, f"{line.key} is no setting of {what}", "booth-ticket-invalid")
        elif self._current is None:
            self._refuse(line.key_at, f"{line.key} stands before the first ticket", "booth-ticket-invalid")
        else:
            self._ticket_setting(self._current, line)

    def _add_peer(self, line: _Line) -> None:
        self.peers.append(line)
        if canonical_address(line.value) is None and not _may_be_host(line.value):
            self._refuse(line.value_at, f"{line.key} {line.value} is neither an address nor a host name")

    def _set(self, line: _Line) -> None:
        if line.key == "transport" and line.key in self.settings:
            self._refuse(line.key_at, "transport is given twice")
        elif line.key == "transport" and line.value.lower() not in ("udp", "sctp"):
            self._refuse(line.value_at, f"transport {line.value} is none that booth knows")
        elif line.key == "port" and not (line.value.isascii() and line.value.isdigit() and 0 < int(line.value) < 65536):
            self._refuse(line.value_at, f"port {line.value} is no port number")
        self.settings[line.key] = line

    def _add_ticket(self, line: _Line) -> None:
        self._finish()
        if line.value == _DEFAULTS:
            self._current = self._defaults
            return
        wrong = self._wrong_name(line.value)
        if wrong:
            self._refuse(line.value_at, wrong, "booth-ticket-invalid")
        inherited = self._defaults
        self._current = _Draft(
            name=line.value,
            mode=inherited.mode,
            expire=inherited.expire,
            timeout=inherited.timeout,
            retries=inherited.retries,
            span=line.value_at,
        )
        self.tickets.append(self._current)

    def _wrong_name(self, name: str) -> str:
        if any(ticket.name == name for ticket in self.tickets):
            return f"ticket {name} is defined twice"
        if len(name) > _LONGEST_TICKET:
            return f"the ticket name is longer than {_LONGEST_TICKET} characters"
        if not _TICKET_NAME.fullmatch(name):
            return f"ticket name {name} has characters other than letters, digits, - and /"
        return ""

    def _ticket_setting(self, ticket: _Draft, line: _Line) -> None:
        if line.key in _TIMES:
            value = self._time(line, 0 if line.key == "acquire-after" else 1)
            if value is not None and _TIMES[line.key]:
                setattr(ticket, _TIMES[line.key], value)
        elif line.key == "retries":
            ticket.retries = self._retries(line) or ticket.retries
        elif line.key == "mode":
            self._mode(ticket, line)
        elif line.key == "weights" and not _WEIGHTS.fullmatch(line.value):
            self._refuse(line.value_at, f"weights {line.value} are no list of numbers", "booth-ticket-invalid")
        elif line.key == "attr-prereq":
            self._prerequisite(line)

    def _mode(self, ticket: _Draft, line: _Line) -> None:
        ticket.mode = line.value
        if line.value.lower() not in ("manual", "auto"):
            told = f"mode {line.value} of ticket {ticket.name} is neither auto nor manual and counts as auto"
            self._refuse(line.value_at, told, "booth-ticket-invalid")

    def _time(self, line: _Line, least: int) -> int | None:
        match = _TIME.fullmatch(line.value)
        value = int(match[1]) * (1 if match[2] else 1000) if match else None
        if value is None or value < least:
            told = f"{line.key} {line.value} is no number of seconds" + (" above 0" if least else "")
            self._refuse(line.value_at, told, "booth-ticket-invalid")
            return None
        return value

    def _retries(self, line: _Line) -> int | None:
        if not (line.value.isascii() and line.value.isdigit() and 3 <= int(line.value) <= 100):
            self._refuse(line.value_at, f"retries {line.value} is not between 3 and 100", "booth-ticket-invalid")
            return None
        return int(line.value)

    def _prerequisite(self, line: _Line) -> None:
        words = line.value.split()
        if len(words) < 4 or words[0] not in ("auto", "manual") or words[2] not in ("eq", "ne"):
            told = f"attr-prereq {line.value} does not read: auto or manual, an attribute, eq or ne, a value"
            self._refuse(line.value_at, told, "booth-ticket-invalid")

    def _finish(self) -> None:
        """What boothd asks of a ticket when its last line is read."""
        ticket, self._current = self._current, None
        if ticket is None or ticket is self._defaults:
            return
        renewal, retrying = ticket.renewal or ticket.expire // 2, ticket.timeout * (ticket.retries + 1)
        if retrying >= renewal:
            told = (
                f"ticket {ticket.name} may send for {_shown(retrying)}, timeout {_shown(ticket.timeout)} times "
                f"{ticket.retries} retries and one, but is renewed every {_shown(renewal)}"
            )
            self._refuse(ticket.span, told, "booth-ticket-invalid")


def _may_be_host(text: str) -> bool:
    """Whether the resolver may find the text; digits and dots must be an address as inet_aton(3) takes it."""
    if not _HOST.fullmatch(text):
        return False
    if not re.fullmatch(r"[0-9.]+", text):
        return True
    try:
        inet_aton(text)
    except OSError:
        return False
    return True


def _unquoted(rest: str) -> tuple[str, str]:
    """The value, or what is wrong with it; only behind a quoted value may a comment follow."""
    if not rest:
        return "", "no value"
    if rest[0] not in "'\"":
        return rest, ""
    end = rest.find(rest[0], 1)
    if end < 0:
        return "", "a quoted value without its end"
    behind = rest[end + 1 :].strip()
    if behind and not behind.startswith("#"):
        return "", "more than one value"
    return (rest[1:end], "") if end > 1 else ("", "no value")


def _shown(ms: int) -> str:
    return f"{ms // 1000} s" if ms % 1000 == 0 else f"{ms} ms"
