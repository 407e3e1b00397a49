"""How grave a change is: high, medium or low, by what it is and by what it does.

High: fencing lost or weakened, data at risk, a resource stopped or removed, quorum policy, the set of nodes,
maintenance or unmanaged flags, a constraint gone that kept two things apart. Medium: a restart, a move, and a safety
net gone that no running resource feels. Low: the rest. The tables tell which change is which; the effects can only
make it graver.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from halint.diff.change import RISKS, Change, Comparison
from halint.diff.side import Side
from halint.diff.spelling import newer_names, options
from halint.model.cib_tree import Element
from halint.model.values import parse_bool, parse_duration_ms, parse_role, parse_score

HIGH, MEDIUM, LOW = RISKS

Judge = Callable[[str, str], str]
"""The risk of one value (the default where it is not set) in the place of another."""


def risk(change: Change, effects: tuple[str, ...], comparison: Comparison) -> str:
    """The risk of a change with these effects (words of EFFECTS): high, medium or low."""
    risks = [LOW, _of_what(change, comparison), *(_EFFECTS.get(effect, LOW) for effect in effects)]
    return min(risks, key=RISKS.index)


def always(level: str) -> Judge:
    """Any change of the value is of this risk."""
    return lambda _before, _after: level


def if_true(level: str, otherwise: str = LOW) -> Judge:
    """The risk of a switch that goes on."""
    return lambda _before, after: level if parse_bool(after) else otherwise


def if_false(level: str, otherwise: str = LOW) -> Judge:
    """The risk of a switch that goes off, or gets a value that is no boolean."""
    return lambda _before, after: otherwise if parse_bool(after) else level


def if_lower(level: str) -> Judge:
    """The risk of a time or a number that gets smaller."""
    return lambda before, after: level if _number(after) < _number(before) else LOW


def if_higher(level: str) -> Judge:
    """The risk of a time or a number that gets larger."""
    return lambda before, after: level if _number(after) > _number(before) else LOW


def _number(text: str) -> int:
    milliseconds = parse_duration_ms(text)
    return milliseconds if milliseconds is not None else parse_score(text) or 0


def _target_role(_before: str, after: str) -> str:
    return HIGH if parse_role(after) == "Stopped" else MEDIUM


def _away_from_fence(before: str, after: str) -> str:
    """on-fail: high where fencing is what is given up."""
    return HIGH if before == "fence" != after else LOW


def _requires(before: str, after: str) -> str:
    """High where a resource may start before failed nodes are fenced; with fencing on, `fencing` is the default."""
    return HIGH if before not in ("quorum", "nothing") and after in ("quorum", "nothing") else LOW


def _stop_fails(change: Change) -> bool:
    """Whether a failed stop no longer leads to fencing, as it does by default where fencing is on."""
    gone = change.before or "fence"
    return change.path[-1] == "on-fail" and gone == "fence" and change.after not in (None, "fence")


_EFFECTS: Mapping[str, str] = {
    "fence": HIGH,
    "stop": HIGH,
    "restart": MEDIUM,
    "move": MEDIUM,
    "demote": MEDIUM,
    "promote": MEDIUM,
    "cluster-wide": MEDIUM,
    "unknown": MEDIUM,
}

_PROPERTIES: Mapping[str, Judge] = {
    "fencing-enabled": if_false(HIGH),
    "startup-fencing": if_false(HIGH),
    "concurrent-fencing": if_false(HIGH),
    "fencing-action": always(HIGH),
    "fencing-reaction": always(HIGH),
    "fencing-timeout": if_lower(HIGH),
    "fencing-max-attempts": if_lower(HIGH),
    "fencing-watchdog-timeout": always(HIGH),
    "priority-fencing-delay": if_lower(HIGH),
    "fence-remote-without-quorum": always(HIGH),
    "no-quorum-policy": always(HIGH),
    "maintenance-mode": always(HIGH),
    "stop-all-resources": if_true(HIGH, MEDIUM),
    "symmetric-cluster": if_false(HIGH, MEDIUM),
    "stop-removed-resources": if_false(LOW, HIGH),
    "enable-startup-probes": if_false(HIGH),
    "start-failure-is-fatal": if_false(MEDIUM),
    "shutdown-lock": always(MEDIUM),
    "node-health-strategy": always(MEDIUM),
    "placement-strategy": always(MEDIUM),
    "enable-acl": if_false(MEDIUM),
}
"""Cluster properties by their newer name (Pacemaker Explained, Cluster Options)."""

_META: Mapping[str, Judge] = {
    "target-role": _target_role,
    "is-managed": always(HIGH),
    "maintenance": always(HIGH),
    "requires": _requires,
    "promoted-max": if_higher(HIGH),
    "promoted-node-max": if_higher(HIGH),
    "multiple-active": always(MEDIUM),
    "globally-unique": always(MEDIUM),
}
"""Meta-attributes of resources and resource defaults (Pacemaker Explained, Resource Options, Clone Options)."""

_OPERATION: Mapping[str, Judge] = {
    "on-fail": _away_from_fence,
    "requires": _requires,
    "enabled": if_false(MEDIUM),
}
"""Options of operations, and operation defaults (Pacemaker Explained, Resource Operations)."""

_NODE: Mapping[str, Judge] = {"maintenance": always(HIGH), "standby": always(MEDIUM)}

_CIB: Mapping[str, Judge] = {"no-quorum-panic": always(HIGH)}

_STORAGE = frozenset(
    {
        "device",
        "force_clones",
        "drbd_resource",
        "volgrpname",
        "exclusive",
        "vgname",
        "lvname",
        "vg_access_mode",
        "partial_activation",
        "pool",
        "importforce",
        "raidconf",
        "raiddev",
        "mdadm_conf",
        "md_dev",
    }
)
"""Parameters of storage agents that say which data are used, and whether one node only may use them
(metadata of resource-agents 4.12 and of the drbd agent)."""

_STORAGE_AGENTS = frozenset({"Filesystem", "drbd", "LVM", "LVM-activate", "ZFS", "Raid1", "mdraid"})

_ONE_NODE = frozenset({"Filesystem", "LVM", "LVM-activate", "ZFS", "Raid1", "mdraid", "VirtualDomain"})
"""Agents whose data are damaged where two nodes use them at once, but for cluster file systems (resource-agents)."""

_RESOURCES = frozenset({"primitive", "group", "clone", "bundle"})


def _of_what(change: Change, comparison: Comparison) -> str:
    judge = _TYPES.get(change.type)
    return LOW if judge is None else judge(change, comparison)


def _resource(change: Change, comparison: Comparison) -> str:
    if change.whole:
        judge = {"moved": _moved, "removed": _gone}.get(change.kind)
        return LOW if judge is None else judge(change, comparison)
    block = change.path[0]
    if block in ("meta_attributes", "container"):
        return _judged(change, _META, change.path[-1], ("meta", "meta_clone", "meta_group"))
    return _operation(change) if block == "operations" else _parameter(change, comparison)


def _parameter(change: Change, comparison: Comparison) -> str:
    """Whether a fence device still fences, only the device knows; storage parameters say which data are used."""
    block, element = change.path[0], _element(change)
    if _is_fence_device(element, change, comparison):
        return HIGH if block in ("instance_attributes", "agent") else LOW
    storage = block == "instance_attributes" and change.path[-1] in _STORAGE
    return HIGH if storage and _agent(element, comparison) in _STORAGE_AGENTS else LOW


def _moved(change: Change, comparison: Comparison) -> str:
    """High where something made for one node at a time is cloned."""
    cloned = (change.after or "").startswith("clone ") and not (change.before or "").startswith("clone ")
    return HIGH if cloned and _agent(_element(change), comparison) in _ONE_NODE else LOW


def _gone(change: Change, comparison: Comparison) -> str:
    """High, unless it is only a container that leaves alone what was in it, or a template, which runs nowhere."""
    names = (comparison.renamed.get(member, member) for member in change.members)
    kept = bool(change.members) and all(name in comparison.after.resources for name in names)
    return LOW if kept or change.type == "template" else HIGH


def _operation(change: Change) -> str:
    name = change.path[1].partition(" ")[0]
    if len(change.path) == 2:  # the operation as a whole
        words = (change.after or "").split()
        if name == "stop" and any(word.startswith("on-fail=") and word != "on-fail=fence" for word in words):
            return HIGH
        return MEDIUM if name == "monitor" and change.after is None else LOW
    if name == "stop" and _stop_fails(change):
        return HIGH
    return _judged(change, _OPERATION, change.path[-1], ("operation",))


def _is_fence_device(element: Element | None, change: Change, comparison: Comparison) -> bool:
    if change.path[:1] == ("agent",):
        return any((text or "").startswith("stonith:") for text in (change.before, change.after))
    owner = _owner(element)
    return owner is not None and _described(owner, comparison, "class") == "stonith"


def _agent(element: Element | None, comparison: Comparison) -> str:
    owner = _owner(element)
    return "" if owner is None else _described(owner, comparison, "type")


def _owner(element: Element | None) -> Element | None:
    """The primitive or template that an element of it belongs to."""
    while element is not None and element.tag not in ("primitive", "template"):
        element = element.getparent()
    return element


def _described(primitive: Element, comparison: Comparison, attribute: str) -> str:
    """A primitive's class or type, from its template where it has one."""
    own = primitive.get(attribute)
    name = primitive.get("template")
    if own is not None or name is None:
        return own or ""
    for side in (comparison.before, comparison.after):
        for template in _section(side, "resources", "template"):
            if template.get("id") == name:
                return template.get(attribute) or ""
    return ""


