"""Resources and templates as things: agent, parameters, meta-attributes, operations, containers; templates applied."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from functools import cached_property

from halint.diff.identity import order_counts
from halint.diff.reader import Reader
from halint.diff.side import RESOURCE_TAGS
from halint.diff.spelling import default_of, normal, options
from halint.diff.thing import Fact, Path, Thing
from halint.model.cib_tree import Element
from halint.model.resolve_operations import OperationDefaults
from halint.model.values import parse_duration_ms, parse_role

Defaults = Callable[[str], Hashable | None]
"""The value in force of a name that is not written; None where nothing is."""

KIND = {"primitive": "primitive", "group": "group", "clone": "clone", "master": "clone", "bundle": "bundle"}
_CONTAINERS = ("docker", "podman", "rkt")
_IDENTITY = frozenset({"id", "class", "provider", "type", "template"})
# What makes a primitive a guest node counts only in a set of its own, not from a template or by id-ref (2.1.5)
_OWN_ONLY = frozenset({"remote-node", "remote-addr", "remote-port", "remote-connect-timeout", "remote-allow-migrate"})
_OP_IDENTITY = frozenset({"id", "id-ref", "name"})
_UNKNOWN: Hashable = ("decided by a rule",)
# Pacemaker Explained, Bundle Options: what an attribute that is not written stands for
_CONTAINER_DEFAULTS: Mapping[Path, Hashable] = {
    ("container", "replicas-per-host"): ("integer", 1),
    ("container", "promoted-max"): ("integer", 0),
    ("network", "control-port"): ("integer", 3121),  # only beside an ip-range-start, see _Meta.value
    ("network", "host-netmask"): ("integer", 32),
    ("network", "add-host"): ("boolean", True),
}
_CONTAINER_TYPES = {
    "replicas": "integer",
    "replicas-per-host": "integer",
    "promoted-max": "integer",
    "control-port": "integer",
    "host-netmask": "integer",
    "add-host": "boolean",
}


class ResourceThings:
    """Makes things of one side's resources and templates, one when asked for."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self._made: dict[Element, Thing] = {}
        tree = reader.tree
        self.templates = {
            t.get("id") or "": t for t in reversed(list(tree.section("resources"))) if t.tag == "template"
        }
        self._operations = OperationDefaults(tree=tree, layer=())

    def thing(self, element: Element) -> Thing:
        """The thing of a resource or template element."""
        made = self._made.get(element)
        if made is None:
            made = self._made[element] = self._make(element)
        return made

    def _make(self, element: Element) -> Thing:
        kind = KIND.get(element.tag, element.tag)
        template = self.templates.get(element.get("template") or "") if element.tag == "primitive" else None
        origin = "" if template is None else f"template:{self.reader.name(element.get('template') or '')}"
        places = [(element, "")] if template is None else [(template, origin), (element, "")]
        tables = ("meta", "meta_clone", "meta_group")
        facts: dict[Path, Fact] = dict(self._own_attributes(element, template, origin))
        parts: list[Thing] = []
        for tag, known in (("instance_attributes", ()), ("meta_attributes", tables), ("utilization", ())):
            found, conditional = self.reader.sets(places, tag, known)
            facts.update((path, fact) for path, fact in found.items() if not (fact.origin and path[-1] in _OWN_ONLY))
            parts.extend(conditional)
        if element.tag == "master":
            facts["meta_attributes", "promotable"] = Fact(value=("boolean", True), text="true", element=element)
        if kind in ("primitive", "template"):
            parts.extend(
                self._operation(op, origin if of == "template" else "") for op, of in self._ops(element, template)
            )
        if kind == "bundle":
            facts.update(self._container(element))
        return Thing(
            kind=kind,
            id=element.get("id") or "",
            element=element,
            label=element.get("id") or "",
            text=self.text(element),
            facts=facts,
            parts=tuple(parts),
            fallback=_Meta(self, element, kind).value,
        )

    def text(self, element: Element) -> str:
        """What a resource is, in a few words."""
        if element.tag in ("primitive", "template"):
            return _agent_text(element, self.templates.get(element.get("template") or ""))
        members = ", ".join(c.get("id") or "" for c in element.iterchildren(*RESOURCE_TAGS))
        if element.tag == "bundle":
            container = next(iter(element.iterchildren(*_CONTAINERS)), None)
            image = "" if container is None else f"{container.tag} {container.get('image') or ''}"
            return f"{image} with {members}" if members else image
        return members

    def _own_attributes(self, element: Element, template: Element | None, origin: str) -> Iterator[tuple[Path, Fact]]:
        if element.tag in ("primitive", "template"):
            written = element if element.get("type") is not None or template is None else template
            agent = tuple(written.get(name) or "" for name in ("class", "provider", "type"))
            yield (
                ("agent",),
                Fact(
                    value=agent,
                    text=_agent_text(written, None),
                    element=written,
                    attribute="type",
                    origin="" if written is element else origin,
                ),
            )
        for name in map(str, element.attrib):
            if name not in _IDENTITY:
                yield (name,), self.reader.fact(element, name)

    def _ops(self, element: Element, template: Element | None) -> Iterator[tuple[Element, str]]:
        for op, of in self._operations.elements(element, template):
            yield self.reader.tree.referenced(op), of

    def _operation(self, op: Element, origin: str) -> Thing:
        name = op.get("name") or ""
        interval = parse_duration_ms(op.get("interval")) or 0
        role = parse_role(op.get("role")) or ""
        facts: dict[Path, Fact] = {}
        parts: list[Thing] = []
        for tag, tables in (("meta_attributes", ("operation",)), ("instance_attributes", ())):
            found, conditional = self.reader.sets([(op, "")], tag, tables)
            parts.extend(conditional)
            # an op's meta-attributes say the same as its attributes, which win (measured)
            facts.update({((path[1],) if tag == "meta_attributes" else path): fact for path, fact in found.items()})
        facts["name",] = self.reader.fact(op, "name")
        for key in map(str, op.attrib):
            if key not in _OP_IDENTITY:
                facts[key,] = self.reader.fact(op, key, _op_value(key, op.get(key) or ""))
        if origin:
            facts = {path: fact._replace(origin=origin) for path, fact in facts.items()}
        label = _op_label(op)
        attributes = [f"{k!s}={v!s}" for k, v in op.items() if k not in _OP_IDENTITY and (k != "interval" or interval)]
        return Thing(
            kind="operations",
            id=op.get("id") or "",
            element=op,
            key=(name, interval, "" if role == "Started" else role),
            loose=name,
            label=label,
            text=" ".join([name, *attributes]),
            facts=facts,
            parts=tuple(parts),
            origin=origin,
            fallback=lambda path: self._op_default(op, path),
        )

    def _op_default(self, op: Element, path: Path) -> Hashable | None:
        if path == ("role",):
            # without a role a monitor of a promotable clone is for its unpromoted instances
            return None if self._is_promotable(op) else ("role", "Started")
        return self._op_defaults(path[0]) if len(path) == 1 else None

    def _is_promotable(self, op: Element) -> bool:
        return any(
            outer.tag == "master"
            or (outer.tag in KIND and ("meta_attributes", "promotable") in self.thing(outer).facts)
            for outer in op.iterancestors("clone", "master", "bundle")
        )

    @cached_property
    def _op_defaults(self) -> Defaults:
        return _defaults(self.reader, "op_defaults", "operation")

    @cached_property
    def meta_defaults(self) -> Defaults:
        """What rsc_defaults and, below them, Pacemaker itself say about a meta-attribute of any resource."""
        return _defaults(self.reader, "rsc_defaults", "meta")

    def _container(self, bundle: Element) -> Iterator[tuple[Path, Fact]]:
        reader = self.reader
        container = next(iter(bundle.iterchildren(*_CONTAINERS)), None)
        if container is not None:
            yield ("container",), Fact(value=container.tag, text=container.tag, element=container)
            for key in map(str, container.attrib):
                newer = "promoted-max" if key == "masters" else str(key)
                if key != "masters" or container.get("promoted-max") is None:
                    value = _container_value(newer, container.get(key))
                    yield ("container", newer), reader.fact(container, str(key), value)._replace(written=key)
        network = bundle.find("network")
        if network is not None:
            for key in map(str, network.attrib):
                if key != "id":
                    yield (
                        ("network", str(key)),
                        reader.fact(network, str(key), _container_value(str(key), network.get(key))),
                    )
            ports = [_attributes(port) for port in network.iterchildren("port-mapping")]
            if ports:
                yield ("network", "port-mapping"), _list_fact(network, ports, ordered=order_counts("bundle", "network"))
        storage = bundle.find("storage")
        mappings = [] if storage is None else [_attributes(one) for one in storage.iterchildren("storage-mapping")]
        if storage is not None and mappings:
            yield ("storage",), _list_fact(storage, mappings, ordered=order_counts("bundle", "storage"))


