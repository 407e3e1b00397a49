"""Votes, tie breakers and the quorum device: what votequorum does with them when it starts (votequorum(5))."""

from __future__ import annotations

import re
from collections.abc import Iterator

from halint.engine.hit import Hit
from halint.model.cluster import Cluster
from halint.model.corosync import Corosync
from halint.source import Mark

PROVIDER = "corosync_votequorum"
MOST_COMMANDS = 32
"""The heuristics commands that corosync-qdevice takes."""
_COMMAND = re.compile(r"quorum\.device\.heuristics\.exec_[^.]+")


def _counted(cluster: Cluster) -> Corosync | None:
    """The file where votequorum is at work."""
    corosync = cluster.corosync
    return corosync if corosync is not None and corosync.quorum.provider == PROVIDER else None


def _hit(corosync: Corosync, name: str, case: str = "", **values: object) -> Hit:
    return Hit(at=corosync.place(f"quorum.{name}"), subject=f"quorum.{name}", case=case, values=values)


def tie_breaker_words(corosync: Corosync) -> tuple[str, ...]:
    """The words of auto_tie_breaker_node."""
    return tuple((corosync.value("quorum.auto_tie_breaker_node") or "lowest").split())


def usable_tie_breaker(corosync: Corosync) -> bool:
    """Whether auto_tie_breaker stays on: only `lowest`, `highest` and ids are understood."""
    words = tie_breaker_words(corosync)
    first = words[0] if words else ""
    return first in ("lowest", "highest") or first[:1].isdigit()


def two_node_with_tie_breaker(cluster: Cluster) -> Iterator[Hit]:
    """two_node beside auto_tie_breaker."""
    corosync = _counted(cluster)
    if corosync and corosync.quorum.two_node and corosync.quorum.auto_tie_breaker and usable_tie_breaker(corosync):
        yield _hit(corosync, "two_node")


def odd_tie_breaker(cluster: Cluster) -> Iterator[Hit]:
    """auto_tie_breaker with an odd number of votes and no wait_for_all, and without last_man_standing."""
    yield from _odd(cluster, last_man_standing=False)


def odd_with_last_man(cluster: Cluster) -> Iterator[Hit]:
    """As `odd_tie_breaker`, with last_man_standing: the daemon does not start."""
    yield from _odd(cluster, last_man_standing=True)


def _odd(cluster: Cluster, *, last_man_standing: bool) -> Iterator[Hit]:
    corosync = _counted(cluster)
    if corosync is None or not corosync.quorum.auto_tie_breaker or not usable_tie_breaker(corosync):
        return
    quorum = corosync.quorum
    votes = sum(node.votes for node in corosync.nodes) or quorum.expected_votes
    if votes % 2 and not quorum.wait_for_all and quorum.last_man_standing is last_man_standing:
        yield _hit(corosync, "auto_tie_breaker", votes=votes)


