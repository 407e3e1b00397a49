"""What `halint log` prints: text, JSON and Markdown, word for word, and its exit statuses."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import jsonschema
import pytest
from test_history import LOCATION, Git, at, cib, folder

from halint.cli.log import LogOptions, log, make_history, render
from halint.errors import HalintError
from halint.history.history import History
from halint.output.log_text import render_text
from halint.output.style import Style
from halint.schema_data import load_json

NOW = datetime(2026, 3, 2)  # noqa: DTZ001 - local time


@pytest.fixture
def row(tmp_path, monkeypatch):
    """A folder of every kind of step, named relative to where the test runs."""
    folder(
        tmp_path / "cib",
        cib_1__raw=cib("0.40.0", at(minutes=0)),
        cib_2__raw=cib("0.40.0", at(minutes=0)),
        cib_3__raw=cib("0.45.0", at(minutes=10), ip="10.0.0.6", who="hacluster crmd ha2"),
        cib_4__raw=cib(
            "0.46.0",
            at(minutes=20),
            ip="10.0.0.7",
            constraints=LOCATION,
            resources="{vip}",
            who="root crm_resource ha1",
        ),
        cib_5__raw=cib("0.47.0", at(minutes=21), ip="10.0.0.7", constraints=LOCATION, resources="{vip}"),
        cib_6__raw=cib("0.41.0", at(minutes=300), who=""),
        cib_7__raw=cib("0.42.0", at(minutes=301), who="")[:150],
        cib__xml=cib("1.1.0", None, ip="10.0.0.9", who=""),
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    monkeypatch.delenv("CLICOLOR_FORCE", raising=False)
    return "cib"


def printed(**options) -> str:
    made = LogOptions(**options)
    return render(make_history(made, NOW), made)


TEXT = """\
cluster webfarm (ha1, ha2)
2026-03-01 12:00:03  0.40.0  root via cibadmin on ha1      the history begins here  [cib-1.raw]
2026-03-01 12:10:03  0.45.0  hacluster via crmd on ha2     1 change: vip › ip  10.0.0.5 → 10.0.0.6  [cib-3.raw]
    · epochs 41 to 44 are not here: 5 writes made these changes, the author is that of the last
2026-03-01 12:20:03  0.46.0  root via crm_resource on ha1  3 changes: ! primitive web (ocf:heartbeat:apache) removed; \
and 2 more  [cib-4.raw]
2026-03-01 17:00:03  0.41.0  unknown                       3 changes: primitive web (ocf:heartbeat:apache) added; \
and 2 more  [cib-6.raw]
    · 1 CIB before it with no change in meaning
    · epoch goes back from 47 to 41: an older CIB was put back, or the cluster was set up anew
    · the configuration is that of 0.40.0 again (cib-1.raw)
unknown              1.1.0   unknown                       1 change: vip › ip  10.0.0.5 → 10.0.0.9  [cib.xml]
    · admin_epoch raised from 0 to 1: set by hand, the cluster never does that

