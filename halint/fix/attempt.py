"""Finds the edits of one corosync.conf that mend what they should and bring nothing new."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from halint.fix.again import Again, Answer, Findings, beyond, known_by
from halint.fix.proposal import Proposal
from halint.fix.remedies import proposals
from halint.fix.written import OverlapError, Written, replaced
from halint.record import record
from halint.report import Edit, Finding

_ROUNDS = 4
"""How often what comes to light behind a mended line is mended in its turn."""

Wanted = Callable[[Finding], bool]


@record
class Mended:
    """What became of one file: its text, the findings it is rid of, what the user should know of the edits.

    `spoilt` are sentences about findings whose edit would bring others; `unsafe` is how many more could be mended by
    edits that alter behaviour.
    """

    written: Written
    fixed: Findings
    notes: tuple[str, ...]
    spoilt: tuple[str, ...] = ()
    unsafe: int = 0


class Attempt:
    """The edits of one file, its findings those of the cluster with this file as its corosync.conf."""

    def __init__(self, again: Again, written: Written, wanted: Wanted, *, unsafe: bool) -> None:
        """`wanted` tells which findings are to be mended; those that must not appear are all."""
        self._again = again
        self._written = written
        self._wanted = wanted
        self._unsafe = unsafe
        self._before = again.answer([written])
        self._notes: dict[str, None] = {}
        self._spoilt: dict[tuple[object, ...], str] = {}

    def mended(self) -> Mended:
        """The file with all that can be mended."""
        written, found = self._all_at_once() or self._one_by_one()
        fixed = tuple(self._targets(beyond(self._before, found)))
        left = {known_by(f) for f in found.findings}
        spoilt = tuple(sentence for key, sentence in self._spoilt.items() if key in left)
        unsafe = (
            0 if self._unsafe else sum(self._unsafe_helps(f, written, found) for f in self._targets(found.findings))
        )
        return Mended(written=written, fixed=fixed, notes=tuple(self._notes), spoilt=spoilt, unsafe=unsafe)

    def edits(self) -> Iterator[tuple[Finding, Edit]]:
        """For each finding the edit of the file as it is that mends it, where there is one."""
        for target in self._targets(self._before.findings):
            for safe in (True, False):
                done = self._first(target, self._written, self._before, safe=safe, rounds=1)
                if done is not None:
                    yield target, Edit(changes=tuple(sorted(done[2].changes)), safe=safe)
                    break

    def _is_here(self, finding: Finding) -> bool:
        return finding.location.file == self._written.path

    def _targets(self, findings: Iterable[Finding]) -> Iterator[Finding]:
        return (f for f in findings if self._is_here(f) and self._wanted(f))

    def _all_at_once(self) -> tuple[Written, Answer] | None:
        """Every first proposal together; None where that does not mend all it is for."""
        chosen = [(f, p) for f in self._targets(self._before.findings) if (p := self._proposal(f, self._written))]
        if not chosen:
            return None
        done = self._settled(self._written, [p for _, p in chosen])
        if done is None or not all(_is_gone(target, self._before, done[1]) for target, _ in chosen):
            return None
        self._notes.update(dict.fromkeys(p.note for _, p in chosen if p.note))
        return done

    def _one_by_one(self) -> tuple[Written, Answer]:
        """One finding after the other, again from the first while one could be mended."""
        written, found = self._written, self._before
        progress = True
        while progress:
            progress = False
            for target in tuple(self._targets(found.findings)):
                done = self._mend(target, written, found)
                if done is not None:
                    written, found, progress = *done, True
                    break
        return written, found

    def _mend(self, target: Finding, written: Written, found: Answer) -> tuple[Written, Answer] | None:
        for safe in (True, False) if self._unsafe else (True,):
            done = self._first(target, written, found, safe=safe)
            if done is not None:
                if done[2].note:
                    self._notes[done[2].note] = None
                return done[:2]
        return None

    def _first(
        self, target: Finding, written: Written, found: Answer, *, safe: bool, rounds: int = _ROUNDS
    ) -> tuple[Written, Answer, Proposal] | None:
        """The first proposal that rids the file of a finding and brings no other."""
        for proposal in proposals(target, written, safe=safe):
            done = self._settled(written, [proposal], rounds)
            if done is None:
                self._note_spoilt(target, written, proposal)
            elif _is_gone(target, found, done[1]):
                return (*done, proposal)
        return None

    def _settled(
        self, written: Written, chosen: list[Proposal], rounds: int = _ROUNDS
    ) -> tuple[Written, Answer] | None:
        """The text with the proposals, and with what mends what they brought to light; None where that is left."""
        for _ in range(rounds):
            try:
                text = replaced(written.text, [change for p in chosen for change in p.changes])
            except OverlapError:
                return None
            written = written.with_text(text)
            found = self._again.answer([written])
            if found.trouble != self._before.trouble:
                return None  # a rule that failed would be silent about what is new
            new = beyond(found, self._before)
            if not new:
                return written, found
            chosen = [p for f in new if self._is_here(f) and (p := self._proposal(f, written))]
            if not chosen:
                return None
        return None

    def _proposal(self, finding: Finding, written: Written) -> Proposal | None:
        ways = (True, False) if self._unsafe else (True,)
        return next((p for safe in ways for p in proposals(finding, written, safe=safe)), None)

    def _note_spoilt(self, target: Finding, written: Written, proposal: Proposal) -> None:
        """Remember why a finding that could be mended was left."""
        text = replaced(written.text, proposal.changes)
        found = self._again.answer([written.with_text(text)])
        if not _is_gone(target, self._before, found):
            return
        new = next(iter(beyond(found, self._before)), None)
        if new is not None:
            self._spoilt[known_by(target)] = (
                f"{written.path}: {target.subject} ({target.rule}) is left alone: mended, it would bring {new.rule} "
                f"({new.message})"
            )

    def _unsafe_helps(self, target: Finding, written: Written, found: Answer) -> bool:
        return self._first(target, written, found, safe=False) is not None


def _is_gone(finding: Finding, before: Answer, after: Answer) -> bool:
    """Whether a finding of `before` is neither in `after` nor only told there in other words."""
    return known_by(finding) in {known_by(f) for f in beyond(before, after)}
