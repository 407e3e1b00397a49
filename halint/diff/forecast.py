"""What pushing AFTER over BEFORE does to each resource and node, and which change does it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from halint.diff.effects.plan import Plan, plan
from halint.diff.outcome import EFFECTS, Effect
from halint.diff.status import read_status

if TYPE_CHECKING:
    from collections.abc import Mapping

    from halint.diff.side import Side


def effects(before: Side, after: Side, renamed: Mapping[str, str]) -> tuple[Effect, ...]:
    """What resources and nodes do under AFTER's configuration, the gravest first; () where BEFORE has no status."""
    status = read_status(before)
    if status is None:
        return ()
    was, now = plan(before, before, status), plan(before, after, status)
    return _compared(was, now)


def _compared(was: Plan, now: Plan) -> tuple[Effect, ...]:
    pending = {(a.id, a.action) for a in was.actions}
    found: dict[tuple[str, str], Effect] = {}
    for a in now.actions:
        found.setdefault(
            (a.id, a.action),
            Effect(
                subject=a.id,
                action=a.action,
                nodes=a.nodes,
                certain=a.id not in now.world.uncertain,
                reason=a.why,
                chain=a.chain or (a.id,),
                pending=(a.id, a.action) in pending,
            ),
        )
    for name, reason in now.fenced.items():
        found["fence", name] = Effect(
            subject=name, action="fence", nodes=(name,), reason=reason, pending=name in was.fenced
        )
    return tuple(sorted(found.values(), key=lambda e: (EFFECTS.index(e.action), e.subject)))
