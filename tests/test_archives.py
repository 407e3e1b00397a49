"""Archives of reports and node roots: what is found in them, whose it is, and that nothing in one does harm."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import os
import re
import tarfile
import tracemalloc
import zlib
from pathlib import Path

import pytest
from test_inputs import HOSTS, cib, corosync, lay

from halint.cli.main import main
from halint.inputs import archive as archive_module
from halint.inputs.one_cib import one_cib
from halint.inputs.read import read
from halint.parse import tar, unpacked
from halint.parse.supportconfig import sections
from halint.parse.unpacked import Budget, Stream, UnpackError

ARCHIVES = Path(__file__).parent.parent / "fixtures/archives"
MODES = {".tar": "w", ".tar.gz": "w:gz", ".tgz": "w:gz", ".tar.bz2": "w:bz2", ".tbz": "w:bz2", ".tar.xz": "w:xz"}
MODES[".txz"] = "w:xz"


def pack(tree: Path, target: Path, top: str | None = None, **how) -> Path:
    """A tarball of a folder, under its own name or, with `top` "", without it."""
    suffix = next(s for s in sorted(MODES, key=len, reverse=True) if target.name.endswith(s))
    with tarfile.open(target, MODES[suffix], **how) as packed:
        if top == "":
            for path in sorted(tree.iterdir()):
                packed.add(path, path.name)
        else:
            packed.add(tree, top or tree.name)
    return target


def members(target: Path, *infos: tuple[tarfile.TarInfo, bytes], mode: str = "w") -> Path:
    """A tarball of members made by hand."""
    with tarfile.open(target, mode) as packed:
        for info, data in infos:
            info.size = info.size or len(data)
            packed.addfile(info, io.BytesIO(data))
    return target


def member(name: str, data: str | bytes = b"", **fields) -> tuple[tarfile.TarInfo, bytes]:
    info = tarfile.TarInfo(name)
    for key, value in fields.items():
        setattr(info, key, value)
    return info, data.encode() if isinstance(data, str) else data


def told(*paths: object, **how) -> dict[str, tuple[str, str, str | None]]:
    """What was read, by member: kind, cluster, node."""
    inputs = read([str(p) for p in paths], **how)
    return {i.path: (i.kind, i.cluster, i.node) for i in inputs.inputs if i.status == "read"}


def found_in(folder: Path, capsys, *paths: str) -> list[str]:
    """The findings of a run in a folder, without their severities, which are the rules' matter."""
    capsys.readouterr()
    main(["check", "--format", "concise", "--fail-on", "never", "--select", ASKED, *paths])
    captured = capsys.readouterr()
    assert captured.err == ""
    return [re.sub(" (error|warning|info) ", " ", line, count=1) for line in captured.out.splitlines() if line]


ASKED = (
    "hosts-entry-differs,sbd-config-differs,corosync-unknown-key,corosync-conf-differs,cluster-services-inconsistent"
)
SOSREPORTS = ("sosreport-nfs1-2026-01-07-kqzvbyd", "sosreport-nfs2-2026-01-07-wmcfpte")
SUPPORTCONFIGS = ("scc_fs1_260107_1002", "scc_fs2_260107_1011")
CRM_REPORT = "crm_report-Wed-07-Jan-2026"


@pytest.mark.parametrize("suffix", MODES)
@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_sosreports_of_one_cluster(tmp_path, monkeypatch, capsys, suffix, form):
    for name in SOSREPORTS:
        pack(ARCHIVES / "sosreport" / name, tmp_path / f"{name}{suffix}", format=form)
    monkeypatch.chdir(tmp_path)
    one, two = (f"{name}{suffix}" for name in SOSREPORTS)
    assert found_in(tmp_path, capsys, one, two) == [
        f"{two}:{SOSREPORTS[1]}/etc/hosts:4:34: hosts-entry-differs "
        "node name nfs1 is 192.0.2.11 on nfs1 but 192.0.2.21 on nfs2"
    ]
    inside = "sos_commands/pacemaker/crm_report/nfs1/cib.xml"
    assert {path.rpartition(f"{SOSREPORTS[0]}/")[2]: what for path, what in told(one).items()} == {
        "etc/corosync/corosync.conf": ("corosync", "nfs", "nfs1"),
        "etc/fstab": ("fstab", "nfs", "nfs1"),
        "etc/hostname": ("hostname", "nfs", "nfs1"),
        "etc/hosts": ("hosts", "nfs", "nfs1"),
        "etc/sysconfig/pacemaker": ("sysconfig-pacemaker", "nfs", "nfs1"),
        inside: ("cib", "nfs", "nfs1"),
        "installed-rpms": ("packages", "nfs", "nfs1"),
        "sos_commands/systemd/systemctl_list-unit-files": ("units", "nfs", "nfs1"),
    }


def test_archive_and_unpacked_tree_say_the_same(tmp_path, monkeypatch, capsys):
    for kind in ("sosreport", "crm_report", "supportconfig"):
        (tmp_path / kind).mkdir()
        for tree in (ARCHIVES / kind).iterdir():
            pack(tree, tmp_path / kind / f"{tree.name}.tar.xz")
        monkeypatch.chdir(tmp_path / kind)
        packed = found_in(tmp_path, capsys)
        read_packed = {path.partition(":")[2]: what for path, what in told(".").items()}
        monkeypatch.chdir(ARCHIVES / kind)
        assert read_packed == told(".")
        assert [line.replace(".tar.xz:" + line.partition(".tar.xz:")[0], "") for line in packed] == found_in(
            tmp_path, capsys
        )
        assert len(packed) == 1


