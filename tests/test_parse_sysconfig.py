"""The readers of sysconfig files, systemd's settings, kdump.conf, hostname and exports."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from halint.errors import HalintError
from halint.inputs.kinds import kind_of_content, kind_of_path
from halint.model.host import NodeSettings
from halint.parse.exports import read_exports
from halint.parse.firewalld import read_zone
from halint.parse.sysconfig import (
    read_hostname,
    read_kdump,
    read_logind,
    read_sysconfig_pacemaker,
    read_sysconfig_pcsd,
    read_system_conf,
)
from halint.secrets import MASK


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("PCMK_debug=no\n# PCMK_fail_fast=yes\n", {"PCMK_debug": "no"}),
        ("export PCMK_trace_tags='a,b' # both\n", {"PCMK_trace_tags": "a,b"}),
        ("PCMK_debug=no\nPCMK_debug=yes\n", {"PCMK_debug": "yes"}),
        ("", {}),
    ],
)
def test_sysconfig(text: str, values: dict[str, str]) -> None:
    settings = read_sysconfig_pacemaker(text.encode(), "pacemaker", "n1")
    assert {name: variable.value for name, variable in settings.variables.items()} == values
    assert (settings.kind, settings.node) == ("sysconfig-pacemaker", "n1")


def test_a_secret_is_masked() -> None:
    settings = read_sysconfig_pcsd(b"PCSD_PASSWORD='geheim'\nPCSD_PORT=2224\n", "pcsd")
    assert settings.variables["PCSD_PASSWORD"].value == MASK
    assert settings.variables["PCSD_PORT"].value == "2224"
    assert [tuple(span) for span in settings.source.secrets] == [(1, 15, 1, 23)]


def test_settings_of_systemd() -> None:
    text = b"[Login]\n#HandlePowerKey=poweroff\n HandlePowerKey = ignore \n; HandleLidSwitch=x\nKillUserProcesses=\n"
    settings = read_logind(text, "logind.conf")
    assert {n: v.value for n, v in settings.variables.items()} == {"HandlePowerKey": "ignore", "KillUserProcesses": ""}
    assert settings.variables["HandlePowerKey"].at.location() == ("logind.conf", 3, 2, 3, 25)
    assert read_system_conf(b"[Manager]\nRuntimeWatchdogSec=30s\n", "system.conf").kind == "systemd-system"


def test_kdump() -> None:
    settings = read_kdump(b"# fence_kdump_nodes n9\npath /var/crash # here\nfence_kdump_nodes n1 n2\n", "kdump.conf")
    assert {n: v.value for n, v in settings.variables.items()} == {"path": "/var/crash", "fence_kdump_nodes": "n1 n2"}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("n1\n", "n1"),
        ("# made by the installer\n\n  n1.example.com \n", "n1.example.com"),
        ("# none\n", None),
        ("", None),
    ],
)
def test_hostname(text: str, name: str | None) -> None:
    variable = read_hostname(text.encode(), "hostname").variables.get("hostname")
    assert (variable.value if variable else None) == name


@pytest.mark.parametrize(
    ("line", "entries"),
    [
        ("/srv/a 10.0.0.0/24(rw) host(ro)", [("/srv/a", "10.0.0.0/24"), ("/srv/a", "host")]),
        ("/srv/a", [("/srv/a", "*")]),
        ("/srv/a (ro)", [("/srv/a", "*")]),
        ('"/srv/a b" *(ro) # old', [("/srv/a b", "*")]),
        ("/srv/a\\040b *(ro)", [("/srv/a b", "*")]),
        ("/srv/a -sync,rw host", [("/srv/a", "host")]),
        ("/srv/a \\\n  host(rw) \\\n  other", [("/srv/a", "host"), ("/srv/a", "other")]),
        ("# /srv/a *", []),
        ("", []),
    ],
)
def test_exports(line: str, entries: list[tuple[str, str]]) -> None:
    read = read_exports(f"\n{line}\n".encode(), "exports").entries
    assert [(e.directory, e.client) for e in read] == entries
    assert all(e.at.location().line == 2 for e in read)


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("n1/etc/sysconfig/pacemaker", "sysconfig-pacemaker"),
        ("etc/default/pacemaker", "sysconfig-pacemaker"),
        ("etc/sysconfig/pcsd", "sysconfig-pcsd"),
        ("n1/etc/hostname", "hostname"),
        ("etc/exports", "exports"),
        ("etc/exports.d/nfs.exports", "exports"),
        ("etc/systemd/logind.conf", "logind"),
        ("etc/systemd/logind.conf.d/ha.conf", "logind"),
        ("etc/systemd/system.conf", "systemd-system"),
        ("etc/kdump.conf", "kdump"),
        ("etc/booth/booth.conf", "booth"),
        ("etc/booth/other.conf", "booth"),
        ("n1/etc/firewalld/zones/public.xml", "firewalld"),
        ("etc/system.conf", None),
        ("etc/booth/booth.conf.example", None),
    ],
)
def test_kinds(path: str, kind: str | None) -> None:
    assert kind_of_path(path) == kind


def test_kinds_by_content() -> None:
    assert kind_of_content(b"# x\nexport PCMK_debug=no\n") == "sysconfig-pacemaker"
    assert kind_of_content(b"PCSD_DEBUG=false\n") == "sysconfig-pcsd"


def test_zone() -> None:
    text = b"""<?xml version="1.0" encoding="utf-8"?>
<zone target="%%REJECT%%">
  <service name="ssh"/><service name="high-availability"/>
  <port port="5404-5412" protocol="udp"/>
  <rule family="ipv4"><accept/></rule>
</zone>
"""
    zone = read_zone(text, "n1/etc/firewalld/zones/public.xml", "n1")
    assert (zone.name, zone.target, zone.services) == ("public", "REJECT", ("ssh", "high-availability"))
    assert (zone.ports, zone.rich) == (("5404-5412/udp",), True)
    assert zone.at.location() == ("n1/etc/firewalld/zones/public.xml", 2, 1, 2, 6)


@pytest.mark.parametrize("data", [b"", b"<zone", b"<service/>", b"\xff\xfe"])
def test_what_is_no_zone(data: bytes) -> None:
    with pytest.raises(HalintError, match="is not the XML of a firewalld zone"):
        read_zone(data, "zones/public.xml")


READERS = (read_sysconfig_pacemaker, read_sysconfig_pcsd, read_logind, read_system_conf, read_kdump, read_hostname)


@pytest.mark.parametrize("reader", READERS, ids=lambda r: r.__name__)
@given(data=st.binary(max_size=300))
def test_any_bytes(reader: Callable[[bytes, str], NodeSettings], data: bytes) -> None:
    settings = reader(data, "file")
    for variable in settings.variables.values():
        location = variable.at.location()
        assert 1 <= location.line <= location.end_line <= len(settings.source.lines)


@given(data=st.binary(max_size=300))
def test_any_exports(data: bytes) -> None:
    exports = read_exports(data, "exports")
    assert all(1 <= e.at.location().line <= len(exports.source.lines) for e in exports.entries)
