"""Markdown as lines for a terminal: paragraphs, lists, tables, code, and what stands within a line.

As much of CommonMark as rule files use: no headings, quotes or nested markup. Code is painted; without colour it keeps
its back-ticks, which tell it from the text around.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

from halint.output.frame import columns
from halint.output.layout import visible
from halint.output.style import Style

_INLINE = re.compile(
    r"(?P<tick>`+)(?P<code>.+?)(?<!`)(?P=tick)(?!`)|\*\*(?P<strong>.+?)\*\*|\[(?P<label>[^\]]+)\]\((?P<url>[^)\s]+)\)",
    re.DOTALL,
)
_ITEM = re.compile(r"(?P<indent>\s*)(?P<sign>[-*+]|\d+[.)])\s+(?P<text>.*)")
_FENCE = re.compile(r"\s*(```|~~~)")
_RULE = re.compile(r"\s*\|?(\s*:?-+:?\s*\|)*\s*:?-+:?\s*\|?\s*$")


class _Word(NamedTuple):
    """What is not broken: its pieces as text, and the same painted; `glued` follows without a blank."""

    text: str
    painted: str
    glued: bool = False


def prose(markdown: str, style: Style, indent: str = "") -> Iterator[str]:
    """The lines of a text, none wider than the style's width where words allow; blocks are a blank line apart."""
    for number, block in enumerate(_blocks(markdown)):
        yield from ([""] if number else [])
        yield from (f"{indent}{line}".rstrip() for line in _block(block, style, style.width - len(indent)))


def within(markdown: str, style: Style) -> str:
    """A line of text as it is, what is code or strong in it painted."""
    return _joined(_words(markdown, style), painted=True)


def _blocks(markdown: str) -> Iterator[list[str]]:
    """The lines of each block: they are apart by blank lines, but for those within a fence."""
    block: list[str] = []
    fenced = False
    for line in markdown.expandtabs().strip("\n").split("\n"):
        fenced ^= bool(_FENCE.match(line))
        if line.strip() or fenced:
            block.append(line.rstrip())
        elif block:
            yield block
            block = []
    if block:
        yield block


def _block(lines: list[str], style: Style, width: int) -> Iterator[str]:
    if _FENCE.match(lines[0]):
        yield from (style.paint(visible(line), "command") for line in lines if not _FENCE.match(line))
    elif all(line.startswith("    ") for line in lines):
        yield from (style.paint(visible(line[2:]), "command") for line in lines)
    elif len(lines) > 1 and "|" in lines[0] and _RULE.match(lines[1]):
        yield from _table([lines[0], *lines[2:]], style)
    else:
        for item in _items(lines):
            yield from _item(item, style, width)


def _items(lines: list[str]) -> Iterator[str]:
    """The paragraph, or the items of the list that it is or that follows it; a line that begins none continues one."""
    number = 0

    def part(line: str) -> int:
        nonlocal number
        number += bool(_ITEM.match(line))
        return number

    for _, together in groupby(lines, part):
        first, *rest = together
        yield " ".join([first, *(line.strip() for line in rest)])


def _item(text: str, style: Style, width: int) -> Iterator[str]:
    item = _ITEM.fullmatch(text)
    lead = f"{item['indent']}{item['sign']} " if item else ""
    for number, line in enumerate(_wrapped(item["text"] if item else text, style, width - len(lead))):
        yield f"{' ' * len(lead) if number else lead}{line}"


def _wrapped(text: str, style: Style, width: int) -> Iterator[str]:
    line, used = "", 0
    words = _words(text, style)
    for index, word in enumerate(words):
        blank = 0 if word.glued or not used else 1
        # what is glued to a word goes with it to the next line
        more = sum(columns(w.text) for w in _glued(words, index + 1))
        if used and not word.glued and used + blank + columns(word.text) + more > width:
            yield line
            line, used, blank = "", 0, 0
        line += " " * blank + word.painted
        used += blank + columns(word.text)
    if line:
        yield line


def _glued(words: list[_Word], start: int) -> Iterator[_Word]:
    for word in words[start:]:
        if not word.glued:
            return
        yield word


def _words(text: str, style: Style) -> list[_Word]:
    """The words of a text, with what surrounds them painted."""
    found: list[_Word] = []
    end = 0
    for match in _INLINE.finditer(text):
        found += _plain(text[end : match.start()], glued=bool(found))
        glued = match.start() > 0 and not text[match.start() - 1].isspace()
        found += _marked(match, style, glued=glued)
        end = match.end()
    found += _plain(text[end:], glued=bool(found))
    return found


def _plain(text: str, *, glued: bool) -> list[_Word]:
    glued = glued and not text[:1].isspace()
    return [_Word(visible(word), visible(word), glued=glued and not i) for i, word in enumerate(text.split())]


def _marked(match: re.Match[str], style: Style, *, glued: bool) -> list[_Word]:
    """Code, strong text or a link, as words."""
    if match["code"] is not None:
        shown = " ".join(match["code"].split())
        marked, role, url = shown if style.color else f"`{shown}`", "code", ""
    elif match["strong"] is not None:
        marked, role, url = match["strong"], "strong", ""
    else:
        marked, role, url = match["label"] if style.links else f"{match['label']} ({match['url']})", "", match["url"]
    words = [visible(word) for word in marked.split()]
    painted = [style.link(style.paint(word, role) if role else word, url) for word in words]
    return [
        _Word(word, paint, glued=glued and not i) for i, (word, paint) in enumerate(zip(words, painted, strict=True))
    ]


def _table(lines: list[str], style: Style) -> Iterator[str]:
    """A table with its columns aligned, the first row strong."""
    rows = [[_words(cell, style) for cell in line.strip().strip("|").split("|")] for line in lines]
    number = max(map(len, rows))
    texts = [[_joined(words, painted=False) for words in row] + [""] * (number - len(row)) for row in rows]
    widths = [max(columns(row[i]) for row in texts) for i in range(number)]
    for index, (row, plain) in enumerate(zip(rows, texts, strict=True)):
        cells = [_joined(words, painted=True) for words in row]
        padded = [cell + " " * (widths[i] - columns(plain[i])) for i, cell in enumerate(cells)]
        line = "  ".join(padded).rstrip()
        yield line if index else style.paint(line, "strong")


def _joined(words: list[_Word], *, painted: bool) -> str:
    text = "".join(("" if w.glued else " ") + (w.painted if painted else w.text) for w in words)
    return text.removeprefix(" ")
