"""The documentation: its generated pages, and the site that MkDocs builds with broken links as errors."""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
import subprocess
import sys
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree, html

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "docs/_generator"))
from halint_docs import markup  # noqa: E402
from halint_docs.document_shape import model_parts, node_parts  # noqa: E402
from halint_docs.pages import pages  # noqa: E402
from halint_docs.rule_page import _STYLE  # noqa: E402
from halint_docs.written_cib import status_names, written_elements  # noqa: E402

from halint.cli.main import main  # noqa: E402
from halint.cli.options import CHECK, DIFF, GRAPH, LOG  # noqa: E402
from halint.cli.rule_pages import page_of  # noqa: E402
from halint.config.keys import KEYS  # noqa: E402
from halint.document import vocabulary  # noqa: E402
from halint.engine.rule import Query  # noqa: E402
from halint.engine.rules import built_in  # noqa: E402
from halint.engine.xpath import _names  # noqa: E402
from halint.output.sarif import HOME  # noqa: E402
from halint.schema_data import load  # noqa: E402
from halint.trial.example import shown  # noqa: E402

RULES = built_in()
needs_mkdocs = pytest.mark.skipif(not importlib.util.find_spec("material"), reason="mkdocs-material is not installed")
needs_markdown = pytest.mark.skipif(not importlib.util.find_spec("markdown"), reason="Markdown is not installed")


@pytest.fixture(scope="session")
def generated() -> dict[str, str]:
    return {page.path: page.text for page in pages()}


@pytest.fixture(scope="session")
def site(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Documentation built" in done.stderr  # what --quiet hides, --strict does not count
    return folder


def squeezed(text: str) -> str:
    return " ".join(text.split())


def test_the_address_of_each_finding_is_a_page(generated):
    addresses = {f"{HOME}{path.removesuffix('.md')}/" for path in generated}
    assert {rule.url for rule in RULES} <= addresses


def test_every_source_of_a_page_is_there():
    assert [page.path for page in pages() if page.source and not (ROOT / page.source).is_file()] == []


def test_every_topic_and_every_name_is_listed(generated):
    for rule in RULES:
        assert f"({rule.topic}/{rule.name}.md)" in generated["rules/index.md"]
        assert f"({rule.topic}/{rule.name}.md)" in generated["rules/all.md"]
        assert f"({rule.name}.md)" in generated[f"rules/{rule.topic}/index.md"]
        for name in (*rule.aliases, *rule.covers):
            assert f"| {markup.code(name)} | [{markup.escaped(rule.name)}]" in generated["rules/names.md"]


def document_names() -> set[str]:
    """Every element and attribute that the page of the document lists."""
    names = {"cluster", "corosync", "cib", "section"}
    for part in (*model_parts(), *node_parts()):
        names |= {part.tag, *(field.name for field in part.fields)}
    for name, element in written_elements().items():
        names |= {name, *element.attributes}
    for key in load("corosync-keys")["keys"]:
        names |= {key["key"], *key["section"].split(".")}
    return names | set(status_names())


def test_the_document_page_lists_what_rules_query(generated):
    listed = document_names()
    text = html.fromstring(f"<p>{generated['reference/document.md']}</p>").text_content()
    assert {name for name in listed if not re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text)} == set()
    assert listed - vocabulary() == set()
    queries = [check.find for rule in RULES for check in rule.checks if isinstance(check, Query)]
    asked = {name for query in queries for kind, name in _names(query) if kind == "name"}
    assert len(asked) > 15
    assert asked - listed == set()


