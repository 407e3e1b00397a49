"""Asks the real scheduler: BEFORE's status under AFTER's configuration, with crm_simulate.

The recipe was measured against a live 2.1.5 cluster: BEFORE's `cib` attributes and status stay, AFTER's configuration
takes its place, and `op-secure-*` goes, since crm_simulate otherwise takes a file for sanitized and leaves out what a
change of a password does. What BEFORE alone would do is told apart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree

from halint.errors import HalintError
from halint.model.cib_tree import Element

if TYPE_CHECKING:
    from collections.abc import Iterator

    from halint.diff.change import Comparison
    from halint.diff.side import Side

_SECONDS = 120
_SECURE = ("op-secure-params", "op-secure-digest")


def simulate(comparison: Comparison) -> tuple[str, ...]:
    """What crm_simulate plans, a line each, the new first, then what BEFORE alone would do.

    Raises HalintError where crm_simulate is not on this machine, fails, or BEFORE has no status. Files with secrets
    exist only in a private folder and only while it runs; nothing of the configuration is in the lines.
    """
    import shutil  # noqa: PLC0415 - only where it is asked for
    import tempfile  # noqa: PLC0415 - as above
    from pathlib import Path  # noqa: PLC0415 - as above

    before, after = comparison.before, comparison.after
    if before.status is None:
        raise HalintError(
            f"{before.path}: has no status, so there is nothing to simulate from; pcs cluster cib has one"
        )
    program = shutil.which("crm_simulate")
    if program is None:
        raise HalintError("crm_simulate is not on this machine (package pacemaker or pacemaker-cli-utils)")
    with tempfile.TemporaryDirectory(prefix="halint-") as folder:
        due = _planned(program, Path(folder) / "before.xml", _document(before, before), before.path)
        planned = _planned(program, Path(folder) / "after.xml", _document(before, after), after.path)
    new = [line for line in planned if line not in due]
    old = [f"{line} (due already)" for line in planned if line in due]
    return (*new, *old) or ("no action",)


def _document(before: Side, after: Side) -> bytes:
    """BEFORE with AFTER's configuration, true values in place of masks."""
    root = etree.Element("cib", {str(k): str(v) for k, v in before.root.items()})
    schema = after.root.get("validate-with")
    if schema is not None and _release(schema) > _release(before.root.get("validate-with")):
        root.set("validate-with", schema)
    for side, name in ((after, "configuration"), (before, "status")):
        section = side.root.find(name)
        if section is not None:
            root.append(_true(side, section))
    for op in root.iter("lrm_rsc_op"):
        for attribute in _SECURE:
            if attribute in op.attrib:
                del op.attrib[attribute]
    return etree.tostring(root)


def _true(side: Side, section: Element) -> Element:
    from copy import deepcopy  # noqa: PLC0415 - as above

    copied = deepcopy(section)
    if side.file.originals:
        for original, element in zip(section.iter(), copied.iter(), strict=True):
            for name in original.attrib:
                value = side.raw(original, str(name))
                if value is not None:
                    element.set(str(name), value)
    return copied


def _release(schema: str | None) -> tuple[int, ...]:
    digits = (schema or "").removeprefix("pacemaker-").split(".")
    return tuple(int(part) for part in digits if part.isdigit())


def _planned(program: str, path: object, document: bytes, shown: str) -> tuple[str, ...]:
    import subprocess  # noqa: PLC0415 - as above
    from pathlib import Path  # noqa: PLC0415 - as above

    file = Path(str(path))
    file.touch(mode=0o600)
    file.write_bytes(document)
    command = [program, "-R", "--output-as=xml", "-x", str(file)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=_SECONDS, check=False)  # noqa: S603 - no shell
        result = etree.fromstring(done.stdout)
    except (subprocess.TimeoutExpired, etree.XMLSyntaxError) as error:
        raise HalintError(f"{shown}: crm_simulate gives no plan for it") from error
    if done.returncode != 0 and result.find("actions") is None:
        raise HalintError(f"{shown}: crm_simulate gives no plan for it (exit status {done.returncode})")
    return tuple(dict.fromkeys(_lines(result)))


def _lines(result: Element) -> Iterator[str]:
    for action in result.iterfind("actions/*"):
        node = action.get("node") or action.get("source") or ""
        target = action.get("dest") or ""
        place = f" {node} -> {target}" if node and target else f" on {node or target}" if node or target else ""
        reason = f" (due to {action.get('reason')})" if action.get("reason") else ""
        blocked = " (blocked)" if action.get("blocked") == "true" else ""
        if action.tag == "node_action":
            yield f"{(action.get('task') or '').lower()} {action.get('node')}{reason}"
        else:
            yield f"{action.get('action')} {action.get('resource')}{place}{reason}{blocked}"
