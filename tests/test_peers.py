"""What rules say of their peers holds: the real tool refuses the bad examples."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from examples import findings_of, whole_cib

from halint.engine.rule import rule_from
from halint.engine.rulefile import compiled, read_rule

RULES = Path(__file__).parent.parent / "rules"
READ = [read_rule(path) for path in sorted(RULES.glob("*/*.yaml"))]
# what findings say of a file that only stops the daemon when it starts (casebook, start-verdicts.tsv)
AT_START = "though corosync -t passes it"


def named(rule, peer):
    return peer in rule["peers"] or any(
        peer in w.get("peers", ()) for c in rule["check"] for w in (c.get("messages") or {"": c}).values()
    )


def examples(peer):
    return [
        pytest.param(rule, example, id=f"{rule['name']}: {example['title']}")
        for rule in READ
        if named(rule, peer)
        for example in rule["examples"]["bad"]
        if not example["target"]  # the tool that is installed is asked, not another release
    ]


def claims(rule, example, folder, peer):
    findings, _ = findings_of(rule_from(compiled(rule)), example["files"], folder, example["target"])
    return any(peer in finding.peers and AT_START not in finding.message for finding in findings)


@pytest.mark.parametrize(("rule", "example"), examples("crm_verify"))
def test_crm_verify_reports_what_it_is_said_to(rule, example, tmp_path):
    if shutil.which("crm_verify") is None:
        pytest.skip("crm_verify is not installed")
    if not claims(rule, example, tmp_path / "case", "crm_verify"):
        return
    file = tmp_path / "cib.xml"
    file.write_bytes(whole_cib(example["files"]["cib.xml"]).encode("utf-8", "surrogateescape"))
    done = subprocess.run(["crm_verify", "-V", "-x", str(file)], capture_output=True, check=False)
    assert done.returncode != 0, done.stderr.decode()


@pytest.mark.parametrize(("rule", "example"), examples("corosync"))
def test_corosync_refuses_what_it_is_said_to(rule, example, tmp_path):
    if shutil.which("corosync") is None:
        pytest.skip("corosync is not installed")
    if not claims(rule, example, tmp_path / "case", "corosync"):
        return
    files = [name for name in example["files"] if name.endswith("corosync.conf")]
    codes = [
        subprocess.run(
            ["corosync", "-t", "-c", str(tmp_path / "case" / name)], capture_output=True, check=False
        ).returncode
        for name in files
    ]
    assert any(codes)
