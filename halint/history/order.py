"""The order in which CIBs of one cluster came to be.

Counters and `cib-last-written` mostly agree. Where they do not, either a clock went back or an older CIB was put back
(the cluster then goes on counting from there): the order that needs fewer such breaks is taken, and of two with as
many the one with more steps from an epoch to the next, or else with fewer epochs missing; where that is no help
either, the dates are believed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from halint.history.entry import Entry, Version, natural

_CLOCK = timedelta(hours=1)
"""How much a clock goes back in the ordinary course: `cib-last-written` is local time, and summer time ends."""

_FIRST = datetime(2004, 1, 1)  # noqa: DTZ001 - written times name no zone
"""No CIB is older than Pacemaker's first code; machines without a battery for their clock start in 1970 or 2000."""


def ordered(entries: Sequence[Entry]) -> list[Entry]:
    """The oldest first."""
    by_counters = sorted(entries, key=lambda e: (e.version, e.written or _FIRST, natural(e.path)))
    breaks = _breaks(by_counters)
    if not breaks:
        return by_counters
    by_time = _by_time(by_counters)
    drops, forks = _drops(by_time)
    counted_twice = {entry.version[:2] for entry in entries} if forks == drops else set()
    as_restored = drops, -_following(by_time) - forks, _missing(by_time, counted_twice)
    as_counted = breaks, -_following(by_counters), _missing(by_counters, set())
    return by_time if as_restored <= as_counted else by_counters


def without_duplicates(entries: Sequence[Entry]) -> list[Entry]:
    """Of those with equal configuration and equal counters, the first only."""
    first: dict[tuple[object, ...], Entry] = {}
    for entry in entries:
        first.setdefault((entry.version, entry.digest), entry)
    return list(first.values())


def _time(entry: Entry) -> datetime | None:
    """When it was written; None also for a date of a clock that was never set."""
    return None if entry.written is None or entry.written < _FIRST else entry.written


def _by_time(by_counters: Sequence[Entry]) -> list[Entry]:
    """By date; those without one where their counters fit best."""
    # stable: counters decide where times are equal
    placed = sorted((e for e in by_counters if _time(e) is not None), key=lambda e: _time(e) or _FIRST)
    for entry in by_counters:
        if _time(entry) is None:
            placed.insert(_place(entry, placed), entry)
    return placed


def _place(entry: Entry, placed: Sequence[Entry]) -> int:
    """After the highest version that is not higher than its own, best where the next one is not lower."""

    def fit(place: int) -> tuple[bool, Version, int]:
        fits = place == len(placed) or placed[place].version >= entry.version
        return fits, placed[place - 1].version, place

    after = [place for place in range(1, len(placed) + 1) if placed[place - 1].version <= entry.version]
    return max(after, key=fit, default=0)


def _following(entries: Sequence[Entry]) -> int:
    """How many steps lead from one epoch to the very next."""
    return sum(a.version[0] == b.version[0] and a.version[1] + 1 == b.version[1] for a, b in pairwise(entries))


def _missing(entries: Sequence[Entry], elsewhere: set[tuple[int, int]]) -> int:
    """How many epochs are skipped on the way, and are not `elsewhere`."""
    skipped = [
        (a.version[0], a.version[1] + 1, b.version[1])
        for a, b in pairwise(entries)
        if a.version[0] == b.version[0] and b.version[1] > a.version[1] + 1
    ]
    found = sum(first <= epoch < last for a, first, last in skipped for admin, epoch in elsewhere if a == admin)
    return sum(last - first for _, first, last in skipped) - found


def _drops(entries: Sequence[Entry]) -> tuple[int, int]:
    """How often the counters go back, and how often to where they have been: there an older CIB counted on."""
    drops = forks = 0
    lowest = entries[0].version[:2]
    for before, after in pairwise(entries):
        back = _counts_back(before, after)
        drops += back
        forks += back and lowest <= after.version[:2]
        if after.version[1] >= 0:
            lowest = min(lowest, after.version[:2])
    return drops, forks


def _breaks(by_counters: Sequence[Entry]) -> int:
    """How often, in the order of the counters, the clock goes back or an epoch was counted twice."""
    dates = [date for entry in by_counters if (date := _time(entry)) is not None]
    back = sum(before - after > _CLOCK for before, after in pairwise(dates))
    return back + sum(_split(before, after) for before, after in pairwise(by_counters))


def _split(before: Entry, after: Entry) -> bool:
    """Whether two CIBs have counted the same epoch, each for another configuration, at different times."""
    same = before.version[:2] == after.version[:2] and before.version[1] >= 0
    return same and before.digest != after.digest and before.written != after.written


def _counts_back(before: Entry, after: Entry) -> bool:
    return after.version[1] >= 0 and after.version[:2] < before.version[:2]
