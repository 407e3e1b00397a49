"""The examples of rule files, for tests: as `halint.trial` runs them, in a folder that stays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from halint.engine.rule import Rule
from halint.report import Finding
from halint.trial.example import asked
from halint.trial.files import whole_cib, write_files

__all__ = ["findings_of", "whole_cib", "write_files"]


def findings_of(
    rule: Rule, files: Mapping[str, str], folder: Path, target: Iterable[str] = ()
) -> tuple[list[Finding], Mapping[str, Any]]:
    """What one rule says about the files, and the lines of the files by name; `target` is as in an example."""
    write_files(files, folder)
    report = asked(rule, folder, target)
    assert not report.trouble, report.trouble
    return list(report.findings), report.sources
