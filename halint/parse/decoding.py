"""Bytes of a text file to text that keeps every character and every line end."""

from __future__ import annotations

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
"""What PowerShell's redirection writes."""


def decode(data: bytes) -> str:
    """The text without a byte order mark: UTF-16 where one says so, else UTF-8, else latin-1, which loses nothing."""
    if data.startswith(UTF16_MARKS):
        return data.decode("utf-16", "replace")
    body = data.removeprefix(BYTE_ORDER_MARK)
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return body.decode("latin-1")
