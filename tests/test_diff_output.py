"""What `halint diff` prints: the wording of changes, and the three formats, from outcomes made by hand."""

from __future__ import annotations

import json
import re

import jsonschema
import pytest
from examples import whole_cib

from halint.diff.assess import assess
from halint.diff.change import Change, Comparison, Noise
from halint.diff.outcome import Danger, Effect, Forecast, Outcome, Push, Remark
from halint.diff.side import Side
from halint.diff.wording import effect_words, line
from halint.output.diff_json import render_json
from halint.output.diff_markdown import MOST, render_markdown
from halint.output.diff_text import render_text
from halint.output.layout import pieces
from halint.output.style import Style
from halint.parse.cib import read_cib
from halint.report import Finding, Fix
from halint.schema_data import load_json
from halint.source import Location

SECRET = "sesame-open"  # noqa: S105 - the value that no output may show


def side(name: str, text: str = " <resources/>") -> Side:
    return Side(file=read_cib(whole_cib(text).encode(), name))


def change(kind: str = "changed", type: str = "primitive", id: str = "WebVIP", *path: str, **rest: object) -> Change:  # noqa: A002
    return Change(kind=kind, type=type, id=id, path=path, **rest)


IP = ("instance_attributes", "ip")
HIDDEN = {"secret": True, "before": "********", "after": "********", "raw_before": SECRET, "raw_after": "other"}

LINES = [
    (
        change("changed", "primitive", "WebVIP", *IP, before="10.0.0.5", after="10.0.0.6"),
        "WebVIP › ip  10.0.0.5 → 10.0.0.6",
    ),
    (change("changed", "primitive", "WebVIP", *IP, after="10.0.0.6"), "WebVIP › ip added: 10.0.0.6"),
    (change("changed", "primitive", "WebVIP", *IP, before="10.0.0.5"), "WebVIP › ip removed, was 10.0.0.5"),
    (change("changed", "primitive", "WebVIP", *IP, before="x", after=""), 'WebVIP › ip  x → ""'),
    (change("changed", "primitive", "WebVIP", *IP, before="a ", after=" a"), 'WebVIP › ip  "a " → " a"'),
    (
        change("changed", "primitive", "W", *IP, before="a\nb", after="a\x1b[2Jb"),
        "W › ip  a\\nb → a\\x1b[2Jb",
    ),
    (
        change("changed", "primitive", "F", "instance_attributes", "password", **HIDDEN),
        "F › password  (value hidden) (before) → (value hidden) (after)",
    ),
    (
        change(
            "changed",
            "primitive",
            "F",
            "instance_attributes",
            "password",
            secret=True,
            after="********",
            raw_after=SECRET,
        ),
        "F › password added: (value hidden)",
    ),
    (
        change("changed", "primitive", "W", "operations", "monitor 10s", "timeout", before="20s", after="30s"),
        "W › monitor 10s › timeout  20s → 30s",
    ),
    (
        change("changed", "primitive", "W", "operations", "monitor 10s", after="timeout=20s"),
        "W › operation monitor 10s (timeout=20s) added",
    ),
    (
        change("changed", "primitive", "W", "utilization", "cpu", before="1", after="2"),
        "W › utilization cpu  1 → 2",
    ),
    (
        change("changed", "node", "ha1", "instance_attributes", "standby", before="off", after="on"),
        "node ha1 › standby  off → on",
    ),
    (
        change("changed", "property", "stonith-enabled", before="true", after="false"),
        "property stonith-enabled  true → false",
    ),
    (
        change("added", "property", "maintenance-mode", after="true"),
        "property maintenance-mode added: true (default false)",
    ),
    (
        change("removed", "property", "stonith-enabled", before="false"),
        "property stonith-enabled removed, was false (default true)",
    ),
    (change("added", "cib", "remote-tls-port", after="1234"), "cib remote-tls-port added: 1234"),
    (change("removed", "rsc_defaults", "priority", before="5"), "resource default priority removed, was 5"),
    (change("added", after="ocf:heartbeat:IPaddr2"), "primitive WebVIP (ocf:heartbeat:IPaddr2) added"),
    (change("removed", "tag", "t", before=""), "tag t removed"),
    (
        change("removed", "rsc_colocation", "apart", before="A never with B"),
        "colocation constraint apart (A never with B) removed",
    ),
    (
        change("moved", "primitive", "A", before="group g1", after="group g2"),
        "primitive A moved from group g1 to group g2",
    ),
    (change("moved", "primitive", "A", before="top level", after="group g2"), "primitive A moved into group g2"),
    (change("moved", "primitive", "A", before="group g1", after="top level"), "primitive A moved out of group g1"),
    (
        change("moved", "group", "g", before="g: a b c", after="g: a; h: b c", members=("b", "c")),
        "group g regrouped: g: a b c → g: a; h: b c",
    ),
    (change("renamed", "group", "g", before="g", after="h", old_id="g", new_id="h"), "group g renamed to h"),
    (
        change("reordered", "group", "g", before="a b c", after="b a c"),
        "group g: members reordered: a b c → b a c",
    ),
    (
        change("reordered", "fencing-level", "l1", "devices", before="a,b", after="b,a"),
        "fencing level l1: devices reordered: a,b → b,a",
    ),
    (
        change("reordered", "resources", "resources", before="a first", after="a after b"),
        "resources reordered: a first → a after b",
    ),
    (
        change("changed", "cib", "cib", "validate-with", before="pacemaker-3.7", after="pacemaker-3.9"),
        "cib › validate-with  pacemaker-3.7 → pacemaker-3.9",
    ),
]


