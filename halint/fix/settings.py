"""Settings with one sure remedy: switched off, or taken out so that corosync's default holds."""

from __future__ import annotations

from collections.abc import Iterator

from halint.fix.proposal import Proposal
from halint.fix.written import Written, stretch, whole_line
from halint.report import Finding, Replacement

_WAITING = (
    "two_node had switched wait_for_all on, which goes off with it at the reload; write wait_for_all: 1 to keep it"
)


def two_node_off_for_many(finding: Finding, written: Written) -> Iterator[Proposal]:
    """`two_node: 0` where the nodelist has three nodes or more.

    Measured, corosync 3.1.7: after a reload `two_node: 0` and a file without the key are the same: quorum 2 of 3, the
    flags 2Node and WaitForAll gone. 0 keeps the line and what is said around it, and is what crmsh writes.
    """
    if len(written.corosync.nodes) > 2:
        yield from two_node_off(finding, written)


def two_node_off_by_votes(finding: Finding, written: Written) -> Iterator[Proposal]:
    """`two_node: 0` where only expected_votes tells the size; a nodelist of one node more likely lacks the other."""
    if not written.corosync.nodes:
        yield from two_node_off(finding, written)


def two_node_off(finding: Finding, written: Written) -> Iterator[Proposal]:
    """`two_node: 0`."""
    line = finding.location.line
    place = written.place(line)
    if place is None or place.entry.key != "two_node":
        return
    text = written.line(line)
    end = len(text.rstrip(" \t"))
    start = end - len(place.entry.value)
    note = "" if "wait_for_all" in place.beside else _WAITING
    yield Proposal(changes=(Replacement(stretch(line, start, end), "0"),), note=note)


def without_line(finding: Finding, written: Written) -> Iterator[Proposal]:
    """The file without the key of the finding."""
    line = finding.location.line
    if written.place(line) is not None and line < len(written.lines):
        yield Proposal(changes=(Replacement(whole_line(line), ""),))


def without_expected_votes(finding: Finding, written: Written) -> Iterator[Proposal]:
    """The file without expected_votes, where a nodelist gives corosync the votes to add up."""
    if written.corosync.nodes:
        yield from without_line(finding, written)
