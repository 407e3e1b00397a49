"""Reads the arguments of a `check` that is in order; anything else is left to typer, which explains it."""

from __future__ import annotations

from argparse import ArgumentError, ArgumentParser, Namespace
from collections.abc import Sequence
from typing import Any, NoReturn

from halint.cli.options import CHECK, CheckOptions, Option, split


class _NotPlain(Exception):  # noqa: N818 - not an error: typer takes over
    """Help was asked for, or something is wrong."""


class _Parser(ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise _NotPlain(message)


def parse(arguments: Sequence[str]) -> CheckOptions | None:
    """The options, or None where typer has to answer."""
    parser = _Parser(add_help=False, allow_abbrev=False, exit_on_error=False)
    parser.add_argument("paths", nargs="*")
    for option in CHECK:
        parser.add_argument(*option.flags, dest=option.field, **_how(option))
    try:
        return _options(parser.parse_intermixed_args(list(arguments)))
    except (_NotPlain, ArgumentError):
        return None


def _how(option: Option) -> dict[str, Any]:
    if option.kind == "flag":
        return {"action": "store_true"}
    if option.kind == "list":
        return {"action": "append", "default": []}
    return {"default": option.default, "choices": option.choices or None}


def _options(values: Namespace) -> CheckOptions:
    given = vars(values)
    lists = {o.field: split(given[o.field], o.name) for o in CHECK if o.kind == "list"}
    return CheckOptions(**{**given, **lists, "paths": tuple(values.paths)})
