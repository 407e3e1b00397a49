"""Where crm_diff sees no difference between two CIBs in canonical form, halint sees none, and the reverse.

Canonical form: what means nothing is taken away (comments, bookkeeping, status), what has no order is sorted, and ids
that only XML needs are numbered. crm_diff compares texts, so it must see more than halint where two texts mean the
same: `SAME_TO_PACEMAKER`.
"""

from __future__ import annotations

import copy
import random
import re
import shutil
from collections import Counter
from pathlib import Path

import cib_section_edits
import cib_structure_edits
import pytest
from cib_edits import EDITS
from cib_pieces import enriched
from cib_rewrites import ANONYMOUS, MARKED, REWRITES
from corpus_cibs import Element, crm_diff, is_valid, roots, side, without_status, written
from lxml import etree

from halint.diff.compare import compare

assert cib_section_edits
assert cib_structure_edits

pytestmark = pytest.mark.skipif(not shutil.which("crm_diff"), reason="crm_diff is not installed")

SAME_TO_PACEMAKER = {
    "spelling": "a score, duration, boolean or role in another spelling is another text",
    "old-names": "two names of one option are two texts; so are master and a promotable clone, score and kind",
    "defaults": "what is written out and what is so anyway are two texts",
    "template": "what comes from a template or by reference and what is written in place are two texts",
    "empty-sets": "an empty set is an element more",
    "cluster-written": "what the cluster notes among its properties is text",
}
"""Sorts of noise that crm_diff reports, and why halint does not: all were checked with crm_simulate."""

SAYS_NOTHING_TWICE = re.compile(
    r"^(nvpair|instance_attributes|meta_attributes|utilization|cluster_property_set) .* twice$"
)
"""Of two pairs with one name the first counts, and a set with the same pairs again adds none (measured)."""

ORDERED = {
    "resources": ("primitive", "group", "clone", "master", "bundle"),
    "group": ("primitive",),
    "resource_set": ("resource_ref",),
    "rsc_order": ("resource_set",),
    "rsc_colocation": ("resource_set",),
    "storage": ("storage-mapping",),
}
BLOCKS = ("instance_attributes", "meta_attributes", "utilization", "cluster_property_set")
BOOKKEEPING = (
    "admin_epoch",
    "epoch",
    "num_updates",
    "cib-last-written",
    "update-origin",
    "update-client",
    "update-user",
    "dc-uuid",
    "have-quorum",
    "crm_feature_set",
    "execution-date",
)


def canonical(root: Element) -> bytes:
    """The canonical form of a CIB."""
    whole = etree.fromstring(written(root), etree.XMLParser(remove_blank_text=True, remove_comments=True))
    for name in BOOKKEEPING:
        whole.attrib.pop(name, None)
    whole.set("crm_feature_set", "3.16.1")  # without it crm_diff takes its older form, which sees no order
    for status in whole.findall("status"):
        whole.remove(status)
    configuration = whole.find("configuration")
    _sort(configuration)
    _number(configuration)
    for element in whole.iter(etree.Element):
        element.text = element.tail = None
        pairs = sorted(element.attrib.items())
        element.attrib.clear()
        element.attrib.update(pairs)
    return etree.tostring(whole)


def _sort(element: Element) -> None:
    children = list(element)
    for child in children:
        _sort(child)
    kept = list(ORDERED.get(element.tag, ()))
    if element.tag == "resource_set" and element.get("sequential") in ("false", "0"):
        kept = []
    # of several sets of one kind the last may win, of several pairs of one name the first
    kept += BLOCKS
    names = [child.get("name") for child in children if child.tag in ("nvpair", "op")]
    if len(set(names)) < len(names):
        kept += ["nvpair", "op"]
    ordered = {id(c): n for n, c in enumerate(children) if c.tag in kept}
    element[:] = sorted(children, key=lambda c: (c.tag, ordered.get(id(c), -1), "" if id(c) in ordered else _key(c)))


def _key(element: Element) -> str:
    """What an element says, without the ids that say nothing."""
    attributes = sorted((k, v) for k, v in element.attrib.items() if not (k == "id" and _is_anonymous(element)))
    return f"{element.tag}{attributes}[{''.join(map(_key, element))}]"


def _is_anonymous(element: Element) -> bool:
    name = element.get("id") or ""
    return element.tag in ANONYMOUS and not name.startswith(MARKED) and name != "cib-bootstrap-options"


def _number(configuration: Element) -> None:
    new: dict[str, str] = {}
    for number, element in enumerate(configuration.iter(*ANONYMOUS)):
        if element.get("id") and _is_anonymous(element):
            new.setdefault(element.get("id"), f"n{number}")
            element.set("id", new[element.get("id")])
    for element in configuration.iter(etree.Element):
        for key in ("id-ref", "reference", "ref"):
            element.attrib.update({key: new[element.get(key)]} if element.get(key) in new else {})
        if element.tag == "obj_ref" and element.get("id") in new:
            element.set("id", new[element.get("id")])


