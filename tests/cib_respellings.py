"""Rewrites of a CIB that keep its meaning: values spelt differently, defaults written out, older and newer names.

The defaults and types are those of the meta-data of 2.1.5's daemons and of Pacemaker Explained, not of halint's tables.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence

from lxml import etree

Element = etree._Element
Respelling = Callable[[Element, random.Random], "str | None"]

TRUE, FALSE = ("true", "yes", "y", "on", "1", "TRUE", "Yes"), ("false", "no", "n", "off", "0", "False", "NO")
BOOLEAN_PROPERTIES = [
    "symmetric-cluster",
    "maintenance-mode",
    "start-failure-is-fatal",
    "enable-startup-probes",
    "stonith-enabled",
    "startup-fencing",
    "concurrent-fencing",
    "stop-all-resources",
    "stop-orphan-resources",
    "stop-orphan-actions",
    "remove-after-stop",
    "shutdown-lock",
    "enable-acl",
]
BOOLEAN_METAS = [
    "is-managed",
    "maintenance",
    "allow-migrate",
    "interleave",
    "notify",
    "globally-unique",
    "promotable",
    "critical",
]
TIME_PROPERTIES = ["cluster-delay", "dc-deadtime", "cluster-recheck-interval", "election-timeout", "stonith-timeout"]
PROPERTY_DEFAULTS = {
    "symmetric-cluster": "true",
    "maintenance-mode": "false",
    "stop-all-resources": "false",
    "start-failure-is-fatal": "true",
    "enable-startup-probes": "true",
    "stonith-action": "reboot",
    "stonith-timeout": "60s",
    "startup-fencing": "true",
    "cluster-delay": "60s",
    "batch-limit": "0",
    "migration-limit": "-1",
    "no-quorum-policy": "stop",
    "stop-orphan-resources": "true",
    "stop-orphan-actions": "true",
    "remove-after-stop": "false",
    "placement-strategy": "default",
    "node-health-strategy": "none",
    "node-health-red": "-INFINITY",
    "shutdown-lock": "false",
    "enable-acl": "false",
    "dc-deadtime": "20s",
    "pe-warn-series-max": "5000",
}
META_DEFAULTS = {
    "priority": "0",
    "is-managed": "true",
    "maintenance": "false",
    "target-role": "Started",
    "migration-threshold": "INFINITY",
    "failure-timeout": "0",
    "multiple-active": "stop_start",
    "critical": "true",
}
CLONE_DEFAULTS = {
    "notify": "false",
    "interleave": "false",
    "ordered": "false",
    "clone-node-max": "1",
    "promotable": "false",
}
OPERATION_DEFAULTS = {"enabled": "true", "timeout": "20s", "start-delay": "0", "record-pending": "true"}
NEWER = {
    "crmd-integration-timeout": "join-integration-timeout",
    "crmd-finalization-timeout": "join-finalization-timeout",
    "crmd-transition-delay": "transition-delay",
}
ROLES = {"Master": "Promoted", "Slave": "Unpromoted", "Promoted": "Master", "Unpromoted": "Slave"}
INFINITIES = {
    "INFINITY": ("+INFINITY", "1000000"),
    "+INFINITY": ("INFINITY", "1000000"),
    "1000000": ("INFINITY", "+INFINITY"),
    "-INFINITY": ("-1000000",),
    "-1000000": ("-INFINITY",),
}


# --- finding things --------------------------------------------------------------------------------------------


def fresh_id(root: Element, stem: str) -> str:
    """An id that nothing has."""
    taken = {e.get("id") for e in root.iter(etree.Element)}
    return next(name for n in range(len(taken) + 1) if (name := f"new-{stem}-{n}") not in taken)


def chosen(root: Element, rng: random.Random, *tags: str) -> Element | None:
    """Any element with one of these tags."""
    found = list(root.iter(*tags)) if root is not None else []
    return rng.choice(found) if found else None


def name_of(root: Element, pair: Element) -> str | None:
    """The name of an nvpair, which it may have by reference."""
    if pair.get("name") is not None or pair.get("id-ref") is None:
        return pair.get("name")
    target = next((p for p in root.iter("nvpair") if p.get("id") == pair.get("id-ref")), None)
    return None if target is None else target.get("name")


def named_pairs(root: Element, section: str) -> Mapping[str, list[Element]]:
    """The nvpairs in a section by name."""
    found: defaultdict[str, list[Element]] = defaultdict(list)
    for element in root.findall(f"configuration/{section}"):
        for pair in element.iter("nvpair"):
            found[name_of(root, pair) or ""].append(pair)
    return found


def sets_of(resource: Element, tag: str) -> list[Element]:
    """The attribute sets of a resource itself."""
    return list(resource.iterchildren(tag))


def _pairs(root: Element, tag: str, section: str = "") -> Iterator[Element]:
    """The nvpairs with a value that stand in sets with this tag."""
    configuration = root.find("configuration")
    start = configuration if not section else configuration.find(section)
    for block in () if start is None else start.iter(tag):
        yield from (pair for pair in block.iterchildren("nvpair") if pair.get("value") is not None)


def _metas(root: Element) -> Iterator[Element]:
    """nvpairs of meta-attributes of resources, templates and rsc_defaults; operations have others."""
    for pair in _pairs(root, "meta_attributes"):
        if not any(e.tag in ("op", "op_defaults", "alerts") for e in pair.iterancestors()):
            yield pair


def _properties(root: Element) -> Iterator[Element]:
    return _pairs(root, "cluster_property_set")


Place = tuple[Element, str]


def _respell(places: Sequence[Place], rng: random.Random, spelt: Callable[[str], Sequence[str]]) -> str | None:
    """Spell one of the values differently."""
    able = [(e, key, others) for e, key in places if (others := [o for o in spelt(e.get(key)) if o != e.get(key)])]
    if not able:
        return None
    element, key, others = rng.choice(able)
    old = element.get(key)
    element.set(key, rng.choice(others))
    return f"{element.tag} {element.get('name') or key}: {old} as {element.get(key)}"


# --- spelling --------------------------------------------------------------------------------------------------


def _booleans(text: str) -> Sequence[str]:
    low = text.lower()
    return TRUE if low in TRUE else FALSE if low in FALSE else ()


def _xml_booleans(text: str) -> Sequence[str]:
    return {"true": ("1",), "1": ("true",), "false": ("0",), "0": ("false",)}.get(text, ())


def booleans_of_properties(root: Element, rng: random.Random) -> str | None:
    places = [(p, "value") for p in _properties(root) if p.get("name") in BOOLEAN_PROPERTIES]
    return _respell(places, rng, _booleans)


def booleans_of_metas(root: Element, rng: random.Random) -> str | None:
    places = [(p, "value") for p in _metas(root) if p.get("name") in BOOLEAN_METAS]
    return _respell(places, rng, _booleans)


def booleans_of_attributes(root: Element, rng: random.Random) -> str | None:
    names = {
        "op": ("enabled", "record-pending"),
        "resource_set": ("sequential", "require-all"),
        "rsc_order": ("symmetrical", "require-all"),
        "network": ("add-host",),
    }
    places = [(e, key) for tag, keys in names.items() for e in root.iter(tag) for key in keys if e.get(key)]
    return _respell(places, rng, _xml_booleans)


def booleans_of_nodes(root: Element, rng: random.Random) -> str | None:
    pairs = [p for node in root.findall("configuration/nodes/node") for p in node.iter("nvpair")]
    places = [(p, "value") for p in pairs if p.get("name") in ("standby", "maintenance") and p.get("value")]
    return _respell(places, rng, _booleans)


def _durations(text: str) -> Sequence[str]:
    number = text.removesuffix("s").removesuffix("ec") if text.endswith(("s", "sec")) else text
    if not number.isdigit() or int(number) == 0:
        return ()
    seconds = int(number)
    shapes = [f"{seconds}", f"{seconds}s", f"{seconds}sec", f"{seconds * 1000}ms", f"{seconds * 1000}msec"]
    return [*shapes, *([f"{seconds // 60}m", f"{seconds // 60}min"] if seconds % 60 == 0 else [])]


def _intervals(text: str) -> Sequence[str]:
    shapes = _durations(text)
    return [*shapes, f"PT{shapes[0]}S"] if shapes else ()


def intervals_of_operations(root: Element, rng: random.Random) -> str | None:
    return _respell([(o, "interval") for o in root.iter("op") if o.get("interval")], rng, _intervals)


def timeouts_of_operations(root: Element, rng: random.Random) -> str | None:
    places = [(o, key) for o in root.iter("op") for key in ("timeout", "start-delay") if o.get(key)]
    defaults = [(p, "value") for p in _pairs(root, "meta_attributes", "op_defaults") if p.get("name") == "timeout"]
    return _respell([*places, *defaults], rng, _durations)


def durations_of_metas(root: Element, rng: random.Random) -> str | None:
    places = [(p, "value") for p in _metas(root) if p.get("name") == "failure-timeout"]
    return _respell(places, rng, _intervals)


def durations_of_properties(root: Element, rng: random.Random) -> str | None:
    places = [(p, "value") for p in _properties(root) if p.get("name") in TIME_PROPERTIES]
    return _respell(places, rng, _durations)


def _infinite(text: str) -> Sequence[str]:
    return INFINITIES.get(text, ())


def infinities(root: Element, rng: random.Random) -> str | None:
    tags = ("rsc_location", "rsc_colocation", "rsc_order", "rule", "meta_attributes", "instance_attributes")
    places = [(e, "score") for e in root.find("configuration").iter(*tags) if e.get("score")]
    return _respell(places, rng, _infinite)


def infinities_of_metas(root: Element, rng: random.Random) -> str | None:
    names = ("resource-stickiness", "migration-threshold", "priority")
    metas = [(p, "value") for p in _metas(root) if p.get("name") in names]
    properties = [(p, "value") for p in _properties(root) if (p.get("name") or "").startswith("node-health-")]
    return _respell([*metas, *properties], rng, _infinite)


def _roles(text: str) -> Sequence[str]:
    return [ROLES[text]] if text in ROLES else ()


def roles_of_constraints(root: Element, rng: random.Random) -> str | None:
    tags = ("rsc_location", "rsc_colocation", "rsc_ticket", "resource_set", "rule", "op")
    keys = ("role", "rsc-role", "with-rsc-role")
    places = [(e, k) for e in root.find("configuration").iter(*tags) for k in keys if e.get(k)]
    return _respell(
        places, rng, _roles if _has_new_roles(root) else lambda text: _roles(text) if text[0] in "PU" else []
    )


def _has_new_roles(root: Element) -> bool:
    """Whether the CIB's schema knows Promoted and Unpromoted in constraints; pacemaker-3.7 brought them."""
    major, _, minor = (root.get("validate-with") or "").removeprefix("pacemaker-").partition(".")
    return not (major + minor).isdigit() or (int(major), int(minor or 0)) >= (3, 7)


