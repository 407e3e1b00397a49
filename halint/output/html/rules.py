"""What the rules that found something say of themselves, so that a page explains itself without a network."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from halint.output.html.markup import Html, folded, joined, link, sentence, tag
from halint.output.setting import RulePage

_ADDRESS = re.compile(r"https?://\S+")
_ITEM = re.compile(r"\s*(?:[-*+]|\d+[.)])\s+")


def rules(pages: Mapping[str, RulePage]) -> Html:
    """A part of the page for each rule, in the order given; nothing where there is none."""
    if not pages:
        return Html("")
    return joined(_rule(name, one) for name, one in pages.items())


def _rule(name: str, one: RulePage) -> Html:
    sources = (tag("li", _source(source)) for source in one.sources)
    return folded(
        name,
        tag("p", tag("b", sentence(one.summary))),
        list(_prose(one.why)),
        [tag("p", tag("b", "Fix "), sentence(one.fix))] if one.fix else [],
        tag("ul", sources, class_="sources") if one.sources else Html(""),
        tag("p", link("the rule's page", one.url)) if one.url else Html(""),
        id=f"rule-{name}",
        class_="rule-page",
    )


def _prose(markdown: str) -> Iterator[Html]:
    """Paragraphs and lists of Markdown; what else it holds, such as tables, as it is written."""
    for block in re.split(r"\n\s*\n", markdown.strip("\n")):
        lines = block.split("\n")
        if any(line.startswith(("    ", "|", "```")) for line in lines):
            yield tag("pre", tag("code", Html("\n".join(tag("span", line) for line in lines))), tabindex="0")
        elif _ITEM.match(lines[0]):
            yield tag("ul", (tag("li", sentence(item)) for item in _items(lines)))
        else:
            yield tag("p", sentence(" ".join(line.strip() for line in lines)))


def _items(lines: list[str]) -> Iterator[str]:
    item = ""
    for line in lines:
        if _ITEM.match(line) and item:
            yield item
            item = ""
        item = f"{item} {_ITEM.sub('', line, count=1).strip()}".strip()
    yield item


def _source(source: str) -> Html:
    """A source, its address as a link."""
    found = _ADDRESS.search(source)
    if found is None:
        return sentence(source)
    address = found[0].rstrip(".,;)")
    before, _, after = source.partition(address)
    return tag("span", sentence(before), link(address, address), sentence(after))
