"""Checks of the kernel module behind SBD's watchdog."""

from __future__ import annotations

import re
from collections.abc import Iterator

from halint.checks.corosync_profiles import cloud
from halint.engine.hit import Hit
from halint.model.cluster import Cluster
from halint.model.host import Modules
from halint.model.resolve_nodes import same_host

_SOFTDOG = "softdog"
# drivers of hardware and of firmware; kvm's i6300esb among them
_OTHERS = re.compile(r"\w+_wdt|ipmi_watchdog|i6300esb|hpwdt|wdat_wdt|diag288_wdt|sbsa_gwdt|pseries_wdt")
# what only a virtual machine loads: there the software watchdog may be all there is
_VIRTUAL = re.compile(r"virtio_(net|blk|scsi|balloon|console|pci)|vmw_\w+|vmxnet3|hv_\w+|xen_\w+|ena|gve|vboxguest")


def softdog(cluster: Cluster) -> Iterator[Hit]:
    """A lone softdog on a machine that is not seen to be virtual, with SBD."""
    if cluster.cib is not None and cloud(cluster.cib):
        return
    for loaded in _with_sbd(cluster):
        virtual = any(_VIRTUAL.fullmatch(name) for name in loaded.names)
        hardware = any(_OTHERS.fullmatch(name) for name in loaded.names)
        if not (virtual or hardware):
            yield Hit(at=loaded.names[_SOFTDOG], subject=loaded.node or _SOFTDOG, values={"where": _where(loaded)})


def not_persistent(cluster: Cluster) -> Iterator[Hit]:
    """A softdog that is loaded and in none of the files of modules-load.d; a node without such a file says nothing."""
    for loaded in _with_sbd(cluster):
        at_boot = [m for m in cluster.modules if m.kind == "modules-load" and _same_node(m.node, loaded.node)]
        known = any(m.node == loaded.node for m in at_boot)
        if known and not any(_SOFTDOG in m.names for m in at_boot):
            yield Hit(at=loaded.names[_SOFTDOG], subject=loaded.node or _SOFTDOG, values={"where": _where(loaded)})


def _with_sbd(cluster: Cluster) -> Iterator[Modules]:
    """The lists of loaded modules with softdog, of nodes that have SBD's settings."""
    for loaded in cluster.modules:
        if loaded.kind != "modules" or _SOFTDOG not in loaded.names:
            continue
        if any(_same_node(sbd.node, loaded.node) for sbd in cluster.sbd):
            yield loaded


def _same_node(one: str | None, other: str | None) -> bool:
    """Whether two files are of one node; one without a node is every node's."""
    return one is None or other is None or same_host(one, other)


def _where(loaded: Modules) -> str:
    return f"on {loaded.node}" if loaded.node else "on this node"
