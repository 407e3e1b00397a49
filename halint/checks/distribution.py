"""Checks for a release of a distribution: agents, classes, filesystems and transports that it no longer has."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from halint.checks.cib_upgrade import dropped
from halint.engine.hit import Hit
from halint.listing import listed
from halint.schema.versions import known_versions, newer

if TYPE_CHECKING:
    from halint.model.cib import Agent, Resource
    from halint.model.cluster import Cluster
    from halint.model.distribution import Distribution
    from halint.source import Mark

_FILESYSTEM = "ocf:heartbeat:Filesystem"
_INIT_CLASSES = ("lsb", "service")
_SHOWN = 4
"""So many blockers are named in the message; the places name all."""


class _Use(NamedTuple):
    """A primitive with its agent."""

    resource: Resource
    agent: Agent

    @property
    def is_o2cb(self) -> bool:
        """Whether it is the cluster stack of OCFS2, which goes with the filesystem."""
        return self.agent.type == "o2cb"

    def __str__(self) -> str:
        return f"{self.resource.id} ({self.agent})"


def fence_agents(cluster: Cluster) -> Iterator[Hit]:
    """Fence devices whose agent the distribution no longer has."""
    return _agents(cluster, fencing=True)


def resource_agents(cluster: Cluster) -> Iterator[Hit]:
    """Resources whose agent the distribution no longer has, all but fence devices."""
    return _agents(cluster, fencing=False)


def _agents(cluster: Cluster, *, fencing: bool) -> Iterator[Hit]:
    target = cluster.distribution
    for use in _uses(cluster):
        if target is None or (use.agent.standard == "stonith") is not fencing or use.is_o2cb:
            continue
        instead = target.agents.get(str(use.agent))
        if instead is not None:
            values = {"id": use.resource.id, "agent": use.agent, "title": target.title, "instead": instead}
            yield Hit(at=_at(use, "type"), subject=use.resource.id, values=values, case="instead" if instead else "")


def init_classes(cluster: Cluster) -> Iterator[Hit]:
    """Resources that an init script may run: a remark, but where the distribution no longer has the class."""
    target = cluster.distribution
    for use in _uses(cluster):
        if use.agent.standard in _INIT_CLASSES:
            gone = target is not None and use.agent.standard in target.classes
            values = {
                "id": use.resource.id,
                "agent": use.agent,
                "class": use.agent.standard,
                "title": target.title if target is not None else "",
            }
            yield Hit(at=_at(use, "class"), subject=use.resource.id, values=values, case="gone" if gone else "")


def oracle_filesystem(cluster: Cluster) -> Iterator[Hit]:
    """OCFS2, and the cluster stack under it, where the distribution no longer has it."""
    target = cluster.distribution
    for use in _uses(cluster):
        if target is None or "ocfs2" not in target.filesystems or not (use.is_o2cb or _filesystem(use) == "ocfs2"):
            continue
        values = {"id": use.resource.id, "title": target.title}
        case = "stack" if use.is_o2cb else ""
        yield Hit(at=_at(use, "type"), subject=use.resource.id, values=values, case=case)


def blockers(cluster: Cluster) -> Iterator[Hit]:
    """All that keeps a cluster from a release of a distribution, in one hit with the places."""
    target = cluster.distribution
    if target is None:
        return
    found = dict.fromkeys((*_of_resources(cluster, target), *_of_cib(cluster), *_of_corosync(cluster, target)))
    if not found:
        return
    names = [text for _, text in found]
    values = {"title": target.title, "what": listed(names, last=", ", most=_SHOWN)}
    (first, _), *_ = found
    yield Hit(at=first, subject="cluster", values=values, related=tuple(found))


def _of_resources(cluster: Cluster, target: Distribution) -> Iterator[tuple[Mark, str]]:
    for use in _uses(cluster):
        if str(use.agent) in target.agents or use.is_o2cb:
            yield _at(use, "type"), f"agent of {use}"
        elif use.agent.standard in target.classes:
            yield _at(use, "class"), f"class of {use}"
        elif _filesystem(use) in target.filesystems:
            yield _at(use, "type"), f"{_filesystem(use)} of {use.resource.id}"


def _of_cib(cluster: Cluster) -> Iterator[tuple[Mark, str]]:
    """What Pacemaker 3 deletes, but for the classes of resources and for names without much effect; old schemas."""
    cib = cluster.needed_cib()
    words = {"rkt": "rkt of {}", "moon": "moon in {}", "lifetime": "lifetime of {}", "level": "index of {}"}
    for hit in dropped(cluster):
        text = words.get(hit.case.partition("-")[0])
        if text is not None:
            yield hit.at, text.format(hit.subject)
    if cib.validate_with in known_versions() and newer("2.0", cib.validate_with):
        yield cib.at.on("validate-with"), f"schema {cib.validate_with}"


def _of_corosync(cluster: Cluster, target: Distribution) -> Iterator[tuple[Mark, str]]:
    corosync = cluster.corosync
    if corosync is None:
        return
    transport = corosync.value("totem.transport")
    if transport in target.transports:
        yield corosync.place("totem.transport"), f"transport {transport}"
    if corosync.value("totem.rrp_mode") in ("active", "passive"):
        yield corosync.place("totem.rrp_mode"), "rings of corosync 2 (rrp_mode)"


def _uses(cluster: Cluster) -> Iterator[_Use]:
    for resource in cluster.needed_cib().primitives():
        if resource.agent is not None:
            yield _Use(resource, resource.agent)


def _filesystem(use: _Use) -> str:
    return (use.resource.parameter("fstype") or "") if str(use.agent) == _FILESYSTEM else ""


def _at(use: _Use, attribute: str) -> Mark:
    return use.resource.at.on(attribute)
