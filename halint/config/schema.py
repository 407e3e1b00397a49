"""The JSON schema of the configuration file, for editors; `schemas/config.json` is what this makes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from halint.config import agent_entries as agents
from halint.config.keys import KEYS, Key
from halint.config.profiles import profiles
from halint.config.suppressions import KEYS as ENTRY
from halint.config.suppressions import REQUIRED

_TEXT = {"type": "string", "minLength": 1}
_NUMBER = {"type": "integer", "minimum": 0}


def schema() -> dict[str, Any]:
    """The schema, as JSON Schema 2020-12 has it."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "halint configuration (.halint.yaml)",
        "type": "object",
        "additionalProperties": False,
        "properties": {key.name: {"description": key.help, **_of(key)} for key in KEYS},
    }


def _of(key: Key) -> Mapping[str, Any]:
    """What a key takes: null as well, for a key that is there and says nothing."""
    written = _KINDS[key.kind](key)
    return {"anyOf": [*written, {"type": "null"}]}


def _list(item: Mapping[str, Any]) -> list[Any]:
    """A list, or a single one."""
    return [{"type": "array", "items": item}, item]


def _map(value: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": value, **more}


def _closed(properties: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": False, "properties": properties, **more}


def _each(names: Iterable[str], value: Mapping[str, Any]) -> dict[str, Any]:
    return {name: dict(value) for name in names}


def _names() -> dict[str, Any]:
    return {"enum": sorted(profiles())}


def _outputs(key: Key) -> dict[str, Any]:
    return {"type": "string", "pattern": f"^({'|'.join(key.choices)}):."}


def _entry() -> dict[str, Any]:
    return _closed({**_each(ENTRY, _TEXT), "expires": {"type": "string", "format": "date"}}, required=list(REQUIRED))


def _agent() -> dict[str, Any]:
    texts = {"type": "array", "items": _TEXT}
    return _closed(
        {
            "timeouts": _map(_NUMBER),
            "flags": {"type": "array", "items": {"enum": list(agents.FLAGS)}},
            "rank": {"enum": list(agents.RANKS)},
            "defaults": _map(_TEXT),
            **_each((*agents.NAMES, *agents.MORE_NAMES), _TEXT),
            **_each(agents.GROUPS, {"type": "array", "items": texts}),
            **_each(agents.LISTS, texts),
        }
    )


def _options() -> list[Any]:
    """Options of rules by name, or folders with rules."""
    return [_map(_map({"type": ["integer", "string"]})), {"type": "array", "items": _TEXT}]


_LISTED = {"anyOf": _list(_TEXT)}
_KINDS: Mapping[str, Any] = {
    "choice": lambda key: [{"enum": list(key.choices)}],
    "file": lambda _: [_TEXT],
    "rules": lambda _: _list(_TEXT),
    "texts": lambda _: _list(_TEXT),
    "folders": lambda _: _list(_TEXT),
    "names": lambda _: _list(_names()),
    "outputs": lambda key: _list(_outputs(key)),
    "ignores": lambda _: [_map(_LISTED)],
    "patterns": lambda _: [_map(_TEXT)],
    "allow": lambda key: [_closed(_each(key.choices, _LISTED))],
    "suppress": lambda _: _list(_entry()),
    # YAML 1.1 reads a bare `off` as false
    "severity": lambda key: [_map({"enum": [*key.choices, False]})],
    "options": lambda _: _options(),
    "targets": lambda _: [_map({"type": ["string", "number"]})],
    "agents": lambda _: [_map(_agent())],
}
