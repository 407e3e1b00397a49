"""`halint test-rules`: the examples of users' own rules, run."""

from __future__ import annotations

import json
import os

from halint import __version__
from halint.cli.check import style_for
from halint.cli.main import OK
from halint.cli.targets import STDOUT, write
from halint.errors import HalintError, did_you_mean
from halint.trial.folder import try_files
from halint.trial.telling import closing, document, text_of

FORMATS = ("text", "json")
FAILED = 1


def run_trials(paths: tuple[str, ...], plugins: tuple[str, ...], form: str, color: str, *, verbose: bool) -> int:
    """Run the examples of rule files and print what became of them; 0 where all is as expected, else 1.

    Raises HalintError where nothing can be run.
    """
    if form not in FORMATS:
        raise HalintError(f"--format {form}: is not text or json{did_you_mean(form, FORMATS)}")
    if not paths and not plugins:
        raise HalintError("test-rules: name a folder with rule files, or a rule file")
    found = []
    style = style_for(color, os.environ)
    for one in try_files(paths, plugins):
        found.append(one)
        if form == "text":
            write(STDOUT, text_of(one, style, verbose=verbose), machine=False)
    if form == "text":
        write(STDOUT, f"\n{closing(found)}\n", machine=False)
    else:
        write(STDOUT, json.dumps(document(found, __version__), indent=2) + "\n", machine=True)
    return OK if all(one.passed for one in found) else FAILED
