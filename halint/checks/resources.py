"""Checks of resources: management, stickiness, parameters that two resources must not share."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from halint.engine.hit import Hit
from halint.listing import listed
from halint.model.agents import AgentTraits, traits
from halint.model.relations import Relations
from halint.model.values import parse_bool, parse_score

if TYPE_CHECKING:
    from collections.abc import Iterator

    from halint.model.cib import Cib, Resource, Setting, Settings
    from halint.model.cluster import Cluster


def unmanaged(cluster: Cluster) -> Iterator[Hit]:
    """Places where resources are taken out of the cluster's hands: the element that says so, or rsc_defaults."""
    cib = cluster.cib
    if cib is None:
        return
    for resource in (*cib.templates, *cib.by_id.values()):
        for setting in _taken_out(resource.own_meta):
            if setting.origin == "template":
                continue
            kind = resource.element
            values = {"id": resource.id, "kind": kind, "name": setting.name, "value": setting.value}
            case = "template" if kind == "template" else setting.name
            yield Hit(at=setting.at, subject=resource.id, values=values, case=case)
    for setting in _taken_out(cib.rsc_defaults):
        values = {"id": "rsc_defaults", "name": setting.name, "value": setting.value}
        yield Hit(at=setting.at, subject="rsc_defaults", values=values, case="defaults")


def _taken_out(meta: Settings) -> Iterator[Setting]:
    for name, bad in (("is-managed", False), ("maintenance", True)):
        setting = meta.get(name)
        if setting is not None and setting.certain and parse_bool(setting.value) is bad:
            yield setting


def stickiness_missing(cluster: Cluster) -> Iterator[Hit]:
    """One hit for all resources that run on one node at a time and that nothing keeps where they are."""
    cib = cluster.cib
    if cib is None or len(cib.nodes) == 1 or _spread(cib):
        return
    default = cib.rsc_defaults.get("resource-stickiness")
    loose = [r for r in cib.resources if r.kind in ("primitive", "group") and _stateful(r) and _loose(r)]
    if not loose or (default is not None and not default.certain):
        return
    values = {"resources": listed([r.id for r in loose])}
    at = loose[0].at if default is None else default.at
    yield Hit(at=at, subject="rsc_defaults", values=values, case="unset" if default is None else "zero")


def _spread(cib: Cib) -> bool:
    """Whether resources are meant to move to where there is room, or a default of Pacemaker 1.1 holds them."""
    strategy = cib.properties.get("placement-strategy")
    if strategy is not None and strategy.value not in (None, "default"):
        return True
    old = cib.properties.get("default-resource-stickiness")
    return old is not None and parse_score(old.value) not in (None, 0)


def _stateful(resource: Resource) -> bool:
    """Whether moving it interrupts something: neither a fence device nor an anchor, connection or notice."""
    for inner in resource.walk():
        if inner.kind != "primitive" or inner.agent is None or inner.agent.standard == "stonith":
            continue
        known = traits(inner.agent)
        if known is None or known.rank is not None or inner.agent.standard != "ocf":
            return True
    return False


def _loose(resource: Resource) -> bool:
    """Whether no stickiness holds it: none of the group's, or of its own, and none set on purpose."""
    members = resource.members or (resource,)
    if any("resource-stickiness" in r.own_meta for r in (resource, *members)):
        return False
    settings = [m.meta.get("resource-stickiness") for m in members]
    return all(s is None or (s.certain and parse_score(s.value) == 0) for s in settings)


class _Share(NamedTuple):
    """A resource with its values of one group of parameters."""

    resource: Resource
    known: AgentTraits
    group: tuple[str, ...]
    values: tuple[str | None, ...]

    def text(self) -> str:
        """The shared values; what is unset by all stands for the agent's default."""
        pairs = zip(self.group, self.values, strict=True)
        shown = [f"{name}={value}" for name, value in pairs if value]
        return ", ".join(shown) or f"the default of {self.group[0]}"


def parameter_duplicate(cluster: Cluster) -> Iterator[Hit]:
    """Resources of one agent with the same value of a parameter that only one of them may have."""
    cib = cluster.cib
    if cib is None:
        return
    shares: dict[tuple[object, ...], list[_Share]] = defaultdict(list)
    for resource in cib.primitives():
        for share, scope in _shares(cib, resource):
            shares[share.known.name, share.group, share.values, scope].append(share)
    relations = Relations(cib)
    for same in shares.values():
        clash = [s for s in same if any(_clash(relations, s, other) for other in same if other is not s)]
        if clash:
            yield _duplicate(clash)


def _shares(cib: Cib, resource: Resource) -> Iterator[tuple[_Share, str]]:
    """The values of each group of parameters, as far as they are certain, with where they must differ."""
    known = traits(resource.agent)
    if known is None or resource.meta_value("target-role") == "Stopped":
        return
    for group in (*known.unique, *known.unique_on_node, *known.distinct):
        outer = cib.clone_of(resource)
        on_node = group not in known.unique
        if on_node and outer is not None and outer.kind == "bundle":
            continue
        names = group[:1] if group in known.distinct else group
        values = tuple(_value(resource, known, name) for name in names)
        certain = all(name not in resource.parameters or resource.parameters[name].certain for name in group)
        if values[0] is not None and certain:
            yield _Share(resource, known, group[: len(names)], values), group[-1] if group in known.distinct else ""


def _value(resource: Resource, known: AgentTraits, name: str) -> str | None:
    """A value in one form: unset is its default ("" where only the agent knows it), paths without closing slash."""
    value = resource.parameter(name)
    if value is None:
        return known.defaults.get(name)
    stripped = value.strip()
    return stripped.rstrip("/") or stripped if stripped.startswith("/") else stripped


def _clash(relations: Relations, one: _Share, other: _Share) -> bool:
    unless = next((pair[1] for pair in one.known.distinct if pair[:1] == one.group), None)
    if unless and _value(one.resource, one.known, unless) == _value(other.resource, other.known, unless):
        return False
    return not relations.apart(one.resource, other.resource)


def _duplicate(clash: list[_Share]) -> Hit:
    second = clash[1]
    values = {
        "resources": listed([s.resource.id for s in clash]),
        "agent": second.resource.agent,
        "shared": second.text(),
        "id": second.resource.id,
        "parameter": second.group[0],
    }
    related = tuple((_at(s).at, f"{s.resource.id} has {s.text()}") for s in clash if s is not second)
    case = "" if any(second.values) else "default"
    return Hit(at=_at(second).at, subject=second.resource.id, values=values, case=case, related=related)


def _at(share: _Share) -> Setting | Resource:
    return next((share.resource.parameters[n] for n in share.group if n in share.resource.parameters), share.resource)
