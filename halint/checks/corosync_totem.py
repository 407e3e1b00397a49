"""The totem section: version, transport, timers and encryption, as corosync's totem configuration judges them."""

from __future__ import annotations

from collections.abc import Iterator

from halint.checks.corosync_release import is_for_corosync_2, judged_for_3
from halint.engine.hit import Hit
from halint.model.cluster import Cluster
from halint.model.corosync import Corosync

MIN_MS = 30
"""The least of most timers (totemconfig.c, MINIMUM_TIMEOUT)."""
MIN_HOLD_MS = 14
_RING_MINIMA = {
    "rrp_token_expired_timeout": MIN_MS,
    "rrp_problem_count_timeout": MIN_MS,
    "rrp_problem_count_threshold": 2,
    "rrp_problem_count_mcast_threshold": 2,
}
# corosync counts the closing zero of the key's text as a byte
_KEY_BYTES = (127, 4096)
# Measured, 3.1.7: 1 does not initialize totem, 10 to 80 abort the daemon, 100 runs
_MIN_MTU = 100
# knet's limit for the size of packets (knet_handle_pmtud_set)
_MAX_KNET_MTU = 65535


def version(cluster: Cluster) -> Iterator[Hit]:
    """totem.version is not 2. Cases: missing, other, place."""
    corosync = cluster.corosync
    # a file that sets nothing is corosync-syntax's
    if corosync is None or not corosync.keys or corosync.number("totem.version", 2 if _refused(corosync) else 0) == 2:
        return
    key = corosync.keys.get("totem.version")
    case = "missing" if key is None else "place" if key.path in corosync.untyped else "other"
    values = {"version": key.value if key else ""}
    yield Hit(at=corosync.place("totem.version"), subject="totem.version", case=case, values=values)


def _refused(corosync: Corosync) -> bool:
    """Whether the version is no number, which corosync-value-invalid tells."""
    return (
        "totem.version" in corosync.keys
        and "totem.version" not in corosync.untyped
        and not (corosync.value("totem.version") or "").isdigit()
    )


def transport(cluster: Cluster) -> Iterator[Hit]:
    """A transport that corosync does not have. Cases: unknown, old (taken for udp by corosync 2)."""
    corosync = cluster.corosync
    known = ("knet", "udpu", "udp")
    if corosync is None or corosync.totem.transport_at is None or corosync.totem.transport in known:
        return
    if corosync.release < (3,):
        if corosync.totem.transport == "iba":
            return
        case = "old"
    else:
        case = "unknown"
    at = corosync.place("totem.transport")
    yield Hit(at=at, subject="totem.transport", case=case, values={"transport": corosync.totem.transport})


