"""Reads a node's tree on the disk, a mounted root or an unpacked sosreport, and nothing outside it."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from halint.inputs.found import Found
from halint.inputs.layout import DROP_IN, LISTED, LISTED_FOLDERS, STOPPED, UNITS, place_in
from halint.inputs.tree import Piece, Tree
from halint.inputs.unsaved import unsaved_content
from halint.parse.compressed import MAX_SIZE
from halint.parse.file_list import Listed
from halint.parse.units import Link

_ROOT = (
    "etc",
    "etc/corosync",
    "etc/corosync/uidgid.d",
    "etc/sysconfig",
    "etc/default",
    "etc/booth",
    "etc/exports.d",
    "etc/drbd.d",
    "etc/modules-load.d",
    "etc/systemd",
    "etc/systemd/logind.conf.d",
    "etc/systemd/system.conf.d",
    "var/lib/pacemaker/cib",
)
_SOSREPORT = (
    "",
    *_ROOT,
    "sos_commands/systemd",
    "sos_commands/rpm",
    "sos_commands/dpkg",
    "sos_commands/sbd",
    "sos_commands/host",
    "sos_commands/networking",
    "sos_commands/kernel",
    "sos_commands/multipath",
    "sos_commands/date",
    "sos_commands/general",
)
_DEEP = ("sos_commands/pacemaker", "sos_commands/cluster")
_DEPTH = 4
_UNIT_FOLDERS = ("etc/systemd/system", "run/systemd/system")
_MOST_LINKS = 40
_MOST_UNITS = 50_000
_NULL = "/dev/null"


class Rooted:
    """A folder taken for `/`: links are resolved inside it, as in a container (chroot(2)), never followed out."""

    def __init__(self, root: Path) -> None:
        self.root = Path(os.path.abspath(root))  # noqa: PTH100 - the folder itself may be a link that the user named

    def real(self, path: str) -> Path:
        """Where a path below the root leads, its links resolved. Raises OSError where they go in a circle."""
        todo, done, links = path.split("/")[::-1], list[str](), 0
        while todo:
            part = todo.pop()
            if part == "..":
                del done[-1:]
            elif part not in ("", "."):
                target = _target(self.root.joinpath(*done, part))
                if target is None:
                    done.append(part)
                    continue
                links += 1
                if links > _MOST_LINKS:
                    raise OSError(errno.ELOOP, "is a link in a circle")
                done = [] if target.startswith("/") else done
                todo += target.split("/")[::-1]
        return self.root.joinpath(*done)

    def names(self, folder: str) -> list[str]:
        """What lies in a folder, sorted; nothing where there is none."""
        try:
            return sorted(os.listdir(self.real(folder)))  # noqa: PTH208 - names are all that is asked
        except OSError:
            return []

    def read(self, path: str, most: int = MAX_SIZE) -> bytes:
        """The content of a regular file, or what an editor holds of it. Raises OSError."""
        held = unsaved_content(self.real(path))
        if held is not None:
            return held
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
        with open(os.open(self.real(path), flags), "rb") as file:  # noqa: PTH123 - by descriptor
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise OSError(0, "is not a regular file")
            data = file.read(most + 1)
        if len(data) > most:
            raise OSError(0, f"is larger than {most >> 20} MiB")
        return data

    def is_file(self, path: str) -> bool:
        """Whether a regular file lies there."""
        try:
            return self.real(path).is_file()
        except OSError:
            return False

    def is_folder(self, path: str) -> bool:
        """Whether a folder lies there."""
        try:
            return self.real(path).is_dir()
        except OSError:
            return False


def read_tree(folder: Path, shown: str, layout: str, root: Path | None = None) -> Iterator[Found]:
    """The inputs of a tree on the disk. `layout` is root or sosreport; `root` the named folder it was found in."""
    rooted = Rooted(folder)
    tree = Tree(layout=layout, folder=rooted.root, shown=shown, root=root or rooted.root)
    for path in _paths(rooted, layout):
        tree.stopped = tree.stopped or path.endswith(f"/{STOPPED}")
        if place_in(layout, path) is not None:
            tree.pieces.append(_piece(rooted, path, shown, layout))
    for path in _unit_files(rooted):
        _add_unit(rooted, path, tree)
    whole = layout == "root" and rooted.is_folder("usr") and rooted.is_file("etc/passwd")
    for place in LISTED_FOLDERS:
        if _list(rooted, place, tree) and whole:
            tree.complete.add(place)
    return tree.inputs()


def _list(rooted: Rooted, folder: str, tree: Tree) -> bool:
    """Remember name, size and mode of the files of a folder; False where it cannot be looked into."""
    try:
        names = sorted(os.listdir(rooted.real(folder)))  # noqa: PTH208 - names are all that is asked
        for path in (f"{folder}/{name}" for name in names):
            status = rooted.real(path).lstat() if LISTED.fullmatch(path) else None
            if status is not None and stat.S_ISREG(status.st_mode):
                mode, owner, group = stat.filemode(status.st_mode), str(status.st_uid), str(status.st_gid)
                name = path.encode("utf-8", "replace").decode("utf-8")
                tree.listed.append(Listed(name, mode, owner, group, status.st_size))
    except FileNotFoundError:
        return not rooted.is_folder(folder)
    except OSError:
        return False
    return True


def read_root(path: str) -> Iterator[Found]:
    """The inputs of a folder taken for a node's `/`; trouble where there is none."""
    root = Path(os.path.abspath(path))  # noqa: PTH100 - as in Rooted
    if not root.is_dir():
        why = "is no folder" if root.exists() else "does not exist"
        yield Found(path=path, real=root, kind="folder", trouble=why, named=True)
        return
    found = list(read_tree(root, path, "root"))
    yield from found
    if not any(one.kind in ("cib", "corosync") for one in found):
        why = "is no cluster node's root: it holds neither etc/corosync/corosync.conf nor var/lib/pacemaker/cib/cib.xml"
        yield Found(path=path, real=root, kind="folder", trouble=why, named=True)


