"""Which files a node has, how large they are and who may read them: `find FOLDER… -ls`, or what was seen in a tree.

Only names, sizes, modes and owners: the content of the keys among them is never read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import NamedTuple

from halint.errors import HalintError
from halint.model.host import ListedFile, NodeFiles
from halint.parse.decoding import decode
from halint.source import Mark, Source, Span

KIND = "file-list"
# find(1), -ls: inode, blocks, mode, links, owner, group, size, date in three words, path; ls -l begins with the mode
_LINE = re.compile(
    r"[ \t]*(?:\d+[ \t]+\d+[ \t]+)?(?P<mode>[-bcdlps][-rwxsStT]{9})[+.@]?[ \t]+\d+[ \t]+(?P<owner>\S+)"
    r"[ \t]+(?P<group>\S+)[ \t]+(?P<size>\d+)[ \t]+\S+[ \t]+\S+[ \t]+\S+[ \t]+(?P<path>/.*?)(?: -> .*)?[ \t\r]*"
)


class Listed(NamedTuple):
    """One file: its path below the node's root, mode as ls(1) writes it, owner and group as name or number, bytes."""

    path: str
    mode: str
    owner: str
    group: str
    size: int


def read_file_list(data: bytes, path: str, node: str | None = None) -> NodeFiles:
    """The output of `find /etc/corosync /etc/pacemaker /var/lib/pacemaker -ls`. A folder that is listed itself is known
    whole. HalintError where no line is one of those."""
    source = Source(path=path, kind=KIND, text=decode(data), node=node)
    files: dict[str, ListedFile] = {}
    folders = set()
    for number, line in enumerate(source.lines, 1):
        match = _LINE.fullmatch(line)
        if match is None:
            continue
        name = str(PurePosixPath(match["path"])).lstrip("/")
        if match["mode"].startswith("d"):
            folders.add(name)
            continue
        at = Mark(source, Span(number, match.start("path") + 1, number, match.end("path") + 1))
        files[name] = ListedFile(
            path=name, mode=match["mode"], owner=match["owner"], group=match["group"], size=int(match["size"]), at=at
        )
    if not files and not folders:
        raise HalintError(f"{path}: is no list of files as find -ls prints it")
    return NodeFiles(node=node, source=source, files=files, complete=frozenset(folders))


def files_of_tree(
    listed: Iterable[Listed], complete: frozenset[str], node: str | None, display_path: str, joint: str = "/"
) -> NodeFiles:
    """What was seen in a tree; each file's mark is in a source of its own, without its text."""
    files = {}
    for one in listed:
        source = Source(path=f"{display_path}{joint}{one.path}", kind=KIND, text="", node=node)
        at = Mark(source, span=Span(1, 1, 1, 1))
        files[one.path] = ListedFile(
            path=one.path, mode=one.mode, owner=one.owner, group=one.group, size=one.size, at=at
        )
    source = Source(path=display_path, kind=KIND, text="", node=node)
    return NodeFiles(node=node, source=source, files=files, complete=complete)
