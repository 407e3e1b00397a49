"""The page of a rule for the terminal."""

from __future__ import annotations

from collections.abc import Iterator

from halint.output.layout import visible, wrapped
from halint.output.prose import prose, within
from halint.output.rule_page import Case, Example, Page, Setting
from halint.output.style import Style
from halint.report import SEVERITIES, Fix

_IN = "  "


def page_text(page: Page, style: Style) -> str:
    """The page, laid out for the style's width."""
    return "".join(f"{line}\n" for line in _page(page, style))


def _page(page: Page, style: Style) -> Iterator[str]:
    yield from _head(page, style)
    if page.background:
        yield from _titled("Why", prose(page.background, style, _IN), style)
    yield from _titled("How to mend it", _fix(page.fix, style, _IN), style)
    yield from _titled("What it says", _cases(page, style), style)
    if page.options:
        yield from _titled("Options", _options(page, style), style)
    yield from _titled("What it finds", _examples(page.bad, style), style)
    yield from _titled("What it leaves alone", _examples(page.good, style), style)
    yield from _titled("Sources", (f"{_IN}{visible(source)}" for source in page.sources), style)
    yield ""
    yield from _facts(page, style)


def _head(page: Page, style: Style) -> Iterator[str]:
    name = style.link(style.paint(page.name, "strong"), page.url)
    usual = "" if page.severity == page.usual else f" ({page.usual} by default)"
    standing = f"{style.paint(page.severity, page.severity)}{usual}, {page.confidence}"
    yield f"{name}  {standing}; topic {visible(page.topic)}"
    yield from prose(page.summary, style)
    yield ""
    yield from prose(page.consequence, style)


def _titled(title: str, lines: Iterator[str], style: Style) -> Iterator[str]:
    yield ""
    yield style.paint(title, "strong")
    yield from lines


def _fix(fix: Fix, style: Style, indent: str) -> Iterator[str]:
    yield from prose(fix.text, style, indent)
    for shell, commands in (("pcs", fix.pcs), ("crm", fix.crm)):
        for command in commands:
            yield f"{indent}  {style.paint(f'{shell}:', 'faint')} {style.paint(visible(command), 'command')}"


def _cases(page: Page, style: Style) -> Iterator[str]:
    """Every wording with its severity; its own fix below it."""
    for case in sorted(page.cases, key=_gravest_first):
        lead = f"{_IN}{case.severity:7}  "
        surer = "" if case.confidence == page.confidence else f" ({case.confidence})"
        first, *rest = wrapped(visible(f"{case.message}{surer}"), style.width - len(lead))
        yield f"{_IN}{style.paint(f'{case.severity:7}', case.severity)}  {first}"
        yield from (f"{' ' * len(lead)}{line}" for line in rest)
        if case.fix:
            yield from _fix(case.fix, style, " " * len(lead))


def _gravest_first(case: Case) -> int:
    return -SEVERITIES.index(case.severity)


def _options(page: Page, style: Style) -> Iterator[str]:
    for option in page.options:
        says = f": {option.description}" if option.description else ""
        yield from prose(f"{_IN}`{option.name}` ({_value(option)}){says}", style, _IN)


def _value(option: Setting) -> str:
    value = " ".join(part for part in (option.value, option.unit) if part and option.value) or "not set"
    return value if option.value == option.default else f"{value} here, {option.default or 'not set'} by default"


def _examples(examples: tuple[Example, ...], style: Style) -> Iterator[str]:
    for number, example in enumerate(examples):
        yield from ([""] if number else [])
        yield from _example(example, style)


def _example(example: Example, style: Style) -> Iterator[str]:
    target = f" (--target {','.join(example.target)})" if example.target else ""
    yield f"{_IN}{within(example.title + target, style)}"
    for name, text in example.files.items():
        yield f"{_IN * 2}{style.paint(visible(name), 'frame')}"
        yield from _numbered(text, style)
    for output in example.output:
        yield ""
        yield from (f"{_IN * 2}{line}".rstrip() for line in output.split("\n"))


def _numbered(text: str, style: Style) -> Iterator[str]:
    lines = text.rstrip("\n").split("\n")
    gutter = len(str(len(lines)))
    for number, line in enumerate(lines, 1):
        margin = style.paint(f"{number:{gutter}} |", "faint")
        yield f"{_IN * 3}{margin} {visible(line.expandtabs(4))}".rstrip()


def _facts(page: Page, style: Style) -> Iterator[str]:
    if page.profiles:
        yield f"Asked under the profiles: {', '.join(page.profiles)}; or where its name is selected"
    yield f"Needs: {', '.join(page.needs)}"
    if page.peers:
        yield f"Also reported by: {', '.join(page.peers)}"
    if page.covers or page.aliases:
        yield from wrapped(f"Also called: {', '.join((*page.aliases, *page.covers))}", style.width, _IN)
    if page.plugin:
        yield f"From the plugin {visible(page.plugin)}"
    if page.file:
        yield f"Written in {visible(page.file)}"
    if page.url:
        yield style.link(page.url, page.url)
