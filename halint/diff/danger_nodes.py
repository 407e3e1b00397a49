"""Nodes that the live cluster does not have, and states of nodes that a pushed status would make live."""

from __future__ import annotations

from collections.abc import Iterator

from halint.diff.change import Comparison
from halint.diff.danger_files import members, node_elements
from halint.diff.live_cluster import shown
from halint.diff.outcome import Danger
from halint.diff.status_facts import Transient, grave_transients
from halint.diff.wording import visible
from halint.model.properties import fencing_enabled, property_bool

_ACTS = {
    "standby": "its resources leave it",
    "maintenance": "nothing on it is monitored or recovered",
    "terminate": "the node is fenced",
}


def node_dangers(comparison: Comparison) -> Iterator[Danger]:
    """Entries of members that BEFORE lacks; none where BEFORE lists no node, as a live cluster adds its own.

    A remote node's entry alone is left in peace (measured with crm_simulate 2.1.5: neither unclean nor fenced).
    """
    before, after = comparison.before, comparison.after
    if members(before):
        known = node_elements(before)
        for name, node in members(after).items():
            if name not in known:
                message = _unknown(comparison, name)
                yield Danger(code="unknown-node", message=message, subject=name, at=after.mark(node, "uname"))
    for fact in grave_transients(before, after):
        yield _status(comparison, fact)


def _unknown(comparison: Comparison, name: str) -> str:
    after = comparison.after
    live = shown(comparison.before, "before.xml")
    lead = f"node {visible(name)} of {shown(after, 'after.xml')} is not in {live}: "
    if fencing_enabled(after.cib) is False:
        return f"{lead}the cluster takes it for a node that is offline"
    if property_bool(after.cib, "startup-fencing") is False:
        return f"{lead}with startup-fencing off the cluster takes it for a node that is cleanly offline"
    return f"{lead}its state is unknown to the cluster, which therefore fences it as soon as the push is through"


def _status(comparison: Comparison, fact: Transient) -> Danger:
    name = fact.name.partition("#")[0]
    if name.startswith("fail-count-"):
        resource = visible(name.removeprefix("fail-count-"))
        acts = f"failures of {resource} count again and may keep it off the node"
    else:
        acts = _ACTS[name]
    path, live = shown(comparison.after, "after.xml"), shown(comparison.before, "before.xml")
    message = (
        f"the status in {path} has {visible(fact.text)}, which {live} has not; pushed with the status it becomes live "
        f"and stays: {acts}"
    )
    at = comparison.after.mark(fact.pair, "value")
    return Danger(code="status-attribute", message=message, subject=fact.node, at=at, ways=("whole", "diff"))
