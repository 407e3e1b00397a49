"""`halint log`: collect, compare, narrow, print."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from datetime import datetime

from halint.cli.check import complain, style_for
from halint.cli.configured import configured
from halint.cli.main import OK
from halint.cli.options import CheckOptions
from halint.diff.wording import visible
from halint.errors import HalintError, did_you_mean
from halint.history.history import History
from halint.record import record


@record
class LogOptions:
    """What the user asked `halint log` for; a field an option. `git` is the one file whose history git has."""

    paths: tuple[str, ...] = ()
    git: str = ""
    since: str = ""
    object: str = ""
    full: bool = False
    format: str = "text"
    config: str = ""
    no_config: bool = False
    color: str = "auto"
    verbose: bool = False


def log(options: LogOptions) -> int:
    """Print the history of the CIBs, and return the exit status."""
    try:
        options = _colored(options)
        history = make_history(options, datetime.now())  # noqa: DTZ005 - cib-last-written is local time without a zone
    except HalintError as error:
        return complain(str(error))
    sys.stdout.write(render(history, options))
    sys.stdout.flush()
    lines = [f"{left.path}: {left.reason}" for left in history.unreadable]
    if options.verbose:
        lines += [f"{left.path}: skipped: {left.reason}" for left in history.skipped]
    sys.stderr.writelines(f"halint: {visible(line)}\n" for line in lines)
    return OK


def _colored(options: LogOptions) -> LogOptions:
    """The options with the colour that configuration file and environment ask for. Raises HalintError."""
    given = frozenset(name for name in ("config", "no_config") if getattr(options, name))
    paths = options.paths or ((options.git,) if options.git else ())
    asked = CheckOptions(paths=paths, config=options.config, no_config=options.no_config, given=given)
    return replace(options, color=configured(asked).color) if options.color == "auto" else options


def make_history(options: LogOptions, now: datetime) -> History:
    """The history that the options ask for, at this local time. Raises HalintError for wrong use."""
    from halint.history.narrow import parse_since, since, touching  # noqa: PLC0415 - loaded by this command only

    if options.git and options.paths:
        raise HalintError(f"--git {options.git}: takes no further paths (here {options.paths[0]})")
    if not options.git and not options.paths:
        raise HalintError("log needs a folder of CIBs, such as /var/lib/pacemaker/cib, files, or --git PATH")
    moment = parse_since(options.since, now) if options.since else None
    history = _whole(options)
    if options.object:
        _known(options.object, history)
        history = touching(history, options.object)
    return history if moment is None else since(history, moment)


def _whole(options: LogOptions) -> History:
    from halint.history.steps import history, history_of_one  # noqa: PLC0415 - as above

    if options.git:
        from halint.history.git import collect_git  # noqa: PLC0415 - as above

        return history_of_one(collect_git(options.git, os.environ))
    from halint.history.collect import collect  # noqa: PLC0415 - as above

    return history(collect(options.paths))


def _known(name: str, history: History) -> None:
    """Raises HalintError where no CIB has such an object: a misspelt name must not look like a quiet history."""
    if not history.clusters or name in history.objects:
        return
    hint = did_you_mean(name, history.objects)
    raise HalintError(f"--object {name}: no CIB here has an object of that name{hint}")


def render(history: History, options: LogOptions) -> str:
    """The history in the format asked for."""
    if options.format == "json":
        from halint.output.log_json import render_json  # noqa: PLC0415 - each format where it is used

        return render_json(history)
    if options.format == "markdown":
        from halint.output.log_markdown import render_markdown  # noqa: PLC0415 - as above

        return render_markdown(history)
    from halint.output.log_text import render_text  # noqa: PLC0415 - as above

    return render_text(history, style_for(options.color, os.environ), full=options.full)
