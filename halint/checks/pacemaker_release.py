"""The Pacemaker release a CIB belongs to, as far as it says so itself, and names as close as a typing error."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from halint.model.resolve_cib import version_numbers
from halint.schema_data import load

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from halint.model.cib import Cib

# Feature sets as the releases report them (`pacemakerd --features`): 3.16.1 is Debian's 2.1.5, 3.20.5 follows 3.0.2.
_FEATURE_SETS = (((3, 20, 5), (3, 0, 2)), ((3, 20), (3, 0, 0)), ((3, 16), (2, 1, 5)), ((3, 1), (2, 0, 0)))
_OLDEST = (1, 1, 0)


def release(cib: Cib) -> tuple[int, ...]:
    """The release by dc-version, else at least by crm_feature_set; () where the CIB names neither."""
    if cib.version or cib.at.element is None:
        return cib.version
    feature_set = version_numbers(cib.at.element.get("crm_feature_set"))
    if not feature_set:
        return ()
    return next((found for least, found in _FEATURE_SETS if feature_set >= least), _OLDEST)


def is_from(cib: Cib, version: str) -> bool:
    """Whether the cluster runs this release or a later one; a CIB that names none counts as the newest."""
    found = release(cib)
    return not found or found >= version_numbers(version)


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
