"""The `.halint.yaml` that `halint init` writes: every key, commented out, with a value that is right as it stands."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from halint.config.keys import KEYS, Key

_HEAD = """\
# Configuration of halint, for this folder and those below it.
# The command line goes before the environment (HALINT_...), that before this file: `halint config show` tells.
# `halint schema config` is a schema for editors, `halint rules` the rules, `halint explain RULE` a rule's options.
"""


def start() -> str:
    """The text of the file. Taking the `# ` off any line `# key: value` leaves a file that loads."""
    return _HEAD + "".join(f"\n{block}" for key in KEYS for block in [_block(key)])


def _block(key: Key) -> str:
    return "".join(f"{line}\n" for line in (*_told(key), f"# {key.name}: {key.example}".rstrip()))


def _told(key: Key) -> Iterator[str]:
    choices = f" One of {', '.join(key.choices)}." if key.kind == "choice" else ""
    for line in textwrap.wrap(f"{key.help}{choices}", 100):
        yield f"## {line}"