def roles_of_metas(root: Element, rng: random.Random) -> str | None:
    return _respell([(p, "value") for p in _metas(root) if p.get("name") == "target-role"], rng, _roles)


def enums_of_properties(root: Element, rng: random.Random) -> str | None:
    """Words in another letter case, as Pacemaker reads them."""
    places = [(p, "value") for p in _properties(root) if p.get("name") in ("no-quorum-policy", "stonith-action")]
    return _respell(places, rng, lambda text: [text.upper(), text.capitalize()] if text.isalpha() else [])


def order_kind(root: Element, rng: random.Random) -> str | None:
    """rsc_order: a score says Mandatory unless it is 0, which says Optional."""
    orders = [o for o in root.find("configuration").iter("rsc_order") if o.find("resource_set") is None]
    able = [o for o in orders if o.get("kind") in ("Mandatory", "Optional") or o.get("score") in ("INFINITY", "0")]
    if not able:
        return None
    order = rng.choice(able)
    if order.get("kind"):
        order.attrib.pop("score", None)
        order.set("score", "0" if order.attrib.pop("kind") == "Optional" else "INFINITY")
    else:
        order.set("kind", "Optional" if order.attrib.pop("score") == "0" else "Mandatory")
    return f"order {order.get('id')}"


# --- defaults --------------------------------------------------------------------------------------------------


