"""Findings set aside by comments and by entries of the configuration file; and what is wrong with those."""

from __future__ import annotations

import json
import tarfile
import time
from datetime import date

import pytest

from halint.cli.main import main
from halint.engine.rules import built_in
from halint.engine.run import run
from halint.engine.select import choose
from halint.engine.suppress import Entry, suppress
from halint.inputs.read import read
from halint.parse.ignores import ignores
from halint.source import Location, Source

TODAY = date(2026, 6, 1)
OWN = ("suppression-malformed", "suppression-unused", "suppression-expired")

CIB = """<cib validate-with="pacemaker-3.9" admin_epoch="0" epoch="1" num_updates="0">
  <configuration>
    <crm_config>{crm_config}
      <cluster_property_set id="cib-bootstrap-options">{set}
        <nvpair id="se" name="stonith-enabled" value="false"/>{after}
      </cluster_property_set>
    </crm_config>
    <nodes><node id="1" uname="n1"/><node id="2" uname="n2"/></nodes>{above_resources}
    <resources>{resources}
      <primitive id="vip" class="ocf" provider="heartbeat" type="IPaddr2">{vip}
        <instance_attributes id="vip-ia">
          <nvpair id="vip-ip" name="ip" value="10.0.0.5"/>
        </instance_attributes>{vip_end}
      </primitive>{between}
      <primitive id="vip2" class="ocf" provider="heartbeat" type="IPaddr2"/>{end}
    </resources>
    <constraints/>
  </configuration>
</cib>
"""
HOLES = ("crm_config", "set", "after", "above_resources", "resources", "vip", "vip_end", "between", "end")


def cib(**comments: str) -> str:
    return CIB.format(**{hole: f"\n<!-- {comments[hole]} -->" if hole in comments else "" for hole in HOLES})


def checked(folder, *, select=(), ignore=(), entries=(), whole=True, today=TODAY, paths=None, configs=()):
    """The findings that count, and those set aside, of the rules selected and those about suppressions."""
    inputs = read([str(path) for path in paths or [folder]])
    rules = choose(built_in(), (*select, "suppressions") if select else (), ignore)
    outcome = suppress(
        run(rules, inputs.cases),
        rules,
        inputs.cases,
        known=built_in(),
        entries=entries,
        configs=configs,
        today=today,
        whole=whole,
    )
    assert outcome.trouble == ()
    return outcome


def said(outcome):
    return [f"{f.location.line}: {f.message}" for f in outcome.findings if f.rule in OWN]


def left(outcome, rule):
    return sorted(f.subject for f in outcome.findings if f.rule == rule)


def aside(outcome):
    return sorted((f.rule, f.subject) for f in outcome.suppressed)


MONITOR = "halint: ignore[op-monitor-missing] no monitor wanted"

# hole of the comment, the primitives whose missing monitor still counts
PLACES = [
    ("resources", ["vip2"]),  # directly above the element; its parent's tag too
    ("vip", ["vip2"]),  # the first thing in it
    ("vip_end", ["vip2"]),  # the last thing in it
    ("between", ["vip"]),  # above the second alone
    ("above_resources", []),  # above the section: all in it
    ("end", ["vip", "vip2"]),  # below both: nothing
    ("set", ["vip", "vip2"]),  # elsewhere
]


@pytest.mark.parametrize(("hole", "counted"), PLACES, ids=[hole for hole, _ in PLACES])
def test_where_a_comment_in_a_cib_stands_says_what_it_is_about(hole, counted, tmp_path):
    (tmp_path / "cib.xml").write_text(cib(**{hole: MONITOR}))
    outcome = checked(tmp_path, select=["op-monitor-missing"])
    assert left(outcome, "op-monitor-missing") == counted
    unused = [text for text in said(outcome) if "finds nothing here" in text]
    assert bool(unused) == (len(counted) == 2)
    assert {f.suppressed for f in outcome.suppressed} <= {("comment", "no monitor wanted")}


