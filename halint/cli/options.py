"""The options of check, diff and log, told once: read by argparse for a fast start, by typer for help and errors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from keyword import iskeyword
from typing import TYPE_CHECKING, Any

from halint.output.formats import CHECK as CHECK_FORMATS
from halint.record import record
from halint.report import KINDS, SEVERITIES

if TYPE_CHECKING:
    from halint.config.governing import Governing
    from halint.config.layer import Layer
    from halint.engine.suppress import Entry
    from halint.source import Source

DIFF_FORMATS = ("text", "json", "markdown", "html", "github")
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
_CONFIG = Option(
    name="config",
    kind="value",
    help="The configuration file; the nearest .halint.yaml from each input upward if not given.",
    metavar="FILE",
)
_NO_CONFIG = Option(name="no-config", kind="flag", help="Read no configuration file.")
_OUTPUT_FILE = Option(
    name="output-file",
    kind="value",
    short="o",
    help="Write what would be printed to this file instead.",
    metavar="FILE",
)
_OUTPUT = Option(
    name="output",
    kind="list",
    help="Also write this format to a file; - is standard output. May be repeated.",
    metavar="FORMAT:FILE",
)

CHECK = (
    Option(
        name="format",
        kind="value",
        help="How findings are printed; full if not given, on GitHub with annotations beside it.",
        choices=tuple(CHECK_FORMATS),
    ),
    _OUTPUT_FILE,
    _OUTPUT,
    Option(
        name="select", kind="list", help="Only these rules or topics; patterns such as 'hosts-*' work.", metavar="RULE"
    ),
    Option(name="ignore", kind="list", help="Not these rules or topics.", metavar="RULE"),
    Option(
        name="extend-select",
        kind="list",
        help="These as well as those that the configuration file selects.",
        metavar="RULE",
    ),
    Option(name="extend-ignore", kind="list", help="Nor these, beside those that the file ignores.", metavar="RULE"),
    Option(
        name="profile",
        kind="list",
        help="Whose guides hold: strict, sap-hana, azure, aws, gcp, suse, rhel, two-node, pacemaker-3.",
        metavar="NAME",
    ),
    _CONFIG,
    _NO_CONFIG,
    Option(name="exclude", kind="list", help="What a walk through folders leaves out.", metavar="PATTERN"),
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
        help="What to judge for: corosync=2.4, 3.0, 3.1 (default), 3.1.7, 3.1.8 or 3.1.10; pacemaker=1.1, 2.0, 2.1, "
        "3.0 or a release of these (default: what the CIB names); rhel=10; sles=16.",
        metavar="PROGRAM=VERSION",
    ),
    Option(
        name="root",
        kind="list",
        help="Read the files of a cluster node below this folder, a mounted or container root; / is this machine.",
        metavar="DIR",
    ),
    Option(name="rules", kind="list", help="A folder with rules of your own.", metavar="DIR"),
    Option(name="show-suppressed", kind="flag", help="Also show the findings that are set aside, and why."),
    Option(
        name="baseline",
        kind="value",
        help="Set aside the findings that this file holds: only new ones count.",
        metavar="FILE",
    ),
    Option(
        name="write-baseline",
        kind="value",
        help="Add the findings to this file, and take out what is no longer found; they are set aside at once.",
        metavar="FILE",
    ),
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
    Option(
        name="fix-script",
        kind="value",
        help="Print a shell script that mends what can be mended by commands, to be read and then run.",
        choices=("pcs", "crm"),
    ),
    _COLOR,
    Option(name="quiet", kind="flag", short="q", help="Print findings and nothing else."),
    Option(name="verbose", kind="flag", short="v", help="Also tell what was read, and which rules could not be asked."),
)


DIFF = (
    Option(
        name="format",
        kind="value",
        help="How it is printed; github: annotations, and the whole in the summary of the step.",
        choices=DIFF_FORMATS,
        default="text",
    ),
    _OUTPUT_FILE,
    _OUTPUT,
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
    _CONFIG,
    _NO_CONFIG,
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
    _CONFIG,
    _NO_CONFIG,
    _COLOR,
    Option(name="verbose", kind="flag", short="v", help="Also tell which files of a folder were left out, and why."),
)

AS_IN_CHECK = ("select", "ignore", "config", "no-config", "type", "node", "target", "root")
"""What `halint graph` takes as `halint check` does: what is read, and which findings are marked."""
GRAPH = (
    Option(
        name="format",
        kind="value",
        help="How it is drawn; svg needs Graphviz's dot and is the default where that is installed, else mermaid.",
        choices=("svg", "dot", "mermaid"),
    ),
    _OUTPUT_FILE,
    Option(name="diff", kind="flag", help="Two CIBs, BEFORE and AFTER: what was added, removed and changed."),
    Option(name="cluster", kind="value", help="Which cluster, where the paths hold several.", metavar="NAME"),
    *(option for option in CHECK if option.name in AS_IN_CHECK),
)


@record
class CheckOptions:
    """What the user asked `halint check` for; a field an option."""

    paths: tuple[str, ...] = ()
    format: str = ""
    output_file: str = ""
    output: tuple[str, ...] = ()
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    extend_ignore: tuple[str, ...] = ()
    profile: tuple[str, ...] = ()
    config: str = ""
    no_config: bool = False
    exclude: tuple[str, ...] = ()
    min_severity: str = "info"
    fail_on: str = "warning"
    exit_zero: bool = False
    type: str = ""
    node: tuple[str, ...] = field(default=())
    target: tuple[str, ...] = ()
    root: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    show_suppressed: bool = False
    baseline: str = ""
    write_baseline: str = ""
    given: frozenset[str] = frozenset()
    """The fields that stand on the command line."""
    settings: Layer | None = None
    """All settings with who says them, once `halint.cli.configured` has filled them in."""
    governing: Governing | None = None
    """Which configuration counts where."""
    suppress: tuple[Entry, ...] = ()
    """From the configuration file."""
    configs: tuple[Source, ...] = ()
    """The configuration files that `suppress` stands in."""
    pacemaker_schemas: str = ""
    whole_cluster: bool = False
    fix: bool = False
    diff: bool = False
    unsafe_fixes: bool = False
    fix_script: str = ""
    color: str = "auto"
    quiet: bool = False
    verbose: bool = False


_SEVERAL = ("select", "ignore", "extend-select", "extend-ignore", "profile")
"""Options that take several names at once."""


def split(values: list[str] | tuple[str, ...], name: str) -> tuple[str, ...]:
    """A repeated option as one tuple; rule names may also be separated by commas."""
    if name not in _SEVERAL:
        return tuple(values)
    return tuple(part.strip() for value in values for part in value.split(",") if part.strip())


def check_options(given: Mapping[str, Any]) -> CheckOptions:
    """The options of `check` from the fields that stand on the command line."""
    return CheckOptions(**{**given, "paths": tuple(given["paths"] or ()), "given": frozenset(given) - {"paths"}})
