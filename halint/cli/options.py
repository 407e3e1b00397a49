"""The options of check, diff and log, told once: read by argparse for a fast start, by typer for help and errors."""

from __future__ import annotations

from dataclasses import field
from keyword import iskeyword

from halint.record import record
from halint.report import KINDS, SEVERITIES

FORMATS = ("full", "concise", "json")
COLORS = ("auto", "always", "never")
FAIL_ON = ("refused", "error", "impact", "any", "never")
"""What makes the exit status of a diff 1, the rarest first; each includes those before it."""


@record
class Option:
    """One option. `kind` is flag, value (the last one counts), list (may be repeated, or separated by commas)."""

    name: str
    kind: str
    help: str
    short: str = ""
    metavar: str = ""
    default: str = ""
    choices: tuple[str, ...] = ()

    @property
    def field(self) -> str:
        """The name of its field in CheckOptions and the like."""
        return f"{self.name}_" if iskeyword(self.name) else self.name.replace("-", "_")

    @property
    def flags(self) -> tuple[str, ...]:
        """As it is typed."""
        return (f"--{self.name}", *((f"-{self.short}",) if self.short else ()))


_COLOR = Option(name="color", kind="value", help="Colour in text output.", choices=COLORS, default="auto")
_FORMAT = Option(
    name="format", kind="value", help="How it is printed.", choices=("text", "json", "markdown"), default="text"
)

CHECK = (
    Option(name="format", kind="value", help="How findings are printed.", choices=FORMATS, default="full"),
    Option(
        name="select", kind="list", help="Only these rules or topics; patterns such as 'hosts-*' work.", metavar="RULE"
    ),
    Option(name="ignore", kind="list", help="Not these rules or topics.", metavar="RULE"),
    Option(
        name="min-severity", kind="value", help="Show nothing milder than this.", choices=SEVERITIES, default="info"
    ),
    Option(
        name="fail-on",
        kind="value",
        help="Exit with 1 when something at least this severe is found.",
        choices=(*SEVERITIES, "never"),
        default="warning",
    ),
    Option(name="exit-zero", kind="flag", help="Exit with 0 whatever is found."),
    Option(name="type", kind="value", help="What the files are, where their names do not tell.", choices=KINDS),
    Option(name="node", kind="list", help="Whose file or folder this is.", metavar="NAME=PATH"),
    Option(
        name="target",
        kind="list",
        help="The release to judge for: corosync=2.4, 3.0, 3.1 (default), 3.1.7, 3.1.8 or 3.1.10.",
        metavar="PROGRAM=VERSION",
    ),
    Option(
        name="root",
        kind="list",
        help="Read the files of a cluster node below this folder, a mounted or container root; / is this machine.",
        metavar="DIR",
    ),
    Option(name="rules", kind="list", help="A folder with rules of your own.", metavar="DIR"),
    Option(
        name="pacemaker-schemas",
        kind="value",
        help="Also validate CIBs with an installed Pacemaker's own schemas, such as /usr/share/pacemaker.",
        metavar="DIR",
    ),
    Option(
        name="whole-cluster",
        kind="flag",
        help="Also read the other files of each file's cluster, as a commit hook needs.",
    ),
    Option(
        name="fix",
        kind="flag",
        help="Rewrite corosync.conf where that cannot change what a correct cluster does; print what is left. "
        "A CIB is never rewritten: its fixes are commands.",
    ),
    Option(
        name="diff",
        kind="flag",
        help="Print what --fix would change as a patch and write nothing; the exit status is that of the files as they "
        "are.",
    ),
    Option(
        name="unsafe-fixes",
        kind="flag",
        help="With --fix or --diff: also fixes that alter what the cluster does, such as other timeouts or votes.",
    ),
    _COLOR,
    Option(name="quiet", kind="flag", short="q", help="Print findings and nothing else."),
    Option(name="verbose", kind="flag", short="v", help="Also tell what was read, and which rules could not be asked."),
)


DIFF = (
    _FORMAT,
    Option(
        name="fail-on",
        kind="value",
        help="What makes the exit status 1: refused, no way of pushing is accepted; error, also errors that AFTER "
        "brings, and dangers; impact, also what stops, starts, restarts or moves; any change; never.",
        choices=FAIL_ON,
        default="any",
    ),
    Option(name="show-noise", kind="flag", help="List the differences without meaning, too."),
    Option(name="strict", kind="flag", help="Compare as written: ids, order, defaults and spelling count."),
    Option(name="status", kind="flag", help="Show where BEFORE's resources run, beside what they will do."),
    Option(name="simulate", kind="flag", help="Ask crm_simulate, where it is installed, for the real transition."),
    Option(
        name="as",
        kind="value",
        help="Print what turns BEFORE into AFTER: an XML patch, or a script.",
        choices=("patch", "cibadmin", "pcs", "crm"),
    ),
    Option(
        name="target", kind="value", help="The live cluster's Pacemaker, where BEFORE does not say.", metavar="VERSION"
    ),
    Option(name="show-secrets", kind="flag", help="Show passwords and the like in clear."),
    _COLOR,
    Option(name="quiet", kind="flag", short="q", help="Print the changes and nothing else."),
)

LOG = (
    _FORMAT,
    Option(
        name="since",
        kind="value",
        help="Only from this date on, or from so long ago: 2026-01-31, 2d, 3h.",
        metavar="WHEN",
    ),
    Option(name="object", kind="value", help="Only what concerns this resource, constraint or node.", metavar="ID"),
    Option(name="full", kind="flag", help="Every change, not only the gravest of each step."),
    Option(name="git", kind="value", help="A CIB kept in a git repository: its history there.", metavar="PATH"),
    _COLOR,
    Option(name="verbose", kind="flag", short="v", help="Also tell which files of a folder were left out, and why."),
)


@record
class CheckOptions:
    """What the user asked `halint check` for; a field an option."""

    paths: tuple[str, ...] = ()
    format: str = "full"
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    min_severity: str = "info"
    fail_on: str = "warning"
    exit_zero: bool = False
    type: str = ""
    node: tuple[str, ...] = field(default=())
    target: tuple[str, ...] = ()
    root: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    pacemaker_schemas: str = ""
    whole_cluster: bool = False
    fix: bool = False
    diff: bool = False
    unsafe_fixes: bool = False
    color: str = "auto"
    quiet: bool = False
    verbose: bool = False


def split(values: list[str] | tuple[str, ...], name: str) -> tuple[str, ...]:
    """A repeated option as one tuple; rule names may also be separated by commas."""
    if name not in ("select", "ignore"):
        return tuple(values)
    return tuple(part.strip() for value in values for part in value.split(",") if part.strip())
