"""Checks of alerts, fencing topology, tags and node entries, as Pacemaker's own readers make them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from halint.checks.cib_elements import mark, owner, section, within
from halint.checks.cib_excused import spelt
from halint.engine.hit import Hit
from halint.model.properties import fencing_enabled
from halint.model.values import parse_bool, parse_score, parse_timeout_ms

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

    from halint.model.cib import Cib, CibNode, Setting
    from halint.model.cluster import Cluster
    from halint.source import Mark

_MOST_LEVELS = 9
_DISCOVERY = "resource-discovery-enabled"


@spelt
def alerts(cluster: Cluster) -> Iterator[Hit]:
    """Alerts that lack an id, a path or a recipient's value, or whose timeout is none."""
    cib = cluster.needed_cib()
    for alert in section(cib, "alerts"):
        if alert.tag != "alert":
            continue
        path = alert.get("path")
        values = {"alert": alert.get("id") or path or "without an id", "path": path}
        if not alert.get("id"):
            yield Hit(at=mark(cib, alert), subject=path or "alert", case="no-id", values=values)
        if not path or not path.startswith("/"):
            case = "relative" if path else "no-path"
            yield Hit(at=mark(cib, alert, "path"), subject=owner(alert), case=case, values=values)
        for recipient in alert.iterchildren("recipient"):
            if not recipient.get("value"):
                more = {**values, "recipient": recipient.get("id") or "without an id"}
                yield Hit(at=mark(cib, recipient), subject=owner(recipient), case="no-value", values=more)
        yield from _timeouts(cib, alert, values)


def _timeouts(cib: Cib, alert: _Element, values: dict[str, str | None]) -> Iterator[Hit]:
    for pair in alert.iterfind(".//meta_attributes/nvpair[@name='timeout']"):
        text = pair.get("value")
        if text is not None and parse_timeout_ms(text) is None:
            more = {**values, "value": text, "pair": pair.get("id") or ""}
            yield Hit(at=mark(cib, pair, "value"), subject=owner(alert), case="timeout", values=more)


def level_index(cluster: Cluster) -> Iterator[Hit]:
    """Fencing levels whose index Pacemaker does not take."""
    cib = cluster.needed_cib()
    for level in _levels(cib):
        index = level.get("index")
        number = parse_score(index) if index is not None and index not in ("INFINITY", "+INFINITY") else None
        case = "missing" if index is None else "none" if number is None else ""
        if case or number is None or not 1 <= number <= _MOST_LEVELS:
            values = {"level": owner(level), "index": index}
            yield Hit(at=mark(cib, level, "index"), subject=owner(level), case=case or "range", values=values)


def level_target(cluster: Cluster) -> Iterator[Hit]:
    """Fencing levels that say for no node, or in several ways, whom they fence."""
    cib = cluster.needed_cib()
    for level in _levels(cib):
        ways = [n for n in ("target", "target-pattern", "target-attribute") if level.get(n) is not None]
        valued = level.get("target-attribute") is None or level.get("target-value") is not None
        if len(ways) != 1 or not valued:
            case = "none" if not ways else "several" if len(ways) > 1 else "value"
            values = {"level": owner(level), "ways": " and ".join(ways)}
            yield Hit(at=mark(cib, level), subject=owner(level), case=case, values=values)


@spelt
def level_id(cluster: Cluster) -> Iterator[Hit]:
    """Fencing levels without an id."""
    cib = cluster.needed_cib()
    for level in _levels(cib):
        if not level.get("id"):
            target = level.get("target") or level.get("target-pattern") or level.get("target-attribute") or "no node"
            values = {"target": target, "index": level.get("index") or "none"}
            yield Hit(at=mark(cib, level), subject=target, values=values)


def _levels(cib: Cib) -> Iterator[_Element]:
    return (e for e in section(cib, "fencing-topology") if e.tag == "fencing-level")


@spelt
def tag_ids(cluster: Cluster) -> Iterator[Hit]:
    """Tags without an id, and references in them without one."""
    cib = cluster.needed_cib()
    for tag in section(cib, "tags"):
        if tag.tag != "tag":
            continue
        held = [r.get("id") or "" for r in tag.iterchildren("obj_ref")]
        if not tag.get("id"):
            values = {"held": ", ".join(h for h in held if h) or "nothing"}
            yield Hit(at=mark(cib, tag), subject="tag", case="tag", values=values)
        for ref in tag.iterchildren("obj_ref"):
            if not ref.get("id"):
                values = {"tag": tag.get("id") or "without an id"}
                yield Hit(at=mark(cib, ref), subject=owner(tag), case="reference", values=values)


