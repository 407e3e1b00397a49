"""Which rules' findings can be mended by an edit, and how."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple, TypeAlias

from halint.fix.lines import blanks_in_values, odd_blanks, trailing_comment
from halint.fix.names import misspelt_key, misspelt_section
from halint.fix.proposal import Proposal
from halint.fix.settings import (
    two_node_off,
    two_node_off_by_votes,
    two_node_off_for_many,
    without_expected_votes,
    without_line,
)
from halint.fix.written import Written
from halint.report import Finding

Propose: TypeAlias = Callable[[Finding, Written], Iterator[Proposal]]


class Remedy(NamedTuple):
    """A way to mend findings of a rule. A `safe` one cannot change what a correct cluster does."""

    propose: Propose
    safe: bool = True


_OF_LINES = (Remedy(odd_blanks), Remedy(trailing_comment), Remedy(blanks_in_values, safe=False))
"""Tried for any finding in a corosync.conf: whichever rule speaks of the line, the cause may be how it is written."""

REMEDIES: dict[str, tuple[Remedy, ...]] = {
    "corosync-unknown-key": (Remedy(misspelt_key), Remedy(misspelt_section, safe=False)),
    "two-node-flag-wrong-size": (Remedy(two_node_off_for_many), Remedy(two_node_off_by_votes, safe=False)),
    "two-node-with-qdevice": (Remedy(two_node_off, safe=False),),
    "two-node-wait-for-all-off": (Remedy(without_line, safe=False),),
    "totem-consensus-too-small": (Remedy(without_line, safe=False),),
    "quorum-expected-votes-mismatch": (Remedy(without_expected_votes, safe=False),),
    # measured, corosync 3.1.7: expected votes, quorum and flags are the same with and without the line and after a
    # reload that takes it out; also with two_node, last_man_standing, allow_downscale and votes that differ
    "quorum-expected-votes-redundant": (Remedy(without_expected_votes),),
}
"""By rule. A duplicate nodeid is not here: which of the two nodes keeps it only the administrator can tell."""


def proposals(finding: Finding, written: Written, *, safe: bool) -> Iterator[Proposal]:
    """What might mend a finding by remedies that are safe, or by those that are not; the likeliest first."""
    for remedy in (*_OF_LINES, *REMEDIES.get(finding.rule, ())):
        if remedy.safe == safe:
            yield from remedy.propose(finding, written)
