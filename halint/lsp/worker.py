"""The process beside the server, which checks while the server goes on answering."""

from __future__ import annotations

import asyncio
import pickle
from collections.abc import Sequence
from subprocess import PIPE, Popen

from halint.lsp.job import LENGTH, Answer, Job

_LONGEST = 120.0
"""So many seconds a run may take."""


class EndedError(Exception):
    """The process came to an end before it had answered."""


class Worker:
    """One process at a time; it takes one job after the other until it is ended, and is begun again when needed."""

    def __init__(self, command: Sequence[str]) -> None:
        self._command = tuple(command)
        self._process: Popen[bytes] | None = None
        self._one_by_one = asyncio.Lock()

    def start(self) -> Popen[bytes]:
        """Begin the process, where there is none."""
        if self._process is None or self._process.poll() is not None:
            self._process = Popen(self._command, stdin=PIPE, stdout=PIPE)  # noqa: S603 - halint's own
        return self._process

    async def ask(self, job: Job) -> Answer:
        """The answer to a job. Raises EndedError where the process came to an end before it."""
        async with self._one_by_one:
            process = self.start()
            too_long = asyncio.get_running_loop().call_later(_LONGEST, process.kill)
            try:
                # a thread waits: asyncio's own processes do not bear being cancelled while they begin
                return await asyncio.to_thread(_asked, process, job)
            except (OSError, EOFError) as error:
                self._drop(process)
                raise EndedError from error
            except asyncio.CancelledError:
                self._drop(process)
                raise
            finally:
                too_long.cancel()

    def end(self) -> None:
        """End the process, whatever it is at."""
        if self._process is not None:
            self._drop(self._process)

    def _drop(self, process: Popen[bytes]) -> None:
        if process is self._process:
            self._process = None
        process.kill()
        process.wait()


def _asked(process: Popen[bytes], job: Job) -> Answer:
    """Raises OSError or EOFError where the process has come to an end."""
    jobs, answers = process.stdin, process.stdout
    if jobs is None or answers is None:
        raise EOFError
    data = pickle.dumps(job, protocol=pickle.HIGHEST_PROTOCOL)
    jobs.write(LENGTH.pack(len(data)) + data)
    jobs.flush()
    head = answers.read(LENGTH.size)
    if len(head) < LENGTH.size:
        raise EOFError
    (length,) = LENGTH.unpack(head)
    body = answers.read(length)
    if len(body) < length:
        raise EOFError
    answer: Answer = pickle.loads(body)  # noqa: S301 - halint's own
    return answer
