"""Reads a configuration file and those it extends: what is wrong with them is told all at once."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from halint.config.agent_entries import agent_entry
from halint.config.items import Item, read_items
from halint.config.keys import ALLOWED, BY_NAME, SHAPES, Key
from halint.config.layer import Layer, Problem, Told, layer_of, over
from halint.config.suppressions import entry
from halint.engine.run import one_line
from halint.errors import HalintError, did_you_mean
from halint.source import Location


def read_config(path: Path, cwd: Path) -> tuple[Layer, list[Problem]]:
    """A file with those it extends as one layer, and what is wrong with what it says, in order of the places.

    Raises HalintError for a file that cannot be read or is no YAML.
    """
    problems: list[Problem] = []
    layer = _chain(Path(os.path.normpath(path.absolute())), cwd, problems, ())
    return layer, problems


def told_of(problems: list[Problem]) -> HalintError:
    """All problems, one a line."""
    lines = [f"{at.file}:{at.line}:{at.column}: {one_line(text)}" for at, text in sorted(set(problems))]
    return HalintError("\n".join(lines))


def _chain(path: Path, cwd: Path, problems: list[Problem], above: tuple[Path, ...]) -> Layer:
    shown = str(path.relative_to(cwd)) if path.is_relative_to(cwd) else str(path)
    own = _File(path, shown, problems)
    whole = Layer()
    for base in own.extended():
        file = Path(os.path.normpath(str(base.value)))
        if file == path or file in above:
            problems.append((base.at or own.at, f"{file} extends this file in turn"))
        elif not file.is_file():
            problems.append((base.at or own.at, f"extend: there is no file {file}"))
        else:
            whole = over(_chain(file, cwd, problems, (*above, path)), whole, add=True)
    return over(own.layer, whole, add=True)


class _File:
    """One file, checked against the table of keys."""

    def __init__(self, path: Path, shown: str, problems: list[Problem]) -> None:
        self.at = Location(shown, 1, 1, 1, 1)
        self._folder = str(path.parent)
        self._problems = problems
        self._values: dict[str, Any] = {}
        root = read_items(path, shown, problems)
        if root is not None and not (root.value is None and not root.text):
            self._read(root)
        self.layer = layer_of(self._values)

    def extended(self) -> tuple[Told, ...]:
        """The files that this one extends."""
        found: tuple[Told, ...] = self._values.get("extend", ())
        return found

    def _read(self, root: Item) -> None:
        if not root.is_mapping:
            self._wrong(root.at, "the file must be keys and values")
            return
        for name, item in root.value.items():
            key = BY_NAME.get(name)
            if key is None:
                self._wrong(root.keys[name], f"{name} is not a known key{did_you_mean(name, BY_NAME)}")
            elif item.value is not None:  # a key without a value says nothing
                if name == "rules" and item.is_list:
                    key = BY_NAME["rule-folders"]
                value = getattr(self, f"_{key.kind}")(key, item)
                before = self._values.get(key.name, ())  # of `rules` as a list, which is `rule-folders`
                self._values[key.name] = (*before, *value) if SHAPES[key.kind] == "list" else value

    def _wrong(self, at: Location, sentence: str) -> None:
        self._problems.append((at, sentence))

    def _told(self, value: Any, at: Location) -> Told:
        return Told(value, f"{at.file}:{at.line}", at, self._folder)

    # each kind of value, by its name in the table

    def _choice(self, key: Key, item: Item, of: str = "") -> Told:
        text = self._word(key, item)
        if text and text not in key.choices:
            what = f"{key.name}{of} is {text}, not one of {', '.join(key.choices)}"
            self._wrong(item.at, f"{what}{did_you_mean(text, key.choices)}")
        return self._told(text, item.at)

    def _texts(self, key: Key, item: Item) -> tuple[Told, ...]:
        return tuple(self._told(text, at) for text, at in self._listed(key.name, item))

    _rules = _texts

    def _folders(self, key: Key, item: Item) -> tuple[Told, ...]:
        told = self._texts(key, item)
        return tuple(one._replace(value=os.path.join(self._folder, one.value)) for one in told)  # noqa: PTH118 - text

    def _file(self, key: Key, item: Item) -> Told:
        return self._told(os.path.join(self._folder, self._word(key, item)), item.at)  # noqa: PTH118 - text

    def _names(self, key: Key, item: Item) -> tuple[Told, ...]:
        from halint.config.profiles import profiles  # noqa: PLC0415 - only where a file names one

        known = profiles()
        for text, at in self._listed(key.name, item, tell=False):
            if text not in known:
                self._wrong(at, f"there is no profile called {text}{did_you_mean(text, known)}")
        return self._texts(key, item)

    def _outputs(self, key: Key, item: Item) -> tuple[Told, ...]:
        found = []
        for text, at in self._listed(key.name, item):
            form, colon, file = text.partition(":")
            if not colon or not file or form not in key.choices:
                self._wrong(at, f"{text} is not FORMAT:FILE{did_you_mean(form, key.choices)}")
            found.append(self._told(f"{form}:{os.path.join(self._folder, file)}", at))  # noqa: PTH118 - text
        return tuple(found)

    def _severity(self, key: Key, item: Item) -> dict[str, Told]:
        return {name: self._choice(key, value, f" of {name}") for name, value in self._pairs(key.name, item)}

    def _options(self, key: Key, item: Item) -> dict[str, Told]:
        found = {}
        for rule, options in self._pairs(key.name, item):
            for name, value in self._pairs(f"{key.name}: {rule}", options):
                if value.is_mapping or value.is_list:
                    self._wrong(value.at, f"{rule}: {name} must be a number or text")
                else:
                    plain = value.value if isinstance(value.value, int) else value.text
                    found[f"{rule}.{name}"] = self._told(plain, options.keys[name])
        return found

    def _targets(self, key: Key, item: Item) -> dict[str, Told]:
        return {name: self._told(self._word(key, value), value.at) for name, value in self._pairs(key.name, item)}

    def _patterns(self, key: Key, item: Item) -> tuple[Told, ...]:
        pairs = self._pairs(key.name, item)
        return tuple(self._told((pattern, self._word(key, value)), value.at) for pattern, value in pairs)

    def _ignores(self, key: Key, item: Item) -> tuple[Told, ...]:
        return tuple(
            self._told((pattern, text), at)
            for pattern, value in self._pairs(key.name, item)
            for text, at in self._listed(f"{key.name}: {pattern}", value)
        )

    def _allow(self, key: Key, item: Item) -> tuple[Told, ...]:
        found = []
        for what, value in self._pairs(key.name, item):
            if what not in ALLOWED:
                self._wrong(item.keys[what], f"{key.name}: {what} is not a known key{did_you_mean(what, ALLOWED)}")
            for text, at in self._listed(f"{key.name}: {what}", value):
                if len(text.split()) > 1:
                    self._wrong(at, f"{key.name}: {what}: {text} is more than one name")
                found.append(self._told((what, text), at))
        return tuple(found)

    def _agents(self, key: Key, item: Item) -> dict[str, Told]:
        found = {}
        for name, value in self._pairs(key.name, item):
            found[name] = self._told(agent_entry(name, value, item.keys[name], self._problems), item.keys[name])
        return found

    def _suppress(self, _key: Key, item: Item) -> tuple[Told, ...]:
        items = item.value if item.is_list else (item,)
        read = (entry(one, self._problems) for one in items)
        return tuple(self._told(one, one.at) for one in read if one is not None)

    # what they are made of

    def _pairs(self, name: str, item: Item) -> Iterator[tuple[str, Item]]:
        if item.is_mapping:
            yield from item.value.items()
        elif item.value is not None:
            self._wrong(item.at, f"{name} must be names and values")

    def _listed(self, name: str, item: Item, *, tell: bool = True) -> list[tuple[str, Location]]:
        """A list of texts; a single text is a list of one."""
        wrong: Callable[[Location, str], None] = self._wrong if tell else lambda _at, _text: None
        if item.is_mapping or item.value is None:
            wrong(item.at, f"{name} must be a list")
            return []
        found = []
        for one in item.value if item.is_list else (item,):
            if one.is_mapping or one.is_list or not one.text.strip():
                wrong(one.at, f"{name} must be a list of texts")
            else:
                found.append((one.text.strip(), one.at))
        return found

    def _word(self, key: Key, item: Item) -> str:
        if item.is_mapping or item.is_list or not item.text.strip():
            self._wrong(item.at, f"{key.name} must be a word")
            return ""
        return item.text.strip()
