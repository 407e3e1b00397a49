"""Whether the cluster takes AFTER, way by way, what each way does without a word, and which one is right."""

from __future__ import annotations

from collections.abc import Mapping

from halint.diff.change import Comparison
from halint.diff.live_cluster import LiveCluster, counters
from halint.diff.outcome import Push, Remark
from halint.diff.push_commands import WAYS, commands, files, preparations
from halint.diff.push_hazards import Hazards
from halint.diff.push_refusals import Refusals
from halint.diff.side import Side
from halint.diff.status_facts import same_status
from halint.diff.wording import visible
from halint.schema.versions import known_versions

_CURED_BY_UPGRADE = frozenset({"schema-invalid"})


def pushes(comparison: Comparison, target: str = "") -> tuple[Push, ...]:
    """The ways whole, configuration and diff, in that order, with BEFORE as the live cluster.

    `target` is the Pacemaker version of the cluster where BEFORE's dc-version does not tell, "" otherwise.
    """
    live = LiveCluster(comparison.before, target)
    refusals = Refusals(live, comparison.after)
    against = {way: refusals.of(way) for way in WAYS}
    best = _recommended(comparison, against)
    hazards = Hazards(comparison, live)
    lines = commands(files(comparison))
    return tuple(
        Push(
            way=way,
            verdict="refused" if against[way] else "accepted",
            reasons=(
                *against[way],
                *_repairs(against, way, refusals, live),
                *(() if against[way] else _conditions(way, live, refusals)),
                *preparations(comparison, way),
            ),
            hazards=() if against[way] else hazards.of(way),
            command=lines[way][0],
            others=lines[way][1:],
            recommended=way == best,
        )
        for way in WAYS
    )


def _recommended(comparison: Comparison, against: Mapping[str, tuple[Remark, ...]]) -> str:
    """The accepted way that does the least besides; "" where all are refused."""
    if not against["configuration"]:
        return "configuration"
    order = ("diff", "whole") if same_status(comparison.before, comparison.after) else ("whole", "diff")
    if comparison.after.status is None:
        order = ("diff", "whole")
    if _switches_validation_off(comparison):
        return ""
    return next((way for way in order if not against[way]), "")


def _switches_validation_off(comparison: Comparison) -> bool:
    """Whether AFTER is taken only because no schema holds any more once it is there."""
    old, new = (side.root.get("validate-with") or "none" for side in (comparison.before, comparison.after))
    return new == "none" and old != "none"


def _repairs(
    against: Mapping[str, tuple[Remark, ...]], way: str, refusals: Refusals, live: LiveCluster
) -> tuple[Remark, ...]:
    """What must be repaired first: in the file where every way is refused, in the cluster where only this one is."""
    if way != "configuration" or not against[way]:
        return ()
    if all(against.values()):
        first = against[way][0].message
        return (
            Remark("repair-first", f"every way is refused until {refusals.path} is repaired, beginning with: {first}"),
        )
    if {remark.code for remark in against[way]} <= _CURED_BY_UPGRADE and _is_newer(refusals.after, live):
        return (Remark("upgrade-first", "after pcs cluster cib-upgrade has raised the live schema, this way may do"),)
    return ()


def _is_newer(after: Side, live: LiveCluster) -> bool:
    """Whether AFTER is of a schema that the live CIB could be raised to."""
    old, new = live.before.root.get("validate-with"), after.root.get("validate-with")
    known = known_versions()
    if new is None or new not in known or live.knows(new) is False:
        return False
    return old not in known or known.index(old) < known.index(new)


def _conditions(way: str, live: LiveCluster, refusals: Refusals) -> tuple[Remark, ...]:
    """On what the acceptance rests."""
    if way == "configuration":
        return (Remark("counters-ignored", "the counters of the file do not matter: only its configuration is taken"),)
    remarks = []
    own, theirs = counters(refusals.after), counters(live.before)
    if way == "whole" and own[:2] == theirs[:2]:
        message = (
            f"num_updates {own[2]} against {theirs[2]} at the same epoch {own[1]}: a live num_updates moves on with "
            "every change of state, and the file is refused once it is lower, unless its counters are raised"
        )
        remarks.append(Remark("num-updates-moves-on", message))
    root = refusals.after.root
    version = root.get("validate-with")
    if version is not None and live.knows(version) is None:
        message = f"{live.path} does not tell whether the cluster knows schema {visible(version)}"
        remarks.append(Remark("schema-not-certain", message))
    if root.get("crm_feature_set") and not live.feature_set:
        message = f"{live.path} has no crm_feature_set: a cluster older than that of {refusals.path} refuses it"
        remarks.append(Remark("feature-set-not-certain", message))
    return tuple(remarks)
