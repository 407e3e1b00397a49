"""The pre-commit hook, with the real pre-commit in a git repository that is thrown away."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from test_inputs import corosync, lay

ROOT = Path(__file__).parent.parent
CONFIG = """\
repos:
  - repo: {repository}
    rev: HEAD
    hooks:
      - id: halint
        args: [--select, hosts-entry-differs, --format, concise]
"""
HOSTS = "127.0.0.1 localhost\n192.0.2.1 n1\n192.0.2.2 n2\n"


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"]
    command = ["git", *identity, *arguments]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout


@pytest.fixture(scope="module")
def hook_repository(tmp_path_factory) -> Path:
    """The project as it is now, as a repository of its own."""
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    folder = tmp_path_factory.mktemp("hooks") / "halint"
    ignored = shutil.ignore_patterns(
        ".git", ".venv*", "*.egg-info", "__pycache__", "build", "dist", ".*_cache", ".hypothesis"
    )
    shutil.copytree(ROOT, folder, ignore=ignored, symlinks=True)
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "x")
    return folder


@pytest.fixture
def repository(hook_repository, tmp_path) -> Path:
    conf = corosync("n1", "n2")
    for cluster in ("web", "db"):
        lay(tmp_path / cluster, {"corosync.conf": conf, "n1/hosts": HOSTS, "n2/hosts": HOSTS})
    git(tmp_path, "init", "-q")
    revision = git(hook_repository, "rev-parse", "HEAD").strip()
    (tmp_path / ".pre-commit-config.yaml").write_text(
        CONFIG.format(repository=hook_repository).replace("HEAD", revision)
    )
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-q", "-m", "start")
    return tmp_path


def run_hook(repository: Path, cache: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PRE_COMMIT_HOME": str(cache)}
    command = [sys.executable, "-m", "pre_commit", "run"]
    return subprocess.run(command, cwd=repository, env=environment, check=False, capture_output=True, text=True)


def test_a_commit_of_one_hosts_file_is_checked_with_its_cluster(repository, tmp_path_factory):
    cache = tmp_path_factory.getbasetemp() / "pre-commit-cache"
    (repository / "web/n2/hosts").write_text(HOSTS.replace("192.0.2.1 n1", "192.0.2.77 n1"))
    git(repository, "add", "web/n2/hosts")
    done = run_hook(repository, cache)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "hosts-entry-differs" in done.stdout
    assert "web/n2/hosts:2:" in done.stdout or "web/n1/hosts:2:" in done.stdout
    assert "db/" not in done.stdout

    (repository / "web/n1/hosts").write_text(HOSTS.replace("192.0.2.1 n1", "192.0.2.77 n1"))
    git(repository, "add", "web/n1/hosts")
    done = run_hook(repository, cache)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Passed" in done.stdout

    (repository / "README").write_text("no configuration")
    git(repository, "add", "README")
    git(repository, "reset", "-q", "web")
    assert "no files to check" in run_hook(repository, cache).stdout
