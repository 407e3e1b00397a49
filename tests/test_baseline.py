"""Baselines: what was found before is set aside, wherever it stands in its file now."""

from __future__ import annotations

import json
import os
import shutil
from collections import Counter
from pathlib import Path

import pytest
from examples import findings_of
from lxml import etree

from halint.cli.main import main
from halint.engine.baseline import Key, Keys, read_baseline, render_baseline
from halint.engine.rule import rule_from
from halint.engine.rulefile import compiled, read_rule
from halint.engine.rules import built_in
from halint.errors import HalintError

RULES = Path(__file__).parent.parent / "rules"
CIB = """<cib validate-with="pacemaker-3.9" admin_epoch="0" epoch="1" num_updates="0">
  <configuration>
    <crm_config/>
    <nodes/>
    <resources>
{}    </resources>
    <constraints/>
  </configuration>
</cib>
"""
ONLY = ("--select", "op-monitor-missing,totem-token-excessive,nodelist-missing,suppressions")
COROSYNC = "totem {\n  version: 2\n  token: 500000\n}\n"


def cib(*names: str) -> str:
    return CIB.format(
        "".join(f'      <primitive id="{n}" class="ocf" provider="heartbeat" type="IPaddr2"/>\n' for n in names)
    )


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "prod").mkdir()
    (tmp_path / "prod" / "cib.xml").write_text(cib("a", "b"))
    (tmp_path / "prod" / "corosync.conf").write_text(COROSYNC)
    return tmp_path


def halint(capsys, *arguments):
    """Exit status, concise lines, and what was said on standard error."""
    status = main(["check", *ONLY, "--format", "concise", *arguments])
    out, err = capsys.readouterr()
    return status, out.splitlines(), err.splitlines()


def test_the_file_is_sorted_and_has_an_entry_a_line(here, capsys):
    status, lines, err = halint(capsys, "--write-baseline", "base.json", ".")
    assert (status, lines) == (0, [])
    assert err == ["halint: baseline: base.json holds 4 findings, 4 of them new"]
    text = (here / "base.json").read_text()
    assert text.splitlines()[2:] == [
        '"version": 1,',
        '"findings": [',
        '{"rule": "nodelist-missing", "file": "prod/corosync.conf", "object": "nodelist", "count": 1},',
        '{"rule": "op-monitor-missing", "file": "prod/cib.xml", "object": "a", "count": 1},',
        '{"rule": "op-monitor-missing", "file": "prod/cib.xml", "object": "b", "count": 1},',
        '{"rule": "totem-token-excessive", "file": "prod/corosync.conf", "object": "totem.token", "count": 1}',
        "]",
        "}",
    ]
    assert json.loads(text)["halint"]
    halint(capsys, "--write-baseline", "base.json", "prod/corosync.conf", "prod/cib.xml")
    assert (here / "base.json").read_text() == text


@pytest.mark.parametrize("folder", [".", "prod", ".."])
@pytest.mark.parametrize("absolute", [True, False])
def test_it_works_from_any_folder(here, capsys, folder, absolute):
    halint(capsys, "--write-baseline", "base.json", ".")
    os.chdir(folder)
    paths = [str(here / "base.json"), str(here / "prod")]
    if not absolute:
        paths = [os.path.relpath(path) for path in paths]
    assert halint(capsys, "--baseline", *paths) == (0, [], [])


def test_it_moves_with_its_folder_and_links_do_not_matter(here, capsys):
    halint(capsys, "--write-baseline", "prod/base.json", "prod")
    shutil.copytree("prod", "elsewhere/copy")
    assert halint(capsys, "--baseline", "elsewhere/copy/base.json", "elsewhere/copy") == (0, [], [])
    (here / "link").symlink_to("prod")
    assert halint(capsys, "--baseline", "prod/base.json", "link") == (0, [], [])


def test_new_findings_count(here, capsys):
    halint(capsys, "--write-baseline", "base.json", ".")
    (here / "prod" / "cib.xml").write_text(cib("new", "a", "b"))
    status, lines, err = halint(capsys, "--baseline", "base.json", ".")
    assert (status, err) == (1, [])
    assert lines == [
        "prod/cib.xml:6:7: warning op-monitor-missing new (ocf:heartbeat:IPaddr2) has no recurring monitor"
    ]