@pytest.mark.parametrize(
    "text",
    [
        f"<!-- {MONITOR} -->\n" + cib(),  # above the outermost element
        '<?xml version="1.0"?>\n' + f"<!-- {MONITOR} -->\n" + cib(),
        f"<!-- {MONITOR.replace('ignore', 'ignore-file')} -->\n" + cib(),
        cib().replace("<configuration>", f"<!-- {MONITOR.replace('ignore', 'ignore-file')} -->\n<configuration>"),
        f'<pacemaker-result api-version="2.25" request="cibadmin -Q"><!-- {MONITOR} -->{cib()}</pacemaker-result>',
    ],
)
def test_a_comment_about_the_whole_cib(text, tmp_path):
    (tmp_path / "cib.xml").write_text(text)
    outcome = checked(tmp_path, select=["op-monitor-missing"])
    assert left(outcome, "op-monitor-missing") == []
    assert said(outcome) == []


@pytest.mark.parametrize(
    ("comment", "gone"),
    [
        ("halint: ignore[stonith-disabled] lab", {"stonith-disabled"}),
        ("halint:ignore[stonith-disabled]lab", {"stonith-disabled"}),
        ("\n  halint: ignore[stonith-disabled]\n    a reason in\n    two lines\n  ", {"stonith-disabled"}),
        ("Halint: IGNORE [stonith-disabled]: lab", {"stonith-disabled"}),
        ("halint: ignore[stonith] a topic", {"stonith-disabled"}),
        ("halint: ignore[stonith-dis*] a pattern", {"stonith-disabled"}),
        ("halint: ignore[op-monitor-missing, stonith-disabled] several", {"stonith-disabled", "op-monitor-missing"}),
        ("halint: ignore[stonith-disabled] until 2026-06-01: the last day", {"stonith-disabled"}),
        ("halint: ignore[stonith-disabled] until 2026-05-31: over", set()),
        ("halint: ignore[stonith-disabled]", set()),
        ("nolint: ignore[stonith-disabled] another tool's", set()),
        ("not for halint: ignore[stonith-disabled] prose", set()),
    ],
)
def test_how_a_comment_may_be_written(comment, gone, tmp_path):
    (tmp_path / "cib.xml").write_text(f"<!-- {comment} -->\n" + cib())
    outcome = checked(tmp_path, select=["stonith-disabled", "op-monitor-missing"])
    assert {f.rule for f in outcome.suppressed} == gone


def test_the_reason_is_one_line_without_anything_secret(tmp_path):
    (tmp_path / "cib.xml").write_text(
        "<!-- halint: ignore[stonith-disabled] see\n https://root:geheim@wiki/x \x7f -->\n" + cib()
    )
    (finding,) = checked(tmp_path, select=["stonith-disabled"]).suppressed
    assert "geheim" not in finding.suppressed.reason
    assert finding.suppressed.reason.startswith("see https://")
    assert finding.suppressed.reason.isprintable()


# kind's file, text with {} where the comment goes, rule
TEXTS = [
    ("corosync.conf", "totem {\n  version: 2\n{}\n  token: 500000\n}\n", "totem-token-excessive"),
    ("corosync.conf", "{}\n\n# prose\ntotem {\n  version: 2\n  token: 500000\n}\n", "totem-token-excessive"),
    ("corosync.conf", "{}\ntotem {\n  version: 2\n}\n", "nodelist-missing"),
    ("corosync.conf", "# prose\n\n{}\ntotem {\n  version: 2\n}\n", "nodelist-missing"),
    ("corosync.conf", "totem {\r\n  version: 2\r\n{}\r\n  token: 500000\r\n}\r\n", "totem-token-excessive"),
    ("n1/hosts", "127.0.0.1 localhost\n{}\n10.0.0.300 broken\n", "hosts-syntax"),
    ("n1/hosts", "127.0.0.1 localhost\n10.0.0.300 broken {}\n", "hosts-syntax"),
    ("n1/sysconfig/sbd", "{}\nSBD_DELAY_START=1\n", "sbd-delay-start-equals-one"),
    ("n1/sysconfig/pacemaker", "{}\nPCMK_debug=yes\n", "pacemaker-debug-on"),
    ("booth.conf", '{}\nticket = "t"\n  expire = x\nsite = 1.2.3.4\n', "booth-ticket-invalid"),
]


