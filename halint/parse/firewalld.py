"""Reads the zones of firewalld below /etc (firewalld.zone(5))."""

from __future__ import annotations

from pathlib import PurePosixPath

from lxml import etree

from halint.errors import HalintError
from halint.model.host import Zone
from halint.parse.decoding import decode
from halint.source import Mark, Source, Span


def read_zone(data: bytes, path: str, node: str | None = None) -> Zone:
    """One zone, called after its file; HalintError where the file is no zone."""
    try:
        root = etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError:
        raise HalintError(f"{path}: is not the XML of a firewalld zone") from None
    if root.tag != "zone":
        raise HalintError(f"{path}: is not the XML of a firewalld zone")
    source = Source(path=path, kind="firewalld", text=decode(data), node=node)
    line = next((n for n, text in enumerate(source.lines, 1) if "<zone" in text), 1)
    column = source.lines[line - 1].find("<zone") + 1 or 1
    return Zone(
        node=node,
        source=source,
        name=PurePosixPath(path).stem,
        target=(root.get("target") or "").strip("%"),
        services=tuple(element.get("name") or "" for element in root.iterchildren("service")),
        ports=tuple(f"{e.get('port') or ''}/{e.get('protocol') or ''}" for e in root.iterchildren("port")),
        rich=root.find("rule") is not None,
        at=Mark(source, Span(line, column, line, column + len("<zone"))),
    )
