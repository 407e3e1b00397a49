"""What kind of input a file is: by name, then by content."""

from __future__ import annotations

import re

OTHER: tuple[str, ...] = ()
"""Kinds that are recognised, so that nobody thinks they were checked."""

COMPRESSED = {b"BZh": "bzip2", b"\x1f\x8b": "gzip", b"\xfd7zXZ\x00": "xz"}

# The first pattern that fits the file's path (with / between the parts) decides
_BY_PATH: tuple[tuple[str, str], ...] = (
    ("corosync-uidgid", r"(^|/)uidgid\.d/[^/]+$"),
    (
        "cib",
        r"(^|/)cib[^/]*\.(xml|raw)(\.(bz2|gz|xz))?$|(^|/)cib-\d+\.raw$|(^|/)pe-(input|warn|error)-[^/]*(\.(bz2|gz|xz))?$",
    ),
    ("cib", r"(^|/)shadow\.[^/]+$|\.cib$|(^|/)cib$"),
    ("corosync", r"(^|/)corosync[^/]*\.conf$|(^|/)corosync\.conf([._-][^/]+)?$|\.corosync\.conf$"),
    ("hosts", r"(^|/)(etc/)?hosts([._-][^/]+)?$|[^/]\.hosts$|-hosts$"),
    (
        "units",
        r"(^|/)([^/]*[._-])?(unit[-_]?files?|list-unit-files|systemctl[^/]*unit-files[^/]*|units|is-enabled)([._-][^/]+)?$",
    ),
    ("fstab", r"(^|/)fstab([._-][^/]+)?$|\.fstab$"),
    ("sbd-dump", r"(^|/)([^/]*[._-])?sbd[-_. ](device[-_.])?dump([._-][^/]+)?$"),
    ("sbd", r"(^|/)(sysconfig|default)/sbd$|(^|/)sbd([._-][^/]+)?$|\.sbd$|(^|/)sysconfig[._-]sbd"),
    ("drbd", r"(^|/)drbd\.conf$|(^|/)drbd\.d/[^/]+\.(res|conf)$|\.res$"),
    ("packages", r"(^|/)([^/]*[._-])?(installed-rpms|rpm-qa|dpkg-l|packages|package-list)([._-][^/]+)?$"),
    ("booth", r"(^|/)booth[^/]*\.conf$|(^|/)booth/[^/]+\.conf$"),
    ("sysconfig-pacemaker", r"(^|/)(sysconfig|default)/pacemaker$"),
    ("sysconfig-pcsd", r"(^|/)(sysconfig|default)/pcsd$"),
    ("exports", r"(^|/)etc/exports$|(^|/)exports$|(^|/)exports\.d/[^/]+\.exports$"),
    ("hostname", r"(^|/)etc/hostname$"),
    ("logind", r"(^|/)logind\.conf$|(^|/)logind\.conf\.d/[^/]+\.conf$"),
    ("systemd-system", r"(^|/)systemd/system\.conf$|(^|/)systemd/system\.conf\.d/[^/]+\.conf$"),
    ("kdump", r"(^|/)kdump\.conf$"),
    ("addresses", r"(^|/)ip_(-\w+_)*addr(ess)?$|(^|/)([^/]*[._-])?ip-addr(ess)?([._-][^/]+)?$"),
    ("modules", r"(^|/)([^/]*[._-])?lsmod([._-][^/]+)?$"),
    ("multipath", r"(^|/)multipath_(-v\d+_)?-ll$|(^|/)([^/]*[._-])?multipath-ll([._-][^/]+)?$"),
    ("modules-load", r"(^|/)modules-load\.d/[^/]+\.conf$"),
    ("file-list", r"(^|/)([^/]*[._-])?(file-list|find-ls)([._-][^/]+)?$"),
    ("firewalld", r"(^|/)firewalld/zones/[^/]+\.xml$"),
)
_NAMES = tuple((kind, re.compile(pattern)) for kind, pattern in _BY_PATH)

# Other files of such names, backups and templates: in a folder they are not taken for a node's own file
_NOT_THESE = re.compile(
    r"(^|/)hosts\.(allow|deny|equiv)$|(^|/)\.git/|\.(sig|swp|md|py|ya?ml|html?|rst|svg|png|jpg|sh)$|~$"
    r"|\.(bak|backup|orig|old|save|rpmsave|rpmnew|dpkg-\w+|j2|tmpl|tpl|erb|in|example|sample|dist)$"
)

