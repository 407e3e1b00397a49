"""Pictures of clusters in a page, and what is said at their objects."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from halint.output.html.markup import Html, code, folded, joined, tag, text
from halint.output.setting import Drawing
from halint.report import Finding

_LINK = re.compile(r'href="#at-([A-Za-z0-9._~-]+)"')


class Entry(NamedTuple):
    """What a picture's object leads to: the id of a card in the page, its badge, and words for it."""

    name: str
    badge: Html
    words: str


def finding_entry(name: str, finding: Finding) -> Entry:
    """The entry of a finding whose card is called `name`."""
    return Entry(name, tag("span", finding.severity, class_=f"badge {finding.severity}"), finding.message)


def pictures(drawings: Sequence[Drawing], entries: Mapping[str, Sequence[Entry]], noun: str) -> Html:
    """The part of the page with the pictures; `entries` are by the anchor of their object. Nothing for no picture."""
    if not drawings:
        return Html("")
    return joined(_picture(one, entries, noun, many=len(drawings) > 1) for one in drawings)


def way_back(anchor: str, drawings: Sequence[Drawing]) -> str:
    """The id in the page where an object is shown: in its picture, else in the list below; "" for no object."""
    shown = any(one.svg and anchor in one.objects for one in drawings)
    return anchor if shown or not anchor else f"at-{anchor}"


def _picture(drawing: Drawing, entries: Mapping[str, Sequence[Entry]], noun: str, *, many: bool) -> Html:
    parts = [*_drawn(drawing, entries), *_index(drawing, entries, noun)]
    if not many:
        return tag("div", parts, class_="picture")
    number = sum(len(entries.get(anchor, ())) for anchor in drawing.objects)
    title = (
        drawing.title,
        Html(" "),
        tag("span", f"{drawing.file} · {noun.lower()} at its objects: {number}", class_="faint"),
    )
    return folded(joined(title if drawing.file else title[:1]), parts, class_="picture")


def _drawn(drawing: Drawing, entries: Mapping[str, Sequence[Entry]]) -> Iterator[Html]:
    if drawing.note:
        yield tag("p", drawing.note, class_="notice")
    if drawing.svg:
        yield tag("label", tag("input", type="checkbox", class_="whole"), " in full size", class_="size")
        yield tag(
            "div",
            Html(_LINK.sub(lambda found: f'href="#{_target(found[1], entries)}"', drawing.svg)),
            class_="scroll drawing",
            tabindex="0",
            role="region",
            aria_label=f"picture of {drawing.title}",
        )
    if drawing.text:
        lines = Html("\n".join(map(text, drawing.text.splitlines())))
        yield folded(f"The picture as text for {drawing.language}", tag("pre", tag("code", lines), tabindex="0"))


def _target(anchor: str, entries: Mapping[str, Sequence[Entry]]) -> str:
    """Where the link of an object leads: to its one entry, or to the list of its entries."""
    found = entries.get(anchor, ())
    return found[0].name if len(found) == 1 else f"at-{anchor}"


def _index(drawing: Drawing, entries: Mapping[str, Sequence[Entry]], noun: str) -> Iterator[Html]:
    """The entries of each object, for those whose links have several, and for readers who see no picture."""
    objects = {anchor: name for anchor, name in drawing.objects.items() if anchor in entries}
    if not objects:
        return
    items = (
        tag(
            "li",
            code(name),
            tag("ul", map(_entry, entries[anchor])),
            id=f"at-{anchor}",
            tabindex="-1",
        )
        for anchor, name in objects.items()
    )
    yield folded(f"{noun} by object", tag("ul", items, class_="objects"), opened=True)


def _entry(entry: Entry) -> Html:
    return tag("li", entry.badge, Html(" "), tag("a", entry.words, href=f"#{entry.name}"))
