"""What BEFORE's status records: the nodes' states, their transient attributes, and what was done with each resource.

The format of `node_state`, `lrm_resource` and `lrm_rsc_op` as Pacemaker 1.1 to 3.0 write it; the facts about digests
were measured on a live 2.1.5 cluster (a parameter named in `op-force-restart` restarts, any other reloads).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from halint.record import record

if TYPE_CHECKING:
    from halint.diff.side import Side
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


class TicketStatus(NamedTuple):
    """A ticket's state."""

    granted: bool
    standby: bool


@record
class Status:
    """A status section. `nodes` by name; `tickets` by id."""

    nodes: Mapping[str, NodeStatus]
    tickets: Mapping[str, TicketStatus]


def read_status(side: Side) -> Status | None:
    """The status section of a CIB, None where it has none."""
    root = side.status
    if root is None:
        return None
    known = {e.get("id"): e.get("uname") for e in side.root.iterfind("configuration/nodes/node")}
    nodes: dict[str, NodeStatus] = {}
    for element in root.iterchildren("node_state"):
        name = element.get("uname") or known.get(element.get("id")) or element.get("id") or ""
        nodes.setdefault(name, _node(element, name))
    return Status(nodes=nodes, tickets=dict(_tickets(root)))


def _node(element: Element, name: str) -> NodeStatus:
    pairs = element.iterfind("transient_attributes/instance_attributes/nvpair")
    attributes = {p.get("name") or "": p.get("value") or "" for p in pairs}
    return NodeStatus(
        name=name,
        id=element.get("id") or "",
        remote=element.get("remote_node") in ("true", "1"),
        in_ccm=_member(element.get("in_ccm")),
        crmd=_peer(element.get("crmd")),
        join=element.get("join") or "",
        expected=element.get("expected") or "",
        fenced=element.get("node_fenced") not in (None, "0", "", "false"),
        attributes=attributes,
        histories=tuple(_history(r) for r in element.iterfind("lrm/lrm_resources/lrm_resource")),
    )


def _member(text: str | None) -> str:
    """Since 2.1.7 the time of joining stands there, 0 for not a member."""
    return "" if text is None else "true" if text == "true" or (text.isdigit() and text != "0") else "false"


def _peer(text: str | None) -> str:
    """Since 2.1.7 the time of coming online stands there, 0 for offline."""
    return "" if text is None else "online" if text == "online" or (text.isdigit() and text != "0") else "offline"


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


def _tickets(root: Element) -> Iterator[tuple[str, TicketStatus]]:
    for ticket in root.iterfind("tickets/ticket_state"):
        granted = (ticket.get("granted") or "").lower() in ("true", "1", "yes", "on")
        standby = (ticket.get("standby") or "").lower() in ("true", "1", "yes", "on")
        yield ticket.get("id") or "", TicketStatus(granted, standby)


def number(text: str | None, default: int) -> int:
    """An integer as the cluster writes them, `default` for what is none."""
    try:
        return int(text or "")
    except ValueError:
        return default
