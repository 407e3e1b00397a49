"""Which Pacemaker a CIB is judged for: the one that was asked for, else the one that it names itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypeAlias

from halint.schema_data import load

Release: TypeAlias = tuple[int, ...]

_NUMBERS = re.compile(r"[0-9]{1,6}(\.[0-9]{1,6})*")


def version_numbers(version: str | None) -> Release:
    """`2.1.5-8.el9-a3f44794f94` as (2, 1, 5); () where there is no number."""
    match = _NUMBERS.match(version or "")
    return tuple(int(part) for part in match.group().split(".")) if match else ()


def release_named(dc_version: str | None, feature_set: str | None) -> Release:
    """The release that a CIB names: by dc-version, else at least by crm_feature_set; () where it names none.

    `dc_version` is the value of the property, `feature_set` the attribute of `cib`. A feature set says only from
    which release on a cluster may have written it; older ones than the table knows count as the first of the table.
    """
    return version_numbers(dc_version) or brought_feature_set(feature_set)


def brought_feature_set(feature_set: str | None) -> Release:
    """The first release that may have written this feature set, () for none."""
    found = version_numbers(feature_set)
    if not found:
        return ()
    rows: Mapping[str, str] = load("releases")["pacemaker"]["feature-sets"]
    known = [release for first, release in rows.items() if version_numbers(first) <= found]
    return version_numbers(known[-1] if known else next(iter(rows.values())))


def newest_release() -> Release:
    """The newest Pacemaker that halint knows."""
    lines: Mapping[str, str] = load("releases")["pacemaker"]["lines"]
    return max(version_numbers(last) for last in lines.values())


def shown_release(release: Release) -> str:
    """The release as messages name it."""
    return ".".join(map(str, release))
