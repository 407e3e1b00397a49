"""A stream of bytes as it is unpacked: gzip, bzip2, xz and, where Python has it, zstd; within limits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from halint.parse.compressed import compression

MAX_UNPACKED = 4 * 1024**3
"""Bytes that one archive may hold, those of the archives in it included."""
MAX_RATIO = 250
"""How many times its own size an archive may grow to; logs shrink to a twentieth, zeros to a thousandth."""
RATIO_FROM = 256 * 1024**2
"""Below this many bytes the ratio does not count."""
MAX_STREAMS = 100_000
"""Compressed streams one behind the other in one file, as parallel packers write them."""

_CHUNK = 64 * 1024
_XZ_MEMORY = 256 * 1024**2
_ZSTD = b"\x28\xb5\x2f\xfd"


class UnpackError(Exception):
    """Why an archive is not read on, as the end of a sentence that begins with its name."""


class LimitError(UnpackError):
    """A limit of the whole archive is reached: nothing more of it is read, nor of an archive around it."""


@dataclass
class Budget:
    """What may still be unpacked of one archive and of all the archives in it."""

    packed: int = 0
    unpacked: int = 0
    members: int = 0
    largest: int = MAX_UNPACKED
    ratio: int = MAX_RATIO
    ratio_from: int = RATIO_FROM

    def spend(self, count: int) -> None:
        """Count bytes that were unpacked. Raises LimitError where they are too many."""
        self.unpacked += count
        if self.unpacked > self.largest:
            raise LimitError(f"holds more than {self.largest >> 20} MiB")
        if self.unpacked > max(self.ratio_from, self.ratio * self.packed):
            raise LimitError(f"grows to more than {self.ratio} times its size, as no collected report does")


class Stream:
    """What `read` gives, unpacked. `outermost` counts the packed bytes; every compressed layer what it unpacks."""

    def __init__(self, read: Callable[[int], bytes], budget: Budget, *, outermost: bool = False) -> None:
        """Looks at the first bytes. Raises UnpackError for a compression this Python does not know."""
        self._source = read
        self.budget = budget
        self._outermost = outermost
        self._streams = 0
        self._buffer = b""
        self._packed = self._fetch()
        self.compression = compression(self._packed) or ("zstd" if self._packed.startswith(_ZSTD) else "")
        self._decoder: Any = self._new_decoder() if self.compression else None

    def read(self, count: int) -> bytes:
        """`count` bytes; less only at the end. Raises UnpackError."""
        parts, missing = [], count
        while missing > 0:
            piece = self._buffer or self._more()
            if not piece:
                break
            parts.append(piece[:missing])
            self._buffer = piece[missing:]
            missing -= len(parts[-1])
        return b"".join(parts)

    def skip(self, count: int) -> int:
        """Read on without keeping anything; returns how many bytes there were."""
        done = 0
        while done < count:
            piece = self._buffer or self._more()
            if not piece:
                break
            self._buffer = piece[count - done :]
            done += len(piece) - len(self._buffer)
        return done

    def _fetch(self) -> bytes:
        data = self._source(_CHUNK)
        if self._outermost:
            self.budget.packed += len(data)
        return data

    def _more(self) -> bytes:
        """The next piece; none at the end."""
        if self._decoder is None:
            piece, self._packed = self._packed or self._fetch(), b""
            if self._outermost:
                self.budget.spend(len(piece))
            return piece
        try:
            piece = self._decoded()
        except UnpackError:
            raise
        except EOFError:
            raise UnpackError("is cut off") from None
        except Exception as error:  # noqa: BLE001 - each decoder has errors of its own
            if "memory" in str(error).lower():
                raise UnpackError(f"needs more than {_XZ_MEMORY >> 20} MiB of memory to be unpacked") from None
            raise UnpackError(f"is damaged: no whole {self.compression} stream") from None
        self.budget.spend(len(piece))
        return piece

    def _decoded(self) -> bytes:
        while True:
            if self._decoder.eof and not self._next_stream():
                return b""
            if self._decoder.needs_input and not self._packed:
                self._packed = self._fetch()
                if not self._packed:
                    raise EOFError
            data, self._packed = (self._packed, b"") if self._decoder.needs_input else (b"", self._packed)
            piece: bytes = self._decoder.decompress(data, _CHUNK)
            if piece:
                return piece

    def _next_stream(self) -> bool:
        """Go on with a stream that stands behind the one that has ended; padding and what is no stream end it."""
        rest = self._decoder.unused_data or self._packed or self._fetch()
        self._packed = rest.lstrip(b"\0")
        if len(self._packed) < 6:
            self._packed += self._fetch()
        if compression(self._packed) != self.compression:
            return False
        self._decoder = self._new_decoder()
        return True

    def _new_decoder(self) -> Any:
        self._streams += 1
        if self._streams > MAX_STREAMS:
            raise UnpackError(f"holds more than {MAX_STREAMS} compressed streams")
        return _decoder(self.compression)


def _decoder(name: str) -> Any:
    """Each module where it is needed: few inputs are compressed."""
    if name == "gzip":
        return _Gunzip()
    if name == "bzip2":
        from bz2 import BZ2Decompressor  # noqa: PLC0415

        return BZ2Decompressor()
    if name == "xz":
        import lzma  # noqa: PLC0415

        return lzma.LZMADecompressor(format=lzma.FORMAT_XZ, memlimit=_XZ_MEMORY)
    try:
        from importlib import import_module  # noqa: PLC0415

        return import_module("compression.zstd").ZstdDecompressor()  # since Python 3.14
    except ImportError:
        raise UnpackError(
            "is compressed by zstd, which Python can unpack from 3.14 on; unpack it first with zstd -d"
        ) from None


class _Gunzip:
    """zlib's decoder with the attributes that the others have."""

    def __init__(self) -> None:
        import zlib  # noqa: PLC0415

        self._inner = zlib.decompressobj(wbits=31)

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def needs_input(self) -> bool:
        return not self._inner.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    def decompress(self, data: bytes, max_length: int) -> bytes:
        return self._inner.decompress(self._inner.unconsumed_tail + data, max_length)
