"""Reads the states of unit files: what systemctl prints, as text or JSON, and the links of a root tree."""

from __future__ import annotations

import json
import os
import re
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from halint.errors import HalintError
from halint.model.host import DropIn, Unit, Units
from halint.parse.decoding import decode
from halint.parse.sysconfig import ini_variables
from halint.source import Mark, Source, Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# systemctl(1), is-enabled; not-found since systemd 253
_ENABLED = ("enabled", "enabled-runtime", "linked", "linked-runtime", "alias")
_NOT_ENABLED = (
    "disabled",
    "static",
    "indirect",
    "generated",
    "transient",
    "masked",
    "masked-runtime",
    "bad",
    "not-found",
)
STATES = frozenset((*_ENABLED, *_NOT_ENABLED))
# systemd.unit(5)
_TYPES = ("service", "socket", "target", "timer", "mount", "automount", "path", "swap", "slice", "scope", "device")
SUFFIXES = tuple(f".{kind}" for kind in (*_TYPES, "snapshot"))
# Units of systemd itself: a listing without any of them is a selection, not all there is
_EVERYWHERE = frozenset(("systemd-journald.service", "systemd-journald.socket", "multi-user.target"))
# systemd.unit(5): the administrator's links, and those that last until the next boot
FOLDERS = ("etc/systemd/system", "run/systemd/system")
_DEPENDENCIES = (".wants", ".requires", ".upholds")
_NULL = "/dev/null"
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_HEADER = re.compile(r"\s*UNIT FILE\s+STATE\b")
_FOOTER = re.compile(r"\s*\d+ unit files? listed\.")
_ROW = re.compile(
    r"\s*(?:[^\w\s.:\\@-]\s+)?"  # the bullet of some versions
    r"(?P<unit>[\w:.\\@-]+?)"  # systemd.unit(5): letters, digits and : - _ . \ ; @ parts the instance off
    r"(?:\s*[:=]\s*|\s+)"
    r"(?P<state>[a-z]+(?:-[a-z]+)?)"
    r"(?P<rest>\s.*)?",
    re.ASCII,
)
_LONGEST_ROW = 1000
_LARGEST_DROP_IN = 65536
_PRESET = re.compile(r"\s*(?:enabled|disabled|ignored|-)?\s*")
_JSON_NAME = re.compile(r'"unit_file"\s*:\s*"((?:[^"\\]|\\.)*)"')


class _Row(NamedTuple):
    name: str
    state: str
    span: Span


def read_units(data: bytes, path: str, node: str | None = None) -> Units:
    """The unit files that `systemctl list-unit-files` lists, or the states a loop over `is-enabled` printed.

    Odd lines are passed over; HalintError where no line tells the state of a unit.
    """
    text = decode(data)
    source = Source(path=path, kind="units", text=text, node=node)
    is_json = text.lstrip()[:1] in ("[", "{")
    rows = list(_json_rows(text, path) if is_json else _text_rows(source.lines))
    if not rows and not any(_HEADER.match(line) or _FOOTER.match(line) for line in source.lines) and not is_json:
        raise HalintError(f"{path}: no line tells the state of a unit file, as systemctl list-unit-files prints it")
    units = {row.name: Unit(name=row.name, state=row.state, at=Mark(source, row.span)) for row in rows}
    known = {name: unit for name, unit in units.items() if unit.state != "not-found"}
    return Units(node=node, source=source, units=known, complete=True, selection=not _EVERYWHERE & units.keys())


def full_name(unit: str) -> str:
    """The unit's name with its suffix; without one systemctl means a service."""
    return unit if unit.endswith(SUFFIXES) else f"{unit}.service"


