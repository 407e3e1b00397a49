"""How corosync 3.1 stores the keys of its file: under which path, merged how, and which values it refuses to read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple

from halint.parse.corosync_lines import RULE, STRICT, Event, problem, shown
from halint.parse.corosync_release import DEFAULT, Release
from halint.schema_data import load
from halint.source import Problem, Span

# libqb map keys as corosync's icmap takes them
_PATH = re.compile(r"[A-Za-z0-9._\-/:]{3,255}")
_LONGEST = 254
# strtoll(3) and strtoull(3) with base 10, the whole text: white space and a sign may lead
_INTEGER = re.compile(r"[\t\n\v\f\r ]*([+-]?[0-9]+)")
_RANGES = {"u8": (0, 2**8 - 1), "u16": (0, 2**16 - 1), "u32": (0, 2**32 - 1), "i32": (-(2**31), 2**31 - 1)}
_U64 = 2**64
_DSCP = re.compile(r"cs[0-7]|af[1-4][1-3]|ef")
_NO_ID = 2**32 - 1
VALUE = "corosync-value-invalid"


class Stored(NamedTuple):
    """One stored key: its value, and the line it comes from."""

    value: str
    span: Span


@dataclass
class Store:
    """Keys by path in the order first stored, the places of sections by their stored path, and problems."""

    keys: dict[str, Stored] = field(default_factory=dict)
    sections: dict[str, Span] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    release: Release = DEFAULT
    repeats: list[tuple[str, Span, Span]] = field(default_factory=list)
    """Keys stored twice: path, the line that lost, the line that won."""
    nodelists: list[Span] = field(default_factory=list)
    untyped: set[str] = field(default_factory=set)
    """Keys that corosync reads as numbers, and that stand where its reader keeps them as text: they do not count."""

    def put(self, path: str, value: str, span: Span) -> None:
        """Store a key; a later one of the same path wins."""
        if path in self.keys:
            self.repeats.append((path, self.keys[path].span, span))
        self.keys[path] = Stored(value, span)

    def problem(self, span: Span, message: str, *, since: Release = (), rule: str = RULE) -> None:
        """Note what corosync's reader refuses, releases before `since` excepted."""
        self.problems.append(problem(span, message, self.release, since=since, rule=rule))


@dataclass
class _Open:
    """A section that is being read. `collected` are entries to be stored when it closes."""

    path: str
    kind: str
    span: Span
    legal: bool
    collected: list[Event] = field(default_factory=list)
    members: list[Event] = field(default_factory=list)


# Which sections the reader treats in a way of its own; all others are plain
_KINDS = {
    "totem.interface": "interface",
    "totem.interface.member": "member",
    "logging.logger_subsys": "logger",
    "logging.logging_daemon": "daemon",
    "nodelist.node": "node",
    "uidgid": "uidgid",
}


def store_keys(events: Sequence[Event], release: Release = DEFAULT) -> Store:
    """Store the keys of a file's events, in file order, as a release of corosync does."""
    return _Storing(release).run(events)


