"""corosync.conf as corosync reads it: grammar, stored keys, and the real program as judge."""

from __future__ import annotations

import csv
import re
import shutil
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from halint.parse.corosync import Entry, Section, read_corosync, to_xml
from halint.parse.corosync_release import TARGETS
from halint.secrets import MASK

REJECTED = [
    # text, line, message
    ("totem {\n  token 5\n}\n", 2, "neither a section nor a key with a colon: token 5"),
    ("totem {\n  token = 5\n}\n", 2, "token is followed by = where a colon belongs"),
    ("totem\n{\n  token: 5\n}\n", 1, "totem stands alone, without a colon and without a brace"),
    ("{\n}\n", 1, "no section name before the opening brace"),
    ("totem { # main\n}\n", 1, "text after the opening brace of section totem"),
    ("totem { version: 2 }\n", 1, "text after the opening brace of section totem"),
    ("a { b {\n}\n}\n", 1, "text after the opening brace of section a"),
    ("totem {\n} # end\n", 2, "text around a closing brace"),
    ("totem {\n}}\n", 2, "text around a closing brace"),
    ("totem {\n}\n}\n", 3, "a closing brace where no section is open"),
    (
        "totem {\n  cluster_name: a{b\n}\n",
        2,
        "an opening brace in a value: corosync takes the line for the start of a section",
    ),
    ("totem {\n  version: 2\n\n# end\n", 4, "section totem, opened in line 1, is never closed"),
    ("totem {\n  tok*n: 5\n}\n", 2, 'key "tok*n" has characters that no key may have'),
    ("ab: 5\n", 1, "key ab outside of any section is shorter than 3 characters"),
    (
        "to tem {\n  a: 1\n  b: 2\n}\n",
        2,
        'a key in section "to tem", whose name has characters that no key\'s path can hold',
    ),
    ("totem {\n  token: 5s\n}\n", 2, 'totem.token is "5s", not a whole number from 0 to 4294967295'),
    ("totem {\n  token:\n}\n", 2, 'totem.token is "", not a whole number from 0 to 4294967295'),
    ("quorum {\n  two_node: yes\n}\n", 2, 'quorum.two_node is "yes", not a whole number from 0 to 255'),
    (
        "nodelist {\nnode {\nnodeid: x\n}\n}\n",
        3,
        'nodelist.node.nodeid is "x", not a whole number from 0 to 4294967295',
    ),
    (
        "totem {\nconfig_version: new\n}\n",
        2,
        'totem.config_version is "new", not a whole number from 0 to 18446744073709551615',
    ),
    ("totem {\n  ip_version: 4\n}\n", 2, 'totem.ip_version is "4", not one of ipv4, ipv6, ipv4-6, ipv6-4'),
    ("system {\n  sched_rr: on\n}\n", 2, 'system.sched_rr is "on", not one of yes, no'),
    ("totem {\ninterface {\nmember {\naddr: x\n}\n}\n}\n", 4, "addr in a member section, which takes only memberaddr"),
    ("uidgid {\n  user: x\n}\n", 2, "user in a uidgid section, which takes only uid and gid"),
    ("uidgid {\n  uid: 4294967295\n}\n", 2, 'uid is "4294967295", not a name or a number below 4294967295'),
    ("logging {\nlogger_subsys {\n  debug: on\n}\n}\n", 4, "the logger_subsys section of line 2 has no subsys"),
    ("logging {\nlogging_daemon {\n}\n}\n", 3, "the logging_daemon section of line 2 has no name"),
    ("logging {\nlogger_subsys {\nsubsys: A B\n}\n}\n", 4, 'subsys is "A B" in line 3, which no key\'s path can hold'),
    ("# " + "x" * 509 + "\n", 1, "the line is longer than 510 bytes"),
    ("# " + "ä" * 255 + "\n", 1, "the line is longer than 510 bytes"),
    ("x" * 254 + " {\n}\n", 1, f"the path of section {'x' * 39}… is longer than 254 characters"),
    ("totem {\n  " + "x" * 250 + ": 1\n}\n", 2, f"the path of key {'x' * 39}… is longer than 254 characters"),
    ("abc: b\0c\ntotem {\n}\n", 1, "the line holds a NUL byte"),
    ("\ufefftotem {\n  version: 2\n}\n", 1, "a byte order mark: corosync takes it for part of the first line"),
]


@pytest.mark.parametrize(("text", "line", "message"), REJECTED, ids=[m[:50] for _, _, m in REJECTED])
def test_one_mistake_is_one_problem_at_its_line(text, line, message):
    problems = read_corosync(text.encode(), "corosync.conf").source.problems
    assert [(p.span.line, p.message) for p in problems] == [(line, message)]


