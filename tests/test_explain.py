"""`halint explain`: pages of rules for a terminal, as Markdown, as JSON; and the Markdown that they hold."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema
import pytest
from test_test_rules import RULE

from halint.cli.explain_option import option_names, option_pages, option_text
from halint.cli.main import main
from halint.cli.page import whole_page
from halint.engine.rules import built_in
from halint.output.frame import columns
from halint.output.prose import prose, within
from halint.output.rule_page import document
from halint.output.rule_page_markdown import page_markdown
from halint.output.rule_page_text import page_text
from halint.output.style import Style
from halint.schema_data import load_json

NAME = "two-node-flag-wrong-size"


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COLUMNS", raising=False)


def explained(capsys, *arguments: str) -> str:
    assert main(["explain", *arguments]) == 0
    return str(capsys.readouterr().out)


def test_the_page_tells_in_order_what_one_wants_to_know(capsys):
    out = explained(capsys, NAME)
    assert out.startswith(
        f"{NAME}  error, certain; topic quorum\n"
        "two_node is on in a cluster that has not exactly two nodes\n\n"
        "Every single node that is cut off keeps quorum, so that several parts of the\n"
        "cluster run the same resources at once; only fencing then stands between them\n"
        "and the data.\n\nWhy\n  With `two_node: 1` votequorum"
    )
    titles = ["Why", "How to mend it", "What it says", "What it finds", "What it leaves alone", "Sources"]
    assert re.findall(r"^(?!Every|With|two|Needs)([A-Z][a-z ]+)$", out, re.MULTILINE) == titles
    assert "    crm: crm corosync set quorum.two_node 0\n" in out
    assert "  warning  two_node is on, but the nodelist has one node\n" in out
    assert out.endswith("\nNeeds: corosync\nhttps://halint.readthedocs.io/rules/quorum/two-node-flag-wrong-size/\n")


def test_real_output_stands_under_each_bad_example(capsys):
    assert """\
  the second node is not in the list
    corosync.conf
       1 | nodelist {
       2 |     node {
       3 |         ring0_addr: 10.0.0.1
       4 |         nodeid: 1
       5 |     }
       6 | }
       7 | quorum {
       8 |     provider: corosync_votequorum
       9 |     two_node: 1
      10 | }

    warning[two-node-flag-wrong-size]: two_node is on, but the nodelist has one node
     --> corosync.conf:9:5
      |
    9 |     two_node: 1
      |     ^^^^^^^^^^^
