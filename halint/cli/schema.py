"""`halint schema`: the JSON schemas of the outputs and of the configuration file."""

from __future__ import annotations

import json
import sys

from halint.cli.main import OK
from halint.errors import HalintError
from halint.schema_data import load_json

NAMES = ("check", "check-lines", "config", "diff", "explain", "log", "rules", "test-rules")


def schema(name: str) -> int:
    """Print one schema. Raises HalintError for a name that there is none of."""
    if name not in NAMES:
        raise HalintError(f"there is no schema called {name}; there are {', '.join(NAMES)}")
    sys.stdout.write(json.dumps(load_json(name), indent=2) + "\n")
    return OK
