"""Which rules run: names, topics and shell-style patterns."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase

from halint.engine.rule import Rule
from halint.errors import HalintError


def choose(rules: Iterable[Rule], select: Iterable[str], ignore: Iterable[str]) -> tuple[Rule, ...]:
    """The rules that `select` names (all where it names none) less those that `ignore` names.

    Raises HalintError for a name that means no rule.
    """
    rules = tuple(rules)
    wanted = _named(rules, select) or {rule.name for rule in rules}
    unwanted = _named(rules, ignore)
    return tuple(rule for rule in rules if rule.name in wanted - unwanted)


def find(rules: Iterable[Rule], name: str) -> Rule:
    """The one rule of that name or alias. Raises HalintError with the nearest name."""
    rules = tuple(rules)
    for rule in rules:
        if name in rule.names():
            return rule
    known = {n for rule in rules for n in rule.names()}
    raise HalintError(f"no rule is called {name}{_nearest(name, known)}")


def _named(rules: tuple[Rule, ...], names: Iterable[str]) -> set[str]:
    return {rule for name in names for rule in _matching(rules, name)}


def _matching(rules: tuple[Rule, ...], name: str) -> set[str]:
    found = {r.name for r in rules if name == r.topic or any(fnmatchcase(n, name) for n in r.names())}
    if not found:
        known = {n for rule in rules for n in (*rule.names(), rule.topic)}
        raise HalintError(f"no rule or topic is called {name}{_nearest(name, known)}")
    return found


def _nearest(name: str, known: Iterable[str]) -> str:
    from difflib import get_close_matches  # noqa: PLC0415 - only for an error

    near = get_close_matches(name, sorted(known), n=1) or sorted(n for n in known if name in n)[:3]
    return f"; did you mean {' or '.join(near)}?" if near else "; `halint rules` lists them"
