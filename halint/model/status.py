"""What a status section records: the nodes' states, their transient attributes, and what was done with each resource.

The format of `node_state`, `lrm_resource` and `lrm_rsc_op` as Pacemaker 1.1 to 3.0 write it; the facts about digests
were measured on a live 2.1.5 cluster (a parameter named in `op-force-restart` restarts, any other reloads).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from halint.model.cib_tree import parse_written
from halint.model.values import parse_bool
from halint.record import record

if TYPE_CHECKING:
    from halint.model.cib_tree import Element


class Operation(NamedTuple):
    """One recorded operation. `interval` in milliseconds; `status` 0 is done, -1 pending, above 0 an execution error.

    `expected` is the result the cluster wanted, None where it is not recorded. `finished` is in seconds since 1970.
    `restarts` are the parameters whose change restarts the resource; None where the agent cannot reload.
    """

    task: str
    interval: int
    call: int
    status: int
    result: int
    expected: int | None
    finished: int
    restarts: frozenset[str] | None
    migrate_source: str
    migrate_target: str
    digest: str
    restart_digest: str


class History(NamedTuple):
    """What a node did with a resource, oldest first. `name` may carry an instance number."""

    name: str
    agent: tuple[str, str, str]
    container: str
    operations: tuple[Operation, ...]


@record
class NodeStatus:
    """One `node_state`. Texts are as written, "" where absent; `attributes` are the transient ones."""

    name: str
    id: str
    remote: bool
    in_ccm: str
    crmd: str
    join: str
    expected: str
    fenced: bool
    attributes: Mapping[str, str]
    histories: tuple[History, ...]


class Standing(NamedTuple):
    """What a node's state amounts to. `reason` says why it is `unclean`, where the cluster gives one."""

    online: bool = False
    pending: bool = False
    unclean: bool = False
    reason: str = ""


class TicketStatus(NamedTuple):
    """A ticket's state."""

    granted: bool
    standby: bool


@record
class Status:
    """A status section. `nodes` by name; `tickets` by id."""

    nodes: Mapping[str, NodeStatus]
    tickets: Mapping[str, TicketStatus]


def read_status(cib: Element) -> Status | None:
    """The status section of a `cib` element, None where it has none or an empty one."""
    if status_section(cib) is None:
        return None
    nodes: dict[str, NodeStatus] = {}
    for name, state in node_states(cib):
        nodes.setdefault(name, node_status(state, name, tuple(read_histories(state))))
    return Status(nodes=nodes, tickets=dict(ticket_states(cib)))


def status_section(cib: Element) -> Element | None:
    """The `status` element where it holds anything."""
    section = cib.find("status")
    return section if section is not None and len(section) else None


def node_states(cib: Element) -> Iterator[tuple[str, Element]]:
    """Every `node_state` in document order, with the node's name; its id where no name is known."""
    section = status_section(cib)
    if section is None:
        return
    known = {e.get("id"): e.get("uname") for e in cib.iterfind("configuration/nodes/node")}
    for state in section.iterchildren("node_state"):
        yield state.get("uname") or known.get(state.get("id")) or state.get("id") or "", state


def taken_at(cib: Element) -> float:
    """When a status was the truth, in seconds since 1970: `execution-date`, else when the CIB was written last."""
    given = number(cib.get("execution-date"), 0)
    if given:
        return float(given)
    written = parse_written(cib.get("cib-last-written"))
    return (written or datetime(2020, 1, 1, tzinfo=UTC)).timestamp()


def transient_pairs(state: Element) -> Iterator[Element]:
    """The nvpairs of a node's transient attributes."""
    return state.iterfind("transient_attributes/instance_attributes/nvpair")


def is_remote(state: Element) -> bool:
    """Whether the state is that of a remote or guest node."""
    return parse_bool(state.get("remote_node")) is True


def is_member(state: Element) -> bool:
    """Whether the node is in the membership: a boolean, since 2.1.7 the time of joining, 0 for one that is not."""
    return _holds(state.get("in_ccm"), "true")


def is_peer(state: Element) -> bool:
    """Whether Pacemaker runs there: the word, since 2.1.7 the time of coming online, 0 for offline."""
    return _holds(state.get("crmd"), "online")


def _holds(text: str | None, word: str) -> bool:
    text = text or ""
    return text == word or (word == "true" and parse_bool(text) is True) or number(text, 0) > 0


