"""The steps of a history: consecutive CIBs compared, those that mean the same as the one before left out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from halint.diff.change import RISKS, Change, Comparison
from halint.diff.compare import compare
from halint.diff.risk import risk
from halint.diff.side import Side
from halint.diff.wording import line
from halint.errors import HalintError
from halint.history.clusters import by_cluster
from halint.history.collect import Collected, Left
from halint.history.entry import Entry, Gap
from halint.history.history import ClusterHistory, History, Step, Told
from halint.history.order import ordered, without_duplicates
from halint.history.remarks import missing, remarks
from halint.history.touched import touched

Compare = Callable[[Side, Side], Comparison]


def history(collected: Collected) -> History:
    """The history of every cluster that the CIBs belong to."""
    clusters: list[ClusterHistory] = []
    unreadable = list(collected.unreadable)
    for group in by_cluster(collected.entries):
        entries = without_duplicates(ordered(group.entries))
        steps = Steps()
        told = tuple(steps.of(entries))
        clusters.append(
            ClusterHistory(
                name=group.name,
                nodes=tuple(sorted(group.nodes)),
                steps=told,
                cibs=len(entries),
                duplicates=len(group.entries) - len(entries),
                quiet=steps.quiet,
                missing=tuple(steps.missing),
                remarks=tuple(steps.remarks),
            )
        )
        unreadable += steps.unreadable
    return History(
        clusters=tuple(clusters),
        skipped=collected.skipped,
        unreadable=tuple(unreadable),
        objects=collected.objects,
    )


def history_of_one(collected: Collected) -> History:
    """The history of one file in git: its entries in their order, all of them one cluster's."""
    entries = collected.entries
    steps = Steps(commits=True)
    told = tuple(steps.of(entries))
    last = entries[-1:]
    clusters = [
        ClusterHistory(
            name=entry.cluster,
            nodes=tuple(sorted(entry.nodes)),
            steps=told,
            cibs=len(entries),
            quiet=steps.quiet,
            missing=tuple(steps.missing),
            remarks=tuple(steps.remarks),
        )
        for entry in last
    ]
    return History(
        clusters=tuple(clusters),
        skipped=collected.skipped,
        unreadable=(*collected.unreadable, *steps.unreadable),
        objects=collected.objects,
        git=True,
    )


class Steps:
    """A walk along CIBs in their order. What came after the last step is left in `quiet`, `missing` and `remarks`.

    At most two CIBs are open at a time. `commits` tells entries that are commits: their dates go their own ways.
    """

    def __init__(self, *, commits: bool = False) -> None:
        self.quiet = 0
        self.missing: list[Gap] = []
        self.remarks: list[str] = []
        self.unreadable: list[Left] = []
        self._commits = commits
        self._open: tuple[bytes, Side] | None = None
        self._seen: dict[bytes, Entry] = {}

    def of(self, entries: Iterable[Entry]) -> Iterator[Step]:
        """The steps; the first tells where the history begins."""
        before: Entry | None = None
        for entry in entries:
            if before is None:
                yield Step(before=None, after=entry)
            else:
                try:
                    changes = self._changes(before, entry)
                except HalintError as error:
                    self.unreadable.append(Left(path=entry.path, reason=str(error).removeprefix(f"{entry.path}: ")))
                    continue
                self.missing += missing(before, entry)
                self.remarks += remarks(before, entry, commits=self._commits)
                if changes:
                    yield self._step(before, entry, changes)
                else:
                    self.quiet += 1
            self._seen[entry.digest] = entry
            before = entry

    def _step(self, before: Entry, after: Entry, changes: Sequence[Told]) -> Step:
        again = self._seen.get(after.digest)
        if again is not None:
            self.remarks.append(f"the configuration is that of {again.dotted} again ({again.name})")
        step = Step(
            before=before,
            after=after,
            changes=tuple(changes),
            quiet=self.quiet,
            missing=tuple(self.missing),
            remarks=tuple(self.remarks),
        )
        self.quiet, self.missing, self.remarks = 0, [], []
        return step

    def _changes(self, before: Entry, after: Entry) -> list[Told]:
        """What is different, the highest risk first. Raises HalintError where a file is gone or can't be compared."""
        if before.digest == after.digest:
            return []
        old = self._side(before)
        new = Side(file=after.read())
        comparison = compare(old, new)
        self._open = after.digest, new
        return sorted((_told(change, comparison) for change in comparison.changes), key=_order)

    def _side(self, entry: Entry) -> Side:
        if self._open is None or self._open[0] != entry.digest:
            self._open = entry.digest, Side(file=entry.read())
        return self._open[1]


def _told(change: Change, comparison: Comparison) -> Told:
    bare = replace(change, before_at=None, after_at=None, raw_before=None, raw_after=None)
    return Told(change=bare, line=line(change), risk=risk(change, (), comparison), names=touched(change))


def _order(told: Told) -> tuple[object, ...]:
    change = told.change
    return RISKS.index(told.risk), not change.whole, change.type, change.id, change.path, change.kind, told.line
