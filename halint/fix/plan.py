"""What becomes of the corosync.conf files of all clusters: which can be rewritten, how, and why others cannot."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import TypeAlias

from halint.engine.rule import Rule
from halint.engine.run import Case
from halint.fix.again import Again, Findings, beyond
from halint.fix.attempt import Attempt, Mended, Wanted
from halint.fix.place import Place, place_of
from halint.fix.remedies import proposals
from halint.fix.written import Written, decode
from halint.model.cluster import NodeCorosync
from halint.record import record
from halint.report import Edit, Finding

_Files: TypeAlias = "list[tuple[Written, Place]]"


@record
class Rewrite:
    """A file to be rewritten: as shown, where it really is, its bytes, and the findings it will be rid of."""

    path: str
    target: Path
    before: bytes
    after: bytes
    encoding: str
    fixed: Findings
    secret_lines: frozenset[int]
    notes: tuple[str, ...] = ()


@record
class Plan:
    """All rewrites, by path; sentences about files left alone; how many findings only unsafe fixes would mend."""

    rewrites: tuple[Rewrite, ...]
    remarks: tuple[str, ...]
    unsafe: int


def plan(
    cases: Iterable[Case], rules: Sequence[Rule], wanted: Wanted, named: Sequence[str], *, unsafe: bool = False
) -> Plan:
    """Plan the rewrites for the findings that are `wanted`, in files below what the user `named`.

    No rewrite brings a finding of any of the `rules`, nor do all of a cluster's together.
    """
    rewrites: list[Rewrite] = []
    remarks: list[str] = []
    number = 0
    for of_group in _groups(cases):
        files = [(_written(copy, place), place) for copy, place in _copies(of_group[0], named)]
        if not files:
            continue
        mended = _mended(Again(rules, of_group[0]), [file for file, _ in files], wanted, unsafe=unsafe)
        number += sum(one.unsafe for one in mended)
        good, why = _writable(files, mended)
        remarks += why
        spoilt = _spoilt_together(rules, of_group, files, good)
        if spoilt:
            remarks.append(f"{', '.join(good)}: left alone: mended, the cluster would have a problem more: {spoilt}")
        else:
            rewrites += good.values()
            remarks += [note for one in mended for note in one.spoilt]
    return Plan(rewrites=tuple(rewrites), remarks=tuple(dict.fromkeys(remarks)), unsafe=number)


def edits(cases: Iterable[Case], rules: Sequence[Rule], findings: Iterable[Finding]) -> Mapping[Finding, Edit]:
    """For each finding that can be mended by itself the edit of its file."""
    by_place = {(f.rule, f.location, f.message): f for f in findings}
    found: dict[Finding, Edit] = {}
    for of_group in _groups(cases):
        again = Again(rules, of_group[0])
        for copy in of_group[0].cluster.corosyncs:
            written = _written(copy, place_of(copy.source, [copy.source.path]))
            of_file = [f for f in by_place.values() if f.location.file == written.path]
            if not any(True for f in of_file for safe in (True, False) for _ in proposals(f, written, safe=safe)):
                continue
            for finding, edit in Attempt(again, written, lambda _: True, unsafe=True).edits():
                told = by_place.get((finding.rule, finding.location, finding.message))
                if told is not None:
                    found[told] = edit
    return found


def _groups(cases: Iterable[Case]) -> Iterator[list[Case]]:
    """The cases of each cluster that has a corosync.conf, without those of single files."""
    whole = (case for case in cases if case.only is None and case.cluster.corosyncs)
    return (list(of_group) for _, of_group in groupby(whole, key=lambda case: case.group))


def _copies(case: Case, named: Sequence[str]) -> Iterator[tuple[NodeCorosync, Place]]:
    """A cluster's files, those that are one file under several names once."""
    seen = set()
    for copy in case.cluster.corosyncs:
        place = place_of(copy.source, named)
        if place.target is None or place.target not in seen:
            seen.add(place.target)
            yield copy, place


def _written(copy: NodeCorosync, place: Place) -> Written:
    encoding = decode(place.data)[1] if place.data else "utf-8"
    return Written(copy.source.text, encoding, copy.source.path, copy.node, copy.corosync.release)


def _mended(again: Again, files: list[Written], wanted: Wanted, *, unsafe: bool) -> list[Mended]:
    """What becomes of each file; of equal ones the same."""
    known: dict[tuple[str, str], Mended] = {}
    mended = []
    for file in files:
        key = (file.text, file.encoding)
        if key not in known:
            known[key] = Attempt(again, file, wanted, unsafe=unsafe).mended()
        mended.append(_for(file, known[key]))
    return mended


def _for(file: Written, one: Mended) -> Mended:
    """What became of an equal file, told of this one."""
    if one.written.path == file.path:
        return one
    written = file.with_text(one.written.text)
    fixed = tuple(replace(f, location=f.location._replace(file=file.path), node=file.node) for f in one.fixed)
    return replace(one, written=written, fixed=fixed, spoilt=())


def _writable(files: _Files, mended: list[Mended]) -> tuple[dict[str, Rewrite], list[str]]:
    """The rewrites of files that change and may be rewritten, and why others are not."""
    good: dict[str, Rewrite] = {}
    why = []
    for (file, place), one in zip(files, mended, strict=True):
        if one.written.text == file.text:
            continue
        if place.target is None:
            why.append(f"{file.path}: {place.why}")
            continue
        good[file.path] = Rewrite(
            path=file.path,
            target=place.target,
            before=place.data,
            after=one.written.data(),
            encoding=file.encoding,
            fixed=one.fixed,
            secret_lines=frozenset(n for n in range(1, len(file.lines) + 1) if file.holds_secret(n)),
            notes=one.notes,
        )
    return good, why


def _spoilt_together(rules: Sequence[Rule], cases: list[Case], files: _Files, good: Mapping[str, Rewrite]) -> str:
    """The finding that all rewrites of a cluster bring together, with any of its CIBs, else ""."""
    if not good or len(files) == len(cases) == 1:
        return ""  # asked already, file by file
    before = [file for file, _ in files]
    after = [_rewritten(file, good) for file in before]
    for case in cases:
        again = Again(rules, case)
        new = next(iter(beyond(again.answer(after), again.answer(before))), None)
        if new is not None:
            return f"{new.message} [{new.rule}]"
    return ""


def _rewritten(file: Written, good: Mapping[str, Rewrite]) -> Written:
    if file.path not in good:
        return file
    return file.with_text(good[file.path].after.decode(file.encoding))