def default_of_property(root: Element, rng: random.Random) -> str | None:
    blocks = root.findall("configuration/crm_config/cluster_property_set")
    blocks = [b for b in blocks if not b.get("id-ref")]
    if len(blocks) != 1 or blocks[0].find("rule") is not None:
        return None
    known = named_pairs(root, "crm_config")
    absent = [name for name in PROPERTY_DEFAULTS if name not in known]
    if not absent:
        return None
    name = rng.choice(absent)
    etree.SubElement(blocks[0], "nvpair", id=fresh_id(root, name), name=name, value=PROPERTY_DEFAULTS[name])
    return f"property {name}"


def _write_meta(root: Element, resource: Element, name: str, value: str) -> str | None:
    blocks = list(resource.findall("meta_attributes"))
    if len(blocks) > 1 or any(b.get("id-ref") or b.get("score") or b.find("rule") is not None for b in blocks):
        return None
    if not blocks:
        blocks = [etree.Element("meta_attributes", id=fresh_id(root, "meta"))]
        resource.insert(0, blocks[0])
    etree.SubElement(blocks[0], "nvpair", id=fresh_id(root, name), name=name, value=value)
    return f"{resource.tag} {resource.get('id')} {name}"


def _said_around(root: Element, resource: Element) -> set[str | None]:
    """Names of meta-attributes that a resource has from anywhere."""
    template = resource.get("template")
    holders = [resource, *resource.iterancestors(), *(t for t in root.iter("template") if t.get("id") == template)]
    blocks = [b for h in holders for b in h.findall("meta_attributes")]
    blocks += [b for d in root.findall("configuration/rsc_defaults") for b in d.findall("meta_attributes")]
    sources = {b.get("id-ref") for b in blocks} - {None}
    blocks += [b for b in root.iter("meta_attributes") if b.get("id") in sources]
    return {name_of(root, pair) for b in blocks for pair in b.iter("nvpair")}


