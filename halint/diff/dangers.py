"""What must be known before AFTER is pushed, gravest first."""

from __future__ import annotations

from halint.diff.change import Comparison
from halint.diff.danger_files import file_dangers
from halint.diff.danger_moves import move_dangers
from halint.diff.danger_nodes import node_dangers
from halint.diff.danger_references import reference_dangers
from halint.diff.danger_secrets import secret_dangers
from halint.diff.danger_settings import setting_dangers
from halint.diff.outcome import Danger

CODES = (
    "same-file",
    "other-cluster",
    "order-of-arguments",
    "fencing-switched-off",
    "last-fence-device-gone",
    "unknown-node",
    "node-id-differs",
    "masked-secret",
    "status-attribute",
    "stop-all-resources",
    "symmetric-cluster",
    "target-role-stopped",
    "quorum-ignored",
    "maintenance",
    "unmanaged",
    "maintenance-ends",
    "stop-all-resources-ends",
    "target-role-started",
    "move-constraint-back",
    "reference-to-removed",
    "masked-before",
)
"""Every code, the gravest first."""


def dangers(comparison: Comparison) -> tuple[Danger, ...]:
    """The dangers of pushing AFTER over BEFORE; of one code in the order of the file, () for two ordinary CIBs."""
    found = [
        *file_dangers(comparison),
        *node_dangers(comparison),
        *setting_dangers(comparison),
        *move_dangers(comparison),
        *secret_dangers(comparison),
        *reference_dangers(comparison),
    ]
    return tuple(sorted(found, key=lambda danger: CODES.index(danger.code)))
