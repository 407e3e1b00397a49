"""The page of a check: read back by html5lib and lxml; no value in it is anything but text."""

from __future__ import annotations

import ast
import base64
import hashlib
import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from html_pages import embedded, parsed, words
from reports import EMPTY, HOSTILE, REPORTS, RICH, SECRET, SETTING, UNREAD, finding, hostile, report

from halint.cli.main import main
from halint.output.frame import frame
from halint.output.html.check import render_html
from halint.output.html.markup import link, sentence, tag, text
from halint.output.html.places import parts
from halint.output.json import render_json
from halint.output.layout import visible
from halint.output.setting import Drawing
from halint.report import Fix
from halint.source import Location, Source

ALL = pytest.mark.parametrize("given", REPORTS.values(), ids=REPORTS)
ROOT = Path(__file__).parent.parent
NEEDS_DOT = pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")
DRAWING = Drawing(
    title="prod",
    cluster="prod",
    file="prod/cib.xml",
    files=frozenset({"prod/cib.xml"}),
    svg='<svg xmlns="http://www.w3.org/2000/svg"><g id="c1-a"><a href="#at-c1-a"/></g>'
    '<g id="c1-b"><a href="#at-c1-b"/></g></svg>',
    objects={"c1-a": "A", "c1-b": "B"},
    anchors={"object-0": "c1-a", "object-1": "c1-b", "object-2": "c1-b"},
)


@ALL
def test_it_is_html_without_a_secret(given):
    for setting in (SETTING, replace(SETTING, show_suppressed=True)):
        page = render_html(given, setting)
        tree = parsed(page)
        assert SECRET not in page
        assert embedded(tree) == json.loads(render_json(given))
        shown = given.all() if setting.show_suppressed else given.findings
        assert len(tree.xpath("//article")) == len(shown)
        page.encode()


@pytest.mark.parametrize("value", HOSTILE)
def test_values_are_text_wherever_they_stand(value):
    given = hostile(value)
    tree = parsed(render_html(given, replace(SETTING, show_suppressed=True)))
    seen = " ".join(visible(value).split())
    card, aside = tree.xpath("//article")
    assert words(card.find("h3")) == f"error says {seen}"
    for part in ("label", "pcs", "crm", "dir/", "other/", "node", "cluster", "object"):
        assert part in words(card)
    commands = [one.text_content() for one in card.xpath(".//div[@class='command']/code")]
    assert commands == [f"pcs {visible(value)}", f"crm {visible(value)}"]
    assert card.get("data-node") == card.get("data-cluster") == visible(value)
    assert card.get("data-file") == visible(f"dir/{value}")
    assert f"suppressed by a comment: {seen}" in words(aside)
    assert seen in words(tree.get_element_by_id("trouble"))
    assert f"needs {seen}" in words(tree.get_element_by_id("skipped"))


def test_a_card_says_all_that_the_text_format_does():
    one = finding(
        4,
        confidence="likely",
        node="n1",
        peers=("crm_verify",),
        consequence="The `vip` is **twice** there.",
        fix=Fix(text="Give it `one`.", pcs=("pcs move NODE",), blanks=("NODE",)),
    )
    source = Source(path="prod/cib.xml", kind="cib", text="\n" * 4 + "  ab日本cd\n")
    where = replace(one, location=Location("prod/cib.xml", 5, 5, 5, 7))
    (card,) = parsed(render_html(report(where, sources={"prod/cib.xml": source}), SETTING)).xpath("//article")
    assert words(card.find("h3")) == "error two_node is on, but the nodelist has 3 nodes"
    about = words(card.xpath("p[@class='about']")[0])
    assert about.startswith("two-node-flag-wrong-size about the rule object object-4 node n1 cluster prod")
    assert "confidence likely also told by crm_verify" in about
    assert card.xpath("p[@class='about']//a/@href")[:2] == [one.url, "#rule-two-node-flag-wrong-size"]
    assert words(card.find("figure/figcaption")) == "prod/cib.xml:5:5"
    assert [part.text_content() for part in card.xpath("figure/pre/*")] == ["5", "ab日本cd"]
    assert card.xpath("string(figure/pre//mark)") == "日本"
    assert card.xpath("string(p[@class='why'])") == "Why The vip is twice there."
    assert card.xpath("p[@class='why']/*/text()") == ["Why ", "vip", "twice"]
    assert card.xpath("string(div[@class='fix']/p)") == "Fix Give it one."
    assert [words(part) for part in card.xpath(".//div[@class='command']/*")] == [
        "pcs", "pcs move NODE", "Copy", "fill in NODE",
    ]  # fmt: skip


