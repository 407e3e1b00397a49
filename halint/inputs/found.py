"""One input: what it is called, where it lies, what kind it is of, and its content."""

from __future__ import annotations

from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING

from halint.record import record

if TYPE_CHECKING:
    from halint.parse.file_list import Listed
    from halint.parse.units import Link


@record
class Origin:
    """The node's tree that an input was collected from: a sosreport, a node's folder of a crm_report, a root.

    `folder`, shown to the user as `shown`, tells trees apart; `host` is the node's name as the tree tells it, "" where
    it tells none; `cluster` is the folder of the first tree of the same cluster. `stopped` says that the cluster did
    not run on the node when its files were collected, so that its CIB may be an old one.
    """

    folder: Path
    layout: str
    shown: str = ""
    host: str = ""
    cluster: Path | None = None
    stopped: bool = False


@record
class Found:
    """One input: `path` as shown, `real` where it lies, its `kind`, and its content or why there is none
    (`trouble` the user has to hear of, `skipped` what is left alone on purpose).

    A tree of unit links has the kind `units`, the root tree's folder as `real`, and no content; one that is not to be
    read from the disk brings its `links` and `drop_ins`. A tree's list of files (`file-list`) has them in `listed`, and
    no content either; `complete` are the folders it is sure to know whole. `named` tells a file that the user named
    from one found in a folder; `root` is the named folder or archive it was found in. `real` of an archive's member
    continues the archive's own path. `origin` is set for what a tool collected.
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
    links: tuple[Link, ...] | None = None
    drop_ins: tuple[tuple[str, bytes], ...] = ()
    listed: tuple[Listed, ...] = ()
    complete: frozenset[str] = frozenset()
    origin: Origin | None = None
