"""What `--target` names, and what it decides: the same CIB judged for each release."""

from __future__ import annotations

import json

import pytest
from examples import whole_cib
from test_crm_verify import as_release

from halint.cli.check import make_report
from halint.cli.main import main
from halint.cli.options import CheckOptions
from halint.engine.rules import built_in
from halint.engine.run import run
from halint.errors import HalintError
from halint.inputs.read import read
from halint.model.pacemaker_release import release_named
from halint.parse.targets import Targets, parse_targets

RELEASES = ("pacemaker=1.1", "pacemaker=2.0", "pacemaker=2.1.5", "pacemaker=2.1.8", "pacemaker=3.0")


@pytest.mark.parametrize(
    ("values", "corosync", "pacemaker"),
    [
        ((), (3, 1, 7), ()),
        (("corosync=2.4",), (2, 4, 6), ()),
        (("pacemaker=3.0", "corosync=3.1"), (3, 1, 7), (3, 0, 2)),
        (("pacemaker=1.1",), (3, 1, 7), (1, 1, 24)),
        (("pacemaker=2.0",), (3, 1, 7), (2, 0, 5)),
        (("pacemaker=2.1",), (3, 1, 7), (2, 1, 11)),
        (("pacemaker=2.1.9",), (3, 1, 7), (2, 1, 9)),
        (("pacemaker=2.1.10",), (3, 1, 7), (2, 1, 10)),
        (("pacemaker=3.0.0",), (3, 1, 7), (3, 0, 0)),
        (("pacemaker=2.1.5-8.el9-a3f44794f94",), (3, 1, 7), (2, 1, 5)),
        (("pacemaker=2.1", "pacemaker=3.0.1"), (3, 1, 7), (3, 0, 1)),
        (("sles=16",), (3, 1, 7), (3, 0, 2)),
        (("rhel=10", "pacemaker=3.0.0"), (3, 1, 7), (3, 0, 0)),
        (("pacemaker=3.0.0", "rhel=10"), (3, 1, 7), (3, 0, 0)),
    ],
)
def test_targets(values: tuple[str, ...], corosync: tuple[int, ...], pacemaker: tuple[int, ...]) -> None:
    found = parse_targets(values)
    assert (found.corosync, found.pacemaker) == (corosync, pacemaker)


def test_a_distribution_is_a_target() -> None:
    assert parse_targets(()) == Targets()
    assert [parse_targets((one,)).distribution.title for one in ("rhel=10", "sles=16")] == ["RHEL 10", "SLES 16"]
    assert parse_targets(("rhel=10", "sles=16")).distribution.name == "sles=16"


OF_PACEMAKER = "must be pacemaker= and a release of 1.1 to 1.1.24, 2.0 to 2.0.5, 2.1 to 2.1.11, 3.0 to 3.0.2"
WRONG = {
    "pacemaker=2.1.12": f"{OF_PACEMAKER}; did you mean 2.1.11?",
    "pacemaker=3": f"{OF_PACEMAKER}; did you mean 3.0?",
    "pacemaker=": OF_PACEMAKER,
    "pacemaker=newest": OF_PACEMAKER,
    "corosync=9": "must be corosync= and one of 2.4, 3.0, 3.1, 3.1.7, 3.1.8, 3.1.10",
    "corosync=3.1.9": "must be corosync= and one of 2.4, 3.0, 3.1, 3.1.7, 3.1.8, 3.1.10; did you mean 3.1.8?",
    "pacemeker=3.0": "must be PROGRAM=VERSION, one of corosync, pacemaker, rhel, sles; did you mean pacemaker?",
    "=3.1": "must be PROGRAM=VERSION, one of corosync, pacemaker, rhel, sles",
    "": "must be PROGRAM=VERSION, one of corosync, pacemaker, rhel, sles",
    "rhel=9": "must be rhel=10",
    "sles=15": "must be sles=16",
}


@pytest.mark.parametrize("target", WRONG)
def test_wrong_targets_are_one_sentence(target: str) -> None:
    with pytest.raises(HalintError) as error:
        parse_targets((target,))
    assert str(error.value) == f"--target {target}: {WRONG[target]}"


