"""The inputs in an archive: what a tool collected, or a folder of configurations that was packed.

Members are looked at as they stream by; what is no input is never kept, and nothing is written to the disk.
"""

from __future__ import annotations

import re
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

from halint.inputs.found import Found
from halint.inputs.kinds import kind_of_content, kind_of_path, may_be_input
from halint.inputs.layout import (
    DROP_IN,
    LAYOUTS,
    LISTED,
    STOPPED,
    UNITS,
    is_archive_name,
    is_sign_of_node_folder,
    place_in,
    sosreport_above,
    without_suffix,
)
from halint.inputs.tree import Piece, Tree
from halint.parse.compressed import MAX_SIZE
from halint.parse.file_list import Listed
from halint.parse.supportconfig import is_supportconfig, may_hold_sections
from halint.parse.tar import BLOCK, Body, Entry, entries, is_header
from halint.parse.units import Link
from halint.parse.unpacked import Budget, LimitError, Stream, UnpackError

MAX_DEPTH = 3
"""Archives inside archives: one of `sos collect`, a node's sosreport in it, a crm_report in that."""
MAX_KEPT = 256 * 1024**2
"""Bytes of configuration in one archive."""
MAX_INPUTS = 2000
"""Configuration files in one archive; more than the reports of the largest cluster have."""
_MOST_LINKS = 8
_LONG_NAME = 100
MAX_NAME = 255
"""Characters of a file name; Linux has no longer ones (limits.h, NAME_MAX)."""
MAX_PATH = 4096
"""Characters of a path (limits.h, PATH_MAX)."""
MAX_FOLDERS = 64
"""Folders in folders; what lies deeper is no file of a report."""

_ROOT = re.compile(r"(?:(?P<top>.*?)/)?(?P<path>(?:etc|var/lib/pacemaker|run/systemd)/.*)")
# the kernel's own files, of which a sosreport holds tens of thousands
_KERNEL = re.compile(
    r"(?:^|/)(?:sys/(?:block|bus|class|dev|devices|firmware|fs|kernel|module|power)|proc/(?:\d+|sys|net|fs|irq|bus))/"
)
_NO_INPUT = "holds no file that halint reads (cib.xml, corosync.conf, hosts, unit-file lists, ...)"
_PLACES = re.compile(rf"(?:^|/)(?:{'|'.join({p.pattern: None for table in LAYOUTS.values() for _, p in table})})\Z")


@dataclass(kw_only=True)
class _Limits:
    """What one archive, with all the archives in it, may still bring."""

    budget: Budget = field(default_factory=Budget)
    kept: int = 0
    inputs: int = 0

    def keep(self, size: int) -> None:
        """Count a file that is kept. Raises LimitError where it is one too many."""
        self.inputs += 1
        self.note(size)
        if self.inputs > MAX_INPUTS:
            raise LimitError(f"holds more than {MAX_INPUTS} configuration files")

    def note(self, size: int) -> None:
        """Count what is remembered. Raises LimitError where it is too much."""
        self.kept += size
        if self.kept > MAX_KEPT:
            raise LimitError(f"holds more than {MAX_KEPT >> 20} MiB of configuration")


def is_archive(file: BinaryIO) -> bool:
    """Whether a file is a tar archive, compressed or not; reads its beginning and goes back there.

    Raises UnpackError where the name alone can tell, because it cannot be unpacked.
    """
    try:
        return is_header(Stream(file.read, Budget(), outermost=True).read(BLOCK))
    finally:
        file.seek(0)


def archive_inputs(path: str, real: Path, open_file: Callable[[], BinaryIO]) -> Iterator[Found]:
    """The inputs in the archive shown as `path`, in the order of their names; members are shown as `PATH:MEMBER`.

    What was read whole before the archive broke off, or before a limit, is used, and the rest told as trouble. An
    archive without an input is trouble, too.
    """
    limits = _Limits()
    archive = _Archive(path, real, limits, depth=0)
    with open_file() as file:
        archive.read(file.read, outermost=True)
    if archive.missing():
        with open_file() as file:
            archive.read_again(file.read)
    found = list(archive.inputs())
    if not found:
        found = [Found(path=path, real=real, kind="archive", trouble=_NO_INPUT)]
    yield from (replace(one, root=real) for one in found)


