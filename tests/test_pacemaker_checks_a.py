"""Checks of options, resources, operations and collectives against crm_verify: its messages and halint's findings."""

from __future__ import annotations

import random
import re
import shutil
import subprocess
from collections import defaultdict
from pathlib import Path

import pytest
from examples import whole_cib
from lxml import etree

from halint.engine.rule import Rule, rule_from
from halint.engine.rulefile import compiled, read_rule
from halint.engine.run import run
from halint.inputs.read import read
from halint.report import Finding

RULES = Path(__file__).parent.parent / "rules"

# rule to what crm_verify 2.1.5 prints with -VV
MESSAGES_2 = {
    "op-monitor-interval-duplicate": r"is duplicate of",
    "op-start-stop-interval": r"action cannot be recurring",
    "op-on-fail-invalid": r"Resetting 'on-fail' for .* is not allowed|Unknown failure type",
    "op-on-fail-fence-disabled": r"'fence' is not valid when fencing is disabled",
    "op-interval-origin-conflict": r"Ignoring 'interval-origin'",
    "op-role-invalid": r"is not a valid role",
    "group-ordered-or-colocated-false": r"group meta-attribute is deprecated",
    "requires-fencing-while-disabled": r'requires fencing but fencing|"requires" .* because fencing is disabled',
    "requires-unfencing-on-fence-device": r"fencing devices cannot require unfencing",
    "clone-node-max-anonymous": r"anonymous clones support only one instance",
    "clone-globally-unique-unsupported": r"can be used only as anonymous clones",
    "clone-empty": r"has nothing to clone|does not have any members",
    "target-role-not-promotable": r"only makes sense for promotable",
    "resource-meta-invalid": r"'(requires|target-role)' for .* is not valid|must be non-negative|for multiple-active",
    "cluster-property-invalid": r"Using default value for cluster option",
    "no-quorum-policy-fence-without-fencing": r"Resetting no-quorum-policy to 'stop'",
    "container-unknown": r"Unknown resource container",
    "bundle-not-accessible": r"without either ip-range-start or control-port",
    "bundle-option-invalid": r"requires 'replicas-per-host=1'|Invalid (port|mount) directive",
    "resource-no-id": r"resource without ID|configuration without id",
    "resource-unknown-element": r"of unknown type",
    "bundle-container-unsupported": r"Ignoring <bundle> resource",
}


# Where the schema refuses the bad examples, crm_verify comes to its own message with validation off only.
SCHEMA_FIRST = {
    "resource-no-id",
    "resource-unknown-element",
    "op-role-invalid",
    "clone-empty",
    "bundle-option-invalid",
    "bundle-container-unsupported",
}

# What crm_verify reports only once it plans the action or only of this state of the cluster; halint reports it always.
STATIC = {
    "op-on-fail-invalid",
    "op-on-fail-fence-disabled",
    "op-interval-origin-conflict",
    "failure-timeout-with-block",
}

# What only 3.0.2 reports, of rules that claim no peer here. The other way round it is with clone-node-max-anonymous
# without globally-unique: 3.0 makes such a clone unique.
ONLY_3 = (
    "cluster-property-deprecated",
    "meta-value-default",
    "role-name-legacy",
    "clone-master-element",
    "failure-timeout-with-block",
    "fencing-deprecated-property-name",
    "op-record-pending-off",
)


def rule_named(name: str) -> Rule:
    return rule_from(compiled(read_rule(next(RULES.glob(f"*/{name}.yaml")))))


def verified(file: Path) -> str:
    done = subprocess.run(["crm_verify", "-VV", "-x", str(file)], capture_output=True, check=False, timeout=60)
    return done.stderr.decode("utf-8", "replace") + done.stdout.decode("utf-8", "replace")


@pytest.fixture
def crm_verify() -> None:
    if shutil.which("crm_verify") is None:
        pytest.skip("crm_verify is not installed")


