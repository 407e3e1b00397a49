"""What the shell completes beside commands and options: values, and the names of rules and topics."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from halint.errors import HalintError


def completing(values: Callable[[], Iterable[str]]) -> Callable[[str], list[str]]:
    """What typer asks for the values that begin as what is typed; behind a comma, for the next of a list."""

    def complete(incomplete: str) -> list[str]:
        before, comma, last = incomplete.rpartition(",")
        return [f"{before}{comma}{value}" for value in values() if value.startswith(last)]

    return complete


def rule_names() -> list[str]:
    """The rules' names and topics, as configured for the current folder."""
    from halint.cli.check import untuned  # noqa: PLC0415 - only where a name is being typed
    from halint.cli.configured import configured  # noqa: PLC0415 - as above
    from halint.cli.options import CheckOptions  # noqa: PLC0415 - as above

    try:
        rules = untuned(configured(CheckOptions()))
    except HalintError:  # a shell that completes has no place for a complaint
        rules = untuned(CheckOptions())
    return sorted({rule.topic for rule in rules}) + [rule.name for rule in rules]
