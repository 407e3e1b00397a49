"""Files as other programs name them: relative to the root of a repository, and as URIs."""

from __future__ import annotations

import os.path
import re
from typing import NamedTuple
from urllib.parse import quote

from halint.record import record

STDIN = "-"
_LONE = re.compile("[\ud800-\udfff]")


class Uri(NamedTuple):
    """The address of a file; `relative` where it starts at the root and not at `file:///`."""

    text: str
    relative: bool


@record
class Paths:
    """Where the paths of a report lead: those that are relative start in the folder `cwd`; both folders are absolute.

    `root` is the folder that other programs take paths from, such as the top of a repository.
    """

    cwd: str = "/"
    root: str = "/"

    def relative(self, shown: str) -> str:
        """A path as from the root, without a leading `./`; whole where it lies outside; `-` is standard input."""
        if shown == STDIN:
            return shown
        whole = os.path.normpath(os.path.join(self.cwd, shown))  # noqa: PTH118 - an archive's member is no path of pathlib's
        inside = self.root.rstrip("/") + "/"
        return whole.removeprefix(inside) if whole.startswith(inside) else whole

    def uri(self, shown: str) -> Uri:
        """The path as a URI (RFC 3986), every byte outside letters, digits and `-._~/` as `%XX`.

        The colon between an archive and its member is `%3A`: a first segment with a colon would be a scheme.
        """
        path = self.relative(shown)
        address = quote(_bytes(path), safe="/")
        return Uri(f"file://{address}", relative=False) if path.startswith("/") else Uri(address, relative=True)

    def root_uri(self) -> str:
        """The root as a URI, with the slash at its end that SARIF asks for."""
        return f"file://{quote(_bytes(self.root.rstrip('/')), safe='/')}/"


def _bytes(path: str) -> bytes:
    """A path as the file system has it; where it holds what no file system gave, in any form that does not fail."""
    try:
        return path.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return path.encode("utf-8", "surrogatepass")


def whole(text: str) -> str:
    """Text that every UTF-8 reader accepts: lone surrogates, which stand for bytes of file names, as U+FFFD."""
    return _LONE.sub("\ufffd", text)
