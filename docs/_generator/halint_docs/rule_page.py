"""The page of a rule, made of its file; below its bad examples is what halint really prints for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from halint.cli.page import whole_page
from halint.engine.rule import Rule
from halint.output.rule_page import Case, Example, Page
from halint.output.style import Style
from halint.report import Fix
from halint.trial.example import shown as printed
from halint_docs.markup import code, codes, escaped, fenced, front, indented, table
from halint_docs.rule_lists import wordings

ADMONITIONS = {"error": "danger", "warning": "warning", "info": "info"}
_STYLE = Style(width=100)
_LINK = "-> "


def rule_page(rule: Rule, names: Mapping[str, Rule]) -> str:
    """The page of a rule in Markdown; `names` are the rules by each of their names, for links."""
    return "\n".join(_lines(whole_page(rule, rule, _STYLE), rule, names)) + "\n"


def _lines(page: Page, rule: Rule, names: Mapping[str, Rule]) -> Iterator[str]:
    yield from front(page.name, page.summary)
    yield from (f"# {escaped(page.name)}", "", f"{escaped(page.summary)}", "{ .halint-summary }", "")
    yield from (_badges(page), "")
    yield from (f'!!! {ADMONITIONS[page.severity]} "Consequence"', "", *indented(page.consequence.split("\n")), "")
    yield from ([page.background, ""] if page.background else [])
    yield from ("## How to mend it", "", *_fix(page.fix))
    yield from ("## What it says", "", *_messages(page.cases, rule))
    yield from (["## Options", "", *_options(page)] if page.options else [])
    yield from ("## What it finds", "", *_bad(page, rule))
    yield from ("## What it leaves alone", "", *_good(page))
    yield from ("## More about it", "", *_facts(page, rule, names))


def _badges(page: Page) -> str:
    severities = dict.fromkeys([page.severity, *(case.severity for case in page.cases)])
    words = [f'<span class="halint-badge halint-{word}">{word}</span>' for word in severities]
    topic = f"topic [{escaped(page.topic)}](index.md)"
    return " · ".join([" ".join(words), escaped(page.confidence), topic])


def _fix(fix: Fix) -> Iterator[str]:
    yield from (fix.text, "")
    for tool in ("pcs", "crm"):
        commands: tuple[str, ...] = getattr(fix, tool)
        if commands:
            yield from (f'=== "{tool}"', "", *indented(fenced("\n".join(commands), "sh")), "")


def _messages(cases: Sequence[Case], rule: Rule) -> Iterator[str]:
    peers = [wording.peers if wording.peers is not None else rule.peers for wording in wordings(rule)]
    rows = dict.fromkeys(
        (escaped(case.message), case.severity, case.confidence, ", ".join(map(escaped, reported)))
        for case, reported in zip(cases, peers, strict=True)
    )
    yield from (*table(("message", "severity", "confidence", "also reported by"), rows), "")
    told = [case.message for case in cases]
    for case in cases:
        if case.fix:
            which = f" ({escaped(case.name)})" if told.count(case.message) > 1 else ""
            yield from (f"For *{escaped(case.message)}*{which}:", "", *_fix(case.fix))


def _options(page: Page) -> Iterator[str]:
    head = ("option", "default", "unit", "what it is")
    rows = [
        (code(o.name), code(o.default) if o.default else "nothing", escaped(o.unit), escaped(o.description))
        for o in page.options
    ]
    yield from (*table(head, rows), "")
    yield from ("Set in the [configuration](../../reference/configuration.md#rules):", "")
    values = [
        f"    {o.name}: {o.default if o.default.lstrip('-').isdigit() else repr(o.default)}" for o in page.options
    ]
    yield from (*fenced("\n".join(["rules:", f"  {page.name}:", *values]), "yaml", ".halint.yaml"), "")


def _bad(page: Page, rule: Rule) -> Iterator[str]:
    for example in page.bad:
        yield from (f"### {_title(example)}", "", *_files(example))
        asked: dict[str, Any] = {"files": example.files, "target": example.target}
        yield from ("`halint check` prints:", "", *fenced(printed(rule, asked, _STYLE)), "")


def _good(page: Page) -> Iterator[str]:
    for example in page.good:
        title = _title(example).replace("<code>", "").replace("</code>", "")
        yield from (f'??? success "{title}"', "", *indented(_files(example)), "")


def _title(example: Example) -> str:
    target = f" (<code>--target {escaped(','.join(example.target))}</code>)" if example.target else ""
    return f"{escaped(example.title)}{target}"


def _files(example: Example) -> Iterator[str]:
    for name, text in example.files.items():
        if text.startswith(_LINK):
            yield f"{code(name)} is a link to {code(text.removeprefix(_LINK).strip())}"
        else:
            yield from fenced(text, "xml" if text.lstrip().startswith("<") else "text", name, numbered=bool(text))
        yield ""


def _facts(page: Page, rule: Rule, names: Mapping[str, Rule]) -> Iterator[str]:
    told = [f"[{other}]({_to(page, names[other])})" for other in rule.unless]
    rows = (
        ("Needs", codes(page.needs)),
        ("Asked under the profiles", codes(page.profiles)),
        ("Leaves the word, of one place, to the graver of it and", ", ".join(told)),
        ("Former names", codes(page.aliases)),
        ("Stands for", codes(page.covers)),
        ("Its file", code(f"rules/{page.topic}/{page.name}.yaml")),
    )
    yield from (f"- {title}: {value}" for title, value in rows if value)
    yield from ("", "Sources:", "", *(f"- {_source(source)}" for source in page.sources), "")
    yield f"In the terminal: {code(f'halint explain {page.name}')}."


def _to(page: Page, other: Rule) -> str:
    return f"{other.name}.md" if other.topic == page.topic else f"../{other.topic}/{other.name}.md"


def _source(source: str) -> str:
    return f"<{source}>" if source.startswith("https://") and " " not in source else escaped(source)
