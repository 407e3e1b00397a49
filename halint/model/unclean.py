"""Which nodes a cluster takes for lost: by their own state, and by what is recorded of the resources there.

What makes a node unclean was measured with crm_verify 2.1.5 on the scheduler's own tests, and on some thousand
variations of them: other states, other results, other properties.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from halint.model.histories import Answers, Expiry, Found, found, settled
from halint.model.properties import fencing_enabled, property_bool, property_value
from halint.model.status import Standing, node_states, node_status, read_histories, standing, taken_at, ticket_states
from halint.model.values import parse_bool, parse_duration_ms
from halint.record import record

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from halint.model.cib import Cib, CibNode, Resource
    from halint.model.cib_tree import Element
    from halint.model.status import History, NodeStatus

_OF_REPLICA = re.compile(r"(.+?)(?:-(?:docker|podman|rkt|ip-.+))?-[0-9]+")
"""The names that a bundle gives to what it makes for each replica, the guest node's among them."""


@record
class Unclean:
    """A node that is taken for lost. `state` is its entry in the status, None where it has none.

    `reason` is a clause. `online`: it is in the membership, so that a partition without quorum can fence it too.
    """

    node: str
    state: Element | None
    online: bool
    reason: str


class _Node(NamedTuple):
    """A node as its own state has it."""

    name: str
    state: Element | None
    online: bool
    reason: str = ""
    maintenance: bool = False
    remote: bool = False


class _Recorded(NamedTuple):
    """What a node's history of a resource comes to; `managed` says whether the cluster looks after it there."""

    name: str
    managed: bool
    found: Found


def unclean_nodes(cib: Cib) -> Iterator[Unclean]:
    """Every unclean member and remote node, members first; none where a rule decides whether nodes are fenced.

    Guest nodes are none of them: the cluster makes sure of these by recovering the resource that hosts them.
    """
    fencing, root = fencing_enabled(cib), cib.at.element
    if fencing is None or root is None:
        return
    reading = _Reading(cib, root, fencing=fencing)
    for node in reading.nodes():
        if node.reason:
            yield Unclean(node=node.name, state=node.state, online=node.online, reason=node.reason)


