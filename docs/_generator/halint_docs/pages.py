"""All generated pages."""

from __future__ import annotations

from collections.abc import Iterator

from halint.engine.rules import built_in
from halint.record import record
from halint_docs.commands_page import commands_page
from halint_docs.configuration_page import configuration_page
from halint_docs.document_page import document_page
from halint_docs.rule_lists import by_topic, names_page, table_page, topic_page, topics_page
from halint_docs.rule_page import rule_page
from halint_docs.targets_page import targets_page


@record
class Generated:
    """A page: where it stands below `docs/`, its Markdown, and the file that it is made of, "" for lists."""

    path: str
    text: str
    source: str


def pages() -> Iterator[Generated]:
    """Every generated page."""
    rules = built_in()
    yield Generated(path="rules/index.md", text=topics_page(rules), source="")
    yield Generated(path="rules/all.md", text=table_page(rules), source="")
    yield Generated(path="rules/names.md", text=names_page(rules), source="")
    names = {name: rule for rule in rules for name in rule.names()}
    for topic, group in by_topic(rules).items():
        yield Generated(path=f"rules/{topic}/index.md", text=topic_page(topic, group), source="")
        for rule in group:
            path = f"rules/{topic}/{rule.name}"
            yield Generated(path=f"{path}.md", text=rule_page(rule, names), source=f"{path}.yaml")
    yield Generated(path="reference/commands.md", text=commands_page(), source="halint/cli/options.py")
    yield Generated(path="reference/configuration.md", text=configuration_page(), source="halint/config/keys.py")
    yield Generated(path="reference/targets.md", text=targets_page(), source="schemas/releases.yaml")
    yield Generated(path="reference/document.md", text=document_page(), source="halint/document.py")
