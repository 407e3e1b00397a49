"""Checks of what is kept of the configuration: each node's CIB, and the files of the scheduler."""

from __future__ import annotations

from typing import TYPE_CHECKING

from halint.engine.hit import Hit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from halint.model.cluster import CibCopy, Cluster

# Pacemaker Explained: errors are kept without limit unless told otherwise
_SERIES = ("pe-input-series-max", "pe-error-series-max", "pe-warn-series-max")


def cib_differs(cluster: Cluster) -> Iterator[Hit]:
    """Copies older than the newest, or unlike one of the same version; num_updates alone does not count."""
    if not cluster.cib_copies:
        return
    newest = max(cluster.cib_copies, key=lambda copy: copy.version)
    for copy in cluster.cib_copies:
        if copy is newest or (copy.digest == newest.digest and copy.version[:2] == newest.version[:2]):
            continue
        case = "same" if copy.version[:2] == newest.version[:2] else "older"
        values = {"node": copy.node, "version": _told(copy), "newest": _told(newest), "reference": newest.node}
        related = ((newest.at, f"version {_told(newest)} on {newest.node}"),)
        yield Hit(at=copy.at, subject=copy.node, case=case, values=values, related=related)


def _told(copy: CibCopy) -> str:
    return ".".join(map(str, copy.version))


def series(cluster: Cluster) -> Iterator[Hit]:
    """Series of the scheduler's files that are off or without limit. Cases: none, unbounded."""
    for name in _SERIES:
        setting = cluster.cib.properties.get(name) if cluster.cib else None
        value = (setting.value or "").strip() if setting is not None and setting.certain else ""
        if setting is None or value not in ("0", "-1") or (value == "-1" and name == "pe-error-series-max"):
            continue
        case = "none" if value == "0" else "unbounded"
        yield Hit(at=setting.at, subject=name, case=case, values={"name": name, "value": value})
