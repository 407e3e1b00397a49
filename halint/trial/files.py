"""Lays the files of an example out in a folder, as a user would have them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from halint.errors import HalintError

SECTIONS = ("crm_config", "nodes", "resources", "constraints")
HEAD = (
    '<cib validate-with="pacemaker-3.9" epoch="5" num_updates="0" admin_epoch="0" crm_feature_set="3.16.1">'
    "<configuration>"
)
_LINK = "-> "


def whole_cib(text: str) -> str:
    """The inside of <configuration> as a CIB; lines keep their numbers."""
    if not text.strip() or re.match(r"\s*<(\?xml|!DOCTYPE|!--|cib|pacemaker-result|diff)\b|[^<]*$", text):
        return text
    missing = "".join(f"<{name}/>" for name in SECTIONS if not re.search(rf"<{name}[\s/>]", text))
    return f"{HEAD}{missing}{text.rstrip()}</configuration><status/></cib>\n"


def write_files(files: Mapping[str, str], folder: Path) -> None:
    """Lay the files of an example out in a folder. A text `-> TARGET` makes a link; its target need not exist.

    That names stay in the folder is checked where a rule file is read. Raises HalintError for what cannot be written.
    """
    for name, text in files.items():
        try:
            _write(folder / name, text)
        except (OSError, ValueError) as error:
            raise HalintError(f"{name}: cannot be written: {error}") from None


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if text.startswith(_LINK):
        path.symlink_to(text.removeprefix(_LINK).strip())
        return
    path.write_bytes((whole_cib(text) if path.name.endswith("cib.xml") else text).encode("utf-8", "surrogateescape"))
