"""What crm_verify prints, by class: the catalogue's name, the message, and the rules of halint that tell the same.

All messages were measured: 2.1.5 as installed (-VV, which has all of -V and the warnings), 3.0.2 as recorded (-V).
"""

from __future__ import annotations

import re
from typing import NamedTuple


class Kind(NamedTuple):
    """One class of messages; a message belongs to the first class that it matches.

    `pattern` may name a group `id`: the subject that halint's finding must have; where the message names none, any
    finding that no other message explains. `says` tells, where a rule has
    several classes, which of its findings belong here; `logged`: an ordinary log line with exit status 0, so that the
    finding names no peer; `lazy`: why crm_verify may be silent where halint speaks.
    """

    name: str
    pattern: str
    rules: tuple[str, ...]
    says: str = ""
    logged: bool = False
    lazy: str = ""


SCHEMA_FAILED = re.compile(r"did not pass schema validation|Couldn't parse|couldn't parse|Couldn't fully parse")
"""crm_verify stops there, and says nothing of what else is wrong."""

OF_SCHEMA = ("schema-violation", "xml-idref-broken", "xml-not-wellformed", "cib-schema-none")

_PLANNED = "only once the action is planned: the node is online, and the resource is to run or to stop"
REFERENCES = ("constraint-ref-not-resource", "constraint-unknown-resource")

