"""What a format has to know beside the report; the command line fills it in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from types import MappingProxyType
from typing import NamedTuple

from halint.output.paths import Paths
from halint.output.style import Style
from halint.record import record


class RulePage(NamedTuple):
    """What a rule's file says for its readers. `why` is Markdown; commands hold blanks in capitals."""

    summary: str
    why: str
    fix: str
    pcs: tuple[str, ...]
    crm: tuple[str, ...]
    sources: tuple[str, ...]
    severity: str
    confidence: str
    topic: str
    url: str


class Drawing(NamedTuple):
    """The picture of a cluster, drawn of the CIB `file`, for formats that show one; only those with `drawings` get it.

    Where it could be drawn `svg` is its element for a page, ids unique there; each object that is in `objects` is
    within a link to `#at-ANCHOR`. Where not, `text` is the picture in `language`, and `note` says why. `objects` are
    the names of all objects that something is said of, by their anchors. `anchors` lead from what a finding in one of
    the `files` of the `cluster`, or a change, is about to the anchor of its object. `style` belongs to the SVG.
    """

    title: str
    cluster: str
    file: str
    files: frozenset[str] = frozenset()
    svg: str = ""
    text: str = ""
    language: str = ""
    note: str = ""
    objects: Mapping[str, str] = MappingProxyType({})
    anchors: Mapping[str, str] = MappingProxyType({})
    style: str = ""


@record
class Setting:
    """How and for whom a report is rendered.

    `status` is the exit status of the run. `pages` are those of the rules that found something. With `alone` nothing
    is said beside the report, as in a file: it has to tell itself what could not be read. `baseline` says that one was
    given. `quiet` leaves out the closing line. With `show_suppressed` texts also tell what is set aside.
    `fixable` is how many findings --fix would mend. `drawings` are pictures of the clusters.
    """

    style: Style = field(default_factory=Style)
    paths: Paths = field(default_factory=Paths)
    pages: Mapping[str, RulePage] = field(default_factory=dict)
    status: int = 0
    quiet: bool = False
    alone: bool = False
    baseline: bool = False
    show_suppressed: bool = False
    fixable: int = 0
    drawings: tuple[Drawing, ...] = ()
