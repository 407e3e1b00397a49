"""The command line as its users meet it: status, standard output, standard error."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
from test_inputs import HOSTS, cib, corosync, lay

from halint import __version__
from halint.cli.main import main
from halint.cli.quick import parse
from halint.schema_data import load_json

BAD = corosync("n1", "n2", "n3").replace("votequorum\n", "votequorum\n    two_node: 1\n")
RULE = ["--select", "two-node-flag-wrong-size"]


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE"):
        monkeypatch.delenv(name, raising=False)
    return lay(tmp_path, {"corosync.conf": BAD})


def test_a_finding_in_full(here, capsys):
    assert main(["check", *RULE, "corosync.conf"]) == 1
    out, err = capsys.readouterr()
    assert err == ""
    lines = out.splitlines()
    assert lines[0].startswith("error[two-node-flag-wrong-size]: two_node is on")
    assert lines[1].strip() == "--> corosync.conf:7:5"
    assert [line.strip() for line in lines[3:5]] == ["7 |     two_node: 1", "|     ^^^^^^^^^^^"]
    assert lines[-1] == "1 error in 1 file; 1 can be fixed with --fix"
    assert any(line.strip().startswith("= why: ") for line in lines)
    assert any(line.strip().startswith("= fix: ") for line in lines)
    assert any("= help: halint explain two-node-flag-wrong-size" in line for line in lines)


def test_a_finding_in_a_line(here, capsys):
    assert main(["check", *RULE, "--format", "concise", "."]) == 1
    out = capsys.readouterr().out
    assert out.startswith("corosync.conf:7:5: error two-node-flag-wrong-size two_node is on")
    assert out.count("\n") == 1


def test_a_finding_in_json(here, capsys):
    lay(here, {"n1/hosts": HOSTS})
    assert main(["check", "--format", "json", "."]) == 1
    document = json.loads(capsys.readouterr().out)
    jsonschema.validate(document, load_json("check"))
    finding = next(f for f in document["findings"] if f["rule"] == "two-node-flag-wrong-size")
    assert (finding["file"], finding["line"], finding["column"]) == ("corosync.conf", 7, 5)
    assert (finding["end_line"], finding["end_column"]) == (7, 16)
    assert finding["cluster"] == "web"
    assert finding["node"] is None
    assert document["summary"]["files"] == 2
    assert {s["rule"] for s in document["skipped"]} >= {"stonith-disabled"}
    order = [
        (f["file"], f["line"], f["column"], f["end_line"], f["end_column"], f["rule"]) for f in document["findings"]
    ]
    assert order == sorted(order)


def test_the_same_bytes_each_run(here):
    lay(here, {"cib.xml": cib("n1", "n2", "n4"), "n1/hosts": HOSTS, "n2/hosts": "192.0.2.9 n1\n", "hosts.n3": "x y\n"})
    runs = set()
    for seed in ("0", "1", "2"):
        command = [sys.executable, "-m", "halint", "check", "--format", "json", "."]
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        runs.add(subprocess.run(command, capture_output=True, check=False, env=environment).stdout)
    assert len(runs) == 1
    assert json.loads(runs.pop())["findings"]


def test_rules_as_json_have_their_schema(capsys):
    assert main(["rules", "--format", "json"]) == 0
    rules = json.loads(capsys.readouterr().out)
    jsonschema.validate(rules, load_json("rules"))
    assert [r["name"] for r in rules] == sorted(r["name"] for r in rules)


def test_rules_as_text(capsys):
    assert main(["rules", "--select", "quorum"]) == 0
    assert "  two-node-flag-wrong-size " in capsys.readouterr().out


def test_explain(capsys):
    assert main(["explain", "two-node-flag-wrong-size"]) == 0
    out = capsys.readouterr().out
    for part in (
        "error, certain; topic quorum",
        "How to mend it",
        "What it finds",
        "What it leaves alone",
        "votequorum(5)",
    ):
        assert part in out


def test_dump_shows_the_files_and_what_they_mean(here, capsys):
    assert main(["dump", "."]) == 0
    out = capsys.readouterr().out
    assert "<two_node>1</two_node>" in out
    assert "<two_node>true</two_node>" in out


@pytest.mark.parametrize(
    ("target", "token", "transport"), [("2.4", 1000, "udp"), ("3.0", 1000, "knet"), ("3.1.10", 3000, "knet")]
)
def test_dump_shows_what_the_release_makes_of_a_file(tmp_path, capsys, target, token, transport):
    (tmp_path / "corosync.conf").write_text("totem {\n    version: 2\n}\n")
    assert main(["dump", "--target", f"corosync={target}", str(tmp_path)]) == 0
    out = capsys.readouterr().out
    assert f"<token>{token}</token>" in out
    assert f"<transport>{transport}</transport>" in out


@pytest.mark.parametrize("name", ["check", "rules"])
def test_schemas_are_printed(name, capsys):
    assert main(["schema", name]) == 0
    jsonschema.Draft202012Validator.check_schema(json.loads(capsys.readouterr().out))


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["check", "--select", "two-node-flag-wrong-siez"], 2, "did you mean two-node-flag-wrong-size?"),
        (["check", "--ignore", "quorm"], 2, "did you mean quorum?"),
        (["check", "--format", "jsn"], 2, "did you mean json?"),
        (["dump", "--target", "corosync=9"], 2, "must be corosync= and one of 2.4"),
        (["check", "--fail-on", "fatal"], 2, "is not one of info, warning, error, never"),
        (["check", "--selct", "x"], 2, "--select"),
        (["chek"], 2, "check"),
        (["explain", "two-nod-flag-missing"], 2, "did you mean two-node-flag-missing?"),
        (["rules", "--format", "jsno"], 2, "did you mean json?"),
        (["schema", "sarif"], 2, "there are check, check-lines, config, diff, explain, log, rules, test-rules"),
        (["check", "--node", "n1", "."], 2, "must be NAME=PATH"),
        (["check", "gone.xml"], 2, "gone.xml: does not exist"),
        (["check", "--type", "cibb", "."], 2, "did you mean cib?"),
    ],
)
def test_wrong_use_is_told_in_a_sentence(here, capsys, arguments, status, message):
    assert main(arguments) == status
    out, err = capsys.readouterr()
    assert message in err
    assert "Traceback" not in err + out


def test_patterns_and_topics_select(here, capsys):
    assert main(["check", "--select", "two-node-*", "--format", "concise", "."]) == 1
    assert main(["check", "--select", "quorum", "--ignore", "two-node-flag-*", "."]) == 0


@pytest.mark.parametrize(
    ("options", "status"),
    [
        (["--exit-zero"], 0),
        (["--fail-on", "never"], 0),
        (["--fail-on", "error"], 1),
        (["--fail-on", "info"], 1),
        (["--min-severity", "error"], 1),
    ],
)
def test_what_decides_the_status(here, capsys, options, status):
    assert main(["check", *RULE, *options, "."]) == status


def test_warnings_pass_when_only_errors_fail(here, capsys):
    lay(here, {"corosync.conf": corosync("n1", "n2", "n3")})
    arguments = ["check", "--select", "corosync-encryption-off", "--format", "concise", "."]
    assert main(arguments) == 1
    assert main([*arguments, "--fail-on", "error"]) == 0
    assert main([*arguments, "--min-severity", "error"]) == 0
    assert capsys.readouterr().out.count("warning corosync-encryption-off") == 2


def test_an_unreadable_file_makes_it_2_and_the_others_are_checked(here, capsys):
    (here / "cib.xml").symlink_to("/nowhere")
    assert main(["check", *RULE, "--format", "concise", "--exit-zero", "."]) == 2
    out, err = capsys.readouterr()
    assert "two-node-flag-wrong-size" in out
    assert err == "halint: cib.xml: is a broken link\n"


def test_nothing_found_is_not_said_of_what_could_not_be_read(here, capsys):
    assert main(["check", *RULE, "gone.xml"]) == 2
    assert capsys.readouterr().out == "no problems found in 0 files; 1 input could not be read\n"


def test_verbose_tells_what_was_read_and_what_was_not_asked(here, capsys):
    main(["check", "-v", "."])
    err = capsys.readouterr().err
    assert "halint: corosync.conf: corosync (cluster web): read\n" in err
    assert "halint: not asked: stonith-disabled: needs cib\n" in err


def test_quiet_prints_findings_only(here, capsys):
    main(["check", "-q", *RULE, "."])
    out, err = capsys.readouterr()
    assert "1 error in" not in out
    assert err == ""
    lay(here, {"corosync.conf": corosync("n1", "n2", "n3")})
    main(["check", "-q", *RULE, "."])
    assert capsys.readouterr().out == ""


def test_nothing_found_is_said(here, capsys):
    lay(here, {"corosync.conf": corosync("n1", "n2", "n3")})
    assert main(["check", *RULE, "."]) == 0
    assert capsys.readouterr().out == "no problems found in 1 file\n"


@pytest.mark.parametrize(
    ("arguments", "environment", "colored"),
    [
        ([], {}, False),
        (["--color", "always"], {}, True),
        (["--color", "always"], {"NO_COLOR": "1"}, True),
        ([], {"FORCE_COLOR": "1"}, True),
        ([], {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        ([], {"FORCE_COLOR": "1", "NO_COLOR": ""}, True),
        (["--color", "never"], {"FORCE_COLOR": "1"}, False),
    ],
)
def test_color(here, capsys, monkeypatch, arguments, environment, colored):
    monkeypatch.setenv("TERM", "xterm")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    main(["check", *RULE, *arguments, "."])
    assert ("\x1b[" in capsys.readouterr().out) == colored


def test_standard_input(here):
    command = [sys.executable, "-m", "halint", "check", *RULE, "--format", "concise", "-"]
    done = subprocess.run(command, input=BAD.encode(), capture_output=True, check=False)
    assert done.returncode == 1
    assert done.stdout.decode().startswith("-:7:5: error two-node-flag-wrong-size")


def test_a_reader_that_goes_away(here):
    command = f"{sys.executable} -m halint check . | head -c 1 >/dev/null; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, check=False, text=True)
    assert done.stderr == ""


def test_version_and_help(capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"halint {__version__}\n"
    assert main(["check", "--help"]) == 0
    assert "--fail-on" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments",
    [
        ["a", "b"],
        ["--select", "x,y", "a", "--select=z"],
        ["-q", "-v", "a"],
        ["a", "--format", "json", "b", "--node", "n1=p"],
        ["--min-severity=error", "--color", "never", "--type", "cib", "-"],
        ["--whole-cluster", "--rules", "r", "x"],
    ],
)
def test_the_quick_reader_and_typer_agree(arguments, monkeypatch):
    import halint.cli.check
    from halint.cli.app import run

    seen = []
    monkeypatch.setattr(halint.cli.check, "check", lambda options: seen.append(options) or 0)
    assert run(["check", *arguments]) == 0
    assert parse(arguments) == seen[0]


@pytest.mark.parametrize(
    "arguments", [["--help"], ["--selct", "x"], ["--format", "jsn"], ["--format"], ["--sel", "x"], ["--", "-a"]]
)
def test_the_quick_reader_leaves_the_rest_to_typer(arguments):
    assert parse(arguments) is None


SECRET = "hunter2-geheim"  # noqa: S105 - what must never be printed
FENCED = f"""
<crm_config/>
<resources>
  <primitive id="f1" class="stonith" type="fence_ipmilan"><instance_attributes id="i">
    <nvpair id="p" name="passwd" value="{SECRET}"/><nvpair id="h" name="pcmk_host_list" value="nobody"/>
  </instance_attributes></primitive>
