"""Reads the text files of SUSE's supportconfig: each is a row of sections, a configuration file or a command each.

A section begins with a line such as `#==[ Configuration File ]====#`, under which stands `# /etc/hosts` or `# COMMAND`
(supportconfig(8), seen in its output). supportconfig leaves out comment and blank lines of configuration files.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_HEADER = re.compile(rb"^#==\[ (?P<type>[A-Za-z ]+) \]=+#[ \t\r]*\n", re.MULTILINE)
_LABEL = re.compile(rb"#[ \t]*(?P<label>[^\r\n]*)")
_CONFIGURATION = b"Configuration File"
_COMMAND = b"Command"
_LONGEST_LABEL = 1000
# the files that hold what halint reads; logs and the like, which may be large, are not looked at
_FILES = re.compile(
    r"(^|/)(ha|etc|network|systemd|fs-diskio|mpio|drbd|rpm|basic-environment|nfs|sysconfig|crash|env|updates)\.txt$"
)


class Section(NamedTuple):
    """One section: `label` is the path of the file or the command's line, `data` what stands under it."""

    label: str
    is_command: bool
    data: bytes


def may_hold_sections(path: str) -> bool:
    """Whether supportconfig writes a file of that name which holds something that halint reads."""
    return _FILES.search(path) is not None


def is_supportconfig(data: bytes) -> bool:
    """Whether the first 64 KiB hold a section of supportconfig."""
    return _HEADER.search(data[:65536]) is not None


def sections(data: bytes) -> Iterator[Section]:
    """The configuration files and commands with what they hold; those that were not found are left out."""
    headers = list(_HEADER.finditer(data))
    ends = [header.start() for header in headers[1:]] + [len(data)]
    for header, end in zip(headers, ends, strict=True):
        label = _LABEL.match(data, header.end())
        if header["type"] not in (_CONFIGURATION, _COMMAND) or label is None or label.end() > end:
            continue
        text = label["label"].decode("utf-8", "replace").strip()
        body = data[label.end() : end].partition(b"\n")[2].rstrip()
        if text and len(text) <= _LONGEST_LABEL and not text.endswith("- File not found"):
            yield Section(text, header["type"] == _COMMAND, body + b"\n" if body else b"")
