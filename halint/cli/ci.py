"""What a CI system says of itself in the environment, and where it wants to be told."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from pathlib import Path

from halint.output.paths import Paths

_COMMAND = re.compile(r"^(\s*)::|##\[", re.MULTILINE)
_SUMMARY_MAX = 1024**2
"""Bytes of all summaries of a step (GitHub, "Workflow commands for GitHub Actions")."""


def on_github(environment: Mapping[str, str]) -> bool:
    """Whether this is a step of GitHub Actions."""
    return environment.get("GITHUB_ACTIONS") == "true"


def paths(environment: Mapping[str, str]) -> Paths:
    """The current folder, and the top of the checkout: GitHub's or GitLab's, else the current folder as well."""
    here = str(Path.cwd())
    top = environment.get("GITHUB_WORKSPACE" if on_github(environment) else "CI_PROJECT_DIR", "")
    return Paths(cwd=here, root=str(Path(top).resolve()) if top else here)


def harmless(text: str) -> str:
    """Text for people in which the runner of GitHub Actions finds no command: names of files may look like one."""
    return _COMMAND.sub(lambda m: f"{m[1]}: :" if m[1] is not None else "## [", text)


def summarize(text: str, environment: Mapping[str, str]) -> None:
    """Add Markdown to the summary of a step on GitHub, where there is one; tell where that fails."""
    place = environment.get("GITHUB_STEP_SUMMARY", "")
    if not place:
        return
    try:
        path = Path(place)
        room = _SUMMARY_MAX - (path.stat().st_size if path.exists() else 0)
        data = f"{text}\n".encode("utf-8", "backslashreplace")
        if len(data) > room:
            data = f"The report of halint is too long for this summary: {len(data)} bytes.\n".encode()
        with path.open("ab") as file:
            file.write(data)
    except OSError as error:
        sys.stderr.write(f"halint: GITHUB_STEP_SUMMARY {place}: cannot be written: {error.strerror or error}\n")
