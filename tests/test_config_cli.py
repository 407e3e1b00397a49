"""The configuration as users meet it: what counts where, in `check`, `diff`, `dump`, `config show` and `init`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from test_inputs import HOSTS, cib, corosync, lay

from halint.cli.environment import variable
from halint.cli.main import main
from halint.cli.options import CHECK

BAD = corosync("n1", "n2", "n3").replace("votequorum\n", "votequorum\n    two_node: 1\n")
RULE = "two-node-flag-wrong-size"
MADE_UP = (
    '<cib validate-with="pacemaker-3.9" epoch="5" num_updates="0" admin_epoch="0" crm_feature_set="3.16.1">'
    "<configuration><crm_config><cluster_property_set id='cib-bootstrap-options'>"
    "<nvpair id='o-a' name='acme_mode' value='1'/>"
    "</cluster_property_set></crm_config><nodes/><resources/><constraints/></configuration><status/></cib>\n"
)


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("HALINT_")]:
        monkeypatch.delenv(name)
    return tmp_path


def found(capsys, *arguments: str) -> dict[str, list[str]]:
    """Rules with the severities of their findings, by file."""
    main(["check", "--format", "json", *arguments])
    by_file: dict[str, list[str]] = {}
    for finding in json.loads(capsys.readouterr().out)["findings"]:
        if not finding["suppressed"]:
            by_file.setdefault(finding["file"], []).append(f"{finding['severity']} {finding['rule']}")
    return by_file


@pytest.mark.parametrize(
    ("config", "variables", "arguments", "told"),
    [
        ("", {}, [], "error"),
        (f"severity: {{{RULE}: info}}", {}, [], "info"),
        ("severity: {quorum: warning}", {}, [], "warning"),
        (f"severity: {{{RULE}: info, quorum: warning, 'two-*': off}}", {}, [], "info"),
        ("severity: {quorum: warning, 'two-*': off}", {}, [], None),
        (f"severity: {{{RULE}: off}}", {}, ["--select", "quorum"], None),
        (f"severity: {{{RULE}: off}}", {}, ["--select", RULE], "error"),
        (f"severity: {{{RULE}: off}}\nselect: [{RULE}]", {}, [], None),
        (f"severity: {{{RULE}: off}}\nignore: [{RULE}]", {}, [], None),
        ("select: [hosts]", {}, [], None),
        ("select: [hosts]", {}, ["--select", "quorum"], "error"),
        ("select: [hosts]", {"HALINT_SELECT": "quorum,storage"}, [], "error"),
        ("select: [quorum]", {"HALINT_SELECT": "quorum"}, ["--select", "hosts"], None),
        ("select: [hosts]", {}, ["--extend-select", RULE], "error"),
        ("select: [hosts]\nextend-select: [quorum]", {}, [], "error"),
        ("ignore: [quorum]", {}, [], None),
        ("ignore: [quorum]", {}, ["--select", RULE], "error"),
        ("ignore: [quorum]", {}, ["--ignore", "hosts"], "error"),
        ("ignore: [hosts]", {}, ["--extend-ignore", "quorum"], None),
        ("extend-ignore: [hosts]", {}, ["--extend-ignore", "quorum"], None),
        ("ignore: [quorum]", {}, ["--no-config"], "error"),
        ("ignore: [quorum]", {"HALINT_NO_CONFIG": "1"}, [], "error"),
        ("ignore: [quorum]", {"HALINT_NO_CONFIG": "no"}, [], None),
        ("min-severity: error", {}, [], "error"),
        (f"min-severity: error\nseverity: {{{RULE}: warning}}", {}, [], None),
        (f"min-severity: error\nseverity: {{{RULE}: warning}}", {"HALINT_MIN_SEVERITY": "info"}, [], "warning"),
        ("per-file-ignores: {'*.conf': [quorum]}", {}, [], None),
        ("per-file-ignores: {'sub/*.conf': [quorum]}", {}, [], "error"),
        (f"suppress: [{{rule: {RULE}, reason: laboratory}}]", {}, [], None),
    ],
)
def test_what_counts(here, capsys, monkeypatch, config, variables, arguments, told):
    lay(here, {"corosync.conf": BAD, ".halint.yaml": config})
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    mine = [one for one in found(capsys, *arguments).get("corosync.conf", []) if one.endswith(f" {RULE}")]
    assert mine == ([f"{told} {RULE}"] if told else [])


@pytest.mark.parametrize(
    ("config", "variables", "arguments", "status"),
    [
        ("", {}, [], 1),
        ("fail-on: never", {}, [], 0),
        ("fail-on: never", {"HALINT_FAIL_ON": "error"}, [], 1),
        ("fail-on: error", {"HALINT_FAIL_ON": "error"}, ["--fail-on", "never"], 0),
        ("fail-on: never", {}, ["--fail-on", "warning"], 1),  # the default, said on purpose
        ("", {"HALINT_EXIT_ZERO": "1"}, [], 0),
        (f"severity: {{{RULE}: info}}\nselect: [{RULE}]", {}, [], 0),
        (f"severity: {{{RULE}: info}}\nselect: [{RULE}]\nprofiles: [strict]", {}, [], 1),
        (f"severity: {{{RULE}: info}}\nselect: [{RULE}]", {}, ["--profile", "strict"], 1),
        (f"severity: {{{RULE}: info}}\nselect: [{RULE}]\nprofiles: strict\nfail-on: error", {}, [], 0),
    ],
)
def test_the_exit_status(here, monkeypatch, config, variables, arguments, status):
    lay(here, {"corosync.conf": BAD, ".halint.yaml": config})
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert main(["check", "-q", *arguments, "."]) == status


@pytest.mark.parametrize(
    ("arguments", "variables", "says"),
    [
        (["check"], {}, "halint: .halint.yaml:1:1: selct is not a known key; did you mean select?\n"),
        (["check", "--config", "nowhere"], {}, "halint: --config nowhere: there is no such file\n"),
        (
            ["check", "--config", ".halint.yaml", "--no-config"],
            {},
            "halint: --config and --no-config: give one of them\n",
        ),
        (
            ["check", "--no-config", "--profile", "azur"],
            {},
            "halint: there is no profile called azur; did you mean azure?\n",
        ),
        (["check", "--no-config"], {"HALINT_FORMAT": "jsn"}, "halint: HALINT_FORMAT=jsn: is not one of full, concise"),
        (["check", "--no-config"], {"HALINT_QUIET": "maybe"}, "halint: HALINT_QUIET=maybe: must be 1 or 0\n"),
        (["diff", "a.xml", "b.xml"], {}, "halint: .halint.yaml:1:1: selct is not a known key; did you mean select?\n"),
        (["dump"], {}, "halint: .halint.yaml:1:1: selct is not a known key; did you mean select?\n"),
        (["config", "show"], {}, "halint: .halint.yaml:1:1: selct is not a known key; did you mean select?\n"),
        (["config", "show", "--format", "yaml"], {}, "halint: --format yaml: is not text or json"),
    ],
)
def test_a_bad_configuration_is_wrong_use(here, capsys, monkeypatch, arguments, variables, says):
    lay(here, {"corosync.conf": BAD, ".halint.yaml": "selct: [a]\nfail-on: eror\n", "a.xml": MADE_UP, "b.xml": MADE_UP})
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(says)
    assert "\n\n" not in err
    assert all(line.startswith("halint: ") for line in err.splitlines())


def test_every_variable_is_an_option_of_its_own():
    names = [variable(option) for option in CHECK if variable(option)]
    assert len(names) == len(set(names))
    assert {"HALINT_SELECT", "HALINT_FORMAT", "HALINT_CONFIG", "HALINT_TARGET", "HALINT_FAIL_ON"} <= set(names)
    assert "HALINT_FIX" not in names


def test_each_cluster_by_its_own_nearest_file(here, capsys):
    files = {
        ".halint.yaml": f"severity: {{{RULE}: warning}}\n",
        "a/corosync.conf": BAD,
        "b/corosync.conf": BAD,
        "b/.halint.yaml": f"extend: ../.halint.yaml\nignore: [{RULE}]\n",
        "c/corosync.conf": BAD,
        "c/.halint.yaml": f"suppress: [{{rule: {RULE}, reason: laboratory}}]\n",
        "d/corosync.conf": BAD,
        "d/.halint.yaml": "",
    }
    lay(here, files)
    told = {
        file: one.partition(" ")[0]
        for file, all_ in found(capsys, ".").items()
        for one in all_
        if one.endswith(f" {RULE}")
    }
    assert told == {"a/corosync.conf": "warning", "d/corosync.conf": "error"}
    assert f"error {RULE}" in found(capsys, "--no-config", ".")["b/corosync.conf"]
    assert f"warning {RULE}" in found(capsys, "--config", ".halint.yaml", ".")["c/corosync.conf"]


def test_a_baseline_beside_the_file_and_clusters_with_files_of_their_own(here, capsys):
    lay(here, {"a/corosync.conf": BAD, "b/corosync.conf": BAD, "b/.halint.yaml": "", ".halint.yaml": ""})
    assert main(["check", "-q", "--write-baseline", "base.json", "."]) == 0
    lay(here, {".halint.yaml": "baseline: base.json\n"})
    assert found(capsys, ".") == {}
    assert RULE in str(found(capsys, "--no-config", "."))


def test_a_machine_is_read_by_what_the_current_folder_says(here, capsys, monkeypatch):
    from halint.cli import places

    lay(here, {"machine/etc/corosync/corosync.conf": BAD, "desk/.halint.yaml": f"ignore: [{RULE}]\n"})
    monkeypatch.chdir(here / "desk")
    monkeypatch.setattr(places.places, "__defaults__", (here / "machine",))
    told = str(found(capsys))
    assert "corosync.conf" in told
    assert RULE not in told
    assert RULE in str(found(capsys, "--no-config"))


def test_colour_from_the_environment_in_every_command(here, capsys, monkeypatch):
    lay(here, {"corosync.conf": BAD, "a.xml": cib("n1"), "b.xml": cib("n1", "n2")})
    monkeypatch.setenv("HALINT_COLOR", "always")
    for arguments in (["check", "corosync.conf"], ["diff", "a.xml", "b.xml"], ["log", "a.xml", "b.xml"]):
        main(arguments)
        assert "\x1b[" in capsys.readouterr().out, arguments
        main([*arguments, "--color", "never"])
        assert "\x1b[" not in capsys.readouterr().out, arguments


def test_thresholds(here, capsys):
    name = "totem-token-below-profile"
    lay(here, {"corosync.conf": corosync("n1", "n2").replace("totem {", "totem {\n    token: 4000")})
    assert name not in str(found(capsys, "--no-config", "."))
    for config in (f"rules: {{{name}: {{minimum: 5000}}}}", "profiles: [suse]", "profiles: [gcp, suse]"):
        lay(here, {".halint.yaml": config})
        main(["check", "--format", "concise", "--select", name, "."])
        assert "the token timeout is 4000 ms, less than 5000 ms" in capsys.readouterr().out
    lay(here, {".halint.yaml": f"profiles: [azure]\nrules: {{{name}: {{minimum: 3500}}}}"})
    assert name not in str(found(capsys, "."))


@pytest.mark.parametrize(
    ("profile", "says"),
    [
        ("azure", "join is not set and so 50 ms, not the 60 of the azure profile"),
        ("aws", "token_retransmits_before_loss_const is not set and so 4, not the 10 or 6 of the aws profile"),
        ("gcp", "consensus is 7000 ms, not the 24000 ms of the gcp profile"),
        ("sap-hana", "consensus is 7000 ms, not the 6000 ms of the sap-hana profile"),
    ],
)
def test_a_profile_says_whose_numbers_hold(here, capsys, profile, says):
    totem = "totem {\n    token: 5000\n    consensus: 7000"
    lay(here, {"corosync.conf": corosync("n1", "n2").replace("totem {", totem), "cib.xml": cib("n1", "n2")})
    assert main(["check", "--format", "concise", "."]) in (0, 1)
    assert "profile" not in " ".join(line.partition(" totem-")[2] for line in capsys.readouterr().out.splitlines())
    main(["check", "--format", "concise", "--profile", profile, "."])
    assert says in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "severity"),
    [
        ([], None),
        (["--select", "operations"], None),
        (["--select", "migration-*"], None),
        (["--select", "migration-threshold-missing"], "info"),
        (["--extend-select", "migration-threshold-missing"], "info"),
        (["--profile", "strict"], "info"),
        (["--profile", "suse"], "info"),
        (["--profile", "suse,sap-hana"], "error"),
        (["--profile", "azure"], None),
        (["--profile", "suse", "--ignore", "migration-threshold-missing"], None),
        (["--profile", "suse", "--ignore", "operations"], None),
    ],
)
def test_a_rule_of_a_profile_is_asked_under_it(here, capsys, arguments, severity):
    name = "migration-threshold-missing"
    lay(
        here,
        {
            "cib.xml": cib("n1", "n2").replace(
                "<resources/>",
                '<resources><primitive id="ip" class="ocf" provider="heartbeat" type="IPaddr2"/></resources>',
            )
        },
    )
    mine = [one for all_ in found(capsys, *arguments, ".").values() for one in all_ if one.endswith(f" {name}")]
    assert mine == ([f"{severity} {name}"] if severity else [])


def test_names_that_are_meant(here, capsys):
    made_up = corosync("n1", "n2").replace("totem {", "totem {\n    acme: 1\n    emca: 2")
    lay(here, {"corosync.conf": made_up, "cib.xml": MADE_UP})
    assert main(["check", "-q", "--format", "concise", "--select", "*-unknown*", "."]) == 1
    assert len(capsys.readouterr().out.splitlines()) == 3
    lay(here, {".halint.yaml": "allow: {cluster-properties: acme_*, corosync-keys: [totem.acme]}\n"})
    main(["check", "-q", "--format", "concise", "--select", "*-unknown*", "."])
    (line,) = capsys.readouterr().out.splitlines()
    assert "corosync does not know the key emca in section totem" in line


def test_agents_of_ones_own(here, capsys):
    start = '<op id="q-s" name="start" interval="0" timeout="10s"/>'
    primitive = (
        f'<primitive id="q" class="ocf" provider="acme" type="queue"><operations>{start}</operations></primitive>'
    )
    lay(here, {"cib.xml": cib("n1", "n2").replace("<resources/>", f"<resources>{primitive}</resources>")})
    rule = "op-timeout-below-advised"
    assert rule not in str(found(capsys, "."))
    lay(here, {".halint.yaml": "agents: {'ocf:acme:queue': {timeouts: {start: 90}}}\n"})
    main(["check", "-q", "--format", "concise", "--select", rule, "."])
    says = "q (ocf:acme:queue) has less time than its agent advises: start 10 s (90 s advised)"
    assert says in capsys.readouterr().out


def test_clusters_and_nodes_by_their_paths(here, capsys):
    lay(
        here,
        {
            "cibs/web.xml": cib("n1", "n2"),
            "corosync/web.conf": BAD,
            "etc-hosts/web/first": HOSTS,
            "etc-hosts/web/second": HOSTS,
            "cibs/db.xml": cib("d1", "d2"),
            ".halint.yaml": "clusters: {'cibs/web.xml': web, 'corosync/web*': web, 'etc-hosts/web/**': web}\n"
            "nodes: {'etc-hosts/web/first': n1, second: n2}\n",
        },
    )
    main(["check", "--format", "json", "cibs/web.xml", "cibs/db.xml", "corosync/web.conf", "--select", "quorum"])
    inputs = json.loads(capsys.readouterr().out)["inputs"]
    assert {one["path"]: one["cluster"] for one in inputs} == {
        "cibs/db.xml": "cibs",
        "cibs/web.xml": "web",
        "corosync/web.conf": "web",
    }
    main(["check", "--format", "json", "--type", "hosts", "etc-hosts/web/first", "etc-hosts/web/second"])
    inputs = json.loads(capsys.readouterr().out)["inputs"]
    assert {one["path"]: (one["cluster"], one["node"]) for one in inputs} == {
        "etc-hosts/web/first": ("web", "n1"),
        "etc-hosts/web/second": ("web", "n2"),
    }
    main(["check", "--format", "json", "--type", "hosts", "--node", "n9=etc-hosts/web/first"])
    assert json.loads(capsys.readouterr().out)["inputs"][0]["node"] == "n9"


def test_a_commit_hook_reads_the_whole_of_a_cluster_that_the_file_names(here, capsys):
    lay(
        here,
        {
            "cibs/web.xml": cib("n1", "n2"),
            "cibs/db.xml": cib("d1", "d2"),
            "corosync/web.conf": BAD,
            ".halint.yaml": "clusters: {'cibs/web.xml': web, 'corosync/web.conf': web}\n",
        },
    )
    (here / ".git").mkdir()  # the search for a cluster's folder ends there
    main(["check", "--format", "json", "--whole-cluster", "cibs/web.xml"])
    inputs = json.loads(capsys.readouterr().out)["inputs"]
    told = {one["path"]: one["cluster"] for one in inputs}
    assert told["corosync/web.conf"] == told["cibs/web.xml"] == "web"
    main(["check", "--format", "json", "cibs/web.xml"])
    assert [one["path"] for one in json.loads(capsys.readouterr().out)["inputs"]] == ["cibs/web.xml"]


def test_what_is_left_out(here, capsys, monkeypatch):
    lay(here, {"a/corosync.conf": BAD, "old/b/corosync.conf": BAD, ".halint.yaml": "exclude: [old]\n"})
    assert list(found(capsys, ".")) == ["a/corosync.conf"]
    assert list(found(capsys, "--no-config", "--exclude", "a", ".")) == ["old/b/corosync.conf"]
    (here / "desk").mkdir()
    with monkeypatch.context() as elsewhere:
        elsewhere.chdir(here / "desk")
        assert list(found(capsys, "--no-config", "--exclude", "old", "..")) == ["../a/corosync.conf"]
    assert list(found(capsys, "old/b/corosync.conf")) == ["old/b/corosync.conf"]  # named, so wanted
    (here / ".git").mkdir()
    assert list(found(capsys, "--whole-cluster", "a/corosync.conf", "old/b/corosync.conf")) == ["a/corosync.conf"]


def test_outputs_and_formats_from_the_file(here, capsys):
    lay(here, {"a/corosync.conf": BAD, "a/.halint.yaml": "format: concise\noutput: ['json:out.json']\n"})
    assert main(["check", "a"]) == 1
    assert capsys.readouterr().out.startswith("a/corosync.conf:")
    assert json.loads((here / "a/out.json").read_text())["version"] == 1


def test_rules_of_ones_own(here, capsys):
    text = (Path(__file__).parent.parent / "rules/quorum/two-node-flag-wrong-size.yaml").read_text()
    lay(
        here,
        {"corosync.conf": BAD, "conf/r/mine.yaml": text, "conf/.halint.yaml": "rule-folders: [r]\nselect: [mine]\n"},
    )
    assert main(["check", "--config", "conf/.halint.yaml", "."]) in (1, 2)
    both = capsys.readouterr()
    assert "mine" in both.out + both.err


def test_the_findings_of_a_diff(here, capsys):
    before, after = (
        cib("n1", "n2"),
        cib("n1", "n2").replace(
            "<crm_config/>",
            "<crm_config><cluster_property_set id='o'>"
            "<nvpair id='o-s' name='stonith-enabled' value='false'/></cluster_property_set></crm_config>",
        ),
    )
    assert before != after
    lay(here, {"before.xml": before, "after.xml": after})

    def introduced() -> dict[str, str]:
        main(["diff", "--format", "json", "before.xml", "after.xml"])
        return {f["rule"]: f["severity"] for f in json.loads(capsys.readouterr().out)["findings"]["introduced"]}

    assert introduced()["stonith-disabled"] == "error"
    lay(here, {".halint.yaml": "severity: {stonith-disabled: info}\n"})
    assert introduced()["stonith-disabled"] == "info"
    lay(here, {".halint.yaml": "ignore: [stonith-disabled]\n"})
    assert "stonith-disabled" not in introduced()


def test_what_counts_is_shown_with_its_origin(here, capsys, monkeypatch):
    lay(here, {".halint.yaml": f"profiles: suse\nignore: [hosts]\nseverity:\n  {RULE}: off\n", "web/x": ""})
    monkeypatch.setenv("HALINT_FAIL_ON", "error")
    monkeypatch.setenv("HALINT_QUIET", "1")
    assert main(["config", "show", "web"]) == 0
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert lines[0] == f"# for web: {here}/.halint.yaml"
    for line in (
        "- suse # .halint.yaml:1",
        "- hosts # .halint.yaml:2",
        f"{RULE}: off # .halint.yaml:4",
        "totem-token-below-profile.minimum: 5000 # profile suse",
        "fail-on: error # HALINT_FAIL_ON",
        "min-severity: info # default",
        "quiet: true # HALINT_QUIET",
    ):
        assert line in lines
    assert main(["config", "show", "--format", "json", "--profile", "rhel"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["file"] == f"{here}/.halint.yaml"
    assert document["settings"]["profiles"] == [{"value": "rhel", "origin": "command line"}]
    assert document["settings"]["severity"][RULE] == {"value": "off", "origin": ".halint.yaml:4"}
    assert main(["config", "show", "--no-config"]) == 0
    assert capsys.readouterr().out.startswith("# for .: no configuration file\n")


def test_init_writes_and_never_overwrites(here, capsys):
    assert main(["init"]) == 0
    assert main(["config", "show"]) == 0
    written = (here / ".halint.yaml").read_text()
    capsys.readouterr()
    assert main(["init"]) == 2
    assert capsys.readouterr().err == "halint: .halint.yaml: is there already; it is left as it is\n"
    assert (here / ".halint.yaml").read_text() == written
    assert main(["init", "nowhere"]) == 2
    assert "nowhere/.halint.yaml: cannot be written: no such file or directory" in capsys.readouterr().err


def test_the_schema_is_printed(here, capsys):
    assert main(["schema", "config"]) == 0
    assert json.loads(capsys.readouterr().out)["additionalProperties"] is False


def test_without_a_file_no_yaml_is_loaded(here):
    lay(here, {"corosync.conf": BAD})
    code = (
        "import sys; from halint.cli.main import main; main(['check', '-q', '.']);"
        "sys.exit(bool({'yaml', 'halint.config.read', 'halint.config.profiles'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, capture_output=True).returncode == 0


SBD = "==Dumping header on disk /dev/disk/by-id/a\nTimeout (watchdog) : {0}\nTimeout (msgwait)  : {1}\n"


@pytest.mark.parametrize(
    ("profile", "files", "says"),
    [
        (
            "azure",
            {"sbd-dump": SBD.format(15, 30)},
            "the watchdog timeout of /dev/disk/by-id/a is 15 s, less than 60 s",
        ),
        ("suse", {"sbd-dump": SBD.format(5, 10)}, "the watchdog timeout of /dev/disk/by-id/a is 5 s, less than 15 s"),
        (
            "suse",
            {"sbd": "SBD_DEVICE=/dev/a\nSBD_STARTMODE=always\n"},
            "SBD_STARTMODE is always on every node, not clean",
        ),
        ("suse", {"sbd": "SBD_DEVICE=/dev/a\n"}, "SBD_STARTMODE is not set on every node and so always, not clean"),
        (
            "azure",
            {"sbd": "SBD_DEVICE=/dev/a\nSBD_STARTMODE=clean\n"},
            "SBD_STARTMODE is clean on every node, not always",
        ),
        (
            "rhel",
            {"sbd": "SBD_DEVICE=/dev/a\nSBD_STARTMODE=clean\n"},
            "SBD_STARTMODE is clean on every node, not always",
        ),
        (
            "gcp",
            {"corosync.conf": corosync("n1", "n2")},
            "the token timeout is not set and so 3000 ms, less than 20000 ms",
        ),
    ],
)
def test_thresholds_of_profiles(here, capsys, profile, files, says):
    lay(here, files)
    main(["check", "-q", "--format", "concise", "."])
    assert says not in capsys.readouterr().out
    main(["check", "-q", "--format", "concise", "--profile", profile, "."])
    assert says in capsys.readouterr().out


def test_a_cloud_with_one_network_needs_no_second_link(here, capsys):
    lay(here, {"corosync.conf": corosync("n1", "n2")})
    assert "transport-single-link" in str(found(capsys, "."))
    assert "transport-single-link" in str(found(capsys, "--profile", "aws", "."))
    assert "transport-single-link" not in str(found(capsys, "--profile", "azure", "."))
    assert "transport-single-link" not in str(found(capsys, "--profile", "gcp", "."))


def test_the_configuration_of_the_readme_loads(here, capsys):
    text = (Path(__file__).parent.parent / "README.md").read_text()
    example = text.partition("### Configuration")[2].partition("```yaml\n")[2].partition("```")[0]
    lay(here, {"web/.halint.yaml": example, "common.halint.yaml": "fail-on: error\n", "web/corosync.conf": BAD})
    assert main(["config", "show", "web"]) == 0
    assert "fail-on: error" in capsys.readouterr().out
    assert main(["check", "-q", "web"]) == 1