def _section(side: Side, name: str, tag: str) -> list[Element]:
    configuration = side.configuration
    return [] if configuration is None else configuration.findall(f"{name}/{tag}")


def _element(change: Change) -> Element | None:
    mark = change.before_at or change.after_at
    return None if mark is None else mark.element


def _property(change: Change, _comparison: Comparison) -> str:
    return _judged(change, _PROPERTIES, change.path[-1] if change.path else change.id, ("properties",))


def _resource_default(change: Change, _comparison: Comparison) -> str:
    return _judged(change, _META, change.path[-1] if change.path else change.id, ("meta", "meta_clone"))


def _operation_default(change: Change, _comparison: Comparison) -> str:
    return _judged(change, _OPERATION, change.path[-1] if change.path else change.id, ("operation",))


def _cib(change: Change, _comparison: Comparison) -> str:
    return _judged(change, _CIB, change.path[-1] if change.path else change.id, ())


def _judged(change: Change, judges: Mapping[str, Judge], written: str, tables: tuple[str, ...]) -> str:
    """What the table says of an option, or of all those in a set with a rule that came or went as a whole."""
    if change.name.startswith("where ") and (change.before is None) != (change.after is None):
        pairs = _pairs(change.before or change.after or "")
        sides = [(None, value) if change.before is None else (value, None) for value in pairs.values()]
        risks = [_judge(judges, name, side, tables) for name, side in zip(pairs, sides, strict=True)]
        return min(risks, key=RISKS.index, default=LOW)
    return _judge(judges, written, (change.before, change.after), tables)