@pytest.mark.parametrize(("name", "text", "rule"), TEXTS, ids=[f"{n}: {r}" for n, _, r in TEXTS])
def test_comments_in_files_of_lines(name, text, rule, tmp_path):
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)

    def outcome(comment):
        path.write_bytes(text.replace("{}", comment).encode())
        return checked(tmp_path, select=[rule])

    assert {f.rule for f in outcome("#").findings} == {rule}
    for comment in (f"# halint: ignore[{rule}] known", f"## halint: ignore[{rule}] known"):
        assert [f.suppressed for f in outcome(comment).suppressed] == [("comment", "known")]
        assert outcome(comment).findings == ()
    assert {f.rule for f in outcome("# halint: ignore[totem-timer-order] known").findings} >= {rule}


# text, the lines of the file (from 1) that its comment speaks of
STRETCHES = [
    ("corosync", "{}\na: 1\nb: 2\n", {1, 2}),
    ("corosync", "{}\n\n# x\na: 1\nb: 2\n", {1, 2, 3, 4}),
    ("corosync", "{}\ns {\n a: 1\n t {\n  b: 2\n }\n}\nc: 3\n", {1, 2, 3, 4, 5, 6, 7}),
    ("corosync", "s {\n{}\n a: 1\n b: 2\n}\n", {2, 3}),
    ("corosync", "s {\n{}\n}\nt {\n a: 1\n}\n", {2, 3}),
    ("corosync", "{}\ns {\n a: 1\n", {1, 2, 3, 4}),
    ("drbd", "{}\nresource r0\n{\n on n1 { device x; } # }\n}\nglobal { }\n", {1, 2, 3, 4, 5}),
    ("drbd", "{}\nresource r0 { on n1 { } }\nglobal { }\n", {1, 2}),
    ("exports", "{}\n/a \\\n  b\n/c d\n", {1, 2, 3}),
    ("hosts", "{}\n10.0.0.1 a\n10.0.0.2 b\n", {1, 2}),
    ("hosts", "10.0.0.1 a {}\n10.0.0.2 b\n", {1}),
    ("logind", "{}\n[Login]\na=1\n[Other]\nb=2\n", {1, 2, 3}),
    ("booth", '{}\nticket = "a"\n expire = 1\nticket = "b"\n', {1, 2, 3}),
    ("fstab", "{}\n/dev/a /a ext4 defaults 0 0\n/dev/b /b ext4 defaults 0 0\n", {1, 2}),
]


@pytest.mark.parametrize(("kind", "text", "lines"), STRETCHES, ids=[f"{k} {t!r}" for k, t, _ in STRETCHES])
def test_the_lines_a_comment_speaks_of(kind, text, lines):
    source = Source(path="f", kind=kind, text=text.replace("{}", "# halint: ignore[a-rule] reason"))
    (one,) = ignores(source)
    assert one.problem == ""
    (stretch,) = one.stretches
    assert {n for n in range(1, len(source.lines) + 1) if stretch[:2] <= (n, 1) < stretch[2:]} == lines


FAULTS = [
    ("# halint: ignore[corosync-encryption-off]", "the comment that ignores corosync-encryption-off gives no reason"),
    ("# halint: ignore lab", "the comment names no rule that it ignores"),
    ("# halint: ignore[] lab", "the comment names no rule that it ignores"),
    ("# halint: ignore[*] lab", "the comment ignores *, which is every rule there is"),
    ("# halint: disable[totem-*] x", "the comment says disable, which is neither ignore[RULE] nor ignore-file[RULE]"),
    ("# halint:", "the comment says halint:, which is neither ignore[RULE] nor ignore-file[RULE]"),
    (
        "# halint: ignore[totem-token-excesive] x",
        "the comment cannot be followed: no rule or topic is called totem-token-excesive; "
        "did you mean totem-token-excessive?",
    ),
    (
        "# halint: ignore[suppression-unused] x",
        "the comment ignores suppression-unused, which speaks of suppressions and cannot be set aside by one",
    ),
    (
        "# halint: ignore[corosync-encryption-off] until 2026-02-30 x",
        "the comment that ignores corosync-encryption-off ends with 2026-02-30, which is no date",
    ),
    (
        "# halint: ignore[corosync-encryption-off] until 2026-01-31",
        "the comment that ignores corosync-encryption-off gives no reason",
    ),
]


