"""The reader of hosts files against tables whose verdicts are glibc's (getent -s files hosts NAME)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from halint.errors import HalintError
from halint.parse.hosts import read_hosts


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"10.0.0.1 n1", [("10.0.0.1", "n1")]),
        (b"10.0.0.1\tn1.example.com\tn1\n", [("10.0.0.1", "n1.example.com"), ("10.0.0.1", "n1")]),
        (b"  10.0.0.1 n1 # n2\r\n10.0.0.2 n2#n3\r\n", [("10.0.0.1", "n1"), ("10.0.0.2", "n2")]),
        (b"\v10.0.0.1\fn1", [("10.0.0.1", "n1")]),
        (b"FE80:0::1 n1", [("fe80::1", "n1")]),
        (b"fe80::1%eth0 n1", [("fe80::1%eth0", "n1")]),
        (b"::ffff:127.0.1.1 n1", [("127.0.1.1", "n1")]),
        (b"10.0.0.1 web_1", [("10.0.0.1", "web_1")]),
        (b"10.0.0.1 n1\0n2 n3", [("10.0.0.1", "n1")]),
        (b"\xef\xbb\xbf# comment\n10.0.0.1 n1", [("10.0.0.1", "n1")]),
        (b"10.0.0.1 n1 star* n2", [("10.0.0.1", "n1"), ("10.0.0.1", "n2")]),
        (b"\n#10.0.0.1 n1\n   # x\n\0", []),
    ],
)
def test_entries(data: bytes, expected: list[tuple[str, str]]) -> None:
    hosts = read_hosts(data, "hosts")
    assert [(e.address, e.name) for e in hosts.entries] == expected
    assert all("star" in p.message or "NUL" in p.message for p in hosts.source.problems)


@pytest.mark.parametrize(
    ("line", "message", "columns"),
    [
        ("10.0.0.300 n1", "10.0.0.300 is not an IP address", (1, 11)),
        ("010.0.0.1 n1", "010.0.0.1 is not an IP address", (1, 10)),
        ("10.1 n1", "10.1 is not an IP address", (1, 5)),
        ("10.0.0.1/24 n1", "10.0.0.1/24 is not an IP address", (1, 12)),
        ("[fe80::1] n1", "[fe80::1] is not an IP address", (1, 10)),
        ("n1 10.0.0.1", "n1 is not an IP address", (1, 3)),
        ("10.0.0.1\u00a0n1", "10.0.0.1\\xa0n1 is not an IP address", (1, 12)),
        (" 10.0.0.1 # n1", "address 10.0.0.1 has no host name", (2, 10)),
        ("10.0.0.1 n1, n2", "host name n1, has the character ,", (10, 13)),
        ("10.0.0.1 h\u00f6st x", "host name h\u00f6st has the character \u00f6", (10, 14)),
        ("10.0.0.1 10.0.0.2 n1", "address 10.0.0.2 stands where a host name belongs", (10, 18)),
        ("10.0.0.1 n1\0 n2", "a NUL byte: the C library ends the line here", (12, 13)),
        ("\ufeff10.0.0.1 n1", "a byte order mark stands before the address 10.0.0.1", (1, 9)),
    ],
)
def test_problems(line: str, message: str, columns: tuple[int, int]) -> None:
    text = line if line.startswith("\ufeff") else f"127.0.0.1 localhost\n{line}\n10.0.0.9 last"
    hosts = read_hosts(text.encode(), "hosts")
    (problem,) = hosts.source.problems
    assert (problem.rule, problem.message) == ("hosts-syntax", message)
    assert (problem.span.column, problem.span.end_column) == columns
    assert problem.span.line == (1 if line.startswith("\ufeff") else 2)
    assert text.startswith("\ufeff") or hosts.lookup("LAST")


def test_marks_and_canonical_names() -> None:
    hosts = read_hosts(b"127.0.0.1 localhost\r\n 10.0.0.1\tn1.example.com n1 # x\r\n", "n1/hosts", "n1")
    full, short = hosts.entries[1:]
    assert (full.canonical, short.canonical) == (True, False)
    assert full.at.location() == ("n1/hosts", 2, 11, 2, 25)
    assert short.line_at.location() == ("n1/hosts", 2, 2, 2, 28)
    assert hosts.source.node == hosts.node == "n1"


def test_utf16_is_read_and_told_once() -> None:
    hosts = read_hosts("127.0.0.1 localhost\n10.0.0.1 n1\n".encode("utf-16"), "hosts")
    assert [p.message for p in hosts.source.problems] == ["the file is UTF-16; the C library reads plain bytes"]
    assert [e.address for e in hosts.lookup("n1")] == ["10.0.0.1"]


def test_text_that_is_not_utf8_is_kept() -> None:
    hosts = read_hosts(b"10.0.0.1 n1 # caf\xe9\n10.0.0.2 n2", "hosts")
    assert hosts.source.lines[0].endswith("caf\u00e9")
    assert [e.at.span for e in hosts.lookup("n2")] == [(2, 10, 2, 12)]


@given(st.binary() | st.text(alphabet="10.:f%#\0\t \r\nan_-", max_size=60).map(str.encode))
def test_any_bytes(data: bytes) -> None:
    try:
        hosts = read_hosts(data, "hosts")
    except HalintError:
        return
    for line, start, end_line, end in [e.at.location()[1:] for e in hosts.entries] + [
        p.span for p in hosts.source.problems
    ]:
        assert line == end_line
        assert 1 <= start < end <= len(hosts.source.lines[line - 1]) + 1
