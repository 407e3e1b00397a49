"""What MkDocs runs as it builds the documentation: generated pages join the written ones."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.pages import Page
from mkdocs.utils.templates import TemplateContext

HERE = Path(__file__).parent
SCHEMAS = HERE.parent.parent / "schemas"
sys.path.insert(0, str(HERE))  # MkDocs takes it back once this is loaded
from halint_docs.pages import pages  # noqa: E402
from halint_docs.rule_lists import by_topic  # noqa: E402

from halint.engine.rules import built_in  # noqa: E402

_MARKER = re.compile(r"^[ \t]*<!-- test: .*? -->\n", re.MULTILINE | re.DOTALL)


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """The list of topics with their rules goes into the navigation."""
    for entry in config.nav or []:
        if "Rules" in entry:
            entry["Rules"] += [
                {topic: [f"rules/{topic}/index.md", *({rule.name: _path(rule)} for rule in rules)]}
                for topic, rules in by_topic(built_in()).items()
            ]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the generated pages, and the JSON schemas at the addresses that they give as theirs."""
    for page in pages():
        file = File.generated(config, page.path, content=page.text, inclusion=InclusionLevel.INCLUDED)
        file.edit_uri = page.source
        files.append(file)
    for schema in sorted(SCHEMAS.glob("*.json")):
        files.append(File.generated(config, f"schemas/{schema.name}", abs_src_path=str(schema)))
    return files


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Take out what only the tests of the guides read."""
    return _MARKER.sub("", markdown)


def on_page_context(context: TemplateContext, page: Page, config: MkDocsConfig, **_: Any) -> TemplateContext:
    """Each page leads to the file it is made of. With MkDocs' own `repo_url` readers' browsers would ask GitHub."""
    repository = config.extra["repository"].removesuffix(".git")
    source = page.file.edit_uri if page.file.generated_by else f"docs/{page.file.src_uri}"
    page.edit_url = f"{repository}/edit/main/{source}" if repository and source else None
    return context


def _path(rule: Any) -> str:
    return f"rules/{rule.topic}/{rule.name}.md"
