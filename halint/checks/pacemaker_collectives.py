"""Checks of groups, clones and bundles: settings that Pacemaker refuses or is about to drop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from halint.checks.pacemaker_release import is_from, is_known_from
from halint.engine.hit import Hit
from halint.model.values import parse_bool, parse_score
from halint.source import Mark

if TYPE_CHECKING:
    from collections.abc import Iterator

    from halint.model.cib import Cib, Container, Resource, Setting
    from halint.model.cib_tree import Element
    from halint.model.cluster import Cluster

_UNIQUE_CLASSES = frozenset({"ocf", "stonith"})
"""Classes whose agents can tell instances apart."""
_OLD_CLONE_NAMES = {"master-max": "promoted-max", "master-node-max": "promoted-node-max"}
_PROMOTABLE_SINCE = "2.0.0"


def _all(cib: Cib, kind: str) -> Iterator[Resource]:
    for outer in cib.resources:
        for resource in outer.walk():
            if resource.kind == kind:
                yield resource


def _from(setting: Setting) -> str:
    """Where the group has the setting from: itself, the clone around it, or rsc_defaults."""
    return {"own": "", "parent": "parent"}.get(setting.origin, "defaults")


def _count(setting: Setting) -> int:
    """A number of instances; INFINITY and other words are none, and count as 0 (measured, 2.1.5)."""
    value = setting.value or ""
    return (parse_score(value) or 0) if any(c.isdigit() for c in value) else 0


def group_flags(cluster: Cluster) -> Iterator[Hit]:
    """Groups whose members are not ordered or not placed together; a clone's `ordered` counts for its group too."""
    told: set[Element | None] = set()
    for group in _all(cluster.needed_cib(), "group"):
        for name in ("ordered", "collocated"):
            setting = group.meta.get(name)
            if setting is None or not setting.certain or parse_bool(setting.value) is not False:
                continue
            if setting.at.element in told:
                continue
            told.add(setting.at.element)
            values = {"id": group.id, "name": name, "value": setting.value, "clone": group.parent or ""}
            yield Hit(at=setting.at, subject=group.id, values=values, case=_from(setting))


def node_max_anonymous(cluster: Cluster) -> Iterator[Hit]:
    """Several instances of a clone on one node, of a clone whose instances cannot be told apart."""
    cib = cluster.needed_cib()
    for clone in _all(cib, "clone"):
        setting = clone.meta.get("clone-node-max")
        unique = clone.meta.get("globally-unique")
        if setting is None or not setting.certain or _count(setting) <= 1:
            continue
        # from 3.0 several instances on a node make a clone unique, unless it says no
        if (unique is None and is_from(cib, "3.0.0")) or (unique and not unique.certain):
            continue
        if unique is None or parse_bool(unique.value) is not True:
            values = {"id": clone.id, "value": setting.value}
            related = () if unique is None else ((unique.at, f"globally-unique is {unique.value}"),)
            yield Hit(
                at=setting.at, subject=clone.id, values=values, case="" if unique is None else "told", related=related
            )


def unique_unsupported(cluster: Cluster) -> Iterator[Hit]:
    """Globally unique instances of resources whose class knows no instances.

    It is the primitive's value in force that decides, its own before the clone's (crm_verify 2.1.5).
    """
    cib = cluster.needed_cib()
    for clone in _all(cib, "clone"):
        for resource in clone.walk():
            agent = resource.agent
            setting = None if agent is None or agent.standard in _UNIQUE_CLASSES else _uniqueness(cib, clone, resource)
            if setting is None or agent is None:
                continue
            values = {"id": clone.id, "resource": resource.id, "agent": agent, "standard": agent.standard}
            case = "implied" if setting.name != "globally-unique" else "own" if setting.origin != "parent" else ""
            related = ((resource.at, f"{resource.id} is {agent}"),)
            yield Hit(at=setting.at, subject=clone.id, values=values, case=case, related=related)
            break


