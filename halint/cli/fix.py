"""`halint check --fix` and `--diff`: plan, write or print, and tell what is left."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from dataclasses import replace

from halint.cli.check import all_rules, make_report, nodes_by_path, read_inputs, remark, style_for, tell
from halint.cli.configured import rules_asked
from halint.cli.options import CheckOptions
from halint.cli.places import places
from halint.engine.rule import Rule
from halint.errors import HalintError
from halint.fix.again import known_by
from halint.fix.attempt import Wanted
from halint.fix.patch import for_terminal, patch
from halint.fix.place import STDIN
from halint.fix.plan import Plan, Rewrite, edits, plan
from halint.fix.write import rewrite
from halint.inputs.read import Inputs
from halint.output.formats import PEOPLE
from halint.report import SEVERITIES, Finding, Report


def fix(options: CheckOptions) -> int:
    """Rewrite the files, or print the patch; return the exit status of what is left. Raises HalintError."""
    _refuse(options)
    paths, roots = places(options)
    options = replace(options, paths=paths, root=roots)
    named = (*paths, *roots, *nodes_by_path(options.node))
    report, rules, cases = make_report(options), all_rules(options), read_inputs(options).cases
    planned = plan(cases, rules, _wanted(options, rules, report), named, unsafe=options.unsafe_fixes)
    return _diff(planned, report, options) if options.diff else _fix(planned, options)


def with_edits(findings: tuple[Finding, ...], inputs: Inputs, options: CheckOptions) -> tuple[Finding, ...]:
    """The findings, each with the edit that mends it where there is one."""
    found = edits(inputs.cases, all_rules(options), findings)
    return tuple(replace(f, fix=replace(f.fix, edit=found[f])) if f in found else f for f in findings)


def _refuse(options: CheckOptions) -> None:
    """Raise HalintError for what makes no sense."""
    if not (options.fix or options.diff):
        raise HalintError("--unsafe-fixes: says what --fix or --diff may change; give one of them")
    name = "--diff" if options.diff else "--fix"
    if STDIN in options.paths:
        raise HalintError(f"{name}: standard input cannot be rewritten; name the file")
    if options.diff and (options.format not in ("", *PEOPLE) or options.output or options.output_file):
        what = options.format or "reports"
        raise HalintError(
            f"--diff prints a patch, not {what}; without it each finding in json carries its edit (fix.edit)"
        )


def _wanted(options: CheckOptions, rules: tuple[Rule, ...], report: Report) -> Wanted:
    """What is to be fixed: findings of the rules that are asked, but what the report sets aside."""
    chosen = {rule.name for rule in rules_asked(options, rules)}
    floor = SEVERITIES.index(options.min_severity)
    aside = {known_by(finding) for finding in report.suppressed}
    return lambda f: f.rule in chosen and f.gravity >= floor and known_by(f) not in aside


def _diff(planned: Plan, report: Report, options: CheckOptions) -> int:
    for one in planned.rewrites:
        _print_patch(one, options)
    sys.stdout.flush()
    if not options.quiet:
        _say(_notes(planned))
        problems = sum(len(one.fixed) for one in planned.rewrites)
        _say([f"the patch fixes {_of(problems, 'problem')} of {len(report.findings)}; nothing was written"])
        _say(_closing(planned, report))
    return remark(report, options)


def _print_patch(one: Rewrite, options: CheckOptions) -> None:
    """Exact bytes to a file or pipe; to a terminal what can be seen."""
    if not sys.stdout.isatty():
        sys.stdout.flush()
        sys.stdout.buffer.write(patch(one))
        return
    style = style_for(options.color, os.environ)
    roles = {"-": "error", "+": "command", "@": "frame"}
    for line in for_terminal(patch(one), one.encoding).splitlines():
        sys.stdout.write(f"{style.paint(line, roles[line[0]]) if line[:1] in roles else line}\n")


def _fix(planned: Plan, options: CheckOptions) -> int:
    fixed: list[Finding] = []
    notes: list[str] = []
    trouble: list[str] = []
    for one in planned.rewrites:
        try:
            note = rewrite(one.target, one.before, one.after)
        except HalintError as error:
            trouble.append(f"{one.path}: {error}")
            continue
        fixed += one.fixed
        notes += [f"{one.path}: {note}" for note in (*one.notes, note) if note]
    left = make_report(options)
    report = replace(left, fixed=tuple(sorted(fixed, key=Finding.sort_key)), trouble=(*left.trouble, *trouble))
    if not options.quiet:
        files = len({f.location.file for f in fixed})
        _say(f"fixed {f.location.file}:{f.location.line}: {f.rule}: {f.message}" for f in report.fixed or ())
        _say([*notes, *planned.remarks])
        _say([f"fixed {_of(len(fixed), 'problem')} in {_of(files, 'file')}" if fixed else "nothing was fixed"])
        _say(_closing(planned, report))
    return tell(report, options)


def _notes(planned: Plan) -> list[str]:
    return [f"{one.path}: {note}" for one in planned.rewrites for note in one.notes] + list(planned.remarks)


def _closing(planned: Plan, report: Report) -> list[str]:
    """What else could be done, and what is not done here."""
    said = []
    if planned.unsafe:
        said.append(
            f"{_of(planned.unsafe, 'problem')} more can be fixed with --unsafe-fixes, which alter what the cluster does"
        )
    if any(report.sources[f.location.file].kind == "cib" for f in report.findings):
        said.append("a CIB is never rewritten in place: the commands with each finding mend it")
    return said


def _say(sentences: Iterable[str]) -> None:
    sys.stderr.writelines(f"halint: {sentence}\n" for sentence in sentences)


def _of(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
