"""The CIB's XML with what its readers share: ids, id-refs, marks, the time it was written, a limit on expansion."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cached_property

from lxml import etree

from halint.errors import HalintError
from halint.source import Mark, Source

Element = etree._Element  # noqa: SLF001 - lxml gives its element type no public name

LIMIT = 2_000_000
"""Values, pairs and rules one CIB may expand to; references can multiply a small file into a huge one."""

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class CibTree:
    """Access to one `<cib>` element. `spend` raises HalintError when the CIB expands beyond LIMIT."""

    def __init__(self, source: Source, root: Element) -> None:
        self.source = source
        self.root = root
        self.configuration = root.find("configuration")
        self.written = parse_written(root.get("cib-last-written"))
        self._left = LIMIT

    @cached_property
    def _by_id(self) -> dict[tuple[str, str], Element]:
        found: dict[tuple[str, str], Element] = {}
        for element in () if self.configuration is None else self.configuration.iter("*"):
            name = element.get("id")
            if name:
                found.setdefault((element.tag, name), element)
        return found

    def section(self, *path: str) -> Iterator[Element]:
        """The children of every `configuration/PATH` element."""
        here = [] if self.configuration is None else [self.configuration]
        for name in path:
            here = [child for element in here for child in element.iterchildren(name)]
        for element in here:
            yield from element.iterchildren("*")

    def mark(self, element: Element, attribute: str | None = None) -> Mark:
        """The place of an element, or of its attribute where it has that."""
        there = attribute is not None and element.get(attribute) is not None
        return Mark(self.source, element=element, attribute=attribute if there else None)

    def referenced(self, element: Element) -> Element:
        """The element of the same name that `id-ref` points to, itself without one or where nothing has that id.

        Pacemaker follows one step only (measured: an `id-ref` to an `id-ref` gives nothing).
        """
        target = element.get("id-ref")
        if target is None:
            return element
        return self._by_id.get((element.tag, target), element)

    def spend(self, amount: int = 1) -> None:
        """Count what is expanded."""
        self._left -= amount
        if self._left < 0:
            raise HalintError(f"{self.source.path}: its references expand to more than {LIMIT} values")


def parse_written(text: str | None) -> datetime | None:
    """The time in `cib-last-written`, as ctime(3) prints it or in ISO form; taken as UTC, so it may be a day off."""
    words = (text or "").split()
    if len(words) == 5 and words[1] in _MONTHS:
        _, month, day, clock, year = words
        text = f"{year:0>4}-{_MONTHS.index(month) + 1:02}-{day:0>2} {clock}"
    return parse_date(text)


def parse_date(text: str | None) -> datetime | None:
    """An ISO 8601 date or date and time, as UTC where it names no zone; None for what is not one."""
    try:
        date = datetime.fromisoformat((text or "").strip())
    except ValueError:
        return None
    return date.astimezone(UTC) if date.tzinfo and date.year > 1 else date.replace(tzinfo=UTC)
