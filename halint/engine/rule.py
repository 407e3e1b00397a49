"""The types of a rule as it is run; what only its page needs stays in its file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import field
from typing import Any

from halint.record import record
from halint.report import Fix

DOCS = "https://halint.readthedocs.io/rules"
OWN_CHECKS = "halint.checks"


@record
class Wording:
    """How a hit is told: the message, and what differs from the rule's own severity, confidence, fix and peers."""

    message: str
    severity: str | None = None
    confidence: str | None = None
    fix: Fix | None = None
    peers: tuple[str, ...] | None = None


@record
class RelatedQuery:
    """Further places of a query's hit: an XPath from the node found, and what stands there."""

    find: str
    message: str


@record
class Query:
    """A check that selects the culprits by XPath in the cluster document."""

    find: str
    wording: Wording
    subject: str | None = None
    related: tuple[RelatedQuery, ...] = ()


@record
class PythonCheck:
    """A check done by a function of `package`, halint's own or a plugin's; its hits choose a wording by case."""

    function: str
    wordings: Mapping[str, Wording]
    package: str = OWN_CHECKS


@record
class Rule:
    """One rule. `let` are named XPath expressions; `options` the thresholds by name, as numbers or text."""

    name: str
    topic: str
    summary: str
    severity: str
    confidence: str
    consequence: str
    needs: tuple[str, ...]
    peers: tuple[str, ...]
    covers: tuple[str, ...]
    aliases: tuple[str, ...]
    fix: Fix
    checks: tuple[Query | PythonCheck, ...]
    unless: tuple[str, ...] = ()
    """Rules that tell the same in better words: of a place of which both speak only the graver finding is told."""
    profiles: tuple[str, ...] = ()
    """The profiles under which it is asked; () where it always is."""
    let: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    file: str = ""
    """Where it is written; "" for halint's own."""
    plugin: str = ""
    """The plugin that brings it."""

    @property
    def url(self) -> str:
        """The address of the rule's page, "" for a rule that is not halint's own."""
        return "" if self.file else f"{DOCS}/{self.topic}/{self.name}/"

    @property
    def asked_last(self) -> bool:
        """Whether the rule speaks of suppressions: it is asked when all others have been."""
        functions = (c for c in self.checks if isinstance(c, PythonCheck) and c.package == OWN_CHECKS)
        return any(c.function.startswith("suppressions.") for c in functions)

    def names(self) -> tuple[str, ...]:
        """Every name the rule goes by."""
        return (self.name, *self.aliases, *self.covers)


def rule_from(data: Mapping[str, Any]) -> Rule:
    """A rule from its compiled form, which the rule file's reader has checked."""
    return Rule(
        name=data["name"],
        topic=data["topic"],
        summary=data["summary"],
        severity=data["severity"],
        confidence=data["confidence"],
        consequence=data["consequence"],
        needs=tuple(data["needs"]),
        peers=tuple(data["peers"]),
        covers=tuple(data["covers"]),
        aliases=tuple(data["aliases"]),
        fix=_fix(data["fix"]),
        checks=tuple(_check(c) for c in data["check"]),
        unless=tuple(data["unless"]),
        profiles=tuple(data["profiles"]),
        let=data["let"],
        options={k: v["default"] for k, v in data["options"].items()},
    )


def _check(data: Mapping[str, Any]) -> Query | PythonCheck:
    if "python" in data:
        wordings = {case: _wording(w) for case, w in data["messages"].items()}
        return PythonCheck(function=data["python"], wordings=wordings)
    related = tuple(RelatedQuery(find=r["find"], message=r["message"]) for r in data.get("related", ()))
    return Query(find=data["find"], wording=_wording(data), subject=data.get("subject"), related=related)


def _wording(data: Mapping[str, Any]) -> Wording:
    fix = data.get("fix")
    return Wording(
        message=data["message"],
        severity=data.get("severity"),
        confidence=data.get("confidence"),
        fix=_fix(fix) if fix else None,
        peers=tuple(data["peers"]) if "peers" in data else None,
    )


_BLANK = re.compile(r"\{[^{}]*\}|\b(?!INFINITY\b|SBD_|PCMK_)([A-Z][A-Z0-9_]+)\b")
"""A placeholder, or a word in capitals that is none of the field's own."""


def _fix(data: Mapping[str, Any]) -> Fix:
    pcs, crm = tuple(data.get("pcs", ())), tuple(data.get("crm", ()))
    blanks = sorted({word for command in (*pcs, *crm) for word in _BLANK.findall(command) if word})
    return Fix(text=data["text"], pcs=pcs, crm=crm, blanks=tuple(blanks))