class _Meta:
    """The meta-attributes in force where a resource has none of its own: the parent's, rsc_defaults, built-in ones."""

    def __init__(self, things: ResourceThings, element: Element, kind: str) -> None:
        self._things = things
        self._element = element
        self._kind = kind

    def value(self, path: Path) -> Hashable | None:
        if path[0] in ("container", "network"):
            return self._container_default(path)
        if len(path) != 2 or path[0] != "meta_attributes":
            return None
        parent = self._element.getparent()
        if parent is not None and parent.tag in KIND:
            thing = self._things.thing(parent)
            if any(part.kind == "meta_attributes" and path[1:] in part.facts for part in thing.parts):
                return _UNKNOWN
            fact = thing.facts.get(path)
            inherited = fact.value if fact is not None else _Meta(self._things, parent, "").value(path)
            if inherited is not None:
                return inherited
        given = self._things.meta_defaults(path[1])
        return self._own_default(path[1]) if given is None else given

    def _container_default(self, path: Path) -> Hashable | None:
        network = self._element.find("network")
        if path == ("network", "control-port") and (network is None or network.get("ip-range-start") is None):
            return None  # there the port alone makes the connection (crm_simulate 2.1.5 plans otherwise without it)
        return _CONTAINER_DEFAULTS.get(path)

    def _own_default(self, name: str) -> Hashable | None:
        if self._kind in ("clone", "group"):
            option = options(f"meta_{self._kind}").get(name)
            if option is not None:
                return default_of(option)
        if name == "resource-stickiness" and not self._in_clone():
            return "score", 0
        if name == "allow-migrate" and self._element.get("type") != "remote":
            return "boolean", False
        return None

    def _in_clone(self) -> bool:
        return any(e.tag in ("clone", "master", "bundle") for e in (self._element, *self._element.iterancestors()))


