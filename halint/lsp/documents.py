"""The documents that are open in the editor."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lsprotocol import types
from pygls.uris import from_fs_path, to_fs_path

from halint.inputs.kinds import is_inventory, kind_of_content, kind_of_path, may_be_input, says_little
from halint.lsp.text import Text

_ROOTS = (".git", ".hg", ".svn")


@dataclass(kw_only=True)
class Document:
    """An open document. `path` is absolute, "" for one that is no file; `kind` one of halint's, "" for any other."""

    uri: str
    path: str
    text: Text
    version: int
    kind: str = ""

    def content(self) -> bytes:
        """The text as a file would hold it."""
        data = self.text.text.encode("utf-8", "replace")
        # the mark goes before a declaration of another encoding, which the editor has decoded already
        return b"\xef\xbb\xbf" + data if self.kind == "cib" and b"encoding" in data[:200] else data


class Documents:
    """All of them, by the address the client gives; `folders` are those that the client has opened."""

    def __init__(self) -> None:
        self.encoding = "utf-16"
        self.folders: tuple[str, ...] = ()
        self._by_uri: dict[str, Document] = {}

    def __iter__(self) -> Iterator[Document]:
        return iter(tuple(self._by_uri.values()))

    def get(self, uri: str) -> Document | None:
        """The document of an address; None where none is open."""
        return self._by_uri.get(uri)

    def open(self, item: types.TextDocumentItem) -> Document:
        """Take up a document."""
        path = to_fs_path(item.uri)
        text = Text(item.text, self.encoding)
        document = Document(
            uri=item.uri,
            path=os.path.abspath(path) if path else "",  # noqa: PTH100 - links are kept, as the client names the file
            text=text,
            version=item.version,
        )
        document.kind = _kind(document)
        self._by_uri[item.uri] = document
        return document

    def change(self, params: types.DidChangeTextDocumentParams) -> Document | None:
        """Follow a change; None for a document that is not open."""
        document = self.get(params.text_document.uri)
        if document is None:
            return None
        document.text = document.text.changed(params.content_changes)
        document.version = params.text_document.version
        document.kind = _kind(document)
        return document

    def close(self, uri: str) -> Document | None:
        """Forget a document."""
        return self._by_uri.pop(uri, None)

    def at(self, path: str) -> Document | None:
        """The open document of a file."""
        return next((one for one in self._by_uri.values() if one.path == path), None)

    def uri_of(self, path: str) -> str:
        """The address of a file, as the client gives it where it has the file open."""
        document = self.at(path)
        return document.uri if document is not None else str(from_fs_path(path))

    def contents(self) -> dict[str, bytes]:
        """What stands for files, by their real paths."""
        return {os.path.realpath(one.path): one.content() for one in self if one.path and one.kind}

    def unwritten(self) -> tuple[str, ...]:
        """Documents that are to become files."""
        return tuple(one.path for one in self if one.kind and one.path and not os.path.lexists(one.path))

    def end_for(self, path: str) -> str:
        """The folder above which nothing belongs to a file's cluster.

        That of its repository, else the one that the client has opened, else the file's own; a home folder, or one
        above it, is none of these, for nobody wants it read.
        """
        folder = Path(path).parent
        home = Path(os.path.expanduser("~"))  # noqa: PTH111 - pathlib raises where there is no home
        above = [one for one in (folder, *folder.parents) if one not in (Path("/"), home, *home.parents)]
        repository = [one for one in above if any((one / name).exists() for name in _ROOTS)]
        opened = [one for one in above if str(one) in self.folders]
        return str(next(iter((*repository, *reversed(opened), folder))))


def _kind(document: Document) -> str:
    """By its name, else by what is in it, as for the files of a folder: nobody has said that it is an input."""
    path, data = document.path, document.text.text[:65536].encode("utf-8", "replace")
    known = kind_of_path(path) if path else None
    if known is None and path and not may_be_input(path):
        return ""
    if known is None or (says_little(path) and data.strip()):
        known = kind_of_content(data)
    if known == "hosts" and is_inventory(data):
        return ""
    return known or ""
