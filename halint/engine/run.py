"""Runs rules over clusters. The one place that makes findings, and the one that survives a rule's own bug."""

from __future__ import annotations

import importlib
import re
import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache, partial
from typing import Any

from lxml import etree

from halint.document import Document
from halint.engine.hit import Hit
from halint.engine.peers import peers_of
from halint.engine.rule import OWN_CHECKS, PythonCheck, Query, Rule, Wording
from halint.engine.template import fill
from halint.model.cluster import Cluster
from halint.model.pacemaker_release import Release
from halint.progress import Told, counted
from halint.record import record
from halint.report import PARTS, Finding, Fix, Related, Skipped
from halint.schema.validity import problems_as_read
from halint.schema.versions import known_versions
from halint.secrets import mask_urls
from halint.source import Location, Mark, Source


@record
class Case:
    """One cluster to run rules over; the document is made only when a query asks for it.

    With `only`, the path of a file, the case asks what is wrong with this file that was not told of the cluster's
    other file of its kind: a node's own corosync.conf that differs. `group` tells clusters of one name apart.
    """

    cluster: Cluster
    document: Callable[[], Document]
    only: str | None = None
    group: int = 0


@record
class Outcome:
    """What the rules said: findings and skipped rules, sorted, and sentences about halint's own bugs.

    `sources` are the files that findings point into, by path; `suppressed` the findings that were set aside.
    """

    findings: tuple[Finding, ...]
    skipped: tuple[Skipped, ...]
    trouble: tuple[str, ...]
    sources: Mapping[str, Source]
    suppressed: tuple[Finding, ...] = ()


def run(rules: Iterable[Rule], cases: Iterable[Case], on_progress: Told | None = None) -> Outcome:
    """Ask every rule about every case; `on_progress` is told of each."""
    run_ = _Run(tuple(rules))
    for case in counted(tuple(cases), lambda case: f"checking cluster {case.cluster.name}", on_progress):
        run_.add(case)
    return run_.outcome()


@cache
def check_function(name: str, package: str = OWN_CHECKS) -> Any:
    """The function `module.function` of a package."""
    module, _, function = name.partition(".")
    return getattr(importlib.import_module(f"{package}.{module}"), function)


_Told = tuple[Finding, tuple[Source, ...]]
"""A finding and the files it points into."""


