"""Checks of cluster properties: values that Pacemaker does not take, names it does not know or no longer wants."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from halint.checks.pacemaker_release import allowed, is_from, is_known_from, nearest, outlived, removed, table
from halint.engine.hit import Hit
from halint.model.properties import RENAMED, fencing_enabled, property_bool, property_setting
from halint.model.resolve_settings import BOOTSTRAP
from halint.model.values import parse_bool, parse_duration_ms, parse_score

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from halint.model.cib import Cib, Setting
    from halint.model.cluster import Cluster

_WANTED = {
    "boolean": "true or false",
    "interval": "a time such as 60s, 5min or 2h",
    "integer": "a whole number",
    "score": "a whole number or INFINITY",
    "percentage": "a percentage such as 80%",
}
# What scheduler, controller and CIB manager of 2.1.5 own; its crm_verify looks at the scheduler's only
_NOT_THE_SCHEDULERS = frozenset(
    {
        "dc-deadtime",
        "cluster-recheck-interval",
        "election-timeout",
        "shutdown-escalation",
        "join-integration-timeout",
        "join-finalization-timeout",
        "transition-delay",
        "enable-acl",
        "fencing-max-attempts",
        "load-threshold",
        "node-action-limit",
        "node-pending-timeout",
    }
)


def invalid(cluster: Cluster) -> Iterator[Hit]:
    """Properties in force whose value fails Pacemaker's test, so that the built-in default counts."""
    cib = cluster.needed_cib()
    for name, option in table("properties").items():
        setting = property_setting(cib, name)
        if setting is None and option.get("since") == "2.0.0":
            old = next(iter(option.get("old", ())), None)
            setting = cib.properties.get(old) if old else None
        if setting is None or not setting.certain or setting.value is None:
            continue
        wanted = _wanted(cib, name, option, setting)
        if not wanted:
            continue
        values = {
            "name": setting.name,
            "value": setting.value or "empty",
            "wanted": wanted,
            "default": option.get("default", "the default"),
        }
        yield Hit(at=setting.at, subject=setting.name, values=values, case=_case(name, option, setting.value))


def _case(name: str, option: Mapping[str, Any], value: str) -> str:
    if name == "load-threshold" and value.isascii() and value.isdigit():
        return "percent"
    if option.get("unchecked"):
        return "unchecked"
    return "other" if name in _NOT_THE_SCHEDULERS else ""


def _wanted(cib: Cib, name: str, option: Mapping[str, Any], setting: Setting) -> str:
    """What the value should have been, "" where it is accepted."""
    value, kind = setting.value or "", str(option["type"])
    if kind == "enum":
        words = _words(cib, option)
        known = (*words, "poweroff") if setting.name == "stonith-action" else words
        # 2.1.5 takes any letter case for the words of other properties, but not for these (measured)
        exact = name == "fencing-action" and not is_from(cib, "3.0.0")
        return "" if (value if exact else value.lower()) in known else f"one of {', '.join(words)}"
    if option.get("unchecked") or (option.get("written") and name != "have-watchdog"):
        return ""
    if name == "fencing-max-attempts":
        return "" if (parse_score(value) or 0) >= 1 else "a whole number above 0, or INFINITY"
    fine = {
        "boolean": parse_bool(value) is not None,
        "interval": parse_duration_ms(value) is not None,
        "integer": parse_score(value) is not None and value.lower() not in ("red", "yellow", "green"),
        "score": parse_score(value) is not None,
        "percentage": value.endswith("%") and value[:-1].strip().isdigit(),
    }
    return "" if fine.get(kind, True) else _WANTED[kind]


def _words(cib: Cib, option: Mapping[str, Any]) -> tuple[str, ...]:
    """The words of an enumeration that the cluster's release knows."""
    since, until = option.get("values_since", {}), option.get("values_until", {})
    return tuple(
        word
        for word in option["values"]
        if is_from(cib, since.get(word, "0")) and not (word in until and is_from(cib, "3.0.0"))
    )


def unknown(cluster: Cluster, allow: str) -> Iterator[Hit]:
    """Names of properties that no Pacemaker knows, or not the cluster's; `allow` are patterns of further names."""
    cib = cluster.needed_cib()
    known, gone = _known(), removed("properties")
    for setting in cib.properties.values():
        name = setting.name
        if allowed(name, allow) or not _is_pacemakers(setting, known):
            continue
        values = {"name": name, "near": "", "instead": "", "since": "", "last": "", "value": _shown(setting)}
        since = _brought(name)
        if name in gone:
            last = gone[name]["last"]
            if not outlived(cib, last) or name == "expected-quorum-votes":
                continue
            values |= {"last": last, "instead": gone[name].get("instead", "")}
            case = "renamed" if gone[name].get("renamed") else "replaced" if values["instead"] else "removed"
        elif name in known:
            # where both names are set, fencing-old-and-new-property tells which counts
            both = any(new == name and old in cib.properties for old, new in RENAMED.items())
            if not since or both or is_from(cib, since):
                continue
            values["since"] = since
            values["near"] = next((old for old, new in RENAMED.items() if new == name), "")
            case = "early-renamed" if values["near"] else "early"
        else:
            values["near"] = nearest(name, known)
            case = "near" if values["near"] else ""
        if _would_stop_fencing(values["near"], setting):
            case += "-off"
        yield Hit(at=setting.at, subject=name, values=values, case=case)


