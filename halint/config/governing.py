"""Which configuration counts where: the nearest file of each cluster, under the environment and the command line."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from halint.config.find import nearest
from halint.config.layer import Layer, Problem, defaults, over, stacked
from halint.source import Source

Problems = Callable[[Layer], Iterator[Problem]]
"""What is wrong with what files say that only rules and targets can tell."""


class Governing:
    """Finds and reads configuration files, each once.

    `file` is the one that counts everywhere, "" where there is none, None for the nearest; `upper` is what environment
    and command line say; `problems` looks at a file's layer with all there is to know.
    """

    def __init__(self, file: str | None, upper: Layer, problems: Problems, cwd: Path) -> None:
        self._file = file
        self._upper = upper
        self._problems = problems
        self._cwd = cwd
        self._nearest: dict[str, str] = {}
        self._settings: dict[str, Layer] = {}
        self._sources: dict[str, Source] = {}

    def file(self, folder: str) -> str:
        """The configuration file that counts for what lies in an absolute folder, "" where none does."""
        return nearest(folder, self._nearest) if self._file is None else self._file

    def settings(self, file: str) -> Layer:
        """All that is said where this file counts. Raises HalintError with everything that is wrong in it."""
        if file not in self._settings:
            own = self._read(file) if file else Layer()
            chosen = over(self._upper, own).values("profiles")
            self._settings[file] = stacked((defaults(), _profiles(chosen), own, self._upper))
        return self._settings[file]

    def files(self) -> tuple[str, ...]:
        """The files that counted anywhere so far."""
        return tuple(self._settings)

    def sources(self) -> tuple[Source, ...]:
        """The files that were read and say what is to be suppressed, for findings about that."""
        return tuple(self._sources.values())

    def _read(self, file: str) -> Layer:
        from halint.config.read import read_config, told_of  # noqa: PLC0415 - YAML only where there is a file

        layer, problems = read_config(Path(file), self._cwd)
        problems += self._problems(layer)
        if problems:
            raise told_of(problems)
        for told in layer.lists.get("suppress", ()):
            if told.at is not None and told.at.file not in self._sources:
                text = Path(self._cwd, told.at.file).read_text(encoding="utf-8-sig")
                self._sources[told.at.file] = Source(path=told.at.file, kind="config", text=text)
        return layer


def _profiles(names: tuple[str, ...]) -> Layer:
    if not names:
        return Layer()
    from halint.config.profiles import profile_layer  # noqa: PLC0415 - few runs have one

    return profile_layer(names)


def folder_of(path: str) -> str:
    """The absolute folder in which the search for a path's configuration begins."""
    whole = os.path.abspath(path)  # noqa: PTH100 - links are not followed, as the user wrote it
    return whole if os.path.isdir(whole) else os.path.dirname(whole)  # noqa: PTH112, PTH120 - as above