def test_wrong_targets_on_the_command_line(tmp_path, capsys) -> None:
    for command in ("check", "dump"):
        assert main([command, "--target", "pacemaker=9", str(tmp_path)]) == 2
        assert capsys.readouterr().err == f"halint: --target pacemaker=9: {OF_PACEMAKER}\n"
    cib = tmp_path / "cib.xml"
    cib.write_text(whole_cib("<resources/>"))
    assert main(["diff", "--target", "9", str(cib), str(cib)]) == 2
    assert capsys.readouterr().err == f"halint: --target pacemaker=9: {OF_PACEMAKER}\n"


@pytest.mark.parametrize(
    ("dc_version", "feature_set", "release"),
    [
        ("2.1.5-8.el9-a3f44794f94", "3.20.5", (2, 1, 5)),
        (None, "3.16.1", (2, 1, 5)),
        (None, "3.16.2", (2, 1, 5)),
        (None, "3.17.4", (2, 1, 6)),
        (None, "3.19.0", (2, 1, 7)),
        (None, "3.19.7", (2, 1, 8)),
        (None, "3.20.0", (3, 0, 0)),
        (None, "3.20.5", (3, 0, 2)),
        (None, "99.0", (3, 0, 2)),
        (None, "3.0.14", (1, 1, 18)),
        (None, "3.1.0", (2, 0, 0)),
        (None, "2.1", (1, 1, 0)),
        ("", "", ()),
        (None, None, ()),
    ],
)
def test_the_release_that_a_cib_names(dc_version, feature_set, release) -> None:
    assert release_named(dc_version, feature_set) == release


# What each release makes of a construct: rule, and severity by target in the order of RELEASES
_RULE = '<rule id="r" score="1"><expression id="e" attribute="a" operation="defined"/></rule>'
_P = '<primitive id="p" class="ocf" provider="heartbeat" type="Dummy">{}</primitive>'
_MONITOR = '<operations><op id="op" name="monitor" interval="9s" role="Master"/></operations>'
_MASTER_MAX = '<nvpair id="m2" name="master-max" value="1"/>'
_PROMOTABLE = (
    '<clone id="c"><meta_attributes id="m"><nvpair id="m1" name="promotable" value="true"/>{more}</meta_attributes>'
    "{inside}</clone>"
)


def _property(name: str, value: str) -> str:
    pair = f'<nvpair id="o1" name="{name}" value="{value}"/>'
    return f'<crm_config><cluster_property_set id="o">{pair}</cluster_property_set></crm_config>'


def _meta(name: str, value: str, where: str = "") -> str:
    pair = f'<meta_attributes id="m"><nvpair id="m1" name="{name}" value="{value}"/></meta_attributes>'
    inside = f'<operations><op id="op" name="monitor" interval="9s">{pair}</op></operations>' if where == "op" else pair
    return f"<resources>{_P.format(inside)}</resources>"


