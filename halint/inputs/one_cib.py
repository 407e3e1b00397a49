"""Opens a single CIB that was named: a file, plain or compressed, or standard input."""

from __future__ import annotations

from pathlib import Path

from halint.errors import HalintError
from halint.inputs.discover import STDIN, discover
from halint.parse.cib import CibFile, read_cib


def one_cib(path: str) -> CibFile:
    """The CIB in the file, its `root` there. Raises HalintError, in one sentence, for what is none or is unreadable."""
    if path != STDIN and Path(path).is_dir():
        raise HalintError(f"{path}: is a folder; name the CIB file in it")
    found = next(discover([path], "cib"))
    if found.trouble:
        raise HalintError(f"{found.path}: {found.trouble}")
    file = read_cib(found.data, found.path)
    if file.root is None:
        problem = file.source.problems[0]
        place = f"line {problem.span.line}, column {problem.span.column}"
        raise HalintError(f"{found.path}: {problem.message} ({place})")
    return file
