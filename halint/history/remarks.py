"""What is out of the ordinary between two CIBs of a history: missing epochs, counters and clocks going back."""

from __future__ import annotations

from collections.abc import Iterator

from halint.history.entry import Entry, Gap


def missing(before: Entry, after: Entry) -> list[Gap]:
    """The epochs between two CIBs: each counts one change of the configuration."""
    (admin_before, old, _), (admin_after, new, _) = before.version, after.version
    known = admin_before == admin_after and old >= 0
    return [Gap(admin_after, old + 1, new - 1)] if known and new - old > 1 else []


def remarks(before: Entry, after: Entry, *, commits: bool = False) -> list[str]:
    """Sentences on what is out of the ordinary. Of commits, nothing on clocks: their dates are not the cluster's."""
    found = list(_on_counters(before, after))
    if not commits:
        found += _on_clocks(before, after)
    return found


def _on_counters(before: Entry, after: Entry) -> Iterator[str]:
    (admin_before, old, updates_before), (admin_after, new, updates_after) = before.version, after.version
    if min(*before.version[:2], *after.version[:2]) < 0:
        return
    if admin_before != admin_after:
        # the cluster never changes admin_epoch by itself (Pacemaker Explained, CIB Properties)
        way = "raised" if admin_after > admin_before else "lowered"
        yield f"admin_epoch {way} from {admin_before} to {admin_after}: set by hand, the cluster never does that"
    elif new < old:
        yield f"epoch goes back from {old} to {new}: an older CIB was put back, or the cluster was set up anew"
    elif new == old and before.digest != after.digest:
        same = "all counters are" if updates_before == updates_after else "epoch is"
        yield (
            f"{same} the same as in {before.name}, the configuration is not:"
            " edited in the file, or counted on from an older CIB"
        )


def _on_clocks(before: Entry, after: Entry) -> Iterator[str]:
    if before.written is None or after.written is None:
        return
    if after.written < before.written:
        yield f"the clock goes back, from {before.written} to {after.written}"
