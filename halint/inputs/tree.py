"""What was collected of one node, made inputs: one copy of each kind, and whose it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from halint.errors import HalintError
from halint.inputs.found import Found, Origin
from halint.inputs.layout import ONE_EACH, kind_of_command, place_in
from halint.inputs.names import short
from halint.inputs.text import decode
from halint.parse.file_list import Listed
from halint.parse.supportconfig import sections
from halint.parse.units import Link
from halint.record import record

_CIB_START = re.compile(rb"<\?xml|<cib[\s>/]|<pacemaker-result\b|<pacemaker-cib\b")
_CIB_ENDS = (b"</pacemaker-result>", b"</cib>")
_NOTHING = {
    "sbd-dump": "no SBD header stands there",
    "packages": "no package is listed there",
    "units": "no unit file is listed there",
    "addresses": "no interface is listed there",
    "date": "no date stands there",
    "multipath": "no multipath map is listed there",
    "modules": "no kernel module is listed there",
}
# scc_HOST_DATE_TIME, nts_… in older releases (supportconfig(8))
_SUPPORTCONFIG_NAME = re.compile(r"(?:scc|nts)_(?P<host>.+?)(?:_\d{6}_\d{4}|_[0-9a-f-]{36})")


@record
class Piece:
    """A file of a tree: its path below the tree's top, how it is shown, where it lies, and its content or none."""

    path: str
    shown: str
    real: Path
    data: bytes = field(default=b"", repr=False)
    trouble: str = ""
    skipped: str = ""


@dataclass(kw_only=True)
class Tree:
    """Everything of one node that may be an input. `folder` is its top, `shown` how the user calls that."""

    layout: str
    folder: Path
    shown: str
    root: Path
    pieces: list[Piece] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    drop_ins: list[tuple[str, bytes]] = field(default_factory=list)
    listed: list[Listed] = field(default_factory=list)
    complete: set[str] = field(default_factory=set)
    stopped: bool = False

    def inputs(self) -> Iterator[Found]:
        """The inputs, sorted by path; of several copies of one file all but one are skipped, with the reason."""
        ranked = sorted(self._ranked(), key=lambda pair: (pair[0], pair[1].path))
        found = [one for _, one in ranked if one.kind != "uname"]
        host = self._host(one for _, one in ranked)
        mine = [self._owned(one, host) for one in found]
        chosen: dict[tuple[str, str], Found] = {}
        for one in mine:
            if not (one.trouble or one.skipped) and one.kind in ONE_EACH:
                chosen.setdefault(_key(one), one)
        once = [_once(one, chosen) for one in mine]
        listing = next((one for one in chosen.values() if one.kind == "units"), None)
        added = tuple(self.drop_ins)
        yield from sorted((replace(o, drop_ins=added) if o is listing else o for o in once), key=lambda one: one.path)
        if listing is None and (self.links or self.drop_ins):
            yield self._units(host)
        if self.listed:
            yield self._files(host)

    @property
    def _origin(self) -> Origin:
        return Origin(folder=self.folder, layout=self.layout, shown=self.shown, stopped=self.stopped)

    def _ranked(self) -> Iterator[tuple[int, Found]]:
        for piece in self.pieces:
            if self.layout == "supportconfig":
                yield from self._sections(piece)
                continue
            place = place_in(self.layout, piece.path)
            if place is not None:
                yield place[0], self._input(piece, place[1])

    def _sections(self, piece: Piece) -> Iterator[tuple[int, Found]]:
        """The inputs in a text file of supportconfig; a command's output counts more than the file on the disk."""
        for section in sections(piece.data):
            kind = kind_of_command(section.label) if section.is_command else None
            place = None if section.is_command else place_in("supportconfig", section.label.lstrip("/"))
            shown = f"{piece.shown}:{section.label if place else _printable(section.label)}"
            inner = replace(piece, shown=shown, real=piece.real / section.label.lstrip("/"), data=section.data)
            if kind is not None:
                yield -1, self._input(inner, kind)
            elif place is not None:
                yield place[0], self._input(inner, place[1])
        if piece.trouble or piece.skipped:
            yield 0, self._input(piece, "supportconfig")

    def _input(self, piece: Piece, kind: str) -> Found:
        data, skipped = piece.data, piece.skipped
        if not (piece.trouble or skipped):
            data, skipped = _content(kind, piece)
        return Found(
            path=piece.shown,
            real=piece.real,
            kind=kind,
            data=data,
            trouble=piece.trouble,
            skipped=skipped,
            root=self.root,
            origin=self._origin,
        )

    def _host(self, found: Iterable[Found]) -> str:
        """The node's name: what it says itself, else what its collector has named the folder after."""
        said = {one.kind: decode(one.data[:4096]).split() for one in found if one.kind in ("uname", "hostname")}
        # uname -a: the system's name, then the node's (uname(1))
        words = said.get("uname", [])[1:2] or said.get("hostname", [])[:1]
        if words:
            return words[0]
        if self.layout == "crm_report":
            return self.folder.name
        named = _SUPPORTCONFIG_NAME.match(self.folder.name) if self.layout == "supportconfig" else None
        return named["host"] if named else ""

    def _owned(self, one: Found, host: str) -> Found:
        """The input with its node: of a crm_report in a sosreport that of the folder."""
        origin = self._origin
        parts = one.real.parts
        inner = parts[-2] if self.layout == "sosreport" and one.kind in ("cib", "corosync") else ""
        if "sos_commands" in parts and inner not in ("pacemaker", "cluster") and not inner.startswith("crm_report"):
            same = inner and short(inner) == short(host)
            return replace(one, origin=replace(origin, host=host if same or not inner else inner))
        return replace(one, origin=replace(origin, host=host))

    def _units(self, host: str) -> Found:
        """The links that tell the states of units, and the settings added to units."""
        return Found(
            path=self.shown,
            real=self.folder,
            kind="units",
            root=self.root,
            tree=True,
            links=tuple(self.links),
            drop_ins=tuple(self.drop_ins),
            origin=replace(self._origin, host=host),
        )

    def _files(self, host: str) -> Found:
        """The names, sizes and modes of the node's files."""
        return Found(
            path=self.shown,
            real=self.folder,
            kind="file-list",
            root=self.root,
            listed=tuple(self.listed),
            complete=frozenset(self.complete),
            origin=replace(self._origin, host=host),
        )


