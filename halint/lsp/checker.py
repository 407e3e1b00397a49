"""When which cluster is checked, and what the editor is told of it.

A document is checked together with its cluster, a moment after the last edit. The findings of all open documents of
the cluster are shown; of files that are not open those that point into an open document, or have come since the
cluster was first seen.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from lsprotocol import types

from halint.lsp.diagnostics import Placed, trouble
from halint.lsp.documents import Documents
from halint.lsp.job import CHECK, EDITS, Answer, Job
from halint.lsp.text import Text
from halint.lsp.worker import EndedError, Worker
from halint.report import Edit, Finding

DELAY = 0.2
"""So many seconds after the last edit a check begins."""

_GRACE = 1.0
"""So long a run that a newer edit has overtaken may last; beginning another process takes half of it."""

_PATIENCE = 10.0
"""So many seconds a request waits for the check of the newest text."""


class Told(NamedTuple):
    """A finding as it is shown."""

    finding: Finding
    diagnostic: types.Diagnostic


class Checker:
    """Runs checks one after the other and publishes what they find. Paths are absolute."""

    def __init__(
        self,
        documents: Documents,
        worker: Worker,
        publish: Callable[[types.PublishDiagnosticsParams], None],
        log: Callable[[str], None],
    ) -> None:
        self.here = str(Path.cwd())
        self._documents = documents
        self._worker = worker
        self._publish = publish
        self._log = log
        self._tick = 0
        self._touched: dict[str, int] = {}
        self._clean: dict[str, int] = {}
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._due: dict[str, None] = {}
        self._task: asyncio.Task[None] | None = None
        self._running: tuple[str, float] | None = None
        self._editing = False
        self._waiting: list[asyncio.Future[None]] = []
        self._covered: dict[str, frozenset[str]] = {}
        self._first: dict[str, frozenset[tuple[str, str, str]]] = {}
        self._shown: dict[str, tuple[Told, ...]] = {}
        self._edits: dict[str, tuple[int, Mapping[tuple[object, ...], Edit]]] = {}

    def touch(self, path: str, delay: float = DELAY) -> None:
        """Have a document checked: it was opened or changed, or something that it depends on was."""
        self._tick += 1
        self._touched[path] = self._tick
        if path in self._timers:
            self._timers.pop(path).cancel()
        self._timers[path] = asyncio.get_running_loop().call_later(delay, self._ripe, path)

    def touch_all(self) -> None:
        """Have every document checked again."""
        for document in self._documents:
            if document.path and document.kind:
                self.touch(document.path, 0)

    def close(self, path: str) -> None:
        """A document was closed: its file counts again, and what was said of the cluster for its sake is taken back."""
        for known in (self._touched, self._clean, self._first, self._edits, self._due):
            known.pop(path, None)
        if path in self._timers:
            self._timers.pop(path).cancel()
        self._show(path, ())
        files = self._covered.pop(path, frozenset())
        for file in files:
            if self._documents.at(file) is not None:
                self.touch(file, 0)
        self._forget(files)

    def told(self, path: str) -> tuple[Told, ...]:
        """What is shown of a file."""
        return self._shown.get(path, ())

    async def settled(self, path: str) -> bool:
        """Wait for the check of a document's newest text; whether it was done."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE):
                while self._is_behind(path):
                    waiting = asyncio.get_running_loop().create_future()
                    self._waiting.append(waiting)
                    await waiting
        return not self._is_behind(path)

    async def edits(self, path: str) -> Mapping[tuple[object, ...], Edit]:
        """The edits of a corosync.conf, by the sort key of the finding that each mends; none where typing went on."""
        tick = self._clean.get(path, 0)
        known = self._edits.get(path)
        if known is not None and known[0] == tick:
            return known[1]
        self._editing = True
        try:
            answer = await self._worker.ask(self._job(EDITS, path))
        except EndedError:
            return {}
        finally:
            self._editing = False
        found = {f.sort_key(): f.fix.edit for f in answer.findings if f.fix.edit is not None}
        if self._clean.get(path) == tick and not self._is_behind(path):
            self._edits[path] = (tick, found)
            return found
        return {}

    def stop(self) -> None:
        """Check no more."""
        for timer in self._timers.values():
            timer.cancel()
        if self._task is not None:
            self._task.cancel()
        self._worker.end()

    def _is_behind(self, path: str) -> bool:
        return self._clean.get(path, 0) < self._touched.get(path, 0)

    def _ripe(self, path: str) -> None:
        self._timers.pop(path, None)
        if not self._is_behind(path):
            return
        self._due[path] = None
        self._overtake(path)
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._work())

    def _overtake(self, path: str) -> None:
        """End the run whose result nobody wants any more, unless it is about to end by itself."""
        if self._editing:
            self._worker.end()
        if self._running is None or path not in self._covered.get(self._running[0], {self._running[0]}):
            return
        run, loop = self._running, asyncio.get_running_loop()
        loop.call_at(run[1] + _GRACE, lambda: self._worker.end() if self._running is run else None)

    async def _work(self) -> None:
        try:
            while self._due:
                path = next(iter(self._due))
                del self._due[path]
                if self._documents.at(path) is not None and self._is_behind(path):
                    await self._check(path)
        finally:
            self._task = None

    async def _check(self, path: str) -> None:
        tick, self._running = self._tick, (path, asyncio.get_running_loop().time())
        try:
            answer = await self._worker.ask(self._job(CHECK, path))
        except EndedError:
            if self._touched.get(path, 0) > tick or self._due:
                self._due.setdefault(path)
                return
            answer = Answer(files=frozenset({path}), trouble=("the check came to an unexpected end",))
        finally:
            self._running = None
        self._take(path, tick, answer)
        for waiting in self._waiting:
            if not waiting.done():
                waiting.set_result(None)
        self._waiting.clear()

    def _job(self, what: str, path: str) -> Job:
        documents = self._documents
        new = tuple(one for one in documents.unwritten() if one != path)
        end = documents.end_for(path)
        return Job(what=what, path=path, end=end, here=self.here, contents=documents.contents(), new=new)

    def _take(self, path: str, tick: int, answer: Answer) -> None:
        """Show an answer, but for documents that have changed since it was asked for."""
        for mistake in answer.mistakes:
            self._log(mistake)
        if not self._is_open(path):
            return
        before = self._covered.get(path, frozenset())
        self._covered[path] = answer.files
        self._show_all(path, tick, answer)
        left = before - answer.files
        for file in filter(self._is_open, left):
            self.touch(file, 0)
        self._forget(left)

    def _show_all(self, path: str, tick: int, answer: Answer) -> None:
        placed = self._placed(answer)
        by_file: dict[str, list[Finding]] = {}
        for finding in answer.findings:
            by_file.setdefault(finding.location.file, []).append(finding)
        for file in answer.files:
            findings = by_file.get(file, [])
            if not self._is_open(file):
                findings = self._concerning(file, findings)
            elif self._touched.get(file, 0) > tick:
                continue
            else:
                self._covered[file] = answer.files
                self._clean[file] = tick
            self._show(file, tuple(Told(f, placed.diagnostic(f)) for f in findings), _troubles(file, path, answer))

    def _placed(self, answer: Answer) -> Placed:
        texts = {}
        for file, text in answer.texts.items():
            document = self._documents.at(file)
            known = document is not None and document.text.text == text
            texts[file] = document.text if document and known else Text(text, self._documents.encoding)
        return Placed(texts, self._documents.uri_of)

    def _concerning(self, file: str, findings: list[Finding]) -> list[Finding]:
        """Those findings of a file that is not open which an open document has to do with."""
        first = self._first.setdefault(file, frozenset(f.key() for f in findings))
        return [f for f in findings if f.key() not in first or any(self._is_open(place.file) for place, _ in f.related)]

    def _is_open(self, file: str) -> bool:
        return self._documents.at(file) is not None

    def _forget(self, files: Iterable[str]) -> None:
        """Take back what is shown of files that no open document's cluster holds any more."""
        held = frozenset[str]().union(*self._covered.values())
        for file in files:
            if file not in held and not self._is_open(file):
                self._first.pop(file, None)
                self._show(file, ())

    def _show(self, file: str, told: tuple[Told, ...], troubles: tuple[types.Diagnostic, ...] = ()) -> None:
        document = self._documents.at(file)
        if document is None and not told and not self._shown.get(file):
            return
        self._shown[file] = told
        self._publish(
            types.PublishDiagnosticsParams(
                uri=self._documents.uri_of(file),
                diagnostics=[*troubles, *(one.diagnostic for one in told)],
                version=document.version if document is not None else None,
            )
        )


def _troubles(file: str, path: str, answer: Answer) -> tuple[types.Diagnostic, ...]:
    sentences = [
        *(answer.trouble if file == path else ()),
        *([answer.unreadable[file]] if file in answer.unreadable else ()),
    ]
    return tuple(trouble("not-checked", sentence) for sentence in sentences)
