"""The formats for people and those of halint's own: full, concise, grouped, markdown, json, jsonl."""

from __future__ import annotations

import json
import re
from itertools import pairwise

import jsonschema
import pytest
from referencing import Registry
from referencing.jsonschema import DRAFT202012
from reports import EMPTY, HOSTILE, REPORTS, RICH, SECRET, SETTING, UNREAD, finding, report

from halint.output.formats import CHECK, PEOPLE
from halint.output.markdown import MOST, render_markdown
from halint.output.setting import Setting
from halint.output.style import Style
from halint.report import Related
from halint.schema_data import load_json
from halint.source import Location

ALONE = Setting(alone=True)
ALL = pytest.mark.parametrize("given", REPORTS.values(), ids=REPORTS)
URL = "https://halint.readthedocs.io/rules/quorum/two-node-flag-wrong-size/"


@pytest.mark.parametrize("name", PEOPLE)
@ALL
def test_nothing_for_people_drives_a_terminal_or_ends_a_line(name, given):
    text = CHECK[name].renderer()(given, ALONE)
    assert re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u202e\ud800-\udfff]", text) is None
    assert not any(line.startswith("::") for line in text.splitlines())
    assert SECRET not in text


@pytest.mark.parametrize("name", CHECK)
def test_every_format_tells_what_could_not_be_read(name):
    text = CHECK[name].renderer()(UNREAD, ALONE)
    assert "bad.xml" in text
    assert "does not exist" in text


def test_grouped():
    given = report(
        finding(0),
        finding(11, severity="warning", rule="op-timeout-short", message="a|b"),
        finding(2, location=Location("prod/hosts", 4, 1, 4, 9)),
    )
    assert CHECK["grouped"].renderer()(given, Setting()).splitlines() == [
        "prod/cib.xml:",
        "   1:3  error    two-node-flag-wrong-size  two_node is on, but the nodelist has 3 nodes",
        "  12:3  warning  op-timeout-short          a|b",
        "",
        "prod/hosts:",
        "  4:1  error  two-node-flag-wrong-size  two_node is on, but the nodelist has 3 nodes",
        "",
        "2 errors, 1 warning in 2 files",
    ]
    assert CHECK["grouped"].renderer()(EMPTY, Setting()) == "no problems found in 0 files\n"
    assert CHECK["grouped"].renderer()(EMPTY, Setting(quiet=True)) == ""


@pytest.mark.parametrize("name", PEOPLE)
def test_rules_are_links_on_terminals_only(name):
    plain = CHECK[name].renderer()(report(finding()), Setting())
    linked = CHECK[name].renderer()(report(finding()), Setting(style=Style(links=True)))
    assert "\x1b" not in plain
    link = f"\x1b]8;;{URL}\x1b\\two-node-flag-wrong-size\x1b]8;;\x1b\\"
    assert linked.count(link) == 1
    assert linked.replace(link, "two-node-flag-wrong-size") == plain


def test_without_a_place_of_its_own_full_does_not_repeat_what_standard_error_says():
    assert CHECK["full"].renderer()(UNREAD, Setting()) == "no problems found in 0 files; 1 input could not be read\n"
    assert CHECK["full"].renderer()(UNREAD, ALONE).startswith("bad.xml: cannot be read: does not exist\n\n")
    assert CHECK["concise"].renderer()(UNREAD, Setting()) == ""
    assert CHECK["concise"].renderer()(UNREAD, ALONE) == "bad.xml: cannot be read: does not exist\n"


@pytest.fixture(scope="session")
def line_schema():
    schemas = [load_json(name) for name in ("check", "check-lines")]
    registry = Registry().with_resources((s["$id"], DRAFT202012.create_resource(s)) for s in schemas)
    return jsonschema.Draft202012Validator(schemas[1], registry=registry)


@ALL
def test_jsonl_and_json_say_the_same(line_schema, given):
    lines = [json.loads(line) for line in CHECK["jsonl"].renderer()(given, SETTING).splitlines() if line]
    for line in lines:
        line_schema.validate(line)
    document = json.loads(CHECK["json"].renderer()(given, SETTING))
    jsonschema.validate(document, load_json("check"))
    assert [{k: v for k, v in line.items() if k != "type"} for line in lines if line["type"] == "finding"] == document[
        "findings"
    ]
    assert [line["type"] for line in lines[:1] + lines[-1:]] == ["run", "summary"]
    counts = {k: v for k, v in lines[-1].items() if k not in ("type", "exit_status")}
    assert counts == document["summary"]
    assert [line["message"] for line in lines if line["type"] == "trouble"] == list(given.trouble)


def test_the_schema_of_a_line_refuses_what_is_wrong(line_schema):
    one = json.loads(CHECK["jsonl"].renderer()(report(finding()), SETTING).splitlines()[1])
    assert line_schema.is_valid(one)
    assert not line_schema.is_valid({**one, "severity": "grave"})
    assert not line_schema.is_valid({**one, "type": "other"})


def test_markdown():
    lines = render_markdown(report(finding(), finding(1, severity="warning", message="a|b <i> `c`")), SETTING)
    assert lines.splitlines()[:7] == [
        "### halint: 1 error, 1 warning in 1 file",
        "",
        "",
        "| | rule | what | where |",
        "|---|---|---|---|",
        f"| 🔴 error | [two-node-flag-wrong-size]({URL}) | two\\_node is on, but the nodelist has 3 nodes "
        "| prod/cib.xml:1:3 |",
        f"| 🟠 warning | [two-node-flag-wrong-size]({URL}) | a\\|b &lt;i&gt; \\`c\\` | prod/cib.xml:2:3 |",
    ]
    assert render_markdown(EMPTY, SETTING) == "### halint: no problems found in 0 files\n\n"


@pytest.mark.parametrize("text", HOSTILE)
def test_markdown_takes_nothing_for_markup(text):
    made = render_markdown(REPORTS[f"hostile {HOSTILE.index(text)}"], SETTING)
    outside, inside = made, []
    for block in re.findall(r"^(`{3,})\n(.*?)\n\1$", made, re.DOTALL | re.MULTILINE):
        outside = outside.replace(block[1], "")
        inside.append(block[1])
    assert len(inside) == 1
    assert set(re.findall(r"<[^>]*>", outside)) <= {
        "<details>", "</details>", "<summary>", "</summary>", "<code>", "</code>", "<sub>", "</sub>",
    }  # fmt: skip
    rows = [line for line in outside.splitlines() if line.startswith("|")]
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {5}
    assert SECRET not in made


def test_markdown_fits_a_comment_and_counts_what_does_not():
    related = tuple(Related(Location("prod/cib.xml", n, 1, n, 9), f"place {n}") for n in range(1, 9))
    sizes = [len(render_markdown(report(*(finding(n, related=related) for n in range(n))), SETTING)) for n in (9, 90)]
    assert all(small < large <= MOST for small, large in pairwise(sizes))
    given = report(*(finding(n) for n in range(2000)))
    made = render_markdown(given, SETTING)
    assert MOST - 2000 < len(made) <= MOST
    rows = made.count("| 🔴 error |")
    assert f"\n{2000 - rows} more findings not shown here\n" in made
    assert made.startswith("### halint: 2000 errors in 1 file\n")


def test_suppressed_findings_stand_in_no_list_for_people():
    for name in ("concise", "grouped", "github", "gitlab", "checkstyle"):
        assert CHECK[name].renderer()(RICH, SETTING).count("object-5") == 0
