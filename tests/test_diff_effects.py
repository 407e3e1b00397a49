"""The forecast of effects against crm_simulate: random edits of real CIBs that carry a status.

The oracle puts AFTER's configuration over BEFORE's status and subtracts what BEFORE alone would do. crm_simulate here
is 2.1.5, which does not know the option names of 3.0.2; they are written the old way for both.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest

from halint.diff.forecast import effects
from halint.diff.outcome import EFFECTS
from halint.diff.side import Side
from halint.model.properties import RENAMED
from halint.model.status import taken_at
from halint.parse.cib import read_cib

COMPARED = frozenset({"stop", "start", "restart", "move", "promote", "demote"})
WORDS = {"recover": "restart", "migrate": "move", "re-promote": ""}
Act = tuple[str, str]
SEED = 2026


# --- edits: each changes a copy of a CIB in place and names itself, or finds nothing to change


def _children(root: ET.Element, section: str) -> ET.Element:
    found = root.find(f"configuration/{section}")
    assert found is not None
    return found


def _pick(random: Random, elements: list[ET.Element]) -> ET.Element | None:
    return random.choice(elements) if elements else None


def _primitives(root: ET.Element) -> list[ET.Element]:
    return list(_children(root, "resources").iter("primitive"))


def _tops(root: ET.Element) -> list[ET.Element]:
    return [e for e in _children(root, "resources") if e.tag in ("primitive", "group", "clone", "master", "bundle")]


def _nodes(root: ET.Element) -> list[ET.Element]:
    return [n for n in _children(root, "nodes") if n.get("type", "member") in ("member", "normal")]


def _set(element: ET.Element, block: str, name: str, value: str) -> None:
    sets = element.find(block)
    if sets is None:
        sets = ET.Element(block, {"id": f"added-{block}-{element.get('id')}"})
        element.insert(0, sets)
    for pair in sets:
        if pair.get("name") == name:
            pair.set("value", value)
            return
    ET.SubElement(sets, "nvpair", {"id": f"{sets.get('id')}-{name}-x", "name": name, "value": value})


def _meta(element: ET.Element, name: str, value: str) -> None:
    _set(element, "meta_attributes", name, value)


def _constraint(root: ET.Element, tag: str, **attributes: str) -> None:
    names = {"rsc_": "rsc", "with_rsc": "with-rsc", "first_action": "first-action"}
    given = {names.get(k, k): v for k, v in attributes.items()}
    ET.SubElement(_children(root, "constraints"), tag, {"id": f"added-{tag}", **given})


def _two(root: ET.Element, random: Random) -> tuple[str, str] | None:
    tops = _tops(root)
    if len(tops) < 2:
        return None
    one, other = random.sample(tops, 2)
    return one.get("id") or "", other.get("id") or ""


def parameter(root: ET.Element, random: Random) -> str | None:
    element = _pick(random, _primitives(root))
    if element is None:
        return None
    pairs = element.findall("instance_attributes/nvpair")
    if pairs:
        pair = random.choice(pairs)
        pair.set("value", f"{pair.get('value')}-new")
        return f"parameter {element.get('id')} {pair.get('name')}"
    _set(element, "instance_attributes", "state", "/new")
    return f"parameter added {element.get('id')}"


def operation(root: ET.Element, random: Random) -> str | None:
    element = _pick(random, list(_children(root, "resources").iter("op")))
    if element is None:
        return None
    element.set("timeout", "177s")
    return f"operation {element.get('id')}"


def target_role(root: ET.Element, random: Random) -> str | None:
    element = _pick(random, [*_primitives(root), *_tops(root)])
    if element is None:
        return None
    role = random.choice(("Stopped", "Stopped", "Started"))
    _meta(element, "target-role", role)
    return f"target-role {element.get('id')} {role}"


def unpromoted(root: ET.Element, random: Random) -> str | None:
    clones = [e for e in _tops(root) if _promotable(e)]
    element = _pick(random, clones)
    if element is None:
        return None
    _meta(element, "target-role", "Slave")
    return f"target-role {element.get('id')} Slave"


def _promotable(element: ET.Element) -> bool:
    values = [p.get("value") for p in element.findall("meta_attributes/nvpair") if p.get("name") == "promotable"]
    return element.tag == "master" or values == ["true"]


def managed(root: ET.Element, random: Random) -> str | None:
    element = _pick(random, [*_primitives(root), *_tops(root)])
    if element is None:
        return None
    value = random.choice(("false", "true"))
    _meta(element, "is-managed", value)
    return f"is-managed {element.get('id')} {value}"


def location(root: ET.Element, random: Random) -> str | None:
    element, node = _pick(random, _tops(root)), _pick(random, _nodes(root))
    if element is None or node is None:
        return None
    score = random.choice(("INFINITY", "-INFINITY", "50", "-50", "1000"))
    _constraint(root, "rsc_location", rsc_=element.get("id") or "", node=node.get("uname") or "", score=score)
    return f"location added {element.get('id')} {node.get('uname')} {score}"


def location_score(root: ET.Element, random: Random) -> str | None:
    found = [
        e
        for e in _children(root, "constraints").iter(
            "rsc_location",
        )
        if e.get("score")
    ]
    element = _pick(random, found)
    if element is None:
        return None
    score = random.choice(("INFINITY", "-INFINITY", "0", "200"))
    element.set("score", score)
    return f"location {element.get('id')} {score}"


def constraint_removed(root: ET.Element, random: Random) -> str | None:
    section = _children(root, "constraints")
    element = _pick(random, list(section))
    if element is None:
        return None
    section.remove(element)
    return f"removed {element.tag} {element.get('id')}"


def colocation(root: ET.Element, random: Random) -> str | None:
    pair = _two(root, random)
    if pair is None:
        return None
    score = random.choice(("INFINITY", "-INFINITY", "100", "-100"))
    _constraint(root, "rsc_colocation", rsc_=pair[0], with_rsc=pair[1], score=score)
    return f"colocation {pair[0]} with {pair[1]} {score}"


def order(root: ET.Element, random: Random) -> str | None:
    pair = _two(root, random)
    if pair is None:
        return None
    kind = random.choice(("Mandatory", "Mandatory", "Optional", "Serialize"))
    _constraint(root, "rsc_order", first=pair[0], then=pair[1], kind=kind)
    return f"order {pair[0]} then {pair[1]} {kind}"


def resource_removed(root: ET.Element, random: Random) -> str | None:
    section = _children(root, "resources")
    element = _pick(random, _tops(root))
    if element is None:
        return None
    section.remove(element)
    _drop_references(root, {e.get("id") or "" for e in element.iter()})
    return f"removed {element.get('id')}"


def _drop_references(root: ET.Element, gone: set[str]) -> None:
    section = _children(root, "constraints")
    for element in list(section):
        named = {element.get(a) for a in ("rsc", "with-rsc", "first", "then")}
        named |= {r.get("id") for r in element.iter("resource_ref")}
        if named & gone:
            section.remove(element)
    configuration = root.find("configuration")
    assert configuration is not None
    for name in ("tags", "fencing-topology", "acls"):
        for found in configuration.findall(name):
            configuration.remove(found)


def resource_added(root: ET.Element, random: Random) -> str | None:
    section = _children(root, "resources")
    dummy = {"id": "added-resource", "class": "ocf", "provider": "pacemaker", "type": "Dummy"}
    element = ET.Element("primitive", dummy)
    ET.SubElement(section, "clone", {"id": "added-clone"}).append(element) if random.random() < 0.3 else section.append(
        element
    )
    return "added a resource"


def member_removed(root: ET.Element, random: Random) -> str | None:
    groups = [g for g in _children(root, "resources").iter("group") if len(g.findall("primitive")) > 1]
    group = _pick(random, groups)
    if group is None:
        return None
    member = random.choice(group.findall("primitive"))
    group.remove(member)
    _drop_references(root, {member.get("id") or ""})
    return f"member removed {member.get('id')}"


def member_added(root: ET.Element, random: Random) -> str | None:
    group = _pick(random, list(_children(root, "resources").iter("group")))
    if group is None:
        return None
    dummy = {"id": "added-member", "class": "ocf", "provider": "pacemaker", "type": "Dummy"}
    places = [i for i, child in enumerate(group) if child.tag == "primitive"]
    place = random.choice([*places, places[-1] + 1])
    group.insert(place, ET.Element("primitive", dummy))
    return f"member added to {group.get('id')} at {place - places[0]}"


def members_reordered(root: ET.Element, random: Random) -> str | None:
    groups = [g for g in _children(root, "resources").iter("group") if len(g.findall("primitive")) > 1]
    group = _pick(random, groups)
    if group is None:
        return None
    members = group.findall("primitive")
    for member in members:
        group.remove(member)
    random.shuffle(members)
    group.extend(members)
    return f"reordered {group.get('id')}"


def out_of_group(root: ET.Element, random: Random) -> str | None:
    section = _children(root, "resources")
    groups = [g for g in section.findall("group") if len(g.findall("primitive")) > 1]
    group = _pick(random, groups)
    if group is None:
        return None
    member = random.choice(group.findall("primitive"))
    group.remove(member)
    section.append(member)
    return f"moved {member.get('id')} out of {group.get('id')}"


def into_group(root: ET.Element, random: Random) -> str | None:
    section = _children(root, "resources")
    group, element = _pick(random, section.findall("group")), _pick(random, section.findall("primitive"))
    if group is None or element is None:
        return None
    section.remove(element)
    group.append(element)
    return f"moved {element.get('id')} into {group.get('id')}"


def wrapped(root: ET.Element, random: Random) -> str | None:
    section = _children(root, "resources")
    element = _pick(random, [*section.findall("primitive"), *section.findall("group")])
    if element is None:
        return None
    place = list(section).index(element)
    section.remove(element)
    clone = ET.Element("clone", {"id": "added-clone"})
    clone.append(element)
    section.insert(place, clone)
    return f"cloned {element.get('id')}"


def unwrapped(root: ET.Element, random: Random) -> str | None:
    section = _children(root, "resources")
    clone = _pick(random, section.findall("clone"))
    if clone is None:
        return None
    inner = next(e for e in clone if e.tag in ("primitive", "group"))
    section.insert(list(section).index(clone), inner)
    section.remove(clone)
    _drop_references(root, {clone.get("id") or ""})
    return f"unwrapped {clone.get('id')}"


def clone_max(root: ET.Element, random: Random) -> str | None:
    clone = _pick(random, [e for e in _tops(root) if e.tag in ("clone", "master")])
    if clone is None:
        return None
    count = random.choice(("1", "2", "3"))
    _meta(clone, "clone-max", count)
    return f"clone-max {clone.get('id')} {count}"


def promotable(root: ET.Element, random: Random) -> str | None:
    clone = _pick(random, [e for e in _tops(root) if e.tag == "clone"])
    if clone is None:
        return None
    value = "false" if _promotable(clone) else "true"
    _meta(clone, "promotable", value)
    return f"promotable {clone.get('id')} {value}"


def interleave(root: ET.Element, random: Random) -> str | None:
    clone = _pick(random, [e for e in _tops(root) if e.tag in ("clone", "master")])
    if clone is None:
        return None
    _meta(clone, "interleave", random.choice(("true", "false")))
    return f"interleave {clone.get('id')}"


def standby(root: ET.Element, random: Random) -> str | None:
    node = _pick(random, _nodes(root))
    if node is None:
        return None
    name = random.choice(("standby", "standby", "maintenance"))
    _set(node, "instance_attributes", name, "true")
    return f"{name} {node.get('uname')}"


def property_flip(root: ET.Element, random: Random) -> str | None:
    name, value = random.choice(
        (
            ("maintenance-mode", "true"),
            ("stop-all-resources", "true"),
            ("symmetric-cluster", "false"),
            ("no-quorum-policy", "ignore"),
            ("no-quorum-policy", "stop"),
            ("no-quorum-policy", "freeze"),
            ("stop-orphan-resources", "false"),
            ("cluster-recheck-interval", "5min"),
        )
    )
    sets = root.find("configuration/crm_config/cluster_property_set")
    if sets is None:
        return None
    for pair in root.findall("configuration/crm_config/cluster_property_set/nvpair"):
        if pair.get("name") == name:
            pair.set("value", value)
            return f"property {name} {value}"
    ET.SubElement(sets, "nvpair", {"id": f"added-{name}", "name": name, "value": value})
    return f"property {name} {value}"


def stickiness(root: ET.Element, random: Random) -> str | None:
    element = _pick(random, _tops(root))
    if element is None:
        return None
    value = random.choice(("0", "100", "INFINITY"))
    _meta(element, "resource-stickiness", value)
    return f"stickiness {element.get('id')} {value}"


EDITS: tuple[Callable[[ET.Element, Random], str | None], ...] = (
    parameter,
    operation,
    target_role,
    unpromoted,
    managed,
    location,
    location_score,
    constraint_removed,
    colocation,
    order,
    resource_removed,
    resource_added,
    member_removed,
    member_added,
    members_reordered,
    out_of_group,
    into_group,
    wrapped,
    unwrapped,
    clone_max,
    promotable,
    interleave,
    standby,
    property_flip,
    stickiness,
)


# --- the oracle and the comparison


def with_status(corpus: Path) -> list[tuple[str, bytes]]:
    """Real CIBs that record what was done with resources, option names the old way."""
    found = []
    for path in sorted((corpus / "cts").glob("*.xml")):
        text = path.read_bytes()
        for old, new in RENAMED.items():
            text = text.replace(f'name="{new}"'.encode(), f'name="{old}"'.encode())
        if b"<lrm_rsc_op " in text and b"<resources" in text and b"<constraints" in text:
            found.append((path.name, text))
    return found


def tree(text: bytes | str) -> ET.Element:
    """A tree that the edits change in place."""
    return ET.fromstring(text)  # noqa: S314 - our own files


def time_of(side: Side) -> str:
    """The time that the forecast takes for now, as crm_simulate wants it."""
    return datetime.fromtimestamp(taken_at(side.root), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def simulate(root: ET.Element, date: str) -> set[Act] | None:
    """What crm_simulate does, without instance numbers and blocked actions; None where it aborts or refuses the CIB."""
    for op in root.iter("lrm_rsc_op"):
        op.attrib.pop("op-secure-params", None)
        op.attrib.pop("op-secure-digest", None)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cib.xml"
        ET.ElementTree(root).write(path, encoding="utf-8")
        command = ["crm_simulate", "-R", "-S", "--output-as=xml", "-x", str(path), "-t", date]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        result = tree(done.stdout)
    except ET.ParseError:
        return None
    if done.returncode != 0:
        return None
    acts = set()
    for action in result.findall("./actions/rsc_action"):
        if action.get("blocked") != "true":
            word = (action.get("action") or "").lower().split()[0]
            acts.add(((action.get("resource") or "").partition(":")[0], WORDS.get(word, word)))
    return {act for act in acts if act[1] in COMPARED}


def cases(files: list[tuple[str, bytes]], seed: int, count: int) -> Iterator[tuple[str, str, bytes, ET.Element]]:
    """Edits in turn on CIBs by chance: file, edit, BEFORE, AFTER's tree."""
    random = Random(seed)
    made = 0
    while made < count:
        name, text = random.choice(files)
        root = tree(text)
        told = EDITS[made % len(EDITS)](root, random)
        if told is not None:
            made += 1
            yield name, told, text, root