@pytest.mark.parametrize("one, expected", LINES, ids=[expected for _, expected in LINES])
def test_a_change_in_a_line(one, expected):
    assert line(one) == expected


def test_a_secret_is_told_only_when_asked():
    one = change("changed", "primitive", "F", "instance_attributes", "password", **HIDDEN)
    assert line(one, show_secrets=True) == f"F › password  {SECRET} → other"


@pytest.mark.parametrize(
    "effects, certain, words",
    [
        (("none",), True, ""),
        (("restart",), True, "restart"),
        (("move",), False, "may move"),
        (("stop", "start"), False, "may stop, start"),
        (("cluster-wide",), False, "may act cluster-wide"),
        (("unknown",), False, "effect unknown"),
    ],
)
def test_effects_in_words(effects, certain, words):
    assert effect_words(effects, certain=certain) == words


BEFORE_CIB = '<resources><primitive id="WebVIP" class="ocf" provider="heartbeat" type="IPaddr2"/></resources>'


def outcome(*changes: Change, effects: tuple[Effect, ...] = (), of: tuple[str, ...] = (), **rest: object) -> Outcome:
    before, after = side("live.xml", BEFORE_CIB), side("backup.xml", BEFORE_CIB)
    noise = rest.pop("noise", ())
    found = Comparison(before=before, after=after, changes=changes, noise=noise, renamed={})
    words = of or ("none",) * len(changes)
    forecast = Forecast(
        effects=effects,
        of_change=tuple(((word.removeprefix("may "), not word.startswith("may ")),) for word in words),
        basis="from the status in live.xml",
        from_status=True,
    )
    given = {"pushes": (), "dangers": (), "sources": {}} | rest
    return assess(found, forecast=forecast, **given)


def marked(one: Change) -> Change:
    """The same change with places on both sides."""
    sides = side("live.xml", BEFORE_CIB), side("backup.xml", BEFORE_CIB)
    marks = [s.mark(s.resources["WebVIP"]) for s in sides]
    return Change(
        kind=one.kind,
        type=one.type,
        id=one.id,
        path=one.path,
        name=one.name,
        before=one.before,
        after=one.after,
        before_at=marks[0],
        after_at=marks[1],
    )


def finding(rule: str = "stonith-disabled", severity: str = "error") -> Finding:
    return Finding(
        rule=rule,
        topic="stonith",
        severity=severity,
        confidence="certain",
        message="fencing is switched off",
        consequence="",
        subject="x",
        location=Location("backup.xml", 4, 7, 4, 9),
        cluster="",
        node=None,
        related=(),
        fix=Fix(text=""),
        peers=(),
        url="https://example.org",
    )


WHOLE = Push(
    way="whole",
    verdict="refused",
    reasons=(Remark("older-counters", "its version 0.40.0 is older than the running 0.42.7"),),
    command="pcs cluster cib-push backup.xml",
)
CONFIGURATION = Push(
    way="configuration",
    verdict="accepted",
    hazards=(Remark("drops-changes", "what was changed since is overwritten"),),
    command="pcs cluster cib-push backup.xml --config",
    others=("cibadmin --replace --scope configuration --xml-file backup.xml",),
    recommended=True,
)
DANGER = Danger(code="unknown-node", message="node ghost is not in the cluster and would be fenced", subject="ghost")

