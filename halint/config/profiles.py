"""Profiles: what a vendor's guide or a kind of cluster asks for, as a layer between the defaults and the files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from halint.config.layer import Layer, Told, layer_of, stacked
from halint.errors import HalintError, did_you_mean
from halint.schema_data import load


def profiles() -> Mapping[str, Mapping[str, Any]]:
    """The profiles of `schemas/profiles.yaml` by name."""
    found: Mapping[str, Mapping[str, Any]] = load("profiles")
    return found


def profile_layer(names: Iterable[str]) -> Layer:
    """What profiles say, the later over the earlier. Raises HalintError for a name that is none."""
    return stacked(_layer(name) for name in names)


def _layer(name: str) -> Layer:
    data = profiles().get(name)
    if data is None:
        raise HalintError(f"there is no profile called {name}{did_you_mean(name, profiles())}")
    origin = f"profile {name}"
    values: dict[str, Any] = {key: Told(data[key], origin) for key in ("fail-on",) if key in data}
    values |= {
        key: {one: Told(value, origin) for one, value in data[key].items()}
        for key in ("severity", "targets")
        if key in data
    }
    if "rules" in data:
        options = data["rules"]
        values["rules"] = {
            f"{rule}.{option}": Told(value, origin) for rule in options for option, value in options[rule].items()
        }
    return layer_of(values)