# corosync reads what lies in uidgid.d whatever its name; these are templates and a repository's own files
_NO_UIDGID = re.compile(r"\.(j2|tmpl|tpl|erb|in)$|/\.git[^/]*$")

# `packages.txt` or `units` may be many things: in a folder their content decides
_LITTLE = re.compile(r"(^|/)([^/]*[._-])?(units|packages|package-list)([._-][^/]+)?$")
# Ansible's inventory is called `hosts` as well: groups in brackets, variables behind the names, or YAML
_INVENTORY = re.compile(rb"(?m)^\[[\w.:-]+\][ \t\r]*$|\bansible_\w+[ \t]*[=:]|^(all|ungrouped):[ \t\r]*$|^---[ \t\r]*$")

_HEAD = 65536
"""So many bytes tell what a file is."""

_UNIT = rb"[\w@.\\:-]+\.(service|socket|timer|path|target|mount|automount|slice|device|scope|swap)"
_UNIT_STATES = (
    rb"enabled|enabled-runtime|disabled|static|masked|masked-runtime|indirect|alias|generated|linked|transient|bad"
)
_BY_CONTENT: tuple[tuple[str, bytes], ...] = (
    ("cib", rb"<cib[\s>/]|<pacemaker-result\b"),
    ("corosync", rb"(?m)^[ \t]*(totem|nodelist|quorum)[ \t]*:?[ \t]*\{"),
    ("drbd", rb"(?m)^[ \t]*resource[ \t]+[^\s{]+[ \t]*\{"),
    ("sbd-dump", rb"(?m)^==Dumping header on disk |^Header version[ \t]*:"),
    ("sbd", rb"(?m)^[ \t]*(export[ \t]+)?SBD_[A-Z_]+="),
    ("sysconfig-pacemaker", rb"(?m)^[ \t]*(export[ \t]+)?PCMK_\w+="),
    ("sysconfig-pcsd", rb"(?m)^[ \t]*(export[ \t]+)?PCSD_[A-Z_]+="),
    ("units", rb'(?m)^UNIT FILE\s+STATE|"unit_file"\s*:|^\W{0,3}' + _UNIT + rb":?[ \t]+(" + _UNIT_STATES + rb")\b"),
    (
        "packages",
        rb"(?m)^[a-z0-9][a-z0-9.+-]+(:[a-z0-9]+)?\t\d|^ii[ \t]+\S+[ \t]+\d"
        rb"|^[\w.+-]+-[\w.+~^:]+-[\w.+~^]+\.(x86_64|noarch|aarch64|ppc64le|s390x|i[3-6]86)\b",
    ),
    ("hosts", rb"(?m)^[ \t]*(127\.0\.0\.1|::1)[ \t]+\S*localhost"),
)
_CONTENTS = tuple((kind, re.compile(pattern)) for kind, pattern in _BY_CONTENT)


def kind_of_path(path: str) -> str | None:
    """The kind a path's name tells, None where it tells nothing."""
    path = path.replace("\\", "/")
    in_uidgid = _NAMES[0][1].search(path)
    if (_NO_UIDGID if in_uidgid else _NOT_THESE).search(path):
        return None
    return next((kind for kind, pattern in _NAMES if pattern.search(path)), None)


def kind_of_content(data: bytes) -> str | None:
    """The kind the first 64 KiB tell; of compressed data whether a CIB is in it. UTF-16 counts as text."""
    head = data[:_HEAD]
    if any(head.startswith(magic) for magic in COMPRESSED):
        from halint.parse.compressed import beginning  # noqa: PLC0415 - few files of unknown kind are compressed

        plain = beginning(data, _HEAD)
        return "cib" if plain is None or kind_of_content(plain) == "cib" else None
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        head = head.decode("utf-16", "replace").encode()
    return next((kind for kind, pattern in _CONTENTS if pattern.search(head)), None)


def says_little(path: str) -> bool:
    """Whether files of many kinds have such a name, so that the content must tell."""
    return bool(_LITTLE.search(path.replace("\\", "/")))


def is_inventory(data: bytes) -> bool:
    """Whether a file called `hosts` is Ansible's inventory and no /etc/hosts."""
    return bool(_INVENTORY.search(data[:65536]))


def may_be_input(path: str) -> bool:
    """Whether a file of a folder whose name tells nothing is worth a look inside."""
    name = path.replace("\\", "/").rpartition("/")[2]
    return not _NOT_THESE.search(path) and bool(
        re.search(r"\.(xml|raw|conf|sysconfig|txt|json|bz2|gz|xz)$|^[^.]+$", name)
    )
