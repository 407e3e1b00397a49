"""Every command of the README and of the guides runs, exits as it should, and prints what is shown below it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from guides import Block, blocks, run

from halint import __version__
from halint.cli.main import main

ROOT = Path(__file__).parent.parent
GUIDES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
UNRUN = 4
"""How many blocks there may be that cannot be run here."""
ANY_STATUS = {"custom-rules.md"}
"""Where what is printed tells what the exit status would."""
HERE = "/srv/ha"
"""Where a reader stands."""
_PCS = """\
#!/bin/sh
case " $* " in *" -f "*) exec {pcs} "$@" ;; *) exec {pcs} -f {live} "$@" ;; esac
"""
REPOSITORY = "URL-OF-THIS-REPOSITORY"


@pytest.fixture
def environment(tmp_path) -> dict[str, str]:
    """A user's: halint and the real pcs on the path, the latter on the saved CIB of a live cluster."""
    commands = tmp_path / "bin"
    commands.mkdir()
    for name in ("halint", "pre-commit"):
        target = Path(sys.executable).parent / name
        if target.exists():
            (commands / name).symlink_to(target)
    if pcs := shutil.which("pcs"):
        live = ROOT / "fixtures/restore/live.xml"
        (commands / "pcs").write_text(_PCS.format(pcs=pcs, live=live))
        (commands / "pcs").chmod(0o755)
    home = tmp_path / "home"
    home.mkdir()
    (home / ".gitconfig").write_text("[user]\nname = u\nemail = u@example.com\n[init]\ndefaultBranch = main\n")
    left = ("HALINT_", "GIT_", "GITHUB_", "CI", "COLUMNS", "NO_COLOR", "FORCE_COLOR")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(left)}
    return {
        **kept,
        "PATH": f"{commands}:{os.environ['PATH']}",
        "HOME": str(home),
        "XDG_CACHE_HOME": os.environ.get("XDG_CACHE_HOME", str(Path.home() / ".cache")),
        "PRE_COMMIT_HOME": str(tmp_path / "hooks"),
        "GIT_CONFIG_NOSYSTEM": "1",
        "TZ": "UTC",
    }


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_commands(guide, environment, tmp_path, request, update):
    here = tmp_path / "here"
    here.mkdir()
    text = guide.read_text(encoding="utf-8")
    lines = text.split("\n")
    missing = []
    for block in reversed(_done(text, guide, here, environment, request, missing)):
        if update and block.language == "console":
            lines[block.line : block.line + len(block.lines)] = block.shown
    if update:
        guide.write_text("\n".join(lines), encoding="utf-8")
    if missing:
        pytest.skip(f"ran but for what needs {', '.join(sorted(set(missing)))}")


def _done(text, guide, here, environment, request, missing) -> list[Block]:
    """Every block, its files laid out and its commands run in the order of the text; those that ran."""
    ran = []
    for block in blocks(text):
        for source in filter(None, block.told.get("from", "").split(",")):
            folder, _, where = source.partition(":")
            shutil.copytree(ROOT / folder, here / where, dirs_exist_ok=True, symlinks=True, ignore=_expected)
        if block.file:
            named = REPOSITORY in "".join(block.lines)
            block.write(here, {REPOSITORY: str(request.getfixturevalue("repository"))} if named else {})
        if not block.runs or "skip" in block.told:
            continue
        lacking = [tool for tool in block.told.get("needs", "").split(",") if tool and not shutil.which(tool)]
        missing += lacking
        if not lacking:
            _ask(block, guide, here, environment, update=request.getfixturevalue("update"))
            ran.append(block)
    return ran


def _ask(block: Block, guide: Path, here: Path, environment: dict[str, str], *, update: bool) -> None:
    folder = here / block.told.get("cwd", ".")
    commands = list(block.commands())
    shown = []
    for command, expected in zip(commands, block.statuses(len(commands)), strict=True):
        status, lines = run(command.text, folder, environment)
        printed = [line.replace(str(here), HERE) for line in lines]
        where = f"{guide.name}, block of line {block.line}: {command.text}"
        if guide.name not in ANY_STATUS or "exit" in block.told:
            assert status == expected, f"{where}: exit status {status}, not {expected}:\n" + "\n".join(printed)
        assert "Traceback" not in "".join(printed), where
        if command.shows and not update:
            assert printed == command.output, where
        first, *more = command.text.split("\n")
        shown += [f"$ {first}", *(f"> {line}" for line in more), *printed]
    block.shown = shown


