"""Histories of CIBs: which files, whose cluster, in which order, in which steps; and of one file in git."""

from __future__ import annotations

import bz2
import os
import random
import shutil
import subprocess
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from halint.errors import HalintError
from halint.history.collect import collect
from halint.history.entry import Digests, natural
from halint.history.git import collect_git
from halint.history.narrow import parse_since, since, touching
from halint.history.order import ordered
from halint.history.steps import history, history_of_one
from halint.parse.cib import read_cib

START = datetime(2026, 3, 1, 12, 0, 3)  # noqa: DTZ001 - cib-last-written names no zone
VIP = (
    '<primitive id="{vip}" class="ocf" provider="heartbeat" type="IPaddr2"><instance_attributes id="i">'
    '<nvpair id="i-ip" name="ip" value="{ip}"/></instance_attributes></primitive>'
)
WEB = '<primitive id="web" class="ocf" provider="heartbeat" type="apache"/>'
FENCE = (
    '<primitive id="fence" class="stonith" type="fence_ipmilan"><instance_attributes id="f">'
    '<nvpair id="f-p" name="password" value="{password}"/></instance_attributes></primitive>'
)


def cib(
    version: str,
    written: datetime | str | None = START,
    *,
    who: str = "root cibadmin ha1",
    ip: str = "10.0.0.5",
    vip: str = "vip",
    password: str = "s3cr3t-one",  # noqa: S107 - invented
    name: str = "webfarm",
    nodes: str = "ha1 ha2",
    resources: str = "{vip}{web}",
    constraints: str = "",
    status: str = "",
) -> str:
    """A small CIB; `version` as 0.57.0, `who` as user, client and origin."""
    counters = zip(("admin_epoch", "epoch", "num_updates"), version.split("."), strict=False)
    attributes = "".join(f' {key}="{value}"' for key, value in counters if value)
    if written:
        text = written if isinstance(written, str) else written.strftime("%a %b %e %H:%M:%S %Y")
        attributes += f' cib-last-written="{text}"'
    for key, value in zip(("user", "client", "origin"), who.split(), strict=False):
        attributes += f' update-{key}="{value}"'
    option = f'<nvpair id="o" name="cluster-name" value="{name}"/>' if name else ""
    members = "".join(f'<node id="{number}" uname="{node}"/>' for number, node in enumerate(nodes.split(), 1))
    inside = resources.format(vip=VIP.format(vip=vip, ip=ip), web=WEB, fence=FENCE.format(password=password))
    return (
        f'<cib validate-with="pacemaker-3.9" crm_feature_set="3.16.1"{attributes}><configuration>'
        f'<crm_config><cluster_property_set id="b">{option}</cluster_property_set></crm_config><nodes>{members}</nodes>'
        f"<resources>{inside}</resources><constraints>{constraints}</constraints></configuration>"
        f"<status>{status}</status></cib>"
    )


def at(**later: int) -> datetime:
    return START + timedelta(**later)


def folder(path: Path, **files: str | bytes) -> str:
    """A folder of files; the double underscore in a name is the dot."""
    path.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        data = content if isinstance(content, bytes) else content.encode()
        (path / name.replace("__", ".").replace("_", "-")).write_bytes(data)
    return str(path)


def only(paths: list[str] | str):
    (cluster,) = history(collect([paths] if isinstance(paths, str) else paths)).clusters
    return cluster


def versions(cluster) -> list[str]:
    return [step.after.dotted for step in cluster.steps]


def lines(step) -> list[str]:
    return [told.line for told in step.changes]


# --- which files


def test_a_pacemaker_folder_is_read_as_pacemaker_keeps_it(tmp_path):
    path = folder(
        tmp_path,
        cib__xml=cib("0.3.0", at(hours=2), ip="10.0.0.7"),
        cib__xml__sig="0cc175b9c0f1b6a831c399e269772661",
        cib_1__raw=cib("0.1.0", at(hours=0)),
        cib_1__raw__sig="0cc175b9c0f1b6a831c399e269772661",
        cib_2__raw=cib("0.2.0", at(hours=1), ip="10.0.0.6"),
        cib__last="2",
        notes__txt="restart on Monday",
    )
    found = history(collect([path]))
    assert versions(found.clusters[0]) == ["0.1.0", "0.2.0", "0.3.0"]
    assert [lines(step) for step in found.clusters[0].steps[1:]] == [
        ["vip › ip  10.0.0.5 → 10.0.0.6"],
        ["vip › ip  10.0.0.6 → 10.0.0.7"],
    ]
    assert found.unreadable == ()
    assert {(Path(left.path).name, left.reason) for left in found.skipped} == {
        ("cib-1.raw.sig", "is the digest of a CIB"),
        ("cib.xml.sig", "is the digest of a CIB"),
        ("cib.last", "is no CIB"),
        ("notes.txt", "is no CIB"),
    }


