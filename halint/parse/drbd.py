"""Reads DRBD's configuration (drbd.conf(5)): the resources and what holds for them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING

from halint.model.host import DrbdResource
from halint.parse.decoding import decode
from halint.secrets import MASK, is_secret
from halint.source import Mark, Source, Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_TOKEN = re.compile(r'"(?P<quoted>(?:[^"\\\n]|\\.)*+)"?|#[^\n]*|(?P<sign>[{};])|(?P<word>[^\s{};"#]+)|(?P<newline>\n)')
# Sections whose statements are options of the resource, wherever they stand (drbd.conf(5))
_OPTION_SECTIONS = frozenset(("net", "disk", "handlers", "options", "startup", "syncer", "proxy"))
COMMON = ""
"""The name of the pseudo resource that a `common` section becomes until `apply_common`."""


@dataclass
class _Section:
    """A section as it is being read: its words, where they stand, the statements and sections in it."""

    words: tuple[str, ...]
    span: Span
    statements: list[tuple[str, ...]] = field(default_factory=list)
    sections: list[_Section] = field(default_factory=list)

    @property
    def keyword(self) -> str:
        return self.words[0] if self.words else ""

    def walk(self) -> Iterator[_Section]:
        """The sections inside, however deep, in the order of the file."""
        waiting = list(reversed(self.sections))
        while waiting:
            section = waiting.pop()
            yield section
            waiting.extend(reversed(section.sections))


def read_drbd(data: bytes, path: str, node: str | None = None) -> tuple[DrbdResource, ...]:
    """The resources of one file, its own `common` applied.

    A file that has only a `common` section, as global_common.conf, gives one pseudo resource called COMMON;
    `apply_common` joins it with the resources of the node's other files.
    """
    text = decode(data)
    source = Source(path=path, kind="drbd", text=text, node=node, find_secrets=lambda: tuple(_secrets(text)))
    top = _parse(source.text)
    commons = [_resource(s, source) for s in top.sections if s.keyword == "common"]
    resources = [_resource(s, source) for s in top.sections if s.keyword == "resource" and len(s.words) > 1]
    if not resources:
        return tuple(commons[:1])
    return apply_common((*commons, *resources))


def apply_common(resources: tuple[DrbdResource, ...]) -> tuple[DrbdResource, ...]:
    """The resources without the pseudo resources, whose options hold on their node where a resource sets none."""
    commons = [r for r in resources if r.name == COMMON]
    return tuple(
        _inheriting(r, [c for c in commons if c.node == r.node or None in (c.node, r.node)])
        for r in resources
        if r.name != COMMON
    )


def _inheriting(resource: DrbdResource, commons: Iterable[DrbdResource]) -> DrbdResource:
    common = dict(chain.from_iterable(c.options.items() for c in commons))
    return DrbdResource(
        node=resource.node,
        source=resource.source,
        name=resource.name,
        options={**common, **resource.options},
        devices=resource.devices,
        hosts=resource.hosts,
        at=resource.at,
    )


def _resource(section: _Section, source: Source) -> DrbdResource:
    """A `resource` or `common` section; what a connection or a volume sets counts unless the resource sets it."""
    inner = list(section.walk())
    own = [s for s in section.sections if s.keyword in _OPTION_SECTIONS]
    nested = [s for s in inner if s.keyword in _OPTION_SECTIONS]
    statements = [*section.statements, *chain.from_iterable(s.statements for s in inner)]
    return DrbdResource(
        node=source.node,
        source=source,
        name=section.words[1] if section.keyword == "resource" else COMMON,
        options={**_options(nested), **_options(own)},
        devices=_unique(_devices(statements)),
        hosts=_unique(_hosts(inner)),
        at=Mark(source, section.span),
    )


def _options(sections: list[_Section]) -> dict[str, str]:
    """`section.option` to its value; an option that is only named is on."""
    return {
        f"{section.keyword}.{words[0]}": _shown(words[0], " ".join(words[1:]) or "yes")
        for section in sections
        for words in section.statements
    }


def _shown(option: str, value: str) -> str:
    return MASK if is_secret(option, value) else value


def _secrets(text: str) -> Iterator[Span]:
    """The values of options such as shared-secret."""
    option = ""
    for piece, sign, span in _tokens(text):
        if option and not sign and is_secret(option, piece):
            yield span
        option = "" if sign else piece


def _devices(statements: list[tuple[str, ...]]) -> Iterator[str]:
    """`device /dev/drbd0`, `device minor 0`, `device name minor 0` (drbd.conf(5))."""
    for words in statements:
        if len(words) < 2 or words[0] != "device":
            continue
        if words[1] != "minor":
            yield words[1]
        elif len(words) > 2:
            yield f"/dev/drbd{words[2]}"


def _hosts(sections: list[_Section]) -> Iterator[str]:
    for section in sections:
        if section.keyword == "on":
            yield from section.words[1:]
        for words in section.statements:
            if words[0] == "hosts":
                yield from words[1:]
            if words[0] == "host" and len(words) > 1:
                yield words[1]


def _unique(names: Iterator[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


def _parse(text: str) -> _Section:
    """The tree of sections; a brace too few or too many only ends what is open."""
    top = _Section((), Span(1, 1, 1, 1))
    open_sections, words, start = [top], list[str](), Span(1, 1, 1, 1)
    for piece, sign, span in _tokens(text):
        if not sign:
            start = start if words else span
            words.append(piece)
            continue
        if piece == "{":
            section = _Section(tuple(words), Span(*start[:2], *span[2:]))
            open_sections[-1].sections.append(section)
            open_sections.append(section)
        elif piece == ";" and words:
            open_sections[-1].statements.append(tuple(words))
        elif piece == "}" and len(open_sections) > 1:
            open_sections.pop()
        words = []
    return top


def _tokens(text: str) -> Iterator[tuple[str, bool, Span]]:
    """Words, quoted or not, and signs, with their places; comments dropped."""
    line, line_start = 1, 0
    for match in _TOKEN.finditer(text):
        if match["newline"]:
            line, line_start = line + 1, match.end()
            continue
        name = match.lastgroup
        if name is None:
            continue
        span = Span(line, match.start() - line_start + 1, line, match.end() - line_start + 1)
        yield match[name], name == "sign", span
