"""What tells a finding from every other, and stays when a file is reformatted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from hashlib import sha256

from halint.output.paths import Paths, whole
from halint.report import Finding


def fingerprints(findings: Iterable[Finding], paths: Paths) -> list[str]:
    """Of each finding 64 hexadecimal digits: SHA-256 over rule, path from the root, object, and how many were before.

    No two of one report are the same. Neither lines nor values count.
    """
    seen: Counter[tuple[str, str, str]] = Counter()
    marks = []
    for finding in findings:
        key = (finding.rule, paths.relative(finding.location.file), finding.subject)
        marks.append(digest(*key, *([str(seen[key])] if seen[key] else [])))
        seen[key] += 1
    return marks


def digest(*parts: str) -> str:
    """SHA-256 over parts, each with its length before it, so that no two rows of parts give the same text."""
    text = "".join(f"{len(part)}:{part};" for part in map(whole, parts))
    return sha256(text.encode()).hexdigest()