def _pairs(text: str) -> dict[str, str]:
    """The names and values of a set as the comparison describes it: `a=1, b=2 where …`."""
    entries = (entry.partition("=") for entry in text.partition(" where ")[0].split(", "))
    return {name: value for name, _, value in entries}


def _judge(
    judges: Mapping[str, Judge], written: str, sides: tuple[str | None, str | None], tables: tuple[str, ...]
) -> str:
    """The option by its newer name, with the default for what is not set."""
    name = next((newer_names(t)[written] for t in tables if written in newer_names(t)), written)
    judge = judges.get(name)
    if judge is None:
        return LOW
    option = next((options(t)[name] for t in tables if name in options(t)), None)
    default = (None if option is None else option.default) or ""
    before, after = (default if text is None else text for text in sides)
    return judge(before.strip().lower(), after.strip().lower())


def _node(change: Change, _comparison: Comparison) -> str:
    if change.whole or change.path[0] in ("id", "uname", "type"):
        return HIGH
    return _judged(change, _NODE, change.path[-1], ("node",))


def _fencing_level(change: Change, _comparison: Comparison) -> str:
    if change.kind in ("added", "reordered"):
        return MEDIUM
    return HIGH


def _location(change: Change, _comparison: Comparison) -> str:
    """Medium where a resource that was banned from a node no longer is."""
    element = _element(change)
    if change.kind != "removed" or element is None:
        return LOW
    scores = [element.get("score"), *(rule.get("score") for rule in element.iter("rule"))]
    return MEDIUM if any((parse_score(score) or 0) < 0 for score in scores) else LOW


def _colocation(change: Change, _comparison: Comparison) -> str:
    """High where two things were kept apart and are less so; medium where they had to be together."""
    element = _element(change)
    if change.before_at is None or element is None:
        return LOW
    before = parse_score(element.get("score")) or 0
    gone = change.kind == "removed" and change.whole
    lost = gone or (change.path[:1] == ("score",) and abs(parse_score(change.after) or 0) < abs(before))
    flipped = change.path[:1] == ("score",) and (parse_score(change.after) or 0) > 0 > before
    elsewhere = change.path[:1] not in ((), ("score",), ("influence",), ("description",))
    if before < 0:
        return HIGH if lost or flipped or elsewhere else LOW
    return MEDIUM if before > 0 and lost else LOW


def _order(change: Change, _comparison: Comparison) -> str:
    """Medium where an order that had to be kept is given up."""
    if change.kind == "removed" and change.whole:
        element = _element(change)
        kind = "" if element is None else element.get("kind") or ""
        score = None if element is None else element.get("score")
        optional = kind.lower() == "optional" or (not kind and score is not None and not parse_score(score))
        return LOW if optional else MEDIUM
    weaker = change.path[:1] == ("kind",) and (change.after or "Mandatory").lower() != "mandatory"
    return MEDIUM if weaker else LOW


def _ticket(change: Change, _comparison: Comparison) -> str:
    """A ticket keeps two sites from running one thing at once."""
    return LOW if change.kind == "added" or change.path[:1] == ("description",) else HIGH


_TYPES: Mapping[str, Callable[[Change, Comparison], str]] = {
    **dict.fromkeys((*_RESOURCES, "template"), _resource),
    "property": _property,
    "rsc_defaults": _resource_default,
    "op_defaults": _operation_default,
    "cib": _cib,
    "node": _node,
    "fencing-level": _fencing_level,
    "rsc_location": _location,
    "rsc_colocation": _colocation,
    "rsc_order": _order,
    "rsc_ticket": _ticket,
}
