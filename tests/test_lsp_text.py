"""Positions of the protocol, and texts after incremental changes."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lsprotocol import types

from halint.lsp.text import Text
from halint.source import Span

# line ends of all kinds, also those that only Python's splitlines knows; one to four bytes in UTF-8
LETTERS = st.text(st.sampled_from("ab \t\n\r\u2028\x0b\x85äあ🙂"), max_size=40)
ENCODINGS = st.sampled_from(["utf-8", "utf-16", "utf-32"])
UNITS = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}


def expected(text: str, offset: int, encoding: str) -> types.Position:
    """By the words of the specification: lines end at LF, CRLF or CR; characters are units of the encoding."""
    lines = re.split("\r\n|\n|\r", text[:offset])
    codec, size = UNITS[encoding]
    return types.Position(len(lines) - 1, len(lines[-1].encode(codec)) // size)


@given(LETTERS, ENCODINGS, st.data())
def test_a_position_leads_back_to_its_offset(text, encoding, data):
    offset = data.draw(st.integers(0, len(text)))
    if text[offset - 1 : offset + 1] == "\r\n":
        return  # within a line's end, where no position is
    position = Text(text, encoding).position(offset)
    assert position == expected(text, offset, encoding)
    assert Text(text, encoding).offset(position) == offset


@given(LETTERS, ENCODINGS, LETTERS, st.data())
def test_a_change_replaces_its_stretch_and_nothing_else(text, encoding, new, data):
    places = [n for n in range(len(text) + 1) if text[max(n - 1, 0) : n + 1] != "\r\n"]
    start, end = sorted((data.draw(st.sampled_from(places)), data.draw(st.sampled_from(places))))
    stretch = types.Range(expected(text, start, encoding), expected(text, end, encoding))
    change = types.TextDocumentContentChangePartial(stretch, new)
    assert Text(text, encoding).changed([change]).text == text[:start] + new + text[end:]


def test_changes_are_made_one_after_the_other():
    first = types.TextDocumentContentChangePartial(types.Range(types.Position(0, 0), types.Position(0, 0)), "x\n")
    second = types.TextDocumentContentChangePartial(types.Range(types.Position(1, 0), types.Position(1, 1)), "y")
    assert Text("abc").changed([first, second]).text == "x\nybc"
    assert Text("abc").changed([first, types.TextDocumentContentChangeWholeDocument("z")]).text == "z"


@pytest.mark.parametrize(
    ("position", "offset"), [((0, 99), 2), ((1, 99), 5), ((9, 0), 5), ((1, 1), 4)], ids=["line", "last", "text", "in"]
)
def test_a_position_behind_an_end_is_that_end(position, offset):
    assert Text("ab\ncd").offset(types.Position(*position)) == offset


@given(LETTERS, st.data())
def test_a_span_of_halints_counts_lines_by_line_feeds(text, data):
    lines = text.split("\n")
    number = data.draw(st.integers(1, len(lines)))
    column = data.draw(st.integers(1, len(lines[number - 1]) + 1))
    offset = sum(len(line) + 1 for line in lines[: number - 1]) + column - 1
    assert Text(text).start_of(Span(number, column, number, column)) == offset


@pytest.mark.parametrize("span", [Span(7, 1, 7, 9), Span(1, 90, 2, 90), Span(3, 1, 3, 1)])
def test_a_span_beyond_the_text_is_cut(span):
    stretch = Text("ab\ncd").of(span)
    assert stretch.end == types.Position(1, 2)
