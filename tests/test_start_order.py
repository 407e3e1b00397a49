"""Circles of orders, against crm_simulate: what is in one never starts, everything else does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from cibs import INVALID, dummies, model, simulate

from halint.engine.rulefile import read_rule
from halint.model.start_order import StartOrder

RULE = Path(__file__).parent.parent / "rules" / "constraints" / "order-cycle.yaml"


def _examples(side):
    examples = read_rule(RULE)["examples"][side]
    # pgsql needs promotion scores of its own to be promoted; a resource after itself crashes the scheduler
    return [
        pytest.param(e["files"]["cib.xml"], id=e["title"])
        for e in examples
        if "pgsql" not in str(e["files"]) and "itself" not in str(e["expect"])
    ]


def _started(text, folder):
    return set(re.findall(r"Resource action: (\w)\s+start on", simulate(text, folder, "-S")))


@pytest.mark.parametrize("text", _examples("bad"))
def test_what_is_in_a_circle_never_starts(text, tmp_path):
    (circle,) = StartOrder(model(text)).circles()
    inside = {r.id for name in circle.resources for r in model(text).by_id[name].walk() if r.kind == "primitive"}
    assert not (inside - {"a"}) & _started(text, tmp_path)
    assert INVALID in simulate(text, tmp_path, "-S")


@pytest.mark.parametrize("text", _examples("good"))
def test_without_a_circle_everything_starts(text, tmp_path):
    cib = model(text)
    assert not list(StartOrder(cib).circles())
    assert _started(text, tmp_path) == {p.id for p in cib.primitives()}


def test_two_knots_are_two_circles_and_one_knot_is_one():
    def circles(*pairs):
        orders = "".join(f'<rsc_order id="o{i}" first="{a}" then="{b}"/>' for i, (a, b) in enumerate(pairs))
        cib = model(f"<resources>{dummies(*'abcd')}</resources><constraints>{orders}</constraints>")
        return [c.resources for c in StartOrder(cib).circles()]

    assert circles("ab", "ba", "cd", "dc") == [("a", "b", "a"), ("c", "d", "c")]
    assert circles("ab", "bc", "ca", "ac") == [("a", "b", "c", "a")]
    assert circles("ab", "bc", "ad") == []
