"""What a format has to know beside the report; the command line fills it in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
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


@record
class Setting:
    """How and for whom a report is rendered.

    `status` is the exit status of the run. `pages` are those of the rules that found something. With `alone` nothing
    is said beside the report, as in a file: it has to tell itself what could not be read. `baseline` says that one was
    given. `quiet` leaves out the closing line. With `show_suppressed` texts also tell what is set aside.
    `fixable` is how many findings --fix would mend.
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
