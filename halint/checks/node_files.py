"""Checks of which files a node has: keys, copies beside the live configuration, shadow CIBs, older CIBs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from halint.engine.hit import Hit
from halint.listing import listed
from halint.model.cluster import Cluster
from halint.model.corosync import Corosync
from halint.model.host import ListedFile, NodeFiles
from halint.source import Mark

_AUTHKEY = "/etc/corosync/authkey"
_WHY_A_KEY = ("totem.keyfile", "totem.crypto_cipher", "totem.crypto_hash", "totem.secauth")
_REMOTE_KEY = "etc/pacemaker/authkey"
_CIBS = "var/lib/pacemaker/cib"
SHORTEST = 128
"""Bytes of a key file; corosync 3.1.7 refuses 127 and takes 5000, of which it reads 4096 (measured)."""
# corosync.conf.example and corosync.conf.example.udpu come with the package
_COPY = re.compile(r"(?:[._-](?:bak|backup|old|orig|save|saved|rpmnew|rpmsave|rpmorig|dpkg-\w+|ucf-\w+|\d{6,8})\b.*|~)")
_LIVE = re.compile(
    r"(?P<live>etc/corosync/corosync\.conf|etc/(?:sysconfig|default)/(?:sbd|pacemaker))(?P<rest>[._~-].*)"
)


def authkey_missing(cluster: Cluster) -> Iterator[Hit]:
    """Encryption on, and no key file on a node whose folder is known whole."""
    corosync, path = cluster.corosync, _key_path(cluster.corosync)
    for files in cluster.files if corosync is not None and path else ():
        if corosync is not None and files.lacks(path.lstrip("/")):
            asked = next((name for name in _WHY_A_KEY if name in corosync.keys), "totem.crypto_cipher")
            at = corosync.place(asked)
            yield Hit(at=at, subject=files.node or path, values={"path": path, "where": _where(files)})


def authkey_length(cluster: Cluster) -> Iterator[Hit]:
    """A key file shorter than corosync takes."""
    for files, key in _keys(cluster):
        if key.size < SHORTEST:
            values = {"path": f"/{key.path}", "bytes": key.size, "where": _where(files)}
            yield Hit(at=key.at, subject=files.node or key.path, values=values)


def authkey_permissions(cluster: Cluster) -> Iterator[Hit]:
    """A key file that others than root may read or write. Cases: owner, mode."""
    for files, key in _keys(cluster):
        if not files.keeps_owners or (key.is_roots and not key.is_open):
            continue
        values = {"path": f"/{key.path}", "owner": key.owner, "mode": key.mode, "where": _where(files)}
        case = "mode" if key.is_roots else "owner"
        yield Hit(at=key.at, subject=files.node or key.path, case=case, values=values)


def authkey_differs(cluster: Cluster) -> Iterator[Hit]:
    """Key files of nodes that differ in size; told at the second size."""
    keys = [(files, key) for files, key in _keys(cluster) if files.node]
    other = next((pair for pair in keys if pair[1].size != keys[0][1].size), None)
    if other is None:
        return
    (first, key), (second, its) = keys[0], other
    values = {"one": first.node, "size": key.size, "other": second.node, "its": its.size, "path": f"/{key.path}"}
    related = ((key.at, f"{key.size} bytes on {first.node}"),)
    yield Hit(at=its.at, subject=second.node or "", values=values, related=related)


def remote_key_missing(cluster: Cluster) -> Iterator[Hit]:
    """Remote nodes, guest nodes or bundles, and no key for them on a node whose folder is known whole."""
    user = next(((n.name, n.at) for n in cluster.nodes if n.kind in ("remote", "guest")), None) or _bundle(cluster)
    moved = {s.node for s in cluster.settings_of("sysconfig-pacemaker") if "PCMK_authkey_location" in s.variables}
    for files in cluster.files if user is not None else ():
        if user is not None and files.node not in moved and files.lacks(_REMOTE_KEY):
            values = {"path": f"/{_REMOTE_KEY}", "where": _where(files), "user": user[0]}
            yield Hit(at=user[1], subject=files.node or user[0], values=values)


def stray_copies(cluster: Cluster) -> Iterator[Hit]:
    """Copies that lie beside a live configuration file, once a node and live file."""
    for files in cluster.files:
        copies: dict[str, list[ListedFile]] = {}
        for path, file in sorted(files.files.items()):
            match = _LIVE.fullmatch(path)
            if match is not None and _COPY.fullmatch(match["rest"]):
                copies.setdefault(match["live"], []).append(file)
        for live, found in copies.items():
            names = listed(file.path.rpartition("/")[2] for file in found)
            values = {"names": names, "live": f"/{live}", "verb": "lies" if len(found) == 1 else "lie"}
            yield Hit(at=found[0].at, subject=files.node or live, values={**values, "where": _where(files)})


def shadow_cibs(cluster: Cluster) -> Iterator[Hit]:
    """Shadow CIBs that lie in the CIB's folder (crm_shadow(8))."""
    for files in cluster.files:
        for path, file in sorted(files.files.items()):
            folder, _, name = path.rpartition("/")
            if folder == _CIBS and name.startswith("shadow.") and len(name) > len("shadow."):
                shadow = name.removeprefix("shadow.")
                yield Hit(at=file.at, subject=shadow, values={"shadow": shadow, "where": _where(files)})


def history_missing(cluster: Cluster) -> Iterator[Hit]:
    """A CIB without an older one beside it, in a folder that is known whole."""
    for files in cluster.files:
        live = files.files.get(f"{_CIBS}/cib.xml")
        older = any(re.fullmatch(rf"{_CIBS}/cib-\d+\.raw", path) for path in files.files)
        if live is not None and _CIBS in files.complete and not older:
            yield Hit(at=live.at, subject=files.node or "cib.xml", values={"where": _where(files)})


def _key_path(corosync: Corosync | None) -> str:
    """The file that corosync reads its key from, "" where it reads none: encryption is off, or totem.key counts."""
    if corosync is None or (corosync.totem.cipher, corosync.totem.hash) == ("none", "none"):
        return ""
    written = corosync.keys.get("totem.keyfile")
    if written is not None:
        return written.value
    return "" if "totem.key" in corosync.keys else _AUTHKEY


def _keys(cluster: Cluster) -> Iterator[tuple[NodeFiles, ListedFile]]:
    """The key file of each node that is listed, where corosync reads one."""
    path = _key_path(cluster.corosync).lstrip("/")
    yield from ((files, files.files[path]) for files in cluster.files if path in files.files)


def _bundle(cluster: Cluster) -> tuple[str, Mark] | None:
    """A bundle that Pacemaker connects to: one with an address or a port of its own."""
    for resource in cluster.cib.resources if cluster.cib else ():
        container = resource.container
        if container is not None and (container.ip_range_start or container.control_port):
            return resource.id, resource.at
    return None


def _where(files: NodeFiles) -> str:
    return f"on {files.node}" if files.node else "on this node"
