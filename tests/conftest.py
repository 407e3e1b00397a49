"""Where the corpus is, and a cache folder of the tests' own."""

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
