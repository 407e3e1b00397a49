"""Runs the commands of a finding's fix on a copy of its CIB: pcs with -f, crm and cibadmin by CIB_file."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from pathlib import Path

from halint.output.fix_script import FRAMES, place_of
from halint.report import Finding

CANNOT_HERE = (
    (r"not installed or does not provide valid metadata", "the agent is not installed here, or a template hides it"),
    (r"can only be unset or set to 0 while SBD is disabled", "pcs asks whether SBD runs on this machine"),
    (r"invalid cluster property option '(fencing|stop-removed|cancel-removed)-", "a name of Pacemaker 3.0.2"),
    (r"Application of update diff failed", "pcs -f cannot write CIBs of that age, whatever the command"),
    (r"Cannot remove property '[^']+', it is not present in property set", "pcs looks in one set of several"),
    (r"KeyError: 'podman'", "crmsh 4.4.1 cannot show some bundles, whatever the command"),
    (r"Protocol not supported", "the CIB is from a newer Pacemaker than is installed"),
)
"""What a tool says where a command is right and only this machine is not the one it is meant for."""


def is_mechanical(finding: Finding, tool: str) -> bool:
    """Whether the finding offers commands of the tool that need no hand, and work on a file."""
    commands = finding.fix.pcs if tool == "pcs" else finding.fix.crm
    return Path(finding.location.file).name == "cib.xml" and place_of(finding, commands) == "cib"


def run_commands(finding: Finding, tool: str, cib: Path) -> str:
    """Run them; what went wrong, "" if nothing did."""
    assert tool in FRAMES
    for command in finding.fix.pcs if tool == "pcs" else finding.fix.crm:
        words = shlex.split(command)
        if words[0] == "pcs":
            words[1:1] = ["-f", str(cib)]
        elif words[0] == "crm" and "-F" not in words:
            words.insert(1, "-F")
        done = subprocess.run(
            words,
            env={**os.environ, "CIB_file": str(cib)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        if done.returncode:
            return f"{command}: {done.stderr}{done.stdout}"
    return ""


def cannot_here(trouble: str) -> str:
    """Why a command that failed may be right all the same; "" if nothing says so."""
    return next((why for pattern, why in CANNOT_HERE if re.search(pattern, trouble)), "")
