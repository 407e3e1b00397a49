"""Node names: which ones a file speaks of, and which one a path carries."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache

_UNAME = re.compile(r"<node\b[^>]*?\buname\s*=\s*[\"']([^\"']+)")
_REMOTE = re.compile(r"<primitive\b(?=[^>]*\btype\s*=\s*[\"']remote[\"'])[^>]*?\bid\s*=\s*[\"']([^\"']+)")
_GUEST = re.compile(r"<nvpair\b(?=[^>]*\bname\s*=\s*[\"']remote-node[\"'])[^>]*?\bvalue\s*=\s*[\"']([^\"']+)")
_NODE_KEY = re.compile(r"[ \t]*(?:name|ring\d+_addr)[ \t]*:[ \t]*(\S+)")
_CIB_NAME = re.compile(r"<nvpair\b(?=[^>]*\bname\s*=\s*[\"']cluster-name[\"'])[^>]*?\bvalue\s*=\s*[\"']([^\"']+)")
_TOTEM_NAME = re.compile(r"(?m)^[ \t]*cluster_name[ \t]*:[ \t]*(\S+)")
_ADDRESS = re.compile(r"[\d.]+|[0-9a-fA-F:.]*:[0-9a-fA-F:.%\w]*")
_WORD = r"[A-Za-z0-9]"


def names_in(kind: str, text: str) -> frozenset[str]:
    """The node names that a CIB or corosync.conf speaks of; literal addresses are none."""
    if kind == "corosync":
        return frozenset(name for name in _nodelist_names(text) if not _ADDRESS.fullmatch(name))
    patterns = (_UNAME, _REMOTE, _GUEST) if kind == "cib" else ()
    return frozenset(name for pattern in patterns for name in pattern.findall(text) if not _ADDRESS.fullmatch(name))


def _nodelist_names(text: str) -> Iterator[str]:
    """Names and ring addresses of `node` sections; other sections have names, too (service, logging_daemon)."""
    section = ""
    for line in text.splitlines():
        if "{" in line:
            section = line.partition("{")[0].strip(" \t:")
        elif section.rpartition(".")[2] == "node" and (match := _NODE_KEY.match(line)):
            yield match[1]


def cluster_name_in(kind: str, text: str) -> str | None:
    """The cluster's own name, as totem.cluster_name or the property cluster-name."""
    pattern = {"cib": _CIB_NAME, "corosync": _TOTEM_NAME}.get(kind)
    found = pattern.findall(text) if pattern else []
    return found[-1] if found else None


def short(name: str) -> str:
    """The first label of a host name, in lower case."""
    return name.partition(".")[0].lower()


def node_in_path(parts: Iterable[str], names: Iterable[str]) -> str | None:
    """The node whose long or short name stands in one of the path's parts, the last part first.

    A name must stand alone: between the part's ends or characters that are neither letter nor digit. The
    longest name wins, so that `web` does not take the files of `web-2`. A part with the names of two nodes,
    as a cluster's folder `n1-n2`, is no node's; in `db.web.example.com` only the host's own name counts.
    """
    pattern, meaning = _any_of(tuple(sorted(names)))
    for part in reversed(list(parts)):
        host = meaning.get(part.lower()) or meaning.get(short(part))
        found = {host} if host else {meaning[match.lower()] for match in pattern.findall(part)}
        if len(found) == 1:
            return found.pop()
    return None


@cache
def _any_of(names: tuple[str, ...]) -> tuple[re.Pattern[str], dict[str, str]]:
    """A pattern for the names and their short forms, and which name each form stands for."""
    meaning = {short(name): name for name in names} | {name.lower(): name for name in names}
    forms = "|".join(re.escape(form) for form in sorted(meaning, key=lambda form: (-len(form), form)) if form)
    return re.compile(rf"(?<!{_WORD})(?:{forms or '(?!)'})(?!{_WORD})", re.IGNORECASE), meaning
