"""`halint diff` as its users meet it: inputs of every sort, exit status, streams, secrets."""

from __future__ import annotations

import bz2
import io
import json
import sys
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import jsonschema
import pytest
from examples import whole_cib

from halint.cli.diff import DiffOptions, diff, exit_status, new_findings
from halint.cli.options import FAIL_ON
from halint.diff.outcome import Danger, Forecast, Push
from halint.schema_data import load_json

SECRET = "sesame-open"  # noqa: S105 - the value that no output may show


def cib(*, ip: str = "10.0.0.5", fencing: str = "true", password: str = SECRET, extra: str = "") -> str:
    return whole_cib(
        f"""
<crm_config><cluster_property_set id="p">
  <nvpair id="p1" name="stonith-enabled" value="{fencing}"/>
</cluster_property_set></crm_config>
<nodes><node id="1" uname="ha1"/><node id="2" uname="ha2"/></nodes>
<resources>
  <primitive id="VIP" class="ocf" provider="heartbeat" type="IPaddr2">
    <instance_attributes id="v"><nvpair id="v1" name="ip" value="{ip}"/></instance_attributes>
    <operations><op id="m" name="monitor" interval="10s" timeout="20s"/></operations>
  </primitive>
  <primitive id="F" class="stonith" type="fence_ipmilan">
    <instance_attributes id="f"><nvpair id="f1" name="password" value="{password}"/></instance_attributes>
    <operations><op id="fm" name="monitor" interval="60s" timeout="20s"/></operations>
  </primitive>{extra}
</resources>
<constraints/>"""
    )


NOTHING = Forecast(effects=(), of_change=(), basis="", from_status=False)


@pytest.fixture
def predicted(monkeypatch):
    """What the forecasting parts say, so that the tests of the command line need not follow them."""
    said = SimpleNamespace(effect="none", verdict="accepted", dangers=())

    def forecast(comparison):
        of = ((said.effect, True),)
        return Forecast(effects=(), of_change=(of,) * len(comparison.changes), basis="a guess", from_status=True)

    def pushes(_comparison, _target=""):
        ok = said.verdict == "accepted"
        return (Push(way="configuration", verdict=said.verdict, command="pcs cluster cib-push x", recommended=ok),)

    parts = {
        "forecast": {"forecast": forecast},
        "push": {"pushes": pushes},
        "dangers": {"dangers": lambda _comparison: said.dangers},
        "simulate": {"simulate": lambda _comparison: ("Stop VIP ( ha1 )",)},
        "commands": {"script": lambda _comparison, form, show_secrets=False: f"# as {form} {show_secrets}\n"},
    }
    for name, functions in parts.items():
        monkeypatch.setitem(sys.modules, f"halint.diff.{name}", SimpleNamespace(**functions))
    return said


