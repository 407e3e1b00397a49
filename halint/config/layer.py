"""What one place says (the defaults, a profile, a file, the environment, the command line), and layers of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field
from typing import Any, NamedTuple, TypeAlias

from halint.config.keys import BY_NAME, SHAPES
from halint.record import record
from halint.source import Location

Problem: TypeAlias = tuple[Location, str]
"""A place in a configuration file and a sentence about it."""


COMMAND_LINE = "command line"


class Told(NamedTuple):
    """A value and who says it: `default`, `profile NAME`, `FILE:LINE`, the name of a variable, `command line`.

    `at` is its place in a configuration file, `folder` that file's: paths and patterns start there.
    """

    value: Any
    origin: str
    at: Location | None = None
    folder: str = ""


One: TypeAlias = Mapping[str, Told]
Lists: TypeAlias = Mapping[str, tuple[Told, ...]]
Maps: TypeAlias = Mapping[str, Mapping[str, Told]]


@record
class Layer:
    """Values by key, in three shapes (`halint.config.keys.SHAPES`). Options of rules are named `RULE.OPTION`."""

    one: One = field(default_factory=dict)
    lists: Lists = field(default_factory=dict)
    maps: Maps = field(default_factory=dict)

    def scalar(self, key: str) -> str:
        """A value that is said once, "" where nobody says it."""
        told = self.one.get(key)
        return "" if told is None else str(told.value)

    def values(self, key: str) -> tuple[Any, ...]:
        """What a list holds."""
        return tuple(told.value for told in self.lists.get(key, ()))

    def named(self, key: str) -> dict[str, Any]:
        """What a mapping holds."""
        return {name: told.value for name, told in self.maps.get(key, {}).items()}


def over(upper: Layer, lower: Layer, *, add: bool = False) -> Layer:
    """One layer over another: names add up, a value goes before that below.

    A list takes the place of the one below, but for the two `extend-…`; with `add` every list comes after it, as in
    files that extend each other.
    """
    lists = dict(lower.lists)
    for key, told in upper.lists.items():
        lists[key] = (*lists.get(key, ()), *told) if add or key.startswith("extend-") else told
    maps = {key: dict(names) for key, names in lower.maps.items()}
    for key, names in upper.maps.items():
        maps[key] = {**maps.get(key, {}), **names}
    return Layer(one={**lower.one, **upper.one}, lists=lists, maps=maps)


def stacked(layers: Iterable[Layer]) -> Layer:
    """Layers, the lowest first, as one."""
    whole = Layer()
    for layer in layers:
        whole = over(layer, whole)
    return whole


def layer_of(values: Mapping[str, Any]) -> Layer:
    """A layer from values by key, each in the shape of its key."""
    shapes: dict[str, dict[str, Any]] = {"one": {}, "list": {}, "map": {}}
    for key, value in values.items():
        shapes[SHAPES[BY_NAME[key].kind]][key] = value
    return Layer(one=shapes["one"], lists=shapes["list"], maps=shapes["map"])


def defaults() -> Layer:
    """What counts where nobody says anything."""
    return layer_of({key.name: Told(key.default, "default") for key in BY_NAME.values() if key.default})
