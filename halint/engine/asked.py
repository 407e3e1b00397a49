"""What a run asked: silence about a file says something only where a rule was asked of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from halint.engine.rule import Rule
from halint.engine.run import Case
from halint.record import record


@record
class Asked:
    """Which rules were asked of which files in this run. `whole`: of all files that the configuration file is for."""

    by_file: Mapping[str, frozenset[str]]
    whole: bool = False

    def of(self, file: str, rules: Iterable[str]) -> bool:
        """Whether each of the rules was asked of the file's cluster."""
        return frozenset(rules) <= self.by_file.get(file, frozenset())


def asked_of(rules: Iterable[Rule], cases: Iterable[Case], *, whole: bool = False) -> Asked:
    """What a run of these rules over these cases asks."""
    rules = tuple(rule for rule in rules if not rule.asked_last)
    by_file: dict[str, frozenset[str]] = {}
    for case in cases:
        asked = frozenset(r.name for r in rules if all(need in case.cluster.given for need in r.needs))
        for source in case.cluster.sources:
            by_file[source.path] = by_file.get(source.path, frozenset()) | asked
    return Asked(by_file=by_file, whole=whole)
