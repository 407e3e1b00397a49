"""What rules' files say for their readers, for the formats that show it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any

from halint.engine.rule import Rule
from halint.engine.rulefile import parse_rule, read_rule
from halint.engine.template import general
from halint.output.setting import RulePage
from halint.schema_data import rule_text


def rule_pages(names: Collection[str], rules: Iterable[Rule]) -> dict[str, RulePage]:
    """The pages of those of the rules that have these names."""
    return {rule.name: _page(page_of(rule), rule.url) for rule in rules if rule.name in names}


def page_of(rule: Rule) -> dict[str, Any]:
    """All that a rule's file says, as `read_rule` has it. Raises HalintError for a file that is gone or has changed."""
    if rule.file:
        return read_rule(Path(rule.file), trusted=bool(rule.plugin))
    return parse_rule(rule_text(rule.topic, rule.name), f"{rule.name}.yaml", name=rule.name, topic=rule.topic)


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
