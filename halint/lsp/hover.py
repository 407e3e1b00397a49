"""What is known of a place: its findings with why and how to mend them, and the option that stands there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lsprotocol import types

from halint.lsp.checker import Told
from halint.lsp.cib_place import cib_place
from halint.lsp.corosync_place import corosync_place
from halint.lsp.documents import Document
from halint.lsp.markup import Markup, escaped
from halint.lsp.options import Option, corosync_key
from halint.lsp.settings import option_at
from halint.report import Finding


def hover(document: Document, position: types.Position, told: Iterable[Told], markup: Markup) -> types.Hover | None:
    """What to show at a position, in the form that `markup` gives it; None where there is nothing to say."""
    here = [one for one in told if _holds(one.diagnostic.range, position)]
    parts = [finding_markdown(one.finding) for one in here]
    option = option_of(document, position)
    parts += [option.markdown()] if option is not None else []
    if not parts:
        return None
    return types.Hover(markup("\n\n---\n\n".join(parts)))


def option_of(document: Document, position: types.Position) -> Option | None:
    """The option that a position names or gives a value to."""
    text, offset = document.text.text, document.text.offset(position)
    if document.kind == "corosync":
        where = corosync_place(text, offset)
        return corosync_key(where.section, where.key) if where is not None and where.key else None
    if document.kind == "cib":
        place = cib_place(text, offset)
        return option_at(text, place) if place is not None else None
    return None


def finding_markdown(finding: Finding) -> str:
    """A finding's rule, consequence and remedy."""
    return "\n\n".join(_paragraphs(finding))


def _paragraphs(finding: Finding) -> Iterator[str]:
    rule = f"[{finding.rule}]({finding.url})" if finding.url else finding.rule
    yield f"**{finding.severity}** {rule} ({finding.confidence})"
    yield escaped(finding.message)
    yield finding.consequence
    yield f"*Fix:* {escaped(finding.fix.text)}"
    for tool, commands in (("pcs", finding.fix.pcs), ("crmsh", finding.fix.crm)):
        if commands:
            yield f"With {tool}:\n\n```sh\n" + "\n".join(commands) + "\n```"


def _holds(stretch: types.Range, position: types.Position) -> bool:
    start, end = (stretch.start.line, stretch.start.character), (stretch.end.line, stretch.end.character)
    return start <= (position.line, position.character) <= end