NEWER = [
    # text, line, message, the first release that refuses it
    ("totem {\n:5\n}\n", 2, "no key before the colon", "3.1.10"),
    ("totem {\n  ip_dscp: 99\n}\n", 2, 'totem.ip_dscp is "99", not a DSCP name or a number from 0 to 63', "3.1.10"),
    ("uidgid {\n  x {\n  }\n}\n", 2, "a section inside uidgid, which takes none", "3.1.10"),
    ("junk\ntotem {\n}\n", 1, "junk stands alone, without a colon and without a brace", "3.0"),
    ("totem { # x\n}\n", 1, "text after the opening brace of section totem", "3.0"),
    ("totem {\n  tok*n: 5\n}\n", 2, 'key "tok*n" has characters that no key may have', "3.0"),
]


@pytest.mark.parametrize(("text", "line", "message", "since"), NEWER, ids=[m[:50] for _, _, m, _ in NEWER])
def test_only_later_releases_refuse(text, line, message, since):
    for name, release in TARGETS.items():
        problems = read_corosync(text.encode(), "corosync.conf", release=release).source.problems
        refused = [(p.span.line, p.message) for p in problems if p.rule != "corosync-refused-by-newer"]
        assert refused == ([(line, message)] if release >= TARGETS[since] or since == "3.0" <= name else []), name


OLDER = [
    # a byte A0 is a blank since 3.1.8, rrp counters are no numbers since 3.1.10, auto came with 3.1.5
    (b"totem {\n\xa0token: 5\n}\n", {"2.4": 0, "3.0": 1, "3.1.7": 1, "3.1.8": 0, "3.1.10": 0}),
    (b"totem {\nrrp_problem_count_timeout: x\n}\n", {"2.4": 1, "3.0": 1, "3.1.7": 1, "3.1.8": 1, "3.1.10": 0}),
    (b"system {\nmove_to_root_cgroup: auto\n}\n", {"2.4": 1, "3.0": 1, "3.1.7": 0, "3.1.8": 0, "3.1.10": 0}),
    (b"totem {\nknet_compression_model: none\n}\n", {"2.4": 0, "3.0": 0, "3.1.7": 1, "3.1.8": 1, "3.1.10": 1}),
    (b"totem {\ncrypto_cipher: 3des\n}\n", {"2.4": 0, "3.0": 1, "3.1.7": 1, "3.1.8": 1, "3.1.10": 1}),
]


@pytest.mark.parametrize(("data", "refused"), OLDER, ids=[str(d[:40]) for d, _ in OLDER])
def test_releases_differ(data, refused):
    for name, count in refused.items():
        problems = read_corosync(data, "corosync.conf", release=TARGETS[name]).source.problems
        assert len([p for p in problems if p.rule != "corosync-refused-by-newer"]) == count, name


STORED = [
    ("last of two equal keys wins", "totem {\ntoken: 1\ntoken: 2\n}\n", {"totem.token": "2"}),
    ("sections of one name are one", "totem {\na: 1\n}\ntotem {\nb: 2\n}\n", {"totem.a": "1", "totem.b": "2"}),
    ("numbers are stored plain", "totem {\ntoken: +0005000\n}\n", {"totem.token": "5000"}),
    ("a negative 64-bit number wraps", "totem {\nconfig_version: -1\n}\n", {"totem.config_version": str(2**64 - 1)}),
    ("a typed key outside its section is text", "totem.token: x\n", {"totem.token": "x"}),
    ("a value keeps colons, hashes, closing braces", "totem {\nname: a:b # }c\n}\n", {"totem.name": "a:b # }c"}),
    (
        "colons and braces at a key's end are dropped",
        "totem: {\nkey1 : v\nkey2:: v\n}\n",
        {"totem.key1": "v", "totem.key2": ": v"},
    ),
    ("a lone colon with a blank is a key", "totem {\n: 5000\n}\n", {"totem.:": "5000"}),
    (
        "interface keys go to their link, wherever linknumber stands",
        "totem {\ninterface {\nmcastport: 5500\nfoo: x\nlinknumber: 1\n}\ninterface {\nttl: 1\n}\n}\n",
        {"totem.interface.foo": "x", "totem.interface.1.mcastport": "5500", "totem.interface.0.ttl": "1"},
    ),
    (
        "members are numbered from the last",
        "totem {\ninterface {\nmember {\nmemberaddr: a\nmemberaddr: b\n}\n}\n}\n",
        {"totem.interface.0.member.0": "b", "totem.interface.0.member.1": "a"},
    ),
    (
        "a second nodelist starts at the first node again",
        "nodelist {\nnode {\nname: a\nnodeid: 1\n}\n}\nnodelist {\nnode {\nname: b\n}\n}\n",
        {"nodelist.node.0.name": "b", "nodelist.node.0.nodeid": "1"},
    ),
    ("an empty node takes an index", "nodelist {\nnode {\n}\nnode {\nname: b\n}\n}\n", {"nodelist.node.1.name": "b"}),
    (
        "a section inside a node is the node",
        "nodelist {\nnode {\nx {\nname: a\n}\nname: b\n}\nnode {\nname: c\n}\n}\n",
        {"nodelist.node.0.name": "a", "nodelist.node.1.name": "b", "nodelist.node.2.name": "c"},
    ),
    (
        "the first of two equal keys wins for a logger",
        "logging {\nlogger_subsys {\ndebug: on\ndebug: off\nsubsys: X\n}\n}\n",
        {"logging.logger_subsys.X.debug": "on", "logging.logger_subsys.X.subsys": "X"},
    ),
    (
        "the daemon called corosync is the logging section",
        "logging {\nlogging_daemon {\nname: corosync\ndebug: on\n}\n}\n",
        {"logging.debug": "on"},
    ),
    (
        "other daemons keep their name",
        "logging {\nlogging_daemon {\nname: q\nsubsys: S\ndebug: on\n}\n}\n",
        {
            "logging.logging_daemon.q.S.debug": "on",
            "logging.logging_daemon.q.S.name": "q",
            "logging.logging_daemon.q.S.subsys": "S",
        },
    ),
    ("carriage returns and a missing last line feed", "totem {\r\na: 1\r\n}", {"totem.a": "1"}),
]


