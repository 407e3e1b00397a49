"""Where the corpus is, and whether expected outputs are written anew."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of real configurations; tests that need it skip where it is missing."""
    folder = Path(os.environ.get("HALINT_CORPUS", ROOT.parent / "shared" / "corpus"))
    if not folder.is_dir():
        pytest.skip("the corpus is not here")
    return folder


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--update` writes the expected outputs of the fixtures anew; read the difference before it is committed."""
    parser.addoption("--update", action="store_true", help="write the expected outputs of the fixtures anew")


@pytest.fixture
def update(request: pytest.FixtureRequest) -> bool:
    """Whether expected outputs are to be written anew."""
    return bool(request.config.getoption("--update"))


@pytest.fixture
def oracles() -> Path:
    """The folder of scripts that ask the real tools."""
    folder = Path(os.environ.get("HALINT_ORACLES", ROOT.parent / "shared" / "tools" / "oracles"))
    if not folder.is_dir():
        pytest.skip("the oracle scripts are not here")
    return folder


@pytest.fixture(autouse=True)
def _no_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is printed does not depend on the CI system that runs the tests."""
    for name in ("GITHUB_ACTIONS", "GITHUB_WORKSPACE", "GITHUB_STEP_SUMMARY", "CI_PROJECT_DIR"):
        monkeypatch.delenv(name, raising=False)