def node_status(state: Element, name: str, histories: tuple[History, ...] = ()) -> NodeStatus:
    """What one `node_state` says of the node of this name."""
    return NodeStatus(
        name=name,
        id=state.get("id") or "",
        remote=is_remote(state),
        in_ccm="" if state.get("in_ccm") is None else "true" if is_member(state) else "false",
        crmd="" if state.get("crmd") is None else "online" if is_peer(state) else "offline",
        join=state.get("join") or "",
        expected=state.get("expected") or "",
        fenced=state.get("node_fenced") not in (None, "0", "", "false"),
        attributes={p.get("name") or "": p.get("value") or "" for p in transient_pairs(state)},
        histories=histories,
    )


def standing(node: NodeStatus, attributes: Mapping[str, str], *, fencing: bool) -> Standing:
    """What a member's state amounts to, with fencing switched on or off; `attributes` are the permanent ones, too.

    Which combinations of `in_ccm`, `crmd`, `join` and `expected` mean what was measured with crm_simulate 2.1.5.
    """
    if fencing:
        return _with_fencing(node, attributes)
    member, peer = node.in_ccm == "true", node.crmd == "online"
    if member and peer:
        return Standing(online=node.join == "member")
    lost = member and node.expected == "member" and not is_shutting_down(attributes)
    return Standing(unclean=lost, reason=_GONE if lost else "")


_GONE = "pacemaker on the node is no longer there"


def is_shutting_down(attributes: Mapping[str, str]) -> bool:
    """Whether the node has asked to leave."""
    return number(attributes.get("shutdown"), 0) != 0


def _with_fencing(node: NodeStatus, attributes: Mapping[str, str]) -> Standing:
    member, peer = node.in_ccm == "true", node.crmd == "online"
    asked = attributes.get("terminate")
    terminate = parse_bool(asked) is True or number(asked, 0) > 0
    unclean = ""
    if is_shutting_down(attributes):
        return Standing(online=peer)
    if not node.in_ccm:
        unclean = "node has not been seen by the cluster"
    elif not terminate and node.expected in ("", "down"):
        return Standing(online=member, pending=member or peer)
    elif node.join == "nack":
        unclean = "node does not meet the membership criteria"
    elif terminate and node.join == "down" and not member and not peer:
        return Standing()
    elif not member:
        unclean = "node is no longer part of the cluster"
    elif not peer:
        unclean = _GONE
    elif terminate:
        unclean = "its fencing was asked for"
    return Standing(member, not unclean and node.join != "member", bool(unclean), unclean)


def read_histories(state: Element) -> Iterator[History]:
    """What one `node_state` records of resources."""
    return map(_history, state.iterfind("lrm/lrm_resources/lrm_resource"))


def _history(element: Element) -> History:
    operations = [_operation(op) for op in element.iterchildren("lrm_rsc_op")]
    # what is pending has no call number yet: it is the newest
    operations.sort(key=lambda op: (op.call < 0, op.call))
    return History(
        name=element.get("id") or "",
        agent=(element.get("class") or "", element.get("provider") or "", element.get("type") or ""),
        container=element.get("container") or "",
        operations=tuple(operations),
    )


def _operation(op: Element) -> Operation:
    forced = op.get("op-force-restart")
    key = (op.get("transition-key") or "").split(":")
    return Operation(
        task=op.get("operation") or "",
        interval=number(op.get("interval"), 0),
        call=number(op.get("call-id"), -1),
        status=number(op.get("op-status"), 0),
        result=number(op.get("rc-code"), -1),
        expected=number(key[2], -1) if len(key) == 4 else None,
        finished=number(op.get("last-rc-change"), 0),
        restarts=None if forced is None else frozenset(forced.split()),
        migrate_source=op.get("migrate_source") or "",
        migrate_target=op.get("migrate_target") or "",
        digest=op.get("op-digest") or "",
        restart_digest=op.get("op-restart-digest") or "",
    )


def ticket_states(cib: Element) -> Iterator[tuple[str, TicketStatus]]:
    """The tickets of a status section by name."""
    for ticket in cib.iterfind("status/tickets/ticket_state"):
        granted, standby = (parse_bool(ticket.get(name)) is True for name in ("granted", "standby"))
        yield ticket.get("id") or "", TicketStatus(granted, standby)


def number(text: str | None, default: int) -> int:
    """An integer as the cluster writes them, `default` for what is none."""
    try:
        return int(text or "")
    except ValueError:
        return default