class _Run:
    def __init__(self, rules: tuple[Rule, ...]) -> None:
        self._rules = tuple(rule for rule in rules if not rule.asked_last)
        self._findings: dict[tuple[object, ...], Finding] = {}
        self._told: set[tuple[object, ...]] = set()
        self._skipped: dict[Skipped, set[str]] = {}
        self._asked: set[str] = set()
        self._trouble: set[str] = set()
        self._sources: dict[str, Source] = {}
        self._sorted: dict[frozenset[str], tuple[tuple[Rule, ...], tuple[Skipped, ...]]] = {}

    def add(self, case: Case) -> None:
        """Run all rules over one case."""
        breaks_schema = cache(partial(_breaks_schema, case))
        asked, skipped = self._by_inputs(case.cluster.given)
        for left_out in skipped:
            self._skipped.setdefault(left_out, set()).add(case.cluster.name)
        for rule in asked:
            self._asked.add(rule.name)
            for told, sources in self._safely(rule, case):
                finding = _by_hand(told) if told.fix.has_commands() and breaks_schema(sources[0]) else told
                same = (case.group, finding.rule, finding.subject, finding.message)
                if case.only and (finding.location.file != case.only or same in self._told):
                    continue
                self._told.add(same)
                self._findings.setdefault((finding.rule, finding.location, finding.message), finding)
                self._sources.update((source.path, source) for source in sources)

    def _by_inputs(self, given: frozenset[str]) -> tuple[tuple[Rule, ...], tuple[Skipped, ...]]:
        """The rules that can be asked of these inputs, and the others with why not."""
        if given not in self._sorted:
            missing = {rule.name: [need for need in rule.needs if need not in given] for rule in self._rules}
            self._sorted[given] = (
                tuple(rule for rule in self._rules if not missing[rule.name]),
                tuple(Skipped(name, _missing(needs)) for name, needs in missing.items() if needs),
            )
        return self._sorted[given]

    def outcome(self) -> Outcome:
        """Everything, sorted. A rule that was asked of some clusters is skipped for the others by name."""
        skipped = sorted(
            Skipped(s.rule, f"{s.reason} ({_clusters(where)})" if s.rule in self._asked else s.reason)
            for s, where in self._skipped.items()
        )
        findings = sorted(self._told_once(), key=Finding.sort_key)
        return Outcome(
            findings=tuple(findings),
            skipped=tuple(skipped),
            trouble=tuple(sorted(self._trouble)),
            sources=self._sources,
        )

    def _told_once(self) -> list[Finding]:
        """The findings, one of a place of which a rule speaks that goes before another (`unless`): the graver one."""
        unless = {rule.name: frozenset(rule.unless) for rule in self._rules if rule.unless}
        findings = list(self._findings.values())
        later = [finding for finding in findings if finding.rule in unless]
        first = frozenset().union(*unless.values())
        places: dict[Location, list[Finding]] = {}
        for finding in findings:
            if later and finding.rule in first:
                places.setdefault(finding.location, []).append(finding)
        dropped: set[int] = set()
        for finding in later:
            same = [other for other in places.get(finding.location, ()) if other.rule in unless[finding.rule]]
            as_grave = [other for other in same if other.gravity >= finding.gravity]
            dropped.update(map(id, [finding] if as_grave else same))
        return [finding for finding in findings if id(finding) not in dropped]

    def _safely(self, rule: Rule, case: Case) -> list[_Told]:
        try:
            return [told for check in rule.checks for told in self._ask(rule, check, case)]
        except Exception as error:  # noqa: BLE001 - a bug in one rule must not silence the others; it is told
            self._trouble.add(_broken(rule, error))
            return []

    def _ask(self, rule: Rule, check: Query | PythonCheck, case: Case) -> Iterator[_Told]:
        if isinstance(check, Query):
            yield from _query(rule, check, case)
            return
        hits: Iterable[Hit] = check_function(check.function, check.package)(case.cluster, **rule.options)
        for hit in hits:
            yield _told(rule, check.wordings[hit.case], hit, case.cluster)


def _broken(rule: Rule, error: Exception) -> str:
    """A sentence about a rule's own bug, and whose it is."""
    what = one_line(f"{type(error).__name__}: {error}")
    if rule.plugin:
        return f"error in rule {rule.name} of the plugin {rule.plugin}: {what}; please tell its authors"
    if rule.file:
        return f"error in rule {rule.name} ({rule.file}): {what}"
    return f"internal error in rule {rule.name}: {what}; please report it"


def _breaks_schema(case: Case, source: Source) -> bool:
    """Whether a finding is in a CIB that breaks its own schema: pcs, crm and cibadmin do not even load it (2.1.5)."""
    cib = case.cluster.cib
    if cib is None or cib.at.source is not source or cib.at.element is None or not cib.at.element.attrib:
        return False  # a configuration without a `cib` around it is a part of one that is elsewhere
    root = cib.at.element
    return cib.validate_with not in known_versions() or bool(problems_as_read(root, cib.validate_with))


def _by_hand(finding: Finding) -> Finding:
    """The finding without commands."""
    text = f"{finding.fix.text} Edit the file itself: while it breaks its schema, no tool takes a command for it."
    return replace(finding, fix=Fix(text=text))


def _clusters(names: set[str]) -> str:
    return ", ".join(sorted(names)) if len(names) <= 3 else f"{len(names)} clusters"


def _missing(needs: list[str]) -> str:
    names = [f"{n.removesuffix('*')} of two nodes or more" if n.endswith("*") else PARTS.get(n, n) for n in needs]
    return f"needs {' and '.join(names)}"