def test_backups_count_by_what_is_in_them_whatever_their_names(tmp_path):
    path = folder(
        tmp_path, monday__bak=cib("0.1.0"), tuesday__old=cib("0.2.0", at(days=1), ip="10.0.0.6"), hosts="127.0.0.1 a"
    )
    assert versions(only(path)) == ["0.1.0", "0.2.0"]


def test_what_is_damaged_in_a_folder_is_named_and_the_rest_goes_on(tmp_path):
    path = folder(
        tmp_path,
        cib_1__raw=cib("0.1.0"),
        cib_2__raw=cib("0.2.0")[:200],
        pe_input_3__bz2=bz2.compress(cib("0.3.0").encode())[:-20],
        logs__gz=b"\x1f\x8bno archive",
        cib_4__raw=cib("0.4.0", at(days=1), ip="10.0.0.6"),
    )
    found = history(collect([path]))
    assert versions(found.clusters[0]) == ["0.1.0", "0.4.0"]
    assert sorted((Path(left.path).name, left.reason.partition(":")[0]) for left in found.unreadable) == [
        ("cib-2.raw", "not well-formed XML"),
        ("pe-input-3.bz2", "the bzip2 archive is cut off"),
    ]
    assert [(Path(left.path).name, left.reason) for left in found.skipped] == [
        ("logs.gz", "the gzip archive is damaged")
    ]


def test_a_named_file_that_is_no_cib_is_an_error(tmp_path):
    path = folder(tmp_path, notes__txt="restart on Monday")
    with pytest.raises(HalintError, match=r"notes\.txt: not well-formed XML"):
        collect([f"{path}/notes.txt"])
    with pytest.raises(HalintError, match="nowhere: does not exist"):
        collect(["nowhere"])


def test_files_and_folders_mix_and_each_file_counts_once(tmp_path):
    path = folder(tmp_path / "a", cib__xml=cib("0.1.0"))
    other = folder(tmp_path / "b", later__xml=cib("0.2.0", at(days=1), ip="10.0.0.6"))
    cluster = only([path, f"{path}/cib.xml", f"{other}/later.xml", str(tmp_path)])
    assert (versions(cluster), cluster.cibs, cluster.duplicates) == (["0.1.0", "0.2.0"], 2, 0)


def test_links_that_lead_out_of_a_folder_are_not_followed(tmp_path):
    outside = folder(tmp_path / "outside", cib__xml=cib("0.1.0"))
    inside = folder(tmp_path / "inside", cib_1__raw=cib("0.2.0"))
    Path(inside, "cib.xml").symlink_to(f"{outside}/cib.xml")
    os.mkfifo(f"{inside}/cib-pipe.xml")
    found = collect([inside])
    assert [Path(entry.path).name for entry in found.entries] == ["cib-1.raw"]
    assert sorted(left.reason for left in found.skipped) == [
        "is a link that leads out of the folder",
        "is not a regular file",
    ]


def test_the_same_cib_seen_twice_is_a_duplicate(tmp_path):
    spaced = cib("0.1.0").replace("><", ">\n  <")
    path = folder(tmp_path, a__xml=cib("0.1.0"), b__xml=spaced, c__xml=cib("0.2.0", at(days=1), ip="10.0.0.6"))
    cluster = only(path)
    assert (cluster.cibs, cluster.duplicates, versions(cluster)) == (2, 1, ["0.1.0", "0.2.0"])


