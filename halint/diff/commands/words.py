"""What a step does, in a cluster administrator's words; secrets are never named with their values."""

from __future__ import annotations

from collections.abc import Iterable

from halint.diff.commands.edits import Edit, Trees
from halint.model.cib_tree import Element

_NAMES = {
    "rsc_location": "location constraint",
    "rsc_colocation": "colocation constraint",
    "rsc_order": "order constraint",
    "rsc_ticket": "ticket constraint",
    "acl_role": "ACL role",
    "acl_target": "ACL user",
    "acl_user": "ACL user",
    "acl_group": "ACL group",
    "cluster_property_set": "property set",
    "fencing-level": "fencing level",
    "master": "clone",
    "nvpair": "property",
}
_SECTIONS = {"rsc_defaults": "resource defaults", "op_defaults": "operation defaults"}
_CALLED = {
    "node": ("uname",),
    "nvpair": ("name",),
    "fencing-level": ("target", "target-pattern", "target-value"),
}
_BLOCKS = {"instance_attributes": "parameters", "meta_attributes": "meta-attributes"}
_MOST = 4


def label(element: Element) -> str:
    """The name of an object: its kind and its id, or what people call it by."""
    name = element.get("id") or ""
    parent = element.getparent()
    section = "" if parent is None else parent.tag
    kind = _SECTIONS.get(section) or _NAMES.get(element.tag, element.tag)
    if element.tag == "primitive":
        kind = "fence device" if element.get("class") == "stonith" else "resource"
    elif element.tag == "fencing-level":
        kind = f"fencing level {element.get('index') or ''} of"
    called = next((value for attribute in _CALLED.get(element.tag, ()) if (value := element.get(attribute))), name)
    return f"{kind} {called}"


def said(trees: Trees, before: Element | None, after: Element | None, edits: Iterable[Edit]) -> str:
    """What becomes of an object."""
    if before is None and after is not None:
        return f"add {label(after)}{_value(after)}"
    if after is None and before is not None:
        return f"remove {label(before)}"
    if before is None or after is None:
        return ""
    if before.tag == "nvpair":
        return f"{label(after)}: {before.get('value') or ''} → {after.get('value') or ''}"
    parts = [part for edit in edits for part in _parts(trees, edit)]
    rest = f" and {len(parts) - _MOST} more" if len(parts) > _MOST else ""
    return f"change {label(after)}: {', '.join(parts[:_MOST])}{rest}"


def _value(element: Element) -> str:
    if element.tag == "nvpair":
        return f" = {element.get('value') or ''}"
    agent = ":".join(part for a in ("class", "provider", "type") if (part := element.get(a)))
    return f" ({agent})" if agent else ""


def _parts(trees: Trees, edit: Edit) -> list[str]:
    before, after = edit.before, edit.after
    match edit.operation:
        case "create" if after is not None:
            return [f"add {_part(after)}{_value(after)}"]
        case "delete" if before is not None:
            return [f"remove {_part(before)}"]
        case "move" if after is not None:
            return [f"put {_part(after)} in another place"]
    return [] if before is None or after is None else _changed(trees, before, after)


def _changed(trees: Trees, before: Element, after: Element) -> list[str]:
    if after.tag == "nvpair" and before.get("name") == after.get("name"):
        if trees.after.is_masked(after, "value") or trees.before.is_masked(before, "value"):
            return [f"{after.get('name')} (value hidden)"]
        return [f"{after.get('name')} {before.get('value') or ''} → {after.get('value') or ''}"]
    names = [str(n) for n in dict.fromkeys([*before.keys(), *after.keys()]) if before.get(n) != after.get(n)]
    return [f"{_part(after)} {n} {_or_none(before, n)} → {_or_none(after, n)}".strip() for n in names]


def _or_none(element: Element, attribute: str) -> str:
    value = element.get(attribute)
    return "none" if value is None else value


def _part(element: Element) -> str:
    match element.tag:
        case "nvpair":
            return element.get("name") or element.get("id") or ""
        case "op":
            return f"operation {element.get('name') or ''} {element.get('interval') or ''}".strip()
        case "instance_attributes" | "meta_attributes":
            return f"{_BLOCKS[element.tag]} {element.get('id') or ''}"
        case "primitive":
            return label(element)
    return f"{element.tag} {element.get('id') or ''}".strip()