def test_crm_report(tmp_path, monkeypatch, capsys):
    pack(ARCHIVES / "crm_report" / CRM_REPORT, tmp_path / "crm.tar.bz2")
    monkeypatch.chdir(tmp_path)
    assert found_in(tmp_path, capsys, "crm.tar.bz2") == [
        f"crm.tar.bz2:{CRM_REPORT}/fs2/sbd:5:1: sbd-config-differs SBD_STARTMODE is always on fs1 and clean on fs2"
    ]
    found = {path.partition(f":{CRM_REPORT}/")[2]: what for path, what in told("crm.tar.bz2").items()}
    assert found == {
        f"{node}/{name}": (kind, "fileserver", node)
        for node in ("fs1", "fs2")
        for name, kind in {
            "cib.xml": "cib",
            "corosync.conf": "corosync",
            "sbd": "sbd",
            "sbd.txt": "sbd-dump",
            "sysinfo.txt": "packages",
        }.items()
        if (node, name) != ("fs2", "cib.xml")
    }
    skipped = {i.path: i.status for i in read(["crm.tar.bz2"]).inputs if i.status != "read"}
    assert skipped == {
        f"crm.tar.bz2:{CRM_REPORT}/fs2/cib.xml": "skipped: fs2 was stopped when it was collected, so its copy may be "
        "old; that of a running node is read"
    }


def test_a_crm_report_lacks_inputs_and_says_so(tmp_path):
    from halint.cli.check import make_report
    from halint.cli.options import CheckOptions

    pack(ARCHIVES / "crm_report" / CRM_REPORT, tmp_path / "crm.tar.bz2")
    report = make_report(CheckOptions(paths=(str(tmp_path / "crm.tar.bz2"),)))
    skipped = {s.rule: s.reason for s in report.skipped}
    assert skipped["hosts-entry-differs"] == "needs hosts of two nodes or more"
    assert skipped["cluster-services-inconsistent"] == "needs units of two nodes or more"


def test_supportconfig(tmp_path, monkeypatch, capsys):
    for name in SUPPORTCONFIGS:
        pack(ARCHIVES / "supportconfig" / name, tmp_path / f"{name}.txz")
    monkeypatch.chdir(tmp_path)
    one, two = (f"{name}.txz" for name in SUPPORTCONFIGS)
    # the sixth line of the section: supportconfig has left out two lines of comment before it
    assert found_in(tmp_path, capsys, one, two) == [
        f"{two}:{SUPPORTCONFIGS[1]}/ha.txt:/etc/sysconfig/sbd:6:1: sbd-config-differs "
        "SBD_WATCHDOG_TIMEOUT is 15 on fs1 and 5 on fs2"
    ]
    found = {path.partition(f":{SUPPORTCONFIGS[0]}/")[2]: what for path, what in told(one).items()}
    assert {what[1:] for what in found.values()} == {("fileserver", "fs1")}
    devices = [name for name, (kind, _, _) in found.items() if kind == "sbd-dump"]
    assert len(devices) == 3
    assert {name: kind for name, (kind, _, _) in found.items() if kind not in ("sbd-dump", "packages")} == {
        "basic-environment.txt:/bin/date": "date",
        "ha.txt:/etc/corosync/corosync.conf": "corosync",
        "ha.txt:/etc/sysconfig/sbd": "sbd",
        "ha.txt:/usr/sbin/cibadmin -Q": "cib",
        "etc.txt:/etc/hosts": "hosts",
        "fs-diskio.txt:/etc/fstab": "fstab",
        "systemd.txt:/usr/bin/systemctl --no-pager --all list-unit-files": "units",
    }
    statuses = {i.path.rpartition("/")[2]: i.status for i in read([two]).inputs if i.status != "read"}
    why = "skipped: no CIB stands there; the cluster did not run when this was collected"
    assert statuses["cibadmin -Q"] == why


def test_a_cib_in_a_supportconfig_keeps_its_lines(tmp_path, capsys):
    """cibadmin's messages stand before the CIB in the section; positions count from the section's first line."""
    body = cib("n1", "n2").replace('uname="n2"', 'uname="n2" bad="1"')
    ha = f"#==[ Command ]====#\n# /usr/sbin/cibadmin -Q\nwarning: old\nwarning: older\n{body}\n\n"
    lay(tmp_path / "scc_n1_260101_1000", {"ha.txt": ha})
    pack(tmp_path / "scc_n1_260101_1000", tmp_path / "s.txz")
    main(["check", "--format", "json", "--exit-zero", str(tmp_path / "s.txz")])
    findings = json.loads(capsys.readouterr().out)["findings"]
    assert {(f["file"], f["line"]) for f in findings} == {
        (f"{tmp_path}/s.txz:scc_n1_260101_1000/ha.txt:/usr/sbin/cibadmin -Q", 3)
    }


