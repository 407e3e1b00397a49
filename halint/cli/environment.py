"""What the environment asks of `halint check`: `HALINT_` and the option's name, as in `HALINT_FAIL_ON=error`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from halint.cli.options import CHECK, Option, split
from halint.errors import HalintError, did_you_mean

PREFIX = "HALINT_"
_NOT = frozenset({"type", "node", "root", "fix", "diff", "fix-script", "unsafe-fixes", "write-baseline", "output-file"})
"""What is said of one run only."""

_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"0", "false", "no", "off"})


def variable(option: Option) -> str:
    """The variable of an option, "" for one that has none."""
    return "" if option.name in _NOT else f"{PREFIX}{option.name.upper().replace('-', '_')}"


def from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    """The fields of options that variables set. A variable that is empty says nothing; several values are separated by
    commas. Raises HalintError for a value that the option does not take.
    """
    found = {}
    for option in CHECK:
        name = variable(option)
        text = environment.get(name, "").strip() if name else ""
        if text:
            found[option.field] = _value(option, name, text)
    return found


def _value(option: Option, name: str, text: str) -> Any:
    if option.kind == "flag":
        if text.lower() not in _TRUE | _FALSE:
            raise HalintError(f"{name}={text}: must be 1 or 0")
        return text.lower() in _TRUE
    if option.kind == "list":
        return split([part.strip() for part in text.split(",") if part.strip()], option.name)
    if option.choices and text not in option.choices:
        raise HalintError(
            f"{name}={text}: is not one of {', '.join(option.choices)}{did_you_mean(text, option.choices)}"
        )
    return text