@spelt
def node_ids(cluster: Cluster) -> Iterator[Hit]:
    """Node entries without an id."""
    cib = cluster.needed_cib()
    for node in section(cib, "nodes"):
        if node.tag == "node" and not node.get("id"):
            name = node.get("uname") or "without a name"
            yield Hit(at=mark(cib, node), subject=name, values={"node": name})


def node_scores(cluster: Cluster) -> Iterator[Hit]:
    """Node entries whose score is none."""
    cib = cluster.needed_cib()
    for node in section(cib, "nodes"):
        if node.tag == "node" and node.get("score") is not None and parse_score(node.get("score")) is None:
            name = node.get("uname") or owner(node)
            yield Hit(at=mark(cib, node, "score"), subject=name, values={"node": name, "value": node.get("score")})


def discovery(cluster: Cluster) -> Iterator[Hit]:
    """Nodes whose attribute resource-discovery-enabled is not true.

    Cases: member, ignored, remote, and each with `_now` for one of the status section.
    """
    cib = cluster.needed_cib()
    remote = {n.name for n in cluster.nodes if n.kind != "member"}
    kinds = {n.uname: n.kind for n in cib.nodes}
    found = [(n.uname, s.value, s.at, "") for n, s in _attributes(cib, _DISCOVERY)]
    found += [(*one, "_now") for one in _transient(cib, _DISCOVERY) if one[0] not in [f[0] for f in found]]
    for name, value, at, now in found:
        if parse_bool(value):
            continue
        far = kinds.get(name) == "remote" or name in remote
        case = ("ignored" if fencing_enabled(cib) is False else "remote") if far else "member"
        yield Hit(at=at, subject=name, case=case + now, values={"node": name, "value": value})


def _transient(cib: Cib, name: str) -> Iterator[tuple[str, str, Mark]]:
    """Node, value and place of an attribute that the status section holds."""
    root = cib.at.element
    for state in () if root is None else root.iterfind("status/node_state"):
        for pair in state.iterfind("transient_attributes/instance_attributes/nvpair"):
            value = pair.get("value")
            if pair.get("name") == name and value is not None:
                yield state.get("uname") or state.get("id") or "", value, mark(cib, pair, "value")


def health(cluster: Cluster) -> Iterator[Hit]:
    """Node attributes for health whose value is none."""
    cib = cluster.needed_cib()
    for node in cib.nodes:
        for name, setting in node.attributes.items():
            value = setting.value
            if name.startswith("#health") and value is not None and parse_score(value) is None:
                values = {"node": node.uname, "value": value, "name": name}
                yield Hit(at=setting.at, subject=node.uname, values=values)


def terminate(cluster: Cluster) -> Iterator[Hit]:
    """The node attribute `terminate` with a value that is neither a boolean nor a time."""
    cib = cluster.needed_cib()
    for node, setting in _attributes(cib, "terminate"):
        value = setting.value or ""
        if parse_bool(value) is None and parse_score(value) is None:
            yield Hit(at=setting.at, subject=node.uname, values={"node": node.uname, "value": value})


def _attributes(cib: Cib, name: str) -> Iterator[tuple[CibNode, Setting]]:
    for node in cib.nodes:
        setting = node.attributes.get(name)
        if setting is not None and setting.value is not None:
            yield node, setting


def score_attribute(cluster: Cluster) -> Iterator[Hit]:
    """Node attributes that location rules take for scores, and that are none."""
    cib = cluster.needed_cib()
    users: dict[str, str] = {}
    for rule in within(cib, "rule"):
        name = rule.get("score-attribute")
        outer = rule.getparent()
        if name and outer is not None and outer.tag == "rsc_location":
            users.setdefault(name, owner(outer))
    for node in cib.nodes:
        for name, constraint in users.items():
            setting = node.attributes.get(name)
            if setting is not None and setting.value is not None and parse_score(setting.value) is None:
                values = {"node": node.uname, "value": setting.value, "name": name, "constraint": constraint}
                yield Hit(at=setting.at, subject=node.uname, values=values)
