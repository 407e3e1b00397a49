"""What `halint test-rules` prints: text for people, and the document of its JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from halint.output.layout import place_text, plural, visible
from halint.output.style import Style
from halint.trial.judge import Tested, Unexpected, Verdict

_INDENT = " " * 6


def text_of(one: Tested, style: Style, *, verbose: bool) -> str:
    """A rule file: one line where it passes, and where not, or if verbose, a line an example."""
    return "".join(f"{line}\n" for line in _lines(one, style, verbose=verbose))


def _lines(one: Tested, style: Style, *, verbose: bool) -> Iterator[str]:
    number = f" ({plural(len(one.verdicts), 'example')})" if one.passed else ""
    yield f"{_sign(one.passed, style)} {style.paint(visible(one.rule), 'strong')}{number}"
    if one.problem:
        yield f"{_INDENT}{visible(one.problem)}"
    for verdict in one.verdicts:
        if verbose or not verdict.passed:
            place = style.paint(f"{visible(one.file)}:{verdict.line}", "faint")
            yield f"  {_sign(verdict.passed, style)} {verdict.side}: {visible(verdict.title)}  {place}"
            yield from (f"{_INDENT}{line}" for line in differences(verdict))


def _sign(passed: bool, style: Style) -> str:
    return style.paint("PASS", "command") if passed else style.paint("FAIL", "error")


def differences(verdict: Verdict) -> Iterator[str]:
    """What an example expects and does not find, and the other way round; lines."""
    yield from (visible(problem) for problem in verdict.problems)
    for expected in verdict.missing:
        where = f"{expected['file']}, " if "file" in expected else ""
        grave = f"{expected['severity']}: " if "severity" in expected else ""
        yield f"not found:  {visible(grave + expected['says'])}"
        yield f"        at  {visible(where + expected['at'].strip())}"
    for one in verdict.unexpected:
        yield f"unexpected: {one.finding.severity}: {visible(one.finding.message)}"
        yield f"        at  {place_text(one.finding.location)}: {visible(one.text)}"
    if verdict.unasked:
        yield f"the rule was not asked: {visible(verdict.unasked)}"


def closing(all_: Sequence[Tested]) -> str:
    """The last line."""
    counts = _summary(all_)
    failed = f"{plural(counts['failed'], 'example')} failed, " if counts["failed"] else ""
    broken = f"{plural(counts['broken'], 'file')} with mistakes, " if counts["broken"] else ""
    return f"{broken}{failed}{plural(counts['passed'], 'example')} passed, of {plural(counts['rules'], 'rule file')}"


def _summary(all_: Sequence[Tested]) -> dict[str, int]:
    verdicts = [verdict for one in all_ for verdict in one.verdicts]
    return {
        "rules": len(all_),
        "broken": sum(bool(one.problem) for one in all_),
        "passed": sum(verdict.passed for verdict in verdicts),
        "failed": sum(not verdict.passed for verdict in verdicts),
    }


def document(all_: Sequence[Tested], version: str) -> dict[str, Any]:
    """The JSON document, version 1; `version` is halint's."""
    return {
        "version": 1,
        "tool": {"name": "halint", "version": version},
        "rules": [_rule(one) for one in all_],
        "summary": _summary(all_),
    }


def _rule(one: Tested) -> dict[str, Any]:
    examples = [_example(verdict) for verdict in one.verdicts]
    return {
        "file": one.file,
        "rule": one.rule,
        "passed": one.passed,
        "problem": one.problem or None,
        "examples": examples,
    }


def _example(verdict: Verdict) -> dict[str, Any]:
    return {
        "side": verdict.side,
        "title": verdict.title,
        "line": verdict.line,
        "passed": verdict.passed,
        "missing": [_missing(expected) for expected in verdict.missing],
        "unexpected": [_unexpected(one) for one in verdict.unexpected],
        "problems": list(verdict.problems),
        "unasked": verdict.unasked or None,
    }


def _missing(expected: Mapping[str, str]) -> dict[str, str | None]:
    return {key: expected.get(key) for key in ("says", "at", "file", "severity")}


def _unexpected(one: Unexpected) -> dict[str, Any]:
    place = one.finding.location
    return {
        "severity": one.finding.severity,
        "message": one.finding.message,
        "file": place.file,
        "line": place.line,
        "column": place.column,
        "text": one.text,
    }
