"""What the live cluster knows: BEFORE's counters, feature set and schema, and the newest schema it can take."""

from __future__ import annotations

import re
from functools import cached_property

from halint.diff.side import Side

SCHEMALESS = frozenset({"none", "pacemaker-next"})
"""Values of validate-with that name no released schema; up to Pacemaker 2.1 taken in any letter case."""

_NUMBERS = re.compile(r"[0-9]+")
_LARGEST = 2**31 - 1
"""Larger counters overflow and count as none (measured, 2.1.5)."""


class LiveCluster:
    """The cluster that BEFORE was taken from; `target` names another Pacemaker version that it runs, "" for none."""

    def __init__(self, before: Side, target: str = "") -> None:
        self.before = before
        self.target = target
        self.path = shown(before, "before.xml")

    @property
    def feature_set(self) -> str:
        """crm_feature_set of BEFORE, "" where there is none."""
        return self.before.root.get("crm_feature_set") or ""

    @property
    def schema(self) -> str | None:
        """validate-with of BEFORE, which a push of the configuration alone is checked against."""
        return self.before.root.get("validate-with")

    @property
    def release(self) -> str:
        """The Pacemaker version: the target, else dc-version; "" where neither says."""
        return self.target or property_value(self.before, "dc-version") or ""

    @cached_property
    def newest(self) -> str:
        """The newest schema that the cluster is known to take, "" where BEFORE does not tell.

        It takes that of BEFORE in any case, even where dc-version, kept from an older life, says less.
        """
        from halint.schema.validity import known_versions, newest_version  # noqa: PLC0415 - only a push needs schemas

        known = known_versions()
        if self.target:
            return newest_version("", self.target)
        newest = newest_version(self.feature_set, self.release)
        if newest in known and self.schema in known:
            return max(newest, self.schema, key=known.index)
        return newest

    @property
    def strict(self) -> bool:
        """Whether it is Pacemaker 3, which refuses a CIB without a schema."""
        numbers = version_numbers(self.release)
        return numbers[0] >= 3 if numbers else self.newest == "pacemaker-4.0"

    def knows(self, version: str) -> bool | None:
        """Whether the cluster knows a schema; None where that cannot be told."""
        from halint.schema.validity import known_versions  # noqa: PLC0415 - only a push needs schemas

        known = known_versions()
        if version not in known:
            return False
        if self.newest in known:
            return known.index(version) <= known.index(self.newest)
        schema = self.schema
        return True if schema in known and known.index(version) <= known.index(schema) else None

    def older_than(self, feature_set: str) -> bool:
        """Whether a file of this feature set is newer than the cluster, which then refuses it.

        Compared number by number (measured, 2.1.5: 3.16.1.1 and 3.17 are newer than 3.16.1, 3.16 and 3.9.9 are not).
        """
        if self.target and self.target != property_value(self.before, "dc-version"):
            return self._outdated_by(feature_set)
        own = version_numbers(self.feature_set)
        return bool(own) and version_numbers(feature_set) > own

    def _outdated_by(self, feature_set: str) -> bool:
        from halint.schema.validity import known_versions, newest_version  # noqa: PLC0415 - only a push needs schemas

        known, brought = known_versions(), newest_version(feature_set, "")
        both = brought in known and self.newest in known
        return both and known.index(brought) > known.index(self.newest)


def version_numbers(text: str) -> tuple[int, ...]:
    """The numbers a version begins with: 2.1.5-a3f44794f94 gives (2, 1, 5); () where it begins with none."""
    found: list[int] = []
    for part in text.split("."):
        match = _NUMBERS.match(part)
        if match is None:
            break
        found.append(int(match[0][:9]))
        if match[0] != part:
            break
    return tuple(found)


def counters(side: Side) -> tuple[int, int, int]:
    """admin_epoch, epoch, num_updates as the cluster reads them: -1 for what is missing, negative or too large."""
    admin_epoch, epoch, num_updates = (n if 0 <= n <= _LARGEST else -1 for n in side.version)
    return admin_epoch, epoch, num_updates


def property_value(side: Side, name: str) -> str | None:
    """The first value of a cluster property as written; None where it is not set."""
    for element in side.tree.section("crm_config"):
        for pair in element.iterchildren("nvpair"):
            if pair.get("name") == name:
                return pair.get("value")
    return None


def shown(side: Side, placeholder: str) -> str:
    """The name of a side's file, `placeholder` for what came through standard input."""
    return placeholder if side.path in ("-", "<stdin>", "stdin", "") else side.path
