"""What rules' files say for their readers, for the formats that show it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any

from halint.engine.rule import Rule
from halint.engine.rulefile import parse_rule, read_rule
from halint.engine.rules import built_in
from halint.engine.template import general
from halint.output.setting import RulePage
from halint.schema_data import rule_text


def rule_pages(names: Collection[str], folders: Iterable[Path]) -> dict[str, RulePage]:
    """The pages of these rules: halint's own, and those of the user's folders."""
    own = {rule.name: rule for rule in built_in() if rule.name in names}
    pages = {
        name: _page(parse_rule(_text(rule), f"{name}.yaml", name=name, topic=rule.topic), rule.url)
        for name, rule in own.items()
    }
    for folder in folders:
        for file in sorted({*folder.glob("*.yaml"), *folder.glob("*/*.yaml")}):
            if file.stem in names and file.stem not in pages:
                pages[file.stem] = _page(read_rule(file, trusted=False), "")
    return pages


def _text(rule: Rule) -> str:
    return rule_text(rule.topic, rule.name)


def _page(data: dict[str, Any], url: str) -> RulePage:
    fix = data["fix"]
    return RulePage(
        summary=data["summary"],
        why=data["why"],
        fix=general(fix["text"]),
        pcs=tuple(map(general, fix.get("pcs", ()))),
        crm=tuple(map(general, fix.get("crm", ()))),
        sources=tuple(data["sources"]),
        severity=data["severity"],
        confidence=data["confidence"],
        topic=data["topic"],
        url=url,
    )
