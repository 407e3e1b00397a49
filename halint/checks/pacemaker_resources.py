"""Checks of meta-attributes: values that Pacemaker does not take, or not on this resource, and names it does not know.

A value that many resources inherit is one mistake: it is told once, where it is written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from halint.checks.cib_excused import spelt
from halint.checks.pacemaker_release import allowed, is_from, is_known_from, nearest, outlived, removed, table
from halint.engine.hit import Hit
from halint.model.pacemaker_release import version_numbers
from halint.model.properties import fencing_enabled, property_setting
from halint.model.values import parse_bool, parse_duration_ms, parse_role, parse_score
from halint.source import Mark

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from halint.model.cib import Cib, Resource, Setting
    from halint.model.cib_tree import Element
    from halint.model.cluster import Cluster

_LITERAL = frozenset({"resource-stickiness", "migration-threshold", "is-managed", "target-role"})
"""Where the word `default` has long meant that the built-in default counts."""

# What stands there instead of a value that is none, measured with crm_simulate 2.1.5; others are set to the default
_INSTEAD = {"migration-threshold": "INFINITY", "failure-timeout": "0"}
_WANTED = {
    "boolean": "true or false",
    "score": "a whole number or INFINITY",
    "integer": "a whole number, 0 or above",
    "interval": "a time such as 60s, 5min or 2h",
    "timeout": "a time such as 60s, 5min or 2h",
    "role": "one of Started, Stopped, Promoted, Unpromoted",
}
_ROLES = ("Promoted", "Unpromoted")


def _owner(at: Mark) -> tuple[str, str]:
    """Whose attribute set an nvpair stands in: its id, or the section's name, and the kind of element."""
    pair = at.element
    for element in () if pair is None else pair.iterancestors():
        if element.tag in ("rsc_defaults", "op_defaults"):
            return str(element.tag), "section"
        if element.tag.endswith("_attributes") or element.get("id") is None:
            continue
        return str(element.get("id")), str(element.tag)
    return "cib", "cib"


def _in_force(cib: Cib) -> Iterator[tuple[Resource, Setting]]:
    """Every meta-attribute in force with the first resource it works on, each nvpair once and in document order."""
    told: set[tuple[Element | None, str]] = set()
    for outer in cib.resources:
        for resource in outer.walk():
            for setting in resource.meta.values():
                if not setting.certain or setting.value is None or (setting.at.element, setting.name) in told:
                    continue
                told.add((setting.at.element, setting.name))
                yield resource, setting


def _options() -> Mapping[str, Mapping[str, Any]]:
    return {**table("meta_group"), **table("meta_clone"), **table("meta")}


def invalid(cluster: Cluster) -> Iterator[Hit]:
    """Meta-attributes in force whose value is none that Pacemaker takes."""
    options = _options()
    for _, setting in _in_force(cluster.needed_cib()):
        option = options.get(setting.name)
        value = setting.value or ""
        if option is None or (setting.name in _LITERAL and value.lower() == "default"):
            continue
        wanted = _wanted(option, setting.name, value)
        if not wanted:
            continue
        owner, kind = _owner(setting.at)
        default = "the default counts"
        values = {"id": owner, "name": setting.name, "value": value or "empty", "wanted": wanted, "instead": default}
        if setting.name in _INSTEAD:
            values["instead"] = f"{_INSTEAD[setting.name]} counts"
        yield Hit(at=setting.at, subject=owner, values=values, case=_case(option, setting.name, value, kind))


def _case(option: Mapping[str, Any], name: str, value: str, kind: str) -> str:
    """Which wording, and whether the installed crm_verify says something too."""
    where = "-defaults" if kind == "section" else ""
    if option["type"] == "boolean":
        managed = "-managed" if name == "is-managed" else ""
        return f"false{managed}{where}"
    if "minimum" in option:
        return f"zero{where}"
    if name == "migration-threshold" and parse_score(value) is not None and value.lower() != "red":
        return f"negative{where}"
    checked = name in ("target-role", "requires", "multiple-active")
    return f"checked{where}" if checked else f"default{where}"


