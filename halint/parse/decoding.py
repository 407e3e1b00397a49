"""Bytes of a text file to text that keeps every character and every line end."""

from __future__ import annotations

BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def decode(data: bytes) -> str:
    """The text without a byte order mark: UTF-8, or latin-1 where it is not UTF-8, which loses nothing."""
    body = data.removeprefix(BYTE_ORDER_MARK)
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return body.decode("latin-1")
