"""The commands of findings' fixes as one shell script to be read, and then run.

What changes the CIB is done on a copy, which is pushed in one go at the end, as the scripts of `halint diff` do; what
acts on daemons and nodes comes after it. Commands with a blank to fill in, those that open an editor or only show
something, and those for one node's shell are comments.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator

from halint.diff.commands.crm import FRAME as CRM
from halint.diff.commands.pcs import FRAME as PCS
from halint.diff.commands.script import opened, pushed
from halint.diff.commands.shell import comment
from halint.record import record
from halint.report import Finding, Report

FRAMES = {"pcs": PCS, "crm": CRM}
"""The tools that a script can be written for."""

_ON_CIB = re.compile(
    r"pcs (property|resource|constraint|tag|acl|alert|stonith (?!sbd|list|describe|config)|node (attribute|utilization)"
    r"|cluster node (remove-guest|add-guest))\b"
    r"|pcs node (un)?(standby|maintenance)\b"
    r"|crm (-F )?(configure|resource|node)\b|cibadmin\b|crm_attribute\b"
)
"""What works on a file: pcs -f, and crm and Pacemaker's own tools by CIB_file (measured, pcs 0.11.5, crmsh 4.4.1)."""

_LOOKS = re.compile(
    r"\b(edit|show|config|list|describe|info|status|query)\b(?! set| update)|\bcluster cib\b|crm resource secret\b|"
    r"\bresource (refresh|cleanup)\b|^pcs stonith confirm|^crm node clearstate|"
    r"crm_verify|corosync -t|^pcs node (un)?(standby|maintenance)|^crm node (online|standby|ready|maintenance)"
)
"""What opens an editor, only shows something, or needs a running cluster though it works on the CIB."""

_EVERYWHERE = re.compile(r"(pcs (cluster|quorum|qdevice|stonith sbd|booth)|crm (cluster|corosync|sbd)) ")
"""What reaches all nodes of a cluster from one of them."""

_RANKS = (
    (r"cibadmin --modify --xml-text '<cib ", 0),
    (r"(pcs constraint|crm configure) (delete|remove)\b", 1),
    (r"(pcs stonith|crm configure primitive \S+ stonith:)", 3),
    (r".*\b(stonith|fencing)-enabled=", 4),
)
"""Which commands go first: the schema, then what refers to others goes away; fencing is switched on last."""


@record
class _Step:
    finding: Finding
    commands: tuple[str, ...]
    place: str  # cib, cluster or hand


def render_fix_script(report: Report, tool: str) -> str:
    """The script that mends what can be mended by `tool`, pcs or crm; ends in a line feed. Of one cluster only."""
    steps = sorted((_step(f, tool) for f in report.findings), key=_rank)
    on_cib = [s for s in steps if s.place == "cib"]
    around = [s for s in steps if s.place == "cluster"]
    by_hand = [s for s in steps if s.place == "hand"]
    lines = [*_head(report, tool)]
    if on_cib:
        lines += [*opened(FRAMES[tool]), *_changes(on_cib, tool), *pushed(FRAMES[tool])]
    if around:
        lines += _beside(around)
    by_hand.sort(key=lambda step: step.finding.gravest_first())
    if by_hand:
        lines += ["", "# What is left to do by hand:", *(line for s in by_hand for line in _told(s))]
    if not steps:
        lines += ["", "# nothing to do: no findings"]
    return "\n".join(lines) + "\n"


def _step(finding: Finding, tool: str) -> _Step:
    commands = finding.fix.pcs if tool == "pcs" else finding.fix.crm
    return _Step(finding=finding, commands=commands, place=place_of(finding, commands))


def place_of(finding: Finding, commands: tuple[str, ...]) -> str:
    """Where commands do their work: on the `cib`, on the `cluster` around it, or by a `hand` only."""
    if not commands or any(finding.fix.blanks_of(c) or _LOOKS.search(c) for c in commands):
        return "hand"
    if all(_ON_CIB.match(c) for c in commands):
        return "cib"
    return "cluster" if all(_EVERYWHERE.match(c) for c in commands) else "hand"


def _rank(step: _Step) -> tuple[int, int]:
    """By what has to be done first, then by gravity."""
    ranks = [rank for command in step.commands for pattern, rank in _RANKS if re.match(pattern, command)]
    return min(ranks, default=2), -step.finding.gravity


def _head(report: Report, tool: str) -> Iterator[str]:
    yield "#!/bin/sh"
    files = sorted({f.location.file for f in report.findings})
    yield comment(f"What mends findings of halint in {', '.join(files) or 'no file'}, by {tool}.")
    yield "#"
    yield "# Read it before you run it: it changes what the cluster does. What concerns the CIB is done on a"
    yield "# copy of the live one, and pushed at the end in one go. To try that part first:"
    yield "# HALINT_CIB=FILE sh THIS-SCRIPT works on that copy of a CIB, and on no cluster."
    yield "set -eu"


def _changes(steps: Iterable[_Step], tool: str) -> Iterator[str]:
    done: set[str] = set()
    settled: dict[tuple[str, ...], str] = {}
    for step in steps:
        commands = [c for c in step.commands if c not in done]
        yield from ("", *_heading(step.finding))
        if not commands:
            yield "# done above"
            continue
        against = next((settled[k] for c in commands for k in _subjects(c) if k in settled), None)
        if against is not None:
            yield comment(f"left out, for it would undo part of: {against}")
            yield from (comment(c) for c in commands)
            continue
        settled.update((key, c) for c in commands for key in _subjects(c))
        done.update(commands)
        yield from (_on_copy(c, tool) for c in commands)


def _subjects(command: str) -> Iterator[tuple[str, ...]]:
    """What a command sets: its words up to each `name=value`, and the name."""
    words = shlex.split(command)
    fixed = tuple(word for word in words if "=" not in word)
    yield from ((*fixed, word.partition("=")[0]) for word in words if "=" in word and "<" not in word)


def _on_copy(command: str, tool: str) -> str:
    if command.startswith("pcs "):
        return f'pcs -f "$cib" {command.removeprefix("pcs ")}'
    if tool == "crm" and command.startswith("crm "):
        return f"crm -F {command.removeprefix('crm ').removeprefix('-F ')}"
    return command


def _beside(steps: Iterable[_Step]) -> Iterator[str]:
    done: set[str] = set()
    yield from ("", "# What concerns daemons and their files, on the cluster itself:")
    yield 'if [ -z "${HALINT_CIB:-}" ]; then'
    for step in steps:
        yield from ("", *(f"    {line}" for line in _heading(step.finding)))
        yield from (f"    {c}" if c not in done else f"    # done above: {c}" for c in step.commands)
        done.update(step.commands)
    yield "fi"


def _heading(finding: Finding) -> Iterator[str]:
    place = finding.location
    yield comment(f"{finding.rule}: {finding.message} ({place.file}:{place.line})")


def _told(step: _Step) -> Iterator[str]:
    yield from ("#", *_heading(step.finding), comment(step.finding.fix.text))
    where = f"on {step.finding.node}: " if step.finding.node else ""
    for command in step.commands:
        blanks = step.finding.fix.blanks_of(command)
        fill = f"    (fill in {', '.join(blanks)})" if blanks else ""
        yield f"#     {where}{command}{fill}"
