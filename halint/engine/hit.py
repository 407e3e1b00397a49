"""What a Python check yields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from halint.record import record
from halint.source import Mark


@record
class Hit:
    """One place where a rule applies.

    `at` marks the culprit; `subject` is the id or name of the cluster object it belongs to (stable
    under reformatting). `values` fill the `{name}` placeholders of the rule's message and fix.
    `case` chooses among the rule's `messages`. `related` are further places with what stands there.
    """

    at: Mark
    subject: str
    values: Mapping[str, object] = field(default_factory=dict)
    case: str = ""
    related: tuple[tuple[Mark, str], ...] = ()
