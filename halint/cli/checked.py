"""What `halint check` says of one CIB that is already read; of a large one in a process beside this one."""

from __future__ import annotations

import gc
import os
import pickle
import signal
from contextlib import suppress
from dataclasses import replace

from halint.cli.options import CheckOptions
from halint.diff.side import Side
from halint.report import SEVERITIES, Finding

LARGE = 500
"""From so many resources on a process of its own is worth its start."""

Findings = tuple[tuple[Finding, ...], tuple[str, ...]]
"""Findings, and sentences about halint's own mistakes."""


class Check:
    """The check of one side: begun at once where it can go on beside, else done when its findings are asked for.

    Where it is done here, the tree is hung into the cluster document: nothing else may need it afterwards.
    """

    def __init__(self, side: Side, settings: CheckOptions) -> None:
        self._side = side
        self._settings = settings
        self._child = 0
        if len(side.resources) < LARGE or not hasattr(os, "fork"):
            return
        self._reading, writing = os.pipe()
        self._child = os.fork()
        if self._child == 0:
            _tell(side, settings, self._reading, writing)
        os.close(writing)

    def findings(self) -> Findings:
        """The findings, as soon as they are there."""
        if not self._child:
            return checked(self._side, self._settings)
        with os.fdopen(self._reading, "rb") as pipe:
            data = pipe.read()
        os.waitpid(self._child, 0)
        with suppress(Exception):
            found: Findings = pickle.loads(data)  # noqa: S301 - written by this program, a moment ago
            return found
        return checked(self._side, self._settings)

    def drop(self) -> None:
        """Nobody wants to know."""
        if self._child:
            os.kill(self._child, signal.SIGKILL)
            os.waitpid(self._child, 0)
            os.close(self._reading)


def checked(side: Side, settings: CheckOptions) -> Findings:
    """The findings of all rules that the settings ask and that need nothing but the CIB, less what is set aside.

    What is wrong with a suppression is left to `halint check`, which sees all that it may be for.
    """
    from halint.cli.ask import ask  # noqa: PLC0415 - only where something changed
    from halint.engine.rules import built_in  # noqa: PLC0415 - as above
    from halint.inputs.cib_case import cib_case  # noqa: PLC0415 - as above
    from halint.inputs.read import Inputs  # noqa: PLC0415 - as above
    from halint.parse.targets import parse_targets  # noqa: PLC0415 - as above

    release = parse_targets(settings.target).pacemaker
    cib = replace(side.cib, version=release, targeted=True) if release else side.cib
    case = cib_case(side.file, side.root, cib)
    outcome, _ = ask(settings, Inputs(cases=(case,), inputs=(), trouble=(), clusters=1))
    floor = SEVERITIES.index(settings.min_severity)
    about_suppressions = {rule.name for rule in built_in() if rule.asked_last}
    findings = tuple(f for f in outcome.findings if f.gravity >= floor and f.rule not in about_suppressions)
    return findings, tuple(f"{side.path}: {line}" for line in outcome.trouble)


def _tell(side: Side, settings: CheckOptions, reading: int, writing: int) -> None:
    """The child: check, write, end. Whatever goes wrong here goes wrong again, and is told, where the parent checks."""
    os.close(reading)
    gc.disable()
    with suppress(BaseException), os.fdopen(writing, "wb") as pipe:
        pickle.dump(checked(side, settings), pipe, protocol=pickle.HIGHEST_PROTOCOL)
    os._exit(0)