@pytest.mark.parametrize(("comment", "says"), FAULTS, ids=[comment for comment, _ in FAULTS])
def test_a_comment_that_cannot_be_followed_is_told_and_sets_nothing_aside(comment, says, tmp_path):
    (tmp_path / "corosync.conf").write_text(f"# {comment[2:]}\ntotem {{\n  version: 2\n}}\n")
    outcome = checked(tmp_path, select=["corosync-encryption-off"])
    assert said(outcome) == [f"1: {says}"]
    assert left(outcome, "corosync-encryption-off") == ["totem"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            "totem {\n  version: 2\n}\n# halint: ignore[totem] x\n",
            "4: the comment that ignores totem has nothing below it",
        ),
        (
            "totem {\n# halint: ignore-file[totem] x\n  version: 2\n}\n",
            "2: the comment that ignores totem in the whole file stands below the first setting",
        ),
        (
            "totem {\n  version: 2 # halint: ignore[totem] x\n}\n",
            "2: the comment that ignores totem stands behind a setting, on whose line it is read as text",
        ),
    ],
)
def test_a_comment_in_the_wrong_place(text, says, tmp_path):
    (tmp_path / "corosync.conf").write_text(text.replace("[totem]", "[corosync]"))
    assert said(checked(tmp_path)) == [says.replace("ignores totem", "ignores corosync")]


def test_of_several_names_the_good_ones_hold_and_the_idle_ones_are_told(tmp_path):
    (tmp_path / "cib.xml").write_text(cib(vip="halint: ignore[op-monitor-missing, qqqq, container-unknown] x"))
    outcome = checked(tmp_path)
    assert ("op-monitor-missing", "vip") in aside(outcome)
    assert [text.partition(": ")[2] for text in said(outcome)] == [
        "the comment cannot be followed: no rule or topic is called qqqq; `halint rules` lists them",
        "the comment ignores container-unknown, which finds nothing here",
    ]


@pytest.mark.parametrize("rule", ["suppression-malformed", "suppressions", "suppression-*"])
def test_nothing_sets_aside_what_is_said_of_suppressions(rule, tmp_path):
    (tmp_path / "corosync.conf").write_text(f"# halint: ignore-file[{rule}] x\n# halint: ignore\ntotem {{\n}}\n")
    outcome = checked(tmp_path, select=["nodelist-missing"])
    assert len(said(outcome)) == 2
    assert outcome.suppressed == ()


def test_unused_is_only_said_of_what_was_asked(tmp_path):
    (tmp_path / "corosync.conf").write_text("# halint: ignore[hosts-node-missing] DNS\ntotem {\n  version: 2\n}\n")
    assert said(checked(tmp_path)) == []  # needs hosts
    (tmp_path / "corosync.conf").write_text("# halint: ignore[totem-token-excessive] x\ntotem {\n  version: 2\n}\n")
    assert len(said(checked(tmp_path))) == 1
    assert said(checked(tmp_path, select=["nodelist-missing"])) == []
    assert said(checked(tmp_path, ignore=["totem-token-excessive"])) == []


def test_copies_of_one_file_on_two_nodes_are_not_unused(tmp_path):
    text = "totem {\n  version: 2\n# halint: ignore[totem-token-excessive] x\n  token: 500000\n}\n"
    for node in ("n1", "n2"):
        (tmp_path / node).mkdir()
        (tmp_path / node / "corosync.conf").write_text(text)
    outcome = checked(tmp_path, select=["totem-token-excessive"])
    assert outcome.findings == ()
    (tmp_path / "n2" / "corosync.conf").write_text(text.replace("500000", "600000"))
    assert checked(tmp_path, select=["totem-token-excessive"]).findings == ()
    (tmp_path / "n2" / "corosync.conf").write_text(text)
    (tmp_path / "n1" / "corosync.conf").write_text(text.replace("halint: ", ""))
    assert [f.rule for f in checked(tmp_path, select=["totem-token-excessive"]).findings] == ["totem-token-excessive"]