def _expected(_: str, names: list[str]) -> list[str]:
    return [name for name in names if name == "expected.txt"]


@pytest.fixture(scope="session")
def repository(tmp_path_factory) -> Path:
    """The project as it is now, as a repository with the release's tag."""
    if not shutil.which("git"):
        pytest.skip("git is not installed")
    folder = tmp_path_factory.mktemp("repository") / "halint"
    left = (".git", ".venv*", "*.egg-info", "__pycache__", "build", "dist", "site", ".*_cache", ".hypothesis")
    shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*left), symlinks=True)
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"]
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "x"], ["tag", f"v{__version__}"]):
        subprocess.run(["git", *identity, *command], cwd=folder, check=True, capture_output=True)
    return folder


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_configuration_files(guide, tmp_path, capsys):
    """Each `.halint.yaml` of a guide loads, but for the one that shows a mistake."""
    for block in blocks(guide.read_text(encoding="utf-8")):
        if block.file:
            block.write(tmp_path)
        if block.file.endswith(".halint.yaml"):
            folder = (tmp_path / block.file).parent
            assert main(["config", "show", str(folder)]) == (2 if "typo" in block.file else 0), capsys.readouterr()


def test_ci_files_name_inputs_and_variables_that_there_are():
    action = yaml.safe_load((ROOT / "action.yml").read_text())["inputs"]
    template = yaml.safe_load((ROOT / "templates/gitlab-ci.yml").read_text())["variables"]
    files = {
        b.file: "\n".join(b.lines) for guide in GUIDES for b in blocks(guide.read_text()) if b.file.endswith("yml")
    }
    workflow, gitlab = yaml.safe_load(files[".github/workflows/halint.yml"]), yaml.safe_load(files[".gitlab-ci.yml"])
    (step,) = [step for step in workflow["jobs"]["halint"]["steps"] if "halint" in step["uses"]]
    assert set(step["with"]) <= set(action)
    assert set(gitlab["variables"]) <= set(template)
    told = (ROOT / "docs/guides/ci-github.md").read_text()
    assert {name for name in action if f"`{name}" not in told} == set()
    assert {name for name in template if name not in (ROOT / "docs/guides/ci-gitlab.md").read_text()} == set()


def test_few_blocks_are_not_run():
    found = {f"{guide.name}:{block.line}": block.told for guide in GUIDES for block in blocks(guide.read_text())}
    unrun = {place: told["skip"] for place, told in found.items() if "skip" in told}
    assert all(len(reason) > 10 for reason in unrun.values()), unrun
    assert len(unrun) <= UNRUN, unrun
    for guide in GUIDES:
        hidden = re.findall(r"^[ \t>]+`{3,}(?:sh|bash|shell|console)\b", guide.read_text(), re.MULTILINE)
        assert hidden == [], f"{guide}: a block that is indented is not seen by the tests"


def test_every_release_that_a_text_names_is_this_one():
    for guide in GUIDES:
        found = set(re.findall(r"\brev: v(\S+)|halint==(\d[\d.]*\d)", guide.read_text()))
        assert {name for pair in found for name in pair if name} <= {__version__}, guide


def test_the_guides_leave_no_command_out():
    """Each command of halint is shown by one of them, in a block that is run."""
    from typer.main import get_command

    from halint.cli.app import app

    text = "\n".join(
        command.text
        for guide in GUIDES
        for block in blocks(guide.read_text())
        if block.runs and "skip" not in block.told
        for command in block.commands()
    )
    names = {name for name, command in get_command(app).commands.items() if not command.hidden}
    assert {name for name in names if not re.search(rf"\bhalint {name}\b", text)} <= {"lsp"}
