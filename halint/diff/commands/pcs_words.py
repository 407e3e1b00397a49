"""Words of pcs commands."""

from __future__ import annotations

from collections.abc import Iterable

from halint.diff.commands.blocks import Block, InexpressibleError
from halint.diff.commands.shell import arguments
from halint.diff.commands.writing import Secrets, Text

Word = str | Text


def pcs(*words: Word) -> str:
    """A call of pcs on the working copy."""
    return f'pcs -f "$cib" {arguments(*words)}'


def pair(name: str, value: Text) -> Text:
    """`name=value`; raises InexpressibleError where pcs would read it as something else."""
    if "=" in name:
        raise InexpressibleError(f"the name {name} with an equals sign")
    if not any(value):
        raise InexpressibleError(f"the empty value of {name}, which it takes for a removal")
    return (f"{name}=", *value)


def pairs(block: Block, secrets: Secrets) -> list[Text]:
    """All of a block."""
    return [pair(name, block.text(name, secrets)) for name in block.names()]


def differences(before: Block, after: Block, secrets: Secrets) -> list[Text]:
    """What makes one block the other: `name=value` for what is new or other, `name=` for what is gone."""
    gone: list[Text] = [(f"{name}=",) for name in before.names() if after.true(name) is None]
    new = [name for name in after.names() if before.true(name) != after.true(name)]
    return gone + [pair(name, after.text(name, secrets)) for name in new]


def options(element_items: Iterable[tuple[str, str]], *leave_out: str) -> list[Text]:
    """Attributes as `name=value`."""
    return [pair(name, (value,)) for name, value in element_items if name not in leave_out]


def score(value: str) -> list[str]:
    """A score at the end of a command; a minus sign would make it an option."""
    return ["--", value] if value.startswith("-") else [value]
