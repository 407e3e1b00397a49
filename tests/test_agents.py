"""The agent catalogue: sound in itself, and never stricter than the agents installed here."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest
from lxml import etree

from halint.model.agents import AgentTraits, traits
from halint.model.cib import Agent
from halint.schema_data import load

OCF_ROOT = Path("/usr/lib/ocf")
ACTIONS = {"start", "stop", "monitor", "promote", "demote", "notify", "migrate_to", "migrate_from"}
CATALOGUE = load("agents")
NAMES = sorted(name for name in CATALOGUE if name.startswith("ocf:"))
FENCE_AGENTS = sorted(load("fence-agents"))


def agent(name: str) -> AgentTraits:
    standard, provider, kind = name.split(":")
    found = traits(Agent(standard=standard, provider=provider, type=kind))
    assert found is not None
    return found


@pytest.mark.parametrize("name", NAMES)
def test_entry_is_sound(name: str) -> None:
    known = agent(name)
    actions = {re.sub("_(un)?promoted$", "", action) for action in known.timeouts}
    assert actions <= ACTIONS
    assert all(0 < seconds <= 3600 for seconds in known.timeouts.values())
    assert known.rank is None or 1 <= known.rank <= 7
    assert known.promotable or not (known.only_promotable or known.needs_notify)
    assert set(known.defaults) <= {p for group in (*known.unique, *known.unique_on_node) for p in group}
    assert all(len(pair) == 2 for pair in known.distinct)


def metadata(program: Path, *arguments: str) -> etree._Element:
    if not program.exists():
        pytest.skip(f"{program} is not installed")
    environment = {**os.environ, "OCF_ROOT": str(OCF_ROOT)}
    ran = subprocess.run([program, *arguments], env=environment, capture_output=True, timeout=60, check=False)
    root = etree.fromstring(ran.stdout, etree.XMLParser(recover=True)) if ran.stdout else None
    if root is None:
        pytest.skip(f"{program} prints no meta-data")
    return root


def seconds(text: str | None) -> int | None:
    found = re.fullmatch(r"(\d+)s?", text or "")
    return None if found is None else int(found[1])


SAMPLE = [
    "ocf:heartbeat:Filesystem",
    "ocf:heartbeat:IPaddr2",
    "ocf:heartbeat:LVM-activate",
    "ocf:heartbeat:SAPInstance",
    "ocf:heartbeat:VirtualDomain",
    "ocf:heartbeat:apache",
    "ocf:heartbeat:exportfs",
    "ocf:heartbeat:galera",
    "ocf:heartbeat:pgsql",
    "ocf:pacemaker:Stateful",
    "ocf:pacemaker:controld",
    "ocf:pacemaker:remote",
]


def installed(name: str) -> etree._Element:
    _, provider, kind = name.split(":")
    return metadata(OCF_ROOT / "resource.d" / provider / kind, "meta-data")


@pytest.mark.parametrize("name", SAMPLE if not os.environ.get("HALINT_ALL_AGENTS") else NAMES)
def test_agrees_with_installed_agent(name: str) -> None:
    root, known = installed(name), agent(name)
    advised = {
        action.get("name"): seconds(action.get("timeout"))
        for action in root.iter("action")
        if not action.get("role") and action.get("depth") in (None, "0")
    }
    for action, value in known.timeouts.items():
        assert advised.get(action) is None or value <= (advised[action] or 0)
    assert known.promotable >= ("promote" in {a.get("name") for a in root.iter("action")})
    assert known.migratable == ("migrate_to" in {a.get("name") for a in root.iter("action")})


@pytest.mark.parametrize("name", SAMPLE if not os.environ.get("HALINT_ALL_AGENTS") else NAMES)
def test_parameters_exist(name: str) -> None:
    root, known = installed(name), agent(name)
    there = {parameter.get("name") for parameter in root.iter("parameter")}
    single = (known.address, known.cloud_address, known.source_address, known.device, known.directory, known.provides)
    named = {p for group in (*known.unique, *known.unique_on_node, *known.distinct) for p in group}
    named |= {*known.paths, known.volume_group, known.mapping, known.pool, known.target, *single}
    assert named - {""} <= there


@pytest.mark.parametrize("name", ["fence_ipmilan", "fence_azure_arm", "fence_sbd"])
def test_fence_agent_defaults(name: str) -> None:
    root = metadata(Path("/usr/sbin") / name, "-o", "metadata")
    defaults = {p.get("name"): content.get("default") for p in root.iter("parameter") for content in p.iter("content")}
    for parameter, value in load("fence-agents")[name].items():
        assert str(value) == defaults[parameter]


@pytest.mark.parametrize("name", FENCE_AGENTS)
def test_fence_entry_is_sound(name: str) -> None:
    entry = load("fence-agents")[name]
    assert set(entry) <= {"power_timeout", "power_wait", "delay"}
    assert all(isinstance(value, int) and 0 <= value <= 600 for value in entry.values())


def test_unknown_agent_has_no_traits() -> None:
    assert traits(Agent(standard="ocf", provider="acme", type="Rocket")) is None
    assert traits(None) is None


def test_every_unit_is_known_alike() -> None:
    unit = traits(Agent(standard="systemd", provider="", type="httpd"))
    assert unit is not None
    assert not unit.promotable
    other = traits(Agent(standard="lsb", provider="", type="httpd"))
    assert other is not None
    assert other.rank == unit.rank


def test_timeout_of_a_role_falls_back_to_the_action() -> None:
    known = agent("ocf:linbit:drbd")
    assert known.advised_timeout("monitor", "Promoted") == 20_000
    assert known.advised_timeout("migrate_to") is None
