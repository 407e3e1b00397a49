"""What `halint log` says: clusters, their steps, and the changes of each step."""

from __future__ import annotations

from halint.diff.change import Change
from halint.history.collect import Left
from halint.history.entry import Entry, Gap
from halint.record import record


@record
class Told:
    """One change of a step: without marks and true values, so that it holds no tree, with its line and its risk.

    `names` are the objects that it touches: its own, the resources a constraint names, what is in a group or holds it.
    """

    change: Change
    line: str
    risk: str
    names: frozenset[str] = frozenset()


@record
class Step:
    """From one CIB to the next that differs in meaning; `before` is None for the CIB that the history begins with.

    `quiet` counts the CIBs between that differ in nothing that matters. `missing` are epochs of which there is
    no CIB. `remarks` are sentences on what is out of the ordinary.
    `changes` are sorted, the highest risk first; () for the first CIB.
    """

    before: Entry | None
    after: Entry
    changes: tuple[Told, ...] = ()
    quiet: int = 0
    missing: tuple[Gap, ...] = ()
    remarks: tuple[str, ...] = ()


@record
class ClusterHistory:
    """The history of one cluster, the oldest step first.

    `name` is "" where no CIB has a cluster-name. `cibs` counts the CIBs compared, `duplicates` those left out.
    `quiet`, `missing` and `remarks` are what came after the last step, as in a step. `hidden` counts the steps
    that were not asked for.
    """

    name: str
    nodes: tuple[str, ...]
    steps: tuple[Step, ...]
    cibs: int
    duplicates: int = 0
    quiet: int = 0
    missing: tuple[Gap, ...] = ()
    remarks: tuple[str, ...] = ()
    hidden: int = 0


@record
class History:
    """All that `halint log` found. `skipped` is no CIB; `unreadable` should be one and could not be read or compared.

    `objects` are the names of all objects in the CIBs. `git` tells a history of commits.
    """

    clusters: tuple[ClusterHistory, ...]
    skipped: tuple[Left, ...] = ()
    unreadable: tuple[Left, ...] = ()
    objects: frozenset[str] = frozenset()
    git: bool = False
