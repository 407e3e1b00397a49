"""The dangers of a push: each one is told where it is, and none where nothing happened."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from halint.diff.compare import compare
from halint.diff.dangers import CODES, dangers
from halint.diff.side import Side
from halint.errors import HalintError
from halint.parse.cib import read_cib

BEFORE = """\
<cib crm_feature_set="3.16.1" validate-with="pacemaker-3.9" admin_epoch="0" epoch="57" num_updates="9"
     cib-last-written="Tue Nov 24 10:00:00 2026" update-user="root" update-client="cibadmin">
 <configuration>
  <crm_config><cluster_property_set id="cib-bootstrap-options">
   <nvpair id="o1" name="cluster-name" value="web"/>
   <nvpair id="o2" name="stonith-enabled" value="true"/>
   <nvpair id="o3" name="no-quorum-policy" value="stop"/>
   <nvpair id="o4" name="dc-version" value="2.1.5-a3f44794f94"/>
  </cluster_property_set></crm_config>
  <nodes><node id="1" uname="ha1"/><node id="2" uname="ha2"/></nodes>
  <resources>
   <primitive id="fence1" class="stonith" type="fence_ipmilan"><instance_attributes id="f-ia">
    <nvpair id="f-ip" name="ip" value="10.0.0.1"/><nvpair id="f-pw" name="password" value="s3cret"/>
   </instance_attributes></primitive>
   <group id="g"><primitive id="ip" class="ocf" provider="heartbeat" type="IPaddr2">
    <meta_attributes id="ip-m"><nvpair id="ip-tr" name="target-role" value="Started"/></meta_attributes></primitive>
    <primitive id="web" class="ocf" provider="heartbeat" type="apache"/></group>
  </resources>
  <constraints><rsc_location id="loc" rsc="g" node="ha1" score="50"/></constraints>
  <fencing-topology><fencing-level id="fl" target="ha1" index="1" devices="fence1"/></fencing-topology>
  <tags><tag id="t"><obj_ref id="web"/></tag></tags>
 </configuration>
 <status><node_state id="1" uname="ha1" in_ccm="true" crmd="online"/></status>
