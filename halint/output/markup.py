"""Pieces of GitHub-flavoured Markdown in which nothing of a value is markup."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from halint.output.layout import visible

_ENTITIES = {c: f"&#{ord(c)};" for c in "&<>|`*_[]\\~"}
_LONG = 300


def text(value: str) -> str:
    """A value as text in Markdown: nothing in it is markup."""
    plain = visible(value).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return "".join(f"\\{c}" if c in "\\`*_[]|~#@" else c for c in plain)


def code(value: str) -> str:
    """A value as code in a table's cell: its back-ticks and bars are no markup, and it is not overlong."""
    short = visible(value) if len(value) <= _LONG else f"{visible(value[:_LONG])}…"
    return f"<code>{''.join(_ENTITIES.get(c, c) for c in short)}</code>"


def folded(title: str, lines: Iterable[str]) -> Iterator[str]:
    """Lines below a title that opens them; the title is markup."""
    yield f"<details><summary>{title}</summary>"
    yield ""
    yield from lines
    yield ""
    yield "</details>"


def fenced(lines: Sequence[str]) -> list[str]:
    """A code block whose fence is longer than any row of back-ticks in it."""
    fence = "```"
    while any(fence in line for line in lines):
        fence += "`"
    return [fence, *lines, fence]
