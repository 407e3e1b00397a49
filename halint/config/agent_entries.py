"""Entries of `agents` in a configuration file: what rules may know of a site's own resource agents."""

from __future__ import annotations

import re
from typing import Any

from halint.config.items import Item
from halint.config.layer import Problem
from halint.errors import did_you_mean
from halint.source import Location

FLAGS = ("promote", "only_promotable", "notify", "cloned", "exclusive", "migrate", "no_monitor")
NAMES = ("address", "cloud_address", "source_address", "device", "directory", "provides", "volume_group")
MORE_NAMES = ("mapping", "pool", "target", "drbd")
GROUPS = ("unique", "unique_on_node", "distinct")
LISTS = ("paths", "usual")
KEYS = ("timeouts", "flags", "rank", "defaults", *NAMES, *MORE_NAMES, *GROUPS, *LISTS)
"""As in `schemas/agents.yaml`, which says what each means."""

RANKS = range(1, 8)
_NAME = re.compile(r"ocf:[^\s:]+:[^\s:]+|(systemd|lsb|service|upstart):\S+")


def agent_entry(name: str, item: Item, at: Location, problems: list[Problem]) -> dict[str, Any]:
    """What is known of one agent, in the form of `schemas/agents.yaml`; what is wrong goes to `problems`."""
    if not _NAME.fullmatch(name):
        problems.append((at, f"agents: {name} is not class:provider:type, such as ocf:acme:queue"))
    if not item.is_mapping:
        if item.value is not None:
            problems.append((item.at, f"agents: {name} must be names and values"))
        return {}
    found = {}
    for key, value in item.value.items():
        if key not in KEYS:
            problems.append((item.keys[key], f"agents: {name}: {key} is not a known key{did_you_mean(key, KEYS)}"))
            continue
        wrong = _wrong(key, value)
        if wrong:
            problems.append((value.at, f"agents: {name}: {key} {wrong}"))
        else:
            found[key] = _plain(value)
    return found


def _wrong(key: str, item: Item) -> str:
    """Why a value is none for its key, "" where it is."""
    if key == "timeouts":
        numbers = item.is_mapping and all(_is_number(value) for value in item.value.values())
        return "" if numbers else "must be actions with whole seconds"
    if key == "rank":
        return "" if _is_number(item) and item.value in RANKS else f"must be a number from 1 to {RANKS[-1]}"
    if key == "defaults":
        return "" if item.is_mapping and all(map(_is_text, item.value.values())) else "must be parameters and texts"
    if key in ("flags", *LISTS, *GROUPS):
        return _wrong_list(key, item)
    return "" if _is_text(item) else "must be the name of a parameter"


def _wrong_list(key: str, item: Item) -> str:
    if key == "flags":
        known = item.is_list and all(flag.text in FLAGS for flag in item.value)
        return "" if known else f"must be a list of {', '.join(FLAGS)}"
    if key in LISTS:
        return "" if _is_list_of_texts(item) else "must be a list of texts"
    groups = item.is_list and all(_is_list_of_texts(group) for group in item.value)
    return "" if groups else "must be a list of lists of parameters"


def _is_number(item: Item) -> bool:
    return isinstance(item.value, int) and not isinstance(item.value, bool) and item.value >= 0


def _is_text(item: Item) -> bool:
    return not item.is_mapping and not item.is_list and item.value is not None


def _is_list_of_texts(item: Item) -> bool:
    return item.is_list and all(_is_text(one) for one in item.value)


def _plain(item: Item) -> Any:
    if item.is_mapping:
        return {name: _plain(value) for name, value in item.value.items()}
    if item.is_list:
        return [_plain(value) for value in item.value]
    return item.value if _is_number(item) else item.text
