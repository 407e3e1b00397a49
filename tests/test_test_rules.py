"""`halint test-rules`: examples of users' rules, run; what fails, and how that is told."""

from __future__ import annotations

import json

import jsonschema
import pytest

from halint.cli.main import main
from halint.engine.rule import rule_from
from halint.engine.rulefile import compiled, parse_rule
from halint.errors import HalintError
from halint.schema_data import load_json
from halint.trial.example import frames, shown, tried
from halint.trial.files import write_files
from halint.trial.judge import judged
from halint.trial.telling import differences

RULE = """\
summary: the cluster has a name we do not use
severity: warning
confidence: certain
needs: [corosync]
peers: []
why: Our names start with the site.
fix: {text: Rename it.}
sources: [our wiki]
check:
  - find: /cluster/corosync/totem/cluster_name[not(starts-with(., 'site-'))]
    message: the cluster is called {.}
examples:
  bad:
    - title: no site
      files: {corosync.conf: "totem {\\n  cluster_name: web\\n}\\n"}
      expect: [{at: "cluster_name: web", says: the cluster is called web}]
  good:
    - title: a site
      files: {corosync.conf: "totem {\\n  cluster_name: site-web\\n}\\n"}
"""


def read(text: str):
    data = parse_rule(text, "our-names.yaml", name="our-names", topic="site", trusted=False)
    return rule_from(compiled(data)), data["examples"]


@pytest.fixture
def ours(tmp_path, monkeypatch):
    """A folder with a rule in a topic; the current folder is above."""
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "ours" / "site" / "our-names.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(RULE)
    return file


def test_all_is_well(ours, capsys):
    assert main(["test-rules", "ours"]) == 0
    assert capsys.readouterr().out == "PASS our-names (2 examples)\n\n2 examples passed, of 1 rule file\n"
    assert main(["test-rules", "ours", "-v"]) == 0
    assert capsys.readouterr().out.splitlines()[:3] == [
        "PASS our-names (2 examples)",
        "  PASS bad: no site  ours/site/our-names.yaml:14",
        "  PASS good: a site  ours/site/our-names.yaml:18",
    ]


def test_one_file(ours, capsys):
    assert main(["test-rules", str(ours.relative_to(ours.parent.parent.parent))]) == 0
    assert "PASS our-names" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("old", "new", "lines"),
    [
        (
            "says: the cluster is called web}",
            "says: the cluster is called webb}",
            [
                "not found:  the cluster is called webb",
                "        at  cluster_name: web",
                "unexpected: warning: the cluster is called web",
                "        at  corosync.conf:2:3: cluster_name: web",
            ],
        ),
        ('at: "cluster_name: web"', "at: totem", ["not found:  the cluster is called web", "        at  totem"]),
        ("called web}", "called web, severity: error}", ["not found:  error: the cluster is called web"]),
        ("called web}", "called web, file: x/corosync.conf}", ["        at  x/corosync.conf, cluster_name: web"]),
        ("cluster_name: site-web", "cluster_name: web", ["unexpected: warning: the cluster is called web"]),
        ("title: a site", "title: no site", ["another example has the same title"]),
        ("needs: [corosync]", "needs: [corosync, cib]", ["the rule was not asked: needs cib"]),
        (
            "message: the cluster is called {.}",
            "message: the cluster is called {unknown-function(.)}",
            ["error in rule our-names (ours/site/our-names.yaml): XPathEvalError: Unregistered function"],
        ),
    ],
)
def test_what_is_not_as_expected(ours, capsys, old, new, lines):
    assert old in RULE
    ours.write_text(RULE.replace(old, new, 1))
    assert main(["test-rules", "ours"]) == 1
    out = capsys.readouterr().out
    assert out.startswith("FAIL our-names\n  FAIL ")
    for line in lines:
        assert f"      {line}\n" in out


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("severity: warning", "severity: bad", "2: severity must be one of info, warning, error"),
        ("confidence: certain\n", "", "1: the file lacks the key confidence"),
        ("totem/cluster_name", "totem/clustername", "10: check[0].find names clustername"),
        ("text: Rename it.", "text: 'Rename {clustername}.'", "7: fix names clustername"),
        ("- find: /cluster/corosync/totem/cluster_name[not(starts-with(., 'site-'))]", "- python: os.system", "10:"),
        ("corosync.conf:", "../corosync.conf:", "15: examples.bad[0].files.../corosync.conf is no path within"),
        ("corosync.conf:", "/etc/corosync.conf:", "15: examples.bad[0].files./etc/corosync.conf is no path within"),
        ("{corosync.conf:", "{a: '-> /etc', a/corosync.conf:", "15: examples.bad[0].files.a/corosync.conf is or lies"),
        ("sources: [our wiki]", "sources: &a [*a]", "8: sources[0] holds itself through an alias"),
        ("sources: [our wiki]", "sources: [2026-99-99, 1]", "8: sources[1] must be text"),
        ("sources: [our wiki]", f"sources: {'[' * 5000}", "not YAML"),
    ],
)
def test_mistakes_of_form_are_told_with_their_line(ours, capsys, old, new, problem):
    assert old in RULE
    ours.write_text(RULE.replace(old, new, 1))
    (ours.parent / "fine.yaml").write_text(RULE)
    assert main(["test-rules", "ours"]) == 1
    out = capsys.readouterr().out
    assert "FAIL our-names\n      ours/site/our-names.yaml:" in out
    assert problem in out
    assert "PASS fine (2 examples)\n" in out
    assert out.endswith("1 file with mistakes, 2 examples passed, of 2 rule files\n")


