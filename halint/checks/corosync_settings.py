"""Settings of corosync.conf that are accepted and do less, or something else, than they seem to."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from halint.checks.corosync_keys import as_written
from halint.checks.corosync_release import is_for_corosync_2, judged_for_3
from halint.engine.hit import Hit
from halint.listing import listed
from halint.model.cluster import Cluster
from halint.model.corosync import Corosync
from halint.schema_data import load
from halint.source import Mark

_EXPERT = (
    "token_retransmit",
    "hold",
    "merge",
    "downcheck",
    "fail_recv_const",
    "seqno_unchanged_const",
    "miss_count_const",
)
_KNET_STEP_MS = 200
_TOLD_ELSEWHERE = ("totem.rrp_mode",)
LONGEST_TOKEN_MS = 300000
POLL_PERIODS_MS = (500, 120000)
"""What the watchdog service takes as poll_period of a process."""
_LEVELS = {"zlib": (-1, 9), "lzma": (0, 9), "bzip2": (1, 9)}
"""Measured with libknet 1.25: outside these, knet sets up no compression. zstd, lz4 and lz4hc take any level."""


def deprecated(cluster: Cluster) -> Iterator[Hit]:
    """Keys on their way out, and as one hit those not read. Cases: deprecated, deprecated_after, obsolete."""
    corosync = cluster.corosync
    if corosync is None or not judged_for_3(cluster):
        return
    gone, told = dict[str, Mark](), set()
    rows = {f"{row['section']}.{row['key']}".lstrip("."): row for row in load("corosync-keys")["keys"]}
    for path, key in corosync.keys.items():
        row = rows.get(as_written(path))
        if row is None or "state" not in row or as_written(path) in told or path in _TOLD_ELSEWHERE:
            continue
        told.add(as_written(path))
        after = row.get("after", "")
        if row["state"] == "obsolete":
            gone[as_written(path)] = key.at
        elif key.value != row.get("default"):
            case = "deprecated_after" if after else "deprecated"
            yield Hit(at=key.at, subject=path, case=case, values={"path": as_written(path), "after": after})
    if gone and not is_for_corosync_2(cluster, corosync):
        (path, at), *others = gone.items()
        related = tuple((mark, f"so is {name}") for name, mark in others)
        values = {"path": listed(gone, last=", "), "is": "is" if not others else "are"}
        yield Hit(at=at, subject=path, case="obsolete", values=values, related=related)


def not_yet(cluster: Cluster) -> Iterator[Hit]:
    """Keys that a later corosync brought than the one the file is judged for."""
    corosync = cluster.corosync
    rows = {f"{row['section']}.{row['key']}".lstrip("."): row for row in load("corosync-keys")["keys"]}
    for path, key in corosync.keys.items() if corosync else ():
        since = str(rows.get(as_written(path), {}).get("since", "0"))
        if corosync is not None and corosync.release < tuple(map(int, since.split("."))):
            values = {"path": as_written(path), "since": since, "release": corosync.release_told}
            yield Hit(at=key.at, subject=path, values=values)


def expert_timer(cluster: Cluster) -> Iterator[Hit]:
    """Timers that the manual asks to leave alone."""
    corosync = cluster.corosync
    for name in _EXPERT:
        path = f"totem.{name}"
        if corosync is not None and corosync.number(path):
            yield Hit(at=corosync.place(path), subject=path, values={"name": name, "value": corosync.value(path)})


def window(cluster: Cluster) -> Iterator[Hit]:
    """window_size and max_messages beyond what the receive buffers hold (corosync.conf(5): 256000 / netmtu)."""
    corosync = cluster.corosync
    if corosync is None:
        return
    mtu = corosync.number("totem.netmtu") or 1500
    for name in ("window_size", "max_messages"):
        value = corosync.number(f"totem.{name}")
        if value > 256000 // mtu:
            values = {"name": name, "value": value, "limit": 256000 // mtu, "mtu": mtu}
            yield Hit(at=corosync.place(f"totem.{name}"), subject=f"totem.{name}", values=values)


def retransmit_order(cluster: Cluster) -> Iterator[Hit]:
    """Timers that are longer than the one they belong to. Cases: retransmit, hold, warning, heartbeat."""
    corosync = cluster.corosync
    if corosync is None:
        return
    totem = corosync.totem
    values = {"token": totem.token_told, "retransmit": totem.token_retransmit, "hold": totem.hold}
    if totem.token_retransmit > totem.token:
        at = corosync.place("totem.token_retransmit")
        yield Hit(at=at, subject="totem.token_retransmit", case="retransmit", values=values)
    elif totem.hold > totem.token:
        yield Hit(at=corosync.place("totem.hold"), subject="totem.hold", case="hold", values=values)
    if 0 < totem.token_warning * totem.token // 100 < totem.token_retransmit <= totem.token:
        at = corosync.place("totem.token_warning")
        values = {**values, "warning": totem.token_warning}
        yield Hit(at=at, subject="totem.token_warning", case="warning", values=values)
    count = corosync.number("totem.heartbeat_failures_allowed")
    if count and count * totem.token_retransmit + totem.max_network_delay >= totem.token:
        at = corosync.place("totem.heartbeat_failures_allowed")
        values = {**values, "count": count}
        yield Hit(at=at, subject="totem.heartbeat_failures_allowed", case="heartbeat", values=values)


def ping_pair(cluster: Cluster) -> Iterator[Hit]:
    """Ping settings of knet. Cases: interval, timeout (alone), short, order, start (refused), dropped, pongs."""
    corosync = cluster.corosync
    if corosync is None or corosync.totem.transport != "knet":
        return
    strict = corosync.release >= (3, 1, 8)
    for link in corosync.interfaces:
        place = f"totem.interface.{link.link}.knet"
        values = {"link": link.link, "interval": link.ping_interval, "timeout": link.ping_timeout}
        interval, timeout = f"{place}_ping_interval" in corosync.keys, f"{place}_ping_timeout" in corosync.keys
        if interval != timeout:
            case, name = ("interval", "interval") if interval else ("timeout", "timeout")
            at = corosync.place(f"{place}_ping_{name}")
            yield Hit(at=at, subject=f"{place}_ping_{name}", case=case, values=values)
        elif interval and link.ping_interval >= link.ping_timeout:
            at = corosync.place(f"{place}_ping_interval")
            yield Hit(at=at, subject=f"{place}_ping_interval", case="order", values=values)
        for name, value in (("interval", link.ping_interval), ("timeout", link.ping_timeout)):
            path = f"{place}_ping_{name}"
            if path not in corosync.keys:
                continue
            if corosync.number(path) >= 2**31:
                case = "dropped"
            elif value < _KNET_STEP_MS:
                case = "start" if strict and name == "timeout" else "short"
            else:
                continue
            more = {**values, "name": f"knet_ping_{name}", "value": corosync.value(path)}
            yield Hit(at=corosync.place(path), subject=path, case=case, values=more)
        pongs = corosync.number(f"{place}_pong_count")
        if pongs > 255:
            case = "pongs_start" if strict and pongs % 256 == 0 else "pongs"
            at = corosync.place(f"{place}_pong_count")
            yield Hit(at=at, subject=f"{place}_pong_count", case=case, values={**values, "value": pongs})


def ping_timeout_vs_token(cluster: Cluster) -> Iterator[Hit]:
    """Links whose failure is noticed later than a node's."""
    corosync = cluster.corosync
    if corosync is None or len(corosync.interfaces) < 2:
        return
    for link in corosync.interfaces:
        path = f"totem.interface.{link.link}.knet_ping_timeout"
        if path in corosync.keys and link.ping_timeout >= corosync.totem.token:
            values = {"link": link.link, "timeout": link.ping_timeout, "token": corosync.totem.token_told}
            yield Hit(at=corosync.place(path), subject=path, values=values)


