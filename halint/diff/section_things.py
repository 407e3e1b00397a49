"""Everything but resources and constraints as things: properties, defaults, nodes, tags, fencing, ACLs, alerts."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping

from halint.diff.reader import Reader
from halint.diff.spelling import default_of, newer_names, normal, options
from halint.diff.thing import Fact, Fallback, Path, Thing
from halint.model.cib_tree import Element

_ALERT_SELECT = ("select_attributes", "select_fencing", "select_nodes", "select_resources")
ROOT_SETTINGS = ("validate-with", "remote-tls-port", "remote-clear-port", "no-quorum-panic")
"""Attributes of the cib element that are settings, not bookkeeping."""


def properties(reader: Reader, version: tuple[int, ...]) -> Iterator[Thing]:
    """Each cluster property in force, keyed by its newer name, and each conditional set.

    `version` is the live cluster's: one older than the newer name only knows the older (() where it is not known).
    """
    places = _places(reader, "crm_config")
    facts, conditional = reader.sets(places, "cluster_property_set")
    tag = "cluster_property_set"
    for fact in facts.values():
        newer = newer_names("properties").get(fact.written, fact.written)
        known = options("properties").get(newer)
        if newer != fact.written and known is not None and (tag, newer) in facts and _knows(newer, version):
            continue  # the newer name is there too and wins
        if known is not None and (newer != fact.written or _knows(newer, version)):
            if not known.written:
                value = normal(known.type, str(fact.value))
                yield _single(reader, "property", newer, fact._replace(value=value), default_of(known))
        else:
            yield _single(reader, "property", f"as written: {fact.written}", fact, None)
    for thing in conditional:
        yield _ruled(thing, "property", dict(_in_one_spelling(thing.facts, version)))


def _in_one_spelling(facts: Mapping[Path, Fact], version: tuple[int, ...]) -> Iterator[tuple[Path, Fact]]:
    """The facts of a set of properties with a rule, under their newer names."""
    for path, fact in facts.items():
        newer = newer_names("properties").get(path[-1], path[-1])
        known = options("properties").get(newer)
        if known is not None and (newer != path[-1] or _knows(newer, version)):
            yield (newer,), fact._replace(value=normal(known.type, str(fact.value)))
        else:
            yield path, fact


def _knows(newer: str, version: tuple[int, ...]) -> bool:
    since = options("properties")[newer].since
    return not version or not since or version >= since


def _single(reader: Reader, kind: str, key: str, fact: Fact, default: Hashable | None) -> Thing:
    """A thing that is nothing but one name and its value."""
    return Thing(
        kind=kind,
        id=fact.written,
        element=fact.element if fact.element is not None else reader.side.root,
        key=key,
        label=fact.written,
        text=fact.text,
        facts={(): fact},
        fallback=lambda _path: default,
    )


def _ruled(thing: Thing, kind: str, facts: Mapping[Path, Fact]) -> Thing:
    """A set with a rule as an object of its own."""
    return Thing(
        kind=kind,
        id=thing.id,
        element=thing.element,
        key=("where", thing.key),
        loose="where",
        label=thing.label,
        text=f"{thing.text} {thing.label}",
        facts=facts,
        fallback=thing.fallback,
    )


def defaults(reader: Reader, section: str) -> Iterator[Thing]:
    """Each name in rsc_defaults or op_defaults, and each conditional set."""
    table = "meta" if section == "rsc_defaults" else "operation"
    facts, conditional = reader.sets(_places(reader, section), "meta_attributes", (table,))
    for path, fact in facts.items():
        option = options(table).get(path[1])
        yield _single(reader, section, path[1], fact, None if option is None else default_of(option))
    yield from (_ruled(thing, section, thing.facts) for thing in conditional)


def root_settings(reader: Reader) -> Iterator[Thing]:
    """The attributes of the cib element that are settings."""
    root = reader.side.root
    for name in ROOT_SETTINGS:
        if root.get(name) is not None:
            yield _single(reader, "cib", name, reader.fact(root, name)._replace(written=name), None)


def nodes(reader: Reader) -> Iterator[Thing]:
    """Each node entry; its attributes are texts but standby and maintenance."""
    for element in _of(reader, "nodes", "node"):
        facts: dict[Path, Fact] = {}
        parts: list[Thing] = []
        for tag, tables in (("instance_attributes", ("node",)), ("utilization", ())):
            found, conditional = reader.sets([(element, "")], tag, tables)
            facts.update(found)
            parts.extend(conditional)
        for name in ("id", "score", "description"):
            if element.get(name) is not None:
                facts[name,] = reader.fact(element, name)
        kind = (element.get("type") or "member").lower()
        if element.get("type") is not None:
            facts["type",] = reader.fact(element, "type", "member" if kind == "normal" else kind)
        uname = element.get("uname") or element.get("id") or ""
        facts["uname",] = reader.fact(element, "uname", reader.node(uname))
        yield Thing(
            kind="node",
            id=uname,
            element=element,
            key=uname,
            loose=element.get("id") or "",
            label=uname,
            text=f"id {element.get('id') or ''}",
            facts=facts,
            parts=tuple(parts),
            fallback=_node_default,
        )


def _node_default(path: Path) -> Hashable | None:
    if path == ("type",):
        return "member"
    option = options("node").get(path[-1]) if path[0] == "instance_attributes" else None
    return None if option is None else default_of(option)


def tags(reader: Reader) -> Iterator[Thing]:
    """Each tag; the order of what it names means nothing."""
    for element in _of(reader, "tags", "tag"):
        refs = [ref.get("id") or "" for ref in element.iterchildren("obj_ref")]
        value = tuple(sorted({reader.name(ref) for ref in refs}))
        yield _object(element, {("obj_ref",): Fact(value=value, text=" ".join(refs), element=element)}, " ".join(refs))


def fencing_levels(reader: Reader) -> Iterator[Thing]:
    """Each fencing level, keyed by target and index; its devices are used in their order."""
    for element in _of(reader, "fencing-topology", "fencing-level"):
        devices = [d for part in (element.get("devices") or "").split(",") if (d := part.strip())]
        names = tuple(reader.name(device) for device in devices)
        target, text = _target(reader, element)
        index = normal("integer", element.get("index") or "")
        facts: dict[Path, Fact] = {
            ("target",): Fact(value=target, text=text, element=element),
            ("index",): reader.fact(element, "index", index),
            ("devices",): Fact(
                value=names, text=",".join(devices), element=element, attribute="devices", loose=tuple(sorted(names))
            ),
        }
        words = f"level {element.get('index') or ''} of {text}: {','.join(devices)}"
        yield Thing(
            kind=element.tag,
            id=element.get("id") or "",
            element=element,
            key=(target, index),
            loose=element.get("id"),
            label=f"{text} level {element.get('index') or ''}",
            text=words,
            facts=facts,
        )


def _target(reader: Reader, element: Element) -> tuple[Hashable, str]:
    for name in ("target", "target-pattern"):
        value = element.get(name)
        if value is not None:
            return (name, reader.node(value)), value if name == "target" else f"/{value}/"
    words = f"{element.get('target-attribute') or ''}={element.get('target-value') or ''}"
    return ("target-attribute", words), words


def acls(reader: Reader) -> Iterator[Thing]:
    """Roles with their permissions, targets and groups with their roles, and the users of the older form."""
    for element in _of(reader, "acls"):
        facts: dict[Path, Fact] = {}
        roles = [r.get("id") or "" for r in element.iterchildren("role", "role_ref")]
        if roles:
            facts["roles",] = Fact(value=tuple(sorted(map(reader.name, roles))), text=" ".join(roles), element=element)
        permissions = [p for p in element.iterchildren("*") if p.tag not in ("role", "role_ref")]
        parts = tuple(_permission(reader, permission) for permission in permissions)
        text = " ".join(roles) or "; ".join(part.text for part in parts)
        if element.get("description") is not None:
            facts["description",] = reader.fact(element, "description")
        yield _object(element, facts, text, parts)


def _permission(reader: Reader, element: Element) -> Thing:
    kind = element.get("kind") or element.tag
    what = {str(k): str(v) for k, v in element.items() if k not in ("id", "kind", "description", "tag")}
    if element.get("tag"):  # the older form; since 2.0 its name is object-type
        what["object-type"] = element.get("tag") or ""
    if "reference" in what:
        what["reference"] = reader.name(what["reference"])
    text = f"{kind} {' '.join(f'{k} {v}' for k, v in sorted(what.items()))}"
    value = (kind, tuple(sorted(what.items())))
    return Thing(
        kind="acl_permission",
        id=element.get("id") or "",
        element=element,
        key=value,
        loose=element.get("id") or "",
        label=text,
        text=text,
        facts={(): Fact(value=value, text=text, element=element)},
    )


def alerts(reader: Reader) -> Iterator[Thing]:
    """Each alert with its recipients."""
    for element in _of(reader, "alerts", "alert"):
        facts, conditional = _alert_facts(reader, element, "path")
        recipients = tuple(_recipient(reader, one) for one in element.iterchildren("recipient"))
        yield _object(element, facts, element.get("path") or "", (*conditional, *recipients), _alert_default)


def _alert_facts(reader: Reader, element: Element, main: str) -> tuple[dict[Path, Fact], list[Thing]]:
    facts: dict[Path, Fact] = {}
    conditional: list[Thing] = []
    for tag, tables in (("meta_attributes", ("alert",)), ("instance_attributes", ())):
        found, ruled = reader.sets([(element, "")], tag, tables)
        facts.update(found)
        conditional.extend(ruled)
    for name in (main, "description"):
        if element.get(name) is not None:
            facts[name,] = reader.fact(element, name)
    select = element.find("select")
    if select is not None:
        parts = sorted(
            (s.tag, tuple(sorted(a.get("name") or "" for a in s))) for s in select.iterchildren(*_ALERT_SELECT)
        )
        words = " ".join(
            tag.removeprefix("select_") + ("" if not names else f" ({', '.join(names)})") for tag, names in parts
        )
        facts["select",] = Fact(value=tuple(parts), text=words, element=select)
    return facts, conditional


def _alert_default(path: Path) -> Hashable | None:
    option = options("alert").get(path[-1]) if path[0] == "meta_attributes" else None
    return None if option is None else default_of(option)


def _recipient(reader: Reader, element: Element) -> Thing:
    facts, conditional = _alert_facts(reader, element, "value")
    value = element.get("value") or ""
    return Thing(
        kind="recipient",
        id=element.get("id") or "",
        element=element,
        key=value,
        loose=element.get("id") or "",
        label=f"recipient {value}",
        text=value,
        facts=facts,
        parts=tuple(conditional),
        fallback=_alert_default,
    )


def _object(
    element: Element,
    facts: dict[Path, Fact],
    text: str,
    parts: tuple[Thing, ...] = (),
    fallback: Fallback = lambda _path: None,
) -> Thing:
    name = element.get("id") or element.get("name") or ""
    return Thing(
        kind=element.tag,
        id=name,
        element=element,
        key=name,
        label=name,
        text=text,
        facts=facts,
        parts=parts,
        fallback=fallback,
    )


def _places(reader: Reader, section: str) -> list[tuple[Element, str]]:
    configuration = reader.side.configuration
    return [] if configuration is None else [(element, "") for element in configuration.iterchildren(section)]


def _of(reader: Reader, section: str, tag: str | None = None) -> Iterator[Element]:
    for element in reader.tree.section(section):
        if tag is None or element.tag == tag:
            yield element
