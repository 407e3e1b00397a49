"""Bytes to text for a first look at a file; readers decode for themselves, with their own findings."""

from __future__ import annotations

_HEAD = 4 * 1024 * 1024


def decode(data: bytes) -> str:
    """Text for searching: UTF-16 where a byte order mark says so, else UTF-8, odd bytes replaced."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    return data.decode("utf-8-sig", "replace")


def uncompressed_head(data: bytes) -> bytes:
    """The first 4 MiB of what is compressed, or the data itself; empty where it cannot be unpacked."""
    try:
        return _unpacked(data)
    except (OSError, EOFError, ValueError):
        return b""


def _unpacked(data: bytes) -> bytes:
    if data.startswith(b"BZh"):
        from bz2 import BZ2Decompressor  # noqa: PLC0415 - few inputs are compressed

        return BZ2Decompressor().decompress(data, _HEAD)
    if data.startswith(b"\x1f\x8b"):
        import zlib  # noqa: PLC0415 - as above

        try:
            return zlib.decompressobj(wbits=31).decompress(data, _HEAD)
        except zlib.error as error:
            raise ValueError(str(error)) from None
    if data.startswith(b"\xfd7zXZ\x00"):
        import lzma  # noqa: PLC0415 - as above

        try:
            return lzma.LZMADecompressor().decompress(data, max_length=_HEAD)
        except lzma.LZMAError as error:
            raise ValueError(str(error)) from None
    return data
