"""Reads /etc/hosts as glibc does (hosts(5); getent of glibc 2.36 is the judge)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING

from halint.model.host import Hosts, HostsEntries, HostsEntry
from halint.parse.decoding import BYTE_ORDER_MARK, UTF16_MARKS, decode
from halint.source import Mark, Problem, Source, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

# isspace() of the C locale parts the fields; a no-break space does not
_FIELD = re.compile(r"[^ \t\n\v\f\r]+")
# RFC 1123 with the underscore, which glibc resolves and many sites use
_NAME = re.compile(r"[A-Za-z0-9._-]+")
_ALIEN = re.compile(r"[^A-Za-z0-9._-]")


def read_hosts(data: bytes, path: str, node: str | None = None) -> Hosts:
    """The entries of a hosts file; lines glibc passes over are problems of the source (`hosts-syntax`)."""
    text = decode(data)
    lines = tuple(
        _Line(number, line, marked=number == 1 and data.startswith(BYTE_ORDER_MARK))
        for number, line in enumerate(text.split("\n"), 1)
    )
    problems = tuple(problem for line in lines for problem in line.problems())
    first = next((line for line in lines if line.text), None)
    if first is not None and data.startswith(UTF16_MARKS):
        wide = Problem("hosts-syntax", first.span(0, 1), "the file is UTF-16; the C library reads plain bytes")
        problems = (wide, *problems)
    source = Source(path=path, kind="hosts", text=text, node=node, problems=problems)
    entries = HostsEntries(entry for line in lines for entry in line.entries(source))
    return Hosts(node=node, source=source, entries=entries)


def canonical_address(text: str) -> str | None:
    """The address in its shortest form, an IPv4-mapped one as its IPv4 address; None where it is none.

    Short and leading-zero forms (10.1, 010.0.0.1) are none: inet_pton(3) does not take them.
    """
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(address)


@dataclass(frozen=True)
class _Line:
    """One line; `marked` says that a byte order mark stands before it."""

    number: int
    text: str
    marked: bool

    @cached_property
    def fields(self) -> tuple[re.Match[str], ...]:
        """The fields before a comment; a NUL ends the line as it ends a C string."""
        return tuple(_FIELD.finditer(re.split("[#\0]", self.text, maxsplit=1)[0]))

    @cached_property
    def address(self) -> str | None:
        return canonical_address(self.fields[0].group()) if self.fields and not self.marked else None

    def entries(self, source: Source) -> Iterator[HostsEntry]:
        if self.address is None:
            return
        line_at = Mark(source, self.span(self.fields[0].start(), self.fields[-1].end()))
        for index, field in enumerate(self.fields[1:]):
            if _wrong_name(field.group()):
                continue
            yield HostsEntry(
                address=self.address,
                name=field.group(),
                canonical=index == 0,
                at=Mark(source, self.span(*field.span())),
                line_at=line_at,
            )

    def problems(self) -> Iterator[Problem]:
        cut = self.text.split("#", 1)[0].find("\0")
        if cut >= 0:
            yield Problem("hosts-syntax", self.span(cut, cut + 1), "a NUL byte: the C library ends the line here")
        if not self.fields:
            return
        first = self.fields[0]
        if self.address is None:
            yield self.problem(first, self.address_problem(first.group()))
            return
        if len(self.fields) == 1:
            yield self.problem(first, f"address {first.group()} has no host name")
        for field in self.fields[1:]:
            wrong = _wrong_name(field.group())
            if wrong:
                yield self.problem(field, wrong)

    def address_problem(self, text: str) -> str:
        if self.marked and canonical_address(text) is not None:
            return f"a byte order mark stands before the address {text}"
        return f"{_shown(text)} is not an IP address"

    def problem(self, field: re.Match[str], message: str) -> Problem:
        return Problem("hosts-syntax", self.span(*field.span()), message)

    def span(self, start: int, end: int) -> Span:
        return Span(self.number, start + 1, self.number, end + 1)


def _wrong_name(name: str) -> str:
    """What is wrong with a host name, or nothing."""
    if canonical_address(name) is not None:
        return f"address {name} stands where a host name belongs"
    if _NAME.fullmatch(name):
        return ""
    alien = _ALIEN.search(name)
    return f"host name {_shown(name)} has the character {_shown(alien.group()) if alien else ''}"


def _shown(text: str) -> str:
    """Text of a file as it may stand in a message: one line, printable, not endless."""
    shown = "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text[:60])
    return f"{shown}…" if len(text) > 60 else shown
