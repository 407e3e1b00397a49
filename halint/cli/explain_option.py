"""What `halint explain` tells of an option of the CIB or of corosync.conf, and which rules speak of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from halint.engine.rule import PythonCheck, Rule
from halint.lsp.options import TABLES, Option, cib_option, cib_options, corosync_key, corosync_keys
from halint.output.layout import wrapped
from halint.output.prose import prose
from halint.output.style import Style
from halint.record import record
from halint.schema_data import load


@record
class OptionPage:
    """An option with the names of the rules whose words name it."""

    option: Option
    rules: tuple[str, ...]


def option_pages(name: str, rules: Iterable[Rule]) -> tuple[OptionPage, ...]:
    """Each thing of that name, `token` or, for a key of corosync.conf, `totem.token`; () where there is none."""
    found = [*_of_corosync(name), *(o for table in TABLES if (o := cib_option((table,), name)) is not None)]
    key = name.rpartition(".")[2] if found else name
    about = tuple(rule.name for rule in rules if _speaks_of(rule, key))
    return tuple(OptionPage(option=option, rules=about) for option in found)


def option_names() -> set[str]:
    """Every name that `option_pages` knows; those with their section and without."""
    found = {option.name for option in cib_options(tuple(TABLES))}
    for section in _sections():
        keys = {key.name for key in corosync_keys(section)}
        found |= keys | {f"{section}.{key}" for key in keys if section}
    return found


def _sections() -> tuple[str, ...]:
    return tuple(dict.fromkeys(row["section"] for row in load("corosync-keys")["keys"]))


def _of_corosync(name: str) -> Iterator[Option]:
    for section in _sections():
        key = name.removeprefix(f"{section}.") if section else name
        found = corosync_key(section, key) if "." not in key else None
        if found is not None:
            yield found


def _speaks_of(rule: Rule, name: str) -> bool:
    word = re.compile(rf"(?<![\w-]){re.escape(name)}(?![\w-])")
    return any(word.search(text) for text in (rule.summary, *_messages(rule)))


def _messages(rule: Rule) -> Iterator[str]:
    for check in rule.checks:
        wordings = check.wordings.values() if isinstance(check, PythonCheck) else (check.wording,)
        yield from (wording.message for wording in wordings)


def option_object(page: OptionPage) -> dict[str, Any]:
    """The option in JSON."""
    option = page.option
    return {
        "name": option.name,
        "place": option.place,
        "type": option.type,
        "default": option.default or None,
        "values": list(option.words),
        "facts": list(option.facts),
        "rules": list(page.rules),
    }


def option_markdown(page: OptionPage) -> str:
    """The option as Markdown."""
    about = f"\n\nRules that speak of it: {', '.join(page.rules)}" if page.rules else ""
    return f"{page.option.markdown()}{about}\n"


def option_text(page: OptionPage, style: Style) -> str:
    """The option for the terminal."""
    return "".join(f"{line}\n" for line in _lines(page, style))


def _lines(page: OptionPage, style: Style) -> Iterator[str]:
    option = page.option
    yield f"{style.paint(option.name, 'strong')}  {option.place}"
    values = f"one of {', '.join(f'`{word}`' for word in option.words)}" if option.words else option.type
    default = f"default `{option.default}`" if option.default else ""
    for fact in (values, default, *option.facts):
        yield from prose(fact, style, "  ") if fact else ()
    if page.rules:
        yield ""
        yield from wrapped(f"Rules that speak of it: {', '.join(page.rules)}", style.width, "  ")