def _query(rule: Rule, query: Query, case: Case) -> Iterator[_Told]:
    document = case.document()
    let: dict[str, Any] = {}
    for name, expression in rule.let.items():
        let[name] = _xpath(expression)(document.root(expression), **let)
    found = _xpath(query.find)(document.root(query.find), **let)
    for culprit in _nodes(found):
        mark = document.mark(culprit)
        if mark is None:
            continue
        node = culprit if isinstance(culprit, etree._Element) else culprit.getparent()  # noqa: SLF001 - see document
        values = _Evaluated(node, let)
        subject = values[query.subject] if query.subject else _subject(node)
        related = tuple(
            (place, fill(r.message, _Evaluated(other, let).__getitem__))
            for r in query.related
            for other in _nodes(_xpath(r.find)(node, **let))
            if (place := document.mark(other)) is not None
        )
        hit = Hit(at=mark, subject=subject, values=values, related=related)
        yield _told(rule, query.wording, hit, case.cluster)


class _Evaluated(Mapping[str, object]):
    """Values of XPath placeholders, evaluated from one element when asked."""

    def __init__(self, node: Any, let: Mapping[str, Any]) -> None:
        self._node = node
        self._let = let

    def __getitem__(self, expression: str) -> str:
        value = _xpath(f"string({expression})")(self._node, **self._let)
        return str(value)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def _nodes(found: Any) -> list[Any]:
    return found if isinstance(found, list) else []


def _subject(node: Any) -> str:
    """The nearest id or name upward, else the path of element names."""
    for element in (node, *node.iterancestors()):
        name = element.get("id") or element.get("name")
        if name and element.tag != "cluster":
            return str(name)
    return str(node.tag)


@cache
def _xpath(expression: str) -> etree.XPath:
    return etree.XPath(expression)


def _told(rule: Rule, wording: Wording, hit: Hit, cluster: Cluster) -> _Told:
    sources = (hit.at.source, *(mark.source for mark, _ in hit.related))
    release = () if cluster.cib is None else cluster.cib.version
    return finding_of(rule, wording, hit, cluster.name, release), sources


def finding_of(rule: Rule, wording: Wording, hit: Hit, cluster: str, release: Release = ()) -> Finding:
    """What a rule says of a hit in the cluster of this name, which is judged for this Pacemaker."""
    return Finding(
        rule=rule.name,
        topic=rule.topic,
        severity=wording.severity or rule.severity,
        confidence=wording.confidence or rule.confidence,
        message=one_line(fill(wording.message, lambda name: str(hit.values[name]))),
        consequence=rule.consequence,
        subject=hit.subject,
        location=hit.at.location(),
        cluster=cluster,
        node=hit.at.source.node,
        related=_related(hit.related),
        fix=_fix(wording.fix or rule.fix, hit.values),
        peers=peers_of(rule.peers if wording.peers is None else wording.peers, release),
        url=rule.url,
    )


def _related(places: tuple[tuple[Mark, str], ...]) -> tuple[Related, ...]:
    return tuple(sorted({Related(mark.location(), one_line(message)) for mark, message in places}))


def _fix(fix: Fix, values: Mapping[str, object]) -> Fix:
    def quoted(name: str) -> str:
        return shlex.quote(str(values[name]))

    def within_quotes(name: str) -> str:
        return str(values[name]).replace("'", "'\"'\"'")

    def command(text: str) -> str:
        parts = text.split("'")
        return one_line("'".join(fill(part, within_quotes if i % 2 else quoted) for i, part in enumerate(parts)))

    return Fix(
        text=one_line(fill(fix.text, lambda name: str(values[name]))),
        pcs=tuple(command(c) for c in fix.pcs),
        crm=tuple(command(c) for c in fix.crm),
        blanks=fix.blanks,
    )


_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def one_line(text: str) -> str:
    r"""One line that no terminal can misread: control characters as \\xNN, passwords in URLs masked."""
    return mask_urls(_CONTROL.sub(lambda m: f"\\x{ord(m.group()):02x}", " ".join(text.split())))
