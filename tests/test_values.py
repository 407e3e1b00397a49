"""Values as Pacemaker reads them, by table, and compared with the installed library where there is one."""

from __future__ import annotations

import ctypes

import pytest

from halint.model.values import (
    format_duration,
    parse_bool,
    parse_duration_ms,
    parse_role,
    parse_score,
    parse_timeout_ms,
)

BOOLS = {
    "true": True, "TRUE": True, "on": True, "Yes": True, "y": True, "1": True,
    "false": False, "off": False, "No": False, "N": False, "0": False,
    "": None, " true": None, "t": None, "2": None, "01": None, "flase": None,
}  # fmt: skip
SCORES = {
    "INFINITY": 1_000_000, "+INFINITY": 1_000_000, "-INFINITY": -1_000_000,
    "5": 5, "+5": 5, "-5": -5, " 5": 5, "5 ": 5, "1.5": 1, "5x": 5, "0x10": 0, "1e3": 1,
    "1000001": 1_000_000, "-99999999": -1_000_000, "0": 0,
    "infinity": None, "inf": None, "x": None, "": None, "--5": None, "+": None, "INFINITYx": None,
}  # fmt: skip
TIMEOUTS = {
    "30": 30_000, "30s": 30_000, "30sec": 30_000, "30 s": 30_000, "30S": 30_000, "  30  sec": 30_000, "00030": 30_000,
    "500ms": 500, "500msec": 500, "5MS": 5, "500us": 0, "1500us": 1, "5min": 300_000, "5m": 300_000,
    "5 minutes": 300_000, "2h": 7_200_000, "2 hours": 7_200_000, "1.5": 1000, "1.5m": 60_000, "0": 0, "5mi": 300_000,
    "1d": None, "1w": None, "-5": None, "+5": None, "": None, " ": None, "abc": None, "10x": None, "INFINITY": None,
    "0x10": None, "20:00": None, "-1": None, "ms": None, "5u": None, "1e3": None,
}  # fmt: skip
ISO = {
    "PT5M": 300_000, "P40S": 40_000, "P2H3S": 7_203_000, "PT1H30M": 5_400_000,
    "PT10S": 10_000, "PT90S": 90_000, "P1DT2H": 93_600_000, "P1W": 604_800_000,
    "P": None, "PT": None, "PT5": None, "pt5m": None, "P5": None, "PT5M3": None,
}  # fmt: skip


@pytest.mark.parametrize(("text", "value"), BOOLS.items())
def test_booleans(text, value):
    assert parse_bool(text) is value


@pytest.mark.parametrize(("text", "value"), SCORES.items())
def test_scores(text, value):
    assert parse_score(text) == value


def test_health_colours_are_scores():
    assert [parse_score(c) for c in ("red", "RED", "yellow", "green")] == [-1_000_000, -1_000_000, 0, 0]


@pytest.mark.parametrize(("text", "value"), TIMEOUTS.items())
def test_timeouts(text, value):
    assert parse_timeout_ms(text) == value
    assert parse_duration_ms(text) == value


@pytest.mark.parametrize(("text", "value"), ISO.items())
def test_iso_durations(text, value):
    assert parse_duration_ms(text) == value
    assert parse_timeout_ms(text) is None


@pytest.mark.parametrize("parse", [parse_bool, parse_score, parse_timeout_ms, parse_duration_ms, parse_role])
def test_absent_and_endless_values(parse):
    assert parse(None) is None
    parse("9" * 10_000)
    parse("PT" + "9" * 10_000 + "S")


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("Master", "Promoted"),
        ("slave", "Unpromoted"),
        ("PROMOTED", "Promoted"),
        ("Started", "Started"),
        ("stopped", "Stopped"),
        ("", None),
        ("Boss", None),
    ],
)
def test_roles(text, role):
    assert parse_role(text) == role


@pytest.mark.parametrize(
    ("ms", "text"),
    [
        (4300, "4300 ms"),
        (0, "0 s"),
        (20_000, "20 s"),
        (60_000, "60 s"),
        (90_000, "90 s"),
        (120_000, "2 min"),
        (150_000, "150 s"),
        (7_200_000, "120 min"),
    ],
)
def test_durations_for_people(ms, text):
    assert format_duration(ms) == text


@pytest.fixture(scope="module")
def libcrmcommon():
    for soname in ("libcrmcommon.so.34", "libcrmcommon.so.46"):
        try:
            library = ctypes.CDLL(soname)
        except OSError:
            continue
        if hasattr(library, "crm_get_msec") and hasattr(library, "char2score"):
            return library
    pytest.skip("Pacemaker's library is not installed")


def test_pacemaker_reads_booleans_the_same(libcrmcommon):
    for text, value in BOOLS.items():
        result = ctypes.c_int(-1)
        code = libcrmcommon.crm_str_to_boolean(text.encode(), ctypes.byref(result))
        assert (bool(result.value) if code == 1 else None) is value, text


def test_pacemaker_reads_timeouts_the_same(libcrmcommon):
    libcrmcommon.crm_get_msec.restype = ctypes.c_longlong
    for text, value in {**TIMEOUTS, **dict.fromkeys(ISO)}.items():
        assert libcrmcommon.crm_get_msec(text.encode()) == (-1 if value is None else value), text


def test_pacemaker_reads_intervals_the_same(libcrmcommon):
    libcrmcommon.crm_parse_interval_spec.restype = ctypes.c_uint
    # calendar units are left out: 2.1.5 counts them a day short
    for text, value in {**TIMEOUTS, **ISO}.items():
        if "W" not in text and "D" not in text:
            assert libcrmcommon.crm_parse_interval_spec(text.encode()) == (value or 0), text


def test_pacemaker_reads_scores_the_same(libcrmcommon):
    for text, value in SCORES.items():
        assert libcrmcommon.char2score(text.encode()) == (value or 0), text
