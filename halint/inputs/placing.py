"""What the user has said of paths: what is left out, and to which cluster and node files belong."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from halint.inputs.found import Found


def _nobody(_path: Path) -> str:
    return ""


def _nothing(_path: Path) -> bool:
    return False


class Placing(NamedTuple):
    """Answers for absolute paths: whether a walk leaves it out, whose cluster and node it is for ("" where unsaid)."""

    excluded: Callable[[Path], bool] = _nothing
    cluster: Callable[[Path], str] = _nobody
    node: Callable[[Path], str] = _nobody
    homes: tuple[Path, ...] = ()
    """The folders in which the files of clusters lie that the user names."""

    def kept(self, found: Iterable[Found], *, named: bool) -> list[Found]:
        """What is not left out; what was `named` one by one stays, unless by a commit hook."""
        return [f for f in found if (f.named and named) or not self.excluded(f.real)]

    def owners(self, found: Iterable[Found], told: dict[Path, str]) -> dict[Path, str]:
        """Whose files these are: as the call told, by file or folder, else by a pattern."""
        owners = dict(told)
        for one in found:
            if one.origin is None and not any(path in told for path in (one.real, *one.real.parents)):
                node = self.node(one.real)
                owners |= {one.real: node} if node else {}
        return owners

    def clusters(self, found: Iterable[Found]) -> tuple[dict[str, list[Found]], list[Found]]:
        """The inputs by the cluster that the user names, and the rest."""
        by_name: dict[str, list[Found]] = {}
        rest: list[Found] = []
        for one in found:
            name = self.cluster(one.real)
            (by_name.setdefault(name, []) if name else rest).append(one)
        return by_name, rest
