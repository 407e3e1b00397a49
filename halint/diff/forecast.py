"""What pushing AFTER over BEFORE does to each resource and node, and which change does it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from halint.diff.effects.attribution import Attribution, silent
from halint.diff.effects.limits import estimated, limits
from halint.diff.effects.plan import Action, Plan, plan
from halint.diff.effects.usual import usual, usual_effects
from halint.diff.outcome import EFFECTS, Effect, Forecast
from halint.model.status import read_status

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from halint.diff.change import Comparison
    from halint.diff.side import Side


_PLACED = ("start", "stop", "move", "promote", "demote")
"""What depends on where resources are placed."""


def forecast(comparison: Comparison) -> Forecast:
    """What happens, from BEFORE's status where it has one, else what such changes usually do, as "may".

    Where no change acts on what runs (tags, alerts, ACLs, operations, descriptions), nothing is worked out.
    """
    before, after = comparison.before, comparison.after
    from_status = before.status is not None
    if not from_status:
        words = tuple(usual(change, comparison) for change in comparison.changes)
        basis = f"{before.path} has no status: these are the effects that such changes usually have"
        return Forecast(effects=usual_effects(comparison, words), of_change=words, basis=basis, from_status=False)
    quiet = all(silent(change) for change in comparison.changes)
    found = () if quiet else effects(before, after, comparison.renamed)
    attribution = Attribution(comparison, found)
    return Forecast(
        effects=attribution.reasons(found),
        of_change=tuple(attribution.of(change) for change in comparison.changes),
        basis=_basis(before, after),
        from_status=True,
    )


def effects(before: Side, after: Side, renamed: Mapping[str, str]) -> tuple[Effect, ...]:
    """What resources and nodes do under AFTER's configuration, the gravest first; () where BEFORE has no status.

    A renamed resource is another one to the cluster: the old one stops, the new one starts.
    """
    status = read_status(before.root)
    if status is None:
        return ()
    was, now = plan(before, before, status), plan(before, after, status)
    found = [*_of_resources(was, now, renamed), *_of_nodes(was, now)]
    found = _with_doubts(found, limited=bool(limits(before, after)), estimated=estimated(before, after))
    return tuple(sorted(found, key=lambda e: (e.pending, EFFECTS.index(e.action), e.subject)))


def _of_resources(was: Plan, now: Plan, renamed: Mapping[str, str]) -> Iterable[Effect]:
    due = {(a.id, a.action) for a in was.actions}
    grouped: dict[tuple[str, str], list[Action]] = defaultdict(list)
    for action in now.actions:
        grouped[action.id, action.action].append(action)
    for (name, word), actions in grouped.items():
        nodes = tuple(dict.fromkeys(node for a in actions for node in a.nodes))
        first = next((a for a in actions if len(a.chain) > 1), actions[0])
        reason = first.why
        if word == "stop" and name in renamed:
            reason = f"it is called {renamed[name]} from now on"
        yield Effect(
            subject=name,
            action=word,
            nodes=actions[0].nodes if word == "move" else nodes,
            certain=word in ("stop", "restart", "reload") or name not in now.world.uncertain,
            reason=reason,
            chain=() if (name, word) in due else first.chain or (name,),
            pending=(name, word) in due,
        )


def _with_doubts(effects: list[Effect], *, limited: bool, estimated: frozenset[str]) -> list[Effect]:
    """Effects that rest on what is only estimated are not certain."""
    return [
        replace(e, certain=False) if e.subject in estimated or (limited and e.action in _PLACED) else e for e in effects
    ]


def _of_nodes(was: Plan, now: Plan) -> Iterable[Effect]:
    for name, reason in now.fenced.items():
        due = name in was.fenced
        yield Effect(
            subject=name, action="fence", nodes=(name,), reason=reason, chain=() if due else (name,), pending=due
        )


def _basis(before: Side, after: Side) -> str:
    written = before.root.get("cib-last-written")
    basis = f"forecast from the status in {before.path}" + (f", written last {written}" if written else "")
    settings = limits(before, after)
    return f"{basis}; {' and '.join(settings)} only estimated (--simulate asks crm_simulate)" if settings else basis
