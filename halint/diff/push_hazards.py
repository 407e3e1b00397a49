"""What an accepted push overwrites, drops or brings back without a word.

Measured on a live cluster of two nodes, Pacemaker 2.1.5 and crmsh 4.4.1.
"""

from __future__ import annotations

from collections.abc import Iterator

from halint.diff.change import Comparison
from halint.diff.live_cluster import LiveCluster, counters, shown
from halint.diff.outcome import Remark
from halint.diff.side import Side
from halint.diff.status_facts import (
    grave_transients,
    history_of_offline,
    running,
    same_status,
    tickets,
)
from halint.diff.wording import visible
from halint.listing import listed

_SHOWN = 4
_CARRIED = ("validate-with", "remote-tls-port", "remote-clear-port", "no-quorum-panic")


class Hazards:
    """The hazards of pushing AFTER into a live cluster."""

    def __init__(self, comparison: Comparison, live: LiveCluster) -> None:
        self.live = live
        self.before: Side = comparison.before
        self.after: Side = comparison.after
        self.path = shown(self.after, "after.xml")

    def of(self, way: str) -> tuple[Remark, ...]:
        """The hazards of one way."""
        parts = [self._changes_since(), self._nodes()]
        if way == "configuration":
            parts += [self._left_behind(), self._crmsh()]
        else:
            parts += [self._status(way), self._feature_set(), self._schema()]
        return tuple(remark for part in parts for remark in part)

    def _changes_since(self) -> Iterator[Remark]:
        own, live = counters(self.after), counters(self.before)
        if min(own[:2]) < 0 or own[:2] >= live[:2]:
            return
        steps = f"epoch {own[1]} to {live[1]}" if own[0] == live[0] else f"admin_epoch {own[0]} to {live[0]}"
        root = self.before.root
        who = root.get("update-user")
        client, when = root.get("update-client"), root.get("cib-last-written")
        last = " ".join(
            part
            for part in (
                f"by {visible(who)}" if who else "",
                f"through {visible(client)}" if client else "",
                f"on {visible(when)}" if when else "",
            )
            if part
        )
        tail = f"; the last one {last}" if last else ""
        yield Remark("undoes-live-changes", f"undoes what was changed since {self.path} was taken ({steps}){tail}")

    def _nodes(self) -> Iterator[Remark]:
        own, live = _nodes(self.after), _nodes(self.before)
        added = sorted(set(own) - set(live))
        dropped = sorted(set(live) - set(own))
        if self.after.configuration is None:
            return
        if added:
            yield Remark("adds-nodes", f"adds {_entries(added)}, which {self.live.path} does not have")
        if dropped:
            message = f"drops {_entries(dropped)}; members come back without attributes and utilization"
            yield Remark("drops-nodes", message)

    def _status(self, way: str) -> Iterator[Remark]:
        yield from self._tickets()
        if same_status(self.before, self.after):
            return
        facts = [visible(fact.text) for fact in grave_transients(self.before, self.after)]
        if facts:
            yield Remark(
                "status-attributes", f"makes node attributes from the status of {self.path} live: {_some(facts)}"
            )
        offline = history_of_offline(self.before, self.after)
        if offline:
            message = (
                f"brings back the resource history of {_some([visible(n) for n in offline])} from {self.path}; "
                "a node that is not online does not correct it"
            )
            yield Remark("status-history", message)
        if way == "diff":
            message = f"applies what differs in the status sections too; leave the status out of {self.path} and of "
            yield Remark("status-differs", f"{message}{self.live.path} before they are compared")
        elif self.after.status is not None:
            written = self.after.root.get("cib-last-written")
            date = f" of {visible(written)}" if written else ""
            message = f"puts the status of {self.path}{date} in place of the live one; every node joins again"
            yield Remark("status-replaced", message)

    def _tickets(self) -> Iterator[Remark]:
        own, live = tickets(self.after), tickets(self.before)
        lost = sorted(name for name, granted in live.items() if granted and not own.get(name))
        gained = sorted(name for name, granted in own.items() if granted and not live.get(name))
        if lost:
            yield Remark("revokes-tickets", f"drops the granted ticket {_some(lost)}, which its resources lose then")
        if gained:
            yield Remark("grants-tickets", f"grants the ticket {_some(gained)} as it was when {self.path} was taken")

    def _feature_set(self) -> Iterator[Remark]:
        own, live = self.after.root.get("crm_feature_set"), self.live.feature_set
        if live and own != live:
            what = f"feature set {visible(own)}" if own else "no feature set"
            yield Remark("feature-set-back", f"writes {what} over the live {visible(live)} until a DC is elected anew")

    def _schema(self) -> Iterator[Remark]:
        own, live = self.after.root.get("validate-with"), self.live.schema
        if own != live and live is not None:
            message = f"changes the schema of the live CIB from {visible(live)} to {visible(own or 'none')}"
            yield Remark("schema-changes", message)

    def _left_behind(self) -> Iterator[Remark]:
        own, live = self.after.root, self.before.root
        names = [name for name in _CARRIED if own.get(name) is not None and own.get(name) != live.get(name)]
        if names:
            values = ", ".join(f"{name} {visible(own.get(name) or '')}" for name in names)
            yield Remark("cib-attributes-stay", f"leaves out what stands on the cib element: {values}")

    def _crmsh(self) -> Iterator[Remark]:
        alive = running(self.before) & set(self.before.resources) if self.before.status is not None else None
        if alive is None:
            alive = frozenset(self.before.resources)
        if alive:
            message = (
                "crm configure load replace deletes no running resource: it says that the erase was aborted, goes on "
                f"as an update that leaves in place what {self.path} lacks, and exits 0"
            )
            yield Remark("crmsh-no-erase", message)
        head = self.after.file.source.text[:200].lstrip("\ufeff")
        if head.startswith("<?xml") and "encoding" in head.partition("?>")[0]:
            message = (
                f"crm configure load xml fails on the encoding in the XML declaration of {self.path}; remove that line"
            )
            yield Remark("crmsh-encoding", message)


def _nodes(side: Side) -> dict[str, str]:
    return {visible(e.get("uname") or ""): e.get("id") or "" for e in side.tree.section("nodes") if e.tag == "node"}


def _some(names: list[str] | tuple[str, ...]) -> str:
    return listed(names, last=", ", most=_SHOWN)


def _entries(names: list[str]) -> str:
    return f"the node entr{'y' if len(names) == 1 else 'ies'} {_some(names)}"