def timers(cluster: Cluster) -> Iterator[Hit]:
    """Timers below their minimum, each told once.

    Cases: small, hold, warning, token, derived, derived_hold; rings_small and rings_count of corosync 2's rings.
    """
    corosync = cluster.corosync
    if corosync is None:
        return
    if not judged_for_3(cluster):
        yield from _ring_timers(corosync)
    totem = corosync.totem
    written = [
        name
        for name in ("max_network_delay", "token_retransmit", "join", "consensus", "merge", "downcheck")
        if getattr(totem, name) < MIN_MS and corosync.number(f"totem.{name}")
    ]
    for name in written:
        yield _timer(corosync, name, "small", value=getattr(totem, name), minimum=MIN_MS)
    if totem.token < MIN_MS:
        yield _timer(corosync, "token", "token", token=totem.token_told, minimum=MIN_MS)
    elif totem.token_retransmit < MIN_MS and "token_retransmit" not in written:
        least = -(-MIN_MS * (totem.retransmits * 10 + 2) // 10)
        yield _timer(
            corosync,
            "token" if totem.token_at else "token_retransmits_before_loss_const",
            "derived",
            token=totem.token_told,
            count=totem.retransmits,
            value=totem.token_retransmit,
            minimum=least,
        )
    elif totem.hold < MIN_HOLD_MS:
        case = "small" if corosync.number("totem.hold") else "derived_hold"
        yield _timer(corosync, "hold", case, value=totem.hold, minimum=MIN_HOLD_MS, retransmit=totem.token_retransmit)
    elif 0 < totem.consensus < MIN_MS and "consensus" not in written:
        yield _timer(corosync, "consensus", "small", value=totem.consensus, minimum=MIN_MS)
    if totem.token_warning > 100:
        yield _timer(corosync, "token_warning", "warning", value=totem.token_warning)


def _ring_timers(corosync: Corosync) -> Iterator[Hit]:
    """What corosync 2 asks of the settings of its rings (totemconfig.c of 2.4); 0 stands for the default."""
    for name, least in _RING_MINIMA.items():
        value = corosync.number(f"totem.{name}")
        if 0 < value < least:
            case = "rings_small" if least == MIN_MS else "rings_count"
            yield _timer(corosync, name, case, value=value, minimum=least)


def _timer(corosync: Corosync, name: str, case: str, **values: object) -> Hit:
    at = corosync.place(f"totem.{name}")
    return Hit(at=at, subject=f"totem.{name}", case=case, values={"name": name, **values})


def mtu(cluster: Cluster) -> Iterator[Hit]:
    """Sizes of packets with which corosync aborts at start, or that have no use. Cases: start, big, knet (ignored)."""
    corosync = cluster.corosync
    size = corosync.number("totem.knet_mtu") if corosync else 0
    if corosync is not None and size > _MAX_KNET_MTU and corosync.totem.transport == "knet":
        values = {"mtu": size, "most": _MAX_KNET_MTU}
        yield Hit(at=corosync.place("totem.knet_mtu"), subject="totem.knet_mtu", case="knet", values=values)
    key = corosync.keys.get("totem.netmtu") if corosync else None
    if corosync is None or key is None:
        return
    value = corosync.totem.mtu
    if value < _MIN_MTU:
        yield Hit(at=key.at, subject="totem.netmtu", case="start", values={"mtu": value})
    elif value > 9000 and corosync.totem.transport != "knet":
        yield Hit(at=key.at, subject="totem.netmtu", case="big", values={"mtu": value})


def cipher_without_hash(cluster: Cluster) -> Iterator[Hit]:
    """A cipher beside no hash."""
    corosync = cluster.corosync
    if corosync is None or corosync.totem.cipher == "none" or corosync.totem.hash != "none":
        return
    if corosync.release < (3,):
        return
    name = next((n for n in ("crypto_cipher", "secauth") if f"totem.{n}" in corosync.keys), "crypto_cipher")
    values = {"cipher": corosync.totem.cipher}
    yield Hit(at=corosync.place(f"totem.{name}"), subject="totem.crypto_hash", values=values)


def key_length(cluster: Cluster) -> Iterator[Hit]:
    """A key in the file that is too short or too long for encryption. Cases: short, long."""
    corosync = cluster.corosync
    totem = corosync.totem if corosync else None
    if corosync is None or totem is None or totem.key_bytes is None or "totem.keyfile" in corosync.keys:
        return
    low, high = _KEY_BYTES
    if (totem.cipher, totem.hash) == ("none", "none") or low <= totem.key_bytes <= high:
        return
    case = "short" if totem.key_bytes < low else "long"
    yield Hit(at=corosync.place("totem.key"), subject="totem.key", case=case, values={"bytes": totem.key_bytes})


def encrypted_udp(cluster: Cluster) -> Iterator[Hit]:
    """Encryption with a transport that cannot encrypt. Cases: refused, old (corosync 2 can)."""
    corosync = cluster.corosync
    if corosync is None or not judged_for_3(cluster) or corosync.totem.transport not in ("udp", "udpu"):
        return
    totem = corosync.totem
    if (totem.cipher, totem.hash) == ("none", "none"):
        return
    names = ("crypto_cipher", "crypto_hash", "secauth")
    name = next((n for n in names if f"totem.{n}" in corosync.keys), "transport")
    values = {"transport": totem.transport, "cipher": totem.cipher, "hash": totem.hash}
    case = "old" if is_for_corosync_2(cluster, corosync) else "refused"
    yield Hit(at=corosync.place(f"totem.{name}"), subject="totem.transport", case=case, values=values)


def rrp_mode(cluster: Cluster) -> Iterator[Hit]:
    """Corosync 2: rings that do not go with rrp_mode. Cases: none, word, rings."""
    corosync = cluster.corosync
    if corosync is None or judged_for_3(cluster):
        return
    mode, rings = corosync.value("totem.rrp_mode") or "none", len(corosync.interfaces)
    at = corosync.place("totem.rrp_mode")
    values = {"mode": mode, "rings": rings}
    if mode not in ("none", "active", "passive"):
        yield Hit(at=at, subject="totem.rrp_mode", case="word", values=values)
    elif rings > 2:
        yield Hit(at=at, subject="totem.rrp_mode", case="rings", values=values)
    elif rings == 2 and mode == "none":
        yield Hit(at=at, subject="totem.rrp_mode", case="none", values=values)
