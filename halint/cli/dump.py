"""`halint dump`: the cluster document that rules see."""

from __future__ import annotations

import sys

from lxml import etree

from halint.cli.check import nodes_by_path
from halint.cli.configured import configured, placing
from halint.cli.main import OK, TROUBLE
from halint.cli.options import CheckOptions
from halint.errors import HalintError
from halint.inputs.read import read
from halint.parse.targets import parse_targets
from halint.report import KINDS


def dump(paths: tuple[str, ...], node: tuple[str, ...], kind: str, target: tuple[str, ...] = ()) -> int:
    """Print the document of each cluster, one after the other; several stand in one `clusters` element.

    `target` is as in `check`: the releases whose defaults and readings the model holds.
    """
    if kind and kind not in KINDS:
        raise HalintError(f"--type {kind}: is not one of {', '.join(KINDS)}")
    given = frozenset({"target"} if target else ())
    options = configured(CheckOptions(paths=paths, node=node, type=kind, target=target, given=given))
    inputs = read(
        paths or (() if node else (".",)),
        kind=kind or None,
        nodes=nodes_by_path(node),
        targets=parse_targets(options.target),
        placing=placing(options),
    )
    documents = [_text(case.document().root()) for case in inputs.cases]
    text = "".join(documents)
    sys.stdout.write(text if len(documents) == 1 else f"<clusters>\n{text}</clusters>\n")
    sys.stderr.writelines(f"halint: {line}\n" for line in inputs.trouble)
    return TROUBLE if inputs.trouble else OK


def _text(root: etree._Element) -> str:
    """The tree with even indentation. Written before the next case takes over the parts that cases share."""
    etree.indent(root)
    return etree.tostring(root, encoding="unicode") + "\n"
