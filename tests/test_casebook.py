"""The casebook: what each corosync.conf of it makes corosync do, and what halint says of it."""

from __future__ import annotations

import csv
import re
from functools import cache
from pathlib import Path

import pytest

from halint.engine.rule import rule_from
from halint.engine.rulefile import compiled, read_rule
from halint.engine.run import run
from halint.inputs.read import read
from halint.parse.targets import Targets

RULES = Path(__file__).parent.parent / "rules"
TOPICS = ("corosync", "quorum", "transport", "security")

# Refused for what the host lacks, which the file cannot tell and another host may have: corosync is right there, and
# halint is right not to call the file wrong
OF_THE_HOST = {
    "142": "no such key file on the machine of the run",
    "145": "no authkey on the machine of the run",
    "169": "SCTP is missing in the kernel of the run (3.1.10 alone minds)",
    "229": "a name that no name server knew",
    "278": "the folder of the log file was missing",
    "279": "the folder of the log file was missing",
    "298": "the state directory was missing",
    "301": "no user of that name on the machine of the run",
    "302": "no group of that name on the machine of the run",
    "d02": "no user of that name on the machine of the run",
}
RELEASES = {
    "3.1.7": ((3, 1, 7), "verdicts.tsv", "start-verdicts.tsv"),
    "3.1.10": ((3, 1, 10), "verdicts-main-legacy-build.tsv", "start-verdicts-main-legacy-build.tsv"),
}


@cache
def rules():
    paths = [path for topic in TOPICS for path in sorted((RULES / topic).glob("*.yaml"))]
    return [rule_from(compiled(read_rule(path))) for path in paths]


def table(path):
    with path.open(encoding="utf-8", errors="surrogateescape") as lines:
        return {row[0]: row[1:] for row in csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)}


def refusals(path, release):
    """The findings that say corosync refuses the file, those of the start apart."""
    inputs = read([str(path)], kind=None if path.is_dir() else "corosync", targets=Targets(corosync=release))
    outcome = run(rules(), inputs.cases)
    assert not outcome.trouble
    said = [f for f in outcome.findings if "corosync" in f.peers]
    at_start = [f for f in said if "though corosync -t" in f.message]
    return [f for f in said if f not in at_start], at_start


def disagreement(path, release, verdict, start):
    """What is wrong with what halint says, "" where it is right."""
    said, at_start = refusals(path, release)
    refused = verdict[0] != "0"
    if bool(said) != refused:
        return f"corosync -t: {verdict[:2]}; halint: {[f.message for f in said]}"
    if not refused and (start != "running") != bool(at_start):
        return f"corosync at start: {start}; halint: {[f.message for f in at_start]}"
    place = re.search(r"(?:FILE|DIR/(uidgid\.d/[^:]+)):(\d+):", verdict[1])
    name = (place and place[1]) or "corosync.conf"
    if place and int(place[2]) not in {
        f.location.line for f in said if not path.is_dir() or f.location.file == str(path / name)
    }:
        return f"corosync names line {place[1]}; halint: {[(f.location.line, f.message) for f in said]}"
    return ""


@pytest.mark.parametrize("name", RELEASES)
def test_every_case(name, corpus):
    release, verdicts, starts = RELEASES[name]
    judged, started = table(corpus / "casebook" / verdicts), table(corpus / "casebook" / starts)
    wrong, cases = {}, sorted((corpus / "casebook").glob("*.conf"))
    assert len(cases) > 200
    for path in cases:
        told = disagreement(path, release, judged[path.stem], started.get(path.stem, ["running"])[0])
        if told and path.name[:3] not in OF_THE_HOST:
            wrong[path.stem] = told
    assert wrong == {}


@pytest.mark.parametrize("name", RELEASES)
@pytest.mark.parametrize("named", ["", "corosync.conf"])
def test_every_folder_with_uidgid_d(name, named, corpus):
    """Naming the folder and naming corosync.conf in it are judged alike: corosync reads uidgid.d for both."""
    release, verdicts, _ = RELEASES[name]
    judged = table(corpus / "casebook" / verdicts)
    folders = [path for path in sorted((corpus / "casebook").glob("d*")) if path.is_dir()]
    assert len(folders) == 7
    for path in folders:
        refused = bool(refusals(path / named, release)[0])
        assert refused == (judged[path.name][0] != "0" and path.name[:3] not in OF_THE_HOST), path.name
        if not named and path.name[:3] not in OF_THE_HOST:
            assert disagreement(path, release, judged[path.name], "running") == "", path.name


def test_what_depends_on_the_host_is_no_error_of_the_file(corpus):
    for path in sorted((corpus / "casebook").glob("*.conf")):
        if path.name[:3] in OF_THE_HOST:
            assert refusals(path, (3, 1, 7)) == ([], []), path.name


def test_the_line_is_the_one_that_corosync_names(corpus):
    """Where corosync names a line, a finding stands at it."""
    judged = table(corpus / "casebook" / "verdicts.tsv")
    named = [name for name, row in judged.items() if re.search(r"FILE:\d+:", row[1]) and name[0] != "d"]
    assert len(named) > 50
    for name in named:
        if name[:3] not in OF_THE_HOST:
            line = int(re.search(r"FILE:(\d+):", judged[name][1])[1])
            lines = {f.location.line for f in refusals(corpus / "casebook" / f"{name}.conf", (3, 1, 7))[0]}
            assert line in lines, name
