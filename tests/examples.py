"""Runs the examples of rule files the way a user would: files in a folder, checked whole."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from halint.engine.rule import Rule
from halint.engine.rules import built_in
from halint.engine.run import Outcome, run
from halint.engine.suppress import suppress
from halint.inputs.read import Inputs, read
from halint.parse.targets import parse_targets
from halint.report import Finding

SECTIONS = ("crm_config", "nodes", "resources", "constraints")
HEAD = (
    '<cib validate-with="pacemaker-3.9" epoch="5" num_updates="0" admin_epoch="0" crm_feature_set="3.16.1">'
    "<configuration>"
)


def whole_cib(text: str) -> str:
    """The inside of <configuration> as a CIB; lines keep their numbers."""
    if not text.strip() or re.match(r"\s*<(\?xml|!DOCTYPE|!--|cib|pacemaker-result|diff)\b|[^<]*$", text):
        return text
    missing = "".join(f"<{name}/>" for name in SECTIONS if not re.search(rf"<{name}[\s/>]", text))
    return f"{HEAD}{missing}{text.rstrip()}</configuration><status/></cib>\n"


def write_files(files: Mapping[str, str], folder: Path) -> None:
    """Lay the files of an example out in a folder. A text `-> TARGET` makes a link; its target need not exist."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if text.startswith("-> "):
            path.symlink_to(text[3:].strip())
            continue
        path.write_bytes((whole_cib(text) if name.endswith("cib.xml") else text).encode("utf-8", "surrogateescape"))


def findings_of(
    rule: Rule, files: Mapping[str, str], folder: Path, target: Iterable[str] = ()
) -> tuple[list[Finding], Mapping[str, Any]]:
    """What one rule says about the files, and the lines of the files by name; `target` is as in an example."""
    write_files(files, folder)
    inputs = read([str(folder)], targets=parse_targets(target))
    assert not inputs.trouble, inputs.trouble
    outcome = _about_suppressions(rule, inputs) if rule.asked_last else run([rule], inputs.cases)
    assert not outcome.trouble, outcome.trouble
    return list(outcome.findings), outcome.sources


def _about_suppressions(rule: Rule, inputs: Inputs) -> Outcome:
    """What a rule about suppressions says when all others have been asked, on the first day of 2026."""
    rules = built_in()
    outcome = suppress(run(rules, inputs.cases), rules, inputs.cases, known=rules, today=date(2026, 1, 1))
    return replace(outcome, findings=tuple(f for f in outcome.findings if f.rule == rule.name))
