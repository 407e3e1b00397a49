"""Reads files of NAME=value lines: sysconfig and default files, systemd's own settings, and a node's hostname."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from halint.model.host import NodeSettings, Variable
from halint.parse.decoding import decode
from halint.secrets import MASK, is_secret
from halint.source import Mark, Source, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

_ASSIGNMENT = re.compile(r"[ \t]*(?:export[ \t]+)?(?P<name>[A-Za-z_]\w*)=", re.ASCII)
# systemd.syntax(7): blanks around the =, # and ; start a comment line only
_INI = re.compile(r"[ \t]*(?P<name>[A-Za-z][\w-]*)[ \t]*=[ \t]*(?P<value>.*?)[ \t\r]*", re.ASCII)
# kdump.conf(5): a directive, then its value
_DIRECTIVE = re.compile(r"[ \t]*(?P<name>[A-Za-z_]\w*)[ \t]+(?P<value>[^#\r]*?)[ \t\r]*(?:#.*)?", re.ASCII)


class Assignment(NamedTuple):
    """One NAME=value of a text, quotes resolved; offsets of its first and behind its last character."""

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


def variables(source: Source) -> dict[str, Variable]:
    """The variables that a shell, and systemd's EnvironmentFile, take from the text; the last of a name wins."""
    last = {assignment.name: assignment for assignment in _assignments(source.text)}
    return {
        name: Variable(name=name, value=a.value, at=Mark(source, span(source.text, a.start, a.end)))
        for name, a in last.items()
    }


def _assignments(text: str) -> Iterator[Assignment]:
    position = 0
    while position < len(text):
        match = _ASSIGNMENT.match(text, position)
        if match is not None:
            value, position = _Scanner(text, match.end()).value()
            yield Assignment(match["name"], value, match.start("name"), min(position, len(text)))
        line_end = text.find("\n", position)
        position = len(text) if line_end < 0 else line_end + 1


def span(text: str, start: int, end: int) -> Span:
    """Offsets of a text as a span."""
    line = text.count("\n", 0, start) + 1
    end_line = line + text.count("\n", start, end)
    return Span(line, start - text.rfind("\n", 0, start), end_line, end - text.rfind("\n", 0, end))


def read_sysconfig_pacemaker(data: bytes, path: str, node: str | None = None) -> NodeSettings:
    """/etc/sysconfig/pacemaker or /etc/default/pacemaker."""
    return _shell("sysconfig-pacemaker", data, path, node)


def read_sysconfig_pcsd(data: bytes, path: str, node: str | None = None) -> NodeSettings:
    """/etc/sysconfig/pcsd or /etc/default/pcsd."""
    return _shell("sysconfig-pcsd", data, path, node)


def _shell(kind: str, data: bytes, path: str, node: str | None) -> NodeSettings:
    text = decode(data)
    source = Source(path=path, kind=kind, text=text, node=node, find_secrets=lambda: tuple(_secrets(text)))
    found = {name: _masked(variable) for name, variable in variables(source).items()}
    return NodeSettings(kind=kind, node=node, source=source, variables=found)


def _masked(variable: Variable) -> Variable:
    if not is_secret(variable.name, variable.value):
        return variable
    return Variable(name=variable.name, value=MASK, at=variable.at)


def _secrets(text: str) -> Iterator[Span]:
    for assignment in _assignments(text):
        if is_secret(assignment.name, assignment.value):
            whole = span(text, assignment.start, assignment.end)
            if whole.line == whole.end_line:
                yield Span(whole.line, whole.column + len(assignment.name) + 1, whole.line, whole.end_column)


def read_logind(data: bytes, path: str, node: str | None = None) -> NodeSettings:
    """logind.conf(5) or one of its drop-ins."""
    return _lines("logind", _INI, data, path, node)


def read_system_conf(data: bytes, path: str, node: str | None = None) -> NodeSettings:
    """systemd-system.conf(5) or one of its drop-ins."""
    return _lines("systemd-system", _INI, data, path, node)


def read_kdump(data: bytes, path: str, node: str | None = None) -> NodeSettings:
    """kdump.conf(5)."""
    return _lines("kdump", _DIRECTIVE, data, path, node)


def read_hostname(data: bytes, path: str, node: str | None = None) -> NodeSettings:
    """hostname(5), the name as the variable `hostname`; none where the file holds only comments."""
    source = Source(path=path, kind="hostname", text=decode(data), node=node)
    found: dict[str, Variable] = {}
    for number, line in enumerate(source.lines, 1):
        name = line.strip()
        if name and not name.startswith("#"):
            start = line.find(name) + 1
            at = Mark(source, Span(number, start, number, start + len(name)))
            found["hostname"] = Variable(name="hostname", value=name, at=at)
            break
    return NodeSettings(kind="hostname", node=node, source=source, variables=found)


def _lines(kind: str, form: re.Pattern[str], data: bytes, path: str, node: str | None) -> NodeSettings:
    source = Source(path=path, kind=kind, text=decode(data), node=node)
    return NodeSettings(kind=kind, node=node, source=source, variables=ini_variables(source, form))


def ini_variables(source: Source, form: re.Pattern[str] = _INI) -> dict[str, Variable]:
    """The settings of a text by name, the last of a name; sections are not told apart."""
    found: dict[str, Variable] = {}
    for number, line in enumerate(source.lines, 1):
        match = form.fullmatch(line) if len(line) < 4096 and not line.lstrip().startswith(("#", ";", "[")) else None
        if match is not None:
            at = Mark(
                source, Span(number, match.start("name") + 1, number, max(match.end("value"), match.end("name")) + 1)
            )
            found[match["name"]] = Variable(name=match["name"], value=match["value"], at=at)
    return found
