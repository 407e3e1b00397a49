"""Checks of what the CIB lays open: plain secrets, TLS not checked, programs of any kind, access without ACLs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from halint.checks.cib_elements import mark, section
from halint.engine.hit import Hit
from halint.listing import listed
from halint.model.properties import property_bool, property_setting
from halint.model.values import parse_bool
from halint.secrets import MASK

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

    from halint.model.cib import Cib, Setting
    from halint.model.cluster import Cluster

# sosreport and crm_report write asterisks in place of secrets, supportconfig *REMOVED BY SUPPORTCONFIG*
_MASKED = re.compile(r"""value=["'][^"']*(?:\*{3,}|REMOVED BY|REDACTED)""", re.IGNORECASE)


def secrets(cluster: Cluster) -> Iterator[Hit]:
    """Resources with secrets among their parameters, once a resource; the reader of the CIB has masked the values."""
    for resource in cluster.cib.primitives() if cluster.cib else ():
        found = [s for s in resource.parameters.values() if s.value == MASK and not _was_masked(s)]
        if found:
            values = {"resource": resource.id, "names": listed(s.name for s in found), "first": found[0].name}
            related = tuple((s.at, s.name) for s in found[1:])
            yield Hit(at=found[0].at, subject=resource.id, values=values, related=related)


def _was_masked(setting: Setting) -> bool:
    """Whether the tool that collected the CIB has taken the secret out: `value="******"`."""
    at = setting.at.on("value").location()
    lines = setting.at.source.lines[at.line - 1 : at.end_line]
    return any(_MASKED.search(line[at.column - 1 if number == 0 else 0 :]) for number, line in enumerate(lines))


def acl_off(cluster: Cluster) -> Iterator[Hit]:
    """Users or groups with roles while enable-acl is not on; told at the section."""
    cib = cluster.needed_cib()
    users = _with_roles(cib)
    if users and property_bool(cib, "enable-acl") is not True:
        holder = users[0].getparent()
        at = mark(cib, holder if holder is not None else users[0])
        yield Hit(at=at, subject="enable-acl", values={"user": users[0].get("id") or ""})


def acl_without_users(cluster: Cluster) -> Iterator[Hit]:
    """enable-acl on, and nobody who has a role."""
    cib = cluster.needed_cib()
    setting = property_setting(cib, "enable-acl")
    if setting is not None and property_bool(cib, "enable-acl") is True and not _with_roles(cib):
        yield Hit(at=setting.at, subject="enable-acl", values={"value": setting.value})


def _with_roles(cib: Cib) -> list[_Element]:
    return [e for e in section(cib, "acls") if e.tag in ("acl_target", "acl_group", "acl_user")]


def ssl_insecure(cluster: Cluster) -> Iterator[Hit]:
    """Fence devices that do not check the certificate of what they talk to."""
    for resource in cluster.cib.primitives() if cluster.cib else ():
        setting = resource.parameters.get("ssl_insecure")
        stonith = resource.agent is not None and resource.agent.standard == "stonith"
        if stonith and setting is not None and setting.certain and parse_bool(setting.value) is True:
            values = {"resource": resource.id, "agent": resource.agent.type if resource.agent else ""}
            yield Hit(at=setting.at, subject=resource.id, values=values)


def any_program(cluster: Cluster) -> Iterator[Hit]:
    """Resources that run a program the CIB names, as root unless told otherwise."""
    for resource in cluster.cib.primitives() if cluster.cib else ():
        if str(resource.agent) == "ocf:heartbeat:anything":
            setting = resource.parameters.get("binfile")
            program = setting.value if setting is not None and setting.value else "a program"
            at = setting.at if setting is not None else resource.at
            yield Hit(at=at, subject=resource.id, values={"resource": resource.id, "program": program})
