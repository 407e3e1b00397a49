"""Checks XPath expressions of rules: a misspelt name selects nothing, and nobody would notice."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from lxml import etree

from halint.errors import did_you_mean

# XPath 1.0's lexical rules (section 3.7), as far as names go
_TOKEN = re.compile(
    r"""(?P<literal>"[^"]*"|'[^']*')|(?P<number>\d+(\.\d*)?|\.\d+)|(?P<variable>\$[\w-]+)"""
    r"""|(?P<axis>[a-z-]+)\s*::|(?P<function>[a-z-]+)\s*\(|(?P<attribute>@\s*(?:[\w.-]+|\*))|(?P<name>[A-Za-z_][\w.-]*)"""
    r"""|(?P<other>\.\.|//|::|[^\s])""",
    re.VERBOSE,
)
_OPERATORS = frozenset({"and", "or", "div", "mod"})


class XPathError(ValueError):
    """An expression that is no XPath, or whose names nothing has."""


def check_expression(text: str, let: tuple[str, ...], *, root: bool) -> None:
    """Raise XPathError unless `text` is XPath made of known names.

    `let` are the variables it may use. A `root` expression must start at /cluster/ or at a variable.
    """
    try:
        etree.XPath(text)
    except etree.XPathSyntaxError as error:
        raise XPathError(f"is not XPath ({error})") from None
    if root and not re.match(r"\(*(/cluster/|\$|(count|string|sum|boolean|not)\()", text.strip()):
        raise XPathError("must start at /cluster/ or at a let")
    for kind, name in _names(text):
        if kind == "variable":
            if name not in let:
                raise XPathError(f"uses ${name}, which no let defines")
        elif name not in vocabulary():
            raise XPathError(
                f"names {name}, which nothing in the cluster document is called{did_you_mean(name, vocabulary())}"
            )


def _names(text: str) -> Iterator[tuple[str, str]]:
    """Variables, and names of elements and attributes, that the expression uses."""
    after_operand = False
    for token in _TOKEN.finditer(text):
        kind = token.lastgroup or ""
        name = token.group(kind).lstrip("@$ \t")
        if kind == "name" and after_operand and name in _OPERATORS:
            after_operand = False
            continue
        if kind == "variable" or (kind in ("name", "attribute") and name != "*"):
            yield ("variable" if kind == "variable" else "name"), name
        after_operand = kind not in ("other", "axis", "function") or name in (")", "]", ".", "..", "*")


@cache
def vocabulary() -> frozenset[str]:
    """Every element and attribute name of the cluster document."""
    from halint.document import vocabulary as names  # noqa: PLC0415 - only where rules are read from YAML

    return names()
