"""A rule as SARIF describes one: what GitHub and editors show beside its findings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from halint.output.sarif_results import LEVELS
from halint.output.setting import RulePage
from halint.report import Finding

_LONGEST = 1024
"""Characters of a description that GitHub takes."""
_PRECISION = {"certain": "very-high", "likely": "high"}
_PROBLEM = {"error": "error", "warning": "warning", "info": "recommendation"}


def descriptor(finding: Finding, page: RulePage | None) -> dict[str, Any]:
    """The rule of a finding; from its page, or from what a finding says where it has none."""
    page = page or RulePage(
        summary=finding.rule.replace("-", " "),
        why=finding.consequence,
        fix="",
        pcs=(),
        crm=(),
        sources=(),
        severity=finding.severity,
        confidence=finding.confidence,
        topic=finding.topic,
        url=finding.url,
    )
    return {
        "id": finding.rule,
        "name": "".join(part.capitalize() for part in finding.rule.split("-")),
        "shortDescription": {"text": _cut(page.summary)},
        "fullDescription": {"text": _cut(" ".join((page.why.strip().split("\n\n")[0] or page.summary).split()))},
        "help": {"text": "\n".join(_plain(page)), "markdown": "\n".join(_markdown(page))},
        **({"helpUri": page.url} if page.url else {}),
        "defaultConfiguration": {"level": LEVELS[page.severity]},
        "properties": {
            "tags": [page.topic, "cluster"],
            "precision": _PRECISION[page.confidence],
            "problem.severity": _PROBLEM[page.severity],
        },
    }


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _plain(page: RulePage) -> Iterator[str]:
    yield page.summary
    yield from ("", page.why.strip())
    if page.fix:
        yield from ("", f"How to mend it: {page.fix}")
    yield from (f"  {command}" for command in (*page.pcs, *page.crm))
    if page.sources:
        yield from ("", f"Sources: {'; '.join(page.sources)}")


def _markdown(page: RulePage) -> Iterator[str]:
    yield page.why.strip()
    if page.fix:
        yield from ("", "**How to mend it**", "", page.fix)
    for shell, commands in (("pcs", page.pcs), ("crm", page.crm)):
        if commands:
            yield from ("", f"With {shell}:", "", "```sh", *commands, "```")
    if page.sources:
        yield from ("", "**Sources**", "", *(f"- {source}" for source in page.sources))
