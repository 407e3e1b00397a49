"""The options of `halint check` with what the environment and the configuration files add to the command line.

Everything that is said once for a run, such as the format, the targets and what is read, comes from the file that
counts for the first path; which rules are asked of a cluster, and how grave they are, from the file nearest to that
cluster.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from halint.cli.environment import from_environment, variable
from halint.cli.options import CHECK, CheckOptions
from halint.config.globs import fits
from halint.config.governing import Governing, folder_of
from halint.config.keys import BY_NAME, KEYS, SHAPES, Key
from halint.config.layer import COMMAND_LINE, Layer, Told, layer_of, over
from halint.errors import HalintError
from halint.inputs.discover import STDIN
from halint.inputs.placing import Placing

if TYPE_CHECKING:
    from halint.engine.rule import Rule
    from halint.engine.run import Case
    from halint.source import Location

_OPTIONS = {option.name: option for option in CHECK}


class Part(NamedTuple):
    """Clusters for which one configuration file counts: the options, the rules asked, all rules there are."""

    options: CheckOptions
    rules: tuple[Rule, ...]
    known: tuple[Rule, ...]
    cases: tuple[Case, ...]


def configured(options: CheckOptions, environment: Mapping[str, str] | None = None) -> CheckOptions:
    """The options with everything that other places say filled in; as they are where that is done already.

    Raises HalintError for a configuration file or a variable that is wrong.
    """
    if options.settings is not None:
        return options
    variables = from_environment(os.environ if environment is None else environment)
    given = options.given | _changed(options)
    plain = {field: value for field, value in variables.items() if field not in given}
    options = replace(options, **plain)
    upper = over(_layer(options, given, COMMAND_LINE), _layer(options, frozenset(plain), ""))
    governing = Governing(_file(options), upper, _problems, Path.cwd())
    file = governing.file(_start(options))
    return _filled(options, governing, file)


def parts(options: CheckOptions, cases: Iterable[Case]) -> tuple[Part, ...]:
    """The clusters by the configuration file that counts for them. `options` are those that `configured` returns."""
    from halint.cli.check import all_rules  # noqa: PLC0415 - which needs the options filled in here

    governing = options.governing
    if governing is None:
        raise AssertionError("configured() comes first")
    by_file: dict[str, list[Case]] = {governing.file(_start(options)): []}
    for case in cases:
        by_file.setdefault(governing.file(_folder(case, options)), []).append(case)
    found = []
    for file, mine in by_file.items():
        own = _filled(options, governing, file)
        known = all_rules(own)
        found.append(Part(own, rules_asked(own, known), known, tuple(mine)))
    return tuple(found)


def rules_asked(options: CheckOptions, rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
    """Those of all rules that the options ask. Raises HalintError for a name that is none of them."""
    from halint.config.tuning import chosen  # noqa: PLC0415 - `halint config show` needs no rules

    settings = options.settings
    return chosen(rules, settings if settings is not None else _layer(options, _changed(options), COMMAND_LINE))


def rules_everywhere(options: CheckOptions) -> tuple[Rule, ...]:
    """All rules that any of the configuration files brings that counted so far, each once."""
    from halint.cli.check import all_rules  # noqa: PLC0415 - as in parts

    governing = options.governing
    each = [options] if governing is None else [_filled(options, governing, file) for file in governing.files()]
    found = {rule.name: rule for one in reversed(each) for rule in all_rules(one)}
    return tuple(found.values())


def start_file(options: CheckOptions) -> str:
    """The configuration file that counts for the first path, as an absolute path; "" for none."""
    return options.governing.file(_start(options)) if options.governing is not None else ""


def _start(options: CheckOptions) -> str:
    nodes = (value.partition("=")[2] for value in options.node)
    first = next((path for path in (*options.paths, *options.root, *nodes) if path and path != STDIN), ".")
    return folder_of(first)


def _folder(case: Case, options: CheckOptions) -> str:
    """The folder of a cluster: that of its CIB or corosync.conf."""
    sources = case.cluster.sources
    shared = [source for source in sources if source.kind in ("cib", "corosync")]
    path = next((source.path for source in (*shared, *sources)), STDIN)
    if path.startswith(STDIN):
        return _start(options)
    folder, here = folder_of(path), str(Path.cwd())
    # where nothing is named this machine may be read, by what the current folder says
    named = options.paths or options.root or options.node
    return folder if named or Path(folder).is_relative_to(here) else here


def _file(options: CheckOptions) -> str | None:
    """The file that counts everywhere: that of --config, "" for none, None for the nearest."""
    if options.no_config and "config" not in options.given:
        return ""
    if options.no_config:
        raise HalintError("--config and --no-config: give one of them")
    if not options.config:
        return None
    if not Path(options.config).is_file():
        raise HalintError(f"--config {options.config}: there is no such file")
    return str(Path(options.config).absolute())


def _changed(options: CheckOptions) -> frozenset[str]:
    """Fields that differ from what they are where nobody says anything."""
    plain = CheckOptions()
    fields = (option.field for option in CHECK)
    return frozenset(name for name in fields if getattr(options, name) != getattr(plain, name))


def _layer(options: CheckOptions, given: frozenset[str], origin: str) -> Layer:
    """What these fields say, as a layer; the origin is the variable's name where none is named."""
    values: dict[str, Any] = {}
    for key in KEYS:
        option = _OPTIONS.get(key.option)
        if option is not None and option.field in given:
            values[key.name] = _told(key, getattr(options, option.field), origin or variable(option))
    return layer_of(values)