def test_sections():
    data = (
        b"preface\n#==[ Configuration File ]=====#\n# /etc/a\none\n\n\n#==[ Configuration File ]=====#\n"
        b"# /etc/b - File not found\n\n#==[ Log File ]====#\n# /var/log/x\nthree\n\n"
        b"#==[ Command ]===#\n# /bin/c -d\nfour\n"
    )
    assert [tuple(s) for s in sections(data)] == [("/etc/a", False, b"one\n"), ("/bin/c -d", True, b"four\n")]
    assert list(sections(b"#==[ Command ]===#\n")) == []


def test_pcs_backup_and_sosreport_are_one_cluster(tmp_path, monkeypatch, capsys):
    pack(ARCHIVES / "pcs-backup", tmp_path / "backup.tar.bz2", "")
    pack(ARCHIVES / "sosreport" / SOSREPORTS[0], tmp_path / "elsewhere.tar.xz")
    monkeypatch.chdir(tmp_path)
    assert told("backup.tar.bz2") == {
        "backup.tar.bz2:cib.xml": ("cib", "nfs", None),
        "backup.tar.bz2:corosync.conf": ("corosync", "nfs", None),
    }
    assert read(["backup.tar.bz2", "elsewhere.tar.xz"]).clusters == 1
    assert found_in(tmp_path, capsys, "backup.tar.bz2")[0].startswith(
        "backup.tar.bz2:corosync.conf:23:9: corosync-unknown-key"
    )
    pack(ARCHIVES / "crm_report" / CRM_REPORT, tmp_path / "other.tar.gz")
    assert read(["backup.tar.bz2", "other.tar.gz"]).clusters == 2


def test_files_named_beside_an_archive(tmp_path):
    """A CIB to be pushed and a hosts file that was sent later belong to the report's cluster; others do not."""
    target = pack(ARCHIVES / "sosreport" / SOSREPORTS[0], tmp_path / "s.tar.xz")
    lay(tmp_path, {"a/new.xml": cib("nfs1", "nfs2"), "a/hosts.nfs2": HOSTS, "b/other.xml": cib("m1"), "c/hosts": HOSTS})
    paths = [target, tmp_path / "a/new.xml", tmp_path / "a/hosts.nfs2", tmp_path / "b/other.xml", tmp_path / "c/hosts"]
    found = {os.path.relpath(path, tmp_path): what for path, what in told(*paths).items()}
    assert (found["a/new.xml"], found["a/hosts.nfs2"]) == (("cib", "nfs", None), ("hosts", "nfs", "nfs2"))
    assert found["b/other.xml"][1] != "nfs"
    assert found["c/hosts"][1] != "nfs"


def test_a_text_file_of_supportconfig_named_alone(tmp_path):
    ha = ARCHIVES / "supportconfig" / SUPPORTCONFIGS[0] / "ha.txt"
    assert {kind for kind, _, node in told(ha).values() if node == "fs1"} == {"corosync", "sbd", "sbd-dump", "cib"}


def test_what_sos_collect_packs_is_read_through(tmp_path):
    (tmp_path / "c").mkdir()
    for name in SOSREPORTS:
        pack(ARCHIVES / "sosreport" / name, tmp_path / "c" / f"{name}.tar.xz")
    outer = pack(tmp_path / "c", tmp_path / "sos-collector.tar.gz")
    found = told(outer)
    assert {(cluster, node) for _, cluster, node in found.values()} == {("nfs", "nfs1"), ("nfs", "nfs2")}
    name = SOSREPORTS[0]
    assert f"{outer}:c/{name}.tar.xz:{name}/etc/hosts" in found


def test_archives_in_different_folders_under_names_that_tell_nothing(tmp_path):
    for number, name in enumerate(SOSREPORTS):
        (tmp_path / f"case{number}").mkdir()
        pack(ARCHIVES / "sosreport" / name, tmp_path / f"case{number}/upload.tar.xz")
    found = told(tmp_path / "case0/upload.tar.xz", tmp_path / "case1/upload.tar.xz")
    assert {(cluster, node) for _, cluster, node in found.values()} == {("nfs", "nfs1"), ("nfs", "nfs2")}
    assert len(read([str(tmp_path)]).inputs) > 10
    assert read([str(tmp_path)]).clusters == 1


def test_two_sosreports_of_one_node_are_not_compared(tmp_path):
    for number in range(2):
        pack(ARCHIVES / "sosreport" / SOSREPORTS[0], tmp_path / f"{number}.tar.xz")
    assert read([str(tmp_path / "0.tar.xz"), str(tmp_path / "1.tar.xz")]).clusters == 2


def test_the_users_word_on_an_archives_node_comes_first(tmp_path):
    tree = lay(tmp_path / "x", {"etc/corosync/corosync.conf": corosync("n1", "n2"), "etc/hosts": HOSTS})
    target = pack(tree, tmp_path / "upload.tgz", "")
    assert {node for _, _, node in told(target).values()} == {None}
    assert {node for _, _, node in told(nodes={str(target): "n2"}).values()} == {"n2"}


