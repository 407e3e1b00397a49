"""Where things are written: sources, spans, and marks that point into them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from lxml.etree import _Element


class Span(NamedTuple):
    """A stretch of text: lines and columns from 1, columns in code points, the end exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


class Location(NamedTuple):
    """A span in a file, as findings report it; `file` is the path as shown to the user."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int


class Problem(NamedTuple):
    """Something a reader could not accept; becomes a finding of the rule called `rule`."""

    rule: str
    span: Span
    message: str


@dataclass(frozen=True, kw_only=True, eq=False)
class Source:
    """One input file: its text, what it is, and whose it is.

    `path` is as shown to the user; `node` the node whose own file this is, None for a file of the
    whole cluster. `text` is decoded and keeps its line ends. `problems` are what the reader could
    not accept. `locate_element` maps an XML element (and one of its attributes, or None) to its
    span; only readers of XML set it. `secrets` are spans on a single line that no output may show.
    """

    path: str
    kind: str
    text: str
    node: str | None = None
    problems: tuple[Problem, ...] = ()
    locate_element: Callable[[_Element, str | None], Span] | None = None
    find_secrets: Callable[[], tuple[Span, ...]] | None = None

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """The lines without their ends; split at LF only, as editors and XML parsers count."""
        return tuple(line.removesuffix("\r") for line in self.text.split("\n"))

    @cached_property
    def secrets(self) -> tuple[Span, ...]:
        """The spans of secret values, found when first asked."""
        return self.find_secrets() if self.find_secrets else ()


class Mark(NamedTuple):
    """A place in a source, cheap to make: either a span, or an XML element whose span is found when asked.

    `attribute` names an attribute of `element`; the mark then stands for the attribute as written.
    """

    source: Source
    span: Span | None = None
    element: _Element | None = None
    attribute: str | None = None

    def location(self) -> Location:
        """The place as file, line and column."""
        return Location(self.source.path, *self._span())

    def _span(self) -> Span:
        if self.span is not None:
            return self.span
        if self.element is not None and self.source.locate_element is not None:
            return self.source.locate_element(self.element, self.attribute)
        return Span(1, 1, 1, 1)

    def on(self, attribute: str) -> Mark:
        """The same element's attribute, where it has one of that name, else the element."""
        if self.element is None or self.element.get(attribute) is None:
            return self
        return Mark(self.source, element=self.element, attribute=attribute)
