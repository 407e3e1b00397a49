"""`halint rules`: the list of rules."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from itertools import groupby
from typing import Any

from halint.cli.check import all_rules
from halint.cli.configured import configured, rules_asked
from halint.cli.main import OK
from halint.cli.options import CheckOptions
from halint.cli.targets import STDOUT, write
from halint.engine.peers import always
from halint.engine.rule import Rule
from halint.engine.select import choose
from halint.output.layout import visible


def rules(form: str, select: tuple[str, ...], options: CheckOptions) -> int:
    """Print the rules as `text`, by topic, or as `json`, a list of objects sorted by name.

    Those of the user's folders and of plugins are among them, and all are as grave as the configuration says.
    """
    options = configured(options)
    known = all_rules(options)
    everyones = {profile for rule in known for profile in rule.profiles}
    chosen = choose(known, select, (), profiles=everyones)
    if form == "json":
        write(STDOUT, json.dumps([_object(rule) for rule in chosen], indent=2) + "\n", machine=True)
        return OK
    asked = {rule.name for rule in rules_asked(options, known)}
    write(STDOUT, "".join(f"{line}\n" for line in _lines(chosen, asked)), machine=False)
    return OK


def _lines(rules: tuple[Rule, ...], asked: Collection[str]) -> Iterator[str]:
    width = max(len(rule.name) for rule in rules)
    for topic, group in groupby(sorted(rules, key=lambda rule: (rule.topic, rule.name)), key=lambda rule: rule.topic):
        yield visible(topic)
        for rule in group:
            note = "" if rule.name in asked else f" ({_unasked(rule)})"
            yield f"  {rule.name:{width}}  {rule.severity:7}  {visible(rule.summary)}{note}"


def _unasked(rule: Rule) -> str:
    """Why a rule is not asked as things are configured."""
    return f"with the profile {' or '.join(rule.profiles)}" if rule.profiles else "not asked"


def _object(rule: Rule) -> dict[str, Any]:
    return {
        "name": rule.name,
        "topic": rule.topic,
        "severity": rule.severity,
        "confidence": rule.confidence,
        "summary": rule.summary,
        "needs": list(rule.needs),
        "peers": list(always(rule.peers)),
        "aliases": list(rule.aliases),
        "covers": list(rule.covers),
        "url": rule.url,
    }
