"""Operations of a primitive: its own, its template's, and the defaults that apply to them."""

from __future__ import annotations

from collections.abc import Iterator

from halint.model.cib import Agent, Operation, Setting
from halint.model.cib_tree import CibTree, Element
from halint.model.resolve_rules import Subject
from halint.model.resolve_settings import Layer, layer, settings
from halint.model.values import parse_bool, parse_duration_ms, parse_role, parse_timeout_ms
from halint.record import record

DEFAULT_TIMEOUT_MS = 20_000
"""Pacemaker's built-in operation timeout."""


@record
class OperationDefaults:
    """The sets of op_defaults, and the tree they stand in."""

    tree: CibTree
    layer: Layer

    def of(self, primitive: Element, template: Element | None, agent: Agent | None) -> tuple[Operation, ...]:
        """The operations in force, own ones first."""
        return tuple(self._operation(op, origin, agent) for op, origin in self.elements(primitive, template))

    def elements(self, primitive: Element, template: Element | None) -> Iterator[tuple[Element, str]]:
        """The `op` elements in force, own ones first, each with its origin, own or template.

        A template's operation counts unless the primitive has one of the same name and role (measured, 2.1.5)."""
        own = list(self._written(primitive))
        yield from ((op, "own") for op in own)
        if template is not None:
            taken = {_key(op) for op in own}
            yield from ((op, "template") for op in self._written(template) if _key(op) not in taken)

    def _written(self, resource: Element) -> Iterator[Element]:
        """The ops of the first `operations` element; later ones are ignored."""
        operations = resource.find("operations")
        if operations is not None:
            yield from self.tree.referenced(operations).iterchildren("op")

    def _operation(self, op: Element, origin: str, agent: Agent | None) -> Operation:
        name = op.get("name") or ""
        interval = parse_duration_ms(op.get("interval"))
        subject = Subject(agent=agent, operation=name, interval=interval)
        meta: dict[str, Setting] = {}
        parameters: dict[str, Setting] = {}
        if len(op):
            meta = settings(self.tree, [layer(self.tree, [(op, origin)], "meta_attributes")], subject)
            parameters = settings(self.tree, [layer(self.tree, [(op, origin)], "instance_attributes")], subject)
        defaults = settings(self.tree, [self.layer], subject) if self.layer else {}
        self.tree.spend()
        timeout = _attribute(self.tree, op, "timeout", origin) or meta.get("timeout") or defaults.get("timeout")
        on_fail = _attribute(self.tree, op, "on-fail", origin) or meta.get("on-fail") or defaults.get("on-fail")
        return Operation(
            id=op.get("id") or "",
            name=name,
            interval=interval,
            timeout=_milliseconds(timeout),
            timeout_setting=timeout,
            timeout_certain=timeout is None or timeout.certain,
            role=parse_role(op.get("role")) or "",
            enabled=parse_bool(op.get("enabled")) is not False,
            on_fail=(on_fail.value or "") if on_fail is not None and on_fail.certain else "",
            origin=origin,
            settings={**parameters, **meta},
            at=self.tree.mark(op),
        )


def _key(op: Element) -> tuple[str, str]:
    role = parse_role(op.get("role")) or ""
    return op.get("name") or "", "" if role in ("Started", "Unpromoted") else role


def _attribute(tree: CibTree, op: Element, name: str, origin: str) -> Setting | None:
    value = op.get(name)
    if value is None:
        return None
    return Setting(name=name, value=value, origin=origin, at=tree.mark(op, name))


def _milliseconds(timeout: Setting | None) -> int | None:
    if timeout is None or timeout.value is None:
        return DEFAULT_TIMEOUT_MS
    return parse_timeout_ms(timeout.value)
