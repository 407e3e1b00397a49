"""The cluster document: what stands where, and that its parts lead back to the files."""

from __future__ import annotations

import pytest
from test_inputs import HOSTS, cib, corosync, lay

from halint.cli.main import main
from halint.document import vocabulary
from halint.inputs.read import read


@pytest.fixture
def document(tmp_path):
    conf = corosync("n1", "n2")
    files = {"cib.xml": cib("n1", "n2"), "n1/corosync.conf": conf, "n2/corosync.conf": f"\n{conf}"}
    lay(tmp_path, {**files, "n1/hosts": HOSTS, "n2/units.txt": "nginx.service enabled\n"})
    (case,) = read([str(tmp_path)]).cases
    return case.document()


def place(document, expression):
    (found,) = document.root(expression).xpath(expression)
    location = document.mark(found).location()
    return location.file.rpartition("/")[2], location.line


@pytest.mark.parametrize(
    ("expression", "where"),
    [
        ("/cluster/cib/configuration/nodes/node[@uname='n2']", ("cib.xml", 1)),
        ("/cluster/corosync/totem/cluster_name", ("corosync.conf", 3)),
        ("/cluster/node[@name='n2']/corosync/totem/cluster_name", ("corosync.conf", 4)),
        ("/cluster/node[@name='n1']/hosts/entry[@name='ha-web2']", ("hosts", 3)),
        ("/cluster/node[@name='n2']/units/unit[@state='enabled']", ("units.txt", 1)),
        ("/cluster/model/node[@name='n2']", ("cib.xml", 1)),
        ("/cluster/model/quorum/provider", ("corosync.conf", 6)),
        ("/cluster/model/../node[@name='n2']/units/unit", ("units.txt", 1)),
        ("/cluster/model/node[@name = /cluster/node[units]/@name]", ("cib.xml", 1)),
    ],
)
def test_every_part_leads_back_to_its_file(document, expression, where):
    assert place(document, expression) == where


def test_the_nodes_files_are_added_when_an_expression_looks_at_them(document):
    assert not document.root("/cluster/model/node").xpath("/cluster/node")
    assert [e.get("name") for e in document.root().xpath("/cluster/node")] == ["n1", "n2"]
    assert [e.tag for e in document.root()] == ["corosync", "cib", "node", "node", "model"]


def test_every_name_of_a_dump_is_in_the_vocabulary(tmp_path, capsys):
    from pathlib import Path

    from lxml import etree

    fixtures = Path(__file__).parent.parent / "fixtures"
    for folder in sorted((fixtures / "clean").iterdir()):
        assert main(["dump", str(folder)]) == 0
        root = etree.fromstring(capsys.readouterr().out)
        root = root.find("cluster") if root.tag == "clusters" else root
        used = {name for e in root.iter() for name in (e.tag, *e.attrib)}
        foreign = {e.tag for e in root.xpath("/cluster/corosync//*|/cluster/node/corosync//*")}
        assert used - vocabulary() - foreign == set(), folder
