"""The options of `halint check`, told once: read by argparse for a fast start, by typer for help and errors."""

from __future__ import annotations

from dataclasses import field

from halint.inputs.kinds import KINDS
from halint.record import record
from halint.report import SEVERITIES

FORMATS = ("full", "concise", "json")
COLORS = ("auto", "always", "never")


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
        """The name of its field in CheckOptions."""
        return self.name.replace("-", "_")

    @property
    def flags(self) -> tuple[str, ...]:
        """As it is typed."""
        return (f"--{self.name}", *((f"-{self.short}",) if self.short else ()))


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
    Option(name="rules", kind="list", help="A folder with rules of your own.", metavar="DIR"),
    Option(
        name="whole-cluster",
        kind="flag",
        help="Also read the other files of each file's cluster, as a commit hook needs.",
    ),
    Option(name="color", kind="value", help="Colour in text output.", choices=COLORS, default="auto"),
    Option(name="quiet", kind="flag", short="q", help="Print findings and nothing else."),
    Option(name="verbose", kind="flag", short="v", help="Also tell what was read, and which rules could not be asked."),
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
    rules: tuple[str, ...] = ()
    whole_cluster: bool = False
    color: str = "auto"
    quiet: bool = False
    verbose: bool = False


def split(values: list[str] | tuple[str, ...], name: str) -> tuple[str, ...]:
    """A repeated option as one tuple; rule names may also be separated by commas."""
    if name not in ("select", "ignore"):
        return tuple(values)
    return tuple(part.strip() for value in values for part in value.split(",") if part.strip())
