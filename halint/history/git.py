"""The history of one file in a git repository, by git itself: its log, and the file as each commit has it.

Nothing that the repository or its configuration names is run (pager, external diff, textconv, hooks, file system
monitor, signature check), and nothing is fetched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import NamedTuple

from halint.errors import HalintError
from halint.history.collect import Collected, Left
from halint.history.entry import Commit, Digests, Entry
from halint.parse.cib import CibFile, read_cib

TIMEOUT = 60
"""Seconds that one call of git may take."""

_SAFE = (
    "--no-pager",
    "--literal-pathspecs",
    "-c", "core.hooksPath=/dev/null",
    "-c", "core.fsmonitor=false",
    "-c", "log.showSignature=false",
    "-c", "protocol.allow=never",
)  # fmt: skip
_PLAIN = ("--no-ext-diff", "--no-textconv", "--no-color")
_FIELDS = ("%H", "%h", "%aI", "%an", "%s")
_STATUS = re.compile(r"[ACDMRTUXB]\d*")


class Revision(NamedTuple):
    """The file in one commit: its path from the top of the repository, "" where the commit removed it."""

    commit: Commit
    path: str


class Repository:
    """The git repository that holds a file. Raises HalintError, in a sentence, for whatever git does not do."""

    def __init__(self, path: str, environment: Mapping[str, str]) -> None:
        self._shown = path
        file = Path(path)
        folder = file.parent
        if file.is_dir():
            raise HalintError(f"--git {path}: is a folder; name the CIB file in it")
        if not folder.is_dir():
            raise HalintError(f"--git {path}: does not exist")
        kept = {name: value for name, value in environment.items() if not name.startswith("GIT_")}
        self._environment = {
            **kept,
            "LC_ALL": "C",
            "GIT_OPTIONAL_LOCKS": "0",
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_NO_LAZY_FETCH": "1",
            "GIT_ALLOW_PROTOCOL": "none",
            "GIT_PAGER": "cat",
        }
        self._folder = str(folder)
        top, prefix = (
            self._text(("rev-parse", what)).removesuffix("\n") for what in ("--show-toplevel", "--show-prefix")
        )
        self._folder = top
        self._path = f"{prefix}{file.name}"

    def revisions(self) -> list[Revision]:
        """The commits that changed the file, the oldest first, its former names followed."""
        form = "%x00".join(_FIELDS)
        log = ("log", "--follow", "-z", "--name-status", f"--format={form}", *_PLAIN, "--no-show-signature")
        revisions = list(_revisions(self._text((*log, "--", self._path)), self._path))
        if not revisions:
            raise HalintError(f"--git {self._shown}: git does not track it; no commit has a file of that name")
        return revisions[::-1]

    def read(self, revision: Revision) -> CibFile:
        """The CIB in one revision of the file. Raises HalintError where it is none."""
        shown = f"{revision.commit.short}:{revision.path}"
        data = self._run(("show", *_PLAIN, f"{revision.commit.id}:{revision.path}", "--"))
        file = read_cib(data, shown)
        if file.root is None:
            problem = file.source.problems[0]
            raise HalintError(f"{shown}: {problem.message} (line {problem.span.line}, column {problem.span.column})")
        return file

    def _text(self, arguments: Sequence[str]) -> str:
        return self._run(arguments).decode("utf-8", "surrogateescape")

    def _run(self, arguments: Sequence[str]) -> bytes:
        import subprocess  # noqa: PLC0415 - only for this command

        try:
            done = subprocess.run(  # noqa: S603 - a list of arguments, no shell
                ["git", *_SAFE, "-C", self._folder, *arguments],  # noqa: S607 - git is where the user has it
                check=True,
                capture_output=True,
                stdin=subprocess.DEVNULL,
                timeout=TIMEOUT,
                env=self._environment,
            )
        except FileNotFoundError:
            raise HalintError("--git needs git, and there is none on this machine") from None
        except OSError as error:
            raise HalintError(f"--git: git cannot be run: {error.strerror or error}") from None
        except subprocess.TimeoutExpired:
            raise HalintError(f"--git {self._shown}: git did not answer within {TIMEOUT} seconds") from None
        except subprocess.CalledProcessError as error:
            raise HalintError(f"--git {self._shown}: {_why(error.stderr)}") from None
        return done.stdout


def collect_git(path: str, environment: Mapping[str, str]) -> Collected:
    """Every CIB that the file was, the oldest first. Raises HalintError where git has no history of it."""
    repository = Repository(path, environment)
    digests = Digests()
    entries: list[Entry] = []
    unreadable: list[Left] = []
    for revision in repository.revisions():
        shown = f"{revision.commit.short}:{revision.path or Path(path).name}"
        if not revision.path:
            unreadable.append(Left(path=shown, reason="the file was removed in this commit"))
            continue
        read = partial(repository.read, revision)
        try:
            entries.append(digests.entry(read(), read, revision.commit))
        except HalintError as error:
            unreadable.append(Left(path=shown, reason=f"is no CIB: {str(error).removeprefix(f'{shown}: ')}"))
    return Collected(entries=tuple(entries), unreadable=tuple(unreadable), objects=frozenset(digests.objects))


def _revisions(log: str, path: str) -> Iterator[Revision]:
    """The revisions in the log, the newest first. `path` is the file's name in the newest.

    Git follows copies too (measured, 2.39); what was before a copy is the history of another file.
    """
    tokens = iter(log.split("\0"))
    token = next(tokens, "")
    while token:
        fields = [token, *(next(tokens, "") for _ in _FIELDS[1:])]
        commit = _commit(fields)
        there, older = path, path
        token, copied = next(tokens, ""), False
        while _STATUS.fullmatch(token.strip("\n")):
            status = token.strip("\n")
            names = [next(tokens, "") for _ in range(2 if status[0] in "RC" else 1)]
            copied = status[0] == "C"
            there, older = ("" if status == "D" else names[-1]), names[0]
            token = next(tokens, "")
        yield Revision(commit, there)
        if copied:
            return
        path = older


def _commit(fields: Sequence[str]) -> Commit:
    identity, short, date, author, subject = fields
    try:
        moment = datetime.fromisoformat(date)
    except ValueError:
        moment = None
    return Commit(id=identity, short=short, author=author, date=moment, subject=subject)


def _why(output: bytes) -> str:
    """Git's own reason in a sentence of ours."""
    text = output.decode("utf-8", "replace").strip()
    if "not a git repository" in text:
        return "is in no git repository"
    if "must be run in a work tree" in text:
        return "is in a bare git repository; name a file of a checkout"
    if "dubious ownership" in text:
        return "git does not trust this repository, as it belongs to another user (git's safe.directory)"
    if "does not have any commits" in text or "unknown revision" in text:
        return "its git repository has no commit yet"
    return f"git says: {text.splitlines()[0].removeprefix('fatal: ') if text else 'nothing'}"
