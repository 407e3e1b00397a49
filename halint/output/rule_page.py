"""The page of a rule: everything its file says, as a program reads it (JSON)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from halint.record import record
from halint.report import Fix


@record
class Case:
    """One wording of a rule, blanks in capitals. `name` is the case, "" where there is one only; `fix` its own."""

    name: str
    message: str
    severity: str
    confidence: str
    fix: Fix | None = None


@record
class Example:
    """Files by name, and what halint prints for them: for a bad one a text a finding, with its frames."""

    title: str
    target: tuple[str, ...]
    files: Mapping[str, str]
    says: tuple[str, ...] = ()
    output: tuple[str, ...] = ()


@record
class Setting:
    """An option of a rule: what counts, and what does where nothing is configured."""

    name: str
    value: str
    default: str
    unit: str
    description: str


@record
class Page:
    """A rule's page. `severity` is the one that counts, `usual` what the file says; `why` and the fix are Markdown.

    `file` and `plugin` are "" for halint's own rules, `url` for others.
    """

    name: str
    topic: str
    summary: str
    severity: str
    usual: str
    confidence: str
    why: str
    fix: Fix
    cases: tuple[Case, ...]
    options: tuple[Setting, ...]
    profiles: tuple[str, ...]
    needs: tuple[str, ...]
    peers: tuple[str, ...]
    aliases: tuple[str, ...]
    covers: tuple[str, ...]
    sources: tuple[str, ...]
    bad: tuple[Example, ...]
    good: tuple[Example, ...]
    url: str
    file: str
    plugin: str

    @property
    def consequence(self) -> str:
        """The first paragraph of why."""
        return self.why.strip().split("\n\n")[0]

    @property
    def background(self) -> str:
        """The rest of why, "" where there is none."""
        return self.why.strip()[len(self.consequence) :].strip("\n")


def document(pages: Sequence[Page], version: str) -> dict[str, Any]:
    """The JSON document, version 1, as far as it is of rules; `version` is halint's."""
    return {"version": 1, "tool": {"name": "halint", "version": version}, "rules": [_page(page) for page in pages]}


def _page(page: Page) -> dict[str, Any]:
    return {
        "name": page.name,
        "topic": page.topic,
        "summary": page.summary,
        "severity": page.severity,
        "default_severity": page.usual,
        "confidence": page.confidence,
        "why": page.why,
        "fix": _fix(page.fix),
        "messages": [_case(case) for case in page.cases],
        "options": [_option(option) for option in page.options],
        **{key: list(getattr(page, key)) for key in ("profiles", "needs", "peers", "aliases", "covers", "sources")},
        "examples": {"bad": [_example(one) for one in page.bad], "good": [_example(one) for one in page.good]},
        "url": page.url,
        "file": page.file or None,
        "plugin": page.plugin or None,
    }


def _fix(fix: Fix) -> dict[str, Any]:
    return {"text": fix.text, "pcs": list(fix.pcs), "crm": list(fix.crm)}


def _case(case: Case) -> dict[str, Any]:
    return {
        "case": case.name,
        "message": case.message,
        "severity": case.severity,
        "confidence": case.confidence,
        "fix": _fix(case.fix) if case.fix else None,
    }


def _option(option: Setting) -> dict[str, Any]:
    keys = ("name", "value", "default", "unit", "description")
    return {key: getattr(option, key) for key in keys}


def _example(example: Example) -> dict[str, Any]:
    return {
        "title": example.title,
        "target": list(example.target),
        "files": dict(example.files),
        "says": list(example.says),
        "output": list(example.output),
    }
