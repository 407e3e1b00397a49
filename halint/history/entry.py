"""One CIB of a history: whose it is, when and by whom it was written, and a digest in place of its content."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import NamedTuple

from halint.diff.section_things import ROOT_SETTINGS
from halint.diff.side import RESOURCE_TAGS, Side
from halint.model.cib_tree import Element, parse_written
from halint.parse.cib import CibFile, NotAcceptedError, parse_text
from halint.record import record
from halint.source import Source

Version = tuple[int, int, int]


class Gap(NamedTuple):
    """Epochs of one admin_epoch, from `first` to `last`, both included, of which there is no CIB."""

    admin_epoch: int
    first: int
    last: int


_OPEN, _CLOSE = b"<configuration", b"</configuration>"

_HEAD = re.compile(rb"(<\?xml[^<>]*\?>)?\s*<cib\s[^<>]*[^<>/]>\s*")
"""A cib element's start tag with nothing before it that could hide what follows, such as a comment."""

_DEFAULTS = ("cluster_property_set", "meta_attributes")


@record
class Commit:
    """A commit in git: its id, abbreviated too, its author, the author's date, and the first line of its message."""

    id: str
    short: str
    author: str
    date: datetime | None
    subject: str


@dataclass(frozen=True, kw_only=True, eq=False)
class Entry:
    """One CIB. `path` is as shown to the user; `read` opens it anew, as entries do not keep what they hold.

    `version` is admin_epoch, epoch and num_updates, -1 for one that is missing. `written` is `cib-last-written`, in
    the local time of the node that wrote it: it names no zone. `user`, `client` and `origin` tell of the last change
    of the configuration (cib-last-written is set with them); "" where the CIB does not say. `digest` is equal for equal
    configurations, true values of secrets included.
    """

    path: str
    version: Version
    written: datetime | None
    user: str = ""
    client: str = ""
    origin: str = ""
    digest: bytes
    cluster: str = ""
    nodes: frozenset[str] = frozenset()
    commit: Commit | None = None
    read: Callable[[], CibFile]

    @property
    def when(self) -> datetime | None:
        """When it came to be: the commit's date, else `cib-last-written`."""
        return self.commit.date if self.commit else self.written

    @property
    def name(self) -> str:
        """What it is called for short: the commit, else the file without its folder."""
        return self.commit.short if self.commit else self.path.rpartition("/")[2]

    @property
    def dotted(self) -> str:
        """The counters as Pacemaker's tools print them: `0.57.0`; a question mark for one that is missing."""
        return ".".join("?" if number < 0 else str(number) for number in self.version)


class _Known(NamedTuple):
    """What a configuration comes to, whichever CIB it is in."""

    digest: bytes
    cluster: str
    nodes: frozenset[str]


class Digests:
    """Makes entries, and remembers what the texts of configurations come to: most are the same as the one before.

    `objects` are the names of all objects in them: ids, node names, names of options.
    """

    def __init__(self) -> None:
        self._known: dict[bytes, _Known] = {}
        self.objects: set[str] = set()

    def entry(self, file: CibFile, read: Callable[[], CibFile], commit: Commit | None = None) -> Entry:
        """The entry for an opened CIB."""
        side = Side(file=file)
        text = file.source.text
        start, end = text.find(_OPEN.decode()), text.rfind(_CLOSE.decode())
        if start < 0 or end < start:
            return _entry(side, self._of_tree(side), read, commit)
        key = _key(side, text[start:end].encode("utf-8", "replace"))
        if key not in self._known:
            self._known[key] = self._of_tree(side)
        return _entry(side, self._known[key], read, commit)

    def same_again(self, text: bytes, path: str, read: Callable[[], CibFile]) -> Entry | None:
        """The entry for the text of a CIB whose configuration is known; None for any other, which has to be opened.

        A row of scheduler inputs has thousands of them: only the cib element's own tag is parsed.
        """
        start, end = text.find(_OPEN), text.rfind(_CLOSE)
        if end < start or not _HEAD.fullmatch(text[: max(start, 0)]) or not text.rstrip().endswith(b"</cib>"):
            return None
        try:
            root = parse_text(text[:start].decode() + "</cib>")
        except (UnicodeDecodeError, NotAcceptedError):
            return None
        side = Side(file=CibFile(source=Source(path=path, kind="cib", text=""), root=root))
        known = self._known.get(_key(side, text[start:end]))
        return None if known is None else _entry(side, known, read, None)

    def _of_tree(self, side: Side) -> _Known:
        """What is written, whatever the white space and the order of attributes."""
        parts = [_settings(side)]
        configuration = side.configuration
        if configuration is not None:
            parts.extend(_told(configuration, side))
            self.objects.update(_names(configuration))
        digest = blake2b("\x00".join(parts).encode("utf-8", "replace"), digest_size=16).digest()
        return _Known(digest, _cluster_name(side), frozenset(_unames(side)))


def _entry(side: Side, known: _Known, read: Callable[[], CibFile], commit: Commit | None) -> Entry:
    root = side.root
    written = parse_written(root.get("cib-last-written"))
    return Entry(
        path=side.path,
        version=side.version,
        written=written.replace(tzinfo=None) if written else None,
        user=root.get("update-user") or "",
        client=root.get("update-client") or "",
        origin=root.get("update-origin") or "",
        digest=known.digest,
        cluster=known.cluster,
        nodes=known.nodes,
        commit=commit,
        read=read,
    )


def _key(side: Side, configuration: bytes) -> bytes:
    return blake2b(_settings(side).encode("utf-8", "replace") + b"\n" + configuration, digest_size=16).digest()


def _settings(side: Side) -> str:
    return "\n".join(f"{name}={side.root.get(name)}" for name in ROOT_SETTINGS)


def _told(element: Element, side: Side) -> Iterator[str]:
    yield element.tag
    for name in sorted(map(str, element.keys())):
        yield f"{name}={side.raw(element, name)}"
    yield (element.text or "").strip()
    for child in element.iterchildren("*"):
        yield from _told(child, side)
    yield "/"


def _cluster_name(side: Side) -> str:
    configuration = side.configuration
    if configuration is None:
        return ""
    for pair in configuration.iterfind("crm_config/cluster_property_set/nvpair"):
        if pair.get("name") == "cluster-name":
            return pair.get("value") or ""
    return ""


def _unames(side: Side) -> Iterator[str]:
    configuration = side.configuration
    if configuration is not None:
        for node in configuration.iterfind("nodes/node"):
            name = node.get("uname") or node.get("id")
            if name:
                yield name


def _names(configuration: Element) -> Iterator[str]:
    """What a user may call the objects of a configuration."""
    for element in configuration.iter("*"):
        for attribute in ("id", "uname"):
            name = element.get(attribute)
            if name and _is_object(element):
                yield name
    for pair in configuration.iterfind("*/*/nvpair"):
        parent = pair.getparent()
        if parent is not None and parent.tag in _DEFAULTS and pair.get("name"):
            yield pair.get("name") or ""


def _is_object(element: Element) -> bool:
    """Whether it is a resource, or what the sections of a configuration hold: a node, a constraint, a tag, …."""
    section = element.getparent()
    outer = None if section is None else section.getparent()
    return element.tag in RESOURCE_TAGS or (outer is not None and outer.tag == "configuration")


def natural(path: str) -> tuple[tuple[int, str], ...]:
    """A key that sorts `cib-2.raw` before `cib-10.raw`."""
    return tuple((int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", path) if part)
