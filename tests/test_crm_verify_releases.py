"""What 3.0.2 printed of the corpus against halint's findings, and what it and 2.1.5 differ in."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from pathlib import Path

from crm_verify_classes import KINDS_2
from crm_verify_releases import DIFFER_BY_CASE, KINDS_3, OF_STATE_3, ONLY_2_1_5, ONLY_3_0_2
from test_crm_verify import PEER, as_release, data, findings_of, measured

from halint.engine.rule import rule_from
from halint.engine.rulefile import compiled


def recorded(corpus: Path) -> dict[str, list[str]]:
    """What 3.0.2 printed with -V of each file of the scheduler's tests."""
    said: dict[str, list[str]] = defaultdict(list)
    for line in (corpus / "cts-messages.tsv").read_text(encoding="utf-8").split("\n")[1:]:
        if line.count("\t") == 3 and line.split("\t")[1] == "3.0.2":
            name, _, _, message = line.split("\t")
            said[name].append(message)
    return said


def test_corpus_of_3_0_2(corpus, tmp_path):
    """The same of a release that is not installed, by what it printed."""
    listed = {name for kind in KINDS_3 for name in kind.rules}
    asked = tuple(rule_from(compiled(rule)) for name, rule in data().items() if name in listed)
    told, claimed, unsorted = defaultdict(set), defaultdict(set), []
    unnamed = set()
    for name, messages in recorded(corpus).items():
        folder = tmp_path / name
        folder.mkdir()
        (folder / "cib.xml").write_bytes(as_release((corpus / "cts" / name).read_bytes(), "3.0.2", "3.20.5"))
        found = findings_of(folder / "cib.xml", asked)
        for message in messages:
            kinds = [kind.name for kind in KINDS_3 if re.search(kind.pattern, message)]
            if kinds:
                told[kinds[0]].add(name)
            elif not any(re.search(pattern, message) for pattern in OF_STATE_3):
                unsorted.append((name, message))
        for kind in KINDS_3:
            of_kind = [f for f in found if f.rule in kind.rules and re.search(kind.says, f.message)]
            if of_kind:
                claimed[kind.name].add(name)
                unnamed |= {(kind.name, f.message) for f in of_kind if PEER not in f.peers}
    table = "\n".join(measured(kind.name, told[kind.name], claimed[kind.name]) for kind in KINDS_3)
    print(f"\n{table}")  # noqa: T201 - the measure is what the test is read for
    assert unsorted == []
    # of failure-timeout it speaks only where an operation has failed, so that the rule names no peer
    assert {kind for kind, _ in unnamed if kind in told} <= {"failure-timeout-with-on-fail-block"}, unnamed
    differ = {k.name: sorted(told[k.name] ^ claimed[k.name]) for k in KINDS_3 if told[k.name] != claimed[k.name]}
    assert differ == {}


def test_what_the_releases_differ_in(corpus):
    """The catalogue's small cases by the exit statuses that were recorded: each difference is written down."""
    seen: dict[str, set[tuple[bool, bool]]] = defaultdict(set)
    for line in (corpus / "pacemaker-cases.jsonl").read_text().splitlines():
        case = json.loads(line)
        for name in case["rules"]:
            seen[name].add((case["rc_2.1.5"] != 0, case["rc_3.0.2"] != 0))
    only_new = {name for name, statuses in seen.items() if statuses == {(False, True)}}
    only_old = {name for name, statuses in seen.items() if statuses == {(True, False)}}
    assert only_new == set(ONLY_3_0_2)
    assert only_old == set(ONLY_2_1_5)
    assert {name for name, statuses in seen.items() if len(statuses) > 1} == set(DIFFER_BY_CASE)
    # what only 3.0.2 reports has no message of 2.1.5 but an ordinary line of its log
    assert {kind.name for kind in KINDS_2 if not kind.logged} & only_new == {"validate-with-none"}