def default_of_meta(root: Element, rng: random.Random) -> str | None:
    resource = chosen(root.find("configuration/resources"), rng, "primitive")
    if resource is None or resource.get("id-ref"):
        return None
    absent = sorted(set(META_DEFAULTS) - _said_around(root, resource))
    name = rng.choice(absent) if absent else None
    return _write_meta(root, resource, name, META_DEFAULTS[name]) if name else None


def default_of_clone(root: Element, rng: random.Random) -> str | None:
    clone = chosen(root.find("configuration/resources"), rng, "clone")
    if clone is None or any(e.tag not in ("clone", "resources", "configuration", "cib") for e in clone.iterancestors()):
        return None
    absent = sorted(set(CLONE_DEFAULTS) - _said_around(root, clone))
    name = rng.choice(absent) if absent else None
    return _write_meta(root, clone, name, CLONE_DEFAULTS[name]) if name else None


def default_of_operation(root: Element, rng: random.Random) -> str | None:
    operation = chosen(root.find("configuration/resources"), rng, "op")
    if operation is None or operation.get("id-ref") or operation.find("meta_attributes") is not None:
        return None
    given = {name_of(root, p) for d in root.findall("configuration/op_defaults") for p in d.iter("nvpair")}
    absent = [n for n in OPERATION_DEFAULTS if operation.get(n) is None and n not in given]
    if not absent:
        return None
    name = rng.choice(absent)
    operation.set(name, OPERATION_DEFAULTS[name])
    return f"operation {name}"


def default_of_constraint(root: Element, rng: random.Random) -> str | None:
    configuration = root.find("configuration")
    found: list[tuple[Element, str, str]] = []
    for order in configuration.iter("rsc_order"):
        if order.get("score") is None:
            found.append((order, "kind", "Mandatory"))
        if (order.get("kind") or "Mandatory") != "Serialize":
            found.append((order, "symmetrical", "true"))
        if order.get("first"):
            found += [(order, "first-action", "start"), (order, "then-action", order.get("first-action") or "start")]
    found += [(e, "resource-discovery", "always") for e in configuration.iter("rsc_location")]
    found += [(e, "node-attribute", "#uname") for e in configuration.iter("rsc_colocation") if e.get("rsc")]
    sets = [e for e in configuration.iter("resource_set") if e.get("id")]
    found += [(e, name, "true") for e in sets for name in ("sequential", "require-all")]
    found += [(e, "loss-policy", "stop") for e in configuration.iter("rsc_ticket")]
    found += [(e, "boolean-op", "and") for e in configuration.iter("rule") if e.get("id")]
    found += [(e, "type", "member") for e in configuration.findall("nodes/node")]
    tags = ("meta_attributes", "instance_attributes", "cluster_property_set")
    found += [(e, "score", "0") for e in configuration.iter(*tags) if e.get("id") and not e.get("id-ref")]
    found += [(e, "replicas-per-host", "1") for e in configuration.iter("docker", "podman")]
    found += [(e, "add-host", "true") for e in configuration.iter("network")]
    kinds = sorted({(e.tag, name) for e, name, _ in found if e.get(name) is None})
    if not kinds:
        return None
    kind = rng.choice(kinds)
    element, name, value = rng.choice([f for f in found if (f[0].tag, f[1]) == kind and f[0].get(f[1]) is None])
    element.set(name, value)
    return f"{element.tag} {name}"