def test_a_tarball_of_a_nodes_etc(tmp_path):
    files = {"etc/corosync/corosync.conf": corosync("n1", "n2"), "etc/hosts": HOSTS, "etc/hostname": "n2\n"}
    tree = lay(tmp_path / "x", files)
    wants = tree / "etc/systemd/system/multi-user.target.wants"
    wants.mkdir(parents=True)
    (wants / "corosync.service").symlink_to("/usr/lib/systemd/system/corosync.service")
    lay(tree, {"etc/systemd/system/masked.service": ""})
    target = pack(tree, tmp_path / "etc.tar", "")
    inputs = read([str(target)])
    units = inputs.cases[0].cluster.units[0]
    assert (units.node, units.state("corosync"), units.state("masked"), units.complete) == (
        "n2",
        "enabled",
        "masked",
        False,
    )
    assert (
        units.get("corosync").at.source.path
        == f"{target}:./etc/systemd/system/multi-user.target.wants/corosync.service"
    )


def test_drop_ins_come_with_the_listing(tmp_path):
    target = pack(ARCHIVES / "sosreport" / SOSREPORTS[0], tmp_path / "s.tar.gz")
    (units,) = read([str(target)]).cases[0].cluster.units
    assert (units.complete, units.state("pacemaker")) == (True, "enabled")
    assert [(d.unit, d.source.path) for d in units.drop_ins] == [
        (
            "resource-agents-deps.target",
            f"{target}:{SOSREPORTS[0]}/etc/systemd/system/resource-agents-deps.target.d/nfs.conf",
        )
    ]


def test_a_packed_repository_is_read_as_a_folder(tmp_path):
    tree = lay(tmp_path / "ha", {"web/prod.xml": cib("n1"), "web/corosync.conf": corosync("n1"), "web/n1/hosts": HOSTS})
    target = pack(tree, tmp_path / "ha.tar.gz")
    assert told(target) == {
        f"{target}:ha/web/prod.xml": ("cib", "web", None),
        f"{target}:ha/web/corosync.conf": ("corosync", "web", None),
        f"{target}:ha/web/n1/hosts": ("hosts", "web", "n1"),
    }


def test_an_archive_unpacked_beside_itself_is_read_once(tmp_path):
    lay(tmp_path / "case", {"etc/corosync/corosync.conf": corosync("n1"), "etc/hosts": HOSTS})
    pack(tmp_path / "case", tmp_path / "case.tar.gz")
    statuses = {os.path.relpath(i.path, tmp_path): i.status for i in read([str(tmp_path)]).inputs}
    assert statuses == {
        "case.tar.gz": "skipped: unpacked in case, which is read instead",
        "case/etc/corosync/corosync.conf": "read",
        "case/etc/hosts": "read",
    }


def test_standard_input_may_be_an_archive(tmp_path, monkeypatch):
    target = pack(ARCHIVES / "pcs-backup", tmp_path / "b.tar.bz2", "")

    class Stdin:
        buffer = io.BytesIO(target.read_bytes())

    monkeypatch.setattr("sys.stdin", Stdin)
    assert set(told("-")) == {"-:cib.xml", "-:corosync.conf"}


def test_masked_passwords_are_no_difference(tmp_path, capsys):
    """crm_report writes ****, sosreport ********; a CIB from the disk has the password itself."""
    fence = (
        '<resources><primitive id="f" class="stonith" type="fence_ipmilan"><instance_attributes id="i">'
        '<nvpair id="p" name="password" value="{}"/></instance_attributes></primitive></resources>'
    )
    for node, value in (("n1", "****"), ("n2", "Secret-1")):
        text = cib("n1", "n2").replace("<resources/>", fence.format(value))
        lay(tmp_path / f"sosreport-{node}", {f"sos_commands/pacemaker/crm_report/{node}/cib.xml": text})
        pack(tmp_path / f"sosreport-{node}", tmp_path / f"sosreport-{node}.tar.gz")
    paths = [str(tmp_path / f"sosreport-n{i}.tar.gz") for i in (1, 2)]
    copies = read(paths).cases[0].cluster.cib_copies
    assert [copy.node for copy in copies] == ["n1", "n2"]
    assert len({copy.digest for copy in copies}) == 1
    main(["check", *paths])
    captured = capsys.readouterr()
    assert "Secret-1" not in captured.out + captured.err


# what may go wrong


@pytest.mark.parametrize("cut", [0.6, 0.97])
@pytest.mark.parametrize("suffix", [".tar", ".tar.gz", ".tar.xz", ".tar.bz2"])
def test_what_stands_before_the_cut_is_read(tmp_path, suffix, cut):
    files = [member("etc/corosync/corosync.conf", corosync("n1"))]
    files += [member(f"var/log/{i}", os.urandom(40_000)) for i in range(60)]
    whole = members(tmp_path / f"x{suffix}", *files, mode=MODES[suffix])
    data = whole.read_bytes()
    whole.write_bytes(data[: int(len(data) * cut)])
    inputs = read([str(whole)])
    assert [i.kind for i in inputs.inputs if i.status == "read"] == ["corosync"]
    (trouble,) = inputs.trouble
    assert trouble.startswith(f"{whole}: is cut off after var/log/")
    assert trouble.endswith("; what stands before that is read")


def test_an_archive_without_its_end_is_cut_off(tmp_path):
    whole = members(tmp_path / "x.tar", member("etc/corosync/corosync.conf", corosync("n1")))
    whole.write_bytes(whole.read_bytes()[:1024])
    assert read([str(whole)]).trouble == (
        f"{whole}: is cut off after etc/corosync/corosync.conf; what stands before that is read",
    )