</resources>
"""


def test_secrets_appear_nowhere(here, capsys):
    from examples import whole_cib

    conf = corosync("n1", "n2").replace("version: 2", f"version: 2\n    key: {SECRET * 10}")
    lay(here, {"cib.xml": whole_cib(FENCED), "corosync.conf": conf})
    for arguments in (
        ["check", "."],
        ["check", "--format", "json", "."],
        ["check", "--format", "concise", "."],
        ["dump", "."],
    ):
        main(arguments)
        out, err = capsys.readouterr()
        assert "fence_ipmilan" in out or "stonith" in out
        assert SECRET not in out + err


@pytest.mark.parametrize(
    "name", ["cib.xml", "corosync.conf", "hosts", "unit-files.txt", "sbd", "fstab", "r0.res", "installed-rpms"]
)
@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00",
        b"\xff\xfe\x00",
        b"\xef\xbb\xbf",
        b"\xc3\x28\n",
        b"<",
        b"{}" * 50,
        b"\n" * 9,
        b"BZh9xxxx",
        b"\x1f\x8bxx",
        bytes(range(256)),
    ],
    ids=repr,
)
def test_no_file_makes_it_crash(here, capsys, name, data):
    (here / name).write_bytes(data)
    status = main(["check", "."])
    out, err = capsys.readouterr()
    assert status in (0, 1, 2)
    assert "Traceback" not in out + err
    assert "internal error" not in out + err
    if status == 2:
        assert f"halint: {name}: " in err


def test_a_file_without_permission(here, capsys):
    (here / "hosts").write_text(HOSTS)
    (here / "hosts").chmod(0)
    if os.access(here / "hosts", os.R_OK):
        pytest.skip("root reads everything")
    assert main(["check", "."]) == 2
    assert capsys.readouterr().err == "halint: hosts: permission denied\n"


def test_the_readme_names_only_commands_that_exist():
    text = (Path(__file__).parent.parent / "README.md").read_text()
    for command in ("check", "diff", "log", "explain", "rules", "dump"):
        assert f"halint {command}" in text
