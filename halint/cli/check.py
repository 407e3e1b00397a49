"""`halint check`: read, run, print."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from halint.cli.ask import ask
from halint.cli.configured import configured, placing
from halint.cli.main import OK, TROUBLE
from halint.cli.options import CheckOptions
from halint.cli.places import places
from halint.cli.progress import Shown
from halint.cli.publish import publish, wanted
from halint.config.tuning import tuned
from halint.engine.rule import Rule
from halint.engine.rules import built_in, with_own
from halint.engine.run import Case
from halint.errors import HalintError
from halint.inputs.read import Inputs, read
from halint.output.formats import CHECK
from halint.output.layout import visible
from halint.output.style import Style
from halint.parse.targets import parse_targets
from halint.progress import Told
from halint.report import SEVERITIES, Input, Report, Skipped


def check(options: CheckOptions) -> int:
    """Check the paths (the current folder where none is given), print the findings, and return the exit status."""
    try:
        options = configured(options)
        wanted(options, os.environ)  # what cannot be written is told before anything is read, or rewritten
        if options.fix or options.diff or options.unsafe_fixes:
            from halint.cli.fix import fix  # noqa: PLC0415 - most runs only look

            return fix(options)
        if options.fix_script:
            from halint.cli.fix_script import fix_script  # noqa: PLC0415 - as above

            return fix_script(options)
        report, cases = reported(options)
        return tell(report, options, cases)
    except HalintError as error:
        return complain(str(error))


def tell(report: Report, options: CheckOptions, cases: Sequence[Case] | None = None) -> int:
    """Print a report and what is to be said beside it, and return the exit status. Raises HalintError.

    `cases` are what the report is about, for formats that show pictures; read anew where they are not given.
    """
    if cases is None:
        drawn = any(CHECK[target.format].drawings for target in wanted(options, os.environ))
        cases = read_inputs(options).cases if drawn else ()
    publish(report, options, style_for(options.color, os.environ), status_of(report, options), cases)
    return remark(report, options)


def remark(report: Report, options: CheckOptions) -> int:
    """Say on standard error what could not be done, and return the exit status of a report."""
    if not options.quiet:
        sys.stderr.writelines(f"halint: {line}\n" for line in _remarks(report, verbose=options.verbose))
    elif report.trouble:
        sys.stderr.writelines(f"halint: {line}\n" for line in report.trouble)
    return status_of(report, options)


def status_of(report: Report, options: CheckOptions) -> int:
    """The exit status of a report, the same in every format."""
    if options.exit_zero and not report.trouble:
        return OK
    return report.exit_status(options.fail_on)


def complain(sentence: str) -> int:
    """Tell the user what was wrong with the call, and return the exit status for it."""
    sys.stderr.writelines(f"halint: {visible(line)}\n" for line in sentence.splitlines())
    return TROUBLE


def make_report(options: CheckOptions) -> Report:
    """The report that the options ask for. Raises HalintError for wrong use."""
    return reported(options)[0]


def reported(options: CheckOptions) -> tuple[Report, tuple[Case, ...]]:
    """As `make_report`, with what the report is about."""
    options = configured(options)
    with Shown(quiet=options.quiet) as on_progress:
        inputs = read_inputs(options, on_progress)
        outcome, remarks = ask(options, inputs, on_progress)
    floor = SEVERITIES.index(options.min_severity)
    findings = tuple(f for f in outcome.findings if f.gravity >= floor)
    edits = any(CHECK[target.format].edits for target in wanted(options, os.environ))
    if edits and any(outcome.sources[f.location.file].kind == "corosync" for f in findings):
        from halint.cli.fix import with_edits  # noqa: PLC0415 - only programs ask for edits

        findings = with_edits(findings, inputs, options)
    report = Report(
        findings=findings,
        skipped=outcome.skipped,
        inputs=inputs.inputs,
        sources=outcome.sources,
        trouble=(*inputs.trouble, *outcome.trouble),
        clusters=inputs.clusters,
        suppressed=tuple(f for f in outcome.suppressed if f.gravity >= floor),
        remarks=remarks,
    )
    return report, inputs.cases


def all_rules(options: CheckOptions) -> tuple[Rule, ...]:
    """Every rule there is, as grave and with the thresholds that the settings say."""
    rules = untuned(options)
    if options.settings is not None:
        rules = tuned(rules, options.settings)
    return _with_schemas(rules, options.pacemaker_schemas) if options.pacemaker_schemas else rules


def untuned(options: CheckOptions) -> tuple[Rule, ...]:
    """Every rule there is, with those of the user's folders and of plugins, as they are written."""
    plugins = options.settings.values("plugins") if options.settings is not None else ()
    return with_own(map(rule_folder, options.rules), plugins) if options.rules or plugins else built_in()


def read_inputs(options: CheckOptions, on_progress: Told | None = None) -> Inputs:
    """Read what the options name; where they name nothing the current folder or, on a cluster node, this machine."""
    paths, roots = places(options)
    return read(
        paths,
        roots=roots,
        kind=options.type or None,
        nodes=nodes_by_path(options.node),
        siblings=options.whole_cluster,
        targets=parse_targets(options.target),
        on_progress=on_progress,
        placing=placing(options),
    )


def style_for(color: str, environment: Mapping[str, str]) -> Style:
    """Colour, links and width for standard output: the flag, then NO_COLOR and FORCE_COLOR, then the terminal."""
    width = min(max(shutil.get_terminal_size((100, 24)).columns, 60), 120)
    terminal = sys.stdout.isatty()
    # NO_COLOR is about colour only (no-color.org); the Linux console and dumb terminals print a link's escapes
    links = terminal and color != "never" and environment.get("TERM", "dumb") not in ("dumb", "linux")
    if color != "auto":
        return Style(color=color == "always", width=width, links=links)
    if environment.get("NO_COLOR") or environment.get("TERM") == "dumb":
        return Style(width=width, links=links)
    forced = bool(environment.get("FORCE_COLOR") or environment.get("CLICOLOR_FORCE"))
    return Style(color=forced or terminal, width=width, links=links)


def rule_folder(path: str) -> Path:
    """A folder of `--rules`. Raises HalintError where there is none."""
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


def _remarks(report: Report, *, verbose: bool) -> list[str]:
    """What goes to standard error: what could not be read; with -v also what was, and what could not be asked."""
    remarks = [*report.trouble, *report.remarks]
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
