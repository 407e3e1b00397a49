"""What is said of a comparison as a whole: effects, risks, dangers, verdicts on pushing, findings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from halint.diff.change import Change, Comparison, Noise
from halint.record import record
from halint.report import Finding
from halint.source import Mark, Source

EFFECTS = (
    "fence",
    "stop",
    "restart",
    "move",
    "demote",
    "promote",
    "start",
    "reload",
    "cluster-wide",
    "unknown",
    "none",
)
"""What a change does, the gravest first."""


@record
class Effect:
    """What one resource (or node, for fence) does when AFTER's configuration takes the place of BEFORE's.

    `action` is one of EFFECTS but cluster-wide. `nodes` are where it happens: for a move the node it leaves and the
    one it goes to. `certain` is False where the status does not decide, as with placement. `reason` is a clause for
    people. `chain` are ids of resources from the one that was changed to this one, both included; one id where it
    was changed itself, () where nothing in the configuration did it (see `pending`). `pending` says that BEFORE
    alone would do the same already.
    """

    subject: str
    action: str
    nodes: tuple[str, ...] = ()
    certain: bool = True
    reason: str = ""
    chain: tuple[str, ...] = ()
    pending: bool = False


@record
class Forecast:
    """What the push does. `effects` are those of resources and nodes, the gravest first.

    `of_change[i]` are the effects of the i-th change of the comparison: words of EFFECTS, ("none",) where it does
    nothing, each with whether it is certain. `basis` says in a sentence what the forecast rests on: BEFORE's status,
    and from when, or that there is none.
    """

    effects: tuple[Effect, ...]
    of_change: tuple[tuple[tuple[str, bool], ...], ...]
    basis: str
    from_status: bool


NO_FORECAST = Forecast(effects=(), of_change=(), basis="", from_status=False)
"""Where nothing changes, or there is nothing to change."""


class Remark(NamedTuple):
    """A reason or a hazard: a name in kebab-case for programs, a sentence for people."""

    code: str
    message: str


@record
class Push:
    """One way to push AFTER over BEFORE as the live cluster.

    `way` is whole, configuration or diff. `verdict` is accepted or refused. `reasons` say why it is refused, or under
    which condition it is accepted. `hazards` are what it overwrites, drops or brings back without a word.
    `command` is the exact command; `others` are further commands that do the same (cibadmin, crm, with pcs first).
    One of the ways is recommended, none where all are refused.
    """

    way: str
    verdict: str
    reasons: tuple[Remark, ...] = ()
    hazards: tuple[Remark, ...] = ()
    command: str
    others: tuple[str, ...] = ()
    recommended: bool = False


@record
class Danger:
    """What must be known before anything is pushed. `code` in kebab-case; `subject` is an id, "" if none.

    `ways` are the ways of pushing that it concerns.
    """

    code: str
    message: str
    subject: str = ""
    at: Mark | None = None
    ways: tuple[str, ...] = ("whole", "configuration", "diff")


@record
class Assessed:
    """A change with its effects (words of EFFECTS), whether they are certain, its risk, and a line on its own."""

    change: Change
    effect: tuple[str, ...]
    certain: bool
    risk: str
    message: str


@record
class Outcome:
    """All that `halint diff` says. `changes` are sorted: the highest risk first, then by object.

    `introduced` and `resolved` are findings that only AFTER, only BEFORE has.
    """

    comparison: Comparison
    changes: tuple[Assessed, ...]
    noise: tuple[Noise, ...]
    pushes: tuple[Push, ...]
    dangers: tuple[Danger, ...]
    forecast: Forecast
    introduced: tuple[Finding, ...] = ()
    resolved: tuple[Finding, ...] = ()
    sources: Mapping[str, Source]
    simulation: tuple[str, ...] = ()
    """Lines of what crm_simulate says, where it was asked."""
