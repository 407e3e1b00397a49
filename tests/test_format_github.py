"""Workflow commands, read back as the runner of GitHub Actions reads them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reports import EMPTY, HOSTILE, REPORTS, RICH, SECRET, SETTING, UNREAD, finding, report

from halint.output.github import command, render_github
from halint.output.paths import Paths
from halint.output.setting import Setting
from halint.source import Location


def read(line: str) -> tuple[str, dict[str, str], str]:
    """A command as the runner reads it: name, properties and message are cut apart first, escapes undone last.

    The rule is documented for tools that print commands (actions/toolkit, docs/commands.md: `%`, CR and LF in
    values; in properties `:` and `,` too).
    """
    name, properties, message = re.fullmatch(r"::([a-z]+) ([^:]*)::(.*)", line).groups()
    cut = [part.partition("=") for part in properties.split(",")]
    return name, {key: decoded(value, "0D 0A 3A 2C 25") for key, _, value in cut}, decoded(message, "0D 0A 25")


def decoded(text: str, codes: str) -> str:
    for code in codes.split():
        text = text.replace(f"%{code}", chr(int(code, 16)))
    return text


PIECES = ["%", "\r", "\n", ":", ",", "=", "::", "%25", "%0A", "%0D", "%3A", "%2C", "%250A", "25", "0A", "::error::"]
OTHERS = st.characters(exclude_categories=["Cc", "Cs", "Cf", "Zl", "Zp"])
PLAIN = st.lists(st.sampled_from(PIECES) | OTHERS).map("".join)


@given(PLAIN, PLAIN, PLAIN)
def test_every_text_comes_back(title, file, message):
    line = command("error", {"title": title, "file": file}, message)
    assert line.splitlines() == [line]
    assert read(line) == ("error", {"title": title, "file": file}, message)


@given(st.text())
def test_nothing_in_a_text_ends_its_line(text):
    line = command("error", {"title": text}, text)
    assert len(re.split(r"[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]", line)) == 1
    assert line.startswith("::error title=")
    line.encode()


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_make_no_further_command(text):
    lines = render_github(REPORTS[f"hostile {HOSTILE.index(text)}"], SETTING).split("\n")
    assert [line.partition(" ")[0] for line in lines] == ["::error"] * 3 + [""]
    assert "sesame" not in "".join(lines)


def test_a_finding():
    (line,) = render_github(report(finding()), SETTING).splitlines()
    assert read(line) == (
        "error",
        {
            "title": "halint (two-node-flag-wrong-size)",
            "file": "prod/cib.xml",
            "line": "1",
            "endLine": "1",
            "col": "3",
            "endColumn": "8",
        },
        "two_node is on, but the nodelist has 3 nodes\nEvery part keeps quorum.\nfix: Take it out.",
    )


def test_the_gravest_come_first_and_suppressed_ones_not_at_all():
    told = [read(line) for line in render_github(RICH, SETTING).splitlines()]
    kinds = [kind for kind, _, _ in told]
    assert kinds == ["error"] * (len(kinds) - 2) + ["warning", "notice"]
    assert len(told) == len(RICH.findings)


def test_columns_stand_only_where_the_place_is_one_line():
    (line,) = render_github(report(finding(location=Location("f", 2, 3, 4, 1))), SETTING).splitlines()
    assert set(read(line)[1]) == {"title", "file", "line", "endLine"}
    (line,) = render_github(report(finding(location=Location("f", 2, 3, 2, 3))), SETTING).splitlines()
    assert (read(line)[1]["col"], read(line)[1]["endColumn"]) == ("3", "3")


def test_paths_start_at_the_top_of_the_checkout():
    setting = Setting(paths=Paths(cwd="/home/runner/r/sub", root="/home/runner/r"))
    (line,) = render_github(report(finding()), setting).splitlines()
    assert read(line)[1]["file"] == "sub/prod/cib.xml"
    (line,) = render_github(report(finding(location=Location("-", 1, 1, 1, 2))), setting).splitlines()
    assert set(read(line)[1]) == {"title"}


def test_what_could_not_be_read_is_an_error_without_a_line():
    (line,) = render_github(UNREAD, SETTING).splitlines()
    assert read(line) == ("error", {"title": "halint"}, "bad.xml: cannot be read: does not exist")
    assert render_github(EMPTY, SETTING) == ""
    assert SECRET not in render_github(RICH, SETTING)