4 steps with 8 changes in 6 CIBs; 1 duplicate left out; 1 could not be read
"""


def test_text(row):
    assert printed(paths=(row,)) == TEXT


def test_full_text(row):
    assert printed(paths=(row,), full=True, since="2026-03-01 12:15").splitlines()[:13] == [
        "cluster webfarm (ha1, ha2)",
        "",
        "2026-03-01 12:20:03  0.46.0  root via crm_resource on ha1  3 changes  [cib-4.raw]",
        "    compared with cib-3.raw (0.45.0)",
        "    ! primitive web (ocf:heartbeat:apache) removed",
        "      location constraint loc (vip on ha1: 100) added",
        "      vip › ip  10.0.0.6 → 10.0.0.7",
        "",
        "2026-03-01 17:00:03  0.41.0  unknown                       3 changes  [cib-6.raw]",
        "    compared with cib-5.raw (0.47.0)",
        "    · 1 CIB before it with no change in meaning",
        "    · epoch goes back from 47 to 41: an older CIB was put back, or the cluster was set up anew",
        "    · the configuration is that of 0.40.0 again (cib-1.raw)",
    ]


def test_a_line_shows_as_many_changes_as_it_has_room_for(row):
    history = make_history(LogOptions(paths=(row,)), NOW)
    summaries = {
        width: next(
            text.partition("3 changes: ")[2]
            for text in render_text(history, Style(width=width)).splitlines()
            if "cib-4" in text
        )
        for width in (60, 240)
    }
    assert summaries == {
        60: "! primitive web (ocf:heartbeat:apache) removed; and 2 more  [cib-4.raw]",
        240: "! primitive web (ocf:heartbeat:apache) removed; location constraint loc (vip on ha1: 100) added;"
        " vip › ip  10.0.0.6 → 10.0.0.7  [cib-4.raw]",
    }


def test_color_marks_what_is_grave(row):
    text = printed(paths=(row,), color="always")
    assert "\x1b[1;31m! primitive web (ocf:heartbeat:apache) removed\x1b[0m" in text
    assert "\x1b" not in printed(paths=(row,), color="never")


def test_one_object(row):
    assert printed(paths=(row,), object="loc") == (
        "cluster webfarm (ha1, ha2)\n"
        "2026-03-01 12:20:03  0.46.0  root via crm_resource on ha1  1 change: location constraint loc (vip on ha1: 100)"
        " added  [cib-4.raw]\n"
        "2026-03-01 17:00:03  0.41.0  unknown                       1 change: location constraint loc (vip on ha1: 100)"
        " removed  [cib-6.raw]\n"
        "    · 1 CIB before it with no change in meaning\n"
        "    · epoch goes back from 47 to 41: an older CIB was put back, or the cluster was set up anew\n"
        "    · the configuration is that of 0.40.0 again (cib-1.raw)\n"
        "\n"
        "2 steps with 2 changes in 6 CIBs; 2 other steps not shown; 1 duplicate left out; 1 could not be read\n"
    )


def test_clusters_each_have_their_history(tmp_path):
    path = folder(
        tmp_path,
        a__xml=cib("0.1.0"),
        b__xml=cib("0.2.0", at(hours=1), ip="10.0.0.6"),
        c__xml=cib("0.7.0", name="db", nodes="d1"),
        d__xml=cib("0.9.0", at(hours=1), name="db", nodes="d1", ip="10.0.0.6"),
    )
    assert printed(paths=(path,)) == (
        "cluster db (d1)\n"
        "2026-03-01 12:00:03  0.7.0  root via cibadmin on ha1  the history begins here  [c.xml]\n"
        "2026-03-01 13:00:03  0.9.0  root via cibadmin on ha1  1 change: vip › ip  10.0.0.5 → 10.0.0.6  [d.xml]\n"
        "    · epoch 8 is not here: 2 writes made these changes, the author is that of the last\n"
        "\n"
        "cluster webfarm (ha1, ha2)\n"
        "2026-03-01 12:00:03  0.1.0  root via cibadmin on ha1  the history begins here  [a.xml]\n"
        "2026-03-01 13:00:03  0.2.0  root via cibadmin on ha1  1 change: vip › ip  10.0.0.5 → 10.0.0.6  [b.xml]\n"
        "\n"
        "2 steps with 2 changes in 4 CIBs of 2 clusters\n"
    )


def test_files_of_one_name_are_told_by_their_paths(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for number in (1, 2):
        folder(tmp_path / f"day{number}", cib__xml=cib(f"0.{number}.0", at(days=number), ip=f"10.0.0.{number}"))
    assert [line.rpartition("  ")[2] for line in printed(paths=("day1", "day2")).splitlines()[1:3]] == [
        "[day1/cib.xml]",
        "[day2/cib.xml]",
    ]


@pytest.mark.parametrize(
    ("files", "options", "sentence"),
    [
        ({}, {}, "no CIB found\n"),
        ({"a__xml": cib("0.1.0")}, {}, "one CIB and nothing to compare it with\n"),
        ({"a__xml": cib("0.1.0"), "b__xml": cib("0.2.7")}, {}, "2 CIBs, all of the same meaning\n"),
        (
            {"a__xml": cib("0.1.0"), "b__xml": cib("0.2.0", ip="10.0.0.6")},
            {"since": "2d", "object": "web"},
            "no such step; 1 other step not shown\n",
        ),
        (
            {"a__xml": cib("0.1.0"), "b__xml": cib("0.2.0", name="other")},
            {},
            "one CIB of each cluster, nothing to compare\n",
        ),
    ],
)
def test_where_there_is_nothing_a_sentence_says_so(tmp_path, capsys, files, options, sentence):
    path = folder(tmp_path, **files)
    assert log(LogOptions(paths=(path,), **options)) == 0
    assert capsys.readouterr() == (sentence, "")


def test_what_went_wrong_goes_to_standard_error(row, capsys):
    Path("cib/notes.txt").write_text("restart on Monday")
    assert log(LogOptions(paths=(row,), verbose=True)) == 0
    out, err = capsys.readouterr()
    assert out == TEXT
    assert err.splitlines() == [
        "halint: cib/cib-7.raw: not well-formed XML: the file ends inside cib, which line 1 opens (line 1, column 148)",
        "halint: cib/notes.txt: skipped: is no CIB",
    ]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({}, "log needs a folder of CIBs, such as /var/lib/pacemaker/cib, files, or --git PATH"),
        ({"paths": ("nowhere",)}, "nowhere: does not exist"),
        ({"paths": ("cib",), "git": "cib/cib.xml"}, "--git cib/cib.xml: takes no further paths (here cib)"),
        (
            {"paths": ("cib",), "object": "vipp"},
            "--object vipp: no CIB here has an object of that name; did you mean vip?",
        ),
        (
            {"paths": ("cib",), "since": "monday"},
            "--since monday: is no date (2026-03-01), date and time ('2026-03-01 12:00') or duration (90m, 3h, 2d, 1w)",
        ),
    ],
)
def test_wrong_use_is_one_sentence_and_2(row, capsys, options, sentence):
    assert log(LogOptions(**options)) == 2
    assert capsys.readouterr() == ("", f"halint: {sentence}\n")


def test_an_object_in_no_cib_must_not_look_like_a_quiet_history(row):
    with pytest.raises(HalintError, match=r"^--object zzz: no CIB here has an object of that name$"):
        make_history(LogOptions(paths=(row,), object="zzz"), NOW)


@pytest.mark.parametrize(
    ("versions", "said"),
    [
        ("0.1 0.3!", "epoch 2 is not here: 2 writes made these changes, the author is that of the last"),
        ("0.1 0.3 0.4!", "epoch 2 is not here"),
        (
            "0.1 0.3 0.9!",
            "epochs 2 and 4 to 8 are not here: 6 writes made these changes, the author is that of the last",
        ),
        ("0.1 0.3 1.1 1.3 1.4!", "epochs 0.2 and 1.2 are not here"),
        ("0.1 0.3 0.5 0.7 0.9 0.11 0.12!", "epochs 2, 4, 6 and 2 more ranges are not here"),
    ],
)
def test_missing_epochs(tmp_path, versions, said):
    """The last of the versions has another configuration; what is missing before the others did not change it."""
    for number, version in enumerate(versions.split()):
        ip = "10.0.0.6" if version.endswith("!") else "10.0.0.5"
        folder(tmp_path, **{f"f{number}__xml": cib(f"{version.strip('!')}.0", at(minutes=number), ip=ip)})
    assert f"    · {said}\n" in printed(paths=(str(tmp_path),))


# --- JSON


def test_json_is_as_its_schema_says(row):
    document = json.loads(printed(paths=(row,), format="json"))
    jsonschema.validate(document, load_json("log"))
    assert document["summary"] == {"clusters": 1, "cibs": 6, "steps": 4, "changes": 8, "duplicates": 1, "hidden": 0}
    (cluster,) = document["clusters"]
    assert (cluster["name"], cluster["nodes"]) == ("webfarm", ["ha1", "ha2"])
    step = cluster["steps"][1]
    assert step["before"]["path"] == "cib/cib-1.raw"
    assert step["after"] == {
        "path": "cib/cib-3.raw",
        "admin_epoch": 0,
        "epoch": 45,
        "num_updates": 0,
        "written": "2026-03-01T12:10:03",
        "user": "hacluster",
        "client": "crmd",
        "origin": "ha2",
        "commit": None,
    }
    assert (step["without_change"], step["missing_epochs"], step["remarks"]) == (
        0,
        [{"admin_epoch": 0, "first": 41, "last": 44}],
        [],
    )
    assert step["changes"] == [
        {
            "kind": "changed",
            "type": "primitive",
            "id": "vip",
            "path": ["instance_attributes", "ip"],
            "name": "ip",
            "before": "10.0.0.5",
            "after": "10.0.0.6",
            "secret": False,
            "risk": "low",
            "message": "vip › ip  10.0.0.5 → 10.0.0.6",
        }
    ]
    assert cluster["steps"][-1]["after"]["written"] is None
    assert [left["path"] for left in document["unreadable"]] == ["cib/cib-7.raw"]


def test_json_of_nothing(tmp_path):
    document = json.loads(printed(paths=(str(tmp_path),), format="json"))
    jsonschema.validate(document, load_json("log"))
    assert document["clusters"] == []


def test_two_runs_give_the_same_bytes(row):
    for kind in ("text", "json", "markdown"):
        assert printed(paths=(row,), format=kind) == printed(paths=(row,), format=kind)


# --- Markdown


def test_markdown(row):
    assert printed(paths=(row,), format="markdown", since="2026-03-01 12:20") == (
        "## cluster webfarm (ha1, ha2)\n"
        "\n"
        "### 2026-03-01 12:20:03, 0.46.0, root via crm\\_resource on ha1\n"
        "\n"
        "cib-3.raw → cib-4.raw\n"
        "\n"
        "- **primitive web (ocf:heartbeat:apache) removed**\n"
        "- location constraint loc (vip on ha1: 100) added\n"
        "- vip › ip  10.0.0.6 → 10.0.0.7\n"
        "\n"
        "### 2026-03-01 17:00:03, 0.41.0, unknown\n"
        "\n"
        "cib-5.raw → cib-6.raw\n"
        "\n"
        "- primitive web (ocf:heartbeat:apache) added\n"
        "- location constraint loc (vip on ha1: 100) removed\n"
        "- vip › ip  10.0.0.7 → 10.0.0.5\n"
        "- *1 CIB before it with no change in meaning*\n"
        "- *epoch goes back from 47 to 41: an older CIB was put back, or the cluster was set up anew*\n"
        "- *the configuration is that of 0.40.0 again (cib-1.raw)*\n"
        "\n"
        "### unknown, 1.1.0, unknown\n"
        "\n"
        "cib-6.raw → cib.xml\n"
        "\n"
        "- vip › ip  10.0.0.5 → 10.0.0.9\n"
        "- *admin\\_epoch raised from 0 to 1: set by hand, the cluster never does that*\n"
        "\n"
        "3 steps with 7 changes in 6 CIBs; 1 other step not shown; 1 duplicate left out; 1 could not be read\n"
    )


# --- what is hostile


@pytest.mark.parametrize("kind", ["text", "json", "markdown"])
def test_no_output_holds_a_secret_or_drives_a_terminal(tmp_path, kind):
    odd = cib("0.2.0", at(hours=1), resources="{fence}", password="s3cr3t-two", who="a&#10;b&#9;c &lt;b&gt; |x|")  # noqa: S106
    path = folder(tmp_path, a__xml=cib("0.1.0", resources="{fence}"), b__xml=odd)
    Path(path, "b.xml").rename(Path(path, "b\x1b[31m.xml"))
    text = printed(paths=(path,), format=kind, full=True)
    assert "s3cr3t" not in text
    assert "\x1b" not in text
    assert "\t" not in text
    assert {"text": "a\\nb\\tc", "json": "a\\nb\\tc", "markdown": "a\\\\nb\\\\tc"}[kind] in text


# --- git


def test_git_text(tmp_path, monkeypatch):
    git = Git(tmp_path / "repository")
    git.commit("cib.xml", cib("0.1.0"), "start")
    git.commit("cib.xml", cib("0.4.0", at(days=1), ip="10.0.0.6"), "new address for the web shop")
    monkeypatch.chdir(git.top)
    first, second = git("log", "--reverse", "--format=%h").split()
    assert printed(git="cib.xml") == (
        "cluster webfarm (ha1, ha2)\n"
        f"2026-03-01 12:00:00 +0100  0.1.0  Jane Doe  the history begins here  [{first} start]\n"
        "2026-03-02 12:00:00 +0100  0.4.0  Jane Doe  1 change: vip › ip  10.0.0.5 → 10.0.0.6"
        f"  [{second} new address for the web shop]\n"
        "    · epochs 2 to 3 are not here\n"
        "\n"
        "1 step with 1 change in 2 CIBs\n"
    )
    assert printed(git="cib.xml", full=True).splitlines()[6:11] == [
        "    new address for the web shop",
        "    CIB written 2026-03-02 12:00:03 by root via cibadmin on ha1",
        f"    compared with {first} (0.1.0)",
        "    · epochs 2 to 3 are not here",
        "      vip › ip  10.0.0.5 → 10.0.0.6",
    ]
    document = json.loads(printed(git="cib.xml", format="json"))
    jsonschema.validate(document, load_json("log"))
    assert document["clusters"][0]["steps"][1]["after"]["commit"]["subject"] == "new address for the web shop"


# --- the command


def test_the_command(row):
    done = subprocess.run(
        [sys.executable, "-m", "halint", "log", row, "--color", "never"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, TEXT)
    bad = subprocess.run(
        [sys.executable, "-m", "halint", "log", "nowhere"], capture_output=True, text=True, check=False
    )
    assert (bad.returncode, bad.stdout, bad.stderr) == (2, "", "halint: nowhere: does not exist\n")


def test_standard_input_is_one_of_the_cibs(row):
    done = subprocess.run(
        [sys.executable, "-m", "halint", "log", "cib/cib-1.raw", "-"],
        input=cib("0.41.0", at(hours=1), ip="10.0.0.6"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.splitlines()[2] == (
        "2026-03-01 13:00:03  0.41.0  root via cibadmin on ha1  1 change: vip › ip  10.0.0.5 → 10.0.0.6  [-]"
    )


def test_an_empty_history_needs_no_cluster():
    assert render_text(History(clusters=()), Style()) == "no CIB found\n"