def test_a_password_that_changed_is_no_duplicate_and_is_never_kept(tmp_path):
    path = folder(
        tmp_path,
        a__xml=cib("0.1.0", resources="{fence}"),
        b__xml=cib("0.1.0", resources="{fence}", password="s3cr3t-two"),  # noqa: S106 - invented
    )
    cluster = only(path)
    assert cluster.duplicates == 0
    (told,) = cluster.steps[1].changes
    assert told.line == "fence › password  (value hidden) (before) → (value hidden) (after)"
    assert "s3cr3t" not in repr(told)


@pytest.mark.parametrize(
    "text",
    [
        cib("0.1.7", status='<node_state id="1"/>'),
        '<?xml version="1.0"?>\n' + cib("0.2.0", at(hours=1)),
        cib("1.0.0", None, who=""),
        cib("0.1.0").replace('validate-with="pacemaker-3.9"', 'validate-with="pacemaker-3.8"'),
        cib("0.1.0", ip="10.0.0.6"),
        "<!-- " + cib("0.1.0") + " -->" + cib("0.2.0", ip="10.0.0.6"),
        "<pacemaker-result>" + cib("0.5.0") + "</pacemaker-result>",
        cib("0.1.0")[:-3],
    ],
)
def test_a_known_configuration_is_taken_from_memory_only_where_opening_it_tells_the_same(text):
    digests = Digests()
    digests.entry(read_cib(cib("0.1.0").encode(), "first.xml"), lambda: None)
    quick = digests.same_again(text.encode(), "next.xml", lambda: None)
    file = read_cib(text.encode(), "next.xml")
    if quick is None:
        assert (
            "pacemaker-3.8" in text or "10.0.0.6" in text or not text.startswith(("<cib", "<?xml")) or file.root is None
        )
        return
    opened = digests.entry(file, quick.read)
    for field in ("path", "version", "written", "user", "client", "origin", "digest", "cluster", "nodes"):
        assert getattr(quick, field) == getattr(opened, field)


# --- whose cluster


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        ([("a", "n1 n2"), ("a", "n2 n3"), ("a", "n3 n4")], [("a", "n1 n2 n3 n4")]),
        ([("a", "n1 n2"), ("b", "n1 n2")], [("a", "n1 n2"), ("b", "n1 n2")]),
        ([("a", "n1 n2"), ("a", "n8 n9")], [("a", "n1 n2"), ("a", "n8 n9")]),
        ([("", "n1 n2"), ("", "n8 n9"), ("", "n2")], [("", "n1 n2"), ("", "n8 n9")]),
        ([("", "n1"), ("a", "n1 n2"), ("b", "n3 n4")], [("a", "n1 n2"), ("b", "n3 n4")]),
        ([("a", "n1 n2"), ("", "")], [("a", "n1 n2")]),
        ([("a", "n1 n2"), ("b", "n3"), ("", "")], [("", ""), ("a", "n1 n2"), ("b", "n3")]),
    ],
)
def test_clusters_are_told_apart_by_name_and_nodes(tmp_path, kinds, expected):
    for number, (name, nodes) in enumerate(kinds):
        folder(tmp_path, **{f"c{number}__xml": cib(f"0.{number}.0", at(days=number), name=name, nodes=nodes)})
    found = history(collect([str(tmp_path)]))
    assert [(cluster.name, " ".join(cluster.nodes)) for cluster in found.clusters] == expected


# --- in which order


def entries(*written: tuple[str, str]):
    """Entries by version and time, each with a configuration of its own."""
    digests = Digests()
    made = []
    for number, (version, time) in enumerate(written):
        text = cib(version, time or None, ip=f"10.0.{number // 250}.{number % 250}")
        made.append(digests.entry(read_cib(text.encode(), f"f{number}.xml"), lambda: None))
    return made