def test_more_findings_of_one_object_than_before_count(here, capsys):
    (here / "prod" / "cib.xml").unlink()
    halint(capsys, "--write-baseline", "base.json", ".")
    (here / "prod" / "corosync.conf").write_text(COROSYNC + COROSYNC)
    data = json.loads((here / "base.json").read_text())
    data["findings"][1]["count"] = 2
    (here / "base.json").write_text(json.dumps(data))
    _, _, err = halint(capsys, "--baseline", "base.json", ".")
    assert err == [
        "halint: baseline: 1 entry is no longer needed: totem-token-excessive of totem.token in prod/corosync.conf"
    ]


def test_what_is_no_longer_needed_is_named_and_dropped(here, capsys):
    halint(capsys, "--write-baseline", "base.json", ".")
    (here / "prod" / "cib.xml").write_text(cib("b"))
    (here / "prod" / "corosync.conf").write_text(COROSYNC.replace("500000", "3000"))
    before = (here / "base.json").read_text()
    named = (
        "halint: baseline: 2 entries are no longer needed: op-monitor-missing of a in prod/cib.xml, "
        "totem-token-excessive of totem.token in prod/corosync.conf"
    )
    assert halint(capsys, "--baseline", "base.json", ".") == (0, [], [named])
    assert halint(capsys, "--baseline", "base.json", "-q", ".") == (0, [], [])
    assert (here / "base.json").read_text() == before
    _, _, err = halint(capsys, "--write-baseline", "base.json", ".")
    assert err == [named, "halint: baseline: base.json holds 2 findings, 0 of them new"]
    assert halint(capsys, "--baseline", "base.json", ".") == (0, [], [])


def test_what_was_not_read_or_not_asked_stays(here, capsys):
    halint(capsys, "--write-baseline", "base.json", ".")
    (here / "prod" / "cib.xml").write_text(cib("c"))
    before = (here / "base.json").read_text()
    assert halint(capsys, "--baseline", "base.json", "prod/corosync.conf") == (0, [], [])
    assert halint(capsys, "--baseline", "base.json", "prod/cib.xml", "--ignore", "op-monitor-missing") == (0, [], [])
    halint(capsys, "--write-baseline", "base.json", "prod/cib.xml", "--ignore", "op-monitor-missing")
    halint(capsys, "--write-baseline", "base.json", "prod/corosync.conf")
    assert (here / "base.json").read_text() == before


def test_what_min_severity_hides_is_not_written(here, capsys):
    _, _, err = halint(capsys, "--write-baseline", "base.json", "--min-severity", "error", ".")
    assert err == ["halint: baseline: base.json holds 1 finding, 1 of them new"]
    halint(capsys, "--write-baseline", "base.json", ".")
    full = (here / "base.json").read_text()
    halint(capsys, "--write-baseline", "base.json", "--min-severity", "error", ".")
    assert (here / "base.json").read_text() == full


def test_comments_go_first_and_faulty_ones_are_not_written(here, capsys):
    text = COROSYNC.replace("  token", "# halint: ignore[totem-token-excessive] slow\n# halint: ignore\n  token")
    (here / "prod" / "corosync.conf").write_text(text)
    _, lines, err = halint(capsys, "--write-baseline", "base.json", ".")
    assert err == ["halint: baseline: base.json holds 3 findings, 3 of them new"]
    said = "prod/corosync.conf:4:1: warning suppression-malformed the comment names no rule that it ignores"
    assert lines == [said]
    assert halint(capsys, "--baseline", "base.json", ".") == (1, [said], [])


def test_json_tells_which_findings_the_baseline_holds(here, capsys):
    halint(capsys, "--write-baseline", "base.json", ".")
    main(["check", *ONLY, "--format", "json", "--baseline", "base.json", "."])
    document = json.loads(capsys.readouterr().out)
    assert [f["suppressed"] for f in document["findings"]] == [{"kind": "baseline", "reason": ""}] * 4
    assert document["summary"] == {"error": 0, "warning": 0, "info": 0, "suppressed": 4, "files": 2, "clusters": 1}
    _, lines, _ = halint(capsys, "--baseline", "base.json", "--show-suppressed", "prod/cib.xml")
    assert lines[0].endswith("a (ocf:heartbeat:IPaddr2) has no recurring monitor [suppressed by the baseline]")


