"""Reads the settings of SBD, and what `sbd -d DEVICE dump` prints of its devices."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from halint.errors import HalintError
from halint.model.host import Sbd, SbdHeader, SbdSlot
from halint.parse.decoding import decode
from halint.parse.sysconfig import variables
from halint.source import Mark, Source, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

_DUMP_START = re.compile(r"==\s*Dumping header on disk\s+(?P<device>\S+)")
_DUMP_NUMBER = re.compile(
    r"\s*Timeout \((?P<name>watchdog|allocate|loop|msgwait)\)\s*:\s*(?P<value>\d{1,9})\s*", re.ASCII
)
# since header version 2.1
_DUMP_UUID = re.compile(r"\s*UUID\s*:\s*(?P<uuid>[0-9A-Fa-f-]{8,40})\s*", re.ASCII)

# `sbd list`: number, node, message, and who sent it
_SLOT = re.compile(
    r"(?P<number>\d{1,3})\s+(?P<name>[A-Za-z0-9][\w.-]*)\s+(?P<state>clear|reset|off|test|exit|crashdump)(?:\s.*)?",
    re.ASCII,
)


def read_sbd(data: bytes, path: str, node: str | None = None) -> Sbd:
    """The variables of /etc/sysconfig/sbd or /etc/default/sbd.

    An unquoted `;` belongs to the value, as in systemd's EnvironmentFile, from which the daemon gets SBD_DEVICE.
    """
    source = Source(path=path, kind="sbd", text=decode(data), node=node)
    return Sbd(node=node, source=source, variables=variables(source))


def read_sbd_dump(data: bytes, path: str, node: str | None = None) -> tuple[SbdHeader, ...]:
    """The headers of all devices that are dumped in the file; HalintError where there is none."""
    source = Source(path=path, kind="sbd-dump", text=decode(data), node=node)
    headers: list[SbdHeader] = []
    for number, line in enumerate(source.lines, 1):
        start = _DUMP_START.match(line)
        if start is not None:
            headers.append(_empty_header(source, number, start))
            continue
        uuid = _DUMP_UUID.fullmatch(line)
        if uuid is not None and headers:
            at = Mark(source, Span(number, 1, number, len(line) + 1))
            headers[-1] = replace(headers[-1], uuid=uuid["uuid"].lower(), uuid_at=at)
        timeout = _DUMP_NUMBER.fullmatch(line)
        if timeout is None:
            continue
        if not headers:
            headers.append(_empty_header(source, number, None))
        headers[-1] = _with_timeout(headers[-1], source, number, timeout)
    if len(headers) == 1:
        headers[0] = replace(headers[0], slots=tuple(_slots(source)))
    if not headers:
        raise HalintError(f"{path}: no SBD header, as sbd dump prints it")
    return tuple(headers)


def _slots(source: Source) -> Iterator[SbdSlot]:
    for number, line in enumerate(source.lines, 1):
        match = _SLOT.fullmatch(line.strip())
        if match is not None:
            start = line.find(match["name"]) + 1
            at = Mark(source, Span(number, start, number, start + len(match["name"])))
            yield SbdSlot(name=match["name"], state=match["state"], at=at)


def _empty_header(source: Source, number: int, start: re.Match[str] | None) -> SbdHeader:
    end = len(source.lines[number - 1]) + 1
    return SbdHeader(
        node=source.node,
        source=source,
        device=start["device"] if start else "",
        watchdog=None,
        allocate=None,
        loop=None,
        msgwait=None,
        at=Mark(source, Span(number, 1, number, end)),
    )


def _with_timeout(header: SbdHeader, source: Source, number: int, line: re.Match[str]) -> SbdHeader:
    seconds = int(line["value"])
    at = Mark(source, Span(number, line.start("name") - len("Timeout (") + 1, number, line.end("value") + 1))
    match line["name"]:
        case "watchdog":
            return replace(header, watchdog=seconds, watchdog_at=at)
        case "msgwait":
            return replace(header, msgwait=seconds, msgwait_at=at)
        case "allocate":
            return replace(header, allocate=seconds)
        case _:
            return replace(header, loop=seconds)
