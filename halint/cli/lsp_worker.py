"""The process beside the language server: takes jobs on standard input, answers on standard output, one at a time.

The server ends it when a run is no longer wanted, and begins another.
"""

from __future__ import annotations

import gc
import os
import pickle
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from halint.cli.ask import ask
from halint.cli.configured import configured, placing
from halint.cli.options import CheckOptions
from halint.cli.places import STANDARD
from halint.errors import HalintError
from halint.inputs.read import Inputs, read
from halint.inputs.unsaved import unsaved
from halint.lsp.job import EDITS, LENGTH, Answer, Job
from halint.parse.targets import parse_targets
from halint.report import SEVERITIES, Finding, Related
from halint.source import Location

_MACHINE = Path("/")


def main() -> None:
    """Answer jobs until there are no more."""
    gc.set_threshold(200_000)  # as for a single run: looking for garbage in between finds none
    jobs = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # nothing that prints may get between the answers
    _warm_up()
    with suppress(BrokenPipeError):  # the server has gone
        while (job := _next(jobs)) is not None:
            _tell(answers, answer(job))
            gc.collect()


def answer(job: Job) -> Answer:
    """The answer to one job; whatever goes wrong is told in it."""
    with suppress(OSError):  # a folder that has gone changes only how paths in messages are told
        os.chdir(job.here)
    try:
        with unsaved(job.contents):
            return _checked(job)
    except HalintError as error:
        return Answer(files=frozenset({job.path}), trouble=tuple(str(error).splitlines()))
    except Exception as error:  # noqa: BLE001 - the server lives on; the mistake is told
        said = f"internal error: {type(error).__name__}: {error}; please report it"
        return Answer(files=frozenset({job.path}), trouble=(said,))


def _checked(job: Job) -> Answer:
    told = frozenset({"whole_cluster", "quiet"})
    options = configured(CheckOptions(paths=(job.path, *job.new), whole_cluster=True, quiet=True, given=told))
    options = replace(options, write_baseline="")  # an environment may ask for it, but not of half a text
    inputs = _read(job, options)
    outcome, _ = ask(options, inputs)
    floor = SEVERITIES.index(options.min_severity)
    findings = tuple(f for f in outcome.findings if f.gravity >= floor)
    if job.what == EDITS:
        from halint.cli.fix import with_edits  # noqa: PLC0415 - most jobs only look

        findings = with_edits(findings, inputs, options)
    return Answer(
        findings=tuple(_absolute(findings)),
        files=frozenset({job.path, *(_whole(one.path) for one in inputs.inputs if one.status == "read")}),
        texts={_whole(path): source.text for path, source in outcome.sources.items()},
        unreadable=dict(_unreadable(inputs, job.path)),
        mistakes=outcome.trouble,
    )


def _read(job: Job, options: CheckOptions) -> Inputs:
    """The cluster of a file: on a cluster node that of this machine, else what lies in the folders around it."""
    targets, placed = parse_targets(options.target), placing(options)
    if _is_of_this_machine(Path(job.path)):
        inputs = read((), roots=(str(_MACHINE),), targets=targets, placing=placed, about=job.path)
        if inputs.cases:
            return inputs
    return read(options.paths, siblings=True, targets=targets, placing=placed, about=job.path, end=Path(job.end))


def _is_of_this_machine(path: Path) -> bool:
    """Whether a file lies where a cluster node has its own, and this is one."""
    where = any(path.is_relative_to(_MACHINE / folder) for folder in ("etc", "var/lib/pacemaker"))
    return where and any(os.path.lexists(_MACHINE / place) for place in STANDARD)


def _unreadable(inputs: Inputs, path: str) -> Iterator[tuple[str, str]]:
    """Why the file itself could not be read; of the others only the command line tells."""
    for one in inputs.inputs:
        verdict, _, why = one.status.partition(": ")
        if verdict == "unreadable" and _whole(one.path) == path:
            yield path, why


def _absolute(findings: Iterable[Finding]) -> Iterator[Finding]:
    for finding in findings:
        related = tuple(Related(_placed(place), message) for place, message in finding.related)
        yield replace(finding, location=_placed(finding.location), related=related)


def _placed(place: Location) -> Location:
    return place._replace(file=_whole(place.file))


def _whole(path: str) -> str:
    return os.path.abspath(path)  # noqa: PTH100 - links are not followed, as the editor names the file


def _warm_up() -> None:
    """Check a small cluster that is nowhere, so that the first real one does not wait for rules and modules."""
    folder = os.path.realpath("/")
    contents: Mapping[str, bytes] = {
        os.path.join(folder, "halint-warm-up", "corosync.conf"): b"totem {\n version: 2\n}\n",  # noqa: PTH118 - a real path
        os.path.join(folder, "halint-warm-up", "cib.xml"): b"<cib><configuration/></cib>",  # noqa: PTH118 - as above
    }
    one, other = contents
    answer(Job(what=EDITS, path=one, end=os.path.dirname(one), here=os.getcwd(), contents=contents, new=(other,)))  # noqa: PTH109, PTH120


def _next(jobs: BinaryIO) -> Job | None:
    head = jobs.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    job: Job = pickle.loads(jobs.read(LENGTH.unpack(head)[0]))  # noqa: S301 - the server's own, over a pipe
    return job


def _tell(answers: BinaryIO, said: Answer) -> None:
    data = pickle.dumps(said, protocol=pickle.HIGHEST_PROTOCOL)
    answers.write(LENGTH.pack(len(data)) + data)
    answers.flush()


if __name__ == "__main__":
    main()
