"""Checks of what systemd starts at boot: the cluster's own daemons, and what the cluster is to start itself."""

from __future__ import annotations

from dataclasses import replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, NamedTuple

from halint.checks.names import is_outsider
from halint.engine.hit import Hit
from halint.listing import listed
from halint.schema_data import load

if TYPE_CHECKING:
    from collections.abc import Iterator

    from halint.model.cib import Cib, Resource
    from halint.model.cluster import Cluster
    from halint.model.host import Unit, Units

# systemctl(1), is-enabled: only these two start a unit at boot by themselves
_STARTS = ("enabled", "enabled-runtime")
# systemd.socket(5), systemd.timer(5), systemd.path(5): units that start the service of their name
_ACTIVATORS = (".socket", ".timer", ".path")
_OFF = ("disabled", "indirect")
_CLASSES = frozenset(("systemd", "service", "lsb"))


class _Boot(NamedTuple):
    """A unit that starts a resource's service outside the cluster; `case` is direct, activated or template."""

    unit: Unit
    case: str


def where(units: Units) -> str:
    """Where a list of units counts, after "is enabled"."""
    return f"on {units.node}" if units.node else "on every node"


def node_unit_lists(cluster: Cluster) -> list[Units]:
    """As `unit_lists`, without hosts that are none of the nodes."""
    return [u for u in unit_lists(cluster) if u.node is None or not is_outsider(cluster, u.node)]


def unit_lists(cluster: Cluster) -> list[Units]:
    """What is known of each node's units; a listing and a tree of links of one node together, the links first."""
    lists: dict[object, Units] = {}
    for units in sorted(cluster.units, key=lambda u: not u.complete):
        whose = units.node or units.source.path
        lists[whose] = _joined(lists[whose], units) if whose in lists else units
    return list(lists.values())


def _joined(one: Units, other: Units) -> Units:
    return replace(
        one,
        units={**one.units, **other.units},
        complete=any(u.complete and not u.selection for u in (one, other)),
        selection=one.selection and other.selection,
        drop_ins=(*one.drop_ins, *other.drop_ins),
    )


def systemd_resources(cluster: Cluster) -> Iterator[Hit]:
    """Units that are resources of the cluster and start at boot as well, once a unit and node."""
    for resource in _outside_bundles(cluster.cib):
        if resource.agent is None or resource.agent.standard not in _CLASSES:
            continue
        for units in node_unit_lists(cluster):
            boot = _boot(units, resource.agent.type)
            if boot is None:
                continue
            everywhere = _runs_everywhere(cluster, resource)
            yield Hit(
                at=boot.unit.at,
                subject=resource.id,
                case=f"{boot.case}-clone" if everywhere else boot.case,
                values=_values(resource, boot.unit, units),
                related=((resource.at, f"the resource {resource.id}"),),
            )


def _outside_bundles(cib: Cib | None) -> Iterator[Resource]:
    """The primitives whose service runs on the node itself."""
    for resource in cib.primitives() if cib else ():
        if cib and not any(outer.kind == "bundle" for outer in cib.ancestors(resource)):
            yield resource


def _runs_everywhere(cluster: Cluster, resource: Resource) -> bool:
    """Whether the resource is cloned on as many nodes as there are, none of them promoted."""
    clone = cluster.cib.clone_of(resource) if cluster.cib else None
    if clone is None or clone.promotable is not False:
        return False
    most = clone.meta_value("clone-max") or ""
    return not most.isdigit() or int(most) >= len(list(cluster.members()))


def _boot(units: Units, name: str) -> _Boot | None:
    """What starts the unit of that name at boot, the unit itself first."""
    unit = units.get(name)
    full = unit.name if unit is not None else name if _has_suffix(name) else f"{name}.service"
    if unit is not None and unit.state in _STARTS:
        return _Boot(unit, "direct")
    for other in units.units.values():
        if other.state in _STARTS and _same_unit(unit, other, full):
            return _Boot(other, "direct")
    stem, _, instance = full.rpartition(".")[0].partition("@")
    template = units.get(f"{stem}@.service") if instance and unit is None else None
    if template is not None and template.state in _STARTS:
        return _Boot(template, "template")
    if not full.endswith(".service") or (unit is not None and unit.state.startswith("masked")):
        return None
    activators = (units.get(full.removesuffix(".service") + suffix) for suffix in _ACTIVATORS)
    active = next((u for u in activators if u is not None and u.state in _STARTS), None)
    return None if active is None else _Boot(active, "activated")


def _has_suffix(name: str) -> bool:
    return name.endswith((".service", ".mount", ".target", *_ACTIVATORS))


def _same_unit(unit: Unit | None, other: Unit, name: str) -> bool:
    """Whether `other` is the unit `name` under another name.

    A tree of links tells what an alias stands for; a listing does not, but the families of agent-units.yaml do.
    """
    if other.alias_of == name or (unit is not None and unit.alias_of == other.name):
        return True
    if unit is None or unit.state != "alias" or unit.alias_of:
        return False
    pair = {name.removesuffix(".service"), other.name.removesuffix(".service")}
    return any(pair <= set(entry["units"]) for entry in load("agent-units").values())


def _values(resource: Resource, unit: Unit, units: Units) -> dict[str, object]:
    return {
        "resource": resource.id,
        "agent": str(resource.agent),
        "unit": unit.name,
        "state": unit.state,
        "where": where(units),
    }