def test_related_places_have_their_labels_and_edits_are_told():
    tree = parsed(render_html(RICH, SETTING))
    assert [words(one) for one in tree.xpath("//figcaption[span[@class='label']]")] == ["prod/hosts:4:1 node [n3]"]
    assert tree.xpath("//figure[figcaption/span[@class='label']]/pre//mark/@class") == ["related"]
    assert len(tree.xpath("//*[. = 'halint check --fix makes this change in the file']")) == 1


@pytest.mark.parametrize(
    "line, column, end, expected",
    [
        ("abcdef", 3, 5, ("ab", "cd", "ef")),
        ("日本語x", 2, 3, ("日", "本", "語x")),
        ("ae\u0301b", 2, 4, ("a", "e\u0301", "b")),
        ("ab", 1, 3, ("", "ab", "")),
        ("ab", 3, 3, ("ab", "", "")),
    ],
)
def test_what_a_frame_marks(line, column, end, expected):
    shown = frame(Source(path="f", kind="cib", text=line), Location("f", 1, column, 1, end), 100)
    assert shown is not None
    assert parts(shown) == expected


def test_the_gravest_come_first_and_what_is_set_aside_only_where_asked():
    levels = parsed(render_html(RICH, SETTING)).xpath("//article/@data-level")
    assert levels == sorted(levels, key=("error", "warning", "info").index)
    assert len(levels) == len(RICH.findings)
    tree = parsed(render_html(RICH, replace(SETTING, show_suppressed=True)))
    marks = [words(one) for one in tree.xpath("//article//span[@class='badge quiet']")]
    assert sorted(marks) == ["suppressed by a comment: a lab", "suppressed by the baseline"]


def test_the_head_counts_and_the_rest_is_there():
    tree = parsed(render_html(RICH, replace(SETTING, fixable=1)))
    tiles = [words(one) for one in tree.xpath("//ul[@class='tiles']/li")]
    assert tiles == [f"{RICH.count(severity)} {severity}" for severity in ("error", "warning", "info")]
    assert "can be fixed with --fix" in words(tree.xpath("//header/p")[0])
    assert [one.get("id") for one in tree.xpath("//main/section")] == ["findings", "rules", "inputs", "skipped"]
    rule = tree.get_element_by_id("rule-two-node-flag-wrong-size")
    assert "And more." in rule.text_content()
    assert "votequorum(5)" in words(rule)
    assert "needs hosts" in words(tree.get_element_by_id("skipped"))


def test_nothing_found_and_nothing_read():
    empty = parsed(render_html(EMPTY, SETTING))
    assert words(empty.get_element_by_id("findings")) == "Findings No problems found."
    unread = parsed(render_html(UNREAD, SETTING))
    assert "bad.xml: cannot be read: does not exist" in words(unread.get_element_by_id("trouble"))


def test_the_policy_allows_this_style_and_this_script_alone():
    tree = parsed(render_html(RICH, replace(SETTING, drawings=(DRAWING._replace(style=".cluster-picture > a { }"),))))
    (policy,) = tree.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    rules = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
    for name, (content,) in {
        "style-src": tree.xpath("//style/text()"),
        "script-src": tree.xpath("//script[not(@type)]/text()"),
    }.items():
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert rules[name] == f"'sha256-{digest}'"
    assert not tree.xpath("//@style")