def test_of_two_rules_at_one_place_the_one_that_is_told_is_set_aside(tmp_path):
    """`unless` chooses first: what another rule tells better does not come back when that is set aside."""
    colocation = '<constraints>{}<rsc_colocation id="c" rsc="vip" with-rsc="vip2" score="much"/></constraints>'
    for comment, told in (("", ["colocation-score-invalid"]), ("<!-- halint: ignore[colocation-score-*] x -->", [])):
        (tmp_path / "cib.xml").write_text(cib().replace("<constraints/>", colocation.replace("{}", comment)))
        outcome = checked(tmp_path, select=["colocation-score-invalid", "schema-violation"])
        assert [f.rule for f in outcome.findings] == told


def entry(rule="op-monitor-missing", **given):
    return Entry(rule=rule, reason="site rule", at=Location("conf/.halint.yaml", 3, 5, 3, 30), **given)


ENTRIES = [
    ({}, {"vip", "vip2"}),
    ({"object": "vip"}, {"vip"}),
    ({"object": "vip", "file": "cib.xml"}, {"vip"}),
    ({"file": "cib*"}, {"vip", "vip2"}),
    ({"file": "other.xml"}, set()),
    ({"object": "nothing"}, set()),
    ({"rule": "operations"}, {"vip", "vip2"}),
    ({"rule": "op-monitor-*", "object": "vip2"}, {"vip2"}),
    ({"expires": date(2026, 6, 1)}, {"vip", "vip2"}),
    ({"expires": date(2026, 5, 31)}, set()),
]


@pytest.mark.parametrize(("given", "gone"), ENTRIES)
def test_entries_of_the_configuration(given, gone, tmp_path):
    (tmp_path / "cib.xml").write_text(cib())
    outcome = checked(tmp_path, select=["op-monitor-missing"], entries=[entry(**given)])
    assert {f.subject for f in outcome.suppressed} == gone
    assert {f.suppressed for f in outcome.suppressed} <= {("config", "site rule")}


def test_the_id_of_the_element_serves_where_the_subject_is_called_otherwise(tmp_path):
    (tmp_path / "cib.xml").write_text(cib())
    for name, gone in (("se", 1), ("stonith-enabled", 1), ("cib-bootstrap-options", 0)):
        outcome = checked(tmp_path, select=["stonith-disabled"], entries=[entry("stonith-disabled", object=name)])
        assert len(outcome.suppressed) == gone, name


def test_files_of_entries_are_told_from_the_folder_of_the_configuration(tmp_path):
    for cluster in ("prod", "lab"):
        (tmp_path / cluster).mkdir()
        (tmp_path / cluster / "cib.xml").write_text(cib())
    at = Location(str(tmp_path / ".halint.yaml"), 1, 1, 1, 2)
    for pattern, gone in (("lab/cib.xml", 2), ("lab/*", 2), ("./lab/cib.xml", 2), ("*/cib.xml", 4), ("b/cib.xml", 0)):
        one = Entry(rule="op-monitor-missing", file=pattern, reason="x", at=at)
        assert len(checked(tmp_path, entries=[one], select=["op-monitor-missing"]).suppressed) == gone, pattern


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"object": "gone"}, "the entry ignores op-monitor-missing of gone, which finds nothing there"),
        (
            {"object": "gone", "file": "cib.xml"},
            "the entry ignores op-monitor-missing of gone in cib.xml, which finds nothing there",
        ),
        ({"expires": date(2026, 1, 31)}, "the entry that ignores op-monitor-missing ended with 2026-01-31"),
        (
            {"rule": "op-monitor-mising"},
            "the entry cannot be followed: no rule or topic is called op-monitor-mising; "
            "did you mean op-monitor-missing?",
        ),
        ({"rule": "*"}, "the entry ignores *, which is every rule there is"),
    ],
)
def test_what_is_wrong_with_an_entry_is_told_at_its_line(given, says, tmp_path):
    (tmp_path / "cib.xml").write_text(cib())
    config = Source(path="conf/.halint.yaml", kind="config", text="a\nb\n    - rule: …\n")
    outcome = checked(tmp_path, select=["op-monitor-missing"], entries=[entry(**given)], configs=[config])
    (finding,) = [f for f in outcome.findings if f.rule in OWN]
    assert (finding.message, finding.location) == (says, ("conf/.halint.yaml", 3, 5, 3, 30))
    assert outcome.sources[finding.location.file] is config
    assert outcome.suppressed == ()


