"""Where a file that halint read may be rewritten: inside the tree the user named, and nowhere else."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from halint.fix.written import decode
from halint.record import record
from halint.source import Source

STDIN = "-"


@record
class Place:
    """The real file behind a path, links followed, and its bytes; or why it is not to be rewritten."""

    target: Path | None = None
    data: bytes = b""
    why: str = ""


def place_of(source: Source, named: Iterable[str]) -> Place:
    """Where a file stands that was read as `source`; `named` are the files and folders the user named."""
    if source.path == STDIN:
        return Place(why="standard input cannot be rewritten; name the file")
    shown = _absolute(source.path)
    target = shown.resolve()
    if not target.is_file():
        return Place(why="is no file of its own but lies in an archive or the like; unpack it first")
    tree = _tree(shown, named)
    if tree is None:
        return Place(why="was not named, only read beside the files that were")
    if not target.is_relative_to(tree):
        return Place(why=f"leads to {target}, outside of {tree}; name that file to have it rewritten")
    return _readable(target, source)


def _readable(target: Path, source: Source) -> Place:
    """The place, if it holds what was read and may be replaced."""
    try:
        data = target.read_bytes()
    except OSError as error:
        return Place(why=f"cannot be read again: {(error.strerror or str(error)).lower()}")
    if decode(data)[0] != source.text:
        return Place(why="is not what was read a moment ago, or lies in an archive")
    locked = next((path for path in (target, target.parent) if not os.access(path, os.W_OK)), None)
    if locked is not None:
        return Place(data=data, why=f"is left alone: {locked} is not writable")
    return Place(target=target, data=data)


def _tree(shown: Path, named: Iterable[str]) -> Path | None:
    """The folder the user named that holds the file, links followed; for a file that was named its own folder."""
    for name in named:
        path = _absolute(name)
        if path == shown:
            return shown.parent.resolve()
        if path.is_dir() and shown.is_relative_to(path):
            return path.resolve()
    return None


def _absolute(path: str) -> Path:
    return Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would follow the links in it
