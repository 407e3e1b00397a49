"""Reads a tar archive member by member, and writes nothing: POSIX ustar and pax, GNU long names (tar(5)).

Python's own reader keeps every header it has met and trusts the sizes of extended headers; this one keeps nothing
and refuses what no collector of reports writes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from halint.parse.unpacked import LimitError, Stream, UnpackError

BLOCK = 512
MAX_MEMBERS = 250_000
"""Of an archive and those in it; more than the largest reports hold."""
MAX_HEADER = 64 * 1024
"""Bytes of one extended header; a path has 4,096 at most."""
_MAX_HEADERS = 16
_DAMAGED = "is damaged: no tar header stands where the next one belongs"
_KINDS = {"0": "file", "\0": "file", "7": "file", "1": "hard link", "2": "link", "5": "folder", "S": "sparse"}
"""By the type flag; the rest are devices, FIFOs and things of other packers."""


class Entry(NamedTuple):
    """The header of a member. `kind` is file, link, hard link, folder, sparse or other; `target` is that of a link.

    `mode` are its permission bits; `owner` and `group` are numbers as text, "" where the header tells none.
    """

    name: str
    kind: str
    size: int
    target: str = ""
    mode: int = 0
    owner: str = ""
    group: str = ""


class Body:
    """The content of one member; what is not read is passed over."""

    def __init__(self, stream: Stream, size: int) -> None:
        self._stream = stream
        self._left = size
        self._padding = -size % BLOCK

    def read(self, count: int) -> bytes:
        """Up to `count` bytes of what is left. Raises UnpackError where the archive ends first."""
        wanted = min(count, self._left)
        data = self._stream.read(wanted)
        self._left -= len(data)
        if len(data) < wanted:
            raise UnpackError("is cut off")
        return data

    @property
    def done(self) -> bool:
        """Whether nothing of the member is left in the stream."""
        return self._left + self._padding == 0

    def finish(self) -> None:
        """Go on to where the next header stands."""
        rest = self._left + self._padding
        if self._stream.skip(rest) < rest:
            raise UnpackError("is cut off")
        self._left = self._padding = 0


def entries(stream: Stream, first: bytes) -> Iterator[tuple[Entry, Body]]:
    """The members in order, from the header `first` on. Raises UnpackError for what is damaged or beyond the limits."""
    block = first
    while block.strip(b"\0"):
        entry, block = _entry(stream, block)
        stream.budget.members += 1
        if stream.budget.members > MAX_MEMBERS:
            raise LimitError(f"holds more than {MAX_MEMBERS} files")
        body = Body(stream, entry.size)
        yield entry, body
        body.finish()
        block = stream.read(BLOCK)
        if 0 < len(block) < BLOCK:
            raise UnpackError("is cut off")
    if not block:
        # two blocks of zeros end an archive (tar(5))
        raise UnpackError("is cut off")


def is_header(block: bytes) -> bool:
    """Whether a block of 512 bytes is the header of a tar member: its checksum is right."""
    if len(block) != BLOCK or not block.strip(b"\0"):
        return False
    try:
        recorded = _number(block[148:156])
    except UnpackError:
        return False
    summed = block[:148] + block[156:]
    unsigned = sum(summed) + 8 * 0x20
    return recorded == unsigned or recorded == unsigned - 256 * sum(byte > 127 for byte in summed)  # as old packers do


def _entry(stream: Stream, block: bytes) -> tuple[Entry, bytes]:
    """The member whose headers begin with `block`: extended headers stand before the one they belong to."""
    told: dict[str, str] = {}
    for _ in range(_MAX_HEADERS):
        if not is_header(block):
            raise UnpackError(_DAMAGED)
        flag, size = chr(block[156]), _number(block[124:136])
        if flag not in "LKxgX":
            return _member(block, flag, size, told), block
        if size > MAX_HEADER:
            raise UnpackError(f"has a header of more than {MAX_HEADER >> 10} KiB")
        body = Body(stream, size)
        told.update(_told(flag, body.read(size)))
        body.finish()
        block = stream.read(BLOCK)
    raise UnpackError("has too many headers before one file")


def _told(flag: str, data: bytes) -> dict[str, str]:
    """What an extended header says of the member behind it. A global one (`g`) says nothing that is needed here."""
    if flag in "LK":
        return {"path" if flag == "L" else "linkpath": _text(data)}
    return _pax(data) if flag in "xX" else {}


def _pax(data: bytes) -> dict[str, str]:
    """The records `LENGTH KEY=VALUE` of a pax header."""
    told, start = {}, 0
    while start < len(data):
        blank = data.find(b" ", start, start + 8)
        length = data[start:blank] if blank > 0 else b""
        if not length.isdigit() or not int(length):
            raise UnpackError(_DAMAGED)
        key, _, value = data[blank + 1 : start + int(length) - 1].partition(b"=")
        told[_text(key)] = _text(value)
        start += int(length)
    return told


def _member(block: bytes, flag: str, size: int, told: dict[str, str]) -> Entry:
    name = _text(block[:100])
    if block[257:263] == b"ustar\0" and block[345]:
        name = f"{_text(block[345:500])}/{name}"
    name = told.get("GNU.sparse.name") or told.get("path") or name
    kind = _KINDS.get(flag, "other")
    if any(key.startswith("GNU.sparse.") for key in told):
        kind = "sparse"
    if kind == "file" and name.endswith("/"):
        kind = "folder"
    if "size" in told:
        if not (told["size"].isascii() and told["size"].isdigit() and len(told["size"]) < 20):
            raise UnpackError(_DAMAGED)
        size = int(told["size"])
    # a link, folder or device has no content, whatever its size says (tar(5))
    has_body = kind in ("file", "sparse") or (kind == "other" and flag not in "346")
    mode, owner, group = (_octal(block[start : start + 8]) for start in (100, 108, 116))
    return Entry(
        name,
        kind,
        size if has_body else 0,
        told.get("linkpath") or _text(block[157:257]),
        int(mode or "0") & 0o7777,
        told.get("uid") or owner,
        told.get("gid") or group,
    )


def _octal(field: bytes) -> str:
    """The number in plain decimal, "" where it is none that counts."""
    text = field.strip(b"\0 ")
    return str(int(text, 8)) if text and not text.strip(b"01234567") else ""


def _number(field: bytes) -> int:
    """Octal digits, or GNU's base 256 where the first bit is set. Raises UnpackError."""
    if field[0] & 0x80:
        if field[0] != 0x80:
            raise UnpackError(_DAMAGED)  # negative, or beyond all measure
        return int.from_bytes(field[1:], "big")
    digits = field.strip(b" \0").partition(b"\0")[0].strip()
    try:
        return int(digits or b"0", 8)
    except ValueError:
        raise UnpackError(_DAMAGED) from None


def _text(field: bytes) -> str:
    """Text up to the first NUL; what is no UTF-8 becomes visible replacement characters."""
    return field.partition(b"\0")[0].decode("utf-8", "replace")
