"""What a CIB loses when Pacemaker 3 upgrades it to its own schema, pacemaker-4.0, at every load."""

from __future__ import annotations

from typing import TYPE_CHECKING

from halint.checks.pacemaker_release import is_from
from halint.engine.hit import Hit
from halint.model.values import parse_bool
from halint.schema.versions import known_versions
from halint.source import Mark

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

    from halint.model.cib import Cib
    from halint.model.cluster import Cluster

_TAGS = ("primitive", "template", "rkt", "date_spec", "lifetime", "fencing-level", "nvpair")

_NAMES = {
    ("cluster_property_set", "remove-after-stop"),
    ("meta_attributes", "restart-type"),
    ("meta_attributes", "can_fail"),
    ("meta_attributes", "role_after_failure"),
}
"""Names of nvpairs that the upgrade deletes, with the block they stand in; two of them only in operations."""

_OF_OPERATIONS = frozenset({"can_fail", "role_after_failure"})


def dropped(cluster: Cluster) -> Iterator[Hit]:
    """Each construct that the upgrade from pacemaker-3.10 deletes, in a CIB of an older schema."""
    cib = cluster.needed_cib()
    root = cib.at.element
    configuration = None if root is None else root.find("configuration")
    if configuration is None or cib.validate_with not in known_versions()[:-1]:
        return
    for element in configuration.iter(*_TAGS):
        found = _lost(element)
        if found is not None:
            case, attribute = found
            case += "" if is_from(cib, "3.0.0") else "-warned" if _warned_of(cib, element) else "-coming"
            subject = _owner(element)
            mark = Mark(cib.at.source, element=element)
            values = {"owner": subject, "tag": element.tag, "value": element.get(attribute or "name", "")}
            at = mark.on(attribute) if attribute else mark
            yield Hit(at=at, subject=subject, case=case, values=values)


def _warned_of(cib: Cib, element: _Element) -> bool:
    """Whether Pacemaker 2 warns of it, as 2.1.5 does of these names: of remove-after-stop where it is true."""
    harmless = element.get("name") == "remove-after-stop" and not parse_bool(element.get("value", ""))
    return element.tag == "nvpair" and is_from(cib, "2.0.0") and not harmless


def ping_nodes(cluster: Cluster) -> Iterator[Hit]:
    """Nodes of type ping, which Pacemaker 2 warns of and 3 turns into members that nothing may run on."""
    cib = cluster.needed_cib()
    root = cib.at.element
    if root is None or cib.validate_with == known_versions()[-1]:
        return
    for node in root.iterfind("configuration/nodes/node[@type='ping']"):
        name = node.get("uname", "")
        case = "ping" if is_from(cib, "3.0.0") else "ping-warned"
        at = Mark(cib.at.source, element=node, attribute="type")
        yield Hit(at=at, subject=name, case=case, values={"node": name})


def _lost(element: _Element) -> tuple[str, str] | None:
    """The case of a construct that goes, and the attribute to point at; None for what stays."""
    tag = str(element.tag)
    if tag == "nvpair":
        return ("name", "") if _name_goes(element) else None
    if tag in ("primitive", "template"):
        return ("class", "class") if element.get("class") in ("nagios", "upstart") else None
    if tag == "date_spec":
        return ("moon", "moon") if element.get("moon") is not None else None
    if tag == "lifetime":
        parent = element.getparent()
        # in a location constraint it is turned into rules
        return ("lifetime", "") if parent is not None and parent.tag in ("rsc_colocation", "rsc_order") else None
    if tag == "fencing-level":
        index = element.get("index", "").strip()
        return ("level", "index") if index.isascii() and index.isdigit() and index.lstrip("0")[1:] else None
    return ("rkt", "")


def _name_goes(pair: _Element) -> bool:
    block = pair.getparent()
    name = pair.get("name", "")
    if block is None or (block.tag, name) not in _NAMES:
        return False
    holder = block.getparent()
    return (holder is not None and holder.tag in ("op", "op_defaults")) is (name in _OF_OPERATIONS)


def _owner(element: _Element) -> str:
    """The nearest id of what is no part of something else: of the resource, the constraint, the level."""
    inner = ("nvpair", "meta_attributes", "date_spec", "date_expression", "rule")
    for holder in (element, *element.iterancestors()):
        name = holder.get("id")
        if name and holder.tag not in inner:
            return name
    return str(element.tag)
