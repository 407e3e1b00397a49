"""Source frames: what is underlined, what is cut, what is hidden."""

from __future__ import annotations

import pytest

from halint.output.frame import columns, frame
from halint.source import Location, Source, Span


def source(text: str, *secrets: Span) -> Source:
    return Source(path="f", kind="cib", text=text, find_secrets=lambda: secrets)


def at(line: int, start: int, end: int, end_line: int = 0) -> Location:
    return Location("f", line, start, end_line or line, end)


def test_the_culprit_is_underlined():
    shown = frame(source("a\n  key: value\n"), at(2, 3, 13), 80)
    assert shown == (2, "  key: value", 2, 10)


def test_several_lines_show_the_first():
    assert frame(source("<a\n b='1'/>"), at(1, 1, 8, end_line=2), 80) == (1, "<a", 0, 2)


def test_secrets_are_masked_wherever_they_stand():
    line = 'passwd="hunter2" ip="192.0.2.1"'
    shown = frame(source(line, Span(1, 9, 1, 16)), at(1, 18, 32), 80)
    assert shown.text == 'passwd="********" ip="192.0.2.1"'
    assert shown.text[shown.offset : shown.offset + shown.length] == 'ip="192.0.2.1"'
    shown = frame(source(line, Span(1, 9, 1, 16)), at(1, 1, 17), 80)
    assert shown.text[: shown.length] == 'passwd="********"'


def test_passwords_in_urls_are_masked():
    assert "geheim" not in frame(source("url http://me:geheim@host/"), at(1, 1, 4), 80).text


def test_a_line_may_hold_secrets_of_both_sorts():
    line = 'passwd="hunter2" url="http://me:geheim@host/" x="http://a:hunter3@h" ip="192.0.2.1"'
    shown = frame(source(line, Span(1, 9, 1, 16), Span(1, 60, 1, 62)), at(1, 18, 46), 100)
    assert shown.text == 'passwd="********" url="http://me:********@host/" x="http://a:********@h" ip="192.0.2.1"'
    assert shown.text[shown.offset : shown.offset + shown.length] == 'url="http://me:********@host/"'


def test_long_lines_are_cut_around_the_culprit():
    line = "x" * 5000 + "CULPRIT" + "y" * 5000
    shown = frame(source(line), at(1, 5001, 5008), 60)
    assert len(shown.text) <= 60
    assert shown.text[shown.offset : shown.offset + shown.length] == "CULPRIT"
    assert shown.text.startswith("…")
    assert shown.text.endswith("…")


@pytest.mark.parametrize(("text", "width"), [("abc", 3), ("日本", 4), ("e\u0301", 1), ("", 0)])
def test_columns_of_a_terminal(text, width):
    assert columns(text) == width


def test_nothing_that_a_terminal_would_obey():
    shown = frame(source("a\x1b[31m\u202eb\tc\x00"), at(1, 1, 2), 80)
    assert shown.text == "a\ufffd[31m\ufffdb c\ufffd"


@pytest.mark.parametrize("line", [0, 3, 99])
def test_a_line_that_is_not_there(line):
    assert frame(source("a\nb"), at(line, 1, 1), 80) is None


def test_an_empty_line_and_columns_past_its_end():
    assert frame(source(""), at(1, 1, 1), 80).text == ""
    assert frame(source("ab"), at(1, 9, 12), 80).text == "ab"
