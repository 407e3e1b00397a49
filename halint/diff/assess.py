"""Puts all that is known of a comparison together: each change with its effects, its risk and its line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from halint.diff.change import RISKS, Change, Comparison
from halint.diff.outcome import EFFECTS, Assessed, Danger, Forecast, Outcome, Push
from halint.diff.risk import risk
from halint.diff.wording import effect_words, line
from halint.report import Finding
from halint.source import Source

_SILENT = ("none",)


def assess(
    comparison: Comparison,
    *,
    forecast: Forecast,
    pushes: Sequence[Push],
    dangers: Sequence[Danger],
    introduced: Sequence[Finding] = (),
    resolved: Sequence[Finding] = (),
    sources: Mapping[str, Source],
    simulation: Sequence[str] = (),
    show_secrets: bool = False,
) -> Outcome:
    """The outcome of a comparison; its changes sorted, the highest risk first, then by object."""
    effects = forecast.of_change or ((),) * len(comparison.changes)
    assessed = [
        _assessed(c, of, comparison, show_secrets=show_secrets)
        for c, of in zip(comparison.changes, effects, strict=True)
    ]
    return Outcome(
        comparison=comparison,
        changes=tuple(sorted(assessed, key=_order)),
        noise=tuple(sorted(comparison.noise)),
        pushes=tuple(pushes),
        dangers=tuple(dangers),
        forecast=forecast,
        introduced=_gravest_first(introduced),
        resolved=_gravest_first(resolved),
        sources=sources,
        simulation=tuple(simulation),
    )


def _gravest_first(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=Finding.gravest_first))


def staying(change: Change, comparison: Comparison) -> tuple[str, ...]:
    """The members of a container that is gone which are still there, under their ids in AFTER."""
    if change.kind != "removed" or not change.members:
        return ()
    names = (comparison.renamed.get(member, member) for member in change.members)
    return tuple(name for name in names if name in comparison.after.resources)


def _assessed(
    change: Change, effects: tuple[tuple[str, bool], ...], comparison: Comparison, *, show_secrets: bool
) -> Assessed:
    words = tuple(sorted({word for word, _ in effects}, key=EFFECTS.index)) or _SILENT
    if len(words) > 1:
        words = tuple(word for word in words if word != "none")
    certain = all(sure for _, sure in effects)
    effect = effect_words(words, certain=certain)
    message = line(change, show_secrets=show_secrets)
    left = staying(change, comparison)
    if left:
        message += f"; {', '.join(left)} {'stays' if len(left) == 1 else 'stay'}"
    return Assessed(
        change=change,
        effect=words,
        certain=certain,
        risk=risk(change, words, comparison),
        message=f"{message}: {effect}" if effect else message,
    )


def _order(one: Assessed) -> tuple[object, ...]:
    change = one.change
    return (RISKS.index(one.risk), change.type, change.id, change.path, change.kind, one.message)
