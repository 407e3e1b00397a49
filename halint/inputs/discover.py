"""Which files to read: what was named, and what lies in the folders that were named."""

from __future__ import annotations

import io
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from halint.inputs.found import Found
from halint.inputs.kinds import OTHER, is_inventory, kind_of_content, kind_of_path, may_be_input, says_little
from halint.inputs.layout import (
    STOPPED,
    is_archive_name,
    is_report_text,
    is_sign_of_node_folder,
    place_in,
    without_suffix,
)
from halint.inputs.unsaved import unsaved_content
from halint.parse.supportconfig import is_supportconfig, may_hold_sections
from halint.report import KINDS

MAX_BYTES = 256 * 1024 * 1024
STDIN = "-"
_UNIT_TREE = ("etc/systemd/system", "run/systemd/system")
_UNIT_LINK = re.compile(r"/(?:etc|run)/systemd/system/(?:[^/]+\.(?:wants|requires)/)?[^/]+\.[a-z]+$")
_SKIPPED_FOLDERS = frozenset({".git", ".hg", ".svn", "__pycache__", "node_modules", ".venv"})


def _keeps_all(_path: Path) -> bool:
    return False


def discover(
    paths: Iterable[str], kind: str | None = None, excluded: Callable[[Path], bool] = _keeps_all
) -> Iterator[Found]:
    """Everything that the paths hold, each file once. `kind` is that of all files that were named; what is `excluded`
    is left out of folders.

    What cannot be read comes with `trouble` set; folders without an input come as trouble too.
    """
    seen: set[tuple[Path, bool]] = set()
    for path in paths:
        if path == STDIN:
            yield from _stdin(kind)
            continue
        for found in _folder(path, kind, excluded) if Path(path).is_dir() else _named(path, kind):
            if (found.real, found.tree) not in seen:
                seen.add((found.real, found.tree))
                yield found


def _stdin(kind: str | None) -> Iterator[Found]:
    data = sys.stdin.buffer.read(MAX_BYTES + 1)
    members = _members(STDIN, Path(STDIN), kind, lambda: io.BytesIO(data))
    if members is not None:
        yield from members
        return
    known = kind or kind_of_content(data)
    trouble = "" if known else "cannot tell what kind of input it is; say it with --type"
    yield Found(path=STDIN, real=Path(STDIN), kind=known or "unknown", data=data, trouble=trouble, named=True)


def _named(path: str, kind: str | None) -> Iterable[Found]:
    real = Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would follow the link the user named
    if real.is_file():
        members = _members(path, real, kind, lambda: real.open("rb"))
        if members is not None:
            return members
    found = _named_file(path, kind)
    if kind is None and is_supportconfig(found.data):
        return _tree("supportconfig", real.parent, real.parent, str(Path(path).parent), [real.name])
    return [found, *_uidgid_beside(found)]


def _uidgid_beside(found: Found) -> Iterator[Found]:
    """The files of the folder uidgid.d beside a corosync.conf that was named: corosync reads both or none."""
    folder = found.real.parent / "uidgid.d"
    if found.kind != "corosync" or found.trouble or not folder.is_dir():
        return
    for name in _names(folder):
        place = folder / name
        if kind_of_path(f"uidgid.d/{name}") is not None and place.is_file():
            data, trouble, skipped = _content(place, found.real.parent)
            shown = str(Path(found.path).parent / "uidgid.d" / name)
            yield Found(path=shown, real=place, kind="corosync-uidgid", data=data, trouble=trouble, skipped=skipped)


def _members(path: str, real: Path, kind: str | None, open_file: Callable[[], BinaryIO]) -> Iterable[Found] | None:
    """The inputs in an archive; None for a file that is none."""
    from halint.inputs.archive import archive_inputs, is_archive  # noqa: PLC0415 - few inputs are archives
    from halint.parse.unpacked import UnpackError  # noqa: PLC0415 - as above

    if kind is None and real.suffix in (".gpg", ".asc"):
        return [_untold(path, real, "is encrypted; decrypt it first with gpg --decrypt")]
    try:
        with open_file() as file:
            if not is_archive(file):
                return None
    except OSError:
        return None
    except UnpackError as error:
        return [_untold(path, real, str(error))] if is_archive_name(path) or "zstd" in str(error) else None
    found = [f for f in archive_inputs(path, real, open_file) if _is_of(f, kind)]
    return found or [_untold(path, real, f"is an archive that holds no file of type {kind}")]


def _untold(path: str, real: Path, trouble: str) -> Found:
    return Found(path=path, real=real, kind="archive", trouble=trouble, named=True)


def _is_of(found: Found, kind: str | None) -> bool:
    """Whether an input counts where the user has said what the files are."""
    return kind is None or found.kind in (kind, "archive", *OTHER)


def _named_file(path: str, kind: str | None) -> Found:
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


def _folder(path: str, kind: str | None, excluded: Callable[[Path], bool]) -> Iterator[Found]:
    root = Path(os.path.abspath(path))  # noqa: PTH100 - as above
    any_input = False
    for found in _walk(root, path, kind, excluded):
        any_input = True
        yield found
    if not any_input:
        why = "holds no file that halint reads (cib.xml, corosync.conf, hosts, unit-file lists, ...)"
        yield Found(path=path, real=root, kind="folder", trouble=why, named=True, root=root)


