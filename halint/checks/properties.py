"""Checks of cluster properties."""

from __future__ import annotations

from typing import TYPE_CHECKING

from halint.checks.lock_manager import lock_manager_users
from halint.engine.hit import Hit
from halint.model.properties import RENAMED, RENAMED_IN, property_bool
from halint.model.values import parse_bool, parse_duration_ms

if TYPE_CHECKING:
    from collections.abc import Iterator

    from halint.model.cib import Cib, Setting
    from halint.model.cluster import Cluster

_WITHOUT_VOTEQUORUM = ("openais", "classic openais", "cman", "heartbeat")
"""Values of cluster-infrastructure from before corosync 2, where other rules of quorum held."""


def maintenance_mode(cluster: Cluster) -> Iterator[Hit]:
    """The cluster-wide maintenance switch."""
    cib = cluster.needed_cib()
    setting = cib.properties.get("maintenance-mode")
    if setting is not None and property_bool(cib, "maintenance-mode") is True:
        yield Hit(at=setting.at, subject="maintenance-mode", values={"value": setting.value})


def no_quorum_policy_ignore(cluster: Cluster) -> Iterator[Hit]:
    """Quorum that is ignored although the cluster has a working one."""
    cib = cluster.needed_cib()
    setting = cib.properties.get("no-quorum-policy")
    if setting is None or not setting.certain or (setting.value or "").lower() != "ignore":
        return
    if next(lock_manager_users(cib), None) is not None:
        return  # there freeze is due, which no-quorum-policy-freeze-needed says
    infrastructure = cib.properties.get("cluster-infrastructure")
    if infrastructure is not None and (infrastructure.value or "").startswith(_WITHOUT_VOTEQUORUM):
        return
    nodes = len(list(cluster.members()))
    case = "cib" if nodes > 2 else "pair"
    if cluster.corosync is not None:
        quorum, nodes = cluster.corosync.quorum, len(cluster.corosync.nodes)
        # two nodes without two_node have no quorum once one is gone; that is two-node-flag-missing
        if quorum.provider != "corosync_votequorum" or not (quorum.two_node or quorum.votes > 2):
            return
        case = "two" if quorum.two_node and nodes == 2 else "corosync"
    # of two nodes without corosync.conf only the infrastructure says that there is a votequorum with two_node
    known = cluster.corosync is not None or nodes > 2 or (infrastructure and infrastructure.value == "corosync")
    if nodes > 1 and known:
        values = {"nodes": nodes, "value": setting.value}
        yield Hit(at=setting.at, subject="no-quorum-policy", values=values, case=case)


def old_and_new_property(cluster: Cluster) -> Iterator[Hit]:
    """A renamed property that is set under both names."""
    cib = cluster.needed_cib()
    for old_name, new_name in RENAMED.items():
        old, new = cib.properties.get(old_name), cib.properties.get(new_name)
        if old is None or new is None or not old.certain or not new.certain:
            continue
        values = {"old": old.name, "new": new.name, "old_value": old.value, "new_value": new.value}
        yield Hit(
            at=old.at,
            subject=old.name,
            values=values,
            case=_case(cib, old, new),
            related=((new.at, f"{new.name} is {new.value}"),),
        )


def _case(cib: Cib, old: Setting, new: Setting) -> str:
    if _meaning(old.value) == _meaning(new.value):
        return "same"
    if not cib.version:
        return "unknown"
    return "old" if cib.version < RENAMED_IN else "new"


def _meaning(value: str | None) -> object:
    """A value to compare: booleans and times by what they mean."""
    boolean = parse_bool(value)
    if boolean is not None and not (value or "").isdigit():
        return boolean
    time = parse_duration_ms(value)
    return (value or "").lower() if time is None else time
