"""What a report says of its own run: inputs that could not be read, and halint's own mistakes."""

from __future__ import annotations

from typing import NamedTuple

from halint.report import Report

_UNREADABLE = "unreadable: "
RULE = "input-unreadable"
"""Stands for a rule's name in formats that know nothing but findings; no rule is called so."""


class Trouble(NamedTuple):
    """Something that could not be done. `file` is the input it is about, "" where it is about none."""

    file: str
    message: str


def troubles(report: Report) -> tuple[Trouble, ...]:
    """Everything of which the exit status is 2, each once, inputs first."""
    unread = {
        one.path: one.status.removeprefix(_UNREADABLE) for one in report.inputs if one.status.startswith(_UNREADABLE)
    }
    told = {f"{path}: {why}" for path, why in unread.items()}
    return (
        *(Trouble(path, f"cannot be read: {why}") for path, why in unread.items()),
        *(Trouble("", line) for line in dict.fromkeys(report.trouble) if line not in told),
    )