def port_assumed(cluster: Cluster) -> Iterator[Hit]:
    """The port of link 0 alone: further links do not follow it."""
    corosync = cluster.corosync
    if corosync is None or len(corosync.interfaces) < 2 or corosync.totem.transport != "knet":
        return
    written = [link for link in corosync.interfaces if corosync.number(f"totem.interface.{link.link}.mcastport")]
    others = [link for link in corosync.interfaces if link not in written]
    if written and others and written[0].port != 5405 + written[0].link:
        told = ", ".join(f"link {link.link} port {link.port}" for link in others)
        path = f"totem.interface.{written[0].link}.mcastport"
        values = {"link": written[0].link, "port": written[0].port, "others": told}
        yield Hit(at=corosync.place(path), subject=path, values=values)


def port_collision(cluster: Cluster) -> Iterator[Hit]:
    """Two links of udp rings on one port or on neighbouring ones (corosync 2); knet's addresses keep them apart."""
    corosync = cluster.corosync
    if corosync is None or corosync.totem.transport == "knet":
        return
    ports = [(corosync.number(f"totem.interface.{n}.mcastport"), n) for n in range(8)]
    seen = [(port, n) for port, n in ports if port]
    for (port, n), (other, m) in pairwise(seen):
        same = corosync.value(f"totem.interface.{n}.mcastaddr") == corosync.value(f"totem.interface.{m}.mcastaddr")
        if abs(port - other) < 2 and same:
            path = f"totem.interface.{m}.mcastport"
            values = {"first": n, "second": m, "port": port, "other": other}
            yield Hit(at=corosync.place(path), subject=path, values=values)


