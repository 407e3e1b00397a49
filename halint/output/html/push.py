"""Whether AFTER can be pushed, and how."""

from __future__ import annotations

from collections.abc import Sequence

from halint.diff.outcome import Outcome, Push, Remark
from halint.output.html.finding import command
from halint.output.html.markup import Html, joined, tag

_NO_RESTORE = "crm configure load"
"""crmsh deletes no running resource, and so does less than the others; its hazard says so."""


def verdict(outcome: Outcome) -> Html:
    """A line: which way is recommended, or that none is, or none accepted."""
    best = _best(outcome.pushes)
    if best is None:
        return tag("strong", _none(outcome.pushes))
    accepted = tag("span", "accepted", class_="badge good")
    first = ", once the dangers below are dealt with" if outcome.dangers else ""
    return joined(("A push of ", tag("strong", _whole(best.way)), " is ", accepted, f" and recommended{first}."))


def best_push(outcome: Outcome) -> Html:
    """The one command to copy, with those that do the same; nothing where no push was looked at."""
    best = _best(outcome.pushes)
    if best is None:
        return tag("p", tag("strong", _none(outcome.pushes))) if outcome.pushes else Html("")
    first = "Recommended, once the dangers above are dealt with:" if outcome.dangers else "Recommended:"
    others = [other for other in best.others if not other.startswith(_NO_RESTORE)]
    or_ = [tag("p", "or", class_="faint")] if others else []
    hazards = [tag("ul", map(_hazard, best.hazards))] if best.hazards else []
    return joined((tag("p", first), command(best.command), *or_, *map(command, others), *hazards))


def pushes(found: Sequence[Push]) -> Html:
    """Every way with its verdict, the reasons and the hazards."""
    return tag("ul", map(_push, found), class_="pushes") if found else Html("")


def _push(push: Push) -> Html:
    badge = tag("span", push.verdict, class_=f"badge {'good' if push.verdict == 'accepted' else 'error'}")
    mark = [tag("span", "recommended", class_="badge quiet")] if push.recommended else []
    head = joined((tag("strong", _whole(push.way)), badge, *mark), " ")
    reasons = [tag("li", one.message) for one in push.reasons]
    remarks = [*reasons, *map(_hazard, push.hazards)]
    return tag("li", head, tag("ul", remarks) if remarks else Html(""))


def _hazard(hazard: Remark) -> Html:
    return tag("li", tag("span", "hazard", class_="badge warning"), f" {hazard.message}")


def _best(found: Sequence[Push]) -> Push | None:
    return next((push for push in found if push.recommended), None)


def _none(found: Sequence[Push]) -> str:
    refused = all(push.verdict == "refused" for push in found)
    return "No way of pushing is accepted." if refused else "No way of pushing is recommended."


def _whole(way: str) -> str:
    return {"whole": "the whole CIB", "configuration": "the configuration", "diff": "the diff"}.get(way, way)