def _told(key: Key, value: Any, origin: str) -> Any:
    shape = SHAPES[key.kind]
    if shape == "one":
        return Told(value, origin)
    if shape == "list":
        here = str(Path.cwd())
        # a bare name is left out wherever it lies, not only below the current folder
        return tuple(Told(one, origin, None, here if "/" in one.rstrip("/") else "/") for one in value)
    pairs = (part.strip().partition("=") for one in value for part in one.split(","))
    return {name: Told(version, origin) for name, _, version in pairs}


def _filled(options: CheckOptions, governing: Governing, file: str) -> CheckOptions:
    settings = governing.settings(file)
    fields = {option.field: value for option, value in _from(settings)}
    entries = settings.values("suppress")
    return replace(
        options,
        **fields,
        settings=settings,
        governing=governing,
        suppress=entries,
        configs=tuple(s for s in governing.sources() if any(entry.at.file == s.path for entry in entries)),
    )


def _from(settings: Layer) -> Iterator[tuple[Any, Any]]:
    """The options that settings decide, with their values as on the command line."""
    for key in KEYS:
        option = _OPTIONS.get(key.option)
        if option is None:
            continue
        told = settings.one.get(key.name)
        if told is not None and told.origin != "default":
            yield option, told.value
        if key.name in settings.lists:
            yield option, settings.values(key.name)
        if key.name in settings.maps:
            yield option, targets(settings)


def placing(options: CheckOptions) -> Placing:
    """What the settings say of paths: `exclude`, `clusters` and `nodes`."""
    settings = options.settings
    if settings is None or not any(settings.lists.get(key) for key in ("exclude", "clusters", "nodes")):
        return Placing()
    left_out = [(told.folder, told.value) for told in settings.lists.get("exclude", ())]
    return Placing(
        excluded=lambda path: any(fits(pattern, folder, path) for folder, pattern in left_out),
        cluster=lambda path: _last(settings, "clusters", path),
        node=lambda path: _last(settings, "nodes", path),
        homes=tuple(sorted({Path(told.folder) for told in settings.lists.get("clusters", ())})),
    )


def _last(settings: Layer, key: str, path: Path) -> str:
    """What the last pattern that fits says, "" where none does."""
    named = reversed(settings.lists.get(key, ()))
    return next((str(told.value[1]) for told in named if fits(told.value[0], told.folder, path)), "")


def targets(settings: Layer) -> tuple[str, ...]:
    """The targets as `--target` takes them."""
    return tuple(f"{name}={version}" if version else name for name, version in settings.named("targets").items())


def _problems(layer: Layer) -> Iterator[tuple[Location, str]]:
    """What is wrong with the rules, options and targets that a file names."""
    from halint.config.tuning import problems_of  # noqa: PLC0415 - only where there is a file
    from halint.parse.targets import parse_targets  # noqa: PLC0415 - as above

    brought: dict[str, tuple[Told, ...]] = dict.fromkeys(_BRINGING, ())
    unbrought = tuple(_unbrought(layer, brought))
    yield from unbrought
    if not unbrought:  # else names would seem unknown that are not
        yield from problems_of(_rules_of(brought), layer)
    for name, told in layer.maps.get("targets", {}).items():
        try:
            parse_targets((f"{name}={told.value}",))
        except HalintError as error:
            if told.at is not None:
                yield told.at, f"targets: {str(error).removeprefix('--target ')}"


_FOLDERS, _PLUGINS = _BRINGING = (BY_NAME["rule-folders"].name, BY_NAME["plugins"].name)
"""The keys that bring rules."""


def _unbrought(layer: Layer, brought: dict[str, tuple[Told, ...]]) -> Iterator[tuple[Location, str]]:
    """What is wrong with folders and plugins; those that can be used are added to `brought`."""
    for key in _BRINGING:
        for told in layer.lists.get(key, ()):
            more = {**brought, key: (*brought[key], told)}
            try:
                _rules_of(more)
                brought.update(more)
            except HalintError as error:
                if told.at is not None:
                    yield told.at, f"{key}: {str(error).removeprefix('--rules ')}"


def _rules_of(brought: Mapping[str, tuple[Told, ...]]) -> tuple[Rule, ...]:
    """All rules, with those of folders and plugins."""
    from halint.cli.check import all_rules  # noqa: PLC0415 - as in parts

    folders = tuple(told.value for told in brought[_FOLDERS])
    return all_rules(CheckOptions(rules=folders, settings=Layer(lists={_PLUGINS: brought[_PLUGINS]})))
