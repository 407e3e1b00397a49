"""How `halint lsp` begins and ends, seen from outside."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from lsp_editor import COMMAND

from halint.cli.main import main


def test_without_the_library_one_sentence_says_what_to_install(capsys, monkeypatch):
    monkeypatch.delitem(sys.modules, "halint.lsp.server", raising=False)
    monkeypatch.setitem(sys.modules, "pygls.lsp.server", None)
    assert main(["lsp"]) == 2
    assert capsys.readouterr().err == (
        "halint: lsp: needs the library pygls, which is not installed: pip install 'halint[lsp]'\n"
    )


def frame(**message) -> bytes:
    body = json.dumps({"jsonrpc": "2.0", **message}).encode()
    return b"Content-Length: %d\r\n\r\n%s" % (len(body), body)


@pytest.mark.parametrize(("goodbye", "status"), [(["shutdown", "exit"], 0), (["exit"], 1), ([], 1)])
def test_the_exit_status_says_whether_the_client_said_goodbye(goodbye, status, tmp_path):
    root = {"capabilities": {}, "processId": None, "rootUri": tmp_path.as_uri()}
    said = frame(id=1, method="initialize", params=root) + frame(method="initialized", params={})
    for method in goodbye:
        said += frame(method=method, **({"id": 2} if method == "shutdown" else {}))
    done = subprocess.run(COMMAND, input=said, capture_output=True, timeout=60, check=False)
    assert done.returncode == status
    assert done.stderr == b""
    assert b'"positionEncoding": "utf-16"' in done.stdout