@pytest.mark.parametrize(("text", "keys"), [s[1:] for s in STORED], ids=[s[0] for s in STORED])
def test_keys_are_stored_as_corosync_stores_them(text, keys):
    file = read_corosync(text.encode(), "corosync.conf")
    assert {k.path: k.value for k in file.keys.values()} == keys
    assert file.source.problems == ()


@pytest.mark.parametrize("text", ["", "\n\n", "# nothing\n", "\0\0\0"])
def test_a_file_without_content_is_one_problem(text):
    file = read_corosync(text.encode(), "corosync.conf")
    assert file.keys == {}
    assert [p.message for p in file.source.problems] == ["the file sets nothing: corosync has no address to start with"]


def test_an_empty_section_is_fine():
    assert read_corosync(b"totem {\n}\n", "corosync.conf").source.problems == ()


def test_reading_goes_on_after_a_missing_brace():
    text = "totem {\n  version: 2\nquorum {\n  two_node: 1\n}\nnodelist {\nnode {\nname: a\nnode {\nname: b\n}\n}\n"
    file = read_corosync(text.encode(), "corosync.conf")
    assert [p.message for p in file.source.problems] == ["section totem, opened in line 1, is never closed"]
    assert {k.path: k.value for k in file.keys.values()} == {
        "totem.version": "2",
        "quorum.two_node": "1",
        "nodelist.node.0.name": "a",
        "nodelist.node.1.name": "b",
    }


def test_places_count_code_points():
    file = read_corosync("totem {\n\tcluster_name:  größe\n}\n".encode(), "c.conf")
    assert file.keys["totem.cluster_name"].at.location() == ("c.conf", 2, 2, 2, 22)
    assert file.sections["totem"].location() == ("c.conf", 1, 1, 1, 8)


def test_bytes_that_are_not_utf8_are_kept():
    file = read_corosync(b"totem {\n  cluster_name: gr\xf6\xdfe\n}\n", "c.conf")
    assert file.keys["totem.cluster_name"].value == "größe"
    assert file.source.problems == ()


def test_utf16_is_one_problem():
    file = read_corosync("totem {\n}\n".encode("utf-16"), "c.conf")
    assert [p.message for p in file.source.problems] == ["the file is UTF-16; corosync reads plain bytes"]


@pytest.mark.parametrize(
    "line", ["key: hunter2hunter2", "key:hunter2hunter2", "Key : hunter2", "key = hunter2", "key hunter2 x:y"]
)
def test_the_cluster_key_is_never_shown(line):
    file = read_corosync(f"totem {{\n  {line}\n}}\n".encode(), "c.conf")
    root, _ = to_xml(file.tree)
    shown = [k.value for k in file.keys.values()] + [str(t) for t in root.itertext()]
    shown += [p.message for p in file.source.problems]
    shown += [name for e in root.iter() for name in e.attrib.values()]
    assert not any("hunter" in text for text in shown)
    (span,) = file.source.secrets
    assert "hunter" not in file.source.lines[1][: span.column - 1]
    assert span.end_column == len(file.source.lines[1]) + 1


