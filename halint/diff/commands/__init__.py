"""What turns BEFORE into AFTER: an XML patch, or a shell script for cibadmin, pcs or crm."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from halint.diff.change import Comparison
from halint.diff.commands.cibadmin import cibadmin_script
from halint.diff.commands.crm import crm_script
from halint.diff.commands.patch import patch_document
from halint.diff.commands.pcs import pcs_script
from halint.diff.commands.writing import Secrets

FORMS: Mapping[str, Callable[[Comparison, Secrets], str]] = {
    "patch": patch_document,
    "cibadmin": cibadmin_script,
    "pcs": pcs_script,
    "crm": crm_script,
}
"""The forms of `script`, with what writes them."""


def script(comparison: Comparison, form: str, *, show_secrets: bool = False) -> str:
    """What turns BEFORE's configuration into AFTER's, in one of FORMS; status and counters stay as they are.

    `patch` is a document for `cibadmin --patch`; the others are POSIX shell scripts. Secrets that are written are
    variables to be set before, or their true values with `show_secrets`.
    """
    return FORMS[form](comparison, Secrets(show=show_secrets))