def test_a_damaged_archive_is_told(tmp_path):
    whole = members(tmp_path / "x.tar.gz", member("corosync.conf", corosync("n1")), mode="w:gz")
    data = bytearray(whole.read_bytes())
    data[12:60] = bytes(48)
    whole.write_bytes(data)
    assert read([str(whole)]).trouble == (f"{whole}: is damaged: no whole gzip stream",)
    header = members(tmp_path / "y.tar", member("corosync.conf", corosync("n1")), member("hosts", HOSTS))
    data = bytearray(header.read_bytes())
    data[1024 + 3] ^= 0xFF
    header.write_bytes(data)
    (trouble,) = read([str(header)]).trouble
    assert trouble == (
        f"{header}: is damaged: no tar header stands where the next one belongs after corosync.conf; "
        "what stands before that is read"
    )


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("a.tar.zst", b"\x28\xb5\x2f\xfd" + bytes(100), "is compressed by zstd"),
        ("a.tar.xz.gpg", b"\x85\x02", "is encrypted; decrypt it first with gpg --decrypt"),
    ],
)
def test_what_cannot_be_unpacked_is_told(tmp_path, name, data, says):
    (tmp_path / name).write_bytes(data)
    assert read([str(tmp_path / name)]).trouble[0].startswith(f"{tmp_path / name}: {says}")


def test_an_archive_without_inputs(tmp_path):
    target = members(tmp_path / "x.tgz", member("readme", "x"), mode="w:gz")
    assert read([str(target)]).trouble == (
        f"{target}: holds no file that halint reads (cib.xml, corosync.conf, hosts, unit-file lists, ...)",
    )
    lay(tmp_path, {"corosync.conf": corosync("n1")})
    inputs = read([str(tmp_path)])  # in a folder that holds other things it is no trouble
    assert inputs.trouble == ()


def test_names_that_lead_out_are_left_alone(tmp_path):
    conf = corosync("n1")
    target = members(
        tmp_path / "x.tar",
        member("../corosync.conf", conf),
        member("a/../../hosts", HOSTS),
        member("/etc/hosts", HOSTS),
        member("./etc/corosync/corosync.conf", conf),
    )
    assert set(told(target)) == {f"{target}:etc/hosts", f"{target}:etc/corosync/corosync.conf"}
    assert [path.name for path in tmp_path.iterdir()] == ["x.tar"]


def test_a_name_cannot_write_to_the_terminal(tmp_path):
    target = members(tmp_path / "x.tar", member("a\x1b[31m\n/corosync.conf", corosync("n1")))
    assert set(told(target)) == {f"{target}:a\ufffd[31m\ufffd/corosync.conf"}


@pytest.mark.parametrize(
    ("kind", "target", "status"),
    [
        (tarfile.SYMTYPE, "/etc/passwd", "skipped: links to etc/passwd, which is not there"),
        (tarfile.SYMTYPE, "../../../../etc/passwd", "skipped: links to nowhere, which is not there"),
        (tarfile.SYMTYPE, "hosts", "skipped: links to nowhere, which is not there"),
        (tarfile.LNKTYPE, "etc/shadow", "skipped: links to etc/shadow, which is not there"),
        (tarfile.CHRTYPE, "", "skipped: is a device or the like, no regular file"),
        (tarfile.BLKTYPE, "", "skipped: is a device or the like, no regular file"),
        (tarfile.FIFOTYPE, "", "skipped: is a device or the like, no regular file"),
        (tarfile.GNUTYPE_SPARSE, "", "skipped: is a sparse file"),
    ],
)
def test_links_and_devices_do_no_harm(tmp_path, kind, target, status):
    packed = members(
        tmp_path / "x.tar",
        member("etc/hosts", type=kind, linkname=target),
        member("etc/corosync/corosync.conf", corosync("n1")),
    )
    inputs = read([str(packed)])
    assert inputs.trouble == ()
    assert {i.path: i.status for i in inputs.inputs} == {
        f"{packed}:etc/hosts": status,
        f"{packed}:etc/corosync/corosync.conf": "read",
    }


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize(
    ("kind", "target"),
    [(tarfile.SYMTYPE, "/etc/real/c"), (tarfile.SYMTYPE, "../real/c"), (tarfile.LNKTYPE, "n1/etc/real/c")],
)
def test_links_inside_an_archive_are_followed(tmp_path, kind, target, first):
    link = member("n1/etc/corosync/corosync.conf", type=kind, linkname=target)
    real = member("n1/etc/real/c", corosync("n1"))
    packed = members(tmp_path / "x.tar.gz", *([link, real] if first else [real, link]), mode="w:gz")
    assert told(packed) == {f"{packed}:n1/etc/corosync/corosync.conf": ("corosync", "web", "n1")}


class Zeros(io.RawIOBase):
    """A file of zeros of any size that takes no room."""

    def __init__(self, size: int) -> None:
        self._left = size

    def read(self, count: int = -1) -> bytes:
        count = min(count, self._left)
        self._left -= count
        return bytes(count)


def bomb(path: Path, size: int, mode: str) -> Path:
    info = tarfile.TarInfo("sosreport/var/log/messages")
    info.size = size
    with tarfile.open(path, mode) as packed:
        packed.addfile(*member("etc/corosync/corosync.conf", corosync("n1")))
        packed.addfile(info, Zeros(size))
        packed.addfile(*member("etc/hosts", HOSTS))
    return path