DROPS = "schema-upgrade-drops-construct"
NO = None
SEVERITIES = {
    "class upstart": (
        '<resources><primitive id="p" class="upstart" type="x"/></resources>',
        {DROPS: ("info", "info", "info", "info", "error")},
    ),
    "class nagios": (
        '<resources><primitive id="p" class="nagios" type="x"/></resources>',
        {DROPS: ("info", "info", "info", "info", "error")},
    ),
    "rkt": (
        '<resources><bundle id="b"><rkt image="x"/></bundle></resources>',
        {DROPS: ("info", "info", "info", "info", "error")},
    ),
    "moon": (
        f'<resources>{_P.format("")}</resources><constraints><rsc_location id="l" rsc="p"><rule id="r" score="1">'
        '<date_expression id="d" operation="date_spec"><date_spec id="s" moon="4"/></date_expression></rule>'
        "</rsc_location></constraints>",
        {DROPS: ("info", "info", "info", "info", "error")},
    ),
    "lifetime": (
        f'<resources>{_P.format("")}<primitive id="q" class="systemd" type="q"/></resources><constraints>'
        f'<rsc_order id="o" first="p" then="q"><lifetime>{_RULE}</lifetime></rsc_order></constraints>',
        {"location-lifetime": ("warning", "warning", "warning", "warning", "error"), DROPS: (NO,) * 5},
    ),
    "remove-after-stop": (
        _property("remove-after-stop", "true"),
        {DROPS: ("info", "warning", "warning", "warning", "error"), "cluster-property-unknown": (NO,) * 5},
    ),
    "restart-type": (
        _meta("restart-type", "restart"),
        {DROPS: ("info", "warning", "warning", "warning", "error"), "meta-attribute-unknown": (NO,) * 5},
    ),
    "can_fail": (
        _meta("can_fail", "true", "op"),
        {DROPS: ("info", "warning", "warning", "warning", "error"), "operation-attribute-unknown": (NO,) * 5},
    ),
    "ping node": (
        '<nodes><node id="1" uname="n" type="ping"/></nodes>',
        {"node-type-invalid": ("warning", "warning", "warning", "warning", "error")},
    ),
    "old names of fencing": (
        _property("stonith-enabled", "true"),
        {"fencing-deprecated-property-name": (NO, NO, NO, NO, "info")},
    ),
    "new names of fencing": (
        _property("fencing-timeout", "60s"),
        {"cluster-property-unknown": ("error", "error", "error", "error", NO)},
    ),
    "poweroff": (
        _property("stonith-action", "poweroff"),
        {"cluster-property-deprecated": ("warning", "warning", "warning", "warning", NO)},
    ),
    "enable-startup-probes": (
        _property("enable-startup-probes", "false"),
        {"cluster-property-deprecated": ("info", "info", "info", "info", "warning")},
    ),
    "crmd-transition-delay": (
        _property("crmd-transition-delay", "3s"),
        {"cluster-property-unknown": (NO, NO, NO, NO, "info")},
    ),
    "Master": (
        f"<resources>{_PROMOTABLE.format(more='', inside=_P.format(_MONITOR))}</resources>",
        {"role-name-legacy": (NO, NO, "info", "warning", "warning")},
    ),
    "default": (
        _meta("is-managed", "default"),
        {"meta-value-default": ("info", "info", "info", "warning", "warning")},
    ),
    "master-max": (
        f"<resources>{_PROMOTABLE.format(more=_MASTER_MAX, inside=_P.format(''))}</resources>",
        {"clone-master-element": (NO, "info", "info", "warning", "warning")},
    ),
    "ordering of a set": (
        f'<resources>{_P.format("")}</resources><constraints><rsc_colocation id="c" score="1">'
        '<resource_set id="s" ordering="listed"><resource_ref id="p"/></resource_set></rsc_colocation></constraints>',
        {"colocation-set-ordering-deprecated": ("info", "info", "info", "warning", "warning")},
    ),
    "clone-node-max": (
        '<resources><clone id="c"><meta_attributes id="m"><nvpair id="m1" name="clone-node-max" value="2"/>'
        f"</meta_attributes>{_P.format('')}</clone></resources>",
        {"clone-node-max-anonymous": ("error", "error", "error", "error", NO)},
    ),
    "schema": (
        "<resources/>",
        {
            "cib-schema-newer-than-software": ("error", "error", NO, NO, NO),
            "cib-schema-old": (NO, NO, NO, "info", "info"),
            "feature-set-too-new": ("error", "error", NO, NO, NO),
        },
    ),
}


def findings(text: str, folder, *target: str) -> dict[str, list[str]]:
    """The severities of what is found, by rule."""
    (folder / "cib.xml").write_text(text)
    report = make_report(CheckOptions(paths=(str(folder),), target=target))
    assert report.trouble == ()
    found: dict[str, list[str]] = {}
    for one in report.findings:
        found.setdefault(one.rule, []).append(one.severity)
    return found


@pytest.mark.parametrize("construct", SEVERITIES)
def test_the_target_decides_the_severity(construct, tmp_path) -> None:
    text, wanted = SEVERITIES[construct]
    for number, target in enumerate(RELEASES):
        found = findings(whole_cib(text), tmp_path, target)
        told = {rule: found.get(rule, [None])[0] for rule in wanted}
        assert told == {rule: severities[number] for rule, severities in wanted.items()}, target


def test_without_a_target_the_cib_says_which_and_else_it_is_the_newest(tmp_path) -> None:
    """By dc-version before crm_feature_set; a CIB that names neither loses with the newest what that drops."""
    dropped = '<resources><primitive id="p" class="upstart" type="x"/></resources>'
    named = _property("dc-version", "2.1.5-8.el9") + dropped
    by_both = whole_cib(named).replace('crm_feature_set="3.16.1"', 'crm_feature_set="3.20.5"')
    by_set = whole_cib(dropped)
    by_neither = by_set.replace(' crm_feature_set="3.16.1"', "")
    newer = by_set.replace("3.16.1", "3.20.0")
    severities = [findings(text, tmp_path)[DROPS] for text in (by_both, by_set, newer, by_neither)]
    assert severities == [["info"], ["info"], ["error"], ["error"]]
    assert findings(by_both, tmp_path, "pacemaker=3.0")[DROPS] == ["error"]
    assert findings(newer, tmp_path, "pacemaker=2.1")[DROPS] == ["info"]