def _key(one: Found) -> tuple[str, str]:
    return (short(one.origin.host) if one.origin else "", one.kind)


def _once(one: Found, chosen: dict[tuple[str, str], Found]) -> Found:
    best = chosen.get(_key(one))
    if best is None or best is one or one.trouble or one.skipped:
        return one
    return replace(one, data=b"", skipped=f"{best.path} is read instead")


def _content(kind: str, piece: Piece) -> tuple[bytes, str]:
    """The content of what a command printed, without what does not belong to it, or why it is not read."""
    if PurePosixPath(piece.path).suffix != ".txt" and "sos_commands" not in piece.path:
        return piece.data, ""
    if kind == "cib":
        data = _only_cib(piece.data)
        return data, "" if data else "no CIB stands there; the cluster did not run when this was collected"
    if kind in _NOTHING and not _is_listing(kind, piece.data):
        return b"", _NOTHING[kind]
    return piece.data, ""


def _is_listing(kind: str, data: bytes) -> bool:
    """Whether the reader of the kind finds anything in what a command printed, which may be an error message."""
    from halint.parse.addresses import read_addresses  # noqa: PLC0415 - each kind's reader where it is needed
    from halint.parse.collected import read_date  # noqa: PLC0415 - as above
    from halint.parse.modules import read_modules  # noqa: PLC0415 - as above
    from halint.parse.multipath import read_multipath  # noqa: PLC0415 - as above
    from halint.parse.packages import read_packages  # noqa: PLC0415 - as above
    from halint.parse.sbd import read_sbd_dump  # noqa: PLC0415 - as above
    from halint.parse.units import read_units  # noqa: PLC0415 - as above

    readers: dict[str, Callable[[bytes, str], object]] = {
        "sbd-dump": read_sbd_dump,
        "packages": read_packages,
        "units": read_units,
        "addresses": read_addresses,
        "modules": read_modules,
        "multipath": read_multipath,
        "date": read_date,
    }
    try:
        readers[kind](data, "")
    except HalintError:
        return False
    return True


def _only_cib(data: bytes) -> bytes:
    """The CIB in what cibadmin printed: lines of messages before it are emptied, so that its own keep their numbers."""
    start = _CIB_START.search(data)
    if start is None:
        return b""
    end = next((at + len(tag) for tag in _CIB_ENDS if (at := data.rfind(tag)) > 0), len(data))
    body = data[start.start() : end] + b"\n"
    return body if body.startswith(b"<?xml") else b"\n" * data.count(b"\n", 0, start.start()) + body


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else "\ufffd" for c in text)
