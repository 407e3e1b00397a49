"""Rules of a folder that the configuration names: in every format, of several configurations, in a diff."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from test_inputs import cib, lay
from test_test_rules import RULE

from halint.cli.completion import rule_names
from halint.cli.main import main
from halint.output.formats import CHECK

CONF = "totem {\n    version: 2\n    cluster_name: web\n}\n"
NAMED = RULE.replace("corosync/totem/cluster_name[not(starts-with(., 'site-'))]", "cib//primitive").replace(
    "{.}", "{@id}"
)
NAMED = NAMED.replace("needs: [corosync]", "needs: [cib]")


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    files = {"corosync.conf": CONF, "ours/site/our-names.yaml": RULE, ".halint.yaml": "rules: [ours]\nselect: [site]\n"}
    lay(tmp_path, files)
    return tmp_path


@pytest.mark.parametrize("form", CHECK)
def test_every_format_tells_them_and_links_to_no_page(here, capsys, form):
    assert main(["check", "corosync.conf", "--format", form, "--color", "never"]) == 1
    out = capsys.readouterr().out
    assert "our-names" in out
    assert "the cluster is called web" in out
    for empty in ("halint.readthedocs.io/rules/site", "]()", 'href=""', '"helpUri": ""'):
        assert empty not in out


def test_each_configuration_brings_its_own(here, capsys):
    """Two clusters, each with a folder of rules of its own, and one format that tells the pages of both."""
    other = RULE.replace("not(starts-with(., 'site-'))", "starts-with(., 'w')").replace("Our names", "Their names")
    files = {"b/corosync.conf": CONF, "b/theirs/their-names.yaml": other, "b/.halint.yaml": "rules: [theirs]\n"}
    lay(here, {**files, "a/corosync.conf": CONF})
    (here / "b/.halint.yaml").write_text("rules: [theirs]\nselect: [their-names]\n")
    assert main(["check", "a", "b", "--format", "sarif"]) == 1
    run = json.loads(capsys.readouterr().out)["runs"][0]
    assert {result["ruleId"] for result in run["results"]} == {"our-names", "their-names"}
    pages = {rule["id"]: rule["help"]["markdown"] for rule in run["tool"]["driver"]["rules"]}
    assert pages["our-names"].startswith("Our names start with the site.")
    assert pages["their-names"].startswith("Their names start with the site.")


def test_a_diff_tells_what_a_push_brings(here, capsys):
    lay(here, {"ours/site/our-names.yaml": NAMED, "before.xml": cib("n1", "n2")})
    primitive = '<primitive id="web" class="ocf" provider="heartbeat" type="Dummy"/>'
    after = cib("n1", "n2").replace("<resources/>", f"<resources>{primitive}</resources>")
    assert primitive in after
    (here / "after.xml").write_text(after)
    assert main(["diff", "before.xml", "after.xml", "--format", "markdown"]) == 1
    out = capsys.readouterr().out
    assert "**warning** <code>our-names</code>: the cluster is called web" in out


@pytest.mark.parametrize(
    ("config", "sentences"),
    [
        ("rules: [ours, nowhere]", [":1:15: rule-folders: {here}/nowhere: is no folder"]),
        ("rules: [ours]\nselect: [our-name]", [":2:10: no rule or topic is called our-name; did you mean our-names?"]),
        (
            "rules: [ours, theirs]\nselect: [our-names]",
            [":1:15: rule-folders: {here}/theirs/our-names.yaml: the rule of {here}/ours/site/our-names.yaml is"],
        ),
        (
            "rules: [broken]\nselect: [x]",
            [":1:9: rule-folders: {here}/broken/x.yaml:1: the file lacks the key summary"],
        ),
    ],
)
def test_mistakes_are_told_at_their_place(here, capsys, config, sentences):
    lay(here, {"theirs/our-names.yaml": RULE, "broken/x.yaml": "a: b\n", ".halint.yaml": f"{config}\n"})
    assert main(["check", "corosync.conf"]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == len(sentences)
    for line, sentence in zip(lines, sentences, strict=True):
        assert line.startswith(f"halint: .halint.yaml{sentence.format(here=here)}")


def test_the_shell_completes_their_names(here):
    assert {"site", "our-names", "two-node-flag-wrong-size"} <= set(rule_names())
    Path(here / ".halint.yaml").write_text("rules: [nowhere]\n")
    assert "our-names" not in rule_names()
    assert "two-node-flag-wrong-size" in rule_names()