def test_a_run_over_one_file_calls_no_other_files_entries_unused(tmp_path):
    (tmp_path / "cib.xml").write_text(cib())
    entries = [
        entry(object="elsewhere"),
        entry(object="elsewhere", file="other.xml"),
        entry(object="elsewhere", file="c*"),
    ]
    assert said(checked(tmp_path, select=["op-monitor-missing"], entries=entries, whole=False)) == []
    read_here = entry(object="elsewhere", file="cib.xml")
    assert len(said(checked(tmp_path, select=["op-monitor-missing"], entries=[read_here], whole=False))) == 1
    assert said(checked(tmp_path, select=["stonith-disabled"], entries=[read_here], whole=False)) == []


def test_a_run_without_suppressions_is_what_it_was(tmp_path):
    (tmp_path / "cib.xml").write_text(cib())
    inputs = read([str(tmp_path)])
    outcome = run(built_in(), inputs.cases)
    assert suppress(outcome, built_in(), inputs.cases, known=built_in(), today=TODAY) is outcome


def test_a_broken_cib_is_read_without_its_comments(tmp_path):
    (tmp_path / "cib.xml").write_text("<!-- halint: ignore-file[xml-not-wellformed] x -->\n<cib><a></cib>")
    outcome = checked(tmp_path, select=["xml-not-wellformed"])
    assert [f.rule for f in outcome.findings] == ["xml-not-wellformed"]


# --- the command


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cib.xml").write_text(cib(vip=MONITOR))
    return tmp_path


def halint(capsys, *arguments):
    status = main(["check", "cib.xml", "--select", "op-monitor-missing", *arguments])
    return status, *capsys.readouterr()


def test_the_closing_line_counts_and_the_exit_status_does_not(here, capsys):
    status, out, _ = halint(capsys)
    assert status == 1
    assert out.endswith("\n1 warning in 1 file; 1 suppressed\n")
    (here / "cib.xml").write_text(cib(above_resources=MONITOR))
    status, out, _ = halint(capsys)
    assert (status, out) == (0, "no problems found in 1 file; 2 suppressed\n")


def test_show_suppressed_marks_them(here, capsys):
    _, out, _ = halint(capsys, "--format", "concise", "--show-suppressed")
    first, second = out.splitlines()
    assert first.endswith("has no recurring monitor [suppressed by a comment: no monitor wanted]")
    assert second.endswith("has no recurring monitor")
    _, out, _ = halint(capsys, "--show-suppressed")
    assert "has no recurring monitor [suppressed by a comment: no monitor wanted]\n  --> cib.xml:" in out
    _, out, _ = halint(capsys, "--show-suppressed", "--min-severity", "error")
    assert out == "no problems found in 1 file\n"
    status, out, _ = halint(capsys, "--format", "json")
    document = json.loads(out)
    assert status == 1
    assert document["summary"]["suppressed"] == 1
    assert [f["suppressed"] for f in document["findings"]] == [{"kind": "comment", "reason": "no monitor wanted"}, None]


def test_a_hook_that_names_one_file_heeds_the_comments_of_its_cluster(here, capsys):
    (here / ".git").mkdir()
    (here / "corosync.conf").write_text("totem {\n  version: 2\n# halint: ignore[corosync] x\n  token: 500000\n}\n")
    main(["check", "cib.xml", "--whole-cluster", "--select", "op-monitor-missing,totem-token-excessive"])
    assert capsys.readouterr().out.endswith("1 warning in 2 files; 2 suppressed\n")


def test_comments_in_a_member_of_an_archive(here, capsys):
    with tarfile.open("backup.tar.gz", "w:gz") as archive:
        archive.add("cib.xml")
    main(["check", "backup.tar.gz", "--select", "op-monitor-missing"])
    assert capsys.readouterr().out.endswith("1 suppressed\n")