def test_names_that_are_taken(ours, capsys):
    (ours.parent.parent / "our-names.yaml").write_text(RULE)
    (ours.parent / "two-node-flag-wrong-size.yaml").write_text(RULE)
    (ours.parent / "another.yaml").write_text(f"aliases: [order-cycle]\n{RULE}")
    assert main(["test-rules", "ours"]) == 1
    out = capsys.readouterr().out
    assert "two-node-flag-wrong-size.yaml: one of halint's own rules is called two-node-flag-wrong-size already" in out
    assert "ours/site/our-names.yaml: the rule of ours/our-names.yaml is called our-names already" in out
    assert "another.yaml: one of halint's own rules is called order-cycle already" in out
    (ours.parent / "two-node-flag-wrong-size.yaml").unlink()
    (ours.parent / "another.yaml").unlink()
    assert main(["check", "--rules", "ours", "ours"]) == 2
    assert "the rule of ours/our-names.yaml is called our-names already" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "name a folder with rule files, or a rule file"),
        (["nowhere"], "nowhere: there is no such folder or file"),
        (["empty"], "empty: no rule file (NAME.yaml or TOPIC/NAME.yaml) lies there"),
        (["yml"], "yml/a.yml: the name of a rule file ends in .yaml"),
        (["ours", "--format", "jsn"], "--format jsn: is not text or json; did you mean json?"),
        (["--plugin", "nothing"], "no plugin called nothing is installed"),
    ],
)
def test_wrong_use(ours, capsys, arguments, sentence):
    for folder, name in (("empty", ".halint.yaml"), ("yml", "a.yml")):
        (ours.parent.parent.parent / folder).mkdir()
        (ours.parent.parent.parent / folder / name).write_text("")
    assert main(["test-rules", *arguments]) == 2
    assert sentence in capsys.readouterr().err


def test_what_is_no_plain_file_is_refused(ours, capsys):
    (ours.parent / "endless.yaml").symlink_to("/dev/zero")
    (ours.parent / "huge.yaml").write_text("#" * (1024 * 1024 + 1))
    (ours.parent / "binary.yaml").write_bytes(b"\xff\xfe")
    assert main(["test-rules", "ours"]) == 1
    out = capsys.readouterr().out
    assert "endless.yaml: is no regular file" in out
    assert "huge.yaml: is larger than 1024 KiB" in out
    assert "binary.yaml: cannot be read" in out


