"""Checks of access control that Pacemaker makes only when a user asks: what it cannot read gives no access."""

from __future__ import annotations

from typing import TYPE_CHECKING

from halint.checks.cib_elements import mark, owner, section, within
from halint.checks.cib_excused import spelt
from halint.engine.hit import Hit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from halint.model.cluster import Cluster

_SUBJECTS = ("acl_target", "acl_group")


def permissions(cluster: Cluster) -> Iterator[Hit]:
    """Permissions without an id or a kind, and those outside a role."""
    cib = cluster.needed_cib()
    for element in within(cib, "acl_permission"):
        parent = element.getparent()
        outside = parent is not None and parent.tag in _SUBJECTS
        holder = owner(parent) if parent is not None else ""
        values = {"permission": element.get("id") or "without an id", "holder": holder, "kind": element.get("kind")}
        for attribute, case in (("id", "no-id"), ("kind", "no-kind")):
            if not element.get(attribute):
                yield Hit(at=mark(cib, element), subject=owner(element), case=case, values=values)
        if outside:
            yield Hit(at=mark(cib, element), subject=owner(element), case="outside", values=values)


@spelt
def names(cluster: Cluster) -> Iterator[Hit]:
    """Users and groups without a name, and references to roles that name none."""
    cib = cluster.needed_cib()
    for element in section(cib, "acls"):
        if element.tag not in _SUBJECTS:
            continue
        name = element.get("name") or element.get("id")
        who = "user" if element.tag == "acl_target" else "group"
        if not name:
            case = "target" if element.tag == "acl_target" else "group"
            yield Hit(at=mark(cib, element), subject=str(element.tag), case=case)
        for role in element.iterchildren("role"):
            if not role.get("id"):
                values = {"who": who, "name": name or "without a name"}
                yield Hit(at=mark(cib, role), subject=name or str(element.tag), case="role", values=values)


def xpath_syntax(cluster: Cluster) -> Iterator[Hit]:
    """Permissions for an XPath that is none."""
    from lxml import etree  # noqa: PLC0415 - loaded with the CIB anyway

    cib = cluster.needed_cib()
    for element in within(cib, "acl_permission"):
        text = element.get("xpath")
        if text is None:
            continue
        try:
            etree.XPath(text)
        except (etree.XPathSyntaxError, ValueError) as error:
            values = {"permission": element.get("id") or "", "xpath": text, "problem": str(error)}
            values["holder"] = owner(parent) if (parent := element.getparent()) is not None else ""
            yield Hit(at=mark(cib, element, "xpath"), subject=owner(element), values=values)
