"""A release of a distribution that a cluster is to run on."""

from __future__ import annotations

from collections.abc import Mapping

from halint.record import record


@record
class Distribution:
    """A release of a distribution, and what is no longer in it; `schemas/releases.yaml` says what each means.

    `name` is that of the target ("sles=16"), `title` that of messages ("SLES 16").
    """

    name: str
    title: str
    agents: Mapping[str, str]
    classes: tuple[str, ...]
    filesystems: Mapping[str, str]
    transports: tuple[str, ...]