def test_fix_leaves_what_is_set_aside_alone(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    text = (
        "totem {\n  version: 2\n  transport: knet\n  crypto_cipher: aes256\n  crypto_hash: sha256\n"
        "{}  tokken: 3000\n}\nnodelist {\n  node {\n    name: n1\n    nodeid: 1\n    ring0_addr: 10.0.0.1\n  }\n}\n"
    )
    path = tmp_path / "corosync.conf"
    path.write_text(text.replace("{}", ""))
    assert main(["check", "corosync.conf", "--fix", "--unsafe-fixes"]) in (0, 1)
    mended = path.read_text()
    assert "tokken" not in mended
    path.write_text(text.replace("{}", "  # halint: ignore[corosync-unknown-key] an exercise\n"))
    main(["check", "corosync.conf", "--fix", "--unsafe-fixes"])
    assert "tokken: 3000" in path.read_text()
    capsys.readouterr()


def test_a_diff_says_the_same_with_and_without_comments(tmp_path, capsys):
    before, after = tmp_path / "a.xml", tmp_path / "b.xml"
    before.write_text(cib())
    outs = []
    for comments in ({}, {"vip": MONITOR, "set": "halint: ignore[stonith-disabled]"}):
        after.write_text(cib(**comments).replace("10.0.0.5", "10.0.0.6").replace('epoch="1"', 'epoch="2"'))
        main(["diff", str(before), str(after), "--format", "json"])
        document = json.loads(capsys.readouterr().out)
        outs.append(
            [(c["id"], c["before"], c["after"]) for c in document["changes"]] + document["findings"]["introduced"]
        )
    assert outs[0] == outs[1]


CONFIG = """suppress:
  - rule: op-monitor-missing
    object: vip
    file: a/cib.xml
    reason: a lab
  - {rule: op-monitor-missing, object: gone, reason: it was there}
  - {rule: op-monitor-missing, object: vip2, reason: soon, expires: 2020-01-01}
"""


def test_entries_of_a_configuration_file(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for cluster in ("a", "b"):
        (tmp_path / cluster).mkdir()
        (tmp_path / cluster / "cib.xml").write_text(cib())
    (tmp_path / ".halint.yaml").write_text(CONFIG)
    rules = "op-monitor-missing,suppressions"

    def lines(*paths):
        assert main(["check", *paths, "--select", rules, "--format", "concise", "--show-suppressed"]) == 1
        return [line.partition(" (ocf")[0] for line in capsys.readouterr().out.splitlines()]

    unused = (
        ".halint.yaml:6:5: info suppression-unused the entry ignores op-monitor-missing of gone, "
        "which finds nothing there"
    )
    expired = (
        ".halint.yaml:7:5: warning suppression-expired the entry that ignores op-monitor-missing of vip2 "
        "ended with 2020-01-01"
    )
    of_a = [f"a/cib.xml:{line}:7: warning op-monitor-missing {name}" for line, name in ((10, "vip"), (15, "vip2"))]
    of_b = [line.replace("a/", "b/", 1) for line in of_a]
    assert lines(".") == [unused, expired, *of_a, *of_b]
    assert lines("b") == [expired, *of_b]
    assert lines("a/cib.xml") == [expired, *of_a]
    main(["check", "--select", rules])
    out = capsys.readouterr().out
    assert " --> .halint.yaml:6:5\n" in out  # with its frame
    assert "6 |   - {rule: op-monitor-missing, object: gone, reason: it was there}" in out
    assert out.endswith("; 1 suppressed\n")


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("corosync", "# halint: ignore[a] x\ns {\n" * 5000),
        ("corosync", "# halint: ignore[a] x\n" * 10000 + "s {\n" + "}" * 10000),
        ("booth", '# halint: ignore[a] x\nticket = "t"\n' * 5000),
        ("exports", "# halint: ignore[a] x\n/a \\\n" * 5000),
        ("cib", "<cib>" + "<!-- halint: ignore[a] x --><a>" * 5000 + "</a>" * 5000 + "</cib>"),
        ("cib", "<cib>" + "<!-- halint: ignore[a] x -->" * 10000 + "<a/></cib>"),
        ("cib", "<cib><!-- halint:" + " " * 100_000 + "--></cib>"),
        ("hosts", "1.2.3.4 a " + "#" * 100_000 + "halint: ignore[a] x"),
    ],
)
def test_thousands_of_comments_take_no_time(kind, text):
    started = time.process_time()
    assert ignores(Source(path="f", kind=kind, text=text))
    assert time.process_time() - started < 2
