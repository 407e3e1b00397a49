"""Checks of what backups and collections of files are worth."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from halint.engine.hit import Hit
from halint.model.cluster import Cluster

_ZONES = timedelta(hours=26)
"""The most that the clocks of two time zones differ, which the names of the zones do not tell."""


def skew(cluster: Cluster, hours: int) -> Iterator[Hit]:
    """Nodes whose files were collected long after the first ones."""
    dated = sorted((one for one in cluster.collected if one.node), key=lambda one: (one.moment, one.node or ""))
    for one in dated[1:]:
        apart = one.moment - dated[0].moment
        if apart > max(timedelta(hours=hours), _ZONES):
            days = round(apart / timedelta(days=1))
            values = {"node": one.node, "first": dated[0].node, "days": days, "plural": "" if days == 1 else "s"}
            related = ((dated[0].at, f"those of {dated[0].node}"),)
            yield Hit(at=one.at, subject=one.node or "", values=values, related=related)
