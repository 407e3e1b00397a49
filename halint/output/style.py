"""How text output looks: colour and width. What the terminal is, only the command line asks."""

from __future__ import annotations

from halint.record import record

_CODES = {
    "error": "1;31",
    "warning": "1;33",
    "info": "1;36",
    "strong": "1",
    "frame": "34",
    "faint": "2",
    "command": "32",
    "code": "36",
}


@record
class Style:
    """Colour on or off, whether words may be links, and how many columns a line of text may take."""

    color: bool = False
    width: int = 100
    links: bool = False

    def paint(self, text: str, role: str) -> str:
        """`text` in the colour of a role; roles are the severities, strong, frame, faint, command and code."""
        return f"\x1b[{_CODES[role]}m{text}\x1b[0m" if self.color and text else text

    def link(self, text: str, url: str) -> str:
        """`text` as a link that a terminal opens (OSC 8), else as it is."""
        return f"\x1b]8;;{url}\x1b\\{text}\x1b]8;;\x1b\\" if self.links and url else text
