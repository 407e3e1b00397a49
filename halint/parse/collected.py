"""Reads when a node's files were collected: the output of `date` that support archives hold (date(1))."""

from __future__ import annotations

import re
from datetime import datetime

from halint.errors import HalintError
from halint.model.host import Collected
from halint.parse.decoding import decode
from halint.source import Mark, Source, Span

KIND = "date"
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
# Thu Nov 26 02:15:27 UTC 2026, Thu 26 Nov 2026 02:15:27 AM UTC
_DATE = re.compile(
    r"\w{3},? (?:(?P<month>[A-Z][a-z]{2}) {1,2}(?P<day>\d{1,2})|(?P<day2>\d{1,2}) (?P<month2>[A-Z][a-z]{2}))"
    r" (?:(?P<year2>\d{4}) )?(?P<hour>\d{2}):(?P<minute>\d{2}):\d{2}(?P<half> [AP]M)?"
    r"(?: (?!\d{4})\S+)?(?: (?P<year>\d{4}))?"
)


def read_date(data: bytes, path: str, node: str | None = None) -> Collected:
    """The node's own time, to the minute; its zone is left out. HalintError for what is no English output of date."""
    source = Source(path=path, kind=KIND, text=decode(data), node=node)
    for number, line in enumerate(source.lines, 1):
        match = _DATE.fullmatch(line.strip())
        moment = _moment(match) if match else None
        if moment is not None:
            at = Mark(source, Span(number, 1, number, len(line) + 1))
            return Collected(node=node, source=source, moment=moment, at=at)
    raise HalintError(f"{path}: is no output of date")


def _moment(match: re.Match[str]) -> datetime | None:
    month = (match["month"] or match["month2"]).lower()
    hour = int(match["hour"])
    if match["half"]:
        hour = hour % 12 + (12 if match["half"] == " PM" else 0)
    try:
        return datetime(  # noqa: DTZ001 - the zone's name does not tell its offset; what compares allows for that
            int(match["year"] or match["year2"]),
            _MONTHS.index(month) + 1,
            int(match["day"] or match["day2"]),
            hour,
            int(match["minute"]),
        )
    except (ValueError, TypeError):
        return None