def test_names_that_a_terminal_would_act_on(ours, capsys):
    ours.write_text(f'"\\e[2J": 1\n{RULE}')
    assert main(["check", "--rules", "ours", "ours"]) == 2
    assert main(["test-rules", "ours"]) == 1
    captured = capsys.readouterr()
    assert "\\x1b[2J is not a known key" in captured.err
    assert "\x1b" not in captured.err + captured.out


def test_json_has_its_schema(ours, capsys):
    ours.write_text(RULE.replace("web}", "webb}").replace("cluster_name: site-web", "cluster_name: web"))
    (ours.parent / "broken.yaml").write_text("a: [")
    assert main(["test-rules", "ours", "--format", "json"]) == 1
    document = json.loads(capsys.readouterr().out)
    jsonschema.validate(document, load_json("test-rules"))
    assert document["summary"] == {"rules": 2, "broken": 1, "passed": 0, "failed": 2}
    broken, ours_ = document["rules"]
    assert broken["problem"].startswith("ours/site/broken.yaml:2: not YAML")
    bad, good = ours_["examples"]
    assert (bad["side"], bad["line"], bad["passed"]) == ("bad", 14, False)
    assert bad["missing"] == [
        {"says": "the cluster is called webb", "at": "cluster_name: web", "file": None, "severity": None}
    ]
    assert good["unexpected"] == [
        {
            "severity": "warning",
            "message": "the cluster is called web",
            "file": "corosync.conf",
            "line": 2,
            "column": 3,
            "text": "cluster_name: web",
        }
    ]


def test_each_finding_answers_one_entry():
    rule, examples = read(
        RULE.replace("called web}]", "called web}, {at: cluster_name, says: the cluster is called web}]")
    )
    verdict = judged(rule, "bad", examples["bad"][0])
    assert not verdict.passed
    assert list(differences(verdict)) == ["not found:  the cluster is called web", "        at  cluster_name"]


def test_secrets_of_an_example_are_not_told():
    rule, examples = read(
        RULE.replace("corosync/totem/cluster_name[not(starts-with(., 'site-'))]", "cib//primitive")
        .replace("{.}", "{@id}")
        .replace("needs: [corosync]", "needs: [cib]")
        .replace(
            '{corosync.conf: "totem {\\n  cluster_name: site-web\\n}\\n"}',
            '{cib.xml: \'<resources><primitive id="f" class="stonith" type="fence_x"><instance_attributes id="i">'
            '<nvpair id="n" name="passwd" value="geheim"/></instance_attributes></primitive></resources>\'}',
        )
    )
    verdict = judged(rule, "good", examples["good"][0])
    assert not verdict.passed
    assert "geheim" not in repr(verdict.unexpected[0].text)


def test_what_is_printed_for_an_example_names_files_as_the_example_does():
    rule, examples = read(RULE.replace("corosync.conf:", "n1/corosync.conf:", 1))
    text = shown(rule, examples["bad"][0])
    assert text.startswith("warning[our-names]: the cluster is called web\n --> n1/corosync.conf:2:3\n")
    assert text.endswith(
        "  = why: Our names start with the site.\n  = fix: Rename it.\n  = help: halint explain our-names\n"
    )
    assert shown(rule, examples["good"][0]) == ""
    (frame,) = frames(rule, examples["bad"][0])
    assert text.startswith(frame)
    assert "why:" not in frame
    report = tried(rule, examples["bad"][0])
    assert [one.path for one in report.inputs] == ["n1/corosync.conf"]
    assert list(report.sources) == ["n1/corosync.conf"]


def test_files_that_cannot_be_written(tmp_path):
    with pytest.raises(HalintError, match="cannot be written"):
        write_files({"x" * 300: ""}, tmp_path)
