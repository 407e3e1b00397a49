"""The wheel and the sdist, installed elsewhere."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest
from test_inputs import corosync, lay

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Path:
    """A folder with the sdist, and the wheel built from it."""
    folder = tmp_path_factory.mktemp("built")
    source = tmp_path_factory.mktemp("source") / "halint"
    ignored = shutil.ignore_patterns(
        ".git", ".venv*", "*.egg-info", "__pycache__", "build", "dist", ".*_cache", ".hypothesis"
    )
    shutil.copytree(ROOT, source, ignore=ignored, symlinks=True)
    command = [sys.executable, "-m", "build", "--outdir", str(folder), str(source)]
    subprocess.run(command, check=True, capture_output=True, text=True)
    return folder


def test_the_wheel_holds_rules_schemas_and_their_compiled_form(built):
    names = set(zipfile.ZipFile(next(built.glob("*.whl"))).namelist())
    rules = {f"halint/rules/{p.relative_to(ROOT / 'rules')}" for p in (ROOT / "rules").glob("*/*.yaml")}
    assert rules <= names
    assert {"halint/rules/_compiled.json", "halint/schemas/agents.json", "halint/schemas/check.json"} <= names
    assert "halint/py.typed" in names


def test_the_sdist_holds_what_a_build_needs(built):
    with tarfile.open(next(built.glob("*.tar.gz"))) as archive:
        names = archive.getnames()
    tails = {name.partition("/")[2] for name in names}
    assert {"setup.py", "LICENSE", "README.md", "rules/quorum/two-node-flag-wrong-size.yaml"} <= tails


def test_the_wheel_works_where_it_is_installed(built, tmp_path):
    place = tmp_path / "venv"
    venv.create(place, with_pip=True)
    pip = [str(place / "bin/python"), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    subprocess.run([*pip, str(next(built.glob("*.whl")))], check=True, capture_output=True, text=True, cwd=tmp_path)
    lay(tmp_path, {"corosync.conf": corosync("n1", "n2", "n3").replace("votequorum\n", "votequorum\n two_node: 1\n")})
    command = [str(place / "bin/halint"), "check", "--format", "json", "corosync.conf"]
    done = subprocess.run(command, cwd=tmp_path, check=False, capture_output=True, text=True)
    assert done.returncode == 1, done.stderr
    assert "two-node-flag-wrong-size" in {f["rule"] for f in json.loads(done.stdout)["findings"]}
    for arguments in (
        ["explain", "two-node-flag-wrong-size"],
        ["rules"],
        ["schema", "check"],
        ["dump", "corosync.conf"],
    ):
        subprocess.run([str(place / "bin/halint"), *arguments], cwd=tmp_path, check=True, capture_output=True)
    packages = subprocess.run([*pip[:3], "list"], check=True, capture_output=True, text=True).stdout
    assert "pytest" not in packages


def test_it_runs_from_a_zip(built, tmp_path):
    lay(tmp_path, {"corosync.conf": corosync("n1", "n2", "n3").replace("votequorum\n", "votequorum\n two_node: 1\n")})
    code = (
        "import sys; sys.path = [p for p in sys.path if 'halint' not in p]; sys.meta_path = [f for f in sys.meta_path"
        " if 'halint' not in repr(f)]; sys.path.insert(0, sys.argv[1]); import halint;"
        "assert '.whl' in halint.__file__; from halint.cli.main import main; sys.exit(main(['check', sys.argv[2]]))"
    )
    wheel = str(next(built.glob("*.whl")))
    command = [sys.executable, "-P", "-c", code, wheel, str(tmp_path / "corosync.conf")]
    done = subprocess.run(command, cwd=tmp_path, check=False, capture_output=True, text=True)
    assert done.returncode == 1, done.stderr
    assert "two-node-flag-wrong-size" in done.stdout