FULL = outcome(
    marked(change("changed", "primitive", "WebVIP", *IP, name="ip", before="192.168.124.50", after="192.168.124.60")),
    marked(
        change(
            "changed",
            "primitive",
            "WebVIP",
            "operations",
            "monitor 10s",
            "timeout",
            name="timeout",
            before="20s",
            after="30s",
        )
    ),
    change("changed", "property", "stonith-enabled", before="true", after="false"),
    change("removed", "primitive", "DB", before="systemd:postgresql"),
    of=("restart", "none", "may cluster-wide", "stop"),
    effects=(
        Effect(subject="DB", action="stop", nodes=("ha2",), reason="it is removed", chain=("DB",)),
        Effect(subject="Web", action="restart", nodes=("ha1",), chain=("WebVIP", "WebFS", "Web")),
        Effect(subject="Fs", action="move", nodes=("ha1", "ha2"), certain=False, reason="placement is decided anew"),
        Effect(subject="Old", action="start", nodes=("ha1",), pending=True, reason="it should run"),
    ),
    pushes=(WHOLE, CONFIGURATION),
    dangers=(DANGER,),
    introduced=(finding(),),
    resolved=(finding("op-monitor-missing", "warning"),),
    noise=(Noise("spelling", "WebVIP", "10s and 10000ms mean the same"), Noise("ids", "x", "another id")),
)

TEXT = """\
BEFORE - live.xml    version 0.5.0
AFTER  + backup.xml  version 0.5.0

danger[unknown-node]: node ghost is not in the cluster and would be fenced

high    - primitive DB              removed  (systemd:postgresql)    stop
high    ~ property stonith-enabled  true → false                     may act cluster-wide
        ~ primitive WebVIP
medium    ~ ip                      192.168.124.50 → 192.168.124.60  restart       -1:164 +1:164
low       ~ monitor 10s › timeout   20s → 30s                                      -1:164 +1:164

what happens
  stop      DB   on ha2     it is removed
  restart   Web  on ha1     with WebVIP (WebVIP → WebFS → Web)
  may move  Fs   ha1 → ha2  placement is decided anew
  due already, whatever is pushed:
  start     Old  on ha1     it should run
  from the status in live.xml

findings that AFTER brings in
  + error[stonith-disabled] fencing is switched off (backup.xml:4:7)
findings that AFTER resolves
  - warning[op-monitor-missing] fencing is switched off (backup.xml:4:7)

push
    whole          refused
        its version 0.40.0 is older than the running 0.42.7
  * configuration  accepted
      ! what was changed since is overwritten
  * recommended, once the dangers above are dealt with:
      pcs cluster cib-push backup.xml --config
      or: cibadmin --replace --scope configuration --xml-file backup.xml

2 differences without meaning not shown (--show-noise)

1 danger: unknown-node
effects: 1 stop, 1 restart, 1 may move
4 changes: 2 high, 1 medium, 1 low
"""


def test_the_whole_text():
    assert render_text(FULL, Style(width=96)) == TEXT


def test_colour_changes_nothing_but_the_colour():
    coloured = render_text(FULL, Style(width=96, color=True))
    assert coloured != TEXT
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == TEXT


@pytest.mark.parametrize("width", [60, 80, 120])
def test_no_line_is_wider_than_the_terminal_but_commands(width):
    commands = ("pcs ", "or: ")
    lines = [x for x in render_text(FULL, Style(width=width)).splitlines() if not x.strip().startswith(commands)]
    assert [x for x in lines if len(x) > width] == []


def test_an_id_that_leaves_no_room_puts_the_effect_below():
    one = outcome(change("added", "rsc_order", "o" * 60, after="start A then start B: Mandatory"), of=("may restart",))
    lines = render_text(one, Style(width=60), quiet=True).splitlines()
    assert lines[0] == f"medium  + order constraint {'o' * 60}"
    assert lines[1].strip() == "may restart"
    assert lines[2].strip() == "added  (start A then start B: Mandatory)"


