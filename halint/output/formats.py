"""The formats of `halint check` by name. A format's module is loaded when it is used."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from halint.output.setting import Setting
    from halint.report import Report

Renderer: TypeAlias = "Callable[[Report, Setting], str]"


class Format(NamedTuple):
    """One format: the module of halint.output and its function. `machine`: it is UTF-8 wherever it goes.

    `edits`: it carries what mends a finding in its file, or counts it. `pages`: it shows what the rules' files say.
    `drawings`: it shows pictures of the clusters.
    """

    module: str
    function: str
    machine: bool = True
    edits: bool = False
    pages: bool = False
    drawings: bool = False

    def renderer(self) -> Renderer:
        """What turns a report and a setting into text."""
        function: Any = getattr(import_module(f"halint.output.{self.module}"), self.function)
        return function  # type: ignore[no-any-return]  # the table below names renderers


CHECK: Mapping[str, Format] = {
    "full": Format("text", "full", machine=False, edits=True),
    "concise": Format("text", "concise", machine=False),
    "grouped": Format("grouped", "render_grouped", machine=False, edits=True),
    "json": Format("json", "render", edits=True),
    "jsonl": Format("jsonl", "render_jsonl", edits=True),
    "sarif": Format("sarif", "render_sarif", edits=True, pages=True),
    "github": Format("github", "render_github"),
    "gitlab": Format("gitlab", "render_gitlab"),
    "junit": Format("junit", "render_junit"),
    "checkstyle": Format("checkstyle", "render_checkstyle"),
    "markdown": Format("markdown", "render_markdown", edits=True),
    "html": Format("html.check", "render_html", edits=True, pages=True, drawings=True),
}

PEOPLE = tuple(name for name, one in CHECK.items() if not one.machine)
"""The formats for people."""