KINDS_2 = (
    Kind("validate-with-none", r"^Schema validation of configuration is disabled", ("cib-schema-none",)),
    # options
    Kind("no-fencing-device", r"\(unpack_resources\) .*STONITH", ("stonith-no-devices",)),
    Kind("cluster-option-invalid", r"Using default value for cluster option", ("cluster-property-invalid",)),
    Kind(
        "no-quorum-policy-needs-fencing",
        r"Resetting no-quorum-policy to 'stop'",
        ("no-quorum-policy-fence-without-fencing",),
    ),
    Kind(
        "deprecated-construct",
        r"Support for (?:restart-type|the can_fail|role_after_failure|the remove-after-stop)",
        ("schema-upgrade-drops-construct",),
        says="is out of use",
        lazy="of an operation only once the action is planned",
    ),
    Kind("stonith-action-poweroff", r"Support for stonith-action of 'poweroff'", ("cluster-property-deprecated",)),
    # nodes
    Kind("node-no-id", r"Ignoring <node> entry in configuration without id", ("node-no-id",)),
    Kind("node-duplicate-name", r"More than one node entry has name", ("node-uname-duplicate",)),
    Kind(
        "node-type-invalid",
        r"has unrecognized type|Support for nodes of type 'ping'",
        ("node-type-invalid",),
    ),
    Kind(
        "node-resource-discovery-on-cluster-node",
        r"Ignoring resource-discovery-enabled attribute for",
        ("node-resource-discovery-on-cluster-node",),
        logged=True,
        lazy="only where the status has an entry for the node",
    ),
    # resources and their meta-attributes
    Kind("resource-no-id", r"resource without ID|Ignoring <\w+> configuration without id", ("resource-no-id",)),
    Kind("resource-unknown-element", r"of unknown type", ("resource-unknown-element",)),
    Kind(
        "template-self-reference", r"should not reference itself", ("xml-idref-broken",), says=r"^template .* itself$"
    ),
    Kind(
        "template-missing",
        r"\(unpack_template\)",
        ("xml-idref-broken",),
        says=r"^template of .* which (?:is a|nothing)",
    ),
    Kind(
        "idref-wrong-element-type",
        r"\((?:expand_idref|get_xpath_object)\) .*No match for",
        ("xml-idref-broken",),
        says=r"^id-ref of .* which (?:is a|nothing)",
        logged=True,
        lazy="only where the scheduler comes by",
    ),
    Kind("container-unknown", r"Unknown resource container", ("container-unknown",)),
    Kind(
        "requires-unfencing-on-fence-device",
        r"fencing devices cannot require unfencing",
        ("requires-unfencing-on-fence-device",),
    ),
    Kind(
        "requires-fencing-while-disabled",
        r'requires fencing but fencing is disabled|"requires" .* because fencing is disabled',
        ("requires-fencing-while-disabled",),
    ),
    Kind("requires-invalid", r"Resetting 'requires' for", ("resource-meta-invalid",), says=r"^requires "),
    Kind(
        "migration-threshold-invalid",
        r"migration-threshold must be non-negative",
        ("resource-meta-invalid",),
        says=r"^migration-threshold ",
    ),
    Kind(
        "multiple-active-invalid",
        r"is not a valid value for multiple-active",
        ("resource-meta-invalid",),
        says=r"^multiple-active ",
    ),
    Kind(
        "target-role-not-promotable",
        r"Ignoring 'target-role' .* only makes sense for promotable",
        ("target-role-not-promotable",),
    ),
    Kind("target-role-invalid", r"Ignoring 'target-role'", ("resource-meta-invalid",), says=r"^target-role "),
    # collectives
    Kind("group-empty", r"because it does not have any members", ("clone-empty",), says="the group"),
    Kind(
        "group-ordered-collocated-deprecated",
        r"group meta-attribute is deprecated",
        ("group-ordered-or-colocated-false",),
    ),
    Kind("clone-empty", r"has nothing to clone", ("clone-empty",), says="^(?!the group)"),
    Kind(
        "clone-node-max-anonymous",
        r"anonymous clones support only one instance per node",
        ("clone-node-max-anonymous",),
    ),
    Kind(
        "clone-unique-unsupported-standard",
        r"can be used only as anonymous clones",
        ("clone-globally-unique-unsupported",),
    ),
    Kind(
        "clone-promotable-unsupported-standard",
        r"cannot be used as a promotable clone resource",
        ("clone-promotable-unsupported",),
    ),
    Kind(
        "bundle-control-port-replicas-per-host",
        r"requires 'replicas-per-host=1'",
        ("bundle-option-invalid",),
        says="one control-port",
    ),
    Kind(
        "bundle-primitive-without-network",
        r"without either ip-range-start or control-port",
        ("bundle-not-accessible",),
    ),
    Kind("bundle-port-mapping-invalid", r"Invalid port directive", ("bundle-option-invalid",), says="port-mapping"),
    Kind(
        "bundle-storage-mapping-invalid",
        r"Invalid mount directive",
        ("bundle-option-invalid",),
        says="storage-mapping",
    ),
    Kind("resource-ignored", r"Ignoring <bundle> resource", ("bundle-container-unsupported",)),
    # constraints
    Kind(
        "constraint-no-id",
        r"constraint without id|Invalid constraint: no ID specified|Ignoring <?resource_set>? without id",
        ("constraint-no-id",),
    ),
    Kind("constraint-unknown-type", r"Unsupported constraint type", ("constraint-unknown-type",)),
    Kind(
        "constraint-ref-not-resource",
        r"Ignoring (?:resource sets for )?constraint '(?P<id>.*)' because '.*' is not a valid resource or tag"
        r"|No resource found for",
        REFERENCES,
    ),
    Kind("location-rule-no-score", r"Rule (?P<id>.*): no score specified", ("location-rule-invalid",), says="neither"),
    Kind("location-rule-role-invalid", r"Bad role specified for (?P<id>.*): ", ("location-rule-invalid",), says="role"),
    Kind(
        "location-lifetime",
        r"Support for 'lifetime' attribute \(in (?P<id>.*)\) is deprecated",
        ("location-lifetime",),
    ),
    Kind(
        "location-role-invalid",
        r"Invalid constraint .*: Bad role",
        ("constraint-role-invalid",),
        says="^(?:rsc_location|resource_set)",
    ),
    Kind(
        "location-pattern-invalid",
        r"Ignoring constraint '(?P<id>.*)' because rsc-pattern has invalid value",
        ("location-pattern-invalid",),
    ),
    Kind(
        "location-resource-discovery-invalid",
        r"Invalid resource-discovery value",
        ("location-resource-discovery-invalid",),
    ),
    Kind(
        "colocation-influence-invalid",
        r"Constraint '(?P<id>.*)' has invalid value for influence",
        ("colocation-influence-invalid",),
    ),
    Kind(
        "colocation-symmetrical",
        r"The symmetrical option is not valid for colocation|symmetrical.*colocation|colocation.*symmetrical",
        ("colocation-symmetrical",),
    ),
    Kind(
        "constraint-instance-attribute",
        r"Support for (?:(?:with-)?rsc-instance|first-instance and then-instance) is deprecated"
        r"|because resource '.*' is not a clone but instance '.*' was requested",
        ("constraint-instance-attribute",),
    ),
    Kind(
        "colocation-two-templates-or-tags",
        r"Ignoring constraint '(?P<id>.*)' because two templates or tags",
        ("colocation-two-templates-or-tags",),
    ),
    Kind(
        "colocation-interleave-mismatch",
        r"Cannot interleave",
        ("colocation-interleave-mismatch",),
        lazy="only as it scores the nodes of an instance that is to run",
    ),
    Kind(
        "colocation-with-noncolocated-group",
        r"Cannot perform mandatory colocation with non-colocated group",
        ("colocation-with-noncolocated-group",),
        lazy="only as it scores the nodes of a resource that is to run",
    ),
    Kind(
        "promotable-noncolocated-group",
        r"Cannot promote non-colocated child",
        ("promotable-noncolocated-group",),
        logged=True,
        lazy="only where the members run on different nodes",
    ),
    Kind("order-kind-invalid", r"Resetting 'kind' for constraint (?P<id>.*) to", ("order-kind-invalid",), says="kind="),
    Kind(
        "order-serialize-symmetrical",
        r"Ignoring symmetrical for '.*' because not valid",
        ("order-kind-invalid",),
        says="is symmetrical",
    ),
    Kind("order-score-deprecated", r"Support for 'score' in rsc_order is deprecated", ("order-score-deprecated",)),
    Kind("order-require-all-deprecated", r"Support for require-all in ordering", ("order-require-all-deprecated",)),
    Kind(
        "order-action-unknown",
        r"Unknown action '.*' specified in order|Cannot invert constraint",
        ("order-kind-invalid",),
        says="action",
    ),
    Kind(
        "order-resource-attr-missing",
        r"Ignoring constraint '(?P<id>.*)' without (?:first|then)",
        ("order-resource-attr-missing",),
    ),
    Kind(
        "ticket-attr-missing", r"Ignoring constraint '(?P<id>.*)' without (?:resource|ticket)", ("ticket-attr-missing",)
    ),
    Kind(
        "ticket-loss-policy-needs-fencing",
        r"Resetting 'loss-policy' for ticket",
        ("ticket-loss-policy",),
        says="fencing is switched off",
    ),
    # rules
    Kind(
        "expression-incomplete",
        r"Expression .* invalid: (?:attribute|operation) not specified",
        ("expression-operation-invalid",),
        says="names no attribute|has no operation",
    ),
    Kind(
        "rule-empty",
        r"Invalid Rule .*: rules must contain at least one expression",
        ("rule-condition-unknown",),
        says="has no condition",
        logged=True,
    ),
    # operations
    Kind("op-duplicate-name-interval", r"is duplicate of", ("op-monitor-interval-duplicate",), lazy=_PLANNED),
    Kind("op-cannot-recur", r"action cannot be recurring", ("op-start-stop-interval",), lazy=_PLANNED),
    Kind("op-role-invalid", r"is not a valid role$", ("op-role-invalid",), lazy=_PLANNED),
    Kind(
        "op-on-fail-invalid",
        r"Resetting 'on-fail' for .* is not allowed|Unknown failure type",
        ("op-on-fail-invalid",),
        lazy=_PLANNED,
    ),
    Kind(
        "op-on-fail-fence-while-disabled",
        r"'fence' is not valid when fencing is disabled",
        ("op-on-fail-fence-disabled",),
        lazy=_PLANNED,
    ),
    Kind(
        "failure-timeout-with-on-fail-block",
        r"because it conflicts with on-fail=block",
        ("failure-timeout-with-block",),
        logged=True,
        lazy="only of an operation that failed",
    ),
    Kind("op-interval-origin-invalid", r"Ignoring 'interval-origin'", ("op-interval-origin-conflict",), lazy=_PLANNED),
    # the status
    Kind(
        "node-state-no-id",
        r"malformed (?:node_state|lrm_resource) entry without id",
        ("node-state-no-id",),
        logged=True,
    ),
    Kind(
        "history-op-duplicate-id",
        r"Duplicate lrm_rsc_op entries",
        ("history-op-duplicate-id",),
        lazy="only of a node that is online",
    ),
    Kind(
        "history-op-cancelled",
        r"Resource history contains cancellation",
        ("history-op-status-invalid",),
        says="was cancelled",
        lazy="only of a node that is online",
    ),
    Kind(
        "history-expected-result-missing",
        r"Expected result not found for",
        ("history-expected-result-missing",),
        logged=True,
        lazy="only of a node that is online",
    ),
    Kind(
        "node-unclean-cannot-be-fenced",
        r"Node (?P<id>.*) is unclean but cannot be fenced",
        ("node-unclean-cannot-be-fenced",),
    ),
    # tags
    Kind("tag-no-id", r"Ignoring <(?:tag|obj_ref)>.* without id|\(unpack_tags\)", ("tag-no-id",)),
)