def test_quiet_leaves_dangers_and_changes():
    text = render_text(FULL, Style(width=96), quiet=True)
    assert text == "\n\n".join(TEXT.split("\n\n")[1:3]) + "\n"


def test_noise_is_listed_when_asked_for():
    text = render_text(FULL, Style(width=96), show_noise=True)
    assert (
        "2 differences without meaning\n  ids       x: another id\n  spelling  WebVIP: 10s and 10000ms mean the same\n"
    ) in text


def test_same_meaning_is_one_sentence():
    text = render_text(outcome(pushes=(CONFIGURATION,)), Style())
    assert text.splitlines()[-1] == "live.xml and backup.xml have the same meaning"
    assert "push" not in text
    assert "what happens" not in text


def test_what_is_due_already_is_no_effect_of_the_push():
    due = Effect(subject="Old", action="start", nodes=("ha1",), pending=True)
    text = render_text(outcome(change("removed", "tag", "t", before="a"), effects=(due,)), Style())
    assert (
        "what happens\n"
        "  nothing stops, starts, restarts or moves\n"
        "  due already, whatever is pushed:\n"
        "  start  Old  on ha1\n"
    ) in text
    assert "effects:" not in text


def test_without_any_accepted_way_that_is_said():
    one = outcome(change("removed", "tag", "t", before="a"), pushes=(WHOLE,))
    assert "  no way of pushing is accepted\n" in render_text(one, Style())


def test_long_values_stand_side_by_side():
    old, new = "rw,noatime,data=ordered,commit=30,usrquota", "rw,noatime,data=ordered,commit=60,usrquota,grpquota"
    one = outcome(change("changed", "primitive", "FS", "instance_attributes", "options", before=old, after=new))
    lines = render_text(one, Style(width=60), quiet=True).splitlines()
    assert lines == [
        "low     ~ FS › options",
        "            before                 │ after",
        "            rw,noatime,            │ rw,noatime,",
        "            data=ordered,          │ data=ordered,",
        "            commit=30,usrquota     │ commit=60,usrquota,",
        "                                   │ grpquota",
    ]


def test_of_a_huge_value_the_part_around_the_difference_is_shown():
    old, new = "a" * 50_000 + "X" + "b" * 50_000, "a" * 50_000 + "Y" + "b" * 50_000
    one = outcome(change("changed", "primitive", "FS", "instance_attributes", "options", before=old, after=new))
    text = render_text(one, Style(width=80), quiet=True)
    assert len(text) < 3000
    assert "X" in text
    assert "Y" in text


def test_pieces_lose_nothing():
    text = "one two,three;four" * 20 + "x" * 50
    assert "".join(pieces(text, 13)) == text
    assert max(map(len, pieces(text, 13))) <= 13


def test_a_crowd_that_does_the_same_is_one_paragraph():
    effects = tuple(Effect(subject=f"r{n}", action="stop", reason="stop-all-resources is on") for n in range(20))
    text = render_text(outcome(change("removed", "tag", "t", before="a"), effects=effects), Style())
    assert "  stop  20 resources, stop-all-resources is on: r0, r1, r2, " in text
    assert all(f"r{n}" in text for n in range(20))


def test_a_removed_group_tells_which_members_stay():
    gone = change("removed", "group", "g", before="WebVIP, Other", members=("WebVIP",))
    one = outcome(gone)
    assert one.changes[0].message == "group g (WebVIP, Other) removed; WebVIP stays"
    assert "removed  (WebVIP, Other); WebVIP stays" in render_text(one, Style())


def test_changes_are_sorted_by_risk_then_object():
    one = outcome(
        change("changed", "primitive", "B", "description", before="a", after="b"),
        change("changed", "primitive", "A", "description", before="a", after="b"),
        change("removed", "node", "ha2", before="id 2"),
        change("changed", "primitive", "C", *IP, before="a", after="b"),
        of=("none", "none", "none", "restart"),
    )
    assert [(c.risk, c.change.id) for c in one.changes] == [
        ("high", "ha2"),
        ("medium", "C"),
        ("low", "A"),
        ("low", "B"),
    ]