class _Archive:
    """One archive while it is read. `shown` is what the user calls it; `real` its path, continued by its members'."""

    def __init__(self, shown: str, real: Path, limits: _Limits, depth: int) -> None:
        self.shown = shown
        self.real = real
        self._limits = limits
        self._depth = depth
        self._pieces: dict[str, Piece] = {}
        self._links: dict[str, str] = {}
        self._targets: dict[str, bytes] = {}
        self._unit_links: dict[str, str] = {}
        self._drop_ins: dict[str, bytes] = {}
        self._sosreports: set[str] = set()
        self._node_folders: set[str] = set()
        self._stopped: set[str] = set()
        self._listed: list[tuple[str, Listed]] = []
        self._has_version = False
        self._inner: list[Found] = []
        self._trouble = ""
        self._last: list[tuple[str, Body]] = []

    def read(self, read: Callable[[int], bytes], *, outermost: bool = False) -> bool:
        """Read all members; False where it is no archive at all. Raises LimitError for an archive in another one."""
        try:
            stream = Stream(read, self._limits.budget, outermost=outermost)
            first = stream.read(BLOCK)
            if not is_header(first):
                return False
            for entry, body in entries(stream, first):
                self._member(entry, body)
        except UnpackError as error:
            if isinstance(error, LimitError) and not outermost:
                raise
            whole = [name for name, body in self._last if body.done]
            after = f" after {whole[-1]}; what stands before that is read" if whole else ""
            self._trouble = f"{error}{after}"
        return True

    def missing(self) -> set[str]:
        """Members that are no input by their own names, but links that are lead to them."""
        targets = {self._end_of(name) for name in self._links}
        return {target for target in targets if target and target not in self._pieces}

    def _end_of(self, name: str) -> str:
        """Where a link leads, over other links; none where they go in a circle."""
        for _ in range(_MOST_LINKS):
            if name not in self._links:
                return name
            name = self._links[name]
        return ""

    def read_again(self, read: Callable[[int], bytes]) -> None:
        """Read what `missing` says; a target that is not there leaves its link out."""
        wanted, targets = self.missing(), dict[str, bytes]()
        budget = Budget()
        try:
            stream = Stream(read, budget, outermost=True)
            for entry, body in entries(stream, stream.read(BLOCK)):
                name = _clean(entry.name)
                if name in wanted and entry.kind == "file" and entry.size <= MAX_SIZE:
                    self._limits.keep(entry.size)
                    targets[name] = body.read(entry.size)
                if len(targets) == len(wanted):
                    break
        except UnpackError:
            pass  # told when it was read first
        for target, data in targets.items():
            self._targets[target] = data

    def inputs(self) -> Iterator[Found]:
        """The inputs of all trees, else those that a folder of the same content would give."""
        self._follow_links()
        trees = self._trees()
        for tree in trees:
            yield from tree.inputs()
        if not trees:
            yield from self._plain()
        yield from self._inner
        if self._trouble:
            yield Found(path=self.shown, real=self.real, kind="archive", trouble=self._trouble)

    def _follow_links(self) -> None:
        """Give links the content of what they lead to."""
        kept = dict(self._pieces)
        for name in self._links:
            target = self._end_of(name)
            if target in kept:
                end = kept[target]
                self._pieces[name] = self._piece(name, end.data, trouble=end.trouble, skipped=end.skipped)
            elif target in self._targets:
                self._pieces[name] = self._piece(name, self._targets[target])
            elif name not in kept:
                self._pieces[name] = self._piece(name, skipped=f"links to {target or 'nowhere'}, which is not there")

    def _member(self, entry: Entry, body: Body) -> None:
        if not (name := _clean(entry.name)):
            return
        self._last = [*self._last[-1:], (name, body)]
        self._note(name)
        self._list(name, entry)
        if entry.kind in ("link", "hard link"):
            self._limits.note(len(name) + len(entry.target))
        if entry.kind == "link" and UNITS.search(name):
            self._unit_links[name] = _printable(entry.target)
        if entry.kind in ("link", "hard link"):
            if self._is_wanted(name):
                self._limits.keep(0)
                self._links[name] = _target(name, entry)
        elif entry.kind == "file" and is_archive_name(name):
            self._nested(name, body)
        elif entry.kind == "file" and entry.size == 0 and UNITS.search(name):
            self._limits.note(len(name))
            self._unit_links[name] = "/dev/null"
        elif entry.kind == "file" and DROP_IN.search(name) and entry.size <= 65536:
            self._limits.note(len(name) + entry.size)
            self._drop_ins[name] = body.read(entry.size)
        elif entry.kind != "folder" and self._is_wanted(name):
            self._keep(name, entry, body)

    def _note(self, name: str) -> None:
        """Remember what tells the kinds of trees apart."""
        folder, _, last = name.rpartition("/")
        self._has_version = self._has_version or name == "version.txt"
        if (above := sosreport_above(name)) is not None and above not in self._sosreports:
            self._limits.note(len(above))
            self._sosreports.add(above)
        if is_sign_of_node_folder(last) and folder not in self._node_folders:
            self._limits.note(len(folder))
            self._node_folders.add(folder)
        if last == STOPPED:
            self._stopped.add(folder if above is None else above)

    def _list(self, name: str, entry: Entry) -> None:
        """Remember the name, size and mode of a file of the cluster's folders."""
        root = _ROOT.fullmatch(name) if entry.kind == "file" else None
        if root is not None and LISTED.fullmatch(root["path"]):
            self._limits.note(len(name))
            mode = stat.filemode(stat.S_IFREG | entry.mode)
            self._listed.append((root["top"] or "", Listed(root["path"], mode, entry.owner, entry.group, entry.size)))

    def _is_wanted(self, name: str) -> bool:
        if _KERNEL.search(name):
            return False
        if may_hold_sections(name) or _PLACES.search(name):
            return True
        if len(name) - name.rfind("/") > _LONG_NAME:
            return False
        if kind_of_path(name) is not None:
            return True
        return name.endswith(".xml") and may_be_input(name)

    def _keep(self, name: str, entry: Entry, body: Body) -> None:
        if entry.kind != "file":
            why = "is a sparse file" if entry.kind == "sparse" else "is a device or the like, no regular file"
            self._pieces[name] = self._piece(name, skipped=why)
        elif entry.size > MAX_SIZE:
            self._pieces[name] = self._piece(name, trouble=f"is larger than {MAX_SIZE >> 20} MiB")
        else:
            self._limits.keep(entry.size)
            self._pieces[name] = self._piece(name, body.read(entry.size))

    def _nested(self, name: str, body: Body) -> None:
        shown = f"{self.shown}:{name}"
        if self._depth == MAX_DEPTH:
            why = f"lies {MAX_DEPTH + 1} archives deep"
            self._inner.append(Found(path=shown, real=self.real / name, kind="archive", skipped=why))
            return
        inner = _Archive(shown, self.real / name, self._limits, self._depth + 1)
        try:
            inner.read(body.read)
        finally:
            self._inner += inner.inputs()

    def _piece(self, name: str, data: bytes = b"", *, trouble: str = "", skipped: str = "") -> Piece:
        return Piece(
            path=name, shown=f"{self.shown}:{name}", real=self.real / name, data=data, trouble=trouble, skipped=skipped
        )

    def _trees(self) -> list[Tree]:
        trees: dict[tuple[str, str], Tree] = {}
        for name, piece in sorted(self._pieces.items()):
            place = self._place(name, piece)
            if place is not None:
                layout, top = place
                self._tree(trees, layout, top).pieces.append(replace(piece, path=name[len(top) :].lstrip("/")))
        for name, target in sorted(self._unit_links.items()):
            self._add_units(trees, name, target=target)
        for name, data in sorted(self._drop_ins.items()):
            self._add_units(trees, name, data=data)
        for top, listed in self._listed:
            layout = "sosreport" if top in self._sosreports else "root"
            if (layout, top) in trees:
                trees[layout, top].listed.append(listed)
        return list(trees.values())

    def _tree(self, trees: dict[tuple[str, str], Tree], layout: str, top: str) -> Tree:
        folder = self.real / top if top else self.real.with_name(without_suffix(self.real.name))
        shown = f"{self.shown}:{top or '.'}"
        made = Tree(layout=layout, folder=folder, shown=shown, root=self.real, stopped=top in self._stopped)
        return trees.setdefault((layout, top), made)

    def _add_units(self, trees: dict[tuple[str, str], Tree], name: str, *, target: str = "", data: bytes = b"") -> None:
        match = _ROOT.fullmatch(name)
        top = (match["top"] or "") if match else ""
        if match is None or not (top in self._sosreports or ("root", top) in trees):
            return
        tree = self._tree(trees, "sosreport" if top in self._sosreports else "root", top)
        if target and UNITS.fullmatch(match["path"]):
            tree.links.append(Link(match["path"], target))
        elif data and DROP_IN.fullmatch(match["path"]):
            tree.drop_ins.append((match["path"], data))

    def _place(self, name: str, piece: Piece) -> tuple[str, str] | None:
        """The layout and the top of the tree that a member belongs to."""
        folder = name.rpartition("/")[0]
        above = next((top for top in (*_above(folder), "") if top in self._sosreports), None)
        if above is not None:
            return "sosreport", above
        if may_hold_sections(name) and is_supportconfig(piece.data):
            return "supportconfig", folder
        report = next((f for f in _above(folder) if self._is_node_folder(f)), None)
        if report is not None and place_in("crm_report", name[len(report) :].lstrip("/")):
            return "crm_report", report
        root = _ROOT.fullmatch(name)
        if root is not None and place_in("root", root["path"]):
            return "root", root["top"] or ""
        if self._has_version and {"cib.xml", "corosync.conf"} <= self._pieces.keys() and place_in("pcs backup", name):
            return "pcs backup", ""
        return None

    def _is_node_folder(self, folder: str) -> bool:
        """Whether crm_report made the folder for a node; the report's own top has a sysinfo.txt as well."""
        return folder in self._node_folders and any(
            f"{folder}/{name}" in self._pieces for name in ("cib.xml", "corosync.conf")
        )

    def _plain(self) -> Iterator[Found]:
        """What a folder of the same content gives."""
        for name, piece in sorted(self._pieces.items()):
            kind = kind_of_path(name)
            if kind is None or (kind == "sbd" and kind_of_content(piece.data) == "sbd-dump"):
                kind = kind_of_content(piece.data)
            if kind is not None:
                yield Found(
                    path=piece.shown,
                    real=piece.real,
                    kind=kind,
                    data=piece.data,
                    trouble=piece.trouble,
                    skipped=piece.skipped,
                )


def _above(folder: str) -> Iterator[str]:
    while folder:
        yield folder
        folder = folder.rpartition("/")[0]


def _clean(name: str) -> str:
    """A member's path below the archive; none where it leads out of it or is longer than a path can be."""
    parts = [part for part in name.split("/") if part not in ("", ".")]
    if ".." in parts or len(name) > MAX_PATH or len(parts) > MAX_FOLDERS or any(len(part) > MAX_NAME for part in parts):
        return ""
    return _printable("/".join(parts))


def _target(name: str, entry: Entry) -> str:
    """The member that a link means; none where it leads out of the archive."""
    if entry.kind == "hard link":
        return _clean(entry.target)
    root = _ROOT.fullmatch(name)
    top = (root["top"] or "") if root else ""
    parts = [part for part in top.split("/") if part] if entry.target.startswith("/") else name.split("/")[:-1]
    for part in entry.target.split("/"):
        if part == "..":
            if not parts:
                return ""
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return _printable("/".join(parts))


def _printable(text: str) -> str:
    return text if text.isprintable() else "".join(c if c.isprintable() else "\ufffd" for c in text)