def _walk(root: Path, shown: str, kind: str | None, excluded: Callable[[Path], bool]) -> Iterator[Found]:
    trouble: list[OSError] = []
    for folder, subfolders, files in os.walk(root, onerror=trouble.append):
        subfolders[:] = sorted(name for name in subfolders if name not in _SKIPPED_FOLDERS)
        here = Path(folder)
        if excluded is not _keeps_all:
            subfolders[:] = [name for name in subfolders if not excluded(here / name)]
            files = [name for name in files if not excluded(here / name)]  # noqa: PLW2901 - as for the folders
        collected = _collected(here, root, _shown(here, root, shown), subfolders, files)
        if collected is not None:
            subfolders.clear()
            yield from (found for found in collected if _is_of(found, kind))
            continue
        if _has_unit_links(here):
            yield Found(path=_shown(here, root, shown), real=here, kind="units", root=root, tree=True)
        for name in sorted(files):
            if is_archive_name(name):
                yield from _packed(here / name, root, shown, kind, subfolders)
                continue
            found = _in_folder(here / name, root, shown, kind)
            if found is not None:
                yield found
    for error in trouble:
        place = Path(error.filename or root)
        yield Found(path=_shown(place, root, shown), real=place, kind="folder", trouble=_why(place, error), root=root)


def _collected(here: Path, root: Path, shown: str, subfolders: list[str], files: list[str]) -> Iterable[Found] | None:
    """The inputs of a folder that a tool has collected; None for any other."""
    if "sos_commands" in subfolders:
        from halint.inputs.rooted import read_tree  # noqa: PLC0415 - few folders are a tool's

        return read_tree(here, shown, "sosreport", root)
    if any(may_hold_sections(name) for name in files):
        pieces = [name for name in files if may_hold_sections(name)]
        if any(is_supportconfig(_content(here / name, root)[0][:65536]) for name in pieces):
            return _tree("supportconfig", here, root, shown, pieces)
    if any(is_sign_of_node_folder(name) for name in files) and {"cib.xml", "corosync.conf"}.intersection(files):
        inner = [f"drbd.d/{name}" for name in _names(here / "drbd.d")] if "drbd.d" in subfolders else []
        return _tree("crm_report", here, root, shown, [n for n in (*files, *inner) if place_in("crm_report", n)])
    return None


def _tree(layout: str, here: Path, root: Path, shown: str, names: list[str]) -> Iterable[Found]:
    from halint.inputs.tree import Piece, Tree  # noqa: PLC0415 - as above

    tree = Tree(layout=layout, folder=here, shown=shown, root=root, stopped=(here / STOPPED).exists())
    for name in sorted(names):
        data, trouble, skipped = _content(here / name, root)
        place = str(Path(shown) / name)
        tree.pieces.append(Piece(path=name, shown=place, real=here / name, data=data, trouble=trouble, skipped=skipped))
    return tree.inputs()


def _packed(path: Path, root: Path, shown: str, kind: str | None, beside: list[str]) -> Iterator[Found]:
    """The inputs of an archive that lies in a folder; one that is unpacked beside itself is left alone."""
    display = _shown(path, root, shown)
    if without_suffix(path.name) in beside:
        why = f"unpacked in {without_suffix(path.name)}, which is read instead"
        yield Found(path=display, real=path, kind="archive", skipped=why, root=root)
        return
    if _leads_out(path, root):
        yield Found(path=display, real=path, kind="archive", skipped="a link that leads out of the folder", root=root)
        return
    for found in (_members(display, path, kind, lambda: path.open("rb")) or ()) if path.is_file() else ():
        if found.kind == "archive" and "holds no file" in found.trouble:
            found = replace(found, trouble="", skipped=found.trouble)  # noqa: PLW2901 - nobody named it
        yield replace(found, root=root) if found.origin is None else found


def _names(folder: Path) -> list[str]:
    try:
        return sorted(os.listdir(folder))  # noqa: PTH208 - names are all that is asked
    except OSError:
        return []


def _has_unit_links(folder: Path) -> bool:
    return any((folder / tree).is_dir() for tree in _UNIT_TREE)


def _in_folder(path: Path, root: Path, shown: str, kind: str | None) -> Found | None:
    """A file of a folder if it is an input: by its name, or for names that tell nothing by what is in it."""
    relative = path.relative_to(root).as_posix()
    if "/systemd/system/" in f"/{relative}":
        return None
    known = kind_of_path(relative)
    if known is None and (is_report_text(path.name) or not may_be_input(relative)):
        return None
    data, trouble, skipped = _content(path, root)
    if known is None or (says_little(relative) and data.strip()):
        known = kind_of_content(data)
    if known == "sbd" and kind_of_content(data) == "sbd-dump":
        known = "sbd-dump"  # `sbd.txt` of a crm_report
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
    """The content of a regular file up to MAX_BYTES, or what an editor holds of it. Raises OSError."""
    data = unsaved_content(path)
    if data is not None:
        return data
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
