"""One edit that changes the meaning of a CIB is reported as exactly one change: that one, at its places."""

from __future__ import annotations

import copy
import random
from collections import Counter, defaultdict
from pathlib import Path

import cib_section_edits
import cib_structure_edits
import pytest
from cib_edits import ANY, EDITS, Edit
from cib_pieces import enriched
from corpus_cibs import Element, is_valid, roots, side, without_status
from lxml import etree

from halint.diff.change import Change
from halint.diff.compare import compare
from halint.source import Mark

EDITED = 2000
AT_LEAST = 10
"""How often each kind of edit is made, at the least."""

assert cib_section_edits
assert cib_structure_edits


class Base:
    """A CIB to be edited, one element a line, read once."""

    def __init__(self, name: str, root: Element) -> None:
        self.name = name
        self.root = root
        self.valid = is_valid(root) is True
        self.data = laid_out(root)
        self.side = side(self.data, "before.xml")
        self.lines = lines(self.data)
        self.unable: set[str] = set()


def laid_out(root: Element) -> bytes:
    """The tree with one element a line."""
    whole = etree.fromstring(etree.tostring(root), etree.XMLParser(remove_blank_text=True))
    return etree.tostring(whole, pretty_print=True)


def lines(data: bytes) -> dict[str, set[int]]:
    """The lines of the elements with each id; libxml2 tells it of tags that are on one line."""
    configuration = etree.fromstring(data).find("configuration")
    found: defaultdict[str, set[int]] = defaultdict(set)
    for element in configuration.iter(etree.Element):
        if element.tag not in ("obj_ref", "resource_ref", "role"):
            found[element.get("id") or ""].add(element.sourceline)
    return found


@pytest.fixture(scope="module")
def bases(corpus: Path) -> list[Base]:
    """Every third CIB of the corpus, two thirds of them with objects of every kind put in."""
    found = []
    for number, (name, root) in enumerate(list(roots(corpus))[1::3]):
        lean = without_status(root)
        found.append(Base(name, enriched(lean) if number % 3 else lean))
    return found


def test_an_edit_is_reported_as_one_change(bases):
    made: Counter[str] = Counter()
    wrong: list[str] = []
    for number in range(EDITED):
        rng = random.Random(number)
        kind = min(EDITS, key=lambda one: (made[one], rng.random())) if number % 2 else rng.choice(sorted(EDITS))
        edited = one_edit(bases, kind, rng)
        if edited is None:
            continue
        base, root, edit = edited
        made[kind] += 1
        data = laid_out(root)
        changes = compare(base.side, side(data, "after.xml")).changes
        trouble = mismatch(edit, changes, base.lines, lines(data))
        if trouble:
            wrong.append(f"{base.name} seed {number}: {kind}: {trouble}")
    seldom = {kind: made[kind] for kind in EDITS if made[kind] < AT_LEAST}
    assert not wrong, f"{len(wrong)} of {made.total()}:\n" + "\n".join(wrong)
    assert not seldom
    assert made.total() >= EDITED * 0.99


def one_edit(bases: list[Base], kind: str, rng: random.Random) -> tuple[Base, Element, Edit] | None:
    """The edit made on any base that it can be made on and whose schema takes it."""
    for base in rng.sample(bases, len(bases)):
        if kind in base.unable:
            continue
        root = copy.deepcopy(base.root)
        edit = EDITS[kind](root, rng)
        if edit is not None and (not base.valid or is_valid(root)):
            return base, root, edit
        base.unable.add(kind)
    return None


def mismatch(edit: Edit, changes: tuple[Change, ...], before: dict[str, set[int]], after: dict[str, set[int]]) -> str:
    """What is wrong with the changes reported for an edit; "" if nothing."""
    if len(changes) != 1:
        return f"{len(changes)} changes for {edit[:4]}: {[shown(c) for c in changes[:4]]}"
    change = changes[0]
    if not is_told(edit, change):
        return f"{edit[:4]} told as {shown(change)}"
    places = (edit.old, change.before_at, "before.xml", before), (edit.new, change.after_at, "after.xml", after)
    return "; ".join(filter(None, (misplaced(*place) for place in places)))


def is_told(edit: Edit, change: Change) -> bool:
    path = change.path
    if edit.kind == "reordered" and edit.type == "group" and path == ("members",):
        path = ()
    if path != edit.path and not (
        len(path) == len(edit.path) and all(want in (ANY, is_) for want, is_ in zip(edit.path, path, strict=False))
    ):
        return False
    return (change.kind, change.type) == (edit.kind, edit.type) and edit.id in (ANY, change.id)


def shown(change: Change) -> tuple[object, ...]:
    return change.kind, change.type, change.id, change.path, change.before, change.after


def misplaced(name: str, mark: Mark | None, path: str, known: dict[str, set[int]]) -> str:
    if name == "":
        return "" if mark is None else f"a place in {path}"
    if mark is None:
        return "" if name == ANY else f"no place in {path}"
    location = mark.location()
    if location.file != path:
        return f"a place in {location.file}, not {path}"
    if name != ANY and location.line not in known[name]:
        return f"{path}:{location.line} and not {known[name]}, where {name} is"
    return ""


def test_a_changed_secret_shows_neither_value(bases):
    told = 0
    for number, base in enumerate(bases):
        root = copy.deepcopy(base.root)
        if EDITS["secret changed"](root, random.Random(number)) is None:
            continue
        (change,) = compare(base.side, side(laid_out(root), "after.xml")).changes
        assert change.secret
        assert change.raw_after == "Geheim-2"
        assert "Geheim" not in f"{change.before} {change.after} {change.name}"
        told += 1
    assert told >= 20
