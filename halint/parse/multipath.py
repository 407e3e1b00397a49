"""Reads which disks are paths of which multipath map: the output of `multipath -ll` (multipath(8))."""

from __future__ import annotations

import re
from collections.abc import Iterator

from halint.errors import HalintError
from halint.model.host import Multipath, MultipathMap
from halint.parse.decoding import decode
from halint.source import Mark, Source, Span

KIND = "multipath"
# `mpatha (360…) dm-2 VENDOR,PRODUCT`, without the WWID in brackets where the map has no name of its own
_MAP = re.compile(r"(?:[a-z]+: )?(?P<name>\S+) (?:\((?P<wwid>[^()\s]+)\) )?dm-\d+(?: .*)?")
# `| `- 2:0:0:1 sda 8:0 active ready running`
_PATH = re.compile(r"[\s|`+\\_-]*\S+:\S+:\S+:\S+ +(?P<disk>[a-z]+\w*) +\d+:\d+ .*")


def read_multipath(data: bytes, path: str, node: str | None = None) -> Multipath:
    """The maps in the order of the output. HalintError where it lists none."""
    source = Source(path=path, kind=KIND, text=decode(data), node=node)
    maps = tuple(_maps(source))
    if not maps:
        raise HalintError(f"{path}: is no output of multipath -ll")
    return Multipath(node=node, source=source, maps=maps)


def _maps(source: Source) -> Iterator[MultipathMap]:
    found: MultipathMap | None = None
    disks: dict[str, Mark] = {}
    for number, line in enumerate(source.lines, 1):
        text = line.rstrip("\r")
        leg, head = _PATH.fullmatch(text), _MAP.fullmatch(text)
        if leg is not None:
            disks[leg["disk"]] = Mark(source, Span(number, leg.start("disk") + 1, number, leg.end("disk") + 1))
        elif head is not None:
            if found is not None:
                yield found
            disks = {}
            at = Mark(source, Span(number, head.start("name") + 1, number, head.end("name") + 1))
            found = MultipathMap(name=head["name"], wwid=head["wwid"] or head["name"], disks=disks, at=at)
    if found is not None:
        yield found
