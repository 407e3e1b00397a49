"""A comparison as workflow commands of GitHub Actions: what is grave, at its line in the pull request.

The whole comparison goes into the step's summary as Markdown (see diff_markdown).
"""

from __future__ import annotations

from collections.abc import Iterator

from halint.diff.outcome import Assessed, Danger, Outcome
from halint.output.github import annotation, command, place
from halint.output.paths import Paths
from halint.source import Mark


def render_github(outcome: Outcome, paths: Paths) -> str:
    """A command a line: dangers, that no push is accepted, high-risk changes, findings that AFTER brings."""
    if not outcome.changes:
        return ""
    lines = (
        *(_danger(danger, paths) for danger in outcome.dangers),
        *_refusal(outcome, paths),
        *(_change(one, paths) for one in outcome.changes if one.risk == "high"),
        *(annotation(finding, paths) for finding in outcome.introduced),
    )
    return "".join(f"{line}\n" for line in lines)


def _danger(danger: Danger, paths: Paths) -> str:
    return command("error", {"title": f"halint diff ({danger.code})", **_at(danger.at, paths)}, danger.message)


def _refusal(outcome: Outcome, paths: Paths) -> Iterator[str]:
    """One command where no way of pushing is accepted, with the reasons of all."""
    pushes = outcome.pushes
    if not pushes or any(push.verdict == "accepted" for push in pushes):
        return
    reasons = dict.fromkeys(remark.message for push in pushes for remark in push.reasons)
    file = {} if outcome.comparison.after.path == "-" else {"file": paths.relative(outcome.comparison.after.path)}
    yield command("error", {"title": "halint diff (refused)", **file}, "\n".join(("no push is accepted", *reasons)))


def _change(one: Assessed, paths: Paths) -> str:
    where = one.change.after_at or one.change.before_at
    return command("warning", {"title": "halint diff (high risk)", **_at(where, paths)}, one.message)


def _at(mark: Mark | None, paths: Paths) -> dict[str, str]:
    return {} if mark is None else place(mark.location(), paths)
