"""`halint graph`: a picture of a cluster, or of what a push changes."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import field, replace
from typing import TYPE_CHECKING, Any

from halint.cli.ask import ask
from halint.cli.check import complain, read_inputs
from halint.cli.configured import configured
from halint.cli.main import OK, TROUBLE
from halint.cli.options import check_options
from halint.cli.targets import STDOUT, targets, write
from halint.errors import HalintError, did_you_mean
from halint.picture.picture import Picture
from halint.record import record

if TYPE_CHECKING:
    from halint.model.cluster import Cluster

FORMATS = ("svg", "dot", "mermaid")
LIMIT = 4000
"""Shapes and edges that a picture may have; nobody reads a larger one."""


@record
class GraphOptions:
    """What the user asked `halint graph` for; a field an option, and `check` those it has in common with a check.

    `diff` says that `paths` are BEFORE and AFTER.
    """

    paths: tuple[str, ...] = ()
    format: str = ""
    output_file: str = ""
    diff: bool = False
    cluster: str = ""
    check: Mapping[str, Any] = field(default_factory=dict)


def graph(options: GraphOptions) -> int:
    """Draw, write and return the exit status."""
    try:
        target = targets(options.format or "svg", options.output_file, (), FORMATS, options.paths)[0]
        picture, told, status = _picture(options)
        name, text = _rendered(picture, options.format)
        if name != (options.format or "svg"):
            told.append(f"Graphviz's dot is not on this machine or could not draw this, so here is {name}")
        write(target.file, text, machine=True)
    except HalintError as error:
        return complain(str(error))
    sys.stderr.writelines(f"halint: {line}\n" for line in told)
    return status


def _picture(options: GraphOptions) -> tuple[Picture, list[str], int]:
    if options.diff:
        idle = [f"--{name}" for name in ("node", "root", "type") if options.check.get(name)]
        if idle:
            raise HalintError(f"{idle[0]} is of no use with --diff, which compares two CIBs")
        if len(options.paths) != 2:
            raise HalintError("--diff needs two CIBs, BEFORE and AFTER")
        return _small(_compared(*options.paths, options.check)), [], OK
    return _of_cluster(options)


def _compared(before: str, after: str, asked: Mapping[str, Any]) -> Picture:
    from halint.cli.checked import checked  # noqa: PLC0415 - each way of drawing loads what it needs
    from halint.diff.compare import compare  # noqa: PLC0415 - as above
    from halint.diff.side import Side  # noqa: PLC0415 - as above
    from halint.inputs.one_cib import one_cib  # noqa: PLC0415 - as above
    from halint.picture.compare import compared  # noqa: PLC0415 - as above

    if before == after == STDOUT:
        raise HalintError("standard input (-) can be BEFORE or AFTER, not both")
    sides = Side(file=one_cib(before)), Side(file=one_cib(after))
    comparison = compare(*sides)
    findings, _ = checked(sides[1], configured(check_options({**asked, "paths": (after,)})))
    return compared(comparison, findings, title=f"{before} to {after}")


def _of_cluster(options: GraphOptions) -> tuple[Picture, list[str], int]:
    from halint.picture.build import picture  # noqa: PLC0415 - as above

    settings = configured(check_options({**options.check, "paths": options.paths}))
    inputs = read_inputs(settings)
    told = list(inputs.trouble)
    _spare(options.output_file, [one.path for one in inputs.inputs])
    cases = [case for case in inputs.cases if case.cluster.cib is not None and case.only is None]
    if not cases:
        raise HalintError("; ".join([*told, "there is no CIB here to draw"]))
    names = list(dict.fromkeys(case.cluster.name for case in cases))
    chosen = [case for case in cases if options.cluster in ("", case.cluster.name)]
    if not chosen:
        hint = did_you_mean(options.cluster, names) or f"; there is {_listed(names)}"
        raise HalintError(f"--cluster {options.cluster}: no cluster here has that name{hint}")
    if len(chosen) > 1:
        told.append(_choice(chosen[0].cluster, names, len(chosen)))
    case = chosen[0]
    cluster = case.cluster
    files = {source.path for source in cluster.sources}
    findings = [
        f
        for f in ask(settings, replace(inputs, cases=(case,)))[0].findings
        if f.cluster == cluster.name and f.location.file in files
    ]
    drawn = picture(cluster.needed_cib(), findings, title=cluster.name, nodes=cluster.nodes)
    return _small(drawn), told, TROUBLE if inputs.trouble else OK


def _spare(file: str, read: list[str]) -> None:
    """Raise HalintError where the output would take the place of a file that was read."""
    if file and os.path.realpath(file) in {os.path.realpath(path) for path in read}:
        raise HalintError(f"{file}: is to be read, so no output can go there")


def _choice(cluster: Cluster, names: list[str], number: int) -> str:
    """Which of several was drawn."""
    if len(names) == 1:
        return f"drawn is the first of {number} CIBs of the cluster {cluster.name}, {_file(cluster)}; name another"
    return f"drawn is {cluster.name}, the first of {_listed(names)}; --cluster NAME draws another"


def _file(cluster: Cluster) -> str:
    return cluster.needed_cib().at.source.path


def _small(picture: Picture) -> Picture:
    """The picture, put together where it is large. Raises HalintError where it is too large even so."""
    from halint.picture.collapse import collapsed  # noqa: PLC0415 - as above

    small = collapsed(picture)
    number = len(small.shapes) + len(small.edges)
    if number > LIMIT:
        raise HalintError(f"{picture.title}: {number} objects and lines are more than a picture can show ({LIMIT})")
    return small


def _listed(names: list[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")


def _rendered(picture: Picture, wanted: str) -> tuple[str, str]:
    """The format that could be had, and the text."""
    from halint.picture.dot import render_dot  # noqa: PLC0415 - as above
    from halint.picture.mermaid import render_mermaid  # noqa: PLC0415 - as above

    if wanted == "mermaid":
        return "mermaid", render_mermaid(picture)
    text = render_dot(picture)
    if wanted == "dot":
        return "dot", text
    from halint.picture.svg import svg  # noqa: PLC0415 - as above

    drawn = svg(text) if shutil.which("dot") else None
    return ("svg", drawn) if drawn is not None else ("mermaid", render_mermaid(picture))
