"""Imports point one way; only the command line prints, exits and reads the environment."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent / "halint"
MODULES = sorted(ROOT.rglob("*.py"))

# Each part with those it may import; `schema_data`, `errors`, `secrets` and `source` are everybody's
EVERYBODYS = {"record", "listing", "progress", "schema_data", "errors", "secrets", "source", ""}
MAY = {
    "source": set(),
    "errors": set(),
    "secrets": set(),
    "record": set(),
    "progress": set(),
    "listing": set(),
    "schema_data": {"rules", "schemas", "engine"},
    "report": set(),
    "parse": {"parse", "model"},
    "model": {"model", "parse"},
    "document": {"model"},
    "engine": {"engine", "model", "parse", "report", "document", "checks", "schema"},
    "checks": {"checks", "model", "engine", "schema"},
    "inputs": {"inputs", "parse", "model", "document", "engine", "report"},
    "schema": {"schema", "model", "parse"},
    "diff": {"diff", "schema", "model", "parse", "report"},
    "fix": {"fix", "engine", "document", "model", "parse", "report"},
    "history": {"history", "diff", "model", "parse", "inputs"},
    "config": {"config", "engine", "report", "output"},
    "picture": {"picture", "diff", "model", "report"},
    "output": {"output", "report", "diff", "history"},
    "lsp": {"lsp", "inputs", "model", "parse", "report", "schema"},  # the check is done in a process of cli's
    "trial": {"trial", "engine", "inputs", "parse", "output", "report"},  # it runs examples whole, and shows the output
    "cli": {
        "cli",
        "lsp",
        "trial",
        "config",
        "model",
        "inputs",
        "output",
        "engine",
        "report",
        "document",
        "parse",
        "diff",
        "history",
        "fix",
        "picture",
    },
    "__main__": {"cli"},
    "__init__": set(),
}


def part_of(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "halint":
            tail = (node.module or "").split(".")[1:]
            found |= {tail[0]} if tail else {a.name if (ROOT / a.name).exists() else "" for a in node.names}
        elif isinstance(node, ast.Import):
            found |= {a.name.split(".")[1] for a in node.names if a.name.startswith("halint.")}
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_point_one_way(path):
    part = part_of(path)
    assert imports(path) - EVERYBODYS - MAY[part] - {part} == set()


def test_checks_see_models_and_nothing_of_the_engine_but_hits():
    for path in (ROOT / "checks").glob("*.py"):
        tree = ast.parse(path.read_text())
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("halint.engine"):
                assert node.module == "halint.engine.hit", path
        for node in tree.body:  # names of types may come from lxml, under TYPE_CHECKING
            if isinstance(node, ast.ImportFrom):
                assert not (node.module or "").startswith(("lxml", "halint.inputs")), path


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_only_the_command_line_prints_and_exits(path):
    if part_of(path) in ("cli", "__main__"):
        return
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            assert called not in ("print", "sys.exit", "exit", "sys.stdout.write", "sys.stderr.write"), called
    if part_of(path) != "schema_data":  # it keeps compiled data in the user's cache folder
        assert "os.environ" not in path.read_text()


@pytest.mark.parametrize("name", ["typer", "rich", "deepdiff", "xmlschema", "yaml"])
def test_a_plain_check_loads_nothing_heavy(name, tmp_path):
    import subprocess
    import sys

    (tmp_path / "corosync.conf").write_text("totem {\n version: 2\n}\n")
    code = (
        "import sys; from halint.cli.main import main; main(['check', '-q', sys.argv[1]]);"
        f"sys.exit({name!r} in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False, capture_output=True)  # compiles the rules
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
