"""The keys of `.halint.yaml`, told once: for the reader, the schema, `halint init` and `halint config show`."""

from __future__ import annotations

from halint.output.formats import CHECK
from halint.record import record
from halint.report import SEVERITIES

OFF = "off"
ALLOWED = {
    "cluster-properties": "cluster-property-unknown",
    "meta-attributes": "meta-attribute-unknown",
    "operation-attributes": "operation-attribute-unknown",
    "corosync-keys": "corosync-unknown-key",
}
"""What `allow` may name, and the rule whose option `allow` takes it."""


@record
class Key:
    """One key. `kind` says how its value is written, one of `KINDS`; `example` is a value in YAML, as `init` shows it.

    `option` is the option of `halint check` that says the same, `default` what counts where nothing is said.
    """

    name: str
    kind: str
    help: str
    example: str
    choices: tuple[str, ...] = ()
    option: str = ""
    default: str = ""


SHAPES = {
    "choice": "one",
    "file": "one",
    "rules": "list",
    "texts": "list",
    "folders": "list",
    "names": "list",
    "outputs": "list",
    "ignores": "list",
    "patterns": "list",
    "allow": "list",
    "suppress": "list",
    "severity": "map",
    "options": "map",
    "targets": "map",
    "agents": "map",
}
"""The kinds of values, and what several layers of one do: `one`, the last counts; `map`, the last of each name counts;
`list`, those of files that extend each other add up."""

KEYS = (
    Key(
        name="extend",
        kind="folders",
        help="Further configuration files, from this file's folder, such as ../common.yaml; this one goes before.",
        example="[]",
    ),
    Key(
        name="profiles",
        kind="names",
        help="Whose guides hold: strict, sap-hana, azure, aws, gcp, suse, rhel, two-node, pacemaker-3.",
        example="[azure, sap-hana]",
        option="profile",
    ),
    Key(name="select", kind="rules", help="Only these rules, topics or patterns.", example="['*']", option="select"),
    Key(name="ignore", kind="rules", help="Not these.", example="[migration-threshold-missing]", option="ignore"),
    Key(
        name="extend-select",
        kind="rules",
        help="These as well as those of select; rules of a profile by their name.",
        example="[priority-fencing-delay-missing]",
        option="extend-select",
    ),
    Key(
        name="extend-ignore",
        kind="rules",
        help="Not these either.",
        example="['hosts-*']",
        option="extend-ignore",
    ),
    Key(
        name="severity",
        kind="severity",
        help="The severity of a rule, a topic or a pattern.",
        example="{totem-token-below-profile: error}",
        choices=(*SEVERITIES, OFF),
    ),
    Key(
        name="rules",
        kind="options",
        help="Thresholds of rules; `halint explain RULE` names them.",
        example="{totem-token-below-profile: {minimum: 5000}}",
    ),
    Key(
        name="rule-folders",
        kind="folders",
        help="Folders with rules of your own, from this file's folder, such as halint-rules.",
        example="[]",
        option="rules",
    ),
    Key(
        name="plugins",
        kind="texts",
        help="Installed packages that bring rules, by their entry points in the group halint.rules; their code is run.",
        example="[]",
    ),
    Key(
        name="targets",
        kind="targets",
        help="The releases to judge for.",
        example="{corosync: 3.1}",
        option="target",
    ),
    Key(
        name="fail-on",
        kind="choice",
        help="Exit with 1 when something at least this severe is found.",
        example="warning",
        choices=(*SEVERITIES, "never"),
        option="fail-on",
        default="warning",
    ),
    Key(
        name="min-severity",
        kind="choice",
        help="Show nothing milder than this.",
        example="info",
        choices=SEVERITIES,
        option="min-severity",
        default="info",
    ),
    Key(
        name="format",
        kind="choice",
        help="How findings are printed.",
        example="full",
        choices=tuple(CHECK),
        option="format",
        default="full",
    ),
    Key(
        name="output",
        kind="outputs",
        help="Files to write as well, as FORMAT:FILE, from this file's folder.",
        example="['sarif:halint.sarif']",
        choices=tuple(CHECK),
        option="output",
    ),
    Key(
        name="baseline",
        kind="file",
        help="A baseline, from this file's folder, such as halint-baseline.json: only findings it does not hold count.",
        example="",
        option="baseline",
    ),
    Key(
        name="color",
        kind="choice",
        help="Colour in text output.",
        example="auto",
        choices=("auto", "always", "never"),
        option="color",
        default="auto",
    ),
    Key(
        name="exclude",
        kind="texts",
        help="What a walk through folders leaves out.",
        example="[old, '*.bak.xml']",
        option="exclude",
    ),
    Key(
        name="clusters",
        kind="patterns",
        help="Which cluster the files of a path belong to; the last pattern that fits counts.",
        example="{'cibs/web*.xml': web, 'corosync/web*.conf': web}",
    ),
    Key(
        name="nodes",
        kind="patterns",
        help="Which node the files of a path belong to; the last pattern that fits counts.",
        example="{'machines/rack1/**': ha-web1}",
    ),
    Key(
        name="agents",
        kind="agents",
        help="Resource agents of your own, as class:provider:type, and what rules may know of them.",
        example="{'ocf:acme:queue': {timeouts: {start: 60, stop: 60, monitor: 20}, rank: 6}}",
    ),
    Key(
        name="allow",
        kind="allow",
        help="Names that are set on purpose and unknown to Pacemaker or corosync; * stands for any text.",
        example="{cluster-properties: [acme_*], corosync-keys: [totem.acme]}",
        choices=tuple(ALLOWED),
    ),
    Key(
        name="per-file-ignores",
        kind="ignores",
        help="Rules that say nothing of the files of a path.",
        example="{'lab/**': [stonith-disabled]}",
    ),
    Key(
        name="suppress",
        kind="suppress",
        help="Findings that are set aside: rule, object (an id), file (a pattern), reason, expires (a date).",
        example="[{rule: stonith-disabled, object: cib-bootstrap-options, reason: laboratory, expires: 2035-12-31}]",
    ),
)
BY_NAME = {key.name: key for key in KEYS}
