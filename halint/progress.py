"""How far a long run is: told by those who loop, shown by the command line."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias, TypeVar

Told: TypeAlias = Callable[[str, int, int], None]
"""Takes what is being done, how many of a row of things are done, and how many there are."""

T = TypeVar("T")


def counted(things: Sequence[T], doing: Callable[[T], str], told: Told | None) -> Iterator[T]:
    """The things, each told before it comes; `doing` says what is done with one."""
    for number, thing in enumerate(things):
        if told is not None:
            told(doing(thing), number, len(things))
        yield thing
