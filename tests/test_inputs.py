"""Which files are read, what they are taken for, and whose they are."""

from __future__ import annotations

import bz2
import os
from pathlib import Path

import pytest

from halint.inputs.discover import discover
from halint.inputs.group import group
from halint.inputs.kinds import kind_of_content, kind_of_path
from halint.inputs.names import names_in, node_in_path
from halint.inputs.read import read

HOSTS = "127.0.0.1 localhost\n192.0.2.1 ha-web1\n192.0.2.2 ha-web2\n"
UNITS = "UNIT FILE STATE\nnginx.service enabled\n"


def corosync(*names: str, cluster: str = "web") -> str:
    nodes = "".join(
        f"    node {{\n        name: {name}\n        nodeid: {i}\n        ring0_addr: 192.0.2.{i}\n    }}\n"
        for i, name in enumerate(names, 1)
    )
    quorum = "quorum {\n    provider: corosync_votequorum\n}\n"
    return f"totem {{\n    version: 2\n    cluster_name: {cluster}\n}}\n{quorum}nodelist {{\n{nodes}}}\n"


def cib(*names: str) -> str:
    nodes = "".join(f'<node id="{i}" uname="{name}"/>' for i, name in enumerate(names, 1))
    return (
        '<cib validate-with="pacemaker-3.9" admin_epoch="0" epoch="1" num_updates="0"><configuration><crm_config/>'
        f"<nodes>{nodes}</nodes><resources/><constraints/></configuration><status/></cib>\n"
    )


def lay(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def owners(*paths: str, **how) -> dict[str, tuple[str, str | None]]:
    """Path below the folder → cluster and node."""
    inputs = read([str(p) for p in paths], **how)
    assert not inputs.trouble
    root = os.path.commonpath([Path(p).absolute() for p in paths])
    return {os.path.relpath(i.path, root): (i.cluster, i.node) for i in inputs.inputs}


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("cib.xml", "cib"),
        ("a/cib-12.raw", "cib"),
        ("pe-input-7.bz2", "cib"),
        ("shadow.test", "cib"),
        ("corosync.conf", "corosync"),
        ("corosync.conf.ha-web1", "corosync"),
        ("ha-web1-corosync.conf", None),
        ("hosts", "hosts"),
        ("hosts.ha-web1", "hosts"),
        ("ha-web1.hosts", "hosts"),
        ("hosts.deny", None),
        ("unit-files.txt", "units"),
        ("systemctl_list-unit-files", "units"),
        ("ha-web1.units", "units"),
        ("etc/sysconfig/sbd", "sbd"),
        ("etc/default/sbd", "sbd"),
        ("etc/fstab", "fstab"),
        ("etc/drbd.d/r0.res", "drbd"),
        ("installed-rpms", "packages"),
        ("etc/booth/booth.conf", "booth"),
        ("README.md", None),
        ("cib.xml.sig", None),
    ],
)
def test_kinds_by_name(path, kind):
    assert kind_of_path(path) == kind


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"<?xml version='1.0'?>\n<cib epoch='1'>", "cib"),
        (b"<pacemaker-result api-version='2.25'>", "cib"),
        (bz2.compress(b"<cib/>"), "cib"),
        ("<cib epoch='1'/>".encode("utf-16"), "cib"),
        (b"# x\ntotem {\n", "corosync"),
        (b"UNIT FILE   STATE  VENDOR PRESET\n", "units"),
        (b'[{"unit_file":"a.service","state":"enabled"}]', "units"),
        (b"nginx.service enabled\n", "units"),
        (b"127.0.0.1\tlocalhost\n", "hosts"),
        (b"SBD_DEVICE=/dev/x\n", "sbd"),
        (b"resource r0 {\n", "drbd"),
        (b"hello", None),
        (b"", None),
    ],
)
def test_kinds_by_content(data, kind):
    assert kind_of_content(data) == kind


@pytest.mark.parametrize(
    ("path", "node"),
    [
        ("hosts.ha-web1", "ha-web1"),
        ("ha-web1.hosts", "ha-web1"),
        ("ha-web1/hosts", "ha-web1"),
        ("ha-web1/etc/hosts", "ha-web1"),
        ("sosreport-ha-web1-2026-01-02/etc/hosts", "ha-web1"),
        ("HA-WEB1/hosts", "ha-web1"),
        ("ha-web10/hosts", None),
        ("web/hosts", None),
        ("db.example.com/hosts", "db.example.com"),
        ("db/hosts", "db.example.com"),
        ("ha-web1-b/hosts", "ha-web1-b"),
    ],
)
def test_a_node_stands_in_the_path_as_a_word(path, node):
    assert node_in_path(path.split("/"), ["ha-web1", "ha-web1-b", "db.example.com"]) == node