def _wanted(option: Mapping[str, Any], name: str, value: str) -> str:
    kind = str(option["type"])
    if "values" in option:
        return "" if value.lower() in option["values"] else f"one of {', '.join(option['values'])}"
    score = parse_score(value)
    fine = {
        "boolean": parse_bool(value) is not None,
        "score": score is not None and not (name == "migration-threshold" and score < 0),
        # a count knows no INFINITY: clone-node-max=INFINITY is 0 (crm_verify 2.1.5 finds nothing wrong with it)
        "integer": score is not None and score >= 0 and any(c.isdigit() for c in value),
        "interval": parse_duration_ms(value) is not None,
        "timeout": parse_duration_ms(value) is not None,
        "role": parse_role(value) is not None,
    }
    if fine.get(kind, True):
        return ""
    return "a whole number, 0 or above, or INFINITY" if name == "migration-threshold" else _WANTED[kind]


def role_without_promotion(cluster: Cluster) -> Iterator[Hit]:
    """target-role Promoted or Unpromoted on what cannot be promoted."""
    cib = cluster.needed_cib()
    told: set[Element | None] = set()
    for outer in cib.resources:
        for resource in outer.walk():
            setting = resource.meta.get("target-role")
            if setting is None or not setting.certain or parse_role(setting.value) not in _ROLES:
                continue
            clone = cib.clone_of(resource)
            if (clone is not None and clone.promotable is not False) or setting.at.element in told:
                continue
            told.add(setting.at.element)
            owner, kind = _owner(setting.at)
            values = {"id": owner, "value": setting.value, "resource": resource.id, "pair": _pair(setting)}
            yield Hit(
                at=setting.at,
                subject=owner,
                values=values,
                case="" if owner == resource.id else "defaults" if kind == "section" else "inherited",
            )


def requires_without_fencing(cluster: Cluster) -> Iterator[Hit]:
    """Waiting for fencing or unfencing although nothing is ever fenced; `provides` of a device asks for it too."""
    cib = cluster.needed_cib()
    if fencing_enabled(cib) is not False:
        return
    switch = property_setting(cib, "fencing-enabled")
    name = "fencing-enabled" if switch is None else switch.name
    related = () if switch is None else ((switch.at, f"{name} is {switch.value}"),)
    for setting in _waiting(cib):
        owner, kind = _owner(setting.at)
        values = {"id": owner, "value": (setting.value or "").lower(), "switch": name}
        case = "defaults" if kind == "section" else ""
        yield Hit(at=setting.at, subject=owner, values=values, case=case, related=related)
    for device in cib.primitives():
        provides = device.meta.get("provides")
        if provides is None or not provides.certain or not _waited_for(cib, device, provides):
            continue
        values = {"id": device.id, "value": "unfencing", "switch": name}
        yield Hit(at=provides.at, subject=device.id, values=values, case="provides", related=related)


def _waiting(cib: Cib) -> Iterator[Setting]:
    """Each `requires` that waits for fencing, once; of a device's unfencing, `unfencing_of_device` tells."""
    told: set[Element | None] = set()
    for outer in cib.resources:
        for resource in outer.walk():
            setting = resource.meta.get("requires")
            if setting is None or not setting.certain or setting.at.element in told:
                continue
            value = (setting.value or "").lower()
            device = resource.agent is not None and resource.agent.standard == "stonith"
            if value == "fencing" or (value == "unfencing" and not device):
                told.add(setting.at.element)
                yield setting


def _waited_for(cib: Cib, device: Resource, provides: Setting) -> bool:
    """Whether a fence device makes resources that say nothing themselves wait for unfencing, and there are any."""
    unfences = device.agent is not None and device.agent.standard == "stonith" and provides.value == "unfencing"
    others = (r for r in cib.primitives() if r.agent is not None and r.agent.standard != "stonith")
    return unfences and any("requires" not in r.meta for r in others)


def unfencing_of_device(cluster: Cluster) -> Iterator[Hit]:
    """Fence devices that are to wait for unfencing, which only fence devices can do."""
    cib = cluster.needed_cib()
    told: set[Element | None] = set()
    for device in cib.primitives():
        setting = device.meta.get("requires")
        if device.agent is None or device.agent.standard != "stonith" or setting is None or not setting.certain:
            continue
        if (setting.value or "").lower() == "unfencing" and setting.at.element not in told:
            told.add(setting.at.element)
            owner, _ = _owner(setting.at)
            values = {"id": owner, "device": device.id}
            yield Hit(at=setting.at, subject=owner, values=values, case="" if owner == device.id else "inherited")


