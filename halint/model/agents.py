"""What is known of resource agents: advised timeouts, roles, parameters that must differ, place in the start order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import field
from functools import cache
from typing import TYPE_CHECKING, Any

from halint.record import record
from halint.schema_data import load

if TYPE_CHECKING:
    from halint.model.cib import Agent, Resource

_SERVICE = 6
# systemd.unit(5): units that are no service
_NO_SERVICE = (".mount", ".automount", ".swap", ".target", ".socket", ".path", ".timer", ".slice")
_LAST = 7


@record
class AgentTraits:
    """Facts about one agent; `schemas/agents.yaml` says what each means and where it comes from.

    `rank` is the place in the usual start order (1 lock manager … 7 notice), None where the agent has none.
    `unique`, `unique_on_node` and `distinct` are groups of parameter names; `address` and what follows
    it name single parameters, "" where there is none.
    """

    name: str
    timeouts: Mapping[str, int] = field(default_factory=dict)
    rank: int | None = None
    promotable: bool = False
    only_promotable: bool = False
    needs_notify: bool = False
    usually_cloned: bool = False
    exclusive: bool = False
    migratable: bool = False
    monitor_optional: bool = False
    unique: tuple[tuple[str, ...], ...] = ()
    unique_on_node: tuple[tuple[str, ...], ...] = ()
    distinct: tuple[tuple[str, ...], ...] = ()
    defaults: Mapping[str, str] = field(default_factory=dict)
    address: str = ""
    cloud_address: str = ""
    source_address: str = ""
    device: str = ""
    directory: str = ""
    provides: str = ""
    volume_group: str = ""
    mapping: str = ""
    pool: str = ""
    target: str = ""
    drbd: str = ""
    paths: tuple[str, ...] = ()
    usual: tuple[str, ...] = ()

    def advised_timeout(self, action: str, role: str = "") -> int | None:
        """The advised timeout of an action in milliseconds, for a role (Promoted, Unpromoted) where that differs."""
        seconds = self.timeouts.get(f"{action}_{role.lower()}", self.timeouts.get(action))
        return None if seconds is None else seconds * 1000


_FLAGS = {
    "promote": "promotable",
    "only_promotable": "only_promotable",
    "notify": "needs_notify",
    "cloned": "usually_cloned",
    "exclusive": "exclusive",
    "migrate": "migratable",
    "no_monitor": "monitor_optional",
}
_GROUPS = ("unique", "unique_on_node", "distinct")
_LISTS = ("paths", "usual")


def traits(agent: Agent | None) -> AgentTraits | None:
    """The facts about an agent, None where the catalogue does not know it.

    Of systemd, lsb, service and upstart every type is known alike, nothing but start, stop and monitor, except for the
    usual places of some units' data.
    """
    if agent is None:
        return None
    own = _OWN.get().get(str(agent))
    return own or _traits(str(agent)) or (None if agent.standard == "ocf" else _traits(agent.standard))


_OWN: ContextVar[Mapping[str, AgentTraits]] = ContextVar("own agents", default={})  # noqa: B039 - never changed


@contextmanager
def own_agents(entries: Mapping[str, Mapping[str, Any]]) -> Iterator[None]:
    """While it lasts, agents of the user's own are known, too: entries by name as in `schemas/agents.yaml`.

    What an entry says of an agent that the catalogue knows takes the place of what that says.
    """
    known = load("agents") if entries else {}
    before = _OWN.set({name: _build(name, {**known.get(name, {}), **entry}) for name, entry in entries.items()})
    try:
        yield
    finally:
        _OWN.reset(before)


def rank(resource: Resource) -> int | None:
    """The place of a primitive in the usual start order; that of portblock and of units depends on what they do."""
    known = traits(resource.agent)
    if known is None or (resource.agent is not None and resource.agent.type.endswith(_NO_SERVICE)):
        return None
    if known.name == "ocf:heartbeat:portblock" and resource.parameter("action") == "unblock":
        return _LAST
    return known.rank


def is_service(resource: Resource) -> bool:
    """Whether a primitive is one of the services that storage and addresses are there for."""
    return rank(resource) == _SERVICE


@cache
def _traits(name: str) -> AgentTraits | None:
    entry = load("agents").get(name)
    return None if entry is None else _build(name, entry)


def _build(name: str, entry: Mapping[str, Any]) -> AgentTraits:
    values = {key: value for key, value in entry.items() if key not in ("flags", *_GROUPS, *_LISTS)}
    values |= {_FLAGS[flag]: True for flag in entry.get("flags", ())}
    values |= {key: tuple(tuple(group) for group in entry[key]) for key in _GROUPS if key in entry}
    values |= {key: tuple(entry[key]) for key in _LISTS if key in entry}
    return AgentTraits(name=name, **values)