@pytest.mark.parametrize("form", ["{}/hosts", "hosts.{}", "{}.hosts", "{}/etc/hosts", "sosreport-{}-2026/etc/hosts"])
def test_files_of_nodes_beside_the_cluster(tmp_path, form):
    lay(tmp_path, {"corosync.conf": corosync("ha-web1", "ha-web2"), "cib.xml": cib("ha-web1", "ha-web2")})
    lay(tmp_path, {form.format(name): HOSTS for name in ("ha-web1", "ha-web2")})
    found = owners(str(tmp_path))
    assert found["corosync.conf"] == ("web", None)
    assert found["cib.xml"] == ("web", None)
    assert [found[form.format(n)] for n in ("ha-web1", "ha-web2")] == [("web", "ha-web1"), ("web", "ha-web2")]


def test_long_and_short_names_are_one_node(tmp_path):
    lay(tmp_path, {"corosync.conf": corosync("a.example.com", "b.example.com"), "cib.xml": cib("a", "b")})
    lay(tmp_path, {"a/hosts": HOSTS, "b.example.com/hosts": HOSTS})
    nodes = {node for _, node in owners(str(tmp_path)).values() if node}
    assert nodes == {"a", "b"}


def test_node_folders_with_their_own_corosync_conf_are_one_cluster(tmp_path):
    conf = corosync("n1", "n2", "n3")
    lay(tmp_path, {"n1/corosync.conf": conf, "n2/corosync.conf": conf, "n3/corosync.conf": corosync("n1", "n2")})
    found = owners(str(tmp_path))
    assert set(found.values()) == {("web", "n1"), ("web", "n2"), ("web", "n3")}


def test_root_trees_are_named_by_their_hostname(tmp_path):
    conf = corosync("n1", "n2")
    for folder, name in (("one", "n1"), ("two", "n2.example.com")):
        lay(tmp_path / folder, {"etc/hostname": f"{name}\n", "etc/hosts": HOSTS, "etc/corosync/corosync.conf": conf})
    found = owners(str(tmp_path))
    assert found["one/etc/hosts"] == ("web", "n1")
    assert found["two/etc/hosts"] == ("web", "n2")


def test_a_folder_named_after_a_node_counts_more_than_a_cloned_hostname(tmp_path):
    lay(tmp_path, {"corosync.conf": corosync("n1", "n2"), "n1/etc/hostname": "n1\n", "n1/etc/hosts": HOSTS})
    lay(tmp_path, {"n2/etc/hostname": "n1\n", "n2/etc/hosts": HOSTS, "x/etc/hostname": "n3", "x/etc/hosts": HOSTS})
    found = owners(str(tmp_path))
    assert [found[f"{folder}/etc/hosts"][1] for folder in ("n1", "n2", "x")] == ["n1", "n2", "n3"]


def test_only_nodes_have_node_names():
    text = corosync("n1") + "service {\n    name: pacemaker\n}\nlogging {\n  logging_daemon {\n    name: x\n  }\n}\n"
    assert names_in("corosync", text) == {"n1"}
    assert names_in("cib", cib("n1", "192.0.2.1")) == {"n1"}


def test_a_cluster_folder_may_carry_a_nodes_name(tmp_path):
    lay(tmp_path / "backup-n2", {"corosync.conf": corosync("n1", "n2"), "n1/hosts": HOSTS, "n2/hosts": HOSTS})
    found = owners(str(tmp_path), str(tmp_path / "backup-n2"))
    assert set(found.values()) == {("web", None), ("web", "n1"), ("web", "n2")}
    lay(tmp_path / "x", {"n1/corosync.conf": corosync("n1", "n2"), "n1/hosts": HOSTS, "n2/hosts": HOSTS})
    assert set(owners(str(tmp_path / "x")).values()) == {("web", "n1"), ("web", "n2")}