@pytest.mark.usefixtures("crm_verify")
@pytest.mark.parametrize("name", ONLY_3)
def test_what_3_0_brought_is_not_said_by_2_1(name, tmp_path):
    """2.1.5 accepts those that do not name it as a peer; 3.0.2 warns of each (deprecated since 2.1.8 or later)."""
    for example in read_rule(next(RULES.glob(f"*/{name}.yaml")))["examples"]["bad"]:
        (tmp_path / "cib.xml").write_text(whole_cib(example["files"]["cib.xml"]))
        if found_in([tmp_path / "cib.xml"], [name], "crm_verify"):
            continue
        said = verified(tmp_path / "cib.xml")
        assert not re.search(r"deprecated|explicit value|on-fail=block|record-pending", said), said


def found_in(files: list[Path], names: list[str], claims: str = "") -> dict[str, dict[str, list[Finding]]]:
    """Findings by rule and file; with `claims` only those that name this peer."""
    rules = [rule_named(name) for name in names]
    found: dict[str, dict[str, list[Finding]]] = defaultdict(lambda: defaultdict(list))
    for file in files:
        for finding in run(rules, read([str(file)]).cases).findings:
            if not claims or claims in finding.peers:
                found[finding.rule][file.name].append(finding)
    return found


def test_the_same_operations_are_called_duplicates(corpus):
    """Not only the files: the very pairs of operations that 3.0.2 names."""
    theirs: set[tuple[str, frozenset[str]]] = set()
    ours: set[tuple[str, frozenset[str]]] = set()
    for line in (corpus / "cts-messages.tsv").read_text(encoding="utf-8").split("\n"):
        match = re.search(r"Operation (\S+) is duplicate of (\S+)", line)
        if match is not None and "\t3.0.2\t" in line:
            theirs.add((line.split("\t")[0], frozenset(match.groups())))
    files = sorted({corpus / "cts" / file for file, _ in theirs})
    found = found_in(files, ["op-monitor-interval-duplicate"])["op-monitor-interval-duplicate"]
    for file, findings in found.items():
        for finding in findings:
            match = re.search(r": (\S+) and (\S+)$", finding.message)
            assert match is not None
            ours.add((file, frozenset(match.groups())))
    assert ours == theirs


WORDS = (
    "true",
    "false",
    "no",
    "",
    "1",
    "2",
    "-1",
    "0",
    "5x",
    "many",
    "INFINITY",
    "-INFINITY",
    "1.5",
    "60s",
    "1d",
    "PT1M",
)
WORDS += (
    "fencing",
    "unfencing",
    "quorum",
    "all",
    "Started",
    "stopped",
    "Promoted",
    "Slave",
    "dance",
    "stop_only",
    "BLOCK",
)
WORDS += ("suicide", "ignore", "freeze", "red", "default", "#default", " 5", "off", "Off")
PROPERTIES = (
    *("batch-limit", "migration-limit", "cluster-delay", "stonith-timeout", "stonith-action", "stonith-enabled"),
    *("no-quorum-policy", "symmetric-cluster", "maintenance-mode", "node-health-strategy", "node-health-red"),
    *("placement-strategy", "pe-input-series-max", "startup-fencing", "stop-orphan-resources", "shutdown-lock-limit"),
    *("priority-fencing-delay", "start-failure-is-fatal", "stop-all-resources", "concurrent-fencing", "have-watchdog"),
)
META = (
    *("requires", "target-role", "multiple-active", "migration-threshold", "globally-unique", "clone-node-max"),
    *("ordered", "collocated", "promotable", "container"),
)
OPERATION = {
    "interval": ("10", "10s", "0", "1min", "60000ms", "PT10S"),
    "on-fail": ("fence", "stop", "standby", "demote", "block", "ignore"),
    "name": ("start", "stop", "monitor", "promote"),
    "interval-origin": ("epoch", "2026-01-01", "x", "04:00"),
}
FITTING = (("globally-unique", "true"), ("clone-node-max", "2"), ("requires", "unfencing"), ("requires", "fencing"))


