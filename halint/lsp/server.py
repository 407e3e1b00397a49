"""The language server: what it offers, and what answers each request."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from lsprotocol import types
from pygls.lsp.server import LanguageServer
from pygls.uris import to_fs_path

from halint import __version__
from halint.inputs.kinds import kind_of_path
from halint.lsp.actions import actions
from halint.lsp.checker import Checker
from halint.lsp.completion import completions
from halint.lsp.documents import Documents
from halint.lsp.hover import hover
from halint.lsp.markup import markup
from halint.lsp.worker import Worker

CONFIGURATION = ".halint.yaml"


def serve(command: Sequence[str]) -> bool:
    """Serve one client on standard input and output, and return whether it said goodbye before it went.

    `command` begins the checking process.
    """
    server = make_server(command)
    messages = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # nothing that prints may get between the messages
    try:
        server.start_io(stdout=messages)
    finally:
        server.checker.stop()
    return server.told_to_end


class Server(LanguageServer):
    """The server with the documents that are open and what is known of them."""

    def __init__(self, command: Sequence[str]) -> None:
        super().__init__("halint", __version__)
        self.told_to_end = False
        self.documents = Documents()
        self.worker = Worker(command)
        self.checker = Checker(self.documents, self.worker, self.text_document_publish_diagnostics, self._log)

    def _log(self, sentence: str) -> None:
        self.window_log_message(types.LogMessageParams(types.MessageType.Error, f"halint: {sentence}"))


def make_server(command: Sequence[str]) -> Server:
    """A server with all that it offers."""
    server = Server(command)
    server.feature(types.INITIALIZE)(_initialize)
    server.feature(types.INITIALIZED)(_initialized)
    server.feature(types.SHUTDOWN)(_shutdown)
    server.feature(types.TEXT_DOCUMENT_DID_OPEN)(_did_open)
    server.feature(types.TEXT_DOCUMENT_DID_CHANGE)(_did_change)
    server.feature(types.TEXT_DOCUMENT_DID_SAVE)(_did_save)
    server.feature(types.TEXT_DOCUMENT_DID_CLOSE)(_did_close)
    server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)(_files_changed)
    server.feature(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)(_folders_changed)
    server.feature(types.TEXT_DOCUMENT_HOVER)(_hover)
    server.feature(types.TEXT_DOCUMENT_COMPLETION, types.CompletionOptions(trigger_characters=list("\"': ")))(_complete)
    kinds = types.CodeActionOptions(code_action_kinds=[types.CodeActionKind.QuickFix])
    server.feature(types.TEXT_DOCUMENT_CODE_ACTION, kinds)(_code_actions)
    return server


def _initialize(ls: Server, _params: types.InitializeParams) -> None:
    encoding = ls.workspace.position_encoding
    ls.documents.encoding = encoding.value if isinstance(encoding, types.PositionEncodingKind) else encoding or "utf-16"
    _see_folders(ls)


def _folders_changed(ls: Server, _params: types.DidChangeWorkspaceFoldersParams) -> None:
    _see_folders(ls)
    ls.checker.touch_all()


def _see_folders(ls: Server) -> None:
    addresses = [folder.uri for folder in ls.workspace.folders.values()] or [ls.workspace.root_uri or ""]
    folders = [path for path in map(to_fs_path, addresses) if path and Path(path).is_dir()]
    ls.documents.folders = tuple(os.path.abspath(path) for path in folders)  # noqa: PTH100 - links are kept
    ls.checker.here = next(iter(ls.documents.folders), ls.checker.here)


async def _initialized(ls: Server, _params: types.InitializedParams) -> None:
    ls.worker.start()  # so that the first document does not wait for it
    workspace = ls.client_capabilities.workspace
    watching = workspace.did_change_watched_files if workspace is not None else None
    if watching is not None and watching.dynamic_registration:
        watchers = [types.FileSystemWatcher(glob_pattern=pattern) for pattern in _WATCHED]
        options = types.DidChangeWatchedFilesRegistrationOptions(watchers)
        method = types.WORKSPACE_DID_CHANGE_WATCHED_FILES
        await ls.client_register_capability_async(
            types.RegistrationParams([types.Registration("halint-files", method, options)])
        )


_WATCHED = (f"**/{CONFIGURATION}", "**/*.xml", "**/*.conf", "**/*hosts*", "**/*sbd*", "**/hostname", "**/fstab")


def _shutdown(ls: Server, _params: None) -> None:
    ls.told_to_end = True
    ls.checker.stop()


def _did_open(ls: Server, params: types.DidOpenTextDocumentParams) -> None:
    document = ls.documents.open(params.text_document)
    if document.path and document.kind:
        ls.checker.touch(document.path, 0)


def _did_change(ls: Server, params: types.DidChangeTextDocumentParams) -> None:
    document = ls.documents.change(params)
    if document is not None and document.path and document.kind:
        ls.checker.touch(document.path)


def _did_save(ls: Server, params: types.DidSaveTextDocumentParams) -> None:
    document = ls.documents.get(params.text_document.uri)
    if params.text_document.uri.endswith(f"/{CONFIGURATION}"):
        ls.checker.touch_all()
    elif document is not None and document.path and document.kind:
        ls.checker.touch(document.path, 0)


def _did_close(ls: Server, params: types.DidCloseTextDocumentParams) -> None:
    document = ls.documents.close(params.text_document.uri)
    if document is not None and document.path:
        ls.checker.close(document.path)


def _files_changed(ls: Server, params: types.DidChangeWatchedFilesParams) -> None:
    paths = [to_fs_path(change.uri) or "" for change in params.changes]
    # an open document counts as the editor holds it, whatever its file says
    if any(_counts(path) and ls.documents.at(path) is None for path in paths):
        ls.checker.touch_all()


def _counts(path: str) -> bool:
    return Path(path).name == CONFIGURATION or kind_of_path(path) is not None


def _hover(ls: Server, params: types.HoverParams) -> types.Hover | None:
    document = ls.documents.get(params.text_document.uri)
    if document is None:
        return None
    asked = ls.client_capabilities.text_document
    formats = asked.hover.content_format if asked is not None and asked.hover is not None else None
    return hover(document, params.position, ls.checker.told(document.path), markup(formats))


def _complete(ls: Server, params: types.CompletionParams) -> list[types.CompletionItem]:
    document = ls.documents.get(params.text_document.uri)
    if document is None:
        return []
    asked = ls.client_capabilities.text_document
    completion = asked.completion if asked is not None else None
    return completions(document, params.position, completion.completion_item if completion is not None else None)


async def _code_actions(ls: Server, params: types.CodeActionParams) -> list[types.CodeAction]:
    document = ls.documents.get(params.text_document.uri)
    only = params.context.only
    wanted = only is None or any(types.CodeActionKind.QuickFix.value.startswith(kind) for kind in only)
    if document is None or not wanted or not await ls.checker.settled(document.path):
        return []
    told = ls.checker.told(document.path)
    edits = await ls.checker.edits(document.path) if document.kind == "corosync" and told else {}
    return actions(document, params.range, told, edits)
