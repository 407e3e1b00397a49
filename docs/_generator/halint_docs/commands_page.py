"""The page of the commands, made of their own help."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import typer

from halint.cli.app import app
from halint.cli.environment import variable
from halint.cli.man import argument, commands
from halint.cli.options import CHECK
from halint_docs.markup import code, codes, escaped, front, table

_STATUS = """
## Exit status

| status | of `check` | of `diff` |
|---|---|---|
| 0 | nothing at or above `--fail-on` | the same meaning |
| 1 | findings | a difference that `--fail-on` names |
| 2 | wrong use, a bad configuration file, or an input that cannot be read | trouble |
"""


def commands_page() -> str:
    """The page."""
    program: Any = typer.main.get_command(app)
    about = "Every command of halint with its arguments and options"
    lines = [*front("Commands", about), "# Commands", "", f"{escaped(program.help)}", ""]
    for name, command in sorted(commands(program)):
        lines += [f"## halint {escaped(name)}", "", *_command(name, command)]
    return "\n".join([*lines, _STATUS.strip(), ""])


def _command(name: str, command: Any) -> Iterator[str]:
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    options = [p for p in command.params if p.param_type_name == "option"]
    yield from (code(" ".join(["halint", name, *map(argument, arguments)])), "", escaped(command.help or ""), "")
    told = [(code(argument(p)), escaped(p.help or "")) for p in arguments if getattr(p, "help", None)]
    yield from (*table(("argument", "what"), told), "") if told else ()
    variables = {f"--{option.name}": variable(option) for option in CHECK} if name == "check" else {}
    rows = [(_option(p), _what(p), _variable(p, variables)) for p in options]
    yield from (*table(("option", "what", "variable"), rows), "") if rows else ()


def _option(parameter: Any) -> str:
    named = (
        parameter.metavar if parameter.metavar and not _choices(parameter) else parameter.opts[0].lstrip("-").upper()
    )
    value = "" if parameter.is_flag else f" {named}"
    return ", ".join(code(f"{flag}{value}") for flag in parameter.opts)


def _what(parameter: Any) -> str:
    choices = _choices(parameter)
    listed = [f"One of {codes(choices)}."] if choices else []
    default = [f"Default: {code(str(parameter.show_default))}."] if isinstance(parameter.show_default, str) else []
    return " ".join([escaped(parameter.help or ""), *listed, *default])


def _choices(parameter: Any) -> list[str]:
    metavar = parameter.metavar or ""
    return str(metavar[1:-1]).split("|") if metavar.startswith("[") and "|" in metavar else []


def _variable(parameter: Any, variables: dict[str, str]) -> str:
    return next((code(variables[flag]) for flag in parameter.opts if variables.get(flag)), "")