def peak(run) -> tuple[object, int]:
    """The result of a call, and the most bytes that Python held meanwhile."""
    tracemalloc.start()
    try:
        return run(), tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("suffix", [".tar.gz", ".tar.bz2", ".tar.xz"])
def test_a_bomb_is_not_unpacked_to_its_end(tmp_path, monkeypatch, suffix):
    monkeypatch.setattr(Budget, "__init__", _small(Budget.__init__, ratio_from=1 << 20))
    packed = bomb(tmp_path / f"x{suffix}", 64 << 20, MODES[suffix])
    read([str(packed)])  # what is loaded once does not count
    inputs, most = peak(lambda: read([str(packed)]))
    assert inputs.trouble == (
        f"{packed}: grows to more than 250 times its size, as no collected report does "
        "after etc/corosync/corosync.conf; what stands before that is read",
    )
    assert [i.path for i in inputs.inputs if i.status == "read"] == [f"{packed}:etc/corosync/corosync.conf"]
    assert most < 16 << 20


def test_a_bomb_in_an_archive(tmp_path, monkeypatch):
    monkeypatch.setattr(Budget, "__init__", _small(Budget.__init__, ratio_from=1 << 20))
    inner = bomb(tmp_path / "inner.tar.gz", 64 << 20, "w:gz")
    twice = members(tmp_path / "middle.tar.xz", member("inner.tar.gz", inner.read_bytes()), mode="w:xz")
    outer = members(
        tmp_path / "outer.tar.gz",
        member("etc/corosync/corosync.conf", corosync("n2")),
        member("middle.tar.xz", twice.read_bytes()),
        mode="w:gz",
    )
    inputs, most = peak(lambda: read([str(outer)]))
    assert any("grows to more than 250 times its size" in line for line in inputs.trouble)
    assert most < 16 << 20


def test_an_archive_has_a_size_it_may_not_pass(tmp_path, monkeypatch):
    monkeypatch.setattr(Budget, "__init__", _small(Budget.__init__, largest=8 << 20))
    packed = members(tmp_path / "x.tar", member("corosync.conf", corosync("n1")), member("log", os.urandom(9 << 20)))
    (trouble,) = read([str(packed)]).trouble
    assert trouble == f"{packed}: holds more than 8 MiB after corosync.conf; what stands before that is read"


def _small(original, **limits):
    def init(self, *args, **kwargs):
        original(self, *args, **{**limits, **kwargs})

    return init


def test_archives_in_archives_have_a_depth(tmp_path):
    packed = members(tmp_path / "0.tar", member("corosync.conf", corosync("n1")))
    for depth in range(1, 8):
        packed = members(tmp_path / f"{depth}.tar", member(packed.name, packed.read_bytes()), member("hosts", HOSTS))
    inputs = read([str(packed)])
    assert [i.status for i in inputs.inputs if i.kind == "archive"] == ["skipped: lies 4 archives deep"]
    assert not any(i.kind == "corosync" for i in inputs.inputs)


def test_archives_have_a_number_of_files(tmp_path, monkeypatch):
    packed = members(tmp_path / "x.tar", *(member(f"{i}/hosts", HOSTS) for i in range(30)))
    monkeypatch.setattr(tar, "MAX_MEMBERS", 20)
    assert read([str(packed)]).trouble == (
        f"{packed}: holds more than 20 files after 19/hosts; what stands before that is read",
    )
    monkeypatch.setattr(tar, "MAX_MEMBERS", 1000)
    monkeypatch.setattr(archive_module, "MAX_INPUTS", 10)
    (trouble,) = read([str(packed)]).trouble
    assert "holds more than 10 configuration files" in trouble
    monkeypatch.setattr(archive_module, "MAX_INPUTS", 1000)
    monkeypatch.setattr(archive_module, "MAX_KEPT", 300)
    assert "of configuration" in read([str(packed)]).trouble[0]


def test_many_members_take_no_memory(tmp_path):
    packed = tmp_path / "x.tar.gz"
    with gzip.open(packed, "wb", compresslevel=1) as file:
        for number in range(30_000):
            info = tarfile.TarInfo(f"sosreport/sys/{number:06}")
            file.write(info.tobuf())
        file.write(bytes(1024))
    _, most = peak(lambda: read([str(packed)]))
    assert most < 8 << 20


@pytest.mark.parametrize("flag", [b"x", b"L", b"K", b"g"])
def test_a_header_may_not_be_endless(tmp_path, flag):
    info = tarfile.TarInfo("././@LongLink")
    info.type, info.size = flag, 1 << 30
    conf = member("corosync.conf", corosync("n1"))
    start = members(tmp_path / "a.tar", conf).read_bytes()[:1024]
    (tmp_path / "x.tar").write_bytes(start + info.tobuf(tarfile.GNU_FORMAT) + bytes(4096))
    (trouble,) = read([str(tmp_path / "x.tar")]).trouble
    assert "has a header of more than 64 KiB" in trouble


