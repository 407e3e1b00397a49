"""Frozen, keyword-only dataclasses that cost little to define.

`dataclass` writes and compiles six methods for each class, most of a millisecond each time, and a start of halint
defines some seventy. All but `__init__` are the same for every record and are shared here instead.
"""

from __future__ import annotations

from dataclasses import FrozenInstanceError, dataclass, field
from typing import Any, NoReturn, TypeVar, dataclass_transform

T = TypeVar("T")

_define = dataclass(slots=True, kw_only=True, eq=False, repr=False, match_args=False)


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(field,))
def record(cls: type[T]) -> type[T]:
    """As `dataclass(frozen=True, slots=True, kw_only=True)`: equal and hashed by value, with a readable repr."""
    defined: Any = _define(cls)
    for method in (_set_once, _never_delete, _equal, _hash, _repr):
        setattr(defined, _NAMES[method], method)
    result: type[T] = defined
    return result


def _set_once(self: Any, name: str, value: object) -> None:
    """Set a field in `__init__`, where it has no value yet, and never again."""
    if hasattr(self, name):
        raise FrozenInstanceError(f"cannot assign to field {name!r}")
    object.__setattr__(self, name, value)


def _never_delete(self: Any, name: str) -> NoReturn:  # noqa: ARG001 - the signature of __delattr__
    raise FrozenInstanceError(f"cannot delete field {name!r}")


def _values(self: Any) -> tuple[Any, ...]:
    return tuple(getattr(self, name) for name in self.__dataclass_fields__)


def _equal(self: Any, other: object) -> bool:
    return self is other or (type(other) is type(self) and _values(self) == _values(other))


def _hash(self: Any) -> int:
    return hash(_values(self))


def _repr(self: Any) -> str:
    shown = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.__dataclass_fields__)
    return f"{type(self).__qualname__}({shown})"


_NAMES = {
    _set_once: "__setattr__",
    _never_delete: "__delattr__",
    _equal: "__eq__",
    _hash: "__hash__",
    _repr: "__repr__",
}
