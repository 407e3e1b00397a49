"""An editor for tests: a client of the real `halint lsp`, with the texts it holds and what it was told of them."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path

from lsprotocol import types
from pygls.protocol import default_converter
from pytest_lsp import LanguageClient
from pytest_lsp.client import DEFAULT_CLIENT_FEATURES, register_lsp_features

COMMAND = [str(Path(sys.executable).parent / "halint"), "lsp"]
PATIENCE = 30.0


def make_client() -> LanguageClient:
    client = LanguageClient(converter_factory=default_converter)
    client.published = {}

    def publish(client: LanguageClient, params: types.PublishDiagnosticsParams) -> None:
        client.diagnostics[params.uri] = params.diagnostics
        client.published[params.uri] = params

    def register(client: LanguageClient, params: types.RegistrationParams) -> None:
        client.registered += params.registrations

    client.registered = []
    own = {types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS: publish, types.CLIENT_REGISTER_CAPABILITY: register}
    register_lsp_features(client, {**DEFAULT_CLIENT_FEATURES, **own})
    return client


class Editor:
    """What an editor does, by paths below a folder."""

    def __init__(self, client: LanguageClient, root: Path) -> None:
        self.client = client
        self.root = root
        self.texts: dict[str, str] = {}
        self.versions: dict[str, int] = {}

    async def start(
        self, *encodings: str, formats: tuple[str, ...] = ("markdown", "plaintext")
    ) -> types.InitializeResult:
        kinds = [types.MarkupKind(one) for one in formats]
        item = types.ClientCompletionItemOptions(
            snippet_support=True,
            documentation_format=kinds,
            tag_support=types.CompletionItemTagOptions([types.CompletionItemTag.Deprecated]),
        )
        asked = types.TextDocumentClientCapabilities(
            completion=types.CompletionClientCapabilities(completion_item=item),
            hover=types.HoverClientCapabilities(content_format=kinds),
            publish_diagnostics=types.PublishDiagnosticsClientCapabilities(
                related_information=True, version_support=True, code_description_support=True
            ),
        )
        general = types.GeneralClientCapabilities(position_encodings=list(encodings)) if encodings else None
        watching = types.DidChangeWatchedFilesClientCapabilities(dynamic_registration=True)
        workspace = types.WorkspaceClientCapabilities(did_change_watched_files=watching)
        return await self.client.initialize_session(
            types.InitializeParams(
                capabilities=types.ClientCapabilities(general=general, text_document=asked, workspace=workspace),
                workspace_folders=[types.WorkspaceFolder(uri=self.root.as_uri(), name="it")],
            )
        )

    def uri(self, name: str) -> str:
        return (self.root / name).as_uri()

    def identifier(self, name: str) -> types.TextDocumentIdentifier:
        return types.TextDocumentIdentifier(self.uri(name))

    def open(self, name: str, text: str | None = None) -> None:
        self.texts[name] = (self.root / name).read_bytes().decode() if text is None else text
        self.versions[name] = 1
        item = types.TextDocumentItem(self.uri(name), "any", 1, self.texts[name])
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))

    def change(self, name: str, text: str) -> None:
        self._changed(name, text, types.TextDocumentContentChangeWholeDocument(text))

    def replace(self, name: str, old: str, new: str) -> None:
        """As `change`, the change sent as the stretch that it is; ASCII only."""
        before, found, _ = self.texts[name].partition(old)
        assert found, old
        start = self.at(before)
        end = self.at(before + old)
        part = types.TextDocumentContentChangePartial(types.Range(start, end), new)
        self._changed(name, self.texts[name].replace(old, new, 1), part)

    def _changed(self, name: str, text: str, change: types.TextDocumentContentChangeEvent) -> None:
        self.texts[name] = text
        self.versions[name] += 1
        document = types.VersionedTextDocumentIdentifier(self.versions[name], self.uri(name))
        self.client.text_document_did_change(types.DidChangeTextDocumentParams(document, [change]))

    def save(self, name: str) -> None:
        (self.root / name).write_bytes(self.texts[name].encode())
        self.client.text_document_did_save(types.DidSaveTextDocumentParams(self.identifier(name)))

    def close(self, name: str) -> None:
        del self.texts[name]
        self.client.text_document_did_close(types.DidCloseTextDocumentParams(self.identifier(name)))

    def shown(self, name: str) -> list[types.Diagnostic]:
        return list(self.client.diagnostics.get(self.uri(name), ()))

    def rules(self, name: str) -> list[str]:
        return sorted(str(one.code) for one in self.shown(name))

    async def checked(self, name: str) -> list[str]:
        """The rules whose findings are shown, once the newest text was checked."""
        await self.until(lambda: self._version(name) == self.versions[name])
        return self.rules(name)

    def _version(self, name: str) -> int | None:
        params = self.client.published.get(self.uri(name))
        return params.version if params is not None else None

    async def until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not holds():
                await self.client.wait_for_notification(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)

    def at(self, before: str) -> types.Position:
        """The position behind a text, as UTF-16 counts it."""
        last = before.rpartition("\n")[2]
        return types.Position(before.count("\n"), len(last.encode("utf-16-le")) // 2)

    def place(self, name: str, marked: str) -> types.Position:
        """The position of the bar in a stretch of the text."""
        before, bar, after = marked.partition("|")
        assert bar
        start = self.texts[name].index(before + after)
        return self.at(self.texts[name][: start + len(before)])