class Judge:
    """Asks crm_diff and halint about two CIBs."""

    def __init__(self, folder: Path) -> None:
        self._paths = folder / "before.xml", folder / "after.xml"

    def differ(self, before: Element, after: Element) -> tuple[bool, bool, set[str]]:
        """Whether crm_diff and halint see a difference, and the sorts of noise halint tells."""
        for path, root in zip(self._paths, (before, after), strict=True):
            path.write_bytes(canonical(root))
        status = crm_diff(*self._paths)
        assert status in (0, 1)
        comparison = compare(side(written(before), "before.xml"), side(written(after), "after.xml"))
        return status == 1, bool(comparison.changes), {noise.sort for noise in comparison.noise}


@pytest.fixture(scope="module")
def bases(corpus: Path) -> list[tuple[str, Element]]:
    found = [(name, without_status(root)) for name, root in list(roots(corpus))[2::4]]
    found = [(name, enriched(root) if number % 2 else root) for number, (name, root) in enumerate(found)]
    # elements without an id, which no schema takes, come and go for crm_diff even in one and the same file
    return [
        (name, root) for name, root in found if all(e.get("id") for e in root.iter("nvpair") if not e.get("id-ref"))
    ]


def test_a_cib_and_its_rewrites(bases, tmp_path):
    judge = Judge(tmp_path)
    wrong: list[str] = []
    seen: Counter[tuple[bool, bool]] = Counter()
    for number in range(200):
        rng = random.Random(number)
        name, root = rng.choice(bases)
        after = copy.deepcopy(root)
        kinds = [] if number % 10 == 0 else rng.sample(sorted(REWRITES), rng.randint(1, 3))
        done = [kind for kind in kinds if REWRITES[kind].apply(after, rng) is not None]
        theirs, ours, sorts = judge.differ(root, after)
        seen[theirs, ours] += 1
        if ours or (theirs and not sorts & {*SAME_TO_PACEMAKER}):
            wrong.append(f"{name} seed {number} {done}: crm_diff {theirs}, halint {ours}, noise {sorted(sorts)}")
    assert not wrong, "\n".join(wrong)
    assert seen[False, False] >= 50
    assert seen[True, False] >= 50


def test_a_cib_and_its_edits(bases, tmp_path):
    judge = Judge(tmp_path)
    wrong: list[str] = []
    made = 0
    for number, kind in enumerate(sorted(EDITS) * 2):
        rng = random.Random(number)
        for name, root in rng.sample(bases, len(bases)):
            after = copy.deepcopy(root)
            if EDITS[kind](after, rng) is not None:
                theirs, ours, _ = judge.differ(root, after)
                made += 1
                if not (theirs and ours):
                    wrong.append(f"{name} seed {number} {kind}: crm_diff {theirs}, halint {ours}")
                break
    assert not wrong, "\n".join(wrong)
    assert made >= 200


def test_random_mutations(bases, tmp_path):
    """Any attribute changed, any element taken away or put in twice: a difference to both."""
    judge = Judge(tmp_path)
    wrong: list[str] = []
    judged: Counter[tuple[bool, bool]] = Counter()
    for number in range(400):
        rng = random.Random(number)
        name, root = rng.choice(bases)
        after = copy.deepcopy(root)
        what = mutated(after, rng)
        if what is None or (is_valid(root) and not is_valid(after)):
            continue
        theirs, ours, sorts = judge.differ(root, after)
        judged[theirs, ours] += 1
        if theirs != ours and not (theirs and (sorts & {*SAME_TO_PACEMAKER} or SAYS_NOTHING_TWICE.search(what))):
            wrong.append(f"{name} seed {number} {what}: crm_diff {theirs}, halint {ours}, noise {sorted(sorts)}")
    assert not wrong, f"{len(wrong)} of {judged.total()}:\n" + "\n".join(wrong)
    assert judged[True, True] >= 100


def mutated(root: Element, rng: random.Random) -> str | None:
    """One random mutation: an attribute altered or taken away, or an element without its subtree's fate in mind."""
    element = rng.choice([e for e in root.find("configuration").iter(etree.Element) if e.tag != "configuration"])
    keys = [k for k in element.attrib if k != "id"]
    way = rng.choice(["alter", "alter", "drop", "remove", "twice"])
    if way == "remove":
        element.getparent().remove(element)
        return f"{element.tag} {element.get('id')} removed"
    if way == "twice":
        twin = copy.deepcopy(element)
        for one in twin.iter(etree.Element):
            if one.get("id"):
                one.set("id", one.get("id") + "-twin")
        element.addnext(twin)
        return f"{element.tag} {element.get('id')} twice"
    if not keys:
        return None
    key = rng.choice(keys)
    old = element.attrib.pop(key)
    if way == "alter":
        element.set(key, old + "7" if old[-1:].isdigit() or rng.random() < 0.5 else "7")
    return f"{element.tag} {element.get('id')} {key}={old} {way}"
