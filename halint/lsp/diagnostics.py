"""Findings as diagnostics."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from lsprotocol import types

from halint.lsp.text import Text
from halint.report import Finding
from halint.source import Location

SEVERITIES = {
    "error": types.DiagnosticSeverity.Error,
    "warning": types.DiagnosticSeverity.Warning,
    "info": types.DiagnosticSeverity.Information,
}
SOURCE = "halint"


class Placed:
    """Makes diagnostics: `texts` are the files that findings point into, `uri_of` gives a file's address."""

    def __init__(self, texts: Mapping[str, Text], uri_of: Callable[[str], str]) -> None:
        self._texts = texts
        self._uri_of = uri_of

    def diagnostic(self, finding: Finding) -> types.Diagnostic:
        """A finding for an editor."""
        related = [
            types.DiagnosticRelatedInformation(self._location(place), message) for place, message in finding.related
        ]
        return types.Diagnostic(
            range=self._range(finding.location),
            message=finding.message,
            severity=SEVERITIES[finding.severity],
            code=finding.rule,
            code_description=types.CodeDescription(href=finding.url) if finding.url else None,
            source=SOURCE,
            related_information=related or None,
        )

    def _location(self, place: Location) -> types.Location:
        return types.Location(self._uri_of(place.file), self._range(place))

    def _range(self, place: Location) -> types.Range:
        text = self._texts.get(place.file)
        return text.of(place) if text is not None else START


START = types.Range(types.Position(0, 0), types.Position(0, 0))


def trouble(code: str, sentence: str) -> types.Diagnostic:
    """What kept halint from checking, at the beginning of a document."""
    return types.Diagnostic(
        range=START, message=sentence, severity=types.DiagnosticSeverity.Error, code=code, source=SOURCE
    )
