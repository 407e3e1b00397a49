"""What is wrong with the suppressions themselves; asked when all other rules have been."""

from __future__ import annotations

from collections.abc import Iterable

from halint.engine.hit import Hit
from halint.record import record


@record
class Account:
    """What became of the comments and entries that set findings aside, as the engine found it."""

    malformed: tuple[Hit, ...]
    unused: tuple[Hit, ...]
    expired: tuple[Hit, ...]


def malformed(account: Account) -> Iterable[Hit]:
    """Those that set nothing aside, as they are written."""
    return account.malformed


def unused(account: Account) -> Iterable[Hit]:
    """Those with rules that found nothing there."""
    return account.unused


def expired(account: Account) -> Iterable[Hit]:
    """Those whose last day is over."""
    return account.expired
