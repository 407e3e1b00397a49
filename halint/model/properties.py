"""Cluster properties in force, under their old and new names.

Pacemaker 3.0.2 renamed eight options; the new name wins there, and earlier releases do not know it
(crm_verify(8) of 2.1.5 and 3.0.2).
"""

from __future__ import annotations

from halint.model.cib import Cib, Setting
from halint.model.values import parse_bool, parse_duration_ms, parse_timeout_ms

RENAMED = {
    "stonith-enabled": "fencing-enabled",
    "stonith-action": "fencing-action",
    "fence-reaction": "fencing-reaction",
    "stonith-timeout": "fencing-timeout",
    "stonith-watchdog-timeout": "fencing-watchdog-timeout",
    "stonith-max-attempts": "fencing-max-attempts",
    "stop-orphan-resources": "stop-removed-resources",
    "stop-orphan-actions": "cancel-removed-actions",
}
"""Old name to new name."""

RENAMED_IN = (3, 0, 2)

DEFAULTS = {
    "fencing-enabled": "true",
    "fencing-action": "reboot",
    "fencing-timeout": "60s",
    "fencing-watchdog-timeout": "0",
    "no-quorum-policy": "stop",
    "symmetric-cluster": "true",
    "maintenance-mode": "false",
    "startup-fencing": "true",
    "start-failure-is-fatal": "true",
    "have-watchdog": "false",
    "priority-fencing-delay": "0",
    "cluster-recheck-interval": "15min",
    "stop-all-resources": "false",
    "placement-strategy": "default",
    "node-health-strategy": "none",
}
"""Built-in defaults by the newer name, the same in 2.1.5 and 3.0.2."""

_OLD = {new: old for old, new in RENAMED.items()}


def property_setting(cib: Cib, name: str) -> Setting | None:
    """The setting that decides a property, whichever of its names is asked for; None where it is not set."""
    new = RENAMED.get(name, name)
    old = _OLD.get(new)
    if old is None:
        return cib.properties.get(new)
    if cib.version and cib.version < RENAMED_IN:
        return cib.properties.get(old)
    return cib.properties.get(new) or cib.properties.get(old)


def property_value(cib: Cib, name: str) -> str | None:
    """The value in force, the built-in default where none is set; None where a rule decides or nothing is known."""
    setting = property_setting(cib, name)
    if setting is None:
        return DEFAULTS.get(RENAMED.get(name, name))
    return setting.value if setting.certain else None


def property_bool(cib: Cib, name: str) -> bool | None:
    """A boolean property in force; a value that is none counts as not set. None where a rule decides."""
    setting = property_setting(cib, name)
    if setting is not None and not setting.certain:
        return None
    value = parse_bool(setting.value) if setting is not None else None
    return parse_bool(DEFAULTS.get(RENAMED.get(name, name))) if value is None else value


def fencing_enabled(cib: Cib) -> bool | None:
    """Whether the cluster fences at all; None where a rule decides."""
    return property_bool(cib, "fencing-enabled")


def fencing_timeout_ms(cib: Cib) -> int | None:
    """The time one fencing action may take, where no device says otherwise; None where a rule decides."""
    setting = property_setting(cib, "fencing-timeout")
    if setting is not None and not setting.certain:
        return None
    value = parse_duration_ms(setting.value) if setting is not None else None
    return parse_duration_ms(DEFAULTS["fencing-timeout"]) if value is None else value


def watchdog_timeout_ms(cib: Cib) -> int | None:
    """How long Pacemaker waits for a node to fence itself: 0 is off, -1 twice SBD's own; None where a rule decides."""
    setting = property_setting(cib, "fencing-watchdog-timeout")
    if setting is None:
        return 0
    if not setting.certain:
        return None
    value = parse_timeout_ms(setting.value)
    return -1 if value is None else value
