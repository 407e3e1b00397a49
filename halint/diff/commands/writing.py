"""XML as it is written into patches and scripts: pieces of text, with variables in the place of secrets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from halint.diff.side import Side
from halint.model.cib_tree import Element

_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}
_OWNERS = frozenset({"primitive", "template", "group", "clone", "master", "bundle", "node", "alert", "recipient"})


class Secret(NamedTuple):
    """A secret in a text: the name of the variable that holds it."""

    variable: str


Text = tuple[str | Secret, ...]
"""A text in which secrets are variables."""


class Secrets:
    """Names a variable for each secret that is written; `used` are the variables with what each holds, in words."""

    def __init__(self, *, show: bool) -> None:
        self._show = show
        self._names: dict[tuple[Element, str], str] = {}
        self.used: dict[str, str] = {}

    def value(self, side: Side, element: Element, attribute: str) -> Text:
        """The value of an attribute as plain text."""
        true = side.raw(element, attribute) or ""
        if self._show or not side.is_masked(element, attribute):
            return (true,)
        return (Secret(self._variable(element, attribute)),)

    def _variable(self, element: Element, attribute: str) -> str:
        known = self._names.get((element, attribute))
        if known is None:
            owner = next((a.get("id") or "" for a in element.iterancestors(*_OWNERS)), "")
            what = element.get("name") or attribute if element.tag == "nvpair" else attribute
            of = owner or element.get("id") or element.tag
            known = self._free(re.sub(r"[^A-Z0-9]+", "_", f"{of}_{what}".upper()).strip("_"))
            self._names[element, attribute] = known
            self.used[known] = f"{what} of {of}"
        return known

    def _free(self, name: str) -> str:
        name = name if name[:1].isalpha() else f"SECRET_{name}"
        number = 1
        free = name
        while free in self.used:
            number += 1
            free = f"{name}_{number}"
        return free


def attributes(side: Side, element: Element) -> dict[str, str]:
    """The attributes of an element with their true values."""
    return {str(name): side.raw(element, str(name)) or "" for name in element.keys()}  # noqa: SIM118 - no dict


def escape(text: str) -> str:
    """A text as the value of an XML attribute in double quotes."""
    return "".join(_ESCAPES.get(letter, letter) for letter in text)


class Writer:
    """Writes elements of one side as XML on one line."""

    def __init__(self, side: Side, secrets: Secrets) -> None:
        self._side = side
        self._secrets = secrets

    def element(self, element: Element) -> Text:
        """An element with all that is in it."""
        return self.tag(element, list(map(str, element.keys())), (self.element(child) for child in element))

    def tag(self, element: Element, names: Iterable[str], content: Iterable[Text] = ()) -> Text:
        """An element with some of its attributes and the given content."""
        values = {name: self._secrets.value(self._side, element, name) for name in names}
        return wrap(element.tag, values, content)


def wrap(tag: str, values: Mapping[str, Text], content: Iterable[Text] = ()) -> Text:
    """An element of that name, attributes and content."""
    pieces: list[str | Secret] = [f"<{tag}"]
    for name, value in values.items():
        pieces.append(f' {name}="')
        pieces.extend(piece if isinstance(piece, Secret) else escape(piece) for piece in value)
        pieces.append('"')
    inner = [piece for text in content for piece in text]
    pieces.extend([">", *inner, f"</{tag}>"] if inner else ["/>"])
    return tuple(_joined(pieces))


def _joined(pieces: Iterable[str | Secret]) -> Iterator[str | Secret]:
    run: list[str] = []
    for piece in pieces:
        if isinstance(piece, str):
            run.append(piece)
            continue
        if run:
            yield "".join(run)
            run = []
        yield piece
    if run:
        yield "".join(run)


def has_secret(text: Text) -> bool:
    """Whether a variable stands in the text."""
    return any(isinstance(piece, Secret) for piece in text)