def sctp(cluster: Cluster) -> Iterator[Hit]:
    """Links over SCTP."""
    corosync = cluster.corosync
    for link in corosync.interfaces if corosync else ():
        path = f"totem.interface.{link.link}.knet_transport"
        if corosync is not None and link.transport == "sctp" and corosync.totem.transport == "knet":
            yield Hit(at=corosync.place(path), subject=path, values={"link": link.link})


def priority_unused(cluster: Cluster) -> Iterator[Hit]:
    """knet_link_priority where link_mode is not passive."""
    corosync = cluster.corosync
    mode = corosync.value("totem.link_mode") if corosync else None
    if corosync is None or mode not in ("active", "rr") or corosync.totem.transport != "knet":
        return
    for link in corosync.interfaces:
        path = f"totem.interface.{link.link}.knet_link_priority"
        if path in corosync.keys:
            yield Hit(at=corosync.place(path), subject=path, values={"link": link.link, "mode": mode})


def realtime(cluster: Cluster) -> Iterator[Hit]:
    """Corosync without real-time scheduling. Cases: off, fallback."""
    corosync = cluster.corosync
    if corosync is not None and corosync.value("system.sched_rr") == "no":
        yield Hit(at=corosync.place("system.sched_rr"), subject="system.sched_rr")


def unlisted(cluster: Cluster) -> Iterator[Hit]:
    """block_unlisted_ips switched off."""
    corosync = cluster.corosync
    if corosync is not None and corosync.value("totem.block_unlisted_ips") == "no":
        yield Hit(at=corosync.place("totem.block_unlisted_ips"), subject="totem.block_unlisted_ips")


def cluster_name(cluster: Cluster) -> Iterator[Hit]:
    """No name for the cluster."""
    corosync = cluster.corosync
    if corosync is None or not corosync.keys or corosync.totem.cluster_name or corosync.totem.at is None:
        return
    if is_for_corosync_2(cluster, corosync):
        return
    if corosync.nodes and not corosync.quorum.device:
        yield Hit(at=corosync.totem.cluster_name_at or corosync.totem.at, subject="totem.cluster_name")


def weak_crypto(cluster: Cluster) -> Iterator[Hit]:
    """Encryption that is broken or wearing out. Cases: hash, cipher."""
    corosync = cluster.corosync
    if corosync is None:
        return
    if corosync.totem.hash in ("md5", "sha1") and "totem.crypto_hash" in corosync.keys:
        values = {"hash": corosync.totem.hash}
        case = "hash_old" if is_for_corosync_2(cluster, corosync) else "hash"
        yield Hit(at=corosync.place("totem.crypto_hash"), subject="totem.crypto_hash", case=case, values=values)
    if corosync.totem.cipher == "3des":
        yield Hit(at=corosync.place("totem.crypto_cipher"), subject="totem.crypto_cipher", case="cipher")


def key_in_file(cluster: Cluster) -> Iterator[Hit]:
    """The key where everyone reads the file, or a key file nobody reads. Cases: inline, unused, both."""
    corosync = cluster.corosync
    if corosync is None:
        return
    plain = (corosync.totem.cipher, corosync.totem.hash) == ("none", "none")
    if "totem.keyfile" in corosync.keys and "totem.key" in corosync.keys:
        yield Hit(at=corosync.place("totem.key"), subject="totem.key", case="both")
    elif "totem.key" in corosync.keys:
        yield Hit(at=corosync.place("totem.key"), subject="totem.key", case="inline")
    if plain and "totem.keyfile" in corosync.keys:
        yield Hit(at=corosync.place("totem.keyfile"), subject="totem.keyfile", case="unused")


