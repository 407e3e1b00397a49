"""Reads the arguments of a command that is in order; anything else is left to typer, which explains it."""

from __future__ import annotations

from argparse import SUPPRESS, ArgumentError, ArgumentParser
from collections.abc import Sequence
from typing import Any, NoReturn

from halint.cli.options import CHECK, CheckOptions, Option, check_options, split


class _NotPlain(Exception):  # noqa: N818 - not an error: typer takes over
    """Help was asked for, or something is wrong."""


class _Parser(ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise _NotPlain(message)


def parse(arguments: Sequence[str]) -> CheckOptions | None:
    """The options of `check`, or None where typer has to answer."""
    given = read(arguments, CHECK, paths="*")
    return None if given is None else check_options(given)


def read(arguments: Sequence[str], table: Sequence[Option], **positional: str | None) -> dict[str, Any] | None:
    """The values that are given, by field, or None where typer has to answer.

    `positional` are names, and how many of each.
    """
    parser = _Parser(add_help=False, allow_abbrev=False, exit_on_error=False)
    for name, number in positional.items():
        parser.add_argument(name, nargs=number)
    for option in table:
        parser.add_argument(*option.flags, dest=option.field, **_how(option))
    try:
        given = vars(parser.parse_intermixed_args(list(arguments)))
    except (_NotPlain, ArgumentError):
        return None
    return {**given, **{o.field: split(given[o.field], o.name) for o in table if o.kind == "list" and o.field in given}}


def _how(option: Option) -> dict[str, Any]:
    if option.kind == "flag":
        return {"action": "store_true", "default": SUPPRESS}
    if option.kind == "list":
        return {"action": "append", "default": SUPPRESS}
    return {"default": SUPPRESS, "choices": option.choices or None}
