"""What a comparison of two CIBs says: changes, and what was left out because it means nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from halint.record import record
from halint.source import Mark

if TYPE_CHECKING:
    from halint.diff.side import Side

KINDS = ("added", "removed", "changed", "moved", "renamed", "reordered")
RISKS = ("high", "medium", "low")


@record
class Change:
    """One difference in meaning between BEFORE and AFTER.

    `kind` says what became of the object `type` `id`: added, removed, changed, moved (into, out of or between
    groups, clones and bundles), renamed, reordered. `type` is primitive, group, clone, bundle, template, rsc_location,
    rsc_colocation, rsc_order, rsc_ticket, property, rsc_defaults, op_defaults, node, tag, fencing-level, acl_role,
    acl_target, acl_user, acl_group, alert, resources (the order of the outermost resources), or cib (attributes of
    the cib element). `id` is the object's id in BEFORE, in AFTER where it is only there; of a node its uname, of a
    property or a default its name as written. A property, and each name in rsc_defaults and op_defaults, is an object.

    `path` leads to what is different inside the object, () where it is the object itself. The first part names the
    block as the CIB does: ("instance_attributes", "ip"), ("meta_attributes", "target-role"), ("utilization", "cpu"),
    ("operations", "monitor 10s", "timeout"), ("operations", "monitor 10s") for an operation that comes or goes,
    ("agent",), ("description",), ("members",), ("score",), ("rule",), ("devices",), ("container", "image"), ….
    `name` is what a reader calls the last part. `before` and `after` are the values as written, secrets masked;
    None where there is none on that side. Of an added, removed, moved, renamed or reordered object they describe it in
    a few words: its agent, the container it is in, its id, its members in order.

    `raw_before` and `raw_after` are the true values where `secret` is set; no output shows them unless asked.
    `old_id` and `new_id` differ for a renamed object only; both are "" where the object is not on that side.
    `members` are ids of resources that the change takes with it: of a container that comes or goes with all that is
    in it, all of these; of a group that is added around resources that were there before, or whose removal leaves
    them alone, or that is split or merged, those resources.
    """

    kind: str
    type: str
    id: str
    path: tuple[str, ...] = ()
    name: str = ""
    before: str | None = None
    after: str | None = None
    secret: bool = False
    raw_before: str | None = None
    raw_after: str | None = None
    old_id: str = ""
    new_id: str = ""
    members: tuple[str, ...] = ()
    before_at: Mark | None = None
    after_at: Mark | None = None

    @property
    def whole(self) -> bool:
        """Whether the object as such came, went, moved, or was renamed or put in another order."""
        return not self.path


class Noise(NamedTuple):
    """A difference without meaning: of which sort, of what, and what it is, in words."""

    sort: str
    subject: str
    text: str


@record
class Comparison:
    """BEFORE and AFTER, what changed in meaning, in a stable order, and what did not.

    `renamed` maps the ids of resources in BEFORE to their new ids in AFTER.
    """

    before: Side
    after: Side
    changes: tuple[Change, ...]
    noise: tuple[Noise, ...] = ()
    renamed: Mapping[str, str]
