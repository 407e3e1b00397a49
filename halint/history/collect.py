"""Which CIBs a history is made of: the files that were named, and those in folders."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

from halint.errors import HalintError
from halint.history.entry import Digests, Entry, natural
from halint.inputs.discover import MAX_BYTES, STDIN
from halint.inputs.kinds import kind_of_content, kind_of_path
from halint.inputs.one_cib import one_cib
from halint.parse.cib import CibFile
from halint.parse.compressed import decompress
from halint.record import record

_SKIPPED_FOLDERS = frozenset({".git", ".hg", ".svn"})
_HEAD = 65536


@record
class Left:
    """A file or revision that is not in the history, and why."""

    path: str
    reason: str


@record
class Collected:
    """The CIBs found, in no order; what is no CIB (`skipped`), what should be one and cannot be read (`unreadable`).

    `objects` are the names of all objects in the configurations.
    """

    entries: tuple[Entry, ...]
    skipped: tuple[Left, ...] = ()
    unreadable: tuple[Left, ...] = ()
    objects: frozenset[str] = frozenset()


def collect(paths: Iterable[str]) -> Collected:
    """Every CIB of the paths, each file once. Raises HalintError for a file that was named and is no CIB."""
    digests = Digests()
    entries: list[Entry] = []
    skipped: list[Left] = []
    unreadable: list[Left] = []
    seen: set[str] = set()
    for path, named in _files(paths, unreadable):
        real = path if path == STDIN else os.path.realpath(path)
        if real in seen:
            continue
        seen.add(real)
        reason = "" if named else _not_a_cib(path)
        if reason:
            skipped.append(Left(path=path, reason=reason))
            continue
        try:
            entries.append(_entry(path, digests))
        except HalintError as error:
            if named:
                raise
            _leave(path, str(error).removeprefix(f"{path}: "), skipped, unreadable)
    return Collected(
        entries=tuple(entries),
        skipped=tuple(skipped),
        unreadable=tuple(unreadable),
        objects=frozenset(digests.objects),
    )


def _leave(path: str, reason: str, skipped: list[Left], unreadable: list[Left]) -> None:
    """A compressed file may be anything: it is missed only where its name says that it is a CIB."""
    known = kind_of_path(path) == "cib" or not _compressed(path)
    (unreadable if known else skipped).append(Left(path=path, reason=reason))


def _entry(path: str, digests: Digests) -> Entry:
    if path == STDIN:
        file = one_cib(path)
        return digests.entry(file, lambda: file)
    read = partial(one_cib, path)
    return _same_again(path, digests, read) or digests.entry(read(), read)


def _same_again(path: str, digests: Digests, read: Callable[[], CibFile]) -> Entry | None:
    """The entry of a CIB whose configuration was there before; None for all that needs a closer look."""
    file = Path(path)
    try:
        if not file.is_file() or file.stat().st_size > MAX_BYTES:
            return None
        return digests.same_again(decompress(file.read_bytes(), path), path, read)
    except (OSError, HalintError):
        return None


def _files(paths: Iterable[str], unreadable: list[Left]) -> Iterator[tuple[str, bool]]:
    """Each path with whether it was named itself."""
    for path in paths:
        if path == STDIN or not Path(path).is_dir():
            yield path, True
            continue
        for folder, subfolders, files in os.walk(path, onerror=partial(_no_folder, unreadable)):
            subfolders[:] = sorted(name for name in subfolders if name not in _SKIPPED_FOLDERS)
            for name in sorted(files, key=natural):
                file = str(Path(folder) / name)
                yield file, False


def _no_folder(unreadable: list[Left], error: OSError) -> None:
    unreadable.append(Left(path=str(error.filename), reason=(error.strerror or str(error)).lower()))


def _not_a_cib(path: str) -> str:
    """Why a file of a folder is left alone; "" for what may be a CIB, or should be one."""
    file = Path(path)
    if file.name.endswith(".sig"):
        return "is the digest of a CIB"
    if file.is_symlink() and not file.resolve().is_relative_to(file.parent.resolve()):
        return "is a link that leads out of the folder"
    if not file.is_file():
        return "is not a regular file"
    if kind_of_path(path) == "cib":
        return ""
    try:
        return "" if kind_of_content(_head(path)) == "cib" else "is no CIB"
    except OSError as error:
        return (error.strerror or str(error)).lower()


def _head(path: str) -> bytes:
    with Path(path).open("rb") as file:
        return file.read(_HEAD)


def _compressed(path: str) -> bool:
    try:
        return not _head(path).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")
    except OSError:
        return False