def test_what_dumps_hold_is_on_the_document_page(capsys):
    """Each element of real documents stands where the page says, with attributes that the page lists."""
    parts = {(part.tag, inside): part for part in (*model_parts(), *node_parts()) for inside in part.inside}
    checked = 0
    for folder in sorted((ROOT / "fixtures/clean").iterdir()):
        assert main(["dump", str(folder)]) == 0
        root = etree.fromstring(capsys.readouterr().out)
        for top in root.xpath("descendant-or-self::cluster/model|descendant-or-self::cluster/node"):
            for element in top.iter():
                if any(above.tag == "corosync" for above in (element, *element.iterancestors())):
                    continue
                above = element.getparent()
                part = parts.get((element.tag, above.tag))
                if part is None:
                    owners = [p for (tag, _), p in parts.items() if tag == above.tag]
                    names = {field.name for owner in owners for field in owner.fields if not field.attribute}
                    assert element.tag in names, (element.tag, above.tag)
                    continue
                assert set(element.attrib) <= {f.name for f in part.fields if f.attribute}, (element.tag, above.tag)
                checked += 1
    assert checked > 1000


def test_the_written_cib_is_whole():
    elements = written_elements()
    assert elements["primitive"].inside == ["resources", "group", "clone", "master", "bundle"]
    assert elements["op"].attributes["timeout"]
    assert {"lrm_rsc_op", "node_state", "rc-code"} <= set(status_names())


def test_every_key_and_option_is_described(generated):
    for key in KEYS:
        assert f"## {markup.escaped(key.name)}\n" in generated["reference/configuration.md"]
    for option in (*CHECK, *DIFF, *LOG, *GRAPH):
        assert f"--{option.name}" in generated["reference/commands.md"].replace("&#45;", "-"), option.name


def test_configuration_on_the_pages_loads(generated, tmp_path, capsys):
    """What the pages show as a configuration file is one, but for folders and files that it names."""
    shown_files = 0
    for path, text in generated.items():
        for content in re.findall(r'^```yaml title="\.halint\.yaml"\n(.*?)^```$', text, re.MULTILINE | re.DOTALL):
            (tmp_path / ".halint.yaml").write_text(content)
            status = main(["config", "show", str(tmp_path)])
            said = capsys.readouterr().err
            assert status == 0 or "is no folder" in said or "no such file" in said, (path, content, said)
            shown_files += 1
    assert shown_files > 30


@needs_markdown
@given(st.text(alphabet=st.characters(codec="utf-8")))
def test_no_value_is_markup(value):
    import markdown

    extensions = ["attr_list", "md_in_html", "tables", "admonition"]
    for cell in (markup.escaped(value), markup.code(value)):
        lines = markup.table(("a", "b"), [(f"x{cell}y", "z")])
        (shown_cell, _) = html.fromstring(markdown.markdown("\n".join(lines), extensions=extensions)).xpath("//td")
        expected = markup.shown(squeezed(value))
        assert squeezed(shown_cell.text_content()) in (f"x{expected}y", f"x {expected} y".strip())
        assert {element.tag for element in shown_cell.iter()} <= {"td", "code"}
    paragraph = html.fromstring(f"<div>{markdown.markdown(markup.escaped(value), extensions=extensions)}</div>")
    assert squeezed(paragraph.text_content()) == markup.shown(squeezed(value))
    assert {element.tag for element in paragraph.iter()} <= {"div", "p"}


@needs_markdown
@given(st.text(alphabet="`~ab<&{}|\n\t* "))
def test_no_example_leaves_its_block(value):
    import markdown

    text = "\n".join(["before", "", *markup.fenced(value), "", "after"])
    extensions = {"pymdownx.superfences": {"preserve_tabs": True}}
    root = html.fromstring(
        f"<div>{markdown.markdown(text, extensions=list(extensions), extension_configs=extensions)}</div>"
    )
    assert root[0].text == "before"
    assert root[-1].text == "after"
    assert len(root) == 3
    assert [line.rstrip() for line in root[1].text_content().strip("\n").split("\n")] == [
        line.rstrip() for line in value.strip("\n").split("\n")
    ]


