"""Whether a rule says of its examples what they expect: each bad one fires exactly so, each good one is silent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import field
from pathlib import Path
from typing import Any

from halint.engine.rule import Rule
from halint.engine.rulefile import read_rule
from halint.errors import HalintError
from halint.output.frame import masked_line
from halint.record import record
from halint.report import Finding, Report
from halint.trial.example import tried

SIDES = ("bad", "good")


@record
class Unexpected:
    """A finding that no example expects, and the line it is in."""

    finding: Finding
    text: str


@record
class Verdict:
    """What became of one example. `line` is that of the example in its file.

    `missing` are entries of `expect` that nothing answers: at, says, perhaps file and severity. `problems` are
    sentences about what went wrong beside that; `unasked` says why the rule was not asked, "" where it was.
    """

    side: str
    title: str
    line: int
    missing: tuple[Mapping[str, str], ...] = ()
    unexpected: tuple[Unexpected, ...] = ()
    problems: tuple[str, ...] = ()
    unasked: str = ""

    @property
    def passed(self) -> bool:
        """Whether everything is as expected."""
        return not (self.missing or self.unexpected or self.problems)


@record
class Tested:
    """What became of a rule file: `problem` is what is wrong with its form, as FILE:LINE and a sentence, or ""."""

    file: str
    rule: str
    problem: str = ""
    verdicts: tuple[Verdict, ...] = field(default=())

    @property
    def passed(self) -> bool:
        """Whether the file is in order and every example as expected."""
        return not self.problem and all(verdict.passed for verdict in self.verdicts)


def tested(rule: Rule) -> Tested:
    """A rule of a user's file or of a plugin, with each of its examples. Raises HalintError as `read_rule` does."""
    page = read_rule(Path(rule.file), trusted=bool(rule.plugin))
    return Tested(file=rule.file, rule=rule.name, verdicts=tuple(verdicts(rule, page)))


def verdicts(rule: Rule, page: Mapping[str, Any]) -> Iterator[Verdict]:
    """What becomes of each example of a rule; `page` is all its file says."""
    titles = Counter(example["title"] for side in SIDES for example in page["examples"][side])
    for side in SIDES:
        for example in page["examples"][side]:
            twice = ("another example has the same title",) if titles[example["title"]] > 1 else ()
            yield judged(rule, side, example, twice)


def judged(rule: Rule, side: str, example: Mapping[str, Any], problems: tuple[str, ...] = ()) -> Verdict:
    """What a rule says of an example against what that expects; `problems` are known of it already."""
    head = {"side": side, "title": example["title"], "line": example["line"]}
    try:
        report = tried(rule, example)
    except HalintError as error:
        return Verdict(**head, problems=(*problems, str(error)))
    left, unexpected = matched(example["expect"], report)
    return Verdict(
        **head,
        missing=left,
        unexpected=unexpected,
        problems=(*problems, *report.trouble),
        unasked="; ".join(skipped.reason for skipped in report.skipped),
    )


def matched(
    expect: list[Mapping[str, str]], report: Report
) -> tuple[tuple[Mapping[str, str], ...], tuple[Unexpected, ...]]:
    """The entries of `expect` that no finding answers, and the findings that none expects: each answers one."""
    left, unexpected = list(expect), []
    for finding in report.findings:
        source, number = report.sources[finding.location.file], finding.location.line
        line = source.lines[number - 1] if number <= len(source.lines) else ""
        match = next((entry for entry in left if _answers(finding, line, entry)), None)
        if match is None:
            unexpected.append(Unexpected(finding=finding, text=masked_line(source, number).strip()))
        else:
            left.remove(match)
    return tuple(left), tuple(unexpected)


def _answers(finding: Finding, line: str, expected: Mapping[str, str]) -> bool:
    return (
        expected["says"] == finding.message
        and expected["at"].strip() in line
        and expected.get("file", finding.location.file) == finding.location.file
        and expected.get("severity", finding.severity) == finding.severity
    )
