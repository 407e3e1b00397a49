"""What the server asks the process beside it, and what that answers. Paths are absolute."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import field

from halint.record import record
from halint.report import Finding

CHECK, EDITS = "check", "edits"

LENGTH = struct.Struct("!Q")
"""Jobs and answers go over pipes as pickles, each with its length before it."""


@record
class Job:
    """Check the cluster that holds the file `path`; with `what` edits also find the edits of its corosync.conf.

    `contents` are what open documents hold, by real path; `new` are those among them that are no files yet. No sibling
    is looked for above the folder `end`; paths in messages are told from the folder `here`.
    """

    what: str
    path: str
    end: str
    here: str
    contents: Mapping[str, bytes] = field(default_factory=dict)
    new: tuple[str, ...] = ()


@record
class Answer:
    """What was found. `findings` have their `location.file`, and that of related places, as absolute paths.

    `files` are those of the cluster; `texts` of them what findings point into, as they were read; `unreadable` says of
    a file why it could not be read. `trouble` says why nothing was checked, as a configuration that is wrong;
    `mistakes` are halint's own, in single rules.
    """

    findings: tuple[Finding, ...] = ()
    files: frozenset[str] = frozenset()
    texts: Mapping[str, str] = field(default_factory=dict)
    unreadable: Mapping[str, str] = field(default_factory=dict)
    trouble: tuple[str, ...] = ()
    mistakes: tuple[str, ...] = ()
