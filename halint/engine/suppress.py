"""Sets findings aside that a comment in the files, or an entry of the configuration file, names with a reason."""

from __future__ import annotations

import os
import sys
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from halint.engine.asked import Asked, asked_of
from halint.engine.commented import is_commented
from halint.engine.hit import Hit
from halint.engine.paths import relative
from halint.engine.rule import PythonCheck, Rule
from halint.engine.run import Case, Outcome, check_function, finding_of, one_line
from halint.engine.select import matching
from halint.errors import HalintError
from halint.parse.ignores import Ignore, Tags, ignores, is_xml
from halint.record import record
from halint.report import Finding, Suppression
from halint.source import Location, Mark, Source, Span

if TYPE_CHECKING:
    from datetime import date


@record
class Entry:
    """One item of `suppress:` in the configuration file.

    `rule` is a name, a topic or a pattern; `object` the subject of a finding, or the id of the element at its place;
    `file` a pattern for its path, from the folder of the configuration file, or for its name where it has no slash.
    What is empty fits anything. `expires` is the last day on which the entry counts. `at` is where it is written.
    """

    rule: str
    object: str = ""
    file: str = ""
    reason: str
    expires: date | None = None
    at: Location


def suppress(
    outcome: Outcome,
    rules: Iterable[Rule],
    cases: Iterable[Case],
    *,
    known: Iterable[Rule],
    entries: Iterable[Entry] = (),
    configs: Iterable[Source] = (),
    today: date | None = None,
    whole: bool = False,
) -> Outcome:
    """The outcome of a run with what is set aside apart, and with what is wrong with the suppressions themselves.

    `rules` and `cases` are those of the run; `known` all rules that a suppression may name; `configs` the files that
    the `entries` stand in; `whole` says that all files were read that these are for: only then an entry without a
    file's path can be found unused. Without `today` nothing expires.
    """
    cases, entries = tuple(cases), tuple(entries)
    files = {source.path: (source, case) for case in cases for source in case.cluster.sources}
    commented = [one for one in files.values() if is_commented(one[0]) and not (is_xml(one[0]) and one[0].problems)]
    if not commented and not entries:
        return outcome
    run = _Suppressing(tuple(rules), tuple(known), today)
    run.groups = {path: (case.group, source.kind) for path, (source, case) in files.items()}
    run.comments = [use for source, case in commented for use in run.of_comments(source, case)]
    by_path = {source.path: source for source in configs}
    run.entries = [run.of_entry(entry, by_path) for entry in entries]
    kept, aside = run.sort(outcome.findings, {path: source for path, (source, _) in files.items()})
    asked = asked_of(rules := run.rules, cases, whole=whole) if not outcome.trouble else Asked(by_file={})
    own = tuple(run.own_findings(rules, asked, (*kept, *aside)))
    used = {use.at.source.path: use.at.source for use in (*run.comments, *run.entries)}
    return replace(
        outcome,
        findings=tuple(sorted((*kept, *own), key=Finding.sort_key)),
        suppressed=tuple(aside),
        sources={**outcome.sources, **used},
    )


@dataclass(kw_only=True, eq=False)
class _Use:
    """A comment or an entry: the rules it means by each name, and the names that served."""

    at: Mark
    cluster: str
    kind: str
    group: tuple[object, ...]
    names: Mapping[str, frozenset[str]]
    reason: str
    spoken: Ignore | Entry
    subject: str
    expires: date | None = None
    served: set[str] = field(default_factory=set)

    def rules(self) -> frozenset[str]:
        """All rules that are meant."""
        return frozenset[str]().union(*self.names.values())

    def serve(self, rule: str) -> None:
        """Note that a finding of a rule was set aside by it."""
        self.served.update(name for name, rules in self.names.items() if rule in rules)

    @property
    def object(self) -> str:
        """The object that an entry names."""
        return self.spoken.object if isinstance(self.spoken, Entry) else ""

    def stretches(self) -> Iterator[tuple[Point, Point]]:
        """What a comment speaks of, as beginnings and ends."""
        if isinstance(self.spoken, Ignore):
            if self.spoken.top:
                yield TOP, (1, 0)
            if self.spoken.whole_file:
                yield TOP, (sys.maxsize, 0)
            yield from ((span[:2], span[2:]) for span in self.spoken.stretches)


