"""Short ways to a CIB for tests: its model, and what the real tools make of it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from examples import whole_cib

from halint.model.cib import Cib
from halint.model.resolve_cib import resolve_cib
from halint.parse.cib import read_cib

DUMMY = 'class="ocf" provider="pacemaker" type="Dummy"'


def model(text: str) -> Cib:
    """The model of a CIB, given whole or as the inside of <configuration>."""
    file = read_cib(whole_cib(text).encode(), "cib.xml")
    assert not file.source.problems
    return resolve_cib(file)


def nvpairs(where: str, **values: str) -> str:
    """nvpair elements; underscores in names become hyphens."""
    return "".join(
        f'<nvpair id="{where}-{name}" name="{name.replace("_", "-")}" value="{value}"/>'
        for name, value in values.items()
    )


def meta(where: str, score: int | None = None, rule: str = "", **values: str) -> str:
    """A meta_attributes set."""
    rank = "" if score is None else f' score="{score}"'
    return f'<meta_attributes id="{where}"{rank}>{rule}{nvpairs(where, **values)}</meta_attributes>'


def params(where: str, score: int | None = None, **values: str) -> str:
    """An instance_attributes set."""
    return meta(where, score, **values).replace("meta_attributes", "instance_attributes")


def dummies(*names: str) -> str:
    """Plain primitives."""
    return "".join(f'<primitive id="{name}" {DUMMY}/>' for name in names)


def tool(name: str) -> str:
    """The path of a real tool; skips where it is missing."""
    path = shutil.which(name)
    if path is None:
        pytest.skip(f"{name} is not installed")
    return path


ONLINE = (
    '<nodes><node id="1" uname="n1"/><node id="2" uname="n2"/></nodes>',
    "<status>"
    + "".join(
        f'<node_state id="{i}" uname="n{i}" in_ccm="true" crmd="online" join="member" expected="member"/>'
        for i in (1, 2)
    )
    + "</status>",
)
NO_FENCING = (
    '<crm_config><cluster_property_set id="cib-bootstrap-options">'
    '<nvpair id="fencing" name="stonith-enabled" value="false"/></cluster_property_set></crm_config>'
)


def running(text: str) -> str:
    """A whole CIB of two nodes online, without fencing, for crm_simulate."""
    whole = whole_cib(("" if "<crm_config" in text else NO_FENCING) + ONLINE[0] + text)
    return whole.replace("<cib ", '<cib have-quorum="1" ', 1).replace("<status/>", ONLINE[1])


INVALID = "An invalid transition was produced"


def simulate(text: str, folder: Path, *options: str) -> str:
    """What crm_simulate prints for the inside of <configuration>, on two online nodes.

    It fails where the actions wait for each other, and says so.
    """
    path = folder / "cib.xml"
    path.write_text(running(text))
    command = [tool("crm_simulate"), "-x", str(path), *options]
    run = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    assert run.returncode == 0 or INVALID in run.stderr, run.stderr[-500:]
    return run.stdout + run.stderr


def real_meta(text: str, folder: Path, resource: str, name: str) -> str | None:
    """The value of a meta-attribute as crm_resource sees it, None where it is not set."""
    return _asked(text, folder, resource, "--meta", name)


def real_parameter(text: str, folder: Path, resource: str, name: str) -> str | None:
    """The value of a parameter as crm_resource sees it, None where it is not set."""
    return _asked(text, folder, resource, None, name)


def _asked(text: str, folder: Path, resource: str, option: str | None, name: str) -> str | None:
    path = folder / "cib.xml"
    path.write_text(running(text))
    command = [tool("crm_resource"), "-r", resource, *([option] if option else []), "-g", name]
    run = subprocess.run(command, capture_output=True, text=True, check=False, env={"CIB_file": str(path)})
    return run.stdout.strip() if run.returncode == 0 else None
