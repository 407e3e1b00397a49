"""`halint init`: a configuration file to start with."""

from __future__ import annotations

import sys
from pathlib import Path

from halint.cli.main import OK
from halint.config.find import NAME
from halint.config.start import start
from halint.errors import HalintError


def init(folder: str) -> int:
    """Write `.halint.yaml` into a folder. Raises HalintError where there is one, or none can be written."""
    path = Path(folder) / NAME
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(start())
    except FileExistsError:
        raise HalintError(f"{path}: is there already; it is left as it is") from None
    except OSError as error:
        raise HalintError(f"{path}: cannot be written: {(error.strerror or str(error)).lower()}") from None
    sys.stdout.write(f"{path}: written; every line in it is a comment until you take the # off\n")
    return OK
