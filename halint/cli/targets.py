"""Where output goes: `--format`, `-o FILE` and `--output FORMAT:FILE` as formats with their files, and the writing."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Collection, Iterable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from halint.errors import HalintError, did_you_mean

STDOUT = "-"


class Target(NamedTuple):
    """One output: a format, and the file it goes to; `-` is standard output."""

    format: str
    file: str


def targets(
    main: str, file: str, others: Iterable[str], known: Collection[str], inputs: Iterable[str]
) -> tuple[Target, ...]:
    """The outputs in the order they are written: files first, so that a reader who goes away takes none of them along.

    `main` is the format of `--format`, which goes to `file` or, where that is "", to standard output; `others` are
    `FORMAT:FILE`. Raises HalintError for what cannot be written, and for a file that is among the `inputs`.
    """
    found = [Target(main, file or STDOUT), *(_target(other, known) for other in others)]
    read = {os.path.realpath(path) for path in inputs}
    taken: set[str] = set()
    for target in found:
        if target.file == STDOUT:
            continue
        place = os.path.realpath(target.file)
        if place in read:
            raise HalintError(f"{target.file}: is to be read, so no output can go there")
        if place in taken:
            raise HalintError(f"{target.file}: is named for two outputs")
        taken.add(place)
        _refuse(target.file)
    return tuple(sorted(found, key=lambda target: target.file == STDOUT))


def _target(text: str, known: Collection[str]) -> Target:
    name, colon, file = text.partition(":")
    if not (colon and file):
        raise HalintError(f"--output {text}: must be FORMAT:FILE")
    if name not in known:
        raise HalintError(f"--output {text}: {name!r} is not one of {', '.join(known)}{did_you_mean(name, known)}")
    return Target(name, file)


def _refuse(file: str) -> None:
    """Raise HalintError where a file can certainly not be written, before anything is read."""
    path = Path(file)
    if path.is_dir():
        raise HalintError(f"{file}: is a folder, not a file to write to")
    if not path.parent.is_dir():
        raise HalintError(f"{file}: there is no folder {path.parent}")


def write(file: str, text: str, *, machine: bool) -> None:
    """Write to a file, whole or not at all, or to standard output. Raises HalintError where that fails.

    What UTF-8 does not have (the bytes of odd file names) is written as escapes, which JSON reads; for people also
    what a terminal's encoding does not have.
    """
    if file == STDOUT:
        _say(text, machine=machine)
        return
    data = text.encode("utf-8", "backslashreplace")
    path = Path(os.path.realpath(file))
    try:
        if path.exists() and not stat.S_ISREG(path.stat().st_mode):
            path.write_bytes(data)  # a pipe or a device is never replaced
        else:
            _replace(path, data)
    except OSError as error:
        raise HalintError(f"{file}: cannot be written: {error.strerror or error}") from None


def _say(text: str, *, machine: bool) -> None:
    encoding = sys.stdout.encoding or "utf-8"
    if machine and encoding.lower() not in ("utf-8", "utf8"):
        sys.stdout.flush()
        sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace"))
        return
    sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding))


def _replace(path: Path, data: bytes) -> None:
    """Put a file in a file's place, or where none is; one that is there keeps its mode."""
    mode = stat.S_IMODE(path.stat().st_mode) if path.exists() else None
    partial = path.with_name(f".{path.name[:200]}.{os.getpid()}.part")
    try:
        handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        if mode is not None:
            partial.chmod(mode)
        partial.replace(path)
    except OSError:
        with suppress(OSError):
            partial.unlink()
        raise