class _Reading:
    """One status, read by the light of one configuration."""

    def __init__(self, cib: Cib, root: Element, *, fencing: bool) -> None:
        self._cib = cib
        self._fencing = fencing
        self._now = taken_at(root)
        self._states: dict[str, Element] = {}
        for name, state in node_states(root):
            if state.get("id"):  # one without is ignored
                self._states.setdefault(name, state)
        self._guests = {str(s.value): r for r in cib.primitives() if (s := r.own_meta.get("remote-node")) and s.value}
        self._panics = fencing and _panics(cib, root)
        granted = {name for name, ticket in ticket_states(root) if ticket.granted}
        self._revoked = [t for t in cib.tickets if fencing and t.loss_policy == "fence" and t.ticket not in granted]

    def nodes(self) -> Iterator[_Node]:
        """All members and remote nodes, with why they are unclean."""
        members = [self._member(node) for node in self._cib.nodes if node.kind == "member" and node.uname]
        recorded = {node.name: list(self._recorded(node)) for node in members}
        remotes = [self._remote(name, members, recorded) for name in self._remote_names()]
        for node in members:
            yield node._replace(reason=node.reason or self._reason(node, recorded[node.name]))
        for node in remotes:
            yield node._replace(reason=node.reason or self._reason(node, list(self._recorded(node))))

    # --- the nodes by themselves

    def _member(self, node: CibNode) -> _Node:
        state = self._states.get(node.uname)
        status = None if state is None else node_status(state, node.uname)
        attributes = {name: setting.value for name, setting in node.attributes.items() if setting.value is not None}
        attributes |= {} if status is None else status.attributes
        own = self._standing(status, attributes)
        maintenance = parse_bool(attributes.get("maintenance")) is True
        return _Node(node.uname, state, own.online, own.reason if own.unclean else "", maintenance)

    def _standing(self, status: NodeStatus | None, attributes: Mapping[str, str]) -> Standing:
        if status is not None:
            return standing(status, attributes, fencing=self._fencing)
        unseen = self._fencing and property_bool(self._cib, "startup-fencing") is True
        return Standing(unclean=unseen, reason="the cluster has not seen it yet")

    def _remote_names(self) -> list[str]:
        """Remote nodes, by their entries and by the resources that connect them."""
        named = [node.uname for node in self._cib.nodes if node.kind == "remote"]
        named += [resource.id for resource in self._cib.primitives() if _connects(resource)]
        return [name for name in dict.fromkeys(named) if name and not self._is_guest(name)]

    def _is_guest(self, name: str) -> bool:
        if name in self._guests:
            return True
        bundle, _, replica = name.rpartition("-")
        owner = self._cib.by_id.get(bundle)
        return owner is not None and owner.kind == "bundle" and replica.isdigit() and name not in self._cib.by_id

    def _remote(self, name: str, members: list[_Node], recorded: Mapping[str, list[_Recorded]]) -> _Node:
        """A remote node is online where its connection runs and has not failed."""
        seen = [(node, one.found) for node in members for one in recorded[node.name] if one.name == name]
        runs = any(state.role != "Stopped" for _, state in seen)
        failures = [state for node, state in seen if state.answer not in ("", "ignore") and not node.reason]
        lost = self._fencing and any(f.answer == "reset-remote" and f.role != "Stopped" for f in failures)
        state = self._states.get(name)
        if state is not None and node_status(state, name).fenced:
            lost = False
        reason = "the connection to it failed" if lost else ""
        return _Node(name, state, runs and not failures, reason, remote=True)

    # --- what is recorded there

    def _recorded(self, node: _Node) -> Iterator[_Recorded]:
        if node.state is None or not (node.online or self._fencing):
            return
        for history in read_histories(node.state):
            name = history.name.partition(":")[0]
            owner = self._owner(name)
            own = owner if owner is not None and owner.id == name else None
            timeout = _failure_timeout(own, history)
            managed = self._manages(owner) and not node.maintenance
            contained, remote = self._is_contained(name, own), own is not None and _connects(own)
            answers = Answers(own, fencing=self._fencing, contained=contained, remote=remote)
            state = found(history.operations, answers, Expiry(timeout, self._now), managed=managed)
            target = self._states.get(state.migrating)
            there = () if target is None else (h for h in read_histories(target) if h.name == history.name)
            yield _Recorded(name, managed, settled(state, there, known=target is not None))

    def _is_contained(self, name: str, own: Resource | None) -> bool:
        """Whether a resource, or a connection to a guest node, runs in a container."""
        return self._is_guest(name) if own is None else bool(own.meta_value("container"))

    def _owner(self, name: str) -> Resource | None:
        """The configured resource that one of this name is or belongs to."""
        replica = _OF_REPLICA.fullmatch(name)
        bundle = self._cib.by_id.get(replica[1]) if replica else None
        other = bundle if bundle is not None and bundle.kind == "bundle" else None
        return self._cib.by_id.get(name) or self._guests.get(name) or other

    def _reason(self, node: _Node, recorded: list[_Recorded]) -> str:
        if self._panics and node.online and not node.remote:
            return "its partition has no quorum, for which the policy is suicide"
        for one in recorded:
            active = one.found.role != "Stopped"
            if active and self._fencing and not node.online and one.managed:
                return f"{one.name} may run there still"
            if one.found.answer == "fence":
                return f"the {one.found.failed_task} of {one.name} failed there"
        return next(filter(None, (self._ticket_lost(one) for one in recorded)), "")

    def _ticket_lost(self, one: _Recorded) -> str:
        """Why a resource that runs without its ticket has the node fenced."""
        resource = self._cib.by_id.get(one.name)
        if not self._revoked or resource is None or one.found.role == "Stopped":
            return ""
        names = {resource.id, *(outer.id for outer in self._cib.ancestors(resource))}
        for ticket in self._revoked:
            if names.intersection(ticket.resources) and ticket.role in ("", "Started", one.found.role):
                return f"{one.name} runs there without its ticket {ticket.ticket}"
        return ""

    def _manages(self, resource: Resource | None) -> bool:
        """Whether the cluster looks after a resource; None is one that the configuration has no more."""
        if property_bool(self._cib, "maintenance-mode") is True:
            return False
        if resource is None:
            managed = self._cib.rsc_defaults.get("is-managed")
            kept = property_bool(self._cib, "stop-orphan-resources") is False
            return not kept and (managed is None or parse_bool(managed.value) is not False)
        return is_managed(resource)


def is_managed(resource: Resource) -> bool:
    """Whether a resource's own settings leave it to the cluster."""
    managed = resource.meta_value("is-managed")  # what is no boolean acts as false
    if managed is not None and parse_bool(managed) is not True:
        return False
    return parse_bool(resource.meta_value("maintenance")) is not True


def _failure_timeout(resource: Resource | None, history: History) -> int | None:
    """The time in ms after which failures are forgotten; none once an operation failed that blocks the resource."""
    if resource is None:
        return None
    blocks = {(op.name, op.interval or 0) for op in resource.operations if op.on_fail.lower() == "block"}
    failed = any((op.task, op.interval) in blocks and op.result != op.expected for op in history.operations)
    return None if failed else parse_duration_ms(resource.meta_value("failure-timeout"))


def _connects(resource: Resource) -> bool:
    agent = resource.agent
    return agent is not None and (agent.standard, agent.provider, agent.type) == ("ocf", "pacemaker", "remote")


def _panics(cib: Cib, root: Element) -> bool:
    """Whether the members of a partition that lost its quorum are to kill themselves."""
    policy = (property_value(cib, "no-quorum-policy") or "").lower()
    lost = parse_bool(root.get("have-quorum")) is not True and parse_bool(root.get("no-quorum-panic")) is True
    return policy == "suicide" and lost
