"""What depends on the Pacemaker that a CIB is judged for, and names as close as a typing error."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from halint.model.pacemaker_release import newest_release, shown_release, version_numbers
from halint.schema_data import load

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from halint.model.cib import Cib


def is_from(cib: Cib, version: str) -> bool:
    """Whether the CIB is judged for this release or a later one; one that names none counts as the newest."""
    return not cib.version or cib.version >= version_numbers(version)


def is_known_from(cib: Cib, version: str) -> bool:
    """Whether the CIB is judged for this release or a later one, and somebody says so."""
    return bool(cib.version) and cib.version >= version_numbers(version)


def outlived(cib: Cib, last: str) -> bool:
    """Whether the CIB is judged for a release after this one, the last that knew a name, and somebody says so."""
    return cib.version > version_numbers(last)


def shown(cib: Cib) -> str:
    """The release as messages name it; the newest where the CIB names none."""
    return shown_release(cib.version or newest_release())


def table(name: str) -> Mapping[str, Mapping[str, Any]]:
    """One table of `schemas/cib-options.yaml`: name to its type, default, values and releases."""
    found: Mapping[str, Mapping[str, Any]] = load("cib-options")[name]
    return found


def removed(name: str) -> Mapping[str, Mapping[str, str]]:
    """The names of one table that are no more: each with the last release, and what took its place."""
    found: Mapping[str, Mapping[str, str]] = load("cib-options")["removed"][name]
    return found


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name that was probably meant, "" where none is near; underscores count as hyphens."""
    spelled = {k.replace("_", "-").lower(): k for k in known}
    found = get_close_matches(name.replace("_", "-").lower(), list(spelled), n=1, cutoff=0.75)
    return spelled[found[0]] if found else ""


def allowed(name: str, patterns: str) -> bool:
    """Whether one of the patterns, separated by blanks, matches a name; `*` stands for any text."""
    from fnmatch import fnmatchcase  # noqa: PLC0415 - only for names that are not known

    return any(fnmatchcase(name, pattern) for pattern in patterns.split())
