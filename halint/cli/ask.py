"""Asks the rules about what was read, each cluster those that its configuration wants, and sets aside what it names."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import replace

from halint.cli.configured import Part, parts
from halint.cli.options import CheckOptions
from halint.cli.suppressed import Settled, by_baseline, set_aside
from halint.config.globs import fits
from halint.config.tuning import ignored
from halint.engine.run import Outcome, run
from halint.inputs.read import Inputs
from halint.model.agents import own_agents
from halint.progress import Told
from halint.report import Finding


def ask(options: CheckOptions, inputs: Inputs, on_progress: Told | None = None) -> Settled:
    """The outcome for all clusters, and sentences to be said beside it. `options` are those `configured` returns.

    Raises HalintError for a name that means no rule, and for a baseline that is none.
    """
    found = parts(options, inputs.cases)
    if len(found) == 1:
        return set_aside(_run(found[0], on_progress), found[0].rules, found[0].known, inputs, found[0].options)
    settled = [_set_aside(part, inputs, on_progress) for part in found if part.cases]
    outcome, remarks = _joined(one for one, _ in settled), tuple(r for _, said in settled for r in said)
    if not (options.baseline or options.write_baseline):
        return outcome, remarks
    rules = {rule.name: rule for part in found for rule in part.rules}
    known = {rule.name: rule for part in found for rule in part.known}
    outcome, more = by_baseline(outcome, tuple(rules.values()), tuple(known.values()), inputs, options)
    return outcome, (*remarks, *more)


def _set_aside(part: Part, inputs: Inputs, on_progress: Told | None) -> Settled:
    mine = replace(inputs, cases=part.cases)
    options = replace(part.options, baseline="", write_baseline="")
    return set_aside(_run(part, on_progress), part.rules, part.known, mine, options)


def _run(part: Part, on_progress: Told | None) -> Outcome:
    settings = part.options.settings
    with own_agents(settings.named("agents") if settings is not None else {}):
        outcome = run(part.rules, part.cases, on_progress)
    patterns = ignored(settings) if settings is not None else ()
    if not patterns:
        return outcome
    unwanted = _Unwanted(part, patterns)
    return replace(outcome, findings=tuple(f for f in outcome.findings if not unwanted.has(f)))


class _Unwanted:
    """What `per-file-ignores` leaves out."""

    def __init__(self, part: Part, patterns: tuple[tuple[str, str, str], ...]) -> None:
        from halint.engine.select import matching  # noqa: PLC0415 - few configurations leave out files

        self._patterns = [(folder, pattern, matching(part.known, rule)) for folder, pattern, rule in patterns]

    def has(self, finding: Finding) -> bool:
        """Whether nobody wants to know."""
        path = os.path.abspath(finding.location.file)  # noqa: PTH100 - an archive's member is no path of pathlib's
        return any(finding.rule in rules and fits(pattern, folder, path) for folder, pattern, rules in self._patterns)


def _joined(outcomes: Iterable[Outcome]) -> Outcome:
    outcomes = tuple(outcomes)
    return Outcome(
        findings=tuple(sorted((f for one in outcomes for f in one.findings), key=Finding.sort_key)),
        skipped=tuple(sorted({skipped for one in outcomes for skipped in one.skipped})),
        trouble=tuple(sorted({trouble for one in outcomes for trouble in one.trouble})),
        sources={path: source for one in outcomes for path, source in one.sources.items()},
        suppressed=tuple(sorted((f for one in outcomes for f in one.suppressed), key=Finding.sort_key)),
    )
