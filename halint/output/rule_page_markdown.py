"""The page of a rule as GitHub-flavoured Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from halint.output.layout import visible
from halint.output.markup import code, fenced, text
from halint.output.rule_page import Example, Page
from halint.report import Fix


def page_markdown(page: Page) -> str:
    """The page."""
    lines = "\n".join(_page(page)).rstrip().split("\n")
    return "".join(f"{visible(line.expandtabs(4))}\n" for line in lines)


def _page(page: Page) -> Iterator[str]:
    usual = "" if page.severity == page.usual else f" ({page.usual} by default)"
    yield from (f"# {page.name}", "", text(page.summary), "")
    yield from (f"**{page.severity}**{usual}, {page.confidence}; topic {text(page.topic)}", "")
    yield from (page.why.strip(), "", "## How to mend it", "", *_fix(page.fix))
    yield from ("## What it says", "", *_messages(page), "")
    if page.options:
        yield from ("## Options", "", *_options(page), "")
    for title, examples in (("What it finds", page.bad), ("What it leaves alone", page.good)):
        yield from (f"## {title}", "")
        for example in examples:
            yield from _example(example)
    yield from ("## Sources", "", *(f"- {source}" for source in page.sources), "")
    yield from _facts(page)


def _fix(fix: Fix) -> Iterator[str]:
    yield from (text(fix.text), "")
    if fix.pcs or fix.crm:
        yield from (*fenced([*fix.pcs, *fix.crm]), "")


def _messages(page: Page) -> Iterator[str]:
    yield from ("| severity | message |", "|---|---|")
    yield from (f"| {case.severity} | {text(case.message)} |" for case in page.cases)


def _options(page: Page) -> Iterator[str]:
    yield from ("| option | default | unit | |", "|---|---|---|---|")
    for option in page.options:
        yield f"| {code(option.name)} | {code(option.default)} | {text(option.unit)} | {text(option.description)} |"


def _example(example: Example) -> Iterator[str]:
    target = f" ({code('--target ' + ','.join(example.target))})" if example.target else ""
    yield from (f"### {text(example.title)}{target}", "")
    for name, content in example.files.items():
        yield from (code(name), "", *fenced(content.rstrip("\n").split("\n")), "")
    if example.output:
        yield from ("is told as", "", *fenced("\n\n".join(example.output).split("\n")), "")


def _facts(page: Page) -> Iterator[str]:
    rows: Iterable[tuple[str, Iterable[str]]] = (
        ("Needs", page.needs),
        ("Profiles under which it is asked", page.profiles),
        ("Also reported by", page.peers),
        ("Also called", (*page.aliases, *page.covers)),
    )
    yield from (f"- {title}: {', '.join(map(text, names))}" for title, names in rows if names)
    if page.url:
        yield f"- <{page.url}>"
