"""The page of the cluster document: every element and attribute that rules may name, as the code has them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from halint.schema_data import load
from halint_docs.document_shape import Part, model_parts, node_parts
from halint_docs.markup import code, codes, escaped, front, prose, table
from halint_docs.written_cib import WrittenElement, status_names, written_elements

_INTRODUCTION = """
Rules see one XML tree for each cluster, and [rules of your own](../guides/custom-rules.md) query it with XPath.
`halint dump` prints it for the files at hand, secrets masked.

| path | what |
|---|---|
| `/cluster/cib` | the CIB as written |
| `/cluster/corosync` | corosync.conf as written |
| `/cluster/node[@name]` | what one node has itself: its own copy of corosync.conf as written, and its other files |
| `/cluster/model` | what it all means: defaults, templates and references resolved, times in one unit |

*How it is written: `cib`, `corosync`. What it means: `model`.* A query may use the names on this page and no others: a
misspelt one would select nothing, and nobody would notice. Values are text; booleans are `true` and `false`. What is
not set is left out.
"""
_WRITTEN_CIB = """
As Pacemaker's schemas allow it, from pacemaker-1.0 to 4.0; *since* and *until* are the first and the last schema with
it. A CIB that breaks its schema is shown as it is.
"""
_WRITTEN_COROSYNC = """
Sections are elements, keys are elements in them, and the value is the text: `/cluster/corosync/totem/token`. Keys of
corosync 2.4 to 3.1.10; units are corosync's own. Other keys that a file has are shown too, but rules cannot name them.
"""


def document_page() -> str:
    """The page."""
    about = "Every element and attribute of the tree that rules query, with types and units"
    lines = [*front("The cluster document", about), "# The cluster document", "", _INTRODUCTION.strip(), ""]
    lines += ["## What it means: /cluster/model", "", *_parts(model_parts())]
    lines += ["## A node's own files: /cluster/node", "", *_parts(node_parts())]
    lines += ["## The CIB as written: /cluster/cib", "", _WRITTEN_CIB.strip(), "", *_cib(written_elements())]
    lines += [f"In the status section besides: {codes(status_names())}.", ""]
    lines += ["## corosync.conf as written: /cluster/corosync", "", _WRITTEN_COROSYNC.strip(), "", *_corosync()]
    return "\n".join(lines)


def _parts(parts: Iterable[Part]) -> Iterator[str]:
    parts = list(parts)
    for part in parts:
        held = [other.tag for other in parts if part.tag in other.inside]
        stands = f"In {codes(sorted(part.inside))}{f'; holds {codes(held)}' if held else ''}."
        yield from (f"### {escaped(part.tag)}", "", f"{prose(part.about)}", "", stands, "")
        rows = [
            (code(f"@{field.name}" if field.attribute else field.name), escaped(field.type), prose(field.about))
            for field in part.fields
        ]
        yield from (*(table(("name", "type", ""), rows) if rows else ()), "")


def _cib(elements: Mapping[str, WrittenElement]) -> Iterator[str]:
    rows = []
    for name, element in elements.items():
        rows.append((code(name), "", ", ".join(map(code, element.inside)), ""))
        rows += [("", code(f"@{key}"), escaped(" or ".join(types)), "") for key, types in element.attributes.items()]
    yield from (*table(("element", "attribute", "in, or type", ""), rows), "")


def _corosync() -> Iterator[str]:
    rows = [
        (
            code(f"{key['section']}.{key['key']}"),
            escaped(" ".join([str(key["type"]), *([f"in {key['unit']}"] if "unit" in key else [])])),
            _accepted(key),
            code(str(key["default"])) if "default" in key else "",
            escaped(_lifetime(key)),
        )
        for key in load("corosync-keys")["keys"]
    ]
    yield from (*table(("key", "type", "accepted", "default", "releases"), rows), "")


def _accepted(key: Mapping[str, object]) -> str:
    values, limits = key.get("values"), key.get("range")
    if isinstance(values, list):
        return codes(map(str, values))
    return escaped(f"{limits[0]} to {limits[1]}") if isinstance(limits, list) else ""


def _lifetime(key: Mapping[str, object]) -> str:
    told = [f"{word} {key[word]}" for word in ("since", "until") if word in key]
    return ", ".join([*told, *([str(key["state"])] if "state" in key else [])])
