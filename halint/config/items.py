"""YAML with the place of everything: what a configuration file holds before it is known what it means."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from halint.config.layer import Problem
from halint.errors import HalintError
from halint.source import Location

MAX_BYTES = 1024 * 1024


class Item(NamedTuple):
    """A value and its place. `value` is text, number, truth or None; a tuple of items; or a dict of them by key.

    `text` is a single value as it is written: `off` and `3.10` are not taken for something else.
    """

    value: Any
    text: str
    at: Location
    keys: dict[str, Location] = {}  # noqa: RUF012 - never changed

    @property
    def is_mapping(self) -> bool:
        """Whether it is keys and values."""
        return isinstance(self.value, dict)

    @property
    def is_list(self) -> bool:
        """Whether it is a list."""
        return isinstance(self.value, tuple)


def read_items(path: Path, shown: str, problems: list[Problem]) -> Item | None:
    """The content of a file; None for an empty one. Raises HalintError for what cannot be read or is no YAML."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
        text = data.decode("utf-8-sig")
    except OSError as error:
        raise HalintError(f"{shown}: {(error.strerror or str(error)).lower()}") from None
    except UnicodeDecodeError:
        raise HalintError(f"{shown}: is not UTF-8 text") from None
    if len(data) > MAX_BYTES:
        raise HalintError(f"{shown}: is larger than {MAX_BYTES // 1024} KiB")
    node = _compose(text, shown)
    return None if node is None else _Reader(shown, problems).item(node)


def _compose(text: str, shown: str) -> yaml.Node | None:
    try:
        node: yaml.Node | None = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f"{shown}:{mark.line + 1}:{mark.column + 1}" if mark else shown
        raise HalintError(f"{place}: not YAML: {error.problem}") from None
    except yaml.YAMLError as error:
        raise HalintError(f"{shown}: not YAML: {' '.join(str(error).split())}") from None
    except RecursionError:
        raise HalintError(f"{shown}: not YAML that a configuration needs: nested too deeply") from None
    return node


class _Reader:
    def __init__(self, file: str, problems: list[Problem]) -> None:
        self._file = file
        self._problems = problems
        self._done: dict[int, Item] = {}
        self._open: set[int] = set()

    def item(self, node: yaml.Node) -> Item:
        """A node with all it holds; a node that an alias repeats is read once."""
        known = self._done.get(id(node))
        if known is not None:
            return known
        at = self._location(node)
        if id(node) in self._open:
            self._problems.append((at, "holds itself through an alias"))
            return Item(None, "", at)
        self._open.add(id(node))
        found = self._read(node, at)
        self._open.discard(id(node))
        self._done[id(node)] = found
        return found

    def _read(self, node: yaml.Node, at: Location) -> Item:
        if isinstance(node, yaml.SequenceNode):
            return Item(tuple(self.item(child) for child in node.value), "", at)
        if isinstance(node, yaml.MappingNode):
            keys: dict[str, Location] = {}
            return Item(dict(self._pairs(node, keys)), "", at, keys)
        return Item(_plain(node), str(node.value), at)

    def _pairs(self, node: yaml.MappingNode, keys: dict[str, Location]) -> Iterator[tuple[str, Item]]:
        for key, value in node.value:
            at = self._location(key)
            if not isinstance(key, yaml.ScalarNode):
                self._problems.append((at, "a key must be a name"))
                continue
            name = str(key.value)
            if name in keys:
                self._problems.append((at, f"{name} is given twice"))
            keys[name] = at
            yield name, self.item(value)

    def _location(self, node: yaml.Node) -> Location:
        start, end = node.start_mark, node.end_mark
        if end.line != start.line:
            return Location(self._file, start.line + 1, start.column + 1, start.line + 1, start.column + 2)
        return Location(self._file, start.line + 1, start.column + 1, end.line + 1, end.column + 1)


def _plain(node: yaml.Node) -> Any:
    try:
        return yaml.SafeLoader("").construct_object(node)
    except (yaml.YAMLError, ValueError, OverflowError):
        return str(node.value)
