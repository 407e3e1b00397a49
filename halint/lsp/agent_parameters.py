"""The parameters of resource agents, as far as the table of agents names them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from halint.lsp.options import Option
from halint.schema_data import load

_ROLES = {
    "address": "the address that the agent puts on an interface",
    "cloud_address": "the address that the agent moves in the provider's network",
    "source_address": "the source address that the agent sets",
    "device": "the device that the agent works on",
    "directory": "where the agent mounts",
    "provides": "the device that the agent makes available",
    "volume_group": "the volume group that the agent activates",
    "mapping": "the name below /dev/mapper that the agent makes available",
    "pool": "the ZFS pool that the agent imports",
    "target": "the iSCSI target that the agent logs in to",
    "drbd": "the DRBD resource that the agent manages",
}
"""What the table's keys for single parameters mean; those for several come below."""


def agent_parameters(agent: str) -> tuple[Option, ...]:
    """The parameters of an agent, "ocf:heartbeat:IPaddr2"; () where the table names none."""
    return tuple(_parameters(agent).values())


def agent_parameter(agent: str, name: str) -> Option | None:
    """One parameter; None where the table does not name it."""
    return _parameters(agent).get(name)


@cache
def _parameters(agent: str) -> dict[str, Option]:
    entry = load("agents").get(agent) or {}
    defaults: Mapping[str, str] = entry.get("defaults", {})
    place = f"parameter of {agent}"
    return {
        name: Option(name=name, place=place, type="", default=str(defaults.get(name, "")), facts=tuple(said))
        for name, said in _facts(entry, defaults).items()
    }


def _facts(entry: Mapping[str, Any], defaults: Mapping[str, str]) -> dict[str, list[str]]:
    """Each parameter that an agent's entry names, with what it says of it."""
    facts: dict[str, list[str]] = {}
    for role, meaning in _ROLES.items():
        if entry.get(role):
            facts.setdefault(entry[role], []).append(meaning)
    for name in entry.get("paths", ()):
        facts.setdefault(name, []).append("a file or folder that the agent needs")
    for key, where in (("unique", "in the cluster"), ("unique_on_node", "on one node")):
        for group in entry.get(key, ()):
            _told_unique(facts, group, where)
    for one, other in entry.get("distinct", ()):
        said = f"no two resources of the agent on one node may share it, unless they share {other}"
        facts.setdefault(one, []).append(said)
        facts.setdefault(other, [])
    for name in defaults:
        facts.setdefault(name, [])
    return facts


def _told_unique(facts: dict[str, list[str]], group: list[str], where: str) -> None:
    for name in group:
        others = [other for other in group if other != name]
        together = f" together with {', '.join(others)}" if others else ""
        facts.setdefault(name, []).append(f"no two resources of the agent {where} may have the same{together}")
