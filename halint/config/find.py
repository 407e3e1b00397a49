"""Which configuration file counts for a path."""

from __future__ import annotations

import os

NAME = ".halint.yaml"
_ROOTS = (".git", ".hg", ".svn")


def nearest(folder: str, known: dict[str, str] | None = None) -> str:
    """The nearest configuration file from an absolute folder upward, "" where there is none.

    The search ends with the folder that holds a repository (`.git`, as a folder or as the file of a worktree).
    `known` keeps what was found for each folder, for the length of a run.
    """
    folder = os.path.normpath(folder)
    if known is None:
        return _search(folder, {})
    return _search(folder, known)


def _search(folder: str, known: dict[str, str]) -> str:
    if folder not in known:
        file = os.path.join(folder, NAME)  # noqa: PTH118 - asked of each folder of a walk
        above = os.path.dirname(folder)  # noqa: PTH120 - as above
        if os.path.isfile(file):  # noqa: PTH113 - as above
            known[folder] = file
        elif above == folder or any(os.path.lexists(f"{folder}/{root}") for root in _ROOTS):
            known[folder] = ""
        else:
            known[folder] = _search(above, known)
    return known[folder]
