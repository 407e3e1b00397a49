"""A change in words: its object, what is different in it, and a line that stands alone."""

from __future__ import annotations

from collections.abc import Mapping

from halint.diff.change import Change
from halint.diff.spelling import newer_names, options

ARROW = "→"
INSIDE = "›"
HIDDEN = "(value hidden)"

RESOURCES = frozenset({"primitive", "group", "clone", "bundle"})

TYPES: Mapping[str, str] = {
    "rsc_location": "location constraint",
    "rsc_colocation": "colocation constraint",
    "rsc_order": "order constraint",
    "rsc_ticket": "ticket constraint",
    "rsc_defaults": "resource default",
    "op_defaults": "operation default",
    "fencing-level": "fencing level",
    "acl_role": "ACL role",
    "acl_target": "ACL target",
    "acl_user": "ACL user",
    "acl_group": "ACL group",
}
"""What people call a type of object where they do not call it as the CIB does."""

_UNSAID = frozenset(
    {"instance_attributes", "meta_attributes", "operations", "cluster_property_set", "recipient", "acl_permission"}
)
"""Blocks that a path begins with and that need no word: what is in them speaks for itself."""

_PARTS = frozenset({"operations", "recipient", "acl_permission"})
"""Blocks whose entries are things of their own, told by a description."""

_SETTINGS = ("property", "rsc_defaults", "op_defaults", "cib")
"""Types of objects that are one name with one value."""

_OUTERMOST = ("", "top level")


def line(change: Change, *, show_secrets: bool = False) -> str:
    """The change in one line that stands alone, such as `WebVIP › ip  10.0.0.5 → 10.0.0.6`.

    Secrets are told as hidden, the two sides marked, unless `show_secrets`.
    """
    if change.kind == "moved":
        return f"{object_name(change)} {move(change)}"
    if change.kind == "renamed":
        return f"{object_name(change)} {rename(change)}"
    if change.kind == "reordered":
        before, after = values(change, show_secrets=show_secrets)
        return f"{order_of(change)} reordered: {before} {ARROW} {after}"
    if came(change) or went(change):
        return _came_or_went(change, show_secrets=show_secrets)
    before, after = values(change, show_secrets=show_secrets)
    return f"{full_name(change)}  {before} {ARROW} {after}"


def came(change: Change) -> bool:
    """Whether something is there that was not."""
    return change.kind == "added" or (change.kind == "changed" and change.before is None)


def went(change: Change) -> bool:
    """Whether something is gone."""
    return change.kind == "removed" or (change.kind == "changed" and change.after is None)


def object_name(change: Change) -> str:
    """The object with its type as people call it: `primitive WebVIP`, `location constraint loc-web`, `node ha1`."""
    kind = TYPES.get(change.type, change.type)
    return kind if change.id in ("", change.type) else f"{kind} {visible(change.id)}"


def full_name(change: Change) -> str:
    """The object and what in it is different: `WebVIP › ip`, `node ha1 › standby`, `property stonith-enabled`."""
    inner = detail(change)
    if not inner:
        return object_name(change)
    outer = visible(change.id) if change.type in RESOURCES and change.id else object_name(change)
    return f"{outer} {INSIDE} {inner}"


def detail(change: Change) -> str:
    """What in the object is different: `ip`, `monitor 10s › timeout`, `utilization cpu`; "" for the object itself."""
    if not change.path:
        return ""
    parts = [*change.path[:-1], change.name or change.path[-1]]
    if parts[0] == "utilization" and len(parts) > 1:
        parts = [f"utilization {parts[1]}", *parts[2:]]
    elif parts[0] == "operations" and len(parts) == 2:
        parts = [f"operation {parts[1]}"]
    elif parts[0] in _UNSAID and len(parts) > 1:
        parts = parts[1:]
    return f" {INSIDE} ".join(map(visible, parts))


