"""What `halint check` reads: what was named, else the current folder, else the standard places of a cluster node."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from halint.cli.options import CheckOptions

STANDARD = ("etc/corosync/corosync.conf", "var/lib/pacemaker/cib/cib.xml")
"""A machine that has one of these is a cluster node (corosync.conf(5), pacemaker's packages)."""


def places(options: CheckOptions, machine: Path = Path("/")) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The paths and the roots to read. `machine` is the root of this machine.

    Where nothing is named and the current folder holds no input, a cluster node is read itself, and standard error
    says so.
    """
    if options.paths or options.node or options.root:
        return options.paths, options.root
    standard = [str(machine / place) for place in STANDARD if os.path.lexists(machine / place)]
    if not standard or (Path.cwd() != machine and _holds_inputs()):
        return (".",), ()
    if not options.quiet:
        sys.stderr.write(
            f"halint: the current folder holds no input; this cluster node is checked: {', '.join(standard)}, and "
            "beside them hosts, fstab, sbd, unit links and the like\n"
        )
    return (), (str(machine),)


def _holds_inputs() -> bool:
    from halint.inputs.discover import discover  # noqa: PLC0415 - only on a cluster node

    return any(found.kind != "folder" for found in discover(["."]))