def _would_stop_fencing(name: str, setting: Setting) -> bool:
    """Whether setting the property that was meant would switch fencing off: nothing that halint proposes."""
    return name in ("stonith-enabled", "fencing-enabled") and parse_bool(setting.value) is not True


def _shown(setting: Setting) -> str:
    return setting.value if setting.value is not None else setting.alternatives[0]


def _known() -> frozenset[str]:
    properties = table("properties")
    old = {name for option in properties.values() for name in option.get("old", ())}
    return frozenset(properties) | old


def _brought(name: str) -> str:
    option = table("properties").get(name)
    return "" if option is None else str(option.get("since", ""))


def _is_pacemakers(setting: Setting, known: frozenset[str]) -> bool:
    """Whether the set is meant for Pacemaker: the usual one, or one with a name it knows; agents keep others."""
    pair = setting.at.element
    parent = None if pair is None else pair.getparent()
    if parent is None or pair is None:
        return True
    return parent.get("id") == BOOTSTRAP or any(p.get("name") in known for p in parent.iterchildren("nvpair"))


def deprecated(cluster: Cluster) -> Iterator[Hit]:
    """Properties that a coming Pacemaker drops, with the value that will no longer be possible."""
    cib = cluster.needed_cib()
    for name, option in table("properties").items():
        since = option.get("deprecated")
        setting = property_setting(cib, name) if since else None
        if setting is None or not setting.certain or not _wants_gone(option, setting):
            continue
        values = {"name": setting.name, "value": setting.value, "since": since}
        if not is_from(cib, str(since)):
            # true only for what was set on purpose: before 3.0 false is what many builds say themselves
            if name == "concurrent-fencing":
                continue
            case = "coming-ignored" if "deprecated_value" not in option else "coming"
        else:
            case = "ignored" if "deprecated_value" not in option else ""
        yield Hit(at=setting.at, subject=setting.name, values=values, case=case)
    action = cib.properties.get("stonith-action")
    # Pacemaker 3 turns the word into off as it upgrades the CIB, and says nothing
    if action is not None and action.certain and action.value == "poweroff" and not is_from(cib, "3.0.0"):
        values = {"name": action.name, "value": action.value}
        yield Hit(at=action.at, subject=action.name, values=values, case="poweroff")


def _wants_gone(option: Mapping[str, Any], setting: Setting) -> bool:
    value = option.get("deprecated_value")
    return value is None or parse_bool(setting.value) is parse_bool(value)


def old_name(cluster: Cluster) -> Iterator[Hit]:
    """Properties under the name they had before Pacemaker 3.0.2, in a cluster that says it runs that or a later one."""
    cib = cluster.needed_cib()
    if not is_known_from(cib, "3.0.2"):
        return
    for old, new in RENAMED.items():
        setting = cib.properties.get(old)
        if setting is not None and new not in cib.properties:
            values = {"old": old, "new": new, "value": _shown(setting)}
            yield Hit(at=setting.at, subject=old, values=values)


def quorum_policy_without_fencing(cluster: Cluster) -> Iterator[Hit]:
    """A no-quorum-policy that fences, in a cluster that must not."""
    cib = cluster.needed_cib()
    setting = cib.properties.get("no-quorum-policy")
    if setting is None or not setting.certain or fencing_enabled(cib) is not False:
        return
    value = (setting.value or "").lower()
    if value == "suicide" or (value == "fence" and is_from(cib, "2.1.9")):
        off = property_setting(cib, "fencing-enabled")
        related = () if off is None else ((off.at, f"{off.name} is {off.value}"),)
        switch = "fencing-enabled" if off is None else off.name
        values = {"value": setting.value, "switch": switch}
        yield Hit(at=setting.at, subject="no-quorum-policy", values=values, related=related)


def startup_fencing_off(cluster: Cluster) -> Iterator[Hit]:
    """startup-fencing switched off while fencing is on; without fencing it means nothing."""
    cib = cluster.needed_cib()
    setting = cib.properties.get("startup-fencing")
    if setting is not None and property_bool(cib, "startup-fencing") is False and fencing_enabled(cib) is not False:
        yield Hit(at=setting.at, subject="startup-fencing", values={"value": setting.value})
