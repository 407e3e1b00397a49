"""The readers of unit states: every form systemctl prints, and the links of a root tree."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from halint.errors import HalintError
from halint.parse.units import Link, read_unit_tree, read_units, units_from_links

CORPUS = Path(os.environ.get("HALINT_CORPUS", Path(__file__).parents[2] / "shared" / "corpus"))

OLD = """UNIT FILE                                   STATE
nginx.service                               enabled
getty@.service                              enabled

2 unit files listed.
"""
NEW = """UNIT FILE             STATE           PRESET
● nginx.service       enabled         disabled
getty@.service        enabled         enabled
"""
VENDOR = """UNIT FILE  STATE  VENDOR PRESET
nginx.service enabled disabled
getty@.service enabled -

2 unit files listed.
"""
JSON = (
    '[{"unit_file":"nginx.service","state":"enabled","preset":null},\n{"unit_file":"getty@.service","state":"enabled"}]'
)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (OLD, (2, 1)),
        (OLD.replace("\n", "\r\n"), (2, 1)),
        (NEW, (2, 3)),
        (VENDOR, (2, 1)),
        ("nginx.service enabled disabled\ngetty@.service enabled\n", (1, 1)),
        (JSON, (1, 16)),
        ("nginx enabled\ngetty@.service\tenabled\n", (1, 1)),
        ("nginx: enabled\ngetty@.service: enabled\n", (1, 1)),
        ("\x1b[0;1;32m●\x1b[0m nginx.service \x1b[0;1;32menabled\x1b[0m enabled\ngetty@.service enabled\n", (1, 16)),
        ("# systemctl list-unit-files\nodd line here\nnginx.service enabled\ngetty@.service enabled\n", (3, 1)),
    ],
)
def test_forms(text: str, place: tuple[int, int]) -> None:
    units = read_units(text.encode(), "n1/units", "n1")
    assert {name: unit.state for name, unit in units.units.items()} == {
        "nginx.service": "enabled",
        "getty@.service": "enabled",
    }
    assert units.state("nginx") == "enabled"
    assert units.units["nginx.service"].at.location()[1:3] == place
    assert units.complete
    assert units.selection


def test_a_whole_listing_is_no_selection() -> None:
    assert not read_units(b"systemd-journald.service static\nnginx.service enabled\n", "units").selection


@pytest.mark.parametrize("text", ["UNIT FILE STATE\n\n0 unit files listed.\n", "0 unit files listed.\n", "[]"])
def test_an_empty_listing(text: str) -> None:
    assert not read_units(text.encode(), "units").units


def test_utf16_as_powershell_saves_it() -> None:
    assert read_units("nginx.service enabled\r\n".encode("utf-16"), "units").state("nginx") == "enabled"


def test_what_is_not_installed_is_not_listed() -> None:
    assert set(read_units(b"nginx not-found\nsshd enabled\n", "units").units) == {"sshd.service"}


@pytest.mark.parametrize(
    "data",
    [b"", b"UNIT LOAD ACTIVE SUB DESCRIPTION\nnginx.service loaded active running x\n", b"{}", b"[1]", b"[" * 9999],
)
def test_what_tells_no_state(data: bytes) -> None:
    with pytest.raises(HalintError, match=r"^units: "):
        read_units(data, "units")


@given(st.binary() | st.text(alphabet='nginx.sercev@ bd:=\r\n\t[]{}",', max_size=80).map(str.encode))
def test_any_bytes(data: bytes) -> None:
    try:
        units = read_units(data, "units")
    except HalintError:
        return
    assert all(u.at.location().line <= len(units.source.lines) for u in units.units.values())


LINKS = (
    Link("etc/systemd/system/multi-user.target.wants/nginx.service", "/usr/lib/systemd/system/nginx.service"),
    Link("etc/systemd/system/multi-user.target.wants/pg@14-main.service", "/usr/lib/systemd/system/pg@.service"),
    Link("etc/systemd/system/multi-user.target.wants/gone.service", "/usr/lib/systemd/system/gone.service"),
    Link("etc/systemd/system/multi-user.target.wants/cut.service", "/dev/null"),
    Link("etc/systemd/system/db.service.requires/disk.service", "../../../../usr/lib/systemd/system/disk.service"),
    Link("etc/systemd/system/mysql.service", "/usr/lib/systemd/system/mariadb.service"),
    Link("etc/systemd/system/multi-user.target.wants/off.service", "/usr/lib/systemd/system/off.service"),
    Link("etc/systemd/system/off.service", "/dev/null"),
    Link("etc/systemd/system/own.service", "/opt/own/own.service"),
    Link("etc/systemd/system/README", "/usr/share/doc/README"),
    Link("run/systemd/system/multi-user.target.wants/now.service", "/usr/lib/systemd/system/now.service"),
)
STATES = {
    "nginx.service": "enabled",
    "pg@14-main.service": "enabled",
    "gone.service": "enabled",
    "disk.service": "enabled",
    "mysql.service": "alias",
    "off.service": "masked",
    "own.service": "linked",
    "now.service": "enabled-runtime",
}


def plant(root: Path) -> Path:
    for path, target in LINKS:
        link = root / path
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(target)
    return root


def test_tree(tmp_path: Path) -> None:
    units = read_unit_tree(plant(tmp_path), "n1", "backup/n1")
    assert {name: unit.state for name, unit in units.units.items()} == STATES
    assert units.units["mysql.service"].alias_of == "mariadb.service"
    assert not units.units["pg@14-main.service"].alias_of
    assert not units.complete
    nginx = units.units["nginx.service"].at
    assert nginx.location()[:3] == ("backup/n1/etc/systemd/system/multi-user.target.wants/nginx.service", 1, 1)
    assert nginx.source.text == "/usr/lib/systemd/system/nginx.service"


def test_links_from_elsewhere_say_the_same() -> None:
    units = units_from_links(reversed(LINKS), "n1", "backup/n1")
    assert {name: unit.state for name, unit in units.units.items()} == STATES


def test_nothing_outside_the_tree_is_read(tmp_path: Path) -> None:
    plant(tmp_path / "outside")
    tree = tmp_path / "tree"
    (tree / "etc").mkdir(parents=True)
    (tree / "etc/systemd").symlink_to(tmp_path / "outside/etc/systemd")
    (tree / "run/systemd/system").mkdir(parents=True)
    (tree / "run/systemd/system/a.target.wants").symlink_to(
        tmp_path / "outside/etc/systemd/system/multi-user.target.wants"
    )
    assert not read_unit_tree(tree, None, "tree").units


@pytest.mark.skipif(shutil.which("systemctl") is None, reason="systemctl is not installed")
def test_systemctl_says_the_same(tmp_path: Path) -> None:
    installed = tmp_path / "usr/lib/systemd/system"
    installed.mkdir(parents=True)
    for name in ("nginx.service", "pg@.service", "disk.service", "off.service", "now.service"):
        (installed / name).write_text("[Service]\nExecStart=/bin/true\n[Install]\nWantedBy=multi-user.target\n")
    (installed / "mariadb.service").write_text("[Service]\nExecStart=/bin/true\n[Install]\nAlias=mysql.service\n")
    (tmp_path / "opt/own").mkdir(parents=True)
    (tmp_path / "opt/own/own.service").write_text("[Service]\nExecStart=/bin/true\n[Install]\nWantedBy=a.target\n")
    ours = read_unit_tree(plant(tmp_path), "n1", "n1").units
    for name in sorted(STATES.keys() - {"gone.service"}):
        asked = subprocess.run(
            ["systemctl", f"--root={tmp_path}", "is-enabled", name], capture_output=True, text=True, check=False
        )
        assert ours[name].state == asked.stdout.strip(), name


@pytest.mark.skipif(not (CORPUS / "units").is_dir(), reason="the corpus is not here")
def test_corpus() -> None:
    for file in (CORPUS / "units").iterdir():
        assert read_units(file.read_bytes(), file.name).units, file.name


def test_drop_ins(tmp_path: Path) -> None:
    system = tmp_path / "etc/systemd/system"
    for name, text in {
        "sbd.service.d/start.conf": "[Service]\n# TimeoutStartSec=1\nTimeoutStartSec=3min\n",
        "resource-agents-deps.target.d/iscsi.conf": "[Unit]\nAfter=iscsi.service\nRequires=iscsi.service\n",
        "sbd.service.d/README": "TimeoutStartSec=9",
    }.items():
        path = system / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (system / "sbd.service.d/out.conf").symlink_to("/etc/hostname")
    units = read_unit_tree(tmp_path, "n1", "n1")
    found = {d.unit: {name: v.value for name, v in d.variables.items()} for d in units.drop_ins}
    assert found == {
        "sbd.service": {"TimeoutStartSec": "3min"},
        "resource-agents-deps.target": {"After": "iscsi.service", "Requires": "iscsi.service"},
    }
    assert {d.source.path for d in units.drop_ins} == {
        "n1/etc/systemd/system/sbd.service.d/start.conf",
        "n1/etc/systemd/system/resource-agents-deps.target.d/iscsi.conf",
    }