def test_several_clusters_in_one_repository_are_kept_apart(tmp_path):
    for name in ("web", "db"):
        nodes = [f"{name}1", f"{name}2"]
        lay(tmp_path / name, {"corosync.conf": corosync(*nodes, cluster=name), f"{name}1/hosts": HOSTS})
    inputs = read([str(tmp_path)])
    assert inputs.clusters == 2
    assert [case.cluster.name for case in inputs.cases] == ["db", "web"]
    for case in inputs.cases:
        assert [hosts.node for hosts in case.cluster.hosts] == [f"{case.cluster.name}1"]


def test_a_folder_of_cibs_is_a_case_each(tmp_path):
    lay(tmp_path, {"a.xml": cib("x"), "b.xml": cib("y"), "corosync.conf": corosync("x", "y")})
    inputs = read([str(tmp_path)])
    assert [[n.uname for n in case.cluster.cib.nodes] for case in inputs.cases] == [["x"], ["y"]]
    assert all(case.cluster.corosync for case in inputs.cases)


def test_named_files_from_two_folders_join_when_they_speak_of_the_same_nodes(tmp_path):
    lay(tmp_path, {"a/cib.xml": cib("n1", "n2"), "b/corosync.conf": corosync("n1", "n2")})
    lay(tmp_path, {"c/corosync.conf": corosync("m1", "m2")})
    assert read([str(tmp_path / "a/cib.xml"), str(tmp_path / "b/corosync.conf")]).clusters == 1
    assert read([str(tmp_path / "a/cib.xml"), str(tmp_path / "c/corosync.conf")]).clusters == 2


def test_named_files_of_nodes_join_a_cib_elsewhere(tmp_path):
    lay(tmp_path, {"x/cib.xml": cib("n1", "n2"), "n1/hosts": HOSTS, "n2/hosts": HOSTS, "y/hosts": HOSTS})
    found = owners(*(str(tmp_path / p) for p in ("x/cib.xml", "n1/hosts", "n2/hosts", "y/hosts")))
    assert [found[f"{folder}/hosts"][1] for folder in ("n1", "n2", "y")] == ["n1", "n2", None]
    assert len({cluster for cluster, _ in found.values()}) == 1


def test_the_users_word_on_a_node_comes_first(tmp_path):
    lay(tmp_path, {"corosync.conf": corosync("n1", "n2"), "n1/hosts": HOSTS, "odd": HOSTS})
    found = owners(str(tmp_path), nodes={str(tmp_path / "odd"): "n2", str(tmp_path / "n1"): "n2"})
    assert found["odd"] == ("web", "n2")
    assert found["n1/hosts"] == ("web", "n2")


def test_siblings_are_the_rest_of_the_cluster_and_no_other(tmp_path, monkeypatch):
    for name in ("web", "db"):
        nodes = [f"{name}1", f"{name}2"]
        files = {"corosync.conf": corosync(*nodes, cluster=name), **{f"{n}/hosts": HOSTS for n in nodes}}
        lay(tmp_path / "clusters" / name, files)
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    inputs = read(["clusters/web/web1/hosts"], siblings=True)
    assert [i.path for i in inputs.inputs] == [
        "clusters/web/corosync.conf",
        "clusters/web/web1/hosts",
        "clusters/web/web2/hosts",
    ]
    assert inputs.clusters == 1


def test_siblings_of_a_file_in_node_folders_that_hold_everything(tmp_path, monkeypatch):
    (tmp_path / ".git").mkdir()
    conf = corosync("n1", "n2")
    lay(tmp_path, {f"{n}/{f}": t for n in ("n1", "n2") for f, t in (("corosync.conf", conf), ("hosts", HOSTS))})
    monkeypatch.chdir(tmp_path)
    inputs = read(["n1/hosts"], siblings=True)
    assert {i.node for i in inputs.inputs} == {"n1", "n2"}
    assert inputs.clusters == 1


def test_what_cannot_be_read_is_told_and_the_rest_is_read(tmp_path):
    lay(tmp_path, {"corosync.conf": corosync("n1", "n2")})
    (tmp_path / "cib.xml").symlink_to("/nowhere/cib.xml")
    inputs = read([str(tmp_path), str(tmp_path / "gone.xml")])
    assert inputs.trouble == (f"{tmp_path}/cib.xml: is a broken link", f"{tmp_path}/gone.xml: does not exist")
    assert [i.status for i in inputs.inputs] == ["unreadable: is a broken link", "read", "unreadable: does not exist"]


