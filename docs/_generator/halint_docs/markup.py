"""Pieces of Markdown, as Python-Markdown and Material read it, in which nothing of a value is markup."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

_MARKUP = re.compile(r"""[^\w\s,;/().'-]|_""")
_LEAD = re.compile(r"^(\d*)([.)+-])")
_HIDDEN = re.compile(r"[^\S\n\t ]|[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_FILE_NAME = re.compile(r"[\w./@+-]+")


def escaped(value: str) -> str:
    """A value as text on one line."""
    line = _MARKUP.sub(_entity, shown(" ".join(value.split())))
    return _LEAD.sub(lambda lead: f"{lead[1]}{_of(lead[2])}", line)


def code(value: str) -> str:
    """A value as code within a line or a table's cell."""
    return f"<code>{_MARKUP.sub(_entity, shown(' '.join(value.split())))}</code>"


def prose(text: str) -> str:
    """A text as Markdown in which only what stands between back-ticks is markup."""
    return "".join(code(part) if index % 2 else _kept(part) for index, part in enumerate(text.split("`")))


def _kept(part: str) -> str:
    """Text with the blanks at its ends."""
    before, after = part[: len(part) - len(part.lstrip())], part[len(part.rstrip()) :]
    return f"{before}{escaped(part)}{after}" if part.strip() else part


def codes(values: Iterable[str]) -> str:
    """Values as code, separated by commas."""
    return ", ".join(map(code, values))


def fenced(text: str, language: str = "text", title: str = "", *, numbered: bool = False) -> list[str]:
    """A block of code, its fence longer than any row of back-ticks in it; `title` is the name of a file."""
    lines = [shown(line) for line in text.rstrip("\n").split("\n")]
    fence = "`" * max(3, 1 + max((len(row) for line in lines for row in re.findall("`+", line)), default=0))
    titled = bool(title) and bool(_FILE_NAME.fullmatch(title))
    options = [*([f'title="{title}"'] if titled else []), *(['linenums="1"'] if numbered else [])]
    above = [f"{code(title)}:", ""] if title and not titled else []
    return [*above, " ".join([f"{fence}{language}", *options]), *lines, fence]


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """A table; its cells are markup. A column that is empty in each row is left out."""
    rows = list(rows)
    kept = [index for index in range(len(head)) if any(row[index] for row in rows)]
    yield f"| {' | '.join(head[index] for index in kept)} |"
    yield f"|{'---|' * len(kept)}"
    yield from (f"| {' | '.join(row[index] or ' ' for index in kept)} |" for row in rows)


def indented(lines: Iterable[str]) -> Iterator[str]:
    """Lines as the content of what stands above: an admonition, a tab, a list's item."""
    yield from (f"    {line}".rstrip() for line in lines)


def front(title: str, description: str, *, wide: bool = False) -> list[str]:
    """What stands before a page: its title, a description for search engines; a wide one has no list of contents."""
    hidden = ["hide: [toc]"] if wide else []
    return ["---", f"title: {_quoted(title)}", f"description: {_quoted(description)}", *hidden, "---", ""]


def shown(text: str) -> str:
    """A text with what HTML cannot hold, and blanks that are none, as escapes."""
    return _HIDDEN.sub(lambda sign: sign[0].encode("unicode_escape", "surrogatepass").decode("ascii"), text)


def _quoted(text: str) -> str:
    return '"' + shown(text).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _entity(sign: re.Match[str]) -> str:
    return _of(sign[0])


def _of(sign: str) -> str:
    return f"&#{ord(sign)};"
