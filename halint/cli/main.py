"""`halint`: the entry point. A plain `check` is read and run without loading the command-line library."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence

OK, TROUBLE, INTERRUPTED = 0, 2, 130


def entry_point() -> None:
    """What the installed `halint` runs."""
    # the trees and models of a run live until its end: looking for garbage in between finds none
    gc.set_threshold(200_000)
    status = main(sys.argv[1:])
    sys.stderr.flush()
    # everything is written; taking the trees apart one by one would take a tenth of a small run
    os._exit(status)


def main(argv: Sequence[str]) -> int:
    """Run one command and return its exit status."""
    try:
        status = _run(argv)
        sys.stdout.flush()
    except BrokenPipeError:
        # the reader has gone, as in `halint check | head`; nothing more can be written, not even at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    except KeyboardInterrupt:
        return INTERRUPTED
    return status


def _run(argv: Sequence[str]) -> int:
    if argv and argv[0] in ("check", "diff"):
        status = _check(argv[1:]) if argv[0] == "check" else _diff(argv[1:])
        if status is not None:
            return status
    from halint.cli.app import run  # noqa: PLC0415 - typer takes longer to load than a check takes to run

    return run(argv)


def _check(arguments: Sequence[str]) -> int | None:
    from halint.cli.quick import parse  # noqa: PLC0415 - as above

    options = parse(arguments)
    if options is None:
        return None
    from halint.cli.check import check  # noqa: PLC0415 - as above

    return check(options)


def _diff(arguments: Sequence[str]) -> int | None:
    from halint.cli.options import DIFF  # noqa: PLC0415 - as above
    from halint.cli.quick import read  # noqa: PLC0415 - as above

    given = read(arguments, DIFF, before=None, after=None)
    if given is None:
        return None
    from halint.cli.diff import DiffOptions, diff  # noqa: PLC0415 - as above

    return diff(DiffOptions(**given))
