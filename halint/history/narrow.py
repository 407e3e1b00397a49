"""A part of a history: the steps since some time, or those that touch one object."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from halint.errors import HalintError
from halint.history.history import ClusterHistory, History, Step

_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_DURATION = re.compile(r"(\d{1,6}) *([mhdw])", re.IGNORECASE)


def parse_since(text: str, now: datetime) -> datetime:
    """`2026-03-01`, `2026-03-01 12:00`, or `90m`, `3h`, `2d`, `1w` before `now` (local time, no zone).

    Raises HalintError for anything else. A time with a zone becomes local time.
    """
    duration = _DURATION.fullmatch(text.strip())
    try:
        if duration:
            return now - timedelta(**{_UNITS[duration[2].lower()]: int(duration[1])})
        moment = datetime.fromisoformat(text.strip())
        return moment.astimezone().replace(tzinfo=None) if moment.tzinfo else moment
    except (ValueError, OverflowError):
        raise HalintError(
            f"--since {text}: is no date (2026-03-01), date and time ('2026-03-01 12:00') or duration (90m, 3h, 2d, 1w)"
        ) from None


def since(history: History, moment: datetime) -> History:
    """Only the steps from `moment` on. A step whose time is unknown is shown: it may be one of them."""

    def shown(step: Step) -> Step | None:
        when = step.after.when
        if when is None:
            return step
        local = when.astimezone().replace(tzinfo=None) if when.tzinfo else when
        return step if local >= moment else None

    return _narrowed(history, shown)


def touching(history: History, name: str) -> History:
    """Only the steps that touch the object, with the changes that do; under all names that it had."""
    clusters = []
    for cluster in history.clusters:
        names = _names(cluster, name)

        def shown(step: Step, names: frozenset[str] = names) -> Step | None:
            changes = tuple(told for told in step.changes if not names.isdisjoint(told.names))
            return replace(step, changes=changes) if changes else None

        clusters.append(_of_cluster(cluster, shown))
    return replace(history, clusters=tuple(clusters))


def _names(cluster: ClusterHistory, name: str) -> frozenset[str]:
    """The object's names before and after it was renamed."""
    renamed = [told.change for step in cluster.steps for told in step.changes if told.change.kind == "renamed"]
    names = {name}
    grown = True
    while grown:
        found = {n for c in renamed if names & {c.old_id, c.new_id} for n in (c.old_id, c.new_id) if n}
        grown = not found <= names
        names |= found
    return frozenset(names)


def _narrowed(history: History, shown: Callable[[Step], Step | None]) -> History:
    return replace(history, clusters=tuple(_of_cluster(cluster, shown) for cluster in history.clusters))


def _of_cluster(cluster: ClusterHistory, shown: Callable[[Step], Step | None]) -> ClusterHistory:
    kept = tuple(step for step in map(shown, cluster.steps) if step is not None)
    hidden = sum(bool(step.before) for step in cluster.steps) - sum(bool(step.before) for step in kept)
    return replace(cluster, steps=kept, hidden=cluster.hidden + hidden)