def test_objects_in_the_picture_lead_to_their_findings_and_back():
    given = report(*(finding(number) for number in range(4)))
    tree = parsed(render_html(given, replace(SETTING, drawings=(DRAWING,))))
    assert tree.xpath("//svg//a/@href") == ["#f1", "#at-c1-b"]
    assert tree.xpath("//li[@id='at-c1-b']//a/@href") == ["#f2", "#f3"]
    assert tree.xpath("//article//a[. = 'in the picture']/@href") == ["#c1-a", "#c1-b", "#c1-b"]
    other = report(finding(0, cluster="test"))
    assert not parsed(render_html(other, SETTING)).xpath("//a[. = 'in the picture']")


def test_a_finding_in_two_pictures_is_linked_in_both():
    again = DRAWING._replace(
        svg=DRAWING.svg.replace("c1-", "c2-"),
        objects={name.replace("c1", "c2"): words for name, words in DRAWING.objects.items()},
        anchors={name: place.replace("c1", "c2") for name, place in DRAWING.anchors.items()},
    )
    given = report(*(finding(number) for number in range(3)))
    tree = parsed(render_html(given, replace(SETTING, drawings=(DRAWING, again))))
    assert tree.xpath("//svg//a/@href") == ["#f1", "#at-c1-b", "#f1", "#at-c2-b"]
    assert tree.xpath("//article//a[. = 'in the picture']/@href") == ["#c1-a", "#c1-b", "#c1-b"]


def test_a_picture_that_could_not_be_drawn_is_text():
    one = Drawing(title="p", cluster="p", file="f", note="dot is missing.", text="a <b>\n  c\n", language="mermaid")
    tree = parsed(render_html(EMPTY, replace(SETTING, drawings=(one,))))
    part = tree.get_element_by_id("picture")
    assert "dot is missing." in words(part)
    assert part.xpath("string(.//pre)") == "a <b>\n  c"


def test_without_a_script_everything_is_there():
    tree = parsed(render_html(RICH, SETTING))
    hidden = {one.tag for one in tree.xpath("//*[@hidden]")}
    assert hidden == {"form", "button"}
    assert len(tree.xpath("//details")) == 3  # a rule, the inputs, the rules not asked


def test_markup():
    assert tag("p", "<a>", tag("b", "&"), id='"x"') == '<p id="&quot;x&quot;">&lt;a&gt;<b>&amp;</b></p>'
    assert tag("input", checked=True, hidden=False, data_x="") == '<input checked data-x="">'
    assert text("a\u202eb\u2028\x00") == "a\\u202eb\\u2028\\x00"
    assert link("x", "javascript:alert(1)") == "x"
    assert link("x", " https://a/") == "x"
    assert link("<", "https://a/?b&c") == '<a href="https://a/?b&amp;c" rel="noreferrer">&lt;</a>'
    assert sentence("a `<b>` **c** [d](https://e/) [f](javascript:g)") == (
        'a <code>&lt;b&gt;</code> <strong>c</strong> <a href="https://e/" rel="noreferrer">d</a> [f](javascript:g)'
    )


# --- by the command line


@NEEDS_DOT
def test_the_command_writes_a_page_with_pictures(tmp_path, capsys):
    file = tmp_path / "report.html"
    assert main(["check", f"{ROOT}/fixtures/tutorial", "--output", f"html:{file}"]) == 1
    assert "two-node-flag-wrong-size" in capsys.readouterr().out
    tree = parsed(file.read_text())
    assert len(tree.xpath("//section[@id='picture']/details")) == len(tree.xpath("//svg")) == 7
    assert not tree.xpath("//svg//style")
    assert tree.xpath("//svg//a")
    assert "cluster-picture" in tree.xpath("string(//style)")


