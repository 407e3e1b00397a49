"""Settings that AFTER turns over: fencing, the flags that stop or freeze everything, roles."""

from __future__ import annotations

from collections.abc import Iterator

from halint.diff.change import Change, Comparison
from halint.diff.live_cluster import shown
from halint.diff.outcome import Danger
from halint.diff.wording import visible
from halint.listing import listed
from halint.model.cib import Cib, Resource, Setting, Settings
from halint.model.properties import fencing_enabled, property_bool, property_setting, property_value
from halint.model.values import parse_bool

_FLAGS = (
    ("stop-all-resources", True, "stop-all-resources", "is switched on: every resource stops"),
    ("stop-all-resources", False, "stop-all-resources-ends", "is switched off: everything it kept stopped starts"),
    ("maintenance-mode", True, "maintenance", "is switched on: nothing is monitored, started or recovered any more"),
    ("maintenance-mode", False, "maintenance-ends", "is switched off: the cluster acts at once on all it left alone"),
    ("symmetric-cluster", False, "symmetric-cluster", "is switched off: what no location constraint allows stops"),
    ("symmetric-cluster", True, "symmetric-cluster", "is switched on: resources may run where nothing allowed them"),
)


def setting_dangers(comparison: Comparison) -> Iterator[Danger]:
    """Flags and roles that differ between BEFORE and AFTER in force, not in spelling."""
    if not any(map(_may_turn, comparison.changes)):
        return
    yield from _fencing(comparison)
    yield from _flags(comparison)
    yield from _defaults(comparison)
    yield from _resources(comparison)


def _may_turn(change: Change) -> bool:
    """Whether a change is of a sort that can turn any of them: what they are is costly to work out in a large CIB."""
    return (
        not change.path or change.path[0] in ("meta_attributes", "agent") or change.type in ("property", "rsc_defaults")
    )


def _fencing(comparison: Comparison) -> Iterator[Danger]:
    before, after = comparison.before.cib, comparison.after.cib
    path = shown(comparison.after, "after.xml")
    if fencing_enabled(after) is False and fencing_enabled(before) is not False:
        setting = property_setting(after, "stonith-enabled")
        how = _named(setting) if setting else "stonith-enabled=false"
        message = f"{path} switches fencing off ({how}): nothing makes sure any more that a failed node has stopped"
        yield Danger(code="fencing-switched-off", message=message, at=setting.at if setting else after.at)
    own, left = _devices(before), _devices(after)
    if own and not left:
        had = f"{shown(comparison.before, 'before.xml')} has {listed(own, last=', ')}"
        message = f"{path} has no fence device any more, {had}"
        yield Danger(code="last-fence-device-gone", message=message, subject=own[-1], at=after.at)


def _devices(cib: Cib) -> list[str]:
    return [visible(p.id) for p in cib.primitives() if p.agent is not None and p.agent.standard == "stonith"]


def _flags(comparison: Comparison) -> Iterator[Danger]:
    before, after = comparison.before.cib, comparison.after.cib
    path = shown(comparison.after, "after.xml")
    for name, value, code, effect in _FLAGS:
        if property_bool(before, name) is (not value) and property_bool(after, name) is value:
            setting = property_setting(after, name)
            message = f"with {path} {name} {effect}"
            yield Danger(code=code, message=message, subject=name, at=setting.at if setting else after.at)
    policy = property_value(after, "no-quorum-policy")
    was = property_value(before, "no-quorum-policy") or ""
    if policy == "ignore" != was:
        setting = property_setting(after, "no-quorum-policy")
        message = (
            f"{path} sets no-quorum-policy=ignore, before it was {visible(was)}: both halves of a split cluster run on"
        )
        yield Danger(
            code="quorum-ignored", message=message, subject="no-quorum-policy", at=setting.at if setting else None
        )


def _defaults(comparison: Comparison) -> Iterator[Danger]:
    before, after = comparison.before.cib, comparison.after.cib
    for kind, code, effect in (
        ("stopped", "target-role-stopped", "every resource without a target-role of its own stops"),
        ("unmanaged", "unmanaged", "every resource without the setting of its own is left alone"),
        ("maintenance", "maintenance", "every resource without the setting of its own is left alone, unmonitored"),
    ):
        setting = _state(after.rsc_defaults, kind)
        if setting is not None and _state(before.rsc_defaults, kind) is None:
            message = f"rsc_defaults of {shown(comparison.after, 'after.xml')} bring {_named(setting)}: {effect}"
            yield Danger(code=code, message=message, subject=setting.name, at=setting.at)
    stopped = _state(before.rsc_defaults, "stopped")
    if stopped is not None and _state(after.rsc_defaults, "stopped") is None:
        live, path = shown(comparison.before, "before.xml"), shown(comparison.after, "after.xml")
        message = f"rsc_defaults of {live} stop everything on purpose ({_named(stopped)}), with {path} it starts"
        yield Danger(code="target-role-started", message=message, subject=stopped.name, at=after.at)


def _resources(comparison: Comparison) -> Iterator[Danger]:
    before, after = comparison.before.cib, comparison.after.cib
    renamed = {new: old for old, new in comparison.renamed.items()}
    path, live = shown(comparison.after, "after.xml"), shown(comparison.before, "before.xml")
    for name, resource in after.by_id.items():
        old = before.by_id.get(renamed.get(name, name))
        if old is None:
            continue
        for kind, code, effect in (
            ("stopped", "target-role-stopped", "it stops"),
            ("unmanaged", "unmanaged", "the cluster leaves it alone"),
            ("maintenance", "maintenance", "the cluster leaves it alone, unmonitored"),
        ):
            setting = _own(resource, kind)
            if setting is not None and _own(old, kind) is None:
                message = f"{path} brings {_named(setting)} on {visible(name)}, not so in {live}: {effect}"
                yield Danger(code=code, message=message, subject=name, at=setting.at)
        if _own(old, "stopped") is not None and _own(resource, "stopped") is None:
            message = f"{visible(name)} was stopped on purpose (target-role=Stopped in {live}), with {path} it starts"
            yield Danger(code="target-role-started", message=message, subject=name, at=resource.at)


def _own(resource: Resource, kind: str) -> Setting | None:
    return _state(resource.own_meta, kind)


def _state(settings: Settings, kind: str) -> Setting | None:
    """The setting that puts a resource in this state, None where it is not in it for certain."""
    name = {"stopped": "target-role", "unmanaged": "is-managed", "maintenance": "maintenance"}[kind]
    setting = settings.get(name)
    if setting is None or not setting.certain or setting.value is None:
        return None
    holds = {
        "stopped": setting.value.lower() == "stopped",
        "unmanaged": parse_bool(setting.value) is False,
        "maintenance": parse_bool(setting.value) is True,
    }[kind]
    return setting if holds else None


def _named(setting: Setting) -> str:
    return f"{setting.name}={visible(setting.value or '')}"
