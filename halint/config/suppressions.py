"""Entries of `suppress` in a configuration file."""

from __future__ import annotations

from datetime import date

from halint.config.items import Item
from halint.config.layer import Problem
from halint.engine.suppress import Entry
from halint.errors import did_you_mean

KEYS = ("rule", "object", "file", "reason", "expires")
REQUIRED = ("rule", "reason")


def entry(item: Item, problems: list[Problem]) -> Entry | None:
    """One entry; None where it cannot be read, and `problems` says why."""
    if not item.is_mapping:
        problems.append((item.at, f"suppress: an entry must be names and values ({', '.join(KEYS)})"))
        return None
    wrong: list[Problem] = [
        (item.keys[name], f"suppress: {name} is not a known key{did_you_mean(name, KEYS)}")
        for name in item.value
        if name not in KEYS
    ]
    wrong += [
        (value.at, f"suppress: {name} must be text")
        for name, value in item.value.items()
        if name in KEYS and (value.is_mapping or value.is_list or not value.text.strip())
    ]
    wrong += [(item.at, f"suppress: an entry lacks {name}") for name in REQUIRED if name not in item.value]
    expires = _date(item.value.get("expires"), wrong)
    problems.extend(wrong)
    if wrong:
        return None
    texts = {name: item.value[name].text.strip() for name in KEYS[:4] if name in item.value}
    return Entry(**texts, expires=expires, at=item.at)


def _date(item: Item | None, wrong: list[Problem]) -> date | None:
    if item is None or not item.text:
        return None
    try:
        return date.fromisoformat(item.text.strip())
    except ValueError:
        wrong.append((item.at, f"suppress: expires is {item.text.strip()}, not a date such as 2030-12-31"))
        return None