Point = tuple[int, int]
"""A line and a column."""

TOP: Point = (0, 0)
"""Before the first line: where findings about a whole file stand."""


def _swept(rule: str, uses: Iterable[_Use], points: Iterable[tuple[Point, int]]) -> Iterator[tuple[int, _Use]]:
    """The numbers of the points, which are in order, that lie in a stretch of a use, with such a use.

    Every use that a point lies in serves. Takes no longer than sorting, however many stretches lie in one another.
    """
    waiting = deque(sorted((*s, order, use) for order, use in enumerate(uses) for s in use.stretches()))
    held: tuple[Point, _Use] | None = None
    for point, number in points:
        fresh = []
        while waiting and waiting[0][0] <= point:
            _, end, _, use = waiting.popleft()
            if point < end:
                fresh.append((end, use))
        for end, use in fresh:
            use.serve(rule)
            if held is None or held[0] < end:
                held = (end, use)
        if held is not None and point < held[0]:
            yield number, fresh[-1][1] if fresh else held[1]


class _Suppressing:
    def __init__(self, rules: tuple[Rule, ...], known: tuple[Rule, ...], today: date | None) -> None:
        self.rules = rules
        self.comments: list[_Use] = []
        self.entries: list[_Use] = []
        self.groups: Mapping[str, tuple[object, ...]] = {}
        self._known = known
        self._own = frozenset(rule.name for rule in known if rule.asked_last)
        self._today = today
        self._malformed: list[tuple[str, Hit]] = []
        self._expired: list[tuple[str, Hit]] = []
        self._tags: dict[str, Tags] = {}
        self._matching: dict[str, frozenset[str]] = {}

    def of_comments(self, source: Source, case: Case) -> Iterator[_Use]:
        """The comments of a file that hold; what is wrong with the others is noted."""
        for ignore in ignores(source):
            at = Mark(source, ignore.span)
            subject = ", ".join(ignore.names) or "halint"
            if ignore.problem:
                self._wrong(at, case.cluster.name, subject, ignore.problem, said=ignore.said, rules=subject)
                continue
            expires = self._date(ignore, at, case.cluster.name, subject)
            if ignore.until and expires is None:
                continue
            use = _Use(
                at=at,
                cluster=case.cluster.name,
                kind="comment",
                group=self.groups[source.path],
                names=self._meant(ignore.names, at, case.cluster.name, subject),
                reason=one_line(ignore.reason),
                spoken=ignore,
                subject=subject,
                expires=expires,
            )
            if self._holds(use):
                yield use

    def of_entry(self, entry: Entry, configs: Mapping[str, Source]) -> _Use:
        """An entry of the configuration; one that does not hold means no rule."""
        source = configs.get(entry.at.file) or Source(path=entry.at.file, kind="config", text="")
        at = Mark(source, Span(*entry.at[1:]))
        subject = entry.object or entry.rule
        names: Mapping[str, frozenset[str]] = {}
        if not entry.reason.strip():
            self._wrong(at, "", subject, "no-reason", rules=entry.rule)
        else:
            names = self._meant((entry.rule,), at, "", subject)
        use = _Use(
            at=at,
            cluster="",
            kind="config",
            group=(),
            names=names,
            reason=one_line(entry.reason),
            spoken=entry,
            subject=subject,
            expires=entry.expires,
        )
        return use if self._holds(use) else replace(use, names={})

    def sort(self, findings: Iterable[Finding], sources: Mapping[str, Source]) -> tuple[list[Finding], list[Finding]]:
        """The findings that count, and those set aside, told why."""
        findings = tuple(findings)
        by_comment = self._by_comment(findings, sources)
        entries: dict[tuple[str, str], list[_Use]] = {}
        for use in self.entries:
            for rule in use.rules():
                entries.setdefault((rule, use.object), []).append(use)
        kept, aside = [], []
        for finding in findings:
            by = [use for use in (by_comment.get(id(finding)),) if use]
            by += self._by_entry(finding, entries, sources) if entries else []
            if by:
                aside.append(replace(finding, suppressed=Suppression(by[0].kind, by[0].reason)))
            else:
                kept.append(finding)
        return kept, aside

    def _by_comment(self, findings: tuple[Finding, ...], sources: Mapping[str, Source]) -> dict[int, _Use]:
        """What sets findings aside, by the finding's identity."""
        wanted: dict[tuple[str, str], list[Finding]] = {}
        for finding in findings:
            wanted.setdefault((finding.location.file, finding.rule), []).append(finding)
        uses: dict[tuple[str, str], list[_Use]] = {}
        for use in self.comments:
            for rule in use.rules():
                if (use.at.source.path, rule) in wanted:
                    uses.setdefault((use.at.source.path, rule), []).append(use)
        by: dict[int, _Use] = {}
        for (path, rule), of_rule in uses.items():
            of_findings = wanted[path, rule]
            points = sorted((p, n) for n, f in enumerate(of_findings) for p in self._points(f, sources[path]))
            for number, use in _swept(rule, of_rule, points):
                by.setdefault(id(of_findings[number]), use)
        return by

    def _points(self, finding: Finding, source: Source) -> Iterator[Point]:
        """Where a comment may be that is about a finding: at its place, or at its object's."""
        place = finding.location
        # of the file as a whole, such as a section that is missing: any comment above the first setting
        yield TOP if place[1:] == (1, 1, 1, 1) else (place.line, place.column)
        span = self._tags_of(source).called(finding.subject) if is_xml(source) else None
        if span is not None:
            yield span[:2]

    def _by_entry(
        self, finding: Finding, entries: Mapping[tuple[str, str], list[_Use]], sources: Mapping[str, Source]
    ) -> list[_Use]:
        source, place = sources.get(finding.location.file), finding.location
        xml = source is not None and is_xml(source)
        element = self._tags_of(source).id_at(place.line, place.column) if xml and source is not None else ""
        by = [
            use
            for one in dict.fromkeys(("", finding.subject, element))
            for use in entries.get((finding.rule, one), ())
            if isinstance(use.spoken, Entry) and (not use.spoken.file or _fits_file(use.spoken, place.file))
        ]
        for use in by:
            use.serve(finding.rule)
        return by

    def own_findings(self, rules: Iterable[Rule], asked: Asked, findings: Iterable[Finding]) -> Iterator[Finding]:
        """What the rules about suppressions say."""
        unused = list(self._unused(asked, tuple(findings)))
        found = {"malformed": self._malformed, "unused": unused, "expired": self._expired}
        for rule in rules:
            for check in rule.checks if rule.asked_last else ():
                if isinstance(check, PythonCheck):
                    yield from _answers(rule, check, found)

    def _tags_of(self, source: Source) -> Tags:
        if source.path not in self._tags:
            self._tags[source.path] = Tags(source.text)
        return self._tags[source.path]

    def _meant(self, names: Iterable[str], at: Mark, cluster: str, subject: str) -> dict[str, frozenset[str]]:
        """The rules that each name means; a name that means none, or all, is noted."""
        meant: dict[str, frozenset[str]] = {}
        for name in names:
            try:
                rules = self._matching.get(name) or frozenset(matching(self._known, name))
            except HalintError as error:
                self._wrong(at, cluster, subject, "unknown-rule", rules=name, said=str(error))
                continue
            self._matching[name] = rules
            if len(rules) == len(self._known):
                self._wrong(at, cluster, subject, "every-rule", rules=name)
            elif not rules - self._own:
                self._wrong(at, cluster, subject, "own-rule", rules=name)
            else:
                meant[name] = rules - self._own
        return meant

    def _date(self, ignore: Ignore, at: Mark, cluster: str, subject: str) -> date | None:
        if not ignore.until:
            return None
        from datetime import date  # noqa: PLC0415 - few comments hold a date

        try:
            return date.fromisoformat(ignore.until)
        except ValueError:
            self._wrong(at, cluster, subject, "no-date", said=ignore.until, rules=subject)
            return None

    def _holds(self, use: _Use) -> bool:
        """Whether the last day is not over; one that is over is noted."""
        if use.expires is None or self._today is None or self._today <= use.expires:
            return True
        if use.names:
            values = {"rules": ", ".join(use.names), "date": use.expires.isoformat(), **_of_entry(use)}
            self._expired.append((use.cluster, Hit(at=use.at, subject=use.subject, values=values, case=use.kind)))
        return False

    def _wrong(self, at: Mark, cluster: str, subject: str, case: str, *, said: str = "", rules: str) -> None:
        what = "comment" if at.source.kind != "config" else "entry"
        values = {"said": said, "rules": rules, "what": what}
        self._malformed.append((cluster, Hit(at=at, subject=subject, values=values, case=case)))

    def _unused(self, asked: Asked, findings: tuple[Finding, ...]) -> Iterator[tuple[str, Hit]]:
        served = Counter((use.group, name) for use in self.comments for name in use.served)
        told = {(self.groups.get(f.location.file), f.rule) for f in findings}
        here = {(f.location.file, f.rule) for f in findings}
        for use in self.comments:
            # what is told of one node's copy of a file is not told again of another's
            idle = [
                name
                for name, rules in use.names.items()
                if not served[use.group, name]
                and asked.of(use.at.source.path, rules)
                and not any((use.group, rule) in told for rule in rules if (use.at.source.path, rule) not in here)
            ]
            if idle:
                yield use.cluster, _idle(use, idle)
        for use in self.entries:
            idle = [name for name in use.names if name not in use.served and self._entry_asked(use, asked)]
            if idle:
                yield use.cluster, _idle(use, idle)

    def _entry_asked(self, use: _Use, asked: Asked) -> bool:
        """Whether an entry that is of use somewhere would have served in this run."""
        entry = use.spoken
        assert isinstance(entry, Entry)  # noqa: S101 - tells the type checker
        rules = use.rules()
        files = [file for file in asked.by_file if not entry.file or _fits_file(entry, file)]
        if not asked.whole and (not entry.file or any(c in entry.file for c in "*?[")):
            return False
        return any(asked.of(file, rules) for file in files)


