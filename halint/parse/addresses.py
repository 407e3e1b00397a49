"""Reads which addresses a node's interfaces have: `ip addr`, also with `-o` (ip-address(8))."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import ip_address

from halint.errors import HalintError
from halint.model.host import Addresses, InterfaceAddress
from halint.parse.decoding import decode
from halint.source import Mark, Source, Span

KIND = "addresses"
_INTERFACE = re.compile(r"\d+:[ \t]+(?P<name>[^\s:@]+)(?:@[^\s:]+)?(?::|[ \t]|$)")
_ADDRESS = re.compile(r"(?:^|[ \t])inet6?[ \t]+(?P<address>[0-9A-Fa-f.:]+)(?:/\d+)?(?P<rest>(?:[ \t][^\\]*)?)")


def read_addresses(data: bytes, path: str, node: str | None = None) -> Addresses:
    """The addresses in the order of the output. HalintError where it holds no interface."""
    source = Source(path=path, kind=KIND, text=decode(data), node=node)
    if not any(_INTERFACE.match(line) for line in source.lines):
        raise HalintError(f"{path}: is no output of ip addr")
    return Addresses(node=node, source=source, entries=tuple(_entries(source)))


def _entries(source: Source) -> Iterator[InterfaceAddress]:
    interface = ""
    for number, line in enumerate(source.lines, 1):
        head = _INTERFACE.match(line)
        if head is not None:
            interface = head["name"]
        match = _ADDRESS.search(line)
        if match is None or not interface:
            continue
        try:
            address = ip_address(match["address"])
        except ValueError:
            continue
        at = Mark(source, Span(number, match.start("address") + 1, number, match.end("address") + 1))
        dynamic = "dynamic" in match["rest"].split()
        yield InterfaceAddress(interface=interface, address=str(address), dynamic=dynamic, at=at)
