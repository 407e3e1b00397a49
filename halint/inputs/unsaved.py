"""Texts that stand for files: what an editor holds and has not written yet."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

_CONTENTS: ContextVar[Mapping[str, bytes] | None] = ContextVar("unsaved", default=None)


@contextmanager
def unsaved(contents: Mapping[str, bytes]) -> Iterator[None]:
    """While it lasts, these contents are read in place of the files; by real path, links followed.

    Holds for the files of clusters; not for unit files of a tree, members of archives, or what configures halint.
    """
    before = _CONTENTS.set(contents)
    try:
        yield
    finally:
        _CONTENTS.reset(before)


def unsaved_content(path: Path) -> bytes | None:
    """What is to be read in place of a file; None where the file itself counts."""
    contents = _CONTENTS.get()
    return contents.get(os.path.realpath(path)) if contents else None
