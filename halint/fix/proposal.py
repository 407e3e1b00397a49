"""What could mend a finding."""

from __future__ import annotations

from halint.record import record
from halint.report import Replacement


@record
class Proposal:
    """Replacements that belong together. `note` is what the user should know once they are made, a sentence or ""."""

    changes: tuple[Replacement, ...]
    note: str = ""
