"""Values as Pacemaker reads them: booleans, scores, durations, roles.

Each reader returns None for text that Pacemaker does not accept. What is accepted was measured with
libcrmcommon of 2.1.5 (`tests/test_values.py` compares with the installed one) and is described in
"Pacemaker Explained", Basic Concepts of Cluster Configuration, Data Types.
"""

from __future__ import annotations

import re
from functools import lru_cache

INFINITY = 1_000_000

_TRUE = frozenset({"true", "on", "yes", "y", "1"})
_FALSE = frozenset({"false", "off", "no", "n", "0"})
_INFINITIES = {"INFINITY": INFINITY, "+INFINITY": INFINITY, "-INFINITY": -INFINITY}
# with the node-health-* options at their defaults
_COLOURS = {"red": -INFINITY, "yellow": 0, "green": 0}
_ROLES = {
    "started": "Started",
    "stopped": "Stopped",
    "promoted": "Promoted",
    "unpromoted": "Unpromoted",
    "master": "Promoted",
    "slave": "Unpromoted",
}

_INTEGER = re.compile(r"[ \t\n\v\f\r]*([+-]?)([0-9]+)")
_PERIOD = re.compile(r"[ \t]*([0-9]+)(?:\.[0-9]*)?[ \t]*(.*)", re.DOTALL)
_ISO = re.compile(
    r"P(?:([0-9]+)Y)?(?:([0-9]+)M)?(?:([0-9]+)W)?(?:([0-9]+)D)?"
    r"(?:T(?=[0-9])(?:([0-9]+)H)?(?:([0-9]+)M)?(?:([0-9]+)S)?)?"
)
# libcrmcommon also takes hours and seconds without their T, where no days or months stand before them
_ISO_WITHOUT_T = re.compile(r"P(?=[0-9])(?:([0-9]+)H)?(?:([0-9]+)S)?")
_DAY = 86_400_000
_ISO_UNITS = (365 * _DAY, 30 * _DAY, 7 * _DAY, _DAY, 3_600_000, 60_000, 1000)
_LONGEST = 2**63 - 1


def parse_bool(text: str | None) -> bool | None:
    """True or False; any letter case, no blanks around."""
    low = (text or "").lower()
    if low in _TRUE:
        return True
    return False if low in _FALSE else None


def parse_score(text: str | None) -> int | None:
    """A score between -1,000,000 and 1,000,000. What follows the leading digits is ignored: `1.5` is 1."""
    if text is None:
        return None
    fixed = _INFINITIES.get(text, _COLOURS.get(text.lower()))
    if fixed is not None:
        return fixed
    match = _INTEGER.match(text)
    if match is None:
        return None
    number = min(_whole(match.group(2)), INFINITY)
    return -number if match.group(1) == "-" else number


def parse_duration_ms(text: str | None) -> int | None:
    """An interval in milliseconds: a number with a unit (seconds without one), or an ISO 8601 duration.

    A month counts 30 days and a year 365, as nothing says when the duration starts.
    """
    if text is None:
        return None
    if not text.startswith("P"):
        return parse_timeout_ms(text)
    duration = text.partition("/")[0]
    bare = _ISO_WITHOUT_T.fullmatch(duration)
    if bare is not None:
        return _whole(bare[1] or "0") * 3_600_000 + _whole(bare[2] or "0") * 1000
    match = _ISO.fullmatch(duration)
    if match is None or not any(match.groups()):
        return None
    parts = zip(match.groups(), _ISO_UNITS, strict=True)
    return sum(_whole(number) * unit for number, unit in parts if number)


@lru_cache(maxsize=4096)
def parse_timeout_ms(text: str | None) -> int | None:
    """A timeout in milliseconds: as an interval, without the ISO 8601 form. Decimals are cut off."""
    match = _PERIOD.fullmatch(text or "")
    if match is None:
        return None
    number, unit = _whole(match.group(1)), match.group(2).lower()
    if unit.startswith("us"):
        return number // 1000
    for prefix, factor in (("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000)):
        if unit.startswith(prefix):
            return number * factor
    return None if unit else number * 1000


def parse_role(text: str | None) -> str | None:
    """Promoted, Unpromoted, Started or Stopped, in any letter case; Master and Slave are the older names."""
    return _ROLES.get((text or "").lower())


def format_duration(ms: int) -> str:
    """A time for people: `4300 ms`, `20 s`, `2 min`; the largest unit that leaves no rest, seconds up to 90."""
    if ms % 1000:
        return f"{ms} ms"
    if ms % 60_000 or ms <= 90_000:
        return f"{ms // 1000} s"
    return f"{ms // 60_000} min"


def _whole(digits: str) -> int:
    """A number of any length, cut where C would overflow; Python refuses to convert very long ones."""
    return min(int(digits), _LONGEST) if len(digits) < 20 else _LONGEST