def test_json_keeps_its_contract():
    document = json.loads(render_json(FULL))
    jsonschema.validate(document, load_json("diff"))
    assert document["version"] == 1
    assert document["summary"] == {"high": 2, "medium": 1, "low": 1}
    assert document["hidden"]["count"] == 2
    assert [c["risk"] for c in document["changes"]] == ["high", "high", "medium", "low"]
    change_ = document["changes"][2]
    assert change_ == {
        "kind": "changed",
        "type": "primitive",
        "id": "WebVIP",
        "path": ["instance_attributes", "ip"],
        "name": "ip",
        "before": "192.168.124.50",
        "after": "192.168.124.60",
        "risk": "medium",
        "effect": ["restart"],
        "before_at": {"file": "live.xml", "line": 1, "column": 164},
        "after_at": {"file": "backup.xml", "line": 1, "column": 164},
        "message": "WebVIP › ip  192.168.124.50 → 192.168.124.60: restart",
    }
    assert document["push"][1]["recommended"] is True
    assert document["dangers"] == [
        {
            "code": "unknown-node",
            "message": DANGER.message,
            "subject": "ghost",
            "at": None,
            "ways": ["whole", "configuration", "diff"],
        }
    ]
    assert [f["rule"] for f in document["findings"]["introduced"]] == ["stonith-disabled"]


def test_the_schema_of_the_json_is_strict():
    document = json.loads(render_json(FULL))
    document["changes"][0]["effect"] = ["explode"]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, load_json("diff"))


@pytest.mark.parametrize("renderer", ["text", "json", "markdown"])
def test_no_format_shows_a_secret_unless_asked(renderer):
    one = change("changed", "primitive", "F", "instance_attributes", "password", **HIDDEN)

    def render(show: bool) -> str:
        found = outcome(one, show_secrets=show)
        if renderer == "text":
            return render_text(found, Style(), show_secrets=show)
        return (render_json if renderer == "json" else render_markdown)(found, show_secrets=show)

    assert SECRET not in render(show=False)
    assert "hidden) (after)" in render(show=False)
    assert SECRET in render(show=True)


def test_markdown():
    text = render_markdown(FULL, show_noise=True)
    assert text.startswith("### Cluster configuration: 4 changes (2 high, 1 medium, 1 low)\n")
    assert "> [!CAUTION]\n> - **node ghost is not in the cluster and would be fenced**\n" in text
    assert (
        "| 🟠 medium | \\~ | WebVIP › ip | <code>192.168.124.50</code> → <code>192.168.124.60</code> | restart |"
        " live.xml:1:164<br>backup.xml:1:164 |\n"
    ) in text
    assert "- **restart** Web (ha1): with WebVIP (WebVIP → WebFS → Web)\n" in text
    assert "```\npcs cluster cib-push backup.xml --config\n```\n" in text
    assert "<details><summary>2 differences without meaning</summary>\n" in text


def test_nothing_in_a_value_is_markup():
    evil = "a|b`c</code><script>*x*"
    one = change("changed", "primitive", "W", *IP, before="1", after=evil)
    row = next(x for x in render_markdown(outcome(one)).splitlines() if "W ›" in x)
    assert row.count("|") == 7
    assert "<script>" not in row
    assert "`" not in row
    assert "<code>a&#124;b&#96;c&#60;/code&#62;&#60;script&#62;&#42;x&#42;</code>" in row


def test_many_changes_of_low_risk_are_folded_in_markdown():
    many = [change("changed", "tag", f"t{n}", "obj_ref", before="a", after="b") for n in range(40)]
    text = render_markdown(outcome(*many, change("removed", "node", "n1", before="id 1")))
    assert text.index("node n1") < text.index("<details><summary>40 changes of low risk</summary>") < text.index("t39")


@pytest.mark.parametrize("value", ["x", "x" * 3000])
def test_a_page_is_never_longer_than_a_comment_may_be(value):
    many = [change("changed", "primitive", f"r{n}", "ip", before=value, after=value * 2) for n in range(3000)]
    grave = change("removed", "node", "n1", before="id 1")
    text = render_markdown(outcome(grave, *many))
    assert len(text) <= MOST
    assert "n1" in text
    lines = text.splitlines()
    shown = sum(line.startswith("| ") for line in lines) - sum(line.startswith("|-") for line in lines)
    left = sum(int(n) for n in re.findall(r"(?m)^(\d+) more lines? not shown here; halint diff prints all$", text))
    assert shown + left == 3001
