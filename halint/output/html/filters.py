"""The form that narrows what a page shows; the script fills it in, and counts. Without a script nothing is hidden."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from halint.output.html.markup import Html, tag


class Facet(NamedTuple):
    """One choice: the data attribute of the items that it goes by, and what it is called."""

    name: str
    label: str


def filters(noun: str, levels: Iterable[str], facets: Iterable[Facet], *, controls: str) -> Html:
    """The form for the items in the element `controls`: a box for each level, a list for each facet, a search.

    `noun` is what the items are called, in the plural.
    """
    boxes = (
        tag(
            "label",
            tag("input", type="checkbox", name="level", value=level, checked=True),
            tag("span", level, class_=f"badge {level}"),
            tag("span", class_="count", data_count=level),
            class_="box",
        )
        for level in levels
    )
    lists = (
        tag("label", tag("span", facet.label), tag("select", name=facet.name, data_all=f"all {facet.label}s"))
        for facet in facets
    )
    return tag(
        "form",
        tag("fieldset", tag("legend", f"Show {noun}"), boxes, class_="boxes"),
        lists,
        tag("label", tag("span", "text"), tag("input", type="search", name="text", autocomplete="off")),
        tag("button", "Show all", type="reset"),
        tag("p", class_="shown", role="status", aria_live="polite", data_noun=noun),
        class_="filters",
        role="search",
        aria_label=f"Filter {noun}",
        data_controls=controls,
        hidden=True,
    )
