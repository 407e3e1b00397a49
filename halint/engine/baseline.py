"""Sets aside what was found before: a file that holds how many findings of a rule an object of a file has.

Lines and columns are not in it, so that a file may be laid out anew. Paths are relative to the baseline file, with
forward slashes, so that it does not matter where halint is started.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from halint import __version__
from halint.engine.asked import Asked
from halint.engine.paths import relative
from halint.engine.rule import Rule
from halint.errors import HalintError
from halint.listing import listed
from halint.record import record
from halint.report import Finding, Suppression

VERSION = 1


class Key(NamedTuple):
    """What the findings of an entry share: the file is as the baseline names it."""

    rule: str
    file: str
    object: str


Baseline = Mapping[Key, int]
"""How many findings of each key are set aside."""


@record
class Applied:
    """Findings that count, those that the baseline sets aside, and the entries, or parts of them, not needed."""

    kept: tuple[Finding, ...]
    aside: tuple[Finding, ...]
    idle: Baseline


def read_baseline(path: str) -> Baseline:
    """The baseline in a file. Raises HalintError where it is missing or is none."""
    try:
        data = json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise HalintError(f"baseline {path}: cannot be read: {error.strerror or error}") from None
    except (ValueError, RecursionError) as error:
        raise HalintError(f"baseline {path}: is not JSON: {error}") from None
    if not isinstance(data, dict) or not isinstance(data.get("findings"), list):
        raise HalintError(f"baseline {path}: is no baseline; `halint check --write-baseline {path}` writes one")
    if data.get("version") != VERSION:
        raise HalintError(f"baseline {path}: has version {data.get('version')}, where halint knows {VERSION}")
    counts: Counter[Key] = Counter()
    for number, entry in enumerate(data["findings"], 1):
        key, count = _entry(entry, f"baseline {path}: finding {number}")
        counts[key] += count
    return counts


def _entry(entry: Any, what: str) -> tuple[Key, int]:
    if not isinstance(entry, dict) or not all(isinstance(entry.get(name), str) for name in Key._fields):
        raise HalintError(f"{what} needs rule, file and object, as text")
    count = entry.get("count")
    if not isinstance(count, int) or isinstance(count, bool) or count < 1:
        raise HalintError(f"{what} needs a count from 1 up")
    return Key(entry["rule"], entry["file"], entry["object"]), count


def render_baseline(baseline: Baseline) -> str:
    """The text of a baseline file: sorted, an entry a line."""
    lines = [
        json.dumps({**key._asdict(), "count": count}, ensure_ascii=False)
        for key, count in sorted(baseline.items())
        if count > 0
    ]
    head = f'{{\n"halint": {json.dumps(__version__)},\n"version": {VERSION},\n'
    findings = '"findings": [\n' + ",\n".join(lines) + "\n]" if lines else '"findings": []'
    return f"{head}{findings}\n}}\n"


class Keys:
    """The keys of findings for a baseline file, under the rules' present names."""

    def __init__(self, path: str, known: Iterable[Rule]) -> None:
        """`path` is that of the baseline file, `known` are all rules."""
        self._folder = str(Path(path).parent)
        self._files: dict[str, str] = {}
        self._current = {name: rule.name for rule in known for name in rule.names()}

    def of(self, finding: Finding) -> Key:
        """The key of a finding."""
        rule, file, subject = finding.key()
        # where the file itself is the object its path must not depend on where halint is started
        return Key(rule, self.file(file), self.file(file) if subject == file else subject)

    def file(self, path: str) -> str:
        """A path as shown, as the baseline names it."""
        if path not in self._files:
            self._files[path] = path if path == "-" or path.startswith("-:") else relative(path, self._folder)
        return self._files[path]

    def current(self, baseline: Baseline) -> Baseline:
        """The baseline with rules that have a new name under that."""
        counts: Counter[Key] = Counter()
        for key, count in baseline.items():
            counts[key._replace(rule=self._current.get(key.rule, key.rule))] += count
        return counts


def apply(baseline: Baseline, findings: Iterable[Finding], keys: Keys, asked: Asked, own: frozenset[str]) -> Applied:
    """Set aside as many findings of each key as the baseline has; what is beyond that is new.

    An entry is called idle only where its rule was `asked` of its file. The rules called `own` speak of suppressions:
    what they find always counts.
    """
    left = Counter(keys.current(baseline))
    kept, aside = [], []
    for finding in findings:
        key = keys.of(finding)
        if finding.rule in own or not left[key]:
            kept.append(finding)
            continue
        left[key] -= 1
        aside.append(replace(finding, suppressed=Suppression("baseline", "")))
    read = _read(keys, asked)
    idle = {key: count for key, count in left.items() if count and key.rule in read.get(key.file, frozenset())}
    return Applied(kept=tuple(kept), aside=tuple(aside), idle=idle)


def written(baseline: Baseline, applied: Applied, new: Iterable[Finding], keys: Keys) -> Baseline:
    """The baseline to be written: with what is new, without what is idle; what was not asked stays as it was."""
    counts = Counter(keys.current(baseline))
    counts.subtract(applied.idle)
    counts.update(keys.of(finding) for finding in new)
    return +counts


def told_idle(idle: Baseline) -> str:
    """A sentence about entries that are not needed; "" where there are none."""
    if not idle:
        return ""
    named = [f"{key.rule} of {key.object} in {key.file}" for key in sorted(idle)]
    entries = "1 entry is" if len(named) == 1 else f"{len(named)} entries are"
    return f"baseline: {entries} no longer needed: {listed(named, last=', ')}"


def _read(keys: Keys, asked: Asked) -> dict[str, frozenset[str]]:
    read: dict[str, frozenset[str]] = {}
    for path, rules in asked.by_file.items():
        file = keys.file(path)
        read[file] = read.get(file, frozenset()) | rules
    return read
