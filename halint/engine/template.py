"""Texts with `{…}` placeholders: names for Python checks, XPath for queries; `{{` and `}}` are braces."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache


class TemplateError(ValueError):
    """A brace without its partner."""


def placeholders(text: str) -> list[str]:
    """What stands between the braces, in order. Raises TemplateError."""
    return [part for literal, part in _parts(text) if not literal]


def fill(text: str, value: Callable[[str], str]) -> str:
    """The text with each placeholder replaced by `value(placeholder)`."""
    if "{" not in text and "}" not in text:
        return text
    return "".join(part if literal else value(part) for literal, part in _parts(text))


def general(text: str) -> str:
    """The text where no finding has filled its placeholders: their names, or those of attributes, in capitals."""
    return fill(text, _blank)


def _blank(placeholder: str) -> str:
    name = placeholder.rpartition("/")[2].removeprefix("@").replace("-", "_")
    return name.upper() if name.isidentifier() else "VALUE"


@lru_cache(maxsize=4096)
def _parts(text: str) -> tuple[tuple[bool, str], ...]:
    """Literal stretches (True) and placeholders (False); the texts of rules are taken apart once."""
    return tuple(_taken_apart(text))


def _taken_apart(text: str) -> Iterator[tuple[bool, str]]:
    position = 0
    while position < len(text):
        brace = min((i for i in (text.find("{", position), text.find("}", position)) if i >= 0), default=-1)
        if brace < 0:
            yield True, text[position:]
            return
        yield True, text[position:brace]
        if text[brace : brace + 2] in ("{{", "}}"):
            yield True, text[brace]
            position = brace + 2
            continue
        end = text.find("}", brace)
        if text[brace] == "}" or end < 0:
            raise TemplateError(f"has a brace without its partner: {text[brace : brace + 20]}")
        yield False, text[brace + 1 : end].strip()
        position = end + 1
