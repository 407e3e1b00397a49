"""A cluster asked again, with other texts for its corosync.conf files."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from halint.document import Document
from halint.engine.rule import Rule
from halint.engine.run import Case, run
from halint.fix.written import Written
from halint.model.cluster import Cluster, NodeCorosync
from halint.model.resolve_nodes import resolve_nodes
from halint.parse.corosync import CorosyncFile, to_xml
from halint.record import record
from halint.report import SEVERITIES, Finding
from halint.source import Mark, Source

_LINE = re.compile(r"\bline \d+")

Findings = tuple[Finding, ...]


@record
class Answer:
    """What the rules say of a cluster with these corosync.conf files; `trouble` are rules that failed."""

    findings: Findings
    files: tuple[Written, ...]
    trouble: tuple[str, ...] = ()

    def anchor(self, finding: Finding) -> tuple[object, ...]:
        """Where a finding stands, whatever was added or dropped before it: the line's text, how many such precede."""
        path, number = finding.location.file, finding.location.line
        written = next((file for file in self.files if file.path == path), None)
        if written is None:
            return (finding.rule, finding.location)
        text = written.line(number).strip()
        return (finding.rule, path, text, sum(line.strip() == text for line in written.lines[: number - 1]))


class Again:
    """One cluster with one CIB, whose corosync.conf files may be exchanged."""

    def __init__(self, rules: Iterable[Rule], case: Case) -> None:
        """`rules` are those to ask; the document of `case` is taken apart, so that it serves no other purpose."""
        self._rules = tuple(rules)
        self._case = case
        self._cib: tuple[Any, Source] | None = None
        self._taken = False

    def answer(self, files: Iterable[Written]) -> Answer:
        """What the rules say with these files as the cluster's corosync.conf; the first stands for all."""
        files = tuple(files)
        cluster, document = self._with(files)
        outcome = run(self._rules, [Case(cluster=cluster, document=document)])
        return Answer(findings=outcome.findings, files=files, trouble=outcome.trouble)

    def _with(self, files: tuple[Written, ...]) -> tuple[Cluster, Any]:
        old = self._case.cluster
        copies = tuple(NodeCorosync(node=f.node, source=f.file.source, corosync=f.corosync) for f in files)
        of_others = tuple(source for source in old.sources if source.kind != "corosync")
        given = old.given - {"corosync*"} | ({"corosync*"} if len(files) > 1 else set())
        cluster = replace(
            old,
            given=frozenset(given),
            sources=(*of_others, *(copy.source for copy in copies)),
            nodes=resolve_nodes(old.cib, copies[0].corosync, old.hosts),
            corosync=copies[0].corosync,
            corosyncs=copies,
        )
        made: list[Document] = []

        def document() -> Document:
            if not made:
                made.append(self._document(cluster, [f.file for f in files]))
            return made[0]

        return cluster, document

    def _document(self, cluster: Cluster, files: list[CorosyncFile]) -> Document:
        written, marks = _as_xml(files[0])
        trees: dict[str, Any] = {"corosync": written}
        cib = self._take_cib()
        if cib is not None:
            trees["cib"] = cib[0]
        of_nodes = [f for f in files if f.source.node is not None]
        document = Document(cluster, trees, marks, lambda: [(f.source.node, *_as_xml(f)) for f in of_nodes])
        if cib is not None:
            document.own(*cib)
        return document

    def _take_cib(self) -> tuple[Any, Source] | None:
        """The CIB's tree and source, taken out of the case's document."""
        if not self._taken:
            self._taken = True
            tree = self._case.document().root("/cluster/cib").find("cib")
            source = next((s for s in self._case.cluster.sources if s.kind == "cib"), None)
            self._cib = None if tree is None or source is None else (tree, source)
        return self._cib


def known_by(finding: Finding) -> tuple[object, ...]:
    """What makes a finding the same one after an edit: all but where exactly it stands."""
    message = _LINE.sub("line", finding.message)
    return (finding.rule, finding.subject, message, finding.severity, finding.location.file)


def beyond(after: Answer, before: Answer) -> list[Finding]:
    """The findings of `after` that `before` has not, each as often as it is there more.

    A finding of the same rule at the same place that only reads differently and is not graver is no new one.
    """
    more, gone = _without(after.findings, before.findings), _without(before.findings, after.findings)
    reworded = Counter((before.anchor(f), severity) for f in gone for severity in _up_to(f.severity))
    new = []
    for finding in more:
        key = (after.anchor(finding), finding.severity)
        if reworded[key]:
            reworded[key] -= 1
        else:
            new.append(finding)
    return new


def _without(findings: Iterable[Finding], others: Iterable[Finding]) -> list[Finding]:
    left = Counter(known_by(finding) for finding in others)
    more = []
    for finding in findings:
        key = known_by(finding)
        if left[key]:
            left[key] -= 1
        else:
            more.append(finding)
    return more


def _up_to(severity: str) -> tuple[str, ...]:
    return SEVERITIES[: SEVERITIES.index(severity) + 1]


def _as_xml(file: CorosyncFile) -> tuple[Any, Mapping[Any, Mark]]:
    return to_xml(file.tree)