@pytest.mark.parametrize(
    ("oldest_first", "why"),
    [
        ("0.1.0 01T10|0.2.0 01T11|0.10.0 01T12|1.0.0 01T13", "counters are numbers, admin_epoch counts first"),
        ("0.1.0 01T10|0.2.0 01T09:59|0.3.0 01T12", "a clock that went back a little"),
        ("0.1.0 02T10|0.2.0 01T10|0.3.0 03T10", "one date a day early"),
        ("0.1.0 25T03:00|0.2.0 25T02:10|0.3.0 25T02:40", "the end of summer time"),
        ("0.1.0 01T10|0.2.0 1970|0.3.0 1970|0.4.0 01T12", "a clock that was never set"),
        ("0.1.0 01T10|0.2.0 02T10|0.3.0 03T10|0.2.0 04T10|0.3.0 05T10", "an older CIB was put back"),
        ("0.40.0 01T10|0.45.0 01T11|0.47.0 01T12|0.41.0 01T15|1.0.0 01T16", "put back, and counted on from 0.40.0"),
        ("0.57.0 01T10|0.40.0 05T10", "an older CIB with nothing between"),
        ("0.57.0 01T10|0.1.0 05T10|0.2.0 06T10", "the cluster was set up anew"),
        ("0.57.0 05T10|0.58.0 01T10", "from one epoch to the next: the clock it is"),
        ("0.1.0 |0.2.0 |0.3.0 ", "no dates"),
        ("0.1.0 01T10|0.2.0 |0.3.0 03T10", "a date is missing"),
        ("0.40.0 01T10|0.45.0 01T11|0.47.0 01T12|0.41.0 01T15|1.1.0 ", "put back, and the last date is missing"),
        ("0.1.0 |0.2.0 05T10|0.3.0 06T10|0.2.0 07T10|0.3.0 08T10|0.9.0 ", "put back, and dates are missing"),
        (".. 01T10|.. 02T10|.. 03T10", "no counters"),
        ("0.5.1 01T10|0.5.2 01T10|0.5.10 01T10", "status only"),
    ],
)
@pytest.mark.parametrize("seed", range(4))
def test_the_order_is_that_in_which_they_came_to_be(oldest_first, why, seed):
    made = entries(*(_version_and_time(part) for part in oldest_first.split("|")))
    shuffled = random.Random(seed).sample(made, len(made))
    assert [entry.path for entry in ordered(shuffled)] == [entry.path for entry in made], why


def _version_and_time(part: str) -> tuple[str, str]:
    version, time = part.split(" ")
    if not time:
        return version, ""
    if time == "1970":
        return version, "1970-01-01 00:00:40"
    return version, f"2026-03-{time if ':' in time else time + ':00'}"


def test_made_up_histories_are_put_in_their_order():
    """With a restore to a CIB that is in the folder, or a stretch of wrong dates; each epoch kept with odds of 0.7."""
    right = 0
    for seed in range(300):
        made = entries(*_made_up(random.Random(seed)))
        shuffled = random.Random(seed + 1).sample(made, len(made))
        right += [entry.path for entry in ordered(shuffled)] == [entry.path for entry in made]
    assert right >= RIGHT, right


RIGHT = 295
"""Where a restored epoch is the only one of its number in the folder, nothing tells it from a wrong clock."""


def _made_up(dice: random.Random) -> list[tuple[str, str]]:
    kind = dice.choice(("plain", "restore", "clock"))
    time, epoch = START, dice.randrange(5, 60)
    rows: list[list] = []
    for _ in range(dice.randrange(8, 30)):
        epoch += 1
        time += timedelta(minutes=dice.randrange(5, 3000))
        rows.append([epoch, time])
    if kind == "restore":
        epoch = rows[dice.randrange(len(rows) - 2)][0]
        for _ in range(dice.randrange(3, 12)):
            epoch += 1
            time += timedelta(minutes=dice.randrange(5, 3000))
            rows.append([epoch, time])
    if kind == "clock":
        first = dice.randrange(1, len(rows) - 3)
        for row in rows[first : first + dice.randrange(1, 4)]:
            row[1] -= timedelta(days=400)
    kept = [row for row in rows if dice.random() < 0.7] or rows
    return [(f"0.{epoch}.0", str(time)) for epoch, time in kept]


def test_names_sort_as_people_count():
    assert sorted(["cib-10.raw", "cib-2.raw", "cib.xml"], key=natural) == ["cib-2.raw", "cib-10.raw", "cib.xml"]


# --- in which steps


