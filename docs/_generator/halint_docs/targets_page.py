"""The page of the releases that a configuration can be judged for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from halint.parse.corosync_release import TARGETS, shown_release
from halint.schema_data import load
from halint_docs.markup import code, escaped, front, table

_INTRODUCTION = """
`--target PROGRAM=VERSION`, and `targets` in the configuration, say which release has to take the files. Without it a
CIB is judged for the Pacemaker that it names itself, and a corosync.conf for corosync 3.1. How to use it before an
upgrade tells the [guide](../guides/upgrade-checks.md).
"""


def targets_page() -> str:
    """The page."""
    about = "The releases of Pacemaker, corosync and distributions that halint judges for"
    tables = load("releases")
    lines = [*front("Targets", about), "# Targets", "", _INTRODUCTION.strip(), "", "## Pacemaker", ""]
    lines += [*_pacemaker(tables["pacemaker"]), "## corosync", "", *_corosync()]
    for name, versions in tables["distributions"].items():
        for version, told in versions.items():
            lines += [f"## {escaped(told['title'])}", "", *_distribution(f"{name}={version}", told)]
    return "\n".join(lines)


def _pacemaker(told: Mapping[str, Any]) -> Iterator[str]:
    yield from ("A line of releases stands for its last one; a release of its own can be named, too.", "")
    rows = [(code(f"pacemaker={line}"), escaped(str(last))) for line, last in told["lines"].items()]
    yield from (*table(("target", "judged as"), rows), "")
    yield from ("The feature set that a CIB carries tells the oldest release that can have written it:", "")
    sets = [(code(str(name)), escaped(str(release))) for name, release in told["feature-sets"].items()]
    yield from (*table(("crm_feature_set", "from release"), sets), "")
    schemas = [(code(f"pacemaker-{name}"), escaped(str(v))) for name, v in load("cib-structure")["schemas"].items()]
    yield from ("The releases that brought the schemas of the CIB:", "")
    yield from (*table(("validate-with", "from release"), schemas), "")


def _corosync() -> Iterator[str]:
    rows = [(code(f"corosync={name}"), escaped(shown_release(release))) for name, release in TARGETS.items()]
    yield from (*table(("target", "judged as"), rows), "")


def _distribution(target: str, told: Mapping[str, Any]) -> Iterator[str]:
    releases = " and ".join(f"{name} {version}" for name, version in told["releases"].items())
    yield from (f"{code(f'--target {target}')} stands for {escaped(releases)}, and names what is gone:", "")
    rows = [
        (kind, code(name), code(after) if after else "")
        for key, kind in (("agents", "agent"), ("filesystems", "file system"))
        for name, after in told.get(key, {}).items()
    ]
    rows += [("class", code(name), "") for name in told.get("classes", ())]
    rows += [("transport of corosync", code(name), "") for name in told.get("transports", ())]
    yield from (*table(("what", "name", "in its place"), rows), "")
