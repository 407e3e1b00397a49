"""`halint explain`: a rule's page in the terminal."""

from __future__ import annotations

import os
import sys
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

from halint.cli.check import style_for
from halint.cli.main import OK
from halint.engine.rule import Rule
from halint.engine.rulefile import parse_rule
from halint.engine.rules import built_in
from halint.engine.select import find
from halint.engine.template import general
from halint.output.style import Style
from halint.schema_data import rule_text


def explain(name: str, color: str) -> int:
    """Print the page of one rule. Raises HalintError for a name that no rule has."""
    rule = find(built_in(), name)
    page = parse_rule(rule_text(rule.topic, rule.name), f"{rule.name}.yaml", name=rule.name, topic=rule.topic)
    sys.stdout.write("\n".join(_page(rule, page, style_for(color, os.environ))) + "\n")
    return OK


def _page(rule: Rule, page: Mapping[str, Any], style: Style) -> Iterator[str]:
    standing = f"{style.paint(rule.severity, rule.severity)}, {rule.confidence}"
    yield f"{style.paint(rule.name, 'strong')}  {standing}; topic {rule.topic}"
    yield from ("", *_wrapped(rule.summary, style))
    yield from _section("Why", style)
    for number, paragraph in enumerate(page["why"].strip().split("\n\n")):
        yield from ([""] if number else [])
        yield from _paragraph(paragraph, style)
    yield from _section("How to mend it", style)
    yield from _wrapped(general(rule.fix.text), style)
    for shell, commands in (("pcs", rule.fix.pcs), ("crm", rule.fix.crm)):
        for command in commands:
            yield f"  {style.paint(f'{shell}:', 'faint')} {style.paint(general(command), 'command')}"
    for side, title in (("bad", "What it finds"), ("good", "What it leaves alone")):
        yield from _section(title, style)
        for number, example in enumerate(page["examples"][side]):
            yield from ([""] if number else [])
            yield from _example(example, style)
    yield from _section("Sources", style)
    yield from (f"  {source}" for source in page["sources"])
    yield from _options(page, style)
    yield from _facts(rule)


def _section(title: str, style: Style) -> Iterator[str]:
    yield ""
    yield style.paint(title, "strong")


def _example(example: Mapping[str, Any], style: Style) -> Iterator[str]:
    target = f" (--target {','.join(example['target'])})" if example["target"] else ""
    yield f"  {example['title']}{target}"
    for name, text in example["files"].items():
        yield f"    {style.paint(name, 'faint')}"
        yield from (f"      {line}".rstrip() for line in text.rstrip("\n").split("\n"))
    for expected in example["expect"]:
        yield f"    {style.paint('=>', 'frame')} {expected['says']}"


def _options(page: Mapping[str, Any], style: Style) -> Iterator[str]:
    """What the configuration file may set for the rule, and the profiles under which it is asked."""
    if page["options"]:
        yield from _section("Options", style)
        for name, option in page["options"].items():
            default = " ".join(str(option[part]) for part in ("default", "unit") if option.get(part) not in (None, ""))
            says = f": {option['description']}" if option.get("description") else ""
            yield from _wrapped(f"  {name} ({default or 'not set'}){says}", style)
    if page["profiles"]:
        yield ""
        yield f"Asked under the profiles: {', '.join(page['profiles'])}; or where its name is selected"


def _facts(rule: Rule) -> Iterator[str]:
    yield ""
    yield f"Needs: {', '.join(rule.needs)}"
    if rule.peers:
        yield f"Also reported by: {', '.join(rule.peers)}"
    if rule.covers or rule.aliases:
        yield f"Also called: {', '.join((*rule.aliases, *rule.covers))}"
    yield rule.url


def _paragraph(text: str, style: Style) -> Iterator[str]:
    """A paragraph wrapped; lists and indented text keep their lines."""
    if any(line.startswith((" ", "- ", "* ", "|", "```")) for line in text.splitlines()):
        yield from text.splitlines()
    else:
        yield from _wrapped(text, style)


def _wrapped(text: str, style: Style) -> list[str]:
    return textwrap.wrap(" ".join(text.split()), style.width, break_long_words=False, break_on_hyphens=False)
