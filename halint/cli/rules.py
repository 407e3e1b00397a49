"""`halint rules`: the list of rules."""

from __future__ import annotations

import json
import sys
from itertools import groupby
from typing import Any

from halint.cli.main import OK
from halint.engine.peers import always
from halint.engine.rule import Rule
from halint.engine.rules import built_in
from halint.engine.select import choose


def rules(form: str, select: tuple[str, ...]) -> int:
    """Print the rules as `text`, by topic, or as `json`, a list of objects sorted by name."""
    everyones = {profile for rule in built_in() for profile in rule.profiles}
    chosen = choose(built_in(), select, (), profiles=everyones)
    if form == "json":
        sys.stdout.write(json.dumps([_object(rule) for rule in chosen], indent=2) + "\n")
        return OK
    by_topic = sorted(chosen, key=lambda rule: (rule.topic, rule.name))
    width = max(len(rule.name) for rule in chosen)
    for topic, group in groupby(by_topic, key=lambda rule: rule.topic):
        sys.stdout.write(f"{topic}\n")
        sys.stdout.writelines(f"  {r.name:{width}}  {r.severity:7}  {r.summary}\n" for r in group)
    return OK


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
