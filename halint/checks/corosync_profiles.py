"""What vendors' guides ask of corosync.conf, where the CIB tells whose guide it is: cloud, SAP, SUSE."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from halint.checks.corosync_release import is_for_corosync_2
from halint.engine.hit import Hit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from halint.model.cib import Cib
    from halint.model.cluster import Cluster

# Agents that exist in one cloud only
_CLOUDS = (
    ("Azure", re.compile(r"fence_azure_arm|azure-(lb|events.*)")),
    ("AWS", re.compile(r"fence_aws|external/ec2|aws-.*|awseip|awsvip")),
    ("Google Cloud", re.compile(r"fence_gce|external/gcpstonith|gcp-.*")),
)
_SAP = re.compile(r"SAP(Hana.*|Instance|Database|StartSrv)")
# dc-version of SUSE's packages holds the date and the commit of the sources: 2.1.2+20211124.ada5c3b36-…
_SUSE = re.compile(r"\d[\d.]*\+20\d{6}\..+")
_UNITS = {"join": " ms"}


def cloud(cib: Cib) -> str:
    """The cloud that the agents of the CIB are for, "" where none is."""
    types = [p.agent.type for p in cib.primitives() if p.agent is not None]
    return next((name for name, pattern in _CLOUDS if any(pattern.fullmatch(t) for t in types)), "")


def _guide(cluster: Cluster, asked: str) -> str:
    """Whose guide holds, as messages name it: the one asked for, else SUSE's for SAP if the CIB shows both, else ""."""
    cib = cluster.cib
    if asked or cib is None:
        return asked
    agents = [p.agent for p in cib.primitives() if p.agent is not None]
    version = cib.properties.get("dc-version")
    suse = version is not None and _SUSE.fullmatch(version.value or "") is not None
    if not any(_SAP.fullmatch(a.type) for a in agents) or not (suse or any(a.provider == "suse" for a in agents)):
        return ""
    place = cloud(cib)
    return f"SUSE's guides for SAP in {place}" if place else "SUSE's guides for SAP"


def multicast(cluster: Cluster) -> Iterator[Hit]:
    """Multicast in a cloud, whose network has none. Cases: written, default (of corosync 2)."""
    corosync, place = cluster.corosync, cloud(cluster.needed_cib())
    if corosync is None or not place or not corosync.keys:
        return
    totem = corosync.totem
    values = {"cloud": place}
    if any(corosync.value(f"totem.interface.{n}.broadcast") == "yes" for n in range(8)):
        return
    if totem.transport == "udp" and totem.transport_at is not None:
        yield Hit(at=totem.transport_at, subject="totem.transport", case="written", values=values)
    elif totem.transport_at is None and is_for_corosync_2(cluster, corosync):
        at = totem.at or corosync.at
        yield Hit(at=at, subject="totem.transport", case="default", values=values)


def join(cluster: Cluster, wanted: int, guide: str) -> Iterator[Hit]:
    """A join timeout, in ms, that is not the guide's. Cases: written, default."""
    yield from _differs(cluster, "join", 50, (wanted,), guide)


def max_messages(cluster: Cluster, wanted: int, guide: str) -> Iterator[Hit]:
    """max_messages that is not the guide's. Cases: written, default."""
    yield from _differs(cluster, "max_messages", 17, (wanted,), guide)


def retransmits(cluster: Cluster, wanted: int, aws: int, guide: str) -> Iterator[Hit]:
    """token_retransmits_before_loss_const that is not the guide's; for AWS there are two. Cases: written, default."""
    in_aws = "aws" in guide or (cluster.cib is not None and cloud(cluster.cib) == "AWS")
    numbers = (wanted, aws) if in_aws else (wanted,)
    yield from _differs(cluster, "token_retransmits_before_loss_const", 4, numbers, guide)


def _differs(cluster: Cluster, name: str, default: int, wanted: tuple[int, ...], asked: str) -> Iterator[Hit]:
    corosync, guide = cluster.corosync, _guide(cluster, asked)
    if corosync is None or not corosync.keys or not guide:
        return
    path = f"totem.{name}"
    text = corosync.value(path)
    # what is no number is corosync-value-invalid's
    if text is not None and not text.isdigit():
        return
    value = corosync.number(path) or default
    if value in wanted:
        return
    told = " or ".join(map(str, wanted))
    values = {"value": value, "wanted": told, "first": wanted[0], "guide": guide, "unit": _UNITS.get(name, "")}
    case = "written" if corosync.number(path) else "default"
    yield Hit(at=corosync.place(path), subject=path, case=case, values=values)


def consensus(cluster: Cluster, *, on_premises: int, azure: int, aws: int, google: int, guide: str) -> Iterator[Hit]:
    """A written consensus, in ms, that is neither the guide's nor 1.2 times a token longer than the guide's.

    One below 1.2 times the token is totem-consensus-too-small's.
    """
    corosync, guide = cluster.corosync, _guide(cluster, guide)
    if corosync is None or not guide or not corosync.number("totem.consensus"):
        return
    by_cloud = {"Azure": azure, "AWS": aws, "Google Cloud": google}
    place = cloud(cluster.cib) if cluster.cib is not None else ""
    wanted = by_cloud.get(place, on_premises)
    totem = corosync.totem
    derived = totem.token * 12 // 10
    if totem.consensus < derived or totem.consensus == wanted or (totem.consensus == derived > wanted):
        return
    values = {"value": totem.consensus, "wanted": wanted, "guide": guide, "token": totem.token_told}
    yield Hit(at=corosync.place("totem.consensus"), subject="totem.consensus", values=values)


def token_in_force(cluster: Cluster, more: int) -> Iterator[Hit]:
    """A written token that the coefficient of further nodes makes longer by at least `more` percent."""
    corosync = cluster.corosync
    if corosync is None or not corosync.number("totem.token"):
        return
    totem = corosync.totem
    if (totem.token - totem.token_base) * 100 >= totem.token_base * more > 0:
        values = {"base": totem.token_base, "token": totem.token_told, "nodes": len(corosync.nodes)}
        yield Hit(at=corosync.place("totem.token"), subject="totem.token", values=values)
