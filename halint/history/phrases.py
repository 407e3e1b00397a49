"""The words that every output of a history uses: who, when, which CIB, what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from halint.diff.wording import visible
from halint.history.entry import Entry, Gap
from halint.history.history import ClusterHistory, History, Step
from halint.listing import listed

UNKNOWN = "unknown"


def when(moment: datetime | None) -> str:
    """`2026-03-01 12:00:03`, with the zone where it has one; "unknown" without a date."""
    if moment is None:
        return UNKNOWN
    return moment.strftime("%Y-%m-%d %H:%M:%S %z").rstrip().rjust(19, "0")


def who(entry: Entry) -> str:
    """Who changed the configuration last: `root via cibadmin on node1`; what the CIB does not say is left out."""
    words = visible(entry.user) or UNKNOWN
    if entry.client:
        words += f" via {visible(entry.client)}"
    return f"{words} on {visible(entry.origin)}" if entry.origin else words


def author(entry: Entry) -> str:
    """Who stands for a step: the commit's author in git, else who wrote the CIB."""
    return (visible(entry.commit.author) or UNKNOWN) if entry.commit else who(entry)


def names(cluster: ClusterHistory) -> dict[Entry, str]:
    """What each CIB is called: the file's name, its path where several have that name; the commit in git."""
    entries = [entry for step in cluster.steps for entry in (step.before, step.after) if entry is not None]
    short = {entry: entry.name for entry in entries}
    paths: dict[str, set[str]] = {}
    for entry, name in short.items():
        paths.setdefault(name, set()).add(entry.path)
    return {
        entry: visible(name if entry.commit or len(paths[name]) == 1 else entry.path) for entry, name in short.items()
    }


def title(cluster: ClusterHistory) -> str:
    """`cluster web (ha1, ha2)`."""
    name = f"cluster {visible(cluster.name)}" if cluster.name else "cluster without a name"
    shown = listed(map(visible, cluster.nodes), last=", ", most=8)
    return f"{name} ({shown})" if shown else f"{name} (no nodes)"


def between(quiet: int, missing: Sequence[Gap], remarks: Sequence[str], *, last: bool = False) -> list[str]:
    """What lies between two steps, a sentence each: `epochs 41 to 44 are not here`. `last`: after the last."""
    lines = []
    if quiet:
        place = "after the last step" if last else "before it"
        lines.append(f"{plural(quiet, 'CIB')} {place} with no change in meaning")
    if missing:
        lines.append(f"{ranges(missing)} not here")
    return lines + [visible(remark) for remark in remarks]


def of_step(step: Step) -> list[str]:
    """What lies between a step and the one before. With epochs missing, the author is that of the last change only."""
    lines = between(step.quiet, step.missing, step.remarks)
    gap = step.missing[-1] if step.missing else None
    if gap is not None and (gap.admin_epoch, gap.last + 1) == step.after.version[:2] and not step.after.commit:
        at = next(i for i, text in enumerate(lines) if text.endswith(" not here"))
        writes = plural(gap.last - gap.first + 2, "write")
        lines[at] += f": {writes} made these changes, the author is that of the last"
    return lines


def ranges(missing: Sequence[Gap]) -> str:
    """`epoch 41 is`, `epochs 41 to 44 and 46 are`; with admin_epoch, `epochs 0.41 and 1.3 are`, where it changes."""
    several = len({gap.admin_epoch for gap in missing}) > 1
    parts = [_range(gap, several=several) for gap in missing]
    if len(parts) > 4:
        parts = [*parts[:3], f"{len(parts) - 3} more ranges"]
    listed = " and ".join((", ".join(parts[:-1]), parts[-1])) if len(parts) > 1 else parts[0]
    one = len(missing) == 1 and missing[0].first == missing[0].last
    return f"epoch {listed} is" if one else f"epochs {listed} are"


def _range(gap: Gap, *, several: bool) -> str:
    first, last = (f"{gap.admin_epoch}.{epoch}" if several else str(epoch) for epoch in (gap.first, gap.last))
    return first if first == last else f"{first} to {last}"


def closing(history: History) -> str:
    """The counts: `3 steps with 7 changes in 12 CIBs; 2 duplicates left out`."""
    steps = [step for cluster in history.clusters for step in cluster.steps if step.before]
    changes = sum(len(step.changes) for step in steps)
    cibs = sum(cluster.cibs for cluster in history.clusters)
    text = f"{plural(len(steps), 'step')} with {plural(changes, 'change')} in {plural(cibs, 'CIB')}"
    if len(history.clusters) > 1:
        text += f" of {plural(len(history.clusters), 'cluster')}"
    hidden = sum(cluster.hidden for cluster in history.clusters)
    duplicates = sum(cluster.duplicates for cluster in history.clusters)
    if hidden:
        text += f"; {plural(hidden, 'other step')} not shown"
    if duplicates:
        text += f"; {plural(duplicates, 'duplicate')} left out"
    if history.unreadable:
        text += f"; {len(history.unreadable)} could not be read"
    return text


def nothing(history: History) -> str:
    """The sentence for a history without a step; "" where there are steps."""
    if not history.clusters:
        return "no CIB found"
    if any(step.before for cluster in history.clusters for step in cluster.steps):
        return ""
    hidden = sum(cluster.hidden for cluster in history.clusters)
    if hidden:
        return f"no such step; {plural(hidden, 'other step')} not shown"
    cibs = sum(cluster.cibs for cluster in history.clusters)
    if cibs == len(history.clusters):
        return "one CIB and nothing to compare it with" if cibs == 1 else "one CIB of each cluster, nothing to compare"
    return f"{plural(cibs, 'CIB')}, all of the same meaning"


def plural(number: int, noun: str) -> str:
    """`1 change`, `3 changes`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
