"""Values of corosync.conf that the program which reads them does not take (the table of keys tells which)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from halint.checks.corosync_keys import as_written
from halint.checks.corosync_release import judged_for_3
from halint.engine.hit import Hit
from halint.model.cluster import Cluster
from halint.model.corosync import Corosync, Key
from halint.schema_data import load
from halint.source import Mark

_PRIORITY = re.compile(r"[+-]?\d+")
_LONGEST_MODE = 63
# Of corosync 2.4
_OLD_WORDS = {
    "totem.crypto_type": ("nss", "aes256", "aes192", "aes128", "3des"),
    "qb.ipc_type": ("native", "shm", "socket"),
}


def reader(cluster: Cluster) -> Iterator[Hit]:
    """What corosync's reader refuses: numbers out of range, words it does not know."""
    yield from problems(cluster, "corosync-value-invalid")


def later(cluster: Cluster) -> Iterator[Hit]:
    """What only a later release of corosync refuses."""
    yield from problems(cluster, "corosync-refused-by-newer")


def problems(cluster: Cluster, rule: str) -> Iterator[Hit]:
    """The problems of corosync.conf files that belong to a rule."""
    for source in cluster.sources:
        for problem in source.problems if source.kind in ("corosync", "corosync-uidgid") else ():
            if problem.rule == rule:
                values = {"problem": problem.message}
                yield Hit(at=Mark(source, span=problem.span), subject=source.path, values=values)


def words(cluster: Cluster) -> Iterator[Hit]:
    """Words that the reader takes and a later stage does not. Cases: refused, ignored, start, switch, old (2.4)."""
    corosync = cluster.corosync
    for path, key, row in _judged(corosync):
        what = str(row.get("wrong", ""))
        if what == "device" or _is_fine(row, key.value):
            continue
        allowed = _told(row)
        values = {"path": path, "value": key.value, "allowed": allowed, "default": row.get("default", "unset")}
        yield Hit(at=key.at, subject=path, case=what, values=values)
    if corosync is not None:
        if not judged_for_3(cluster):
            yield from _old_words(corosync)
        yield from _switches(corosync)
        yield from _priority(corosync)


def device(cluster: Cluster) -> Iterator[Hit]:
    """Options of the quorum device that corosync-qdevice, or its server, does not take.

    Cases: word, range, tie, test, pair.
    """
    corosync = cluster.corosync
    if corosync is None or corosync.quorum.device != "net":
        return
    for path, key, row in _judged(corosync):
        if row.get("wrong") == "device" and not _is_fine(row, key.value):
            case = "range" if "range" in row else "word"
            values = {"path": path, "value": key.value, "allowed": _told(row)}
            yield Hit(at=key.at, subject=path, case=case, values=values)
    tie = corosync.keys.get("quorum.device.net.tie_breaker")
    if tie is not None and tie.value not in ("lowest", "highest"):
        ids = {str(node.nodeid) for node in corosync.nodes}
        if tie.value.lstrip("0") not in ids:
            yield Hit(at=tie.at, subject=tie.path, case="tie", values={"value": tie.value})
    algorithm = corosync.keys.get("quorum.device.net.algorithm")
    if algorithm is not None and algorithm.value == "test":
        yield Hit(at=algorithm.at, subject=algorithm.path, case="test")
    elif algorithm is not None and algorithm.value == "2nodelms" and len(corosync.nodes) not in (0, 2):
        yield Hit(at=algorithm.at, subject=algorithm.path, case="pair", values={"nodes": len(corosync.nodes)})


def _judged(corosync: Corosync | None) -> Iterator[tuple[str, Key, Mapping[str, Any]]]:
    for path, key in corosync.keys.items() if corosync else ():
        row = _rows().get(as_written(path))
        if row is not None and "wrong" in row:
            yield path, key, row


def _is_fine(row: Mapping[str, Any], value: str) -> bool:
    if "values" in row:
        if row.get("case") == "any":
            value = value.lower()
        return value in row["values"]
    low, high = row["range"]
    return value.isascii() and value.isdigit() and len(value) < 20 and low <= int(value) <= high


def _told(row: Mapping[str, Any]) -> str:
    if "values" in row:
        return f"one of {', '.join(row['values'])}"
    low, high = row["range"]
    unit = f" {row['unit']}" if "unit" in row else ""
    return f"a number from {low} to {high}{unit}"


def _old_words(corosync: Corosync) -> Iterator[Hit]:
    """Keys that only corosync 2 reads, and whose words its reader compares."""
    for path, words in _OLD_WORDS.items():
        key = corosync.keys.get(path)
        if key is not None and key.value not in words:
            values = {"path": path, "value": key.value, "allowed": f"one of {', '.join(words)}"}
            yield Hit(at=key.at, subject=path, case="old", values=values)


def _switches(corosync: Corosync) -> Iterator[Hit]:
    """Switches of the quorum section, where any number but 0 is on."""
    for name in ("two_node", "wait_for_all", "auto_tie_breaker", "last_man_standing", "allow_downscale"):
        key = corosync.keys.get(f"quorum.{name}")
        if key is not None and 1 < corosync.number(key.path) < 2**8:
            yield Hit(at=key.at, subject=key.path, case="switch", values={"path": key.path, "value": key.value})


def _priority(corosync: Corosync) -> Iterator[Hit]:
    key = corosync.keys.get("system.priority")
    if key is not None and key.value not in ("max", "min") and not _PRIORITY.fullmatch(key.value):
        values = {"path": key.path, "value": key.value, "allowed": "max, min or a whole number"}
        yield Hit(at=key.at, subject=key.path, case="start", values=values)


@cache
def _rows() -> Mapping[str, Mapping[str, Any]]:
    return {f"{row['section']}.{row['key']}": row for row in load("corosync-keys")["keys"] if "wrong" in row}
