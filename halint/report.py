"""Findings and the report: plain data, and the verdicts computed from it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import field
from typing import NamedTuple

from halint.record import record
from halint.source import Location, Source, Span

_WORDS = re.compile(r"[^A-Za-z0-9_]+")

SEVERITIES = ("info", "warning", "error")
"""From the mildest up."""

KINDS = (
    "cib",
    "corosync",
    "hosts",
    "units",
    "sbd",
    "sbd-dump",
    "booth",
    "sysconfig-pacemaker",
    "sysconfig-pcsd",
    "fstab",
    "exports",
    "drbd",
    "packages",
    "hostname",
    "logind",
    "systemd-system",
    "kdump",
    "firewalld",
    "corosync-uidgid",
    "file-list",
    "addresses",
    "modules",
    "modules-load",
    "multipath",
    "date",
)
"""The kinds of input: what `--type` accepts, halint reads, and rules need."""

PARTS = {"status": "a status section"}
"""What is no file of its own, but a part of one that rules need, and what it is called."""


class Related(NamedTuple):
    """A second place that belongs to a finding, and what stands there."""

    location: Location
    message: str


class Replacement(NamedTuple):
    """New text for a stretch of a file; an insertion where the span is empty."""

    span: Span
    text: str


@record
class Edit:
    """What mends a finding in the file it stands in. `safe`: it cannot change what a correct cluster does."""

    changes: tuple[Replacement, ...]
    safe: bool


@record
class Fix:
    """How to mend it: a sentence, and commands for pcs and crm, filled in where the finding knows the names.

    `edit` is set where halint can rewrite the file, in reports that ask for it. `blanks` are words in capitals in the
    commands (NODE, ADDRESS) that stand for what only its user can know.
    """

    text: str
    pcs: tuple[str, ...] = ()
    crm: tuple[str, ...] = ()
    edit: Edit | None = None
    blanks: tuple[str, ...] = ()

    def has_commands(self) -> bool:
        """Whether any tool's commands are given."""
        return bool(self.pcs or self.crm)

    def blanks_of(self, command: str) -> tuple[str, ...]:
        """The words of a command that stand for what only its user can know."""
        return tuple(word for word in self.blanks if word in _WORDS.split(command))


class Suppression(NamedTuple):
    """Why a finding is not counted. `kind` is `comment`, `config` or `baseline`; `reason` as its author gave it."""

    kind: str
    reason: str


@record
class Finding:
    """One thing that is wrong, with its place. `subject` is the id of the object, stable under reformatting.

    A finding that is `suppressed` is in no count and decides no exit status.
    """

    rule: str
    topic: str
    severity: str
    confidence: str
    message: str
    consequence: str
    subject: str
    location: Location
    cluster: str
    node: str | None
    related: tuple[Related, ...]
    fix: Fix
    peers: tuple[str, ...]
    url: str
    suppressed: Suppression | None = None

    @property
    def gravity(self) -> int:
        """How severe it is, as a number: 0 for the mildest."""
        return SEVERITIES.index(self.severity)

    def gravest_first(self) -> tuple[object, ...]:
        """An order with the gravest first, else as everywhere."""
        return (-self.gravity, *self.sort_key())

    def sort_key(self) -> tuple[object, ...]:
        """File, line, column, rule, message: the one order of all outputs."""
        return (self.location, self.rule, self.message)

    def key(self) -> tuple[str, str, str]:
        """Rule, file and object: what stays when a file is reformatted. Several findings may share it."""
        return (self.rule, self.location.file, self.subject)


class Skipped(NamedTuple):
    """A rule that could not be asked, and why."""

    rule: str
    reason: str


class Input(NamedTuple):
    """What became of one input file. `status` is `read`, `unreadable: why` or `skipped: why`."""

    path: str
    kind: str
    cluster: str
    node: str | None
    status: str


@record
class Report:
    """The outcome of a check run; everything sorted. `trouble` are sentences about what could not be done, `remarks`
    others to be said beside the report, which decide no exit status.

    `findings` are those that count; `suppressed` those that a comment, the configuration or a baseline sets aside.

    `fixed` are findings that are gone, as they stood before files were rewritten; None where nothing was to be fixed.
    """

    findings: tuple[Finding, ...]
    skipped: tuple[Skipped, ...]
    inputs: tuple[Input, ...]
    sources: Mapping[str, Source] = field(default_factory=dict)
    trouble: tuple[str, ...] = ()
    clusters: int = 0
    fixed: tuple[Finding, ...] | None = None
    suppressed: tuple[Finding, ...] = ()
    remarks: tuple[str, ...] = ()

    def all(self) -> tuple[Finding, ...]:
        """Those that count and those that are set aside, in one order."""
        return tuple(sorted((*self.findings, *self.suppressed), key=Finding.sort_key))

    def count(self, severity: str) -> int:
        """How many findings have this severity."""
        return sum(f.severity == severity for f in self.findings)

    def exit_status(self, fail_on: str) -> int:
        """0 nothing at or above `fail_on` (a severity or `never`), 1 findings, 2 when something could not be read."""
        if self.trouble:
            return 2
        if fail_on == "never":
            return 0
        floor = SEVERITIES.index(fail_on)
        return int(any(f.gravity >= floor for f in self.findings))
