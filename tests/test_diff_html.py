"""The page of a comparison: what the text says is in it, secrets are not, and no value is anything but text."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from examples import whole_cib
from html_pages import embedded, parsed, words
from reports import HOSTILE
from test_diff_output import CONFIGURATION, DANGER, FULL, HIDDEN, SECRET, WHOLE, change, finding, outcome

from halint.cli.main import main
from halint.diff.change import Noise
from halint.diff.outcome import Danger, Effect, Push, Remark
from halint.output.diff_json import render_json
from halint.output.html.diff import render_html
from halint.output.layout import visible
from halint.output.setting import Drawing

ROOT = Path(__file__).parent.parent
NEEDS_DOT = pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")
LIVE, BACKUP = f"{ROOT}/fixtures/restore/live.xml", f"{ROOT}/fixtures/restore/backup.xml"


def test_what_the_text_says_is_there_in_order():
    page = render_html(FULL)
    tree = parsed(page)
    assert [one.get("id") for one in tree.xpath("//main/section")] == [
        "dangers", "push", "effects", "changes", "introduced", "resolved", "ways", "noise",
    ]  # fmt: skip
    assert embedded(tree) == json.loads(render_json(FULL))
    assert words(tree.xpath("//header//p[@class='verdict']")[0]) == (
        "A push of the configuration is accepted and recommended, once the dangers below are dealt with."
    )
    tiles = [words(one) for one in tree.xpath("//ul[@class='tiles']/li")]
    assert tiles == ["2 high risk", "1 medium risk", "1 low risk", "1 stop", "1 restart", "1 may move"]
    assert "unknown-node node ghost is not in the cluster and would be fenced" in words(
        tree.get_element_by_id("dangers")
    )


def test_the_push_is_a_command_to_copy():
    part = parsed(render_html(FULL)).get_element_by_id("push")
    assert [words(one) for one in part.xpath(".//div[@class='command']/code")] == [
        "pcs cluster cib-push backup.xml --config",
        "cibadmin --replace --scope configuration --xml-file backup.xml",
    ]
    assert "hazard what was changed since is overwritten" in words(part)
    ways = [words(one) for one in parsed(render_html(FULL)).xpath("//ul[@class='pushes']/li")]
    assert ways == [
        "the whole CIB refused its version 0.40.0 is older than the running 0.42.7",
        "the configuration accepted recommended hazard what was changed since is overwritten",
    ]


@pytest.mark.parametrize(
    "pushes, said",
    [
        ((WHOLE,), "No way of pushing is accepted."),
        ((WHOLE, Push(way="diff", verdict="accepted", command="x")), "No way of pushing is recommended."),
        ((CONFIGURATION,), "A push of the configuration is accepted and recommended."),
    ],
)
def test_the_verdict(pushes, said):
    one = outcome(change("removed", "tag", "t", before="a"), pushes=pushes)
    tree = parsed(render_html(one))
    assert tree.xpath("string(//header//p[@class='verdict'])") == said


def test_what_happens_and_what_is_due_already():
    rows = [
        [words(cell) for cell in row.xpath("td")]
        for row in parsed(render_html(FULL)).xpath("//section[@id='effects']//tr[td]")
    ]
    assert rows == [
        ["stop", "DB", "ha2", "it is removed"],
        ["restart", "Web", "ha1", "with WebVIP (WebVIP → WebFS → Web)"],
        ["may move", "Fs", "ha1 → ha2", "placement is decided anew"],
        ["start", "Old", "ha1", "it should run"],
    ]
    captions = parsed(render_html(FULL)).xpath("//section[@id='effects']//caption/text()")
    assert captions == ["What the push brings about", "Due already, whatever is pushed"]
    quiet = parsed(render_html(outcome(change("removed", "tag", "t", before="a"))))
    assert "Nothing stops, starts, restarts or moves." in words(quiet.get_element_by_id("effects"))


def test_changes_stand_by_object_with_risk_before_and_after():
    cards = parsed(render_html(FULL)).xpath("//section[@id='changes']//article")
    assert [(words(card.find("h3")), card.get("data-level"), card.get("data-effect")) for card in cards] == [
        ("high risk primitive DB", "high", "stop"),
        ("high risk property stonith-enabled", "high", "cluster-wide"),
        ("medium risk primitive WebVIP", "medium", "restart"),
    ]
    gone, switched, vip = (card.xpath(".//ul[@class='changes']/li") for card in cards)
    assert [words(one) for one in gone] == ["- removed (systemd:postgresql) stop"]
    assert [words(one) for one in switched] == ["~ may act cluster-wide before true after false"]
    assert [words(one) for one in vip] == [
        "~ ip restart medium risk -1:164 +1:164 before 192.168.124.50 after 192.168.124.60",
        "~ monitor 10s › timeout low risk -1:164 +1:164 before 20s after 30s",
    ]


def test_findings_and_noise():
    tree = parsed(render_html(FULL))
    assert words(tree.get_element_by_id("introduced").find("article/h3")) == "+ error fencing is switched off"
    assert words(tree.get_element_by_id("resolved").find("article/h3")) == "− warning fencing is switched off"
    assert "2 differences without meaning not shown (--show-noise)" in words(tree.get_element_by_id("noise"))
    rows = parsed(render_html(FULL, show_noise=True)).xpath("//section[@id='noise']//tr[td]")
    assert [words(row) for row in rows] == ["ids x another id", "spelling WebVIP 10s and 10000ms mean the same"]


def test_the_same_meaning_is_one_sentence():
    tree = parsed(render_html(outcome(pushes=(CONFIGURATION,))))
    assert words(tree.xpath("//header//p[@class='verdict']")[0]) == "live.xml and backup.xml have the same meaning"
    assert not tree.xpath("//main/section")


def test_secrets_are_masked_unless_asked_for():
    one = outcome(change("changed", "primitive", "F", "instance_attributes", "password", **HIDDEN))
    page = render_html(one)
    assert SECRET not in page
    assert "(value hidden) (before)" in page
    assert SECRET in render_html(one, show_secrets=True)


def test_of_a_huge_value_the_part_around_the_difference_is_shown():
    old, new = "a" * 50_000 + "X" + "b" * 50_000, "a" * 50_000 + "Y" + "b" * 50_000
    one = outcome(change("changed", "primitive", "FS", "instance_attributes", "options", before=old, after=new))
    before = parsed(render_html(one)).xpath("string(//del)")
    assert "X" in before
    assert len(before) < 5000


@pytest.mark.parametrize("value", HOSTILE)
def test_values_are_text_wherever_they_stand(value):
    one = outcome(
        change(
            "changed", "primitive", value, "instance_attributes", value, name=value, before=value, after=f"x{value}"
        ),
        change("added", "rsc_order", value, after=value),
        change("renamed", "primitive", value, after=value, new_id=value),
        effects=(Effect(subject=value, action="stop", nodes=(value,), reason=value, chain=(value, value)),),
        pushes=(
            Push(way="whole", verdict="refused", reasons=(Remark("x", value),), command=value),
            Push(way="diff", verdict="accepted", hazards=(Remark("x", value),), command=value, recommended=True),
        ),
        dangers=(Danger(code="x", message=value, subject=value),),
        introduced=(finding(),),
        noise=(Noise("ids", value, value),),
        simulation=(value,),
    )
    drawing = Drawing(title=value, cluster="", file=value, text=value, language="mermaid", note=value)
    tree = parsed(render_html(one, drawing=drawing, show_noise=True, show_status=True))
    seen = " ".join(visible(value).split())
    assert words(tree.xpath("//del")[0]).endswith(seen)
    for name in ("dangers", "push", "effects", "changes", "picture", "ways", "simulation", "noise"):
        assert seen in words(tree.get_element_by_id(name)), name


def test_a_danger_of_some_ways_names_them():
    some = Danger(code=DANGER.code, message=DANGER.message, ways=("whole",))
    one = outcome(change("removed", "tag", "t", before="a"), dangers=(some,))
    assert "(only in a push of: whole)" in words(parsed(render_html(one)).get_element_by_id("dangers"))


# --- by the command line


@NEEDS_DOT
def test_the_command_draws_both_in_one(tmp_path, capsys):
    file = tmp_path / "diff.html"
    assert main(["diff", LIVE, BACKUP, "--status", "--output", f"html:{file}"]) == 1
    assert "high    + node gamma" in capsys.readouterr().out
    tree = parsed(file.read_text())
    states = {state for one in tree.xpath("//svg//g/@class") for state in one.split() if state.startswith("state-")}
    assert states == {"state-added", "state-removed", "state-changed"}
    gamma = tree.xpath("//section[@id='changes']//article[contains(h3, 'node gamma')]/@id")
    assert tree.xpath("//svg//a[g[contains(@id, 'node~gamma')]]/@href") == ["#at-c1-object-node~gamma"]
    new = tree.xpath("//article[@data-rule='stonith-node-not-covered']/@id")
    assert tree.xpath("//li[@id='at-c1-object-node~gamma']//a/@href") == [f"#{name}" for name in (*gamma, *new)]
    for name in (*gamma, *new):
        back = tree.get_element_by_id(name).xpath(".//a[. = 'in the picture']/@href")
        assert back == ["#c1-object-node~gamma"]
    assert "online" in words(tree.get_element_by_id("status"))


def test_the_command_hides_passwords(tmp_path, capsys):
    for name, value in (("a.xml", SECRET), ("b.xml", f"{SECRET}-2")):
        (tmp_path / name).write_text(
            whole_cib(
                "<resources><primitive id='f' class='stonith' type='fence_ipmilan'><instance_attributes id='fa'>"
                f"<nvpair id='fp' name='password' value='{value}'/></instance_attributes></primitive></resources>"
            )
        )
    paths = [str(tmp_path / name) for name in ("a.xml", "b.xml")]
    assert main(["diff", *paths, "--format", "html"]) == 1
    assert SECRET not in capsys.readouterr().out
    assert main(["diff", *paths, "--format", "html", "--show-secrets"]) == 1
    assert SECRET in capsys.readouterr().out


def test_equal_files_have_a_page_too(capsys):
    assert main(["diff", LIVE, LIVE, "--format", "html"]) == 0
    assert "have the same meaning" in parsed(capsys.readouterr().out).xpath("string(//title)")


@NEEDS_DOT
def test_a_property_named_like_a_resource_is_not_that_resource(tmp_path, capsys):
    body = (
        "<crm_config><cluster_property_set id='s'><nvpair id='s-vip' name='vip' value='{0}'/></cluster_property_set>"
        "</crm_config><resources><group id='g'><primitive id='vip' class='ocf' provider='heartbeat' type='IPaddr2'/>"
        "<primitive id='web' class='ocf' provider='heartbeat' type='apache'/></group></resources>"
    )
    for name, value in (("a.xml", "1"), ("b.xml", "2")):
        (tmp_path / name).write_text(whole_cib(body.format(value)))
    assert main(["diff", str(tmp_path / "a.xml"), str(tmp_path / "b.xml"), "--format", "html"]) == 1
    (card,) = parsed(capsys.readouterr().out).xpath("//section[@id='changes']//article")
    assert "property vip" in words(card)
    assert not card.xpath(".//a[. = 'in the picture']")


@NEEDS_DOT
def test_a_fencing_level_and_a_constraint_lead_to_their_cards(tmp_path, capsys):
    body = (
        "<nodes><node id='1' uname='n1'/></nodes><resources><primitive id='f' class='stonith' type='fence_ipmilan'/>"
        "</resources><constraints><rsc_location id='loc' rsc='f' node='n1' score='{0}'/></constraints>"
        "<fencing-topology><fencing-level id='lev' target='n1' index='{0}' devices='f'/></fencing-topology>"
    )
    for name, value in (("a.xml", "1"), ("b.xml", "2")):
        (tmp_path / name).write_text(whole_cib(body.format(value)))
    assert main(["diff", str(tmp_path / "a.xml"), str(tmp_path / "b.xml"), "--format", "html"]) == 1
    tree = parsed(capsys.readouterr().out)
    found = set(tree.xpath("//section[@id='changes']//a[. = 'in the picture']/@href"))
    assert found == {"#c1-object-loc", "#c1-object-lev"}