def test_without_dot_the_page_says_so(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert main(["check", f"{ROOT}/fixtures/restore/live.xml", "--format", "html"]) == 0
    part = parsed(capsys.readouterr().out).get_element_by_id("picture")
    assert "Graphviz's dot is not installed here, so the picture is text." in words(part)
    assert "flowchart" in part.xpath("string(.//pre)")


def test_more_clusters_than_are_drawn(monkeypatch, capsys):
    monkeypatch.setattr("halint.cli.pictures.MOST", 2)
    monkeypatch.setattr("halint.cli.pictures.svg", lambda *_: None)
    main(["check", f"{ROOT}/fixtures/tutorial", "--format", "html"])
    part = parsed(capsys.readouterr().out).get_element_by_id("picture")
    assert "5 more clusters" in words(part)
    assert "Only 2 clusters are drawn; halint graph draws each of the others." in words(part)
    assert "could not draw this" in words(part)


def test_standard_input_is_drawn_too(monkeypatch, capsys):
    from io import BytesIO, TextIOWrapper

    data = Path(f"{ROOT}/fixtures/restore/live.xml").read_bytes()
    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(data)))
    assert main(["check", "-", "--format", "html"]) == 0
    tree = parsed(capsys.readouterr().out)
    assert "fence-alpha" in words(tree.get_element_by_id("picture"))


def test_a_finding_of_a_part_leads_to_the_object_drawn(tmp_path, capsys):
    from examples import whole_cib

    body = (
        "<resources><group id='g'><primitive id='ip' class='ocf' provider='heartbeat' type='IPaddr2'>"
        "<instance_attributes id='ip-a'><nvpair id='ip-ip' name='ip' value='10.0.0.1'/></instance_attributes>"
        "<operations><op id='ip-mon' name='monitor' interval='10s' timeout='1s'/></operations>"
        "</primitive></group></resources>"
    )
    (tmp_path / "cib.xml").write_text(whole_cib(body))
    main(["check", str(tmp_path), "--format", "html"])
    tree = parsed(capsys.readouterr().out)
    back = tree.xpath("//article[@data-rule='op-timeout-below-advised']//a[. = 'in the picture']/@href")
    assert back == ["#c1-object-ip"]


@pytest.mark.parametrize(
    "arguments", [("check", "4-nginx"), ("diff", "2-fencing-off/cib.xml", "7-cloned-third-node/cib.xml")]
)
def test_the_same_bytes_whatever_the_order_of_sets(arguments):
    command, *paths = arguments
    code = "import sys; from halint.cli.main import main; sys.exit(main(sys.argv[1:]))"
    asked = [sys.executable, "-c", code, command, *(f"{ROOT}/fixtures/tutorial/{path}" for path in paths)]
    pages = [
        subprocess.run(
            [*asked, "--format", "html"], check=False, capture_output=True, env={**os.environ, "PYTHONHASHSEED": seed}
        ).stdout
        for seed in ("1", "2", "3")
    ]
    assert len(pages[0]) > 10_000
    assert len(set(pages)) == 1


def test_a_page_of_what_fix_left_has_a_picture_too(tmp_path, capsys):
    folder = shutil.copytree(f"{ROOT}/fixtures/tutorial/5-three-nodes-two-node-flag", tmp_path / "web")
    main(["check", "--fix", "-q", str(folder), "--format", "html"])
    tree = parsed(capsys.readouterr().out)
    assert "two_node is on, but the nodelist has 3 nodes" in words(tree.get_element_by_id("fixed"))
    assert "webserver" in words(tree.get_element_by_id("picture"))


def test_style_and_script_are_in_the_package():
    (table,) = [
        keyword.value
        for node in ast.walk(ast.parse((ROOT / "setup.py").read_text()))
        if isinstance(node, ast.Call)
        for keyword in node.keywords
        if keyword.arg == "package_data"
    ]
    patterns = ast.literal_eval(table)["halint.output.html"]
    beside = [one for one in (ROOT / "halint/output/html").iterdir() if one.is_file() and one.suffix != ".py"]
    assert len(beside) == 2
    assert all(any(one.match(pattern) for pattern in patterns) for one in beside)