@needs_mkdocs
def test_each_rule_has_its_page_with_all_its_file_says(site):
    for rule in RULES:
        page = html.parse(str(site / rule.url.removeprefix(HOME) / "index.html")).getroot()
        (article,) = page.xpath("//article")
        told, blocks = (
            squeezed(article.text_content()),
            {block.text_content().rstrip() for block in article.iter("pre")},
        )
        data = page_of(rule)
        for text in (rule.summary, data["why"], *data["sources"]):
            assert squeezed(text.replace("`", "")) in told, (rule.name, text)
        for command in (*rule.fix.pcs, *rule.fix.crm):
            if "{" not in command:
                assert any(command in block for block in blocks), (rule.name, command)
        for example in data["examples"]["bad"]:
            assert markup.shown(shown(rule, example, _STYLE)).rstrip() in blocks, (rule.name, example["title"])
            assert squeezed(markup.shown(example["title"])) in told
        for example in (*data["examples"]["bad"], *data["examples"]["good"]):
            for text in example["files"].values():
                block = "\n".join(markup.shown(line) for line in text.rstrip("\n").split("\n")).rstrip()
                assert text.startswith("-> ") or block in blocks, (rule.name, example["title"])


@needs_mkdocs
def test_each_schema_lies_at_its_own_address(site):
    for path in sorted((ROOT / "schemas").glob("*.json")):
        address = json.loads(path.read_text()).get("$id", f"{HOME}schemas/{path.name}")
        assert (site / address.removeprefix(HOME)).read_bytes() == path.read_bytes()


@needs_mkdocs
def test_nothing_is_loaded_from_elsewhere(site):
    found = set()
    for path in site.rglob("*.html"):
        page = html.parse(str(path)).getroot()
        found |= {value for value in page.xpath("//script/@src|//img/@src|//iframe/@src") if _is_outside(value)}
        found |= {value for value in page.xpath("//link[not(@rel='canonical')]/@href") if _is_outside(value)}
        # Material fetches its diagrams from elsewhere, where there is one
        found |= set(page.xpath("//*[contains(concat(' ', @class, ' '), ' mermaid ')]/@class"))
    for path in site.rglob("*.css"):
        found |= {
            url for url in re.findall(r"url\(([^)]*)\)|@import\s+(\S+)", path.read_text()) if _is_outside("".join(url))
        }
    assert found == set()


def _is_outside(address: str) -> bool:
    return bool(re.match(r"""\s*["']?(https?:)?//""", address))


@needs_mkdocs
def test_links_within_the_site_lead_to_pages(site):
    missing = set()
    for path in site.rglob("index.html"):
        for address in html.parse(str(path)).getroot().xpath("//a/@href"):
            target = address.partition("#")[0]
            if target and not re.match(r"[a-z]+:", target):
                there = (path.parent / target).resolve()
                missing |= set() if (there / "index.html").exists() or there.is_file() else {(path, address)}
    assert missing == set()


@needs_mkdocs
def test_what_only_tests_read_is_not_published(site):
    assert [path for path in site.rglob("*.html") if "<!-- test:" in path.read_text()] == []
    assert not (site / "_generator").exists()


@needs_mkdocs
def test_in_a_browser(site):
    """Nothing is asked for elsewhere, the table is filtered, the search finds, and a phone need not scroll sideways."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    chromium = shutil.which("chromium") or pytest.skip("Chromium is not installed")
    with served(site) as address, sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1300, "height": 900})
        asked, wrong = [], []
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: wrong.append(str(error)))

        page.goto(f"{address}/rules/all/")
        page.get_by_label("Show rows with these words").fill("error two-node-flag-wrong")
        rows = page.locator(".halint-filter tbody tr:visible")
        sync_api.expect(rows).to_have_count(1)
        sync_api.expect(page.get_by_role("status")).to_have_text(f"1 of {len(RULES)}")

        page.get_by_placeholder("Search").fill("two-node-flag-wrong-size")
        found = page.locator(".md-search-result__link").first
        sync_api.expect(found).to_have_attribute("href", re.compile("two-node-flag-wrong-size"), timeout=60_000)

        page.set_viewport_size({"width": 390, "height": 800})
        for path in ("", "rules/quorum/two-node-flag-wrong-size/", "guides/before-a-restore/", "reference/document/"):
            page.goto(f"{address}/{path}")
            assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
        browser.close()
    assert {url for url in asked if not url.startswith((address, "data:", "blob:"))} == set()
    assert wrong == []


@contextmanager
def served(folder):
    """The address of a server of the folder."""
    handler = partial(QuietHandler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass
