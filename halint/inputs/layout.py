"""Where each input lies in a node's file system, and in what sosreport, crm_report and supportconfig collect.

sosreport keeps files at their paths and the output of commands under `sos_commands/PLUGIN/` (sos 4: plugins pacemaker,
systemd, sbd, rpm, dpkg); crm_report keeps a folder a node; supportconfig keeps both as sections of text files.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath

_SYSTEMD = r"etc/systemd/"
# What a node's own root holds, by the path below it; the first of a kind counts more than those below it
_IN_ROOT: tuple[tuple[str, str], ...] = (
    ("cib", r"var/lib/pacemaker/cib/cib\.xml"),
    ("corosync", r"etc/corosync/corosync\.conf"),
    ("corosync-uidgid", r"etc/corosync/uidgid\.d/[^/]+"),
    ("hosts", r"etc/hosts"),
    ("hostname", r"etc/hostname"),
    ("sbd", r"etc/sysconfig/sbd"),
    ("sbd", r"etc/default/sbd"),
    ("sysconfig-pacemaker", r"etc/sysconfig/pacemaker"),
    ("sysconfig-pacemaker", r"etc/default/pacemaker"),
    ("sysconfig-pcsd", r"etc/sysconfig/pcsd"),
    ("sysconfig-pcsd", r"etc/default/pcsd"),
    ("booth", r"etc/booth/[^/]+\.conf"),
    ("fstab", r"etc/fstab"),
    ("exports", r"etc/exports"),
    ("exports", r"etc/exports\.d/[^/]+\.exports"),
    ("drbd", r"etc/drbd\.conf"),
    ("drbd", r"etc/drbd\.d/[^/]+\.(?:res|conf)"),
    ("logind", _SYSTEMD + r"logind\.conf(?:\.d/[^/]+\.conf)?"),
    ("systemd-system", _SYSTEMD + r"system\.conf(?:\.d/[^/]+\.conf)?"),
    ("kdump", r"etc/kdump\.conf"),
    ("modules-load", r"etc/modules-load\.d/[^/]+\.conf"),
)
# What stands beside it in a sosreport; crm_report's CIB is the one the cluster had in force
_IN_SOSREPORT: tuple[tuple[str, str], ...] = (
    ("cib", r"sos_commands/(?:pacemaker|cluster)/(?:[^/]+/)*cib\.xml"),
    *_IN_ROOT,
    ("corosync", r"sos_commands/(?:pacemaker|cluster)/(?:[^/]+/)*corosync\.conf"),
    ("units", r"sos_commands/systemd/systemctl_list-unit-files"),
    ("packages", r"installed-rpms"),
    ("packages", r"installed-debs"),
    ("packages", r"sos_commands/rpm/[^/]*rpm[^/]*-qa[^/]*"),
    ("packages", r"sos_commands/dpkg/dpkg_-l"),
    ("sbd-dump", r"sos_commands/sbd/[^/]*dump[^/]*"),
    ("hostname", r"sos_commands/host/hostname"),
    ("modules", r"sos_commands/kernel/lsmod"),
    ("date", r"sos_commands/(?:date|general)/date(?:_--utc)?"),
    ("multipath", r"sos_commands/multipath/multipath_(?:-v\d+_)?-ll"),
    ("addresses", r"sos_commands/networking/ip_(?:-\w+_)*addr(?:ess)?"),
)
# What lies in the folder of one node in a crm_report
_IN_NODE_FOLDER: tuple[tuple[str, str], ...] = (
    ("cib", r"cib\.xml"),
    ("corosync", r"corosync\.conf"),
    ("sbd", r"sbd"),
    ("sbd-dump", r"sbd\.txt"),
    ("booth", r"booth\.conf"),
    ("drbd", r"drbd\.conf"),
    ("drbd", r"drbd\.d/[^/]+\.(?:res|conf)"),
    ("packages", r"sysinfo\.txt"),
)
# pcs config backup, as pcs 0.10 and 0.11 write it
_IN_BACKUP: tuple[tuple[str, str], ...] = (("cib", r"cib\.xml"), ("corosync", r"corosync\.conf"))
_COMMANDS: tuple[tuple[str, str], ...] = (
    ("cib", r"\bcibadmin\b(?!.*(?:--xpath|-A\b|--scope|-o\b)).*(?:-Q|--query)"),
    ("units", r"\bsystemctl\b.*\blist-unit-files\b"),
    ("sbd-dump", r"\bsbd\b.*\bdump\b"),
    ("packages", r"\brpm\b.*-qa\b"),
    ("modules", r"(?:^|/)lsmod$"),
    ("date", r"(?:^|/)date$"),
    ("multipath", r"(?:^|/)multipath(?: -v\d+)? -ll$"),
    ("addresses", r"(?:^|/)ip(?: -\w+)* addr(?:ess)?(?: show| list| ls)?$"),
    ("uname", r"\buname\b.*-a\b"),
)

ONE_EACH = frozenset(
    {
        "cib",
        "corosync",
        "hosts",
        "hostname",
        "sbd",
        "sysconfig-pacemaker",
        "sysconfig-pcsd",
        "fstab",
        "packages",
        "units",
        "addresses",
        "modules",
        "multipath",
        "date",
    }
)
"""Kinds of which a node has one: of several copies the first of the layout counts."""

UNITS = re.compile(r"(?:etc|run)/systemd/system/(?:[^/]+\.(?:wants|requires|upholds)/)?[^/]+\.[a-z]+")
"""Links below a node's root that tell the states of units."""
DROP_IN = re.compile(r"(?:etc|run)/systemd/system/[^/]+\.d/[^/]+\.conf")
"""Files there that add settings to units."""
LISTED = re.compile(
    r"(?:etc/corosync|etc/pacemaker|var/lib/pacemaker/cib)/[^/]+|etc/(?:sysconfig|default)/(?:sbd|pacemaker)[^/]*"
)
"""Files of which name, size and mode are remembered, whatever they are."""
LISTED_FOLDERS = ("etc/corosync", "etc/pacemaker", "var/lib/pacemaker/cib", "etc/sysconfig", "etc/default")
"""Where they lie."""
LAYOUTS = {
    layout: tuple((kind, re.compile(pattern)) for kind, pattern in table)
    for layout, table in (
        ("root", _IN_ROOT),
        ("sosreport", _IN_SOSREPORT),
        ("crm_report", _IN_NODE_FOLDER),
        ("pcs backup", _IN_BACKUP),
        ("supportconfig", _IN_ROOT),
    )
}
_KINDS_OF_COMMANDS = tuple((kind, re.compile(pattern)) for kind, pattern in _COMMANDS)
_ARCHIVE = re.compile(r"\.(?:tar(?:\.(?:gz|xz|bz2|zst))?|tgz|txz|tbz2?|tzst)$")
_SUFFIX = re.compile(r"\.(?:tar\.[a-z0-9]+|[a-z0-9]+)$")
_SIGNS = frozenset(
    ("sysinfo.txt", "crm_mon.txt", "sysstats.txt", "permissions.txt", "members.txt", "RUNNING", "STOPPED")
)


def place_in(layout: str, path: str) -> tuple[int, str] | None:
    """The rank (0 counts most) and the kind of what lies at a path below the tree's top; None for what is no input."""
    found = ((rank, kind) for rank, (kind, pattern) in enumerate(LAYOUTS[layout]) if pattern.fullmatch(path))
    return next(found, None)


def kind_of_command(line: str) -> str | None:
    """The kind of input that a command prints; `uname` is read for the node's name only."""
    return next((kind for kind, pattern in _KINDS_OF_COMMANDS if pattern.search(line)), None)


def is_archive_name(path: str) -> bool:
    """Whether a file is called as tar archives are."""
    return _ARCHIVE.search(path) is not None


def without_suffix(name: str) -> str:
    """An archive's name as that of the folder it is made from."""
    return _SUFFIX.sub("", name)


def is_report_text(name: str) -> bool:
    """Whether a file is one that crm_report writes for people to read, which may quote anything."""
    return name in _SIGNS or name in ("analysis.txt", "description.txt", "events.txt", "cib.txt", "crm_verify.txt")


def is_sign_of_node_folder(name: str) -> bool:
    """Whether crm_report writes a file of this name into each node's folder."""
    return name in _SIGNS


STOPPED = "STOPPED"
"""The file that crm_report leaves in the folder of a node whose cluster did not run."""


def sosreport_above(path: str) -> str | None:
    """The folder of the sosreport that a member lies in, by a path with `sos_commands` in it; "" for the top."""
    if "sos_commands" not in path:
        return None
    parts = PurePosixPath(path).parts
    return "/".join(parts[: parts.index("sos_commands")]) if "sos_commands" in parts else None
