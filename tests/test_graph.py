"""Pictures: what is in them, that no value in one is anything but text, and that real CIBs are in them whole."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections import Counter

import pytest
from lxml import etree

from halint.cli.main import main
from halint.diff.compare import compare
from halint.diff.side import Side
from halint.errors import HalintError
from halint.inputs.one_cib import one_cib
from halint.model.fencing import devices
from halint.model.resolve_cib import resolve_cib
from halint.parse.cib import read_cib
from halint.picture.build import picture
from halint.picture.collapse import collapsed
from halint.picture.compare import compared
from halint.picture.dot import quoted, render_dot
from halint.picture.labels import cut
from halint.picture.mermaid import escaped, render_mermaid
from halint.picture.picture import anchor, name_of
from halint.picture.svg import svg

NEEDS_DOT = pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")
HOSTILE = (
    'a"b',
    "a\\",
    'a\\"; x -> y; //',
    "<script>alert(1)</script>",
    "a]]>b-->c",
    "a\nb",
    "a\r\nb",
    "\\N \\G \\l",
    "&amp; &#38; &lt;",
    "end",
    "%%{init: {}}%%",
    "1. list",
    "- list",
    "`code` **b**",
    "a|b{c}(d)[e]",
    "#quot; #35;",
    "\u202eabc",
    "日本",
    "a;b",
    "~7e~",
    "click n1 href",
)


def cib_of(inside, name="cib.xml"):
    text = f'<cib validate-with="pacemaker-3.7"><configuration><crm_config/>{inside}</configuration></cib>'
    return read_cib(text.encode(), name)


def drawn(inside):
    return picture(resolve_cib(cib_of(inside)), title="t")


def edges(one):
    return {(e.id, name_of(e.source), name_of(e.target), e.kind, e.label) for e in one.edges}


DUMMIES = "".join(f'<primitive id="{name}" class="ocf" provider="heartbeat" type="Dummy"/>' for name in "abc")
NODES = '<nodes><node id="1" uname="n1"/><node id="2" uname="n2"/></nodes>'


def constrained(text):
    return drawn(f"{NODES}<resources>{DUMMIES}</resources><constraints>{text}</constraints>")


@pytest.mark.parametrize(
    ("constraint", "expected"),
    [
        ('<rsc_location id="x" rsc="a" node="n1" score="50"/>', {("x", "a", "n1", "location", "50")}),
        ('<rsc_location id="x" rsc="a" node="N1" score="-INFINITY"/>', {("x", "a", "n1", "ban", "never")}),
        (
            '<rsc_colocation id="x" rsc="a" with-rsc="b" with-rsc-role="Promoted" score="INFINITY"/>',
            {("x", "a", "b", "colocation", "with INFINITY, any with Promoted")},
        ),
        (
            '<rsc_colocation id="x" rsc="a" with-rsc="b" score="-INFINITY"/>',
            {("x", "a", "b", "ban", "apart -INFINITY")},
        ),
        ('<rsc_order id="x" first="a" then="b"/>', {("x", "a", "b", "order", "Mandatory")}),
        (
            '<rsc_order id="x" first="a" first-action="promote" then="b" then-action="start" symmetrical="false" '
            'kind="Optional"/>',
            {("x", "a", "b", "order", "Optional, not symmetrical, promote then start")},
        ),
        ('<rsc_order id="x" first="a" then="b" score="0"/>', {("x", "a", "b", "order", "Optional")}),
        (
            '<rsc_order id="x"><resource_set id="s"><resource_ref id="a"/><resource_ref id="b"/></resource_set>'
            '<resource_set id="t" sequential="false"><resource_ref id="c"/></resource_set></rsc_order>',
            {("", "x", "a", "order", "1.1"), ("", "x", "b", "order", "1.2"), ("", "x", "c", "order", "2")},
        ),
        (
            '<rsc_ticket id="x" rsc="a" rsc-role="Promoted" ticket="T" loss-policy="fence"/>',
            {("", "x", "a", "ticket", "Promoted")},
        ),
    ],
)
def test_a_constraint_is_an_edge_or_a_shape_with_spokes(constraint, expected):
    assert edges(constrained(constraint)) == expected


def test_rules_sets_and_tickets_say_what_they_ask():
    rule = (
        '<rsc_location id="x" rsc="a"><rule id="r" score="-INFINITY" boolean-op="or">'
        '<expression id="e" attribute="pingd" operation="lt" value="1"/></rule></rsc_location>'
        '<rsc_ticket id="y" rsc="b" ticket="T" loss-policy="fence"/>'
    )
    shapes = {s.id: s for s in constrained(rule).shapes}
    assert (shapes["x"].kind, shapes["x"].lines) == ("location", ("-INFINITY where pingd lt 1",))
    assert (shapes["y"].kind, shapes["y"].lines) == ("ticket", ("ticket T", "lost: fence"))


def test_what_is_only_named_is_shown_as_missing():
    shapes = {
        s.id: (s.kind, s.lines[1]) for s in constrained('<rsc_location id="x" rsc="q" node="n9" score="1"/>').shapes
    }
    assert shapes["q"] == ("missing", "no such resource")
    assert shapes["n9"] == ("unknown", "not a node of this cluster")


def test_fencing_shows_what_devices_cover_and_levels():
    pair = '<nvpair id="{0}-h" name="pcmk_host_list" value="{1}"/><nvpair id="{0}-p" name="password" value="s3cret"/>'
    device = (
        '<primitive id="{0}" class="stonith" type="fence_ipmilan"><instance_attributes id="{0}-i">'
        + pair
        + "</instance_attributes></primitive>"
    )
    one = drawn(
        f"{NODES}<resources>{device.format('f1', 'n1')}{device.format('f2', 'n1 n2')}</resources>"
        '<fencing-topology><fencing-level id="l" target="n1" index="1" devices="f1,f2"/></fencing-topology>'
    )
    assert edges(one) == {
        ("", "n1", "l", "level", ""),
        ("", "l", "f1", "level", ""),
        ("", "l", "f2", "level", ""),
        ("", "n2", "f2", "covers", ""),
    }
    assert "s3cret" not in render_dot(one) + render_mermaid(one)


def test_a_finding_is_marked_at_its_object_and_counted_in_the_legend(tmp_path, capsys):
    (tmp_path / "cib.xml").write_text(cib_of(
        f'{NODES}<resources>{DUMMIES}</resources><constraints><rsc_location id="x" rsc="q" node="n1" score="1"/>'
        "</constraints>"
    ).source.text)  # fmt: skip
    assert main(["graph", str(tmp_path), "--format", "mermaid"]) == 0
    text = capsys.readouterr().out
    assert re.search(r'n\d+ -->\|"1 .* error"\| n\d+', text)
    assert "findings: " in text


def test_a_diff_tells_added_removed_and_changed():
    before = Side(file=cib_of(
        f'{NODES}<resources>{DUMMIES}</resources><constraints><rsc_order id="o" first="a" then="b"/></constraints>'
    ))  # fmt: skip
    changed = DUMMIES.replace('"a" class="ocf" provider="heartbeat" type="Dummy"', '"a" class="systemd" type="x"')
    gone = '<primitive id="c" class="ocf" provider="heartbeat" type="Dummy"/>'
    new = '<group id="g"><primitive id="d" class="ocf" provider="heartbeat" type="IPaddr2"/></group>'
    after = Side(file=cib_of(
        f'{NODES}<resources>{changed.replace(gone, new)}</resources>'
        '<constraints><rsc_order id="p" first="b" then="a"/></constraints>'
    ))  # fmt: skip
    one = compared(compare(before, after))
    states = {s.id: s.state for s in one.shapes}
    assert states == {"n1": "", "n2": "", "a": "changed", "b": "", "c": "removed", "g": "added", "d": "added"}
    assert {e.id: e.state for e in one.edges} == {"o": "removed", "p": "added"}


def test_a_change_that_has_no_object_in_the_picture_is_counted():
    cibs = [cib_of(f"{NODES}<resources>{DUMMIES}</resources>{rest}") for rest in ("", "<rsc_defaults>"
        '<meta_attributes id="m"><nvpair id="m-a" name="a" value="5"/></meta_attributes></rsc_defaults>')]  # fmt: skip
    one = compared(compare(*(Side(file=file) for file in cibs)))
    assert (one.states(), one.notes) == ({""}, ("1 further change is not about an object shown",))


def test_what_leaves_a_group_is_not_removed():
    inner = '<primitive id="a" class="ocf" provider="heartbeat" type="Dummy"/>'
    sides = [Side(file=cib_of(f"<resources>{text}</resources>")) for text in (f'<group id="g">{inner}</group>', inner)]
    states = {s.id: (s.state, s.parent) for s in compared(compare(*sides)).shapes}
    assert states["g"] == ("removed", None)
    assert states["a"][0] in ("", "changed")


GOLDEN = """\
---
title: "t"
---
flowchart LR
  n0[["n1<br/>node"]]
  n1[["n2<br/>node"]]
  subgraph n2["g<br/>group"]
    n3["a<br/>Dummy"]
    n4["b<br/>Dummy"]
  end
  legend["#8230; location: preference for a node, or rule"]:::legend
  n3 --> n4
  linkStyle 0 stroke:#a8b2bb
  n2 -->|"50"| n0
  linkStyle 1 stroke:#00795a
  classDef member fill:#dbe9f6,stroke:#6b7680,color:#1b1f24
  classDef legend fill:none,stroke:#6b7680,text-align:left
