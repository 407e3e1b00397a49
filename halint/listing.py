"""Names in a sentence: all of a few, the first of many with how many more there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST = 5
"""So many names stand in a message; a cluster may have thousands of resources."""


def listed(names: Iterable[object], *, between: str = ", ", last: str = " and ", most: int = MOST) -> str:
    """`a`, `a and b`, `a, b and c`; of more than `most` names `a, b, c, d, e and 7 more`.

    `between` stands between two of them, `last` before the last one.
    """
    words = [str(name) for name in names]
    if len(words) > most:
        return f"{between.join(words[:most])} and {len(words) - most} more"
    return last.join([between.join(words[:-1]), words[-1]] if len(words) > 1 else words)
