"""Reads corosync.conf: the tree as written, and the keys as corosync stores them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from lxml import etree
from lxml.etree import _Element

from halint.model.corosync import Key, Repeat
from halint.parse.corosync_lines import RULE, Event, is_secret_name, read_lines
from halint.parse.corosync_release import DEFAULT, Release
from halint.parse.corosync_store import store_keys
from halint.secrets import MASK
from halint.source import Mark, Problem, Source, Span

MAX_DEPTH = 130
"""Deeper sections are left out of the tree; none of their keys can be stored, as a path ends at 255 characters."""

_XML_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_START = Span(1, 1, 1, 1)


@dataclass(frozen=True, slots=True)
class Entry:
    """One key and its value as written (the value of `totem.key` is masked); `at` is `key: value`."""

    key: str
    value: str
    at: Mark


@dataclass(frozen=True, slots=True)
class Section:
    """A section as written, its entries and sections in file order; `at` is the line that opens it."""

    name: str
    items: tuple[Section | Entry, ...]
    at: Mark

    def sections(self) -> Iterator[Section]:
        """The sections directly inside."""
        return (item for item in self.items if isinstance(item, Section))

    def entries(self) -> Iterator[Entry]:
        """The keys directly inside."""
        return (item for item in self.items if isinstance(item, Entry))


@dataclass(frozen=True, slots=True)
class CorosyncFile:
    """A corosync.conf as read: `tree` as written, `keys` by the path corosync 3.1 stores them under.

    `release` is the one the file was read for, `key_bytes` the length of totem.key; `repeats`
    are keys that are set twice, `untyped` numbers that corosync keeps as text and does not use.
    `sections` are the places of sections by stored path (`nodelist.node.0`, `totem.interface.1`), the
    first of each. The problems in `source` are what corosync refuses to read.
    """

    source: Source
    tree: Section
    keys: Mapping[str, Key]
    sections: Mapping[str, Mark]
    release: Release = DEFAULT
    key_bytes: int | None = None
    repeats: tuple[Repeat, ...] = ()
    nodelists: tuple[Mark, ...] = ()
    untyped: frozenset[str] = frozenset()


def read_corosync(data: bytes, path: str, node: str | None = None, release: Release = DEFAULT) -> CorosyncFile:
    """Read the bytes of a corosync.conf as a release of corosync does; whatever they are, a file comes back."""
    text, encoding, problem = _decode(data)
    lines = [] if problem else text.split("\n")
    if lines and not lines[-1]:
        lines.pop()
    reading = read_lines(lines or [""], encoding, release)
    store = store_keys(reading.events, release)
    problems = [*problem, *reading.problems, *store.problems]
    if not problems and not reading.events:
        problems.append(Problem(RULE, _START, "the file sets nothing: corosync has no address to start with"))
    secrets = tuple(reading.secrets)
    source = Source(
        path=path,
        kind="corosync",
        text=text,
        node=node,
        problems=tuple(sorted(problems, key=lambda p: p.span)),
        find_secrets=lambda: secrets,
    )
    keys = {
        path: Key(path=path, value=_masked(path.rpartition(".")[2], stored.value), at=Mark(source, stored.span))
        for path, stored in store.keys.items()
    }
    sections = {path: Mark(source, span) for path, span in store.sections.items()}
    repeats = tuple(Repeat(path, Mark(source, lost), Mark(source, won)) for path, lost, won in store.repeats)
    nodelists = tuple(Mark(source, span) for span in store.nodelists)
    secret = store.keys.get("totem.key")
    key_bytes = None if secret is None else len(secret.value.encode(encoding))
    return CorosyncFile(
        source,
        _tree(reading.events, source),
        keys,
        sections,
        release,
        key_bytes,
        repeats,
        nodelists,
        frozenset(store.untyped),
    )


def to_xml(tree: Section) -> tuple[_Element, dict[_Element, Mark]]:
    """The tree as XML under `corosync`, a key's value as its element's text, and where each element stands.

    A name that XML cannot have becomes `<section name="…">` or `<key name="…">`.
    """
    root = etree.Element("corosync")
    marks = {root: tree.at}
    pending = [(root, tree)]
    while pending:
        parent, section = pending.pop()
        for item in section.items:
            if isinstance(item, Entry):
                element = _element(parent, item.key, "key")
                element.text = _xml_text(item.value)
            else:
                element = _element(parent, item.name, "section")
                pending.append((element, item))
            marks[element] = item.at
    return root, marks


def _decode(data: bytes) -> tuple[str, str, list[Problem]]:
    """Text, encoding, and a problem where the bytes are no text that corosync could read."""
    if data.startswith(_UTF16):
        text = data.decode("utf-16", errors="replace")
        return text, "utf-8", [Problem(RULE, _START, "the file is UTF-16; corosync reads plain bytes")]
    try:
        return data.decode("utf-8"), "utf-8", []
    except UnicodeDecodeError:
        return data.decode("latin-1"), "latin-1", []


def _tree(events: Sequence[Event], source: Source) -> Section:
    """Nest the events. Sections beyond the depth limit are left out with what they hold."""
    top: list[Section | Entry] = []
    stack: list[tuple[Event, list[Section | Entry]]] = []
    depth = 0
    for event in events:
        depth += event.kind == "open"
        if depth <= MAX_DEPTH:
            if event.kind == "open":
                stack.append((event, []))
            elif event.kind == "entry":
                items = stack[-1][1] if stack else top
                items.append(Entry(event.name, _masked(event.name, event.value), Mark(source, event.span)))
            else:
                opening, inner = stack.pop()
                section = Section(opening.name, tuple(inner), Mark(source, opening.span))
                (stack[-1][1] if stack else top).append(section)
        depth -= event.kind == "close"
    return Section("", tuple(top), Mark(source, _START))


def _masked(name: str, value: str) -> str:
    return MASK if value and is_secret_name(name) else value


def _element(parent: _Element, name: str, kind: str) -> _Element:
    if _XML_NAME.fullmatch(name):
        return etree.SubElement(parent, name)
    element = etree.SubElement(parent, kind)
    element.set("name", _xml_text(name))
    return element


def _xml_text(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)
