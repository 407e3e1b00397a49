"""The lists of rules: by topic, by severity with what each needs, and every further name a rule goes by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from halint.engine.rule import PythonCheck, Rule, Wording
from halint.report import SEVERITIES
from halint_docs.markup import code, codes, escaped, front, table

TOPICS = {
    "backups": "Copies of the configuration: backups, what lies beside them, how old they are",
    "clones": "Clones, promotable clones and bundles",
    "constraints": "Location, colocation, order, tickets, tags and the rules in them",
    "corosync": "corosync.conf as a whole: its grammar, keys and totem's timeouts",
    "groups": "Groups and what is in them",
    "hosts": "/etc/hosts of each node",
    "nodes": "Which nodes there are, and whether all files agree on them",
    "operations": "Operations, their intervals and timeouts, and failure handling",
    "quorum": "Votes, two_node, wait_for_all, the quorum device",
    "resources": "Resources, their agents and attributes, cluster properties, the CIB's schema",
    "sbd": "SBD: devices, watchdogs and their times",
    "security": "Keys, access control lists and secrets",
    "services": "What systemd starts, and what only the cluster may",
    "status": "What the status section of a CIB tells of the running cluster",
    "stonith": "Fencing devices, levels and their timeouts",
    "storage": "File systems, volume groups, DRBD, exports",
    "suppressions": "Findings that are set aside, and whether that still holds",
    "transport": "Links, addresses, transports and encryption of corosync",
    "versions": "Releases, feature sets, and what the next one no longer takes",
    "virtual-ip": "Addresses that the cluster moves",
}
"""What the rules of a topic are about."""


def severities(rule: Rule) -> tuple[str, ...]:
    """Every severity that a rule's findings have, the gravest first."""
    found = {rule.severity, *(wording.severity or rule.severity for wording in wordings(rule))}
    return tuple(severity for severity in reversed(SEVERITIES) if severity in found)


def wordings(rule: Rule) -> Iterator[Wording]:
    """Every way in which it tells a hit, in the order of its file."""
    for check in rule.checks:
        yield from (check.wordings.values() if isinstance(check, PythonCheck) else (check.wording,))


def by_topic(rules: Iterable[Rule]) -> dict[str, list[Rule]]:
    """The rules of each topic, by name."""
    ordered = sorted(rules, key=lambda rule: (rule.topic, rule.name))
    return {topic: list(group) for topic, group in groupby(ordered, key=lambda rule: rule.topic)}


def topics_page(rules: Sequence[Rule]) -> str:
    """The list of topics with their rules."""
    lines = [*front("Rules by topic", f"The {len(rules)} rules of halint by topic"), "# Rules by topic", ""]
    lines += [f"{len(rules)} rules. [A table of all](all.md) can be filtered; [further names](names.md) of rules.", ""]
    for topic, group in by_topic(rules).items():
        lines += [f"## [{escaped(topic)}]({topic}/index.md)", "", f"{_about(topic)}", ""]
        lines += [f"- [{escaped(rule.name)}]({topic}/{rule.name}.md): {escaped(rule.summary)}" for rule in group]
        lines.append("")
    return "\n".join(lines)


def topic_page(topic: str, rules: Sequence[Rule]) -> str:
    """The rules of one topic."""
    about = _about(topic)
    rows = [
        (f"[{escaped(rule.name)}]({rule.name}.md)", _badges(rule), escaped(rule.summary), codes(rule.profiles))
        for rule in rules
    ]
    head = ("rule", "severity", "when", "under the profiles")
    chosen = f"`halint check --select {topic} .` asks these rules alone."
    return "\n".join([*front(topic, about), f"# {escaped(topic)}", "", about, "", *table(head, rows), "", chosen, ""])


def table_page(rules: Sequence[Rule]) -> str:
    """All rules in one table, the gravest first, which a script on the page filters."""
    grave = sorted(rules, key=lambda rule: (-SEVERITIES.index(severities(rule)[0]), rule.name))
    rows = [
        (
            f"[{escaped(rule.name)}]({rule.topic}/{rule.name}.md)",
            _badges(rule),
            rule.confidence,
            f"[{escaped(rule.topic)}]({rule.topic}/index.md)",
            codes(rule.needs),
            escaped(rule.summary),
        )
        for rule in grave
    ]
    about = "Every rule with its severity, confidence, topic and the files it needs"
    head = ("rule", "severity", "confidence", "topic", "needs", "when")
    filtered = '<div class="halint-filter" markdown>'
    return "\n".join(
        [
            *front("All rules", about, wide=True),
            "# All rules",
            "",
            f"{about}.",
            "",
            filtered,
            "",
            *table(head, rows),
            "",
            "</div>",
        ]
    )


def names_page(rules: Sequence[Rule]) -> str:
    """Every name that leads to a rule of another name."""
    rows = sorted(_further(rules))
    text = (
        "A renamed rule keeps its old name, and a rule that stands for further conditions answers to theirs. All of "
        "them work wherever a rule is named: `--select`, `--ignore`, the configuration, suppressions, `halint explain`."
    )
    about = "Former and further names of rules, and the rule that each means"
    return "\n".join(
        [*front("Further names", about), "# Further names", "", text, "", *table(("name", "rule", ""), rows), ""]
    )


def _further(rules: Iterable[Rule]) -> Iterator[tuple[str, str, str]]:
    for rule in rules:
        target = f"[{escaped(rule.name)}]({rule.topic}/{rule.name}.md)"
        yield from ((code(name), target, "former name") for name in rule.aliases)
        yield from ((code(name), target, "stands for it") for name in rule.covers)


def _badges(rule: Rule) -> str:
    return " ".join(f'<span class="halint-badge halint-{word}">{word}</span>' for word in severities(rule))


def _about(topic: str) -> str:
    return f"{TOPICS.get(topic, f'Rules about {topic}')}."