@dataclass
class Tally:
    """How the forecasts of many edits compare with the oracle's."""

    right: int = 0
    wrong: int = 0
    missing: int = 0
    missed_stops: list[str] = field(default_factory=list)

    def add(self, told: str, want: set[Act], got: set[Act], said: set[Act]) -> None:
        """Count one edit; `said` is all the forecast says, what is due already included."""
        self.right += len(got & want)
        self.wrong += len(got - want)
        self.missing += len(want - got)
        graver = EFFECTS[: EFFECTS.index("stop") + 1]
        self.missed_stops += [
            f"{told}: {name}"
            for name, word in sorted(want - got)
            if word == "stop" and not any((name, grave) in said for grave in graver)
        ]

    @property
    def precision(self) -> float:
        return self.right / max(1, self.right + self.wrong)

    @property
    def recall(self) -> float:
        return self.right / max(1, self.right + self.missing)


def measured(files: list[tuple[str, bytes]], seed: int, count: int) -> Tally:
    """The tally of `count` edits; CIBs on which crm_simulate aborts, or that it cannot read, are passed over."""
    tally, due = Tally(), {}
    for name, told, text, root in cases(files, seed, count):
        before = Side(file=read_cib(text, name))
        after = Side(file=read_cib(ET.tostring(root), name))
        if name not in due:
            due[name] = simulate(tree(text), time_of(before))
        planned = simulate(root, time_of(before))
        if due[name] is None or planned is None:
            continue
        found = effects(before, after, {})
        new = {(e.subject, e.action) for e in found if e.action in COMPARED and not e.pending}
        tally.add(f"{name}, {told}", planned - due[name], new, {(e.subject, e.action) for e in found})
    return tally


def test_forecast_agrees_with_the_scheduler(corpus: Path) -> None:
    if shutil.which("crm_simulate") is None:
        pytest.skip("crm_simulate is not installed")
    tally = measured(with_status(corpus), SEED, 300)
    print(f"precision {tally.precision:.3f}, recall {tally.recall:.3f}, {tally.right} actions right")  # noqa: T201 - the measure
    assert tally.right > 50
    assert tally.precision >= 0.9
    assert tally.recall >= 0.9
    assert tally.missed_stops == []
