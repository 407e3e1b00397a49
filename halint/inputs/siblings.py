"""The rest of a cluster: for commit hooks, which name only the files that changed."""

from __future__ import annotations

import os
from pathlib import Path

from halint.inputs.discover import discover
from halint.inputs.found import Found
from halint.inputs.homes import base_folder
from halint.inputs.placing import Placing

_ROOTS = (".git", ".hg", ".svn")


def with_siblings(found: list[Found], end: Path | None = None) -> list[Found]:
    """The inputs, and those of the folders of the clusters they belong to; nothing above the folder `end` is read."""
    named = {f.real for f in found}
    folders = {folder for f in found if not f.root and (folder := _cluster_folder(base_folder(f), end))}
    outermost = sorted(f for f in folders if not any(parent in folders for parent in f.parents))
    return [*found, *(f for f in discover(map(_shown, outermost)) if f.real not in named and not f.trouble)]


def with_cluster(found: list[Found], placing: Placing) -> list[Found]:
    """The inputs, and those that are of the same clusters by the user's word, wherever they lie."""
    names = {placing.cluster(f.real) for f in found} - {""}
    if not names:
        return found
    there = {f.real for f in found}
    more = discover([_shown(folder) for folder in placing.homes], None, placing.excluded)
    return [*found, *(f for f in more if f.real not in there and placing.cluster(f.real) in names and not f.trouble)]


def _shown(folder: Path) -> str:
    here = Path.cwd()
    return os.path.relpath(folder, here) if folder.is_relative_to(here) else str(folder)


def _cluster_folder(base: Path, end: Path | None) -> Path | None:
    """The nearest folder upward that holds, itself or in a folder below it, a CIB or a corosync.conf.

    The search ends at the repository's root, or at the folder `end`.
    """
    if end is not None and not base.is_relative_to(end):
        return None
    for folder in (base, *base.parents):
        last = folder == end or _is_root(folder)
        if _holds_shared(folder):
            parent = folder.parent
            return parent if folder == base and not last and _holds_shared_below(parent) else folder
        if last:
            return None
    return None


def _is_root(folder: Path) -> bool:
    return any((folder / name).exists() for name in _ROOTS)


def _holds_shared(folder: Path) -> bool:
    return _has_shared(folder) or _holds_shared_below(folder)


def _holds_shared_below(folder: Path) -> bool:
    try:
        return any(_has_shared(inner) for inner in folder.iterdir() if inner.is_dir())
    except OSError:
        return False


def _has_shared(folder: Path) -> bool:
    from halint.inputs.kinds import kind_of_path  # noqa: PLC0415 - only for hooks

    try:
        names = os.listdir(folder)  # noqa: PTH208 - names are all that is asked
    except OSError:
        return False
    trees = (folder / "etc/corosync/corosync.conf", folder / "var/lib/pacemaker/cib/cib.xml")
    return any(kind_of_path(name) in ("cib", "corosync") for name in names) or any(t.is_file() for t in trees)
