"""Progress on standard error: on a terminal only, after half a second only, and gone when the run is done."""

from __future__ import annotations

import os
import sys
from types import TracebackType
from typing import TYPE_CHECKING

from halint.output.layout import visible
from halint.progress import Told

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

DELAY = 0.5
"""Seconds; a run that takes less shows nothing."""


class Shown:
    """A context in which what it gives shows progress, or gives None where nobody would see it."""

    def __init__(self, *, quiet: bool) -> None:
        seen = sys.stderr.isatty() and os.environ.get("TERM", "dumb") != "dumb"
        self._line = _Line() if seen and not quiet else None

    def __enter__(self) -> Told | None:
        if self._line is None:
            return None
        self._line.begin()
        return self._line.tell

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._line is not None:
            self._line.end()


class _Line:
    """The line on the terminal, drawn by a thread of its own once the delay is over."""

    def __init__(self) -> None:
        from threading import Lock, Timer  # noqa: PLC0415 - only for terminals

        self._timer = Timer(DELAY, self._start)
        self._timer.daemon = True
        self._lock = Lock()
        self._over = False
        self._progress: Progress | None = None
        self._task: TaskID | None = None
        self._state = ("reading", 0, 0)

    def begin(self) -> None:
        """Wait for the delay to be over."""
        self._timer.start()

    def tell(self, doing: str, done: int, total: int) -> None:
        """What is being done, and how many of how many things are."""
        with self._lock:
            self._state = (visible(doing), done, total)
            self._update()

    def end(self) -> None:
        """Take the line away, or let it never come."""
        self._timer.cancel()
        with self._lock:
            self._over = True
            if self._progress is not None:
                self._progress.stop()

    def _update(self) -> None:
        if self._progress is None or self._task is None:
            return
        doing, done, total = self._state
        self._progress.update(self._task, description=doing, completed=done, total=total if total > 1 else None)

    def _start(self) -> None:
        from rich.console import Console  # noqa: PLC0415 - most runs are over before
        from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415

        with self._lock:
            if self._over:
                return
            text = TextColumn("{task.description}", markup=False)
            columns = (SpinnerColumn(), text, BarColumn(bar_width=20), TimeElapsedColumn())
            self._progress = Progress(*columns, console=Console(stderr=True), transient=True)
            self._task = self._progress.add_task("", total=None)
            self._update()
            self._progress.start()