""" in explained(capsys, NAME)


def test_colour_and_links(capsys, monkeypatch):
    assert "\x1b" not in explained(capsys, NAME)
    painted = explained(capsys, NAME, "--color", "always")
    assert "\x1b[1;31merror\x1b[0m, certain" in painted
    assert "With \x1b[36mtwo_node:\x1b[0m \x1b[36m1\x1b[0m votequorum" in painted
    assert "`" not in painted
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    linked = explained(capsys, NAME)
    assert linked.startswith("\x1b]8;;https://halint.readthedocs.io/rules/quorum/two-node-flag-wrong-size/\x1b\\")


@pytest.mark.parametrize(("width", "wanted"), [(None, 80), ("64", 64), ("110", 110)])
def test_prose_keeps_to_the_width(capsys, monkeypatch, width, wanted):
    if width:
        monkeypatch.setenv("COLUMNS", width)
    out = explained(capsys, NAME)
    head = out.partition("How to mend it")[0].splitlines()
    assert wanted - 12 < max(map(columns, head)) <= wanted


def test_several_rules_by_any_name_each_once(capsys):
    rule = next(rule for rule in built_in() if len(rule.covers) > 1)
    out = explained(capsys, rule.covers[0], NAME, rule.name, rule.covers[1])
    assert re.findall(r"^([a-z-]+)  (?:error|warning|info),", out, re.MULTILINE) == [rule.name, NAME]
    also = out.partition("Also called: ")[2].partition("\nhttp")[0]
    assert set(re.findall(r"[a-z0-9-]{4,}", also)) == {*rule.covers, *rule.aliases}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ["two-nod-flag-wrong-size"],
            "no rule is called two-nod-flag-wrong-size; did you mean two-node-flag-wrong-size?",
        ),
        ([NAME, "two-nod-flag-wrong-size"], "no rule is called two-nod-flag-wrong-size"),
        ([NAME, "--format", "jsno"], "--format jsno: is not one of text, markdown, json; did you mean json?"),
        ([NAME, "--config", "none.yaml"], "--config none.yaml: there is no such file"),
        ([], "Missing argument"),
    ],
)
def test_wrong_use(capsys, arguments, sentence):
    assert main(["explain", *arguments]) == 2
    captured = capsys.readouterr()
    assert sentence in captured.err
    assert captured.out == ""


def test_configuration_and_folders_count(capsys):
    Path("ours/site").mkdir(parents=True)
    Path("ours/site/our-names.yaml").write_text(
        f"aliases: [site-names]\n{RULE.replace('why: Our', 'why: Our **own**')}"
    )
    assert main(["explain", "our-names"]) == 2
    capsys.readouterr()
    assert "Written in ours/site/our-names.yaml\n" in explained(capsys, "our-names", "--rules", "ours")
    Path(".halint.yaml").write_text(
        "rules: [ours]\nseverity: {our-names: info, totem-token-below-profile: error}\nprofiles: [suse]\n"
    )
    out = explained(capsys, "site-names")
    assert "\nAlso called: site-names\n" in out
    assert out.startswith("our-names  info (warning by default), certain; topic site\n")
    assert "Our own names start" in out
    assert "    warning[our-names]: the cluster is called web\n" in out  # the example holds for the rule as written
    assert "http" not in out
    assert "  `minimum` (5000 ms here, 3000 by default): " in explained(capsys, "totem-token-below-profile")
    assert main(["explain", "our-names", "--no-config"]) == 2
    assert main(["rules", "--select", "site"]) == 0
    assert capsys.readouterr().out == "site\n  our-names  info     the cluster has a name we do not use\n"


def test_the_list_says_what_is_not_asked(capsys):
    Path(".halint.yaml").write_text("ignore: [two-node-flag-wrong-size]\nseverity: {order-cycle: info}\n")
    assert main(["rules", "--select", f"{NAME},order-cycle,totem-token-below-profile"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert any(re.fullmatch(rf"  {NAME} +error +.* \(not asked\)", line) for line in lines)
    assert any(re.fullmatch(r"  order-cycle +info +[^()]*", line) for line in lines)
    profiled = next(rule for rule in built_in() if rule.profiles)
    assert main(["rules", "--select", profiled.name]) == 0
    assert f"(with the profile {profiled.profiles[0]}" in capsys.readouterr().out


def test_every_page_in_every_form():
    """Nothing is lost or raised: of every tenth rule, as the whole takes a while."""
    for rule in built_in()[::10]:
        page = whole_page(rule, rule, Style(width=80))
        jsonschema.validate({**document([page], "1"), "options": []}, load_json("explain"))
        text, markdown = page_text(page, Style(width=80)), page_markdown(page)
        assert all(len(one.output) == len(one.says) for one in page.bad), rule.name
        for source in page.sources:
            assert source in text
            assert source in markdown
        for command in (*page.fix.pcs, *page.fix.crm):
            assert command in text
            assert command in markdown


def test_json_has_its_schema(capsys):
    data = json.loads(explained(capsys, NAME, "order-cycle", "--format", "json"))
    jsonschema.validate(data, load_json("explain"))
    rule, other = data["rules"]
    assert (rule["name"], other["name"]) == (NAME, "order-cycle")
    assert rule["why"].startswith("Every single node")
    assert {message["severity"] for message in rule["messages"]} == {"error", "warning"}
    (output,) = rule["examples"]["bad"][1]["output"]
    assert output.startswith(f"warning[{NAME}]: two_node is on, but the nodelist has one node\n")
    assert rule["examples"]["bad"][1]["says"] == ["two_node is on, but the nodelist has one node"]


def test_options(capsys):
    out = explained(capsys, "no-quorum-policy", "totem.token", "stonith-enabled")
    assert out.startswith(
        "no-quorum-policy  cluster property\n"
        "  one of `stop`, `freeze`, `ignore`, `demote`, `fence`, `suicide`\n"
        "  default `stop`\n"
        "  `demote` since Pacemaker 2.0.5\n"
    )
    assert "no-quorum-policy-ignore" in out
    assert "token  totem in corosync.conf\n  whole number from 0 to 4294967295\n  default `3000`\n" in out
    assert "  called fencing-enabled since Pacemaker 3.0.2\n" in out
    both = explained(capsys, "interval")
    assert "interval  quorum.device.heuristics in corosync.conf" in both
    assert "interval  attribute of an operation" in both
    data = json.loads(explained(capsys, "migration-threshold", NAME, "--format", "json"))
    jsonschema.validate(data, load_json("explain"))
    assert [rule["name"] for rule in data["rules"]] == [NAME]
    (option,) = data["options"]
    assert (option["default"], option["rules"]) == ("INFINITY", ["migration-threshold-missing"])
    assert "**no-quorum-policy** (cluster property)" in explained(capsys, "no-quorum-policy", "--format", "markdown")
    assert main(["explain", "no-qorum-policy"]) == 2
    assert (
        capsys.readouterr().err
        == "halint: no rule or option is called no-qorum-policy; did you mean no-quorum-policy?\n"
    )


def test_every_option_has_a_page():
    names = option_names()
    assert len(names) > 300
    for name in names:
        for page in option_pages(name, ()):
            assert page.option.name == name.rpartition(".")[2]
            assert len(option_text(page, Style(width=80)).splitlines()) > 1
        assert option_pages(name, ())


def test_markdown(capsys):
    out = explained(capsys, NAME, "--format", "markdown")
    assert out.startswith(f"# {NAME}\n\ntwo\\_node is on")
    assert "| warning | two\\_node is on, but the nodelist has one node |\n" in out
    assert "```\npcs cluster sync corosync\n" in out
    assert f"is told as\n\n```\nerror[{NAME}]: two_node is on, but the nodelist has 3 nodes\n" in out


def test_text_that_a_terminal_would_act_on(capsys):
    Path("ours").mkdir()
    text = RULE.replace("why: Our", 'why: "a \\e[2J b\\n\\n    c \\e[31m"\n#')
    Path("ours/our-names.yaml").write_text(text.replace("cluster_name: web\\n", "cluster_name: web\\n  # \\e[2J\\n"))
    for form in ("text", "markdown"):
        assert "\x1b" not in explained(capsys, "our-names", "--rules", "ours", "--format", form)


MARKDOWN = """\
A `two_node: 1` cluster is **not good**, see [the page](https://x.org/y), and `x`'s end wraps.

Things:
- first item that is rather long and has to be wrapped somewhere, `x y`
- second
  continued
  1. nested

| a | `b` |
|---|:-:|
| 1 | **2** |
| long | 3 |

```
pcs foo

  bar  `baz`
```

    indented

2 * 3 ** 4 ` alone
"""


def test_markdown_as_lines():
    assert list(prose(MARKDOWN, Style(width=40), "  ")) == [
        "  A `two_node: 1` cluster is not good,",
        "  see the page (https://x.org/y), and",
        "  `x`'s end wraps.",
        "",
        "  Things:",
        "  - first item that is rather long and",
        "    has to be wrapped somewhere, `x y`",
        "  - second continued",
        "    1. nested",
        "",
        "  a     `b`",
        "  1     2",
        "  long  3",
        "",
        "  pcs foo",
        "",
        "    bar  `baz`",
        "",
        "    indented",
        "",
        "  2 * 3 ** 4 ` alone",
    ]


def test_markdown_painted():
    style = Style(width=60, color=True, links=True)
    assert within("use `x y`, **now**: [a](http://b)", style) == (
        "use \x1b[36mx\x1b[0m \x1b[36my\x1b[0m, \x1b[1mnow\x1b[0m: \x1b]8;;http://b\x1b\\a\x1b]8;;\x1b\\"
    )
    plain = list(prose(MARKDOWN, Style(width=60)))
    unpainted = [re.sub(r"\x1b\[\d+m|\x1b\]8;;[^\x1b]*\x1b\\", "", line) for line in prose(MARKDOWN, style)]
    assert "".join(unpainted).replace(" ", "") == (
        "".join(plain).replace(" ", "").replace("(https://x.org/y)", "").replace("`two_node:1`", "two_node:1")
    ).replace("`xy`", "xy").replace("`x`", "x").replace("`b`", "b")
