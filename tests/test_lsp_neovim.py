"""`halint lsp` in Neovim, where it is installed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from lsp_editor import COMMAND

ROOT = Path(__file__).parent.parent
GUIDE = ROOT / "docs" / "guides" / "editors.md"
UNKNOWN_KEY = "corosync-unknown-key"


@pytest.mark.skipif(shutil.which("nvim") is None, reason="Neovim is not installed")
def test_neovim_set_up_as_the_guide_says_shows_findings_and_mends_them(tmp_path):
    shutil.copytree(ROOT / "fixtures" / "tutorial" / "3-virtual-ip", tmp_path / "it")
    file = tmp_path / "it" / "corosync.conf"
    before = file.read_bytes()
    (tmp_path / "init.lua").write_text(GUIDE.read_text().partition("```lua\n")[2].partition("```")[0])
    environment = {
        "CONFIG": str(tmp_path / "init.lua"),
        "FILE": str(file),
        "HOME": str(tmp_path),
        "PATH": f"{Path(COMMAND[0]).parent}:{os.environ['PATH']}",
    }
    command = ["nvim", "--headless", "-u", "NONE", "-i", "NONE", "-n", "-S", str(ROOT / "tests" / "neovim.lua")]
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=180, check=False, cwd=tmp_path / "it"
    )
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    said = {step["step"]: step["what"] for step in map(json.loads, lines)}
    assert "timeout" not in said, said
    assert set(said) == {"opened", "typed", "hover", "completion", "mended", "stopped"}, (done.stdout, done.stderr)
    assert [one["source"] for one in said["opened"]] == ["halint", "halint"]
    assert codes(said["typed"]) == [UNKNOWN_KEY, *codes(said["opened"])]
    typed = next(one for one in said["typed"] if one["code"] == UNKNOWN_KEY)
    assert (typed["line"], typed["column"]) == (1, 4)
    assert "tokn" in typed["message"]
    assert "corosync-unknown-key" in said["hover"]
    assert said["completion"] > 20
    assert said["mended"]["text"] == "    token: 5000"
    assert codes(said["mended"]["rules"]) == codes(said["opened"])
    assert said["stopped"] is True
    assert file.read_bytes() == before


def codes(diagnostics) -> list[str]:
    return sorted(one["code"] for one in diagnostics)