@pytest.fixture
def files(tmp_path, monkeypatch):
    """Writes files of the current folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    for name in ("NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE"):
        monkeypatch.delenv(name, raising=False)

    def write(**texts: str | bytes) -> None:
        for name, text in texts.items():
            (tmp_path / f"{name}.xml").write_bytes(text if isinstance(text, bytes) else text.encode())

    return write


def run(capsys, *, before: str = "before.xml", after: str = "after.xml", **options: object) -> tuple[int, str, str]:
    status = diff(DiffOptions(before=before, after=after, **options))
    out, err = capsys.readouterr()
    return status, out, err


def test_a_change_is_told_and_exits_with_1(files, predicted, capsys):
    files(before=cib(), after=cib(ip="10.0.0.6"))
    status, out, err = run(capsys)
    assert (status, err) == (1, "")
    row = next(x for x in out.splitlines() if "VIP › ip" in x)
    assert row.startswith("low     ~ VIP › ip  10.0.0.5 → 10.0.0.6")
    assert row.endswith("-8:59 +8:59")
    assert out.splitlines()[-1] == "1 change: 1 low"


def test_the_same_meaning_is_a_sentence_and_exits_with_0(files, predicted, capsys):
    files(before=cib(), after=cib().replace('interval="10s"', 'interval="10000ms"').replace('id="v1"', 'id="other"'))
    status, out, err = run(capsys)
    assert (status, err) == (0, "")
    assert out.splitlines()[-1] == "before.xml and after.xml have the same meaning"
    assert "without meaning not shown (--show-noise)" in out
    status, out, _ = run(capsys, show_noise=True)
    assert status == 0
    assert "10s and 10000ms" in out


def test_strict_compares_as_written(files, predicted, capsys):
    files(before=cib(), after=cib().replace('interval="10s"', 'interval="10000ms"'))
    assert run(capsys, strict=True)[0] == 1


@pytest.mark.parametrize("after", ["before.xml", "./before.xml"])
def test_the_same_file_twice_works_and_is_remarked(files, capsys, after):
    files(before=cib())
    status, out, err = run(capsys, after=after)
    assert (status, err) == (0, "")
    assert f"danger[same-file]: {after} is compared with itself\n" in out
    assert out.endswith(f"before.xml and {after} have the same meaning\n")


@pytest.mark.parametrize(
    "name, content, sentence",
    [
        ("missing", None, "after.xml: does not exist"),
        ("empty", "", "after.xml: the file is empty (line 1, column 1)"),
        ("not XML", "hello", "after.xml: not well-formed XML"),
        ("truncated", cib()[:500], "after.xml: not well-formed XML"),
        (
            "another XML",
            "<corosync/>",
            "after.xml: is XML, but holds no cib element (its outermost element is corosync)",
        ),
        ("a damaged archive", bz2.compress(cib().encode())[:80], "after.xml: "),
        ("a document type", '<!DOCTYPE cib SYSTEM "x"><cib/>', "after.xml: not acceptable as a CIB"),
        ("binary", b"\x00\x01\x02\xff\xfe", "after.xml: not "),
    ],
)
def test_bad_input_is_a_sentence_and_exits_with_2(files, predicted, capsys, name, content, sentence):
    files(before=cib())
    if content is not None:
        files(after=content)
    for format in ("text", "json"):  # noqa: A001 - the option's name
        status, out, err = run(capsys, format=format)
        assert (status, out) == (2, "")
        assert err.startswith(f"halint: {sentence}")
        assert err.count("\n") == 1
        assert "Traceback" not in err


def test_before_may_be_the_bad_one(files, predicted, capsys):
    files(after=cib())
    assert run(capsys)[::2] == (2, "halint: before.xml: does not exist\n")


def test_a_folder_is_no_cib(files, tmp_path, predicted, capsys):
    files(before=cib())
    (tmp_path / "folder").mkdir()
    status, out, err = run(capsys, after="folder")
    assert (status, out, err) == (2, "", "halint: folder: is a folder; name the CIB file in it\n")


def test_standard_input_can_be_either_side(files, predicted, capsys, monkeypatch):
    files(before=cib(), after=cib(ip="10.0.0.6"))
    for options in ({"before": "-"}, {"after": "-"}):
        data = cib(ip="10.0.0.7").encode()
        monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(data)))
        status, out, _ = run(capsys, **options)
        assert status == 1
        assert "10.0.0.7" in out
        assert " standard input  version 0.5.0\n" in out


def test_standard_input_cannot_be_both(files, predicted, capsys):
    status, out, err = run(capsys, before="-", after="-")
    assert (status, out) == (2, "")
    assert err == "halint: standard input (-) can be BEFORE or AFTER, not both\n"


@pytest.mark.parametrize("pack", [bz2.compress, lambda data: data], ids=["bz2", "plain"])
def test_compressed_files_are_read(files, predicted, capsys, pack):
    files(before=pack(cib().encode()), after=pack(cib(ip="10.0.0.6").encode()))
    status, out, _ = run(capsys)
    assert status == 1
    assert "10.0.0.5 → 10.0.0.6" in out


def test_the_output_of_a_tool_around_the_cib_is_read(files, predicted, capsys):
    files(before=cib(), after=f"<pacemaker-result>{cib(ip='10.0.0.6')}</pacemaker-result>")
    assert run(capsys)[0] == 1


@pytest.mark.parametrize("format", ["text", "json", "markdown"])
@pytest.mark.parametrize("show", [False, True])
def test_secrets_are_shown_only_when_asked_for(files, predicted, capsys, format, show):  # noqa: A002
    files(before=cib(), after=cib(password="different"))  # noqa: S106 - as above
    status, out, err = run(capsys, format=format, show_secrets=show)
    assert (status, err) == (1, "")
    assert (SECRET in out, "different" in out) == (show, show)


def test_json_follows_its_schema_and_is_the_same_in_two_runs(files, predicted, capsys):
    files(before=cib(), after=cib(ip="10.0.0.6", fencing="false"))
    status, first, err = run(capsys, format="json")
    assert (status, err) == (1, "")
    document = json.loads(first)
    jsonschema.validate(document, load_json("diff"))
    assert [(c["id"], c["risk"]) for c in document["changes"]] == [("stonith-enabled", "high"), ("VIP", "low")]
    assert document["changes"][0]["before_at"] == {"file": "before.xml", "line": 3, "column": 42}
    assert run(capsys, format="json")[1] == first


def test_json_of_the_same_meaning(files, predicted, capsys):
    files(before=cib(), after=cib())
    status, out, _ = run(capsys, format="json")
    assert status == 0
    document = json.loads(out)
    jsonschema.validate(document, load_json("diff"))
    assert document["changes"] == []
    assert document["findings"] == {"introduced": [], "resolved": []}


def test_findings_that_after_brings_in_and_resolves(files, predicted, capsys):
    files(before=cib(), after=cib(fencing="false"))
    document = json.loads(run(capsys, format="json")[1])
    assert [f["rule"] for f in document["findings"]["introduced"]] == ["stonith-disabled"]
    assert document["findings"]["resolved"] == []
    document = json.loads(run(capsys, before="after.xml", after="before.xml", format="json")[1])
    assert document["findings"]["introduced"] == []
    assert [f["rule"] for f in document["findings"]["resolved"]] == ["stonith-disabled"]


def test_findings_are_matched_by_rule_and_object_not_by_line(files, predicted, capsys):
    files(before=cib(fencing="false"), after="\n\n" + cib(fencing="false", ip="10.0.0.6"))
    document = json.loads(run(capsys, format="json")[1])
    assert document["findings"] == {"introduced": [], "resolved": []}
    assert len(document["changes"]) == 1


def test_a_finding_that_occurs_once_more_is_new():
    def some(*subjects: str) -> list[SimpleNamespace]:
        return [SimpleNamespace(rule="r", subject=subject) for subject in subjects]

    assert [f.subject for f in new_findings(some("a", "b"), some("a", "a", "b", "c"))] == ["a", "c"]


# what is forecast, and for each of refused, error, impact, any, never the exit status
CASES = [
    ({}, (0, 0, 0, 1, 0)),
    ({"effect": "reload"}, (0, 0, 0, 1, 0)),
    ({"effect": "unknown"}, (0, 0, 1, 1, 0)),
    ({"effect": "restart"}, (0, 0, 1, 1, 0)),
    ({"dangers": (Danger(code="x", message="y"),)}, (0, 1, 1, 1, 0)),
    ({"verdict": "refused"}, (1, 1, 1, 1, 0)),
]


@pytest.mark.parametrize("said, expected", CASES)
def test_fail_on(files, predicted, capsys, said, expected):
    files(before=cib(), after=cib(ip="10.0.0.6"))
    vars(predicted).update(said)
    assert tuple(run(capsys, fail_on=level)[0] for level in FAIL_ON) == expected


def test_fail_on_error_counts_findings_that_are_brought_in(files, predicted, capsys):
    files(before=cib(), after=cib(fencing="false"))
    assert [run(capsys, fail_on=level)[0] for level in ("refused", "error")] == [0, 1]
    assert run(capsys, before="after.xml", after="before.xml", fail_on="error")[0] == 0


@pytest.mark.parametrize("level", FAIL_ON)
def test_the_same_meaning_never_fails(files, predicted, capsys, level):
    files(before=cib(), after=cib())
    vars(predicted).update(verdict="refused", dangers=(Danger(code="x", message="y"),))
    assert run(capsys, fail_on=level)[0] == 0


def test_trouble_is_2_whatever_fails(files, predicted, capsys):
    assert run(capsys, fail_on="never")[0] == 2


@pytest.mark.parametrize("form", ["patch", "cibadmin", "pcs", "crm"])
def test_a_script_is_all_that_is_printed(files, predicted, capsys, form):
    files(before=cib(), after=cib(ip="10.0.0.6"))
    assert run(capsys, as_=form) == (1, f"# as {form} False\n", "")
    assert run(capsys, as_=form, show_secrets=True)[1] == f"# as {form} True\n"
    assert run(capsys, as_=form, fail_on="impact")[0] == 0
    vars(predicted).update(effect="stop")
    assert run(capsys, as_=form, fail_on="impact")[0] == 1


def test_the_simulation_is_shown_when_asked_for(files, predicted, capsys):
    files(before=cib(), after=cib(ip="10.0.0.6"))
    assert "what crm_simulate says" not in run(capsys)[1]
    assert "what crm_simulate says\n  Stop VIP ( ha1 )\n" in run(capsys, simulate=True)[1]


STATUS = """<status>
<node_state id="1" uname="ha1" crmd="online" join="member" in_ccm="true" expected="member">
  <transient_attributes id="1"><instance_attributes id="s1"><nvpair id="s2" name="standby" value="off"/>
  </instance_attributes></transient_attributes>
  <lrm id="1"><lrm_resources><lrm_resource id="VIP" class="ocf" provider="heartbeat" type="IPaddr2">
    <lrm_rsc_op id="o1" operation="start" call-id="5" rc-code="0" op-status="0" interval="0"/>
    <lrm_rsc_op id="o2" operation="monitor" call-id="6" rc-code="1" op-status="4" interval="10000"/>
  </lrm_resource></lrm_resources></lrm>
