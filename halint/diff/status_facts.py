"""What a status section carries that would become live: transient node attributes, tickets, history of nodes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from halint.diff.side import Side
from halint.model.cib_tree import Element
from halint.model.status import is_member, is_remote, node_states, ticket_states, transient_pairs
from halint.model.values import parse_bool

GRAVE = ("fail-count-", "standby", "maintenance", "terminate")
"""Transient attributes that move, stop or fence: full names, a prefix where it ends with a dash."""


class Transient(NamedTuple):
    """One transient attribute of a node, with its nvpair."""

    node: str
    name: str
    value: str
    pair: Element

    @property
    def text(self) -> str:
        """As people read it: `fail-count-web=INFINITY on ha1`."""
        return f"{self.name.partition('#')[0]}={self.value} on {self.node}"

    @property
    def grave(self) -> bool:
        """Whether it moves or stops resources, stops monitoring, or fences."""
        if self.name.startswith("fail-count-"):
            return self.value not in ("", "0")
        return self.name in GRAVE and parse_bool(self.value) is True


def transients(side: Side) -> Mapping[tuple[str, str], Transient]:
    """The transient attributes in a status section, by node and name."""
    found = {}
    for node, state in node_states(side.root):
        for pair in transient_pairs(state):
            name = pair.get("name") or ""
            found[node, name] = Transient(node, name, pair.get("value") or "", pair)
    return found


def grave_transients(before: Side, after: Side) -> tuple[Transient, ...]:
    """What AFTER's status would bring that BEFORE's does not have, and that acts at once."""
    own = transients(before)
    return tuple(
        fact
        for key, fact in transients(after).items()
        if fact.grave and (key not in own or own[key].value != fact.value)
    )


def tickets(side: Side) -> Mapping[str, bool]:
    """Tickets in a status section, with whether each is granted."""
    return {name: state.granted for name, state in ticket_states(side.root)}


def history_of_offline(before: Side, after: Side) -> tuple[str, ...]:
    """Nodes that BEFORE does not show online and whose resource history AFTER changes: nothing refreshes it."""
    live = dict(node_states(before.root))
    if not any(map(_is_online, live.values())):
        return ()
    return tuple(
        name
        for name, state in node_states(after.root)
        if state.find(".//lrm_rsc_op") is not None
        and (name not in live or not (_is_online(live[name]) or _frozen(live[name]) == _frozen(state)))
    )


def running(side: Side) -> frozenset[str]:
    """Ids of primitives with a history in the status section, which may run."""
    status = side.status
    found = () if status is None else status.iter("lrm_resource")
    return frozenset(element.get("id") or "" for element in found)


def same_status(one: Side, other: Side) -> bool:
    """Whether two status sections are equal as XML, apart from the order of attributes and white space."""
    return _frozen(one.root.find("status")) == _frozen(other.root.find("status"))


def _frozen(element: Element | None) -> object:
    if element is None:
        return None
    return element.tag, frozenset((str(k), str(v)) for k, v in element.items()), tuple(map(_frozen, element))


def _is_online(state: Element) -> bool:
    return is_member(state) or is_remote(state)