def test_of_a_cib_that_names_no_release_no_name_is_called_old(tmp_path) -> None:
    """Which of two names counts depends on the release: where nobody says which it is, either may be right."""
    for name in ("stonith-enabled", "fencing-enabled"):
        text = whole_cib(_property(name, "true")).replace(' crm_feature_set="3.16.1"', "")
        assert not {"fencing-deprecated-property-name", "cluster-property-unknown"} & set(findings(text, tmp_path))


PEERS = {
    "pacemaker=2.1.5": {"location-lifetime", DROPS},
    "pacemaker=2.1.8": {"location-lifetime", DROPS, "meta-value-default"},
    "pacemaker=3.0": {"location-lifetime", "meta-value-default", "fencing-deprecated-property-name"},
}


@pytest.mark.parametrize("target", PEERS)
def test_peers_are_those_of_the_target(target, tmp_path) -> None:
    """What crm_verify of 2.1.5 prints was measured, that of 3.0.2 is recorded; 2.1.8 by its release notes."""
    inside = _meta("restart-type", "restart").replace(
        "</meta_attributes>", '<nvpair id="m2" name="is-managed" value="default"/></meta_attributes>'
    )
    location = f'<rsc_location id="l" rsc="p" node="n" score="1"><lifetime>{_RULE}</lifetime></rsc_location>'
    lifetime = f"<constraints>{location}</constraints>"
    (tmp_path / "cib.xml").write_text(whole_cib(_property("stonith-timeout", "60s") + inside + lifetime))
    report = make_report(CheckOptions(paths=(str(tmp_path),), target=(target,)))
    asked = {"location-lifetime", DROPS, "meta-value-default", "fencing-deprecated-property-name"}
    assert {f.rule for f in report.findings if f.rule in asked and "crm_verify" in f.peers} == PEERS[target]


def test_dump_shows_the_release(tmp_path, capsys) -> None:
    (tmp_path / "cib.xml").write_text(whole_cib("<resources/>"))
    shown = {
        (): '<model version="2.1.5" targeted="false"',
        ("pacemaker=3.0",): '<model version="3.0.2" targeted="true"',
        ("sles=16",): '<model distribution="sles=16" version="3.0.2" targeted="true"',
    }
    for target, text in shown.items():
        assert main(["dump", *(f"--target={one}" for one in target), str(tmp_path)]) == 0
        assert text in capsys.readouterr().out


def test_several_targets_by_commas(tmp_path, capsys) -> None:
    (tmp_path / "cib.xml").write_text(whole_cib('<resources><primitive id="p" class="upstart" type="x"/></resources>'))
    (tmp_path / "corosync.conf").write_text("totem {\n version: 2\n transport: udpu\n}\n")
    call = ["check", "--select", f"{DROPS},transport-deprecated", "--format", "json", str(tmp_path)]
    assert main([*call, "--target", "pacemaker=3.0,corosync=3.1"]) == 1
    found = json.loads(capsys.readouterr().out)["findings"]
    assert {(f["rule"], f["severity"]) for f in found} == {(DROPS, "error"), ("transport-deprecated", "warning")}


def test_a_configuration_file_names_targets(tmp_path) -> None:
    (tmp_path / ".halint.yaml").write_text('targets: {pacemaker: "3.0", corosync: 3.1}\n')
    text = whole_cib('<resources><primitive id="p" class="upstart" type="x"/></resources>')
    assert findings(text, tmp_path)[DROPS] == ["error"]
    (tmp_path / ".halint.yaml").write_text("targets: {sles: 15}\n")
    with pytest.raises(HalintError, match=r"targets: sles=15: must be sles=16"):
        findings(text, tmp_path)