def test_headers_may_not_be_chained_without_end(tmp_path):
    info = tarfile.TarInfo("././@LongLink")
    info.type, info.size = b"L", 4
    chain = (info.tobuf(tarfile.GNU_FORMAT) + b"abc\0" + bytes(508)) * 50
    start = members(tmp_path / "a.tar", member("corosync.conf", corosync("n1"))).read_bytes()[:1024]
    (tmp_path / "x.tar").write_bytes(start + chain + bytes(1024))
    assert "has too many headers before one file" in read([str(tmp_path / "x.tar")]).trouble[0]


@pytest.mark.parametrize("records", [b"0 path=x\n", b"999 path=x\n", b"x path=y\n", b"9 size=z\n", b"\0" * 20, b"5"])
def test_odd_pax_records(tmp_path, records):
    info = tarfile.TarInfo("h")
    info.type, info.size = b"x", len(records)
    body = records + bytes(-len(records) % 512)
    plain = members(tmp_path / "a.tar", member("corosync.conf", corosync("n1"))).read_bytes()
    (tmp_path / "x.tar").write_bytes(plain[:1024] + info.tobuf(tarfile.USTAR_FORMAT) + body + plain)
    inputs = read([str(tmp_path / "x.tar")])
    assert [i.kind for i in inputs.inputs if i.status == "read"] == ["corosync"]


@pytest.mark.parametrize("pack_it", [gzip.compress, bz2.compress, lzma.compress])
def test_streams_one_behind_the_other(tmp_path, pack_it):
    """As pigz, pbzip2 and pixz write them, with padding behind."""
    whole = members(tmp_path / "a.tar", member("corosync.conf", corosync("n1")), member("hosts", HOSTS)).read_bytes()
    halves = pack_it(whole[:700]) + pack_it(whole[700:]) + bytes(12)
    (tmp_path / "x.tar.any").write_bytes(halves)
    assert {what[0] for what in told(tmp_path / "x.tar.any").values()} == {"corosync", "hosts"}


def test_there_are_not_endless_streams(monkeypatch):
    monkeypatch.setattr(unpacked, "MAX_STREAMS", 10)
    data = io.BytesIO(gzip.compress(b"") * 50 + gzip.compress(b"x"))
    stream = Stream(data.read, Budget(), outermost=True)
    with pytest.raises(UnpackError, match="holds more than 10 compressed streams"):
        stream.read(1)


def test_an_xz_stream_may_not_ask_for_any_memory(tmp_path):
    """The block's header names the size of the dictionary; 40 stands for 4 GiB (the .xz file format, 5.3.1)."""
    data = bytearray(lzma.compress(bytes(2048), check=lzma.CHECK_NONE))
    assert data[14:16] == b"\x21\x01"
    data[16] = 40
    data[20:24] = zlib.crc32(data[12:20]).to_bytes(4, "little")
    (tmp_path / "x.tar.xz").write_bytes(data)
    assert read([str(tmp_path / "x.tar.xz")]).trouble == (
        f"{tmp_path}/x.tar.xz: needs more than 256 MiB of memory to be unpacked",
    )


# roots


def node_root(folder: Path, name: str = "n1") -> Path:
    lay(
        folder,
        {
            "etc/corosync/corosync.conf": corosync("n1", "n2"),
            "etc/hostname": f"{name}.example.com\n",
            "etc/hosts": HOSTS,
            "etc/fstab": "/dev/x / xfs defaults 0 0\n",
            "etc/default/pacemaker": "PCMK_debug=no\n",
            "etc/avahi/hosts": "192.0.2.9 printer\n",
            "var/lib/pacemaker/cib/cib.xml": cib("n1", "n2"),
            "var/lib/pacemaker/cib/cib-1.raw": cib("old"),
            "srv/other/corosync.conf": corosync("m1"),
        },
    )
    (folder / "etc/systemd/system/multi-user.target.wants").mkdir(parents=True)
    (folder / "etc/systemd/system/multi-user.target.wants/pacemaker.service").symlink_to("/usr/lib/x.service")
    return folder


def test_root(tmp_path):
    node_root(tmp_path)
    inputs = read([], roots=[str(tmp_path)])
    assert inputs.trouble == ()
    assert {os.path.relpath(i.path, tmp_path): (i.kind, i.cluster, i.node) for i in inputs.inputs} == {
        ".": ("units", "web", "n1"),
        "etc/corosync/corosync.conf": ("corosync", "web", "n1"),
        "etc/default/pacemaker": ("sysconfig-pacemaker", "web", "n1"),
        "etc/fstab": ("fstab", "web", "n1"),
        "etc/hostname": ("hostname", "web", "n1"),
        "etc/hosts": ("hosts", "web", "n1"),
        "var/lib/pacemaker/cib/cib.xml": ("cib", "web", "n1"),
    }
    assert inputs.cases[0].cluster.units[0].state("pacemaker") == "enabled"


def test_roots_of_two_nodes_are_one_cluster(tmp_path):
    roots = [str(node_root(tmp_path / name, name)) for name in ("n1", "n2")]
    inputs = read([], roots=roots)
    assert inputs.clusters == 1
    assert {i.node for i in inputs.inputs} == {"n1", "n2"}


