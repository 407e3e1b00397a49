"""Files of uidgid.d: what corosync takes in them, asked of corosync itself where it is installed."""

from __future__ import annotations

import shutil
import subprocess
import tarfile

import pytest

from halint.engine.rules import built_in
from halint.engine.run import run
from halint.inputs.read import read
from halint.parse.corosync_uidgid import read_uidgid

CONF = """totem {
    version: 2
    cluster_name: shop
    transport: knet
}
nodelist {
    node {
        ring0_addr: 127.0.0.1
        name: a
        nodeid: 1
    }
}
quorum {
    provider: corosync_votequorum
}
"""
# name, text, line of the first problem (0: none) for corosync 3.1
FILES = (
    ("good", b"uidgid {\n  uid: root\n  gid: 0\n}\n", 0),
    ("empty", b"", 0),
    ("blanks", b"\n\n# c\n", 0),
    ("two sections", b"uidgid {\n uid: 0\n}\nuidgid {\n gid: 0\n}\n", 0),
    ("empty section", b"uidgid {\n}\n", 0),
    ("path as key", b"uidgid.uid: 0\n", 0),
    ("NUL in an empty line", b"uidgid {\n\0\n uid: 0\n}\n", 0),
    ("key at top", b"uid: root\n", 1),
    ("short key at top", b"a: root\n", 1),
    ("another section", b"totem {\n version: 2\n}\n", 1),
    ("a path as section", b"uidgid.uid {\n}\n", 1),
    ("uidgid in uidgid", b"uidgid {\n uid: 0\n x {\n gid: 0\n }\n}\n", 3),
    ("another key", b"uidgid {\n user: 0\n}\n", 2),
    ("capitals", b"uidgid {\n UID: 0\n}\n", 2),
    ("a key with a dot", b"uidgid {\n x.uid: 0\n}\n", 2),
    ("a key of odd characters", b"uidgid {\n u*d: 0\n}\n", 2),
    ("no key", b"uidgid {\n : 0\n}\n", 2),
    ("minus one", b"uidgid {\n uid: 4294967295\n}\n", 2),
    ("below zero", b"uidgid {\n uid: -5\n}\n", 2),
    ("too large", b"uidgid {\n gid: 4294967296\n}\n", 2),
    ("no value", b"uidgid {\n uid:\n}\n", 2),
    ("a text", b"hello\n", 1),
    ("open at the end", b"uidgid {\n uid: 0\n", 2),
    ("closed twice", b"}\n", 1),
    ("text behind a brace", b"uidgid { x\n}\n", 1),
    ("a long line", b"# " + b"x" * 600 + b"\n", 1),
    ("a byte order mark", b"\xef\xbb\xbfuidgid {\n}\n", 1),
    ("latin-1", b"# M\xfcller\nuidgid {\n uid: 0\n}\n", 0),
    ("a swap file", b"b0VIM 9.1\0\0\0\0\x01\x02root\0\0~/web\n\0\0", 1),
)
IDS = [name for name, _, _ in FILES]


@pytest.mark.parametrize(("_name", "data", "line"), FILES, ids=IDS)
def test_first_problem(_name, data, line):
    problems = read_uidgid(data, "uidgid.d/web").source.problems
    assert (problems[0].span.line if problems else 0) == line
    assert {p.rule for p in problems} <= {"corosync-uidgid-invalid"}


@pytest.mark.skipif(shutil.which("corosync") is None, reason="corosync is not installed")
@pytest.mark.parametrize(("_name", "data", "line"), FILES, ids=IDS)
def test_corosync_says_the_same(_name, data, line, tmp_path):
    (tmp_path / "corosync.conf").write_text(CONF)
    (tmp_path / "uidgid.d").mkdir()
    (tmp_path / "uidgid.d/web").write_bytes(data)
    asked = subprocess.run(
        ["corosync", "-t", "-c", str(tmp_path / "corosync.conf")], capture_output=True, text=True, check=False
    )
    said = asked.stdout + asked.stderr
    assert (asked.returncode != 0) == bool(line), said
    assert not line or f"uidgid.d/web:{line}: " in said, said


def test_one_finding_of_a_file_that_is_something_else():
    text = b"Put a file per application here.\nRestart corosync.\nfoo: bar\n"
    assert len(read_uidgid(text, "uidgid.d/README").source.problems) == 1


def test_a_release_before_3_passes_a_text():
    assert (
        read_uidgid(b"hello\n", "uidgid.d/web", release=(2, 4)).source.problems[0].rule == "corosync-refused-by-newer"
    )


def laid_out(folder):
    (folder / "etc/corosync/uidgid.d").mkdir(parents=True)
    (folder / "etc/corosync/corosync.conf").write_text(CONF)
    (folder / "etc/corosync/uidgid.d/.web.swp").write_text("junk\n")
    (folder / "etc/corosync/uidgid.d/web").write_text("uidgid {\n uid: root\n}\n")


def found_in(inputs):
    rules = [rule for rule in built_in() if rule.name == "corosync-uidgid-invalid"]
    return [(f.location.file, f.message) for f in run(rules, inputs.cases).findings]


MESSAGE = "junk stands alone, without a colon and without a brace"


def test_found_in_a_root(tmp_path):
    laid_out(tmp_path / "n1")
    place = str(tmp_path / "n1/etc/corosync/uidgid.d/.web.swp")
    assert found_in(read([], roots=[str(tmp_path / "n1")])) == [(place, MESSAGE)]


def test_found_in_a_folder_as_one_cluster(tmp_path):
    laid_out(tmp_path / "n1")
    inputs = read([str(tmp_path)])
    assert found_in(inputs) == [(str(tmp_path / "n1/etc/corosync/uidgid.d/.web.swp"), MESSAGE)]
    assert inputs.clusters == 1


def test_found_in_an_archive(tmp_path):
    laid_out(tmp_path / "n1")
    with tarfile.open(tmp_path / "n1.tar.gz", "w:gz") as tar:
        tar.add(tmp_path / "n1", "n1")
    path = tmp_path / "n1.tar.gz"
    assert found_in(read([str(path)])) == [(f"{path}:n1/etc/corosync/uidgid.d/.web.swp", MESSAGE)]


def test_read_with_the_corosync_conf_that_is_named(tmp_path):
    laid_out(tmp_path / "n1")
    inputs = read([str(tmp_path / "n1/etc/corosync/corosync.conf")])
    assert found_in(inputs) == [(str(tmp_path / "n1/etc/corosync/uidgid.d/.web.swp"), MESSAGE)]
    assert inputs.clusters == 1
