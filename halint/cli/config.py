"""`halint config show`: what counts for a path, and who says so."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from halint.cli.configured import configured, start_file
from halint.cli.environment import from_environment, variable
from halint.cli.main import OK
from halint.cli.options import CHECK, CheckOptions
from halint.cli.targets import STDOUT, write
from halint.config.keys import KEYS
from halint.config.layer import Layer, Told
from halint.engine.run import one_line
from halint.engine.suppress import Entry

FORMATS = ("text", "json")


def config_show(options: CheckOptions, form: str) -> int:
    """Print the settings for the first of the paths, as text or JSON. Raises HalintError."""
    options = configured(options)
    settings = options.settings
    assert settings is not None  # noqa: S101 - configured() fills them in
    plain, file, path = _variables(os.environ), start_file(options), next(iter(options.paths), ".")
    if form == "json":
        document = {"version": 1, "path": path, "file": file or None, "settings": {**_json(settings), **_plain(plain)}}
        sys.stdout.write(json.dumps(document, indent=2) + "\n")
        return OK
    head = f"# for {one_line(path)}: {one_line(file) or 'no configuration file'}"
    lines = (head, *_aligned([*_lines(settings), *_one_each(plain)]))
    write(STDOUT, "".join(f"{line}\n" for line in lines), machine=False)
    return OK


def _variables(environment: Mapping[str, str]) -> dict[str, Told]:
    """What variables say of options that no key is for."""
    found = from_environment(environment)
    keys = {key.option for key in KEYS}
    mine = (option for option in CHECK if option.field in found and option.name not in keys)
    return {option.name: Told(found[option.field], variable(option)) for option in mine}


def _json(settings: Layer) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key in KEYS:
        if key.name in settings.one:
            found[key.name] = _told(settings.one[key.name])
        elif settings.lists.get(key.name):
            found[key.name] = [_told(told) for told in settings.lists[key.name]]
        elif settings.maps.get(key.name):
            found[key.name] = {name: _told(told) for name, told in sorted(settings.maps[key.name].items())}
    return found


def _plain(told: dict[str, Told]) -> dict[str, Any]:
    return {name: _told(one) for name, one in told.items()}


def _told(told: Told) -> dict[str, Any]:
    return {"value": _value(told.value), "origin": told.origin}


def _value(value: Any) -> Any:
    if isinstance(value, Entry):
        expires = value.expires.isoformat() if value.expires else None
        named = {"rule": value.rule, "object": value.object, "file": value.file, "reason": value.reason}
        return {**{k: v for k, v in named.items() if v}, **({"expires": expires} if expires else {})}
    return dict([value]) if isinstance(value, tuple) else value


def _lines(settings: Layer) -> Iterator[tuple[str, str]]:
    """Lines of YAML, each with its origin."""
    for key in KEYS:
        if key.name in settings.one:
            yield f"{key.name}: {_shown(settings.one[key.name].value)}", settings.one[key.name].origin
        elif settings.lists.get(key.name):
            yield f"{key.name}:", ""
            yield from ((f"  - {_shown(told.value)}", told.origin) for told in settings.lists[key.name])
        elif settings.maps.get(key.name):
            yield f"{key.name}:", ""
            named = sorted(settings.maps[key.name].items())
            yield from ((f"  {one_line(name)}: {_shown(told.value)}", told.origin) for name, told in named)


def _one_each(told: dict[str, Told]) -> Iterator[tuple[str, str]]:
    yield from ((f"{name}: {_shown(one.value)}", one.origin) for name, one in told.items())


def _shown(value: Any) -> str:
    plain = _value(value)
    return one_line(plain) if isinstance(plain, str) else json.dumps(plain, ensure_ascii=False)


def _aligned(lines: list[tuple[str, str]]) -> Iterator[str]:
    width = min(max((len(text) for text, _ in lines), default=0), 60)
    return (f"{text:{width}}  # {origin}" if origin else text for text, origin in lines)
