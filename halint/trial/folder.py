"""Tests the rule files of folders: their form, their names, their examples."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from halint.engine.rules import built_in, plugin_rules, refuse_taken, rule_files, rule_of_file
from halint.errors import HalintError
from halint.trial.judge import Tested, tested


def try_files(paths: Iterable[str], plugins: Iterable[str] = ()) -> Iterator[Tested]:
    """What became of each rule file of folders and files, which may only query, and of plugins.

    Raises HalintError where nothing can be tested: no such folder, no rule file in it, no such plugin.
    """
    taken = {name: "" for rule in built_in() for name in rule.names()}
    for file in dict.fromkeys(file for path in paths for file in _files(path)):
        yield _tested(file, taken)
    for plugin in plugins:
        for rule in plugin_rules(plugin):
            refuse_taken(rule, taken)
            taken.update(dict.fromkeys(rule.names(), rule.file))
            yield tested(rule)


def _files(path: str) -> tuple[Path, ...]:
    if not Path(path).exists():
        raise HalintError(f"{path}: there is no such folder or file")
    return rule_files(Path(path))


def _tested(file: Path, taken: dict[str, str]) -> Tested:
    try:
        rule = rule_of_file(file)
        refuse_taken(rule, taken)
        taken.update(dict.fromkeys(rule.names(), rule.file))
        return tested(rule)
    except HalintError as error:
        return Tested(file=str(file), rule=file.stem, problem=str(error))