def test_what_means_the_same_is_counted_not_listed(tmp_path):
    for number in range(12):
        status = f'<node_state id="1" uname="ha1" crm-debug-origin="x{number}"/>'
        text = cib(f"0.{7 + number // 6}.{number}", at(hours=number // 6), ip=f"10.0.0.{number // 6}", status=status)
        folder(tmp_path, **{f"pe_input_{number}__bz2": bz2.compress(text.encode())})
    cluster = only(str(tmp_path))
    assert [(Path(step.after.path).name, step.quiet) for step in cluster.steps] == [
        ("pe-input-0.bz2", 0),
        ("pe-input-6.bz2", 5),
    ]
    assert (cluster.cibs, cluster.quiet) == (12, 5)


def test_another_spelling_is_no_step(tmp_path):
    one = cib(
        "0.1.0",
        resources='{vip}<group id="g"><meta_attributes id="m">{web}'.replace("{web}", "")
        + "</meta_attributes>{web}</group>",
    )
    path = folder(
        tmp_path,
        a__xml=one,
        b__xml=one.replace('id="m"', 'id="other"').replace('"0" num', "").replace('epoch="1"', 'epoch="2"', 2),
    )
    cluster = only(path)
    assert (len(cluster.steps), cluster.quiet) == (1, 1)


@pytest.mark.parametrize(
    ("first", "second", "missing", "remarks"),
    [
        (("0.40.0", {}), ("0.45.0", {}), ((0, 41, 44),), ()),
        (("0.40.0", {}), ("0.42.0", {}), ((0, 41, 41),), ()),
        (("0.40.0", {}), ("0.41.0", {}), (), ()),
        (
            ("0.40.0", {}),
            ("1.2.0", {}),
            (),
            ("admin_epoch raised from 0 to 1: set by hand, the cluster never does that",),
        ),
        (
            ("0.57.0", {}),
            ("0.40.0", {}),
            (),
            ("epoch goes back from 57 to 40: an older CIB was put back, or the cluster was set up anew",),
        ),
        (
            ("0.40.0", {"hours": 1}),
            ("0.41.0", {"minutes": 30}),
            (),
            ("the clock goes back, from 2026-03-01 13:00:03 to 2026-03-01 12:30:03",),
        ),
    ],
)
def test_what_is_out_of_the_ordinary_is_said(tmp_path, first, second, missing, remarks):
    before, after = first[1] or {"hours": 0}, second[1] or {"hours": 2}
    path = folder(tmp_path, a__xml=cib(first[0], at(**before)), b__xml=cib(second[0], at(**after), ip="10.0.0.6"))
    step = only(path).steps[1]
    assert (step.missing, step.remarks) == (missing, remarks)


def test_a_cib_edited_in_the_file_is_said_to_be(tmp_path):
    path = folder(tmp_path, a__xml=cib("0.4.0"), b__xml=cib("0.4.0", ip="10.0.0.6"))
    assert only(path).steps[1].remarks == (
        "all counters are the same as in a.xml, the configuration is not:"
        " edited in the file, or counted on from an older CIB",
    )


def test_a_configuration_that_comes_back_is_recognised(tmp_path):
    path = folder(
        tmp_path,
        a__xml=cib("0.1.0"),
        b__xml=cib("0.2.0", at(hours=1), ip="10.0.0.6"),
        c__xml=cib("0.3.0", at(hours=2)),
    )
    assert only(path).steps[2].remarks == ("the configuration is that of 0.1.0 again (a.xml)",)


def test_remarks_on_cibs_without_a_change_are_kept_for_the_next_step(tmp_path):
    path = folder(
        tmp_path,
        a__xml=cib("0.1.0"),
        b__xml=cib("0.9.0", at(hours=1)),
        c__xml=cib("1.0.0", at(hours=2)),
        d__xml=cib("1.3.0", at(hours=3), ip="10.0.0.6"),
        e__xml=cib("1.5.0", at(hours=4), ip="10.0.0.6"),
    )
    cluster = only(path)
    step = cluster.steps[1]
    assert (step.quiet, step.missing) == (2, ((0, 2, 8), (1, 1, 2)))
    assert step.remarks == ("admin_epoch raised from 0 to 1: set by hand, the cluster never does that",)
    assert (cluster.quiet, cluster.missing, cluster.remarks) == (1, ((1, 4, 4),), ())


def test_a_file_that_goes_while_it_is_read_is_named(tmp_path):
    path = folder(tmp_path, a__xml=cib("0.1.0"), b__xml=cib("0.2.0", ip="1.1.1.1"), c__xml=cib("0.3.0", ip="2.2.2.2"))
    found = collect([path])
    Path(path, "b.xml").unlink()
    told = history(found)
    assert versions(told.clusters[0]) == ["0.1.0", "0.3.0"]
    assert [(left.path, left.reason) for left in told.unreadable] == [(f"{path}/b.xml", "does not exist")]


def test_the_gravest_change_comes_first(tmp_path):
    path = folder(tmp_path, a__xml=cib("0.1.0"), b__xml=cib("0.2.0", at(hours=1), ip="10.0.0.6", resources="{vip}"))
    changes = only(path).steps[1].changes
    assert [(told.change.kind, told.change.id, told.risk) for told in changes] == [
        ("removed", "web", "high"),
        ("changed", "vip", "low"),
    ]
    assert all(told.change.before_at is None and told.change.after_at is None for told in changes)


# --- a part of it


LOCATION = '<rsc_location id="loc" rsc="vip" node="ha1" score="100"/>'
GROUPED = '<group id="g">{vip}{web}</group>'
STOPPED = (
    '<group id="g">{vip}{web}<meta_attributes id="m"><nvpair id="m-t" name="target-role" value="Stopped"/>'
    "</meta_attributes></group>"
)


@pytest.fixture
def row(tmp_path):
    return folder(
        tmp_path,
        a__xml=cib("0.1.0"),
        b__xml=cib("0.2.0", at(days=1), constraints=LOCATION),
        c__xml=cib("0.3.0", at(days=2), constraints=LOCATION, resources="{vip}{web}{fence}"),
        d__xml=cib("0.4.0", at(days=3), constraints=LOCATION, ip="10.0.0.6", resources="{vip}{web}{fence}"),
        e__xml=cib("0.5.0", at(days=4), resources=GROUPED + "{fence}", ip="10.0.0.6", constraints=LOCATION),
        f__xml=cib("0.6.0", at(days=5), resources=STOPPED + "{fence}", ip="10.0.0.6", constraints=LOCATION),
        g__xml=cib(
            "0.7.0",
            at(days=6),
            resources=STOPPED + "{fence}",
            ip="10.0.0.6",
            vip="address",
            constraints=LOCATION.replace("vip", "address"),
        ),
        h__xml=cib(
            "0.8.0",
            at(days=7),
            resources=STOPPED + "{fence}",
            ip="10.0.0.9",
            vip="address",
            constraints=LOCATION.replace("vip", "address"),
        ),
    )


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("vip", "0.2.0 0.4.0 0.5.0 0.6.0 0.7.0 0.8.0"),
        ("address", "0.2.0 0.4.0 0.5.0 0.6.0 0.7.0 0.8.0"),
        ("web", "0.5.0 0.6.0"),
        ("g", "0.5.0 0.6.0 0.7.0"),
        ("fence", "0.3.0"),
        ("loc", "0.2.0"),
        ("ha1", "0.2.0"),
        ("ha2", ""),
    ],
)
def test_the_history_of_one_object(row, name, expected):
    found = touching(history(collect([row])), name)
    (cluster,) = found.clusters
    assert " ".join(step.after.dotted for step in cluster.steps) == expected
    assert cluster.hidden == 7 - len(expected.split())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-06", "0.6.0 0.7.0 0.8.0"),
        ("2026-03-06 12:00:04", "0.7.0 0.8.0"),
        ("2026-03-06T12:00:03", "0.6.0 0.7.0 0.8.0"),
        ("2d", "0.7.0 0.8.0"),
        ("48h", "0.7.0 0.8.0"),
        ("90m", "0.8.0"),
        ("1w", "0.2.0 0.3.0 0.4.0 0.5.0 0.6.0 0.7.0 0.8.0"),
        ("2027-01-01", ""),
    ],
)
def test_since(row, text, expected):
    now = at(days=7, hours=1)
    found = since(history(collect([row])), parse_since(text, now))
    assert " ".join(step.after.dotted for step in found.clusters[0].steps) == expected


