"""Checks of package versions across nodes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from halint.engine.hit import Hit
from halint.listing import listed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from halint.model.cluster import Cluster
    from halint.model.host import Packages, Variable

# What must agree in a cluster; of each family one package speaks for all that come from one source
_FAMILIES = tuple(
    re.compile(pattern)
    for pattern in (
        r"pacemaker(-.*)?|libpacemaker.*",
        r"corosync(-.*|lib)?|libcorosync.*",
        r"libqb\d*",
        r"(lib)?(knet|kronosnet)\d*(-.*)?",
        r"sbd",
        r"resource-agents(-.*)?",
        r"fence-agents(-.*)?",
        r"pcs",
        r"crmsh",
        r"drbd(-utils|\d*-utils)?|drbd-kmp-.*|kmod-drbd\d*|drbd-dkms",
        r"kernel|kernel-core|kernel-default|linux-image-(amd64|generic)",
        r"python3",
        r"SAPHanaSR(-.*)?",
        r"saptune",
    )
)


class _Installed(NamedTuple):
    """One package on one node."""

    node: str
    package: Variable

    @property
    def versions(self) -> frozenset[str]:
        """The installed versions; kernels are often several."""
        return frozenset(self.package.value.split())


def differ(cluster: Cluster) -> Iterator[Hit]:
    """Cluster software of different versions on members, once a family of packages."""
    lists = [p for p in cluster.packages if p.node and _is_member(cluster, p.node)]
    for family in _FAMILIES:
        names = sorted({n for p in lists for n in p.versions if family.fullmatch(n)}, key=lambda n: (len(n), n))
        for name in names:
            hit = _hit(name, list(_installed(lists, name)))
            if hit is not None:
                yield hit
                break


def _is_member(cluster: Cluster, name: str) -> bool:
    node = cluster.node(name)
    return node is None or node.kind == "member"


def _installed(lists: list[Packages], name: str) -> Iterator[_Installed]:
    for packages in lists:
        package = packages.versions.get(name)
        if package is not None and packages.node:
            yield _Installed(packages.node, package)


def _hit(name: str, installed: list[_Installed]) -> Hit | None:
    """The version most nodes have against the first other one."""
    if not installed:
        return None
    usual = max(installed, key=lambda i: sum(i.versions == other.versions for other in installed))
    odd = [i for i in installed if not i.versions & usual.versions]
    if not odd:
        return None
    others = [i for i in installed if i not in odd]
    told = f"{_told(others)} but {_told(odd)}"
    related = tuple((i.package.at, f"{i.package.value} on {i.node}") for i in (*others, *odd[1:]))
    return Hit(at=odd[0].package.at, subject=name, values={"package": name, "told": told}, related=related)


def _told(installed: list[_Installed]) -> str:
    """`2.1.5-8 on n1 and n3`."""
    nodes: dict[str, list[str]] = {}
    for one in installed:
        nodes.setdefault(" and ".join(one.package.value.split()), []).append(one.node)
    return listed((f"{version} on {listed(names)}" for version, names in nodes.items()), last=", ")