# --- names -----------------------------------------------------------------------------------------------------


def older_names_of_properties(root: Element, rng: random.Random) -> str | None:
    """The other name of a property that 2.x knows by both."""
    version = next((p.get("value") or "" for p in _properties(root) if p.get("name") == "dc-version"), "")
    if version.startswith(("0.", "1.")):
        return None
    names = NEWER | {new: old for old, new in NEWER.items()}
    pairs = [p for p in _properties(root) if p.get("name") in names]
    if not pairs:
        return None
    pair = rng.choice(pairs)
    pair.set("name", names[pair.get("name")])
    return f"property {pair.get('name')}"


def older_names_of_metas(root: Element, rng: random.Random) -> str | None:
    """master-max and master-node-max are the older names of promoted-max and promoted-node-max."""
    names = {"master-max": "promoted-max", "master-node-max": "promoted-node-max"}
    names |= {new: old for old, new in names.items()}
    blocks = [b for c in root.find("configuration").iter("clone", "master") for b in c.iterchildren("meta_attributes")]
    found = []
    for block in blocks:
        said = {p.get("name") for p in block}
        found += [
            p for p in block.iterchildren("nvpair") if p.get("name") in names and names[p.get("name")] not in said
        ]
    bundles = [e for e in root.iter("docker", "podman", "rkt") if e.get("masters") or e.get("promoted-max")]
    if not found and not bundles:
        return None
    if found:
        pair = rng.choice(found)
        pair.set("name", names[pair.get("name")])
        return f"meta-attribute {pair.get('name')}"
    container = rng.choice(bundles)
    old = "masters" if container.get("masters") else "promoted-max"
    container.set("promoted-max" if old == "masters" else "masters", container.attrib.pop(old))
    return f"bundle {old}"


_SPELLING, _DEFAULTS, _NAMES = ("spelling",), ("defaults",), ("old-names",)
RESPELLINGS: dict[str, tuple[Respelling, tuple[str, ...]]] = {
    "booleans of properties": (booleans_of_properties, _SPELLING),
    "booleans of metas": (booleans_of_metas, _SPELLING),
    "booleans of attributes": (booleans_of_attributes, _SPELLING),
    "booleans of nodes": (booleans_of_nodes, _SPELLING),
    "intervals of operations": (intervals_of_operations, _SPELLING),
    "timeouts of operations": (timeouts_of_operations, _SPELLING),
    "durations of metas": (durations_of_metas, _SPELLING),
    "durations of properties": (durations_of_properties, _SPELLING),
    "infinities": (infinities, _SPELLING),
    "infinities of metas": (infinities_of_metas, _SPELLING),
    "roles of constraints": (roles_of_constraints, _SPELLING),
    "roles of metas": (roles_of_metas, _SPELLING),
    "enums of properties": (enums_of_properties, _SPELLING),
    "order kind": (order_kind, (*_SPELLING, *_NAMES)),
    "default of property": (default_of_property, _DEFAULTS),
    "default of meta": (default_of_meta, _DEFAULTS),
    "default of clone": (default_of_clone, _DEFAULTS),
    "default of operation": (default_of_operation, _DEFAULTS),
    "default of constraint": (default_of_constraint, _DEFAULTS),
    "older names of properties": (older_names_of_properties, _NAMES),
    "older names of metas": (older_names_of_metas, _NAMES),
}
