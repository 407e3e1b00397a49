"""The rules there are: halint's own, those of folders of the user's, and those of plugins."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache, lru_cache
from pathlib import Path

from halint.engine.rule import PythonCheck, Rule, rule_from
from halint.errors import HalintError
from halint.schema_data import load_rules


@cache
def built_in() -> tuple[Rule, ...]:
    """Halint's own rules, by name."""
    return tuple(rule_from(data) for data in load_rules())


def with_own(folders: Iterable[Path], plugins: Iterable[str] = ()) -> tuple[Rule, ...]:
    """Halint's own rules, those of the user's folders, which may only query, and those of the plugins of these names.

    A folder may be anywhere, and named by the configuration of a repository that nobody trusts: what is in it is read,
    up to a MiB a file, and no code of it runs, so that at worst it costs time. A plugin is what its user has installed.

    Raises HalintError for a file that is no rule (file, line and key named), a name that is taken, and a plugin that
    is not installed.
    """
    rules = list(built_in())
    taken = {name: "" for rule in rules for name in rule.names()}
    folders, plugins = tuple(dict.fromkeys(folders)), tuple(dict.fromkeys(plugins))
    for rule in (*_of_folders(folders), *(rule for name in plugins for rule in plugin_rules(name))):
        refuse_taken(rule, taken)
        taken.update(dict.fromkeys(rule.names(), rule.file))
        rules.append(rule)
    return tuple(sorted(rules, key=lambda rule: rule.name))


def refuse_taken(rule: Rule, taken: dict[str, str]) -> None:
    """Raise HalintError where a name of the rule is in `taken`: names with the file of their rule, "" for halint's."""
    for name in rule.names():
        if name in taken:
            whose = f"the rule of {taken[name]}" if taken[name] else "one of halint's own rules"
            raise HalintError(f"{rule.file}: {whose} is called {name} already")


def rule_files(path: Path) -> tuple[Path, ...]:
    """The rule files `NAME.yaml` and `TOPIC/NAME.yaml` of a folder, sorted; a file is itself. Hidden ones are none.

    Raises HalintError where there are none, or where one would be passed over for its name.
    """
    if path.is_file():
        return (path,)
    found = [p for end in ("yaml", "yml") for p in (*path.glob(f"*.{end}"), *path.glob(f"*/*.{end}"))]
    files = sorted(p for p in found if not any(part.startswith(".") for part in p.relative_to(path).parts))
    for file in files:
        if file.suffix == ".yml":
            raise HalintError(f"{file}: the name of a rule file ends in .yaml")
    if not files:
        raise HalintError(f"{path}: no rule file (NAME.yaml or TOPIC/NAME.yaml) lies there")
    return tuple(files)


def plugin_rules(name: str) -> tuple[Rule, ...]:
    """The rules of the plugin of this name. Raises HalintError where it is not installed or holds none."""
    from halint.engine.plugins import plugin  # noqa: PLC0415 - few configurations name one

    brought = plugin(name)
    return tuple(_of_plugin(rule_of_file(file, trusted=True), name, brought.package) for file in brought.files())


def rule_of_file(file: Path, *, trusted: bool = False) -> Rule:
    """The rule of a file, read once for each state of the file. Raises HalintError naming file, line and key."""
    try:
        state = file.stat()
    except OSError as error:
        raise HalintError(f"{file}: cannot be read: {error.strerror}") from None
    return _rule(file, state.st_mtime_ns, state.st_size, trusted=trusted)


@lru_cache(maxsize=4096)
def _rule(file: Path, _changed: int, _size: int, *, trusted: bool) -> Rule:
    from halint.engine.rulefile import compiled, read_rule  # noqa: PLC0415 - YAML only where rules are read from it

    return replace(rule_from(compiled(read_rule(file, trusted=trusted))), file=str(file))


def _of_folders(folders: Iterable[Path]) -> Iterator[Rule]:
    for folder in folders:
        yield from (rule_of_file(file) for file in rule_files(folder))


def _of_plugin(rule: Rule, name: str, package: str) -> Rule:
    checks = tuple(replace(c, package=package) if isinstance(c, PythonCheck) else c for c in rule.checks)
    return replace(rule, plugin=name, checks=checks)