def test_a_step_of_unknown_date_may_be_one_of_those_asked_for(tmp_path):
    path = folder(tmp_path, a__xml=cib("0.1.0"), b__xml=cib("0.2.0", None, ip="10.0.0.6"))
    found = since(history(collect([path])), at(days=9))
    assert versions(found.clusters[0]) == ["0.2.0"]


@pytest.mark.parametrize("text", ["", "yesterday", "3x", "-1d", "2026-13-01", "99999999d", "999999w"])
def test_since_must_be_a_date_or_a_duration(text):
    with pytest.raises(HalintError, match=r"is no date \(2026-03-01\), date and time"):
        parse_since(text, START)


# --- git


class Git:
    """A repository with a commit a day."""

    def __init__(self, top: Path) -> None:
        self.top = top
        self.day = 0
        top.mkdir()
        self("init", "-q")

    def __call__(self, *arguments: str) -> str:
        who = {f"GIT_{role}_{what}": "Jane Doe" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
        date = f"2026-03-{self.day or 1:02}T12:00:00+0100"
        environment = {**os.environ, **who, "GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date}
        done = subprocess.run(
            ["git", *arguments], cwd=self.top, check=True, capture_output=True, text=True, env=environment
        )
        return done.stdout

    def commit(self, name: str, text: str | None, subject: str) -> None:
        self.day += 1
        path = self.top / name
        path.parent.mkdir(exist_ok=True)
        if text is None:
            path.unlink()
        else:
            path.write_text(text)
        self("add", "-A")
        self("commit", "-q", "-m", subject)


@pytest.fixture
def git(tmp_path):
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    return Git(tmp_path / "repository")


def of_git(git: Git, name: str, **environment: str):
    return history_of_one(collect_git(str(git.top / name), {**os.environ, **environment}))


def test_a_file_in_git_with_its_former_name(git):
    git.commit("old name.xml", cib("0.1.0"), "start")
    git.commit("-new.xml", None if (git.top / "-new.xml").exists() else cib("0.2.0", ip="10.0.0.6"), "a copy")
    git.day += 1
    git("mv", "old name.xml", "sub.xml")
    git("commit", "-q", "-m", "rename")
    git.commit("sub.xml", cib("0.3.0", at(days=1), ip="10.0.0.7"), "new address")
    found = of_git(git, "sub.xml")
    steps = found.clusters[0].steps
    assert [(s.after.commit.subject, s.after.path.partition(":")[2], s.after.dotted) for s in steps] == [
        ("start", "old name.xml", "0.1.0"),
        ("new address", "sub.xml", "0.3.0"),
    ]
    assert (steps[1].after.commit.author, str(steps[1].after.commit.date)) == ("Jane Doe", "2026-03-04 12:00:00+01:00")
    assert (lines(steps[1]), steps[1].quiet) == (["vip › ip  10.0.0.5 → 10.0.0.7"], 1)
    assert found.git
    assert [s.after.commit.subject for s in of_git(git, "-new.xml").clusters[0].steps] == ["a copy"]


def test_a_commit_that_goes_back_is_a_step_and_no_duplicate(git):
    for number, ip in enumerate(("10.0.0.5", "10.0.0.6", "10.0.0.5")):
        git.commit("cib.xml", cib("0.1.0", ip=ip), f"commit {number}")
    steps = of_git(git, "cib.xml").clusters[0].steps
    assert [lines(step) for step in steps[1:]] == [["vip › ip  10.0.0.5 → 10.0.0.6"], ["vip › ip  10.0.0.6 → 10.0.0.5"]]
    assert steps[2].remarks[-1] == f"the configuration is that of 0.1.0 again ({steps[0].after.commit.short})"


def test_revisions_that_are_no_cib_are_remarked(git):
    git.commit("cib.xml", cib("0.1.0"), "start")
    git.commit("cib.xml", "<<<<<<< HEAD\n", "a merge gone wrong")
    git.commit("cib.xml", None, "removed")
    git.commit("cib.xml", "<html/>", "something else")
    git.commit("cib.xml", cib("0.2.0", ip="10.0.0.6"), "mended")
    found = of_git(git, "cib.xml")
    assert [step.after.commit.subject for step in found.clusters[0].steps] == ["start", "mended"]
    reasons = [left.reason for left in found.unreadable]
    assert reasons[0].startswith("is no CIB: not well-formed XML")
    assert reasons[1:] == [
        "the file was removed in this commit",
        "is no CIB: is XML, but holds no cib element (its outermost element is html)",
    ]


def test_nothing_that_a_repository_names_is_run(git, tmp_path):
    git.commit("cib.xml", cib("0.1.0"), "start")
    git.commit("cib.xml", cib("0.2.0", ip="10.0.0.6"), "new address")
    git.commit(".gitattributes", "*.xml diff=evil filter=evil\n", "attributes")
    proof = tmp_path / "it ran"
    script = tmp_path / "evil"
    script.write_text(f"#!/bin/sh\ntouch '{proof}'\ncat\n")
    script.chmod(0o755)
    for key in ("core.pager", "diff.external", "diff.evil.command", "diff.evil.textconv", "core.fsmonitor"):
        git("config", key, str(script))
    git("config", "log.showSignature", "true")
    git("config", "gpg.program", str(script))
    (git.top / ".git/hooks/post-index-change").write_text(script.read_text())
    (git.top / ".git/hooks/post-index-change").chmod(0o755)
    proof.unlink(missing_ok=True)
    found = of_git(git, "cib.xml", GIT_EXTERNAL_DIFF=str(script), GIT_PAGER=str(script), GIT_DIR="/nonexistent")
    assert len(found.clusters[0].steps) == 2
    assert not proof.exists()


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("repository/other.xml", "git does not track it; no commit has a file of that name"),
        ("outside.xml", "is in no git repository"),
        ("nowhere/cib.xml", "does not exist"),
        ("repository", "is a folder; name the CIB file in it"),
    ],
)
def test_why_git_has_no_history(git, tmp_path, name, sentence):
    git.commit("cib.xml", cib("0.1.0"), "start")
    (git.top / "other.xml").write_text(cib("0.1.0"))
    (tmp_path / "outside.xml").write_text(cib("0.1.0"))
    environment = {**os.environ, "GIT_CEILING_DIRECTORIES": str(tmp_path)}
    with pytest.raises(HalintError) as caught:
        collect_git(str(tmp_path / name), environment)
    assert str(caught.value) == f"--git {tmp_path / name}: {sentence}"


