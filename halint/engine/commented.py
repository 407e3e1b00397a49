"""Whether any file speaks to halint in its comments: all that a run over files without such comments pays for them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from halint.engine.run import Case
    from halint.source import Source


def is_commented(source: Source) -> bool:
    """Whether it is worth looking for comments that speak to halint."""
    return "halint:" in source.text or "Halint:" in source.text


def any_commented(cases: Iterable[Case]) -> bool:
    """Whether any file of the cases is worth it."""
    return any(is_commented(source) for case in cases for source in case.cluster.sources)
