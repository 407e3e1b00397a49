"""Which rules run: names, topics and shell-style patterns."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase

from halint.engine.rule import Rule
from halint.errors import HalintError

ALL, TOPIC, PATTERN, NAME = range(4)
"""How closely a rule is named: not at all, by its topic, by a pattern, by its name."""


def choose(
    rules: Iterable[Rule],
    select: Iterable[str],
    ignore: Iterable[str],
    *,
    profiles: Iterable[str] = (),
    more: Iterable[str] = (),
) -> tuple[Rule, ...]:
    """The rules that `select` names (all where it names none) and those of `more`, less those that `ignore` names.

    Where both name a rule, the closer name counts, and `ignore` where they are as close: a rule before a pattern, a
    pattern before a topic. Rules of profiles are asked where one of `profiles` is theirs, or where their own name is
    selected. Raises HalintError for a name that means no rule.
    """
    rules = tuple(rules)
    select, profiles = tuple(select), frozenset(profiles)
    wanted = _ranks(rules, (*select, *more))
    if not select:
        wanted = {rule.name: wanted.get(rule.name, ALL) for rule in rules}
    unwanted = _ranks(rules, ignore)
    for rule in rules:
        if rule.profiles and not profiles.intersection(rule.profiles) and wanted.get(rule.name, ALL) < NAME:
            wanted.pop(rule.name, None)
    return tuple(r for r in rules if r.name in wanted and wanted[r.name] > unwanted.get(r.name, ALL - 1))


def find(rules: Iterable[Rule], name: str) -> Rule:
    """The one rule of that name or alias. Raises HalintError with the nearest name."""
    rules = tuple(rules)
    for rule in rules:
        if name in rule.names():
            return rule
    known = {n for rule in rules for n in rule.names()}
    raise HalintError(f"no rule is called {name}{_nearest(name, known)}")


def matching(rules: Iterable[Rule], name: str) -> set[str]:
    """The rules that a name, a topic or a pattern means. Raises HalintError where it means none."""
    rules = tuple(rules)
    found = {r.name for r in rules if name == r.topic or any(fnmatchcase(n, name) for n in r.names())}
    if not found:
        known = {n for rule in rules for n in (*rule.names(), rule.topic)}
        raise HalintError(f"no rule or topic is called {name}{_nearest(name, known)}")
    return found


def by_rank(rules: Iterable[Rule], name: str) -> int:
    """How closely a name names its rules."""
    if any(mark in name for mark in "*?["):
        return ALL if name == "*" else PATTERN
    return TOPIC if any(name == rule.topic for rule in rules) else NAME


def _ranks(rules: tuple[Rule, ...], names: Iterable[str]) -> dict[str, int]:
    """For each rule that is named how closely, at best."""
    found: dict[str, int] = {}
    for name in names:
        rank = by_rank(rules, name)
        for rule in matching(rules, name):
            found[rule] = max(rank, found.get(rule, ALL))
    return found


def _nearest(name: str, known: Iterable[str]) -> str:
    from difflib import get_close_matches  # noqa: PLC0415 - only for an error

    near = get_close_matches(name, sorted(known), n=1) or sorted(n for n in known if name in n)[:3]
    return f"; did you mean {' or '.join(near)}?" if near else "; `halint rules` lists them"
