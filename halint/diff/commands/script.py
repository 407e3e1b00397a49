"""The shell script around the steps: what it is for, the secrets it needs, a working copy, and one push at the end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from halint.diff.change import Comparison
from halint.diff.commands.order import Step
from halint.diff.commands.shell import XML_FUNCTION, comment
from halint.diff.commands.writing import Secrets


class Action(NamedTuple):
    """One step of a script: what it does, in words, and the commands that do it.

    `lacks` says why the tool asked for cannot do it, so that it stands as XML; "" where it can.
    """

    says: str
    commands: tuple[str, ...]
    step: Step | None = None
    lacks: str = ""


class Frame(NamedTuple):
    """How a tool gets the CIB into the file `$cib`, and how it pushes what differs from `$before`.

    `says` is the tool's name; `note` is what its users should know.
    """

    query: str
    push: str
    says: str
    note: str = ""


def whole_script(comparison: Comparison, frame: Frame, actions: Sequence[Action], secrets: Secrets) -> str:
    """The script, ending in a line feed."""
    body = [line for action in actions for line in _action(action, frame)]
    # a tool's commands that were tried and not taken may have named more
    used = {name: what for name, what in secrets.used.items() if any(f"${{{name}}}" in line for line in body)}
    lines = list(_head(comparison, frame, secret=bool(used)))
    if not actions:
        return "\n".join([*lines, "", "# nothing to do: the configurations are the same"]) + "\n"
    lines += _needed(used)
    if any("$(xml " in line for line in body):
        lines += ["", XML_FUNCTION]
    return "\n".join([*lines, *opened(frame), *body, *pushed(frame)]) + "\n"


def _head(comparison: Comparison, frame: Frame, *, secret: bool) -> Iterator[str]:
    before, after = comparison.before, comparison.after
    counters = ".".join("?" if number < 0 else str(number) for number in before.version)
    yield "#!/bin/sh"
    yield comment(
        f"Turns the configuration of {before.path} (version {counters}) into that of {after.path}, by {frame.says}."
    )
    yield "#"
    yield "# It works on a copy of the live CIB and pushes the difference at the end in one go: the cluster sees all"
    yield "# of the steps or none. What was changed since BEFORE was saved and is not touched here stays, and so does"
    yield "# the status section."
    yield "# To try it first: HALINT_CIB=FILE sh THIS-SCRIPT works on that copy of a CIB, and on no cluster."
    if frame.note:
        yield comment(frame.note)
    if secret:
        yield "# Secrets are not in it: set the variables below to the values that AFTER has."
    yield "set -eu"


def _needed(used: Mapping[str, str]) -> Iterator[str]:
    if used:
        yield ""
    for name, what in used.items():
        words = "".join(letter if letter.isalnum() or letter in " _-." else "?" for letter in what)
        yield f': "${{{name}:?set it to the {words} in AFTER}}"'


def opened(frame: Frame) -> Iterator[str]:
    """What makes `$cib` the working copy, and `$before` what it was."""
    yield ""
    yield "unset CIB_shadow CIB_file || :"
    yield "cib=${HALINT_CIB:-}"
    yield 'if [ -z "$cib" ]; then'
    yield "    work=$(mktemp -d)"
    yield """    trap 'rm -rf "$work"' EXIT"""
    yield "    cib=$work/cib.xml before=$work/before.xml patch=$work/patch.xml"
    yield f"    {frame.query}"
    yield '    cp "$cib" "$before"'
    yield "fi"
    yield 'export CIB_file="$cib"'


def _action(action: Action, frame: Frame) -> Iterator[str]:
    yield ""
    yield comment(action.says)
    if action.lacks:
        yield comment(f"left to cibadmin, for {frame.says} has no command here: {action.lacks}")
    yield from action.commands


def pushed(frame: Frame) -> Iterator[str]:
    """What pushes the working copy, unless it is the user's own."""
    yield ""
    yield "# push the difference"
    yield 'if [ -z "${HALINT_CIB:-}" ]; then'
    yield "    unset CIB_file"
    yield from (f"    {line}" for line in frame.push.splitlines())
    yield "fi"
