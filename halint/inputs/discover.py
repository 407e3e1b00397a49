"""Which files to read: what was named, and what lies in the folders that were named."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import field
from pathlib import Path

from halint.inputs.kinds import KINDS, OTHER, is_inventory, kind_of_content, kind_of_path, may_be_input, says_little
from halint.record import record

MAX_BYTES = 256 * 1024 * 1024
STDIN = "-"
_UNIT_TREE = ("etc/systemd/system", "run/systemd/system")
_UNIT_LINK = re.compile(r"/(?:etc|run)/systemd/system/(?:[^/]+\.(?:wants|requires)/)?[^/]+\.[a-z]+$")
_SKIPPED_FOLDERS = frozenset({".git", ".hg", ".svn", "__pycache__", "node_modules", ".venv"})


@record
class Found:
    """One input: `path` as shown, `real` where it lies, its `kind`, and its content or why there is none
    (`trouble` the user has to hear of, `skipped` what is left alone on purpose).

    A tree of unit links has the kind `units`, the root tree's folder as `real`, and no content. `named` tells a
    file that the user named from one found in a folder; `root` is the named folder it was found in.
    """

    path: str
    real: Path
    kind: str
    data: bytes = field(default=b"", repr=False)
    trouble: str = ""
    skipped: str = ""
    named: bool = False
    root: Path | None = None
    tree: bool = False


def discover(paths: Iterable[str], kind: str | None = None) -> Iterator[Found]:
    """Everything that the paths hold, each file once. `kind` is that of all files that were named.

    What cannot be read comes with `trouble` set; folders without an input come as trouble too.
    """
    seen: set[tuple[Path, bool]] = set()
    for path in paths:
        if path == STDIN:
            yield _stdin(kind)
            continue
        for found in _folder(path, kind) if Path(path).is_dir() else [_named(path, kind)]:
            if (found.real, found.tree) not in seen:
                seen.add((found.real, found.tree))
                yield found


def _stdin(kind: str | None) -> Found:
    data = sys.stdin.buffer.read(MAX_BYTES + 1)
    known = kind or kind_of_content(data)
    trouble = "" if known else "cannot tell what kind of input it is; say it with --type"
    return Found(path=STDIN, real=Path(STDIN), kind=known or "unknown", data=data, trouble=trouble, named=True)


def _named(path: str, kind: str | None) -> Found:
    real = Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would follow the link the user named
    link = _UNIT_LINK.search(real.as_posix())
    if link:
        # a link of a root tree, as a commit hook names it: what counts is the tree, not the link's target
        root = Path(real.as_posix()[: link.start()] or "/")
        shown = str(Path(*Path(path).parts[: -len(link[0].strip("/").split("/"))]))
        return Found(path=shown, real=root, kind="units", named=True, tree=True)
    try:
        data = _read(real)
    except OSError as error:
        return Found(
            path=path, real=real, kind=kind or kind_of_path(path) or "unknown", trouble=_why(real, error), named=True
        )
    known = kind or kind_of_path(path) or kind_of_content(data)
    trouble = "" if known else f"cannot tell what kind of input it is; say it with --type ({', '.join(KINDS)})"
    return Found(path=path, real=real, kind=known or "unknown", data=data, trouble=trouble, named=True)


def _folder(path: str, kind: str | None) -> Iterator[Found]:
    root = Path(os.path.abspath(path))  # noqa: PTH100 - as above
    any_input = False
    for found in _walk(root, path, kind):
        any_input = True
        yield found
    if not any_input:
        why = "holds no file that halint reads (cib.xml, corosync.conf, hosts, unit-file lists, ...)"
        yield Found(path=path, real=root, kind="folder", trouble=why, named=True, root=root)


def _walk(root: Path, shown: str, kind: str | None) -> Iterator[Found]:
    trouble: list[OSError] = []
    for folder, subfolders, files in os.walk(root, onerror=trouble.append):
        subfolders[:] = sorted(name for name in subfolders if name not in _SKIPPED_FOLDERS)
        here = Path(folder)
        if _has_unit_links(here):
            yield Found(path=_shown(here, root, shown), real=here, kind="units", root=root, tree=True)
        for name in sorted(files):
            found = _in_folder(here / name, root, shown, kind)
            if found is not None:
                yield found
    for error in trouble:
        place = Path(error.filename or root)
        yield Found(path=_shown(place, root, shown), real=place, kind="folder", trouble=_why(place, error), root=root)


def _has_unit_links(folder: Path) -> bool:
    return any((folder / tree).is_dir() for tree in _UNIT_TREE)


def _in_folder(path: Path, root: Path, shown: str, kind: str | None) -> Found | None:
    """A file of a folder if it is an input: by its name, or for names that tell nothing by what is in it."""
    relative = path.relative_to(root).as_posix()
    if "/systemd/system/" in f"/{relative}":
        return None
    known = kind_of_path(relative)
    if known is None and not may_be_input(relative):
        return None
    data, trouble, skipped = _content(path, root)
    if known is None or (says_little(relative) and data.strip()):
        known = kind_of_content(data)
    if known == "hosts" and is_inventory(data):
        return None
    if known is None or (kind is not None and known not in (kind, *OTHER)):
        return None
    display = _shown(path, root, shown)
    return Found(path=display, real=path, kind=known, data=data, trouble=trouble, skipped=skipped, root=root)


def _content(path: Path, root: Path) -> tuple[bytes, str, str]:
    """The content of a file, or why there is none (trouble), or why it is left alone."""
    if _leads_out(path, root):
        return b"", "", "a link that leads out of the folder"
    try:
        return _read(path), "", ""
    except OSError as error:
        return b"", _why(path, error), ""


def _leads_out(path: Path, root: Path) -> bool:
    """Whether a link's target exists outside the folder: such a file is not read."""
    return path.is_symlink() and path.exists() and not path.resolve().is_relative_to(root.resolve())


def _shown(path: Path, root: Path, shown: str) -> str:
    """The path as the user would write it: below the folder that was named."""
    relative = path.relative_to(root)
    return str(Path(shown) / relative) if relative.parts else shown


def _read(path: Path) -> bytes:
    """The content of a regular file up to MAX_BYTES. Raises OSError."""
    if path.exists() and not path.is_file():
        raise OSError(0, "is not a regular file")
    with path.open("rb") as file:
        data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise OSError(0, f"is larger than {MAX_BYTES // 1024 // 1024} MiB")
    return data


def _why(path: Path, error: OSError) -> str:
    if path.is_symlink() and not path.exists():
        return "is a broken link"
    return (error.strerror or str(error)).lower() if not isinstance(error, FileNotFoundError) else "does not exist"
