"""What `halint check` says of one CIB that is already read; of a large one in a process beside this one."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from contextlib import suppress

from halint.diff.side import Side
from halint.report import Finding

LARGE = 500
"""From so many resources on a process of its own is worth its start."""

Findings = tuple[tuple[Finding, ...], tuple[str, ...]]
"""Findings, and sentences about halint's own mistakes."""


def start(side: Side) -> Callable[[], Findings]:
    """Begin to check a side, where that can go on beside; the call returned waits for the findings.

    Where it is done here it is done by that call: the tree is hung into the cluster document then.
    """
    if len(side.resources) < LARGE or not hasattr(os, "fork"):
        return lambda: checked(side)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        _tell(side, reading, writing)
    os.close(writing)
    return lambda: _hear(side, child, reading)


def checked(side: Side) -> Findings:
    """The findings of all built-in rules that need nothing but the CIB."""
    from halint.engine.rules import built_in  # noqa: PLC0415 - only where something changed
    from halint.engine.run import run  # noqa: PLC0415 - as above
    from halint.inputs.cib_case import cib_case  # noqa: PLC0415 - as above

    outcome = run(built_in(), [cib_case(side.file, side.root, side.cib)])
    return outcome.findings, tuple(f"{side.path}: {line}" for line in outcome.trouble)


def _tell(side: Side, reading: int, writing: int) -> None:
    """The child: check, write, end. Whatever goes wrong here goes wrong again, and is told, where the parent checks."""
    os.close(reading)
    with suppress(BaseException), os.fdopen(writing, "wb") as pipe:
        pickle.dump(checked(side), pipe, protocol=pickle.HIGHEST_PROTOCOL)
    os._exit(0)


def _hear(side: Side, child: int, reading: int) -> Findings:
    with os.fdopen(reading, "rb") as pipe:
        data = pipe.read()
    os.waitpid(child, 0)
    with suppress(Exception):
        found: Findings = pickle.loads(data)  # noqa: S301 - written by this program, a moment ago
        return found
    return checked(side)
