"""`halint diff`: compare two CIBs by what they mean, and say what pushing the second over the first will do."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from halint.cli.check import complain, style_for
from halint.cli.checked import Check, Findings
from halint.cli.ci import paths, summarize
from halint.cli.configured import configured, start_file
from halint.cli.main import OK
from halint.cli.options import DIFF_FORMATS, CheckOptions
from halint.cli.targets import STDOUT, Target, targets, write
from halint.diff.change import Comparison
from halint.diff.outcome import NO_FORECAST, Outcome
from halint.diff.side import Side
from halint.errors import HalintError
from halint.inputs.discover import STDIN
from halint.inputs.one_cib import one_cib
from halint.model.pacemaker_release import shown_release, version_numbers
from halint.output.style import Style
from halint.parse.targets import parse_targets
from halint.record import record
from halint.report import Finding

DIFFERENT = 1
_MACHINE = ("json", "github", "markdown", "html")
_NO_EFFECT = frozenset({"none", "reload"})


@record
class DiffOptions:
    """What the user asked `halint diff` for; a field an option. `as_` is "" where no script is wanted."""

    before: str
    after: str
    format: str = "text"
    output_file: str = ""
    output: tuple[str, ...] = ()
    show_noise: bool = False
    strict: bool = False
    status: bool = False
    simulate: bool = False
    show_secrets: bool = False
    as_: str = ""
    fail_on: str = "any"
    target: str = ""
    config: str = ""
    no_config: bool = False
    color: str = "auto"
    quiet: bool = False


def diff(options: DiffOptions) -> int:
    """Compare, print, and return the exit status: 0 same meaning (or nothing of `fail_on`), 1 different, 2 trouble."""
    try:
        return _diff(options)
    except HalintError as error:
        return complain(str(error))


def _diff(options: DiffOptions) -> int:
    from halint.diff.compare import compare  # noqa: PLC0415 - each command loads only what it needs

    settings = _settings(options)
    options = _with(options, settings)
    wanted = targets(
        options.as_ or options.format,
        options.output_file,
        options.output,
        DIFF_FORMATS,
        (options.before, options.after),
    )
    before, after = _sides(options.before, options.after)
    needed = len(wanted) > 1 or not options.as_ or options.fail_on not in ("any", "never")
    differ = before.file.source.text != after.file.source.text
    checks = [Check(side, settings) for side in (before, after)] if needed and differ else []
    comparison = compare(before, after, strict=options.strict)
    if not comparison.changes:
        for check in checks:
            check.drop()
        checks = []
    script = _script(comparison, options) if options.as_ else ""
    outcome = _outcome(comparison, checks, options) if needed else None
    for target in wanted:
        rendered = script if target.format == options.as_ or outcome is None else _render(outcome, target, options)
        write(target.file, rendered, machine=target.format in _MACHINE)
    if outcome is not None and any(target.format == "github" for target in wanted):
        summarize(_render(outcome, Target("markdown", STDOUT), options), os.environ)
    return exit_status(comparison, outcome, options.fail_on)


def _settings(options: DiffOptions) -> CheckOptions:
    """What configuration file and environment say of a check of AFTER: both are judged by it. Raises HalintError."""
    path = options.after if options.after != STDIN else options.before
    given = frozenset(name for name in ("config", "no_config", "target") if getattr(options, name))
    target = (f"pacemaker={options.target}",) if options.target else ()
    asked = CheckOptions(paths=(path,), config=options.config, no_config=options.no_config, target=target, given=given)
    file = start_file(configured(asked))
    fixed = {"config" if file else "no_config"}
    return configured(replace(asked, config=file, no_config=not file, given=given - {"config", "no_config"} | fixed))


def _with(options: DiffOptions, settings: CheckOptions) -> DiffOptions:
    """The options with what the settings say of a diff: colour, and the Pacemaker to judge for."""
    release = parse_targets(settings.target).pacemaker
    # dc-version as packages write it stays as it is
    target = options.target if version_numbers(options.target) == release else shown_release(release)
    color = settings.color if options.color == "auto" else options.color
    return replace(options, color=color, target=target)


def _script(comparison: Comparison, options: DiffOptions) -> str:
    from halint.diff.commands import script  # noqa: PLC0415 - only where it is asked for

    return script(comparison, options.as_, show_secrets=options.show_secrets)


def exit_status(comparison: Comparison, outcome: Outcome | None, fail_on: str) -> int:
    """0 or 1 by `fail_on`, one of options.FAIL_ON; the outcome is needed for all but any and never."""
    if fail_on == "never" or not comparison.changes:
        return OK
    if fail_on == "any" or outcome is None:
        return DIFFERENT
    failed = _refused(outcome)
    if fail_on in ("error", "impact"):
        failed = failed or bool(outcome.dangers) or any(f.severity == "error" for f in outcome.introduced)
    if fail_on == "impact":
        failed = failed or any(not _NO_EFFECT.issuperset(one.effect) for one in outcome.changes)
    return DIFFERENT if failed else OK


def new_findings(before: Iterable[Finding], after: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings of `after` that `before` does not have: of the same rule and object, however often each occurs."""
    known = Counter((finding.rule, finding.subject) for finding in before)
    new = []
    for finding in after:
        key = (finding.rule, finding.subject)
        if known[key]:
            known[key] -= 1
        else:
            new.append(finding)
    return tuple(new)


