"""The commands that push AFTER over BEFORE, a way each, with the user's own file names."""

from __future__ import annotations

import shlex
from typing import NamedTuple

from halint.diff.change import Comparison
from halint.diff.live_cluster import shown
from halint.diff.outcome import Remark

WAYS = ("whole", "configuration", "diff")

_UNPACK = {".bz2": "bunzip2 --keep", ".gz": "gunzip --keep", ".xz": "unxz --keep"}


class Files(NamedTuple):
    """The names of both files as commands take them: unpacked, and a name for what came through standard input."""

    before: str
    after: str


def files(comparison: Comparison) -> Files:
    """The names that commands use."""
    return Files(_unpacked(shown(comparison.before, "before.xml")), _unpacked(shown(comparison.after, "after.xml")))


def commands(names: Files) -> dict[str, tuple[str, ...]]:
    """Per way the commands, that of pcs first. `crm_diff` ends with 1 where there is a difference."""
    after, before = _argument(names.after), _argument(names.before)
    against = shlex.quote(f"diff-against={names.before}")
    return {
        "whole": (f"pcs cluster cib-push {after}", f"cibadmin --replace --xml-file {after}"),
        "configuration": (
            f"pcs cluster cib-push {after} --config",
            f"cibadmin --replace --scope configuration --xml-file {after}",
            f"crm configure load xml replace {after}",
        ),
        "diff": (
            f"pcs cluster cib-push {after} {against}",
            f"crm_diff --no-version --original {before} --new {after} | cibadmin --patch --xml-pipe",
        ),
    }


def preparations(comparison: Comparison, way: str) -> tuple[Remark, ...]:
    """What must be done with the files before a command of this way can read them."""
    sides = [(comparison.after, "after.xml")]
    if way == "diff":
        sides.append((comparison.before, "before.xml"))
    remarks = []
    for side, placeholder in sides:
        name = shown(side, placeholder)
        if name != side.path:
            message = f"what came through standard input must first be saved as {placeholder}"
            remarks.append(Remark("save-first", message))
        elif _suffix(name):
            message = f"{name} is compressed, which pcs does not read: first {_UNPACK[_suffix(name)]} {_argument(name)}"
            remarks.append(Remark("unpack-first", message))
    return tuple(remarks)


def _suffix(name: str) -> str:
    return next((suffix for suffix in _UNPACK if name.endswith(suffix)), "")


def _unpacked(name: str) -> str:
    return name.removesuffix(_suffix(name))


def _argument(name: str) -> str:
    return shlex.quote(f"./{name}" if name.startswith("-") else name)