BROKEN = [
    (None, "baseline base.json: cannot be read: No such file or directory"),
    (
        "{",
        "baseline base.json: is not JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)",
    ),
    ("[]", "baseline base.json: is no baseline; `halint check --write-baseline base.json` writes one"),
    ('{"version": 1}', "baseline base.json: is no baseline; `halint check --write-baseline base.json` writes one"),
    ('{"version": 9, "findings": []}', "baseline base.json: has version 9, where halint knows 1"),
    ('{"version": 1, "findings": [{}]}', "baseline base.json: finding 1 needs rule, file and object, as text"),
    (
        '{"version": 1, "findings": [{"rule": "a", "file": "b", "object": "c", "count": 0}]}',
        "baseline base.json: finding 1 needs a count from 1 up",
    ),
]


@pytest.mark.parametrize(("text", "says"), BROKEN, ids=[str(text) for text, _ in BROKEN])
def test_a_baseline_that_is_none_is_exit_2(here, capsys, text, says):
    if text is not None:
        (here / "base.json").write_text(text)
    assert halint(capsys, "--baseline", "base.json", ".") == (2, [], [f"halint: {says}"])
    if text is not None:  # and is not written over
        assert halint(capsys, "--write-baseline", "base.json", ".")[0] == 2
        assert (here / "base.json").read_text() == text


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (
            ["--write-baseline", "no/base.json"],
            "--write-baseline no/base.json: cannot be written: No such file or directory",
        ),
        (["--write-baseline", "b.json", "--fix"], "--write-baseline: not together with --fix or --diff"),
        (
            ["--write-baseline", "b.json", "--baseline", "c.json"],
            "--write-baseline takes over what the file holds already; --baseline names another file",
        ),
    ],
)
def test_wrong_use_is_exit_2(here, capsys, arguments, says):
    assert halint(capsys, *arguments, ".") == (2, [], [f"halint: {says}"])


def test_a_renamed_rule_is_known_by_its_old_name():
    rule = next(rule for rule in built_in() if rule.covers or rule.aliases)
    old = rule.names()[1]
    assert Keys("base.json", built_in()).current({Key(old, "f", "o"): 2}) == {Key(rule.name, "f", "o"): 2}


def test_written_and_read_again_it_is_the_same(tmp_path):
    baseline = {Key("r", 'ä "b"/c\n', "\u2028<é>"): 3, Key("r", "a", ""): 1}
    path = tmp_path / "b.json"
    path.write_text(render_baseline(baseline), encoding="utf-8")
    assert read_baseline(str(path)) == baseline
    assert render_baseline(dict(reversed(baseline.items()))) == path.read_text(encoding="utf-8")
    with pytest.raises(HalintError, match="cannot be read"):
        read_baseline(str(tmp_path))


def _cib_examples():
    for path in sorted(RULES.glob("*/*.yaml")):
        if path.stem == "xml-not-wellformed" or path.parent.name == "suppressions":
            continue  # the first is about files that cannot be laid out anew
        data = read_rule(path)
        for example in data["examples"]["bad"]:
            if any(name.endswith("cib.xml") for name in example["files"]):
                yield pytest.param(rule_from(compiled(data)), example["files"], id=f"{path.stem}: {example['title']}")


def _anew(path: Path) -> None:
    """Write a CIB anew: other line ends and indentation, attributes the other way round, quotes and empty tags."""
    root = etree.fromstring(path.read_bytes(), etree.XMLParser(remove_blank_text=True))
    for element in root.iter("*"):
        pairs = sorted(element.attrib.items(), reverse=True)
        element.attrib.clear()
        element.attrib.update(pairs)
    etree.indent(root, "\t")
    path.write_bytes(b"<?xml version='1.0'?>\n\n<!-- exported -->\n" + etree.tostring(root, method="c14n"))


@pytest.mark.parametrize(("rule", "files"), list(_cib_examples()))
def test_a_cib_laid_out_anew_revives_nothing(rule, files, tmp_path):
    before, _ = findings_of(rule, files, tmp_path)
    for path in tmp_path.rglob("*cib.xml"):
        _anew(path)
    after, _ = findings_of(rule, {}, tmp_path)
    keys = Keys(str(tmp_path / "base.json"), ())
    assert Counter(map(keys.of, after)) == Counter(map(keys.of, before))
    moved = [f for f in before if f.location.file.endswith("cib.xml") and f.location[1:] != (1, 1, 1, 1)]
    assert {f.location for f in after}.isdisjoint(f.location for f in moved)
