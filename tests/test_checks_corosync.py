"""What the rules' examples cannot show: options, releases, and the table of keys itself."""

from __future__ import annotations

import pytest

from halint.checks.corosync import token
from halint.checks.corosync_release import corosync_release, is_for_corosync_2
from halint.inputs.read import read
from halint.schema_data import load

NODES = "nodelist {\nnode {\nring0_addr: 10.0.0.1\nname: n1\nnodeid: 1\n}\n}\n"


def cluster_of(folder, text, package=""):
    (folder / "n1").mkdir()
    (folder / "corosync.conf").write_text(f"{text}{NODES}", encoding="utf-8")
    if package:
        (folder / "n1" / "rpm-qa.txt").write_text(f"{package}\npacemaker-2.1.7-1.x86_64\n", encoding="utf-8")
    (case,) = read([str(folder)]).cases
    return case.cluster


@pytest.mark.parametrize(
    ("totem", "minimum", "cases"),
    [
        ("", 3000, []),
        ("", 30000, ["default"]),
        ("token: 5000\n", 3000, []),
        ("token: 5000\n", 30000, ["written"]),
        ("token: 30000\n", 30000, []),
        ("token: 5s\n", 30000, []),
    ],
)
def test_token_minimum(totem, minimum, cases, tmp_path):
    cluster = cluster_of(tmp_path, f"totem {{\nversion: 2\n{totem}}}\n")
    assert [hit.case for hit in token(cluster, minimum)] == cases


@pytest.mark.parametrize(
    ("totem", "package", "release", "two"),
    [
        ("", "", (), False),
        ("transport: udpu\n", "", (), False),
        ("transport: udpu\nsecauth: on\n", "", (), True),
        ("secauth: on\n", "", (), False),
        ("rrp_mode: none\n", "", (), True),
        ("rrp_mode: none\n", "corosync-3.1.7-1.el9.x86_64", (3, 1, 7), False),
        ("", "corosync-2.4.6-12.el7.x86_64", (2, 4, 6), True),
    ],
)
def test_release(totem, package, release, two, tmp_path):
    cluster = cluster_of(tmp_path, f"totem {{\nversion: 2\n{totem}}}\n", package)
    assert corosync_release(cluster) == release
    assert is_for_corosync_2(cluster, cluster.corosync) is two


def test_table_of_keys():
    rows = load("corosync-keys")["keys"]
    paths = [(row["section"], row["key"]) for row in rows]
    assert len(paths) == len(set(paths))
    fields = {"section", "key", "type", "unit", "range", "values", "default", "since", "state", "after", "by"}
    for row in rows:
        assert set(row) <= fields
        assert row["type"] in ("u8", "u16", "u32", "i32", "u64", "dscp", "enum", "text")
        assert row["type"] != "enum" or row["values"]
        assert row.get("state") in (None, "deprecated", "obsolete")
        assert all(isinstance(v, str) for v in [row.get("default", ""), *row.get("values", [])])
