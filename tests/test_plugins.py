"""Plugins: rules of installed packages, which only a configuration that names them brings in."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from halint.cli.main import main

RULE = """\
summary: a resource is called what we never call one
severity: warning
confidence: certain
needs: [cib]
peers: []
why: Our monitoring goes by names.
fix: {text: "Rename {name}.", crm: ["crm resource rename {name} NEW"]}
sources: [our wiki]
options:
  prefix: {default: acme-}
check:
  - python: names.foreign
    message: "{name} does not begin with {prefix}"
examples:
  bad:
    - title: another name
      files: {cib.xml: '<resources><primitive id="web" class="ocf" provider="heartbeat" type="Dummy"/></resources>'}
      expect: [{at: 'id="web"', says: web does not begin with acme-}]
  good:
    - title: our name
      files: {cib.xml: '<resources><primitive id="acme-w" class="ocf" provider="heartbeat" type="Dummy"/></resources>'}
"""
CODE = """\
from halint.engine.hit import Hit

def foreign(cluster, prefix):
    for primitive in cluster.cib.primitives():
        if not primitive.id.startswith(prefix):
            yield Hit(at=primitive.at, subject=primitive.id, values={"name": primitive.id, "prefix": prefix})
"""
CIB = """\
<cib validate-with="pacemaker-3.9" epoch="5" num_updates="0" admin_epoch="0" crm_feature_set="3.16.1"><configuration>
<crm_config/><nodes/><constraints/>
<resources><primitive id="web" class="ocf" provider="heartbeat" type="Dummy"/></resources>
</configuration><status/></cib>
"""
CHECK = ["check", "cib.xml", "--select", "foreign-name", "--format", "concise"]


def install(folder: Path, files: dict[str, str], points: str) -> None:
    """Lay a package and its entry points out as an installer does."""
    metadata = {"METADATA": "Metadata-Version: 2.1\nName: acme-halint\nVersion: 1.0\n", "entry_points.txt": points}
    for name, text in {**files, **{f"acme_halint-1.0.dist-info/{k}": v for k, v in metadata.items()}}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


@pytest.fixture
def acme(tmp_path, monkeypatch):
    """An installed plugin called acme, and a folder with a CIB and a configuration that names it."""
    folder = tmp_path / "site-packages"
    files = {"acme_halint/__init__.py": "", "acme_halint/names.py": CODE, "acme_halint/acme/foreign-name.yaml": RULE}
    install(folder, files, "[halint.rules]\nacme = acme_halint\n")
    monkeypatch.syspath_prepend(folder)
    importlib.invalidate_caches()
    here = tmp_path / "here"
    here.mkdir()
    (here / "cib.xml").write_text(CIB)
    (here / ".halint.yaml").write_text("plugins: [acme]\n")
    monkeypatch.chdir(here)
    yield folder / "acme_halint"
    from halint.engine.run import check_function

    check_function.cache_clear()
    for name in [name for name in sys.modules if name.partition(".")[0] == "acme_halint"]:
        del sys.modules[name]


def test_the_rules_of_a_plugin_are_asked(acme, capsys):
    assert main(CHECK) == 1
    assert capsys.readouterr().out == "cib.xml:3:12: warning foreign-name web does not begin with acme-\n"
    Path(".halint.yaml").write_text(
        "plugins: [acme]\nrules: {foreign-name: {prefix: w}}\nseverity: {foreign-name: error}\n"
    )
    assert main(CHECK) == 0
    Path(".halint.yaml").write_text("plugins: acme\nseverity: {acme: error}\n")
    assert main(CHECK) == 1
    assert "error foreign-name" in capsys.readouterr().out


def test_they_are_listed_explained_and_tested(acme, capsys):
    assert main(["rules", "--select", "acme", "--format", "json"]) == 0
    (listed,) = json.loads(capsys.readouterr().out)
    assert (listed["name"], listed["topic"], listed["url"]) == ("foreign-name", "acme", "")
    assert main(["explain", "foreign-name"]) == 0
    out = capsys.readouterr().out
    assert "From the plugin acme\n" in out
    assert "    warning[foreign-name]: web does not begin with acme-\n" in out
    assert main(["test-rules", "--plugin", "acme"]) == 0
    assert "PASS foreign-name (2 examples)" in capsys.readouterr().out
    assert main(["rules", "--no-config", "--select", "foreign-name"]) == 2


def test_without_its_name_nothing_is_searched_or_imported(acme):
    (acme / "names.py").write_text("raise SystemExit('imported')\n")
    code = (
        "import sys; from halint.cli.main import main; status = main(sys.argv[1:]);"
        "found = {'importlib.metadata', 'halint.engine.plugins', 'acme_halint'} & set(sys.modules);"
        "sys.exit(str(sorted(found)) if found or status > 1 else 0)"
    )
    environment = {**os.environ, "PYTHONPATH": str(acme.parent)}
    for config in ("--no-config", "--quiet"):
        if config == "--quiet":
            Path(".halint.yaml").write_text("select: [stonith]\n")
        command = [sys.executable, "-c", code, "check", "cib.xml", config]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("config", "sentence"),
    [
        ("plugins: [acmee]\n", ".halint.yaml:1:11: plugins: no plugin called acmee is installed; did you mean acme?"),
        ("plugins: {acme: 1}\n", ".halint.yaml:1:10: plugins must be a list"),
        ("plugin: [acme]\n", ".halint.yaml:1:1: plugin is not a known key; did you mean plugins?"),
    ],
)
def test_a_plugin_that_is_not_there(acme, capsys, config, sentence):
    Path(".halint.yaml").write_text(config)
    assert main(CHECK) == 2
    assert capsys.readouterr().err == f"halint: {sentence}\n"


@pytest.mark.parametrize(
    ("points", "sentence"),
    [
        ("acme = nowhere_halint", "the plugin acme names nowhere_halint, which is no package in a folder"),
        ("acme = nowhere.halint", "the plugin acme names the package nowhere.halint, which cannot be found"),
        ("acme = acme_halint.names", "the plugin acme names acme_halint.names, which is no package in a folder"),
        ("acme = acme_halint\n[other]\nacme = x", ""),
    ],
)
def test_an_entry_point_that_names_no_package(acme, capsys, points, sentence):
    install(acme.parent, {}, f"[halint.rules]\n{points}\n")
    assert main(CHECK) == (2 if sentence else 1)
    assert sentence in capsys.readouterr().err


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("severity: warning", "severity: grave", "acme_halint/acme/foreign-name.yaml:2: severity must be one of"),
        ("summary: a", "aliases: [order-cycle]\nsummary: a", "one of halint's own rules is called order-cycle already"),
    ],
)
def test_a_rule_of_a_plugin_that_is_wrong(acme, capsys, old, new, sentence):
    (acme / "acme" / "foreign-name.yaml").write_text(RULE.replace(old, new, 1))
    assert main(CHECK) == 2
    err = capsys.readouterr().err
    assert err.startswith("halint: .halint.yaml:1:11: plugins: ")
    assert sentence in err


@pytest.mark.parametrize(
    ("code", "what"),
    [
        (CODE.replace("    for", "    1 / 0\n    for"), "ZeroDivisionError: division by zero"),
        ("import nothing_of_the_kind\n", "ModuleNotFoundError: No module named 'nothing_of_the_kind'"),
        ("", "AttributeError: module 'acme_halint.names' has no attribute 'foreign'"),
        (CODE.replace("yield Hit", "yield 7; Hit"), "AttributeError: 'int' object has no attribute"),
        (CODE.replace('"prefix": prefix', ""), "KeyError: 'prefix'"),
    ],
)
def test_a_mistake_in_a_plugins_code_is_told_and_the_other_rules_go_on(acme, capsys, code, what):
    (acme / "names.py").write_text(code)
    assert main([*CHECK[:3], "foreign-name,stonith-no-devices", *CHECK[4:]]) == 2
    captured = capsys.readouterr()
    assert captured.err.startswith(f"halint: error in rule foreign-name of the plugin acme: {what}")
    assert captured.err.endswith("; please tell its authors\n")
    assert "Traceback" not in captured.err
    assert captured.out.startswith("cib.xml:")


def test_a_package_that_pip_has_installed(acme, tmp_path):
    """A wheel as build tools make it, installed; halint is started anew."""
    wheel, target = tmp_path / "acme_rules-1-py3-none-any.whl", tmp_path / "target"
    info = "acme_rules-1.dist-info"
    files = {
        "acme_rules/__init__.py": "",
        "acme_rules/names.py": CODE,
        "acme_rules/acme/foreign-name.yaml": RULE,
        f"{info}/METADATA": "Metadata-Version: 2.1\nName: acme-rules\nVersion: 1\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: by hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/entry_points.txt": "[halint.rules]\nsite = acme_rules\n",
    }
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
        archive.writestr(f"{info}/RECORD", "".join(f"{name},,\n" for name in (*files, f"{info}/RECORD")))
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--target", str(target)]
    done = subprocess.run([*pip, str(wheel)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    Path(".halint.yaml").write_text("plugins: [site]\n")
    environment = {**os.environ, "PYTHONPATH": str(target)}
    command = [sys.executable, "-m", "halint", *CHECK]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout == "cib.xml:3:12: warning foreign-name web does not begin with acme-\n"
