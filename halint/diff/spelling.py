"""Values in one spelling, so that two ways to write the same thing are equal, and the defaults of what is not written.

Measured with 2.1.5 (no action of the scheduler follows from respelling): booleans, scores, durations and roles of
properties, meta-attributes, operations and constraints. Parameters of agents are texts: Pacemaker compares them so.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from functools import cache
from typing import Any

from halint.model.values import parse_bool, parse_duration_ms, parse_role, parse_score, parse_timeout_ms
from halint.record import record
from halint.schema_data import load


@record
class Option:
    """One name in a table of `schemas/cib-options.yaml`: its type, built-in default (None: depends), older names.

    `since` is the release that brought the name, () where the old names go too far back to matter.
    """

    name: str
    type: str
    default: str | None
    old: tuple[str, ...]
    since: tuple[int, ...]
    written: bool


@cache
def options(table: str) -> Mapping[str, Option]:
    """The options of a table (properties, meta, meta_clone, meta_group, operation, alert, node) by newer name."""
    return {name: _option(name, entry) for name, entry in load("cib-options")[table].items()}


def _option(name: str, entry: Mapping[str, Any]) -> Option:
    since = str(entry.get("since", ""))
    return Option(
        name=name,
        type=entry["type"],
        default=entry.get("default"),
        old=tuple(entry.get("old", ())),
        since=tuple(int(part) for part in since.split(".")) if since else (),
        written=bool(entry.get("written")),
    )


@cache
def newer_names(table: str) -> Mapping[str, str]:
    """Older name to newer one."""
    return {old: option.name for option in options(table).values() for old in option.old}


def normal(kind: str, text: str) -> Hashable:
    """The value of a text of this type; two texts that mean the same give equal values. What is none stays a text."""
    reader = _READERS.get(kind)
    value = reader(text) if reader else None
    return text if value is None else (kind, value)


def default_of(option: Option) -> Hashable | None:
    """The built-in default in one spelling; None where it depends on more."""
    return None if option.default is None else normal(option.type, option.default)


def _integer(text: str) -> int | None:
    try:
        return int(text)
    except ValueError:
        return None


def _enum(text: str) -> str:
    low = text.lower()
    return "off" if low == "poweroff" else low


_READERS: Mapping[str, Callable[[str], Hashable | None]] = {
    "boolean": parse_bool,
    "interval": parse_duration_ms,
    "timeout": parse_timeout_ms,
    "score": parse_score,
    "integer": _integer,
    "percentage": lambda text: _integer(text.removesuffix("%")),
    "role": parse_role,
    "enum": _enum,
}