def test_links_stay_inside_the_root(tmp_path):
    outside = tmp_path / "outside"
    lay(outside, {"hosts": "192.0.2.66 stolen\n", "corosync.conf": corosync("stolen")})
    root = node_root(tmp_path / "root")
    for name, target in {
        "etc/hosts": f"{outside}/hosts",
        "etc/fstab": "../../outside/hosts",
        "etc/corosync/corosync.conf": "/etc/pve/corosync.conf",
        "etc/default/pacemaker": "pacemaker",
    }.items():
        (root / name).unlink()
        (root / name).symlink_to(target)
    lay(root, {"etc/pve/corosync.conf": corosync("n1", "n2", cluster="pve")})
    inputs = read([], roots=[str(root)])
    statuses = {os.path.relpath(i.path, root): i.status for i in inputs.inputs}
    assert statuses["etc/hosts"] == statuses["etc/fstab"] == "unreadable: is a broken link"
    assert statuses["etc/default/pacemaker"] == "unreadable: is a link in a circle"
    assert statuses["etc/corosync/corosync.conf"] == "read"
    assert inputs.cases[0].cluster.name == "pve"
    assert all("stolen" not in source.text for source in inputs.cases[0].cluster.sources)


def test_folders_of_a_root_that_lead_out(tmp_path):
    outside = lay(tmp_path / "outside", {"corosync/corosync.conf": corosync("stolen"), "hosts": HOSTS})
    (outside / "systemd/system/multi-user.target.wants").mkdir(parents=True)
    (outside / "systemd/system/multi-user.target.wants/stolen.service").symlink_to("/x.service")
    root = tmp_path / "root"
    lay(root, {"var/lib/pacemaker/cib/cib.xml": cib("n1")})
    (root / "etc").symlink_to(outside)
    assert [i.kind for i in read([], roots=[str(root)]).inputs] == ["cib"]


def test_a_fifo_in_a_root_does_not_hang(tmp_path):
    root = node_root(tmp_path)
    (root / "etc/hosts").unlink()
    os.mkfifo(root / "etc/hosts")
    assert read([], roots=[str(root)]).trouble == (f"{root}/etc/hosts: is not a regular file",)


def test_a_root_must_be_a_nodes(tmp_path, capsys):
    assert main(["check", "--root", str(tmp_path)]) == 2
    assert capsys.readouterr().err == (
        f"halint: {tmp_path}: is no cluster node's root: it holds neither etc/corosync/corosync.conf nor "
        "var/lib/pacemaker/cib/cib.xml\n"
    )
    assert main(["check", "--root", str(tmp_path / "gone")]) == 2
    assert "does not exist" in capsys.readouterr().err


def test_on_a_node_the_standard_places_are_read_where_nothing_lies_here(tmp_path, monkeypatch, capsys):
    from halint.cli.options import CheckOptions
    from halint.cli.places import places

    machine = node_root(tmp_path / "machine")
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    assert places(CheckOptions(), machine) == ((), (str(machine),))
    assert capsys.readouterr().err == (
        "halint: the current folder holds no input; this cluster node is checked: "
        f"{machine}/etc/corosync/corosync.conf, {machine}/var/lib/pacemaker/cib/cib.xml, "
        "and beside them hosts, fstab, sbd, unit links and the like\n"
    )
    assert places(CheckOptions(paths=("x",)), machine) == (("x",), ())
    assert places(CheckOptions(), tmp_path / "no-node") == ((".",), ())
    lay(here, {"corosync.conf": corosync("n1")})
    assert places(CheckOptions(), machine) == ((".",), ())
    assert capsys.readouterr().err == ""


def test_a_sosreport_on_the_disk_is_read_as_its_archive(tmp_path):
    """Lists of running units, logs and files of other programs are no inputs, whatever stands in them."""
    found = told(ARCHIVES / "sosreport" / SOSREPORTS[0])
    assert not any("avahi" in path or "list-units" in path or path.endswith(".log") for path in found)
    assert {(cluster, node) for _, cluster, node in found.values()} == {("nfs", "nfs1")}


# diff


def test_the_one_cib_of_an_archive(tmp_path):
    same = members(tmp_path / "s.tar", member("a/cib.xml", cib("n1")), member("b/cib.xml", cib("n1")))
    assert one_cib(str(same)).source.path == f"{same}:a/cib.xml"
    assert one_cib(f"{same}:b/cib.xml").source.path == f"{same}:b/cib.xml"


@pytest.mark.parametrize(
    ("suffix", "says"),
    [
        ("", "holds several CIBs that differ; name one of {0}:a/cib.xml, {0}:b/cib.xml"),
        (":c/cib.xml", "the archive {0} holds no CIB of that name"),
    ],
)
def test_which_cib_of_an_archive(tmp_path, capsys, suffix, says):
    packed = members(tmp_path / "s.tar", member("a/cib.xml", cib("n1")), member("b/cib.xml", cib("n2")))
    assert main(["diff", f"{packed}{suffix}", f"{packed}:a/cib.xml"]) == 2
    assert capsys.readouterr().err == f"halint: {packed}{suffix}: {says.format(packed)}\n"


def test_an_archive_without_a_cib(tmp_path, capsys):
    packed = members(tmp_path / "s.tar", member("etc/hosts", HOSTS))
    assert main(["diff", str(packed), str(packed)]) == 2
    assert capsys.readouterr().err == f"halint: {packed}: is an archive that holds no file of type cib\n"