def _paths(rooted: Rooted, layout: str) -> Iterator[str]:
    for folder in _SOSREPORT if layout == "sosreport" else _ROOT:
        yield from (f"{folder}/{name}".lstrip("/") for name in rooted.names(folder))
    if layout == "sosreport":
        for folder in _DEEP:
            yield from _below(rooted, folder, _DEPTH)


def _below(rooted: Rooted, folder: str, depth: int) -> Iterator[str]:
    for name in rooted.names(folder):
        path = f"{folder}/{name}"
        yield path
        if depth and "." not in name[-4:] and rooted.is_folder(path):
            yield from _below(rooted, path, depth - 1)


def _piece(rooted: Rooted, path: str, shown: str, layout: str) -> Piece:
    data, trouble, skipped = b"", "", ""
    real = rooted.root / path
    try:
        real = rooted.real(path)
        data = rooted.read(path)
    except FileNotFoundError:
        # a collector may keep a link without what it leads to
        trouble, skipped = ("is a broken link", "") if layout == "root" else ("", "is a broken link")
    except OSError as error:
        trouble = (error.strerror or str(error)).lower()
    shown = str(Path(shown) / path)
    return Piece(path=path, shown=shown, real=real, data=data, trouble=trouble, skipped=skipped)


def _unit_files(rooted: Rooted) -> Iterator[str]:
    count = 0
    for folder in _UNIT_FOLDERS:
        for name in rooted.names(folder):
            path = f"{folder}/{name}"
            yield path
            if name.endswith((".wants", ".requires", ".upholds", ".d")):
                yield from (f"{path}/{inner}" for inner in rooted.names(path))
            count += 1
            if count > _MOST_UNITS:
                return


def _add_unit(rooted: Rooted, path: str, tree: Tree) -> None:
    name = path.encode("utf-8", "replace").decode("utf-8")
    if DROP_IN.fullmatch(path):
        try:
            tree.drop_ins.append((name, rooted.read(path, 65536)))
        except OSError:
            return
    elif UNITS.fullmatch(path):
        folder, _, last = path.rpartition("/")
        target = _unit_target(rooted, folder, last)
        if target is not None:
            tree.links.append(Link(name, target))


def _unit_target(rooted: Rooted, folder: str, name: str) -> str | None:
    """Where a unit's link leads, as written; an empty file masks the unit as a link to /dev/null does."""
    try:
        place = rooted.real(folder) / name
        status = place.lstat()
    except OSError:
        return None
    if stat.S_ISREG(status.st_mode):
        return None if status.st_size else _NULL
    target = _target(place)
    return None if target is None else target.encode("utf-8", "replace").decode("utf-8")


def _target(path: Path) -> str | None:
    """The target of a link, None for what is none."""
    try:
        return os.readlink(path)  # noqa: PTH115 - the text as it is written
    except OSError:
        return None
