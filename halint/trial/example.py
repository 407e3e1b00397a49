"""Asks a rule about the files of an example, read as a real run reads a folder."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from halint.engine.rule import Rule
from halint.engine.rules import built_in
from halint.engine.run import Outcome, run
from halint.engine.suppress import suppress
from halint.inputs.read import Inputs, read
from halint.output.setting import Setting
from halint.output.style import Style
from halint.output.text import frames_text, full
from halint.parse.targets import parse_targets
from halint.report import Finding, Related, Report
from halint.source import Location, Source
from halint.trial.files import write_files

DAY = date(2026, 1, 1)
"""The day on which examples about suppressions that expire are judged."""

_PLAIN = Style(width=100)


def asked(rule: Rule, folder: Path, target: Iterable[str] = ()) -> Report:
    """What one rule says of the files in a folder, and what could not be done; `target` is as in an example."""
    inputs = read([str(folder)], targets=parse_targets(target))
    outcome = _about_suppressions(rule, inputs) if rule.asked_last else run([rule], inputs.cases)
    return Report(
        findings=outcome.findings,
        skipped=outcome.skipped,
        inputs=inputs.inputs,
        sources=outcome.sources,
        trouble=(*inputs.trouble, *outcome.trouble),
        clusters=inputs.clusters,
    )


def tried(rule: Rule, example: Mapping[str, Any]) -> Report:
    """What a rule says of an example of its file, paths as the example has them.

    Raises HalintError for files that cannot be laid out, and for a target that there is none of.
    """
    with TemporaryDirectory(prefix="halint-") as temporary:
        folder = Path(temporary) / "case"
        folder.mkdir()
        write_files(example["files"], folder)
        return _within(folder, asked(rule, folder, example["target"]))


def shown(rule: Rule, example: Mapping[str, Any], style: Style = _PLAIN) -> str:
    """What `halint check` prints for an example: the full format, without the line that counts; "" for no finding.

    `example` is one of `read_rule(FILE)["examples"]`, bad or good; `rule` is `rule_from(compiled(read_rule(FILE)))`,
    or one of `halint.engine.rules.built_in()`. Some 5 ms each.
    """
    return full(tried(rule, example), Setting(style=style, quiet=True))


def frames(rule: Rule, example: Mapping[str, Any], style: Style = _PLAIN) -> tuple[str, ...]:
    """As `shown`, a text for each finding, with its places only: for where why and fix are told already.

    What goes wrong with a rule is among the texts.
    """
    report = tried(rule, example)
    return (*(frames_text(finding, report, style) for finding in report.findings), *report.trouble)


def _about_suppressions(rule: Rule, inputs: Inputs) -> Outcome:
    """What a rule about suppressions says when all others have been asked."""
    rules = built_in()
    outcome = suppress(run(rules, inputs.cases), rules, inputs.cases, known=rules, today=DAY)
    return replace(outcome, findings=tuple(f for f in outcome.findings if f.rule == rule.name))


def _within(folder: Path, report: Report) -> Report:
    """The report with paths from the folder."""
    above = f"{folder}/"

    def text(of: str) -> str:
        return of.replace(above, "")

    def place(at: Location) -> Location:
        return at._replace(file=text(at.file))

    def finding(one: Finding) -> Finding:
        related = tuple(Related(place(r.location), text(r.message)) for r in one.related)
        return replace(one, location=place(one.location), message=text(one.message), related=related)

    def source(one: Source) -> Source:
        return replace(one, path=text(one.path))

    return replace(
        report,
        findings=tuple(finding(one) for one in report.findings),
        inputs=tuple(one._replace(path=text(one.path)) for one in report.inputs),
        sources={text(path): source(one) for path, one in report.sources.items()},
        trouble=tuple(text(line) for line in report.trouble),
    )
