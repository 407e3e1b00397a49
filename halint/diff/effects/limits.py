"""What the forecast does not work out exactly, so that it says "may" where that is in play."""

from __future__ import annotations

from typing import TYPE_CHECKING

from halint.model.properties import property_value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from halint.diff.side import Side
    from halint.model.cib import Cib

_PROPERTIES = {"placement-strategy": "default", "node-health-strategy": "none"}
"""Properties that change how resources are placed, with the value under which they do not."""


def limits(before: Side, after: Side) -> tuple[str, ...]:
    """What either side sets that decides on places and is only estimated here, as `name=value`."""
    return tuple(dict.fromkeys(text for side in (before, after) for text in _settings(side.cib)))


def estimated(before: Side, after: Side) -> frozenset[str]:
    """The ids of resources that have a parameter or meta-attribute which a rule decides: its other value is taken."""
    return frozenset(
        name
        for side in (before, after)
        for name, resource in side.cib.by_id.items()
        if not all(s.certain for s in (*resource.meta.values(), *resource.parameters.values()))
    )


def _settings(cib: Cib) -> Iterator[str]:
    for name, plain in _PROPERTIES.items():
        value = property_value(cib, name)
        if value and value.lower() != plain:
            yield f"{name}={value}"
