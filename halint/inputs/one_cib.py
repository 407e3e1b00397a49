"""Opens a single CIB that was named: a file, plain or compressed, standard input, or one in an archive."""

from __future__ import annotations

from pathlib import Path

from halint.errors import HalintError
from halint.inputs.discover import STDIN, discover
from halint.inputs.found import Found
from halint.listing import listed
from halint.parse.cib import CibFile, read_cib


def one_cib(path: str) -> CibFile:
    """The CIB in the file, its `root` there. Raises HalintError, in one sentence, for what is none or is unreadable.

    An archive must hold one CIB only, or the same several times; else its member is named, as ARCHIVE:MEMBER.
    """
    if path != STDIN and Path(path).is_dir():
        raise HalintError(f"{path}: is a folder; name the CIB file in it")
    found = _found(path)
    if found.trouble:
        raise HalintError(f"{found.path}: {found.trouble}")
    file = read_cib(found.data, found.path)
    if file.root is None:
        problem = file.source.problems[0]
        place = f"line {problem.span.line}, column {problem.span.column}"
        raise HalintError(f"{found.path}: {problem.message} ({place})")
    return file


def _found(path: str) -> Found:
    archive = _archive_of(path)
    inputs = list(discover([archive or path], "cib"))
    if not any(one.root is not None or one.kind == "archive" for one in inputs):
        return inputs[0]  # a plain file
    cibs = [one for one in inputs if one.kind == "cib" and not one.skipped and (not archive or one.path == path)]
    different = {one.data: one for one in reversed(cibs)}
    if len(different) > 1:
        names = listed((one.path for one in cibs), last=", ", most=4)
        raise HalintError(f"{path}: holds several CIBs that differ; name one of {names}")
    if different:
        return next(iter(different.values()))
    trouble = next((one.trouble for one in inputs if one.trouble), "")
    if archive:
        raise HalintError(f"{path}: the archive {archive} holds no CIB of that name{trouble and f'; it {trouble}'}")
    raise HalintError(f"{path}: {trouble or 'is an archive that holds no CIB that can be read'}")


def _archive_of(path: str) -> str:
    """The archive in ARCHIVE:MEMBER; none where the path is that of a file."""
    if path == STDIN or Path(path).exists():
        return ""
    ends = (i for i, character in enumerate(path) if character == ":")
    return next((path[:i] for i in ends if Path(path[:i]).is_file()), "")