def literal_default(cluster: Cluster) -> Iterator[Hit]:
    """Meta-attributes set to the word that once asked for the built-in default."""
    cib = cluster.needed_cib()
    root = cib.at.element
    if root is None:
        return
    case = "" if is_from(cib, "2.1.8") else "coming"
    for pair in root.iterfind("configuration//meta_attributes/nvpair"):
        name, value = pair.get("name") or "", pair.get("value") or ""
        if value == "#default" or (name in _LITERAL and value.lower() == "default"):
            at = _mark(cib, pair)
            owner, kind = _owner(at)
            values = {"id": owner, "name": name, "value": value}
            yield Hit(at=at, subject=owner, values=values, case=f"{case}{'-defaults' * (kind == 'section')}")


def _mark(cib: Cib, element: Element, attribute: str | None = None) -> Mark:
    return Mark(cib.at.source, element=element, attribute=attribute)


def unknown(cluster: Cluster, allow: str) -> Iterator[Hit]:
    """Names in meta_attributes of resources and rsc_defaults without a meaning; `allow` are patterns of more names."""
    cib = cluster.needed_cib()
    options, gone = _options(), removed("meta")
    old = {name for option in options.values() for name in option.get("old", ())}
    known = {*options, *old, "container"}
    told: set[Element | None] = set()
    for setting in _written(cib):
        name = setting.name
        if name in known or allowed(name, allow) or setting.at.element in told:
            continue
        told.add(setting.at.element)
        owner, kind = _owner(setting.at)
        values = {
            "id": owner,
            "name": name,
            "pair": _pair(setting),
            "near": nearest(name, known),
            "last": "",
            "instead": "",
        }
        where = "-defaults" if kind == "section" else ""
        if name in gone:
            values |= {"last": gone[name]["last"], "instead": gone[name].get("instead", "")}
            if not outlived(cib, values["last"]):
                continue
            yield Hit(at=setting.at, subject=owner, values=values, case=f"removed{where}")
        else:
            yield Hit(at=setting.at, subject=owner, values=values, case=f"{'near' if values['near'] else ''}{where}")


def _pair(setting: Setting) -> str:
    """The id of the nvpair that gives a value."""
    return "" if setting.at.element is None else setting.at.element.get("id", "")


def _written(cib: Cib) -> Iterator[Setting]:
    for resource in (*cib.templates, *cib.by_id.values()):
        yield from resource.own_meta.values()
    yield from cib.rsc_defaults.values()


def unknown_container(cluster: Cluster) -> Iterator[Hit]:
    """The internal meta-attribute `container` with the name of no resource."""
    cib = cluster.needed_cib()
    for resource, setting in _in_force(cib):
        if setting.name == "container" and setting.value not in cib.by_id:
            yield Hit(at=setting.at, subject=resource.id, values={"id": resource.id, "value": setting.value})


def utilization(cluster: Cluster) -> Iterator[Hit]:
    """Utilization of nodes and resources that is no whole number."""
    cib = cluster.needed_cib()
    root = cib.at.element
    for pair in () if root is None else root.iterfind("configuration//utilization/nvpair"):
        value = pair.get("value")
        if value is None or parse_score(value) is not None:
            continue
        at = _mark(cib, pair)
        owner, kind = _owner_of_utilization(pair)
        yield Hit(at=at, subject=owner, values={"id": owner, "kind": kind, "name": pair.get("name"), "value": value})


def _owner_of_utilization(pair: Element) -> tuple[str, str]:
    block = pair.getparent()
    holder = None if block is None else block.getparent()
    if holder is None:
        return "cib", "cib"
    return str(holder.get("uname") or holder.get("id") or holder.tag), str(holder.tag)


_ROLE_ATTRIBUTES = {
    "op": ("role",),
    "rsc_location": ("role",),
    "rule": ("role",),
    "rsc_colocation": ("rsc-role", "with-rsc-role"),
    "resource_set": ("role",),
    "rsc_ticket": ("rsc-role",),
}
_OLD_ROLES = {"master": "Promoted", "slave": "Unpromoted"}


