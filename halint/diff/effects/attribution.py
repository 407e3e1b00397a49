"""Which change leads to which effect, as far as it can be told, and the reason in words.

What each kind of change does was measured on a live 2.1.5 cluster.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from halint.diff.effects.causes import fit
from halint.diff.effects.subjects import CONSTRAINTS, CONTAINERS, Subjects
from halint.diff.outcome import EFFECTS, Effect
from halint.model.status import read_status

if TYPE_CHECKING:
    from collections.abc import Iterable

    from halint.diff.change import Change, Comparison

NONE = (("none", True),)

_PARAMETER, _ITSELF = 4, 5

CLUSTER_WIDE = frozenset(
    {"maintenance-mode", "stop-all-resources", "symmetric-cluster", "no-quorum-policy", "stonith-enabled"}
    | {"fencing-enabled", "stop-orphan-resources", "stop-removed-resources", "placement-strategy"}
)
"""Properties that decide about every resource."""

SILENT_TYPES = frozenset(
    {"op_defaults", "tag", "fencing-level", "acl_role", "acl_target", "acl_user", "acl_group", "alert", "cib"}
)
"""Objects whose changes do nothing to what runs."""

SILENT_META = frozenset(
    {"migration-threshold", "failure-timeout", "allow-migrate", "notify", "interleave", "critical", "description"}
)
"""Meta-attributes whose change does nothing at once."""

Words = tuple[tuple[str, bool], ...]


class Attribution:
    """Answers for the changes of one comparison, given all effects."""

    def __init__(self, comparison: Comparison, effects: Iterable[Effect]) -> None:
        self._comparison = comparison
        self._new = [effect for effect in effects if not effect.pending]
        self._subjects = Subjects(comparison)
        self._changes: defaultdict[str, list[Change]] | None = None
        self._forced: dict[str, list[frozenset[str] | None]] = defaultdict(list)
        status = read_status(comparison.before.root)
        for node in status.nodes.values() if status is not None else ():
            for history in node.histories:
                restarts = [op.restarts for op in history.operations if op.task == "start"]
                self._forced[history.name.partition(":")[0]].extend(restarts)

    def of(self, change: Change) -> Words:
        """The words of a change's own effects, each with whether it is certain."""
        if silent(change):
            return NONE
        if change.type == "property":
            acts = change.id == "maintenance-mode" or self._new
            return (("cluster-wide", True),) if acts else NONE
        if change.type == "node":
            return _words(e for e in self._new if change.id in e.nodes)
        if change.type in ("rsc_defaults", "resources"):
            return _words(self._new)
        named = self._subjects.of(change)
        own = [e for e in self._new if e.subject in named]
        if change.path[:1] == ("instance_attributes",):
            return self._parameter(change, named, own)
        if change.type in CONSTRAINTS and not own:
            own = [e for e in self._new if e.chain and e.chain[0] in named]
        if change.type in CONSTRAINTS:
            own = [e for e in own if fit(change, e) >= self._best(e)]
        return _words(own)

    def _best(self, effect: Effect) -> int:
        """How well the best of the changed constraints explains an effect."""
        return max((fit(c, effect) for c in self._about(effect.subject) if c.type in CONSTRAINTS), default=0)

    def _about(self, name: str) -> tuple[Change, ...]:
        """The changes that are about a resource."""
        if self._changes is None:
            self._changes = defaultdict(list)
            for change in self._comparison.changes:
                for subject in self._subjects.of(change):
                    self._changes[subject].append(change)
        return tuple(self._changes.get(name, ()))

    def _parameter(self, change: Change, named: set[str], own: list[Effect]) -> Words:
        own = [e for e in own if e.action in ("restart", "reload", "move", "stop")]
        restarts = [r for name in named for r in self._forced.get(name, ())]
        forced = any(r is None or change.path[-1] in r for r in restarts)
        if any(e.action == "restart" for e in own) and not forced:
            return (("reload", True),)
        return _words(own)

    def reasons(self, effects: Iterable[Effect]) -> tuple[Effect, ...]:
        """The effects, with the change named as the reason where it is about the resource itself."""
        return tuple(replace(e, reason=self._reason(e)) if self._is_own(e) else e for e in effects)

    def _is_own(self, effect: Effect) -> bool:
        return not effect.pending and len(effect.chain) <= 1 and bool(self._reason(effect))

    def _reason(self, effect: Effect) -> str:
        """The clause of the change that explains the effect best."""
        ranked = [
            (-_rank(change, effect), i) for i, change in enumerate(self._about(effect.subject)) if _clause(change)
        ]
        return _clause(self._about(effect.subject)[min(ranked)[1]]) if ranked else ""


def silent(change: Change) -> bool:
    """Whether nothing happens at once, wherever resources run."""
    head = change.path[0] if change.path else ""
    if head in ("operations", "description") or change.type in SILENT_TYPES:
        return True
    if head == "meta_attributes":
        return change.path[-1] in SILENT_META
    return change.type == "property" and change.id not in CLUSTER_WIDE


def _words(effects: Iterable[Effect]) -> Words:
    found: dict[str, bool] = {}
    for effect in effects:
        found[effect.action] = found.get(effect.action, True) and effect.certain
    return tuple(sorted(found.items(), key=lambda pair: EFFECTS.index(pair[0]))) or NONE


def _rank(change: Change, effect: Effect) -> int:
    """How well a change explains an effect: a constraint by where it leads, all else but parameters before it."""
    if change.type in CONSTRAINTS:
        return fit(change, effect)
    if change.path[:1] == ("instance_attributes",):
        return _PARAMETER if effect.action in ("restart", "reload", "stop") else 0
    return _ITSELF


def _clause(change: Change) -> str:
    head = change.path[0] if change.path else ""
    if change.type in CONSTRAINTS:
        kind = "changed" if change.path else change.kind
        return f"constraint {change.id} {_VERBS.get(kind, 'changes')}"
    if head == "instance_attributes":
        return f"its parameter {change.path[-1]} changes"
    if head == "meta_attributes" and change.path[-1] not in SILENT_META:
        return f"{change.path[-1]} {'is removed' if change.after is None else f'becomes {change.after}'}"
    if head == "agent":
        return "its agent changes"
    if change.path or change.type not in ("primitive", *CONTAINERS):
        return ""
    subject = "it" if change.type == "primitive" else f"{change.type} {change.id}"
    return f"{subject} {_VERBS.get(change.kind, f'is {change.kind}')}"


_VERBS = {"added": "is new", "removed": "is removed"}