class _Storing:
    def __init__(self, release: Release) -> None:
        self.release = release
        self.store = Store(release=release)
        self.stack: list[_Open] = []
        self.node = 0

    def run(self, events: Sequence[Event]) -> Store:
        """Store everything."""
        for event in events:
            match event.kind:
                case "open":
                    self._open(event)
                case "close":
                    self._close(event)
                case _:
                    self._entry(event)
        return self.store

    def _open(self, event: Event) -> None:
        outer = self.stack[-1] if self.stack else None
        path = f"{outer.path}.{event.name}" if outer else event.name
        legal = outer is None or outer.legal
        if legal and len(path) + (outer is None) > _LONGEST:
            self.store.problem(
                event.span, f"the path of section {shown(event.name)} is longer than {_LONGEST} characters"
            )
            legal = False
        if outer is not None and outer.kind in ("member", "uidgid"):
            self.store.problem(event.span, f"a section inside {outer.path}, which takes none", since=(3, 1, 10))
            if self.release < (3, 1, 10):
                kinds = {"member": "member", "uidgid": "uidgid"}
                self.stack.append(_Open(path[: _LONGEST + 1], kinds[outer.kind], event.span, legal))
                return
            legal = False
        if path == "nodelist":
            self.node = 0
            self.store.nodelists.append(event.span)
        # a section inside a node works like the node: its keys are the node's, and its end ends the entry
        kind = _KINDS.get(path, "node" if outer is not None and outer.kind == "node" else "")
        self.stack.append(_Open(path[: _LONGEST + 1], kind, event.span, legal))
        if legal and kind not in ("interface", "member", "logger", "daemon"):
            self.store.sections.setdefault(f"nodelist.node.{self.node}" if kind == "node" else path, event.span)

    def _close(self, event: Event) -> None:
        section = self.stack.pop()
        match section.kind:
            case "interface":
                self._store_interface(section)
            case "logger":
                self._store_logger(section, event.span)
            case "daemon":
                self._store_daemon(section, event.span)
            case "node":
                self.node += 1
            case "member" if self.stack:
                self.stack[-1].members += section.collected

    def _entry(self, event: Event) -> None:
        section = self.stack[-1] if self.stack else _Open("", "", event.span, legal=True)
        if not section.legal:
            return
        path = f"{section.path}.{event.name}" if section.path else event.name
        handler: Callable[[_Open, str, Event], None] = {
            "interface": self._interface_entry,
            "member": self._member_entry,
            "logger": self._collect,
            "daemon": self._collect,
            "node": self._node_entry,
            "uidgid": self._uidgid_entry,
        }.get(section.kind, self._plain_entry)
        handler(section, path, event)

    def _plain_entry(self, section: _Open, path: str, event: Event) -> None:
        # corosync looks at the section a line stands in: `totem.token: x` outside of totem is text
        spec = _spec(path) if "." not in event.name else None
        self._put(section, path, self._read(spec, path, event), event)
        written = _spec(path) if spec is None else None
        if written is not None and written["type"] not in ("text", "enum", "dscp"):
            self.store.untyped.add(path)
        else:
            self.store.untyped.discard(path)

    def _interface_entry(self, section: _Open, path: str, event: Event) -> None:
        spec = _spec(path) if "." not in event.name else None
        if spec is None or spec.get("state") == "obsolete":
            self._put(section, path, event.value, event)
            return
        section.collected.append(event._replace(value=self._read(spec, path, event)))

    def _member_entry(self, section: _Open, _path: str, event: Event) -> None:
        if event.name == "memberaddr":
            section.collected.append(event)
        else:
            self.store.problem(event.span, f"{shown(event.name)} in a member section, which takes only memberaddr")

    def _collect(self, section: _Open, _path: str, event: Event) -> None:
        section.collected.append(event)

    def _node_entry(self, section: _Open, path: str, event: Event) -> None:
        spec = _spec(f"nodelist.node.{event.name}") if "." not in event.name else None
        self._put(section, f"nodelist.node.{self.node}.{event.name}", self._read(spec, path, event), event)

    def _uidgid_entry(self, _section: _Open, _path: str, event: Event) -> None:
        if event.name not in ("uid", "gid"):
            self.store.problem(event.span, f"{shown(event.name)} in a uidgid section, which takes only uid and gid")
            return
        if not is_user_or_group(event.value):
            self.store.problem(
                event.span, f"{event.name} is {quoted(event.value)}, not a name or a number below {_NO_ID}", rule=VALUE
            )
            return
        self.store.put(f"uidgid.config.{event.name}.{event.value}", "1", event.span)

    def _store_interface(self, section: _Open) -> None:
        link = next((_integer(e.value) for e in reversed(section.collected) if e.name == "linknumber"), 0) or 0
        place = f"totem.interface.{link}"
        self.store.sections.setdefault(place, section.span)
        for event in section.collected:
            if event.name != "linknumber":
                self.store.put(f"{place}.{event.name}", event.value, event.span)
        # the reader keeps members in a list that it fills from the front
        for number, event in enumerate(reversed(section.members)):
            self.store.put(f"{place}.member.{number}", event.value, event.span)

    def _store_logger(self, section: _Open, closing: Span) -> None:
        name = _last(section.collected, "subsys")
        if name is None:
            self.store.problem(closing, f"the logger_subsys section of line {section.span.line} has no subsys")
            return
        self._store_reversed(section, f"logging.logger_subsys.{name.value}", ("subsys",), name, closing)
        self.store.put(f"logging.logger_subsys.{name.value}.subsys", name.value, name.span)

    def _store_daemon(self, section: _Open, closing: Span) -> None:
        name, subsys = _last(section.collected, "name"), _last(section.collected, "subsys")
        if name is None:
            self.store.problem(closing, f"the logging_daemon section of line {section.span.line} has no name")
            return
        place = "logging" if name.value == "corosync" else f"logging.logging_daemon.{name.value}"
        if subsys is not None:
            place = f"logging.logger_subsys.{subsys.value}" if name.value == "corosync" else f"{place}.{subsys.value}"
        self._store_reversed(section, place, ("name", "subsys"), name, closing)
        for event in (name, subsys):
            if event is not None and (event.name == "subsys" or name.value != "corosync"):
                self._put(section, f"{place}.{event.name}", event.value, event)

    def _store_reversed(self, section: _Open, place: str, naming: tuple[str, ...], name: Event, closing: Span) -> None:
        """Store what was collected from the last to the first: the first of two equal keys wins."""
        self.store.sections.setdefault(place, section.span)
        if not _PATH.fullmatch(f"{place}.x"):
            told = f"{name.name} is {quoted(name.value)} in line {name.span.line}, which no key's path can hold"
            self.store.problem(closing, told, since=STRICT)
            return
        for event in reversed(section.collected):
            if event.name not in naming:
                self._put(section, f"{place}.{event.name}", event.value, event, closing)

    def _read(self, spec: Mapping[str, Any] | None, path: str, event: Event) -> str:
        """The value as stored: numbers in plain decimal. What the reader refuses is kept as written."""
        if spec is None or not is_typed(spec, self.release):
            return event.value
        value, wanted = read_value(spec, event.value, self.release)
        if wanted:
            self.store.problem(event.span, f"{path} is {quoted(event.value)}, not {wanted}", rule=VALUE)
        return value

    def _put(self, section: _Open, path: str, value: str, event: Event, closing: Span | None = None) -> None:
        """Store a key; what cannot be stored is told at the key, or where the section is stored when it closes."""
        at = closing or event.span
        where = f" of line {event.span.line}" if closing else ""
        if len(path) > _LONGEST:
            self.store.problem(event.span, f"the path of key {shown(event.name)} is longer than {_LONGEST} characters")
        elif _PATH.fullmatch(path):
            self.store.put(path, value, event.span)
        elif section.path and not _PATH.fullmatch(f"{section.path}.x"):
            self.store.problem(
                at,
                f"a key in section {quoted(section.path)}, whose name has characters that no key's path can hold",
                since=STRICT,
            )
            section.legal = False
        elif not section.path and len(path) < 3 and _PATH.fullmatch(f"{path}xxx"):
            self.store.problem(
                event.span, f"key {shown(path)} outside of any section is shorter than 3 characters", since=STRICT
            )
        else:
            self.store.problem(at, f"key {quoted(event.name)}{where} has characters that no key may have", since=STRICT)


