"""Records behave as frozen dataclasses do."""

from __future__ import annotations

import pickle
from dataclasses import FrozenInstanceError, asdict, field, fields, is_dataclass, replace

import pytest

from halint.record import record


@record
class Point:
    x: int
    y: int = 0
    names: tuple[str, ...] = ()
    more: dict[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return self.x + self.y


def test_records_are_dataclasses():
    point = Point(x=1)
    assert is_dataclass(point)
    assert [f.name for f in fields(Point)] == ["x", "y", "names", "more"]
    assert asdict(point) == {"x": 1, "y": 0, "names": (), "more": {}}
    assert replace(point, y=2) == Point(x=1, y=2)
    assert point.total == 1
    assert repr(point) == "Point(x=1, y=0, names=(), more={})"


def test_records_are_compared_and_hashed_by_value():
    assert Point(x=1) == Point(x=1)
    assert Point(x=1) != Point(x=2)
    assert Point(x=1) != (1, 0, (), {})
    with pytest.raises(TypeError):
        hash(Point(x=1))  # a dict is in it, as in any dataclass


def test_records_cannot_be_changed():
    point = Point(x=1)
    with pytest.raises(FrozenInstanceError):
        point.x = 2
    with pytest.raises(FrozenInstanceError):
        point.y = 2
    with pytest.raises(FrozenInstanceError):
        del point.x
    with pytest.raises(AttributeError):
        point.z = 1
    with pytest.raises(TypeError):
        Point(1)


def test_records_are_pickled():
    point = Point(x=1, names=("a",))
    assert pickle.loads(pickle.dumps(point)) == point  # noqa: S301 - its own