def even_tie_breaker(cluster: Cluster) -> Iterator[Hit]:
    """auto_tie_breaker with an even number of votes and no wait_for_all; two_node and a device have their own rules."""
    corosync = _counted(cluster)
    if corosync is None or corosync.quorum.device or corosync.quorum.two_node:
        return
    quorum = corosync.quorum
    votes = quorum.expected_votes
    if quorum.auto_tie_breaker and usable_tie_breaker(corosync) and not votes % 2 and not quorum.wait_for_all:
        yield _hit(corosync, "auto_tie_breaker", votes=votes, half=votes // 2)


def tie_breaker_node(cluster: Cluster) -> Iterator[Hit]:
    """auto_tie_breaker_node that is no list of ids. Cases: word, comma, unknown."""
    corosync = _counted(cluster)
    if corosync is None or "quorum.auto_tie_breaker_node" not in corosync.keys or not corosync.quorum.auto_tie_breaker:
        return
    text = corosync.value("quorum.auto_tie_breaker_node") or ""
    name = "auto_tie_breaker_node"
    if not usable_tie_breaker(corosync):
        yield _hit(corosync, name, "word", value=text)
        return
    words = tie_breaker_words(corosync)
    ids = {str(node.nodeid) for node in corosync.nodes}
    if "," in text:
        yield _hit(corosync, name, "comma", value=text, first=text.partition(",")[0].strip())
    elif words[0] not in ("lowest", "highest"):
        for word in words:
            if corosync.nodes and word not in ids:
                yield _hit(corosync, name, "unknown", value=word)


def tie_breaker_unused(cluster: Cluster) -> Iterator[Hit]:
    """auto_tie_breaker_node without auto_tie_breaker."""
    corosync = _counted(cluster)
    if corosync and not corosync.quorum.auto_tie_breaker and "quorum.auto_tie_breaker_node" in corosync.keys:
        yield _hit(corosync, "auto_tie_breaker_node")


def last_man(cluster: Cluster) -> Iterator[Hit]:
    """last_man_standing without wait_for_all."""
    corosync = _counted(cluster)
    if corosync and corosync.quorum.last_man_standing and not corosync.quorum.wait_for_all:
        yield _hit(corosync, "last_man_standing")


def last_man_votes(cluster: Cluster) -> Iterator[Hit]:
    """last_man_standing with nodes that have more than one vote: it is switched off."""
    corosync = _counted(cluster)
    if corosync is None or not corosync.quorum.last_man_standing:
        return
    heavy = next((node for node in corosync.nodes if node.votes > 1), None)
    if heavy is not None:
        yield _hit(corosync, "last_man_standing", node=heavy.label, votes=heavy.votes)


def last_man_window(cluster: Cluster) -> Iterator[Hit]:
    """last_man_standing_window without last_man_standing."""
    corosync = _counted(cluster)
    window = "quorum.last_man_standing_window"
    if corosync and window in corosync.keys and not corosync.quorum.last_man_standing:
        yield _hit(corosync, "last_man_standing_window", value=corosync.value(window))


def odd_votes(cluster: Cluster) -> Iterator[Hit]:
    """Nodes whose votes are not one. Cases: none, zero, majority, more."""
    corosync = _counted(cluster)
    if corosync is None or not corosync.nodes:
        return
    if all(node.votes == 0 for node in corosync.nodes):
        yield _hit(corosync, "quorum_votes", "none")
        return
    majority = corosync.quorum.expected_votes // 2 + 1
    for node in corosync.nodes:
        if node.votes == 1:
            continue
        case = (
            "zero" if node.votes == 0 else "majority" if len(corosync.nodes) > 1 and node.votes >= majority else "more"
        )
        at = corosync.place(f"nodelist.node.{node.index}.quorum_votes")
        yield Hit(
            at=at, subject=node.label, case=case, values={"node": node.label, "votes": node.votes, "need": majority}
        )


def ignored_votes(cluster: Cluster) -> Iterator[Hit]:
    """Settings of the quorum section that mean nothing. Cases: votes, cancel, downscale, tracking."""
    corosync = _counted(cluster)
    if corosync is None:
        return
    if "quorum.votes" in corosync.keys and corosync.nodes:
        yield _hit(corosync, "votes", "votes")
    if "quorum.cancel_wait_for_all" in corosync.keys:
        yield _hit(corosync, "cancel_wait_for_all", "cancel")
    if corosync.number("quorum.allow_downscale") and not corosync.quorum.device:
        yield _hit(corosync, "allow_downscale", "downscale")
    if corosync.number("quorum.expected_votes_tracking"):
        yield _hit(corosync, "expected_votes_tracking", "tracking")


def device_conflict(cluster: Cluster) -> Iterator[Hit]:
    """Options with which votequorum does not start beside a device. Cases: option, window."""
    corosync = _counted(cluster)
    if corosync is None or not corosync.quorum.device:
        return
    tied = corosync.quorum.auto_tie_breaker and usable_tie_breaker(corosync)
    on = {
        "last_man_standing": corosync.quorum.last_man_standing,
        "auto_tie_breaker": tied,
        "allow_downscale": bool(corosync.number("quorum.allow_downscale")),
    }
    for name, active in on.items():
        if active:
            yield Hit(at=corosync.place(f"quorum.{name}"), subject=f"quorum.{name}", values={"name": name})


def device_votes_missing(cluster: Cluster) -> Iterator[Hit]:
    """A device whose votes must be written and are not. Cases: expected, unequal."""
    corosync = _counted(cluster)
    if corosync is None or not corosync.quorum.device or "quorum.device.votes" in corosync.keys:
        return
    at = corosync.quorum.device_at or corosync.at
    if corosync.number("quorum.expected_votes"):
        yield Hit(at=at, subject="quorum.device", case="expected")
    elif sum(node.votes for node in corosync.nodes) != len(corosync.nodes):
        yield Hit(at=at, subject="quorum.device", case="unequal")


def device_votes(cluster: Cluster) -> Iterator[Hit]:
    """Votes of a device that do not go with the rest. Cases: start, split, split_missing, nodes, lms."""
    corosync = _counted(cluster)
    if corosync is None or not corosync.quorum.device:
        return
    written = "quorum.device.votes" in corosync.keys
    votes, expected = corosync.number("quorum.device.votes"), corosync.number("quorum.expected_votes")
    algorithm = corosync.value("quorum.device.net.algorithm") or "ffsplit"
    net = corosync.quorum.device == "net" and "quorum.device.net.host" in corosync.keys
    if votes > 0 and expected and expected - votes < 2:
        yield _hit(corosync, "device.votes", "start", votes=votes, expected=expected)
    elif net and algorithm == "ffsplit" and votes != 1:
        yield _hit(corosync, "device.votes", "split" if written else "split_missing", votes=votes)
    elif net and algorithm == "ffsplit" and (heavy := next((n for n in corosync.nodes if n.votes != 1), None)):
        at: Mark = corosync.place(f"nodelist.node.{heavy.index}.quorum_votes")
        yield Hit(at=at, subject=heavy.label, case="nodes", values={"node": heavy.label, "votes": heavy.votes})
    elif net and algorithm in ("lms", "2nodelms") and written and corosync.nodes and votes != len(corosync.nodes) - 1:
        wanted = len(corosync.nodes) - 1
        yield _hit(corosync, "device.votes", "lms", votes=votes, wanted=wanted, algorithm=algorithm)


def device_options(cluster: Cluster) -> Iterator[Hit]:
    """What a device lacks. Cases: model, other, host, name, heuristics (no exec)."""
    corosync = cluster.corosync
    if corosync is None or not any(path.startswith("quorum.device.") for path in corosync.keys):
        return
    at = corosync.quorum.device_at or corosync.at
    model = corosync.quorum.device
    if not model:
        yield Hit(at=at, subject="quorum.device", case="model")
    elif model != "net":
        place = corosync.place("quorum.device.model")
        yield Hit(at=place, subject="quorum.device", case="other", values={"model": model})
    else:
        if not corosync.value("quorum.device.net.host"):
            yield Hit(at=corosync.place("quorum.device.net.host"), subject="quorum.device", case="host")
        if not corosync.totem.cluster_name:
            yield Hit(at=at, subject="quorum.device", case="name")


def heuristics(cluster: Cluster) -> Iterator[Hit]:
    """Heuristics that are on and that the device switches off. Cases: none (to run), many."""
    corosync = cluster.corosync
    mode = corosync.value("quorum.device.heuristics.mode") if corosync else None
    if corosync is None or (mode or "").lower() not in ("on", "yes", "1", "sync"):
        return
    # corosync-qdevice passes over names with a further dot
    commands = [path for path in corosync.keys if _COMMAND.fullmatch(path)]
    if not commands:
        yield _hit(corosync, "device.heuristics.mode", "none", mode=mode)
    elif len(commands) > MOST_COMMANDS:
        values = {"mode": mode, "count": len(commands), "most": MOST_COMMANDS}
        yield _hit(corosync, "device.heuristics.mode", "many", **values)


def heuristics_path(cluster: Cluster) -> Iterator[Hit]:
    """Commands of heuristics that are not written as absolute paths."""
    corosync = cluster.corosync
    for path, key in corosync.keys.items() if corosync else ():
        command = key.value.lstrip("\"'")
        if path.startswith("quorum.device.heuristics.exec_") and key.value and not command.startswith("/"):
            values = {"name": path.rpartition(".")[2], "command": key.value.split()[0]}
            yield Hit(at=key.at, subject=path, values=values)


def odd_with_split(cluster: Cluster) -> Iterator[Hit]:
    """An arbiter by ffsplit for an odd number of nodes."""
    corosync = _counted(cluster)
    if corosync is None or corosync.quorum.device != "net" or "quorum.device.net.host" not in corosync.keys:
        return
    count = len(corosync.nodes)
    if count > 1 and count % 2 and (corosync.value("quorum.device.net.algorithm") or "ffsplit") == "ffsplit":
        yield _hit(corosync, "device.net.algorithm", nodes=count)


def even_without_arbiter(cluster: Cluster) -> Iterator[Hit]:
    """Four nodes or another even number without anything that breaks a tie."""
    corosync = _counted(cluster)
    if corosync is None or len(corosync.nodes) < 4 or sum(node.votes for node in corosync.nodes) % 2:
        return
    quorum = corosync.quorum
    if quorum.device_at is None and not quorum.auto_tie_breaker:
        yield Hit(at=quorum.at or corosync.at, subject="quorum", values={"nodes": len(corosync.nodes)})


def device_timeouts(cluster: Cluster) -> Iterator[Hit]:
    """Timeouts of the device in ms. Cases: order, clamped (0.8 of it must be 1 to 120 s), heuristics."""
    corosync = cluster.corosync
    if corosync is None or corosync.quorum.device != "net":
        return
    timeout = corosync.number("quorum.device.timeout") or 10000
    sync = corosync.number("quorum.device.sync_timeout") or 30000
    name = "device.timeout" if "quorum.device.timeout" in corosync.keys else "device.sync_timeout"
    if not 1250 <= timeout <= 150000:
        yield _hit(corosync, "device.timeout", "clamped", timeout=timeout)
    elif timeout >= sync:
        yield _hit(corosync, name, "order", timeout=timeout, sync=sync)
    for key, limit in (("timeout", timeout), ("sync_timeout", sync)):
        value = corosync.number(f"quorum.device.heuristics.{key}")
        if value >= limit:
            path = f"quorum.device.heuristics.{key}"
            values = {"name": key, "value": value, "limit": limit}
            yield Hit(at=corosync.place(path), subject=path, case="heuristics", values=values)


def device_inside(cluster: Cluster) -> Iterator[Hit]:
    """A quorum device whose server is one of the nodes."""
    corosync = cluster.corosync
    host = corosync.value("quorum.device.net.host") if corosync else None
    if corosync is None or not host or corosync.quorum.device != "net":
        return
    for node in corosync.nodes:
        known = {name.lower() for name in (node.name or "", *(a.address for a in node.addresses)) if name}
        if host.lower() in known:
            values = {"host": host, "node": node.label}
            yield Hit(at=corosync.place("quorum.device.net.host"), subject="quorum.device", values=values)
            return
