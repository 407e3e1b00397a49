"""The commands that findings offer mend them: pcs and crm run them on the rules' own bad examples."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from examples import findings_of, write_files
from fix_commands import cannot_here, is_mechanical, run_commands

from halint.engine.rule import PythonCheck, rule_from
from halint.engine.rulefile import compiled, read_rule
from halint.engine.rules import built_in

FILES = sorted((Path(__file__).parent.parent / "rules").glob("*/*.yaml"))


@pytest.mark.parametrize("tool", ["pcs", "crm"])
@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_the_commands_mend_what_was_found(path, tool, tmp_path):
    if shutil.which(tool) is None:
        pytest.skip(f"{tool} is not installed")
    data = read_rule(path)
    rule = rule_from(compiled(data))
    if rule.needs and "cib" not in rule.needs:
        pytest.skip("not about a CIB")
    tried, excuses = 0, []
    for number, example in enumerate(data["examples"]["bad"]):
        found, _ = findings_of(rule, example["files"], tmp_path / f"{number}", example["target"])
        for index, finding in enumerate(found):
            if not is_mechanical(finding, tool):
                continue
            folder = tmp_path / f"{number}-{index}"
            write_files(example["files"], folder)
            cib = folder / Path(finding.location.file).relative_to(tmp_path / f"{number}")
            trouble = run_commands(finding, tool, cib)
            if trouble:
                excuse = cannot_here(trouble)
                assert excuse, trouble
                excuses.append(excuse)
                continue
            tried += 1
            left = {(f.subject, f.message) for f in findings_again(rule, folder)}
            assert (finding.subject, finding.message) not in left, finding.fix
    if not tried:
        pytest.skip("; ".join(excuses) or "no commands that work on a file without a hand")


def findings_again(rule, folder):
    return findings_of(rule, {}, folder)[0]


def test_commands_hold_no_placeholder_in_double_quotes():
    """A value in double quotes would be read by the shell; in single quotes it is made safe."""
    for rule in built_in():
        wordings = [
            w for c in rule.checks for w in (c.wordings.values() if isinstance(c, PythonCheck) else [c.wording])
        ]
        for fix in (rule.fix, *(w.fix for w in wordings if w.fix)):
            for command in (*fix.pcs, *fix.crm):
                outside = command.split("'")[::2]
                assert not any("{" in part for text in outside for part in text.split('"')[1::2]), (rule.name, command)