def _sides(before: str, after: str) -> tuple[Side, Side]:
    """Both files, opened. Raises HalintError with a sentence for what is no CIB."""
    if before == after == STDIN:
        raise HalintError("standard input (-) can be BEFORE or AFTER, not both")
    return Side(file=one_cib(before)), Side(file=one_cib(after))


def _outcome(comparison: Comparison, checks: list[Check], options: DiffOptions) -> Outcome:
    from halint.diff.assess import assess  # noqa: PLC0415 - not where a script is all that is wanted
    from halint.diff.dangers import dangers  # noqa: PLC0415 - as above
    from halint.diff.forecast import forecast  # noqa: PLC0415 - as above
    from halint.diff.push import pushes  # noqa: PLC0415 - as above

    before, after = comparison.before, comparison.after
    simulation: tuple[str, ...] = ()
    if options.simulate and comparison.changes:
        from halint.diff.simulate import simulate  # noqa: PLC0415 - only where it is asked for

        simulation = simulate(comparison)
    changed = bool(comparison.changes)
    predicted = forecast(comparison) if changed else NO_FORECAST
    ways, grave = pushes(comparison, options.target), dangers(comparison)
    # last of all: the trees go into the documents
    old, new = [_told(check.findings()) for check in checks] or [(), ()]
    return assess(
        comparison,
        forecast=predicted,
        pushes=ways,
        dangers=grave,
        introduced=new_findings(old, new),
        resolved=new_findings(new, old),
        sources={side.path: side.file.source for side in (after, before)},
        simulation=simulation,
        show_secrets=options.show_secrets,
    )


def _told(checked: Findings) -> tuple[Finding, ...]:
    findings, trouble = checked
    sys.stderr.writelines(f"halint: {line}\n" for line in trouble)
    return findings


def _refused(outcome: Outcome) -> bool:
    return not any(push.verdict == "accepted" for push in outcome.pushes)


def _render(outcome: Outcome, target: Target, options: DiffOptions) -> str:
    if target.format == "github":
        from halint.output.diff_github import render_github  # noqa: PLC0415 - each format where it is used

        return render_github(outcome, paths(os.environ))
    if target.format == "json":
        from halint.output.diff_json import render_json  # noqa: PLC0415 - each format where it is used

        return render_json(outcome, show_secrets=options.show_secrets)
    if target.format == "markdown":
        from halint.output.diff_markdown import render_markdown  # noqa: PLC0415 - as above

        return render_markdown(outcome, show_noise=options.show_noise, show_secrets=options.show_secrets)
    if target.format == "html":
        return _html(outcome, options)
    from halint.output.diff_text import render_text  # noqa: PLC0415 - as above

    return render_text(
        outcome,
        style_for(options.color, os.environ) if target.file == STDOUT else Style(),
        show_noise=options.show_noise,
        show_secrets=options.show_secrets,
        show_status=options.status,
        quiet=options.quiet,
    )


def _html(outcome: Outcome, options: DiffOptions) -> str:
    from halint.output.html.diff import render_html  # noqa: PLC0415 - as above

    drawing = None
    if outcome.changes:
        from halint.cli.pictures import of_comparison  # noqa: PLC0415 - only a page shows a picture

        drawing = of_comparison(outcome.comparison, outcome.introduced)
    return render_html(
        outcome,
        drawing=drawing,
        show_noise=options.show_noise,
        show_secrets=options.show_secrets,
        show_status=options.status,
    )