def test_a_link_that_leads_out_is_left_alone(tmp_path):
    lay(tmp_path, {"in/corosync.conf": corosync("n1"), "out/hosts": HOSTS})
    (tmp_path / "in/hosts").symlink_to("../out/hosts")
    inputs = read([str(tmp_path / "in")])
    assert [i.status for i in inputs.inputs] == ["read", "skipped: a link that leads out of the folder"]
    assert inputs.trouble == ()


def test_a_folder_without_an_input_is_told(tmp_path):
    assert "holds no file that halint reads" in read([str(tmp_path)]).trouble[0]


def test_an_unknown_file_is_told_unless_it_lies_in_a_folder(tmp_path):
    lay(tmp_path, {"notes.txt": "hello", "corosync.conf": corosync("n1")})
    assert "cannot tell what kind of input it is; say it with --type" in read([str(tmp_path / "notes.txt")]).trouble[0]
    assert [i.kind for i in read([str(tmp_path)]).inputs] == ["corosync"]


def test_no_file_is_read_twice(tmp_path):
    lay(tmp_path, {"corosync.conf": corosync("n1")})
    assert len(list(discover([str(tmp_path), str(tmp_path / "corosync.conf")]))) == 1


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs FIFOs")
def test_a_fifo_does_not_hang(tmp_path):
    os.mkfifo(tmp_path / "cib.xml")
    assert read([str(tmp_path / "cib.xml")]).trouble == (f"{tmp_path}/cib.xml: is not a regular file",)


def test_groups_keep_every_input():
    found = list(discover([str(Path(__file__).parent.parent / "fixtures")]))
    assert sum(len(g.files) for g in group(found, {})) == len(found)


def test_a_nodes_own_corosync_conf_is_asked_what_was_not_told_yet(tmp_path, capsys):
    from halint.cli.main import main

    good = corosync("n1", "n2", "n3")
    flagged = good.replace("votequorum\n", "votequorum\n    two_node: 1\n")
    lay(tmp_path, {"n1/corosync.conf": good, "n2/corosync.conf": good, "n3/corosync.conf": flagged})
    main(
        ["check", "--select", "two-node-flag-wrong-size,corosync-encryption-off", "--format", "concise", str(tmp_path)]
    )
    out = capsys.readouterr().out.splitlines()
    assert [line.partition(" ")[0].removeprefix(f"{tmp_path}/") for line in out] == [
        "n1/corosync.conf:1:1:",
        "n3/corosync.conf:7:5:",
    ]


def test_every_cib_of_a_folder_gets_its_own_findings(tmp_path, capsys):
    from halint.cli.main import main

    lay(tmp_path, {"a.xml": cib("x"), "b.xml": cib("x")})
    main(["check", "--select", "cib-no-resources", "--fail-on", "never", "--format", "concise", str(tmp_path)])
    assert len(capsys.readouterr().out.splitlines()) == 2


def test_lists_of_other_things_are_no_trouble(tmp_path):
    lay(tmp_path, {"corosync.conf": corosync("n1"), "packages.txt": "pacemaker\ncorosync\n", "units": "metres\n"})
    lay(tmp_path, {"n1/packages.txt": "corosync-3.1.7-1.el9.x86_64\n", "n1/units.txt": "a.service enabled\n"})
    inputs = read([str(tmp_path)])
    assert not inputs.trouble
    assert [i.kind for i in inputs.inputs] == ["corosync", "packages", "units"]


def test_a_cluster_folder_called_after_two_nodes_is_no_nodes_folder(tmp_path):
    for a, b in (("n1", "n2"), ("n3", "n4")):
        lay(tmp_path / f"{a}-{b}", {"corosync.conf": corosync(a, b, cluster=a), "cib.xml": cib(a, b), "hosts": HOSTS})
    found = owners(str(tmp_path))
    assert {found[f"n1-n2/{f}"] for f in ("corosync.conf", "cib.xml", "hosts")} == {("n1", None)}
    assert {found[f"n3-n4/{f}"] for f in ("corosync.conf", "cib.xml", "hosts")} == {("n3", None)}


def test_clusters_of_one_node_beside_each_other_stay_apart(tmp_path):
    for name in ("a1", "b1"):
        lay(tmp_path / name, {"corosync.conf": corosync(name, cluster=name), "cib.xml": cib(name), "hosts": HOSTS})
    found = owners(str(tmp_path))
    assert {f: {found[f"{n}/{f}"] for n in ("a1", "b1")} for f in ("cib.xml", "hosts")} == {
        "cib.xml": {("a1", "a1"), ("b1", "b1")},
        "hosts": {("a1", "a1"), ("b1", "b1")},
    }