def legacy_roles(cluster: Cluster) -> Iterator[Hit]:
    """The roles Master and Slave where the release warns of them, or it and the schema know others; one hit for all."""
    cib = cluster.needed_cib()
    schema = version_numbers(cib.validate_with.removeprefix("pacemaker-"))
    # from 2.1.8 on Pacemaker warns whatever the schema; the new names need 3.7, to which it is to be raised first
    if not is_from(cib, "2.1.0") or (schema < (3, 7) and not is_known_from(cib, "2.1.8")):
        return
    places = list(_legacy_places(cib))
    if not places:
        return
    at, owner, word = places[0]
    words = sorted({f"{p[2]} ({_OLD_ROLES[p[2].lower()]})" for p in places})
    values = {"roles": " and ".join(words), "count": len(places), "id": owner, "word": word}
    related = tuple((mark, f"{role} in {name}") for mark, name, role in places[1:])
    case = ("" if len(places) > 1 else "one") + ("" if is_from(cib, "2.1.8") else "-coming")
    yield Hit(at=at, subject=owner, values=values, case=case, related=related)


def _legacy_places(cib: Cib) -> Iterator[tuple[Mark, str, str]]:
    root = cib.at.element
    for element in () if root is None else root.iterfind("configuration//*"):
        for attribute in _ROLE_ATTRIBUTES.get(str(element.tag), ()):
            value = element.get(attribute) or ""
            if value.lower() in _OLD_ROLES:
                yield _mark(cib, element, attribute), element.get("id") or str(element.tag), value
        if element.tag == "nvpair" and element.get("name") == "target-role":
            value = element.get("value") or ""
            if value.lower() in _OLD_ROLES:
                at = _mark(cib, element)
                yield at, _owner(at)[0], value


def template_unused(cluster: Cluster) -> Iterator[Hit]:
    """Templates that no primitive takes, and of which no other element takes a part by id-ref."""
    cib = cluster.needed_cib()
    root = cib.at.element
    if root is None or not cib.templates:
        return
    taken = {p.get("template") for p in root.iterfind("configuration//primitive")}
    parts = {e.get("id-ref") for e in root.iterfind("configuration//*[@id-ref]")}
    for template in cib.templates:
        element = template.at.element
        inside = set() if element is None else {e.get("id") for e in element.iter("*")}
        if template.id not in taken and not inside & parts:
            yield Hit(at=template.at, subject=template.id, values={"id": template.id})


_RESOURCES = frozenset({"primitive", "group", "clone", "master", "bundle"})
_INSIDE_RESOURCES = _RESOURCES | {"template"}


@spelt
def without_id(cluster: Cluster) -> Iterator[Hit]:
    """Resources and templates without an id, which nothing can then refer to."""
    for element in _resource_elements(cluster.needed_cib()):
        if element.tag in _INSIDE_RESOURCES and not element.get("id"):
            outer = next((e.get("id") for e in element.iterancestors() if e.get("id")), None)
            values = {"kind": element.tag, "outer": outer or "", "agent": element.get("type") or ""}
            case = "inside" if outer else ""
            at = _mark(cluster.needed_cib(), element)
            yield Hit(at=at, subject=outer or str(element.tag), values=values, case=case)


def unknown_element(cluster: Cluster) -> Iterator[Hit]:
    """Elements directly under resources that are no resources."""
    cib = cluster.needed_cib()
    root = cib.at.element
    for element in () if root is None else root.iterfind("configuration/resources/*"):
        if element.tag not in _INSIDE_RESOURCES:
            values = {
                "tag": element.tag,
                "id": element.get("id") or "",
                "near": nearest(element.tag, _INSIDE_RESOURCES),
            }
            case = "near" if values["near"] else ""
            yield Hit(at=_mark(cib, element), subject=element.get("id") or str(element.tag), values=values, case=case)


def _resource_elements(cib: Cib) -> Iterator[Element]:
    """What stands under resources and under groups, clones and bundles there."""
    root = cib.at.element
    waiting = [] if root is None else list(root.iterfind("configuration/resources/*"))
    for element in waiting:
        yield element
        if element.tag in _RESOURCES:
            waiting.extend(child for child in element.iterchildren("*") if child.tag in _RESOURCES)
