"""`halint man`: the man page, made of the commands' own help (man(7), groff_man(7))."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from halint import __version__
from halint.cli.environment import variable
from halint.cli.main import OK
from halint.cli.options import CHECK

_STATUS = (
    ("0", "Nothing found at or above --fail-on; for diff: the same meaning."),
    ("1", "Findings; for diff: a difference that --fail-on names."),
    ("2", "Wrong use, a bad configuration file, or an input that cannot be read."),
)
_EXAMPLES = (
    ("halint check .", "Check a folder, or a repository with many clusters."),
    ("pcs cluster cib | halint check -", "Check the live CIB."),
    ("halint diff live.xml backup.xml", "What a push of backup.xml would do to the cluster of live.xml."),
    ("halint check sosreport-node1.tar.xz", "Check a cluster that cannot be logged in to."),
)
_ALSO = ("crm_verify (8),", "crm_diff (8),", "corosync.conf (5),", "votequorum (5),", "pcs (8),", "crm (8)")
_ENVIRONMENT = (
    ("NO_COLOR", "No colour, whatever its value."),
    ("FORCE_COLOR", "Colour also where standard output is no terminal."),
)
_FILES = (
    (".halint.yaml", "The configuration, nearest upward from what is checked; halint init writes one to start with."),
)


def man(command: Any) -> int:
    """Print the page for the program `command`, a click group."""
    sys.stdout.write("\n".join(man_page(command)) + "\n")
    return OK


def man_page(command: Any) -> Iterator[str]:
    """The page's lines."""
    yield f'.TH HALINT 1 "" "halint {__version__}" "User Commands"'
    yield from (".ad l", ".nh")
    yield from (".SH NAME", _text("halint - check the configuration of Pacemaker and Corosync clusters"))
    yield from (".SH SYNOPSIS", ".B halint", ".I COMMAND", _text("[OPTION]... [ARGUMENT]..."))
    yield from (".SH DESCRIPTION", _text(command.help or ""))
    yield ".SH COMMANDS"
    for name, inner in sorted(commands(command)):
        yield from _command(name, inner)
    variables = [(name, f"As --{option.name} of halint check.") for option in CHECK if (name := variable(option))]
    for title, rows in (
        ("EXIT STATUS", _STATUS),
        ("FILES", _FILES),
        ("ENVIRONMENT", [*variables, *_ENVIRONMENT]),
        ("EXAMPLES", _EXAMPLES),
    ):
        yield f".SH {title}"
        yield from _rows(rows)
    yield ".SH SEE ALSO"
    yield from (f".BR {page}" for page in _ALSO)


def commands(group: Any, before: str = "") -> Iterator[tuple[str, Any]]:
    """Every command that is not hidden, with its whole name."""
    for name, inner in group.commands.items():
        if inner.hidden:
            continue
        if hasattr(inner, "commands"):
            yield from commands(inner, f"{before}{name} ")
        else:
            yield f"{before}{name}", inner


def _command(name: str, command: Any) -> Iterator[str]:
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    usage = " ".join(argument(p) for p in arguments)
    yield f'.SS "{_escaped(f"halint {name} {usage}".strip())}"'
    yield _text(command.help or "")
    yield from _rows([(argument(p), p.help) for p in arguments if getattr(p, "help", None)])
    yield from _rows([(_option(p), p.help or "") for p in command.params if p.param_type_name == "option"])


def argument(parameter: Any) -> str:
    """An argument as a usage line has it."""
    name = parameter.metavar or (parameter.name or "").upper()
    more = "..." if parameter.nargs == -1 and "…" not in name else ""
    return f"{name}{more}" if parameter.required else f"[{name}]{more}"


def _option(parameter: Any) -> str:
    flags = ", ".join(parameter.opts)
    value = parameter.metavar or (parameter.name or "").upper()
    return flags if parameter.is_flag else f"{flags} {value}"


def _rows(rows: Any) -> Iterator[str]:
    for head, text in rows:
        yield from (".TP", f".B {_text(head)}", _text(text))


def _text(text: str) -> str:
    """A text as one line of input: nothing in it is a request."""
    line = _escaped(" ".join(text.split()))
    return f"\\&{line}" if line.startswith((".", "'")) else line


def _escaped(text: str) -> str:
    escaped = text.replace("\\", "\\e").replace("-", "\\-").replace('"', "\\(dq")
    return escaped.replace("…", "\\&...").replace("×", "\\(mu").replace("`", "\\(ga").replace("|", "|\\:")