@pytest.mark.parametrize("form", ["{c}-{n}", "{n}-{c}", "{n}.{c}.example.com"])
def test_node_folders_of_two_clusters_with_the_same_node_names(tmp_path, form):
    for cluster in ("alpha", "beta"):
        for node in ("n1", "n2"):
            folder = tmp_path / form.format(c=cluster, n=node)
            lay(folder, {"corosync.conf": corosync("n1", "n2", cluster=cluster), "hosts": HOSTS})
    found = owners(str(tmp_path))
    for cluster in ("alpha", "beta"):
        for node in ("n1", "n2"):
            assert found[f"{form.format(c=cluster, n=node)}/hosts"] == (cluster, node)


def test_node_folders_of_two_clusters_in_one_folder(tmp_path):
    for cluster, nodes in (("a", ("n1", "n2")), ("b", ("m1", "m2"))):
        for node in nodes:
            lay(tmp_path / node, {"corosync.conf": corosync(*nodes, cluster=cluster)})
    lay(tmp_path, {"n1/hosts": HOSTS, "m3/hosts": HOSTS, "m2/etc/hosts": HOSTS})
    found = owners(str(tmp_path))
    assert (found["n1/hosts"], found["m2/etc/hosts"]) == (("a", "n1"), ("b", "m2"))
    assert found["m3/hosts"][0] not in ("a", "b")


def test_shared_files_may_lie_in_a_folder_beside_the_nodes(tmp_path):
    lay(tmp_path, {"shared/corosync.conf": corosync("n1", "n2"), "n1/hosts": HOSTS, "n2/hosts": HOSTS})
    lay(tmp_path, {"elsewhere/n1/hosts": HOSTS})
    found = owners(str(tmp_path))
    assert (found["n1/hosts"], found["n2/hosts"]) == (("web", "n1"), ("web", "n2"))
    assert found["elsewhere/n1/hosts"][0] != "web"


def test_a_folder_for_each_kind(tmp_path):
    named = cib("n1", "n2").replace(
        "<crm_config/>",
        '<crm_config><cluster_property_set id="o"><nvpair id="p" name="cluster-name" value="web"/>'
        "</cluster_property_set></crm_config>",
    )
    lay(tmp_path, {"corosync/corosync.conf": corosync("n1", "n2"), "pacemaker/cib.xml": named, "hosts/hosts.n2": HOSTS})
    assert set(owners(str(tmp_path)).values()) == {("web", None), ("web", "n2")}
    lay(tmp_path, {"pacemaker/cib.xml": named.replace('"web"', '"db"')})
    assert len({i.cluster for i in read([str(tmp_path)]).inputs if i.kind != "hosts"}) == 2


def test_nodes_in_a_folder_below_the_clusters(tmp_path):
    files = {f"nodes/{n}/corosync.conf": corosync("n1", "n2") for n in ("n1", "n2")}
    lay(tmp_path, {"cib.xml": cib("n1", "n2"), "corosync.conf": corosync("n1", "n2"), **files})
    assert read([str(tmp_path)]).clusters == 1
    other = {f"beta/{n}/corosync.conf": corosync("n1", "n2", cluster="beta") for n in ("n1", "n2")}
    lay(tmp_path, other)
    assert read([str(tmp_path)]).clusters == 2


@pytest.mark.parametrize(
    "text",
    [
        "[cluster]\nn1 ansible_host=192.0.2.1\nn2\n",
        "n1 ansible_host=192.0.2.1\n",
        "---\nall:\n  hosts:\n    n1:\n",
        "[web:children]\nfront\n",
    ],
)
def test_an_ansible_inventory_is_no_hosts_file(tmp_path, text):
    lay(tmp_path, {"corosync.conf": corosync("n1"), "inventory/hosts": text, "etc/hosts": HOSTS})
    found = [os.path.relpath(i.path, tmp_path) for i in read([str(tmp_path)]).inputs]
    assert found == ["corosync.conf", "etc/hosts"]


def test_binary_files_are_told_and_the_rest_is_read(tmp_path):
    lay(tmp_path, {"corosync.conf": corosync("n1"), "hosts": HOSTS, "fstab": "\0" * 50, "list-unit-files": "x\0"})
    inputs = read([str(tmp_path)])
    assert inputs.trouble == tuple(
        f"{tmp_path}/{name}: holds NUL bytes, so it is no text" for name in ("fstab", "list-unit-files")
    )
    assert [i.kind for i in inputs.inputs if i.status == "read"] == ["corosync", "hosts"]