</cib>
"""
OPTIONS = '<nvpair id="o4" name="dc-version" value="2.1.5-a3f44794f94"/>'
META = '<nvpair id="ip-tr" name="target-role" value="Started"/>'


def side(text: str, name: str) -> Side:
    return Side(file=read_cib(text.encode(), name))


def found(before: str, after: str, names: tuple[str, str] = ("live.xml", "backup.xml")):
    return dangers(compare(side(before, names[0]), side(after, names[1])))


def changed(text: str, *pairs: tuple[str, str]) -> str:
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    return text


def option(name: str, value: str) -> tuple[str, str]:
    return OPTIONS, f'{OPTIONS}<nvpair id="new" name="{name}" value="{value}"/>'


def transient(name: str, value: str) -> tuple[str, str]:
    return (
        'crmd="online"/>',
        'crmd="online"><transient_attributes id="1"><instance_attributes id="s">'
        f'<nvpair id="s1" name="{name}" value="{value}"/></instance_attributes></transient_attributes></node_state>',
    )


DEFAULTS = (
    '<rsc_defaults><meta_attributes id="rd"><nvpair id="rd1" name="is-managed" value="false"/></meta_attributes>'
    "</rsc_defaults>"
)
STOPPED = DEFAULTS.replace("is-managed", "target-role").replace("false", "Stopped")
GHOST = ('<node id="2" uname="ha2"/>', '<node id="2" uname="ha2"/><node id="3" uname="ghost"/>')
BAN = '<rsc_location id="cli-ban-web-on-ha2" rsc="web" node="ha2" score="-INFINITY"/></constraints>'
PREFER = """<rsc_location id="cli-prefer-web" rsc="web"><rule id="r" boolean-op="and" score="INFINITY">
 <expression id="e" attribute="#uname" operation="eq" value="ha2"/>
 <date_expression id="d" operation="lt" end="{end}"/></rule></rsc_location></constraints>"""

ONE = [
    (
        [GHOST],
        "unknown-node",
        "ghost",
        "node ghost of backup.xml is not in live.xml: its state is unknown to the cluster, which therefore fences it "
        "as soon as the push is through",
    ),
    (
        [GHOST, option("startup-fencing", "no")],
        "unknown-node",
        "ghost",
        "node ghost of backup.xml is not in live.xml: with startup-fencing off the cluster takes it for a node that is "
        "cleanly offline",
    ),
    (
        [transient("fail-count-web#monitor_10000", "INFINITY")],
        "status-attribute",
        "ha1",
        "the status in backup.xml has fail-count-web=INFINITY on ha1, which live.xml has not; pushed with the status "
        "it becomes live and stays: failures of web count again and may keep it off the node",
    ),
    (
        [transient("standby", "on")],
        "status-attribute",
        "ha1",
        "the status in backup.xml has standby=on on ha1, which live.xml has not; pushed with the status it becomes "
        "live and stays: its resources leave it",
    ),
    (
        [('name="stonith-enabled" value="true"', 'name="stonith-enabled" value="off"')],
        "fencing-switched-off",
        "",
        "backup.xml switches fencing off (stonith-enabled=off): nothing makes sure any more that a failed node has "
        "stopped",
    ),
    (
        [('class="stonith" type="fence_ipmilan"', 'class="ocf" provider="heartbeat" type="Dummy"')],
        "last-fence-device-gone",
        "fence1",
        "backup.xml has no fence device any more, live.xml has fence1",
    ),
    (
        [(META, META.replace("Started", "stopped"))],
        "target-role-stopped",
        "ip",
        "backup.xml brings target-role=stopped on ip, not so in live.xml: it stops",
    ),
    (
        [(META, '<nvpair id="ip-m1" name="is-managed" value="0"/>')],
        "unmanaged",
        "ip",
        "backup.xml brings is-managed=0 on ip, not so in live.xml: the cluster leaves it alone",
    ),
    (
        [("<fencing-topology>", f"{DEFAULTS}<fencing-topology>")],
        "unmanaged",
        "is-managed",
        "rsc_defaults of backup.xml bring is-managed=false: every resource without the setting of its own is "
        "left alone",
    ),
    (
        [option("maintenance-mode", "true")],
        "maintenance",
        "maintenance-mode",
        "with backup.xml maintenance-mode is switched on: nothing is monitored, started or recovered any more",
    ),
    (
        [option("stop-all-resources", "yes")],
        "stop-all-resources",
        "stop-all-resources",
        "with backup.xml stop-all-resources is switched on: every resource stops",
    ),
    (
        [option("symmetric-cluster", "false")],
        "symmetric-cluster",
        "symmetric-cluster",
        "with backup.xml symmetric-cluster is switched off: what no location constraint allows stops",
    ),
    (
        [('name="no-quorum-policy" value="stop"', 'name="no-quorum-policy" value="ignore"')],
        "quorum-ignored",
        "no-quorum-policy",
        "backup.xml sets no-quorum-policy=ignore, before it was stop: both halves of a split cluster run on",
    ),
    (
        [("</constraints>", BAN)],
        "move-constraint-back",
        "cli-ban-web-on-ha2",
        "backup.xml brings back cli-ban-web-on-ha2, left by a manual move or ban: web is kept off ha2, without an end",
    ),
    (
        [("</constraints>", PREFER.format(end="2026-11-25 10:00:00Z"))],
        "move-constraint-back",
        "cli-prefer-web",
        "backup.xml brings back cli-prefer-web, left by a manual move or ban: web is drawn to ha2, until 2026-11-25 "
        "10:00:00Z",
    ),
    (
        [("</constraints>", PREFER.format(end="2026-11-23 10:00:00Z"))],
        "move-constraint-back",
        "cli-prefer-web",
        "backup.xml brings back cli-prefer-web, left by a manual move or ban: web is drawn to ha2, but it expired on "
        "2026-11-23 10:00:00Z",
    ),
    (
        [('value="s3cret"', 'value="******"')],
        "masked-secret",
        "fence1",
        "backup.xml has asterisks in place of password of fence1, as reports show it; a push writes them over the one "
        "in live.xml",
    ),
    (
        [('value="10.0.0.1"', 'value="********"')],
        "masked-secret",
        "fence1",
        "backup.xml has asterisks in place of ip of fence1, as reports show it; a push writes them over the one in "
        "live.xml",
    ),
    (
        [('<primitive id="web" class="ocf" provider="heartbeat" type="apache"/>', "")],
        "reference-to-removed",
        "t",
        "tag t of backup.xml names web, which live.xml has and it has not",
    ),
    (
        [('<node id="2" uname="ha2"/>', "<!-- -->"), ('node="ha1" score', 'node="ha2" score')],
        "reference-to-removed",
        "loc",
        "rsc_location loc of backup.xml names node ha2, which live.xml has and it has not",
    ),
    (
        [('value="web"/>', 'value="mail"/>')],
        "other-cluster",
        "",
        "backup.xml looks like the CIB of another cluster: its cluster-name is mail, that of live.xml is web",
    ),
    (
        [('uname="ha1"/>', 'uname="db1"/>'), ('uname="ha2"/>', 'uname="db2"/>'), ('target="ha1"', 'target="db1"'),
         ('node="ha1"', 'node="db1"'), ("stonith-enabled", "startup-fencing"), ('value="true"', 'value="no"')],
        "other-cluster",
        "",
        "backup.xml looks like the CIB of another cluster: its nodes are db1, db2, those of live.xml are ha1, ha2",
    ),
    (
        [('<node id="1" uname="ha1"/>', '<node id="4" uname="ha1"/>')],
        "node-id-differs",
        "ha1",
        "node ha1 has id 4 in backup.xml, and 1 in live.xml: its attributes would belong to another node",
    ),
    (
        [('epoch="57"', 'epoch="60"'), ("Nov 24", "Nov 25")],
        "order-of-arguments",
        "",
        "backup.xml (epoch 60, written Tue Nov 25 10:00:00 2026) is newer than live.xml (epoch 57, written Tue Nov 24 "
        "10:00:00 2026), which comes first and stands for the live cluster: to go back to live.xml, name the newer "
        "file first",
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("pairs", "code", "subject", "message"), ONE, ids=[f"{row[1]}-{i}" for i, row in enumerate(ONE)]
)
def test_a_danger_is_told_once_with_its_place(pairs, code, subject, message):
    told = [danger for danger in found(BEFORE, changed(BEFORE, *pairs)) if danger.code == code]
    assert [(danger.subject, danger.message) for danger in told] == [(subject, message)]
    assert told[0].at is not None
    assert told[0].at.source.path == "backup.xml"


@pytest.mark.parametrize("index", range(len(ONE)), ids=[f"{row[1]}-{i}" for i, row in enumerate(ONE)])
def test_no_other_danger_comes_with_it(index):
    pairs, code, _, _ = ONE[index]
    others = {danger.code for danger in found(BEFORE, changed(BEFORE, *pairs))} - {code}
    with_it = {"last-fence-device-gone": set(), "other-cluster": {"unknown-node"}}.get(code, set())
    assert others <= with_it


QUIET = {
    "nothing": [],
    "higher epoch, same time": [('epoch="57"', 'epoch="100"')],
    "higher admin_epoch": [('admin_epoch="0"', 'admin_epoch="1"')],
    "an older backup": [('epoch="57"', 'epoch="41"'), ("Nov 24", "Nov 20")],
    "a parameter": [('value="10.0.0.1"', 'value="10.0.0.2"')],
    "a new password": [('value="s3cret"', 'value="t0psecret"')],
    "the older name of a node's entry": [('uname="ha1"/>', 'uname="ha1" type="member"/>')],
    "a remote node": [(GHOST[0], GHOST[1].replace('uname="ghost"', 'uname="ghost" type="remote"'))],
    "booleans spelt anew": [('name="stonith-enabled" value="true"', 'name="stonith-enabled" value="yes"')],
    "the default written out": [option("symmetric-cluster", "on"), option("maintenance-mode", "off")],
    "a fail-count of none": [transient("fail-count-web#monitor_10000", "0")],
    "standby off": [transient("standby", "off")],
    "a score of a node attribute": [transient("pingd", "1000")],
    "another constraint": [("</constraints>", BAN.replace("cli-ban-web-on-ha2", "keep-off"))],
    "a new stopped resource": [
        (
            "</group>",
            '</group><primitive id="n" class="ocf" provider="heartbeat" type="Dummy"><meta_attributes id="nm">'
            '<nvpair id="nm1" name="target-role" value="Stopped"/></meta_attributes></primitive>',
        )
    ],
    "a cleaner quorum policy": [('name="no-quorum-policy" value="stop"', 'name="no-quorum-policy" value="freeze"')],
    "two asterisks": [('value="10.0.0.1"', 'value="**"')],
    "the resource goes with all that names it": [
        ('<primitive id="web" class="ocf" provider="heartbeat" type="apache"/>', ""),
        ('<tags><tag id="t"><obj_ref id="web"/></tag></tags>', ""),
    ],
}


@pytest.mark.parametrize("name", QUIET)
def test_an_ordinary_edit_is_no_danger(name):
    assert found(BEFORE, changed(BEFORE, *QUIET[name])) == ()


def test_flags_that_end_are_told_too():
    before = changed(BEFORE, option("maintenance-mode", "true"), (META, META.replace("Started", "Stopped")))
    told = {danger.code: danger.message for danger in found(before, BEFORE)}
    assert told == {
        "maintenance-ends": "with backup.xml maintenance-mode is switched off: the cluster acts at once on all it left "
        "alone",
        "target-role-started": "ip was stopped on purpose (target-role=Stopped in live.xml), with backup.xml it starts",
    }


def test_a_default_that_stopped_everything_and_goes_is_told():
    before = changed(BEFORE, ("<fencing-topology>", f"{STOPPED}<fencing-topology>"))
    assert [(danger.code, danger.message) for danger in found(before, BEFORE)] == [
        (
            "target-role-started",
            "rsc_defaults of live.xml stop everything on purpose (target-role=Stopped), with backup.xml it starts",
        )
    ]
    assert [(danger.code, danger.message) for danger in found(BEFORE, before)] == [
        (
            "target-role-stopped",
            "rsc_defaults of backup.xml bring target-role=Stopped: every resource without a target-role of its own "
            "stops",
        )
    ]


def test_with_fencing_off_an_unknown_node_is_offline():
    before = changed(BEFORE, ('name="stonith-enabled" value="true"', 'name="stonith-enabled" value="false"'))
    (danger,) = found(before, changed(before, GHOST))
    assert danger.message == (
        "node ghost of backup.xml is not in live.xml: the cluster takes it for a node that is offline"
    )


def test_the_newer_name_of_fencing_counts_from_the_release_that_knows_it():
    newer = changed(BEFORE, ("2.1.5-a3f44794f94", "3.0.2-1"), ("stonith-enabled", "fencing-enabled"))
    (danger,) = found(
        newer, changed(newer, ('name="fencing-enabled" value="true"', 'name="fencing-enabled" value="0"'))
    )
    assert danger.code == "fencing-switched-off"
    assert "fencing-enabled=0" in danger.message


def test_a_status_concerns_the_ways_that_carry_it():
    (danger,) = found(BEFORE, changed(BEFORE, transient("maintenance", "true")))
    assert danger.ways == ("whole", "diff")


def test_a_status_that_the_live_cluster_has_too_is_none():
    same = changed(BEFORE, transient("standby", "on"))
    assert found(same, same) == ()


def test_swapped_node_ids_name_the_other_node():
    swapped = changed(BEFORE, ('<node id="1" uname="ha1"/><node id="2" uname="ha2"/>',
                               '<node id="2" uname="ha1"/><node id="1" uname="ha2"/>'))  # fmt: skip
    assert [danger.message for danger in found(BEFORE, swapped)] == [
        "node ha1 has id 2 in backup.xml, the id of ha2, and 1 in live.xml: its attributes would belong to "
        "another node",
        "node ha2 has id 1 in backup.xml, the id of ha1, and 2 in live.xml: its attributes would belong to "
        "another node",
    ]


def test_masks_on_both_sides_are_none_and_before_alone_cannot_tell():
    masked = changed(BEFORE, ('value="s3cret"', 'value="****"'))
    assert found(masked, masked) == ()
    (danger,) = found(masked, BEFORE)
    assert (danger.code, danger.message) == (
        "masked-before",
        "live.xml has asterisks in place of password of fence1: nobody can tell whether backup.xml changes it",
    )


def test_a_renamed_resource_keeps_its_secret_and_breaks_no_reference():
    after = changed(BEFORE, ('id="web"', 'id="www"'), ('id="fence1"', 'id="fence2"'), ('"fence1"', '"fence2"'))
    assert found(BEFORE, after) == ()


def test_one_file_twice():
    (danger,) = found(BEFORE, BEFORE, ("./cib.xml", "cib.xml"))
    assert (danger.code, danger.message) == ("same-file", "cib.xml is compared with itself")


def test_the_gravest_comes_first():
    after = changed(BEFORE, GHOST, ("</constraints>", BAN), (META, META.replace("Started", "Stopped")),
                    ('name="stonith-enabled" value="true"', 'name="stonith-enabled" value="false"'))  # fmt: skip
    codes = [danger.code for danger in found(BEFORE, after)]
    assert codes == ["fencing-switched-off", "unknown-node", "target-role-stopped", "move-constraint-back"]


def test_no_secret_is_told():
    after = changed(BEFORE, ('value="s3cret"', 'value="******"'), GHOST)
    assert not any("s3cret" in danger.message for danger in (*found(BEFORE, after), *found(after, BEFORE)))


def opened(path: Path, name: str) -> Side | None:
    """A side with a cib element; None where the file is no CIB."""
    try:
        one = Side(file=read_cib(path.read_bytes(), name))
    except HalintError:
        return None
    return one if one.file.root is not None else None


def test_real_cibs_hold_no_danger_against_themselves(corpus):
    read = 0
    for path in sorted([*corpus.glob("cts/*.xml"), *corpus.glob("cib/*.xml")]):
        before, after = opened(path, "live.xml"), opened(path, "backup.xml")
        if before is not None and after is not None:
            assert dangers(compare(before, after)) == (), path.name
            read += 1
    assert read > 400


def test_any_two_real_cibs_give_known_codes(corpus):
    paths = sorted(corpus.glob("cts/*.xml"))
    told = Counter()
    for one, other in zip(paths, paths[7:], strict=False):
        before, after = opened(one, "live.xml"), opened(other, "backup.xml")
        if before is not None and after is not None:
            found_here = dangers(compare(before, after))
            assert all("\n" not in danger.message for danger in found_here)
            told.update(danger.code for danger in found_here)
    assert set(told) <= set(CODES)
    assert len(told) >= 8
