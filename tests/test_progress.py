"""Progress: on a terminal only, after half a second only, gone when the run is done."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from test_inputs import corosync, lay

from halint.engine.rules import built_in
from halint.engine.run import run
from halint.inputs.read import read

SLOW = """
import sys, time
from halint.inputs import read as reader
before = reader.group
def slow(*given):
    time.sleep(float(sys.argv[1]))
    return before(*given)
reader.group = slow
from halint.cli.main import main
status = main(sys.argv[2:])
print("rich" in sys.modules)
sys.exit(status)
"""


@pytest.fixture
def two(tmp_path) -> Path:
    return lay(tmp_path, {"a/corosync.conf": corosync("n1", "n2"), "b/corosync.conf": corosync("n3", "n4")})


def on_terminal(folder: Path, seconds: float, *arguments: str, **environment: str) -> tuple[str, str]:
    """Standard output, and what came to the terminal that is standard error."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-c", SLOW, str(seconds), "check", *arguments]
    inherited = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "GITHUB_ACTIONS")}
    env = {**inherited, "TERM": "xterm", **environment}
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=theirs, text=True, env=env) as run_:
        os.close(theirs)
        seen = b""
        with suppress(OSError):  # how Linux says that nobody has the terminal open any more (EIO)
            while part := os.read(ours, 65536):
                seen += part
        out = run_.stdout.read() if run_.stdout else ""
    os.close(ours)
    return out, seen.decode()


def test_a_long_run_shows_progress_and_leaves_no_trace(two):
    out, seen = on_terminal(two, 1.5, ".")
    assert "reading ." in seen
    assert seen.count("\x1b[?25l") == seen.count("\x1b[?25h") == 1  # the cursor is hidden, and shown again
    assert seen.rstrip().endswith("\x1b[2K")  # the line is erased
    assert out.splitlines()[-1] == "True"
    assert "reading" not in out


@pytest.mark.parametrize(
    ("seconds", "arguments", "environment"),
    [(0.0, ["."], {}), (1.0, ["-q", "."], {}), (1.0, ["."], {"TERM": "dumb"})],
    ids=["short", "quiet", "dumb"],
)
def test_nothing_is_shown_and_nothing_loaded(two, seconds, arguments, environment):
    out, seen = on_terminal(two, seconds, *arguments, **environment)
    assert seen == ""
    assert out.splitlines()[-1] == "False"


def test_nothing_is_shown_where_standard_error_is_no_terminal(two):
    command = [sys.executable, "-c", SLOW, "1.0", "check", "."]
    done = subprocess.run(command, cwd=two, check=False, capture_output=True, text=True)
    assert done.stderr == ""
    assert done.stdout.splitlines()[-1] == "False"


def test_who_loops_tells(two, monkeypatch):
    monkeypatch.chdir(two)
    told = []
    inputs = read(["a", "b"], on_progress=lambda *state: told.append(state))
    run(built_in()[:1], inputs.cases, lambda *state: told.append(state))
    assert told == [
        ("reading a", 0, 2),
        ("reading b", 1, 2),
        ("reading cluster web", 0, 2),
        ("reading cluster web", 1, 2),
        ("checking cluster web", 0, 2),
        ("checking cluster web", 1, 2),
    ]
