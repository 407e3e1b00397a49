"""POSIX shell text: arguments quoted, secrets as variables, XML handed to cibadmin."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator

from halint.diff.commands.writing import Secret, Text, has_secret

XML_FUNCTION = """# writes a text as XML wants it between double quotes
xml() { printf '%s' "$1" | sed -e 's/&/\\&amp;/g' -e 's/</\\&lt;/g' -e 's/>/\\&gt;/g' -e 's/"/\\&quot;/g'; }"""
"""What scripts that put secrets into XML define."""


def comment(text: str) -> str:
    """A comment of one line."""
    return f"# {' '.join(text.split())}"


def argument(text: Text) -> str:
    """A text as one argument of a command."""
    return _quoted(text, '"${%s}"')


def arguments(*words: str | Text) -> str:
    """A command line of these words."""
    return " ".join(shlex.quote(word) if isinstance(word, str) else argument(word) for word in words)


def xml_argument(text: Text) -> str:
    """XML as one argument; what stands in the variables is escaped when the script runs."""
    return _quoted(text, '"$(xml "${%s}")"')


def _quoted(text: Text, variable: str) -> str:
    pieces = [variable % piece.variable if isinstance(piece, Secret) else shlex.quote(piece) for piece in text if piece]
    return "".join(pieces) or "''"


def cibadmin(action: str, scope: str, xml: Text) -> str:
    """A call of cibadmin; XML with a secret goes through a pipe, so that no list of processes shows it."""
    where = f" --scope {scope}" if scope else ""
    if has_secret(xml):
        return f"printf %s {xml_argument(xml)} |\n    cibadmin --{action}{where} --xml-pipe"
    return f"cibadmin --{action}{where} --xml-text {xml_argument(xml)}"


def cibadmin_patch(lines: Iterable[Text]) -> str:
    """A call of cibadmin that applies a patch."""
    rows = list(lines)
    if any(has_secret(row) for row in rows):
        return "\n".join(["cibadmin --patch --xml-pipe <<EOF", *map(_expanded, rows), "EOF"])
    return "\n".join(["cibadmin --patch --xml-pipe <<'EOF'", *("".join(_plain(row)) for row in rows), "EOF"])


def _expanded(row: Text) -> str:
    """A line of a here-document in which the shell expands variables."""
    return "".join(
        f'$(xml "${{{piece.variable}}}")'
        if isinstance(piece, Secret)
        else piece.replace("\\", "\\\\").replace("$", "\\$").replace("`", "\\`")
        for piece in row
    )


def _plain(row: Text) -> Iterator[str]:
    return (piece for piece in row if isinstance(piece, str))
