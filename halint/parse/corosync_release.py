"""The releases of corosync that a file can be judged for."""

from __future__ import annotations

from typing import TypeAlias

Release: TypeAlias = tuple[int, ...]

TARGETS: dict[str, Release] = {
    "2.4": (2, 4, 6),
    "3.0": (3, 0, 4),
    "3.1": (3, 1, 7),
    "3.1.7": (3, 1, 7),
    "3.1.8": (3, 1, 8),
    "3.1.10": (3, 1, 10),
}
"""What `--target corosync=` takes. 2.4, 3.0 and 3.1 stand for a release of their line; 3.1 for the one measured."""

DEFAULT: Release = TARGETS["3.1"]
NEWEST: Release = (3, 1, 10)


def shown_release(release: Release) -> str:
    """The release as messages name it."""
    return ".".join(map(str, release))
