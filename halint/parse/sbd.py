"""Reads the settings of SBD, and what `sbd -d DEVICE dump` prints of its devices."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from halint.errors import HalintError
from halint.model.host import Sbd, SbdHeader, Variable
from halint.parse.decoding import decode
from halint.source import Mark, Source, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

_ASSIGNMENT = re.compile(r"[ \t]*(?:export[ \t]+)?(?P<name>[A-Za-z_]\w*)=", re.ASCII)
_DUMP_START = re.compile(r"==\s*Dumping header on disk\s+(?P<device>\S+)")
_DUMP_NUMBER = re.compile(
    r"\s*Timeout \((?P<name>watchdog|allocate|loop|msgwait)\)\s*:\s*(?P<value>\d{1,9})\s*", re.ASCII
)


class _Assignment(NamedTuple):
    name: str
    value: str
    start: int
    end: int


@dataclass
class _Scanner:
    """Reads the value of one assignment as the shell does: quotes, escaped line ends, a comment after a blank."""

    text: str
    position: int
    parts: list[str] = field(default_factory=list)

    def value(self) -> tuple[str, int]:
        """The value without its quotes, and where it ends in the text."""
        while self.position < len(self.text) and self.text[self.position] not in "\r\n \t":
            self.step()
        return "".join(self.parts), self.position

    def closing(self, quote: str) -> int:
        """Where the quoted part ends; a quote that is never closed ends with its line."""
        for sign in (quote, "\n"):
            end = self.text.find(sign, self.position + 1)
            if end >= 0:
                return end
        return len(self.text)

    def step(self) -> None:
        char = self.text[self.position]
        if char in "\"'":
            end = self.closing(char)
            self.parts.append(self.text[self.position + 1 : end])
            self.position = end + self.text.startswith(char, end)
        elif char == "\\" and self.position + 1 < len(self.text):
            following = self.text[self.position + 1]
            self.parts.append("" if following == "\n" else following)
            self.position += 2
        else:
            self.parts.append(char)
            self.position += 1


def read_sbd(data: bytes, path: str, node: str | None = None) -> Sbd:
    """The variables of /etc/sysconfig/sbd or /etc/default/sbd.

    An unquoted `;` belongs to the value, as in systemd's EnvironmentFile, from which the daemon gets SBD_DEVICE.
    """
    source = Source(path=path, kind="sbd", text=decode(data), node=node)
    last = {assignment.name: assignment for assignment in _assignments(source.text)}
    variables = {
        name: Variable(name=name, value=a.value, at=Mark(source, _span(source.text, a.start, a.end)))
        for name, a in last.items()
    }
    return Sbd(node=node, source=source, variables=variables)


def _assignments(text: str) -> Iterator[_Assignment]:
    position = 0
    while position < len(text):
        match = _ASSIGNMENT.match(text, position)
        if match is not None:
            value, position = _Scanner(text, match.end()).value()
            yield _Assignment(match["name"], value, match.start("name"), min(position, len(text)))
        line_end = text.find("\n", position)
        position = len(text) if line_end < 0 else line_end + 1


def _span(text: str, start: int, end: int) -> Span:
    """Offsets as a span."""
    line = text.count("\n", 0, start) + 1
    end_line = line + text.count("\n", start, end)
    return Span(line, start - text.rfind("\n", 0, start), end_line, end - text.rfind("\n", 0, end))


def read_sbd_dump(data: bytes, path: str, node: str | None = None) -> tuple[SbdHeader, ...]:
    """The headers of all devices that are dumped in the file; HalintError where there is none."""
    source = Source(path=path, kind="sbd-dump", text=decode(data), node=node)
    headers: list[SbdHeader] = []
    for number, line in enumerate(source.lines, 1):
        start = _DUMP_START.match(line)
        if start is not None:
            headers.append(_empty_header(source, number, start))
            continue
        timeout = _DUMP_NUMBER.fullmatch(line)
        if timeout is None:
            continue
        if not headers:
            headers.append(_empty_header(source, number, None))
        headers[-1] = _with_timeout(headers[-1], source, number, timeout)
    if not headers:
        raise HalintError(f"{path}: no SBD header, as sbd dump prints it")
    return tuple(headers)


def _empty_header(source: Source, number: int, start: re.Match[str] | None) -> SbdHeader:
    end = len(source.lines[number - 1]) + 1
    return SbdHeader(
        node=source.node,
        source=source,
        device=start["device"] if start else "",
        watchdog=None,
        allocate=None,
        loop=None,
        msgwait=None,
        at=Mark(source, Span(number, 1, number, end)),
    )


def _with_timeout(header: SbdHeader, source: Source, number: int, line: re.Match[str]) -> SbdHeader:
    seconds = int(line["value"])
    at = Mark(source, Span(number, line.start("name") - len("Timeout (") + 1, number, line.end("value") + 1))
    match line["name"]:
        case "watchdog":
            return replace(header, watchdog=seconds, watchdog_at=at)
        case "msgwait":
            return replace(header, msgwait=seconds, msgwait_at=at)
        case "allocate":
            return replace(header, allocate=seconds)
        case _:
            return replace(header, loop=seconds)