def _defaults(reader: Reader, section: str, table: str) -> Defaults:
    """The defaults of a section, then those built in."""
    configuration = reader.side.configuration
    places = [] if configuration is None else [(element, "") for element in configuration.iterchildren(section)]
    facts, conditional = reader.sets(places, "meta_attributes", (table,))
    ruled = {path[-1] for thing in conditional for path in thing.facts}

    def value(name: str) -> Hashable | None:
        if name in ruled:
            return _UNKNOWN
        fact = facts.get(("meta_attributes", name))
        if fact is not None:
            return fact.value
        option = options(table).get(name)
        return None if option is None else default_of(option)

    return value


def _op_value(key: str, text: str) -> Hashable:
    option = options("operation").get(key)
    return text if option is None else normal(option.type, text)


def _op_label(op: Element) -> str:
    words = [op.get("name") or ""]
    if parse_duration_ms(op.get("interval")):
        words.append(op.get("interval") or "")
    if op.get("role"):
        words.append(op.get("role") or "")
    return " ".join(words)


def _agent_text(element: Element, template: Element | None) -> str:
    written = element if element.get("type") is not None or template is None else template
    names = [written.get(name) for name in ("class", "provider", "type")]
    return ":".join(name for name in names if name)


def _container_value(key: str, text: str | None) -> Hashable:
    return normal(_CONTAINER_TYPES.get(key, "text"), text or "")


def _attributes(element: Element) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((str(k), str(v)) for k, v in element.items() if k != "id"))


def _list_fact(element: Element, entries: list[tuple[tuple[str, str], ...]], *, ordered: bool) -> Fact:
    text = "; ".join(" ".join(f"{k}={v}" for k, v in entry) for entry in entries)
    loose = tuple(sorted(entries))
    return Fact(value=tuple(entries) if ordered else loose, text=text, element=element, loose=loose)