def nvpair(number: int, name: str, value: str) -> etree._Element:
    return etree.Element("nvpair", id=f"mutant-{number}", name=name, value=value)


def mutate(root: etree._Element, chance: random.Random) -> None:  # noqa: C901 - one case a kind of change
    """Three settings of the CIB changed or added; the cluster says that it runs the installed release."""
    root.set("crm_feature_set", "3.16.1")
    properties = root.find("configuration/crm_config/cluster_property_set")
    if properties is None:
        properties = etree.SubElement(root.find("configuration/crm_config"), "cluster_property_set", id="mutants")
    properties.insert(0, nvpair(8, "dc-version", "2.1.5"))
    if chance.random() < 0.7:
        properties.insert(0, nvpair(9, "stonith-enabled", "false"))
    resources = root.find("configuration/resources")
    for number in range(3):
        kind = chance.choice(("property", "meta", "meta", "fitting", "class", "defaults", "operation"))
        name, value = chance.choice(META), chance.choice(WORDS)
        if kind == "property":
            properties.insert(0, nvpair(number, chance.choice(PROPERTIES), value))
            continue
        tags = {"operation": ["op"], "class": ["primitive"], "defaults": []}
        found = list(resources.iter(*tags.get(kind, ["primitive", "group", "clone", "master", "template"])))
        found = [root.find("configuration")] if kind == "defaults" else found
        if not found:
            continue
        chosen = chance.choice(found)
        if kind == "operation":
            attribute = chance.choice(list(OPERATION))
            chosen.set(attribute, chance.choice(OPERATION[attribute]))
            continue
        if kind == "class" and chosen.get("provider"):
            chosen.set("class", "systemd")
            del chosen.attrib["provider"]
            continue
        if kind == "fitting":
            name, value = chance.choice(FITTING)
        block = etree.Element("meta_attributes", id=f"mutants-{number}")
        block.append(nvpair(number, name, value))
        if kind == "defaults":
            chosen = chosen.find("rsc_defaults")
            if chosen is None:
                chosen = etree.Element("rsc_defaults")
                root.find("configuration/constraints").addnext(chosen)
        chosen.insert(0, block)


# Pacemaker looks at the operations of what is to run only.
ONLY_WHERE_RUN = {*STATIC, "op-start-stop-interval", "op-monitor-interval-duplicate"}


@pytest.mark.usefixtures("crm_verify")
def test_findings_agree_with_crm_verify_on_mutants(corpus, tmp_path):
    """Files of the scheduler's corpus with three settings changed: no message missed, no other one claimed."""
    chance = random.Random(5)
    files = sorted((corpus / "cts").glob("*.xml"))
    names = [name for name in MESSAGES_2 if name not in SCHEMA_FIRST]
    said_by_both = dict.fromkeys(names, 0)
    wrong = []
    for number in range(300):
        origin = chance.choice(files)
        root = etree.parse(origin).getroot()
        mutate(root, chance)
        file = tmp_path / f"{number}.xml"
        file.write_bytes(etree.tostring(root))
        said = verified(file)
        if "schema validation" in said:
            continue
        found = found_in([file], names, "crm_verify")
        # a fence device that requires unfencing makes all resources wait for it: one cause, told at the device only
        unfencing = bool(found["requires-unfencing-on-fence-device"])
        for name in names:
            printed = re.search(MESSAGES_2[name], said)
            if name == "requires-fencing-while-disabled" and unfencing:
                continue
            said_by_both[name] += bool(printed and found[name])
            if bool(printed) != bool(found[name]) and not (name in ONLY_WHERE_RUN and not printed):
                messages = [f.message for told in found[name].values() for f in told]
                wrong.append((name, origin.name, number, messages, printed and printed.group()))
    print(said_by_both)  # noqa: T201 - how often each class was there to be compared
    assert not wrong
    assert sum(said_by_both.values()) > 200