# What follows from another message of the same cause, and is no class of its own
FOLLOWING_2 = (
    r"^crm_verify: |^Configuration invalid",
    r"\(find_constraint_tag\)",  # comes with constraint-ref-not-resource
    r"Ignoring <\w+> resource '.*' because configuration is invalid",
    r"Unknown role: ",
    r"\(crm_element_value\)|\(log_assertion_as\)",  # a failed assertion about what was told before
    r"not a valid ISO 8601 ",  # names the text, not the place
)

# What the state of the cluster brings forth, and what is no complaint
OF_STATE_2 = (
    r"is unrunnable|for fencing$|due to lack of quorum|not fencing unseen nodes|is unclean",
    r"Unexpected result|will be fenced|active orphan|Ignoring recorded node state|Invalid ordering constraint",
    r"might be active on|cannot run on|Preventing .* from restarting|No further recovery|Pretending failed",
    r"until .* can be unfenced",
    r"Cannot ignore failed|malformed node_state entry without uname|Chose .* from .* nodes|due to reaching migration",
    r"Not remapping|Internal error: No action found|cannot be guaranteed",
    # the parser of numbers, which names neither the option nor the place
    r"\(scan_ll\)|\(crm_parse_interval_spec\)",
    r"\(decode_transition_key\)",
    # what the schemas between the oldest and the newest say of a CIB that names none of them
    r"Relax-NG validity error|element \w+: validity error",
    # what upgrading an old schema in memory changes
    r"^(?:INFO|DEBUG): |schema is deprecated",
)
