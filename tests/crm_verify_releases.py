"""What crm_verify of Pacemaker 3.0.2 prints, by class, and what 2.1.5 and 3.0.2 differ in."""

from __future__ import annotations

from crm_verify_classes import REFERENCES, Kind

# 3.0.2, -V, as recorded in the corpus
KINDS_3 = (
    Kind(
        "validate-with-none",
        r"validate-with='none' is deprecated|validation of configuration is disabled",
        ("cib-schema-none",),
    ),
    Kind("no-fencing-device", r"start-up disabled since no fencing", ("stonith-no-devices",)),
    Kind("cluster-option-invalid", r"Using default value for cluster option", ("cluster-property-invalid",)),
    Kind("cluster-option-deprecated", r"cluster property is deprecated", ("cluster-property-deprecated",)),
    Kind(
        "cluster-option-legacy-name", r"Support for .*(?:stonith|fence|orphan)", ("fencing-deprecated-property-name",)
    ),
    Kind(
        "group-ordered-collocated-deprecated",
        r"group meta-attribute is deprecated",
        ("group-ordered-or-colocated-false",),
    ),
    Kind("meta-value-default", r"to the explicit value", ("meta-value-default",)),
    Kind("role-name-legacy", r"(?:Master|Slave) role is deprecated", ("role-name-legacy",)),
    Kind("target-role-not-promotable", r"only makes sense for promotable", ("target-role-not-promotable",)),
    Kind("requires-fencing-while-disabled", r"requires.* fencing is disabled", ("requires-fencing-while-disabled",)),
    Kind("clone-unique-unsupported-standard", r"only as anonymous clones", ("clone-globally-unique-unsupported",)),
    Kind("order-kind-invalid", r"Resetting 'kind' for", ("order-kind-invalid",), says="kind="),
    Kind("order-serialize-symmetrical", r"Ignoring symmetrical for", ("order-kind-invalid",), says="is symmetrical"),
    Kind("order-score-deprecated", r"Support for 'score' in rsc_order", ("order-score-deprecated",)),
    Kind("order-require-all-deprecated", r"Support for require-all in ordering", ("order-require-all-deprecated",)),
    Kind(
        "colocation-set-ordering-deprecated", r"Support for 'ordering' other", ("colocation-set-ordering-deprecated",)
    ),
    Kind(
        "constraint-ref-not-resource",
        r"is not a valid resource or tag",
        REFERENCES,
        says="^(?!.*holds only as long as)",
    ),
    Kind("op-duplicate-name-interval", r"is duplicate of", ("op-monitor-interval-duplicate",)),
    Kind("op-cannot-recur", r"cannot be recurring", ("op-start-stop-interval",)),
    Kind("op-on-fail-invalid", r"Resetting 'on-fail' for .* is not allowed", ("op-on-fail-invalid",)),
    Kind("failure-timeout-with-on-fail-block", r"conflicts with on-fail=block", ("failure-timeout-with-block",)),
    Kind("node-state-no-id", r"invalid node_state", ("node-state-no-id",)),
    Kind("node-unclean-cannot-be-fenced", r"is unclean but cannot be fenced", ("node-unclean-cannot-be-fenced",)),
)

OF_STATE_3 = (
    r"^$|^Configuration |might be active on|is unclean|cannot be guaranteed|Invalid ordering constraint",
    r"No further recovery",
    r"^error: CIB did not pass schema validation",  # 3.0.2 ends so whatever the error
)

# Which of 2.1.5 and 3.0.2 end with a status other than 0 for the catalogue's small cases, where they differ, and why

_OF_RULES = "2.1.5 guesses at a malformed condition, or logs a line; 3.0 counts it as not matching and reports it"
_NUMBERS = "2.1.5 takes 0 for what is no number and logs a line; since 2.1.8 it has a message of its own"
_DEPRECATED = "deprecated after 2.1.5"
_STATUS = "2.1.5 logs a line of malformed entries of the status"

ONLY_3_0_2 = {
    **dict.fromkeys(
        ("concurrent-fencing-false", "enable-startup-probes-false", "stop-removed-resources-false"), _DEPRECATED
    ),
    **dict.fromkeys(("cancel-removed-actions-false", "cluster-option-legacy-name", "meta-value-default"), _DEPRECATED),
    **dict.fromkeys(("clone-master-max-legacy", "clone-master-node-max-legacy"), _DEPRECATED),
    **dict.fromkeys(("colocation-set-ordering-deprecated", "op-rule-node-attribute"), _DEPRECATED),
    **dict.fromkeys(("node-score-invalid", "priority-invalid", "resource-stickiness-invalid"), _NUMBERS),
    **dict.fromkeys(("location-score-invalid", "location-rule-score-invalid", "colocation-score-invalid"), _NUMBERS),
    **dict.fromkeys(("nvset-score-invalid", "op-expression-interval-invalid"), _NUMBERS),
    **dict.fromkeys(("expression-value-with-defined", "expression-operation-invalid"), _OF_RULES),
    **dict.fromkeys(("expression-value-source-invalid", "rule-empty", "rule-no-id", "date-gt-start"), _OF_RULES),
    **dict.fromkeys(("date-lt-end", "date-in-range-bounds", "date-duration-invalid", "date-spec-missing"), _OF_RULES),
    **dict.fromkeys(("date-operation-invalid", "date-spec-range-invalid"), _OF_RULES),
    "validate-with-none": "2.1.5 notes it and ends with 0",
    "idref-wrong-element-type": "2.1.5 prints an error of it and ends with 0",
    "constraint-role-invalid": "2.1.5 prints that the role is unknown and ends with 0",
    "order-guest-and-host": "2.1.5 warns of it and ends with 0",
    "node-resource-discovery-on-cluster-node": "2.1.5 warns of it and ends with 0",
    "failure-timeout-with-on-fail-block": "2.1.5 warns of it and ends with 0",
    "fencing-level-no-id": "the check came with 2.1.8",
    "fencing-level-index-invalid": "the check came with 2.1.8",
    **dict.fromkeys(("node-state-no-id", "lrm-resource-no-id", "history-op-no-id"), _STATUS),
    **dict.fromkeys(("history-op-status-invalid", "history-rc-code-invalid", "history-migration-names"), _STATUS),
}

ONLY_2_1_5 = {
    "utilization-not-integer": "2.1.5 crashes on it with -VV; 3.0.2 looks for an error that the parser no longer gives",
    "validate-with-newer-than-pacemaker": "3.0.2 knows the schemas of the cases",
    "schema-upgrade-drops-construct": "3.0.2 deletes it as it upgrades the CIB, before any check; 2.1.5 warns",
}

DIFFER_BY_CASE = {
    "no-fencing-device": "fencing-enabled=false switches fencing off in 3.0.2; 2.1.5 does not know the name",
    "role-name-legacy": "deprecated after 2.1.5, which reports another cause of one of the cases",
    "migration-threshold-invalid": "a negative one is reported by both; " + _NUMBERS,
    "validate-with-missing-or-unknown": "2.1.5 reads a CIB without one, or with pacemaker-next; 3.0.2 does not",
    "resource-set-no-id": "2.1.5 does without it in a colocation",
}