"""


def test_the_text_of_mermaid():
    two = DUMMIES[: DUMMIES.index('<primitive id="c"')]
    place = '<rsc_location id="x" rsc="g" node="n1" score="50"/>'
    one = drawn(f'{NODES}<resources><group id="g">{two}</group></resources><constraints>{place}</constraints>')
    text = render_mermaid(one)
    assert (
        "".join(line for line in text.splitlines(keepends=True) if not re.match(r"  class(Def (sev|state)| )", line))
        == GOLDEN
    )


def test_no_difference_has_no_state():
    side = Side(file=cib_of(f"{NODES}<resources>{DUMMIES}</resources>"))
    assert compared(compare(side, side)).states() == {""}


@pytest.mark.parametrize("text", HOSTILE)
def test_an_anchor_is_an_xml_id_and_leads_back(text):
    assert re.fullmatch(r"object-[A-Za-z0-9._~-]+", anchor(text))
    assert name_of(anchor(text)) == text
    assert anchor(text, "node") != anchor(f"node~{text}")


@pytest.mark.parametrize("text", HOSTILE)
def test_a_label_of_mermaid_is_text_only(text):
    shown = escaped(cut(text))
    assert set(re.sub(r"#\d+;", "", shown)) <= set(" .,:/()+-_=") | {c for c in shown if c.isalnum()}
    assert not re.match(r"\s*(\d+\.|[-*+])", shown)
    assert re.sub(r"#(\d+);", lambda found: chr(int(found[1])), shown) == cut(text)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_string_of_dot_ends_where_it_ends(text):
    assert re.fullmatch(r'"(?:[^"\\&\n]|\\\\|\\"|\\n|&amp;)*"', quoted(text))


def hostile_cib():
    def attribute(text):
        return "".join(f"&#{ord(c)};" if not c.isalnum() else c for c in text)

    rows = [
        f'<primitive id="{attribute(text)}" class="ocf" provider="heartbeat" type="{attribute(text)}"/>'
        for text in HOSTILE
    ]
    places = [
        f'<rsc_location id="{attribute("l" + text)}" rsc="{attribute(text)}" node="n1" score="{attribute(text)}"/>'
        for text in HOSTILE
    ]
    group = f'<group id="{attribute("g" + HOSTILE[3])}">{rows[0]}{rows[3]}</group>'
    outside = "".join(row for number, row in enumerate(rows) if number not in (0, 3))
    return f"{NODES}<resources>{group}{outside}</resources><constraints>{''.join(places)}</constraints>"


@NEEDS_DOT
def test_an_svg_of_hostile_names_holds_text_only():
    one = drawn(hostile_cib())
    text = svg(render_dot(one))
    assert text is not None
    root = etree.fromstring(text)
    tags = {etree.QName(e).localname for e in root.iter() if isinstance(e.tag, str)}
    assert tags <= {
        "svg",
        "g",
        "title",
        "text",
        "path",
        "polygon",
        "polyline",
        "ellipse",
        "style",
        "defs",
        "linearGradient",
        "stop",
    }
    assert not [e for e in root.iter() for name in e.attrib if name.startswith("on") or "href" in name]
    found = Counter(e.get("id") for e in root.iter() if (e.get("id") or "").startswith("object-"))
    assert found == Counter([s.anchor for s in one.shapes] + [e.anchor for e in one.edges if e.anchor])
    shown = {e.text for e in root.iter("{http://www.w3.org/2000/svg}text")}
    assert {cut(name).replace(" ", "\xa0") for name in HOSTILE} <= {(line or "").replace(" ", "\xa0") for line in shown}


def test_mermaid_has_one_statement_a_line():
    shape = r'n\d+(\[\[|\{\{|>|\(\[|\{|\[)"[^"<>]*(<br/>[^"<>]*)*"(\]\]|\}\}|\]|\]\)|\})'
    edge = r'n\d+ [-=.<>xo]+(\|"[^"<>|]*"\|)? n\d+'
    legend = r'legend\["[^"<>]*(<br/>[^"<>]*)*"\]:::legend'
    look = r"linkStyle \d+ stroke:#\w{6}|classDef [\w-]+ [\w:,#. -]+|class n\d+ [\w-]+"
    known = rf'(---|title: "[^"]*"|flowchart LR|{shape}|{edge}|{legend}|subgraph {shape}|end|{look})'
    text = render_mermaid(drawn(hostile_cib()))
    assert [line for line in text.splitlines() if not re.fullmatch(known, line.strip())] == []
    opened = sum(line.strip().startswith("subgraph") for line in text.splitlines())
    assert opened == sum(line.strip() == "end" for line in text.splitlines()) == 1


def read_or_none(path):
    try:
        return resolve_cib(one_cib(str(path)))
    except (HalintError, ValueError):
        return None


def test_every_object_of_real_cibs_is_in_the_picture_once(corpus):
    paths = sorted((corpus / "cts").rglob("*.xml"))[::12] + sorted((corpus / "cib").rglob("*.xml"))[::3]
    cibs = [(path, cib) for path in paths if (cib := read_or_none(path)) is not None]
    assert len(cibs) > 40
    for path, cib in cibs:
        one = picture(cib)
        section = cib.at.element.findall("configuration/constraints/*")
        wanted = [
            e.get("id") for e in section if e.tag in ("rsc_location", "rsc_colocation", "rsc_order", "rsc_ticket")
        ]
        wanted += [level.id for level in cib.levels] + [r.id for outer in cib.resources for r in outer.walk()]
        nodes = ("member", "remote", "guest", "unknown")
        objects = [s.id for s in one.shapes if s.kind not in (*nodes, "missing")] + [
            e.id for e in one.edges if e.anchor
        ]
        assert Counter(objects) == Counter(wanted), path
        shown = Counter(s.id.lower() for s in one.shapes if s.kind in nodes)
        assert {(n.uname or n.id).lower() for n in cib.nodes} <= set(shown), path
        assert set(shown.values()) <= {1}, path
        assert {s.id for s in one.shapes if s.kind == "device"} == {d.resource.id for d in devices(cib)}, path
        anchors = {s.anchor for s in one.shapes}
        assert {end for e in one.edges for end in (e.source, e.target)} <= anchors, path


@NEEDS_DOT
def test_dot_accepts_real_cibs(corpus):
    paths = sorted((corpus / "cts").rglob("*.xml"))[::80] + sorted((corpus / "cib").rglob("*.xml"))[::40]
    cibs = [(path, cib) for path in paths if (cib := read_or_none(path)) is not None]
    assert cibs
    for path, cib in cibs:
        text = render_dot(collapsed(picture(cib)))
        done = subprocess.run(["dot", "-Tsvg"], input=text.encode(), capture_output=True, check=False)
        assert (done.returncode, done.stderr) == (0, b""), path


def test_a_large_cluster_is_put_together():
    groups = "".join(
        f'<group id="g{g}">'
        + "".join(f'<primitive id="r{g}.{k}" class="ocf" type="x"/>' for k in range(5))
        + "</group>"
        for g in range(40)
    )
    one = collapsed(drawn(f"{NODES}<resources>{groups}</resources>"))
    assert len(one.shapes) == 42
    assert one.shapes[2].lines == ("g0", "group", "r0.0, r0.1, r0.2 and 2 more")
    assert one.notes == ("200 resources inside 40 groups, clones and bundles are put together",)


def test_without_dot_the_text_is_mermaid_and_standard_error_says_so(tmp_path, capsys, monkeypatch):
    (tmp_path / "cib.xml").write_text(cib_of(f"{NODES}<resources>{DUMMIES}</resources>").source.text)
    monkeypatch.setattr("shutil.which", lambda _name: None)
    assert main(["graph", str(tmp_path)]) == 0
    said = capsys.readouterr()
    assert "flowchart LR" in said.out
    assert said.err == "halint: Graphviz's dot is not on this machine or could not draw this, so here is mermaid\n"


def test_several_clusters_are_drawn_one_at_a_time(tmp_path, capsys):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "cib.xml").write_text(cib_of(f"{NODES}<resources>{DUMMIES}</resources>").source.text)
    assert main(["graph", str(tmp_path), "--format", "dot"]) == 0
    assert "halint: drawn is one, the first of one, two; --cluster NAME draws another\n" in capsys.readouterr().err
    assert main(["graph", str(tmp_path), "--format", "dot", "--cluster", "two"]) == 0
    assert '"two"' in capsys.readouterr().out
    assert main(["graph", str(tmp_path), "--cluster", "tow"]) == 2
    assert capsys.readouterr().err == "halint: --cluster tow: no cluster here has that name; did you mean two?\n"


def test_a_diff_needs_two_files(capsys):
    assert main(["graph", "--diff", "one.xml"]) == 2
    assert capsys.readouterr().err == "halint: --diff needs two CIBs, BEFORE and AFTER\n"


def test_an_input_is_never_written_over(tmp_path, capsys):
    text = cib_of(f"{NODES}<resources>{DUMMIES}</resources>").source.text
    file = tmp_path / "cib.xml"
    file.write_text(text)
    for path in (file, tmp_path):
        assert main(["graph", str(path), "--format", "dot", "-o", str(file)]) == 2
        assert capsys.readouterr().err == f"halint: {file}: is to be read, so no output can go there\n"
    assert main(["graph", "--diff", str(file), str(file), "-o", str(file)]) == 2
    assert file.read_text() == text


def test_marked_is_what_a_check_with_these_options_finds(tmp_path, capsys):
    path = tmp_path / "dump-of-today"
    path.write_text(
        '<cib validate-with="pacemaker-3.7"><configuration><crm_config/><nodes/><resources>'
        '<primitive id="vip" class="ocf" provider="heartbeat" type="IPaddr2"/></resources><constraints/>'
        "</configuration><status/></cib>"
    )

    def drawn(*options):
        assert main(["graph", str(path), "--type", "cib", "--format", "dot", *options]) == 0
        return capsys.readouterr().out

    assert "sev-" in drawn()
    assert "sev-" not in drawn("--ignore", "*")
    (tmp_path / "other.yaml").write_text("ignore: ['*']\n")
    assert "sev-" not in drawn("--config", str(tmp_path / "other.yaml"))
    assert "sev-" in drawn("--no-config", "--select", "op-monitor-missing")


def test_a_comparison_reads_two_files_only(capsys):
    assert main(["graph", "--diff", "--root", "/mnt", "a.xml", "b.xml"]) == 2
    assert "--root is of no use with --diff" in capsys.readouterr().err
