"""A rule's page, made of its file and of what it says of its examples."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from halint.cli.rule_pages import page_of
from halint.engine.rule import PythonCheck, Rule, Wording
from halint.engine.template import general
from halint.output.rule_page import Case, Example, Page, Setting
from halint.output.style import Style
from halint.report import Fix
from halint.trial.example import frames

_MARGIN = 4
"""Columns by which examples are indented."""


def whole_page(rule: Rule, written: Rule, style: Style) -> Page:
    """The page of a rule as it is configured; `written` is the same as its file has it, which its examples hold for.

    What is printed for bad examples is in this style. Raises HalintError where a user's file has changed meanwhile.
    """
    data = page_of(rule)
    narrow = replace(style, width=style.width - _MARGIN)
    return Page(
        name=rule.name,
        topic=rule.topic,
        summary=rule.summary,
        severity=rule.severity,
        usual=written.severity,
        confidence=rule.confidence,
        why=data["why"],
        fix=_general(rule.fix),
        cases=tuple(_cases(rule)),
        options=tuple(_option(rule, name, option) for name, option in data["options"].items()),
        profiles=rule.profiles,
        needs=rule.needs,
        peers=rule.peers,
        aliases=rule.aliases,
        covers=rule.covers,
        sources=tuple(data["sources"]),
        bad=tuple(_example(one, frames(written, one, narrow)) for one in data["examples"]["bad"]),
        good=tuple(_example(one, ()) for one in data["examples"]["good"]),
        url=rule.url,
        file=min(rule.file, os.path.relpath(rule.file), key=len) if rule.file else "",
        plugin=rule.plugin,
    )


def _general(fix: Fix) -> Fix:
    return Fix(text=general(fix.text), pcs=tuple(map(general, fix.pcs)), crm=tuple(map(general, fix.crm)))


def _cases(rule: Rule) -> Iterator[Case]:
    for check in rule.checks:
        wordings = check.wordings if isinstance(check, PythonCheck) else {"": check.wording}
        yield from (_case(rule, name, wording) for name, wording in wordings.items())


def _case(rule: Rule, name: str, wording: Wording) -> Case:
    return Case(
        name=name,
        message=general(wording.message),
        severity=wording.severity or rule.severity,
        confidence=wording.confidence or rule.confidence,
        fix=_general(wording.fix) if wording.fix else None,
    )


def _option(rule: Rule, name: str, data: Mapping[str, Any]) -> Setting:
    return Setting(
        name=name,
        value=str(rule.options[name]),
        default=str(data["default"]),
        unit=str(data.get("unit") or ""),
        description=str(data.get("description") or ""),
    )


def _example(data: Mapping[str, Any], output: tuple[str, ...]) -> Example:
    return Example(
        title=data["title"],
        target=tuple(data["target"]),
        files=data["files"],
        says=tuple(expected["says"] for expected in data["expect"]),
        output=output,
    )
