"""Markdown, and the same as plain text for clients that do not show it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from lsprotocol import types

Markup = Callable[[str], types.MarkupContent]

_FENCE = "```"
_LINK = re.compile(r"(?<!\\)\[([^\]]*)\]\(([^)]*)\)")
_MARKED = re.compile(r"[\\`*\[\]<>~|&]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])|^[#+-]")
"""What may be markup; a _ within a word is none."""
_SIGNS = re.compile(r"\\([\\`*\[\]<>~|&_#+-])|\*\*|\*|`")


def markup(formats: Sequence[types.MarkupKind] | None) -> Markup:
    """What makes content of Markdown, in the form that a client wants: `formats` are those it names, the best first."""
    if types.MarkupKind.Markdown in (formats or ()):
        return lambda text: types.MarkupContent(types.MarkupKind.Markdown, text)
    return lambda text: types.MarkupContent(types.MarkupKind.PlainText, plain(text))


def plain(markdown: str) -> str:
    """The text without what only a Markdown viewer understands; commands as they are."""
    parts = markdown.split(_FENCE)
    told = [_SIGNS.sub(lambda sign: sign.group(1) or "", _LINK.sub(r"\1 (\2)", part)) for part in parts[::2]]
    parts[::2] = told
    parts[1::2] = [part.partition("\n")[2].rstrip("\n") for part in parts[1::2]]
    return "".join(parts)


def escaped(text: str) -> str:
    """Text in which nothing is markup: it holds names and values of the input."""
    return _MARKED.sub(r"\\\g<0>", text)