def test_diff_judges_what_after_brings_by_its_target(tmp_path, capsys) -> None:
    before, after = tmp_path / "before.xml", tmp_path / "after.xml"
    before.write_text(whole_cib("<resources/>"))
    after.write_text(whole_cib('<resources><primitive id="p" class="upstart" type="x"/></resources>'))
    for target, severity in {"2.1.5-8.el9": "info", "3.0": "error"}.items():
        assert main(["diff", "--format", "json", "--target", target, str(before), str(after)]) == 1
        found = json.loads(capsys.readouterr().out)["findings"]["introduced"]
        assert [f["severity"] for f in found if f["rule"] == DROPS] == [severity]
    assert main(["diff", "--format", "json", "--target", "1.1", str(before), str(after)]) == 1
    reasons = [r["code"] for push in json.loads(capsys.readouterr().out)["push"] for r in push["reasons"]]
    assert "schema-unknown" in reasons


BLOCKED = """<resources>
  <primitive id="vip" class="ocf" provider="heartbeat" type="IPaddr"/>
  <primitive id="web" class="lsb" type="apache2"/>
  <primitive id="vm" class="stonith" type="fence_rhevm"/>
  <primitive id="data" class="ocf" provider="heartbeat" type="Filesystem">
    <instance_attributes id="d"><nvpair id="d1" name="fstype" value="ocfs2"/></instance_attributes>
  </primitive>
  <clone id="dlm-clone"><primitive id="dlm" class="ocf" provider="pacemaker" type="controld"/></clone>
</resources>"""
OF_DISTRIBUTIONS = (
    "fence-agent-removed",
    "ocfs2-removed-in-release",
    "release-migration-blockers",
    "resource-agent-deprecated",
    "resource-class-lsb",
)


@pytest.mark.parametrize(
    ("target", "wanted", "places"),
    [
        ("pacemaker=3.0", {"resource-class-lsb": ["info"]}, 0),
        (
            "sles=16",
            {
                "fence-agent-removed": ["warning"],
                "ocfs2-removed-in-release": ["warning"],
                "release-migration-blockers": ["info"],
                "resource-agent-deprecated": ["warning"],
                "resource-class-lsb": ["error"],
            },
            4,
        ),
        (
            "rhel=10",
            {
                "ocfs2-removed-in-release": ["warning"],
                "release-migration-blockers": ["info"],
                "resource-agent-deprecated": ["warning"],
                "resource-class-lsb": ["info"],
            },
            2,
        ),
    ],
)
def test_migrations(target, wanted, places, tmp_path) -> None:
    (tmp_path / "cib.xml").write_text(whole_cib(BLOCKED))
    report = make_report(CheckOptions(paths=(str(tmp_path),), target=(target,)))
    found = {f.rule: [g.severity for g in report.findings if g.rule == f.rule] for f in report.findings}
    assert {rule: found[rule] for rule in OF_DISTRIBUTIONS if rule in found} == wanted
    blockers = [f for f in report.findings if f.rule == "release-migration-blockers"]
    assert sum(len(f.related) for f in blockers) == places


def test_the_lists_of_a_distribution_are_names_of_agents() -> None:
    """CLASS:PROVIDER:TYPE or CLASS:TYPE, and nothing takes the place of itself or of what is gone too."""
    for name in ("rhel=10", "sles=16"):
        agents = parse_targets((name,)).distribution.agents
        for gone, instead in agents.items():
            assert gone.count(":") == (1 if gone.startswith("stonith:") else 2), gone
            assert instead not in agents, gone


@pytest.mark.parametrize(("target", "feature_set"), [("2.1.5", "3.16.1"), ("3.0.2", "3.20.5")])
def test_a_target_is_as_good_as_the_release_in_the_cib(target, feature_set, corpus, tmp_path) -> None:
    """What the comparisons with crm_verify show of CIBs that name their release holds for the target as well."""
    rules = [rule for rule in built_in() if "crm_verify" in str((rule.peers, rule.checks))]
    assert len(rules) > 50
    for file in sorted((corpus / "cts").glob("*.xml"))[::6]:
        data = file.read_bytes()
        (tmp_path / "cib.xml").write_bytes(as_release(data, target, feature_set))
        named = run(rules, read([str(tmp_path)]).cases).findings
        (tmp_path / "cib.xml").write_bytes(data)
        asked = run(rules, read([str(tmp_path)], targets=parse_targets((f"pacemaker={target}",))).cases).findings
        told = [sorted((f.rule, f.severity, f.message, f.peers) for f in found) for found in (named, asked)]
        assert told[0] == told[1], file.name
