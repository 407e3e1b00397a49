"""On which nodes a resource may run, as far as location constraints alone decide it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from halint.model.cib import INFINITY
from halint.model.properties import property_bool
from halint.record import record

if TYPE_CHECKING:
    from collections.abc import Iterable

    from halint.model.cib import Cib, Expression, Location, Resource, Rule
    from halint.model.cluster import Cluster, Node


@record
class Places:
    """The nodes a resource may run on, and the constraints that decide so."""

    nodes: tuple[Node, ...]
    deciding: tuple[Location, ...]


class Placement:
    """Answers for one cluster. Nodes are full and remote ones; guests come and go with their resource."""

    def __init__(self, cluster: Cluster, cib: Cib) -> None:
        self._nodes = [n for n in cluster.nodes if n.kind != "guest"]
        self._ids = {n.uname.lower(): n.id for n in cib.nodes}
        self._opt_in = property_bool(cib, "symmetric-cluster")
        self._by_resource: dict[str, list[Location]] = {}
        for location in cib.locations:
            for name in location.resources:
                self._by_resource.setdefault(name, []).append(location)

    def places(self, outermost: Resource) -> Places | None:
        """Where an outermost resource may run; None where something that only the running cluster knows has a say."""
        found = [c for inner in outermost.walk() for c in self._by_resource.get(inner.id, ()) if not c.expired]
        if self._opt_in is None or any(c.discovery != "always" for c in found):
            return None
        allowed: list[Node] = []
        deciding: dict[int, Location] = {}
        for node in self._nodes:
            verdict = self._allowed(node, found)
            if verdict is None:
                return None
            if verdict[0]:
                allowed.append(node)
            deciding.update((id(c), c) for c in verdict[1])
        return Places(nodes=tuple(allowed), deciding=tuple(deciding.values()))

    def _allowed(self, node: Node, found: Iterable[Location]) -> tuple[bool, list[Location]] | None:
        """Whether constraints leave the node in, and those that matter for it."""
        bans, allows = [], []
        for location in found:
            for score, holds, role in self._scores(location, node):
                if holds is False:
                    continue
                banning = score is None or score <= -INFINITY
                if (holds is None and (banning or not self._opt_out())) or score is None:
                    return None
                if banning and role in ("", "Started"):
                    bans.append(location)
                elif score >= 0:
                    allows.append(location)
        if bans:
            return False, bans
        return (True, []) if self._opt_out() else (bool(allows), allows)

    def _opt_out(self) -> bool:
        return self._opt_in is True

    def _scores(self, location: Location, node: Node) -> Iterable[tuple[int | None, bool | None, str]]:
        """The scores a constraint gives a node, each with whether it does, and for which role alone ("" for any)."""
        if location.node is not None:
            here = location.node.lower() == node.name.lower()
            yield location.score or 0, (None if location.conditional else True) if here else False, location.role
        for rule in location.rules:
            holds = self._holds(rule, node)
            if rule.score is not None or holds is False:
                yield rule.score, None if location.conditional and holds else holds, location.role or rule.role
            elif rule.score_attribute is not None:
                yield None, None, location.role or rule.role

    def _holds(self, rule: Rule, node: Node) -> bool | None:
        parts = [self._matches(e, node) for e in rule.expressions] + [self._holds(r, node) for r in rule.rules]
        decisive = rule.boolean_op == "or"
        if decisive in parts:
            return decisive
        return None if None in parts or not parts else not decisive

    def _matches(self, expression: Expression, node: Node) -> bool | None:
        """Whether an expression holds on a node; only what the configuration fixes is decided."""
        if expression.expired:
            return False
        actual = {"#uname": node.name, "#id": self._ids.get(node.name.lower(), ""), "#kind": _KIND[node.kind]}.get(
            expression.attribute
        )
        literal = expression.at.element is not None and expression.at.element.get("value-source") in (None, "literal")
        if expression.kind != "expression" or not actual or expression.value is None or not literal:
            return None
        same = actual.lower() == expression.value.lower()
        return {"eq": same, "ne": not same}.get(expression.operation)


_KIND = {"member": "cluster", "remote": "remote", "guest": "container"}
