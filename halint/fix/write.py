"""Rewrites a file in one step: whoever opens it sees the old text or the new one, never half of it."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from halint.errors import HalintError


def rewrite(path: Path, before: bytes, after: bytes) -> str:
    """Put `after` in the place of `before`; mode, owner, group and extended attributes stay.

    Returns what the user should know, or "". Raises HalintError, the file unchanged, where it no longer holds
    `before`, its owner could not be kept, or the system refuses.
    """
    try:
        was = path.stat()
        descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".halint", dir=path.parent)
    except OSError as error:
        raise HalintError(_why(error)) from error
    new = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(after)
            file.flush()
            _dress(file.fileno(), path, was)
            os.fsync(file.fileno())
        if path.is_symlink() or path.read_bytes() != before:
            raise HalintError("was changed by somebody else meanwhile")
        new.replace(path)
    except OSError as error:
        raise HalintError(_why(error)) from error
    finally:
        new.unlink(missing_ok=True)
    _sync(path.parent)
    others = was.st_nlink - 1
    return f"has {others} more name{'s' * (others > 1)} (hard links), where the old text stays" if others else ""


def _dress(descriptor: int, path: Path, was: os.stat_result) -> None:
    """Give the new file the owner, the extended attributes and, last, for chown clears bits of it, the old mode."""
    now = os.fstat(descriptor)
    if (now.st_uid, now.st_gid) != (was.st_uid, was.st_gid):
        try:
            os.fchown(descriptor, was.st_uid, was.st_gid)
        except OSError as error:
            raise HalintError(
                f"its owner {was.st_uid}:{was.st_gid} could not be kept; run halint as that user"
            ) from error
    if hasattr(os, "listxattr"):
        with suppress(OSError):  # file systems without them
            for name in os.listxattr(path):
                with suppress(OSError):  # security.* is the system's own to set
                    os.setxattr(descriptor, name, os.getxattr(path, name))
    os.fchmod(descriptor, was.st_mode & 0o7777)


def _sync(folder: Path) -> None:
    """Have the new name on disk as well."""
    with suppress(OSError):  # not every file system lets folders be opened
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _why(error: OSError) -> str:
    return f"could not be rewritten: {(error.strerror or str(error)).lower()}"
