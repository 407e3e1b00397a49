"""Markdown whose commands are run: what it says is to be typed, what is to come of it, and what has to lie there."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

_FENCE = re.compile(r"^(?P<fence>`{3,})(?P<language>\w*)[ \t]*(?P<info>[^\n`]*)$")
_MARKER = re.compile(r"^<!-- test: (?P<told>.*) -->$")
_TITLE = re.compile(r'title="(?P<file>[^",]+)(?P<more>, at the end)?"')
LANGUAGES = ("sh", "bash", "shell", "console")


@dataclass
class Command:
    """What is typed, and the lines that a session shows below it; `shows` is False where only the command stands."""

    text: str
    shows: bool = False
    output: list[str] = field(default_factory=list)


@dataclass
class Block:
    """A fenced block, and what the markers above it say: `from=FOLDER:TO,FOLDER`, `exit=N,N`, `skip="reason"`,
    `needs=TOOL,TOOL`, `cwd=FOLDER`.

    `line` is that of its fence, from 1; `lines` is what stands in it.
    """

    language: str
    line: int
    lines: list[str]
    file: str = ""
    added: bool = False
    told: dict[str, str] = field(default_factory=dict)
    shown: list[str] = field(default_factory=list)
    """Once it has run: the session as it really is."""

    @property
    def runs(self) -> bool:
        return self.language in LANGUAGES

    def commands(self) -> Iterator[Command]:
        """The commands of a shell's block, one a line or a few; of a session, those after `$ ` and `> `."""
        if self.language == "console":
            yield from _session(self.lines)
            return
        text = ""
        for line in self.lines:
            text += f"{line}\n"
            if _complete(text):
                if text.strip() and not text.startswith("#"):
                    yield Command(text.rstrip("\n"))
                text = ""
        assert not text.strip(), f"line {self.line}: the last command is not complete: {text}"

    def write(self, folder: Path, names: Mapping[str, str] | None = None) -> None:
        """Lay the file out that it shows, or add to it; `names` are what stands for other names."""
        text = "\n".join(self.lines) + "\n"
        for name, value in (names or {}).items():
            text = text.replace(name, value)
        path = folder / self.file
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a" if self.added else "w", encoding="utf-8") as file:
            file.write(text)

    def statuses(self, number: int) -> list[int]:
        """The exit status that each of its commands has to have."""
        told = [int(word) for word in self.told.get("exit", "0").split(",")]
        told = told * number if len(told) == 1 else told
        assert len(told) == number, f"line {self.line}: {number} commands, but {len(told)} exit statuses"
        return told


def blocks(text: str) -> Iterator[Block]:
    """The fenced blocks of a text, each with the markers between it and the block before."""
    block: Block | None = None
    fence, told = "", {}
    for number, line in enumerate(text.split("\n"), 1):
        if block is not None:
            if line == fence:
                yield block
                block, told = None, {}
            else:
                block.lines.append(line)
        elif marker := _MARKER.match(line):
            told |= dict(word.split("=", 1) for word in shlex.split(marker["told"]))
        elif found := _FENCE.match(line):
            fence, title = found["fence"], _TITLE.search(found["info"])
            file, added = (title["file"], bool(title["more"])) if title else ("", False)
            block = Block(found["language"], number, [], file, added, told)
    assert block is None, f"line {block.line if block else 0}: the block does not end"


def run(command: str, folder: Path, environment: Mapping[str, str]) -> tuple[int, list[str]]:
    """The exit status of a command, and the lines it prints to either stream."""
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=300,
    )
    return done.returncode, done.stdout.rstrip("\n").split("\n") if done.stdout.strip() else []


def _session(lines: list[str]) -> Iterator[Command]:
    found: list[Command] = []
    for line in lines:
        if line.startswith("$ "):
            found.append(Command(line[2:], shows=True))
        elif line.startswith("> ") and found and not found[-1].output:
            found[-1].text += f"\n{line[2:]}"
        else:
            assert found, f"a session starts with a command, not with {line!r}"
            found[-1].output.append(line)
    yield from found


def _complete(text: str) -> bool:
    if text.endswith("\\\n"):
        return False
    done = subprocess.run(["bash", "-n"], input=text, capture_output=True, text=True, check=False)
    return done.returncode == 0 and not done.stderr
