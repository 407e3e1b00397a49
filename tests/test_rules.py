"""Every example of every rule, run; and what all rules have in common."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from examples import findings_of

from halint.engine.rule import rule_from
from halint.engine.rulefile import compiled, read_rule
from halint.engine.run import check_function
from halint.trial.judge import SIDES, judged
from halint.trial.telling import differences

RULES = Path(__file__).parent.parent / "rules"
FILES = sorted(RULES.glob("*/*.yaml"))


def _examples() -> list[object]:
    cases = []
    for path in FILES:
        data = read_rule(path)
        rule = rule_from(compiled(data))
        for side in SIDES:
            cases += [pytest.param(rule, side, e, id=f"{path.stem}: {e['title']}") for e in data["examples"][side]]
    return cases


@pytest.mark.parametrize(("rule", "side", "example"), _examples())
def test_bad_examples_fire_and_good_ones_are_silent(rule, side, example):
    verdict = judged(rule, side, example)
    assert verdict.passed, "\n".join(differences(verdict))


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_line_and_column_are_what_an_example_says(path, tmp_path):
    """Of each rule, one finding starts exactly where `at` does, a text that stands once in its file."""
    data = read_rule(path)
    rule = rule_from(compiled(data))
    for number, example in enumerate(data["examples"]["bad"]):
        findings, sources = findings_of(rule, example["files"], tmp_path / f"case{number}", example["target"])
        for finding in findings:
            place = finding.location
            lines = sources[place.file].lines
            at = next((e["at"].strip() for e in example["expect"] if e["says"] == finding.message), "\n")
            if "\n".join(lines).count(at) == 1 and lines[place.line - 1].startswith(at, place.column - 1):
                return
            if (place.line, place.column) == REPEATED.get(path.stem):
                return
    pytest.fail(f"{path.stem}: no `at` of a bad example is the exact start of a finding, and unique in the file")


# the same line is there before: the very mistake, or a section that has no other first line
REPEATED = {
    "bindnetaddr-duplicate": (10, 9),
    "interface-linknumber-duplicate": (7, 5),
    "nodelist-address-empty": (12, 9),
    "nodelist-link-count-mismatch": (12, 5),
    "nodelist-node-without-address": (11, 5),
}


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_fix_and_fields_are_filled(path, tmp_path):
    """The first bad example's findings have a fix without placeholders, a subject and a place in a file."""
    data = read_rule(path)
    findings, _ = findings_of(rule_from(compiled(data)), data["examples"]["bad"][0]["files"], tmp_path / "case")
    for finding in findings:
        assert finding.subject
        assert finding.consequence
        assert finding.fix.text
        assert finding.location.end_line >= finding.location.line >= 1


def test_names_summaries_and_titles_are_unique():
    rules = [read_rule(path) for path in FILES]
    for what in ("name", "summary"):
        assert [k for k, n in Counter(rule[what] for rule in rules).items() if n > 1] == []
    names = Counter(n for rule in rules for n in (rule["name"], *rule["aliases"], *rule["covers"]))
    assert [n for n, count in names.items() if count > 1] == []
    for rule in rules:
        titles = Counter(e["title"] for side in ("bad", "good") for e in rule["examples"][side])
        assert max(titles.values()) == 1, rule["name"]


def test_functions_of_checks_exist():
    for path in FILES:
        for check in read_rule(path)["check"]:
            if "python" in check:
                assert callable(check_function(check["python"])), path
