"""What the model works on: nodes, and resources down to their instances, with what is decided about them on the way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from halint.model.cib import INFINITY, Resource

if TYPE_CHECKING:
    from collections.abc import Mapping

Scores = dict[str, int]
"""Node name to score; a node that is missing is not allowed."""

RANK = {"Stopped": 0, "Started": 1, "Unpromoted": 2, "Promoted": 3}


def add_scores(one: int, other: int) -> int:
    """A sum of scores; minus INFINITY beats all, INFINITY all else."""
    if one <= -INFINITY or other <= -INFINITY:
        return -INFINITY
    if one >= INFINITY or other >= INFINITY:
        return INFINITY
    return max(-INFINITY, min(INFINITY, one + other))


@dataclass(slots=True, eq=False, kw_only=True)
class Node:
    """A node, as BEFORE's status and the configuration make it. `connection` is the resource behind a remote one."""

    name: str
    id: str
    kind: str = "member"
    online: bool = False
    unclean: bool = False
    standby: bool = False
    maintenance: bool = False
    shutdown: bool = False
    pending: bool = False
    unseen: bool = True
    attributes: dict[str, str] = field(default_factory=dict)
    capacity: dict[str, int] = field(default_factory=dict)
    promotions: dict[str, int] = field(default_factory=dict)
    """Promotion scores by resource, with and without the instance number."""
    connection: str = ""
    is_dc: bool = False
    count: int = 0
    reason: str = ""

    @property
    def available(self) -> bool:
        """Whether anything may start here."""
        return self.online and not (self.shutdown or self.unclean or self.standby or self.maintenance or self.pending)


@dataclass(slots=True, eq=False, kw_only=True)
class Colocation:
    """`dependent` is placed by `primary`; roles are "" for any."""

    id: str
    dependent: Item
    primary: Item
    score: int
    role: str = ""
    primary_role: str = ""
    attribute: str = "#uname"
    influence: bool = True


@dataclass(slots=True, eq=False, kw_only=True)
class Item:
    """A resource or one instance of it. `id` is the id in the configuration, `name` may carry an instance number.

    `kind` is primitive, group, clone or bundle. What is decided: `node`, `next_role`; then the actions as flags.
    """

    id: str
    name: str
    kind: str
    resource: Resource | None = None
    parent: Item | None = None
    children: list[Item] = field(default_factory=list)
    allowed: Scores = field(default_factory=dict)
    running: list[str] = field(default_factory=list)
    role: str = "Stopped"
    target: str = ""
    managed: bool = True
    maintenance: bool = False
    blocked: bool = False
    failed: bool = False
    orphan: bool = False
    pending: str = ""
    unique: bool = False
    promotable: bool = False
    interleave: bool = False
    fencing: bool = False
    remote: bool = False
    critical: bool = True
    stickiness: int = 0
    priority: int = 0
    promotion: int = 0
    order: int = 0
    this_with: list[Colocation] = field(default_factory=list)
    with_this: list[Colocation] = field(default_factory=list)
    exclusive: set[str] = field(default_factory=set)
    no_promotion: bool = False
    utilization: dict[str, int] = field(default_factory=dict)
    implied: str = ""
    """Of what a bundle or guest node brings along: the item it is part of."""
    provisional: bool = True
    allocating: bool = False
    merging: bool = False
    node: str | None = None
    next_role: str = ""
    stop: bool = False
    start: bool = False
    restart: bool = False
    reload: bool = False
    promote: bool = False
    demote: bool = False
    runnable: bool = True
    promotable_now: bool = True
    held: bool = False
    why: str = ""
    chain: tuple[str, ...] = ()
    migratable: bool = False

    def leaves(self) -> Iterator[Item]:
        """The primitives and instances in it."""
        if not self.children:
            if self.kind == "primitive":
                yield self
            return
        for child in self.children:
            yield from child.leaves()

    def around(self) -> Iterator[Item]:
        """The enclosing items, innermost first."""
        outer = self.parent
        while outer is not None:
            yield outer
            outer = outer.parent

    @property
    def clone(self) -> Item | None:
        """The clone or bundle it is or is in."""
        if self.kind in ("clone", "bundle"):
            return self
        return next((o for o in self.around() if o.kind in ("clone", "bundle")), None)

    @property
    def place(self) -> str | None:
        """The node it is on now, the first where it is on several; of a group, its first active member's."""
        if self.kind == "primitive":
            return self.running[0] if self.running else None
        return next((leaf.running[0] for leaf in self.leaves() if leaf.running), None)

    @property
    def decided(self) -> str | None:
        """The node it is assigned to; of a group the first member's that has one."""
        if self.kind == "primitive":
            return self.node
        return next((leaf.node for leaf in self.leaves() if leaf.node), None)


@dataclass(slots=True, eq=False, kw_only=True)
class Options:
    """The cluster properties that matter."""

    fencing: bool = True
    symmetric: bool = True
    stop_all: bool = False
    maintenance: bool = False
    quorum: bool = True
    no_quorum: str = "stop"
    stop_orphans: bool = True
    start_failure_fatal: bool = True
    startup_fencing: bool = True
    placement: str = "default"
    no_device: bool = False
    """Fencing is on and there is no fence device: nothing starts, and nothing stops in order to start again."""
    orphans_managed: bool = True
    legacy: bool = False
    """Whether fail-counts are of the form before feature set 3.0.13."""
    now: float = 0.0


@dataclass(slots=True, eq=False, kw_only=True)
class World:
    """A configuration and a status, ready to be scheduled. `items` are the outermost ones, orphans included."""

    options: Options
    nodes: Mapping[str, Node]
    items: list[Item]
    by_id: dict[str, Item]
    leaves: list[Item] = field(default_factory=list)
    colocations: list[Colocation] = field(default_factory=list)
    fenced: dict[str, str] = field(default_factory=dict)
    uncertain: set[str] = field(default_factory=set)
    guests: list[tuple[Item, Item]] = field(default_factory=list)
    """Resources that are guest nodes, each with the connection into it."""
    promotions: dict[str, list[Scores]] = field(default_factory=dict)
    """Of each clone: what constraints on the promoted role give the nodes."""
