"""The rules as a configuration wants them: which are asked, how grave they are, their thresholds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from halint.config.keys import ALLOWED, BY_NAME, OFF
from halint.config.layer import COMMAND_LINE, Layer, Problem, Told
from halint.engine.rule import PythonCheck, Query, Rule, Wording
from halint.engine.select import by_rank, choose, find, matching
from halint.errors import HalintError, did_you_mean


def tuned(rules: Iterable[Rule], settings: Layer) -> tuple[Rule, ...]:
    """All rules with the severities and thresholds of the settings."""
    rules = tuple(rules)
    severities = _severities(rules, settings.named("severity"))
    options = _options(rules, settings)
    return tuple(
        _with(rule, severities.get(rule.name, "").removeprefix(OFF), options.get(rule.name, {})) for rule in rules
    )


def chosen(rules: Iterable[Rule], settings: Layer) -> tuple[Rule, ...]:
    """The rules that the settings ask, of those that `tuned` returns. Raises HalintError for a name of none.

    One whose severity is `off` is asked only where the command line names it.
    """
    rules = tuple(rules)
    found = choose(
        rules,
        settings.values("select"),
        (*settings.values("ignore"), *settings.values("extend-ignore")),
        profiles=settings.values("profiles"),
        more=settings.values("extend-select"),
    )
    off = _off(rules, settings)
    return tuple(rule for rule in found if rule.name not in off) if off else found


def _off(rules: tuple[Rule, ...], settings: Layer) -> set[str]:
    severities = settings.named("severity")
    if OFF not in severities.values():
        return set()
    off = {name for name, severity in _severities(rules, severities).items() if severity == OFF}
    told = (*settings.lists.get("select", ()), *settings.lists.get("extend-select", ()))
    named = {str(one.value) for one in told if one.origin == COMMAND_LINE}
    return {rule.name for rule in rules if rule.name in off and not named.intersection(rule.names())}


def problems_of(rules: Iterable[Rule], layer: Layer) -> Iterator[Problem]:
    """What is wrong with the names of rules and of their options in configuration files."""
    rules = tuple(rules)
    for key in ("select", "ignore", "extend-select", "extend-ignore"):
        for told in layer.lists.get(key, ()):
            yield from _unknown(rules, told, str(told.value))
    for told in layer.lists.get("per-file-ignores", ()):
        yield from _unknown(rules, told, told.value[1])
    for told in layer.lists.get("suppress", ()):
        yield from _unknown(rules, told, told.value.rule)
    for name, told in layer.maps.get("severity", {}).items():
        yield from _unknown(rules, told, name)
    for name, told in layer.maps.get("rules", {}).items():
        yield from _wrong_option(rules, name, told)


def _unknown(rules: tuple[Rule, ...], told: Told, name: str) -> Iterator[Problem]:
    try:
        matching(rules, name)
    except HalintError as error:
        if told.at is not None:
            yield told.at, str(error)


def _wrong_option(rules: tuple[Rule, ...], path: str, told: Told) -> Iterator[Problem]:
    name, _, option = path.partition(".")
    if told.at is None:
        return
    try:
        known = find(rules, name).options
    except HalintError as error:
        yield told.at, str(error)
        return
    if option not in known:
        hint = did_you_mean(option, known) or f"; it has {', '.join(sorted(known)) or 'none'}"
        yield told.at, f"{name} has no option called {option}{hint}"
    elif isinstance(known[option], int) != isinstance(told.value, int):
        wanted = "a whole number" if isinstance(known[option], int) else "text"
        yield told.at, f"{name}: {option} is {told.value}, not {wanted}"


def _severities(rules: tuple[Rule, ...], asked: Mapping[str, str]) -> dict[str, str]:
    """The severity of each rule that is named: a rule's own name goes before a pattern, a pattern before a topic."""
    found: dict[str, str] = {}
    for name in sorted(asked, key=lambda name: by_rank(rules, name)):
        found |= dict.fromkeys(matching(rules, name), asked[name])
    return found


def _options(rules: tuple[Rule, ...], settings: Layer) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for path, value in settings.named("rules").items():
        name, _, option = path.partition(".")
        found.setdefault(find(rules, name).name, {})[option] = value
    for what, name in settings.values("allow"):
        rule = find(rules, ALLOWED[what])
        mine = found.setdefault(rule.name, {})
        mine["allow"] = f"{mine.get('allow', rule.options.get('allow', ''))} {name}".strip()
    return found


def _with(rule: Rule, severity: str, options: Mapping[str, Any]) -> Rule:
    if options:
        rule = replace(rule, options={**rule.options, **options})
    if not severity:
        return rule
    return replace(rule, severity=severity, checks=tuple(_plain(check) for check in rule.checks))


def _plain(check: Query | PythonCheck) -> Query | PythonCheck:
    """A check all of whose wordings are as grave as the rule."""
    as_rule: Callable[[Wording], Wording] = lambda wording: replace(wording, severity=None)  # noqa: E731 - one use each
    if isinstance(check, Query):
        return replace(check, wording=as_rule(check.wording))
    return replace(check, wordings={case: as_rule(wording) for case, wording in check.wordings.items()})


def ignored(settings: Layer) -> tuple[tuple[str, str, str], ...]:
    """`per-file-ignores` as folder, pattern and rule."""
    return tuple((told.folder, *told.value) for told in settings.lists.get(BY_NAME["per-file-ignores"].name, ()))