def test_xml_view():
    text = "totem {\n  version: 2\n  we!rd: x\n}\na b {\n}\nnodelist {\nnode {\nname: \x07\n}\n}\n"
    root, marks = to_xml(read_corosync(text.encode(), "c.conf").tree)
    assert root.findtext("totem/version") == "2"
    assert root.find("totem/key[@name='we!rd']").text == "x"
    assert root.find("section[@name='a b']") is not None
    assert root.findtext("nodelist/node/name") == "\ufffd"
    assert [marks[e].location().line for e in root.iter()] == [1, 1, 2, 3, 5, 7, 8, 9]


def test_tree_is_as_written():
    tree = read_corosync(b"totem {\n token: 1\n token: 2\n interface {\n }\n}\n", "c.conf").tree
    (totem,) = tree.sections()
    assert [(e.key, e.value) for e in totem.entries()] == [("token", "1"), ("token", "2")]
    assert [type(item) for item in totem.items] == [Entry, Entry, Section]


def test_the_key_is_masked_in_tree_and_keys():
    file = read_corosync(b"totem {\n key: abc\n}\n", "c.conf")
    assert file.keys["totem.key"].value == MASK
    assert next(next(file.tree.sections()).entries()).value == MASK


PIECES = st.sampled_from(
    [
        "totem",
        "nodelist",
        "node",
        "interface",
        "uidgid",
        "logging",
        "logger_subsys",
        "{",
        "}",
        ":",
        "\n",
        " ",
        "#",
        "key",
        "token",
        "5",
        "\0",
        "\r",
        "ä",
    ]
)


@given(st.one_of(st.binary(max_size=300), st.lists(PIECES, max_size=60).map(lambda p: "".join(p).encode())))
def test_no_bytes_make_it_fail(data):
    file = read_corosync(data, "c.conf")
    to_xml(file.tree)
    for problem in file.source.problems:
        assert 1 <= problem.span.line <= len(file.source.lines)
        assert "\n" not in problem.message


def test_deep_nesting_is_one_problem():
    file = read_corosync(b"a {\n" * 5000 + b"}\n" * 5000, "c.conf")
    assert len(file.source.problems) == 1
    to_xml(file.tree)


# Where halint marks a better line than corosync, which names the closing brace or the first key
ELSEWHERE = {
    "041-bad-section-name-with-key",
    "281-bad-logger-subsys-without-subsys",
    "286-bad-logger-subsys-name-with-space",
    "288-bad-logging-daemon-without-name",
    "342-bad-uidgid-subsection-with-key",
    "348-bad-logger-subsys-key-with-space",
}
# What 3.1.7 let pass and 3.1.10 refuses
# and what it refuses after reading
AFTER = {"056-bad-empty-file"}
LATER = {
    "154-ok-ip-dscp-unknown-in-317",
    "368-ok-uidgid-empty-subsection-before-3.1.10",
    "369-ok-empty-key-before-3.1.10",
}


def test_casebook(corpus):
    """Verdicts of corosync 3.1.7's reader; what depends on the host's users is left out."""
    table = corpus / "casebook" / "verdicts.tsv"
    with table.open(encoding="utf-8") as lines:
        verdicts = list(csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))[1:]
    wrong = []
    for name, status, message, *_ in verdicts:
        path = corpus / "casebook" / f"{name}.conf"
        if not path.is_file() or "is not found in /etc" in message or name in LATER | AFTER:
            continue
        match = re.match(r"parser error: FILE:(\d+)", message)
        found = [p.span.line for p in read_corosync(path.read_bytes(), name).source.problems]
        refused = match is not None or status == "134"
        if bool(found) != refused or (match and name not in ELSEWHERE and found[0] != int(match[1])):
            wrong.append((name, message, found))
    assert wrong == []


@pytest.mark.skipif(shutil.which("corosync") is None, reason="corosync is not installed")
@pytest.mark.parametrize(("text", "line", "message"), REJECTED, ids=[m[:50] for _, _, m in REJECTED])
def test_corosync_refuses_what_halint_refuses(text, line, message, tmp_path):
    path = tmp_path / "corosync.conf"
    path.write_bytes(text.encode())
    run = subprocess.run(["corosync", "-t", "-c", path], capture_output=True, check=False, timeout=20)
    said = (run.stderr + run.stdout).decode(errors="replace")
    assert "parser error" in said or "Assertion" in said or run.returncode in (8, -6)
    where = re.search(r"parser error: [^:]*:(\d+):", said)
    if where and not re.search("subsys|logging_daemon|section name", message):
        assert int(where[1]) in (line, line + 1)
