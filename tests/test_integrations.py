"""The GitHub Action, the GitLab template, completion in shells, the man page."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from halint.cli.app import app
from halint.cli.main import main
from halint.cli.options import CHECK, DIFF, LOG
from halint.engine.rules import built_in

ROOT = Path(__file__).parent.parent
TUTORIAL = ROOT / "fixtures" / "tutorial" / "3-virtual-ip"
CLEAN = ROOT / "fixtures" / "clean" / "two-node"


@pytest.fixture
def program(tmp_path):
    """A folder whose bin/halint is this halint."""
    folder = tmp_path / "halint" / "bin"
    folder.mkdir(parents=True)
    script = folder / "halint"
    script.write_text(f'#!/bin/sh\nexec {sys.executable} -m halint "$@"\n')
    script.chmod(0o755)
    return tmp_path


def action():
    return yaml.safe_load((ROOT / "action.yml").read_text())


def step(name):
    return next(one for one in action()["runs"]["steps"] if one.get("name") == name)


def run_step(name, environment, folder):
    """A step's script as a runner runs it: bash with -e and pipefail."""
    assert step(name)["shell"] == "bash"
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "PYTHONPATH": str(ROOT), **environment}
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step(name)["run"]],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("paths", "arguments", "status"),
    [
        (str(TUTORIAL), "", "1"),
        (str(CLEAN), "", "0"),
        (f"{CLEAN}/cib.xml\n{CLEAN}/corosync.conf", "--fail-on error", "0"),
        (str(TUTORIAL), "--select nosuchrule", "2"),
    ],
)
def test_the_action_checks_writes_sarif_and_keeps_the_status(program, paths, arguments, status):
    environment = {
        "RUNNER_TEMP": str(program),
        "GITHUB_OUTPUT": str(program / "output"),
        "GITHUB_ACTIONS": "true",
        "HALINT_ACTION_PATHS": paths,
        "HALINT_ACTION_ARGS": arguments,
        "HALINT_ACTION_SARIF": "halint.sarif",
    }
    done = run_step("Check", environment, program)
    assert done.returncode == 0, done.stderr
    assert (program / "output").read_text() == f"status={status}\n"
    assert (program / "halint.sarif").exists() == (status != "2")
    if status == "1":
        assert "::error title=" in done.stdout
        runs = json.loads((program / "halint.sarif").read_text())["runs"]
        assert any(result["ruleId"] == "stonith-disabled" for result in runs[0]["results"])
    passed = run_step("Pass the status on", {"HALINT_ACTION_STATUS": status}, program)
    assert passed.returncode == int(status)


def test_the_action_hands_inputs_over_by_the_environment_only():
    """What a workflow's caller writes never becomes part of a script."""
    for one in action()["runs"]["steps"]:
        assert "${{" not in one.get("run", "")
    used = {f"inputs.{name}" for name in action()["inputs"]}
    text = (ROOT / "action.yml").read_text()
    assert all(name in text for name in used)


def test_the_gitlab_template_writes_both_reports(program):
    job = yaml.safe_load((ROOT / "templates" / "gitlab-ci.yml").read_text())
    script = job["halint"]["script"][-1].replace("$CI_BUILDS_DIR/halint-venv", str(program / "halint"))
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "HALINT_PATHS": str(TUTORIAL), "HALINT_ARGS": ""}
    environment["CI_PROJECT_DIR"] = str(ROOT)
    done = subprocess.run(["sh", "-ec", script], cwd=program, env=environment, check=False, capture_output=True)
    assert done.returncode == 1, done.stderr
    reports = job["halint"]["artifacts"]["reports"]
    quality = json.loads((program / reports["codequality"]).read_text())
    assert {one["check_name"] for one in quality} >= {"stonith-disabled"}
    assert all(not one["location"]["path"].startswith("/") for one in quality)
    assert b"<testsuite" in (program / reports["junit"]).read_bytes()


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("halint che", ["check"]),
        ("halint check --fo", ["--format"]),
        ("halint check --format check", ["checkstyle"]),
        ("halint check --select hosts,stonith-dis", ["hosts,stonith-disabled"]),
        ("halint explain two-node-flag-w", ["two-node-flag-wrong-size"]),
    ],
)
def test_bash_completes(program, typed, expected):
    shown = subprocess.run(
        [sys.executable, "-m", "halint", "--show-completion", "bash"], capture_output=True, text=True, check=True
    )
    script = (
        f"{shown.stdout}\nCOMP_WORDS=({typed})\nCOMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))\n"
        '_halint_completion halint\nprintf "%s\\n" "${COMPREPLY[@]}"\n'
    )
    environment = {**os.environ, "PATH": f"{program / 'halint' / 'bin'}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(["bash", "-c", script], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.split() == expected


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_other_shells_accept_the_completion(shell, tmp_path):
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    shown = subprocess.run(
        [sys.executable, "-m", "halint", "--show-completion", shell], capture_output=True, text=True, check=True
    )
    (tmp_path / "completion").write_text(shown.stdout)
    done = subprocess.run([shell, "-n", str(tmp_path / "completion")], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_man_page_has_every_command_option_and_variable(capsys, tmp_path):
    assert main(["man"]) == 0
    page = capsys.readouterr().out
    assert page.startswith('.TH HALINT 1 "" "halint ')
    plain = page.replace("\\-", "-")
    for name in (command.name or command.callback.__name__ for command in app.registered_commands):
        assert f'.SS "halint {name}' in plain, name
    for option in (*CHECK, *DIFF, *LOG):
        assert f"--{option.name}" in plain, option.name
    assert "HALINT_FAIL_ON" in plain
    if shutil.which("groff"):
        (tmp_path / "halint.1").write_text(page)
        done = subprocess.run(
            ["groff", "-man", "-Tutf8", "-ww", str(tmp_path / "halint.1")], capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stderr) == (0, "")


def test_every_rule_can_be_completed():
    from halint.cli.completion import rule_names

    assert {rule.name for rule in built_in()} <= set(rule_names())
