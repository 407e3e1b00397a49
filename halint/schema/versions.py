"""The released CIB schemas, in order, and the newest that a cluster knows."""

from __future__ import annotations

import re
from functools import cache

from halint.schema_data import load

PREFIX = "pacemaker-"
"""What `validate-with` has before the number."""

_RELEASE = re.compile(r"\d+(?:\.\d+)+")


@cache
def known_versions() -> tuple[str, ...]:
    """Every released schema as `validate-with` names it, oldest first: pacemaker-1.0 to pacemaker-4.0.

    pacemaker-1.1 and pacemaker-next never were released as schemas of their own and are not among them.
    """
    return tuple(PREFIX + number for number in load("cib-structure")["schemas"])


def position(number: str) -> int:
    """Where a schema stands in `known_versions`, by its number ("2.10"). Raises ValueError where there is none."""
    return known_versions().index(PREFIX + number)


def unreleased_names() -> tuple[str, ...]:
    """Names besides the schemas that `validate-with` could have before Pacemaker 3: none, pacemaker-next and older."""
    return tuple(load("cib-structure")["names"])


def newer(one: str, other: str) -> bool:
    """Whether a schema or a version of dotted numbers is newer than another: 2.10 is newer than 2.9."""
    return _numbers(one.removeprefix(PREFIX)) > _numbers(other.removeprefix(PREFIX))


def release_of(version: str) -> str:
    """The first Pacemaker that has a schema: "2.1.5" for pacemaker-3.9. Raises KeyError for no schema's name."""
    return str(load("cib-structure")["schemas"][version.removeprefix(PREFIX)])


def newest_features(release: str) -> str:
    """The feature set that no Pacemaker of a release goes beyond ("2.1.5" gives "3.16.1"), "" where none is known.

    Without a release that of the newest Pacemaker known.
    """
    rows = load("cib-structure")["newest-features"]
    if not release:
        return str(list(rows.values())[-1])
    return str(rows.get(".".join(str(number) for number in _numbers(release)), ""))


def newest_version(feature_set: str, dc_version: str) -> str:
    """The newest schema that a cluster knows, "" where neither value tells.

    `feature_set` is `crm_feature_set` of the live CIB ("3.16.1"), `dc_version` the property `dc-version`
    ("2.1.5-a3f44794f94"), which says more and counts where it can be read. A feature set that several releases share
    gives the newest schema that all of them know. Releases before 1.1.8 are not told apart, so they give "".
    """
    table = load("cib-structure")
    release = _numbers(dc_version)
    if release:
        return _last([(_numbers(first), number) for number, first in table["schemas"].items()], release)
    features = _numbers(feature_set)
    return _last([(_numbers(first), number) for first, number in table["features"].items()], features)


def _last(rows: list[tuple[tuple[int, ...], str]], reached: tuple[int, ...]) -> str:
    """The schema of the last row, of rising rows, that starts at or before `reached`."""
    known = [number for first, number in rows if first <= reached]
    return PREFIX + known[-1] if known else ""


def _numbers(text: str) -> tuple[int, ...]:
    """The dotted numbers at the start of a version; () where there are none."""
    found = _RELEASE.match(text.strip())
    return tuple(int(number) for number in found.group().split(".")) if found else ()
