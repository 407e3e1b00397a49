"""The rules there are: halint's own and those of a folder of the user's."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path

from halint.engine.rule import Rule, rule_from
from halint.errors import HalintError
from halint.schema_data import load_rules


@cache
def built_in() -> tuple[Rule, ...]:
    """Halint's own rules, by name."""
    return tuple(rule_from(data) for data in load_rules())


def with_folders(folders: Iterable[Path]) -> tuple[Rule, ...]:
    """Halint's own rules and those of `FOLDER/NAME.yaml` and `FOLDER/TOPIC/NAME.yaml`.

    Raises HalintError for a file that is no rule (file, line and key named), or a name that is taken.
    """
    rules = list(built_in())
    taken = {name for rule in rules for name in rule.names()}
    for rule in _user_rules(folders):
        if rule.name in taken:
            raise HalintError(f"a rule called {rule.name} exists already")
        taken.update(rule.names())
        rules.append(rule)
    return tuple(sorted(rules, key=lambda rule: rule.name))


def _user_rules(folders: Iterable[Path]) -> list[Rule]:
    from halint.engine.rulefile import compiled, read_rule  # noqa: PLC0415 - YAML only where rules are read from it

    rules = []
    for folder in folders:
        files = sorted({*folder.glob("*.yaml"), *folder.glob("*/*.yaml")})
        if not files:
            raise HalintError(f"{folder}: no rule file (NAME.yaml or TOPIC/NAME.yaml) lies there")
        rules += [rule_from(compiled(read_rule(path, trusted=False))) for path in files]
    return rules
