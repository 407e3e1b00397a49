"""Renders the report of a check and brings it where it is wanted: standard output, files, a CI system."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from halint.cli.ci import harmless, on_github, paths, summarize
from halint.cli.configured import rules_everywhere
from halint.cli.options import CheckOptions
from halint.cli.targets import STDOUT, Target, targets, write
from halint.engine.run import Case
from halint.output.formats import CHECK
from halint.output.setting import Drawing, RulePage, Setting
from halint.output.style import Style
from halint.report import Finding, Report

DEFAULT = "full"


def wanted(options: CheckOptions, environment: Mapping[str, str]) -> tuple[Target, ...]:
    """The outputs that the options and the CI system ask for. Raises HalintError for what cannot be written.

    On GitHub, where no format is given, annotations stand beside the text.
    """
    found = targets(options.format or DEFAULT, options.output_file, options.output, CHECK, options.paths)
    asked = options.format or options.output_file or any(one.format == "github" for one in found)
    return found if asked or not on_github(environment) else (*found, Target("github", STDOUT))


def publish(report: Report, options: CheckOptions, style: Style, status: int, cases: Sequence[Case] = ()) -> None:
    """Write every output; the `cases` are drawn where one shows pictures. Raises HalintError for an unwritable file."""
    environment = os.environ
    chosen = wanted(options, environment)
    setting = Setting(
        style=style,
        paths=paths(environment),
        pages=_pages(report, options) if any(CHECK[one.format].pages for one in chosen) else {},
        status=status,
        quiet=options.quiet,
        baseline=bool(options.baseline or options.write_baseline),
        show_suppressed=options.show_suppressed,
        fixable=sum(_is_fixable(finding) for finding in report.findings),
        drawings=_drawings(report, cases) if any(CHECK[one.format].drawings for one in chosen) else (),
    )
    for target in chosen:
        _write(report, target, setting, github=on_github(environment))
    if Target("github", STDOUT) in chosen:
        summarize(CHECK["markdown"].renderer()(report, setting), environment)


def _is_fixable(finding: Finding) -> bool:
    """Whether --fix mends it: not in an archive or standard input."""
    edit = finding.fix.edit
    return edit is not None and edit.safe and os.access(finding.location.file, os.W_OK)


def _write(report: Report, target: Target, setting: Setting, *, github: bool) -> None:
    format_ = CHECK[target.format]
    if target.file != STDOUT:
        setting = setting_of_file(setting)
    text = format_.renderer()(report, setting)
    if github and not format_.machine and target.file == STDOUT:
        text = harmless(text)
    write(target.file, text, machine=format_.machine)


def setting_of_file(setting: Setting) -> Setting:
    """The setting for a file: nothing of a terminal, and nothing said beside it."""
    from dataclasses import replace  # noqa: PLC0415 - only where a file is written

    return replace(setting, style=Style(), alone=True)


def _pages(report: Report, options: CheckOptions) -> dict[str, RulePage]:
    from halint.cli.rule_pages import rule_pages  # noqa: PLC0415 - reads YAML

    return rule_pages({finding.rule for finding in report.all()}, rules_everywhere(options))


def _drawings(report: Report, cases: Sequence[Case]) -> tuple[Drawing, ...]:
    from halint.cli.pictures import of_clusters  # noqa: PLC0415 - only pages show pictures

    return of_clusters(cases, report.findings)
