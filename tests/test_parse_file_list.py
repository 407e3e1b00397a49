"""Lists of a node's files: from find -ls, a root on the disk, an archive; never a key's content."""

from __future__ import annotations

import io
import subprocess
import tarfile

import pytest

from halint.engine.rules import built_in
from halint.engine.run import run
from halint.errors import HalintError
from halint.inputs.read import read
from halint.parse.file_list import read_file_list

CONF = "totem {\n    version: 2\n    crypto_cipher: aes256\n    crypto_hash: sha256\n}\n"
RULES = (
    "corosync-authkey-missing",
    "corosync-authkey-length",
    "corosync-authkey-permissions",
    "stray-config-copies",
    "uncommitted-shadow-cib",
    "cib-history-missing",
)
LINES = (
    (
        "  131075      4 -r--------   1 root     root          256 Jan 10  2024 /etc/corosync/authkey",
        ("etc/corosync/authkey", "-r--------", "root", 256),
    ),
    (
        "-rw-r-----. 1 root haclient 4096 Jan 10 10:00 /etc/pacemaker/authkey",
        ("etc/pacemaker/authkey", "-rw-r-----", "root", 4096),
    ),
    (
        "5 0 lrwxrwxrwx 1 0 0 12 Jan 10 10:00 /etc/corosync/a b -> /x",
        ("etc/corosync/a b", "lrwxrwxrwx", "0", 12),
    ),
)


@pytest.mark.parametrize(("line", "expected"), LINES)
def test_a_line(line, expected):
    (file,) = read_file_list(f"{line}\n".encode(), "file-list").files.values()
    assert (file.path, file.mode, file.owner, file.size) == expected


def test_a_folder_that_is_listed_is_known_whole():
    files = read_file_list(b"1 4 drwxr-xr-x 2 root root 4096 Jan 10 10:00 /etc/corosync\n", "file-list")
    assert files.lacks("etc/corosync/authkey")
    assert not files.lacks("etc/pacemaker/authkey")


def test_what_is_no_list():
    with pytest.raises(HalintError, match="is no list of files as find -ls prints it"):
        read_file_list(b"total 4\nauthkey\n", "file-list")


def test_find_prints_such_lists(tmp_path):
    (tmp_path / "authkey").write_bytes(b"k" * 200)
    (tmp_path / "authkey").chmod(0o640)
    said = subprocess.run(["find", str(tmp_path), "-ls"], capture_output=True, check=True)
    files = read_file_list(said.stdout, "file-list")
    file = files.files[f"{tmp_path}/authkey".lstrip("/")]
    assert (file.mode, file.size) == ("-rw-r-----", 200)
    assert files.complete == {str(tmp_path).lstrip("/")}


@pytest.mark.parametrize(
    ("mode", "is_open"),
    [("-r--------", False), ("-rw-------", False), ("-rw----r--", True), ("-rw-r-----", True), ("-rwx--x--x", False)],
)
def test_who_may_read(mode, is_open):
    line = f"1 4 {mode} 1 root haclient 256 Jan 10 10:00 /etc/corosync/authkey\n"
    (file,) = read_file_list(line.encode(), "file-list").files.values()
    assert file.is_open is is_open


def test_a_group_of_root_does_not_count():
    line = b"1 4 -r--r----- 1 root root 256 Jan 10 10:00 /etc/corosync/authkey\n"
    (file,) = read_file_list(line, "file-list").files.values()
    assert not file.is_open


def laid_out(root, names):
    for name, size in names.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(CONF if name.endswith("corosync.conf") else "s" * size)


def told(inputs):
    outcome = run([rule for rule in built_in() if rule.name in RULES], inputs.cases)
    return sorted((f.rule, f.message) for f in outcome.findings)


SYSTEM = {"usr/lib/x": 1, "etc/passwd": 1, "etc/hostname": 2, "etc/corosync/corosync.conf": 0}


def test_a_root_without_its_key(tmp_path):
    laid_out(tmp_path, SYSTEM)
    message = "/etc/corosync/authkey is missing on ss, and the cluster is encrypted"
    assert told(read([], roots=[str(tmp_path)])) == [("corosync-authkey-missing", message)]


def test_a_folder_of_a_repository_given_as_root_says_nothing_of_keys(tmp_path):
    laid_out(tmp_path, {"etc/hostname": 2, "etc/corosync/corosync.conf": 0})
    assert told(read([], roots=[str(tmp_path)])) == []


def test_copies_and_shadows_of_a_root(tmp_path):
    key = {"etc/corosync/authkey": 100, "etc/corosync/corosync.conf.bak": 0}
    laid_out(tmp_path, {**SYSTEM, **key, "var/lib/pacemaker/cib/shadow.try": 9})
    (tmp_path / "etc/corosync/authkey").chmod(0o400)
    assert told(read([], roots=[str(tmp_path)])) == [
        ("corosync-authkey-length", "/etc/corosync/authkey has 100 bytes on ss; corosync wants 128 or more"),
        ("stray-config-copies", "corosync.conf.bak lies beside /etc/corosync/corosync.conf on ss"),
        ("uncommitted-shadow-cib", "the shadow CIB try lies on ss"),
    ]


def test_a_key_is_neither_read_nor_an_input(tmp_path):
    laid_out(tmp_path, {**SYSTEM, "etc/corosync/authkey": 256})
    (tmp_path / "etc/corosync/authkey").chmod(0)
    inputs = read([], roots=[str(tmp_path)])
    assert [i.path for i in inputs.inputs if "authkey" in i.path or i.kind == "file-list"] == []
    assert not any("sss" in source.text for case in inputs.cases for source in case.cluster.sources)


@pytest.mark.parametrize(("uid", "rules"), [(0, ["corosync-authkey-permissions"]), (1000, [])])
def test_the_headers_of_an_archive_tell_modes(uid, rules, tmp_path):
    """Unless somebody else packed a copy: then the owner of corosync.conf is not root either."""
    with tarfile.open(tmp_path / "etc.tar", "w") as tar:
        for name, data, mode in (("corosync.conf", CONF.encode(), 0o644), ("authkey", b"s" * 256, 0o644)):
            member = tarfile.TarInfo(f"n1/etc/corosync/{name}")
            member.size, member.mode, member.uid, member.gid = len(data), mode, uid, uid
            tar.addfile(member, io.BytesIO(data))
    found = told(read([str(tmp_path / "etc.tar")]))
    assert [rule for rule, _ in found] == rules
    assert all("is -rw-r--r-- on" in message for _, message in found)
