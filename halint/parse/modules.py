"""Reads which kernel modules are loaded (lsmod(8)) and which are to be loaded at boot (modules-load.d(5))."""

from __future__ import annotations

import re
from collections.abc import Iterator

from halint.errors import HalintError
from halint.model.host import Modules
from halint.parse.decoding import decode
from halint.source import Mark, Source, Span

_LOADED = re.compile(r"(?P<name>\w+)[ \t]+\d+[ \t]+-?\d+(?:[ \t].*)?\r?")
_AT_BOOT = re.compile(r"[ \t]*(?P<name>[\w-]+)[ \t\r]*")


def read_modules(data: bytes, path: str, node: str | None = None) -> Modules:
    """The output of lsmod, or /proc/modules. HalintError where it lists no module."""
    found = _read("modules", _LOADED, data, path, node)
    if not found.names:
        raise HalintError(f"{path}: is no output of lsmod")
    return found


def read_modules_load(data: bytes, path: str, node: str | None = None) -> Modules:
    """A file of modules-load.d, one module a line; it may hold none."""
    return _read("modules-load", _AT_BOOT, data, path, node)


def _read(kind: str, form: re.Pattern[str], data: bytes, path: str, node: str | None) -> Modules:
    source = Source(path=path, kind=kind, text=decode(data), node=node)
    return Modules(kind=kind, node=node, source=source, names=dict(_names(source, form)))


def _names(source: Source, form: re.Pattern[str]) -> Iterator[tuple[str, Mark]]:
    for number, line in enumerate(source.lines, 1):
        match = form.fullmatch(line)
        if match is not None:
            # modprobe(8): there is no difference between _ and - in names
            at = Mark(source, Span(number, match.start("name") + 1, number, match.end("name") + 1))
            yield match["name"].replace("-", "_"), at
