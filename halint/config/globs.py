"""Patterns for paths, as in a configuration file: from its folder, with `*`, `**` and `?`."""

from __future__ import annotations

import re
from functools import cache
from pathlib import PurePath

_PARTS = re.compile(r"(\*\*/|\*\*|\*|\?|\[!?[^]/]+\])")
_MEANING = {"**/": "(?:[^/]+/)*", "**": ".*", "*": "[^/]*", "?": "[^/]"}


def fits(pattern: str, folder: str, path: PurePath | str) -> bool:
    """Whether an absolute path fits a pattern that starts in a folder.

    `*` and `?` stay within a name, `**` crosses folders. A pattern without a slash fits at any depth, and one that fits
    a folder or an archive fits all that is in it. What lies outside of the folder fits nothing.
    """
    inside = folder.rstrip("/") + "/"
    text = str(path)
    return text.startswith(inside) and _compiled(pattern).match(text.removeprefix(inside)) is not None


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    plain = pattern.removeprefix("./").rstrip("/")
    anywhere = "" if "/" in plain else "(?:[^/]+/)*"
    body = "".join(_part(part) for part in _PARTS.split(plain.removeprefix("/")))
    return re.compile(rf"{anywhere}{body}(?:[/:].*)?\Z", re.DOTALL)


def _part(part: str) -> str:
    if part.startswith("[") and part.endswith("]"):
        inner = part[1:-1].replace("\\", "\\\\")
        return f"[^{inner[1:]}]" if inner.startswith("!") else f"[{inner}]"
    return _MEANING.get(part) or re.escape(part)
