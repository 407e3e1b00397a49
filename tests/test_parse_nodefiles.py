"""The readers of SBD's settings and headers, fstab, DRBD and package lists."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from halint.errors import HalintError
from halint.parse.drbd import apply_common, read_drbd
from halint.parse.fstab import read_fstab
from halint.parse.packages import read_packages
from halint.parse.sbd import read_sbd, read_sbd_dump


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("SBD_DEVICE=/dev/a;/dev/b", "/dev/a;/dev/b"),
        ('SBD_DEVICE="/dev/a; /dev/b" # both', "/dev/a; /dev/b"),
        ("export SBD_DEVICE='/dev/a'", "/dev/a"),
        ("  SBD_DEVICE=/dev/a # one", "/dev/a"),
        ("SBD_DEVICE=/dev/a\r", "/dev/a"),
        ("SBD_DEVICE=/dev/old\nSBD_DEVICE=/dev/a", "/dev/a"),
        ('SBD_DEVICE="/dev/a', "/dev/a"),
        ('SBD_DEVICE="/dev/a;\n/dev/b"', "/dev/a;\n/dev/b"),
        ("SBD_DEVICE=/dev/a\\\n;/dev/b", "/dev/a;/dev/b"),
        ("SBD_DEVICE=", ""),
        ('SBD_DEVICE=""', ""),
    ],
)
def test_sbd_values(line: str, value: str) -> None:
    sbd = read_sbd(f"# SBD_DEVICE=/dev/no\n{line}\n#SBD_DEVICE=/dev/no\nSBD_OPTS=\n".encode(), "sbd", "n1")
    assert sbd.variables["SBD_DEVICE"].value == value
    assert set(sbd.variables) == {"SBD_DEVICE", "SBD_OPTS"}


def test_sbd_place() -> None:
    at = read_sbd(b"A=1\n export SBD_DEVICE='/dev/a' # x\n", "sbd").variables["SBD_DEVICE"].at
    assert at.location() == ("sbd", 2, 9, 2, 28)


DUMP = """==Dumping header on disk /dev/vdb
Header version     : 2.1
UUID               : 0f4ea13e
Number of slots    : 255
Timeout (watchdog) : 15
Timeout (allocate) : 2
Timeout (loop)     : 1
Timeout (msgwait)  : 30
==Header on disk /dev/vdb is dumped
"""


def test_sbd_dump() -> None:
    first, second = read_sbd_dump((DUMP + DUMP.replace("vdb", "vdc").replace("30", "10")).encode(), "sbd-dump", "n1")
    assert (first.device, first.watchdog, first.allocate, first.loop, first.msgwait) == ("/dev/vdb", 15, 2, 1, 30)
    assert first.uuid == "0f4ea13e"
    assert first.uuid_at is not None
    assert first.uuid_at.location().line == 3
    assert (second.device, second.msgwait) == ("/dev/vdc", 10)
    assert second.msgwait_at is not None
    assert second.msgwait_at.location() == ("sbd-dump", 17, 1, 17, 24)


def test_sbd_dump_without_its_first_line() -> None:
    (header,) = read_sbd_dump(DUMP.partition("\n")[2].encode(), "sbd-dump")
    assert (header.device, header.watchdog, header.msgwait) == ("", 15, 30)


def test_fstab() -> None:
    fstab = read_fstab(
        b"# /dev/no /no ext4\n\nUUID=1-2\t/ ext4 defaults,noatime 0 1\r\n"
        b"//s/x /mnt/a\\040b cifs password=geheim,noauto\n"
        b"LABEL=d /srv xfs\nbroken /x\n",
        "fstab",
    )
    assert [(e.device, e.directory, e.type, e.options) for e in fstab.entries] == [
        ("UUID=1-2", "/", "ext4", ("defaults", "noatime")),
        ("//s/x", "/mnt/a b", "cifs", ("password=********", "noauto")),
        ("LABEL=d", "/srv", "xfs", ("defaults",)),
    ]
    assert fstab.entries[0].at.location() == ("fstab", 3, 1, 3, 37)
    (secret,) = fstab.source.secrets
    assert fstab.source.lines[3][secret.column - 1 : secret.end_column - 1] == "geheim"


DRBD = """# comment { resource no {}
global { usage-count no; }
common {
    handlers { fence-peer "/usr/lib/drbd/crm-fence-peer.9.sh --timeout 30"; }
    net { protocol A; shared-secret "geheim"; }
}
resource r0 {
    net { protocol C; fencing resource-and-stonith; allow-two-primaries; }
    disk { on-io-error detach; }
    on alice { volume 0 { device /dev/drbd0 minor 0; disk /dev/vg/r0; } address 10.0.0.1:7788; }
    on bob { device minor 1; }
    connection { host alice address 10.0.0.1; host carol; net { rr-conflict disconnect; } }
}
resource r1 { device /dev/drbd5; connection-mesh { hosts alice bob; } options { quorum majority; } }
"""


def test_drbd() -> None:
    r0, r1 = read_drbd(DRBD.encode(), "drbd.conf", "n1")
    assert (r0.name, r0.devices, r0.hosts) == ("r0", ("/dev/drbd0", "/dev/drbd1"), ("alice", "bob", "carol"))
    assert r0.options == {
        "handlers.fence-peer": "/usr/lib/drbd/crm-fence-peer.9.sh --timeout 30",
        "net.protocol": "C",
        "net.shared-secret": "********",
        "net.fencing": "resource-and-stonith",
        "net.allow-two-primaries": "yes",
        "net.rr-conflict": "disconnect",
        "disk.on-io-error": "detach",
    }
    assert (r1.devices, r1.hosts, r1.options["options.quorum"]) == (("/dev/drbd5",), ("alice", "bob"), "majority")
    assert r1.options["net.protocol"] == "A"
    assert r0.at.location() == ("drbd.conf", 7, 1, 7, 14)
    (secret,) = r0.source.secrets
    assert r0.source.lines[4][secret.column - 1 : secret.end_column - 1] == '"geheim"'


def test_drbd_common_of_another_file() -> None:
    common = read_drbd(b"common { net { fencing resource-only; protocol A; } }", "global_common.conf")
    resource = read_drbd(b"resource r0 { net { protocol C; } }", "r0.res")
    (joined,) = apply_common((*common, *resource))
    assert (joined.name, joined.options) == ("r0", {"net.fencing": "resource-only", "net.protocol": "C"})


@pytest.mark.parametrize(
    ("text", "versions"),
    [
        ("pacemaker-2.1.5-8.el9.x86_64\n", {"pacemaker": "2.1.5-8.el9"}),
        ("fence-agents-all-4.10.0-1.el9.noarch   Mon 01 Jan 2024\n", {"fence-agents-all": "4.10.0-1.el9"}),
        ("kernel-5-1.x86_64\nkernel-6-1.x86_64\nkernel-6-1.x86_64\n", {"kernel": "5-1 6-1"}),
        (
            "||/ Name Version\n+++-===\nii  libqb100:amd64 2.0.6-2 amd64 lib\nrc  sbd 1.5 amd64 gone\n",
            {"libqb100": "2.0.6-2"},
        ),
        ("hi  pacemaker 2.1.5-1 amd64 held\n", {"pacemaker": "2.1.5-1"}),
        ("corosync\t3.1.7-1+b1\nlibqb100:amd64\t1:2.0\n", {"corosync": "3.1.7-1+b1", "libqb100": "1:2.0"}),
        (
            "pacemaker      SUSE Linux Enterprise 15    2.1.5+2022.a3-150500.6\n",
            {"pacemaker": "2.1.5+2022.a3-150500.6"},
        ),
    ],
)
def test_packages(text: str, versions: dict[str, str]) -> None:
    packages = read_packages(text.encode(), "rpm.txt")
    assert {name: package.value for name, package in packages.versions.items()} == versions


def test_packages_place() -> None:
    at = read_packages(b"odd\nii  sbd 1.5 amd64 x\n", "dpkg").versions["sbd"].at
    assert at.location() == ("dpkg", 2, 5, 2, 8)


@pytest.mark.parametrize("reader", [read_packages, read_sbd_dump])
def test_nothing_understood(reader: Callable[..., object]) -> None:
    with pytest.raises(HalintError, match=r"^file: "):
        reader(b"hello world, this is prose\n", "file")


ANY = st.binary() | st.text(alphabet="AB_=\";\\'{} \r\n\t#/d0-:n,()x", max_size=80).map(str.encode)


@pytest.mark.parametrize("reader", [read_sbd, read_sbd_dump, read_fstab, read_drbd, read_packages])
@given(data=ANY)
def test_any_bytes(reader: Callable[..., object], data: bytes) -> None:
    with suppress(HalintError):
        reader(data, "file")