def _idle(use: _Use, names: list[str]) -> Hit:
    values = {"rules": ", ".join(names), **_of_entry(use)}
    return Hit(at=use.at, subject=use.subject, values=values, case=use.kind)


def _of_entry(use: _Use) -> dict[str, str]:
    """What an entry says beside its rule, as words."""
    if not isinstance(use.spoken, Entry):
        return {}
    of = f" of {use.spoken.object}" if use.spoken.object else ""
    return {"where": f"{of} in {use.spoken.file}" if use.spoken.file else of}


def _answers(rule: Rule, check: PythonCheck, found: Mapping[str, list[tuple[str, Hit]]]) -> Iterator[Finding]:
    for cluster in dict.fromkeys(name for hits in found.values() for name, _ in hits):
        from halint.checks.suppressions import Account  # noqa: PLC0415 - only where something is suppressed

        account = Account(**{what: tuple(hit for name, hit in hits if name == cluster) for what, hits in found.items()})
        for hit in check_function(check.function)(account, **rule.options):
            yield finding_of(rule, check.wordings[hit.case], hit, cluster)


def _fits_file(entry: Entry, file: str) -> bool:
    """Whether an entry's pattern means a file: its path from the configuration file's folder, or its name."""
    if "/" not in entry.file:
        return fnmatchcase(file.rpartition("/")[2], entry.file)
    shown = relative(file, os.path.dirname(entry.at.file))  # noqa: PTH120 - a path as shown, with : in it
    return fnmatchcase(shown, entry.file.removeprefix("./"))
