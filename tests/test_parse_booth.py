"""The reader of booth.conf against what boothd accepts (booth 1.0-283 of Debian 12 was asked)."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from halint.parse.booth import read_booth

SITES = "site=10.0.0.1\nsite=10.1.0.1\narbitrator=10.2.0.1\n"

# Text, and the line boothd names when it refuses the file; None where it accepts it
CASES = [
    (SITES + "ticket=a\n expire=600\n", None),
    (SITES + "ticket='a'\nticket = \"b/c-1\" # second\n", None),
    (SITES + "ticket=a\n expire=10\n", 5),
    (SITES + "ticket=a\n expire=10\nticket=b\n", 6),
    (SITES + "ticket=a\n foo=10\n", 5),
    (SITES + "ticket=a\nticket=a\n", 5),
    (SITES + "ticket=a_b\n", 4),
    (SITES + 'ticket="a;120"\n', 4),
    (SITES + "ticket=a.b\n", 4),
    (SITES + f"ticket={'a' * 64}\n", 4),
    (SITES + f"ticket={'a' * 63}\n", None),
    ("transport=TCP\n" + SITES, 1),
    ("transport=udp\n" + SITES, None),
    ("transport=UDP\ntransport=UDP\n" + SITES, 2),
    (SITES + "ticket=a\nrenewal-freq=5m\n", 5),
    (SITES + "ticket=a\nrenewal-freq=10\ntimeout=5ms\n", None),
    (SITES + "ticket=a\nacquire-after=-1\n", 5),
    (SITES + "ticket=a\nacquire-after=0\n", None),
    (SITES + "ticket=a\nretries=2\n", 5),
    (SITES + "ticket=a\nweights=1,x\n", 5),
    (SITES + "ticket=a\nweights=1, 2;3\n", None),
    (SITES + "ticket=a\nattr-prereq=auto a eq\n", 5),
    (SITES + "ticket=a\nattr-prereq=auto a eq b\n", None),
    (SITES + "ticket=a\nenable-authfile2=1\n", 5),
    ("expire=5\n" + SITES, 1),
    ("crmv1\n" + SITES, 1),
    ("Site=1.1.1.1\n", 1),
    ("site=1.1.1.1 # foo\n", 1),
    ("site=\n", 1),
    ('site=""\n', 1),
    ('site="1.1.1.1" x\n', 1),
    ('site="1.1.1.1\n', 1),
    ("site=fd00::1\n", None),
    (SITES + "ticket=__defaults__\nexpire=600\nticket=b\n", None),
    (SITES + "ticket=__defaults__\nexpire=20\nticket=b\n", 6),
    ("site\u00a0=\u00a010.0.0.1\n", 1),
    ("# nothing\n\n", None),
]


@pytest.mark.parametrize(("text", "line"), CASES)
def test_what_boothd_refuses(text: str, line: int | None) -> None:
    problems = read_booth(text.encode(), "booth.conf").source.problems
    # a ticket whose times do not fit is refused when the next one begins; the finding stands at the ticket itself
    assert bool(problems) == (line is not None)
    if problems and "may send for" not in problems[0].message:
        assert problems[0].span.line == line


@pytest.mark.parametrize(("text", "line"), CASES)
def test_boothd_says_the_same(text: str, line: int | None, tmp_path: Path) -> None:
    boothd = shutil.which("boothd")
    if boothd is None:
        pytest.skip("boothd is not installed")
    path = tmp_path / "booth.conf"
    path.write_text(text, encoding="utf-8")
    try:
        run = subprocess.run([boothd, "client", "list", "-c", str(path)], capture_output=True, timeout=0.5, check=False)
        said = run.stderr.decode("utf-8", "replace")
    except subprocess.TimeoutExpired as slow:
        said = (slow.stderr or b"").decode("utf-8", "replace")
    refused = "cannot read config" in said
    named = re.search(r"in config file line (\d+)", said)
    assert refused == (line is not None)
    # boothd counts the last line it read, which for a ticket's times is the one behind it
    assert named is None or line is None or abs(int(named[1]) - line) <= 1


def test_peers_tickets_and_settings() -> None:
    text = """# example
transport = UDP
site = "fd00::0:1"
arbitrator=arbiter.example.com
authfile = /etc/booth/key
ticket = __defaults__
  timeout = 500ms
ticket = "web"
  expire = 60
  mode = Manual
ticket = db
"""
    booth = read_booth(text.encode(), "/etc/booth/shop.conf", "n1")
    assert booth.source.problems == ()
    assert (booth.name, booth.node) == ("shop", "n1")
    assert [(p.kind, p.address, p.canonical) for p in booth.peers] == [
        ("site", "fd00::0:1", "fd00::1"),
        ("arbitrator", "arbiter.example.com", ""),
    ]
    assert [(t.name, t.mode, t.expire, t.renewal, t.timeout, t.retries) for t in booth.tickets] == [
        ("web", "Manual", 60_000, 30_000, 500, 10),
        ("db", "", 600_000, 300_000, 500, 10),
    ]
    assert booth.variables["authfile"].value == "/etc/booth/key"
    assert booth.peers[0].at.location() == ("/etc/booth/shop.conf", 3, 9, 3, 18)
    assert booth.tickets[0].at.location() == ("/etc/booth/shop.conf", 8, 11, 8, 14)


def test_reading_goes_on_behind_a_problem() -> None:
    booth = read_booth(b"x\nsite=10.0.0.1\n=\nticket=a\nbad=1\nticket=b\n", "booth.conf")
    assert [p.address for p in booth.peers] == ["10.0.0.1"]
    assert [t.name for t in booth.tickets] == ["a", "b"]
    assert [(p.rule, p.span.line) for p in booth.source.problems] == [
        ("booth-syntax", 1),
        ("booth-syntax", 3),
        ("booth-ticket-invalid", 5),
    ]


def test_corpus(corpus: Path) -> None:
    """Real files: templates and examples of old releases are refused, all others are accepted."""
    refused = set()
    for path in sorted((corpus / "booth").glob("*.conf")):
        if read_booth(path.read_bytes(), path.name).source.problems:
            refused.add(path.name)
    good = {path.name for path in (corpus / "booth").glob("*.conf")} - refused
    assert "ClusterLabs_booth__booth.conf.example.conf" in good
    assert "SUSE_suse-best-practices__MAIN-SBP-DRBD.conf" in good
    # the ticket's time behind a semicolon is the form of booth 0.1
    assert "Percona-Lab_pacemaker-replication-agents__PRM-geo-DR-guide.conf" in refused


@given(st.binary(max_size=400) | st.text(alphabet="sitearbock=\"'#\n 1.:-", max_size=200).map(str.encode))
def test_any_bytes(data: bytes) -> None:
    booth = read_booth(data, "booth.conf")
    lines = booth.source.lines
    for problem in booth.source.problems:
        assert 1 <= problem.span.line <= len(lines)
        assert problem.span.end_column > problem.span.column >= 1