def resources(cluster: Cluster) -> Iterator[Hit]:
    """Settings of resources and nozzle that corosync complains of.

    Cases: poll, range, recovery, nozzle, mac, prefix.
    """
    corosync = cluster.corosync
    if corosync is None:
        return
    yield from _processes(corosync)
    for name in ("memory_used", "load_15min"):
        path = f"resources.system.{name}.poll_period"
        if path in corosync.keys and corosync.value(path) != "3000":
            yield Hit(at=corosync.place(path), subject=path, case="poll", values={"path": path})
    if not any(path.startswith("nozzle.") for path in corosync.keys):
        return
    for name in ("name", "ipaddr", "ipprefix"):
        if not corosync.value(f"nozzle.{name}"):
            at = corosync.sections.get("nozzle") or corosync.at
            yield Hit(at=at, subject="nozzle", case="nozzle", values={"name": name})
    mac, prefix = corosync.value("nozzle.macaddr"), corosync.value("nozzle.ipprefix")
    if mac is not None and len(mac) != len("54:54:01:00:00:00"):
        yield Hit(at=corosync.place("nozzle.macaddr"), subject="nozzle", case="mac", values={"value": mac})
    high = 64 if ":" in (corosync.value("nozzle.ipaddr") or "") else 30
    if prefix and not (prefix.isascii() and prefix.isdigit() and len(prefix) < 4 and 8 <= int(prefix) <= high):
        values = {"value": prefix, "high": high}
        yield Hit(at=corosync.place("nozzle.ipprefix"), subject="nozzle", case="prefix", values=values)


def _processes(corosync: Corosync) -> Iterator[Hit]:
    """Watched processes: without a recovery none is watched, and only some poll periods are taken (measured, 3.1.7)."""
    names = {path.split(".")[2] for path in corosync.keys if path.startswith("resources.process.")}
    for name in sorted(names):
        section = f"resources.process.{name}"
        recovery, poll = corosync.value(f"{section}.recovery"), corosync.keys.get(f"{section}.poll_period")
        if recovery is None:
            at = corosync.sections.get(section) or corosync.at
            yield Hit(at=at, subject=section, case="recovery", values={"name": name})
        elif poll is not None and not POLL_PERIODS_MS[0] <= corosync.number(poll.path) <= POLL_PERIODS_MS[1]:
            yield Hit(at=poll.at, subject=section, case="range", values={"path": poll.path, "value": poll.value})


def long_token(cluster: Cluster) -> Iterator[Hit]:
    """A token beyond the five minutes that Red Hat supports (its solution 3068821)."""
    corosync = cluster.corosync
    if corosync is not None and corosync.totem.token > LONGEST_TOKEN_MS:
        at = corosync.place("totem.token")
        yield Hit(at=at, subject="totem.token", values={"token": corosync.totem.token_told})


def compression(cluster: Cluster) -> Iterator[Hit]:
    """A level that the compression library does not take, the default of 0 with bzip2 included. Cases: level, unset."""
    corosync = cluster.corosync
    if corosync is None or corosync.totem.transport != "knet" or not judged_for_3(cluster):
        return
    model = corosync.keys.get("totem.knet_compression_model")
    level = corosync.keys.get("totem.knet_compression_level")
    if model is None or model.value not in _LEVELS:
        return
    low, high = _LEVELS[model.value]
    number = corosync.number("totem.knet_compression_level")
    if not low <= number <= high:
        values = {"model": model.value, "level": number, "low": low, "high": high}
        yield Hit(at=(level or model).at, subject="totem", case="level" if level else "unset", values=values)


def plugin(cluster: Cluster) -> Iterator[Hit]:
    """Pacemaker as a plug-in, in a file that is not for corosync 1."""
    corosync = cluster.corosync
    if corosync is None or not (corosync.nodes or corosync.quorum.provider):
        return
    key = corosync.keys.get("service.name")
    if key is not None:
        yield Hit(at=key.at, subject="service", values={"name": key.value})


def secauth(cluster: Cluster) -> Iterator[Hit]:
    """A secauth that says otherwise than the cipher. Cases: off, on."""
    corosync = cluster.corosync
    word = corosync.value("totem.secauth") if corosync else None
    if corosync is None or word not in ("on", "off"):
        return
    totem = corosync.totem
    at = corosync.place("totem.secauth")
    if word == "off" and totem.encrypted:
        values = {"cipher": totem.cipher, "hash": totem.hash}
        yield Hit(at=at, subject="totem.secauth", case="off", values=values)
    elif word == "on" and not totem.encrypted and "totem.crypto_cipher" in corosync.keys:
        yield Hit(at=at, subject="totem.secauth", case="on")


def default_name(cluster: Cluster) -> Iterator[Hit]:
    """A name from examples and packages."""
    corosync = cluster.corosync
    name = corosync.totem.cluster_name if corosync else None
    if corosync is not None and name in ("hacluster", "debian", "mycluster", "my_cluster", "testcluster", "cluster"):
        at = corosync.place("totem.cluster_name")
        yield Hit(at=at, subject="totem.cluster_name", values={"name": name})
