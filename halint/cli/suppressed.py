"""What `halint check` sets aside: by comments, by the configuration file, by a baseline; and the baseline it writes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from halint.cli.options import CheckOptions
from halint.engine.commented import any_commented
from halint.engine.rule import Rule
from halint.engine.run import Outcome
from halint.errors import HalintError
from halint.inputs.read import Inputs
from halint.report import SEVERITIES, Finding

if TYPE_CHECKING:
    from halint.engine.baseline import Baseline

Settled = tuple[Outcome, tuple[str, ...]]
"""An outcome with what is set aside apart, and sentences to be said beside the report."""


def set_aside(
    outcome: Outcome, rules: Iterable[Rule], known: Iterable[Rule], inputs: Inputs, options: CheckOptions
) -> Settled:
    """Set aside what the user wants set aside. `rules` were asked, `known` are all. Raises HalintError."""
    rules, known = tuple(rules), tuple(known)
    if options.suppress or any_commented(inputs.cases):
        from datetime import datetime  # noqa: PLC0415 - most runs suppress nothing

        from halint.engine.suppress import suppress  # noqa: PLC0415 - as above

        outcome = suppress(
            outcome,
            rules,
            inputs.cases,
            known=known,
            entries=options.suppress,
            configs=options.configs,
            today=datetime.now().astimezone().date(),
            whole=_whole(options),
        )
    if options.baseline or options.write_baseline:
        return by_baseline(outcome, rules, known, inputs, options)
    return outcome, ()


def _whole(options: CheckOptions) -> bool:
    """Whether the folders that the configuration files are for are read as a whole."""
    read = [Path(path).resolve() for path in options.paths or ("." if not options.root else "")]
    homes = [Path(source.path).resolve().parent for source in options.configs]
    return bool(homes) and all(any(home.is_relative_to(path) for path in read) for home in homes)


def by_baseline(
    outcome: Outcome, rules: tuple[Rule, ...], known: tuple[Rule, ...], inputs: Inputs, options: CheckOptions
) -> Settled:
    """Set aside what the baseline holds, and write it anew where that is asked. Raises HalintError."""
    from halint.engine.asked import Asked, asked_of  # noqa: PLC0415 - as above
    from halint.engine.baseline import Keys, apply, read_baseline, told_idle, written  # noqa: PLC0415 - only with a baseline

    path = _short(options.write_baseline or options.baseline)
    _refuse(options)
    old = read_baseline(path) if options.baseline or Path(path).exists() else {}
    keys = Keys(path, known)
    # what a rule that failed did not find may be there all the same
    asked = Asked(by_file={}) if outcome.trouble else asked_of(rules, inputs.cases)
    own = frozenset(rule.name for rule in known if rule.asked_last)
    applied = apply(old, outcome.findings, keys, asked, own)
    sentences = [told_idle(applied.idle)]
    kept, aside = applied.kept, applied.aside
    if options.write_baseline:
        new = _shown(kept, options, own)
        baseline = written(old, applied, new, keys)
        sentences.append(_write(path, baseline, len(new)))
        again = apply(Counter(keys.of(finding) for finding in new), kept, keys, asked, own)
        kept, aside = again.kept, (*aside, *again.aside)
    outcome = replace(
        outcome,
        findings=kept,
        suppressed=tuple(sorted((*outcome.suppressed, *aside), key=Finding.sort_key)),
    )
    return outcome, tuple(sentence for sentence in sentences if sentence)


def _short(path: str) -> str:
    """A path as it is told: from the current folder where it lies below that."""
    whole, here = Path(path).absolute(), Path.cwd()
    return str(whole.relative_to(here)) if whole.is_relative_to(here) else path


def _refuse(options: CheckOptions) -> None:
    """Raise HalintError for what makes no sense."""
    both = (options.baseline, options.write_baseline)
    if all(both) and Path(both[0]).resolve() != Path(both[1]).resolve():
        raise HalintError("--write-baseline takes over what the file holds already; --baseline names another file")
    if options.write_baseline and (options.fix or options.diff):
        raise HalintError("--write-baseline: not together with --fix or --diff")


def _shown(findings: Iterable[Finding], options: CheckOptions, own: frozenset[str]) -> list[Finding]:
    """The findings that the user sees: what was never seen is not set aside."""
    floor = SEVERITIES.index(options.min_severity)
    return [f for f in findings if f.gravity >= floor and f.rule not in own]


def _write(path: str, baseline: Baseline, new: int) -> str:
    """Write the baseline and say so."""
    from halint.engine.baseline import render_baseline  # noqa: PLC0415 - as above

    try:
        Path(path).write_text(render_baseline(baseline), encoding="utf-8")
    except OSError as error:
        raise HalintError(f"--write-baseline {path}: cannot be written: {error.strerror or error}") from None
    number = sum(baseline.values())
    return f"baseline: {path} holds {number} finding{'' if number == 1 else 's'}, {new} of them new"
