"""The one exception of halint, and the hint that goes with a name that is none."""

from __future__ import annotations

from collections.abc import Iterable


class HalintError(Exception):
    """Wrong use, a bad rule or configuration file, or an input that cannot be read at all: a sentence, and exit 2."""


def did_you_mean(name: str, known: Iterable[str], cutoff: float = 0.6) -> str:
    """`; did you mean NAME?` for a name that is near (`cutoff` as in difflib, 0 to 1), else ""."""
    from difflib import get_close_matches  # noqa: PLC0415 - only for an error

    near = get_close_matches(name, list(known), n=1, cutoff=cutoff)
    return f"; did you mean {near[0]}?" if near else ""