def _uniqueness(cib: Cib, clone: Resource, resource: Resource) -> Setting | None:
    """What makes an instance globally unique: the meta-attribute, or from 3.0 several instances on a node."""
    setting = resource.meta.get("globally-unique")
    if setting is not None:
        return setting if setting.certain and parse_bool(setting.value) is True else None
    several = clone.meta.get("clone-node-max")
    if several is None or not several.certain or _count(several) <= 1:
        return None
    return several if is_from(cib, "3.0.0") else None


def old_clone_notation(cluster: Cluster) -> Iterator[Hit]:
    """The master element, and the older names of how many instances are promoted."""
    cib = cluster.needed_cib()
    if not is_from(cib, _PROMOTABLE_SINCE):
        return
    for clone in _all(cib, "clone"):
        old = [
            (clone.own_meta[name], new)
            for name, new in _OLD_CLONE_NAMES.items()
            if name in clone.own_meta and new not in clone.own_meta
        ]
        if clone.element == "master":
            related = tuple((s.at, f"{s.name}, now {new}") for s, new in old)
            yield Hit(at=clone.at, subject=clone.id, values={"id": clone.id}, case="master", related=related)
        elif old and clone.promotable is not False:
            for setting, new in old:
                values = {"id": clone.id, "name": setting.name, "new": new, "value": setting.value}
                case = "warned" if is_known_from(cib, "2.1.8") else ""
                yield Hit(at=setting.at, subject=clone.id, values=values, case=case)


def empty(cluster: Cluster) -> Iterator[Hit]:
    """Groups and clones with nothing in them."""
    cib = cluster.needed_cib()
    for kind in ("group", "clone"):
        for resource in _all(cib, kind):
            if not resource.members:
                yield Hit(at=resource.at, subject=resource.id, values={"id": resource.id, "kind": kind})


def _bundles(cluster: Cluster) -> Iterator[tuple[Resource, Container]]:
    for bundle in _all(cluster.needed_cib(), "bundle"):
        if bundle.container is not None:
            yield bundle, bundle.container


def no_container(cluster: Cluster) -> Iterator[Hit]:
    """Bundles without a container engine; of rkt, schema-upgrade-drops-construct tells."""
    for bundle in _all(cluster.needed_cib(), "bundle"):
        if bundle.container is None:
            yield Hit(at=bundle.at, subject=bundle.id, values={"id": bundle.id})


def not_accessible(cluster: Cluster) -> Iterator[Hit]:
    """Bundles with a resource inside that Pacemaker has no way to reach."""
    for bundle, container in _bundles(cluster):
        if bundle.members and not container.ip_range_start and not container.control_port:
            values = {"id": bundle.id, "resource": bundle.members[0].id}
            yield Hit(at=bundle.at, subject=bundle.id, values=values)


def bundle_option_invalid(cluster: Cluster) -> Iterator[Hit]:
    """Bundles whose replicas would share a port, and mappings that say only half of what they must."""
    for bundle, container in _bundles(cluster):
        several = (container.replicas_per_host or 1) > 1
        if several and container.control_port and not container.ip_range_start:
            values = {"id": bundle.id, "count": container.replicas_per_host}
            yield Hit(at=container.at.on("replicas-per-host"), subject=bundle.id, values=values, case="port")
        element = bundle.at.element
        for mapping in () if element is None else element.iter("port-mapping", "storage-mapping"):
            lacking = _lacking(mapping)
            if lacking:
                at = Mark(bundle.at.source, element=mapping)
                values = {"id": bundle.id, "mapping": mapping.get("id") or "", "lacking": lacking}
                yield Hit(at=at, subject=bundle.id, values=values, case=str(mapping.tag))


def _lacking(mapping: Element) -> str:
    if mapping.tag == "port-mapping":
        return "" if mapping.get("port") or mapping.get("range") else "port or range"
    if not mapping.get("target-dir"):
        return "target-dir"
    return "" if mapping.get("source-dir") or mapping.get("source-dir-root") else "source-dir or source-dir-root"
