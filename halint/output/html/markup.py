"""Pieces of HTML in which a plain string is always text: only what is `Html` is markup.

Made here and not by a template engine: `str` and `Html` are different types, so that mypy sees what would have to be
escaped, and a page costs no further dependency.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html import escape
from typing import TypeAlias

from halint.output.layout import visible

_VOID = frozenset({"br", "hr", "input", "meta", "link"})
_MARKED = re.compile(r"`+(?P<code>[^`]+)`+|\*\*(?P<strong>.+?)\*\*|\[(?P<label>[^\]]+)\]\((?P<url>https?://[^)\s]+)\)")


class Html(str):
    """Markup, as against text."""

    __slots__ = ()


Content: TypeAlias = "str | Iterable[str]"
"""Text, or Html, or several of both."""


def text(value: str) -> Html:
    """A value as text; what cannot be seen in it, or turns the direction of writing, as an escape."""
    return value if isinstance(value, Html) else Html(escape(visible(value), quote=True))


def joined(parts: Iterable[str], between: str = "") -> Html:
    """Several pieces as one."""
    return Html(text(between).join(map(text, parts)))


def tag(name: str, /, *content: Content, **attributes: str | bool) -> Html:
    """An element. `class_` is the attribute class, `data_rule` data-rule; True stands alone, False is left out."""
    inner = "".join(_content(content))
    given = "".join(_attribute(key, value) for key, value in attributes.items())
    return Html(f"<{name}{given}>" if name in _VOID else f"<{name}{given}>{inner}</{name}>")


def _content(content: Iterable[Content]) -> Iterator[str]:
    for part in content:
        yield text(part) if isinstance(part, str) else joined(part)


def _attribute(key: str, value: str | bool) -> str:
    name = key.rstrip("_").replace("_", "-")
    if isinstance(value, bool):
        return f" {name}" if value else ""
    return f' {name}="{text(value)}"'


def code(value: str, **attributes: str | bool) -> Html:
    """A value as written in a file or typed at a shell."""
    return tag("code", value, **attributes)


def sentence(value: str) -> Html:
    """A line of Markdown: what is code, strong or a link in it becomes so, all else is text."""
    parts: list[str] = []
    end = 0
    for found in _MARKED.finditer(value):
        parts += [value[end : found.start()], _marked(found)]
        end = found.end()
    return joined((*parts, value[end:]))


def _marked(found: re.Match[str]) -> Html:
    if found["code"] is not None:
        return code(found["code"])
    if found["strong"] is not None:
        return tag("strong", found["strong"])
    return link(found["label"], found["url"])


def link(words: str, url: str, **attributes: str | bool) -> Html:
    """A link to a page of the web or within this one; any other address is shown as text."""
    if not url.startswith(("https://", "http://", "#")):
        return text(words)
    outside: dict[str, str | bool] = {} if url.startswith("#") else {"rel": "noreferrer"}
    return tag("a", words, href=url, **outside, **attributes)


def folded(title: str, *content: Content, opened: bool = False, **attributes: str | bool) -> Html:
    """What opens when its title is chosen."""
    return tag("details", tag("summary", title), *content, open=opened, **attributes)


def table(heads: Iterable[str], rows: Iterable[Iterable[str]], caption: str) -> Html:
    """A table in a box that scrolls by itself, since it may be wider than a phone."""
    head = tag("tr", (tag("th", one, scope="col") for one in heads))
    body = (tag("tr", (tag("td", cell) for cell in row)) for row in rows)
    whole = tag("table", tag("caption", caption), tag("thead", head), tag("tbody", body))
    return tag("div", whole, class_="scroll", tabindex="0", role="region", aria_label=caption)
