"""Times that the rules on SBD read and add up."""

from __future__ import annotations

import pytest

from halint.checks.sbd_settings import crash_dump_seconds, devices, node_name, watchdog_seconds
from halint.checks.sbd_timeouts import _systemd_time
from halint.parse.sbd import read_sbd, read_sbd_dump


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("90", 90_000),
        ("90s", 90_000),
        ("3min", 180_000),
        ("1min 30s", 90_000),
        ("2m", 120_000),
        ("500ms", 500),
        ("1h", 3_600_000),
        ("infinity", None),
        ("0", None),
        ("", None),
        ("5 fortnights", None),
    ],
)
def test_time_spans_of_systemd(text: str, ms: int | None) -> None:
    """systemd.time(7); None is a start that systemd waits for without end, or a text this does not read."""
    assert _systemd_time(text) == ms


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ('"/dev/a;/dev/b"', ["/dev/a", "/dev/b"]),
        ('" /dev/a ; /dev/b;"', ["/dev/a", "/dev/b"]),
        ('"/dev/a;;/dev/b"', ["/dev/a", "/dev/b"]),
        ('"/dev/a,/dev/b"', ["/dev/a,/dev/b"]),
        ('"/dev/a /dev/b"', ["/dev/a /dev/b"]),
        ('""', []),
    ],
)
def test_devices_as_sbd_parts_them(value: str, found: list[str]) -> None:
    """Measured with sbd 1.5.2: SBD_DEVICE=… sbd list names each device it cannot read."""
    assert devices(read_sbd(f"SBD_DEVICE={value}\n".encode(), "sbd")) == found


@pytest.mark.parametrize(
    ("options", "name", "dump"),
    [("-W -n n1", "n1", 0), ("-n n1.example.com -C 60", "n1.example.com", 60), ("-C60", "", 60), ("-W", "", 0)],
)
def test_options(options: str, name: str, dump: int) -> None:
    sbd = read_sbd(f'SBD_OPTS="{options}"\n'.encode(), "sbd")
    assert (node_name(sbd), crash_dump_seconds(sbd)) == (name, dump)


@pytest.mark.parametrize(
    ("text", "seconds"), [("", 5), ("SBD_WATCHDOG_TIMEOUT=15", 15), ("SBD_WATCHDOG_TIMEOUT=x", None)]
)
def test_watchdog_timeout(text: str, seconds: int | None) -> None:
    assert watchdog_seconds(read_sbd(f"{text}\n".encode(), "sbd")) == seconds


def test_slots_of_one_device() -> None:
    text = """==Dumping header on disk /dev/vdb
Timeout (watchdog) : 5
==Header on disk /dev/vdb is dumped
0     n1      clear
1	n2	reset	n1
2     n3      nonsense
"""
    (header,) = read_sbd_dump(text.encode(), "sbd-dump")
    assert [(slot.name, slot.state) for slot in header.slots] == [("n1", "clear"), ("n2", "reset")]
    assert header.slots[0].at.location() == ("sbd-dump", 4, 7, 4, 9)
    both = read_sbd_dump((text + text.replace("vdb", "vdc")).encode(), "sbd-dump")
    assert [header.slots for header in both] == [(), ()]