def values(change: Change, *, show_secrets: bool = False) -> tuple[str, str]:
    """The values before and after as shown; "not set" where there is none."""
    sides = (change.before, change.raw_before, "before"), (change.after, change.raw_after, "after")
    return _value(change, *sides[0], show_secrets=show_secrets), _value(change, *sides[1], show_secrets=show_secrets)


def shown(change: Change, *, show_secrets: bool = False) -> tuple[str | None, str | None]:
    """The values as written on both sides, None where there is none; secrets hidden unless `show_secrets`."""
    if not change.secret:
        return change.before, change.after
    if show_secrets:
        return (
            change.before if change.raw_before is None else change.raw_before,
            change.after if change.raw_after is None else change.raw_after,
        )
    before, after = values(change)
    return None if change.before is None else before, None if change.after is None else after


def move(change: Change) -> str:
    """What became of an object that moved: `moved from group g1 to group g2`, `moved into group g1`."""
    old, new = visible(change.before or ""), visible(change.after or "")
    if change.members:
        return f"regrouped: {old} {ARROW} {new}"
    if old in _OUTERMOST or new in _OUTERMOST:
        return f"moved out of {old}" if new in _OUTERMOST else f"moved into {new}"
    return f"moved from {old} to {new}"


def rename(change: Change) -> str:
    """What became of an object that has another id."""
    return f"renamed to {visible(change.new_id or change.after or '')}"


def order_of(change: Change) -> str:
    """What came into another order: `group g: members`, `resources`."""
    inner = detail(change) or ("members" if change.type in RESOURCES else "")
    if change.type == "resources" or not inner:
        return object_name(change)
    return f"{object_name(change)}: {inner}"


def effect_words(effects: tuple[str, ...], *, certain: bool) -> str:
    """Effects in words: `restart`, `may move`, `may stop, start`; "" where nothing happens."""
    words = [effect for effect in effects if effect != "none"]
    if not words or words == ["unknown"]:
        return "effect unknown" if words else ""
    return ", ".join(words) if certain else f"may {', '.join(words).replace('cluster-wide', 'act cluster-wide')}"


def visible(text: str) -> str:
    """Text on one line, with what a terminal would act on, or not show, as escapes."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def _came_or_went(change: Change, *, show_secrets: bool) -> str:
    name, text = full_name(change), there(change, show_secrets=show_secrets)
    word = "added" if came(change) else "removed"
    if is_value(change):
        return f"{name} added: {text}" if came(change) else f"{name} removed, was {text}"
    return f"{name} ({text}) {word}" if text else f"{name} {word}"


def there(change: Change, *, show_secrets: bool = False) -> str:
    """What came or went: its value, or a few words about it, "" where there are none."""
    text = change.after if came(change) else change.before
    if not text and not is_value(change):
        return ""
    before, after = values(change, show_secrets=show_secrets)
    text = after if came(change) else before
    if change.secret and not show_secrets:
        return HIDDEN
    default = _default(change)
    return f"{text} (default {default})" if default else text


def _default(change: Change) -> str:
    """What is in force of a property that is not set, "" where that is not known."""
    if change.type != "property" or change.path:
        return ""
    option = options("properties").get(newer_names("properties").get(change.id, change.id))
    return (option.default if option is not None else None) or ""


def is_value(change: Change) -> bool:
    """Whether before and after are values (of properties, defaults, what is in an object) and not descriptions."""
    if not change.path:
        return change.type in _SETTINGS
    return len(change.path) != 2 or not (change.path[0] in _PARTS or change.path[1].startswith("where "))


def _value(change: Change, text: str | None, raw: str | None, side: str, *, show_secrets: bool) -> str:
    if text is None:
        return "not set"
    if change.secret:
        return quoted(text if raw is None else raw) if show_secrets else f"{HIDDEN} ({side})"
    return quoted(text)


def quoted(text: str) -> str:
    """A value as shown: in quotes where it is empty or begins or ends with a blank."""
    shown = visible(text)
    return f'"{shown}"' if not shown or shown != shown.strip() else shown
