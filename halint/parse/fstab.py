"""Reads fstab (fstab(5))."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from halint.model.host import Fstab, FstabEntry
from halint.parse.decoding import decode
from halint.secrets import MASK, is_secret
from halint.source import Mark, Source, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

_FIELD = re.compile(r"[^ \t\r]+")
_ASSIGNED = re.compile(r"(?P<name>[\w.-]+)=(?P<value>[^\s,]+)", re.ASCII)
# fstab(5): blanks in a field are written as \040, tabs as \011; libmount takes any octal escape
_OCTAL = re.compile(r"\\([0-3][0-7]{2})")


def read_fstab(data: bytes, path: str, node: str | None = None) -> Fstab:
    """The entries of a fstab; a line with less than three fields is none, missing options are `defaults`."""
    text = decode(data)
    source = Source(path=path, kind="fstab", text=text, node=node, find_secrets=lambda: tuple(_secrets(text)))
    return Fstab(node=node, source=source, entries=tuple(_entries(source)))


def _entries(source: Source) -> Iterator[FstabEntry]:
    for number, line in enumerate(source.lines, 1):
        fields = list(_FIELD.finditer(line))
        if len(fields) < 3 or fields[0].group().startswith("#"):
            continue
        device, directory, kind = (_unescaped(f.group()) for f in fields[:3])
        options = fields[3].group() if len(fields) > 3 else "defaults"
        span = Span(number, fields[0].start() + 1, number, fields[-1].end() + 1)
        yield FstabEntry(
            device=device,
            directory=directory,
            type=kind,
            options=tuple(_shown(option) for option in options.split(",") if option),
            at=Mark(source, span),
        )


def _unescaped(text: str) -> str:
    return _OCTAL.sub(lambda match: chr(int(match[1], 8)), text)


def _shown(option: str) -> str:
    """An option as it may be shown: mount.cifs(8) takes password= here."""
    name, _, value = option.partition("=")
    return f"{name}={MASK}" if is_secret(name, value) else option


def _secrets(text: str) -> Iterator[Span]:
    for number, line in enumerate(text.split("\n"), 1):
        for option in _ASSIGNED.finditer(line):
            if is_secret(option["name"], option["value"]):
                yield Span(number, option.start("value") + 1, number, option.end("value") + 1)