def is_typed(spec: Mapping[str, Any], release: Release) -> bool:
    """Whether the reader of a release looks at the value: before `since` (`checked`), or after `until`, it is text."""
    since, until = spec.get("checked", spec.get("since")), spec.get("until")
    return (since is None or release >= numbers(since)) and (until is None or release < numbers(until))


def numbers(version: str) -> Release:
    """A version as the table writes it, as numbers."""
    return tuple(map(int, version.split(".")))


def allowed(spec: Mapping[str, Any], release: Release) -> list[str]:
    """The words of a key that a release takes."""
    added: Mapping[str, str] = spec.get("values_since", {})
    removed: Mapping[str, str] = spec.get("values_until", {})
    words = [v for v in spec["values"] if v not in added or release >= numbers(added[v])]
    return [v for v in words if v not in removed or release < numbers(removed[v])]


def read_value(spec: Mapping[str, Any], text: str, release: Release = DEFAULT) -> tuple[str, str]:
    """A value as corosync's reader stores it, and what it should have been where the reader refuses it, else ""."""
    kind = spec["type"]
    if kind in _RANGES:
        return _read_number(text, *_RANGES[kind])
    if kind == "u64":
        # strtoull(3) takes a sign and wraps
        value, wanted = _read_number(text, 1 - _U64, _U64 - 1)
        return (value, f"a whole number from 0 to {_U64 - 1}") if wanted else (str(int(value) % _U64), "")
    if kind == "enum" and text not in (words := allowed(spec, release)):
        return text, f"one of {', '.join(words)}"
    if kind == "dscp" and not _is_dscp(text):
        return text, "a DSCP name or a number from 0 to 63"
    return text, ""


def _read_number(text: str, low: int, high: int) -> tuple[str, str]:
    number = _integer(text)
    if number is None or not low <= number <= high:
        return text, f"a whole number from {low} to {high}"
    return str(number), ""


def is_user_or_group(text: str) -> bool:
    """Whether corosync takes a uid or gid on some host: a number but -1, or a name, which the host must know."""
    number = _integer(text)
    return bool(text) and (number is None or 0 <= number < _NO_ID)


def quoted(text: str) -> str:
    """A value as messages show it."""
    return f'"{shown(text)}"'


def _integer(text: str) -> int | None:
    match = _INTEGER.fullmatch(text)
    # corosync's numbers have 64 bits; Python refuses to convert thousands of digits
    if match is None or len(match[1].lstrip("+-").lstrip("0")) > 20:
        return None
    return int(match[1])


def _is_dscp(text: str) -> bool:
    if _DSCP.fullmatch(text):
        return True
    if re.fullmatch(r"0[xX][0-9a-fA-F]{1,8}", text):
        return int(text, 16) <= 63
    if re.fullmatch(r"0[0-7]{1,8}", text):
        return int(text, 8) <= 63
    return bool(re.fullmatch(r"[1-9][0-9]?|0", text)) and int(text) <= 63


def _last(events: Sequence[Event], name: str) -> Event | None:
    return next((e for e in reversed(events) if e.name == name), None)


def _spec(path: str) -> Mapping[str, Any] | None:
    """What is known of a key by its path as written."""
    known = known_keys()
    return known.get(path) or next((spec for pattern, spec in _patterns() if pattern.fullmatch(path)), None)


@cache
def known_keys() -> Mapping[str, Mapping[str, Any]]:
    """The table of keys by path as written; `*` in a path stands for any text without a dot."""
    return {f"{row['section']}.{row['key']}".lstrip("."): row for row in load("corosync-keys")["keys"]}


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], Mapping[str, Any]], ...]:
    return tuple(_starred(known_keys()))


def _starred(table: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[re.Pattern[str], Mapping[str, Any]]]:
    for path, spec in table.items():
        if "*" in path:
            yield re.compile(re.escape(path).replace(r"\*", r"[^.]+")), spec