def _text_rows(lines: tuple[str, ...]) -> Iterator[_Row]:
    for number, line in enumerate(lines, 1):
        if len(line) > _LONGEST_ROW:
            continue
        match = _ROW.fullmatch(_COLOUR.sub("", line).rstrip())
        if match is None or match["state"] not in STATES or not _PRESET.fullmatch(match["rest"] or ""):
            continue
        start = line.find(match["unit"]) + 1
        yield _Row(full_name(match["unit"]), match["state"], Span(number, start, number, start + len(match["unit"])))


def _json_rows(text: str, path: str) -> Iterator[_Row]:
    try:
        listing = json.loads(text)
    except (ValueError, RecursionError):
        raise HalintError(f"{path}: is not JSON that systemctl list-unit-files prints") from None
    if not isinstance(listing, list) or not all(isinstance(row, dict) for row in listing):
        raise HalintError(f"{path}: is not the JSON list that systemctl list-unit-files --output=json prints")
    spans = _json_spans(text)
    for row in listing:
        name, state = row.get("unit_file"), row.get("state")
        span = next(spans, None) if "unit_file" in row else None
        if isinstance(name, str) and isinstance(state, str) and name and state in STATES:
            yield _Row(full_name(name), state, span or Span(1, 1, 1, 1))


def _json_spans(text: str) -> Iterator[Span]:
    """Where the names of the units stand, in order."""
    line, line_start, position = 1, 0, 0
    for match in _JSON_NAME.finditer(text):
        line += text.count("\n", position, match.start(1))
        position = match.start(1)
        line_start = text.rfind("\n", 0, position) + 1
        column = position - line_start + 1
        yield Span(line, column, line, column + len(match[1]))


class Link(NamedTuple):
    """One link below a folder of `FOLDERS`: its path from the root of the tree, with /, and its target as written.

    An empty file is a link to /dev/null: both mask the unit.
    """

    path: str
    target: str


def read_unit_tree(root: Path, node: str | None, display_path: str) -> Units:
    """The enabled, linked, aliased and masked units of a root tree; `display_path` is what the user calls `root`."""
    return units_from_links(_links(root), node, display_path, _drop_in_files(root))


def units_from_links(
    links: Iterable[Link], node: str | None, display_path: str, drop_ins: Iterable[tuple[str, bytes]] = ()
) -> Units:
    """As `read_unit_tree`, for links that were found by other means (an archive's, for one).

    `drop_ins` are the files `UNIT.d/NAME.conf` below the folders of `FOLDERS`, by path from the root of the tree.
    Each unit's mark is in a source of its own, whose path is the link's and whose text is its target.
    """
    units: dict[str, Unit] = {}
    for link in sorted(links, key=_rank):
        unit = _unit(link, node, display_path)
        if unit is not None:
            units.setdefault(unit.name, unit)
    source = Source(path=f"{display_path}/{FOLDERS[0]}", kind="units", text="", node=node)
    added = tuple(read_drop_in(data, path, node, display_path) for path, data in drop_ins)
    return Units(node=node, source=source, units=units, complete=False, drop_ins=added)


def with_drop_ins(units: Units, drop_ins: Iterable[tuple[str, bytes]], display_path: str) -> Units:
    """A listing with the drop-ins that were collected beside it."""
    added = tuple(read_drop_in(data, path, units.node, display_path) for path, data in drop_ins)
    return replace(units, drop_ins=added)


def read_drop_in(data: bytes, path: str, node: str | None, display_path: str) -> DropIn:
    """A drop-in of a unit; `path` is that from the root of the tree, `…/UNIT.d/NAME.conf`."""
    source = Source(path=f"{display_path}/{path}", kind="units", text=decode(data), node=node)
    return DropIn(
        unit=PurePosixPath(path).parent.name.removesuffix(".d"),
        source=source,
        variables=ini_variables(source),
        at=Mark(source, Span(1, 1, 1, len(source.lines[0]) + 1)),
    )


