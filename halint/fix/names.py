"""Misspelt keys and sections that can have been meant as one known name only."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache

from halint.fix.proposal import Proposal
from halint.fix.written import Written, stretch
from halint.report import Finding, Replacement
from halint.schema_data import load

_SEPARATORS = re.compile(r"[-_. ]")
_SHORT = 5
"""Words up to this length may differ by one letter, longer ones by two."""


def misspelt_key(finding: Finding, written: Written) -> Iterator[Proposal]:
    """The known key of the section, where exactly one resembles what is written and it is not set beside it."""
    place = written.place(finding.location.line)
    if place is None or written.holds_secret(finding.location.line):
        return
    key = place.entry.key
    meant = _meant(key, _keys(".".join(place.sections)))
    if meant and meant != "key" and meant not in place.beside:
        yield from _renamed(written, finding.location.line, key, meant)


def misspelt_section(finding: Finding, written: Written) -> Iterator[Proposal]:
    """The known section at this place, where exactly one resembles what is written."""
    opened = written.section_name(finding.location.line)
    if opened is None:
        return
    around, name = opened
    meant = _meant(name, _inner_sections(".".join(around)))
    if meant:
        yield from _renamed(written, finding.location.line, name, meant)


def _renamed(written: Written, line: int, name: str, meant: str) -> Iterator[Proposal]:
    start = written.line(line).find(name)
    if start >= 0:
        yield Proposal(changes=(Replacement(stretch(line, start, start + len(name)), meant),))


def _meant(name: str, known: Iterable[str]) -> str:
    """The one known name that resembles `name`, else ""."""
    if name in _all_names():
        return ""  # right elsewhere, or in another release
    near = [one for one in known if _resembles(name, one)]
    return near[0] if len(near) == 1 else ""


def _resembles(name: str, known: str) -> bool:
    """Whether one is the other misspelt: in case, separators or few letters, word by word; digits must agree."""
    one, other = name.lower(), known.lower()
    if re.findall(r"\d+", one) != re.findall(r"\d+", other):
        return False
    if _SEPARATORS.sub("", one) == _SEPARATORS.sub("", other):
        return True
    words, wanted = _SEPARATORS.split(one), _SEPARATORS.split(other)
    if len(words) != len(wanted):
        return False
    different = [pair for pair in zip(words, wanted, strict=True) if pair[0] != pair[1]]
    return len(different) == 1 and _is_near(*different[0])


def _is_near(word: str, wanted: str) -> bool:
    if min(len(word), len(wanted)) >= 4 and (word.startswith(wanted) or wanted.startswith(word)):
        return True  # address for addr
    return min(len(word), len(wanted)) >= 3 and _distance(word, wanted) <= (1 if len(wanted) <= _SHORT else 2)


def _distance(one: str, other: str) -> int:
    """How many letters to add, drop, change, or swap with their neighbour (optimal string alignment)."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        last, row, older = row, [i], before
        for j, b in enumerate(other, 1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
        before = last
    return row[-1]


@cache
def _keys(section: str) -> tuple[str, ...]:
    """The keys that corosync 3 reads in a section, by its path as written."""
    rows = load("corosync-keys")["keys"]
    return tuple(
        r["key"] for r in rows if r["section"] == section and r.get("state") != "obsolete" and "*" not in r["key"]
    )


@cache
def _inner_sections(outer: str) -> tuple[str, ...]:
    """The sections that corosync 3 reads inside another, or at the top level for ""."""
    prefix = f"{outer}." if outer else ""
    rows = [r["section"] for r in load("corosync-keys")["keys"] if r.get("state") != "obsolete"]
    inner = (s.removeprefix(prefix).split(".")[0] for s in rows if s.startswith(prefix))
    return tuple(dict.fromkeys(name for name in inner if name and "*" not in name))


@cache
def _all_names() -> frozenset[str]:
    """Every key and section name of any release, wherever it belongs."""
    rows = load("corosync-keys")["keys"]
    return frozenset(name for r in rows for name in (r["key"], *r["section"].split(".")))