def ocf_resources(cluster: Cluster) -> Iterator[Hit]:
    """Units that start at boot what an OCF resource manages, once a unit and node."""
    for units in node_unit_lists(cluster):
        found: dict[str, tuple[Unit, list[Resource]]] = {}
        for resource in _outside_bundles(cluster.cib):
            unit = _unit_of_agent(resource, units)
            if unit is not None:
                found.setdefault(unit.name, (unit, []))[1].append(resource)
        for unit, resources in found.values():
            yield Hit(
                at=unit.at,
                subject=resources[0].id,
                case="activated" if unit.name.endswith(_ACTIVATORS) else "direct",
                values={**_values(resources[0], unit, units), "resources": listed(r.id for r in resources)},
                related=tuple((r.at, f"the resource {r.id}") for r in resources),
            )


def _unit_of_agent(resource: Resource, units: Units) -> Unit | None:
    """The first enabled unit that starts what the agent manages; services before their sockets and timers."""
    entry: dict[str, Any] | None = load("agent-units").get(str(resource.agent))
    if entry is None or _is_second_instance(resource, entry):
        return None
    for suffix in (".service", *_ACTIVATORS):
        enabled = [u for u in units.units.values() if u.state in _STARTS and u.name.endswith(suffix)]
        for pattern in entry["units"]:
            for unit in enabled:
                name = unit.name.removesuffix(suffix)
                masked = (units.state(name) or "").startswith("masked")
                if fnmatchcase(name, pattern) and not masked and not _is_umbrella(unit, units, entry):
                    return unit
    return None


def _is_second_instance(resource: Resource, entry: dict[str, Any]) -> bool:
    """Whether a parameter says, or may say, that the resource is not the instance the distribution's unit starts."""
    for name, values in entry.get("own", {}).items():
        setting = resource.parameters.get(name)
        if setting is None:
            continue
        if not setting.certain or not any(fnmatchcase(setting.value or "", value) for value in values):
            return True
    return False


def _is_umbrella(unit: Unit, units: Units, entry: dict[str, Any]) -> bool:
    """Whether the unit only starts the instances whose own files say so.

    Such are Debian's: the template is listed, the link points to /lib as it does before Debian 13, or the tree has
    the timers of apt and dpkg.
    """
    name = entry.get("umbrella", "")
    if unit.name != f"{name}.service":
        return False
    listed_template = any(other.startswith(f"{name}@") for other in units.units)
    timers = any(other.startswith(("apt-", "dpkg-")) for other in units.units)
    return listed_template or (not units.complete and (timers or unit.at.source.text.startswith("/lib/")))


def inconsistent(cluster: Cluster) -> Iterator[Hit]:
    """Corosync or pacemaker enabled on some members only; one hit where both differ on the same nodes."""
    lists = [u for u in node_unit_lists(cluster) if u.node and _is_member(cluster, u.node)]
    splits = {name: _split(lists, name) for name in ("pacemaker", "corosync")}
    if splits["corosync"] == splits["pacemaker"]:
        splits = {"corosync and pacemaker": splits["pacemaker"]}
    for name, (on, off) in splits.items():
        if not on or not off:
            continue
        first = name.split()[-1]
        alone = name == "corosync" and all(_is_on(u, "pacemaker") for u in off)
        places = [(u, u.get(first)) for u in (*off, *on)]
        marks = [(u, unit.at) for u, unit in places if unit is not None]
        yield Hit(
            at=marks[0][1],
            subject=first,
            case="pulled-in" if alone else "differs",
            values={
                "services": name,
                "verb": "are" if " and " in name else "is",
                "on": listed(u.node or "" for u in on),
                "off": listed(u.node or "" for u in off),
            },
            related=tuple((mark, f"{first} is {u.state(first)} on {u.node}") for u, mark in marks[1:]),
        )


def _is_member(cluster: Cluster, name: str) -> bool:
    """Whether this is no remote or guest node."""
    node = cluster.node(name)
    return node is None or node.kind == "member"


def _is_on(units: Units, name: str) -> bool:
    return units.state(name) in _STARTS


def _split(lists: list[Units], name: str) -> tuple[list[Units], list[Units]]:
    """The lists in which the service starts at boot, and those in which it is known not to; masked is neither."""
    on = [u for u in lists if _is_on(u, name)]
    off = [u for u in lists if u.state(name) in _OFF or (u.get(name) is None and not u.complete and not u.selection)]
    return on, off


def masked(cluster: Cluster) -> Iterator[Hit]:
    """Masked daemons of the cluster; remote nodes need none of them but pcsd."""
    for units in node_unit_lists(cluster):
        member = units.node is None or _is_member(cluster, units.node)
        for name in ("corosync", "pacemaker", "sbd", "pcsd"):
            unit = units.get(name)
            if unit is None or not unit.state.startswith("masked") or not (member or name == "pcsd"):
                continue
            yield Hit(
                at=unit.at,
                subject=name,
                case="pcsd" if name == "pcsd" else "daemon",
                values={"unit": unit.name, "state": unit.state, "where": where(units)},
            )


def pcsd_disabled(cluster: Cluster) -> Iterator[Hit]:
    """Pcsd installed and not enabled."""
    for units in unit_lists(cluster):
        unit = units.get("pcsd")
        if unit is not None and unit.state == "disabled":
            yield Hit(at=unit.at, subject="pcsd", values={"where": where(units)})
