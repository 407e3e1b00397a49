"""`halint explain`: the pages of rules, and what is known of options; for the terminal, as Markdown or as JSON."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import replace

from halint import __version__
from halint.cli.check import all_rules, style_for, untuned
from halint.cli.configured import configured
from halint.cli.explain_option import (
    OptionPage,
    option_markdown,
    option_names,
    option_object,
    option_pages,
    option_text,
)
from halint.cli.main import OK
from halint.cli.options import CheckOptions
from halint.cli.page import whole_page
from halint.cli.targets import STDOUT, write
from halint.engine.rule import Rule
from halint.engine.select import find
from halint.errors import HalintError, did_you_mean
from halint.output.rule_page import Page, document
from halint.output.rule_page_markdown import page_markdown
from halint.output.rule_page_text import page_text
from halint.output.style import Style

FORMATS = ("text", "markdown", "json")
_WIDTH = 80


def explain(names: tuple[str, ...], options: CheckOptions, form: str) -> int:
    """Print the pages of rules and of options. Raises HalintError for a name that none of them has."""
    if form not in FORMATS:
        raise HalintError(f"--format {form}: is not one of {', '.join(FORMATS)}{did_you_mean(form, FORMATS)}")
    options = configured(options)
    known, written = all_rules(options), {rule.name: rule for rule in untuned(options)}
    style = _style(options) if form == "text" else Style(width=_WIDTH)
    pages: dict[str, tuple[Page | OptionPage, ...]] = {}
    for name in names:
        found = _found(name, known)
        if isinstance(found, Rule):
            pages[found.name] = (whole_page(found, written[found.name], style),)
        else:
            pages[name] = found
    write(STDOUT, _printed([page for some in pages.values() for page in some], form, style), machine=form == "json")
    return OK


def _found(name: str, known: tuple[Rule, ...]) -> Rule | tuple[OptionPage, ...]:
    """The rule of that name, else the options. Raises HalintError with the nearest."""
    try:
        return find(known, name)
    except HalintError:
        found = option_pages(name, known)
        if found:
            return found
        near = did_you_mean(name, option_names(), cutoff=0.8)
        if near:
            raise HalintError(f"no rule or option is called {name}{near}") from None
        raise


def _printed(pages: list[Page | OptionPage], form: str, style: Style) -> str:
    if form == "json":
        said = document([page for page in pages if isinstance(page, Page)], __version__)
        options = [option_object(page) for page in pages if isinstance(page, OptionPage)]
        return json.dumps({**said, "options": options}, indent=2) + "\n"
    if form == "markdown":
        return "\n".join(page_markdown(p) if isinstance(p, Page) else option_markdown(p) for p in pages)
    line = style.paint("─" * style.width, "faint")
    texts = (page_text(p, style) if isinstance(p, Page) else option_text(p, style) for p in pages)
    return f"\n{line}\n\n".join(texts)


def _style(options: CheckOptions) -> Style:
    """As for a check, but no wider than a page where no terminal says how wide it is."""
    style = style_for(options.color, os.environ)
    return style if sys.stdout.isatty() or os.environ.get("COLUMNS") else replace(style, width=_WIDTH)
