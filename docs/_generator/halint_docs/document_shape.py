"""The shape of what halint itself puts into the cluster document, read off the classes that it is projected from."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
import types
from collections.abc import Iterator, Mapping
from dataclasses import field, is_dataclass
from functools import cache
from itertools import pairwise
from typing import Any, TypeAlias, Union, get_args, get_origin, get_type_hints

from halint.document import _ENTRIES, _class_tag, _fields, _singular  # what the document itself is made by
from halint.model import cib, corosync, host, properties
from halint.model.cluster import Cluster, Node
from halint.record import record
from halint.source import Mark

RESOURCES = ("primitive", "group", "clone", "bundle")
_NODES_OWN = (
    "hosts",
    "units",
    "sbd",
    "sbd_headers",
    "fstab",
    "booth",
    "exports",
    "zones",
    "settings",
    "files",
    "addresses",
    "modules",
    "multipath",
    "drbd",
    "packages",
)
_WORD = re.compile(r"`(\w+)`")
# Of the numbers of a class: those that are no times or sizes, so that its text's unit is not theirs
_COUNTS = {
    "Totem": ("retransmits", "token_warning"),
    "Interface": ("link", "port", "priority", "ping_precision", "pong_count"),
    "BoothTicket": ("retries",),
}
_BYTES = ("mtu", "key_bytes", "size")
_PLAIN = {str: "text", int: "number", bool: "true or false"}


@record
class Field:
    """One attribute, or one element that holds a text."""

    name: str
    attribute: bool
    type: str
    about: str = ""


@record
class Part:
    """An element: its tag, the elements it stands in, what it is, and what it has besides further parts."""

    tag: str
    about: str
    fields: tuple[Field, ...]
    inside: set[str] = field(default_factory=set)


Found: TypeAlias = dict[tuple[str, Any], Part]
"""Parts by tag and class: two classes may have one tag, in different places."""


def model_parts() -> tuple[Part, ...]:
    """The parts of `/cluster/model`, itself first."""
    found: Found = {}
    model = Part(
        tag="model",
        about=" ".join(
            ["What all files of a cluster mean.", *_sentences(corosync.Corosync)[1:], *_sentences(cib.Cib)[1:]]
        ),
        fields=(
            Field(name="distribution", attribute=True, type="text", about="the distribution that is a target"),
            *_own(cib.Cib),
            *_own(corosync.Corosync),
        ),
        inside={"cluster"},
    )
    found["model", Cluster] = model
    _walk(Node, "node", "model", found)
    for cls in (corosync.Corosync, cib.Cib):
        _children(cls, "model", found)
    return tuple(found.values())


def node_parts() -> tuple[Part, ...]:
    """The parts below `/cluster/node` that are no copy of a file as written."""
    name = Field(name="name", attribute=True, type="text", about="left out for files that stand for every node")
    found: Found = {}
    found["node", Cluster] = Part(tag="node", about="One node's own files.", fields=(name,), inside={"cluster"})
    hints = _hints(Cluster)
    for each in _NODES_OWN:
        cls = _inner(hints[each])
        _walk(cls, _class_tag(cls.__name__), "node", found)
    return tuple(found.values())


def _walk(cls: Any, tag: str, inside: str, found: Found, about: str = "") -> None:
    """Add the element of a class, and all below it."""
    if (tag, cls) in found:
        found[tag, cls].inside.add(inside)
        return
    found[tag, cls] = Part(tag=tag, about=about or _about(cls), fields=tuple(_own(cls)), inside={inside})
    _children(cls, tag, found)


def _children(cls: Any, tag: str, found: Found) -> None:
    hints = _hints(cls)
    for name, placed in _fields(cls):
        inner = _inner(hints[name])
        if placed or not (is_dataclass(inner) or inner is Mark):
            continue
        if _is_mapping(hints[name]):
            _entry(inner, _ENTRIES[name], tag, found)
            continue
        if inner is Mark or (tag == "primitive" and inner is cls):
            continue  # only what contains resources has members
        for child in RESOURCES if inner is cib.Resource else (_tag_of(inner),):
            _walk(inner, child, tag, found)


def _tag_of(cls: Any) -> str:
    return _class_tag(cls.__name__)


def _entry(cls: Any, tag: str, inside: str, found: Found) -> None:
    """An element for each entry of a mapping."""
    if cls is not Mark:
        _walk(cls, tag, inside, found)
        return
    named = Field(name="name", attribute=True, type="text")
    found.setdefault(
        (tag, Mark), Part(tag=tag, about="One of them by name.", fields=(named,), inside=set())
    ).inside.add(inside)


def _own(cls: Any) -> Iterator[Field]:
    """What an element has itself: attributes, and elements that hold one text."""
    hints, told = _hints(cls), _told(cls)
    for name, placed in _fields(cls):
        hint, about = _bare(hints[name]), told.get(name, "")
        inner = _inner(hint)
        if placed:
            yield Field(name=name, attribute=False, type=_measured(cls, name, hint), about=about)
        elif is_dataclass(inner) or inner is Mark:
            continue
        elif name == "version":
            yield Field(name=name, attribute=True, type="numbers with dots", about=about)
        elif _is_mapping(hint):
            entry = _ENTRIES[name]
            yield Field(name=entry, attribute=False, type="text, one a @name", about=about)
        elif get_origin(hint) in (tuple, frozenset):
            if inner in _PLAIN:
                yield Field(name=_singular(name), attribute=False, type=f"{_type(inner)}, one each", about=about)
        else:
            yield Field(name=name, attribute=True, type=_measured(cls, name, hint), about=about)


def _measured(cls: Any, name: str, hint: Any) -> str:
    """The type, and the unit of a number where the class says one."""
    unit = re.search(r"\b(milliseconds|seconds)\b", cls.__doc__ or "")
    if _bare(hint) is not int or name in _COUNTS.get(cls.__name__, ()):
        return _type(hint)
    if name in _BYTES:
        return "number of bytes"
    return f"number of {unit[1]}" if unit else _type(hint)


def _type(hint: Any) -> str:
    return _PLAIN.get(_bare(hint), "text")


@cache
def _hints(cls: Any) -> Mapping[str, Any]:
    return get_type_hints(cls)


def _bare(hint: Any) -> Any:
    """A type without `| None`."""
    if get_origin(hint) in (Union, types.UnionType):
        (hint,) = [one for one in get_args(hint) if one is not type(None)]
    return hint


def _is_mapping(hint: Any) -> bool:
    origin = get_origin(_bare(hint))
    return isinstance(origin, type) and issubclass(origin, Mapping)


def _inner(hint: Any) -> Any:
    """What a tuple, a set or a mapping holds; any other type as it is."""
    hint = _bare(hint)
    if hint is host.HostsEntries:
        return host.HostsEntry
    arguments = get_args(hint)
    if not arguments:
        return hint
    return arguments[1] if _is_mapping(hint) else arguments[0]


def _about(cls: Any) -> str:
    return " ".join(_sentences(cls))


def _sentences(cls: Any) -> list[str]:
    """What the class says of itself, names as in the document, without what speaks of more than that holds."""
    names = _names(cls)
    foreign = {*_all_names(cls), *vars(properties)} - set(names)
    told = [re.split("(?<=;) ", one) for one in re.split(r"(?<=\.) ", " ".join((cls.__doc__ or "").split()))]
    kept = [[one for one in each if "_at`" not in one and not foreign & set(_WORD.findall(one))] for each in told]
    whole = [re.sub(";$", ".", " ".join(each)) for each in kept if each]
    return [_WORD.sub(lambda word: f"`{names.get(word[1], word[1])}`", _in_words(one)) for one in whole]


def _in_words(sentence: str) -> str:
    """Python's values as what the document has for them."""
    return re.sub(r"\bNone\b", "left out", re.sub(r"\bFalse\b", "`false`", re.sub(r"\bTrue\b", "`true`", sentence)))


def _names(cls: Any) -> dict[str, str]:
    """The fields that the document holds, each with its name there."""
    found = {}
    for name, placed in _fields(cls):
        hint = _bare(_hints(cls)[name])
        if placed or name == "version" or get_origin(hint) is None:
            found[name] = name
        elif _is_mapping(hint):
            found[name] = _ENTRIES[name]
        else:
            found[name] = _singular(name)
    return found


def _all_names(cls: Any) -> set[str]:
    """Fields, properties and methods."""
    return {*_hints(cls), *(name for name in vars(cls) if not name.startswith("__"))}


@cache
def _told(cls: Any) -> Mapping[str, str]:
    """What stands as a text below a field in the class."""
    (defined,) = ast.parse(textwrap.dedent(inspect.getsource(cls))).body
    body = defined.body if isinstance(defined, ast.ClassDef) else []
    found = {}
    for line, below in pairwise(body):
        text = below.value if isinstance(below, ast.Expr) else None
        if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name) and isinstance(text, ast.Constant):
            found[line.target.id] = " ".join(str(text.value).split())
    return found