def test_what_was_told_of_one_cluster_is_told_of_another_of_the_same_name(tmp_path, capsys):
    from halint.cli.main import main

    good = corosync("n1", "n2", "n3", cluster="hacluster")
    flagged = good.replace("votequorum\n", "votequorum\n    two_node: 1\n")
    for cluster in ("alpha", "beta"):
        lay(tmp_path / cluster, {"n1/corosync.conf": good, "n2/corosync.conf": good, "n3/corosync.conf": flagged})
    main(["check", "--select", "two-node-flag-wrong-size", "--format", "concise", str(tmp_path)])
    assert len(capsys.readouterr().out.splitlines()) == 2


def test_a_folder_of_unrelated_files_is_a_cluster_each(tmp_path):
    lay(tmp_path, {"web.corosync.conf": corosync("w1", "w2"), "db.corosync.conf": corosync("d1", "d2", cluster="db")})
    lay(tmp_path, {"web-cib.xml": cib("w1", "w2"), "db-cib.xml": cib("d1", "d2"), "hosts.d1": HOSTS})
    inputs = read([str(tmp_path)])
    assert inputs.clusters == 2
    owned = {Path(i.path).name: (i.cluster, i.node) for i in inputs.inputs}
    assert owned["hosts.d1"] == ("db", "d1")
    assert owned["web-cib.xml"] == ("web", None)


def test_a_cib_beside_a_corosync_conf_of_other_nodes_is_one_cluster(tmp_path):
    lay(tmp_path, {"corosync.conf": corosync("n1", "n2"), "cib.xml": cib("m1", "m2")})
    assert read([str(tmp_path)]).clusters == 1


def test_clusters_side_by_side_with_the_same_node_names(tmp_path):
    lay(
        tmp_path,
        {"a.corosync.conf": corosync("n1", "n2", cluster="a"), "b.corosync.conf": corosync("n1", "n2", cluster="b")},
    )
    assert read([str(tmp_path)]).clusters == 2


def test_a_unit_link_that_is_named_stands_for_its_tree(tmp_path, monkeypatch):
    lay(tmp_path, {"corosync.conf": corosync("n1", "n2")})
    wants = tmp_path / "n1/etc/systemd/system/multi-user.target.wants"
    wants.mkdir(parents=True)
    for name in ("nginx", "chronyd"):
        (wants / f"{name}.service").symlink_to(f"/usr/lib/systemd/system/{name}.service")
    monkeypatch.chdir(tmp_path)
    links = [f"n1/etc/systemd/system/multi-user.target.wants/{name}.service" for name in ("nginx", "chronyd")]
    inputs = read(["corosync.conf", *links])
    assert [(i.path, i.kind, i.node, i.status) for i in inputs.inputs] == [
        ("corosync.conf", "corosync", None, "read"),
        ("n1", "units", "n1", "read"),
    ]
    (units,) = inputs.cases[0].cluster.units
    assert units.state("nginx") == "enabled"
    assert units.get("nginx").at.location().file == links[0]


def test_copies_of_a_cib_on_each_node_are_checked_once(tmp_path, capsys):
    from halint.cli.main import main

    conf, text = corosync("n1", "n2"), cib("n1", "n2")
    stale = text.replace('epoch="1"', 'epoch="0"').replace('uname="n2"', 'uname="n9"')
    where = "var/lib/pacemaker/cib/cib.xml"
    lay(
        tmp_path,
        {f"{n}/{f}": t for n in ("n1", "n2") for f, t in (("etc/corosync/corosync.conf", conf), (where, text))},
    )
    arguments = [
        "check",
        "--select",
        "cib-no-resources,node-list-mismatch",
        "--fail-on",
        "never",
        "--format",
        "concise",
    ]
    main([*arguments, str(tmp_path)])
    assert len(capsys.readouterr().out.splitlines()) == 1
    lay(tmp_path, {f"n1/{where}": stale})
    main([*arguments, str(tmp_path)])
    out = capsys.readouterr().out.replace(f"{tmp_path}/", "")
    assert f"n1/{where}:1:" in out
    assert "n9" in out
    assert out.count("cib-no-resources") == 1
