"""The fixtures: a tutorial's cluster at each stage with its expected output, and correct clusters."""

from __future__ import annotations

import re
import shutil
import subprocess
from itertools import count
from pathlib import Path

import pytest

from halint.cli.check import make_report
from halint.cli.options import CheckOptions
from halint.output.style import Style
from halint.output.text import render_full
from halint.report import Report

ROOT = Path(__file__).parent.parent
TUTORIAL = sorted((ROOT / "fixtures/tutorial").iterdir())
CLEAN = sorted((ROOT / "fixtures/clean").iterdir())
CLEAN_COROSYNCS = sorted((ROOT / "fixtures/clean").glob("**/corosync.conf"))
CLEAN_CIBS = sorted((ROOT / "fixtures/clean").glob("**/cib.xml"))


def _name(path: Path) -> str:
    return path.relative_to(ROOT / "fixtures").as_posix()


def _report(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Report:
    """The report as a user gets it who stands in the repository's root."""
    monkeypatch.chdir(ROOT)
    return make_report(CheckOptions(paths=(folder.relative_to(ROOT).as_posix(),)))


@pytest.mark.parametrize("stage", TUTORIAL, ids=_name)
def test_tutorial(stage, update, monkeypatch):
    text = render_full(_report(stage, monkeypatch), Style(width=100))
    expected = stage / "expected.txt"
    if update:
        expected.write_text(text, encoding="utf-8")
    assert text == expected.read_text(encoding="utf-8")


@pytest.mark.parametrize("folder", CLEAN, ids=_name)
def test_correct_cluster_is_silent(folder, monkeypatch):
    report = _report(folder, monkeypatch)
    loud = [f"{f.rule}: {f.message} ({f.location.file}:{f.location.line})" for f in report.findings if _is_loud(f)]
    assert loud == []
    assert report.trouble == ()
    assert report.clusters == 1


def _is_loud(finding) -> bool:
    return finding.severity != "info"


@pytest.mark.parametrize("cib", CLEAN_CIBS, ids=_name)
def test_crm_verify_accepts(cib):
    """What is called correct here is correct for Pacemaker too, which says nothing about it."""
    if not shutil.which("crm_verify"):
        pytest.skip("crm_verify is not here")
    run = subprocess.run(["crm_verify", "-V", "-x", cib], capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout + run.stderr) == (0, "")


@pytest.mark.parametrize("conf", CLEAN_COROSYNCS, ids=_name)
def test_corosync_accepts(conf, tmp_path):
    """As on the first node: corosync wants an address of each link, the key and the log on its own machine."""
    if not shutil.which("corosync"):
        pytest.skip("corosync is not here")
    (tmp_path / "authkey").write_bytes(bytes(range(256)))
    addresses = (f"127.0.0.{number}" for number in count(1))
    text = re.sub(r"(?<=ring0_addr: )\S+", lambda _: next(addresses), conf.read_text(encoding="utf-8"))
    text = re.sub(r"(?<=ring1_addr: )\S+", lambda _: next(addresses), text)
    text = re.sub(r"(?<=\slogfile: )\S+", str(tmp_path / "log"), text)
    here = tmp_path / "corosync.conf"
    here.write_text(text.replace("totem {", f"totem {{\n    keyfile: {tmp_path}/authkey", 1), encoding="utf-8")
    run = subprocess.run(["corosync", "-t", "-c", here], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
