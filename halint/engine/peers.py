"""The real tools that report what a rule finds, as far as the release of Pacemaker decides it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from halint.model.pacemaker_release import Release, version_numbers

TOOLS = ("corosync", "crm_verify")
_PEER = re.compile(r"(?P<tool>\w+)(?: from (?P<first>[\d.]+))?(?: to (?P<last>[\d.]+))?")


def is_peer(text: str) -> bool:
    """Whether a text is a tool, perhaps with the releases that report it: `crm_verify from 2.1.8 to 2.1.11`."""
    match = _PEER.fullmatch(text)
    return match is not None and match["tool"] in TOOLS


def peers_of(texts: Iterable[str], release: Release) -> tuple[str, ...]:
    """The tools that report it in a release of Pacemaker; () stands for the newest."""
    return tuple(match["tool"] for text in texts if (match := _PEER.fullmatch(text)) and _reports(match, release))


def always(texts: Iterable[str]) -> tuple[str, ...]:
    """The tools that report it in whichever release."""
    return tuple(text for text in texts if text in TOOLS)


def _reports(match: re.Match[str], release: Release) -> bool:
    first, last = version_numbers(match["first"]), version_numbers(match["last"])
    if not release:
        return not last
    return release >= first and (not last or release <= last)
