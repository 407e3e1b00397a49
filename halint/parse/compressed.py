"""Files compressed by bzip2, gzip or xz, as Pacemaker's scheduler inputs are."""

from __future__ import annotations

import io
import zlib

from halint.errors import HalintError

MAX_SIZE = 128 * 1024 * 1024
"""More text than any cluster configuration has; what is larger is refused before it is held in memory."""

_XZ_MEMORY = 256 * 1024 * 1024


def decompress(data: bytes, path: str) -> bytes:
    """`data` as it is, or what its bzip2, gzip or xz archive holds. Raises HalintError naming `path`."""
    name = compression(data)
    if not name:
        if len(data) > MAX_SIZE:
            raise HalintError(f"{path}: larger than {MAX_SIZE >> 20} MiB")
        return data
    try:
        plain = _read(data, name)
    except EOFError:
        raise HalintError(f"{path}: the {name} archive is cut off") from None
    except (OSError, ValueError, zlib.error):
        raise HalintError(f"{path}: the {name} archive is damaged") from None
    if len(plain) > MAX_SIZE:
        raise HalintError(f"{path}: larger than {MAX_SIZE >> 20} MiB when decompressed")
    return plain


def compression(data: bytes) -> str:
    """The name of the compression by the file's first bytes, "" for none."""
    for magic, name in ((b"BZh", "bzip2"), (b"\x1f\x8b", "gzip"), (b"\xfd7zXZ\x00", "xz")):
        if data.startswith(magic):
            return name
    return ""


def beginning(data: bytes, size: int) -> bytes | None:
    """The first `size` bytes of what an archive holds; None where they cannot be had."""
    name = compression(data)
    try:
        return _read(data, name, size) if name else data[:size]
    except (OSError, EOFError, ValueError, zlib.error):
        return None


def _read(data: bytes, name: str, most: int = MAX_SIZE + 1) -> bytes:
    """At most `most` bytes. The modules are imported where they are used: few runs need one."""
    if name == "xz":
        return _read_xz(data, most)
    if name == "bzip2":
        import bz2  # noqa: PLC0415

        with bz2.BZ2File(io.BytesIO(data)) as stream:
            return stream.read(most)
    import gzip  # noqa: PLC0415

    with gzip.GzipFile(fileobj=io.BytesIO(data)) as archive:
        return archive.read(most)


def _read_xz(data: bytes, most: int) -> bytes:
    """An xz archive names its own dictionary size, up to 4 GiB, so the decoder's memory is limited too."""
    import lzma  # noqa: PLC0415

    decoder = lzma.LZMADecompressor(format=lzma.FORMAT_XZ, memlimit=_XZ_MEMORY)
    try:
        plain = decoder.decompress(data, max_length=most)
    except lzma.LZMAError as error:
        raise OSError(str(error)) from None
    if not decoder.eof and len(plain) < most:
        raise EOFError
    return plain
