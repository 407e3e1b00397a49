"""`halint check --fix-script`: a script that runs, mends what it claims to, and leaves to hands what needs them."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from fix_commands import cannot_here

from halint.cli.check import make_report
from halint.cli.main import main
from halint.cli.options import CheckOptions
from halint.output.fix_script import render_fix_script
from halint.report import Finding, Fix, Report
from halint.source import Location

FIXTURES = Path(__file__).parent.parent / "fixtures"

UNCOVERED = {"stonith-no-devices", "stonith-disabled"}
"""What a mended property of fencing brings to light: before, the release did not know its name."""


def finding(number: int, severity: str = "warning", node: str | None = None, **fix) -> Finding:
    return Finding(
        rule=f"rule-{number}",
        topic="resources",
        severity=severity,
        confidence="certain",
        message=f"something {number}",
        consequence="it breaks",
        subject=f"s{number}",
        location=Location("cib.xml", number, 1, number, 2),
        cluster="c",
        node=node,
        related=(),
        fix=Fix(text=f"Mend {number}.", **fix),
        peers=(),
        url="",
    )


def script(*findings: Finding, tool: str = "pcs") -> list[str]:
    text = render_fix_script(Report(findings=findings, skipped=(), inputs=()), tool)
    assert subprocess.run(["sh", "-n"], input=text, text=True, check=False).returncode == 0
    return text.splitlines()


def test_fencing_is_switched_on_last_and_constraints_go_first():
    lines = script(
        finding(1, pcs=("pcs property set stonith-enabled=true",)),
        finding(2, pcs=("pcs stonith update f pcmk_delay_max=5",)),
        finding(3, pcs=("pcs resource meta a is-managed=true",)),
        finding(4, pcs=("pcs constraint delete k",)),
    )
    assert [line for line in lines if line.startswith('pcs -f "$cib"')] == [
        'pcs -f "$cib" constraint delete k',
        'pcs -f "$cib" resource meta a is-managed=true',
        'pcs -f "$cib" stonith update f pcmk_delay_max=5',
        'pcs -f "$cib" property set stonith-enabled=true',
    ]


def test_a_command_runs_once_and_of_two_that_disagree_only_the_first():
    lines = script(
        finding(1, pcs=("pcs property set no-quorum-policy=stop",)),
        finding(2, pcs=("pcs property set no-quorum-policy=stop",)),
        finding(3, pcs=("pcs property set no-quorum-policy=freeze",)),
    )
    start = lines.index("# rule-1: something 1 (cib.xml:1)")
    assert lines[start : start + 8] == [
        "# rule-1: something 1 (cib.xml:1)",
        'pcs -f "$cib" property set no-quorum-policy=stop',
        "",
        "# rule-2: something 2 (cib.xml:2)",
        "# done above",
        "",
        "# rule-3: something 3 (cib.xml:3)",
        "# left out, for it would undo part of: pcs property set no-quorum-policy=stop",
    ]
    assert lines[start + 8] == "# pcs property set no-quorum-policy=freeze"


def test_what_needs_a_hand_is_a_comment_the_gravest_first():
    lines = script(
        finding(1, pcs=("pcs stonith create NAME AGENT",), blanks=("AGENT", "NAME")),
        finding(2, "error", node="n1", pcs=("systemctl disable mysql",)),
        finding(3, "info"),
        finding(4, pcs=("pcs constraint location config",)),
    )
    assert not any(line.startswith("pcs") for line in lines)
    assert lines[lines.index("# What is left to do by hand:") + 1 :] == [
        "#",
        "# rule-2: something 2 (cib.xml:2)",
        "# Mend 2.",
        "#     on n1: systemctl disable mysql",
        "#",
        "# rule-1: something 1 (cib.xml:1)",
        "# Mend 1.",
        "#     pcs stonith create NAME AGENT    (fill in AGENT, NAME)",
        "#",
        "# rule-4: something 4 (cib.xml:4)",
        "# Mend 4.",
        "#     pcs constraint location config",
        "#",
        "# rule-3: something 3 (cib.xml:3)",
        "# Mend 3.",
    ]


def test_what_reaches_daemons_stands_behind_the_cib_and_is_no_part_of_a_trial():
    lines = script(finding(1, pcs=("pcs quorum update wait_for_all=1",)))
    assert lines[lines.index('if [ -z "${HALINT_CIB:-}" ]; then') :] == [
        'if [ -z "${HALINT_CIB:-}" ]; then',
        "",
        "    # rule-1: something 1 (cib.xml:1)",
        "    pcs quorum update wait_for_all=1",
        "fi",
    ]


def test_a_name_of_several_lines_stays_in_its_comment():
    lines = script(replace(finding(1), message="a\nrm -rf /", fix=Fix(text="b\nrm -rf /")))
    assert not any(line.startswith("rm") for line in lines)


def test_suppressed_findings_are_left_out():
    text = render_fix_script(
        Report(findings=(), suppressed=(finding(1, pcs=("pcs constraint delete k",)),), skipped=(), inputs=()), "pcs"
    )
    assert "constraint" not in text
    assert text.endswith("# nothing to do: no findings\n")


def test_several_clusters_and_a_format_are_refused(capsys, tmp_path):
    for name in ("a", "b"):
        shutil.copytree(FIXTURES / "tutorial" / "3-virtual-ip", tmp_path / name)
    assert main(["check", "--fix-script", "pcs", str(tmp_path)]) == 2
    assert "--fix-script pcs: takes one cluster at a time, and here are 2 (ha_web)\n" in capsys.readouterr().err
    assert main(["check", "--fix-script", "pcs", "--format", "json", str(FIXTURES / "clean" / "two-node")]) == 2
    assert "--fix-script prints a script, and takes no --format or --output" in capsys.readouterr().err


@pytest.mark.parametrize("tool", ["pcs", "crm"])
@pytest.mark.parametrize("number", range(20, 436, 52))
def test_the_script_runs_and_mends_what_it_claims(number, tool, corpus, tmp_path):
    if shutil.which(tool) is None:
        pytest.skip(f"{tool} is not installed")
    cib = tmp_path / "cib.xml"
    cib.write_bytes(sorted((corpus / "cts").glob("*.xml"))[number].read_bytes())
    options = CheckOptions(paths=(str(cib),), type="cib")
    before = make_report(options)
    (tmp_path / "fix.sh").write_text(render_fix_script(before, tool))
    done = subprocess.run(
        ["sh", str(tmp_path / "fix.sh")],
        env={**os.environ, "HALINT_CIB": str(cib)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode and (excuse := cannot_here(done.stderr + done.stdout)):
        pytest.skip(excuse)
    assert done.returncode == 0, done.stderr + done.stdout
    after = make_report(options)
    left = {(f.rule, f.subject, f.message) for f in after.findings}
    text = (tmp_path / "fix.sh").read_text()
    claimed = text.partition("# What is left to do by hand:")[0]
    mended = [f for f in before.findings if f"# {f.rule}: {f.message} (" in claimed]
    assert [f.message for f in mended if (f.rule, f.subject, f.message) in left] == []
    were = {(f.rule, f.subject) for f in before.findings}
    new = [f for f in after.findings if f.severity == "error" and (f.rule, f.subject) not in were]
    assert [f.message for f in new if f.rule not in UNCOVERED] == []
