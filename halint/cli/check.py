"""`halint check`: read, run, print."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from halint.cli.main import OK, TROUBLE
from halint.cli.options import CheckOptions
from halint.cli.places import places
from halint.engine.rule import Rule
from halint.engine.rules import built_in, with_folders
from halint.engine.run import run
from halint.engine.select import choose
from halint.errors import HalintError
from halint.inputs.read import Inputs, read
from halint.output.style import Style
from halint.parse.corosync_release import DEFAULT, TARGETS, Release
from halint.report import SEVERITIES, Input, Report, Skipped


def check(options: CheckOptions) -> int:
    """Check the paths (the current folder where none is given), print the findings, and return the exit status."""
    try:
        if options.fix or options.diff or options.unsafe_fixes:
            from halint.cli.fix import fix  # noqa: PLC0415 - most runs only look

            return fix(options)
        report = make_report(options)
    except HalintError as error:
        return complain(str(error))
    return tell(report, options)


def tell(report: Report, options: CheckOptions) -> int:
    """Print a report and what is to be said beside it, and return the exit status."""
    sys.stdout.write(render(report, options))
    return remark(report, options)


def remark(report: Report, options: CheckOptions) -> int:
    """Say on standard error what could not be done, and return the exit status of a report."""
    if not options.quiet:
        sys.stderr.writelines(f"halint: {line}\n" for line in _remarks(report, verbose=options.verbose))
    elif report.trouble:
        sys.stderr.writelines(f"halint: {line}\n" for line in report.trouble)
    if options.exit_zero and not report.trouble:
        return OK
    return report.exit_status(options.fail_on)


def complain(sentence: str) -> int:
    """Tell the user what was wrong with the call, and return the exit status for it."""
    sys.stderr.write(f"halint: {sentence}\n")
    return TROUBLE


def make_report(options: CheckOptions) -> Report:
    """The report that the options ask for. Raises HalintError for wrong use."""
    rules = choose(all_rules(options), options.select, options.ignore)
    inputs = read_inputs(options)
    outcome = run(rules, inputs.cases)
    floor = SEVERITIES.index(options.min_severity)
    findings = tuple(f for f in outcome.findings if SEVERITIES.index(f.severity) >= floor)
    if options.format == "json" and any(outcome.sources[f.location.file].kind == "corosync" for f in findings):
        from halint.cli.fix import with_edits  # noqa: PLC0415 - only programs ask for edits

        findings = with_edits(findings, inputs, options)
    return Report(
        findings=findings,
        skipped=outcome.skipped,
        inputs=inputs.inputs,
        sources=outcome.sources,
        trouble=(*inputs.trouble, *outcome.trouble),
        clusters=inputs.clusters,
    )


def all_rules(options: CheckOptions) -> tuple[Rule, ...]:
    """Every rule there is, with those of the user's folders."""
    rules = with_folders(_folder(path) for path in options.rules) if options.rules else built_in()
    return _with_schemas(rules, options.pacemaker_schemas) if options.pacemaker_schemas else rules


def read_inputs(options: CheckOptions) -> Inputs:
    """Read what the options name; where they name nothing the current folder or, on a cluster node, this machine."""
    paths, roots = places(options)
    return read(
        paths,
        roots=roots,
        kind=options.type or None,
        nodes=nodes_by_path(options.node),
        siblings=options.whole_cluster,
        release=corosync_release(options.target),
    )


def render(report: Report, options: CheckOptions) -> str:
    """The report in the format asked for."""
    if options.format == "json":
        from halint.output.json import render_json  # noqa: PLC0415 - each format where it is used

        return render_json(report)
    from halint.output.text import render_concise, render_full  # noqa: PLC0415 - as above

    style = style_for(options.color, os.environ)
    if options.format == "concise":
        return render_concise(report, style)
    text = render_full(report, style)
    return text if not options.quiet else text.rpartition("\n\n")[0] + "\n" if report.findings else ""


def style_for(color: str, environment: Mapping[str, str]) -> Style:
    """Colour and width for standard output: the flag, then NO_COLOR and FORCE_COLOR, then the terminal."""
    width = min(max(shutil.get_terminal_size((100, 24)).columns, 60), 120)
    if color != "auto":
        return Style(color=color == "always", width=width)
    if environment.get("NO_COLOR") or environment.get("TERM") == "dumb":
        return Style(width=width)
    forced = bool(environment.get("FORCE_COLOR") or environment.get("CLICOLOR_FORCE"))
    return Style(color=forced or sys.stdout.isatty(), width=width)


def _folder(path: str) -> Path:
    folder = Path(path)
    if not folder.is_dir():
        raise HalintError(f"--rules {path}: is no folder")
    return folder


def _with_schemas(rules: tuple[Rule, ...], path: str) -> tuple[Rule, ...]:
    """The rules, those that can ask Pacemaker's own schemas told where these are. Raises HalintError for no folder."""
    if not any(Path(path).glob("pacemaker-*.rng")):
        raise HalintError(f"--pacemaker-schemas {path}: holds no schemas of Pacemaker (pacemaker-*.rng)")
    asked = {"pacemaker_schemas": path}
    return tuple(replace(r, options={**r.options, **asked}) if "pacemaker_schemas" in r.options else r for r in rules)


def nodes_by_path(values: tuple[str, ...]) -> dict[str, str]:
    """`--node NAME=PATH` as path to name. Raises HalintError for anything else."""
    nodes = {}
    for value in values:
        name, equals, path = value.partition("=")
        if not (name and equals and path):
            raise HalintError(f"--node {value}: must be NAME=PATH")
        nodes[path] = name
    return nodes


def corosync_release(targets: tuple[str, ...]) -> Release:
    """The release of corosync in `--target corosync=VERSION`. Raises HalintError for anything else."""
    release = DEFAULT
    for target in targets:
        program, _, version = target.partition("=")
        if program != "corosync" or version not in TARGETS:
            raise HalintError(f"--target {target}: must be corosync= and one of {', '.join(TARGETS)}")
        release = TARGETS[version]
    return release


def _remarks(report: Report, *, verbose: bool) -> list[str]:
    """What goes to standard error: what could not be read; with -v also what was, and what could not be asked."""
    remarks = list(report.trouble)
    if verbose:
        remarks += [_input(one) for one in report.inputs]
        remarks += [_skipped(one) for one in report.skipped]
    return remarks


def _input(one: Input) -> str:
    whose = f", node {one.node}" if one.node else ""
    cluster = f" (cluster {one.cluster}{whose})" if one.cluster else ""
    return f"{one.path}: {one.kind}{cluster}: {one.status}"


def _skipped(one: Skipped) -> str:
    return f"not asked: {one.rule}: {one.reason}"