def _rank(link: Link) -> tuple[int, int, str]:
    """What is told first: masks, then links that enable, then aliases; /etc before /run (systemd.unit(5))."""
    inside = _is_dependency(link)
    masks = link.target == _NULL and not inside
    folder = 0 if link.path.startswith(FOLDERS[0]) else 1
    return (0 if masks else 1 if inside else 2, folder, link.path)


def _is_dependency(link: Link) -> bool:
    return PurePosixPath(link.path).parent.name.endswith(_DEPENDENCIES)


def _unit(link: Link, node: str | None, display_path: str) -> Unit | None:
    path, target = PurePosixPath(link.path), PurePosixPath(link.target)
    if not path.name.endswith(SUFFIXES) or (_is_dependency(link) and link.target == _NULL):
        return None
    text = link.target
    source = Source(path=f"{display_path}/{link.path}", kind="units", text=text, node=node)
    return Unit(
        name=path.name,
        state=_state(link),
        at=Mark(source, Span(1, 1, 1, len(text) + 1)),
        alias_of="" if target.name in (path.name, _template(path.name), "null") else target.name,
    )


def _state(link: Link) -> str:
    """The state as `systemctl is-enabled` tells it."""
    runtime = "" if link.path.startswith(FOLDERS[0]) else "-runtime"
    if _is_dependency(link):
        return f"enabled{runtime}"
    if link.target == _NULL:
        return f"masked{runtime}"
    name = PurePosixPath(link.path).name
    return f"linked{runtime}" if PurePosixPath(link.target).name in (name, _template(name)) else "alias"


def _template(name: str) -> str:
    """The template of an instance: postgresql@.service of postgresql@14-main.service."""
    stem, _, rest = name.partition("@")
    return f"{stem}@.{rest.rpartition('.')[2]}" if rest else name


def _links(root: Path) -> Iterator[Link]:
    for folder in FOLDERS:
        start = root / folder
        if not _inside(start, root):
            continue
        for entry in _scan(start):
            if entry.is_dir(follow_symlinks=False) and entry.name.endswith(_DEPENDENCIES):
                yield from _links_of(f"{folder}/{entry.name}", _scan(Path(entry.path)))
        yield from _links_of(folder, _scan(start))


def _drop_in_files(root: Path) -> Iterator[tuple[str, bytes]]:
    for folder in FOLDERS:
        for entry in _scan(root / folder) if _inside(root / folder, root) else ():
            if not entry.name.endswith(".d") or not entry.is_dir(follow_symlinks=False):
                continue
            for file in _scan(Path(entry.path)):
                if file.name.endswith(".conf") and file.is_file(follow_symlinks=False):
                    yield f"{folder}/{_printable(entry.name)}/{_printable(file.name)}", _content(file)


def _content(file: os.DirEntry[str]) -> bytes:
    try:
        with Path(file.path).open("rb") as opened:
            return opened.read(_LARGEST_DROP_IN)
    except OSError:
        return b""


def _links_of(folder: str, entries: Iterable[os.DirEntry[str]]) -> Iterator[Link]:
    for entry in entries:
        target = _target(entry)
        if target is not None:
            yield Link(f"{folder}/{_printable(entry.name)}", _printable(target))


def _target(entry: os.DirEntry[str]) -> str | None:
    try:
        if entry.is_symlink():
            return os.readlink(entry.path)  # noqa: PTH115 - an entry is no Path
        return _NULL if entry.is_file(follow_symlinks=False) and entry.stat().st_size == 0 else None
    except OSError:
        return None


def _scan(folder: Path) -> list[os.DirEntry[str]]:
    """The entries of a folder by name; none where it cannot be read."""
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError:
        return []


def _inside(folder: Path, root: Path) -> bool:
    """Whether the folder, links resolved, still lies in the tree."""
    return Path(os.path.realpath(folder)).is_relative_to(os.path.realpath(root))


def _printable(name: str) -> str:
    """A file name without the surrogates that stand for bytes that are no UTF-8."""
    return name.encode("utf-8", "replace").decode("utf-8")
