"""What a CIB's schema refuses already, for the checks of ids and references."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING

from halint.schema.causes import Excused, excused
from halint.schema.validity import problems_as_read
from halint.schema.versions import known_versions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from halint.engine.hit import Hit
    from halint.model.cib import Cib
    from halint.model.cluster import Cluster


def without_excused(cib: Cib, hits: Iterable[tuple[Hit, str]]) -> Iterator[Hit]:
    """The hits that tell more than the schema's mistakes do; each comes with the id that it refers to, "" for none."""
    found = list(hits)
    by_schema = _excused(cib) if found else Excused()
    for hit, target in found:
        element = hit.at.element
        by_name = element is not None and (element, hit.at.attribute or "") in by_schema.attributes
        if target.strip() not in by_schema.ids and not by_name and not by_schema.covers(element):
            yield hit


def spelt(check: Callable[[Cluster], Iterator[Hit]]) -> Callable[[Cluster], Iterator[Hit]]:
    """A check for attributes that are missing, silent about elements with an attribute that is none of theirs.

    There the schema's mistake tells both: `idd` is unknown, and `id` is missing.
    """

    @wraps(check)
    def checked(cluster: Cluster) -> Iterator[Hit]:
        found = list(check(cluster))
        strange = {element for element, _ in _excused(cluster.needed_cib()).attributes} if found else set()
        return (hit for hit in found if hit.at.element not in strange)

    return checked


def _excused(cib: Cib) -> Excused:
    root = cib.at.element
    if root is None or cib.validate_with not in known_versions():
        return Excused()
    return excused(problems_as_read(root, cib.validate_with))
