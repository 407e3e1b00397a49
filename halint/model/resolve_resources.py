"""Resources: templates, nesting and defaults applied."""

from __future__ import annotations

from collections.abc import Iterator

from halint.model.cib import Agent, Container, Resource, Setting, StorageMapping
from halint.model.cib_tree import CibTree, Element
from halint.model.resolve_operations import OperationDefaults
from halint.model.resolve_rules import Subject
from halint.model.resolve_settings import Layer, inherited, layer, settings
from halint.model.values import parse_bool
from halint.record import record

_KINDS = {"primitive": "primitive", "group": "group", "clone": "clone", "master": "clone", "bundle": "bundle"}
# What may stand inside what; a clone or bundle takes the first only
_INSIDE = {"group": ("primitive",), "clone": ("primitive", "group"), "bundle": ("primitive",)}
_CONTAINERS = ("docker", "podman", "rkt")


@record
class _Outer:
    """What a member takes from the resource around it."""

    id: str
    meta: tuple[Layer, ...]
    parameters: tuple[Layer, ...]


class ResourceReader:
    """Makes resources from their elements. `resources` and `templates` yield them in document order."""

    def __init__(self, tree: CibTree, defaults: Layer, operations: OperationDefaults) -> None:
        self._tree = tree
        self._defaults = defaults
        self._operations = operations
        self._templates = {t.get("id"): t for t in reversed(list(tree.section("resources"))) if t.tag == "template"}

    def resources(self) -> Iterator[Resource]:
        """The outermost resources."""
        for element in self._tree.section("resources"):
            if element.tag in _KINDS:
                yield self._resource(element, None)

    def templates(self) -> Iterator[Resource]:
        """The templates, as primitives that never run."""
        for element in self._tree.section("resources"):
            if element.tag == "template":
                yield self._resource(element, None)

    def _resource(self, element: Element, outer: _Outer | None) -> Resource:
        tree = self._tree
        kind = _KINDS.get(element.tag, "primitive")
        template = self._templates.get(element.get("template")) if element.tag == "primitive" else None
        places = [(element, "own")] if template is None else [(template, "template"), (element, "own")]
        own = layer(tree, places, "meta_attributes")
        meta_layers = (own, *(outer.meta if outer else ()))
        parameter_layers = (layer(tree, places, "instance_attributes"), *(outer.parameters if outer else ()))
        agent = _agent(element) or (_agent(template) if template is not None else None)
        subject = Subject(agent=agent)
        meta = settings(tree, (*meta_layers, self._defaults), subject)
        name = element.get("id") or ""
        around = _Outer(id=name, meta=inherited(meta_layers), parameters=inherited(parameter_layers))
        container = _container(tree, element) if kind == "bundle" else None
        return Resource(
            id=name,
            kind=kind,
            element=element.tag,
            at=tree.mark(element),
            parent=outer.id if outer else None,
            template=element.get("template") if element.tag == "primitive" else None,
            agent=agent if kind == "primitive" else None,
            parameters=settings(tree, parameter_layers, subject),
            meta=meta,
            own_meta=settings(tree, [own], subject),
            operations=self._operations.of(element, template, agent) if kind == "primitive" else (),
            members=tuple(self._resource(m, around) for m in _members(element, kind)),
            promotable=_promotable(element, meta, container),
            container=container,
        )


def _agent(element: Element) -> Agent | None:
    standard, name = element.get("class"), element.get("type")
    if element.tag not in ("primitive", "template") or not standard or not name:
        return None
    return Agent(standard=standard, provider=element.get("provider") or "", type=name)


def _members(element: Element, kind: str) -> list[Element]:
    inside = _INSIDE.get(kind, ())
    members = [child for child in element.iterchildren("*") if child.tag in inside]
    return members if kind == "group" else members[:1]


def _promotable(element: Element, meta: dict[str, Setting], container: Container | None) -> bool | None:
    if element.tag == "master":
        return True
    if element.tag == "bundle":
        return container is not None and bool(container.promoted_max)
    setting = meta.get("promotable") if element.tag == "clone" else None
    if setting is None:
        return False
    return parse_bool(setting.value) is True if setting.certain else None


def _container(tree: CibTree, bundle: Element) -> Container | None:
    element = next((c for c in bundle.iterchildren(*_CONTAINERS)), None)
    if element is None:
        return None
    network = bundle.find("network")
    storage = bundle.find("storage")
    mappings = () if storage is None else storage.iterchildren("storage-mapping")
    return Container(
        engine=element.tag,
        image=element.get("image") or "",
        replicas=_number(element, "replicas"),
        replicas_per_host=_number(element, "replicas-per-host"),
        promoted_max=_number(element, "promoted-max", "masters"),
        network=element.get("network") or "",
        options=element.get("options") or "",
        ip_range_start=(network.get("ip-range-start") if network is not None else None) or "",
        ip_range_start_at=tree.mark(network, "ip-range-start") if network is not None else None,
        control_port=(network.get("control-port") if network is not None else None) or "",
        host_interface=(network.get("host-interface") if network is not None else None) or "",
        host_netmask=(network.get("host-netmask") if network is not None else None) or "",
        storage=tuple(
            StorageMapping(
                id=m.get("id") or "",
                source=m.get("source-dir") or m.get("source-dir-root") or "",
                target=m.get("target-dir") or "",
                options=m.get("options") or "",
                at=tree.mark(m),
            )
            for m in mappings
        ),
        at=tree.mark(element),
    )


def _number(element: Element, *names: str) -> int | None:
    text = next((element.get(n) for n in names if element.get(n) is not None), None) or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
