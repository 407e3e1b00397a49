"""`halint lsp`: the language server, on standard input and output."""

from __future__ import annotations

import sys

from halint.cli.main import OK
from halint.errors import HalintError

_LEFT = 1


def lsp() -> int:
    """Serve one editor until it goes; 1 where it went without a shutdown, as the protocol has it.

    Raises HalintError where the library for it is not installed.
    """
    try:
        from halint.lsp.server import serve  # noqa: PLC0415 - pygls comes with an extra
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("pygls", "lsprotocol", "cattrs", "attrs", "attr"):
            raise
        raise HalintError("lsp: needs the library pygls, which is not installed: pip install 'halint[lsp]'") from None
    if sys.stdin.isatty():
        sys.stderr.write("halint: lsp: an editor starts this and speaks to it; Ctrl-D ends it\n")
    # -P: a folder `halint` that lies where the editor was started must not be taken for this one
    return OK if serve((sys.executable, "-P", "-m", "halint.cli.lsp_worker")) else _LEFT
