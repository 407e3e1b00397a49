"""Which documents are halint's business, and how far up their cluster is looked for."""

from __future__ import annotations

import pytest
from lsprotocol import types

from halint.lsp.documents import Documents


def open_(documents: Documents, path, text: str = ""):
    return documents.open(types.TextDocumentItem(path.as_uri(), "any", 1, text))


@pytest.mark.parametrize(
    ("name", "text", "kind"),
    [
        ("corosync.conf", "", "corosync"),
        ("etc/hosts", "", "hosts"),
        ("hosts", "[web]\nha-web1\n", ""),
        ("unknown.conf", "totem {\n}\n", "corosync"),
        ("notes.md", "totem {\n}\n", ""),
        ("units", "UNIT FILE STATE\nnginx.service enabled\n", "units"),
        ("units", "ms, s, h\n", ""),
        ("pom.xml", "<project/>", ""),
        ("any.xml", "<cib/>", "cib"),
    ],
)
def test_the_kind_of_a_document(tmp_path, name, text, kind):
    assert open_(Documents(), tmp_path / name, text).kind == kind


def test_the_kind_follows_the_text(tmp_path):
    documents = Documents()
    one = open_(documents, tmp_path / "new.xml")
    assert one.kind == ""
    change = types.TextDocumentContentChangeWholeDocument("<cib/>")
    identifier = types.VersionedTextDocumentIdentifier(2, one.uri)
    documents.change(types.DidChangeTextDocumentParams(identifier, [change]))
    assert (one.kind, one.version) == ("cib", 2)


def test_a_change_of_a_document_that_is_not_open_is_passed_over(tmp_path):
    identifier = types.VersionedTextDocumentIdentifier(2, (tmp_path / "cib.xml").as_uri())
    assert Documents().change(types.DidChangeTextDocumentParams(identifier, [])) is None


def test_the_address_is_the_clients(tmp_path):
    documents = Documents()
    uri = f"{tmp_path.as_uri()}/c%69b.xml"
    documents.open(types.TextDocumentItem(uri, "any", 1, ""))
    assert documents.uri_of(str(tmp_path / "cib.xml")) == uri
    assert documents.uri_of(str(tmp_path / "a b.xml")) == (tmp_path / "a b.xml").as_uri()


@pytest.mark.parametrize(
    ("repository", "opened", "end"),
    [
        ("repo", "repo/clusters", "repo"),
        ("", "repo/clusters", "repo/clusters"),
        ("", "", "repo/clusters/a"),
        ("repo/clusters/a", "repo", "repo/clusters/a"),
        ("home", "", "home/repo/clusters/a"),  # the dotfiles of a home are under version control
        ("", "home", "home/repo/clusters/a"),
    ],
)
def test_how_far_up_a_cluster_is_looked_for(tmp_path, monkeypatch, repository, opened, end):
    home = tmp_path / "home"
    monkeypatch.setenv("HOME", str(home))
    base = home if "home" in (repository, opened) else tmp_path
    path = base / "repo/clusters/a/cib.xml"
    path.parent.mkdir(parents=True)
    documents = Documents()
    if repository:
        (tmp_path / repository / ".git").mkdir(parents=True)
    documents.folders = (str(tmp_path / opened),) if opened else ()
    assert documents.end_for(str(path)) == str(tmp_path / end)
