"""Dates and times as Pacemaker's rules take them: ISO 8601 in several forms (measured with iso8601(8) of 2.1.5)."""

from __future__ import annotations

import re
from calendar import isleap, monthrange

_DATE = re.compile(
    r"(?P<year>[0-9]{4,})(?:-W(?P<week>[0-9]{1,2})-(?P<weekday>[0-9])"
    r"|-(?P<month>[0-9]{1,2})-(?P<day>[0-9]{1,2})|(?P<month2>[0-9]{2})(?P<day2>[0-9]{2})|-(?P<yearday>[0-9]{3})"
    r"|-(?P<month3>[0-9]{2}))"
)
_TIME = re.compile(
    r"(?P<hour>[0-9]{1,2})(?::(?P<minute>[0-9]{1,2})(?::(?P<second>[0-9]{1,2}))?"
    r"|(?P<minute2>[0-9]{2})(?P<second2>[0-9]{2})?)?"
)


def is_date(text: str) -> bool:
    """Whether Pacemaker can read a date, a date and time, a time alone, or `epoch`.

    What follows a whole date or time is not looked at, a wrong time zone neither.
    """
    text = text.lstrip()
    if text.startswith("epoch"):
        return True
    if re.match(r"T|[0-9]{2}:", text):
        return _is_time(text.removeprefix("T"))
    match = _DATE.match(text)
    if match is None or not _is_day(match):
        return False
    rest = text[match.end() :]
    return not rest[1:] or rest[0] not in " T" or _is_time(rest[1:].lstrip(" "))


def _is_day(match: re.Match[str]) -> bool:
    year = int(match["year"])
    if match["week"]:
        return 1 <= int(match["week"]) <= _weeks(year) and 1 <= int(match["weekday"]) <= 7
    if match["yearday"]:
        return 1 <= int(match["yearday"]) <= 365 + isleap(year)
    month, day = int(match["month"] or match["month2"] or match["month3"]), int(match["day"] or match["day2"] or 1)
    return 1 <= month <= 12 and 1 <= day <= monthrange(min(max(year, 1), 9999), month)[1]


def _weeks(year: int) -> int:
    """The weeks of an ISO year: its last one holds the 28th of December."""
    from datetime import date  # noqa: PLC0415 - few dates name a week

    return date(min(max(year, 1), 9999), 12, 28).isocalendar().week


def _is_time(text: str) -> bool:
    match = _TIME.match(text)
    if match is None:
        return False
    hour = int(match["hour"])
    minute, second = int(match["minute"] or match["minute2"] or 0), int(match["second"] or match["second2"] or 0)
    if hour == 24:
        return minute == second == 0
    return hour < 24 and minute < 60 and second < 60
