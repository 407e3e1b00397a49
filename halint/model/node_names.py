"""Which names Pacemaker knows as nodes, and what a wrong one may have been meant to be.

Names are compared without case: measured with crm_simulate 2.1.5 (location constraints, #uname) and with
pacemaker-fenced 2.1.5 (pcmk_host_list, pcmk_host_map).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from halint.listing import listed
from halint.model.resolve_nodes import is_address, same_host

if TYPE_CHECKING:
    from halint.model.cluster import Cluster, Node


class NodeNames:
    """The node names of one cluster. `complete` is False where a node's name cannot be known from the files."""

    def __init__(self, cluster: Cluster) -> None:
        self._nodes = cluster.nodes
        self._replicas = [re.compile(rf"{re.escape(b)}(-(docker|podman|rkt))?-\d+") for b in _bundles(cluster)]
        members = list(cluster.members())
        self.complete = bool(members) and all(n.in_cib or not is_address(n.name) for n in members)

    def known(self, name: str) -> bool:
        """Whether a full, remote or guest node, or a bundle's container, has this name."""
        low = name.lower()
        return any(n.name.lower() == low for n in self._nodes) or any(r.fullmatch(name) for r in self._replicas)

    def meant(self, name: str) -> Node | None:
        """The node that a wrong name was probably meant for: by alias, short or long name, or likeness."""
        for node in self._nodes:
            if node.is_called(name) or same_host(node.name, name):
                return node
        from difflib import get_close_matches  # noqa: PLC0415 - only for a name that is wrong

        # node3 is not a misspelt node1: numbers must agree
        alike = {n.name.lower(): n for n in self._nodes if re.findall(r"\d+", n.name) == re.findall(r"\d+", name)}
        near = get_close_matches(name.lower(), alike, n=1, cutoff=0.75)
        return alike[near[0]] if near else None

    def listed(self) -> str:
        """The names for a message."""
        return listed((n.name for n in self._nodes), last=", ")


def _bundles(cluster: Cluster) -> list[str]:
    return [r.id for r in cluster.cib.resources if r.kind == "bundle"] if cluster.cib else []