def test_a_repository_without_commits_and_a_machine_without_git(git, tmp_path, monkeypatch):
    (git.top / "cib.xml").write_text(cib("0.1.0"))
    path = str(git.top / "cib.xml")
    with pytest.raises(HalintError, match="its git repository has no commit yet"):
        collect_git(path, os.environ)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(HalintError, match="--git needs git, and there is none on this machine"):
        collect_git(path, os.environ)


def test_a_git_that_hangs_or_fails_is_told_of(tmp_path, monkeypatch):
    tools = tmp_path / "tools"
    tools.mkdir()
    (tmp_path / "cib.xml").write_text(cib("0.1.0"))
    monkeypatch.setattr("halint.history.git.TIMEOUT", 0.2)
    for script, sentence in (
        ("exec /bin/sleep 20", "git did not answer within 0.2 seconds"),
        ("echo 'fatal: bad object HEAD' >&2; exit 128", "git says: bad object HEAD"),
        (
            "echo \"fatal: detected dubious ownership in repository at '/r'\" >&2; exit 128",
            "git does not trust this repository, as it belongs to another user (git's safe.directory)",
        ),
    ):
        (tools / "git").write_text(f"#!/bin/sh\n{script}\n")
        (tools / "git").chmod(0o755)
        monkeypatch.setenv("PATH", str(tools))
        with pytest.raises(HalintError) as caught:
            collect_git(str(tmp_path / "cib.xml"), os.environ)
        assert str(caught.value) == f"--git {tmp_path / 'cib.xml'}: {sentence}"


# --- real CIBs


def test_the_corpus_makes_a_history_and_no_crash(corpus):
    """Real CIBs of many clusters, as one folder: every file is in a history, or its trouble is named."""
    found = collect([str(corpus / "cib")])
    told = history(found)
    assert len(found.entries) > 50
    assert sum(c.cibs + c.duplicates for c in told.clusters) == len(found.entries)
    assert len(told.clusters) > 10
    assert sum(len(cluster.steps) for cluster in told.clusters) > len(told.clusters)
