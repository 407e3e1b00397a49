"""What ip addr and lsmod print, alone and in the reports that hold it."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from halint.errors import HalintError
from halint.inputs.kinds import kind_of_path
from halint.inputs.layout import kind_of_command
from halint.inputs.read import read
from halint.parse.addresses import read_addresses
from halint.parse.collected import read_date
from halint.parse.modules import read_modules, read_modules_load
from halint.parse.multipath import read_multipath

LONG = b"""1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default qlen 1000
    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00
    inet 127.0.0.1/8 scope host lo
       valid_lft forever preferred_lft forever
2: eth0.7@eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc fq_codel state UP group default qlen 1000
    link/ether 52:54:00:12:34:56 brd ff:ff:ff:ff:ff:ff
    inet 10.0.0.1/24 brd 10.0.0.255 scope global dynamic noprefixroute eth0.7
       valid_lft 3012sec preferred_lft 3012sec
    inet 10.0.0.9 peer 10.0.0.10/32 scope global eth0.7
    inet6 fd00:0:0::1/64 scope global deprecated
"""
SHORT = (
    b"1: lo    inet 127.0.0.1/8 scope host lo\\       valid_lft forever preferred_lft forever\n"
    b"2: eth0.7    inet 10.0.0.1/24 brd 10.0.0.255 scope global dynamic eth0.7\\       valid_lft 30sec\n"
    b"2: eth0.7    inet 10.0.0.9 peer 10.0.0.10/32 scope global eth0.7\\       valid_lft forever\n"
    b"2: eth0.7    inet6 fd00::1/64 scope global \\       valid_lft forever preferred_lft forever\n"
)
EXPECTED = [
    ("lo", "127.0.0.1", False),
    ("eth0.7", "10.0.0.1", True),
    ("eth0.7", "10.0.0.9", False),
    ("eth0.7", "fd00::1", False),
]


@pytest.mark.parametrize("data", [LONG, SHORT], ids=["ip addr", "ip -o addr"])
def test_addresses(data):
    entries = read_addresses(data, "ip-addr").entries
    assert [(e.interface, e.address, e.dynamic) for e in entries] == EXPECTED


def test_the_place_of_an_address():
    entry = read_addresses(LONG, "ip-addr").entries[1]
    assert entry.at.location() == ("ip-addr", 7, 10, 7, 18)


@pytest.mark.skipif(shutil.which("ip") is None, reason="ip is not installed")
@pytest.mark.parametrize("options", [["addr"], ["-o", "addr"], ["-d", "address"]])
def test_what_ip_prints_here(options):
    said = subprocess.run(["ip", *options], capture_output=True, check=True)
    assert ("lo", "127.0.0.1") in {(e.interface, e.address) for e in read_addresses(said.stdout, "ip-addr").entries}


@pytest.mark.parametrize("data", [b"", b"sh: ip: command not found\n", b"Device eth7 does not exist.\n"])
def test_no_addresses(data):
    with pytest.raises(HalintError, match="is no output of ip addr"):
        read_addresses(data, "ip-addr")


def test_modules():
    text = b"Module                  Size  Used by\nsoftdog                16384  2\nnf_nat 49152 -2\n"
    assert list(read_modules(text, "lsmod").names) == ["softdog", "nf_nat"]
    with pytest.raises(HalintError, match="is no output of lsmod"):
        read_modules(b"sh: lsmod: command not found\n", "lsmod")


MULTIPATH = b"""reload: mpatha (360000000000000000e00000000010001) dm-0 IET,VIRTUAL-DISK
size=16M features='0' hwhandler='0' wp=rw
|-+- policy='service-time 0' prio=1 status=active
| `- 2:0:0:1 sda 8:0  active ready running
`-+- policy='service-time 0' prio=1 status=enabled
  `- 3:0:0:1 sdb 8:16 failed faulty offline
nqn.2014-08.org.example:uuid dm-3 NVME,Linux
size=20G features='0' hwhandler='0' wp=rw
`-+- policy='service-time 0' prio=50 status=active
  |- 0:1:1:1 nvme0n1 259:1 active ready running
  `- #:#:#:# sdz     65:0  active undef running
"""


def test_multipath_maps():
    one, other = read_multipath(MULTIPATH, "multipath-ll").maps
    assert (one.name, one.wwid, list(one.disks)) == ("mpatha", "360000000000000000e00000000010001", ["sda", "sdb"])
    assert (other.name, other.wwid, list(other.disks)) == (
        "nqn.2014-08.org.example:uuid",
        "nqn.2014-08.org.example:uuid",
        ["nvme0n1", "sdz"],
    )
    assert (one.at.span.line, one.at.span.column) == (1, 9)
    with pytest.raises(HalintError, match="is no output of multipath -ll"):
        read_multipath(b"sh: multipath: command not found\n", "multipath-ll")


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("Thu Nov 26 02:15:27 UTC 2026", "2026-11-26 02:15"),
        ("Thu Nov  5 14:15:27 CET 2026", "2026-11-05 14:15"),
        ("Thu Nov  5 12:15:27 AM CET 2026", "2026-11-05 00:15"),
        ("Thu 26 Nov 2026 02:15:27 PM +03", "2026-11-26 14:15"),
        ("Thu, 26 Nov 2026 02:15:27 +0000", "2026-11-26 02:15"),
    ],
)
def test_when_it_was_collected(text, moment):
    assert str(read_date(f"{text}\n".encode(), "date").moment) == f"{moment}:00"


@pytest.mark.parametrize(
    "text", ["", "sh: date: command not found", "Do 26. Nov 02:15:27 UTC 2026", "Thu Nov 36 02:15:27 UTC 2026"]
)
def test_what_is_no_date(text):
    with pytest.raises(HalintError, match="is no output of date"):
        read_date(text.encode(), "date")


def test_modules_at_boot():
    names = read_modules_load(b"# softdog\n; x\n br-netfilter \r\nsoft dog\nsoftdog", "a.conf").names
    assert list(names) == ["br_netfilter", "softdog"]


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("n1/ip-addr.txt", "addresses"),
        ("sos_commands/networking/ip_-o_addr", "addresses"),
        ("sos_commands/networking/ip_-d_address", "addresses"),
        ("sos_commands/networking/ip_route_show_table_all", None),
        ("n1/lsmod", "modules"),
        ("n1/etc/modules-load.d/watchdog.conf", "modules-load"),
        ("n1/multipath-ll.txt", "multipath"),
        ("sos_commands/multipath/multipath_-v4_-ll", "multipath"),
        ("n1/etc/multipath.conf", None),
        ("n1/file-list", "file-list"),
        ("etc/corosync/uidgid.d/.web.swp", "corosync-uidgid"),
        ("etc/corosync/uidgid.d/web.j2", None),
        ("etc/corosync/uidgid.d/.gitkeep", None),
    ],
)
def test_kinds(path, kind):
    assert kind_of_path(path) == kind


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("/sbin/ip addr", "addresses"),
        ("/sbin/ip -o addr show", "addresses"),
        ("/sbin/ip route", None),
        ("/sbin/lsmod", "modules"),
        ("/sbin/multipath -ll", "multipath"),
        ("/sbin/multipath -t", None),
        ("/bin/date", "date"),
        ("/bin/date -R", None),
    ],
)
def test_commands_of_supportconfig(line, kind):
    assert kind_of_command(line) == kind


def lay_out(folder, files):
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)


CONF = b"nodelist {\n  node {\n    ring0_addr: 10.0.0.1\n    name: n1\n    nodeid: 1\n  }\n}\n"


def test_a_sosreport_has_them_once(tmp_path):
    report = "sosreport-n1"
    lay_out(
        tmp_path,
        {
            f"{report}/etc/corosync/corosync.conf": CONF,
            f"{report}/sos_commands/host/hostname": b"n1\n",
            f"{report}/sos_commands/networking/ip_-o_addr": SHORT,
            f"{report}/sos_commands/networking/ip_-d_address": LONG,
            f"{report}/sos_commands/kernel/lsmod": b"Module Size Used by\nsoftdog 16384 2\n",
            f"{report}/etc/modules-load.d/x.conf": b"x\n",
            f"{report}/sos_commands/multipath/multipath_-v4_-ll": MULTIPATH,
            f"{report}/sos_commands/multipath/multipath_-ll": MULTIPATH,
            f"{report}/sos_commands/date/date": b"Thu Nov 26 02:15:27 UTC 2026\n",
            f"{report}/sos_commands/date/date_--utc": b"Thu Nov 26 02:15:28 UTC 2026\n",
        },
    )
    inputs = read([str(tmp_path)])
    (case,) = inputs.cases
    assert not inputs.trouble
    assert [(a.node, len(a.entries)) for a in case.cluster.addresses] == [("n1", 4)]
    assert sorted((m.kind, m.node, *m.names) for m in case.cluster.modules) == [
        ("modules", "n1", "softdog"),
        ("modules-load", "n1", "x"),
    ]
    assert [(c.node, c.moment.day) for c in case.cluster.collected] == [("n1", 26)]
    assert [(m.node, len(m.maps)) for m in case.cluster.multipath] == [("n1", 2)]


def test_a_command_that_was_missing_is_no_trouble(tmp_path):
    report = "sosreport-n1"
    lay_out(
        tmp_path,
        {
            f"{report}/etc/corosync/corosync.conf": CONF,
            f"{report}/sos_commands/networking/ip_-o_addr": b"sh: ip: command not found\n",
            f"{report}/sos_commands/kernel/lsmod": b"",
        },
    )
    inputs = read([str(tmp_path)])
    assert inputs.trouble == ()
    assert {i.status for i in inputs.inputs if i.kind in ("addresses", "modules")} == {
        "skipped: no interface is listed there",
        "skipped: no kernel module is listed there",
    }


def test_supportconfig(tmp_path):
    def section(kind, label, text):
        return f"#==[ {kind} ]=====#\n# {label}\n{text}\n".encode()

    folder = tmp_path / "scc_n1_260101_1000"
    network = section("Command", "/sbin/ip addr", LONG.decode())
    ha = section("Configuration File", "/etc/corosync/corosync.conf", CONF.decode())
    lay_out(folder, {"network.txt": network, "ha.txt": ha})
    (case,) = read([str(folder)]).cases
    assert [[e.address for e in a.entries] for a in case.cluster.addresses] == [[a for _, a, _ in EXPECTED]]
