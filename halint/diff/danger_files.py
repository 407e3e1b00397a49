"""Two files that do not belong together, or stand in the wrong order: another cluster's, swapped, one and the same."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import normpath

from halint.diff.change import Comparison
from halint.diff.live_cluster import property_value, shown
from halint.diff.outcome import Danger
from halint.diff.side import Side
from halint.diff.wording import visible
from halint.listing import listed
from halint.model.cib_tree import Element


def file_dangers(comparison: Comparison) -> Iterator[Danger]:
    """Whether AFTER is BEFORE's own file, another cluster's, or the one that should stand first."""
    before, after = comparison.before, comparison.after
    if before.path != "-" and normpath(before.path) == normpath(after.path):
        yield Danger(code="same-file", message=f"{after.path} is compared with itself", at=after.mark(after.root))
        return
    other = _other_cluster(before, after)
    if other:
        yield Danger(code="other-cluster", message=other, at=after.mark(after.root))
        return
    yield from _ids(before, after)
    yield from _order(before, after)


def node_elements(side: Side) -> dict[str, Element]:
    """The `node` entries by name, document order."""
    return {e.get("uname") or "": e for e in side.tree.section("nodes") if e.tag == "node"}


def is_remote(node: Element) -> bool:
    """Whether a `node` entry is that of a remote or guest node."""
    return node.get("type") == "remote"


def members(side: Side) -> dict[str, Element]:
    """The entries of full cluster nodes by name."""
    return {name: node for name, node in node_elements(side).items() if not is_remote(node)}


def _other_cluster(before: Side, after: Side) -> str:
    """A sentence where AFTER is of another cluster: its name is another one, or no node of it is here; else ""."""
    here, there = property_value(before, "cluster-name"), property_value(after, "cluster-name")
    own, new = members(before), members(after)
    strangers = own and new and not set(own) & set(new)
    path, live = shown(after, "after.xml"), shown(before, "before.xml")
    parts = []
    if here and there and here != there:
        parts.append(f"its cluster-name is {visible(there)}, that of {live} is {visible(here)}")
    if strangers:
        parts.append(f"its nodes are {_names(new)}, those of {live} are {_names(own)}")
    return f"{path} looks like the CIB of another cluster: {'; '.join(parts)}" if parts else ""


def _ids(before: Side, after: Side) -> Iterator[Danger]:
    own, new = members(before), members(after)
    wrong = [name for name in new if name in own and new[name].get("id") != own[name].get("id")]
    for name in wrong:
        here, there = own[name].get("id") or "", new[name].get("id") or ""
        holder = next((n for n, node in own.items() if node.get("id") == there), "")
        whose = f", the id of {visible(holder)}" if holder else ""
        message = (
            f"node {visible(name)} has id {visible(there)} in {shown(after, 'after.xml')}{whose}, and {visible(here)} "
            f"in {shown(before, 'before.xml')}: its attributes would belong to another node"
        )
        yield Danger(code="node-id-differs", message=message, subject=name, at=after.mark(new[name], "id"))


def _order(before: Side, after: Side) -> Iterator[Danger]:
    """AFTER was written by a cluster later than BEFORE; a copy edited by hand keeps the time it was written."""
    if before.version[:2] >= after.version[:2] or min(before.version[:2]) < 0:
        return
    here, there = before.tree.written, after.tree.written
    if here is None or there is None or there <= here:
        return
    path, live = shown(after, "after.xml"), shown(before, "before.xml")
    message = (
        f"{path} ({_when(after)}) is newer than {live} ({_when(before)}), which comes first and stands for the live "
        f"cluster: to go back to {live}, name the newer file first"
    )
    yield Danger(code="order-of-arguments", message=message, at=after.mark(after.root, "epoch"))


def _when(side: Side) -> str:
    admin_epoch, epoch, _ = side.version
    counters = f"epoch {epoch}" if admin_epoch <= 0 else f"admin_epoch {admin_epoch}, epoch {epoch}"
    return f"{counters}, written {visible(side.root.get('cib-last-written') or '')}"


def _names(nodes: dict[str, Element]) -> str:
    return listed(map(visible, nodes), last=", ", most=4)
