"""Nodes' own files: which reader each kind has, and what it fills of the cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from halint.errors import HalintError
from halint.model.host import Units
from halint.parse.decoding import UTF16_MARKS

if TYPE_CHECKING:
    from collections.abc import Callable

    from halint.inputs.group import Owned
    from halint.model.host import Uidgid
    from halint.parse.corosync_release import Release

NODE_KINDS = {
    "hosts": ("hosts", "hosts", "read_hosts"),
    "units": ("units", "units", "read_units"),
    "sbd": ("sbd", "sbd", "read_sbd"),
    "sbd-dump": ("sbd_headers", "sbd", "read_sbd_dump"),
    "booth": ("booth", "booth", "read_booth"),
    "sysconfig-pacemaker": ("settings", "sysconfig", "read_sysconfig_pacemaker"),
    "sysconfig-pcsd": ("settings", "sysconfig", "read_sysconfig_pcsd"),
    "logind": ("settings", "sysconfig", "read_logind"),
    "systemd-system": ("settings", "sysconfig", "read_system_conf"),
    "kdump": ("settings", "sysconfig", "read_kdump"),
    "hostname": ("settings", "sysconfig", "read_hostname"),
    "firewalld": ("zones", "firewalld", "read_zone"),
    "fstab": ("fstab", "fstab", "read_fstab"),
    "exports": ("exports", "exports", "read_exports"),
    "drbd": ("drbd", "drbd", "read_drbd"),
    "packages": ("packages", "packages", "read_packages"),
    "modules": ("modules", "modules", "read_modules"),
    "modules-load": ("modules", "modules", "read_modules_load"),
    "addresses": ("addresses", "addresses", "read_addresses"),
    "multipath": ("multipath", "multipath", "read_multipath"),
    "date": ("collected", "collected", "read_date"),
    "file-list": ("files", "file_list", "read_file_list"),
    "corosync-uidgid": ("uidgids", "corosync_uidgid", "read_uidgid"),
}
"""Kinds of nodes' own files: the field of `Cluster` they fill, the module of `halint.parse` and the function that
reads them."""


def parse_node_file(owned: Owned, release: Release) -> tuple[Any, ...]:
    """What a file of a node's own says; `release` is the corosync to judge for. Raises HalintError for what is no file
    of its kind."""
    found = owned.found
    if found.kind == "corosync-uidgid":
        return (_parse_uidgid(owned, release),)
    if found.listed:
        from halint.parse.file_list import files_of_tree  # noqa: PLC0415 - each kind's reader

        return (files_of_tree(found.listed, found.complete, owned.node, found.path),)
    if found.tree:
        from halint.parse.units import read_unit_tree, units_from_links  # noqa: PLC0415 - each kind's reader

        if found.links is not None:
            return (units_from_links(found.links, owned.node, found.path, found.drop_ins),)
        return (read_unit_tree(found.real, owned.node, found.path),)
    if found.kind != "hosts" and b"\0" in found.data[:65536] and not found.data.startswith(UTF16_MARKS):
        raise HalintError(f"{found.path}: holds NUL bytes, so it is no text")
    result = _reader_of(found.kind)(found.data, found.path, owned.node)
    if found.drop_ins and isinstance(result, Units):
        from halint.parse.units import with_drop_ins  # noqa: PLC0415 - as above

        result = with_drop_ins(result, found.drop_ins, found.origin.shown if found.origin else found.path)
    return result if isinstance(result, tuple) else (result,)


def _parse_uidgid(owned: Owned, release: Release) -> Uidgid:
    from halint.parse.corosync_uidgid import read_uidgid  # noqa: PLC0415 - as for the CIB

    return read_uidgid(owned.found.data, owned.found.path, owned.node, release)


def _reader_of(kind: str) -> Callable[[bytes, str, str | None], Any]:
    from importlib import import_module  # noqa: PLC0415 - as above

    _, module, function = NODE_KINDS[kind]
    reader: Callable[[bytes, str, str | None], Any] = getattr(import_module(f"halint.parse.{module}"), function)
    return reader
