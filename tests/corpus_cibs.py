"""CIBs of the corpus as trees to be rewritten, and what the real tools say of the results."""

from __future__ import annotations

import copy
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from lxml import etree

from halint.diff.side import Side
from halint.parse.cib import read_cib

Element = etree._Element

SCHEMAS = Path("/usr/share/pacemaker")
MOST = 60_000
"""Larger files, in bytes, would make thousands of comparisons take minutes."""


def roots(corpus: Path) -> Iterator[tuple[str, Element]]:
    """Every CIB of cts and cib that is well-formed and not too large, with its file's name."""
    for folder in ("cts", "cib"):
        for path in sorted((corpus / folder).glob("*.xml")):
            if path.stat().st_size > MOST:
                continue
            try:
                root = etree.fromstring(path.read_bytes())
            except etree.XMLSyntaxError:
                continue
            if root.tag == "cib" and root.find("configuration") is not None:
                yield f"{folder}/{path.name}", root


def without_status(root: Element) -> Element:
    """A copy whose status section is empty, which makes it small."""
    lean = copy.deepcopy(root)
    for status in lean.findall("status"):
        status[:] = []
    return lean


def written(root: Element) -> bytes:
    """The tree as a file."""
    return etree.tostring(root)


def side(data: bytes, name: str) -> Side:
    """One side of a comparison."""
    return Side(file=read_cib(data, name))


@cache
def _schema(version: str) -> etree.RelaxNG | None:
    path = SCHEMAS / f"{version}.rng"
    if not re.fullmatch(r"pacemaker-[0-9.]+", version) or not path.is_file():
        return None
    return etree.RelaxNG(etree.parse(str(path)))


def is_valid(root: Element) -> bool | None:
    """Whether Pacemaker's own schema accepts it, and every id occurs once; None where that schema is not installed."""
    schema = _schema(root.get("validate-with") or "")
    if schema is None:
        return None
    # through text: what libxml2 remembers of IDs in a tree that was edited is not true any more
    return bool(schema.validate(etree.fromstring(etree.tostring(root))))


def caused(oracles: Path, before: Path, after: Path) -> dict[tuple[str, ...], int] | None:
    """The actions that the scheduler plans with AFTER's configuration and not with BEFORE's; None: it cannot tell."""
    if str(oracles) not in sys.path:
        sys.path.insert(0, str(oracles))
    import impact

    old, new = impact.load(str(before)), impact.load(str(after))
    date = "2026-01-15 12:00:00"
    # BEFORE too as it is spliced, which brings out what crm_simulate hides of private parameters
    _, pending, _ = impact.simulate(impact.splice(old, old), date)
    _, planned, _ = impact.simulate(impact.splice(old, new), date)
    if pending is None or planned is None:
        return None
    # both ways round: an action that does not happen any more is a change too
    return dict((planned - pending) + (pending - planned))


def crm_diff(before: Path, after: Path) -> int:
    """The exit status of crm_diff without versions: 0 no difference, 1 differences."""
    command = ["crm_diff", "--no-version", "--original", str(before), "--new", str(after)]
    done = subprocess.run(command, capture_output=True, check=False, env={**os.environ, "LC_ALL": "C"})
    return done.returncode
