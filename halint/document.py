"""The cluster document: one XML tree over a cluster's files as written and over what they mean.

`/cluster/corosync` and `/cluster/cib` are the shared configuration as written, `/cluster/node[@name]` holds each
node's own files, `/cluster/model` is projected from the dataclasses of `halint.model`. A field that has a place of
its own (`x` beside `x_at`) is an element there, any other plain field an attribute.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any

from lxml import etree

from halint.model import cib, corosync, host
from halint.model.cluster import Cluster, Node
from halint.source import Mark, Source

Element = etree._Element  # noqa: SLF001 - lxml gives its element type no public name

# Element names where the class's own name would not do; one entry a mapping field of the model
_ENTRIES = {
    "properties": "property",
    "parameters": "parameter",
    "meta": "meta",
    "settings": "setting",
    "attributes": "attribute",
    "rsc_defaults": "rsc_default",
    "op_defaults": "op_default",
    "variables": "variable",
    "units": "unit",
    "versions": "package",
    "keys": "key",
    "options": "option",
    "files": "file",
    "names": "module",
    "disks": "disk",
}
_CLASSES = {"HostsEntry": "entry", "FstabEntry": "entry", "RingAddress": "address", "NodelistNode": "nodelist_node"}
_SINGULAR = {"aliases": "alias", "addresses": "address"}
# What stays within the parts that all nodes share: no way up or across, and no other child of the root
_LEAVES_SHARED = re.compile(
    r"\bcluster\b(?!/(?:model|cib|corosync)\b)|\.\.|\b(?:ancestor|parent|preceding|following)\b"
)
# What may look at the model: all but paths down from the files as written
_MAY_LEAVE_FILES = re.compile(
    r"\bcluster\b(?!/(?:cib|corosync|node)\b)|\.\.|\b(?:ancestor|parent|preceding|following)\b"
)
# Held elsewhere in the document, or no part of it
_LEFT_OUT = frozenset(
    {
        "release",
        "sections",
        "repeats",
        "nodelists",
        "untyped",
        "by_id",
        "inmost",
        "source",
        "sources",
        "given",
        "own_meta",
        "element_index",
    }
)


OfNode = tuple[str | None, Element, Mapping[Element, Mark]]
OfNodes = Callable[[], Iterable[OfNode]]


class Document:
    """The tree, and where each of its elements stands in the files."""

    def __init__(
        self,
        cluster: Cluster,
        written: Mapping[str, Element],
        marks: Mapping[Element, Mark],
        of_nodes: OfNodes = tuple,
    ) -> None:
        """`written` are the trees as written by name (`cib`, `corosync`); `marks` place elements that are not XML.

        `of_nodes` makes what each node has of corosync.conf itself: node, tree, marks.
        """
        self._marks: dict[Element, Mark] = dict(marks)
        self._sources: dict[Element, Source] = {}
        self._cluster = cluster
        self._of_nodes: OfNodes | None = of_nodes
        self._root = etree.Element("cluster", name=_plain(cluster.name))
        for name in ("corosync", "cib"):
            if name in written:
                self._root.append(written[name])
        self._has_model = False

    def root(self, expression: str = "") -> Element:
        """The tree with at least the parts that an expression looks at, all of them where it does not say.

        The nodes' own files and the model may be large, and few expressions look at them.
        """
        if self._of_nodes is not None and (not expression or _LEAVES_SHARED.search(expression)):
            self._add_nodes(self._cluster, self._of_nodes())
            self._of_nodes = None
        if not self._has_model and (not expression or _MAY_LEAVE_FILES.search(expression)):
            self._has_model = True
            self._add_model(self._cluster)
        return self._root

    def mark(self, found: Any) -> Mark | None:
        """The place of an element, or of the element an attribute or text belongs to."""
        if isinstance(found, Element):
            return self._element_mark(found, None)
        parent = getattr(found, "getparent", lambda: None)()
        if parent is None:
            return None
        return self._element_mark(parent, found.attrname if found.is_attribute else None)

    def own(self, element: Element, source: Source) -> None:
        """Say that an element as written, and all below it, comes from an XML source."""
        self._sources[element] = source

    def _element_mark(self, element: Element, attribute: str | None) -> Mark | None:
        for ancestor in (element, *element.iterancestors()):
            if ancestor in self._marks:
                return self._marks[ancestor]
            if ancestor in self._sources:
                return Mark(self._sources[ancestor], element=element, attribute=attribute)
        return None

    def _add_nodes(self, cluster: Cluster, corosyncs: Iterable[OfNode]) -> None:
        for name, tree, marks in corosyncs:
            self._node(name).append(tree)
            self._marks.update(marks)
        owned: tuple[Any, ...] = (*cluster.hosts, *cluster.units, *cluster.sbd, *cluster.sbd_headers, *cluster.fstab)
        others = (*cluster.booth, *cluster.exports, *cluster.zones, *cluster.settings)
        seen = (*cluster.files, *cluster.addresses, *cluster.modules, *cluster.multipath, *cluster.collected)
        for thing in (*owned, *cluster.drbd, *cluster.packages, *others, *seen):
            self._project(thing, self._node(thing.node))

    def _node(self, name: str | None) -> Element:
        """The `node` element of that name; files that stand for every node share one without a name."""
        for element in self._root.iterchildren("node"):
            if element.get("name") == name:
                return element
        node = etree.Element("node", {} if name is None else {"name": name})
        self._root.insert(len(self._root) - self._has_model, node)  # the model stays last
        return node

    def _add_model(self, cluster: Cluster) -> None:
        model = etree.SubElement(self._root, "model")
        if cluster.distribution is not None:
            model.set("distribution", cluster.distribution.name)
        for node in cluster.nodes:
            self._project(node, model)
        for part in (cluster.corosync, cluster.cib):
            if part is not None:
                self._fill(model, part)

    def _project(self, value: Any, parent: Element) -> None:
        element = etree.SubElement(parent, _tag(value))
        at = getattr(value, "at", None)
        if isinstance(at, Mark):
            self._marks[element] = at
        self._fill(element, value)

    def _fill(self, element: Element, value: Any) -> None:
        cls: Any = type(value)
        for name, placed in _fields(cls):
            inner = getattr(value, name)
            if placed:
                self._placed(element, name, inner, getattr(value, f"{name}_at"))
            else:
                self._put(element, name, inner)

    def _placed(self, element: Element, name: str, value: Any, at: Mark | None) -> None:
        if value is None:
            return
        child = etree.SubElement(element, name)
        child.text = _plain(value)
        if at is not None:
            self._marks[child] = at

    def _put(self, element: Element, name: str, value: Any) -> None:
        if value is None:
            return
        if is_dataclass(value):
            self._project(value, element)
        elif name == "version":
            element.set(name, ".".join(map(str, value)))
        elif isinstance(value, tuple | frozenset):
            for item in value if isinstance(value, tuple) else sorted(value):
                self._item(element, name, item)
        elif isinstance(value, Mapping):
            for key, item in value.items():
                self._entry(element, _ENTRIES[name], key, item)
        else:
            element.set(name, _plain(value))

    def _item(self, element: Element, name: str, item: Any) -> None:
        if is_dataclass(item):
            self._project(item, element)
        elif not isinstance(item, tuple):
            etree.SubElement(element, _singular(name)).text = _plain(item)

    def _entry(self, element: Element, tag: str, key: str, item: Any) -> None:
        if isinstance(item, Mark):
            self._marks[etree.SubElement(element, tag, name=_plain(key))] = item
            return
        if not is_dataclass(item):
            etree.SubElement(element, tag, name=key).text = _plain(item)
            return
        child = etree.SubElement(element, tag)
        self._marks[child] = getattr(item, "at")  # noqa: B009 - every model class in a mapping has its place
        self._fill(child, item)


def _tag(value: Any) -> str:
    if isinstance(value, cib.Resource):
        return value.kind
    return _class_tag(type(value).__name__)


@cache
def _class_tag(name: str) -> str:
    name = _CLASSES.get(name, name)
    return "".join(f"_{c.lower()}" if c.isupper() and i else c.lower() for i, c in enumerate(name))


@cache
def _fields(cls: Any) -> tuple[tuple[str, bool], ...]:
    """The fields that are shown, each with whether it has a place of its own."""
    names = [f.name for f in fields(cls)]
    shown = (n for n in names if n not in _LEFT_OUT and n != "at" and not n.endswith("_at"))
    return tuple((n, f"{n}_at" in names) for n in shown)


def _singular(name: str) -> str:
    return _SINGULAR.get(name, name.removesuffix("s"))


def _plain(value: Any) -> str:
    """A value as text: booleans as true and false, and nothing that XML cannot hold."""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    return text if text.isprintable() else "".join(c if c.isprintable() or c in "\t\n" else "\ufffd" for c in text)


def vocabulary() -> frozenset[str]:
    """Every element and attribute name a cluster document can hold; the rules' expressions are checked against it."""
    from halint.schema_data import load  # noqa: PLC0415 - only where rules are read from YAML

    names = {"cluster", "node", "name", "model", "corosync", "cib", "section", "key", *_ENTRIES.values()}
    names |= {"primitive", "group", "clone", "bundle", "distribution"}
    for module in (cib, corosync, host):
        names.update(_class_names(module))
    names.update(form for name, _ in _fields(Node) for form in (name, _singular(name)))
    vocabulary_of_files = load("cib-names")
    names.update(vocabulary_of_files["elements"], vocabulary_of_files["attributes"])
    names.update(_corosync_names(load("corosync-keys")))
    return frozenset(names)


def _class_names(module: Any) -> Iterator[str]:
    for cls in vars(module).values():
        if isinstance(cls, type) and is_dataclass(cls):
            yield _class_tag(cls.__name__)
            for name, _ in _fields(cls):
                yield from (name, _singular(name))


def _corosync_names(table: Any) -> Iterator[str]:
    for key in table["keys"]:
        yield from str(key["section"]).split(".")
        yield str(key["key"])
