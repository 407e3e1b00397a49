"""A history as Markdown, for tickets and post-mortems: a heading a cluster, a heading a step, a bullet a change."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from halint.diff.wording import visible
from halint.history.entry import Entry
from halint.history.history import ClusterHistory, History, Step
from halint.history.phrases import author, between, closing, nothing, of_step, title, when, who
from halint.history.phrases import names as names_of

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~&])")


def render_markdown(history: History) -> str:
    """Every step with all its changes; those of high risk in bold."""
    sentence = nothing(history)
    if sentence:
        return f"{_plain(sentence)}\n"
    blocks = [
        block for cluster in history.clusters if cluster.steps or not cluster.hidden for block in _cluster(cluster)
    ]
    return "\n\n".join([*blocks, _plain(closing(history))]) + "\n"


def _cluster(cluster: ClusterHistory) -> Iterator[str]:
    yield f"## {_plain(title(cluster))}"
    names = names_of(cluster)
    for step in cluster.steps:
        yield from _step(step, names)
    rest = between(cluster.quiet, cluster.missing, cluster.remarks, last=True)
    if rest:
        yield "\n".join(f"- *{_plain(line)}*" for line in rest)


def _step(step: Step, names: Mapping[Entry, str]) -> Iterator[str]:
    entry = step.after
    yield f"### {when(entry.when)}, {entry.dotted}, {_plain(author(entry))}"
    commit = entry.commit
    place = f"{_plain(names[step.before])} → {_plain(names[entry])}" if step.before else _plain(names[entry])
    if commit is not None:
        written = f"CIB written {when(entry.written)} by {who(entry)}"
        yield f"{place}: {_plain(visible(commit.subject))} ({_plain(written)})"
    else:
        yield place
    if step.before is None:
        yield "The history begins here."
    lines = [f"- **{_plain(told.line)}**" if told.risk == "high" else f"- {_plain(told.line)}" for told in step.changes]
    lines += [f"- *{_plain(line)}*" for line in of_step(step)]
    if lines:
        yield "\n".join(lines)


def _plain(text: str) -> str:
    """Text that Markdown shows as it is."""
    return _SPECIAL.sub(r"\\\1", text)
