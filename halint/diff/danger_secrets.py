"""Secrets that a report has masked: asterisks that a push would write over the real ones.

crmsh shows passwords as `******`, crm_report as `****`, an sosreport as `********`; a CIB made from such a text is
taken without a word (measured: `crm configure show`, then `load update`, set the password to six asterisks).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from halint.diff.change import Comparison
from halint.diff.live_cluster import shown
from halint.diff.outcome import Danger
from halint.diff.side import Side
from halint.diff.wording import visible
from halint.model.cib_tree import Element

_MASK = re.compile(r"\*{3,}")
_BLOCKS = frozenset({"instance_attributes", "meta_attributes", "utilization", "cluster_property_set"})

Key = tuple[str, str, str]


def secret_dangers(comparison: Comparison) -> Iterator[Danger]:
    """Values of asterisks alone in one file that the other one does not have too."""
    if not any("***" in side.file.source.text for side in (comparison.before, comparison.after)):
        return
    renamed = dict(comparison.renamed)
    own = {(tag, renamed.get(name, name), key): pair for (tag, name, key), pair in _pairs(comparison.before).items()}
    new = _pairs(comparison.after)
    path, live = shown(comparison.after, "after.xml"), shown(comparison.before, "before.xml")
    for key, pair in new.items():
        before = own.get(key)
        masked = _masked(comparison.after, pair)
        if masked and not (before is not None and _masked(comparison.before, before)):
            over = f"over the one in {live}" if before is not None else f"which {live} does not have"
            message = f"{path} has asterisks in place of {_name(key)}, as reports show it; a push writes them {over}"
            yield _danger(comparison.after, "masked-secret", message, key, pair)
        elif before is not None and not masked and _masked(comparison.before, before):
            message = f"{live} has asterisks in place of {_name(key)}: nobody can tell whether {path} changes it"
            yield _danger(comparison.before, "masked-before", message, key, before)


def _danger(side: Side, code: str, message: str, key: Key, pair: Element) -> Danger:
    return Danger(code=code, message=message, subject=key[1], at=side.mark(pair, "value"))


def _name(key: Key) -> str:
    _, owner, name = key
    return f"{visible(name)} of {visible(owner)}" if owner else visible(name)


def _masked(side: Side, pair: Element) -> bool:
    return _MASK.fullmatch(side.raw(pair, "value") or "") is not None


def _pairs(side: Side) -> Mapping[Key, Element]:
    """The nvpairs of the configuration by tag and id of their owner and their name; of equals the first."""
    found: dict[Key, Element] = {}
    configuration = side.configuration
    for pair in () if configuration is None else configuration.iter("nvpair"):
        owner = next((e for e in pair.iterancestors() if e.tag not in _BLOCKS), None)
        if owner is not None and pair.get("name"):
            found.setdefault((str(owner.tag), owner.get("id") or "", pair.get("name") or ""), pair)
    return found