</node_state>
<node_state id="2" uname="ha2" crmd="offline" join="down" in_ccm="false" expected="down"/>
</status>"""


def test_what_runs_now_is_shown_when_asked_for(files, predicted, capsys):
    files(before=cib().replace("<status/>", STATUS), after=cib(ip="10.0.0.6"), bare=cib())
    expected = (
        "what runs now, by the status in BEFORE\n"
        "  ha1  online, standby=off\n"
        "  ha2  offline\n"
        "  VIP  started on ha1; monitor failed on ha1\n\n"
    )
    assert expected in run(capsys, status=True)[1]
    assert "what runs now" not in run(capsys)[1]
    assert "BEFORE has no status section\n" in run(capsys, before="bare.xml", status=True)[1]


def test_quiet_prints_changes_alone(files, predicted, capsys):
    files(before=cib(), after=cib(ip="10.0.0.6"))
    status, out, err = run(capsys, quiet=True)
    assert (status, err) == (1, "")
    assert len(out.splitlines()) == 1
    assert out.startswith("low     ~ VIP › ip  10.0.0.5 → 10.0.0.6")


def test_colour_as_asked(files, predicted, capsys):
    files(before=cib(), after=cib(ip="10.0.0.6"))
    assert "\x1b[" not in run(capsys)[1]
    assert "\x1b[" in run(capsys, color="always")[1]


def test_an_output_without_arrows_gets_escapes(files, predicted, monkeypatch):
    files(before=cib(), after=cib(ip="10.0.0.6"))
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="iso-8859-1", write_through=True))
    assert diff(DiffOptions(before="before.xml", after="after.xml")) == 1
    assert b"10.0.0.5 \\u2192 10.0.0.6" in raw.getvalue()


def test_nothing_a_file_holds_reaches_the_terminal_as_a_command(files, predicted, capsys):
    files(before=cib(), after=cib(ip="10.0.0.6&#x9b;2J&#x202e;"))
    out = run(capsys)[1]
    assert "10.0.0.6\\x9b2J\\u202e" in out
    assert "\x9b" not in out


def test_a_status_needs_no_outcome_for_any_and_never():
    changed = SimpleNamespace(changes=(1,))
    assert exit_status(changed, None, "any") == 1
    assert exit_status(changed, None, "never") == 0


def test_any_two_real_cibs_are_compared_in_every_format(corpus, files, predicted, capsys):
    paths = sorted(corpus.joinpath("cts").rglob("*.xml"))[::20]
    assert len(paths) > 20
    for before, after in pairwise(paths):
        told = {f: run(capsys, before=str(before), after=str(after), format=f) for f in ("json", "text", "markdown")}
        if told["json"][0] == 2:  # a few of them are no CIB for good reasons
            assert all(status == 2 and out == "" for status, out, _ in told.values())
            continue
        document = json.loads(told["json"][1])
        jsonschema.validate(document, load_json("diff"))
        changes = document["changes"]
        assert {status for status, _, _ in told.values()} == {1 if changes else 0}
        ranks = [("high", "medium", "low").index(change["risk"]) for change in changes]
        assert ranks == sorted(ranks)
        rows = [x for x in told["markdown"][1].splitlines() if x.startswith(("| 🔴", "| 🟠", "| low"))]
        assert len(rows) == len(changes)
        assert {row.count("|") for row in rows} <= {7}
        shown = [x for x in told["text"][1].splitlines() if x[:6].strip() in ("high", "medium", "low")]
        assert len(shown) == len(changes)


def test_a_restore_of_an_older_backup_from_end_to_end(files, capsys):
    files(
        before=cib().replace('epoch="5"', 'epoch="42"', 1),
        after=cib(ip="10.0.0.6", fencing="false").replace('uname="ha2"/>', 'uname="ha2"/><node id="3" uname="old"/>'),
    )
    status, out, err = run(capsys, format="json")
    assert (status, err) == (1, "")
    document = json.loads(out)
    jsonschema.validate(document, load_json("diff"))
    assert [(c["kind"], c["id"], c["risk"]) for c in document["changes"]] == [
        ("added", "old", "high"),
        ("changed", "stonith-enabled", "high"),
        ("changed", "VIP", "medium"),
    ]
    assert document["changes"][2]["effect"] == ["restart"]
    ways = {push["way"]: (push["verdict"], push["recommended"]) for push in document["push"]}
    assert ways == {"whole": ("refused", False), "configuration": ("accepted", True), "diff": ("accepted", False)}
    assert {danger["code"] for danger in document["dangers"]} == {"unknown-node", "fencing-switched-off"}
    text = run(capsys)[1]
    assert text.index("danger[") < text.index("high    +") < text.index("what happens") < text.index("\npush\n")
    assert "      pcs cluster cib-push after.xml --config\n" in text
    assert [run(capsys, fail_on=level)[0] for level in FAIL_ON] == [0, 1, 1, 1, 0]


def test_the_forecast_of_real_cibs_keeps_the_contract(corpus, files, capsys):
    paths = sorted(corpus.joinpath("cts").rglob("*.xml"))[5::40]
    for before, after in pairwise(paths):
        status, out, err = run(capsys, before=str(before), after=str(after), format="json")
        assert status in (0, 1), err
        jsonschema.validate(json.loads(out), load_json("diff"))


def test_a_restore_as_it_is_printed(update, monkeypatch, capsys):
    """The bundled pair: an old backup over a cluster that has moved on; read it when it changes."""
    root = Path(__file__).parent.parent
    monkeypatch.chdir(root)
    monkeypatch.setenv("COLUMNS", "110")
    assert diff(DiffOptions(before="fixtures/restore/live.xml", after="fixtures/restore/backup.xml")) == 1
    text = capsys.readouterr().out
    expected = root / "fixtures" / "restore" / "expected.txt"
    if update:
        expected.write_text(text, encoding="utf-8")
    assert text == expected.read_text(encoding="utf-8")


def introduced(before, after, capsys):
    diff(DiffOptions(before=str(before), after=str(after), format="json", fail_on="never"))
    found = json.loads(capsys.readouterr().out)["findings"]
    return {part: {(one["rule"], one["subject"]) for one in found[part]} for part in ("introduced", "resolved")}


STONITH_OFF = ("stonith-disabled", "stonith-enabled")


@pytest.fixture
def in_a_repository(tmp_path):
    """A live CIB, and one in a repository that turns fencing off."""
    (tmp_path / "repository" / ".git").mkdir(parents=True)
    before, after = tmp_path / "live.xml", tmp_path / "repository" / "cib.xml"
    before.write_text(cib())
    after.write_text(cib(fencing="false"))
    return before, after


@pytest.mark.parametrize(
    "said",
    [
        "suppress:\n  - {rule: stonith-disabled, object: stonith-enabled, reason: a laboratory}\n",
        "per-file-ignores: {'*.xml': [stonith-disabled]}\n",
        "severity: {stonith-disabled: info}\nmin-severity: warning\n",
        "ignore: [stonith-disabled]\n",
    ],
)
def test_what_the_configuration_sets_aside_is_no_finding_of_a_diff(said, in_a_repository, capsys):
    before, after = in_a_repository
    assert STONITH_OFF in introduced(before, after, capsys)["introduced"]
    (after.parent / ".halint.yaml").write_text(said)
    assert STONITH_OFF not in introduced(before, after, capsys)["introduced"]
    if said.startswith("per-file"):
        return  # which is for files below the configuration's folder, and BEFORE is none
    # BEFORE is judged in the same way, wherever it lies: what nobody wants to know is not resolved either
    before.write_text(cib(fencing="false", ip="10.0.0.6"))
    after.write_text(cib())
    assert STONITH_OFF not in introduced(before, after, capsys)["resolved"]


def test_a_comment_sets_aside_in_a_diff(in_a_repository, capsys):
    before, after = in_a_repository
    comment = "<!-- halint: ignore[stonith-disabled] a laboratory -->"
    after.write_text(cib(fencing="false").replace('<nvpair id="p1"', f'{comment}<nvpair id="p1"'))
    assert STONITH_OFF not in introduced(before, after, capsys)["introduced"]
